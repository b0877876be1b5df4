"""Reach polygons agree with the minutes they picture, keep their holes, and are cut part-way along an edge."""

from itertools import pairwise

import numpy as np
import pytest
import shapely

from geo.model.assumptions import Assumptions
from geo.model.projection import to_metric
from geo.network.contraction import contract
from geo.network.graph import build_graph
from geo.network.reach import reach
from geo.network.snapping import EdgeIndex
from geo.network.travel_time import search
from tests.geo.network.conftest import PLANE

PLAIN = Assumptions()


def reach_of(roads, mode, facility, thresholds):
    graph = build_graph(roads, mode, PLAIN)
    return reach(graph, EdgeIndex(graph, PLAIN).snap(*facility), thresholds, PLAIN)


def test_a_road_is_cut_where_the_minutes_end(make_ways, degrees):
    roads = contract(make_ways([[(0, 0), (13_000, 0)]]))  # 65 km/h: 12 minutes from end to end
    area = reach_of(roads, "car", degrees([(0, 0)]), [6.0])[0]
    inside = shapely.contains_xy(area, *degrees([(100, 0), (6100, 0), (6600, 0), (12_900, 0)]))
    assert inside.tolist() == [True, True, False, False]  # to within a third of a minute: cells are 50 m


def test_the_walk_from_the_road_shrinks_towards_the_end_of_the_minutes(make_ways, degrees):
    roads = contract(make_ways([[(0, 0), (13_000, 0)]]))
    area = reach_of(roads, "car", degrees([(0, 0)]), [12.0])[0]
    # At 2 km 10.2 minutes remain (846 m on foot), at 11 km 1.85 minutes (154 m).
    spots = degrees([(2000, 700), (2000, 950), (11_000, 90), (11_000, 300)])
    assert shapely.contains_xy(area, *spots).tolist() == [True, False, True, False]


def test_land_far_from_any_road_stays_a_hole(make_ways, degrees):
    side = 5000.0
    ring = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side), (0.0, 0.0)]
    area = reach_of(contract(make_ways([ring])), "car", degrees([(0, 0)]), [30.0])[0]
    assert sum(len(p.interiors) for p in area.geoms) == 1
    middle = degrees([(side / 2, side / 2)])
    assert not shapely.contains_xy(area, *middle)[0]


def test_a_longer_threshold_holds_the_shorter_one(make_ways, degrees):
    rng = np.random.default_rng(5)
    lines = [[(float(a), float(b)), (float(c), float(d))] for a, b, c, d in rng.integers(0, 9000, size=(25, 4))]
    lines += [[(0.0, 0.0), lines[i][0]] for i in range(10)]
    areas = reach_of(contract(make_ways(lines)), "car", degrees([(0, 0)]), [3.0, 6.0, 12.0])
    assert all(a.is_valid for a in areas)
    for short, long in pairwise(areas):
        assert short.difference(long).area <= 0.002 * short.area
        assert long.area > short.area


def test_nothing_is_reached_from_a_facility_off_the_network(make_ways, degrees):
    roads = contract(make_ways([[(0, 0), (3000, 0)]]))
    assert reach_of(roads, "car", degrees([(0, 9000)]), [15.0])[0].is_empty


@pytest.mark.parametrize("threshold", [4.0, 8.0])
def test_nodes_lie_inside_as_the_minutes_say(make_ways, degrees, threshold):
    rng = np.random.default_rng(11)
    grid = [(x * 700.0 + rng.normal(0, 60), y * 700.0 + rng.normal(0, 60)) for x in range(16) for y in range(16)]
    lines = [[grid[i], grid[i + 1]] for i in range(255) if (i + 1) % 16] + [[grid[i], grid[i + 16]] for i in range(240)]
    roads = contract(make_ways(lines, road_class="secondary"))
    graph = build_graph(roads, "ambulance", PLAIN)
    base = EdgeIndex(graph, PLAIN).snap(*degrees([grid[120]]))
    minutes = search(graph, base, PLAIN).minutes[: roads.node_count]
    inside = shapely.contains_xy(reach(graph, base, [threshold], PLAIN)[0], roads.node_lon, roads.node_lat)
    reached = minutes <= threshold
    assert 20 < reached.sum() < roads.node_count - 20
    assert (reached & ~inside).sum() <= 0.05 * reached.sum()
    assert (~reached & inside).sum() <= 0.05 * (~reached).sum()


def test_the_toy_plane_has_a_scale_of_one(degrees):
    x, y = to_metric(*degrees([(0, 0), (3000, 4000)]), PLANE)
    assert np.hypot(np.diff(x), np.diff(y))[0] == pytest.approx(5000, abs=1e-3)
