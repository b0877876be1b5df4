"""Coverage: by hand on a toy table, and what must hold whatever the table says."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.analysis.coverage import coverage, coverage_by_unit, nearest

NAN = float("nan")
PLACES = st.lists(
    st.tuples(
        st.one_of(st.just(NAN), st.floats(0, 120)),
        st.integers(0, 100_000),
        st.sampled_from(["", "520330100", "520330101", "520330102"]),
    ),
    max_size=40,
)
THRESHOLD = st.floats(0, 121)


def demand_table(places):
    minutes, people, unit = zip(*places, strict=True) if places else ((), (), ())
    demand = pd.DataFrame({
        "demand_id": pd.Series([f"d{i}" for i in range(len(places))], dtype="str"),
        "name": pd.Series([f"村{i}" for i in range(len(places))], dtype="str"),
        "unit_code": pd.Series(unit, dtype="str"),
        "population": pd.Series(people, dtype="float64"),
    })  # fmt: skip
    return demand, pd.Series(minutes, dtype="float64")


def time_table(rows):
    demand, facility, minutes = zip(*rows, strict=True) if rows else ((), (), ())
    return pd.DataFrame({
        "demand_id": pd.Series(demand, dtype="str"),
        "facility_id": pd.Series(facility, dtype="str"),
        "travel_time_min": pd.Series(minutes, dtype="float64"),
    })  # fmt: skip


# ---- by hand ---------------------------------------------------------------------------------------------------

BY_HAND = [(4.0, 100, "A"), (15.0, 200, "A"), (15.1, 400, "B"), (NAN, 50, "B"), (90.0, 0, "C")]


def test_a_toy_county_counted_by_hand():
    demand, minutes = demand_table(BY_HAND)
    found = coverage(minutes, demand["population"], 15)
    assert (found.population, found.covered, found.beyond, found.unreachable) == (750, 300, 400, 50)
    assert (found.places, found.places_covered) == (5, 2)
    assert found.share_pct == pytest.approx(40.0)


def test_the_toy_county_by_township():
    demand, minutes = demand_table(BY_HAND)
    table = coverage_by_unit(demand, minutes, 15).set_index("unit_code")
    assert table.index.tolist() == ["A", "B", "C"]
    assert table.loc["A", ["population", "covered", "beyond", "unreachable"]].tolist() == [300, 300, 0, 0]
    assert table.loc["B", ["population", "covered", "beyond", "unreachable"]].tolist() == [450, 0, 400, 50]
    assert table["places"].tolist() == [2, 2, 1] and table["places_covered"].tolist() == [2, 0, 0]
    assert table["share_pct"].tolist()[:2] == [100.0, 0.0] and np.isnan(table.loc["C", "share_pct"])
    assert table["slowest_name"].tolist() == ["村1", "村3", "村4"]
    assert table["slowest_min"].fillna(-1).tolist() == [15.0, -1, 90.0]


def test_of_equally_slow_places_the_first_name_is_told_in_any_order_of_rows():
    demand = pd.DataFrame({
        "unit_code": ["A", "A", "A", "B", "B"], "name": ["丙", "甲", "乙", "丁", "戊"], "population": [1.0] * 5,
    })  # fmt: skip
    minutes = pd.Series([9.0, 9.0, 8.0, NAN, NAN])
    for order in ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [1, 3, 0, 4, 2]):
        table = coverage_by_unit(demand.iloc[order], minutes.iloc[order], 15)
        assert table["slowest_name"].tolist() == ["丙", "丁"]


def test_the_nearest_facility_of_every_place_in_the_order_asked_for():
    times = time_table([("a", "F2", 7.0), ("a", "F1", 9.0), ("b", "F1", 3.0), ("x", "F1", 1.0)])
    found = nearest(times, pd.Series(["c", "b", "a"]))
    assert found["demand_id"].tolist() == ["c", "b", "a"]
    assert found["facility_id"].tolist() == ["", "F1", "F2"]
    assert found["travel_time_min"].fillna(-1).tolist() == [-1, 3.0, 7.0]


def test_of_equally_fast_facilities_the_first_id_counts_in_any_order_of_rows():
    rows = [("a", "F10", 5.0), ("a", "F09", 5.0), ("a", "F11", 5.0), ("a", "F00", 5.5)]
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]):
        found = nearest(time_table([rows[i] for i in order]), pd.Series(["a"]))
        assert found["facility_id"].tolist() == ["F09"]


def test_a_time_equal_to_the_threshold_is_covered_and_the_next_number_is_not():
    demand, minutes = demand_table([(15.0, 10, ""), (float(np.nextafter(15.0, 16.0)), 1, "")])
    assert coverage(minutes, demand["population"], 15.0).covered == 10
    assert coverage_by_unit(demand, minutes, 15.0)["covered"].tolist() == [10]


def test_nobody_and_nothing_count_as_zero_and_have_no_share():
    demand, minutes = demand_table([])
    found = coverage(minutes, demand["population"], 15)
    assert (found.population, found.covered, found.beyond, found.unreachable, found.places) == (0, 0, 0, 0, 0)
    assert np.isnan(found.share_pct)
    assert coverage_by_unit(demand, minutes, 15).empty
    assert nearest(time_table([]), demand["demand_id"]).empty


def test_without_any_time_every_place_is_unreachable():
    demand, _ = demand_table(BY_HAND)
    found = nearest(time_table([]), demand["demand_id"])
    assert found["facility_id"].tolist() == [""] * 5 and found["travel_time_min"].isna().all()
    assert coverage(found["travel_time_min"], demand["population"], 120).unreachable == 750


# ---- whatever the table says -----------------------------------------------------------------------------------


@given(places=PLACES, threshold=THRESHOLD)
def test_covered_beyond_and_unreachable_are_everybody(places, threshold):
    demand, minutes = demand_table(places)
    found = coverage(minutes, demand["population"], threshold)
    assert found.covered + found.beyond + found.unreachable == found.population == sum(p for _, p, _ in places)


@given(places=PLACES, threshold=THRESHOLD)
def test_unreachable_people_are_those_without_a_time_and_are_never_covered(places, threshold):
    demand, minutes = demand_table(places)
    found = coverage(minutes, demand["population"], threshold)
    assert found.unreachable == sum(p for time, p, _ in places if np.isnan(time))
    assert found.covered == sum(p for time, p, _ in places if time <= threshold)
    assert found.places_covered == sum(time <= threshold for time, _, _ in places)


@given(places=PLACES, one=THRESHOLD, other=THRESHOLD)
def test_a_longer_threshold_never_covers_fewer(places, one, other):
    demand, minutes = demand_table(places)
    short, long = (coverage(minutes, demand["population"], t) for t in sorted((one, other)))
    assert short.covered <= long.covered
    assert short.unreachable == long.unreachable


@given(places=PLACES, threshold=THRESHOLD)
def test_the_townships_together_are_the_whole(places, threshold):
    demand, minutes = demand_table(places)
    whole, units = coverage(minutes, demand["population"], threshold), coverage_by_unit(demand, minutes, threshold)
    for column in ("population", "covered", "beyond", "unreachable", "places", "places_covered"):
        assert units[column].sum() == getattr(whole, column)
    assert units["unit_code"].tolist() == sorted(demand["unit_code"].unique())


@given(places=PLACES, threshold=THRESHOLD, seed=st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(places, threshold, seed):
    demand, minutes = demand_table(places)
    order = np.random.default_rng(seed).permutation(len(places))
    mixed = demand.iloc[order].reset_index(drop=True), minutes.iloc[order].reset_index(drop=True)
    assert coverage(mixed[1], mixed[0]["population"], threshold) == coverage(minutes, demand["population"], threshold)
    pd.testing.assert_frame_equal(coverage_by_unit(*mixed, threshold), coverage_by_unit(demand, minutes, threshold))


TIMES = st.dictionaries(
    st.tuples(st.sampled_from([f"d{i}" for i in range(8)]), st.sampled_from(["F1", "F2", "F3"])),
    st.integers(0, 40).map(float),  # whole minutes: ties happen
)


@given(times=TIMES, threshold=THRESHOLD, seed=st.integers(0, 1000))
def test_one_more_facility_never_covers_fewer_and_row_order_never_chooses(times, threshold, seed):
    rows = [(d, f, minutes) for (d, f), minutes in times.items()]
    ids, people = pd.Series([f"d{i}" for i in range(8)]), pd.Series(np.arange(8) * 10.0 + 1)
    every = nearest(time_table(rows), ids)
    fewer = nearest(time_table([r for r in rows if r[1] != "F3"]), ids)
    counted = [coverage(found["travel_time_min"], people, threshold) for found in (fewer, every)]
    assert counted[0].covered <= counted[1].covered and counted[0].unreachable >= counted[1].unreachable
    mixed = [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]
    pd.testing.assert_frame_equal(nearest(time_table(mixed), ids), every)
    for place, facility, minutes in every.itertuples(index=False):
        own = {f: m for d, f, m in rows if d == place}
        assert facility == (min(own, key=lambda f: (own[f], f)) if own else "")
        assert not own or minutes == min(own.values())


@given(places=PLACES, threshold=THRESHOLD)
def test_the_tables_handed_in_stay_as_they_were(places, threshold):
    demand, minutes = demand_table(places)
    kept = demand.copy(deep=True), minutes.copy(deep=True)
    coverage(minutes, demand["population"], threshold)
    coverage_by_unit(demand, minutes, threshold)
    nearest(time_table([]), demand["demand_id"])
    pd.testing.assert_frame_equal(demand, kept[0])
    pd.testing.assert_series_equal(minutes, kept[1])
