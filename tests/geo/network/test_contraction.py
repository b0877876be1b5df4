"""Ways to roads: what is joined, what is kept apart, and that no metre is lost."""

import numpy as np
import pytest

from geo.model.roads import BACKWARD_BIT, CYCLE, FOOT, FORWARD_BIT, MOTOR_BACKWARD, MOTOR_FORWARD
from geo.network.contraction import contract, swap_direction

ONE_WAY = MOTOR_FORWARD | CYCLE | FOOT


def test_a_chain_of_ways_becomes_one_edge_with_all_its_vertices(make_ways):
    roads = contract(make_ways([[(0, 0), (100, 0)], [(100, 0), (200, 50), (300, 50)], [(400, 0), (300, 50)]]))
    assert (roads.node_count, roads.edge_count) == (2, 1)
    assert len(roads.edge_vertices(0)) == 5
    assert roads.length_m[0] == pytest.approx(100 + 2 * np.hypot(100, 50) + 100, rel=1e-5)


def test_a_crossing_in_the_middle_of_two_ways_becomes_a_node(make_ways):
    roads = contract(make_ways([[(-100, 0), (0, 0), (100, 0)], [(0, -100), (0, 0), (0, 100)]]))
    assert (roads.node_count, roads.edge_count) == (5, 4)


def test_a_change_of_class_keeps_the_node_between(make_ways):
    roads = contract(make_ways([[(0, 0), (100, 0)], [(100, 0), (200, 0)]], road_class=["primary", "tertiary"]))
    assert (roads.node_count, roads.edge_count) == (3, 2)


def test_a_one_way_drawn_from_both_ends_is_joined_only_where_its_directions_agree(make_ways):
    agreeing = contract(make_ways([[(0, 0), (100, 0)], [(100, 0), (200, 0)]], access=ONE_WAY))
    assert agreeing.edge_count == 1
    opposed = contract(make_ways([[(0, 0), (100, 0)], [(200, 0), (100, 0)]], access=ONE_WAY))
    assert opposed.edge_count == 2


def test_a_joined_one_way_runs_in_its_own_direction(make_ways):
    backward = MOTOR_BACKWARD | CYCLE | FOOT
    roads = contract(make_ways([[(0, 0), (100, 0)], [(200, 0), (100, 0)]], access=[ONE_WAY, backward]))
    assert roads.edge_count == 1
    first_is_west = roads.edge_vertices(0)[0, 0] < roads.edge_vertices(0)[-1, 0]
    bit = FORWARD_BIT["car"] if first_is_west else BACKWARD_BIT["car"]
    assert roads.access[0] & (FORWARD_BIT["car"] | BACKWARD_BIT["car"]) == bit


def test_a_closed_loop_is_kept_whole(make_ways):
    roads = contract(make_ways([[(0, 0), (100, 0), (100, 100)], [(100, 100), (0, 100), (0, 0)]]))
    assert roads.edge_count == 1
    assert roads.length_m[0] == pytest.approx(400, rel=1e-5)


def test_a_way_that_crosses_itself_is_cut_there(make_ways):
    roads = contract(make_ways([[(0, 0), (100, 0), (100, 100), (50, 0.5), (50, -100)], [(50, 0.5), (60, 300)]]))
    assert roads.edge_count == 3


def test_a_ferry_shares_its_duration_by_length(make_ways):
    lines = [[(0, 0), (100, 0), (400, 0)], [(100, 0), (100, 500)]]
    roads = contract(make_ways(lines, road_class=["ferry", "primary"], duration_min=[40.0, np.nan]))
    shares = sorted(roads.duration_min[~np.isnan(roads.duration_min)])
    assert shares == pytest.approx([10.0, 30.0], rel=1e-4)


def test_turning_access_round_twice_changes_nothing():
    every = np.arange(32, dtype=np.uint8)
    assert (swap_direction(swap_direction(every)) == every).all()
    assert swap_direction(np.array([MOTOR_FORWARD], dtype=np.uint8))[0] == MOTOR_BACKWARD


@pytest.mark.parametrize("seed", range(8))
def test_no_metre_is_lost_and_every_node_left_is_an_end_a_junction_or_a_change(make_ways, seed):
    rng = np.random.default_rng(seed)
    grid = [(float(x * 200), float(y * 150)) for x in range(6) for y in range(6)]
    lines = []
    for _ in range(25):
        picks = rng.choice(len(grid), size=rng.integers(2, 5), replace=False)
        lines.append([grid[i] for i in picks])
    classes = rng.choice(["primary", "secondary"], size=len(lines)).tolist()
    ways = make_ways(lines, road_class=classes)
    roads = contract(ways)
    drawn = sum(np.hypot(*np.diff(np.array(line), axis=0).T).sum() for line in lines)
    assert roads.length_m.sum() == pytest.approx(drawn, rel=1e-5)
    degree = np.bincount(np.r_[roads.start, roads.end], minlength=roads.node_count)
    for node in np.flatnonzero(degree == 2):
        meeting = np.flatnonzero((roads.start == node) | (roads.end == node))
        loop = len(meeting) == 1
        assert loop or roads.road_class[meeting[0]] != roads.road_class[meeting[1]]
