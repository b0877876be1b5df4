"""What a new list changes: matched to the stored one, field by field. Second floor: intake, files → clean tables.

Which rows are one is told by geo.intake.desk.pairing. Of a matched row only what the file says is taken: an empty cell
erases nothing, and what was merely guessed for it (a tier by its name, a position by its village) gives way to what is
stored. Both tables have the schema's columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.intake.desk.pairing import Pair, apart_m, identity, pair_rows, plain_name

__all__ = ["Decisions", "Difference", "Pair", "compare", "identity", "merge", "pair_key"]

MOVED_M = 20.0  # below this a position is the same, written with fewer digits

Decisions = Mapping[str, str]  # pair_key → "same" or "different"; "" where it is to be asked again
Flags = npt.NDArray[np.bool_]

_NOT_COMPARED = {"lon", "lat", "version", "source"}


@dataclass(frozen=True)
class Difference:
    """What would change. Row numbers are positions in the two tables; `decided` are pairs of similar names that a
    decision has made one or kept apart."""

    pairs: tuple[Pair, ...]
    proposed: tuple[Pair, ...]
    added: tuple[int, ...]
    gone: tuple[int, ...]
    changes: pd.DataFrame  # id, name, column, before, after
    moved: pd.DataFrame  # id, name, distance_m
    decided: tuple[Pair, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the new list says nothing new."""
        return not (self.added or self.gone or len(self.changes) or len(self.moved))


def compare(
    stored: pd.DataFrame, new: pd.DataFrame, decisions: Decisions | None = None, told: pd.DataFrame | None = None
) -> Difference:
    """Match the new list to the stored one and say what differs.

    `told` has a row for each of `new` and, for the columns where it matters, whether the file itself says the value;
    without it all is said. Proposed rows count as added and gone until they are decided.
    """
    told_so = decisions or {}

    def decision(pair: Pair) -> str:
        return told_so.get(pair_key(stored, new, pair), "")

    pairs, similar = pair_rows(stored, new, lambda p: decision(p) == "same")
    taken = {p.stored for p in pairs}, {p.new for p in pairs}
    added = tuple(i for i in range(len(new)) if i not in taken[1])
    fresh = _as_taken(stored, new, pairs, added, told)
    return Difference(
        pairs=pairs,
        proposed=tuple(p for p in similar if not decision(p)),
        added=added,
        gone=tuple(i for i in range(len(stored)) if i not in taken[0] and not _is_closed(stored, i)),
        changes=_changes(stored, fresh, pairs),
        moved=_moved(stored, fresh, pairs),
        decided=tuple(p for p in (*pairs, *similar) if p.how in ("decided", "similar") and decision(p)),
    )


def merge(
    stored: pd.DataFrame,
    new: pd.DataFrame,
    found: Difference,
    told: pd.DataFrame | None = None,
    *,
    gone_are_closed: bool,
) -> pd.DataFrame:
    """The stored list with the new one laid over it, ordered by id; neither input is changed.

    Matched rows keep their id and take every value the new list tells (an empty cell erases nothing); added rows keep
    their own id unless it is taken, and parents named in the new list follow. Rows that are gone stay; if
    `gone_are_closed`, facilities stay as closed and villages leave.
    """
    key = identity(stored)
    fresh = _as_taken(stored, new, found.pairs, found.added, told)
    out = stored.copy()
    if gone_are_closed and "status" in out.columns:
        out.loc[out.index[list(found.gone)], "status"] = "closed"
    left, right = [p.stored for p in found.pairs], [p.new for p in found.pairs]
    moved = _away(stored, fresh, found.pairs) > MOVED_M
    for column in stored.columns:
        if column in new.columns and column != key and column != "geometry" and left:
            values = fresh[column].iloc[right]
            kept = out[column].iloc[left]
            out.loc[out.index[left], column] = kept.where(~_says(values, moved), values.to_numpy()).to_numpy()
    if gone_are_closed and "status" not in out.columns:
        out = out.drop(index=out.index[list(found.gone)])
    added = fresh.iloc[list(found.added)].reindex(columns=stored.columns)
    return pd.concat([out, added]).sort_values(key, kind="stable", ignore_index=True)


def pair_key(stored: pd.DataFrame, new: pd.DataFrame, pair: Pair) -> str:
    """What a decision about a pair is remembered under: the stored id and the new name."""
    return f"{stored[identity(stored)].iat[pair.stored]}|{plain_name(str(new['name'].iat[pair.new]))}"


def _is_closed(table: pd.DataFrame, row: int) -> bool:
    return "status" in table.columns and bool(table["status"].iat[row] == "closed")


# ---- what is taken of the new rows -----------------------------------------------------------------------------


def _as_taken(
    stored: pd.DataFrame, new: pd.DataFrame, pairs: Sequence[Pair], added: Sequence[int], told: pd.DataFrame | None
) -> pd.DataFrame:
    """The new rows under the ids they will have, with stored values where the file does not tell its own."""
    key = identity(stored)
    out = new.copy()
    out[key] = pd.Series(_final_ids(stored, new, pairs, added), index=out.index, dtype=out[key].dtype)
    if "parent_id" in out.columns:
        now = {old: own for old, own in zip(new[key].tolist(), out[key].tolist(), strict=True) if old}
        out["parent_id"] = out["parent_id"].map(lambda parent: now.get(parent, parent)).astype(new["parent_id"].dtype)
    left, right = [p.stored for p in pairs], [p.new for p in pairs]
    said = pd.DataFrame() if told is None else told
    for column in [c for c in said.columns if c in stored.columns and c in out.columns]:
        kept = stored[column].iloc[left]
        holds = ~said[column].to_numpy(dtype=np.bool_)[right] & _filled(kept)
        values = out[column].to_numpy(copy=True)
        values[np.array(right, dtype=np.int64)[holds]] = kept.to_numpy()[holds]
        out[column] = pd.Series(values, index=out.index, dtype=out[column].dtype)
    return out


def _final_ids(stored: pd.DataFrame, new: pd.DataFrame, pairs: Sequence[Pair], added: Sequence[int]) -> list[str]:
    """The ids of the new rows: the stored one where it is known, else their own if it is free."""
    key = identity(stored)
    own, known = new[key].tolist(), stored[key].tolist()
    for pair in pairs:
        own[pair.new] = known[pair.stored]
    for row, free in zip(added, _free_ids([own[row] for row in added], set(known)), strict=True):
        own[row] = free
    return own


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


def _filled(values: pd.Series) -> Flags:
    return np.asarray((values.notna() & (values.astype("str") != "")).to_numpy(), dtype=np.bool_)


def _says(values: pd.Series, moved: Flags) -> Flags:
    """Where a new value takes the place of the stored one: where there is one; and how good a position was says
    nothing any more of a row that has another."""
    return _filled(values) | moved if values.name == "position_quality" else _filled(values)


# ---- the difference --------------------------------------------------------------------------------------------


def _changes(stored: pd.DataFrame, new: pd.DataFrame, pairs: Sequence[Pair]) -> pd.DataFrame:
    """One line a field that the new list changes; what it leaves empty is not a change."""
    key = identity(stored)
    left, right = [p.stored for p in pairs], [p.new for p in pairs]
    moved = _away(stored, new, pairs) > MOVED_M
    lines = []
    compared = [c for c in stored.columns if c in new.columns and c not in _NOT_COMPARED | {key, "geometry"}]
    for column in compared:
        before, after = _as_text(stored[column].iloc[left]), _as_text(new[column].iloc[right])
        for i in np.flatnonzero((before != after) & _says(new[column].iloc[right], moved)):
            row = left[i]
            lines.append((stored[key].iat[row], stored["name"].iat[row], column, before[i], after[i]))
    table = pd.DataFrame(lines, columns=["id", "name", "column", "before", "after"], dtype="str")
    return table.sort_values(["id", "column"], kind="stable", ignore_index=True)


def _as_text(values: pd.Series) -> "np.ndarray":
    """Values as they are compared and shown: 60.0 and 60 are the same, unknown is empty."""
    if pd.api.types.is_bool_dtype(values):
        return np.array(["yes" if v else "no" for v in values], dtype=object)
    if pd.api.types.is_numeric_dtype(values):
        return np.array(["" if pd.isna(v) else f"{v:.10g}" for v in values], dtype=object)
    return np.array([str(v) for v in values], dtype=object)


def _away(stored: pd.DataFrame, new: pd.DataFrame, pairs: Sequence[Pair]) -> "npt.NDArray[np.float64]":
    """How far each pair is apart, metres."""
    if "lon" not in stored.columns:
        return np.full(len(pairs), np.nan)
    a, b = (np.array([getattr(p, side) for p in pairs], dtype=np.int64) for side in ("stored", "new"))
    return apart_m(stored, new, a, b)


def _moved(stored: pd.DataFrame, new: pd.DataFrame, pairs: Sequence[Pair]) -> pd.DataFrame:
    columns = {"id": "str", "name": "str", "distance_m": "float64"}
    away, a = _away(stored, new, pairs), [p.stored for p in pairs]
    ids, names = stored[identity(stored)].to_numpy()[a], stored["name"].to_numpy()[a]
    table = pd.DataFrame({"id": ids, "name": names, "distance_m": away})[away > MOVED_M]
    return table.sort_values("distance_m", ascending=False, ignore_index=True).astype(columns)
