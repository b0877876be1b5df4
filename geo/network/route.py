"""One journey: the way along the roads between a facility and a demand point. Second floor: network."""

from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops
from scipy.sparse.csgraph import dijkstra

from geo.model.assumptions import Assumptions
from geo.model.projection import metric_crs, to_degrees
from geo.model.roads import Floats
from geo.network.graph import Graph
from geo.network.snapping import Snapped, edge_lines
from geo.network.travel_time import demand_legs, facility_legs, part_minutes, time_matrix, with_facilities


@dataclass(frozen=True)
class Route:
    """From facility to demand point, whichever way is travelled."""

    travel_time_min: float
    road_m: float
    facility_leg_m: float  # off the road
    demand_leg_m: float
    line: Floats  # (k, 2) longitude, latitude along the roads


def route(graph: Graph, facility: Snapped, demand: Snapped, assumptions: Assumptions) -> Route | None:
    """The fastest way between one facility and one demand point (snapped sets of one); None where there is none."""
    minutes = float(time_matrix(graph, facility, demand, assumptions)[0, 0])
    if np.isnan(minutes):
        return None
    pieces = _direct(graph, facility, demand, minutes, assumptions) or _through_nodes(
        graph, facility, demand, assumptions
    )
    crs = metric_crs(graph.roads.node_lon, graph.roads.node_lat)
    edges = np.array([edge for edge, _, _ in pieces], dtype=np.int64)
    lines = edge_lines(graph.roads, edges, crs)
    parts = [_cut(line, a, b) for line, (_, a, b) in zip(lines, pieces, strict=True)]
    xy = np.concatenate([shapely.get_coordinates(p) for p in parts])
    lon, lat = to_degrees(xy[:, 0], xy[:, 1], crs)
    share = np.array([abs(b - a) for _, a, b in pieces])
    return Route(
        travel_time_min=minutes,
        road_m=float((graph.roads.length_m[edges] * share).sum()),
        facility_leg_m=float(facility.snap_distance_m[0]),
        demand_leg_m=float(demand.snap_distance_m[0]),
        line=np.column_stack([lon, lat]),
    )


_Piece = tuple[int, float, float]  # edge, and the fractions between which it is travelled


def _direct(
    graph: Graph, facility: Snapped, demand: Snapped, minutes: float, assumptions: Assumptions
) -> list[_Piece] | None:
    """The stretch along the edge both stand on, if that is the fastest way."""
    edge, a, b = int(facility.edge[0]), float(facility.fraction[0]), float(demand.fraction[0])
    if edge != demand.edge[0]:
        return None
    along = part_minutes(np.array([abs(b - a)]), np.array([(graph.along_min if b >= a else graph.against_min)[edge]]))
    legs = facility_legs(graph, facility, assumptions).access_min + demand_legs(graph, demand, assumptions).access_min
    return [(edge, a, b)] if float(along[0] + legs[0]) <= minutes + 1e-9 else None


def _through_nodes(graph: Graph, facility: Snapped, demand: Snapped, assumptions: Assumptions) -> list[_Piece]:
    """The stretches over the network's nodes, in order from the facility."""
    roads, nodes = graph.roads, graph.roads.node_count
    arcs = with_facilities(graph, facility_legs(graph, facility, assumptions), facility)
    found = dijkstra(arcs, indices=[nodes], return_predecessors=True, limit=assumptions.horizon_min)
    minutes, predecessor = found[0][0], found[1][0]
    legs = demand_legs(graph, demand, assumptions)
    last, first = int(demand.edge[0]), int(facility.edge[0])
    via_start = minutes[roads.start[last]] + legs.to_start_min[0]
    via_end = minutes[roads.end[last]] + legs.to_end_min[0]
    at_start = bool(via_start <= via_end)
    node = int(roads.start[last] if at_start else roads.end[last])
    pieces: list[_Piece] = [(last, 0.0 if at_start else 1.0, float(demand.fraction[0]))]
    while predecessor[node] < nodes:
        pieces.append(_arc_piece(graph, int(predecessor[node]), node))
        node = int(predecessor[node])
    leg = facility_legs(graph, facility, assumptions)
    from_start = node == roads.start[first] and not (
        node == roads.end[first] and leg.to_end_min[0] < leg.to_start_min[0]
    )
    pieces.append((first, float(facility.fraction[0]), 0.0 if from_start else 1.0))
    return pieces[::-1]


def _arc_piece(graph: Graph, tail: int, head: int) -> _Piece:
    begin, stop = graph.arcs.indptr[tail], graph.arcs.indptr[tail + 1]
    arc = begin + int(np.searchsorted(graph.arcs.indices[begin:stop], head))
    edge = int(graph.arc_edge[arc])
    forward = graph.roads.start[edge] == tail
    return (edge, 0.0, 1.0) if forward else (edge, 1.0, 0.0)


def _cut(line: shapely.LineString, a: float, b: float) -> shapely.Geometry:
    """The part of a line between two fractions of its length, in the direction from a to b."""
    low, high = sorted((a, b))
    part = shapely.ops.substring(line, low, high, normalized=True)
    return part if a <= b else shapely.reverse(part)
