"""Template workbooks: an empty list, or the stored one, with drop-downs and a sheet that explains it. Fourth floor.

A template filled in and uploaded is read without a question about its sheet, header or columns; the stored list
uploaded unchanged changes nothing. Text is written as text: no name becomes a formula or a link.
"""

import io
import math
from dataclasses import replace

import pandas as pd
import shapely
import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from geo.intake.desk.vocabulary import WORDS, theirs
from geo.model.desk import Kind
from geo.model.errors import N_, ChoiceUnknown
from geo.model.schemes import Scheme
from geo.output.language import Translate
from geo.output.template_columns import ALL_COLUMNS, IN_CHINESE, KINDS, WITH_CORNERS, WKT, Column

__all__ = ["KINDS", "template"]

SHEETS = {"zh": ("填报", "说明", "选项"), "en": ("List", "Explanation", "Options")}
ROWS = 20_000  # that get drop-downs
CELL = 32_000  # characters; a cell holds 32,767
DECIMALS = 7  # of corners: 1 cm
LEAST_CORNER_COLUMNS = 3
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_REMARKS = (
    N_("One row for each place or figure. Columns with a star (*) must be filled in; the others may stay empty."),
    N_("Codes are text: keep every digit and every zero. Do not change the headings."),
    N_("An empty cell erases nothing that is stored."),
)
_EXPLAINED = (N_("Column"), N_("Meaning"), N_("Unit"), N_("Needed"), N_("May hold"), N_("Example"))


def template(
    kind: Kind, scheme: Scheme, translate: Translate, language: str, table: pd.DataFrame | None = None
) -> bytes:
    """An XLSX workbook for lists of a kind, with the rows of `table` (the study's own) if given.

    Its first sheet is the list; the second explains every column; a hidden one holds the choices. `language` is "zh"
    or "en" and `translate` speaks it. Raises ChoiceUnknown for a kind without a template (a raster), and for roads to
    be filled in: their lines are no rows of a list.
    """
    filled = [k for k in KINDS if k != "roads"]
    if kind not in ALL_COLUMNS or (table is not None and kind == "roads"):
        raise ChoiceUnknown(what=translate(N_("template of")), value=kind, choices=", ".join(filled))
    language = language if language in SHEETS else "zh"
    cells = [] if table is None else _corner_cells(table)
    columns = _columns(kind, scheme, cells)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, _OPTIONS) as book:
        names = SHEETS[language]
        sheet, explaining, options = (book.add_worksheet(name) for name in names)
        options.hide()
        _headings(book, sheet, columns, language)
        _drop_downs(sheet, options, names[2], columns, translate, scheme, language)
        if table is not None:
            _rows(sheet, columns, table, cells, scheme, language)
        _explain(book, explaining, columns, translate, scheme, language)
    return buffer.getvalue()


def _columns(kind: Kind, scheme: Scheme, cells: list[list[str]]) -> list[Column]:
    """The kind's columns, the tiers of the scheme to choose from, and as many columns for corners as are needed."""
    columns = [replace(c, allowed=tuple(t.tier_id for t in scheme.tiers)) if c.name == "tier" else c
               for c in ALL_COLUMNS[kind]]  # fmt: skip
    if kind not in WITH_CORNERS:
        return columns
    count = max([LEAST_CORNER_COLUMNS, *map(len, cells)])
    first = replace(WKT, required=kind != "units")
    if WITH_CORNERS[kind] == "LINESTRING":
        first = replace(first, example="LINESTRING (106.10 28.30, 106.15 28.32)")
    more = [replace(first, zh=f"WKT {n}", en=f"WKT {n}", required=False, example="") for n in range(2, count + 1)]
    return [*columns, first, *more]


def _said(column: Column, value: str, scheme: Scheme, language: str) -> str:
    """A value of ours as the template writes it."""
    if column.name == "tier":
        names = {t.tier_id: t.name.get(language, t.tier_id) for t in scheme.tiers}
        return names.get(value, value)
    if column.name in WORDS:
        return theirs(column.name, value, language)
    return IN_CHINESE.get(value, value) if column.form == "choice" and language == "zh" else value


def _choices(column: Column, scheme: Scheme, language: str) -> list[str]:
    return [_said(column, value, scheme, language) for value in column.allowed]


# ---- the list --------------------------------------------------------------------------------------------------


def _headings(book: Workbook, sheet: Worksheet, columns: list[Column], language: str) -> None:
    plain = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1, "text_wrap": True, "valign": "top"})
    needed = book.add_format({"bold": True, "bg_color": "#FCE8B2", "bottom": 1, "text_wrap": True, "valign": "top"})
    text = book.add_format({"num_format": 49})  # @: text, so that codes keep their digits
    for at, column in enumerate(columns):
        sheet.write_string(0, at, column.heading(language), needed if column.required else plain)
        sheet.set_column(at, at, _width(column), None if column.form == "number" else text)
    sheet.freeze_panes(1, 0)


def _width(column: Column) -> float:
    if column.name == "wkt":
        return 30
    return 26 if column.name == "name" or column.name.endswith("_id") else 15


def _drop_downs(
    sheet: Worksheet, options: Worksheet, options_name: str, columns: list[Column],
    translate: Translate, scheme: Scheme, language: str,
) -> None:  # fmt: skip
    """Choices, limits of numbers, and what a column means beside the cell one stands in."""
    for at, column in enumerate(columns):
        rule: dict[str, object] = {"validate": "any"}
        if column.form == "choice":
            choices = _choices(column, scheme, language)
            for row, value in enumerate(choices):
                options.write_string(row, at, value)
            letter = xlsxwriter.utility.xl_col_to_name(at)
            source = f"='{options_name}'!${letter}$1:${letter}${len(choices)}"
            rule = {"validate": "list", "source": source}
        elif column.form == "number":
            rule = {"validate": "decimal", "criteria": "between", "minimum": column.low, "maximum": column.high}
        told = {"input_title": column.heading(language)[:32], "input_message": translate(column.meaning)[:255]}
        sheet.data_validation(1, at, ROWS, at, {**rule, **told, "ignore_blank": True})


def _rows(
    sheet: Worksheet, columns: list[Column], table: pd.DataFrame, cells: list[list[str]], scheme: Scheme, language: str
) -> None:
    corners = [at for at, column in enumerate(columns) if column.name == "wkt"]
    for row in range(len(table)):
        for at, column in enumerate(columns):
            if column.name in table.columns:
                _write(sheet, row + 1, at, column, table[column.name].iat[row], scheme, language)
        for at, text in zip(corners, cells[row] if cells else [], strict=False):
            sheet.write_string(row + 1, at, text)


def _write(sheet: Worksheet, row: int, at: int, column: Column, value: object, scheme: Scheme, language: str) -> None:
    if column.form == "number":
        number = float(str(value))
        if math.isfinite(number):
            sheet.write_number(row, at, number)
        return
    text = str(value).lower() if isinstance(value, bool) or column.name == "is_emergency_base" else str(value)
    if text:
        sheet.write_string(row, at, _said(column, text, scheme, language)[:CELL])


def _corner_cells(table: pd.DataFrame) -> list[list[str]]:
    """Every row's outline as WKT, cut at corners into pieces that a cell can hold."""
    if "geometry" not in table.columns:
        return []
    return [_pieces(text) for text in shapely.to_wkt(table["geometry"].to_numpy(), rounding_precision=DECIMALS)]


def _pieces(text: str) -> list[str]:
    pieces = []
    while len(text) > CELL:
        at = text.rindex(",", 0, CELL) + 1
        pieces.append(text[:at])
        text = text[at:].strip()
    return [*pieces, text]


# ---- the explaining sheet --------------------------------------------------------------------------------------


def _explain(
    book: Workbook, sheet: Worksheet, columns: list[Column], translate: Translate, scheme: Scheme, language: str
) -> None:
    wrap, bold = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"bold": True, "bottom": 1})
    for row, remark in enumerate(_REMARKS):
        sheet.write_string(row, 0, translate(remark))
    top = len(_REMARKS) + 1
    for at, heading in enumerate(_EXPLAINED):
        sheet.write_string(top, at, translate(heading), bold)
    for row, column in enumerate(columns, start=top + 1):
        for at, text in enumerate(_explained(column, translate, scheme, language)):
            sheet.write_string(row, at, text, wrap)
    for at, width in enumerate((22, 60, 10, 8, 40, 30)):
        sheet.set_column(at, at, width)
    sheet.freeze_panes(top + 1, 0)


def _explained(column: Column, translate: Translate, scheme: Scheme, language: str) -> tuple[str, ...]:
    choices = _choices(column, scheme, language)
    needed = translate(N_("yes")) if column.required else ""
    unit = translate(column.unit) if column.unit else ""
    example = column.example or (choices[0] if choices else "")
    return column.heading(language), translate(column.meaning), unit, needed, " / ".join(choices), example
