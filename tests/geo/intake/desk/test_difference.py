"""What a new list changes, on small lists whose differences were planted by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.intake.desk.difference import compare, merge, pair_key
from geo.intake.desk.pairing import plain_name
from geo.model.schema import DEMAND, FACILITY, conform

DEGREE_M = 110_900  # of latitude near 28°N


def facilities(*rows: dict[str, object]) -> pd.DataFrame:
    """A facility table; each row gives what differs from an ordinary clinic."""
    ordinary = {"tier": "village_clinic", "lon": 106.2, "lat": 28.3}
    return conform(pd.DataFrame([ordinary | r for r in rows]), FACILITY, path="test", name="facility")


STORED = facilities(
    {"facility_id": "a", "name": "官店镇卫生院", "lat": 28.30, "beds": 40, "nurses": 12},
    {"facility_id": "b", "name": "土城镇卫生院", "lat": 28.35, "beds": 60},
    {"facility_id": "c", "name": "孙疃镇卫生院", "lat": 28.40},
    {"facility_id": "d", "name": "关闭的卫生室", "lat": 28.45},
)


def test_the_same_list_changes_nothing() -> None:
    found = compare(STORED, STORED)
    assert found.is_empty and len(found.pairs) == 4 and {p.how for p in found.pairs} == {"id"}
    pd.testing.assert_frame_equal(merge(STORED, STORED, found, gone_are_closed=True), STORED)


def test_a_changed_field_is_named_with_both_values() -> None:
    new = facilities({"facility_id": "a", "name": "官店镇卫生院", "lat": 28.30, "beds": 45, "nurses": 12})
    found = compare(STORED, new)
    assert found.changes.to_dict("records") == [
        {"id": "a", "name": "官店镇卫生院", "column": "beds", "before": "40", "after": "45"}
    ]
    assert found.gone == (1, 2, 3) and found.added == ()


def test_an_empty_cell_erases_nothing() -> None:
    new = facilities({"facility_id": "a", "name": "官店镇卫生院", "lat": 28.30})
    found = compare(STORED, new)
    assert found.changes.empty
    assert merge(STORED, new, found, gone_are_closed=False).loc[0, "beds"] == 40


def test_a_moved_place_is_told_with_its_distance() -> None:
    new = facilities({"facility_id": "b", "name": "土城镇卫生院", "lat": 28.36})
    moved = compare(STORED, new).moved
    assert moved["id"].tolist() == ["b"] and moved["distance_m"].iat[0] == pytest.approx(0.01 * DEGREE_M, rel=0.01)


def test_another_id_with_the_same_name_nearby_is_the_same_place_and_keeps_its_id() -> None:
    new = facilities({"facility_id": "2024-17", "name": "土城镇 卫生院", "lat": 28.351, "beds": 70})
    found = compare(STORED, new)
    assert [(p.stored, p.new, p.how) for p in found.pairs] == [(1, 0, "name")]
    merged = merge(STORED, new, found, gone_are_closed=False)
    assert merged["facility_id"].tolist() == ["a", "b", "c", "d"] and merged.loc[1, "beds"] == 70


def test_the_same_name_far_away_is_another_place() -> None:
    new = facilities({"facility_id": "x", "name": "土城镇卫生院", "lat": 28.5})
    assert compare(STORED, new).added == (0,)


def test_a_misspelt_name_nearby_is_proposed_and_taken_only_when_decided() -> None:
    near = facilities({"facility_id": "x", "name": "孙疃镇卫生院.", "lat": 28.4005})
    assert compare(STORED, near).pairs[0].how == "name"
    long = STORED.assign(name=["习水县官店镇中心卫生院", "习水县土城镇中心卫生院", "濉溪县孙疃镇中心卫生院", "别的"])
    misspelt = facilities({"facility_id": "x", "name": "濉溪县孙町镇中心卫生院", "lat": 28.4005})
    found = compare(long, misspelt)
    assert found.pairs == () and [(p.stored, p.new) for p in found.proposed] == [(2, 0)]
    key = pair_key(long, misspelt, found.proposed[0])
    assert compare(long, misspelt, {key: "same"}).pairs[0].how == "decided"
    apart = compare(long, misspelt, {key: "different"})
    assert apart.pairs == () and apart.proposed == () and apart.added == (0,)
    assert [(p.stored, p.new) for p in apart.decided] == [(2, 0)]
    again = compare(long, misspelt, {key: ""})
    assert again.proposed == found.proposed and again.decided == found.decided == ()


def test_gone_rows_are_closed_or_stay_as_the_user_says() -> None:
    new = STORED.iloc[:2]
    found = compare(STORED, new)
    assert merge(STORED, new, found, gone_are_closed=True)["status"].tolist() == ["", "", "closed", "closed"]
    assert merge(STORED, new, found, gone_are_closed=False)["status"].tolist() == ["", "", "", ""]
    closed = merge(STORED, new, found, gone_are_closed=True)
    assert compare(closed, new).gone == ()


def test_gone_villages_leave_the_table_when_the_user_says_so() -> None:
    rows = [
        {"demand_id": c, "name": c, "lon": 106.2, "lat": 28.3 + i / 20, "population": 10} for i, c in enumerate("abc")
    ]
    stored = conform(pd.DataFrame(rows), DEMAND, path="test", name="demand")
    found = compare(stored, stored.iloc[:2])
    assert merge(stored, stored.iloc[:2], found, gone_are_closed=True)["demand_id"].tolist() == ["a", "b"]
    assert merge(stored, stored.iloc[:2], found, gone_are_closed=False)["demand_id"].tolist() == ["a", "b", "c"]


def test_a_stated_position_is_no_longer_as_good_as_the_one_before() -> None:
    """Moved 1.1 km by a list that says nothing of quality: no longer illustrative. Not moved: as it was."""
    stored = STORED.assign(position_quality="illustrative")
    new = facilities({"facility_id": "a", "name": "官店镇卫生院", "lat": 28.31}, {"facility_id": "b", "lat": 28.35})
    found = compare(stored, new)
    merged = merge(stored, new, found, gone_are_closed=False)
    assert merged["position_quality"].tolist() == ["", "illustrative", "illustrative", "illustrative"]
    changed = found.changes[found.changes["column"] == "position_quality"]
    assert changed[["id", "before", "after"]].to_numpy().tolist() == [["a", "illustrative", ""]]


def test_a_new_row_whose_id_is_taken_by_another_place_gets_an_id_of_its_own() -> None:
    new = facilities(
        {"facility_id": "", "name": "新卫生室", "lat": 28.6}, {"facility_id": "", "name": "又一个", "lat": 28.7}
    )
    merged = merge(STORED, new, compare(STORED, new), gone_are_closed=False)
    assert len(merged) == 6 and merged["facility_id"].is_unique


def test_the_office_in_a_name_does_not_make_another_place() -> None:
    assert plain_name("银龙村村民委员会") == plain_name("银龙村 ") == "银龙村"


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_never_changes_what_is_stored(seed: int) -> None:
    rng = np.random.default_rng(seed)
    new = facilities(
        {"facility_id": "a", "name": "官店镇卫生院", "beds": 41, "lat": 28.3},
        {"facility_id": "q", "name": "土城镇卫生院", "lat": 28.35, "nurses": 3},
        {"facility_id": "z", "name": "全新卫生室", "lat": 28.5},
    )
    plain = merge(STORED, new, compare(STORED, new), gone_are_closed=True)
    a, b = STORED.sample(frac=1, random_state=rng), new.sample(frac=1, random_state=rng)
    mixed = merge(a, b, compare(a, b), gone_are_closed=True)
    pd.testing.assert_frame_equal(mixed, plain)


def test_inputs_are_left_as_they_were() -> None:
    new = facilities({"facility_id": "b", "name": "改名卫生院", "lat": 28.36})
    before = STORED.copy(), new.copy()
    merge(STORED, new, compare(STORED, new), gone_are_closed=True)
    pd.testing.assert_frame_equal(STORED, before[0])
    pd.testing.assert_frame_equal(new, before[1])
