"""The cells of a table file as text, before anyone has decided which row is the header. Second floor: intake.

What a reader of hostile bytes hands over is a `Grid` and nothing else: text in Arrow, and words that fit into JSON, so
that it can come out of a child process (geo.intake.files.guard) without a pickle. This module and the readers of tables
import neither pandas nor geopandas: a child must start quickly.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from geo.model.errors import N_, FileTooDemanding
from geo.model.phrases import Phrase, phrase

ROW = "row"
PREVIEW_ROWS, PREVIEW_CELLS, PREVIEW_CHARACTERS = 5, 12, 40
_BATCH = 20_000
_HEAD_ROWS = 100  # titles, header and remarks do not count as rows of the list

Line = tuple[int, Sequence[str]]  # row number in the file, cells
Progress = Callable[[int], None]  # told the rows read so far


@dataclass(frozen=True)
class Limits:
    """What one file may ask for. Figures are bytes, seconds or counts."""

    rows: int = 1_000_000
    columns: int = 1_000
    cell_characters: int = 100_000
    file_bytes: int = 200 * 1024**2
    inflated_bytes: int = 600 * 1024**2
    memory_bytes: int = 1536 * 1024**2
    written_bytes: int = 2 * 1024**3
    cpu_s: int = 60
    wall_s: float = 60.0
    open_files: int = 64


DEFAULT_LIMITS = Limits()
LIST_LIMITS = replace(DEFAULT_LIMITS, rows=300_000)  # checking takes 0.3 GB and 18 s for 100,000 rows


class Part(NamedTuple):
    """A sheet or a layer that could be read. `preview` holds its first rows."""

    name: str
    hidden: bool
    rows: int
    preview: tuple[tuple[str, ...], ...]


class Note(NamedTuple):
    """Something found while reading that cost no row: a problem's code, the row, the text."""

    code: str
    row: int | None
    value: str


class Merge(NamedTuple):
    """A merged area; rows count from 1, columns from 0, both ends belong to it."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Grid:
    """What a file holds. `cells` is None while a part must be chosen.

    `cells` has the column "row" (number in the file, int64) and the text columns "0", "1" …, blank rows left out.
    A map layer has `names` for its columns and `crs`, "" where it states none; then its last two are lon and lat.
    """

    parts: tuple[Part, ...] = ()
    part: str = ""
    cells: pa.Table | None = None
    names: tuple[str, ...] = ()
    crs: str = ""
    merges: tuple[Merge, ...] = ()
    notes: tuple[Note, ...] = ()
    of_layers: bool = False


def no_progress(_rows: int) -> None:
    """For callers that do not watch."""


def gathered(path: Path, lines: Iterable[Line], limits: Limits, progress: Progress = no_progress) -> pa.Table:
    """The lines that hold anything, as a `Grid.cells` table; as wide as the widest of them.

    Raises FileTooDemanding beyond the limits on rows, columns and characters in a cell.
    """
    batches: list[pa.Table] = []
    waiting: list[tuple[int, list[str]]] = []
    seen = 0
    for number, cells in lines:
        bare = _bare(path, number, cells, limits)
        if not bare:
            continue
        seen += 1
        waiting.append((number, bare))
        if seen > limits.rows + _HEAD_ROWS:
            raise demanding(path, phrase(N_("more than {most} rows"), most=limits.rows))
        if len(waiting) == _BATCH:
            batches.append(_batch(waiting))
            waiting = []
            progress(seen)
    return _joined([*batches, _batch(waiting)])


def demanding(path: Path, detail: str | Phrase) -> FileTooDemanding:
    return FileTooDemanding(path=path, detail=detail)


def _bare(path: Path, number: int, cells: Sequence[str], limits: Limits) -> list[str]:
    """The cells without blanks around them and without empty ones at the end."""
    bare = [without_apostrophe(cell.strip()) for cell in cells]
    while bare and not bare[-1]:
        bare.pop()
    if len(bare) > limits.columns:
        told = N_("row {row} has {count} columns; {most} are allowed")
        raise demanding(path, phrase(told, row=str(number), count=len(bare), most=limits.columns))
    if bare and len(max(bare, key=len)) > limits.cell_characters:
        told = N_("row {row} has a cell of more than {most} characters")
        raise demanding(path, phrase(told, row=str(number), most=limits.cell_characters))
    return bare


def without_apostrophe(cell: str) -> str:
    """The cell without the apostrophe that keeps a spreadsheet from running it (geo.output.tables)."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


def _batch(lines: list[tuple[int, list[str]]]) -> pa.Table:
    columns = list(zip_longest(*(cells for _, cells in lines), fillvalue=""))
    arrays = [pa.array(column, pa.large_string()) for column in columns]
    numbers = pa.array([number for number, _ in lines], pa.int64())
    return pa.table([numbers, *arrays], names=[ROW, *map(str, range(len(arrays)))])


def _joined(batches: list[pa.Table]) -> pa.Table:
    width = max(batch.num_columns for batch in batches)
    wide = [_widened(batch, width) for batch in batches if batch.num_rows or len(batches) == 1]
    return pa.concat_tables(wide)


def _widened(batch: pa.Table, width: int) -> pa.Table:
    blank = pa.array([""] * batch.num_rows, pa.large_string())
    for number in range(batch.num_columns, width):
        batch = batch.append_column(str(number - 1), blank)
    return batch


def head(cells: pa.Table, count: int) -> list[tuple[int, list[str]]]:
    """The first `count` rows as (row number, cells)."""
    return _lines(cells.slice(0, count))


def tail(cells: pa.Table, count: int) -> list[tuple[int, list[str]]]:
    """The last `count` rows as (row number, cells)."""
    return _lines(cells.slice(max(0, cells.num_rows - count)))


def _lines(cells: pa.Table) -> list[tuple[int, list[str]]]:
    columns = [column.to_pylist() for column in cells.columns]
    return [(row[0], list(row[1:])) for row in zip(*columns, strict=True)]


def part_of(name: str, cells: pa.Table, *, hidden: bool = False) -> Part:
    """A part with the preview of its cells."""
    rows = tuple(shown(line) for _, line in head(cells, PREVIEW_ROWS))
    return Part(name, hidden, cells.num_rows, rows)


def shown(line: Sequence[str]) -> tuple[str, ...]:
    """A row as a preview shows it: not too wide, no cell too long."""
    return tuple(cell[:PREVIEW_CHARACTERS] for cell in line[:PREVIEW_CELLS])
