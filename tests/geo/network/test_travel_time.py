"""Minutes: by hand on toy roads, against networkx on random ones, and properties that must always hold."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.model.assumptions import Assumptions
from geo.model.roads import CYCLE, FOOT, MODES, MOTOR, MOTOR_FORWARD, UNPAVED, Roads
from geo.network.contraction import contract
from geo.network.graph import build_graph, island_lengths, travel_minutes
from geo.network.snapping import EdgeIndex, Snapped
from geo.network.travel_time import nearest_times, search, time_matrix

ONE_WAY = MOTOR_FORWARD | CYCLE | FOOT
PLAIN = Assumptions()
KPH_65 = 65 * 1000 / 60  # metres a minute on a primary road, speeds.csv


def minutes_between(roads, mode, assumptions, facility, demand):
    """A (demand, facility) matrix for points given as (lon, lat) arrays."""
    graph = build_graph(roads, mode, assumptions)
    index = EdgeIndex(graph, assumptions)
    return time_matrix(graph, index.snap(*facility), index.snap(*demand), assumptions)


def test_minutes_along_one_straight_road(make_ways, degrees):
    roads = contract(make_ways([[(0, 0), (6500, 0)]]))
    minutes = minutes_between(roads, "car", PLAIN, degrees([(0, 0)]), degrees([(6500, 0), (3250, 0)]))
    assert minutes[:, 0] == pytest.approx([6.0, 3.0], rel=1e-4)


def test_the_walk_from_the_road_is_paid_at_walking_speed(make_ways, degrees):
    roads = contract(make_ways([[(0, 0), (6500, 0)]]))
    minutes = minutes_between(roads, "car", PLAIN, degrees([(0, 0)]), degrees([(6500, 500)]))
    assert minutes[0, 0] == pytest.approx(6.0 + 500 / (5000 / 60), rel=1e-3)


def test_a_one_way_stops_the_ambulance_in_one_direction_and_the_patient_in_the_other(make_ways, degrees):
    roads = contract(make_ways([[(0, 0), (6500, 0)]], access=ONE_WAY))
    start, end = degrees([(0, 0)]), degrees([(6000, 0)])
    assert minutes_between(roads, "ambulance", PLAIN, start, end)[0, 0] == pytest.approx(6000 / KPH_65, rel=1e-4)
    assert np.isnan(minutes_between(roads, "ambulance", PLAIN, end, start)[0, 0])
    # The patient starts at `demand` and drives to the facility.
    assert minutes_between(roads, "car", PLAIN, end, start)[0, 0] == pytest.approx(6000 / KPH_65, rel=1e-4)
    assert np.isnan(minutes_between(roads, "car", PLAIN, start, end)[0, 0])


def test_reversing_the_one_way_swaps_the_two_directions(make_ways, degrees):
    points = degrees([(500, 0), (6000, 0)])
    forward = contract(make_ways([[(0, 0), (6500, 0)]], access=ONE_WAY))
    reverse = contract(make_ways([[(6500, 0), (0, 0)]], access=ONE_WAY))
    there = minutes_between(forward, "ambulance", PLAIN, points, points)
    back = minutes_between(reverse, "ambulance", PLAIN, points, points)
    assert np.allclose(there, back.T, equal_nan=True, rtol=1e-6)
    assert np.isnan(there).sum() == 1


def test_two_islands_do_not_reach_each_other(make_ways, degrees):
    roads = contract(make_ways([[(0, 0), (3000, 0)], [(0, 5000), (3000, 5000)]]))
    minutes = minutes_between(roads, "car", PLAIN, degrees([(0, 0)]), degrees([(3000, 0), (3000, 5000)]))
    assert np.isfinite(minutes[0, 0]) and np.isnan(minutes[1, 0])


def test_a_point_beyond_the_snap_limit_is_off_the_network(make_ways, degrees):
    roads = contract(make_ways([[(0, 0), (3000, 0)]]))
    graph = build_graph(roads, "car", PLAIN)
    snapped = EdgeIndex(graph, PLAIN).snap(*degrees([(0, 5000), (0, 1900)]))
    assert snapped.on_network.tolist() == [False, True]
    assert snapped.snap_distance_m[1] == pytest.approx(1900, rel=1e-3)


def test_a_short_piece_of_road_apart_from_the_rest_is_not_snapped_to(make_ways, degrees):
    roads = contract(make_ways([[(0, 0), (3000, 0)], [(0, 400), (100, 400)]]))
    graph = build_graph(roads, "car", PLAIN)
    snapped = EdgeIndex(graph, PLAIN).snap(*degrees([(50, 390)]))
    assert snapped.snap_distance_m[0] == pytest.approx(390, rel=1e-3)
    assert sorted(np.unique(island_lengths(roads, graph.usable).round())) == [100, 3000]


def test_each_mode_uses_only_its_own_roads(make_ways, degrees):
    roads = contract(make_ways([[(0, 0), (1000, 0)], [(0, 0), (0, 1000)]], road_class=["footway", "motorway"]))
    on_foot = minutes_between(roads, "walk", PLAIN, degrees([(0, 0)]), degrees([(1000, 0)]))
    assert on_foot[0, 0] == pytest.approx(12.0, rel=1e-4)  # 1 km at 5 km/h
    graph = build_graph(roads, "walk", PLAIN)
    assert graph.usable.sum() == 1


def test_a_posted_limit_and_an_unpaved_surface_change_the_speed(make_ways):
    limited = contract(make_ways([[(0, 0), (1000, 0)]], maxspeed_kph=50.0))
    forward, _ = travel_minutes(limited, "car", PLAIN)
    assert forward[0] == pytest.approx(1.0 / (50 * 0.8) * 60, rel=1e-4)
    gravel = contract(make_ways([[(0, 0), (1000, 0)]], surface=UNPAVED))
    forward, _ = travel_minutes(gravel, "car", PLAIN)
    assert forward[0] == pytest.approx(1.0 / (65 * 0.7) * 60, rel=1e-4)


def test_snow_and_mountains_slow_roads_but_not_a_ferry_with_its_timetable(make_ways):
    roads = contract(
        make_ways([[(0, 0), (1000, 0)], [(0, 0), (0, 1000)]], ["secondary", "ferry"], duration_min=[np.nan, 20])
    )
    slow = Assumptions(condition="snow", terrain="mountain")
    plain, snowed = (travel_minutes(roads, "car", a)[0] for a in (PLAIN, slow))
    ratio = snowed / plain
    ferry = roads.duration_min == 20
    assert ratio[~ferry] == pytest.approx([1 / 0.49]) and ratio[ferry] == pytest.approx([1.0])


def random_roads(make_ways, seed: int) -> Roads:
    """A random network with one-ways, parallel edges, islands, and two nodes on one spot (a zero-length edge)."""
    rng = np.random.default_rng(seed)
    places = [(float(x), float(y)) for x, y in rng.integers(0, 8000, size=(30, 2))]
    pairs = [tuple(rng.choice(24, size=2, replace=False)) for _ in range(45)]
    pairs += [(24, 25), (25, 26), (26, 27), (28, 29), *pairs[:5]]
    lines = [[places[a], places[b]] for a, b in pairs]
    access = rng.choice([MOTOR | CYCLE | FOOT, ONE_WAY], size=len(lines), p=[0.6, 0.4])
    ways = make_ways(lines, road_class=rng.choice(["primary", "tertiary"], size=len(lines)).tolist(), access=access)
    ways.lon[ways.node_id == 1], ways.lat[ways.node_id == 1] = ways.lon[0], ways.lat[0]
    return contract(ways)


def networkx_graph(roads: Roads, mode, assumptions) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(roads.node_count))
    forward, backward = travel_minutes(roads, mode, assumptions)
    arcs = np.r_[np.c_[roads.start, roads.end, forward], np.c_[roads.end, roads.start, backward]]
    for tail, head, minutes in arcs:
        if np.isfinite(minutes) and (not graph.has_edge(tail, head) or graph[tail][head]["weight"] > minutes):
            graph.add_edge(int(tail), int(head), weight=float(minutes))
    return graph


@pytest.mark.parametrize("mode", ["ambulance", "walk"])
@pytest.mark.parametrize("seed", range(6))
def test_minutes_to_every_node_equal_networkx(make_ways, seed, mode):
    assumptions = Assumptions(horizon_min=1000, island_limit_m=0)
    roads = random_roads(make_ways, seed)
    graph = build_graph(roads, mode, assumptions)
    edges = np.random.default_rng(seed + 100).choice(np.flatnonzero(graph.usable), size=4, replace=False)
    at_start = Snapped(edges, np.zeros(4), np.zeros(4), np.zeros(4), np.zeros(4))
    tree = search(graph, at_start, assumptions)
    peer = networkx_graph(roads, mode, assumptions)
    peer = peer if mode == "ambulance" else peer.reverse()
    # At fraction 0 the facility stands on the edge's start node, and may also set out along the edge from there.
    expected = nx.multi_source_dijkstra_path_length(peer, {int(roads.start[e]) for e in edges})
    for node in range(roads.node_count):
        assert tree.minutes[node] == pytest.approx(expected.get(node, np.inf), abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_nearest_is_the_smallest_of_the_matrix_and_points_to_the_facility_it_came_from(make_ways, degrees, seed):
    rng = np.random.default_rng(seed)
    assumptions = Assumptions(horizon_min=300, island_limit_m=0)
    roads = random_roads(make_ways, seed)
    graph = build_graph(roads, "ambulance", assumptions)
    index = EdgeIndex(graph, assumptions)
    demand = index.snap(*degrees(rng.integers(-500, 8500, size=(40, 2))))
    facility = index.snap(*degrees(rng.integers(0, 8000, size=(5, 2))))
    matrix = time_matrix(graph, facility, demand, assumptions)
    minutes, source = nearest_times(graph, facility, demand, assumptions)
    lost = np.isnan(matrix).all(axis=1)
    assert (np.isnan(minutes) == lost).all() and (source[lost] == -1).all()
    assert minutes[~lost] == pytest.approx(np.nanmin(matrix[~lost], axis=1), abs=1e-9)
    assert matrix[np.flatnonzero(~lost), source[~lost]] == pytest.approx(minutes[~lost], abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), mode=st.sampled_from(MODES))
def test_a_detour_over_a_third_place_is_never_faster(make_ways, degrees, seed, mode):
    assumptions = Assumptions(horizon_min=1000, island_limit_m=0)
    roads = random_roads(make_ways, seed % 50)
    graph = build_graph(roads, mode, assumptions)
    rng = np.random.default_rng(seed)
    usable = np.flatnonzero(graph.usable)
    points = Snapped(rng.choice(usable, 6), rng.random(6).round(2), *(np.zeros(6) for _ in range(3)))
    minutes = np.nan_to_num(time_matrix(graph, points, points, assumptions), nan=np.inf)
    for middle in range(6):
        assert (minutes <= minutes[middle][None, :] + minutes[:, middle][:, None] + 1e-9).all()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_one_more_facility_never_slows_anybody_and_row_order_is_irrelevant(make_ways, degrees, seed):
    rng = np.random.default_rng(seed)
    assumptions = Assumptions(island_limit_m=0)
    roads = random_roads(make_ways, seed % 50)
    graph = build_graph(roads, "car", assumptions)
    index = EdgeIndex(graph, assumptions)
    demand = index.snap(*degrees(rng.integers(0, 8000, size=(20, 2))))
    facility = index.snap(*degrees(rng.integers(0, 8000, size=(5, 2))))
    every, _ = nearest_times(graph, facility, demand, assumptions)
    fewer, _ = nearest_times(graph, facility.take(np.arange(4)), demand, assumptions)
    assert (np.nan_to_num(every, nan=np.inf) <= np.nan_to_num(fewer, nan=np.inf) + 1e-12).all()
    order = rng.permutation(20)
    mixed, _ = nearest_times(graph, facility.take(np.array([4, 2, 0, 1, 3])), demand.take(order), assumptions)
    assert np.allclose(mixed, every[order], equal_nan=True, atol=1e-12)


def test_an_ambulance_with_a_patient_on_board_obeys_the_one_way_towards_the_hospital(make_ways, degrees):
    roads = contract(make_ways([[(0, 0), (6500, 0)]], access=ONE_WAY))
    start, end = degrees([(0, 0)]), degrees([(6000, 0)])
    for trip, facility, demand in (("outward", start, end), ("inward", end, start)):
        graph = build_graph(roads, "ambulance", PLAIN, trip)
        index = EdgeIndex(graph, PLAIN)
        there = time_matrix(graph, index.snap(*facility), index.snap(*demand), PLAIN)
        against = time_matrix(graph, index.snap(*demand), index.snap(*facility), PLAIN)
        assert there[0, 0] == pytest.approx(6000 / KPH_65, rel=1e-4) and np.isnan(against[0, 0])
