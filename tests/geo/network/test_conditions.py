"""What weather leaves of the speed, by class and by height, against the rows of speeds.csv."""

from dataclasses import replace

import numpy as np
import pytest

from geo.model.assumptions import CONDITIONS, Assumptions
from geo.model.errors import OutOfRange
from geo.model.roads import CLASS_INDEX, MODES, ROAD_CLASSES
from geo.network.contraction import contract
from geo.network.graph import condition_shares, speed_kph, travel_minutes

CLASSES = ["primary", "secondary", "track", "ferry"]


@pytest.fixture(scope="module")
def roads(make_ways):
    lines = [[(0, 0), (1000, 0)], [(0, 0), (0, 1000)], [(0, 0), (-1000, 0)], [(0, 0), (0, -1000)]]
    return contract(make_ways(lines, CLASSES))


def share(roads, condition, mode="ambulance", **changes):
    shares = condition_shares(roads, mode, replace(Assumptions(condition=condition), **changes))
    return {name: float(shares[roads.road_class == CLASS_INDEX[name]][0]) for name in CLASSES}


def test_each_condition_takes_its_share_of_the_speed_by_class(roads):
    assert share(roads, "day") == dict.fromkeys(CLASSES, 1.0)
    assert share(roads, "night")["track"] == 0.9 and share(roads, "rain")["primary"] == 0.9
    assert [share(roads, "snow")[c] for c in CLASSES[:3]] == [0.8, 0.7, 0.6]
    assert [share(roads, "ice")[c] for c in CLASSES[:3]] == pytest.approx([0.7, 0.6, 0.6])


@pytest.mark.parametrize("mode", MODES)
def test_every_condition_is_known_for_every_mode_and_none_is_faster_than_day(roads, mode):
    day = speed_kph(roads, mode, Assumptions())
    for condition in CONDITIONS:
        assert Assumptions().find("factor", mode, condition) is not None
        assert (speed_kph(roads, mode, Assumptions(condition=condition)) <= day).all()


def test_ice_lies_above_its_height_and_below_it_the_road_is_wet(roads):
    edge = int(np.flatnonzero(roads.road_class == CLASS_INDEX["secondary"])[0])
    heights = np.full(len(roads.vertex_lon), 100.0)
    heights[roads.vertex_offset[edge] : roads.vertex_offset[edge + 1]] = 900.0
    mountain = replace(roads, vertex_height_m=heights)
    assert share(mountain, "ice")["secondary"] == pytest.approx(0.6)  # above 800 m
    assert share(mountain, "ice")["primary"] == pytest.approx(0.9)  # wet
    higher = Assumptions(condition="ice").with_value("height", "all", "ice_from", 1000)
    assert condition_shares(mountain, "ambulance", higher)[edge] == pytest.approx(0.9)


def test_a_road_partly_above_the_ice_height_pays_for_each_part(make_ways):
    line = contract(make_ways([[(0, 0), (1000, 0), (4000, 0)]], "secondary"))
    west_first = line.vertex_lon[0] < line.vertex_lon[-1]
    icy_km = replace(line, vertex_height_m=np.array([900.0, 900.0, 100.0] if west_first else [100.0, 900.0, 900.0]))
    minutes = travel_minutes(icy_km, "ambulance", Assumptions(condition="ice"))[0][0]
    assert minutes == pytest.approx((1 / 0.6 + 3 / 0.9) / 55 * 60, rel=2e-3)


def test_all_speeds_scale_at_once(roads):
    slow = replace(Assumptions(), speed_scale=0.8)
    ratio = travel_minutes(roads, "car", slow)[0] / travel_minutes(roads, "car", Assumptions())[0]
    ferry = roads.road_class == CLASS_INDEX["ferry"]
    assert ratio[~ferry] == pytest.approx(np.full(3, 1.25)) and ratio[ferry] == pytest.approx([1.0])


@pytest.mark.parametrize("terrain", ["plain", "mountain"])
@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("mode", MODES)
def test_the_factors_told_are_the_least_and_the_greatest_that_any_road_gets(make_ways, mode, condition, terrain):
    used = [name for name in ROAD_CLASSES if name != "ferry" and Assumptions().find("speed", mode, name)]
    line = contract(make_ways([[(0, 500 * i), (1000, 500 * i)] for i in range(len(used))], used))
    known = Assumptions(condition=condition, terrain=terrain)
    plain = speed_kph(line, mode, Assumptions())
    left = speed_kph(line, mode, known) / plain
    assert known.speed_factors(mode) == pytest.approx((left.min(), left.max()))
    high, low = (replace(line, vertex_height_m=np.full(len(line.vertex_lon), h)) for h in (900.0, 100.0))
    left = np.r_[speed_kph(high, mode, known) / plain, speed_kph(low, mode, known) / plain]
    assert known.speed_factors(mode, heights=True) == pytest.approx((left.min(), left.max()))


@pytest.mark.parametrize("change", [{"speed_scale": 0.0}, {"speed_scale": 11.0}])
def test_a_scale_nobody_means_is_refused(change):
    with pytest.raises(OutOfRange):
        replace(Assumptions(), **change)
