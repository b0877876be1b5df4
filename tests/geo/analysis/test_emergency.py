"""First and second base, what hangs on each, causes, fleet: by hand on small matrices, and properties."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.analysis.coverage import coverage
from geo.analysis.emergency import by_base, fleet, in_time, missed, respond, with_hospital
from geo.analysis.mexclp import expected_coverage
from geo.model.bases import load_fleet_rules
from geo.model.clock import Clock

NAN = float("nan")
POLICY = Clock(1, 3, 15)  # 4 min before the drive, 11 for it
# Four villages, bases B and A (in this order): V0 near B, V1 as near to both, V2 too far, V3 reached by nobody.
DRIVE = np.array([[2.0, 9.0], [5.0, 5.0], [NAN, 11.5], [NAN, NAN]])
PEOPLE = np.array([100.0, 20.0, 3.0, 1.0])
IDS = ["B", "A"]


def demand(units: str = "TTTT") -> pd.DataFrame:
    ids = [f"V{i}" for i in range(len(PEOPLE))]
    return pd.DataFrame({"demand_id": ids, "name": ids, "unit_code": list(units), "population": PEOPLE})


def test_the_first_and_the_second_base_and_their_arrival() -> None:
    found = respond(DRIVE, IDS, POLICY)
    assert found["base_id"].tolist() == ["B", "A", "A", ""]
    assert found["backup_id"].tolist() == ["A", "B", "", ""]
    assert found["drive_min"].tolist() == pytest.approx([2, 5, 11.5, NAN], nan_ok=True)
    assert found["arrival_min"].tolist() == pytest.approx([6, 9, 15.5, NAN], nan_ok=True)
    assert found["backup_min"].tolist() == pytest.approx([13, 9, NAN, NAN], nan_ok=True)
    assert found["bases_in_time"].tolist() == [2, 2, 0, 0]


def test_without_a_base_and_with_one_there_is_no_backup() -> None:
    for columns in ([], [0]):
        found = respond(DRIVE[:, columns], [IDS[c] for c in columns], POLICY)
        assert found["backup_id"].eq("").all() and found["backup_min"].isna().all() and len(found) == 4
    assert respond(DRIVE[:, []], [], POLICY)["arrival_min"].isna().all()


def test_a_place_exactly_at_the_threshold_is_reached() -> None:
    assert in_time(np.array([[11.0], [np.nextafter(11.0, 12)]]), POLICY)[:, 0].tolist() == [True, False]


def test_what_hangs_on_each_base() -> None:
    reached = in_time(DRIVE, POLICY)
    reached[1, 0] = False  # so that one village depends on A alone
    table = by_base(respond(DRIVE, IDS, POLICY), reached, IDS, np.array([1, 2]), PEOPLE).set_index("base_id")
    assert table.loc["B"].to_dict() == {
        "ambulances": 1, "villages_first": 1, "people_first": 100, "villages_only": 0, "people_only": 0,
        "people_reached_without": 120,
    }  # fmt: skip
    assert table.loc["A"].to_dict() == {
        "ambulances": 2, "villages_first": 1, "people_first": 20, "villages_only": 1, "people_only": 20,
        "people_reached_without": 100,
    }  # fmt: skip


def test_villages_not_reached_are_ranked_by_people_with_the_cheapest_cause() -> None:
    drive = np.array([[14.0], [16.0], [16.0], [NAN]])
    late = missed(respond(drive, ["A"], POLICY), demand("TTUT"), {"T"}, POLICY)
    assert late["demand_id"].tolist() == ["V0", "V1", "V2", "V3"]
    assert late["cause"].tolist() == ["turnout", "distance", "no_base", "no_road"]
    assert late["missing_min"].tolist() == pytest.approx([3, 5, 5, NAN], nan_ok=True)


def test_without_a_base_in_service_no_village_is_told_to_be_without_a_road() -> None:
    late = missed(respond(np.zeros((4, 0)), [], POLICY), demand(), set(), POLICY)
    assert late["cause"].tolist() == ["no_base"] * 4


def test_a_clock_that_starts_at_departure_never_blames_the_turnout() -> None:
    late = missed(respond(DRIVE, IDS, Clock(1, 3, 4, "departure")), demand(), {"T"}, Clock(1, 3, 4, "departure"))
    assert set(late["cause"]) == {"distance", "no_road"}


def test_the_total_adds_the_scene_and_the_second_leg_and_is_unknown_where_one_is_missing() -> None:
    hospital = pd.DataFrame({"hospital_id": ["H", "", "H", "H"], "hospital_drive_min": [20.0, NAN, 30.0, 5.0]})
    clock = Clock(1, 3, 15, "call", on_scene_min=10)
    found = with_hospital(respond(DRIVE, IDS, clock), hospital, clock)
    assert found["total_min"].tolist() == pytest.approx([6 + 10 + 20, NAN, 15.5 + 10 + 30, NAN], nan_ok=True)


def test_fleet_against_the_rules_is_rounded_up_and_never_short_by_less_than_nothing() -> None:
    table = fleet(100_001, 4, load_fleet_rules())
    assert table["needed"].tolist() == [3, 4] and table["missing"].tolist() == [0, 0]
    assert fleet(100_001, 1, load_fleet_rules())["missing"].tolist() == [2, 3]


# ---- properties --------------------------------------------------------------------------------------------------

MINUTES = st.one_of(st.just(NAN), st.floats(0, 60))
MATRICES = arrays(np.float64, st.tuples(st.integers(1, 8), st.integers(0, 5)), elements=MINUTES)


@settings(max_examples=80, deadline=None)
@given(MATRICES, st.floats(0, 10), st.floats(1, 40))
def test_a_backup_never_comes_before_the_first(drive: np.ndarray, turnout: float, threshold: float) -> None:
    clock = Clock(0, turnout, threshold)
    found = respond(drive, [f"B{i}" for i in range(drive.shape[1])], clock)
    both = found[found["backup_id"] != ""]
    assert (both["backup_min"] >= both["arrival_min"]).all()
    assert (found.loc[found["base_id"] == "", "backup_id"] == "").all()
    assert ((found["bases_in_time"] > 0) == (found["arrival_min"] <= threshold)).all()


@settings(max_examples=80, deadline=None)
@given(MATRICES, st.floats(1, 40), st.floats(0, 0.9))
def test_taking_a_base_away_leaves_what_the_table_says_and_busy_ambulances_reach_fewer(
    drive: np.ndarray, threshold: float, busy: float
) -> None:
    clock, count = Clock(1, 3, threshold), drive.shape[1]
    people, ids = np.arange(1.0, len(drive) + 1), [f"B{i}" for i in range(count)]
    reached, ambulances = in_time(drive, clock), np.ones(count, dtype=np.int64)
    whole = float(people[reached.any(axis=1)].sum())
    table = by_base(respond(drive, ids, clock), reached, ids, ambulances, people)
    assert table["people_first"].sum() == pytest.approx(whole)
    for i in range(count):
        rest = in_time(np.delete(drive, i, axis=1), clock).any(axis=1)
        assert table["people_reached_without"].iat[i] == pytest.approx(float(people[rest].sum()))
    expected = expected_coverage(reached, ambulances, people, busy)
    assert expected <= whole + 1e-9 and expected_coverage(reached, ambulances, people, 0) == pytest.approx(whole)


@settings(max_examples=60, deadline=None)
@given(MATRICES, st.floats(1, 60))
def test_with_all_intervals_zero_the_clock_is_plain_coverage(drive: np.ndarray, threshold: float) -> None:
    people = pd.Series(np.arange(1.0, len(drive) + 1))
    best = pd.Series([np.nan if np.isnan(row).all() else np.nanmin(row) for row in drive])
    found = respond(drive, [str(i) for i in range(drive.shape[1])], Clock(0, 0, threshold))
    assert coverage(found["arrival_min"], people, threshold) == coverage(best, people, threshold)
