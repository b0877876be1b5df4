"""What is wrong with a county's structure, finding by finding. Third floor: analysis.

A finding names one facility, village, township, community or tier, and a sentence says what is wrong with it. What
scheme and lists do not say (parents, minutes, capabilities, how villages are served) is not checked: see `unasked`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.analysis.structure_findings import CHECKS, Finding
from geo.analysis.tiers import Tree, count_tiers, tree_of
from geo.model.capabilities import has_capability, load_capabilities
from geo.model.errors import N_
from geo.model.roads import Floats, Ints
from geo.model.schemes import Scheme

MOST_COMMUNITIES = 2  # normally at most two in a county (policy documents behind the project)
FAR_MIN = 5.0  # a parent is too far when another is nearer by more than this
OVERLAP_PCT = 10.0  # of the people of the smaller catchment
SERVED_OTHERWISE = ("joint_clinic", "extension_point", "dispatched_doctor", "mobile_round")


@dataclass(frozen=True)
class Minutes:
    """Minutes to every facility that may be a parent (a hub), NaN out of reach."""

    hub: Ints  # (h,) rows of the facility table
    village: Floats  # (v, h)
    facility: Floats  # (n, h)


@dataclass(frozen=True)
class Facts:
    """What the checks read: a study's tables, its scheme, the tree of parents and minutes (None: not asked for)."""

    facility: pd.DataFrame
    demand: pd.DataFrame
    unit: pd.DataFrame
    scheme: Scheme
    tree: Tree
    minutes: Minutes | None

    def name(self, row: int) -> str:
        return str(self.facility["name"].iat[row])

    def tier_id(self, row: int) -> str:
        return str(self.facility["tier"].iat[row])

    def ids(self, rows: Iterable[int]) -> tuple[str, ...]:
        return tuple(str(self.facility["facility_id"].iat[row]) for row in rows)

    def found(self, check: str, code: str, row: int, params: Mapping[str, object], rows: Iterable[int] = ()) -> Finding:
        """A finding about a facility, and about all those in `rows` with it."""
        return Finding(check, code, "facility", self.ids([row])[0], dict(params), self.ids(rows))


def check_structure(
    facility: pd.DataFrame, demand: pd.DataFrame, unit: pd.DataFrame, scheme: Scheme, minutes: Minutes | None
) -> list[Finding]:
    """Every finding, check by check in the order of CHECKS; none of a check that is unasked."""
    facts = Facts(facility, demand, unit, scheme, tree_of(facility, scheme), minutes)
    left_out = unasked(facility, demand, unit, scheme, minutes)
    found = [finding for check in _ALL for finding in check(facts) if finding.check not in left_out]
    order = list(CHECKS)
    return sorted(found, key=lambda f: order.index(f.check))


def unasked(
    facility: pd.DataFrame, demand: pd.DataFrame, unit: pd.DataFrame, scheme: Scheme, minutes: Minutes | None
) -> dict[str, str]:
    """The checks that nothing in the lists or the scheme can be held against: check → why, to be translated.

    That such a check found nothing says nothing, so it is neither passed nor failed.
    """
    tiers = scheme.tiers
    rules: tuple[tuple[bool, str, str], ...] = (
        (not any(t.expected.isdigit() for t in tiers), "count_off", N_("the scheme names no numbers")),
        (not any(t.parents for t in tiers), "parent_none parent_skips parent_far", N_("the scheme names no parents")),
        (_silent(facility["parent_id"]), "parent_wrong parent_skips parent_circle parent_far",
         N_("the list names no parents")),
        (minutes is None, "parent_far catchments_overlap", N_("no minutes are known")),
        (not scheme.of_kind("township_hospital"), "township_without", N_("the scheme has no township hospitals")),
        (not unit["level"].eq("township").any(), "township_without", N_("no townships are known")),
        (_silent(demand["coverage_mode"]), "village_uncovered village_otherwise village_unstated",
         N_("the list of villages says of none how it is served")),
        (_silent(facility["community_id"]), "communities_many", N_("the list names no communities")),
        (_silent(facility["capabilities"]), "capability_missing", N_("the list names no capabilities")),
        (not any(t.exclusive and t.minutes for t in tiers), "catchments_overlap",
         N_("the scheme has no level with areas apart")),
    )  # fmt: skip
    why = {check: reason for holds, checks, reason in rules if holds for check in checks.split()}
    return {check: why[check] for check in CHECKS if check in why}


def _silent(column: pd.Series) -> bool:
    return bool(column.eq("").all())


# ---- counts ----------------------------------------------------------------------------------------------------


def counts_expected(facts: Facts) -> list[Finding]:
    """Levels of which more or fewer are open than the scheme says."""
    return [
        Finding("count_off", "count_off", "tier", c.tier_id,
                {"tier": c.tier_id, "count": c.count, "expected": c.expected},
                facts.ids(np.flatnonzero(facts.tree.open & (facts.facility["tier"] == c.tier_id).to_numpy())))
        for c in count_tiers(facts.facility, facts.scheme)
        if not c.as_expected
    ]  # fmt: skip


# ---- parents ---------------------------------------------------------------------------------------------------


def parents_right(facts: Facts) -> list[Finding]:
    """Facilities without a parent, or with one that is unknown, closed, of a wrong level or another community."""
    allowed = {t.tier_id: t.parents for t in facts.scheme.tiers}
    away = {t.tier_id for t in facts.scheme.tiers if t.outside}
    text = facts.facility["parent_id"].tolist()
    found = []
    for row in np.flatnonzero(facts.tree.open).tolist():
        wanted = allowed.get(facts.tier_id(row), ())
        if text[row] and facts.tree.parent[row] < 0:
            found.append(
                facts.found("parent_wrong", "parent_unknown", row, {"name": facts.name(row), "value": text[row]})
            )
        elif text[row]:
            found += _one_parent(facts, row, wanted)
        elif wanted and not set(wanted) <= away:
            told = {"name": facts.name(row), "tier": facts.tier_id(row), "allowed": ";".join(wanted)}
            found.append(facts.found("parent_none", "parent_none", row, told))
    return found


def _one_parent(facts: Facts, row: int, wanted: tuple[str, ...]) -> list[Finding]:
    parent = int(facts.tree.parent[row])
    names = {"name": facts.name(row), "parent": facts.name(parent)}
    if not facts.tree.open[parent]:
        return [facts.found("parent_wrong", "parent_closed", row, names)]
    tiers = {"tier": facts.tier_id(row), "parent_tier": facts.tier_id(parent), "allowed": ";".join(wanted)}
    if wanted and tiers["parent_tier"] not in wanted:
        highest = min(facts.scheme.tiers.index(facts.scheme.tier(t)) for t in wanted)
        skips = 0 <= facts.tree.tier[parent] < highest
        check, code = ("parent_skips", "parent_skips") if skips else ("parent_wrong", "parent_tier")
        return [facts.found(check, code, row, names | tiers)]
    own, other = facts.tree.community[row], facts.tree.community[parent]
    return [facts.found("parent_wrong", "parent_community", row, names)] if own and other and own != other else []


def no_circles(facts: Facts) -> list[Finding]:
    """One finding for each circle of parents."""
    seen: set[int] = set()
    found = []
    for row in np.flatnonzero(facts.tree.parent >= 0).tolist():
        path: list[int] = []
        here = row
        while here >= 0 and here not in seen:
            seen.add(here)
            path.append(here)
            here = int(facts.tree.parent[here])
        if here in path:
            ring = path[path.index(here) :]
            told = {"name": facts.name(here), "ring": " → ".join(facts.name(i) for i in ring)}
            found.append(facts.found("parent_circle", "parent_circle", here, told, ring))
    return found


def parents_near(facts: Facts) -> list[Finding]:
    """Facilities further from their parent, by more than FAR_MIN, than from another that could be theirs. Worst first.

    Who could be is what the scheme says of their level; a parent that no road reaches is further than any other.
    """
    if facts.minutes is None:
        return []
    tree, hub = facts.tree, facts.minutes.hub
    cost = np.nan_to_num(facts.minutes.facility, nan=np.inf)
    column = np.full(len(tree.parent), -1, dtype=np.int64)
    column[hub] = np.arange(len(hub))
    led = np.flatnonzero(tree.open & (tree.parent >= 0))
    led = led[column[tree.parent[led]] >= 0]
    places = {tier.tier_id: at for at, tier in enumerate(facts.scheme.tiers)}
    found: list[tuple[float, Finding]] = []
    for level, tier in enumerate(facts.scheme.tiers):
        rows = led[tree.tier[led] == level]
        others = np.flatnonzero(np.isin(tree.tier[hub], [places[t] for t in tier.parents]) & tree.open[hub])
        if not len(rows) or not len(others):
            continue
        own, best = cost[rows, column[tree.parent[rows]]], others[cost[np.ix_(rows, others)].argmin(axis=1)]
        for at in np.flatnonzero(own > cost[rows, best] + FAR_MIN).tolist():
            finding = _further(facts, int(rows[at]), int(hub[best[at]]), own[at], cost[rows[at], best[at]])
            found.append((own[at] - cost[rows[at], best[at]], finding))
    return [finding for gap, finding in sorted(found, key=lambda pair: -pair[0])]


def _further(facts: Facts, row: int, other: int, own_min: float, other_min: float) -> Finding:
    names = {"name": facts.name(row), "parent": facts.name(int(facts.tree.parent[row])), "other": facts.name(other)}
    told = names | {"other_min": float(other_min)}
    if np.isinf(own_min):
        return facts.found("parent_far", "parent_unreached", row, told)
    return facts.found("parent_far", "parent_far", row, told | {"minutes": float(own_min)})


# ---- places ----------------------------------------------------------------------------------------------------


def townships_served(facts: Facts) -> list[Finding]:
    """Townships without an open facility of the township hospitals' kind."""
    own = facts.scheme.of_kind("township_hospital")
    if not own:
        return []
    towns = facts.unit[facts.unit["level"] == "township"]
    stands = facts.facility[facts.tree.open]
    has = set(stands.loc[stands["tier"].isin(own), "unit_code"])
    upper = stands[stands["tier"].isin(facts.scheme.of_kind("county_hospital"))].groupby("unit_code")["name"].first()
    found = []
    for code, name in zip(towns["unit_code"].tolist(), towns["name"].tolist(), strict=True):
        if code not in has:
            other = str(upper.get(code, ""))
            params = {"name": name, **({"other": other} if other else {})}
            code_of = "township_without_but" if other else "township_without"
            found.append(Finding("township_without", code_of, "unit", code, params))
    return found


def villages_served(facts: Facts) -> list[Finding]:
    """Villages without a clinic of their own, by how they are served instead; the largest first in each group."""
    checks = {"none": "village_uncovered", "": "village_unstated"} | dict.fromkeys(
        SERVED_OTHERWISE, "village_otherwise"
    )
    table = facts.demand.sort_values(["population", "demand_id"], ascending=[False, True])
    columns = (table[c].tolist() for c in ("demand_id", "name", "population", "coverage_mode"))
    return [
        Finding(checks.get(mode, "village_unstated"), _village_code(mode, checks), "village", demand_id,
                {"name": name, "people": people})
        for demand_id, name, people, mode in zip(*columns, strict=True)
        if mode != "own_clinic"
    ]  # fmt: skip


def _village_code(mode: str, checks: dict[str, str]) -> str:
    return f"village_{mode}" if mode and mode in checks else "village_unstated"


# ---- communities, capabilities, catchments ---------------------------------------------------------------------


def communities_few(facts: Facts) -> list[Finding]:
    """Every community, when the county has more than two, with those of its members that stand under no other."""
    ids = sorted({str(c) for c in facts.tree.community[facts.tree.open]} - {""})
    if len(ids) <= MOST_COMMUNITIES:
        return []
    params = {"count": len(ids), "most": MOST_COMMUNITIES}
    up = facts.tree.parent
    inside = (up >= 0) & (facts.tree.community[up] == facts.tree.community)
    tops = {i: np.flatnonzero(facts.tree.open & ~inside & (facts.tree.community == i)) for i in ids}
    return [
        Finding("communities_many", "communities_many", "community", i, {"name": i, **params}, facts.ids(tops[i]))
        for i in ids
    ]


def capabilities_there(facts: Facts) -> list[Finding]:
    """Open facilities that lack a capability their level requires, or name one that nobody has defined."""
    known = {c.capability_id for c in load_capabilities()}
    found = []
    for row in np.flatnonzero(facts.tree.open & (facts.facility["capabilities"] != "").to_numpy()).tolist():
        words = [w.strip() for w in str(facts.facility["capabilities"].iat[row]).split(";")]
        strange = ", ".join(w for w in words if w and w not in known)
        if strange:
            told = {"name": facts.name(row), "value": strange}
            found.append(facts.found("capability_missing", "capability_unknown", row, told))
    for tier in facts.scheme.tiers:
        rows = np.flatnonzero(facts.tree.open & (facts.facility["tier"] == tier.tier_id).to_numpy())
        has = {c: has_capability(facts.facility["capabilities"].iloc[rows], c) for c in tier.capabilities}
        for at, row in enumerate(rows.tolist()):
            missing = [c for c in tier.capabilities if not has[c][at]]
            if missing:
                told = {"name": facts.name(row), "tier": tier.tier_id, "capabilities": ";".join(missing)}
                found.append(facts.found("capability_missing", "capability_missing", row, told))
    return found


def catchments_apart(facts: Facts) -> list[Finding]:
    """Pairs of facilities of an exclusive level that share people within its minutes, the largest share first."""
    if facts.minutes is None:
        return []
    people = np.nan_to_num(facts.demand["population"].to_numpy())
    found: list[tuple[float, Finding]] = []
    for position, tier in enumerate(facts.scheme.tiers):
        if not tier.exclusive or tier.minutes is None:
            continue
        at = np.flatnonzero((facts.tree.tier[facts.minutes.hub] == position) & facts.tree.open[facts.minutes.hub])
        inside = (facts.minutes.village[:, at] <= tier.minutes).astype(np.float64)  # NaN is not within
        shared = inside.T @ (inside * people[:, None])
        rows = facts.minutes.hub[at].tolist()
        for i, j in zip(*np.triu_indices(len(at), 1), strict=True):
            smaller = min(shared[i, i], shared[j, j])
            share = 100 * shared[i, j] / smaller if smaller else 0.0
            if share >= OVERLAP_PCT:
                told = {"people": shared[i, j], "smaller": smaller, "share": share, "limit": tier.minutes}
                told |= {"name": facts.name(rows[i]), "other": facts.name(rows[j])}
                both = (rows[i], rows[j])
                found.append((share, facts.found("catchments_overlap", "catchments_overlap", rows[i], told, both)))
    return [finding for share, finding in sorted(found, key=lambda pair: -pair[0])]


_ALL: tuple[Callable[[Facts], list[Finding]], ...] = (
    counts_expected, parents_right, no_circles, parents_near, townships_served, villages_served, communities_few,
    capabilities_there, catchments_apart,
)  # fmt: skip
