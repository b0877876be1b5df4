"""A study's structure: minutes between its levels, chains of care, findings, communities. Joins the rooms.

`Structure` is everything the page and the terminal ask for at once; it depends on the study, a mode and assumptions.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geo.analysis.chain import Chains, Entry, first_capable, nearest_chains, organisation_chains
from geo.analysis.communities import Community, communities_of
from geo.analysis.structure_checks import Minutes, check_structure, unasked
from geo.analysis.structure_findings import Finding
from geo.analysis.tiers import CLOSED, Tree, tree_of
from geo.model.capabilities import check_capability, has_capability
from geo.model.inputs import Study
from geo.model.links import LinkKind, Outside
from geo.model.roads import Floats, Ints
from geo.network.route import Route, route
from geo.network.snapping import Snapped
from geo.network.travel_time import nearest_times, time_matrix
from geo.study.answers import Network
from geo.study.build import with_tables

POINT_KIND = "extension_point"


@dataclass(frozen=True)
class Structure:
    """What a study's structure comes to in one mode under given assumptions."""

    tree: Tree
    minutes: Minutes
    entry: Entry  # where the organisation's chain of each village begins
    organisation: Chains
    nearest: Chains
    findings: list[Finding]
    unasked: dict[str, str]  # checks that could not be made → why
    communities: list[Community]


def structure_of(study: Study, network: Network, times: pd.DataFrame) -> Structure:
    """Tree, chains, findings and communities. `times` is what geo.study.nearest_by_tier makes."""
    tree = tree_of(study.facility, study.scheme)
    minutes = minutes_to_hubs(study, network, tree)
    entry = own_entries(study, network, tree, times)
    return Structure(
        tree,
        minutes,
        entry,
        organisation_chains(tree, study.scheme, entry, minutes),
        nearest_chains(tree, study.scheme, nearest_entries(study, tree, times), minutes),
        check_structure(study.facility, study.demand, study.unit, study.scheme, minutes),
        unasked(study.facility, study.demand, study.unit, study.scheme, minutes),
        communities_of(study.facility, study.demand, study.unit, study.link, study.scheme, tree, entry.row),
    )


def lowest_tier(study: Study, tree: Tree) -> int:
    """The position of the lowest tier that the study has open facilities of; -1 where it has none at all."""
    return int(tree.tier[tree.open].max(initial=-1))


def minutes_to_hubs(study: Study, network: Network, tree: Tree) -> Minutes:
    """Minutes from every village and every facility to each open facility above the lowest tier."""
    hub = np.flatnonzero(tree.open & (tree.tier >= 0) & (tree.tier < lowest_tier(study, tree))).astype(np.int64)
    if not len(hub):
        return Minutes(hub, np.empty((len(study.demand), 0)), np.empty((len(study.facility), 0)))
    points = network.demand.joined(network.facility)
    found = time_matrix(network.graph, network.facility.take(hub), points, network.assumptions)
    villages = len(study.demand)
    return Minutes(hub, found[:villages], found[villages:])


def nearest_entries(study: Study, tree: Tree, times: pd.DataFrame) -> Entry:
    """For every village the nearest facility of the lowest tier."""
    lowest = lowest_tier(study, tree)
    if lowest < 0:
        return Entry(np.full(len(study.demand), -1, dtype=np.int64), np.full(len(study.demand), np.nan))
    own = times[times["tier"] == study.scheme.tiers[lowest].tier_id].set_index("demand_id")
    own = own.reindex(study.demand["demand_id"])
    at = pd.Series(np.arange(len(study.facility)), index=study.facility["facility_id"])
    row = own["facility_id"].map(at).fillna(-1).to_numpy(dtype=np.int64)
    return Entry(row, own["travel_time_min"].to_numpy(dtype=np.float64))


def own_entries(study: Study, network: Network, tree: Tree, times: pd.DataFrame) -> Entry:
    """Where the organisation sends each village first: the nearest facility of the lowest tier in its own township.

    An extension point where the village says that one serves it. Without such a place in the township, the nearest.
    """
    fallback = nearest_entries(study, tree, times)
    row, minutes = fallback.row.copy(), fallback.minutes.copy()
    clinic = (tree.tier == lowest_tier(study, tree)) & tree.open
    point = study.facility["tier"].isin(study.scheme.of_kind(POINT_KIND)).to_numpy() & tree.open
    by_point = (study.demand["coverage_mode"] == POINT_KIND).to_numpy()
    home, stands = study.demand["unit_code"].to_numpy(), study.facility["unit_code"].to_numpy()
    for unit in np.unique(home):
        for asked, places in ((by_point, point), (~by_point, clinic)):
            villages = np.flatnonzero((home == unit) & asked)
            care = np.flatnonzero((stands == unit) & places)
            if len(villages) and len(care):
                found, source = nearest_times(
                    network.graph, network.facility.take(care), network.demand.take(villages), network.assumptions
                )
                hit = source >= 0
                row[villages[hit]], minutes[villages[hit]] = care[source[hit]], found[hit]
    return Entry(row, minutes)


# ---- one village -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One step of a chain: from the place before to a facility. `way` is None where no road leads there."""

    tier_id: str
    facility_row: int
    way: Route | None


def steps_of(study: Study, network: Network, chains: Chains, village: int) -> list[Step]:
    """The steps of one village's chain, from the village upwards, each with its way along the roads."""
    out: list[Step] = []
    place = network.demand.take(np.array([village]))
    for k in range(len(study.scheme.tiers) - 1, -1, -1):
        row = int(chains.row[village, k])
        if row < 0:
            continue
        there = network.facility.take(np.array([row]))
        way = None
        if place.on_network[0] and there.on_network[0]:
            way = route(network.graph, there, place, network.assumptions)
        out.append(Step(study.scheme.tiers[k].tier_id, row, way))
        place = there
    return out


@dataclass(frozen=True)
class PairedStep:
    """The last step of a chain: on to a hospital paired with its community."""

    place: Outside
    facility_row: int  # -1 where the list does not have it, so that nothing is modelled
    way: Route | None


def paired_steps(study: Study, network: Network, structure: Structure, steps: list[Step]) -> list[PairedStep]:
    """From the end of a chain to each hospital paired with its community that is not on the chain itself."""
    if not steps:
        return []
    last = steps[-1].facility_row
    community = structure.tree.community[last]
    places = [p for c in structure.communities if c.community_id == community for p in c.paired_with]
    rows = [_row_of(study, place.facility_id) for place in places]
    on_chain = {step.facility_row for step in steps}
    return [
        PairedStep(place, row, way_on(network, last, row))
        for place, row in zip(places, rows, strict=True)
        if row not in on_chain
    ]


def _row_of(study: Study, facility_id: str) -> int:
    hits = np.flatnonzero(study.facility["facility_id"] == facility_id)
    return int(hits[0]) if len(hits) else -1


@dataclass(frozen=True)
class CapableChains:
    """For every village where a capability is found: first in its organisation's chain, and nearest. -1, NaN: none."""

    organisation_row: Ints
    organisation_min: Floats
    nearest_row: Ints
    nearest_min: Floats


def capable_chains(study: Study, network: Network, structure: Structure, capability_id: str) -> CapableChains:
    """Who has a capability, by the organisation and by the nearest. Raises ChoiceUnknown for one nobody defined."""
    check_capability(capability_id)
    capable = has_capability(study.facility["capabilities"], capability_id)
    own = first_capable(structure.tree, structure.entry, capable)
    column = np.full(len(study.facility), -1, dtype=np.int64)
    column[structure.minutes.hub] = np.arange(len(structure.minutes.hub))
    at = np.where(own >= 0, column[own], -1)
    minutes = np.full(len(own), np.nan)
    hubs = np.flatnonzero(at >= 0)
    minutes[hubs] = structure.minutes.village[hubs, at[hubs]]
    itself = (own >= 0) & (own == structure.entry.row)
    minutes[itself] = structure.entry.minutes[itself]
    rows = np.flatnonzero(capable & structure.tree.open)
    found, source = nearest_times(network.graph, network.facility.take(rows), network.demand, network.assumptions)
    nearest = np.where(source >= 0, rows[source] if len(rows) else -1, -1)
    return CapableChains(own, minutes, nearest.astype(np.int64), found)


def way_between(network: Network, village: int, facility_row: int) -> Route | None:
    """The way from one village straight to one facility; None where there is none."""
    return _way(network, network.demand, village, facility_row)


def way_on(network: Network, facility_row: int, other_row: int) -> Route | None:
    """The way from one facility on to another; None where there is none or for a row of -1."""
    return _way(network, network.facility, facility_row, other_row)


def _way(network: Network, places: Snapped, row: int, facility_row: int) -> Route | None:
    if row < 0 or facility_row < 0:
        return None
    place, there = places.take(np.array([row])), network.facility.take(np.array([facility_row]))
    if not place.on_network[0] or not there.on_network[0]:
        return None
    return route(network.graph, there, place, network.assumptions)


# ---- networks --------------------------------------------------------------------------------------------------


def link_minutes(study: Study, network: Network, kind: LinkKind) -> Floats:
    """Minutes on roads between the two ends of each of the study's links of a kind, in their order; NaN where none.

    Ends are facilities or villages. The search runs from the serving end, which few serve many from.
    """
    rows = study.link[study.link["kind"] == kind.kind]
    at = {i: n for n, i in enumerate([*study.demand["demand_id"], *study.facility["facility_id"]])}
    care = {i: n for n, i in enumerate(study.facility["facility_id"])}
    serving = np.array([care.get(i, -1) for i in rows[kind.serving_column]], dtype=np.int64)
    served = np.array([at.get(i, -1) for i in rows[kind.served_column]], dtype=np.int64)
    out = np.full(len(rows), np.nan)
    points = network.demand.joined(network.facility)
    for source in np.unique(serving[serving >= 0]):
        mine = np.flatnonzero((serving == source) & (served >= 0))
        there = network.facility.take(np.array([source]))
        if len(mine):
            found = time_matrix(network.graph, there, points.take(served[mine]), network.assumptions)
            out[mine] = found[:, 0]
    return out


# ---- what if ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Joined:
    """What a facility's move to another tier would change. Rows are those of the study's tables."""

    after: Study  # without a name of its own: it is never stored
    moved_villages: Ints  # whose nearest facility of the tier it becomes, the largest gain first
    moved_people: float
    within_before: float  # people within the tier's minutes of any of its facilities
    within_after: float
    limit_min: float | None
    nearest_before: Floats  # (v,) minutes to the nearest of the tier
    nearest_after: Floats
    children: Ints  # facilities whose parent of that tier would be nearer than theirs
    findings: list[Finding]  # that are new


def joined_tier(study: Study, network: Network, structure: Structure, facility_id: str, tier_id: str) -> Joined:
    """What would move if a facility joined a tier ("what if this hospital joined the five?"). Nothing is stored."""
    facility = study.facility
    row = int(np.flatnonzero(facility["facility_id"] == facility_id)[0])
    mine = facility["facility_id"] == facility_id
    tiers = facility["tier"].where(~mine, tier_id)
    parents = facility["parent_id"].where(~mine, _new_parent(study, structure, row, tier_id))
    after = replace(study, facility=facility.assign(tier=tiers, parent_id=parents), content_id="")
    members = np.flatnonzero((facility["tier"] == tier_id) & (facility["status"] != CLOSED))
    before = _nearest_of(network, members)
    own = _nearest_of(network, np.array([row]))
    best = np.fmin(before, own)
    gain = np.nan_to_num(before, nan=np.inf) - own  # NaN where no road leads to it
    moved = np.argsort(-gain, kind="stable")[: int((gain > 0).sum())]
    people = study.demand["population"].to_numpy()
    limit = study.scheme.tier(tier_id).minutes
    tree = tree_of(after.facility, after.scheme)
    minutes = minutes_to_hubs(after, network, tree)
    known = {_about(f) for f in structure.findings}
    fresh = check_structure(after.facility, after.demand, after.unit, after.scheme, minutes)
    return Joined(
        after, moved, float(people[moved].sum()),
        float(people[before <= limit].sum()) if limit else np.nan,
        float(people[best <= limit].sum()) if limit else np.nan,
        limit, before, best, _nearer_parent(facility, structure, row, members),
        [f for f in fresh if _about(f) not in known],
    )  # fmt: skip


def _about(finding: Finding) -> tuple[object, ...]:
    """What makes a finding another one: its place, and of two catchments that overlap the second one too."""
    return finding.code, finding.item_id, finding.params.get("other")


def _new_parent(study: Study, structure: Structure, row: int, tier_id: str) -> str:
    """Under whom it would stand: the first above it whose level may lead its new one, else its present parent."""
    allowed = study.scheme.tier(tier_id).parents
    ids, tiers = study.facility["facility_id"], study.facility["tier"]
    above = [i for i in structure.tree.ancestors(row)[1:] if tiers.iat[i] in allowed]
    return str(ids.iat[above[0]]) if above else str(study.facility["parent_id"].iat[row])


def _nearest_of(network: Network, rows: Ints) -> Floats:
    return nearest_times(network.graph, network.facility.take(rows), network.demand, network.assumptions)[0]


def _nearer_parent(facility: pd.DataFrame, structure: Structure, row: int, members: Ints) -> Ints:
    """Facilities led by one of the members that would be nearer to the newcomer."""
    column = {int(hub): at for at, hub in enumerate(structure.minutes.hub)}
    if row not in column:
        return np.empty(0, dtype=np.int64)
    led = np.flatnonzero(np.isin(structure.tree.parent, members) & structure.tree.open)
    now = np.array([structure.minutes.facility[i, column[int(structure.tree.parent[i])]] for i in led])
    new = structure.minutes.facility[led, column[row]]
    return led[(new < now) & (led != row)] if len(led) else led


def with_scheme(study: Study, raw: dict[str, object]) -> Study:
    """The study with a scheme of its own. `raw` is what geo.model.schemes.scheme_raw makes."""
    return with_tables(replace(study, header={**study.header, "scheme": raw}), {})
