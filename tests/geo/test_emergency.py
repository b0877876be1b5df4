"""Both legs on the toy county of tests/geo/county.py, by hand.

Bases: F1 (2 ambulances; its door is 1 min off the road) and F2 (1 ambulance). Drive minutes from F1: 西村 7, 中村 7,
北村 13, 东村 19; from F2: 18, 6, 12, 6. 岛村 and 远村 are reached by nobody.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.analysis.coverage import coverage
from geo.model.bases import Base, base_at, bases_of
from geo.model.clock import Clock, preset_clock
from geo.model.errors import ChoiceUnknown
from geo.model.inputs import Study
from geo.network.breaks import NO_BREAKS, Breaks, breaks_at
from geo.study import assumptions_for, build_study, closing, emergency, nearest_by_tier, nearest_counted, network_of
from geo.study.build import with_tables
from geo.study.conditions import with_breaks
from geo.study.emergency import Emergency
from tests.geo import county
from tests.geo.county import CARE, ROADS, TIERS, Care, Road

NAN = float("nan")
POLICY = preset_clock("policy15")


def with_bases(study: Study, capabilities: dict[str, str] | None = None, **flags: str) -> Study:
    """The study with F1 and F2 as bases, and what each facility can do."""
    ids = study.facility["facility_id"]
    can = capabilities or {"F1": "emergency;stroke"}
    return with_tables(
        study,
        {
            "facility": study.facility.assign(
                is_emergency_base=ids.isin(["F1", "F2"]),
                ambulances=ids.map({"F1": 2.0, "F2": 1.0}).astype("float64"),
                capabilities=[can.get(i, "") for i in ids],
                flags=[flags.get(i, "") for i in ids],
            )
        },
    )


@pytest.fixture(scope="module")
def rescued(toy: Study) -> Study:
    return with_bases(toy)


def asked(
    study: Study,
    clock: Clock = POLICY,
    bases: Sequence[Base] | None = None,
    capability: str = "emergency",
    condition: str = "day",
    closed: Breaks = NO_BREAKS,
) -> Emergency:
    assumptions = assumptions_for(study, condition)
    used = bases_of(study.facility) if bases is None else bases
    out, back = emergency.outward(study, assumptions), emergency.inward(study, assumptions)
    drive = emergency.drive_matrix(with_breaks(out, closed), used)
    hospital = emergency.nearest_hospital(study, with_breaks(back, closed), capability)
    return emergency.answer(study, used, drive, hospital, clock, night=condition == "night")


def at_place(study: Study, x: float, y: float) -> Breaks:
    """The road at a place of the toy plane, closed there."""
    network = network_of(study, "ambulance", assumptions_for(study))
    (lon,), (lat,) = county.degrees([(x, y)])
    found = closing.segment_at(network.index, study.roads, float(lon), float(lat), 100)
    assert found is not None
    return breaks_at(dict([found]))


def column(found: Emergency, name: str) -> dict[str, object]:
    return dict(zip(found.response["name"], found.response[name], strict=True))


def codes(found: Emergency) -> list[str]:
    return [problem.code for problem in found.problems]


def test_arrival_is_call_handling_turnout_and_drive(rescued: Study) -> None:
    found = asked(rescued)
    by_hand = {"西村": 4 + 7, "中村": 4 + 6, "北村": 4 + 12, "东村": 4 + 6, "岛村": NAN, "远村": NAN}
    assert column(found, "arrival_min") == pytest.approx(by_hand, rel=1e-3, nan_ok=True)
    assert column(found, "base_id") == {"西村": "F1", "中村": "F2", "北村": "F2", "东村": "F2", "岛村": "", "远村": ""}
    backup = {"西村": 4 + 18, "中村": 4 + 7, "北村": 4 + 13, "东村": 4 + 19, "岛村": NAN, "远村": NAN}
    assert column(found, "backup_min") == pytest.approx(backup, rel=1e-3, nan_ok=True)
    assert column(found, "backup_id") == {
        "西村": "F2",
        "中村": "F1",
        "北村": "F1",
        "东村": "F1",
        "岛村": "",
        "远村": "",
    }


def test_people_reached_missed_and_what_hangs_on_each_base(rescued: Study) -> None:
    found = asked(rescued)
    assert (found.reached.covered, found.reached.population) == (3400, 3757)
    assert (found.reached.beyond, found.reached.unreachable) == (300, 57)
    assert found.missed["name"].tolist() == ["北村", "岛村", "远村"]
    assert found.missed["cause"].tolist() == ["turnout", "no_road", "no_road"]
    assert found.missed["missing_min"].tolist() == pytest.approx([1, NAN, NAN], abs=0.01, nan_ok=True)
    table = found.by_base.set_index("base_id")
    assert table["people_first"].to_dict() == {"F1": 1000, "F2": 2400}
    assert table["people_only"].to_dict() == {"F1": 1000, "F2": 400}
    assert table["people_reached_without"].to_dict() == {"F1": 2400, "F2": 3000}
    assert codes(found) == []


def test_the_second_leg_goes_to_the_nearest_hospital_that_can(rescued: Study) -> None:
    found = asked(rescued)
    by_hand = {"西村": 11 + 7, "中村": 10 + 7, "北村": 16 + 13, "东村": 10 + 19, "岛村": NAN, "远村": NAN}
    assert column(found, "total_min") == pytest.approx(by_hand, rel=1e-3, nan_ok=True)
    within = emergency.hospital_coverage(found, 20)
    assert (within.covered, within.beyond, within.unreachable) == (3000, 700, 57)
    both = asked(with_bases(rescued, {"F1": "trauma", "F2": "emergency; trauma"}), capability="trauma")
    assert column(both, "hospital_id")["东村"] == "F2" and column(both, "hospital_id")["西村"] == "F1"


def test_the_second_leg_follows_one_ways_towards_the_hospital(tmp_path: Path) -> None:
    """Out along the one-way, back the long way round: 6.5 km out, 13 km back at 65 km/h."""
    loop = Road(((0, 0), (0, 3250), (6500, 3250), (6500, 0)), "省道")
    files = county.write_county(tmp_path)
    county.write_roads(tmp_path / "roads.geojson", [Road(((0, 0), (6500, 0)), "省道", oneway="yes"), loop])
    county.write_care(tmp_path / "facilities.csv", [replace(CARE[0], at=(0, 0))])
    county.write_villages(tmp_path / "villages.csv", [county.Village("V2", "中村", 10, (6500, 0))])
    found = asked(with_bases(build_study(files)))
    assert column(found, "drive_min")["中村"] == pytest.approx(6, rel=1e-3)
    assert column(found, "hospital_drive_min")["中村"] == pytest.approx(12, rel=1e-3)


def test_by_hand_the_main_road_is_closed_for_both_legs(rescued: Study) -> None:
    """Between 中村 and F2: F1 alone comes to 西村 and 中村, F2 alone to 东村, and no way leads from there to F1."""
    found = asked(rescued, closed=at_place(rescued, 9000, 0))
    by_hand = {"西村": 11, "中村": 11, "北村": 17, "东村": 10, "岛村": NAN, "远村": NAN}
    assert column(found, "arrival_min") == pytest.approx(by_hand, rel=1e-3, nan_ok=True)
    assert set(column(found, "backup_id").values()) == {""}
    assert column(found, "total_min")["中村"] == pytest.approx(18, rel=1e-3) and np.isnan(
        column(found, "total_min")["东村"]
    )
    assert found.by_base.set_index("base_id")["people_only"].to_dict() == {"F1": 3000, "F2": 400}


def test_a_base_on_a_broken_road_leaves_by_its_own_side(rescued: Study) -> None:
    lon, lat = (float(axis[0]) for axis in county.degrees([(9750, 0)]))
    base = Base("+1", "", "", lon, lat, ambulances=1)  # half way from 中村 to F2
    drive = column(asked(rescued, bases=[base], closed=at_place(rescued, 9000, 0)), "drive_min")
    assert np.isnan(drive["中村"]) and drive["东村"] == pytest.approx(3 + 6, rel=1e-3)
    drive = column(asked(rescued, bases=[base], closed=at_place(rescued, 11000, 0)), "drive_min")
    assert np.isnan(drive["东村"]) and drive["中村"] == pytest.approx(3, rel=1e-3)


def test_the_segment_that_matters_most_is_that_of_the_clock(rescued: Study) -> None:
    """11 min of drive. 中村 has two bases, so only the road to 东村 costs anybody; with F1 alone, the main road."""
    out, listed = emergency.outward(rescued, assumptions_for(rescued)), bases_of(rescued.facility)
    for bases, place, lost in ((listed, (13000, 1000), 400), (listed[:1], (3000, 0), 2000)):
        worst = closing.rank_segments(emergency.care_of_bases(rescued, out, bases), POLICY.drive_limit_min).iloc[0]
        edge = at_place(rescued, *place).edge[0]
        assert (worst["edge"], worst["lost"]) == (edge, lost)
        before = asked(rescued, bases=bases)
        after = asked(rescued, bases=bases, closed=breaks_at({int(worst["edge"]): worst["at"]}))
        assert before.reached.covered - after.reached.covered == lost


def test_every_closure_says_the_same_to_the_clock_as_to_the_ranking_and_never_helps(rescued: Study) -> None:
    out, listed = emergency.outward(rescued, assumptions_for(rescued)), bases_of(rescued.facility)
    care = emergency.care_of_bases(rescued, out, listed)
    opened = asked(rescued).response["drive_min"]
    for edge in range(rescued.roads.edge_count):
        for at in (0.0, 0.3, 0.5, 0.9, 1.0):
            drive = asked(rescued, closed=breaks_at({edge: at})).response["drive_min"]
            found = closing.found_with(care, breaks_at({edge: at}))
            assert drive.tolist() == pytest.approx(found["travel_time_min"].tolist(), nan_ok=True)
            assert (drive.fillna(np.inf) >= opened.fillna(np.inf) - 1e-9).all()


def test_a_hospital_outside_the_county_counts_where_roads_lead_to_it(tmp_path: Path) -> None:
    files = county.write_county(tmp_path)
    county.write_roads(tmp_path / "roads.geojson", [*ROADS, Road(((13000, 0), (19500, 0)), "省道")])
    county.write_care(tmp_path / "facilities.csv", [*CARE, Care("F9", "市人民医院", "县级公立医院", (19500, 0))])
    study = with_bases(build_study(files), {"F9": "stroke"})
    assert [p.params["name"] for p in study.report.problems if p.code == "outside_outline"] == ["市人民医院"]
    found = asked(study, capability="stroke")
    assert column(found, "hospital_id")["东村"] == "F9"
    assert column(found, "hospital_drive_min")["东村"] == pytest.approx(6 + 6, rel=1e-3)


def test_a_base_staffed_by_day_only_drops_out_at_night(toy: Study) -> None:
    study = with_bases(toy, F2="day_only")
    night = asked(study, condition="night")
    assert [base.base_id for base in night.bases] == ["F1"]
    # At night everybody drives at 0.9 of the speed; the steps on foot and at the door do not change.
    assert column(night, "drive_min")["中村"] == pytest.approx(1 + 6 / 0.9, rel=1e-3)
    assert len(asked(study).bases) == 2


def test_a_base_switched_off_is_as_good_as_none_and_one_switched_on_never_harms(rescued: Study) -> None:
    first, second = bases_of(rescued.facility)
    off = asked(rescued, bases=[first, replace(second, on=False)])
    gone = asked(rescued, bases=[first])
    pd.testing.assert_frame_equal(off.response, gone.response)
    both = asked(rescued)
    assert both.reached.covered >= off.reached.covered


def test_an_added_base_is_one_more_column_of_the_matrix(rescued: Study) -> None:
    out = emergency.outward(rescued, assumptions_for(rescued))
    lon, lat = (float(axis[0]) for axis in county.degrees([(6500, 5500)]))
    added = Base("+1", "新站", emergency.unit_at(rescued, lon, lat), lon, lat, ambulances=1, added=True)
    listed = list(bases_of(rescued.facility))
    whole = emergency.drive_matrix(out, [*listed, added])
    assert np.array_equal(whole[:, 2], emergency.drive_column(out, added), equal_nan=True)
    found = asked(rescued, bases=[*listed, added])
    assert column(found, "arrival_min")["北村"] == pytest.approx(4, abs=0.01)
    assert added.unit_code in set(rescued.unit["unit_code"])


@pytest.mark.parametrize("threshold", [1.0, 7.0, 12.0, 15.0, 60.0])
@pytest.mark.parametrize("tiers", [("county_hospital",), TIERS])
def test_with_all_intervals_zero_the_page_equals_plain_coverage_from_the_same_facilities(
    toy: Study, threshold: float, tiers: tuple[str, ...]
) -> None:
    bases = [base_at(row, added=True) for _, row in toy.facility.iterrows() if row["tier"] in tiers]
    found = asked(toy, Clock(0, 0, threshold), bases)
    network = network_of(toy, "ambulance", assumptions_for(toy))
    plain = nearest_counted(toy, nearest_by_tier(toy, network), tiers)["travel_time_min"]
    assert found.reached == coverage(plain, toy.demand["population"], threshold)
    assert np.allclose(found.response["arrival_min"], plain, equal_nan=True)


def test_the_way_of_both_legs_is_the_one_the_minutes_tell(rescued: Study) -> None:
    assumptions, found = assumptions_for(rescued), asked(rescued)
    out, back = emergency.outward(rescued, assumptions), emergency.inward(rescued, assumptions)
    base = next(base for base in found.bases if base.base_id == "F2")
    legs = emergency.rescue(rescued, out, back, base, "F1", "V4")
    assert legs.to_scene is not None and legs.to_hospital is not None
    assert legs.to_scene.travel_time_min == pytest.approx(6, rel=1e-3)
    assert legs.to_hospital.road_m == pytest.approx(13_000 + 2_500, rel=1e-3)
    nobody = emergency.rescue(rescued, out, back, None, "", "V5")
    assert nobody == emergency.Rescue(None, None)


# ---- bad input -----------------------------------------------------------------------------------------------------


def test_a_county_without_a_base_says_so_and_still_answers(toy: Study) -> None:
    found = asked(toy, bases=())
    assert codes(found) == ["no_base"] and found.reached.covered == 0 and len(found.missed) == 6
    off = asked(with_bases(toy), bases=[replace(b, on=False) for b in bases_of(with_bases(toy).facility)])
    assert codes(off) == ["no_base_in_service"] and set(off.missed["cause"]) == {"no_base"}


def test_a_base_off_the_network_is_named_and_the_others_count(rescued: Study) -> None:
    lon, lat = (float(axis[0]) for axis in county.degrees([(0, -5000)]))
    far = Base("X", "远站", "", lon, lat, ambulances=1)
    found = asked(rescued, bases=[*bases_of(rescued.facility), far])
    assert [(p.code, p.params["names"]) for p in found.problems] == [("base_reaches_nobody", "远站")]
    assert found.reached.covered == 3400


def test_intervals_beyond_the_threshold_reach_nobody_and_say_why(rescued: Study) -> None:
    found = asked(rescued, Clock(8, 9, 15))
    assert codes(found) == ["clock_exceeded"] and found.reached.covered == 0
    assert found.missed["cause"].tolist()[:4] == ["turnout"] * 4


def test_bases_without_or_with_unknown_ambulances_are_named(rescued: Study) -> None:
    first, second = bases_of(rescued.facility)
    found = asked(rescued, bases=[replace(first, ambulances=0), replace(second, assumed=True)])
    assert codes(found) == ["base_without_ambulance", "ambulances_assumed"]
    assert [base.base_id for base in found.bases] == ["F2"]


def test_a_capability_nobody_has_leaves_the_first_leg_standing(rescued: Study) -> None:
    found = asked(rescued, capability="newborn")
    assert found.response["total_min"].isna().all() and found.reached.covered == 3400
    back = emergency.inward(rescued, assumptions_for(rescued))
    assert [p.code for p in emergency.hospital_problems(rescued, back, "newborn")] == ["capability_nobody"]
    assert emergency.hospital_problems(rescued, back, "emergency") == []
    with pytest.raises(ChoiceUnknown):
        emergency.nearest_hospital(rescued, back, "magic")


def test_a_hospital_off_the_roads_is_named(tmp_path: Path) -> None:
    files = county.write_county(tmp_path)
    county.write_care(tmp_path / "facilities.csv", [*CARE, Care("F9", "市人民医院", "县级公立医院", (40_000, 0))])
    study = with_bases(build_study(files), {"F9": "stroke"})
    back = emergency.inward(study, assumptions_for(study))
    (problem,) = emergency.hospital_problems(study, back, "stroke")
    assert problem.code == "hospital_off_network" and problem.params["names"] == "市人民医院"
    assert asked(study, capability="stroke").response["total_min"].isna().all()


def test_every_warning_is_said_in_both_languages(rescued: Study, said: object) -> None:
    first, second = bases_of(rescued.facility)
    lon, lat = (float(axis[0]) for axis in county.degrees([(0, -5000)]))
    far = Base("X", "远站", "", lon, lat, ambulances=1)
    bases = [replace(first, ambulances=0), replace(second, assumed=True), far]
    for found in (asked(rescued, Clock(8, 9, 15), bases), asked(rescued, bases=()), asked(rescued, bases=bases[:1])):
        for problem in found.problems:
            said(problem)  # type: ignore[operator]
    back = emergency.inward(rescued, assumptions_for(rescued))
    for problem in emergency.hospital_problems(rescued, back, "newborn"):
        said(problem)  # type: ignore[operator]
