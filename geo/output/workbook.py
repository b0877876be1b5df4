"""All tables of a briefing as one XLSX workbook, the first sheet explaining the others. Fourth floor: output.

Cells hold what they are: text is text, never a formula or a link, numbers are numbers, unknown is empty.
"""

import io
import math
import re
from collections.abc import Sequence

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from geo.analysis.presenting import Answer
from geo.output.briefing_tables import Named, alike, named_tables, scenes_text
from geo.output.clean import clean
from geo.output.facts import Export, facts
from geo.output.figures import scene_sentence, scene_title
from geo.output.language import Translate
from geo.output.report import missing_sentence

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
_CELL_LETTERS = 32_000  # Excel's limit is 32,767
_NAME_LETTERS = 31  # Excel's limit of a sheet's name
_NOT_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_WIDEST = 46


def workbook_xlsx(answers: Sequence[Answer], export: Export, _: Translate) -> bytes:
    """The workbook of released answers: explanations, each scene's figures, villages, facilities, speeds, sources."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        looks = _Looks(book)
        tables = named_tables(answers, export, _)
        first, *names = sheet_names([_("Read me"), *(name for name, _meaning, _table in tables)])
        _explain(book.add_worksheet(first), looks, _explained(answers, export, _) + _listed(names, tables, _))
        for name, (_name, meaning, table) in zip(names, tables, strict=True):
            _sheet(book.add_worksheet(name), looks, meaning, table)
    return file.getvalue()


class _Looks:
    """The few formats of the workbook."""

    def __init__(self, book: Workbook) -> None:
        font = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
        self.title: Format = book.add_format({**font, "font_size": 16, "bold": True})
        self.head: Format = book.add_format({**font, "bold": True, "bg_color": "#0b5cad", "font_color": "#ffffff"})
        self.text: Format = book.add_format(font)
        self.long: Format = book.add_format({**font, "text_wrap": True})
        self.whole: Format = book.add_format({**font, "num_format": "#,##0"})
        self.part: Format = book.add_format({**font, "num_format": "#,##0.0"})
        self.place: Format = book.add_format({**font, "num_format": "0.00000"})


Line = tuple[str, str]  # label, text


def _explained(answers: Sequence[Answer], export: Export, _: Translate) -> list[Line]:
    """The study's title, what each question was answered with, and what each scene says."""
    lines = [(answers[0].study.title(export.language), "")]
    questions = alike(answers, lambda answer: answer.question)
    for answer, numbers in questions:
        lines += [("", ""), *([(scenes_text(numbers, _), "")] if len(questions) > 1 else [])]
        lines += facts(answer, export, _)
    lines.append(("", ""))
    for number, answer in enumerate(answers, start=1):
        title = scene_title(answer, _, export.language)
        said = f"{number}. {title}" if len(answers) > 1 else title
        lines.append((said, scene_sentence(answer, _, export.language)))
        if answer.missing:
            lines.append(("", missing_sentence(answer, _)))
    return lines


def _listed(names: Sequence[str], tables: Sequence[Named], _: Translate) -> list[Line]:
    """The other sheets by the names that they have, and what they hold."""
    meanings = (meaning for _name, meaning, _table in tables)
    return [("", ""), (_("Sheet"), _("What it holds")), *zip(names, meanings, strict=True)]


def _explain(sheet: Worksheet, looks: _Looks, lines: Sequence[Line]) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 110)
    for row, (label, said) in enumerate(lines):
        _put(sheet, row, 0, label, looks.text if row else looks.title)
        _put(sheet, row, 1, said, looks.long)


def _sheet(sheet: Worksheet, looks: _Looks, meaning: str, table: pd.DataFrame) -> None:
    _put(sheet, 0, 0, meaning, looks.text)
    sheet.freeze_panes(2, 0)
    for column, heading in enumerate(table.columns):
        _put(sheet, 1, column, heading, looks.head)
        values = table[heading].tolist()
        look = _look(looks, values)
        for row, value in enumerate(values, start=2):
            _put(sheet, row, column, value, look)
        longest = max([len(clean(heading).encode("gbk", "replace")), *(_length(v) for v in values[:500])], default=8)
        sheet.set_column(column, column, min(max(longest + 2, 8), _WIDEST))
    if len(table.columns):
        sheet.autofilter(1, 0, max(len(table), 1) + 1, len(table.columns) - 1)


def _length(value: object) -> int:
    return 10 if isinstance(value, float) else len(clean(value).encode("gbk", "replace"))


def _look(looks: _Looks, values: list[object]) -> Format:
    numbers = [v for v in values if isinstance(v, (int, float)) and not math.isnan(v)]
    if not numbers:
        return looks.text
    if all(float(v).is_integer() for v in numbers):
        return looks.whole
    return looks.place if _is_place(numbers) else looks.part


def _is_place(numbers: Sequence[float]) -> bool:
    """Longitudes and latitudes need more digits than anything else here; they hardly differ within a county."""
    fine = any(abs(v * 1000 - round(v * 1000)) > 1e-6 for v in numbers)
    return fine and max(numbers) - min(numbers) < 5 and min(map(abs, numbers)) > 5


def _put(sheet: Worksheet, row: int, column: int, value: object, look: Format) -> None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if math.isnan(value) or math.isinf(value):
            sheet.write_blank(row, column, None, look)
        else:
            sheet.write_number(row, column, value, look)
    else:
        sheet.write_string(row, column, clean(value)[:_CELL_LETTERS], look)


def sheet_names(wanted: Sequence[str]) -> list[str]:
    """Names that Excel allows, each other than the ones before it."""
    out: list[str] = []
    for base in (_NOT_A_SHEET_NAME.sub(" ", clean(name)).strip()[:_NAME_LETTERS] or "—" for name in wanted):
        name, number, taken = base, 1, {other.lower() for other in out}
        while name.lower() in taken:
            number += 1
            name = f"{base[: _NAME_LETTERS - 1 - len(str(number))]} {number}"
        out.append(name)
    return out
