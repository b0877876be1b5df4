"""Closed roads and conditions of a study: by hand on the toy county, exact ranking, and what the terminal says."""

import json
from dataclasses import replace

import numpy as np
import pytest

from geo.model.assumptions import Assumptions
from geo.model.errors import ChoiceUnknown, NothingSelected, OutOfRange, WorkStopped
from geo.network.breaks import NO_BREAKS, breaks_at
from geo.network.snapping import EdgeIndex
from geo.study import assumptions_for, closing, conditions, network_of
from tests.geo.network.conftest import degrees
from tests.geo.test_cli import created, home, yida  # noqa: F401

COUNTED = ("county_hospital", "township_hospital_general")


@pytest.fixture(scope="module")
def care(toy):
    return closing.care_of(toy, network_of(toy, "ambulance", assumptions_for(toy)), COUNTED)


def pointed_at(care, x: float, y: float, **classes) -> tuple[int, float] | None:
    lon, lat = degrees([(x, y)])
    index = EdgeIndex(care.network.graph, care.network.assumptions)
    return closing.segment_at(index, care.study.roads, float(lon[0]), float(lat[0]), 300, **classes)


def segment(care, x: float, y: float) -> tuple[int, float]:
    found = pointed_at(care, x, y)
    assert found is not None
    return found


def by_name(care, table) -> dict[str, float]:
    return dict(zip(care.study.demand["name"], table["travel_time_min"], strict=True))


def test_by_hand_the_north_road_is_closed_and_north_village_is_cut_off(care):
    before = closing.found_with(care, NO_BREAKS)
    assert by_name(care, before)["北村"] == pytest.approx(12, abs=0.02)  # 6 min from the health centre, 6 min north
    edge, at = segment(care, 6500, 3000)
    lost = closing.losses(care.study, before, closing.found_with(care, breaks_at({edge: at})), 15)
    assert lost["name"].tolist() == ["北村"] and lost["outcome"].tolist() == ["cut_off"]
    assert lost["population"].tolist() == [300] and np.isnan(lost["after_min"]).all()


def test_by_hand_the_main_road_is_closed_and_the_middle_is_served_from_the_other_side(care):
    # 中村 stands 6 min from the health centre and 6 from the road below the hospital, whose door is another minute off
    edge, at = segment(care, 9000, 0)
    after = by_name(care, closing.found_with(care, breaks_at({edge: at})))
    assert after["中村"] == pytest.approx(6 + 250 / 15000 * 60, abs=0.02)
    assert after["东村"] == pytest.approx(6, abs=0.02)


def test_a_place_far_from_any_road_names_no_segment(care):
    assert pointed_at(care, 3000, 4000) is None


def test_a_click_beside_a_drawn_road_does_not_take_a_nearer_one_that_is_not_drawn(care):
    main, _ = segment(care, 3000, 50)
    assert pointed_at(care, 6600, 200)[0] != main  # the county road northwards is nearer
    found = pointed_at(care, 6400, 200, classes=["primary"])
    assert found is not None and care.study.roads.road_class[found[0]] == care.study.roads.road_class[main]
    assert pointed_at(care, 6500, 3000, classes=["primary", "no such class"]) is None


def test_the_ranking_is_what_closing_each_segment_says(care):
    table = closing.rank_segments(care, 15)
    before = closing.found_with(care, NO_BREAKS)
    assert table["lost"].is_monotonic_decreasing and table["lost"].iat[0] > 0
    for row in table.to_dict(orient="records"):
        after = closing.found_with(care, breaks_at({row["edge"]: row["at"]}))
        lost = closing.losses(care.study, before, after, 15)
        out = lost[(lost["before_min"] <= 15) & (lost["outcome"] != "later")]
        assert out["population"].sum() == row["lost"]
        assert lost.loc[lost["outcome"] == "cut_off", "population"].sum() == row["cut_off"]
    # No other place along any segment takes more people away than the place told.
    for edge, worst in zip(table["edge"], table["lost"], strict=True):
        for at in np.linspace(0.02, 0.98, 25):
            after = closing.found_with(care, breaks_at({edge: float(at)}))["travel_time_min"]
            gone = (before["travel_time_min"] <= 15) & ~(after <= 15)
            assert care.study.demand.loc[gone.to_numpy(), "population"].sum() <= worst


def test_a_ranking_tells_how_far_it_is_and_stops_when_told(care):
    told = []
    closing.rank_segments(care, 15, progress=lambda done, whole: told.append((done, whole)))
    assert told[0][0] == 0 and told[-1][0] == told[-1][1] > 0
    with pytest.raises(WorkStopped):
        closing.rank_segments(care, 15, should_stop=lambda: True)


def test_the_way_round_ends_at_the_facility_that_is_nearest_then(care):
    edge, at = segment(care, 9000, 0)
    village = care.study.demand.loc[care.study.demand["name"] == "中村", "demand_id"].iat[0]
    found = [closing.way_round(care, breaks, village) for breaks in (NO_BREAKS, breaks_at({edge: at}))]
    assert [care.study.facility["name"].iat[journey.facility_row] for journey in found] == ["东乡卫生院", "县人民医院"]
    assert [journey.tier_id for journey in found] == ["township_hospital_general", "county_hospital"]
    way, round_ = (journey.way for journey in found)
    assert way.travel_time_min == pytest.approx(6, abs=0.02) and way.line[0, 0] > way.line[-1, 0]  # from the east
    assert round_.travel_time_min == pytest.approx(7, abs=0.02) and round_.line[0, 0] < round_.line[-1, 0]
    with pytest.raises(ChoiceUnknown):
        closing.way_round(care, NO_BREAKS, "nobody")


def test_a_village_before_the_break_keeps_its_way_along_the_broken_road(care):
    edge, at = segment(care, 13_000, 1000)
    village = care.study.demand.loc[care.study.demand["name"] == "东村", "demand_id"].iat[0]
    assert closing.way_round(care, breaks_at({edge: at}), village) is None
    assert closing.way_round(care, NO_BREAKS, village).way.road_m == pytest.approx(2500, rel=1e-3)


@pytest.mark.parametrize("places", [{-1: 0.5}, {10_000: 0.5}, {0: 1.5}])
def test_a_segment_that_is_none_is_refused_in_words(care, places):
    with pytest.raises(OutOfRange):
        closing.checked_breaks(care.study, places)


def test_tiers_without_a_facility_are_refused(toy):
    with pytest.raises(NothingSelected):
        closing.care_of(toy, network_of(toy, "walk", assumptions_for(toy)), ("extension_point",))


# ---- the band about a figure -----------------------------------------------------------------------------------


def test_the_band_scales_the_drive_and_not_the_walk_to_the_road(toy):
    network = network_of(toy, "ambulance", assumptions_for(toy))
    slow, fast = conditions.speed_band(toy, network, COUNTED, 0.2)
    west = int((toy.demand["name"] == "西村").argmax())  # 500 m on foot: 6 min; the hospital's door: 1 min
    assert slow[west] == fast[west] == pytest.approx(7, abs=0.02)
    north = int((toy.demand["name"] == "北村").argmax())
    assert slow[north] == pytest.approx(12 / 0.8, abs=0.03) and fast[north] == pytest.approx(12 / 1.2, abs=0.03)


def test_coverage_lies_between_the_two_ends_of_its_band(toy):
    network = network_of(toy, "ambulance", assumptions_for(toy))
    minutes = conditions.speed_band(toy, network, COUNTED)
    for threshold in (5, 7, 11, 12, 14, 30):
        band = conditions.coverage_band(toy, minutes, threshold, 0.2)
        point = conditions.minutes_counted(toy, network, COUNTED) <= threshold
        covered = toy.demand.loc[point.to_numpy(), "population"].sum()
        assert band.slower.covered <= covered <= band.faster.covered


def test_a_network_under_other_speeds_equals_one_built_anew(toy):
    network = network_of(toy, "car", assumptions_for(toy))
    night = replace(Assumptions(condition="night"), speed_scale=0.5)
    moved, built = conditions.rescaled(network, night), network_of(toy, "car", night)
    for one, other in ((moved.graph.along_min, built.graph.along_min), (moved.demand.edge, built.demand.edge)):
        assert (one == other).all()


# ---- the terminal ----------------------------------------------------------------------------------------------


def test_the_terminal_ranks_and_closes_segments_under_documented_keys(created, yida, care):  # noqa: F811
    code, out, _ = yida("roads", "toy", "--rank", "--json")
    told = json.loads(out)
    assert code == 0 and told["segments"][0]["lost"] > 0 and told["population"] == 3757
    edge, at = segment(care, 6500, 3000)
    code, out, _ = yida("roads", "toy", "--close", f"{edge}@{at}", "--json")
    village = json.loads(out)["villages"][0]
    assert (village["name"], village["outcome"], village["after_min"]) == ("北村", "cut_off", None)
    code, out, _ = yida("roads", "toy", "--close", edge)
    assert code == 0 and "300" in out and "cut off" in out


def test_coverage_with_a_closed_road_says_which_and_loses_people(created, yida, care):  # noqa: F811
    whole = json.loads(yida("coverage", "toy", "--json")[1])
    edge, _ = segment(care, 6500, 3000)
    code, out, _ = yida("coverage", "toy", "--close", edge, "--condition", "rain", "--json")
    told = json.loads(out)
    assert code == 0 and told["closed"] == [{"edge": edge, "at": 0.5}] and told["condition"] == "rain"
    assert told["unreachable"] == whole["unreachable"] + 300 and told["covered"] < whole["covered"]
    assert told["band"]["covered_slower"] <= told["covered"] <= told["band"]["covered_faster"]
    assert whole["closed"] == [] and whole["band"]["speed_share"] == 0.2


@pytest.mark.parametrize("word", ["99999", "x", "3@2", "3@x"])
def test_a_segment_that_is_none_is_told_at_the_terminal(created, yida, word):  # noqa: F811
    code, _, err = yida("coverage", "toy", "--close", word)
    assert code == 3 and "--close" in err
