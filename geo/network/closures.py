"""Closed roads: what closing some edges does to every minute, searching only what must be searched again.

Second floor: network. A closed edge may not be travelled at all, from junction to junction; who stands between the
two is cut off, who stands at a junction is not. Points stay where they were snapped: nobody is guessed onto another road. Shortest paths that do not use a closed
edge keep their minutes, since closing never helps; the nodes that hang below it in the search tree are searched anew
from the unharmed nodes around them (the deletion step of Ramalingam & Reps 1996, "An incremental algorithm for a
generalization of the shortest-path problem"), which is exact.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.model.assumptions import Assumptions
from geo.model.roads import Floats, Ints
from geo.network.graph import Graph, fastest_arcs
from geo.network.snapping import Snapped
from geo.network.travel_time import Tree, access_minutes, demand_legs, facility_legs, same_edge, search


def close_edges(graph: Graph, edges: Ints) -> Graph:
    """The graph without some edges. What stands on them stays snapped to them, and is cut off."""
    along, against = graph.along_min.copy(), graph.against_min.copy()
    along[edges] = against[edges] = np.inf
    arcs, arc_edge = fastest_arcs(graph.roads, along, against)
    usable = graph.usable.copy()
    usable[edges] = False
    return replace(graph, along_min=along, against_min=against, arcs=arcs, arc_edge=arc_edge, usable=usable)


@dataclass(frozen=True)
class _Into:
    """All arcs by the node they lead to, facilities and parallel edges included."""

    offset: Ints
    tail: Ints
    minutes: Floats
    edge: Ints


@dataclass(frozen=True)
class _Arrival:
    """How p demand points are reached: over the ends of their edge, or along it from a facility on the same one."""

    to_start_min: Floats
    to_end_min: Floats
    direct_min: Floats  # inf where no facility stands on the edge
    direct_source: Ints


@dataclass(frozen=True)
class Opened:
    """A search with every road open, and all that is needed to close some. Nodes: n of the roads, then f facilities."""

    graph: Graph
    demand: Snapped
    horizon_min: float
    tree: Tree
    tree_edge: Ints  # (n + f,) the edge by which a node is reached, -1 for none
    access_min: Floats  # (p,) between road and demand point
    order: Ints  # reached nodes, each before those behind it
    first: Ints  # (n + f,) where a node stands in `order`, -1 where not reached
    size: Ints  # (n + f,) nodes behind it, itself included
    into: _Into
    arrival: _Arrival  # while the point's own edge is open
    arrival_shut: _Arrival  # while it is closed: only what stands at a junction, or on the very spot
    minutes: Floats  # (p,) to the nearest facility, NaN out of reach
    source: Ints  # (p,) that facility's row, -1 out of reach


def open_roads(graph: Graph, facilities: Snapped, demand: Snapped, assumptions: Assumptions) -> Opened:
    """The nearest facility of every demand point, and what closing roads starts from."""
    tree = search(graph, facilities, assumptions)
    order, first, size = _preorder(tree)
    shut = np.full(graph.roads.edge_count, np.inf)
    arrivals = [
        _arrival(g, facilities, demand, assumptions)
        for g in (graph, replace(graph, along_min=shut, against_min=shut))
    ]  # fmt: skip
    opened = Opened(
        graph, demand, assumptions.horizon_min, tree, _tree_edges(graph, facilities, tree),
        access_minutes(demand, graph, assumptions, "demand"), order, first, size,
        _arcs_into(graph, facilities, assumptions), *arrivals, np.empty(0), np.empty(0, dtype=np.int64),
    )  # fmt: skip
    minutes, source = _arrivals(opened, tree.minutes, tree.source, np.empty(0, dtype=np.int64))
    return replace(opened, minutes=minutes, source=source)


def minutes_without(opened: Opened, edges: Ints) -> tuple[Floats, Ints]:
    """For each demand point the minutes to its nearest facility and that facility's row with some edges closed.

    NaN and -1 out of reach. Equal to a whole search of `close_edges`.
    """
    tops = np.flatnonzero(np.isin(opened.tree_edge, edges))
    minutes, source = opened.tree.minutes, opened.tree.source
    if len(tops):
        lost = nodes_behind(opened, tops)
        minutes, source = minutes.copy(), source.copy()
        minutes[lost], source[lost] = np.inf, -1
        minutes[lost], source[lost] = _search_again(opened, lost, edges, minutes, source)
    return _arrivals(opened, minutes, source, edges)


def nodes_behind(opened: Opened, tops: Ints) -> Ints:
    """The nodes that are reached through some others, themselves included, each once."""
    begin, size = opened.first[tops], opened.size[tops]
    within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    return np.unique(opened.order[np.repeat(begin, size) + within])


def people_carried(opened: Opened, people: Floats) -> Floats:
    """How many people travel over each edge, or a part of it, on the way to their nearest facility (m,)."""
    graph, edge = opened.graph, opened.demand.edge
    hit = opened.source >= 0
    over_start, over_end = _via(opened, opened.arrival, opened.tree.minutes)
    at_start = over_start <= over_end
    node = np.where(at_start, graph.roads.start[edge], graph.roads.end[edge])
    through = hit & (np.minimum(over_start, over_end) <= opened.arrival.direct_min)
    count = len(opened.tree.minutes)
    own = np.bincount(node[through], weights=people[through], minlength=count)
    before = np.r_[0.0, np.cumsum(own[opened.order])]
    reached = opened.first >= 0
    behind = np.zeros(count)
    behind[reached] = before[opened.first[reached] + opened.size[reached]] - before[opened.first[reached]]
    by_tree = opened.tree_edge >= 0
    carried = np.bincount(opened.tree_edge[by_tree], weights=behind[by_tree], minlength=graph.roads.edge_count)
    on = hit & ~(through & (opened.demand.fraction == np.where(at_start, 0.0, 1.0)))
    return np.asarray(carried + np.bincount(edge[on], weights=people[on], minlength=graph.roads.edge_count))


def people_on(opened: Opened, people: Floats) -> Floats:
    """How many people who reach a facility stand on each edge, between its junctions (m,)."""
    edge, fraction = opened.demand.edge, opened.demand.fraction
    on = (opened.source >= 0) & (fraction > 0) & (fraction < 1)
    return np.bincount(edge[on], weights=people[on], minlength=opened.graph.roads.edge_count)


# ---- what closing starts from ----------------------------------------------------------------------------------


def _preorder(tree: Tree) -> tuple[Ints, Ints, Ints]:
    """Reached nodes, each followed by all that are reached through it; where each stands; how many follow, plus one."""
    count = len(tree.minutes)
    reached = np.isfinite(tree.minutes)
    parent = np.where(reached & (tree.predecessor >= 0), tree.predecessor, count)
    by_parent = np.flatnonzero(reached)
    by_parent = by_parent[np.argsort(parent[by_parent], kind="stable")]
    offset = np.searchsorted(parent[by_parent], np.arange(count + 2)).tolist()
    children = by_parent.tolist()
    order: list[int] = []
    stack = children[offset[count] : offset[count + 1]]
    while stack:
        node = stack.pop()
        order.append(node)
        stack += children[offset[node] : offset[node + 1]]
    size, above = [1] * (count + 1), parent.tolist()
    for node in reversed(order):
        size[above[node]] += size[node]
    places = np.full(count, -1, dtype=np.int64)
    places[order] = np.arange(len(order))
    return np.array(order, dtype=np.int64), places, np.array(size[:-1], dtype=np.int64)


def _tree_edges(graph: Graph, facilities: Snapped, tree: Tree) -> Ints:
    nodes, count = graph.roads.node_count, len(tree.minutes)
    edge = np.full(count, -1, dtype=np.int64)
    by_road = np.flatnonzero((tree.predecessor >= 0) & (tree.predecessor < nodes))
    tail = np.repeat(np.arange(nodes), np.diff(graph.arcs.indptr))
    keys = tail * nodes + graph.arcs.indices  # ascending: arcs stand by tail, then head
    edge[by_road] = graph.arc_edge[np.searchsorted(keys, tree.predecessor[by_road] * nodes + by_road)]
    by_door = np.flatnonzero(tree.predecessor >= nodes)
    row = tree.predecessor[by_door] - nodes
    at_junction = np.where(by_door == graph.roads.start[facilities.edge[row]], 0.0, 1.0) == facilities.fraction[row]
    edge[by_door] = np.where(at_junction, -1, facilities.edge[row])  # no part of the edge is travelled
    return edge


def _arcs_into(graph: Graph, facilities: Snapped, assumptions: Assumptions) -> _Into:
    roads = graph.roads
    legs, on = facility_legs(graph, facilities, assumptions), np.flatnonzero(facilities.on_network)
    edge, door = facilities.edge[on], roads.node_count + on
    each = np.arange(roads.edge_count)
    tail = np.concatenate([roads.start, roads.end, door, door])
    head = np.concatenate([roads.end, roads.start, roads.start[edge], roads.end[edge]])
    to_start, to_end = legs.to_start_min[on] + legs.access_min[on], legs.to_end_min[on] + legs.access_min[on]
    minutes = np.concatenate([graph.along_min, graph.against_min, to_start, to_end])
    at_start, at_end = (np.where(facilities.fraction[on] == f, -1, edge) for f in (0.0, 1.0))  # needs no part of it
    by = np.concatenate([each, each, at_start, at_end])
    kept = np.flatnonzero(np.isfinite(minutes) & (tail != head))
    kept = kept[np.argsort(head[kept], kind="stable")]
    offset = np.r_[0, np.cumsum(np.bincount(head[kept], minlength=roads.node_count + len(facilities.edge)))]
    return _Into(offset, tail[kept], minutes[kept], by[kept])


def _arrival(graph: Graph, facilities: Snapped, demand: Snapped, assumptions: Assumptions) -> _Arrival:
    legs = demand_legs(graph, demand, assumptions)
    minutes, source = np.full(len(demand.edge), np.inf), np.full(len(demand.edge), -1, dtype=np.int64)
    for facility, point, direct in same_edge(graph, facilities, demand, assumptions):
        if direct < minutes[point]:
            minutes[point], source[point] = direct, facility
    return _Arrival(legs.to_start_min, legs.to_end_min, minutes, source)


# ---- the search again ------------------------------------------------------------------------------------------


def _search_again(
    opened: Opened, lost: Ints, closed: Ints, minutes: Floats, source: Ints
) -> tuple[Floats, Ints]:
    """New minutes and labels of the lost nodes, from the nodes around them, whose `minutes` and `source` hold."""
    into, count = opened.into, len(lost)
    number = np.full(len(minutes), -1, dtype=np.int64)
    number[lost] = np.arange(count)
    arcs = into.offset[lost + 1] - into.offset[lost]
    at = np.repeat(into.offset[lost] - (np.cumsum(arcs) - arcs), arcs) + np.arange(arcs.sum())
    head = np.repeat(np.arange(count), arcs)
    open_arc = ~np.isin(into.edge[at], closed)
    at, head = at[open_arc], head[open_arc]
    tail = into.tail[at]
    inside = number[tail] >= 0
    entry = minutes[tail] + into.minutes[at]
    enters = np.flatnonzero(~inside & (entry <= opened.horizon_min))
    if not len(enters):
        return np.full(count, np.inf), np.full(count, -1, dtype=np.int64)
    row = np.r_[number[tail[inside]], np.full(len(enters), count)]  # node `count` stands for all that is around
    column, weight = np.r_[head[inside], head[enters]], np.r_[into.minutes[at[inside]], entry[enters]]
    by_row = np.argsort(row, kind="stable")
    indptr = np.r_[0, np.cumsum(np.bincount(row, minlength=count + 1))]
    local = csr_array(
        (weight[by_row], column[by_row].astype(np.int32), indptr.astype(np.int32)), shape=(count + 1, count + 1)
    )
    found, before = dijkstra(local, indices=[count], return_predecessors=True, limit=opened.horizon_min)
    new = found[0][:count]
    label = _labels(before[0][:count].astype(np.int64), head[enters], entry[enters], source[tail[enters]])
    return new, np.where(np.isfinite(new), label, -1)


def _labels(before: Ints, head: Ints, entry: Floats, source: Ints) -> Ints:
    """Each node's label is the label of the entry through which it is reached; `before` of an entry is the count."""
    count = len(before)
    best = np.lexsort((source, entry, head))
    first = np.r_[True, head[best][1:] != head[best][:-1]]
    own = np.full(count, -1, dtype=np.int64)
    own[head[best][first]] = source[best][first]
    top = np.where((before >= 0) & (before < count), before, np.arange(count))
    while (top[top] != top).any():  # halves the way at each turn
        top = top[top]
    return own[top]


def _via(opened: Opened, arrival: _Arrival, minutes: Floats) -> tuple[Floats, Floats]:
    roads, edge = opened.graph.roads, opened.demand.edge
    over_start = minutes[roads.start[edge]] + arrival.to_start_min
    return over_start, minutes[roads.end[edge]] + arrival.to_end_min


def _arrivals(opened: Opened, minutes: Floats, source: Ints, closed: Ints) -> tuple[Floats, Ints]:
    """Minutes and labels at the demand points, from those at the nodes."""
    roads, edge = opened.graph.roads, opened.demand.edge
    arrival = _mixed(opened.arrival, opened.arrival_shut, np.isin(edge, closed)) if len(closed) else opened.arrival
    over_start, over_end = _via(opened, arrival, minutes)
    at_start = over_start <= over_end
    found = np.where(at_start, over_start, over_end)
    label = source[np.where(at_start, roads.start[edge], roads.end[edge])]
    straight = arrival.direct_min < found
    found = np.where(straight, arrival.direct_min, found) + opened.access_min
    label = np.where(straight, arrival.direct_source, label)
    reached = opened.demand.on_network & (found <= opened.horizon_min)
    return np.where(reached, found, np.nan), np.where(reached, label, -1)


def _mixed(arrival: _Arrival, shut: _Arrival, closed: np.ndarray) -> _Arrival:
    return _Arrival(
        np.where(closed, shut.to_start_min, arrival.to_start_min),
        np.where(closed, shut.to_end_min, arrival.to_end_min),
        np.where(closed, shut.direct_min, arrival.direct_min),
        np.where(closed, shut.direct_source, arrival.direct_source),
    )
