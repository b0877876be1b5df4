"""Files in, a study out; a study in, an answer out: on the toy county of tests/geo/county.py, by hand."""

import shutil
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from geo.analysis.coverage import coverage
from geo.model.assumptions import Assumptions
from geo.model.inputs import Sources, Study
from geo.model.roads import MODES, Roads
from geo.network.travel_time import time_matrix
from geo.study import (
    STEPS,
    assumptions_for,
    build_study,
    journeys,
    nearest_by_tier,
    nearest_counted,
    network_of,
    surface_of,
)
from tests.geo import county
from tests.geo.county import CARE, CLINIC, EAST, HEALTH_CENTRE, HOSPITAL, MAIN, NORTH, ROADS, TIERS, VILLAGES

NAN = float("nan")
CHOICES = [("county_hospital",), TIERS[:3], ("village_clinic",), TIERS]


def minutes_of(study: Study, tiers=TIERS, mode="ambulance") -> dict[str, float]:
    """Village name → minutes to its nearest facility of the tiers."""
    network = network_of(study, mode, assumptions_for(study))
    found = nearest_counted(study, nearest_by_tier(study, network), tiers)
    return dict(zip(study.demand["name"], found["travel_time_min"], strict=True))


def slower(now: dict[str, float], then: dict[str, float]) -> bool:
    """Whether nobody got faster; who is out of reach counts as the slowest.

    To 1e-6 min: where a corner is no junction any more, a place's share of the longer edge is measured on the plane.
    """
    late = {name: np.inf if np.isnan(m) else m for name, m in now.items()}
    return all(late[name] >= (np.inf if np.isnan(m) else m) - 1e-6 for name, m in then.items())


# ---- the report ------------------------------------------------------------------------------------------------


def test_the_report_says_what_was_found(toy):
    report = toy.report
    assert list(report.road_km) == ["primary", "secondary", "tertiary", "unclassified"]
    assert list(report.road_km.values()) == pytest.approx([13.0, 5.5, 4.0, 2.5], rel=1e-4)
    assert report.islands == 1 and report.island_km == pytest.approx(4.0, rel=1e-4)
    assert (report.facilities, report.facilities_off) == (3, 0)
    assert (report.demand, report.demand_off) == (6, 1)
    assert (report.population, report.population_off) == (3757, 7)
    assert (report.outside, report.rows_refused) == (0, 0)
    assert [(p.code, p.params["name"]) for p in report.problems] == [("off_network", "远村")]


def test_refused_rows_are_counted_and_cost_no_other_row(tmp_path):
    bad = [replace(VILLAGES[1], key="V7", people="很多"), replace(VILLAGES[1], key="V8", people=-3)]
    demand = county.write_villages(tmp_path / "more.csv", [*bad, *VILLAGES])
    study = build_study(county.write_county(tmp_path, demand=demand))
    assert study.report.rows_refused == 2
    assert study.demand["demand_id"].tolist() == ["V1", "V2", "V3", "V4", "V5", "V6"]
    refused = [(p.code, p.row) for p in study.report.problems if p.severity == "error"]
    assert refused == [("population_not_a_number", 2), ("population_negative", 3)]


def test_progress_is_told_as_often_as_promised(tmp_path):
    steps: list[str] = []
    build_study(county.write_county(tmp_path), steps.append)
    assert len(steps) == len(set(steps)) == STEPS


def test_places_get_the_township_they_are_in(tmp_path):
    units = county.write_outline(tmp_path / "units.geojson", ((-1000, -6000), (10_000, 10_000)))
    study = build_study(county.write_county(tmp_path, units=units))
    code = dict(zip(study.demand["name"], study.demand["unit_code"], strict=True))
    assert {name for name, c in code.items() if c == "999999"} == {"西村", "中村", "北村", "岛村", "远村"}
    assert code["东村"] == ""  # 3 km outside the only township


def test_without_townships_every_place_belongs_to_its_nearest_township_hospital(tmp_path):
    west = county.Care("F4", "西乡卫生院", "一般乡镇卫生院", (0, 3000))
    made = build_study(
        county.write_county(tmp_path, facilities=county.write_care(tmp_path / "more.csv", (*county.CARE, west)))
    )
    assert sorted(made.unit["unit_code"]) == ["F2", "F4"]
    code = dict(zip(made.demand["name"], made.demand["unit_code"], strict=True))
    assert code == {"西村": "F4", "中村": "F2", "北村": "F4", "东村": "F2", "岛村": "F4", "远村": "F4"}


def test_a_road_that_only_crosses_the_outline_touches_it(tmp_path):
    outline = county.write_outline(tmp_path / "narrow.geojson", ((3000, -500), (4000, 500)))
    assert build_study(county.write_county(tmp_path, boundary=outline)).report.outside == 9


# ---- minutes ---------------------------------------------------------------------------------------------------


def test_minutes_of_an_ambulance_worked_out_by_hand(toy):
    # 250 m to the hospital's door at 15 km/h: 1 min. 500 m to 西村 on foot at 5 km/h: 6 min.
    expected = {"西村": 1 + 6, "中村": 1 + 6, "北村": 1 + 6 + 6, "东村": 1 + 12 + 6, "岛村": NAN, "远村": NAN}
    assert minutes_of(toy, ("county_hospital",)) == pytest.approx(expected, rel=1e-4, nan_ok=True)
    every = {"西村": 7, "中村": 6, "北村": 0, "东村": 6, "岛村": NAN, "远村": NAN}
    assert minutes_of(toy) == pytest.approx(every, rel=1e-4, abs=1e-4, nan_ok=True)


def test_minutes_on_foot_worked_out_by_hand(toy):
    # All roads at 5 km/h (12 min a km), the hospital's door too; nothing is slower than the horizon of 240 min.
    expected = {"西村": 3 + 6, "中村": 3 + 78, "北村": 3 + 78 + 66, "东村": 3 + 156 + 30, "岛村": NAN, "远村": NAN}
    found = minutes_of(toy, ("county_hospital",), "walk")
    assert found == pytest.approx(expected, rel=1e-4, nan_ok=True)


def test_mountains_slow_vehicles_by_the_factor_of_the_table(tmp_path):
    steep = build_study(county.write_county(tmp_path, terrain="mountain"))
    assert minutes_of(steep, ("county_hospital",))["中村"] == pytest.approx(1 + 6 / 0.7, rel=1e-4)


def test_covered_people_of_the_toy_county(toy):
    network = network_of(toy, "ambulance", Assumptions())
    times = nearest_by_tier(toy, network)
    minutes = nearest_counted(toy, times, ("county_hospital",))["travel_time_min"]
    found = coverage(minutes, toy.demand["population"], 15)
    assert (found.covered, found.beyond, found.unreachable) == (3300, 400, 57)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("tiers", CHOICES, ids=len)
def test_the_nearest_by_tier_is_the_least_of_the_full_matrix(toy, mode, tiers):
    network = network_of(toy, mode, Assumptions())
    found = nearest_counted(toy, nearest_by_tier(toy, network), tiers)
    matrix = time_matrix(network.graph, network.facility, network.demand, network.assumptions)
    matrix[:, ~toy.facility["tier"].isin(tiers).to_numpy()] = np.inf
    least = np.where(np.isnan(matrix), np.inf, matrix).min(axis=1)
    assert np.allclose(found["travel_time_min"].fillna(np.inf), least, rtol=0, atol=1e-9)
    assert found["demand_id"].tolist() == toy.demand["demand_id"].tolist()
    column = {key: i for i, key in enumerate(toy.facility["facility_id"])}
    for row, key in enumerate(found["facility_id"]):
        assert (key == "") == np.isinf(least[row])
        assert not key or matrix[row, column[key]] == pytest.approx(least[row], abs=1e-9)


def test_a_one_way_road_stops_one_direction_only(tmp_path):
    there = build(tmp_path / "there", [MAIN, NORTH, replace(EAST, oneway="是"), county.ISLAND])
    back = build(tmp_path / "back", [MAIN, NORTH, replace(EAST, oneway="TF"), county.ISLAND])
    both = build(tmp_path / "both", ROADS)
    centre = ("township_hospital_general",)
    for mode, allowed in (("ambulance", there), ("car", back)):  # patients drive the other way: to care
        free = minutes_of(both, centre, mode)
        assert minutes_of(allowed, centre, mode) == pytest.approx(free, nan_ok=True)
        against = minutes_of(back if allowed is there else there, centre, mode)
        assert np.isnan(against.pop("东村")) and free.pop("东村") == pytest.approx(6, rel=1e-4)
        assert against == pytest.approx(free, nan_ok=True)
    assert minutes_of(there, centre, "walk") == pytest.approx(minutes_of(back, centre, "walk"), nan_ok=True)


def build(folder, roads=ROADS, care=CARE, villages=VILLAGES) -> Study:
    sources = county.write_county(folder)
    county.write_roads(sources.roads, roads)
    county.write_care(sources.facilities, care)
    county.write_villages(sources.demand, villages)
    return build_study(sources)


@pytest.mark.parametrize("closed", range(len(ROADS)))
def test_closing_a_road_never_helps_anybody(toy, tmp_path, closed):
    cut = build(tmp_path, [road for i, road in enumerate(ROADS) if i != closed])
    assert slower(minutes_of(cut), minutes_of(toy))


@pytest.mark.parametrize("seed", range(6))
def test_closing_any_road_of_a_grid_never_helps_anybody(tmp_path, seed):
    rng = np.random.default_rng(seed)
    at = {(x, y): (x * 1700.0, y * 1300.0) for x in range(5) for y in range(5)}
    grades = iter(rng.choice(["省道", "县道", "村道"], 40).tolist())
    pairs = [(a, b) for a in at for b in at if (b[0] - a[0], b[1] - a[1]) in {(1, 0), (0, 1)}]
    roads = [county.Road((at[a], at[b]), next(grades)) for a, b in pairs]
    spots = [at[(int(x), int(y))] for x, y in rng.integers(0, 5, (12, 2))]
    villages = [county.Village(f"V{i:02}", f"村{i}", 10, spot) for i, spot in enumerate(spots)]
    care = [replace(HOSPITAL, at=at[(0, 0)]), replace(HEALTH_CENTRE, at=at[(4, 3)])]
    whole = minutes_of(build(tmp_path, roads, care, villages))
    closed = int(rng.integers(len(roads)))
    cut = minutes_of(build(tmp_path, roads[:closed] + roads[closed + 1 :], care, villages))
    assert slower(cut, whole)


def test_one_more_clinic_never_slows_anybody(toy, tmp_path):
    more = build(tmp_path, care=[*CARE, replace(CLINIC, key="F4", name="岛村卫生室", at=(1000, 9000))])
    now = minutes_of(more)
    assert slower(minutes_of(toy), now)
    assert now["岛村"] == pytest.approx(1000 / (40_000 / 60), rel=1e-4)


# ---- journeys and reach ----------------------------------------------------------------------------------------


def test_journeys_go_to_the_nearest_of_every_tier_top_tier_first(toy):
    network = network_of(toy, "ambulance", Assumptions())
    ways = journeys(toy, network, nearest_by_tier(toy, network), "V3")
    assert [j.tier_id for j in ways] == ["county_hospital", "township_hospital_general", "village_clinic"]
    assert toy.facility["facility_id"].iloc[[j.facility_row for j in ways]].tolist() == ["F1", "F2", "F3"]
    assert [j.way.travel_time_min for j in ways] == pytest.approx([13, 12, 0], rel=1e-4, abs=1e-4)
    assert [j.way.road_m for j in ways] == pytest.approx([12_000, 12_000, 0], rel=1e-4, abs=0.1)
    assert ways[0].way.facility_leg_m == pytest.approx(250, rel=1e-3)


@pytest.mark.parametrize("demand_id", ["V5", "V6"])
def test_a_village_nobody_reaches_has_a_tier_but_no_way(toy, demand_id):
    network = network_of(toy, "ambulance", Assumptions())
    ways = journeys(toy, network, nearest_by_tier(toy, network), demand_id)
    assert len(ways) == 3 and all(j.way is None and j.facility_row == -1 for j in ways)


def test_the_surface_of_reach_is_zero_at_the_clinic(toy):
    network = network_of(toy, "ambulance", Assumptions())
    surface = surface_of(toy, network, ("village_clinic",), 30)
    assert 0 <= surface.minutes.min() < 0.1


# ---- the name of the content -----------------------------------------------------------------------------------


def test_the_content_id_ignores_row_order_and_where_the_files_lie(toy, tmp_path):
    assert build(tmp_path / "a", care=CARE[::-1], villages=VILLAGES[::-1]).content_id == toy.content_id
    copied = shutil.copytree(tmp_path / "a", tmp_path / "习水 b")
    sources = county.write_county(tmp_path / "a")
    moved = {f: copied / getattr(sources, f).name for f in ("roads", "boundary", "facilities", "demand")}
    assert build_study(replace(sources, **moved)).content_id == toy.content_id


def test_the_content_id_ignores_row_order_without_an_outline_and_with_two_facilities_in_one_place(tmp_path):
    care = [*CARE, replace(CLINIC, key="F0", name="同址延伸服务点", tier="延伸服务点")]
    one, other = tmp_path / "one", tmp_path / "other"
    names = {build_without_outline(one, care, VILLAGES), build_without_outline(other, care[::-1], VILLAGES[::-1])}
    assert len(names) == 1


def build_without_outline(folder, care, villages) -> str:
    return without_outline(folder, care, villages).content_id


def without_outline(folder, care, villages, **changes):
    sources = county.write_county(folder, boundary=None, **changes)
    county.write_care(sources.facilities, care)
    county.write_villages(sources.demand, villages)
    return build_study(sources)


def test_a_city_hospital_beyond_the_county_does_not_stretch_its_outline(tmp_path):
    """A county without an outline reaches as far as its villages and institutions: 13 km, not 200."""
    care = [replace(HOSPITAL, tier="county_hospital"), replace(HOSPITAL, key="X", tier="city_hospital", at=(2e5, 0))]
    four = {"scheme_id": "qingdao_four_levels"}
    alone, both = (without_outline(tmp_path / str(n), care[:n], VILLAGES, **four) for n in (1, 2))
    assert sorted(both.facility["facility_id"]) == ["F1", "X"]
    assert both.outline.total_bounds == pytest.approx(alone.outline.total_bounds)


def changed_population(folder):
    return build(folder, villages=[replace(VILLAGES[0], people=1001), *VILLAGES[1:]])


def changed_road(folder):
    return build(folder, roads=[replace(MAIN, grade="县道"), *ROADS[1:]])


def changed_tier(folder):
    return build(folder, care=[*CARE[:2], replace(CLINIC, tier="延伸服务点")])


def changed_terrain(folder):
    return build_study(county.write_county(folder, terrain="mountain"))


@pytest.mark.parametrize("change", [changed_population, changed_road, changed_tier, changed_terrain])
def test_the_content_id_changes_with_anything_an_answer_depends_on(toy, tmp_path, change):
    assert change(tmp_path).content_id != toy.content_id


def test_no_answer_changes_its_inputs(tmp_path):
    study = build_study(county.write_county(tmp_path))
    frames = {name: getattr(study, name).copy(deep=True) for name in ("facility", "demand", "unit", "outline")}
    arrays = {f.name: getattr(study.roads, f.name).copy() for f in fields(Roads)}
    files = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for mode in MODES:
        network = network_of(study, mode, Assumptions())
        times = nearest_by_tier(study, network)
        kept = times.copy(deep=True)
        nearest_counted(study, times, TIERS)
        journeys(study, network, times, "V3")
        surface_of(study, network, TIERS, 15)
        pd.testing.assert_frame_equal(times, kept)
    for name, frame in frames.items():
        pd.testing.assert_frame_equal(pd.DataFrame(getattr(study, name)), pd.DataFrame(frame))
    for name, array in arrays.items():
        np.testing.assert_array_equal(getattr(study.roads, name), array)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == files


def test_sources_keep_their_paths_to_themselves(tmp_path):
    sources: Sources = county.write_county(tmp_path)
    assert str(tmp_path) not in str(build_study(sources).header)
