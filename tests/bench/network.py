"""Search, growth and reach against their peers."""

import time

import networkx as nx
import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra

from geo.intake.osm import ways_from_osm
from geo.model.assumptions import Assumptions
from geo.model.roads import Roads, Ways
from geo.model.schemes import DATA
from geo.network.contraction import contract
from geo.network.graph import Graph, build_graph
from geo.network.reach import reach
from geo.network.snapping import EdgeIndex, Snapped
from geo.network.travel_time import nearest_times, search
from geo.synthetic.mesh import mesh_ways, random_points
from tests.bench.measure import best, say

NORDURLAND = DATA / "sample" / "nordurland" / "nordurland.osm.pbf"
FAR = Assumptions(horizon_min=10_000)


def run() -> None:
    """Print every figure of the network."""
    ways = ways_from_osm(NORDURLAND)
    roads = contract(ways)
    print(f"North Iceland: {len(np.unique(ways.node_id)):,} road nodes, {roads.node_count:,} after contraction\n")
    nearest_of_thirty("every vertex a node", every_vertex_a_node(ways), aim=15)
    nearest_of_thirty("contracted", roads)
    reach_of_one(roads)
    growth()


def every_vertex_a_node(ways: Ways) -> Roads:
    """The same roads without contraction, as a peer that does not contract would search them."""
    _, first, node = np.unique(ways.node_id, return_index=True, return_inverse=True)
    starts = np.setdiff1d(np.arange(len(node)), ways.offset[1:] - 1)
    way = np.searchsorted(ways.offset, starts, side="right") - 1
    whole = contract(ways)
    lon, lat = ways.lon[first][node], ways.lat[first][node]
    length = np.hypot((lon[starts + 1] - lon[starts]) * 45_000, (lat[starts + 1] - lat[starts]) * 111_000)
    pairs = np.column_stack([starts, starts + 1]).ravel()
    assert abs(length.sum() / whole.length_m.sum() - 1) < 0.05
    return Roads(
        ways.lon[first], ways.lat[first], node[starts], node[starts + 1], length,
        ways.road_class[way], ways.access[way], ways.surface[way], ways.maxspeed_kph[way],
        np.full(len(way), np.nan), np.arange(0, len(pairs) + 1, 2), lon[pairs], lat[pairs],
    )  # fmt: skip


def nearest_of_thirty(name: str, roads: Roads, aim: float | None = None) -> None:
    """Minutes from the nearest of 30 facilities to all nodes: networkx, scipy's bare call, and ours.

    A contracted graph is searched in a millisecond, of which the call itself is a good part: no aim against networkx.
    """
    graph = build_graph(roads, "ambulance", FAR)
    at = np.random.default_rng(1).choice(np.flatnonzero(graph.usable), 30, replace=False)
    facilities = Snapped(at, *(np.zeros(30) for _ in range(4)))
    sources = np.unique(roads.start[at])
    peer = networkx_of(graph)
    expected = nx.multi_source_dijkstra_path_length(peer, set(sources.tolist()))
    ours = search(graph, facilities, FAR).minutes
    worst = max(abs(ours[n] - expected.get(n, np.inf)) for n in range(roads.node_count) if np.isfinite(ours[n]))
    assert worst <= 1e-6 and np.isfinite(ours[: roads.node_count]).sum() == len(expected)
    slow = best(lambda: nx.multi_source_dijkstra_path_length(peer, set(sources.tolist())), 3)
    bare = best(lambda: dijkstra(graph.arcs, indices=sources, min_only=True, return_predecessors=True), 9)
    mine = best(lambda: search(graph, facilities, FAR), 9)
    say(f"nearest of 30, {name}: times faster than networkx", slow / mine, "×", at_least=aim)
    say(f"nearest of 30, {name}: times scipy's bare call", mine / bare, "×", at_most=1.5)
    say(f"nearest of 30, {name}: ours", mine * 1000, "ms")
    say(f"nearest of 30, {name}: worst difference to networkx", worst, "min", at_most=1e-6)


def networkx_of(graph: Graph) -> nx.DiGraph:
    """The same arcs as a networkx graph."""
    arcs = graph.arcs.tocoo()
    peer = nx.DiGraph()
    peer.add_nodes_from(range(graph.roads.node_count))
    rows = zip(arcs.coords[0].tolist(), arcs.coords[1].tolist(), arcs.data.tolist(), strict=True)
    peer.add_weighted_edges_from(rows)
    return peer


def reach_of_one(roads: Roads) -> None:
    """Reach polygons of single facilities against the table: nodes left out, nodes taken in, milliseconds."""
    outside, inside, milliseconds = reach_against_table(roads)
    say("reach polygons: reachable nodes left outside", 100 * outside, "%", at_most=5)
    say("reach polygons: unreachable nodes inside", 100 * inside, "%", at_most=5)
    say("reach polygons: one facility, 15 min, CPU", milliseconds, "ms", at_most=100)


def reach_against_table(roads: Roads, facilities: int = 12) -> tuple[float, float, float]:
    """Of the polygons of single facilities, 15 and 30 min: the share of reachable nodes left outside, the share of
    unreachable ones inside, and the milliseconds of computing for 15 min."""
    assumptions = Assumptions()
    graph = build_graph(roads, "ambulance", assumptions)
    usable = np.flatnonzero(graph.usable & (graph.island_m > 100_000))
    node = np.zeros(roads.node_count, dtype=bool)
    node[roads.start[usable]] = node[roads.end[usable]] = True
    outside = inside = reached = unreached = 0
    for edge in np.random.default_rng(7).choice(usable, facilities, replace=False):
        one = Snapped(np.array([edge]), *(np.zeros(1) for _ in range(4)))
        minutes = search(graph, one, assumptions).minutes[: roads.node_count]
        for threshold, area in zip((15.0, 30.0), reach(graph, one, [15.0, 30.0], assumptions), strict=True):
            within = shapely.contains_xy(area, roads.node_lon, roads.node_lat)
            hit, miss = node & (minutes <= threshold), node & ~(minutes <= threshold)
            outside, inside = outside + (hit & ~within).sum(), inside + (miss & within).sum()
            reached, unreached = reached + hit.sum(), unreached + miss.sum()
    seconds = best(lambda: reach(graph, one, [15.0], assumptions), 9, time.process_time)
    return outside / reached, inside / unreached, 1000 * seconds


def growth() -> None:
    """Cost a node of 20k, 100k and 800k nodes: near-linear growth keeps it level."""
    cost = {}
    for nodes in (20_000, 100_000, 800_000):
        ways = mesh_ways(nodes, seed=3)
        roads = contract(ways)
        facility_at, demand_at = random_points(ways, 30, seed=1), random_points(ways, 5000, seed=2)
        graph = build_graph(roads, "ambulance", FAR)
        index = EdgeIndex(graph, FAR)
        facility, demand = index.snap(*facility_at), index.snap(*demand_at)
        spans = {
            "contraction": best(lambda w=ways: contract(w), 1),
            "graph": best(lambda r=roads: build_graph(r, "ambulance", FAR), 2),
            "search": best(lambda g=graph, f=facility, d=demand: nearest_times(g, f, d, FAR), 3),
        }
        cost[nodes] = {step: span / roads.node_count for step, span in spans.items()}
        told = ", ".join(f"{step} {span * 1000:,.0f} ms" for step, span in spans.items())
        print(f"{roads.node_count:,} nodes, {roads.edge_count:,} edges: {told}")
    for step in cost[20_000]:
        say(f"{step}: cost a node, 800k nodes to 20k", cost[800_000][step] / cost[20_000][step], "×", at_most=4)
