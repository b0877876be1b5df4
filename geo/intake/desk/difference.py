"""What a new list changes: matched to the stored one, field by field. Second floor: intake, files → clean tables.

Rows are the same place when their id is, or their name within reach, or when a person has said so before. A name that
is only similar is proposed, never taken. Both tables have the schema's columns.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from rapidfuzz import fuzz
from scipy.spatial import cKDTree

from geo.model.projection import metric_crs, to_metric
from geo.model.roads import Floats

SAME_NAME_M = 2000.0  # a list of another year may place a clinic by its village
SIMILAR_M = 1000.0
SIMILAR_SCORE = 85.0
MOVED_M = 20.0  # below this a position is the same, written with fewer digits

How = Literal["id", "name", "decided", "similar"]
Decisions = Mapping[str, str]  # pair_key → "same" or "different"

_IDENTITY = ("facility_id", "demand_id", "figure_id", "link_id", "unit_code")
_NOT_COMPARED = {"lon", "lat", "version", "source"}


@dataclass(frozen=True)
class Pair:
    """A stored row and a new one; `how` "similar" is a proposal that still has to be decided."""

    stored: int
    new: int
    how: How
    score: float


@dataclass(frozen=True)
class Difference:
    """What would change. Row numbers are positions in the two tables."""

    pairs: tuple[Pair, ...]
    proposed: tuple[Pair, ...]
    added: tuple[int, ...]
    gone: tuple[int, ...]
    changes: pd.DataFrame  # id, name, column, before, after
    moved: pd.DataFrame  # id, name, distance_m

    @property
    def is_empty(self) -> bool:
        """Whether the new list says nothing new."""
        return not (self.added or self.gone or len(self.changes) or len(self.moved))


def compare(stored: pd.DataFrame, new: pd.DataFrame, decisions: Decisions | None = None) -> Difference:
    """Match the new list to the stored one and say what differs.

    Ids first, then names within 2 km, then earlier decisions, then similar names within 1 km as proposals. Proposed
    rows count as added and gone until they are decided.
    """
    key = identity(stored)
    pairs = _by_id(stored, new, key)
    pairs += _by_name(stored, new, pairs)
    proposed = _similar(stored, new, pairs)
    told = decisions or {}
    for pair in proposed:
        if told.get(pair_key(stored, new, pair)) == "same":
            pairs.append(Pair(pair.stored, pair.new, "decided", pair.score))
    taken = {p.stored for p in pairs}, {p.new for p in pairs}
    undecided = [
        p
        for p in proposed
        if p.stored not in taken[0] and p.new not in taken[1] and pair_key(stored, new, p) not in told
    ]
    return Difference(
        pairs=tuple(pairs),
        proposed=tuple(undecided),
        added=tuple(i for i in range(len(new)) if i not in taken[1]),
        gone=tuple(i for i in range(len(stored)) if i not in taken[0] and not _is_closed(stored, i)),
        changes=_changes(stored, new, pairs, key),
        moved=_moved(stored, new, pairs, key),
    )


def merge(stored: pd.DataFrame, new: pd.DataFrame, found: Difference, *, gone_are_closed: bool) -> pd.DataFrame:
    """The stored list with the new one laid over it, ordered by id; neither input is changed.

    Matched rows keep their id and take every value the new list has (an empty cell erases nothing); added rows keep
    their own id unless it is taken. Rows that are gone stay, as closed if `gone_are_closed`.
    """
    key = identity(stored)
    out = stored.copy()
    if gone_are_closed and "status" in out.columns:
        out.loc[out.index[list(found.gone)], "status"] = "closed"
    left, right = [p.stored for p in found.pairs], [p.new for p in found.pairs]
    for column in stored.columns:
        if column in new.columns and column != key and column != "geometry" and left:
            fresh = new[column].iloc[right]
            known = (fresh.notna() & (fresh.astype("str") != "")).to_numpy()
            values = out[column].iloc[left].where(~known, fresh.to_numpy())
            out.loc[out.index[left], column] = values.to_numpy()
    added = new.iloc[list(found.added)].reindex(columns=stored.columns)
    added[key] = pd.array(_free_ids(added[key].tolist(), set(out[key])), dtype="str")
    return pd.concat([out, added]).sort_values(key, kind="stable", ignore_index=True)


def pair_key(stored: pd.DataFrame, new: pd.DataFrame, pair: Pair) -> str:
    """What a decision about a pair is remembered under: the stored id and the new name."""
    return f"{stored[identity(stored)].iat[pair.stored]}|{plain_name(str(new['name'].iat[pair.new]))}"


def identity(table: pd.DataFrame) -> str:
    """The table's id column."""
    return next(name for name in _IDENTITY if name in table.columns)


def plain_name(name: str) -> str:
    """A name as it is compared: without spaces, brackets and the words for an office."""
    return re.sub(r"[\s()（）·．.,，-]|村民委员会|居民委员会|村委会|居委会", "", name).casefold()


def _is_closed(table: pd.DataFrame, row: int) -> bool:
    return "status" in table.columns and bool(table["status"].iat[row] == "closed")


def _by_id(stored: pd.DataFrame, new: pd.DataFrame, key: str) -> list[Pair]:
    at = {value: i for i, value in enumerate(stored[key].tolist()) if value}
    return [Pair(at[value], i, "id", 100.0) for i, value in enumerate(new[key].tolist()) if value in at]


def _by_name(stored: pd.DataFrame, new: pd.DataFrame, pairs: list[Pair]) -> list[Pair]:
    """Same name, within reach, and the only one of that name on both sides."""
    used = {p.stored for p in pairs}, {p.new for p in pairs}
    names = [
        _once({i: plain_name(n) for i, n in enumerate(t["name"].tolist()) if i not in u})
        for t, u in zip((stored, new), used, strict=True)
    ]
    both = [(i, names[1][name]) for name, i in names[0].items() if name in names[1]]
    if not both:
        return []
    a, b = (np.array(side) for side in zip(*both, strict=True))
    away = _apart_m(stored, new, a, b)
    return [Pair(int(i), int(j), "name", 100.0) for i, j, d in zip(a, b, away, strict=True) if not d > SAME_NAME_M]


def _once(names: dict[int, str]) -> dict[str, int]:
    """Name → row, for names that stand there once."""
    count: dict[str, int] = {}
    for name in names.values():
        count[name] = count.get(name, 0) + 1
    return {name: i for i, name in names.items() if name and count[name] == 1}


def _similar(stored: pd.DataFrame, new: pd.DataFrame, pairs: list[Pair]) -> list[Pair]:
    """For each unmatched new row the most similar unmatched stored one nearby."""
    left = _unmatched(stored, {p.stored for p in pairs})
    right = _unmatched(new, {p.new for p in pairs})
    if not len(left) or not len(right):
        return []
    xy = [_metres(t.iloc[rows], stored) for t, rows in ((stored, left), (new, right))]
    found = []
    names = [[plain_name(str(n)) for n in t["name"].iloc[rows]] for t, rows in ((stored, left), (new, right))]
    tree = cKDTree(xy[0])
    for j, near in enumerate(tree.query_ball_point(place, SIMILAR_M) for place in xy[1]):
        scores = [(fuzz.ratio(names[1][j], names[0][i]), -int(left[i])) for i in near]
        if scores and max(scores)[0] >= SIMILAR_SCORE:
            found.append(Pair(-max(scores)[1], int(right[j]), "similar", round(max(scores)[0], 1)))
    best: dict[int, Pair] = {}
    for pair in sorted(found, key=lambda p: (p.score, -p.new)):
        best[pair.stored] = pair
    return sorted(best.values(), key=lambda p: p.new)


def _unmatched(table: pd.DataFrame, used: set[int]) -> "np.ndarray":
    known = np.isfinite(table["lon"].to_numpy(dtype=float)) & np.isfinite(table["lat"].to_numpy(dtype=float))
    return np.array([i for i in np.flatnonzero(known) if i not in used], dtype=np.int64)


def _metres(table: pd.DataFrame, frame: pd.DataFrame) -> Floats:
    crs = metric_crs(frame["lon"], frame["lat"])
    return np.column_stack(to_metric(table["lon"], table["lat"], crs))


def _apart_m(stored: pd.DataFrame, new: pd.DataFrame, a: "np.ndarray", b: "np.ndarray") -> Floats:
    """Distance of each pair in metres, NaN where a position is unknown."""
    if not np.isfinite(stored["lon"].to_numpy(dtype=float)).any():
        return np.full(len(a), np.nan)
    gap = _metres(stored.iloc[a], stored) - _metres(new.iloc[b], stored)
    return np.asarray(np.hypot(gap[:, 0], gap[:, 1]), dtype=np.float64)


def _changes(stored: pd.DataFrame, new: pd.DataFrame, pairs: list[Pair], key: str) -> pd.DataFrame:
    """One line a field that the new list changes; what it leaves empty is not a change."""
    left, right = [p.stored for p in pairs], [p.new for p in pairs]
    lines = []
    compared = [c for c in stored.columns if c in new.columns and c not in _NOT_COMPARED | {key, "geometry"}]
    for column in compared:
        before, after = _as_text(stored[column].iloc[left]), _as_text(new[column].iloc[right])
        for i in np.flatnonzero((before != after) & (after != "")):
            row = left[i]
            lines.append((stored[key].iat[row], stored["name"].iat[row], column, before[i], after[i]))
    table = pd.DataFrame(lines, columns=["id", "name", "column", "before", "after"], dtype="str")
    return table.sort_values(["id", "column"], kind="stable", ignore_index=True)


def _as_text(values: pd.Series) -> "np.ndarray":
    """Values as they are compared and shown: 60.0 and 60 are the same, unknown is empty."""
    if pd.api.types.is_bool_dtype(values):
        return np.array(["yes" if v else "" for v in values], dtype=object)
    if pd.api.types.is_numeric_dtype(values):
        return np.array(["" if pd.isna(v) else f"{v:.10g}" for v in values], dtype=object)
    return np.array([str(v) for v in values], dtype=object)


def _moved(stored: pd.DataFrame, new: pd.DataFrame, pairs: list[Pair], key: str) -> pd.DataFrame:
    columns = {"id": "str", "name": "str", "distance_m": "float64"}
    if not pairs or "lon" not in stored.columns:
        return pd.DataFrame({c: pd.Series(dtype=d) for c, d in columns.items()})
    a, b = np.array([p.stored for p in pairs]), np.array([p.new for p in pairs])
    away = _apart_m(stored, new, a, b)
    far = away > MOVED_M
    table = pd.DataFrame({"id": stored[key].to_numpy()[a], "name": stored["name"].to_numpy()[a], "distance_m": away})
    return table[far].sort_values("distance_m", ascending=False, ignore_index=True).astype(columns)


def _free_ids(wanted: list[str], taken: set[str]) -> list[str]:
    """Ids for new rows: their own where it is free, else with a number behind."""
    out = []
    for value in wanted:
        candidate, n = value or "new", 1
        while candidate in taken:
            n += 1
            candidate = f"{value or 'new'}-{n}"
        taken.add(candidate)
        out.append(candidate)
    return out
