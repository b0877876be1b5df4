"""XLSX and XLS workbooks as text, through calamine. Second floor: intake, files → clean tables.

Calamine (Rust) runs no formula and follows no link: a formula is its cached value. Everything becomes text: a number
its shortest exact form, a date its ISO form, so a code stored as text keeps its zeros and one stored as a number that
lost digits stays recognisable (3.40621001001235e+17).
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

import pyarrow as pa
from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from geo.intake.files.archives import single_file
from geo.intake.files.cells import Grid, Limits, Merge, Part, Progress, demanding, gathered, no_progress, part_of
from geo.intake.files.merged_cells import MOST_MERGES
from geo.intake.files.sniffing import Format
from geo.intake.files.workbook_parts import ErrorCells, checked_workbook
from geo.model.errors import N_, FileUnreadable, YidaError, broken
from geo.model.phrases import Phrase, phrase

MOST_SHEETS = 100
_EXPLAINING = re.compile(r"说明|须知|字典|注释|readme|explanation|instruction|notes?$", re.IGNORECASE)
_HEAD_ROWS = 60  # merged areas further down are in the body; of them one column's are read
_PASSWORD = N_("it is protected by a password")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream of a protected workbook
_EXACT = 1e15  # above it a spreadsheet has dropped digits


def read_workbook(path: Path, kind: Format, part: str, limits: Limits, progress: Progress = no_progress) -> Grid:
    """The sheet named `part` of an XLSX or XLS file, or the only one that can be meant, else what can be chosen.

    A hidden sheet, and one that by its name explains the others, is offered but never taken by itself; an empty one is
    not offered.

    Raises FileUnreadable (damaged, protected by a password, empty), FileTooDemanding.
    """
    errors = checked_workbook(path, limits) if kind is Format.XLSX else {}
    try:
        with single_file(path, f"book.{kind}") as staged, CalamineWorkbook.from_path(str(staged)) as book:
            return _chosen(path, book, part, errors, limits, progress)
    except YidaError:
        raise
    except PasswordError as error:
        raise _refuse(path, _PASSWORD) from error
    except MemoryError:
        raise
    except Exception as error:  # whatever calamine makes of bytes that are no workbook
        locked = kind is Format.XLS and _ENCRYPTED in path.read_bytes()
        raise _refuse(path, _PASSWORD if locked else broken(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what PyO3 makes of a Rust panic
            raise
        raise _refuse(path, N_("it is damaged")) from error


def _chosen(
    path: Path, book: CalamineWorkbook, part: str, errors: ErrorCells, limits: Limits, progress: Progress
) -> Grid:
    sheets = {m.name: m for m in book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet}
    if len(sheets) > MOST_SHEETS:
        raise demanding(path, phrase(N_("{count} sheets; {most} are allowed"), count=len(sheets), most=MOST_SHEETS))
    if part in sheets:
        return _grid(path, book, part, errors, limits, progress)
    parts: list[Part] = []
    for name, sheet in sheets.items():
        cells = _cells(path, book.get_sheet_by_name(name), errors.get(name, {}), limits, progress)
        if cells.num_rows:
            parts.append(part_of(name, cells, hidden=sheet.visible != SheetVisibleEnum.Visible))
    if not parts:
        raise _refuse(path, N_("no sheet of it holds anything"))
    meant = [p.name for p in parts if not p.hidden and not _EXPLAINING.search(p.name)]
    if len(meant) == 1 and not [p for p in parts if not p.hidden and p.name != meant[0] and not _explains(p)]:
        return _grid(path, book, meant[0], errors, limits, progress)
    return Grid(parts=tuple(parts))


def _explains(part: Part) -> bool:
    return _EXPLAINING.search(part.name) is not None


def _grid(
    path: Path, book: CalamineWorkbook, name: str, errors: ErrorCells, limits: Limits, progress: Progress
) -> Grid:
    sheet = book.get_sheet_by_name(name)
    every = (Merge(top + 1, left, low + 1, right) for (top, left), (low, right) in sheet.merged_cell_ranges or ())
    merges = tuple(islice((m for m in every if m.top <= _HEAD_ROWS or m.left == m.right), MOST_MERGES))
    cells = _cells(path, sheet, errors.get(name, {}), limits, progress)
    return Grid(part=name, cells=cells, merges=merges)


def _cells(
    path: Path, sheet: CalamineSheet, errors: dict[tuple[int, int], str], limits: Limits, progress: Progress
) -> pa.Table:
    return gathered(path, _lines(path, sheet, errors, limits), limits, progress)


def _lines(
    path: Path, sheet: CalamineSheet, errors: dict[tuple[int, int], str], limits: Limits
) -> Iterator[tuple[int, Sequence[str]]]:
    if sheet.start is None or sheet.end is None:
        return
    left = sheet.start[1]
    before = [""] * left
    failed = {row for row, _ in errors}
    if left + sheet.width > limits.columns * 20:
        told = phrase(N_("{count} columns; {most} are allowed"), count=left + sheet.width, most=limits.columns)
        raise demanding(path, told)
    # Rows come from the first of the sheet, columns only from the first that is used.
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = before + [cell_text(value) for value in row]
        if number in failed:
            cells = [errors.get((number, column), text) for column, text in enumerate(cells)]
        yield number, cells


def cell_text(value: object) -> str:
    """A cell as text: whole numbers without a point, other numbers in the fewest digits that give them back, dates and
    times in ISO form, a duration in hours, minutes and seconds."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
    if isinstance(value, datetime):
        at_midnight = value.time() == time()
        return value.date().isoformat() if at_midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return "" if value is None else str(value)


def _refuse(path: Path, detail: str | Phrase) -> FileUnreadable:
    return FileUnreadable(path=path, expected=N_("a workbook"), detail=detail)
