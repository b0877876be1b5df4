"""Which row of a new list is which stored one. Second floor: intake, files → clean tables.

Rows are the same place when their id is and nothing speaks against it, or their name within reach. A name that is only
similar is proposed, never taken; so is an id whose names are unlike and whose places are apart: every township numbers
its clinics 1, 2, 3. Both tables have the schema's columns.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from rapidfuzz import fuzz
from scipy.spatial import cKDTree

from geo.intake.desk.place_names import Likeable, likeable
from geo.model.projection import metric_crs, to_metric
from geo.model.roads import Floats

SAME_NAME_M = 2000.0  # a list of another year may place a clinic by its village
SIMILAR_M = 1000.0
SIMILAR_SCORE = 85.0
LEAST_PART = 4  # signs of a name that stands within another (人民医院 in 习水县人民医院)

How = Literal["id", "name", "decided", "similar"]
_IDENTITY = ("facility_id", "demand_id", "figure_id", "link_id", "unit_code")


@dataclass(frozen=True)
class Pair:
    """A stored row and a new one; `how` "similar" is a proposal that still has to be decided."""

    stored: int
    new: int
    how: How
    score: float


@dataclass
class _Paired:
    """Pairs taken so far; each row is in one at most."""

    pairs: list[Pair] = field(default_factory=list)
    stored: set[int] = field(default_factory=set)
    new: set[int] = field(default_factory=set)

    def take(self, found: list[Pair]) -> None:
        for pair in found:
            if pair.stored not in self.stored and pair.new not in self.new:
                self.pairs.append(pair)
                self.stored.add(pair.stored)
                self.new.add(pair.new)


def pair_rows(
    stored: pd.DataFrame, new: pd.DataFrame, is_same: Callable[[Pair], bool]
) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """The pairs that are taken, and those proposed. `is_same` tells whether somebody has said so of a proposal.

    Ids first where the names are alike or a place is unknown, then names on one spot and within 2 km, then ids of
    places within 2 km, then similar names within 1 km as proposals: alike to 85 of 100, or but for one sign.
    """
    taken = _Paired()
    same_id = _by_id(stored, new)
    sure = [not away > 0 or alike(*_names(stored, new, pair)) for pair, away in same_id]
    taken.take([pair for (pair, _), one in zip(same_id, sure, strict=True) if one])
    taken.take(_on_one_spot(stored, new, taken))
    taken.take(_by_name(stored, new, taken))
    taken.take([pair for pair, away in same_id if not away > SAME_NAME_M])
    doubted = [_doubted(stored, new, pair) for pair, away in same_id if away > SAME_NAME_M]
    proposed = [*_similar(stored, new, taken), *doubted]
    taken.take([Pair(p.stored, p.new, "decided", p.score) for p in proposed if is_same(p)])
    open_ = [p for p in proposed if p.stored not in taken.stored and p.new not in taken.new]
    return tuple(taken.pairs), tuple(sorted(dict.fromkeys(open_), key=lambda p: p.new))


def identity(table: pd.DataFrame) -> str:
    """The table's id column."""
    return next(name for name in _IDENTITY if name in table.columns)


def plain_name(name: str) -> str:
    """A name as it is compared: without spaces, brackets and the words for an office."""
    return re.sub(r"[\s()（）·．.,，-]|村民委员会|居民委员会|村委会|居委会", "", name).casefold()


def only_meanings(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """First → second, for firsts with one second only."""
    found: dict[str, str] = {}
    twice = set()
    for first, second in pairs:
        if found.setdefault(first, second) != second:
            twice.add(first)
    return {first: second for first, second in found.items() if first not in twice}


def alike(one: str, other: str) -> bool:
    """Whether two plain names may be one place's: nearly the same, or one stands within the other."""
    if not one or not other or fuzz.ratio(one, other) >= SIMILAR_SCORE:
        return True
    short, long = sorted((one, other), key=len)
    return len(short) >= LEAST_PART and short in long


def apart_m(stored: pd.DataFrame, new: pd.DataFrame, a: "np.ndarray", b: "np.ndarray") -> Floats:
    """Distance of each pair in metres, NaN where a position is unknown."""
    if not len(a) or not np.isfinite(stored["lon"].to_numpy(dtype=float)).any():
        return np.full(len(a), np.nan)
    gap = _metres(stored.iloc[a], stored) - _metres(new.iloc[b], stored)
    away = np.hypot(gap[:, 0], gap[:, 1])
    return np.asarray(np.where(np.isfinite(away), away, np.nan), dtype=np.float64)


def _names(stored: pd.DataFrame, new: pd.DataFrame, pair: Pair) -> tuple[str, str]:
    return plain_name(str(stored["name"].iat[pair.stored])), plain_name(str(new["name"].iat[pair.new]))


def _by_id(stored: pd.DataFrame, new: pd.DataFrame) -> list[tuple[Pair, float]]:
    """Rows of one id, and how far they are apart (metres)."""
    key = identity(stored)
    at = {value: i for i, value in enumerate(stored[key].tolist()) if value}
    pairs = [Pair(at[value], i, "id", 100.0) for i, value in enumerate(new[key].tolist()) if value in at]
    a, b = (np.array([getattr(p, side) for p in pairs], dtype=np.int64) for side in ("stored", "new"))
    return list(zip(pairs, apart_m(stored, new, a, b).tolist(), strict=True))


def _doubted(stored: pd.DataFrame, new: pd.DataFrame, pair: Pair) -> Pair:
    return Pair(pair.stored, pair.new, "similar", round(fuzz.ratio(*_names(stored, new, pair)), 1))


def _on_one_spot(stored: pd.DataFrame, new: pd.DataFrame, taken: _Paired) -> list[Pair]:
    """Same name on the same spot: a list that is read once more, whatever its ids."""
    spots = [
        named_once({i: spot for i, spot in _spots(t).items() if i not in used})
        for t, used in ((stored, taken.stored), (new, taken.new))
    ]
    return [Pair(i, spots[1][spot], "name", 100.0) for spot, i in spots[0].items() if spot in spots[1]]


def _spots(table: pd.DataFrame) -> dict[int, str]:
    columns = zip(table["name"].tolist(), table["lon"].tolist(), table["lat"].tolist(), strict=True)
    named = ((i, plain_name(str(n)), lon, lat) for i, (n, lon, lat) in enumerate(columns))
    return {i: f"{name}|{lon:.5f}|{lat:.5f}" for i, name, lon, lat in named if name and lon == lon and lat == lat}


def _by_name(stored: pd.DataFrame, new: pd.DataFrame, taken: _Paired) -> list[Pair]:
    """Same name, within reach, and the only one of that name on both sides."""
    names = [
        named_once({i: plain_name(str(n)) for i, n in enumerate(t["name"].tolist()) if i not in used})
        for t, used in ((stored, taken.stored), (new, taken.new))
    ]
    both = [(i, names[1][name]) for name, i in names[0].items() if name in names[1]]
    if not both:
        return []
    a, b = (np.array(side) for side in zip(*both, strict=True))
    away = apart_m(stored, new, a, b)
    return [Pair(int(i), int(j), "name", 100.0) for i, j, d in zip(a, b, away, strict=True) if not d > SAME_NAME_M]


def named_once(names: Mapping[int, str]) -> dict[str, int]:
    """Name → row, for names that stand there once."""
    count: dict[str, int] = {}
    for name in names.values():
        count[name] = count.get(name, 0) + 1
    return {name: i for i, name in names.items() if name and count[name] == 1}


def _similar(stored: pd.DataFrame, new: pd.DataFrame, taken: _Paired) -> list[Pair]:
    """For each unmatched new row the most similar unmatched stored one nearby."""
    left, right = _unmatched(stored, taken.stored), _unmatched(new, taken.new)
    if not len(left) or not len(right):
        return []
    xy = [_metres(t.iloc[rows], stored) for t, rows in ((stored, left), (new, right))]
    found = []
    names = [[likeable(plain_name(str(n))) for n in t["name"].iloc[rows]] for t, rows in ((stored, left), (new, right))]
    tree = cKDTree(xy[0])
    for j, near in enumerate(tree.query_ball_point(place, SIMILAR_M) for place in xy[1]):
        scores = [(score, -int(left[i])) for i in near if (score := _score(names[1][j], names[0][i]))]
        if scores:
            found.append(Pair(-max(scores)[1], int(right[j]), "similar", round(max(scores)[0], 1)))
    best: dict[int, Pair] = {}
    for pair in sorted(found, key=lambda p: (p.score, -p.new)):
        best[pair.stored] = pair
    return sorted(best.values(), key=lambda p: p.new)


def _score(one: Likeable, other: Likeable) -> float:
    """How alike two names are, of 100; 0 where too little for them to be one."""
    score = fuzz.ratio(one.whole, other.whole)
    return score if score >= SIMILAR_SCORE or one.is_slip_of(other) else 0.0


def _unmatched(table: pd.DataFrame, used: set[int]) -> "np.ndarray":
    known = np.isfinite(table["lon"].to_numpy(dtype=float)) & np.isfinite(table["lat"].to_numpy(dtype=float))
    return np.array([i for i in np.flatnonzero(known) if i not in used], dtype=np.int64)


def _metres(table: pd.DataFrame, frame: pd.DataFrame) -> Floats:
    crs = metric_crs(frame["lon"], frame["lat"])
    return np.column_stack(to_metric(table["lon"], table["lat"], crs))
