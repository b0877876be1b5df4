"""A study in, an answer out: minutes, coverage, reach and journeys. Joins the rooms."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.analysis.coverage import nearest
from geo.model.assumptions import Assumptions
from geo.model.errors import NothingSelected
from geo.model.inputs import Study
from geo.model.roads import Floats, Ints, Mode
from geo.network.breaks import NO_BREAKS, Breaks, on_broken
from geo.network.graph import Graph, Trip, build_graph, is_outward
from geo.network.reach import Surface, arrival_surface
from geo.network.route import Route, route
from geo.network.snapping import EdgeIndex, Snapped
from geo.network.travel_time import nearest_times
from geo.study.relief import on_slopes


@dataclass(frozen=True)
class Network:
    """A study's roads in one mode under given assumptions, with its facilities and demand on them."""

    graph: Graph
    assumptions: Assumptions
    facility: Snapped
    demand: Snapped
    index: EdgeIndex  # for places that come later, of the open roads
    breaks: Breaks = NO_BREAKS  # on the graph, and on the points here

    def snap(self, lon: Floats, lat: Floats) -> Snapped:
        """Places that come later, on these roads; who closes a road moves nobody to another."""
        open_edges = self.graph.roads.edge_count - len(self.breaks)
        return on_broken(self.index.snap(lon, lat), self.breaks, open_edges)


@dataclass(frozen=True)
class Journey:
    """From one demand point to its nearest facility of one tier; `way` is None where there is none in reach."""

    tier_id: str
    facility_row: int
    way: Route | None


def assumptions_for(study: Study, condition: str = "day") -> Assumptions:
    """The default assumptions for a study's terrain under a condition."""
    return Assumptions(condition=condition, terrain=study.terrain)


def network_of(study: Study, mode: Mode, assumptions: Assumptions, trip: Trip | None = None) -> Network:
    """The study's roads in one mode, with facilities and demand snapped to them; `trip` as in build_graph."""
    graph = build_graph(study.roads, mode, assumptions, trip)
    index = EdgeIndex(graph, assumptions)
    places = [(t["lon"].to_numpy(), t["lat"].to_numpy()) for t in (study.facility, study.demand)]
    facility, demand = (index.snap(*place) for place in places)
    outward = is_outward(mode, trip)
    return Network(
        graph,
        assumptions,
        on_slopes(facility, places[0], study.heights, to_road=outward),
        on_slopes(demand, places[1], study.heights, to_road=not outward),
        index,
    )


def open_rows(study: Study, tiers: tuple[str, ...]) -> Ints:
    """The rows of the facilities of some tiers that are not closed."""
    return np.flatnonzero(study.facility["tier"].isin(tiers) & (study.facility["status"] != "closed"))


def nearest_by_tier(study: Study, network: Network) -> pd.DataFrame:
    """The travel-time table (demand_id, facility_id, travel_time_min) of each demand point's nearest facility a tier.

    The nearest of any set of tiers is the least of its rows, so choosing tiers or a threshold needs no search.
    """
    tables = []
    for tier in sorted(study.facility["tier"].unique()):
        rows = open_rows(study, (tier,))
        minutes, source = nearest_times(network.graph, network.facility.take(rows), network.demand, network.assumptions)
        hit = source >= 0
        facility_id = study.facility["facility_id"].to_numpy()[rows[source[hit]]]
        demand_id = study.demand["demand_id"].to_numpy()[hit]
        columns = {"demand_id": demand_id, "facility_id": facility_id, "travel_time_min": minutes[hit], "tier": tier}
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def nearest_counted(study: Study, times: pd.DataFrame, tiers: tuple[str, ...]) -> pd.DataFrame:
    """For every demand point, in the study's order, its nearest facility of the tiers that count.

    `times` is what `nearest_by_tier` makes. Raises NothingSelected when no facility of these tiers reaches anybody.
    """
    counted = times[times["tier"].isin(tiers)]
    if counted.empty:
        raise NothingSelected()
    return nearest(counted, study.demand["demand_id"])


def surface_of(study: Study, network: Network, tiers: tuple[str, ...], limit_min: float) -> Surface:
    """Minutes of arrival on a grid, from the nearest facility of the tiers that count, up to `limit_min`.

    Its `contour` at any threshold is the area reached. Raises NothingSelected without such a facility on the network.
    """
    rows = open_rows(study, tiers)
    surface = arrival_surface(network.graph, network.facility.take(rows), limit_min, network.assumptions)
    if surface is None:
        raise NothingSelected()
    return surface


def journeys(study: Study, network: Network, times: pd.DataFrame, demand_id: str) -> list[Journey]:
    """From one demand point to its nearest facility of every tier the study has, top tier first."""
    point = np.flatnonzero(study.demand["demand_id"] == demand_id)
    own = times[times["demand_id"] == demand_id].set_index("tier")["facility_id"]
    out = []
    for tier in study.scheme.tiers:
        if tier.tier_id in own.index:
            row = np.flatnonzero(study.facility["facility_id"] == own[tier.tier_id])
            way = route(network.graph, network.facility.take(row), network.demand.take(point), network.assumptions)
            out.append(Journey(tier.tier_id, int(row[0]), way))
        elif (study.facility["tier"] == tier.tier_id).any():
            out.append(Journey(tier.tier_id, -1, None))
    return out
