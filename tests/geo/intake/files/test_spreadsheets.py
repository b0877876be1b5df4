"""XLSX and XLS become text without a digit lost; sheets are asked about, never guessed."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.intake.files.cells import DEFAULT_LIMITS, Limits
from geo.intake.files.raw import read_noted, read_raw
from geo.intake.files.sniffing import Format, sniff
from geo.intake.files.spreadsheets import cell_text, read_workbook
from geo.model.desk import Question, Raw
from geo.model.errors import FileTooDemanding, FileUnreadable
from tests.corpus.old_workbook import xls
from tests.corpus.workbooks import Fill, Table, book, made_by_hand

NAMES = ["机构名称", "经度", "纬度", "机构代码"]
ROWS = [["甲卫生院", "117.1", "33.8", "034062100100"], ["乙卫生院", "117.2", "33.9", "NA"]]


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def put(sheet: object, rows: Table, top: int = 0) -> None:
    for y, row in enumerate(rows, start=top):
        for x, cell in enumerate(row):
            sheet.write_string(y, x, cell)  # type: ignore[attr-defined]


def read(tmp_path: Path, fill: Fill, **answers: str) -> tuple[Raw | None, list[Question]]:
    return read_raw(written(tmp_path / "a.xlsx", book(fill)), answers)


def rows_of(tmp_path: Path, fill: Fill, **answers: str) -> Raw:
    raw, questions = read(tmp_path, fill, **answers)
    assert raw is not None and questions == []
    return raw


# ---- cells -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (340621001001.0, "340621001001"),
        (117.123, "117.123"),
        (-0.5, "-0.5"),
        (3.40621001001234567e17, "3.4062100100123456e+17"),
        (True, "true"),
        (date(2023, 1, 5), "2023-01-05"),
        (datetime(2023, 1, 5), "2023-01-05"),
        (datetime(2023, 1, 5, 8, 30), "2023-01-05 08:30:00"),
        (time(8, 29, 45, 600000), "08:29:45"),
        (timedelta(days=1, hours=12, seconds=5), "36:00:05"),
        ("0340621001001234567", "0340621001001234567"),
        ("NA", "NA"),
        (None, ""),
    ],
)
def test_a_cell_is_its_shortest_exact_text(value: object, text: str) -> None:
    assert cell_text(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_number_gives_the_number_back(value: float) -> None:
    assert float(cell_text(value)) == value


def test_codes_keep_their_zeros_and_words_for_nothing_stay(tmp_path: Path) -> None:
    raw = rows_of(tmp_path, lambda w: put(w.add_worksheet(), [NAMES, *ROWS]))
    assert raw.rows["机构代码"].tolist() == ["034062100100", "NA"]
    assert raw.rows.index.tolist() == [2, 3]
    assert set(raw.rows.dtypes.astype(str)) == {"str"}


def test_error_cells_are_their_text_in_the_right_sheet_and_formulas_their_last_value(tmp_path: Path) -> None:
    def fill(workbook: object) -> None:
        first = workbook.add_worksheet("说明 & <其他>")  # type: ignore[attr-defined]
        first.write_formula("A1", "=1/0", None, "#DIV/0!")
        sheet = workbook.add_worksheet("名单")  # type: ignore[attr-defined]
        put(sheet, [NAMES, *ROWS])
        sheet.write_formula("D2", "=VLOOKUP(A2,X:Y,2,0)", None, "#N/A")
        sheet.write_formula("D3", '="a"&"b"', None, "ab")

    assert rows_of(tmp_path, fill).rows["机构代码"].tolist() == ["#N/A", "ab"]


def test_the_row_numbers_are_those_of_the_sheet_past_blank_rows_and_columns(tmp_path: Path) -> None:
    def fill(workbook: object) -> None:
        sheet = workbook.add_worksheet()  # type: ignore[attr-defined]
        for y, row in ((6, NAMES), (7, ROWS[0]), (11, ROWS[1])):
            for x, cell in enumerate(row, start=2):
                sheet.write_string(y, x, cell)

    raw = rows_of(tmp_path, fill)
    assert raw.rows.index.tolist() == [8, 12] and raw.header_row == 7
    assert list(raw.rows.columns) == NAMES


def test_an_old_workbook_reads_like_a_new_one(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xls", xls([NAMES, *ROWS]))
    assert sniff(path) is Format.XLS
    raw, _ = read_raw(path, {})
    assert raw is not None and raw.rows.to_numpy().tolist() == ROWS


def test_a_workbook_is_told_by_its_content(tmp_path: Path) -> None:
    content = book(lambda w: put(w.add_worksheet(), [NAMES, *ROWS]))
    for name in ("a.csv", "a.ods", "a.xls", "a"):
        raw, _ = read_raw(written(tmp_path / name, content), {})
        assert raw is not None and len(raw.rows) == 2


# ---- sheets ----------------------------------------------------------------------------------------------------


def two_lists(workbook: object, hide: bool = False) -> None:
    shown = workbook.add_worksheet("2024")  # type: ignore[attr-defined]
    put(shown, [NAMES, *ROWS])
    other = workbook.add_worksheet("2023")  # type: ignore[attr-defined]
    put(other, [NAMES, ROWS[0]])
    if hide:
        other.hide()


def test_two_sheets_ask_which_with_their_first_rows(tmp_path: Path) -> None:
    raw, questions = read(tmp_path, two_lists)
    assert raw is None and [q.question_id for q in questions] == ["sheet"]
    choices = questions[0].choices
    assert [(c.value, c.evidence["rows"]) for c in choices] == [("2024", 3), ("2023", 2)]
    assert choices[0].preview == (tuple(NAMES), *map(tuple, ROWS)) and questions[0].guess == "2024"


def test_the_answer_chooses_the_sheet_and_one_that_fits_nothing_is_asked_again(tmp_path: Path) -> None:
    raw = rows_of(tmp_path, two_lists, sheet="2023")
    assert raw.sheet == "2023" and len(raw.rows) == 1
    assert read(tmp_path, two_lists, sheet="1999")[1][0].question_id == "sheet"


def test_a_hidden_sheet_beside_one_that_is_shown_asks_nothing_and_can_be_chosen(tmp_path: Path) -> None:
    assert rows_of(tmp_path, lambda w: two_lists(w, hide=True)).sheet == "2024"
    assert rows_of(tmp_path, lambda w: two_lists(w, hide=True), sheet="2023").sheet == "2023"


def test_a_hidden_sheet_alone_is_offered_as_hidden_and_never_taken(tmp_path: Path) -> None:
    def fill(workbook: object) -> None:
        workbook.add_worksheet("空")  # type: ignore[attr-defined]
        hidden = workbook.add_worksheet("旧")  # type: ignore[attr-defined]
        put(hidden, [NAMES, *ROWS])
        hidden.very_hidden()

    raw, questions = read(tmp_path, fill)
    assert raw is None and questions[0].guess == ""
    assert [(c.value, "hidden" in c.label) for c in questions[0].choices] == [("旧", True)]


def test_empty_and_explaining_sheets_and_charts_ask_nothing(tmp_path: Path) -> None:
    def fill(workbook: object) -> None:
        put(workbook.add_worksheet("填表说明"), [["列", "意义"], ["机构名称", "全称"]])  # type: ignore[attr-defined]
        put(workbook.add_worksheet("名单"), [NAMES, *ROWS])  # type: ignore[attr-defined]
        workbook.add_worksheet("Sheet3")  # type: ignore[attr-defined]
        chart = workbook.add_chart({"type": "line"})  # type: ignore[attr-defined]
        chart.add_series({"values": "=名单!$B$2:$B$3"})
        workbook.add_chartsheet("图").set_chart(chart)  # type: ignore[attr-defined]

    assert rows_of(tmp_path, fill).sheet == "名单"


# ---- headers ---------------------------------------------------------------------------------------------------


def test_a_header_of_two_merged_lines_under_a_title_is_one_name_a_column(tmp_path: Path) -> None:
    def fill(workbook: object) -> None:
        sheet = workbook.add_worksheet()  # type: ignore[attr-defined]
        sheet.merge_range("A1:E1", "某县床位一览表")
        sheet.merge_range("A2:A3", "机构名称")
        sheet.merge_range("B2:C2", "床位")
        put(sheet, [["", "编制", "实有"]], top=2)
        sheet.merge_range("D2:E2", "位置")
        sheet.write("D3", "经度")
        sheet.write("E3", "纬度")
        put(sheet, [["甲", "10", "12", "117.1", "33.8"]], top=3)

    raw = rows_of(tmp_path, fill)
    assert list(raw.rows.columns) == ["机构名称", "床位 编制", "床位 实有", "经度", "纬度"]
    assert raw.header_row == 2 and raw.rows.index.tolist() == [4]


def test_a_header_begins_where_its_names_merged_down_begin(tmp_path: Path) -> None:
    """Only the lower line has known names: 地点, merged over both, is a name all the same."""

    def fill(workbook: object) -> None:
        sheet = workbook.add_worksheet()  # type: ignore[attr-defined]
        put(sheet, [["卫生室情况", "", ""], ["", "", ""], ["", "机构名称", "床位数"], ["路口", "甲", "3"]])
        sheet.merge_range("A1:C1", "卫生室情况")
        sheet.merge_range("A2:A3", "地点")
        sheet.merge_range("B2:C2", "情况")

    raw = rows_of(tmp_path, fill)
    assert list(raw.rows.columns) == ["地点", "情况 机构名称", "情况 床位数"] and raw.header_row == 2
    assert raw.rows.loc[4].tolist() == ["路口", "甲", "3"]


def test_a_township_merged_over_its_rows_belongs_to_each_of_them_and_a_figure_does_not(tmp_path: Path) -> None:
    def fill(workbook: object) -> None:
        sheet = workbook.add_worksheet()  # type: ignore[attr-defined]
        put(sheet, [["乡镇", "机构名称", "床位"]])
        put(sheet, [["", "甲卫生室", ""], ["", "乙卫生室", ""], ["丙镇", "丙卫生室", "3"]], top=1)
        sheet.merge_range("A2:A3", "东乡镇")
        sheet.merge_range("C2:C3", 12)

    raw, questions, notes = read_noted(written(tmp_path / "a.xlsx", book(fill)), {})
    assert raw is not None and questions == []
    assert raw.rows["乡镇"].tolist() == ["东乡镇", "东乡镇", "丙镇"]
    assert raw.rows["床位"].tolist() == ["12", "", "3"]
    assert [(n.code, n.params) for n in notes] == [("cells_filled", {"count": 1})]


@pytest.mark.parametrize("figure", ["40张", "约1.2万人", "1,200", "85%"])
def test_a_figure_with_words_beside_it_is_one_figure_where_it_is_merged(tmp_path: Path, figure: str) -> None:
    def fill(workbook: object) -> None:
        sheet = workbook.add_worksheet()  # type: ignore[attr-defined]
        put(sheet, [["机构名称", "床位", "代码"], ["甲卫生室", "", ""], ["乙卫生室", "", ""]])
        sheet.merge_range("B2:B3", figure)
        sheet.merge_range("C2:C3", "520330101")

    raw = rows_of(tmp_path, fill)
    assert raw.rows["床位"].tolist() == [figure, ""] and raw.rows["代码"].tolist() == ["520330101"] * 2


# ---- what is refused -------------------------------------------------------------------------------------------


def test_a_cell_in_the_far_corner_is_refused_before_calamine_sees_it(tmp_path: Path) -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    path = written(tmp_path / "a.xlsx", made_by_hand(far))
    with pytest.raises(FileTooDemanding, match="row 1,048,576, column 16,384"):
        read_raw(path, {})


@pytest.mark.parametrize("cell", ["<c  r = 'XFD1048576' t='n'>", '<x:c\nr="XFD1048576">', '<c s="1" r="xfd1048576" >'])
def test_a_far_corner_is_found_however_it_is_written(tmp_path: Path, cell: str) -> None:
    path = written(
        tmp_path / "a.xlsx", made_by_hand(f'<row r="1"><c r="A1"><v>1</v></c></row><row>{cell}<v>1</v></c></row>')
    )
    with pytest.raises(FileTooDemanding):
        read_raw(path, {})


def test_a_format_without_a_value_in_the_far_corner_costs_nothing(tmp_path: Path) -> None:
    cells = "".join(f'<c r="{x}1" t="str"><v>{n}</v></c>' for x, n in zip("ABC", NAMES, strict=False))
    values = '<c r="A2" t="str"><v>甲</v></c><c r="B2"><v>117</v></c><c r="C2"><v>33</v></c>'
    sheet = f'<row r="1">{cells}</row><row r="2">{values}</row><row r="1048576"><c r="XFD1048576" s="1"/></row>'
    raw, _ = read_raw(written(tmp_path / "a.xlsx", made_by_hand(sheet)), {})
    assert raw is not None and raw.rows.to_numpy().tolist() == [["甲", "117", "33"]]


def test_a_workbook_may_not_inflate_beyond_its_limit(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", made_by_hand("<row/>" * 20_000))
    with pytest.raises(FileUnreadable, match="when unpacked"):
        read_workbook(path, Format.XLSX, "", Limits(inflated_bytes=50_000))
    with pytest.raises(FileUnreadable, match="no sheet"):
        read_workbook(path, Format.XLSX, "", DEFAULT_LIMITS)


def test_a_protected_or_empty_workbook_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable):
        read_raw(written(tmp_path / "a.xlsx", xls([["x"]], stream="EncryptedPackage")), {})
    with pytest.raises(FileUnreadable, match="no sheet of it holds anything"):
        read(tmp_path, lambda w: w.add_worksheet())
