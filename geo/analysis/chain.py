"""The chain of care from a village upwards: as the organisation says, and by the nearest. Third floor: analysis.

The organisation's chain begins at the village's own clinic and climbs from parent to parent. The nearest one takes at
every level the facility nearest to the one before. An optional level (an extension point) is a step of the nearest
chain only where it is no further than the next level.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.analysis.structure_checks import Minutes
from geo.analysis.tiers import Tree
from geo.model.roads import Floats, Ints
from geo.model.schemes import Scheme


@dataclass(frozen=True)
class Entry:
    """Where each village's chain begins. -1 and NaN where it has no such place in reach."""

    row: Ints  # (v,) facility row
    minutes: Floats  # (v,)


@dataclass(frozen=True)
class Chains:
    """A chain for each of v villages over the t tiers of a scheme, top tier first."""

    row: Ints  # (v, t) facility row, -1 where the chain has none of that tier
    step_min: Floats  # (v, t) from the place before, NaN where there is none or no way

    @property
    def total_min(self) -> Floats:
        """(v,) all steps; NaN for an empty chain or one with a step that no road makes."""
        has = self.row >= 0
        broken = (has & np.isnan(self.step_min)).any(axis=1) | ~has.any(axis=1)
        total = np.where(has, np.nan_to_num(self.step_min), 0.0).sum(axis=1)
        return np.where(broken, np.nan, total)


def organisation_chains(tree: Tree, scheme: Scheme, entry: Entry, minutes: Minutes) -> Chains:
    """Every village's chain by the organisation."""
    count, tiers = len(entry.row), len(scheme.tiers)
    row, step = np.full((count, tiers), -1, dtype=np.int64), np.full((count, tiers), np.nan)
    column = _columns(minutes, len(tree.parent))
    here, cost = entry.row.copy(), entry.minutes.copy()
    for _ in range(tiers + 1):  # a longer way up than there are levels repeats one
        at = np.where(here >= 0, tree.tier[here], -1)
        new = np.flatnonzero((at >= 0) & (row[np.arange(count), at] < 0))
        row[new, at[new]], step[new, at[new]] = here[new], cost[new]
        up = np.full(count, -1, dtype=np.int64)
        up[new] = tree.parent[here[new]]
        up[new] = np.where(up[new] >= 0, np.where(tree.open[up[new]], up[new], -1), -1)
        cost = _between(minutes, column, here, up)
        here = up
    return Chains(row, step)


def nearest_chains(tree: Tree, scheme: Scheme, entry: Entry, minutes: Minutes) -> Chains:
    """Every village's chain by the nearest facility of the next level; `entry` is its nearest of the lowest one."""
    count, tiers = len(entry.row), len(scheme.tiers)
    row, step = np.full((count, tiers), -1, dtype=np.int64), np.full((count, tiers), np.nan)
    known = np.flatnonzero(entry.row >= 0)
    bottom = tree.tier[entry.row[known]]
    row[known, bottom], step[known, bottom] = entry.row[known], entry.minutes[known]
    begin = np.full(count, -1, dtype=np.int64)
    begin[known] = bottom
    best = {k: _nearest_hub(tree, minutes, k) for k in range(tiers)}
    here = entry.row.copy()
    for k in range(tiers - 1, -1, -1):
        hub, cost = best[k]
        live = (here >= 0) & (begin > k)
        reached = np.where(live, hub[here], -1)
        if scheme.tiers[k].optional:
            following = next((j for j in range(k - 1, -1, -1) if (best[j][0] >= 0).any()), None)
            if following is not None:
                reached = np.where(live & ~(cost[here] <= best[following][1][here]), -1, reached)
        hit = np.flatnonzero(reached >= 0)
        row[hit, k], step[hit, k] = reached[hit], cost[here[hit]]
        here = np.where(reached >= 0, reached, here)
    return Chains(row, step)


def _columns(minutes: Minutes, count: int) -> Ints:
    """Facility row → its column among the hubs, -1 for none."""
    out = np.full(count, -1, dtype=np.int64)
    out[minutes.hub] = np.arange(len(minutes.hub))
    return out


def _between(minutes: Minutes, column: Ints, here: Ints, there: Ints) -> Floats:
    at = np.where(there >= 0, column[there], -1)
    good = (here >= 0) & (at >= 0)
    out = np.full(len(here), np.nan)
    out[good] = minutes.facility[here[good], at[good]]
    return out


def _nearest_hub(tree: Tree, minutes: Minutes, tier: int) -> tuple[Ints, Floats]:
    """For every facility its nearest open hub of a tier, and the minutes there."""
    count = len(tree.parent)
    at = np.flatnonzero((tree.tier[minutes.hub] == tier) & tree.open[minutes.hub])
    if not len(at):
        return np.full(count, -1, dtype=np.int64), np.full(count, np.nan)
    cost = np.where(np.isnan(minutes.facility[:, at]), np.inf, minutes.facility[:, at])
    best = cost.argmin(axis=1)
    least = cost[np.arange(count), best]
    found = np.isfinite(least)
    return np.where(found, minutes.hub[at[best]], -1), np.where(found, least, np.nan)


def step_figures(chains: Chains, scheme: Scheme) -> pd.DataFrame:
    """For each tier that a chain has: tier, villages (with this step), median_min, p95_min, max_min of the step."""
    rows = []
    for k in range(len(scheme.tiers) - 1, -1, -1):
        known = chains.step_min[(chains.row[:, k] >= 0) & np.isfinite(chains.step_min[:, k]), k]
        if len(known):
            figures = [float(np.median(known)), float(np.percentile(known, 95)), float(known.max())]
            rows.append([scheme.tiers[k].tier_id, len(known), *figures])
    return pd.DataFrame(rows, columns=["tier", "villages", "median_min", "p95_min", "max_min"])


def first_capable(tree: Tree, entry: Entry, capable: np.ndarray) -> Ints:
    """For every village the first place of its organisation's chain that has a capability, -1 where none has.

    `capable` is (n,) bool over facilities.
    """
    good = capable & tree.open
    first = {}
    for row in np.unique(entry.row[entry.row >= 0]).tolist():
        first[row] = next((place for place in tree.ancestors(row) if good[place]), -1)
    return np.array([first.get(int(row), -1) for row in entry.row], dtype=np.int64)
