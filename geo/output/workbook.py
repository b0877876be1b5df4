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
from geo.output.briefing_tables import sources_table, speeds_table
from geo.output.clean import clean
from geo.output.facts import Export, facts
from geo.output.figures import figure_of, scene_sentence, scene_title
from geo.output.language import Translate
from geo.output.names import short_names
from geo.output.report import missing_sentence

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
_CELL_LETTERS = 32_000  # Excel's limit is 32,767
_NOT_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_WIDEST = 46


def workbook_xlsx(answers: Sequence[Answer], export: Export, _: Translate) -> bytes:
    """The workbook of released answers: explanations, each scene's figures, villages, facilities, speeds, sources."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        looks = _Looks(book)
        tables = [*_scene_tables(answers, export, _), *_whole_tables(answers[0], export, _)]
        _explain(book, looks, answers, export, tables, _)
        for name, meaning, table in tables:
            _sheet(book, looks, name, meaning, table)
    return file.getvalue()


Named = tuple[str, str, pd.DataFrame]  # name of the sheet, what it holds, the table


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


def _scene_tables(answers: Sequence[Answer], export: Export, _: Translate) -> list[Named]:
    """A sheet for each figure that is shown; the same figure of the same question is written once."""
    out: list[Named] = []
    seen: set[object] = set()
    for answer in answers:
        scene = answer.scene
        asked = (
            scene.study, scene.version, scene.threshold_min, scene.mode, scene.assumptions, scene.tiers, scene.closed,
            scene.rescue, scene.indicator,
        )  # fmt: skip
        for key in scene.shows:
            if (asked, key) not in seen:
                seen.add((asked, key))
                figure = figure_of(answer, key, _, export.language)
                said = f"{figure.title}: {figure.value} {figure.of}. {', '.join(figure.marks)}"
                out.append((figure.title, said, figure.table))
    return out


def _whole_tables(answer: Answer, export: Export, _: Translate) -> list[Named]:
    told = {
        _("Villages"): (
            _("Every village with the minutes until the first ambulance arrives.")
            if answer.scene.rescue
            else _("Every village with its minutes to the nearest facility that counts.")
        ),
        _("Facilities"): _("Every facility of the study."),
        _("Speeds"): _("Every speed and factor that the minutes depend on, with its source."),
        _("Sources"): _("Where the study's data comes from."),
    }
    tables = (
        villages_table(answer, _), facilities_table(answer, export, _), speeds_table([answer], _),
        sources_table([answer], _),
    )  # fmt: skip
    return [(name, meaning, table) for (name, meaning), table in zip(told.items(), tables, strict=True)]


def villages_table(answer: Answer, _: Translate) -> pd.DataFrame:
    """Every village: code, name, township, people, minutes, nearest facility or first base, whether within."""
    nearest = _("First base to arrive") if answer.scene.rescue else _("Nearest facility")
    demand, found = answer.study.demand, answer.found
    towns = dict(zip(answer.study.unit["unit_code"], answer.study.unit["name"], strict=True))
    names = dict(zip(answer.study.facility["facility_id"], answer.study.facility["name"], strict=True))
    within = found["travel_time_min"].to_numpy(dtype=float) <= answer.scene.threshold_min
    return pd.DataFrame({
        _("Code"): demand["demand_id"],
        _("Village"): short_names(demand["name"]),
        _("Township"): demand["unit_code"].map(towns).fillna("—"),
        _("People"): demand["population"],
        _("Minutes"): found["travel_time_min"],
        nearest: found["facility_id"].map(names).fillna("—"),
        _("Within {minutes} min").format(minutes=f"{answer.scene.threshold_min:g}"): [
            _("yes") if w else _("no") for w in within
        ],
        _("Longitude"): demand["lon"],
        _("Latitude"): demand["lat"],
    })  # fmt: skip


def facilities_table(answer: Answer, export: Export, _: Translate) -> pd.DataFrame:
    """Every facility: code, name, tier, township, beds and staff, place."""
    facility = answer.study.facility
    tiers = {t.tier_id: t.name[export.language] for t in answer.study.scheme.tiers}
    towns = dict(zip(answer.study.unit["unit_code"], answer.study.unit["name"], strict=True))
    return pd.DataFrame({
        _("Code"): facility["facility_id"],
        _("Facility"): facility["name"],
        _("Tier"): facility["tier"].map(tiers).fillna("—"),
        _("Township"): facility["unit_code"].map(towns).fillna("—"),
        _("Beds"): facility["beds"],
        _("Physicians"): facility["physicians"],
        _("Nurses"): facility["nurses"],
        _("Ambulances"): facility["ambulances"],
        _("Status"): facility["status"],
        _("Position quality"): facility["position_quality"],
        _("Longitude"): facility["lon"],
        _("Latitude"): facility["lat"],
    })  # fmt: skip


def _explain(
    book: Workbook, looks: _Looks, answers: Sequence[Answer], export: Export, tables: list[Named], _: Translate
) -> None:
    sheet = book.add_worksheet(_sheet_name(book, _("Read me")))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 110)
    _put(sheet, 0, 0, answers[0].study.title(export.language), looks.title)
    lines: list[tuple[str, str]] = [*facts(answers[0], export, _), ("", "")]
    for answer in answers:
        lines.append((scene_title(answer, _, export.language), scene_sentence(answer, _, export.language)))
        if answer.missing:
            lines.append(("", missing_sentence(answer, _)))
    lines += [("", ""), (_("Sheet"), _("What it holds"))]
    lines += [(name, meaning) for name, meaning, _table in tables]
    for row, (label, said) in enumerate(lines, start=2):
        _put(sheet, row, 0, label, looks.text)
        _put(sheet, row, 1, said, looks.long)


def _sheet(book: Workbook, looks: _Looks, name: str, meaning: str, table: pd.DataFrame) -> None:
    sheet = book.add_worksheet(_sheet_name(book, name))
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


def _sheet_name(book: Workbook, wanted: str) -> str:
    """A name that Excel allows and no other sheet has."""
    base = _NOT_A_SHEET_NAME.sub(" ", clean(wanted)).strip()[:28] or "—"
    taken = {str(sheet.get_name()).lower() for sheet in book.worksheets()}
    name, number = base, 1
    while name.lower() in taken:
        number += 1
        name = f"{base[: 28 - len(str(number))]} {number}"
    return name
