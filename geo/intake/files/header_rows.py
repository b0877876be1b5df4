"""Which row is the header, and what its columns are called. Second floor: intake, files → clean tables.

Lists come with titles above the header, with headers of two lines (床位 over 编制 and 实有), with totals and
signatures below. The aliases of desk.headers tell a header first, then the content; where two rows speak equally,
nothing is decided here.
"""

import re
import string
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from geo.intake.desk.headers import ALIASES, plain_header
from geo.intake.desk.numbers import number_from
from geo.intake.files.cells import Merge

NO_HEADER = 0
HEAD_LINES = 200  # looked at for content
_SEARCHED = 25  # rows among which the header is looked for
_MOST_LINES = 3
_RIVAL = 0.75  # a row with this share of the best row's known headers is as good
_LONGEST_NAME = 60
_TOTAL_AMONG = 4  # cells of a row among which the word of a total stands
_TOTAL = re.compile(r"(合计|总计|小计|共计|全县合计|total|sum|(grand|sub)total)[:：]?", re.IGNORECASE)
_PART_TOTAL = re.compile(r".*(合计|总计|小计|共计)(\([^()]*\))?:?|其中:.*")  # 土城镇小计, 其中:贫困村
_REMARK = re.compile(
    r"(说明|备注|注|合计|总计|填表说明|填表人|填报人|制表人?|审核人?|复核人?|单位负责人|负责人|填报单位|填表单位|填报日期|填表日期|"
    r"制表日期|联系人|联系电话|数据来源|note|notes|remark|source)\s*[0-9０-９]*\s*([:：].*|[.．、].*)?",
    re.IGNORECASE | re.DOTALL,
)

Lines = Sequence[tuple[int, list[str]]]  # row number, cells


@dataclass(frozen=True)
class Header:
    """A header found: its first row in the file, its last, and the name over each column ("" where there is none)."""

    row: int
    last_row: int
    names: tuple[str, ...]


def header_rows(lines: Lines, merges: Sequence[Merge]) -> list[int]:
    """The rows that may be the header, the likeliest first; NO_HEADER among them where the first row may be data.

    One entry means that there is nothing to ask. `lines` are the first HEAD_LINES rows that hold anything.
    """
    known = [(row, _known(cells)) for row, cells in lines[:_SEARCHED] if _may_be_header(cells)]
    below = {r for row, _ in known for r in range(row + 1, header_at(lines, merges, row).last_row + 1)}
    told = [(row, count) for row, count in known if count >= 2 and row not in below]
    if not told:
        return [_begins(row, merges) for row in _by_content(lines)]
    best = max(count for _, count in told)
    header = next(row for row, count in told if count == best)
    same = dict(lines)[header]
    rivals = [r for r, count in told if count >= best * _RIVAL and r != header and dict(lines)[r] != same]
    return list(dict.fromkeys(_begins(row, merges) for row in (header, *rivals)))


def _begins(row: int, merges: Sequence[Merge]) -> int:
    """The first line of a header: names merged down into a row begin above it (现场村 beside 时间 over 接警)."""
    return min([m.top for m in merges if m.top < row <= m.bottom < m.top + _MOST_LINES], default=row)


def header_at(lines: Lines, merges: Sequence[Merge], row: int) -> Header:
    """The header that begins in `row`, with the lines that belong to it; NO_HEADER gives columns "[A]", "[B]" …"""
    width = max((len(cells) for _, cells in lines), default=0)
    if row == NO_HEADER:
        return Header(NO_HEADER, NO_HEADER, tuple(letters(i) for i in range(width)))
    after = [(n, cells) for n, cells in lines if n >= row]
    last = _last_line(after, [m for m in merges if m.top >= row])
    filled = [_spread(n, cells, after, merges, last) for n, cells in after if n <= last]
    names = (_joined([cells[i] if i < len(cells) else "" for cells in filled]) for i in range(width))
    return Header(row, last, tuple(names))


def is_footer(cells: Sequence[str]) -> bool:
    """Whether a row is a total, or at the end of a list a remark or a signature, rather than one more place."""
    filled = [cell for cell in cells if cell]
    if not filled or is_total(filled):
        return True
    return (
        len(filled) <= max(2, len(cells) // 2)
        and _REMARK.fullmatch(_tight(filled[0])) is not None
        and not _has_place(filled)
    )


def is_total(filled: Sequence[str]) -> bool:
    """Whether the filled cells of a row are a total: its word with figures after it, and before it what is summed.

    小计 80 85; 土城镇 小计 2476; 土城镇小计 2476. A word that does not begin the row needs a figure after it.
    """
    if _TOTAL.fullmatch(_tight(filled[0])):
        return all(_is_figure(cell) for cell in filled[1:])
    at = next((i for i, cell in enumerate(filled[:_TOTAL_AMONG]) if _PART_TOTAL.fullmatch(_tight(cell))), None)
    if at is None or any(_is_number(cell) for cell in filled[1:at]):  # the first may be the row's number
        return False
    return any(map(_is_number, filled[at + 1 :])) and all(map(_is_figure, filled[at + 1 :]))


def letters(column: int) -> str:
    """How a spreadsheet calls a column, in brackets so that it is no alias: 0 → "[A]"."""
    name = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = string.ascii_uppercase[rest] + name
    return f"[{name}]"


# ---- which row -------------------------------------------------------------------------------------------------


@cache
def _aliases() -> frozenset[str]:
    return frozenset(
        plain_header(a) for columns in ALIASES.values() for words in columns.values() for a in words.split()
    )


@cache
def _place_aliases() -> frozenset[str]:
    table = ALIASES["facility"]
    return frozenset(plain_header(a) for column in ("lon", "lat") for a in table[column].split())


def is_known(header: str) -> bool:
    """Whether a header is in the table of aliases, with or without the unit in brackets behind it."""
    plain = plain_header(header)
    return plain in _aliases() or re.sub(r"[(\[（【].*$", "", plain) in _aliases()


def _known(cells: Sequence[str]) -> int:
    return len({plain_header(c) for c in cells if c and len(c) <= _LONGEST_NAME and is_known(c)})


def _may_be_header(cells: Sequence[str]) -> bool:
    filled = [c for c in cells if c]
    return len(filled) > 1 and sum(_is_number(c) for c in filled) * 3 <= len(filled)


def _by_content(lines: Lines) -> list[int]:
    """Without a known name: the first full row, if it differs from the rows below as names differ from values."""
    counts = sorted(sum(1 for c in cells if c) for _, cells in lines)
    typical = counts[len(counts) * 3 // 4] if counts else 0
    full = [(row, cells) for row, cells in lines if sum(1 for c in cells if c) >= max(2, 0.6 * typical)]
    if not full:
        return [lines[0][0]] if lines else [NO_HEADER]
    (row, first), body = full[0], [cells for _, cells in full[1:]]
    looks_like_data = any(map(_is_number, first)) or any(_recurs(cell, i, body) for i, cell in enumerate(first))
    return [NO_HEADER, row] if looks_like_data else [row]


def _recurs(cell: str, column: int, body: Sequence[Sequence[str]]) -> bool:
    return bool(cell) and any(column < len(cells) and cells[column] == cell for cells in body)


def _is_number(text: str) -> bool:
    value = number_from(text)
    return value is not None and value == value


def _is_figure(text: str) -> bool:
    """A number, a percentage, or a mark that stands for none (—, /)."""
    return not any(sign.isalnum() for sign in text) or _is_number(text.rstrip("%％ "))


def _tight(text: str) -> str:
    """A text without blanks, full-width signs made plain."""
    return unicodedata.normalize("NFKC", "".join(text.split()))


# ---- several lines ---------------------------------------------------------------------------------------------


def _last_line(after: Lines, merges: Sequence[Merge]) -> int:
    """The row of the header's last line; `after` begins with its first."""
    row = after[0][0]
    down = [m.bottom for m in merges if m.top == row and row < m.bottom < row + _MOST_LINES]
    if down:
        return max(down)
    last = row
    for (upper_row, upper), (lower_row, lower) in pairwise(after[:_MOST_LINES]):
        merged = any(m.top == m.bottom == upper_row and m.right > m.left for m in merges)
        if lower_row != upper_row + 1 or not _continues(upper, lower, merged):
            break
        last = lower_row
    return last


def _continues(upper: Sequence[str], lower: Sequence[str], merged: bool) -> bool:
    """Whether `lower` tells parts of what `upper` names: texts under its gaps, gaps under its other names."""
    filled = [i for i, cell in enumerate(lower) if cell]
    if not filled or any(_is_number(lower[i]) for i in filled):
        return False
    under_gap = [i for i in filled if i >= len(upper) or not upper[i]]
    gaps = [i for i, cell in enumerate(upper) if cell and (i >= len(lower) or not lower[i])]
    after_name = [i for i in under_gap if i > 0 and any(upper[: min(i, len(upper))])]
    return bool(after_name and gaps) and (merged or len(filled) >= 2)


def _spread(row: int, cells: Sequence[str], after: Lines, merges: Sequence[Merge], last: int) -> list[str]:
    """A header line with each merged name over all its columns; without marks of merging, over the gaps after it that
    the line below fills."""
    out = list(cells) + [""] * (max(len(c) for _, c in after) - len(cells))
    for merge in merges:
        if merge.top == row:
            out[merge.left : merge.right + 1] = [out[merge.left]] * (merge.right + 1 - merge.left)
    below = next((c for n, c in after if n == row + 1 and n <= last), [])
    areas = {i for m in merges if m.top <= row <= m.bottom for i in range(m.left, m.right + 1)}
    for i in range(1, len(out)):
        if not out[i] and i not in areas and i < len(below) and below[i]:
            out[i] = out[i - 1]
    return out


def _joined(names: Sequence[str]) -> str:
    """床位 over 编制 → "床位 编制"; a position's own name stands alone."""
    told = list(dict.fromkeys(" ".join(name.split()) for name in names if name))
    if told and plain_header(told[-1]) in _place_aliases():
        return told[-1]
    return " ".join(told)


def _has_place(filled: Sequence[str]) -> bool:
    return sum(_is_number(cell) for cell in filled) >= 2
