"""Text tables: any separator, any of the encodings that lists come in, broken quotes. Second floor: intake.

Lines are read one at a time, so a million rows never stand in memory as Python objects, and a quotation mark that is
never closed costs its own row instead of swallowing the rest of the file.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from geo.intake.files.cells import Grid, Limits, Note, Progress, demanding, gathered, no_progress
from geo.model.errors import N_, FileUnreadable
from geo.model.phrases import Phrase, phrase

SEPARATORS = "\t|;,"  # of equals the first is taken: a comma is also a decimal mark
SAMPLE_LINES = 40
_CHUNK = 1 << 20
_LONGEST_LINE = 4_000_000  # characters
_QUOTED_LINES, _QUOTED_CHARACTERS = 50, 50_000  # a quoted cell longer than this was never closed
_OPEN_QUOTES_BORNE = 100
_SURELY_UTF8 = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){3}")  # three Chinese characters in a row
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_BROKEN = "\ufffd"
_BROKEN_LINES = 3  # borne in the shortest list; in a long one a tenth
_COMPARED = 20_000  # characters of a line looked at for separators
_REMARKS = 50  # notes of one kind; a thousand would say no more


def read_delimited(path: Path, limits: Limits, progress: Progress = no_progress) -> Grid:
    """A CSV, TSV or the like in UTF-8, UTF-16 with byte order mark, GB18030, or UTF-8 mixed with GB18030.

    Rows count as a spreadsheet counts them: a quoted line break does not begin a row. Notes tell rows whose quotation
    mark is never closed, whose bytes were no text, and how many lines were in the other encoding.

    Raises FileUnreadable, FileTooDemanding.
    """
    notes: list[Note] = []
    encoding = encoding_of(path)
    separator, skip = _separator(path, encoding)
    records = _records(path, _lines(path, encoding, notes), separator, skip, notes)
    try:
        return Grid(cells=gathered(path, records, limits, progress), notes=tuple(notes))
    except csv.Error as error:  # the only one left: a cell longer than the csv module takes
        raise demanding(path, str(error)) from error


def encoding_of(path: Path) -> str:
    """How a text is written: "mixed" where only lines by themselves can be told. Raises FileUnreadable."""
    with path.open("rb") as file:
        begin = file.read(2)
    if begin in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    _refuse_nul(path)
    if _decodes(path, "utf-8"):
        return "utf-8-sig"
    with path.open("rb") as file:
        has_utf8 = any(_SURELY_UTF8.search(line) and _is_utf8(line) for line in file)
    if not has_utf8 and _decodes(path, "gb18030"):
        return "gb18030"
    return "mixed"


def _refuse_nul(path: Path) -> None:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if b"\0" in chunk:
                raise _refuse(path, N_("it holds NUL bytes, so it is no text, or UTF-16 without a byte order mark"))


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


# ---- lines -----------------------------------------------------------------------------------------------------


def _lines(path: Path, encoding: str, notes: list[Note]) -> Iterator[str]:
    if encoding == "mixed":
        yield from _mixed_lines(path, notes)
        return
    with path.open(encoding=encoding, newline="", errors="strict") as file:
        yield from _bounded(path, file)


def _bounded(path: Path, file: io.TextIOBase) -> Iterator[str]:
    try:
        while line := file.readline(_LONGEST_LINE):
            if len(line) == _LONGEST_LINE:
                raise demanding(path, phrase(N_("a line of more than {most} characters"), most=_LONGEST_LINE))
            yield _CONTROL.sub(" ", line) if _CONTROL.search(line) else line
    except UnicodeError as error:
        raise _refuse(path, phrase(N_("it is not the text it begins as ({error})"), error=error)) from error


def _mixed_lines(path: Path, notes: list[Note]) -> Iterator[str]:
    """Each line by itself: UTF-8, else GB18030, else with a mark where bytes are no text."""
    counts: Counter[str] = Counter()
    with path.open("rb") as file:
        for line in _bounded(path, io.TextIOWrapper(file, encoding="latin-1", newline="")):
            raw = line.encode("latin-1").removeprefix(codecs.BOM_UTF8)
            text, kind = _either(raw)
            counts[kind] += 1
            yield text
    if counts["none"] > max(_BROKEN_LINES, counts.total() // 10):
        raise _refuse(path, N_("it is neither UTF-8, UTF-16 nor GB18030 text"))
    if counts["utf-8"] and counts["gb18030"]:
        notes.append(Note("encoding_mixed", None, str(min(counts["utf-8"], counts["gb18030"]))))


def _either(raw: bytes) -> tuple[str, str]:
    if raw.isascii():
        return raw.decode("ascii"), "ascii"
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8" if _SURELY_UTF8.search(raw) else "gb18030", errors="replace"), "none"


# ---- rows ------------------------------------------------------------------------------------------------------


def _separator(path: Path, encoding: str) -> tuple[str, int]:
    """The mark that splits the first lines most evenly, and how many lines to skip (Excel's "sep=;")."""
    lines = [line for line, _ in zip(_lines(path, encoding, []), range(SAMPLE_LINES), strict=False)]
    first = lines[0].strip().lower() if lines else ""
    if re.fullmatch(r'"?sep=.?"?', first):
        return (first.strip('"')[4:] or "\t"), 1
    filled = [line[:_COMPARED] for line in lines if line.strip()]
    best = max(SEPARATORS, key=lambda mark: _evenness(filled, mark))
    if _evenness(filled, best) == (0, 0):
        raise _refuse(path, N_("no comma, semicolon, tab or bar splits its rows into columns"))
    return best, 0


def _evenness(lines: list[str], mark: str) -> tuple[int, int]:
    """How many rows have the commonest number of cells, and that number; (0, 0) where that is one cell."""
    rows = (next(csv.reader([line], delimiter=mark)) for line in lines)  # each alone: a quote may never be closed
    widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
    widths.pop(1, None)  # titles and remarks
    if not widths:
        return 0, 0
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    lonely = len(lines) > 3 and count == 1
    return (0, 0) if lonely else (count, width)


def _records(
    path: Path, lines: Iterator[str], mark: str, skip: int, notes: list[Note]
) -> Iterator[tuple[int, list[str]]]:
    number, open_quotes, broken = 0, 0, 0
    waiting: list[str] = []  # lines given back after a quotation mark that was never closed
    while True:
        line = waiting.pop(0) if waiting else next(lines, "")
        if not line:
            return
        number += 1
        if number <= skip:
            continue
        cells, unclosed = (
            _cells(line, waiting, lines, mark) if '"' in line else (line.rstrip("\r\n").split(mark), False)
        )
        if unclosed:
            open_quotes += 1
            _remark(notes, open_quotes, Note("quote_not_closed", number, line.strip()[:80]))
        if any(_BROKEN in cell for cell in cells):  # of any line of the row
            broken += 1
            _remark(notes, broken, Note("text_broken", number, " ".join(cells).strip()[:80]))
        if open_quotes > _OPEN_QUOTES_BORNE:
            told = N_("more than {most} rows have a quotation mark that is never closed")
            raise _refuse(path, phrase(told, most=_OPEN_QUOTES_BORNE))
        yield number, cells


def _remark(notes: list[Note], count: int, note: Note) -> None:
    if count <= _REMARKS:
        notes.append(note)


def _cells(line: str, waiting: list[str], lines: Iterator[str], mark: str) -> tuple[list[str], bool]:
    """The cells of a record that begins with `line`, and whether its quotation mark is never closed.

    Lines taken in vain are given back to `waiting`.
    """
    taken, length, more = [line], len(line), line
    while True:
        if '"' in more:  # no other line can close what is open
            row, ended = _parsed("".join(taken), mark)
            if row is not None:
                return row, False
            if ended and len(taken) == 1:
                return next(csv.reader(taken, delimiter=mark)), False  # a mark in the middle of a cell
        more = "" if '"' in more and ended else waiting.pop(0) if waiting else next(lines, "")
        length += len(more)
        taken += [more] if more else []
        if not more or len(taken) > _QUOTED_LINES or length > _QUOTED_CHARACTERS:
            waiting[:0] = taken[1:]
            return [cell.strip().strip('"') for cell in line.rstrip("\r\n").split(mark)], True


def _parsed(text: str, mark: str) -> tuple[list[str] | None, bool]:
    """The cells of one record, or None; then whether that is because its marks are misplaced, not merely open."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error as error:
        return None, "unexpected end" not in str(error)
    return [cell for row in rows for cell in row], True


def _refuse(path: Path, detail: str | Phrase) -> FileUnreadable:
    return FileUnreadable(path=path, expected=N_("a table"), detail=detail)
