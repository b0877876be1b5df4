"""Roads to minutes: what each edge costs in one mode, as CSR arrays for the search. Second floor: network.

Direction counts. Every search runs outward from the facilities: an ambulance drives that way; patients travel towards
care, so for them the graph is turned round once, here, and nothing after it has to know. An ambulance that carries a
patient to hospital travels inward too: ask for that trip by name.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geo.model.assumptions import Assumptions
from geo.model.roads import BACKWARD_BIT, FORWARD_BIT, ROAD_CLASSES, UNPAVED, Floats, Ints, Mode, Roads
from geo.network.slope import edge_slowness, share_above

Trip = Literal["outward", "inward"]  # from the facility to the demand point, or from there to the facility


@dataclass(frozen=True)
class Graph:
    """One mode's costs on m edges of n nodes. Minutes are inf where the mode may not travel that way."""

    roads: Roads
    mode: Mode
    along_min: Floats  # (m,) searching from the edge's start to its end
    against_min: Floats  # (m,) searching from its end to its start
    arcs: csr_array  # (n, n) minutes; of parallel edges the fastest
    arc_edge: Ints  # (nnz,) edge of each stored arc
    usable: np.ndarray  # (m,) bool: the mode may use the edge, in whichever direction
    island_m: Floats  # (m,) length of the connected piece the edge belongs to, metres; 0 where not usable


def build_graph(roads: Roads, mode: Mode, assumptions: Assumptions, trip: Trip | None = None) -> Graph:
    """The search graph of one mode under the given assumptions.

    `trip` says which way is travelled; without it ambulances go outward and everybody else inward.
    """
    forward, backward = travel_minutes(roads, mode, assumptions)
    outward = is_outward(mode, trip)
    along, against = (forward, backward) if outward else (backward, forward)
    arcs, arc_edge = fastest_arcs(roads, along, against)
    usable = np.isfinite(along) | np.isfinite(against)
    return Graph(roads, mode, along, against, arcs, arc_edge, usable, island_lengths(roads, usable))


def is_outward(mode: Mode, trip: Trip | None) -> bool:
    """Whether the way travelled leads from the facility to the demand point."""
    return (trip or ("outward" if mode == "ambulance" else "inward")) == "outward"


def speed_kph(roads: Roads, mode: Mode, assumptions: Assumptions) -> Floats:
    """Speed on every edge, km/h; 0 where the mode does not use the class.

    A posted limit, times the share of it that traffic reaches, replaces the class speed for motor vehicles.
    """
    by_class = np.array([assumptions.find("speed", mode, name) or 0.0 for name in ROAD_CLASSES])
    speed = by_class[roads.road_class]
    share = assumptions.find("factor", mode, "maxspeed")
    if share is not None:
        speed = np.where((speed > 0) & (roads.maxspeed_kph > 0), roads.maxspeed_kph * share, speed)
    unpaved = assumptions.find("factor", mode, "unpaved") or 1.0
    speed = np.where(roads.surface == UNPAVED, speed * unpaved, speed)
    ferry = roads.road_class == ROAD_CLASSES.index("ferry")
    left = condition_shares(roads, mode, assumptions) * assumptions.terrain_factor(mode) * assumptions.speed_scale
    return np.asarray(speed * np.where(ferry, 1.0, left), dtype=np.float64)


def condition_shares(roads: Roads, mode: Mode, assumptions: Assumptions) -> Floats:
    """The share of the speed that the condition leaves on every edge.

    Ice lies above a height, and below it roads are wet as in rain: an edge pays for each by the length it has there.
    Where no height is known the whole edge is icy.
    """
    share = _by_class(roads, mode, assumptions, assumptions.condition)
    if assumptions.condition != "ice" or not roads.has_heights:
        return share
    wet = _by_class(roads, mode, assumptions, "rain")
    icy = share_above(roads, assumptions.ice_from_m)
    return np.asarray(1 / (icy / share + (1 - icy) / wet), dtype=np.float64)


def _by_class(roads: Roads, mode: Mode, assumptions: Assumptions, condition: str) -> Floats:
    factors = [assumptions.condition_factor(mode, name, condition) for name in ROAD_CLASSES]
    return np.array(factors, dtype=np.float64)[roads.road_class]


def travel_minutes(roads: Roads, mode: Mode, assumptions: Assumptions) -> tuple[Floats, Floats]:
    """Minutes from start to end and from end to start of every edge; inf where not allowed.

    On foot and by e-bike they differ where heights are known (geo.network.slope).
    """
    speed = speed_kph(roads, mode, assumptions)
    with np.errstate(divide="ignore", invalid="ignore"):
        minutes = np.where(speed > 0, roads.length_m / (speed * 1000 / 60), np.inf)  # km/h → metres a minute
    sails = np.isfinite(minutes) & ~np.isnan(roads.duration_min)
    there, back = (np.where(sails, roads.duration_min, minutes * s) for s in edge_slowness(roads, mode, assumptions))
    forward = np.where(roads.access & FORWARD_BIT[mode], there, np.inf)
    backward = np.where(roads.access & BACKWARD_BIT[mode], back, np.inf)
    return forward, backward


def fastest_arcs(roads: Roads, along: Floats, against: Floats) -> tuple[csr_array, Ints]:
    """CSR of all allowed arcs; parallel ones keep the fastest (ties: the lower edge number)."""
    edge = np.tile(np.arange(roads.edge_count), 2)
    tail, head = np.r_[roads.start, roads.end], np.r_[roads.end, roads.start]
    minutes = np.r_[along, against]
    kept = np.flatnonzero(np.isfinite(minutes) & (tail != head))
    kept = kept[np.lexsort((edge[kept], minutes[kept], head[kept], tail[kept]))]
    tail, head, minutes, edge = tail[kept], head[kept], minutes[kept], edge[kept]
    fresh = np.ones(len(kept), dtype=bool)
    fresh[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    tail, head, minutes, edge = tail[fresh], head[fresh], minutes[fresh], edge[fresh]
    count = roads.node_count
    indptr = np.r_[0, np.cumsum(np.bincount(tail, minlength=count))]
    arcs = csr_array((minutes, head.astype(np.int32), indptr.astype(np.int32)), shape=(count, count))
    return arcs, edge


def island_lengths(roads: Roads, usable: np.ndarray) -> Floats:
    """For every edge the total length (metres) of the piece of network it hangs together with; 0 where not usable."""
    label = island_labels(roads, usable)
    total = np.bincount(label[roads.start[usable]], weights=roads.length_m[usable], minlength=label.max(initial=0) + 1)
    return np.where(usable, total[label[roads.start]], 0.0)


def island_labels(roads: Roads, usable: np.ndarray) -> Ints:
    """A number per node: nodes joined by usable edges (in whichever direction) share it."""
    start, end = roads.start[usable], roads.end[usable]
    links = csr_array((np.ones(len(start)), (start, end)), shape=(roads.node_count, roads.node_count))
    return connected_components(links, directed=False)[1].astype(np.int64)
