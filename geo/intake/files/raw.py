"""Any allowed table or map-layer file as a `Raw` of text, or the questions that come first. Second floor: intake.

The bytes are read by files.grids; here only text is looked at. Nothing is chosen in silence: where several sheets,
layers or header rows fit, the choices are handed back with their first rows.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.intake.desk.headers import plain_header
from geo.intake.files.angle_columns import with_angles
from geo.intake.files.cells import DEFAULT_LIMITS, PREVIEW_ROWS, ROW, Grid, Note, Part, head, shown, tail
from geo.intake.files.grids import read_grid
from geo.intake.files.header_rows import (
    HEAD_LINES,
    NO_HEADER,
    Header,
    header_at,
    header_rows,
    is_footer,
    is_known,
    is_total,
    letters,
)
from geo.intake.files.merged_cells import filled_down
from geo.model.desk import HEADER_ROW, LAYER, SHEET, Answers, Choice, Question, Raw
from geo.model.errors import TableEmpty
from geo.model.problems import Problem

OVERFLOW = "\u2026"  # column of cells beyond the header; there only when a row has some
_HIDDEN, _NO_HEADER = "{name} (hidden 隐藏)", "0 (no header 无表头)"
_FOOTERS = 15  # rows looked at from the end, and from the start of the body, for totals and remarks
_OWN_COLUMN = 0.5  # a column without a name that this share of the rows fills is a column, else surplus
_SHOWN = 80
_SUBTOTAL = r"[合总小共][\s\p{Zs}]*计[\s\p{Zs}]*([(（].*[)）])?[:：]?$|^其中[:：]"
_SUBTOTAL_COLUMNS = 5  # the first ones, where its word stands

Reading = tuple[Raw | None, list[Question], list[Problem]]


def read_raw(path: Path, answers: Answers) -> tuple[Raw | None, list[Question]]:
    """The file as text, or what must be answered first: `SHEET`, `LAYER`, `HEADER_ROW` (a row number; 0: none).

    Read in this process: for files of strangers use files.guard.guarded_noted. An answer that fits nothing is asked
    again. Titles above the header and totals and signatures below the list are left out.

    Raises FileMissing, FileUnreadable, FileTooDemanding, TableEmpty when there is a header and nothing below.
    """
    raw, questions, _ = read_noted(path, answers)
    return raw, questions


def read_noted(path: Path, answers: Answers) -> Reading:
    """`read_raw` with what was found on the way: rows left out, broken text, mixed encodings."""
    return raw_from(path, read_grid(path, part_answer(answers), DEFAULT_LIMITS), answers)


def part_answer(answers: Answers) -> str:
    """The sheet or layer that was chosen, "" for none."""
    return answers.get(SHEET) or answers.get(LAYER) or ""


def raw_from(path: Path, grid: Grid, answers: Answers) -> Reading:
    """What `read_noted` makes of the text of a file. Raises TableEmpty."""
    notes = [_problem(note) for note in grid.notes]
    if grid.cells is None:
        return None, [_part_question(grid)], notes
    if grid.names:
        return _layer(path, grid), [], notes
    lines = head(grid.cells, HEAD_LINES)
    rows = header_rows(lines, grid.merges)
    told = answers.get(HEADER_ROW, "")
    if told.isdecimal() and (int(told) == NO_HEADER or int(told) in [n for n, _ in lines]):
        rows = [int(told)]
    if len(rows) > 1:
        return None, [_header_question(rows, lines)], notes
    header = header_at(lines, grid.merges, rows[0])
    body, left_out = _body(grid.cells, header)
    if not body.num_rows:
        raise TableEmpty(path=path, table="list", refused=0)
    body, filled = filled_down(body, grid.merges)
    if filled:
        notes.append(Problem("cells_filled", "warning", "file", params={"count": filled}))
    frame = with_angles(_frame(body, header))
    shape = "" if header.row == NO_HEADER else shape_of(frame)  # columns A, B, C are anybody's
    raw = Raw(frame, shape, sheet=grid.part, header_row=header.row)
    return raw, [], [*notes, *_twice(header), *left_out]


def _twice(header: Header) -> list[Problem]:
    """Names that stand over several columns."""
    twice = [name for name, count in Counter(filter(None, header.names)).items() if count > 1]
    return [
        Problem("header_twice", "warning", "file", header.row, "", {"value": name, "new": f"{name}_2"})
        for name in twice
    ]


def shape_of(frame: pd.DataFrame) -> str:
    """The same for frames with the same headers in the same order."""
    plain = "\x1f".join(plain_header(str(name)) for name in frame.columns if name != OVERFLOW)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:16]


# ---- questions -------------------------------------------------------------------------------------------------


def _part_question(grid: Grid) -> Question:
    best = max(grid.parts, key=lambda p: (not p.hidden, _known_headers(p), p.rows))
    choices = tuple(
        Choice(p.name, _HIDDEN.format(name=p.name) if p.hidden else p.name, {"rows": p.rows}, p.preview)
        for p in grid.parts
    )
    guess = best.name if not best.hidden and _known_headers(best) > 1 else ""
    return Question(LAYER if grid.of_layers else SHEET, choices, guess)


def _known_headers(part: Part) -> int:
    return max((sum(1 for cell in row if cell and is_known(cell)) for row in part.preview), default=0)


def _header_question(rows: Sequence[int], lines: Sequence[tuple[int, list[str]]]) -> Question:
    choices = []
    for row in rows:
        below = [shown(cells) for number, cells in lines if number >= row][:PREVIEW_ROWS]
        choices.append(Choice(str(row), str(row) if row else _NO_HEADER, preview=tuple(below)))
    return Question(HEADER_ROW, tuple(choices), guess=str(rows[0]))


def _problem(note: Note) -> Problem:
    return Problem(note.code, "warning", "file", note.row, "", {"value": note.value})


# ---- the body --------------------------------------------------------------------------------------------------


def _body(cells: pa.Table, header: Header) -> tuple[pa.Table, list[Problem]]:
    """The rows of the list itself, and those left out: totals and remarks at its ends, the header met again."""
    below = cells.filter(pc.greater(cells.column(ROW), header.last_row))
    first = [line for line in head(below, _FOOTERS) if header.row != NO_HEADER]
    out = _leading(first) | _trailing(tail(below, _FOOTERS)) | _subtotals(below) | _repeated(below, header)
    if not out:
        return below, []
    gone = below.filter(pc.is_in(below.column(ROW), pa.array(sorted(out), pa.int64())))
    kept = below.filter(pc.invert(pc.is_in(below.column(ROW), pa.array(sorted(out), pa.int64()))))
    return kept, [_left_out(row, line, header) for row, line in head(gone, gone.num_rows)]


def _leading(lines: Sequence[tuple[int, list[str]]]) -> set[int]:
    """A total above the list; a remark there may be a place of its own, so it stays."""
    rows: set[int] = set()
    for row, line in lines:
        if not is_footer(line) or len([cell for cell in line if cell]) < 2:
            break
        rows.add(row)
    return rows


def _trailing(lines: Sequence[tuple[int, list[str]]]) -> set[int]:
    """From the end up to the last row that is one of the list; lines under a remark belong to it."""
    rows: set[int] = set()
    waiting: set[int] = set()
    for row, line in reversed(lines):
        if is_footer(line):
            rows |= waiting | {row}
            waiting = set()
        elif len([cell for cell in line if cell]) == 1 and len(line) > 3:
            waiting.add(row)
        else:
            break
    return rows


def _subtotals(below: pa.Table) -> set[int]:
    """Totals between the rows; their word stands in one of the first columns."""
    rows: set[int] = set()
    for column in below.columns[1 : 1 + _SUBTOTAL_COLUMNS]:
        found = below.filter(pc.match_substring_regex(column, _SUBTOTAL))
        rows |= {row for row, line in head(found, found.num_rows) if is_total([cell for cell in line if cell])}
    return rows


def _repeated(below: pa.Table, header: Header) -> set[int]:
    """Rows that say the header again, as lists put together from several do."""
    named = [(i, name) for i, name in enumerate(header.names) if name]
    if header.row == NO_HEADER or not named or header.row != header.last_row:
        return set()
    same = None
    for column, name in named:
        equal = pc.equal(below.column(str(column)), name)
        same = equal if same is None else pc.and_(same, equal)
    return set(below.filter(same).column(ROW).to_pylist())


def _left_out(row: int, line: Sequence[str], header: Header) -> Problem:
    filled = [cell for cell in line if cell]
    if filled == [name for name in header.names if name]:
        return Problem("header_repeated", "warning", "file", row)
    return Problem("footer_left_out", "warning", "file", row, "", {"value": " ".join(filled)[:_SHOWN]})


# ---- the frame -------------------------------------------------------------------------------------------------


def _layer(path: Path, grid: Grid) -> Raw:
    assert grid.cells is not None
    if not grid.cells.num_rows:
        raise TableEmpty(path=path, table="layer", refused=0)
    places = grid.names[-2:]
    names = _unique([*places, *grid.names[:-2]])
    frame = _texts(grid.cells, [*names[2:], *names[:2]])
    return Raw(frame, shape_of(frame), sheet=grid.part, header_row=NO_HEADER, geometry_crs=grid.crs)


def _frame(body: pa.Table, header: Header) -> pd.DataFrame:
    """The body under its names: a nameless column that is mostly filled gets a letter, the rest is surplus."""
    width = body.num_columns - 1
    own, surplus = [], []
    for i in range(width):
        name = header.names[i] if i < len(header.names) else ""
        share = pc.sum(pc.not_equal(body.column(str(i)), "")).as_py() / body.num_rows
        if name or share > _OWN_COLUMN:
            own.append((i, name or letters(i)))
        elif share:
            surplus.append(str(i))
    frame = _texts(body.select([ROW, *(str(i) for i, _ in own)]), _unique([name for _, name in own]))
    return frame.assign(**{OVERFLOW: _joined(body, surplus)}) if surplus else frame


def _joined(body: pa.Table, columns: Sequence[str]) -> list[str]:
    texts = [body.column(name).to_pylist() for name in columns]
    return [" ".join(cell for cell in cells if cell) for cells in zip(*texts, strict=True)]


def _texts(cells: pa.Table, names: Sequence[str]) -> pd.DataFrame:
    index = pd.Index(cells.column(ROW).to_numpy(), dtype="int64")
    data = {name: cells.column(i + 1).to_pandas().array for i, name in enumerate(names)}
    return pd.DataFrame(data, index=index, dtype="str")


def _unique(names: Sequence[str]) -> list[str]:
    out: list[str] = []
    taken: set[str] = set()
    for name in names:
        candidate, n = name, 1
        while candidate in taken:
            n += 1
            candidate = f"{name}_{n}"
        taken.add(candidate)
        out.append(candidate)
    return out
