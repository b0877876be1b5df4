"""Closed roads: what breaking some edges does to every minute, searching only what must be searched again.

Second floor: network. Shortest paths that do not pass a break keep their minutes, since closing never helps; the nodes
that hang below one in the search tree are searched anew from the unharmed nodes around them (the deletion step of
Ramalingam & Reps 1996, "An incremental algorithm for a generalization of the shortest-path problem"), which is exact:
equal to a whole search of the broken network (geo.network.breaks).
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.model.assumptions import Assumptions
from geo.model.roads import Floats, Ints
from geo.network.breaks import Breaks
from geo.network.graph import Graph
from geo.network.snapping import Snapped
from geo.network.travel_time import (
    Legs,
    Tree,
    demand_legs,
    facility_legs,
    same_edge,
    search,
)


@dataclass(frozen=True)
class _Stretch:
    """Parts of edges that are travelled: from fraction `low` to fraction `high`; edge -1 for none."""

    edge: Ints
    low: Floats
    high: Floats

    def is_broken(self, breaks: Breaks) -> np.ndarray:
        """Which of them a break cuts. What stands on the very spot of a break stands on the start's side."""
        at = breaks.place(self.edge)
        return (self.low <= at) & (at < self.high)

    def take(self, rows: np.ndarray) -> "_Stretch":
        return _Stretch(self.edge[rows], self.low[rows], self.high[rows])


@dataclass(frozen=True)
class _Into:
    """All arcs by the node they lead to, facilities and parallel edges included."""

    offset: Ints
    tail: Ints
    minutes: Floats
    over: _Stretch


@dataclass(frozen=True)
class _Pairs:
    """Facilities and demand points on the same edge, and the minutes straight along it."""

    facility: Ints
    point: Ints
    minutes: Floats
    over: _Stretch


@dataclass(frozen=True)
class Opened:
    """A search with every road open, and all that is needed to close some. Nodes: n of the roads, then f facilities."""

    graph: Graph
    facilities: Snapped
    demand: Snapped
    horizon_min: float
    tree: Tree
    tree_over: _Stretch  # (n + f,) by what a node is reached
    order: Ints  # reached nodes, each followed by all that are reached through it
    first: Ints  # (n + f,) where a node stands in `order`, -1 where not reached
    size: Ints  # (n + f,) nodes behind it, itself included
    into: _Into
    legs: Legs  # of the demand points
    pairs: _Pairs
    minutes: Floats  # (p,) to the nearest facility, NaN out of reach
    source: Ints  # (p,) that facility's row, -1 out of reach


def open_roads(graph: Graph, facilities: Snapped, demand: Snapped, assumptions: Assumptions) -> Opened:
    """The nearest facility of every demand point, and what closing roads starts from."""
    tree = search(graph, facilities, assumptions)
    order, first, size = _preorder(tree)
    opened = Opened(
        graph, facilities, demand, assumptions.horizon_min, tree, _tree_stretches(graph, facilities, tree), order,
        first, size, _arcs_into(graph, facilities, assumptions), demand_legs(graph, demand, assumptions),
        _pairs(graph, facilities, demand, assumptions), np.empty(0), np.empty(0, dtype=np.int64),
    )  # fmt: skip
    minutes, source = _arrivals(opened, tree.minutes, tree.source, None)
    return replace(opened, minutes=minutes, source=source)


def minutes_without(opened: Opened, breaks: Breaks) -> tuple[Floats, Ints]:
    """For each demand point the minutes to its nearest facility and that facility's row with some roads broken.

    NaN and -1 out of reach.
    """
    if not len(breaks):
        return opened.minutes, opened.source
    tops = np.flatnonzero(opened.tree_over.is_broken(breaks))
    minutes, source = opened.tree.minutes, opened.tree.source
    if len(tops):
        lost = nodes_behind(opened, tops)
        minutes, source = minutes.copy(), source.copy()
        minutes[lost], source[lost] = np.inf, -1
        minutes[lost], source[lost] = _search_again(opened, lost, breaks, minutes, source)
    return _arrivals(opened, minutes, source, breaks)


def nodes_behind(opened: Opened, tops: Ints) -> Ints:
    """The nodes that are reached through some others, themselves included, each once."""
    begin, size = opened.first[tops], opened.size[tops]
    within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    return np.unique(opened.order[np.repeat(begin, size) + within])


def people_carried(opened: Opened, people: Floats) -> Floats:
    """How many people travel over each edge, or a part of it, on the way to their nearest facility (m,)."""
    graph, edge = opened.graph, opened.demand.edge
    hit = opened.source >= 0
    over_start, over_end = _via(opened, opened.tree.minutes)
    at_start = over_start <= over_end
    node = np.where(at_start, graph.roads.start[edge], graph.roads.end[edge])
    through = hit & (np.minimum(over_start, over_end) <= _direct(opened, None)[0])
    count = len(opened.tree.minutes)
    own = np.bincount(node[through], weights=people[through], minlength=count)
    before = np.r_[0.0, np.cumsum(own[opened.order])]
    reached = opened.first >= 0
    behind = np.zeros(count)
    behind[reached] = before[opened.first[reached] + opened.size[reached]] - before[opened.first[reached]]
    over = opened.tree_over
    moved = (over.edge >= 0) & (over.low < over.high)
    carried = np.bincount(over.edge[moved], weights=behind[moved], minlength=graph.roads.edge_count)
    on = hit & ~(through & (opened.demand.fraction == np.where(at_start, 0.0, 1.0)))
    return np.asarray(carried + np.bincount(edge[on], weights=people[on], minlength=graph.roads.edge_count))


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


def _tree_stretches(graph: Graph, facilities: Snapped, tree: Tree) -> _Stretch:
    nodes, count = graph.roads.node_count, len(tree.minutes)
    edge, low, high = np.full(count, -1, dtype=np.int64), np.zeros(count), np.ones(count)
    by_road = np.flatnonzero((tree.predecessor >= 0) & (tree.predecessor < nodes))
    tail = np.repeat(np.arange(nodes), np.diff(graph.arcs.indptr))
    keys = tail * nodes + graph.arcs.indices  # ascending: arcs stand by tail, then head
    edge[by_road] = graph.arc_edge[np.searchsorted(keys, tree.predecessor[by_road] * nodes + by_road)]
    by_door = np.flatnonzero(tree.predecessor >= nodes)
    row = tree.predecessor[by_door] - nodes
    edge[by_door] = facilities.edge[row]
    over_start = by_door == graph.roads.start[facilities.edge[row]]
    # A loop has both ends at one node; whichever way was taken, breaking it anywhere searches again.
    loop = over_start & (by_door == graph.roads.end[facilities.edge[row]])
    low[by_door] = np.where(over_start, 0.0, facilities.fraction[row])
    high[by_door] = np.where(over_start & ~loop, facilities.fraction[row], 1.0)
    return _Stretch(edge, low, high)


def _arcs_into(graph: Graph, facilities: Snapped, assumptions: Assumptions) -> _Into:
    roads = graph.roads
    legs, on = facility_legs(graph, facilities, assumptions), np.flatnonzero(facilities.on_network)
    edge, fraction, door = facilities.edge[on], facilities.fraction[on], roads.node_count + on
    each, none, all_of = np.arange(roads.edge_count), np.zeros(roads.edge_count), np.ones(roads.edge_count)
    tail = np.concatenate([roads.start, roads.end, door, door])
    head = np.concatenate([roads.end, roads.start, roads.start[edge], roads.end[edge]])
    to_start, to_end = legs.to_start_min[on] + legs.access_min[on], legs.to_end_min[on] + legs.access_min[on]
    minutes = np.concatenate([graph.along_min, graph.against_min, to_start, to_end])
    low = np.concatenate([none, none, np.zeros(len(on)), fraction])
    high = np.concatenate([all_of, all_of, fraction, np.ones(len(on))])
    kept = np.flatnonzero(np.isfinite(minutes) & (tail != head))
    kept = kept[np.argsort(head[kept], kind="stable")]
    offset = np.r_[0, np.cumsum(np.bincount(head[kept], minlength=roads.node_count + len(facilities.edge)))]
    over = _Stretch(np.concatenate([each, each, edge, edge])[kept], low[kept], high[kept])
    return _Into(offset, tail[kept], minutes[kept], over)


def _pairs(graph: Graph, facilities: Snapped, demand: Snapped, assumptions: Assumptions) -> _Pairs:
    found = same_edge(graph, facilities, demand, assumptions)
    facility, point = (np.array([pair[i] for pair in found], dtype=np.int64) for i in (0, 1))
    ends = np.sort(np.column_stack([facilities.fraction[facility], demand.fraction[point]]), axis=1)
    minutes = np.array([minutes for _, _, minutes in found], dtype=np.float64)
    return _Pairs(facility, point, minutes, _Stretch(facilities.edge[facility], ends[:, 0], ends[:, 1]))


# ---- the search again ------------------------------------------------------------------------------------------


def _search_again(opened: Opened, lost: Ints, breaks: Breaks, minutes: Floats, source: Ints) -> tuple[Floats, Ints]:
    """New minutes and labels of the lost nodes, from the nodes around them, whose `minutes` and `source` hold."""
    into, count = opened.into, len(lost)
    number = np.full(len(minutes), -1, dtype=np.int64)
    number[lost] = np.arange(count)
    arcs = into.offset[lost + 1] - into.offset[lost]
    at = np.repeat(into.offset[lost] - (np.cumsum(arcs) - arcs), arcs) + np.arange(arcs.sum())
    head = np.repeat(np.arange(count), arcs)
    open_arc = ~into.over.take(at).is_broken(breaks)
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


def _via(opened: Opened, minutes: Floats) -> tuple[Floats, Floats]:
    roads, edge = opened.graph.roads, opened.demand.edge
    over_start = minutes[roads.start[edge]] + opened.legs.to_start_min
    return over_start, minutes[roads.end[edge]] + opened.legs.to_end_min


def _direct(opened: Opened, breaks: Breaks | None) -> tuple[Floats, Ints]:
    """Minutes straight along the edge a facility stands on as well, and that facility; inf and -1 for none."""
    count, pairs = len(opened.demand.edge), opened.pairs
    minutes = pairs.minutes if breaks is None else np.where(pairs.over.is_broken(breaks), np.inf, pairs.minutes)
    order = np.lexsort((pairs.facility, minutes, pairs.point))[::-1]  # the best is written last
    best, source = np.full(count, np.inf), np.full(count, -1, dtype=np.int64)
    best[pairs.point[order]], source[pairs.point[order]] = minutes[order], pairs.facility[order]
    return best, source


def _arrivals(opened: Opened, minutes: Floats, source: Ints, breaks: Breaks | None) -> tuple[Floats, Ints]:
    """Minutes and labels at the demand points, from those at the nodes."""
    roads, demand = opened.graph.roads, opened.demand
    over_start, over_end = _via(opened, minutes)
    if breaks is not None:
        at = breaks.place(demand.edge)
        over_start = np.where(demand.fraction > at, np.inf, over_start)
        over_end = np.where(demand.fraction <= at, np.inf, over_end)
    at_start = over_start <= over_end
    found = np.where(at_start, over_start, over_end)
    label = source[np.where(at_start, roads.start[demand.edge], roads.end[demand.edge])]
    direct, straight_to = _direct(opened, breaks)
    straight = direct < found
    found = np.where(straight, direct, found) + opened.legs.access_min
    label = np.where(straight, straight_to, label)
    reached = demand.on_network & (found <= opened.horizon_min)
    return np.where(reached, found, np.nan), np.where(reached, label, -1)
