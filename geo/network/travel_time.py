"""The search: who is how many minutes from whom. Second floor: network; makes the table every analysis reads.

Facilities become extra nodes with an arc to each end of the edge they stand on, so several can share an edge and each
pays its own way to the door. A demand point is reached over either end of its edge, or straight along it from a
facility on the same edge; the walk between point and road is added. Dijkstra is scipy's.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.model.assumptions import Assumptions
from geo.model.roads import Floats, Ints
from geo.network.graph import Graph
from geo.network.snapping import Snapped

_CHUNK_CELLS = 4_000_000  # cells of one dense block of a matrix: 32 MB


@dataclass(frozen=True)
class Legs:
    """How p points join the graph: minutes to either end of their edge, in the direction of the search."""

    to_start_min: Floats  # inf where the edge may not be used that way
    to_end_min: Floats
    access_min: Floats  # between the point and the road


@dataclass(frozen=True)
class Tree:
    """A search outward from all facilities at once. Node n + i is facility i."""

    minutes: Floats  # (n + f,) inf beyond the horizon
    predecessor: Ints  # (n + f,) negative where there is none
    source: Ints  # (n + f,) facility row, -1 where not reached
    graph: csr_array  # the arcs that were searched, facilities included


def facility_legs(graph: Graph, points: Snapped, assumptions: Assumptions) -> Legs:
    """From the door of each facility to both ends of its edge."""
    edge, f = points.edge, points.fraction
    return Legs(
        part_minutes(f, graph.against_min[edge]),
        part_minutes(1 - f, graph.along_min[edge]),
        access_minutes(points, graph, assumptions, "facility"),
    )


def demand_legs(graph: Graph, points: Snapped, assumptions: Assumptions) -> Legs:
    """From both ends of its edge to each demand point (arriving, so the directions are the other way round)."""
    edge, f = points.edge, points.fraction
    return Legs(
        part_minutes(f, graph.along_min[edge]),
        part_minutes(1 - f, graph.against_min[edge]),
        access_minutes(points, graph, assumptions, "demand"),
    )


def access_minutes(points: Snapped, graph: Graph, assumptions: Assumptions, end: str) -> Floats:
    """Minutes between point and road at the access speed of that end ("demand" or "facility").

    The leg at the demand's end is walked, whichever mode follows, and counts its slope where heights are known.
    """
    speed = assumptions.find("access", graph.mode, end) or 5.0
    metres = points.snap_distance_m
    if points.leg_slowness is not None and (end == "demand" or graph.mode == "walk"):
        metres = metres * points.leg_slowness
    return np.asarray(metres / (speed * 1000 / 60), dtype=np.float64)


def search(graph: Graph, facilities: Snapped, assumptions: Assumptions) -> Tree:
    """Shortest minutes from the nearest facility to every node, with the facility's row as label."""
    rows = np.flatnonzero(facilities.on_network)
    arcs = with_facilities(graph, facility_legs(graph, facilities, assumptions), facilities)
    nodes = graph.roads.node_count
    minutes, predecessor, source = dijkstra(
        arcs, indices=nodes + rows, min_only=True, return_predecessors=True, limit=assumptions.horizon_min
    )
    label = np.where(source >= nodes, source - nodes, -1)
    return Tree(minutes, predecessor.astype(np.int64), label.astype(np.int64), arcs)


def nearest_times(graph: Graph, facilities: Snapped, demand: Snapped, assumptions: Assumptions) -> tuple[Floats, Ints]:
    """For each demand point the minutes to its nearest facility and that facility's row; NaN and -1 out of reach."""
    count = len(demand.edge)
    if not facilities.on_network.any() or count == 0:
        return np.full(count, np.nan), np.full(count, -1, dtype=np.int64)
    tree = search(graph, facilities, assumptions)
    legs = demand_legs(graph, demand, assumptions)
    edge = demand.edge
    via = np.stack([
        tree.minutes[graph.roads.start[edge]] + legs.to_start_min,
        tree.minutes[graph.roads.end[edge]] + legs.to_end_min,
    ])  # fmt: skip
    label = np.stack([tree.source[graph.roads.start[edge]], tree.source[graph.roads.end[edge]]])
    best = via.argmin(axis=0)
    minutes, source = via[best, np.arange(count)], label[best, np.arange(count)]
    for facility, point, direct in same_edge(graph, facilities, demand, assumptions):
        if direct < minutes[point]:
            minutes[point], source[point] = direct, facility
    minutes = minutes + legs.access_min
    reached = demand.on_network & (minutes <= assumptions.horizon_min)
    return np.where(reached, minutes, np.nan), np.where(reached, source, -1)


def time_matrix(graph: Graph, facilities: Snapped, demand: Snapped, assumptions: Assumptions) -> Floats:
    """Minutes for every pair, shape (demand, facility); NaN where out of reach or off the network."""
    out = np.full((len(demand.edge), len(facilities.edge)), np.nan)
    rows, points = np.flatnonzero(facilities.on_network), np.flatnonzero(demand.on_network)
    if not len(rows) or not len(points):
        return out
    arcs = with_facilities(graph, facility_legs(graph, facilities, assumptions), facilities)
    legs = demand_legs(graph, demand, assumptions)
    start, end = graph.roads.start[demand.edge[points]], graph.roads.end[demand.edge[points]]
    chunk = max(1, _CHUNK_CELLS // arcs.shape[0])
    for begin in range(0, len(rows), chunk):
        part = rows[begin : begin + chunk]
        tree = dijkstra(arcs, indices=graph.roads.node_count + part, limit=assumptions.horizon_min)
        via_start = tree[:, start] + legs.to_start_min[points]
        via_end = tree[:, end] + legs.to_end_min[points]
        out[np.ix_(points, part)] = np.minimum(via_start, via_end).T
    for facility, point, direct in same_edge(graph, facilities, demand, assumptions):
        out[point, facility] = np.fmin(out[point, facility], direct)
    out += legs.access_min[:, None]
    out[~(out <= assumptions.horizon_min)] = np.nan
    return out


def travel_time_table(minutes: Floats, demand_id: pd.Series, facility_id: pd.Series) -> pd.DataFrame:
    """The hinge: demand_id, facility_id, travel_time_min; pairs out of reach are absent.

    `minutes` is a (demand, facility) matrix as `time_matrix` makes it.
    """
    row, column = np.nonzero(np.isfinite(minutes))
    return pd.DataFrame({
        "demand_id": demand_id.to_numpy()[row],
        "facility_id": facility_id.to_numpy()[column],
        "travel_time_min": minutes[row, column],
    })  # fmt: skip


def part_minutes(fraction: Floats, minutes: Floats) -> Floats:
    """Minutes for a part of an edge. No part costs nothing, also against a one-way: the point is at the node."""
    with np.errstate(invalid="ignore"):
        return np.where(fraction == 0, 0.0, fraction * minutes)


def with_facilities(graph: Graph, legs: Legs, facilities: Snapped) -> csr_array:
    """The graph with a node for each facility behind the n road nodes."""
    nodes, count = graph.roads.node_count, len(facilities.edge)
    edge = facilities.edge
    head = np.column_stack([graph.roads.start[edge], graph.roads.end[edge]])
    minutes = np.column_stack([legs.to_start_min, legs.to_end_min]) + legs.access_min[:, None]
    allowed = np.isfinite(minutes) & facilities.on_network[:, None]
    indptr = np.r_[graph.arcs.indptr, graph.arcs.indptr[-1] + np.cumsum(allowed.sum(axis=1))]
    return csr_array(
        (
            np.r_[graph.arcs.data, minutes[allowed]],
            np.r_[graph.arcs.indices, head[allowed]].astype(np.int32),
            indptr.astype(np.int32),
        ),
        shape=(nodes + count, nodes + count),
    )


def same_edge(
    graph: Graph, facilities: Snapped, demand: Snapped, assumptions: Assumptions
) -> list[tuple[int, int, float]]:
    """(facility row, demand row, minutes along the edge they share), where the direction is allowed."""
    on = np.flatnonzero(facilities.on_network)
    by_edge = np.argsort(demand.edge, kind="stable")
    first, last = (np.searchsorted(demand.edge[by_edge], facilities.edge[on], side) for side in ("left", "right"))
    count = last - first
    if not count.any():
        return []
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    facility, point = np.repeat(on, count), by_edge[np.repeat(first, count) + within]
    edge = facilities.edge[facility]
    step = demand.fraction[point] - facilities.fraction[facility]
    minutes = part_minutes(np.abs(step), np.where(step >= 0, graph.along_min[edge], graph.against_min[edge]))
    minutes = minutes + access_minutes(facilities, graph, assumptions, "facility")[facility]
    kept = np.isfinite(minutes)
    return list(zip(facility[kept].tolist(), point[kept].tolist(), minutes[kept].tolist(), strict=True))
