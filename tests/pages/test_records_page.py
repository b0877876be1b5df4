"""The page Records without a browser: questions about a list, what is wrong with it, intervals, and the fit."""

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.geo.test_records import HEADER, run, write_runs
from tests.pages.test_pages import home, opened, values  # noqa: F401

VILLAGE, BASE = "天星桥村", "习水县中医医院土城分院"


def uploaded(path: Path, **query: str) -> AppTest:
    page = opened("records.py", study="xishui", **({"lang": "en"} | query))
    return page.file_uploader[0].set_value((path.name, path.read_bytes(), "text/csv")).run()


def listed(folder: Path, rows: list[list[object]], header: list[str] = HEADER) -> Path:
    return write_runs(folder / "runs.csv", rows, header)


@pytest.fixture
def good() -> list[list[object]]:
    """Six runs of 30 to 35 minutes to the scene, 60 to 65 to the hospital."""
    return [run([0, 1, 3, 30 + i, 60 + i], VILLAGE, BASE) for i in range(6)]


def test_the_records_page_explains_itself_before_anything_is_uploaded() -> None:
    page = opened("records.py", lang="en")
    assert not page.exception and any("dropped on reading" in m.value for m in page.markdown)


def test_a_response_time_that_is_a_sum_stands_out(tmp_path: Path, good: list[list[object]]) -> None:
    page = uploaded(listed(tmp_path, [[*row, f"{60 + i}"] for i, row in enumerate(good)], [*HEADER, "反应时间"]))
    assert not page.exception and values(page)["Runs used"][0] == "6"
    (warning,) = page.warning
    assert "response time is the sum of all legs up to the hospital in 6 of 6 runs" in warning.value
    honest = uploaded(listed(tmp_path, [[*row, f"{30 + i}"] for i, row in enumerate(good)], [*HEADER, "反应时间"]))
    assert values(honest)["Runs used"][0] == "6" and not honest.warning


def test_every_interval_is_shown_beside_the_clocks(tmp_path: Path, good: list[list[object]]) -> None:
    table = uploaded(listed(tmp_path, good)).dataframe[-1].value.iloc[0]
    assert [table[f"{name}: observed"] for name in ("Call handling", "Turnout", "Drive", "Call to arrival")] == [
        1, 2, 29.5, 32.5,
    ]  # fmt: skip
    assert (table["Scene to hospital: observed"], table["Call to hospital: observed"]) == (30, 62.5)
    assert (table["Call handling: modelled"], table["Turnout: modelled"]) == (1, 3)
    drive, transfer = table["Drive: modelled"], table["Scene to hospital: modelled"]
    assert table["Call to hospital: modelled"] == pytest.approx(1 + 3 + drive + transfer)
    assert table["Scene to hospital: runs"] == 6


def test_the_clock_set_on_the_emergency_page_is_the_one_compared_with(tmp_path: Path, good: list[list[object]]) -> None:
    page = opened("records.py", study="xishui", lang="en")
    told = {"em_restored": True, "em_call": 2.0, "em_turnout": 5.0, "em_scene": 0.0, "em_minutes": 15}
    for key, value in (told | {"em_start": "call"}).items():
        page.session_state[key] = value
    path = listed(tmp_path, good)
    page = page.file_uploader[0].set_value((path.name, path.read_bytes(), "text/csv")).run()
    table = page.dataframe[-1].value.iloc[0]
    assert (table["Call handling: modelled"], table["Turnout: modelled"]) == (2, 5)


def test_the_header_row_is_asked_for_and_its_answer_can_be_changed(tmp_path: Path, good: list[list[object]]) -> None:
    page = uploaded(listed(tmp_path, good, ["呼叫时间", "2024", *HEADER[2:]]))
    (question,) = [s for s in page.selectbox if "Two rows could be the header" in s.label]
    assert not values(page)
    question.set_value("0").run()
    assert not page.exception and "names fewer than two times of a run" in page.error[0].value
    next(s for s in page.selectbox if "Two rows" in s.label).set_value("1").run()
    assert not page.error and values(page)["Runs used"][0] == "6"
    page.run()
    assert values(page)["Runs used"][0] == "6"


def test_a_sheet_and_then_a_header_row_are_asked_for(tmp_path: Path, good: list[list[object]]) -> None:
    path = tmp_path / "runs.xlsx"
    with pd.ExcelWriter(path) as book:
        for sheet in ("三月", "四月"):
            pd.DataFrame(good, columns=["呼叫时间", "2024", *HEADER[2:]]).to_excel(book, sheet_name=sheet, index=False)
    page = uploaded(path)
    next(s for s in page.selectbox if "several sheets" in s.label).set_value("四月").run()
    next(s for s in page.selectbox if "Two rows" in s.label).set_value("1").run()
    assert not page.exception and values(page)["Runs used"][0] == "6"


def test_a_factor_at_its_bound_is_warned_of_and_too_few_drives_fit_nothing(tmp_path: Path) -> None:
    fast = [run([0, 1, 3, 4, 60], VILLAGE, BASE) for _ in range(5)]
    page = uploaded(listed(tmp_path, fast))
    page.segmented_control(key="runs_view").set_value("fit").run()
    assert "Stopped at the bound" in " ".join(w.value for w in page.warning)
    page = uploaded(listed(tmp_path, fast[:4]))
    page.segmented_control(key="runs_view").set_value("fit").run()
    assert "Fewer than 5 runs" in page.info[0].value and not [b for b in page.button if "Use these" in b.label]
