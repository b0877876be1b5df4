"""`yida emergency`: the same figures as the library, documented keys, warnings, and reasons in words."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geo.model.inputs import Study
from geo.model.roads import CLASS_INDEX
from geo.store import open_store
from tests.geo.terminal import Run, at_home, terminal
from tests.geo.test_emergency import with_bases

README = Path(__file__).resolve().parents[2] / "README.md"
KEYS = [
    "study", "preset", "clock", "condition", "closed", "modelled", "illustrative", "population", "reached", "beyond",
    "unreachable", "band", "villages", "villages_reached", "one_base_only", "hospital", "busy", "bases", "missed",
    "radius", "fleet", "problems",
]  # fmt: skip


@pytest.fixture
def yida(toy: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """yida("emergency", "toy"): exit code, standard output, standard error; the toy county with two bases is stored."""
    at_home(tmp_path / "home", monkeypatch)
    open_store().save(with_bases(toy), "test", replace=True)
    return terminal(capsys)


def test_json_has_the_documented_keys_and_the_clock_with_its_start(yida: Run) -> None:
    code, out, err = yida("emergency", "toy", "--json", "--busy", "0.5")
    told = json.loads(out)
    assert (code, err) == (0, "") and list(told) == KEYS
    assert told["clock"] == {
        "start": "call", "threshold_min": 15, "call_handling_min": 1, "turnout_min": 3, "drive_limit_min": 11,
        "on_scene_min": 0, "text": "15 min from the call: call handling 1 + turnout 3 + drive at most 11 min",
    }  # fmt: skip
    assert (told["reached"], told["beyond"], told["unreachable"], told["population"]) == (3400, 300, 57, 3757)
    assert told["one_base_only"] == {"people": 1400, "villages": 2}
    assert told["busy"] == {"share": 0.5, "expected_reached": 1000 * 0.75 + 2000 * 0.875 + 400 * 0.5}
    assert [(b["base_id"], b["people_only"]) for b in told["bases"]] == [("F1", 1000), ("F2", 400)]
    assert [(m["name"], m["cause"], m["missing_min"]) for m in told["missed"]][1:] == [
        ("岛村", "no_road", None),
        ("远村", "no_road", None),
    ]
    assert [row["needed"] for row in told["fleet"]] == [1, 1]
    # By hand: 西村 750 m and 远村 4.75 km from F1, 东村 2.5 km from F2, 中村 6.5, 北村 8.5 and 岛村 9.5 km from either.
    assert told["radius"] == [
        {"radius_km": 5, "counted": 1407, "counted_not_reached": 7, "reached_not_counted": 2000},
        {"radius_km": 10, "counted": 3757, "counted_not_reached": 357, "reached_not_counted": 0},
        {"radius_km": 20, "counted": 3757, "counted_not_reached": 357, "reached_not_counted": 0},
    ]


@pytest.mark.parametrize(
    ("minutes", "slower", "faster"),
    # 中村 and 东村 are 6 min of road from F2, 北村 12: 7.5 and 15 at 0.8 times the speed, 5 and 10 at 1.2 times.
    # 西村 is 7 min from F1 at any speed: all of them beside the road. The drive may take 11 min, and 7.2.
    [("15", 3400, 3700), ("11.2", 1000, 3400)],
)
def test_the_band_of_speeds_by_hand(yida: Run, minutes: str, slower: int, faster: int) -> None:
    told = json.loads(yida("emergency", "toy", "--json", "--minutes", minutes)[1])
    assert told["reached"] == 3400
    assert told["band"] == {"speed_share": 0.2, "covered_slower": slower, "covered_faster": faster}


def test_a_closed_road_is_named_and_costs_its_villages(yida: Run, toy: Study) -> None:
    east = int(np.flatnonzero(toy.roads.road_class == CLASS_INDEX["unclassified"])[0])  # to 东村
    told = json.loads(yida("emergency", "toy", "--json", "--close", f"{east}@0.25")[1])
    assert told["closed"] == [{"edge": east, "at": 0.25}]
    assert (told["reached"], told["beyond"], told["unreachable"]) == (3000, 300, 457)
    code, out, err = yida("emergency", "toy", "--close", str(east))
    assert (code, err) == (0, "") and f"Closed road segments: {east}\n" in out and "3,000 of 3,757 people" in out
    code, _, err = yida("emergency", "toy", "--close", "99999")
    assert code == 3 and "--close" in err


def test_the_drive_preset_and_another_threshold_change_the_clock(yida: Run) -> None:
    told = json.loads(yida("emergency", "toy", "--json", "--preset", "drive15", "--minutes", "7")[1])
    assert told["clock"]["start"] == "departure" and told["clock"]["drive_limit_min"] == 7
    # The drive to 西村 and to 中村 is 7 min and to 东村 6; to 北村 12.
    assert told["villages_reached"] == 3


def test_text_begins_with_the_clock_and_every_percentage_has_its_denominator(yida: Run) -> None:
    code, out, err = yida("emergency", "toy", "--capability", "stroke", "--busy", "0.3")
    assert (code, err) == (0, "")
    assert out.startswith("Clock: 15 min from the call: call handling 1 + turnout 3")
    assert "3,400 of 3,757 people (90.5 %)" in out and "Stroke centre" in out and "270 min from the call" in out
    assert "县人民医院: 2 ambulances, first for 1,000 people; 1,000 people depend on it alone." in out
    assert all("people" in line for line in out.splitlines() if " %" in line)


def test_text_says_what_it_was_made_with_and_every_figure_of_how_many(yida: Run) -> None:
    out = yida("emergency", "toy", "--condition", "ice")[1]
    assert "Ambulance, Ice: speeds × 0.60 to 0.70 depending on the road." in out
    out = yida("emergency", "toy")[1]
    assert "At 0.8 to 1.2 times these speeds: 3,400 to 3,700 of 3,757 people" in out
    assert "Reached by one base only: 1,400 of 3,757 people, 2 villages." in out
    assert "A radius of 5 km counts 1,407 of 3,757 people; 7 of those counted are not reached in time." in out
    assert "Illustrative" not in out


@pytest.mark.parametrize("words", [["emergency", "xishui"], ["coverage", "xishui"], ["roads", "xishui"]])
def test_a_sample_is_called_one_in_the_text(yida: Run, words: list[str]) -> None:
    out = yida(*words)[1]
    assert "Illustrative sample, not for decisions" in out and "Ambulance, Day: speeds × 0.70." in out


def test_facilities_can_stand_in_for_bases(yida: Run) -> None:
    told = json.loads(yida("emergency", "toy", "--json", "--bases", "F3")[1])
    assert [b["base_id"] for b in told["bases"]] == ["F3"] and told["reached"] == 2300
    code, _, err = yida("emergency", "toy", "--bases", "F3,F9")
    assert code == 3 and "F9 is not known" in err


def test_a_closed_facility_stands_in_for_no_base(yida: Run, toy: Study) -> None:
    facility = toy.facility.assign(status=toy.facility["status"].mask(toy.facility["facility_id"] == "F3", "closed"))
    open_store().save(replace(toy, facility=facility), "test", replace=True)
    code, _, err = yida("emergency", "toy", "--bases", "F3")
    assert code == 3 and "F3 is not known" in err


def test_a_capability_nobody_has_is_a_warning_beside_the_figures(yida: Run) -> None:
    code, out, err = yida("emergency", "toy", "--json", "--capability", "trauma")
    told = json.loads(out)
    assert code == 0 and "No open facility in the list has the capability" in err
    assert told["reached"] == 3400 and told["hospital"]["within"] == 0
    assert [problem["code"] for problem in told["problems"]] == ["capability_nobody"]


@pytest.mark.parametrize(
    "words", [["--busy", "1.5"], ["--busy", "0.995"], ["--minutes", "0"], ["--minutes", "nan"], ["--busy", "nan"]]
)
def test_figures_nobody_means_are_refused_in_words(yida: Run, words: list[str]) -> None:
    code, out, err = yida("emergency", "toy", *words)
    assert code == 3 and out == "" and f"{words[0]} must lie between" in err


@pytest.mark.parametrize(("busy", "share"), [("0.125", "12.5 %"), ("0.07", "7 %"), ("0.99", "99 %")])
def test_the_busy_share_is_printed_as_it_was_asked(yida: Run, busy: str, share: str) -> None:
    out = yida("emergency", "toy", "--busy", busy)[1]
    assert f"each ambulance out {share} of the time" in out
    line = next(line for line in out.splitlines() if "MEXCLP" in line)
    assert line.endswith("of 3,757 people.")


def test_every_key_is_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    for key in KEYS:
        assert re.search(rf"`{key}(\[\])?`", text), key
