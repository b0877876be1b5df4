"""Workbooks of the corpus, written by xlsxwriter or, where it is too well-behaved, part by part."""

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime

import xlsxwriter

from tests.corpus.case import CANARY, HEADER, Case, asks, facilities, read, refused
from tests.corpus.old_workbook import xls

ROWS = 12
Table = list[list[str]]
Fill = Callable[[xlsxwriter.Workbook], None]

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def cases(random_: random.Random) -> Iterator[Case]:
    """About twenty-five files."""
    rows = facilities(random_, ROWS)
    yield from _sheets(rows)
    yield from _heads(rows)
    yield from _values(rows)
    yield from _hostile()
    yield read("old-workbook.xls", xls([list(HEADER), *rows]), ROWS)
    yield refused("protected.xlsx", xls([["EncryptedPackage"]], stream="EncryptedPackage"))
    yield refused("old-workbook-cut.xls", xls([list(HEADER), *rows])[:1500])


def book(fill: Fill) -> bytes:
    """A workbook in memory, the same bytes at every run."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"created": datetime(2024, 1, 1)})
    fill(workbook)
    workbook.close()
    return out.getvalue()


def put(sheet: xlsxwriter.worksheet.Worksheet, rows: Table, top: int = 0) -> None:
    """Rows of text cells; positions and beds as numbers."""
    for y, row in enumerate(rows, start=top):
        for x, cell in enumerate(row):
            if x in (3, 4, 5) and y > top and cell:
                sheet.write_number(y, x, float(cell))
            else:
                sheet.write_string(y, x, cell)


def simple(rows: Table, name: str = "名单") -> bytes:
    return book(lambda workbook: put(workbook.add_worksheet(name), [list(HEADER), *rows]))


def made_by_hand(sheet: str, extra: dict[str, str] | None = None, strings: str | None = None) -> bytes:
    """A workbook of one sheet whose XML is given."""
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _relations("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r0"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            "worksheet", "worksheets/sheet1.xml", "sharedStrings", "sharedStrings.xml"
        ),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
        "xl/sharedStrings.xml": strings or f'<sst xmlns="{_MAIN}"/>',
    }
    return zipped(parts | (extra or {}))


def zipped(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(info, text, zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()


def _relations(*pairs: str) -> str:
    own = "".join(
        f'<Relationship Id="r{n}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(zip(pairs[::2], pairs[1::2], strict=True))
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{own}</Relationships>'


def _sheets(rows: Table) -> Iterator[Case]:
    listed = [list(HEADER), *rows]

    def two(workbook: xlsxwriter.Workbook) -> None:
        put(workbook.add_worksheet("2023"), listed[:-3])
        put(workbook.add_worksheet("2024"), listed)

    def hidden(workbook: xlsxwriter.Workbook, only: bool) -> None:
        sheet = workbook.add_worksheet("旧名单")
        put(sheet, listed)
        if not only:
            shown = workbook.add_worksheet("名单")
            put(shown, listed)
            shown.activate()
        else:
            workbook.add_worksheet("空").activate()
        sheet.hide()

    def explained(workbook: xlsxwriter.Workbook) -> None:
        put(workbook.add_worksheet("名单"), listed)
        put(workbook.add_worksheet("填表说明"), [["列", "意义"], ["机构名称", "全称"]])
        workbook.add_worksheet("Sheet3")

    yield read("one-sheet.xlsx", simple(rows), ROWS)
    yield asks("two-sheets.xlsx", book(two), "sheet")
    yield read("a-hidden-sheet.xlsx", book(lambda w: hidden(w, only=False)), ROWS)
    yield asks("only-a-hidden-sheet.xlsx", book(lambda w: hidden(w, only=True)), "sheet")
    yield read("explaining-and-empty-sheets.xlsx", book(explained), ROWS)
    yield refused("no-sheet-holds-anything.xlsx", book(lambda w: w.add_worksheet("空")))
    yield read("a-workbook-called-csv.csv", simple(rows), ROWS)


def _heads(rows: Table) -> Iterator[Case]:
    def merged(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.add_worksheet("名单")
        sheet.merge_range("A1:H1", "某县医疗卫生机构床位情况")
        for column, name in (
            (0, "机构名称"),
            (1, "机构类别"),
            (2, "所属乡镇"),
            (3, "经度"),
            (4, "纬度"),
            (7, "机构代码"),
        ):
            sheet.merge_range(1, column, 2, column, name)
        sheet.merge_range("F2:G2", "床位")
        sheet.write("F3", "编制")
        sheet.write("G3", "实有")
        for y, row in enumerate(rows, start=3):
            for x, cell in enumerate([*row[:6], row[5], row[6]]):
                sheet.write_string(y, x, cell)
        sheet.merge_range(len(rows) + 3, 0, len(rows) + 3, 7, "填表人：张三")

    def titled(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.add_worksheet("名单")
        sheet.write("A1", "附件2")
        sheet.write("A2", "医疗卫生机构一览表")
        put(sheet, [list(HEADER), *rows], top=4)

    yield read("merged-header.xlsx", book(merged), ROWS, codes=("footer_left_out",))
    yield read("title-rows.xlsx", book(titled), ROWS)


def _values(rows: Table) -> Iterator[Case]:
    def dated(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.add_worksheet("名单")
        put(sheet, [[*HEADER, "成立日期"], *rows])
        for y in range(1, len(rows) + 1):
            sheet.write_datetime(y, 7, date(2000 + y, 1, 31), workbook.add_format({"num_format": "yyyy/m/d"}))

    def texts(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.add_worksheet("名单")
        for y, row in enumerate([list(HEADER), *([*r[:6], f"0340621001{n:08}"] for n, r in enumerate(rows))]):
            for x, cell in enumerate(row):
                sheet.write_string(y, x, cell)

    def failed(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.add_worksheet("名单")
        put(sheet, [list(HEADER), *rows])
        sheet.write_formula("F3", "=VLOOKUP(A3,X:Y,2,0)", None, "#N/A")
        sheet.write_formula("F4", "=1/0", None, "#DIV/0!")
        sheet.write_formula("F5", "=1+1", None, 2)

    def long_codes(workbook: xlsxwriter.Workbook) -> None:
        sheet = workbook.add_worksheet("名单")
        put(sheet, [list(HEADER), *rows])
        for y in range(1, len(rows) + 1):
            sheet.write_number(y, 6, 340621001001234567.0 + 1000 * y)

    yield read("dates-as-serials.xlsx", book(dated), ROWS)
    yield read("numbers-as-text.xlsx", book(texts), ROWS, codes=("code_other_county",))
    yield read("error-cells.xlsx", book(failed), ROWS, codes=("number_invalid",))
    yield read("codes-that-lost-digits.xlsx", book(long_codes), ROWS, codes=("code_scientific",))


def _hostile() -> Iterator[Case]:
    cell = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
    far = cell + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    yield refused("far-away-cell.xlsx", made_by_hand(far), "file_too_demanding")
    beyond = cell + _cell_at("ZZZZ", 4_000_000_000)
    yield refused("cell-beyond-every-sheet.xlsx", made_by_hand(beyond), "file_too_demanding")
    spread = "".join(_cell_at("A", y) for y in range(2, 900)) + _cell_at("ALL", 99_999)
    yield refused("two-corners.xlsx", made_by_hand(cell + spread), "file_too_demanding")
    strings = f'<sst xmlns="{_MAIN}">' + "<si><t>医</t></si>" * 3_000_000 + "</sst>"
    yield refused("gigabytes-of-strings.xlsx", made_by_hand(cell, strings=strings))
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    data = '<sheetData><row r="1"><c r="A1" t="str"><v>&b;</v></c></row></sheetData>'
    sheet = f'<worksheet xmlns="{_MAIN}">{data}</worksheet>'
    yield refused("entities.xlsx", made_by_hand(cell, {"xl/worksheets/sheet1.xml": laughs + sheet}))
    folder = "xl/externalLinks"
    linked = {
        f"{folder}/externalLink1.xml": f'<externalLink xmlns="{_MAIN}"><externalBook/></externalLink>',
        f"{folder}/_rels/externalLink1.xml.rels": _relations("externalLinkPath", f"file://{CANARY}"),
    }
    cells = zip("ABC", ("机构名称", "经度", "纬度"), strict=True)
    names = "".join(f'<c r="{letter}1" t="str"><v>{name}</v></c>' for letter, name in cells)
    value = '<c r="A2" t="str"><f>[1]S!A1</f><v>甲卫生院</v></c><c r="B2"><v>117.1</v></c><c r="C2"><v>33.7</v></c>'
    rows = f'<row r="1">{names}</row><row r="2">{value}</row>'
    yield read("external-links.xlsx", made_by_hand(rows, linked), 1, codes=("id_generated",))
    yield refused("workbook-cut.xlsx", made_by_hand(cell)[:-400])
    yield refused("workbook-of-nonsense.xlsx", made_by_hand("<row><<<"))
    wide = "".join(f'<c r="{_letters(n)}1"><v>{n}</v></c>' for n in range(10_000))
    yield refused("ten-thousand-columns.xlsx", made_by_hand(f'<row r="1">{wide}</row>'), "file_too_demanding")


def _cell_at(letters: str, row: int) -> str:
    return f'<row r="{row}"><c r="{letters}{row}"><v>1</v></c></row>'


def _letters(number: int) -> str:
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name
