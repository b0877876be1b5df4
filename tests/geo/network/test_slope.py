"""Slope: the published Tobler table, hills worked out by hand, and that direction counts."""

from dataclasses import replace

import numpy as np
import pytest

from geo.model.assumptions import Assumptions
from geo.model.heights import Heights
from geo.network.contraction import contract
from geo.network.graph import build_graph, travel_minutes
from geo.network.slope import leg_slowness, share_above, tobler_kph, walking_slowness
from geo.network.snapping import EdgeIndex
from geo.network.travel_time import time_matrix

PLAIN = Assumptions()


@pytest.mark.parametrize(("degrees_up", "kph"), [(0.5, 4.88), (5, 3.71), (10, 2.71), (20, 1.41), (30, 0.66)])
def test_the_published_table_of_toblers_function(degrees_up, kph):
    # ij-healthgeographics 1476-072X-11-6, table 1, which cuts the third digit off
    assert float(tobler_kph(np.tan(np.radians(degrees_up)))) == pytest.approx(kph, abs=0.008)


def test_the_best_slope_is_a_little_downhill_and_an_unknown_one_counts_as_flat():
    assert float(tobler_kph(np.array(-0.05))) == 6.0
    assert walking_slowness(np.array([0.0, np.nan])).tolist() == [1.0, 1.0]
    assert walking_slowness(np.array([0.1]))[0] == pytest.approx(np.exp(0.35))


def hill(make_ways, rise_m: float):
    """A straight kilometre that climbs evenly from its western to its eastern end."""
    roads = contract(make_ways([[(0, 0), (500, 0), (1000, 0)]]))
    up = np.array([0.0, rise_m / 2, rise_m])
    return replace(roads, vertex_height_m=up if roads.vertex_lon[0] < roads.vertex_lon[-1] else up[::-1])


def minutes(roads, mode, degrees, there):
    graph = build_graph(roads, mode, PLAIN)
    west, east = EdgeIndex(graph, PLAIN).snap(*degrees([(0, 0), (1000, 0)])).take(np.array([0])), None
    east = EdgeIndex(graph, PLAIN).snap(*degrees([(1000, 0)]))
    facility, village = (east, west) if there == "east" else (west, east)
    return float(time_matrix(graph, facility, village, PLAIN)[0, 0])


def test_by_hand_a_patient_walks_up_to_the_clinic_slowly_and_down_fast(make_ways, degrees):
    roads = hill(make_ways, 100)  # 10 %
    flat = 12.0  # a kilometre at 5 km/h
    assert minutes(roads, "walk", degrees, "east") == pytest.approx(flat * np.exp(3.5 * 0.10), rel=2e-3)
    assert minutes(roads, "walk", degrees, "west") == pytest.approx(flat * np.exp(3.5 * (0.05 - 0.05)), rel=2e-3)


def test_by_hand_an_e_bike_loses_four_per_cent_of_its_speed_for_each_per_cent_of_climb(make_ways, degrees):
    roads = hill(make_ways, 50)  # 5 %: a fifth of 20 km/h is lost
    assert minutes(roads, "e_bike", degrees, "east") == pytest.approx(1 / 16 * 60, rel=2e-3)
    assert minutes(roads, "e_bike", degrees, "west") == pytest.approx(3.0, rel=2e-3)
    wall = hill(make_ways, 300)
    assert minutes(wall, "e_bike", degrees, "east") == pytest.approx(1 / 6 * 60, rel=2e-3)  # never below 30 %


def test_vehicles_do_not_feel_the_slope(make_ways):
    roads = hill(make_ways, 200)
    bare = replace(roads, vertex_height_m=np.full(3, np.nan))
    for mode in ("ambulance", "car"):
        assert travel_minutes(roads, mode, PLAIN)[0] == pytest.approx(travel_minutes(bare, mode, PLAIN)[0])


def test_a_hill_between_two_ends_of_one_height_is_climbed_and_not_overlooked(make_ways):
    roads = contract(make_ways([[(0, 0), (500, 0), (1000, 0)]]))
    over = replace(roads, vertex_height_m=np.array([0.0, 100.0, 0.0]))  # 20 % up, 20 % down
    forward = travel_minutes(over, "walk", PLAIN)[0][0]
    expected = 6 * np.exp(3.5 * 0.2) + 6 * np.exp(3.5 * 0.1)
    assert forward == pytest.approx(expected, rel=2e-3)


def test_turning_an_edge_round_swaps_its_two_directions(make_ways):
    west = hill(make_ways, 80)
    turned = replace(
        west, start=west.end, end=west.start, vertex_lon=west.vertex_lon[::-1].copy(),
        vertex_lat=west.vertex_lat[::-1].copy(), vertex_height_m=west.vertex_height_m[::-1].copy(),
    )  # fmt: skip
    (there, back), (gone, come) = travel_minutes(west, "walk", PLAIN), travel_minutes(turned, "walk", PLAIN)
    assert there == pytest.approx(come) and back == pytest.approx(gone)


def test_vertices_on_one_spot_and_missing_heights_do_no_harm(make_ways):
    roads = contract(make_ways([[(0, 0), (0.001, 0), (1000, 0)], [(1000, 0), (2000, 0)]], ["primary", "secondary"]))
    holes = np.arange(len(roads.vertex_lon), dtype=float) * 50
    holes[-1] = np.nan
    for mode in ("walk", "e_bike"):
        found = np.concatenate(travel_minutes(replace(roads, vertex_height_m=holes), mode, PLAIN))
        assert np.isfinite(found).all() and (found > 0).all()


def test_the_share_of_a_road_above_a_height_goes_by_length(make_ways):
    roads = contract(make_ways([[(0, 0), (1000, 0), (4000, 0)]]))
    first_long = roads.vertex_lon[0] > roads.vertex_lon[-1]
    heights = np.array([0.0, 0.0, 500.0]) if first_long else np.array([500.0, 0.0, 0.0])
    assert share_above(replace(roads, vertex_height_m=heights), 200)[0] == pytest.approx(0.25, rel=1e-3)
    assert share_above(roads, 200)[0] == 1.0  # not known: above


# ---- heights of the land ---------------------------------------------------------------------------------------

PLANE_OF = Heights(105.0, 28.1, 0.001, 0.001, np.add.outer(np.arange(0, 200, 1.0), np.zeros(101)).astype(np.float32))


def test_a_height_between_cells_is_straight_lined_and_off_the_grid_not_known():
    found = PLANE_OF.at(np.array([105.0, 105.05, 104.9]), np.array([28.1, 28.0505, 28.0]))
    assert found[:2] == pytest.approx([0.0, 49.5], abs=1e-3) and np.isnan(found[2])


def test_a_hole_in_the_heights_spoils_only_what_needs_it():
    grid = np.array([[1.0, np.nan], [3.0, 4.0]], dtype=np.float32)
    heights = Heights(0.0, 1.0, 1.0, 1.0, grid)
    assert heights.at(np.array([0.0, 0.0]), np.array([1.0, 0.5])).tolist() == [1.0, 2.0]
    assert np.isnan(heights.at(np.array([0.5]), np.array([0.5]))[0])


def test_by_hand_a_walk_off_the_road_counts_its_slope():
    # 10 m of height a cell of 111.32 m southwards: walking south is walking uphill at 1/111.32 a cell of 1 m …
    steep = replace(PLANE_OF, metres=PLANE_OF.metres * 11.132)  # 10 % southwards
    place, road = (np.array([105.05]), np.array([28.0])), (np.array([105.05]), np.array([28.01]))
    down, up = leg_slowness(steep, place, road)
    assert down[0] == pytest.approx(1.0, abs=2e-3) and up[0] == pytest.approx(np.exp(0.35), rel=2e-3)
    nowhere = leg_slowness(steep, (np.array([99.0]), np.array([28.0])), road)
    assert nowhere[0][0] == nowhere[1][0] == 1.0
