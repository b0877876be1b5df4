"""Who stands on which level and under whom: counts against the scheme, and the tree of parents. Third floor: analysis.

Everything reads the facility table and a scheme; closed facilities count for nothing and lead nobody.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.model.roads import Ints
from geo.model.schemes import MANY, Scheme

CLOSED = "closed"


@dataclass(frozen=True)
class TierCount:
    """How many facilities of a tier are open; `expected` is the scheme's number, None for N or where it says none."""

    tier_id: str
    count: int
    many: bool  # one of the levels that together are N
    expected: int | None

    @property
    def as_expected(self) -> bool:
        """Whether the count is the scheme's; true where it names none."""
        return self.expected is None or self.count == self.expected


@dataclass(frozen=True)
class Tree:
    """Rows of a facility table under their parents, which stand in the same table. -1 stands for none."""

    parent: Ints  # (n,) row of the parent, -1 where empty or unknown
    tier: Ints  # (n,) position of the tier in the scheme, -1 for a tier it does not have
    community: np.ndarray  # (n,) community ids, "" where none
    open: np.ndarray  # (n,) bool

    def ancestors(self, row: int) -> list[int]:
        """The row, its parent, and so on to the top; a circle is left where it closes."""
        path: list[int] = []
        while row >= 0 and row not in path:
            path.append(row)
            row = int(self.parent[row])
        return path

    def branch(self, row: int) -> Ints:
        """The row and all below it."""
        inside = np.zeros(len(self.parent), dtype=bool)
        inside[row] = True
        while True:
            below = (self.parent >= 0) & inside[self.parent] & ~inside
            if not below.any():
                return np.flatnonzero(inside).astype(np.int64)
            inside |= below


def count_tiers(facility: pd.DataFrame, scheme: Scheme) -> tuple[TierCount, ...]:
    """Open facilities of every level that belongs into the county's list, top first."""
    counts = facility.loc[facility["status"] != CLOSED, "tier"].value_counts()
    return tuple(
        TierCount(
            tier.tier_id,
            int(counts.get(tier.tier_id, 0)),
            tier.expected == MANY,
            int(tier.expected) if tier.expected.isdigit() else None,
        )
        for tier in scheme.tiers
        if not tier.outside or tier.tier_id in counts
    )


def tree_of(facility: pd.DataFrame, scheme: Scheme) -> Tree:
    """The facilities under their parents, as row numbers."""
    at = {facility_id: row for row, facility_id in enumerate(facility["facility_id"].tolist())}
    place = {tier.tier_id: position for position, tier in enumerate(scheme.tiers)}
    return Tree(
        parent=np.array([at.get(p, -1) for p in facility["parent_id"].tolist()], dtype=np.int64),
        tier=np.array([place.get(t, -1) for t in facility["tier"].tolist()], dtype=np.int64),
        community=facility["community_id"].to_numpy(dtype=object),
        open=(facility["status"] != CLOSED).to_numpy(),
    )


def flagged(facility: pd.DataFrame, flag: str) -> np.ndarray:
    """For each row whether its `flags` (joined by semicolons) name one, shape (rows,)."""
    return np.array([flag in {w.strip() for w in text.split(";")} for text in facility["flags"]], dtype=bool)


def parent_counts(facility: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """How many open facilities of each tier stand under which tier: child, parent ("" for none), community, count."""
    tree = tree_of(facility, scheme)
    rows = np.flatnonzero(tree.open & (tree.tier >= 0))
    up = tree.parent[rows]
    names = np.array([t.tier_id for t in scheme.tiers] + [""], dtype=object)
    above = np.where(up >= 0, tree.tier[up], len(scheme.tiers))
    table = pd.DataFrame({
        "child": names[tree.tier[rows]], "parent": names[above], "community": tree.community[rows], "count": 1,
    })  # fmt: skip
    summed = table.groupby(["child", "parent", "community"], sort=True)["count"].sum()
    return summed.reset_index()
