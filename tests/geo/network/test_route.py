"""The way drawn on the map is the way that was timed."""

import numpy as np
import pytest

from geo.model.assumptions import Assumptions
from geo.model.roads import CYCLE, FOOT, MOTOR_FORWARD
from geo.network.contraction import contract
from geo.network.graph import build_graph
from geo.network.route import route
from geo.network.snapping import EdgeIndex

PLAIN = Assumptions()
ONE_WAY = MOTOR_FORWARD | CYCLE | FOOT


def drive(roads, facility, demand, mode="ambulance"):
    graph = build_graph(roads, mode, PLAIN)
    index = EdgeIndex(graph, PLAIN)
    return route(graph, index.snap(*facility), index.snap(*demand), PLAIN)


def test_a_way_over_two_edges_has_its_length_time_and_legs(make_ways, degrees):
    roads = contract(make_ways([[(0, 0), (3000, 0)], [(3000, 0), (3000, 4000)], [(3000, 0), (9000, 0)]]))
    way = drive(roads, degrees([(0, 50)]), degrees([(3100, 4000)]))
    assert way.road_m == pytest.approx(7000, rel=1e-3)
    assert (way.facility_leg_m, way.demand_leg_m) == pytest.approx((50, 100), rel=1e-2)
    expected = 7000 / (65_000 / 60) + 50 / (15_000 / 60) + 100 / (5000 / 60)
    assert way.travel_time_min == pytest.approx(expected, rel=1e-3)
    lon, lat = degrees([(0, 0), (3000, 4000)])
    assert way.line[0] == pytest.approx([lon[0], lat[0]], abs=1e-6)
    assert way.line[-1] == pytest.approx([lon[1], lat[1]], abs=1e-6)


def test_a_way_along_one_edge_is_the_stretch_between(make_ways, degrees):
    roads = contract(make_ways([[(0, 0), (9000, 0)]]))
    way = drive(roads, degrees([(6000, 0)]), degrees([(2000, 0)]))
    assert way.road_m == pytest.approx(4000, rel=1e-3)
    assert way.line[0][0] > way.line[-1][0]


def test_a_one_way_forces_the_way_round(make_ways, degrees):
    ring = [[(0, 0), (4000, 0)], [(4000, 0), (4000, 4000)], [(4000, 4000), (0, 4000)], [(0, 4000), (0, 0)]]
    roads = contract(make_ways(ring, access=ONE_WAY))
    points = degrees([(3000, 0)]), degrees([(1000, 0)])
    assert drive(roads, *points).road_m == pytest.approx(14_000, rel=1e-3)
    assert drive(roads, *points, mode="car").road_m == pytest.approx(2000, rel=1e-3)


def test_there_is_no_way_between_two_islands(make_ways, degrees):
    roads = contract(make_ways([[(0, 0), (3000, 0)], [(0, 5000), (3000, 5000)]]))
    assert drive(roads, degrees([(0, 0)]), degrees([(0, 5000)])) is None


@pytest.mark.parametrize("seed", range(12))
def test_the_minutes_along_the_drawn_way_add_up_to_the_minutes_told(make_ways, degrees, seed):
    rng = np.random.default_rng(seed)
    grid = [(x * 1000.0 + rng.normal(0, 90), y * 1000.0 + rng.normal(0, 90)) for x in range(6) for y in range(6)]
    lines = [[grid[i], grid[i + 1]] for i in range(35) if (i + 1) % 6] + [[grid[i], grid[i + 6]] for i in range(30)]
    access = rng.choice([31, ONE_WAY], size=len(lines), p=[0.7, 0.3])
    roads = contract(make_ways(lines, road_class="primary", access=access))
    facility, demand = degrees(rng.uniform(0, 5000, (1, 2))), degrees(rng.uniform(0, 5000, (1, 2)))
    way = drive(roads, facility, demand)
    if way is None:
        pytest.fail("every place of this grid can be reached; choose another seed")
    legs = way.facility_leg_m / (15_000 / 60) + way.demand_leg_m / (5000 / 60)
    assert way.travel_time_min == pytest.approx(way.road_m / (65_000 / 60) + legs, rel=1e-6)
