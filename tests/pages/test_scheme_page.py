"""The scheme of levels on the structure page: typed in its table, loaded from a file, stored with the study."""

from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from geo.model.schemes import load_scheme, scheme_text
from geo.store import open_store
from tests.geo.systems import build
from tests.pages.structure_page import XISHUI, opened, text

NEW = {
    "id": "point_on_wheels", "kind": "extension_point", "zh": "流动服务车", "en": "Mobile clinic", "symbol": "triangle",
    "colour": "#00796B", "size_px": 6.5, "parents": "key_township_hospital， township_hospital_general",
    "capabilities": "ecg,ultrasound", "expected": None, "minutes": float("nan"), "optional": True,
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIDA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("YIDA_DATABASE_URL", raising=False)


def scheme_tab(folder: Path) -> AppTest:
    open_store().save(build(XISHUI, folder), "files", replace=True)
    page = opened(study="习水试", lang="en")
    page.session_state["structure_tab"] = "Scheme"
    return page.run()


def typed(table: pd.DataFrame, **_: object) -> pd.DataFrame:
    """The table as its editor gives it back: a name and minutes changed, a level added, an empty row begun."""
    if NEW["id"] in table["id"].tolist():
        return table  # stored meanwhile
    table.loc[1, "en"] = "Area centre"
    table.loc[1, "minutes"] = 45
    table.loc[3, "minutes"] = None
    rows = [table.iloc[:4], pd.DataFrame([NEW]), table.iloc[4:], pd.DataFrame([{"id": None, "zh": "未写完"}])]
    return pd.concat(rows, ignore_index=True)


def test_levels_typed_in_the_table_are_stored_with_the_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "data_editor", typed)
    page = scheme_tab(tmp_path)
    assert not page.exception and not page.error
    next(field for field in page.text_input if field.label == "Your name").input("王")
    next(button for button in page.button if button.label == "Store as a new version").click()
    page.run()
    assert not page.exception and not page.error
    known = {t.tier_id: t for t in open_store().load("习水试").scheme.tiers}
    assert list(known) == [
        "county_hospital", "key_township_hospital", "township_hospital_general", "extension_point", "point_on_wheels",
        "village_clinic",
    ]  # fmt: skip
    assert (known["key_township_hospital"].name["en"], known["key_township_hospital"].minutes) == ("Area centre", 45)
    assert known["extension_point"].minutes is None and known["village_clinic"].minutes == 15
    new = known["point_on_wheels"]
    assert new.parents == ("key_township_hospital", "township_hospital_general")
    assert (new.capabilities, new.expected, new.minutes) == (("ecg", "ultrasound"), "", None)
    assert (new.optional, new.outside, new.exclusive) == (True, False, False)
    assert "Area centre 1 of 5 in the scheme" in text(opened(study="习水试", lang="en"))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('parents = ["county_hospital"]', "parents = 5", "Level township_hospital: parents is 5."),
        ('capabilities = ["emergency"', 'capabilities = 1 # ["emergency"', "Level county_hospital: capabilities is 1."),
        ('kind = "village_clinic"', 'kind = ["a"]', "Level village_clinic: kind is ['a']."),
        ("parents = []", 'parents = ["village_clinic"]', "The levels lead in a circle"),
    ],
)
def test_a_wrong_scheme_file_is_told_and_the_studys_own_scheme_stands(
    old: str, new: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class File:
        name = "own.toml"

        def getvalue(self) -> bytes:
            return scheme_text(load_scheme("three_levels")).replace(old, new, 1).encode()

    monkeypatch.setattr("streamlit.delta_generator.DeltaGenerator.file_uploader", lambda *_, **__: File())
    page = scheme_tab(tmp_path)
    assert not page.exception
    assert [told in error.value.replace("\\", "") for error in page.error] == [True]
    assert open_store().load("习水试").scheme == load_scheme("xishui")
