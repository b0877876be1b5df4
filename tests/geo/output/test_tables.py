"""Tables that leave the house: no cell runs in a spreadsheet, no number changes, Chinese is read as Chinese."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geo.intake.files.raw import read_raw
from geo.output.names import short_names
from geo.output.tables import csv_bytes

STARTS = ("=", "+", "-", "@", "\t", "\r")
HOSTILE = ["=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "=cmd|' /C calc'!A0"]


def read_back(raw: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    (_, cells) = read_back(csv_bytes(pd.DataFrame({"机构名称": [text]})))
    assert cells == [f"'{text}"]


@pytest.mark.parametrize(
    "text",
    ["土城卫生院", "a=b", "1-2", " =1", "", "'quoted", '"', "a,b", "医院\n分院", "a\r=1+1", "a\n=1+1", "340621E11"],
)
def test_harmless_text_stays_as_it_is(text):
    (_, cells) = read_back(csv_bytes(pd.DataFrame({"name": [text], "code": ["007"]})))
    assert cells == [text, "007"]


def test_numbers_kept_as_text_stay_numbers():
    (_, west, east) = read_back(csv_bytes(pd.DataFrame({"lon": ["-18.09", "+7"], "lat": ["-1e-05", "5"]})))
    assert (west, east) == (["-18.09", "-1e-05"], ["+7", "5"])


@pytest.mark.parametrize("text", ["=1+1", "-2+3", "@SUM(A1)", "+1+1", "-18.09"])
def test_what_was_made_safe_is_read_back_as_it_was(text, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(csv_bytes(pd.DataFrame({"名称": [text, "b"], "经度": ["-18.09", "2"], "纬度": ["1", "2"]})))
    raw, _ = read_raw(path, {})
    assert raw is not None and raw.rows["名称"].tolist() == [text, "b"]
    assert raw.rows["经度"].tolist() == ["-18.09", "2"]


def test_a_header_is_text_too():
    (header, _) = read_back(csv_bytes(pd.DataFrame({"=1+1": ["a"], "经度": ["b"]})))
    assert header == ["'=1+1", "经度"]


def test_numbers_stay_numbers():
    table = pd.DataFrame(
        {"lon": [-105.5, 0.1], "count": [-3, 7], "share_pct": [float("nan"), 99.95], "on": [True, False]}
    )
    assert read_back(csv_bytes(table))[1:] == [["-105.5", "-3", "", "True"], ["0.1", "7", "99.95", "False"]]


def test_numbers_among_text_stay_numbers():
    table = pd.DataFrame({"mixed": pd.Series([-3, "-3", None, -0.5], dtype="object")})
    assert read_back(csv_bytes(table))[1:] == [["-3"], ["-3"], [""], ["-0.5"]]


def test_the_file_begins_with_a_byte_order_mark_so_that_spreadsheets_read_chinese():
    raw = csv_bytes(pd.DataFrame({"名称": ["习水县"]}))
    assert raw.startswith(b"\xef\xbb\xbf") and raw.count(b"\xef\xbb\xbf") == 1
    assert "习水县" in raw.decode("utf-8-sig")


def test_the_table_handed_in_stays_as_it_was():
    table = pd.DataFrame({"=name": ["=1", "b"], "n": [-1, 2]}, index=[7, 9])
    kept = table.copy(deep=True)
    csv_bytes(table)
    pd.testing.assert_frame_equal(table, kept)


def test_a_table_without_rows_keeps_its_header():
    assert read_back(csv_bytes(pd.DataFrame({"a": [], "b": []}))) == [["a", "b"]]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=1, max_size=5))
@example(["\r"])
@example(["=\r=", "a\r\n@b"])
def test_no_cell_of_any_text_begins_like_a_formula_and_no_letter_is_lost(texts):
    table = pd.DataFrame({"a": pd.Series(texts, dtype="object"), "b": "x"})
    cells = [row[0] for row in read_back(csv_bytes(table))[1:]]
    assert not [cell for cell in cells if cell.startswith(STARTS)]
    assert [cell if cell == text else cell.removeprefix("'") for cell, text in zip(cells, texts, strict=True)] == texts


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("银龙村村民委员会", "银龙村"),
        ("东街社区居民委员会", "东街社区"),
        ("银龙村村委会", "银龙村"),
        ("城关居委会", "城关"),
        ("银龙村", "银龙村"),
        ("居委会", "居委会"),  # nothing else would be left
        ("村民委员会旧址村", "村民委员会旧址村"),
        ("Akureyri", "Akureyri"),
        ("", ""),
    ],
)
def test_a_village_is_called_as_people_call_it(full, short):
    names = pd.Series([full])
    assert short_names(names).tolist() == [short]
    assert names.tolist() == [full]
