"""Templates: read back without a question, in either language, and changing nothing when nothing was changed."""

import io
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import xlsxwriter
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from geo.intake.desk.checking import Context
from geo.intake.desk.matching import match_columns
from geo.intake.desk.vocabulary import WORDS, ours, theirs
from geo.intake.files.guard import guarded_noted
from geo.model.desk import Kind
from geo.model.errors import ChoiceUnknown
from geo.model.inputs import Study
from geo.model.schema import (
    BOUNDARY_KINDS,
    CATALOGUE,
    COVERAGE_MODES,
    INDICATOR_VALUE,
    POSITION_QUALITIES,
    conform,
)
from geo.model.schemes import load_scheme
from geo.output.language import LANGUAGES, translator
from geo.output.template_columns import COLUMNS, KINDS
from geo.output.templates import CELL, template
from geo.store import open_store
from geo.study import desk, open_study
from geo.study.build import with_tables

SCHEME = load_scheme("xishui")
WGS = {"crs": "EPSG:4326"}
HOSTILE = ["=1+1", "@SUM(A1)", "-2+3", "+1", "http://example.org/x", "{{7*7}}", "'; DROP TABLE x", "<b>x</b>"]
CATALOGUED = conform(
    pd.DataFrame({
        "indicator_code": ["A-01", "A-02", "A-02"], "version": ["", "2024", "2025"],
        "title": ["签约率", "=1+1", "{{7*7}}"],
        "dimension": ["health", "", "tight"], "value_kind": ["share", "amount", "amount"], "unit": ["%", "个", "个"],
        "direction": ["higher", "none", "lower"], "target": [80.5, float("nan"), 2],
        "scope": ["township", "", "county"],
    }), CATALOGUE, path="", name="catalogue",
)  # fmt: skip
LISTS = [kind for kind in KINDS if kind != "roads"]


@pytest.fixture(scope="module")
def xishui(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return open_study(open_store(tmp_path_factory.mktemp("home")), "xishui")


@pytest.fixture(scope="module")
def context(xishui: Study) -> Context:
    return desk.context_of(xishui)


def write(folder: Path, kind: Kind, language: str, table: pd.DataFrame | None = None) -> Path:
    path = folder / f"{kind}-{language}.xlsx"
    path.write_bytes(template(kind, SCHEME, translator(language), language, table))
    return path


def filled_in(folder: Path, blank: Path, rows: list[list[object]]) -> Path:
    """The blank template with rows under its headings, saved by another program with all its sheets."""
    book = CalamineWorkbook.from_path(str(blank))
    path = folder / f"filled-{blank.name}"
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as out:
        for at, name in enumerate(book.sheet_names):
            sheet = out.add_worksheet(name)
            lines = book.get_sheet_by_name(name).to_python()
            for row, line in enumerate([*lines, *rows] if at == 0 else lines):
                for column, value in enumerate(line):
                    if value != "":
                        sheet.write(row, column, value)
            if at == 2:
                sheet.hide()
    return path


def headings(path: Path) -> list[str]:
    return [str(v) for v in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[0]]


def with_figures(study: Study) -> Study:
    """The study with a few indicator values; and a catalogue of its own."""
    rows = [("A-01", "520330001", "2024", 812, 1000, "年报"), ("A-02", "520330002", "2024Q1", 5, None, "")]
    names = ["indicator_code", "unit_code", "period", "numerator", "denominator", "source"]
    table = conform(pd.DataFrame(rows, columns=names), INDICATOR_VALUE, path="", name="indicator")
    return with_tables(study, {"indicator": table, "catalogue": CATALOGUED})


# ---- headings and sheets ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_heading_is_understood_as_its_column(tmp_path: Path, kind: Kind, language: str) -> None:
    blank = write(tmp_path, kind, language)
    path = filled_in(tmp_path, blank, [["1"] * len(headings(blank))])
    raw, questions, problems = guarded_noted(path, {})
    assert raw is not None and questions == [] and problems == [] and raw.header_row == 1
    mapping, asked = match_columns(raw, kind, {})
    assert asked == []
    assert mapping == {c.name: c.heading(language) for c in COLUMNS[kind]}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_explaining_sheet_explains_every_column_and_is_not_taken_for_the_list(
    tmp_path: Path, kind: Kind, language: str
) -> None:
    path = write(tmp_path, kind, language)
    book = CalamineWorkbook.from_path(str(path))
    visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    assert visible == {"zh": ["填报", "说明"], "en": ["List", "Explanation"]}[language]
    told = [row for row in book.get_sheet_by_name(visible[1]).to_python() if str(row[0]) in headings(path)]
    assert [row[0] for row in told] == headings(path)
    assert all(str(row[1]) for row in told)


@pytest.mark.parametrize("kind", KINDS)
def test_what_every_row_needs_is_marked(tmp_path: Path, kind: Kind) -> None:
    starred = {c.name for c in COLUMNS[kind] if c.required}
    assert {h for h in headings(write(tmp_path, kind, "zh")) if h.endswith("*")} >= {
        c.heading("zh") for c in COLUMNS[kind] if c.name in starred
    }
    needed = {"facilities": {"name", "tier", "lon", "lat"}, "demand": {"name", "lon", "lat", "population"}}
    assert starred == needed.get(kind, starred)


def test_drop_downs_frozen_headings_and_text_columns_are_in_the_sheet(tmp_path: Path) -> None:
    path = write(tmp_path, "facilities", "zh")
    with zipfile.ZipFile(path) as book:
        sheet, styles = book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/styles.xml").decode()
    assert 'state="frozen"' in sheet and sheet.count('type="list"') == 4  # tier, base, status, quality
    assert "'选项'!$D$1:$D$5" in sheet and 'numFmtId="49"' in styles
    assert CalamineWorkbook.from_path(str(path)).get_sheet_by_name("选项").to_python()[0][0] == "县级公立医院"


def test_a_raster_has_no_template_and_roads_none_to_be_filled_in(xishui: Study) -> None:
    with pytest.raises(ChoiceUnknown):
        template("raster", SCHEME, str, "en")
    with pytest.raises(ChoiceUnknown):
        template("roads", SCHEME, str, "en", xishui.demand)


# ---- filled in -------------------------------------------------------------------------------------------------


def test_a_template_filled_in_by_hand_is_accepted(tmp_path: Path, xishui: Study, context: Context) -> None:
    blank = write(tmp_path, "facilities", "zh")
    place = dict(zip(headings(blank), [""] * 99, strict=False))
    place |= {
        "机构编码": "915203300000000017",
        "机构名称*": "新建延伸点",
        "层级*": "延伸服务点",
        "上级机构代码": "520330H1",
    }
    place |= {"上级机构代码": "520330H1"}
    place |= {"经度*": 106.2156, "纬度*": 28.3330, "床位数": 4, "是否急救站": "是", "状态": "关闭", "位置精度": "实测"}
    check = desk.check_file(filled_in(tmp_path, blank, [list(place.values())]), "facilities", context, WGS)
    assert check.questions == () and check.rows_ok == 1
    row = check.table.iloc[0]
    assert (row["facility_id"], row["tier"], row["status"]) == ("915203300000000017", "extension_point", "closed")
    assert (row["is_emergency_base"], row["beds"], row["position_quality"]) == (True, 4, "surveyed")


def test_hostile_names_stay_text_and_eighteen_digits_stay_eighteen(
    tmp_path: Path, xishui: Study, context: Context
) -> None:
    few = xishui.facility.iloc[: len(HOSTILE)].assign(name=HOSTILE)
    few = few.assign(facility_id=[f"91520330000000001{i}" for i in range(len(HOSTILE))])
    path = write(tmp_path, "facilities", "en", few)
    with zipfile.ZipFile(path) as book:
        sheets = [book.read(n).decode() for n in book.namelist() if n.startswith("xl/worksheets/")]
    assert not any("<f>" in sheet or "hyperlink" in sheet for sheet in sheets)
    check = desk.check_file(path, "facilities", context, WGS)
    assert check.table["name"].tolist() == HOSTILE
    assert check.table["facility_id"].tolist() == few["facility_id"].tolist()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LISTS)
def test_the_stored_list_uploaded_unchanged_changes_nothing(
    tmp_path: Path, xishui: Study, context: Context, kind: Kind, language: str
) -> None:
    study = with_figures(xishui) if kind in ("indicators", "catalogue") else xishui
    path = write(tmp_path, kind, language, desk.stored_table(study, kind))
    check = desk.check_file(path, kind, context, WGS)
    assert check.questions == () and check.rows_ok == len(desk.stored_table(study, kind))
    found = desk.difference(study, check, {})
    assert found.is_empty, found.changes
    assert desk.proposed(study, check, found, gone_are_closed=True).content_id == study.content_id


def test_an_outline_too_long_for_a_cell_goes_on_to_the_right(tmp_path: Path, xishui: Study, context: Context) -> None:
    shape = xishui.outline.geometry.iloc[0]
    assert len(shapely.to_wkt(shape, rounding_precision=7)) > CELL
    path = write(tmp_path, "boundary", "zh", xishui.outline)
    longest = max(len(str(v)) for v in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[1])
    assert longest <= CELL
    check = desk.check_file(path, "boundary", context, WGS)
    assert isinstance(check.table, gpd.GeoDataFrame)
    assert shapely.equals_exact(check.table.geometry.iloc[0].normalize(), shape.normalize(), 1e-6)


def test_the_same_template_is_the_same_text_every_time() -> None:
    def text(body: bytes) -> bytes:
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            return b"".join(book.read(n) for n in sorted(book.namelist()) if not n.startswith("docProps"))

    assert text(template("demand", SCHEME, str, "en")) == text(template("demand", SCHEME, str, "en"))


# ---- words -----------------------------------------------------------------------------------------------------


def test_every_choice_is_read_back_as_what_it_stands_for() -> None:
    for column, values in WORDS.items():
        for value in values:
            assert all(ours(column, theirs(column, value, language)) == value for language in LANGUAGES)
    assert ours("status", "Closed") == "closed" and ours("status", "搬迁中") == "搬迁中"


def test_no_word_stands_for_two_values() -> None:
    for values in WORDS.values():
        words = [word for text in values.values() for word in text.split()]
        assert len(words) == len(set(words))


def test_the_choices_are_the_schemas_own() -> None:
    assert set(WORDS["coverage_mode"]) == set(COVERAGE_MODES)
    assert set(WORDS["boundary_kind"]) <= set(BOUNDARY_KINDS)
    assert set(WORDS["position_quality"]) <= set(POSITION_QUALITIES)
