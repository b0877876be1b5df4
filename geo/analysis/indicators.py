"""Indicator values against their catalogue: value, status, distance to the target, trend. Third floor: analysis.

A figure is a numerator and, for all but amounts, a denominator of one unit and one period; a value never stands
without them. Met means the target itself or better. A county without a figure of its own gets the sum of its
townships' where they have denominators, and the figure says so.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from geo.model.indicators import DIMENSIONS, Entry, entry_for, kind_told
from geo.model.periods import period_order, same_length

Status = Literal["met", "not_met", "no_value", "no_target"]
STATUSES: tuple[Status, ...] = ("not_met", "met", "no_value", "no_target")
EQUAL_WITHIN = Fraction(5, 100)  # "equal" targets are met within 0.05 of the unit shown: what one decimal shows


@dataclass(frozen=True)
class Figure:
    """One value of one unit and period. NaN where unknown; `added_up` units were summed, 0 for a figure of its own."""

    period: str
    numerator: float
    denominator: float
    value: float
    source: str
    added_up: int = 0


class Row(NamedTuple):
    """One row of INDICATOR_VALUE, without its code and period."""

    unit_code: str
    numerator: float
    denominator: float
    source: str


@dataclass(frozen=True)
class Standing:
    """How one indicator stands in one unit. `figures` are in the order of periods, the last one is judged.

    `gap` is how many more of what the numerator counts (for amounts: of the unit) would meet the target; negative:
    how many fewer. 0 when it is met, NaN without a value or target.
    """

    entry: Entry
    figures: tuple[Figure, ...]
    status: Status
    gap: float

    @property
    def latest(self) -> Figure | None:
        return self.figures[-1] if self.figures else None

    @property
    def before(self) -> Figure | None:
        """The figure of the period before, of the same length."""
        alike = [f for f in self.figures[:-1] if same_length(f.period, self.figures[-1].period)]
        return alike[-1] if alike else None


# ---- one value -------------------------------------------------------------------------------------------------


def value_of(entry: Entry, numerator: float, denominator: float) -> float:
    """The value in the unit shown; NaN where a ratio has no denominator above 0."""
    if entry.kind == "amount":
        return numerator
    if not denominator > 0:
        return math.nan
    return float((100 if entry.is_percent else 1) * numerator / denominator)


def is_met(entry: Entry, figure: Figure) -> bool:
    """Whether a figure meets its entry's target, the target itself included. Exact: 0.65 is 65 %."""
    value, target = _exact_value(entry, figure), _exact(entry.target or 0.0)
    if entry.direction == "equal":
        return abs(value - target) <= EQUAL_WITHIN
    return value >= target if entry.direction == "higher" else value <= target


def gap_of(entry: Entry, figure: Figure) -> float:
    """How much the numerator lacks (positive) or has too much (negative) of meeting the target at this denominator.

    Whole where the figures are: 64.5 visits too few are 65.
    """
    if is_met(entry, figure):
        return 0.0
    whole = Fraction(1) if entry.kind == "amount" else _exact(figure.denominator)
    wanted = _exact(entry.target or 0.0) * whole / (100 if entry.is_percent else 1)
    lack = wanted - _exact(figure.numerator)
    if _exact(figure.numerator).denominator != 1 or whole.denominator != 1:
        return float(lack)
    return float(math.ceil(lack) if lack > 0 else math.floor(lack))


def _exact(number: float) -> Fraction:
    """The decimal number that was written."""
    return Fraction(repr(float(number)))


def _exact_value(entry: Entry, figure: Figure) -> Fraction:
    if entry.kind == "amount":
        return _exact(figure.numerator)
    return (100 if entry.is_percent else 1) * _exact(figure.numerator) / _exact(figure.denominator)


# ---- one unit --------------------------------------------------------------------------------------------------


def board(
    values: pd.DataFrame, entries: tuple[Entry, ...], unit_code: str, below: Sequence[str] = (), scope: str = "county"
) -> list[Standing]:
    """Every indicator of a unit, by aspect in the catalogue's order: those with figures and those of its scope without.

    `values` is a table INDICATOR_VALUE, `below` the units whose figures may be added up. Codes without an entry come
    last, without aspect or target.
    """
    told = _by_code(values[values["unit_code"].isin([unit_code, *below])])
    standings = []
    for code in dict.fromkeys([*(e.code for e in entries), *told]):
        figures = _figures(told.get(code, {}), entries, code, unit_code)
        entry = entry_for(entries, code, figures[-1].period if figures else "9999")
        if figures or (entry is not None and entry.scope in ("", scope)):
            standings.append(_standing(entry or _unknown(code, told.get(code, {})), figures))
    order = {name: at for at, name in enumerate(DIMENSIONS)}
    return sorted(standings, key=lambda s: order.get(s.entry.dimension, len(order)))


def _standing(entry: Entry, figures: tuple[Figure, ...]) -> Standing:
    if not figures or math.isnan(figures[-1].value):
        return Standing(entry, figures, "no_value", math.nan)
    if not entry.has_target:
        return Standing(entry, figures, "no_target", math.nan)
    met: Status = "met" if is_met(entry, figures[-1]) else "not_met"
    return Standing(entry, figures, met, gap_of(entry, figures[-1]))


def _by_code(values: pd.DataFrame) -> dict[str, dict[str, list[Row]]]:
    """Code → period → rows: plain values, because a table sliced a thousand times costs seconds."""
    out: dict[str, dict[str, list[Row]]] = {}
    cells = [values[name].tolist() for name in ("indicator_code", "period", *Row._fields)]
    for code, period, unit, numerator, denominator, source in zip(*cells, strict=True):
        row = Row(str(unit), float(numerator), float(denominator), str(source))
        out.setdefault(str(code), {}).setdefault(str(period), []).append(row)
    return out


def _figures(
    told: Mapping[str, Sequence[Row]], entries: tuple[Entry, ...], code: str, unit_code: str
) -> tuple[Figure, ...]:
    """The figures of one indicator in the order of periods: the unit's own, else its parts' added up.

    Amounts and figures without denominator are not added: of some (days, averages) the sum means nothing.
    """
    out = []
    for period in sorted(told, key=period_order):
        entry = entry_for(entries, code, period) or _unknown(code, told)
        own = next((row for row in told[period] if row.unit_code == unit_code), None)
        parts = [r for r in told[period] if r.denominator >= 0 and not math.isnan(r.numerator)]
        if own is not None:
            out.append(_figure(entry, period, own))
        elif entry.kind != "amount" and parts:
            out.append(_sum(entry, period, parts))
    return tuple(out)


def _figure(entry: Entry, period: str, row: Row) -> Figure:
    value = value_of(entry, row.numerator, row.denominator)
    return Figure(period, row.numerator, row.denominator, value, row.source)


def _sum(entry: Entry, period: str, parts: Sequence[Row]) -> Figure:
    numerator, denominator = math.fsum(r.numerator for r in parts), math.fsum(r.denominator for r in parts)
    sources = "; ".join(sorted({r.source for r in parts} - {""}))
    return Figure(period, numerator, denominator, value_of(entry, numerator, denominator), sources, len(parts))


def _unknown(code: str, told: Mapping[str, Sequence[Row]]) -> Entry:
    """What stands for a code that is in no catalogue: no aspect, no target, a ratio where it has a denominator."""
    ratio = any(not math.isnan(row.denominator) for rows in told.values() for row in rows)
    nothing = dict.fromkeys(("title", "numerator", "denominator", "unit", "document", "clause"), "")
    kind = kind_told("", "yes" if ratio else "")
    return Entry(code, "", "", kind, "none", None, "", "", "", {"zh": nothing, "en": nothing})


# ---- all of them -----------------------------------------------------------------------------------------------


def tally(standings: Iterable[Standing]) -> dict[str, dict[Status, int]]:
    """Aspect → status → how many indicators."""
    out: dict[str, dict[Status, int]] = {name: dict.fromkeys(STATUSES, 0) for name in DIMENSIONS}
    for standing in standings:
        of = out.setdefault(standing.entry.dimension, dict.fromkeys(STATUSES, 0))
        of[standing.status] += 1
    return out


@dataclass(frozen=True)
class Moves:
    """How many indicators that should rise did, and how many that should fall did (四升四降)."""

    should_rise: int
    rose: int
    should_fall: int
    fell: int


def moves(standings: Iterable[Standing]) -> Moves:
    """Of the indicators with a period before the last: which moved the way they should."""
    pairs = [(s.entry.direction, s.before, s.latest) for s in standings if s.before is not None]
    change = [(d, now.value - old.value) for d, old, now in pairs if old is not None and now is not None]
    change = [(d, by) for d, by in change if not math.isnan(by)]
    up, down = [by for d, by in change if d == "higher"], [by for d, by in change if d == "lower"]
    return Moves(len(up), sum(by > 0 for by in up), len(down), sum(by < 0 for by in down))


# ---- many units ------------------------------------------------------------------------------------------------


def periods_of(values: pd.DataFrame, code: str, units: Sequence[str]) -> list[str]:
    """The periods in which an indicator has a figure of any of the units, in order."""
    rows = values[(values["indicator_code"] == code) & values["unit_code"].isin(units)]
    return sorted(set(rows["period"]), key=period_order)


def by_unit(
    values: pd.DataFrame, entries: tuple[Entry, ...], code: str, period: str, units: Sequence[str]
) -> pd.DataFrame:
    """One row a unit, in the order of `units`: unit_code, numerator, denominator, value, status, gap, source.

    Units without a figure have NaN and status "no_value".
    """
    told = _by_code(values[(values["indicator_code"] == code) & (values["period"] == period)]).get(code, {})
    row_of = {row.unit_code: row for row in reversed(told.get(period, []))}
    entry = entry_for(entries, code, period) or _unknown(code, told)
    lines = []
    for unit in units:
        figures = (_figure(entry, period, row_of[unit]),) if unit in row_of else ()
        standing = _standing(entry, figures)
        shown = figures[0] if figures else Figure(period, math.nan, math.nan, math.nan, "")
        parts = (shown.numerator, shown.denominator, shown.value)
        lines.append((unit, *parts, standing.status, standing.gap, shown.source))
    names = ["unit_code", "numerator", "denominator", "value", "status", "gap", "source"]
    return pd.DataFrame(lines, columns=names)


def class_edges(values: Sequence[float], target: float | None, most: int = 5) -> list[float]:
    """Inner edges of at most `most` classes of equal counts, rounded to figures people read; the target is one of them.

    A value equal to an edge belongs to the class above it. Empty when all values are the same.
    """
    known = np.array(sorted(v for v in values if math.isfinite(v)))
    if not len(known) or known[0] == known[-1]:
        return [target] if target is not None and len(known) and known[0] != target else []
    step = 10 ** math.floor(math.log10((known[-1] - known[0]) / most))
    cuts = {float(_rounded(np.quantile(known, k / most), step)) for k in range(1, most)}
    inside = {c for c in cuts if known[0] < c <= known[-1]}
    if target is not None and known[0] < target <= known[-1]:
        near = min(inside, key=lambda c: abs(c - target), default=target)
        inside = (inside - {near}) | {target}
    return sorted(inside)


def _rounded(value: float, step: float) -> Fraction:
    exact = Fraction(repr(step)) if step < 1 else Fraction(round(step))
    return round(Fraction(repr(float(value))) / exact) * exact
