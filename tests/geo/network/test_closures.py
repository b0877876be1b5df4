"""Closed roads: by hand on a ring, equal to a whole search on random networks and on North Iceland, never a help."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.intake.osm import ways_from_osm
from geo.model.assumptions import Assumptions
from geo.model.roads import MODES, Roads
from geo.model.schemes import DATA
from geo.network.breaks import Breaks, breaks_at, broken, on_broken
from geo.network.closures import Opened, minutes_without, nodes_behind, open_roads, people_carried
from geo.network.contraction import contract
from geo.network.graph import Graph, build_graph
from geo.network.snapping import EdgeIndex, Snapped
from geo.network.travel_time import nearest_times
from tests.geo.network.test_travel_time import random_roads

FAR = Assumptions(horizon_min=1000, island_limit_m=0)


@pytest.fixture(scope="module")
def ring(make_ways) -> Roads:
    """A square of 6.5 km a side, its north a trunk road, and a dead end of 3.25 km at its north-east corner."""
    a, b, c, d = (0, 0), (6500, 0), (6500, 6500), (0, 6500)
    lines = [[a, b], [b, c], [c, d], [d, a], [c, (9750, 6500)]]
    return contract(make_ways(lines, ["primary", "secondary", "trunk", "secondary", "primary"]))


def searched_whole(opened: Opened, breaks: Breaks, facility: Snapped, demand: Snapped, assumptions: Assumptions):
    """The oracle: a whole search of the network that is broken there."""
    places = (on_broken(p, breaks, opened.graph.roads.edge_count) for p in (facility, demand))
    return nearest_times(broken(opened.graph, breaks), *places, assumptions)[0]


def edge_at(roads: Roads, graph: Graph, degrees, x: float, y: float) -> int:
    return int(EdgeIndex(graph, FAR).snap(*degrees([(x, y)])).edge[0])


def test_by_hand_a_closed_side_of_the_square_sends_everybody_the_other_way_round(ring, degrees):
    graph = build_graph(ring, "car", FAR)
    index = EdgeIndex(graph, FAR)
    hospital, villages = index.snap(*degrees([(0, 0)])), index.snap(*degrees([(6500, 0), (3250, 6500), (9750, 6500)]))
    opened = open_roads(graph, hospital, villages, FAR)
    side, north = 6.5 / 55 * 60, 6.5 / 85 * 60  # minutes
    assert opened.minutes == pytest.approx([6, side + north / 2, side + north + 3], rel=1e-3)
    west = edge_at(ring, graph, degrees, 0, 3000)
    minutes, source = minutes_without(opened, breaks_at({west: 0.5}))
    assert minutes == pytest.approx([6, 6 + side + north / 2, 6 + side + 3], rel=1e-3)
    assert source.tolist() == [0, 0, 0]


def test_who_lives_behind_the_break_of_a_dead_end_is_cut_off_and_who_lives_before_it_is_not(ring, degrees):
    graph = build_graph(ring, "car", FAR)
    index = EdgeIndex(graph, FAR)
    hospital, villages = index.snap(*degrees([(0, 0)])), index.snap(*degrees([(8000, 6500), (9750, 6500), (6500, 0)]))
    opened = open_roads(graph, hospital, villages, FAR)
    dead_end = edge_at(ring, graph, degrees, 8000, 6500)
    outward = villages.fraction[1] > villages.fraction[0]  # whichever way the edge was drawn
    before, behind = (0.2, 0.8) if outward else (0.8, 0.2)  # the village stands at 46 % of it
    minutes, source = minutes_without(opened, breaks_at({dead_end: before}))
    assert np.isnan(minutes[:2]).all() and source.tolist() == [-1, -1, 0] and minutes[2] == pytest.approx(6, rel=1e-3)
    minutes, source = minutes_without(opened, breaks_at({dead_end: behind}))
    assert minutes[0] == opened.minutes[0] and np.isnan(minutes[1]) and source.tolist() == [0, -1, 0]


def test_a_village_on_a_broken_road_leaves_by_its_own_side(make_ways, degrees):
    # hospital 0, village at 6.5 km of a 13 km road, a second hospital at its far end
    roads = contract(make_ways([[(0, 0), (13_000, 0)], [(-650, 0), (0, 0)], [(13_000, 0), (13_650, 0)]],
                               ["secondary", "primary", "primary"]))  # fmt: skip
    graph = build_graph(roads, "car", FAR)
    index = EdgeIndex(graph, FAR)
    hospitals, village = index.snap(*degrees([(-650, 0), (13_650, 0)])), index.snap(*degrees([(5500, 0)]))
    opened = open_roads(graph, hospitals, village, FAR)
    assert opened.minutes[0] == pytest.approx(0.6 + 5.5 / 55 * 60, rel=1e-3) and opened.source[0] == 0
    edge, at = int(village.edge[0]), float(village.fraction[0])
    west = np.sign(at - 0.5) * 0.1 + at if at > 0.5 else at - 0.1
    minutes, source = minutes_without(opened, breaks_at({edge: west}))
    assert minutes[0] == pytest.approx(0.6 + 7.5 / 55 * 60, rel=1e-3) and source[0] == 1


def test_the_people_carried_are_those_behind_the_edge_and_those_on_it(ring, degrees):
    graph = build_graph(ring, "car", FAR)
    index = EdgeIndex(graph, FAR)
    villages = index.snap(*degrees([(6500, 0), (3250, 6500), (9750, 6500)]))
    opened = open_roads(graph, index.snap(*degrees([(0, 0)])), villages, FAR)
    carried = people_carried(opened, np.array([10.0, 200.0, 3000.0]))
    at = {place: carried[edge_at(ring, graph, degrees, *place)] for place in [(0, 3000), (3000, 6500), (9000, 6500)]}
    assert list(at.values()) == [3200.0, 3200.0, 3000.0]
    assert carried[edge_at(ring, graph, degrees, 6500, 3000)] == 0.0


def test_a_slower_road_beside_a_closed_one_takes_over(make_ways, degrees):
    lines = [[(-650, 0), (0, 0)], [(0, 0), (6500, 0)], [(0, 0), (3250, 400), (6500, 0)], [(6500, 0), (7150, 0)]]
    roads = contract(make_ways(lines, ["primary", "secondary", "tertiary", "primary"]))
    graph = build_graph(roads, "car", FAR)
    index = EdgeIndex(graph, FAR)
    opened = open_roads(graph, index.snap(*degrees([(7150, 0)])), index.snap(*degrees([(-650, 0)])), FAR)
    assert opened.minutes[0] == pytest.approx(1.3 * 60 / 65 + 6.5 * 60 / 55, rel=1e-3)
    minutes, _ = minutes_without(opened, breaks_at({edge_at(roads, graph, degrees, 3250, 0): 0.5}))
    assert minutes[0] == pytest.approx(1.3 * 60 / 65 + 2 * np.hypot(3.25, 0.4) * 60 / 40, rel=1e-3)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), mode=st.sampled_from(MODES), horizon=st.sampled_from([12.0, 1000.0]))
def test_closing_equals_a_whole_search_and_never_helps(make_ways, degrees, seed, mode, horizon):
    assumptions = Assumptions(horizon_min=horizon, island_limit_m=0)
    graph = build_graph(random_roads(make_ways, seed % 50), mode, assumptions)
    index, rng = EdgeIndex(graph, assumptions), np.random.default_rng(seed)
    facility = index.snap(*degrees(rng.integers(0, 8000, size=(4, 2))))
    demand = index.snap(*degrees(rng.integers(0, 8000, size=(25, 2))))
    opened = open_roads(graph, facility, demand, assumptions)
    whole, source = nearest_times(graph, facility, demand, assumptions)
    assert np.allclose(opened.minutes, whole, equal_nan=True, atol=1e-9)
    assert (opened.source >= 0).tolist() == (source >= 0).tolist()
    for count in (1, 1, 1, 1, 1, 5):
        edges = rng.choice(np.r_[facility.edge, demand.edge, np.arange(graph.roads.edge_count)], count)
        breaks = breaks_at({int(e): float(rng.choice([rng.random(), 0.0, 1.0])) for e in edges if e >= 0})
        expected = searched_whole(opened, breaks, facility, demand, assumptions)
        minutes, label = minutes_without(opened, breaks)
        assert np.allclose(minutes, expected, equal_nan=True, atol=1e-9)
        assert (np.nan_to_num(minutes, nan=np.inf) >= np.nan_to_num(whole, nan=np.inf) - 1e-9).all()
        for point in np.flatnonzero(label >= 0):  # the label names a facility that is as near as that
            alone = searched_whole(
                opened, breaks, facility.take(label[[point]]), demand.take(np.array([point])), assumptions
            )
            assert alone[0] == pytest.approx(minutes[point], abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_an_edge_that_carries_nobody_may_be_closed_without_anybody_noticing(make_ways, degrees, seed):
    graph = build_graph(random_roads(make_ways, seed % 50), "ambulance", FAR)
    index, rng = EdgeIndex(graph, FAR), np.random.default_rng(seed)
    demand = index.snap(*degrees(rng.integers(0, 8000, size=(25, 2))))
    opened = open_roads(graph, index.snap(*degrees(rng.integers(0, 8000, size=(3, 2)))), demand, FAR)
    idle = np.flatnonzero(people_carried(opened, np.ones(25)) == 0)
    minutes, _ = minutes_without(opened, breaks_at(dict.fromkeys(idle.tolist(), 0.5)))
    assert np.allclose(minutes, opened.minutes, equal_nan=True, atol=1e-9)


def test_on_north_iceland_the_repaired_search_equals_a_whole_one():
    assumptions = Assumptions()
    graph = build_graph(
        contract(ways_from_osm(DATA / "sample" / "nordurland" / "nordurland.osm.pbf")), "car", assumptions
    )
    rng = np.random.default_rng(4)
    usable = np.flatnonzero(graph.usable)
    facility = Snapped(rng.choice(usable, 12), rng.random(12), *(np.zeros(12) for _ in range(3)))
    demand = Snapped(rng.choice(usable, 800), rng.random(800), *(np.zeros(800) for _ in range(3)))
    opened = open_roads(graph, facility, demand, assumptions)
    busiest = np.argsort(-people_carried(opened, np.ones(800)))[:400]
    for edge in rng.choice(busiest, 25, replace=False):
        breaks = breaks_at({int(edge): rng.random()})
        expected = searched_whole(opened, breaks, facility, demand, assumptions)
        assert np.allclose(minutes_without(opened, breaks)[0], expected, equal_nan=True, atol=1e-9)
    top = np.flatnonzero(opened.tree_over.edge == busiest[0])
    assert len(nodes_behind(opened, top)) > 100  # the sample does close roads that many hang on
