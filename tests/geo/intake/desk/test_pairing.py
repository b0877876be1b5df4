"""Which rows are one place: serial numbers and made-up ids are no identities, a hospital's own code is."""

import pandas as pd
import pytest

from geo.intake.desk.difference import compare, merge, pair_key
from geo.intake.desk.pairing import alike, plain_name
from tests.geo.intake.desk.test_difference import facilities

NORTH = facilities(  # what township 甲 sent, stored under its serial numbers
    {"facility_id": "1", "name": "甲一村卫生室", "lat": 28.30},
    {"facility_id": "2", "name": "甲二村卫生室", "lat": 28.31, "parent_id": "1"},
)
SOUTH = facilities(  # what township 乙 sends, 11 km away, numbered from 1 too
    {"facility_id": "1", "name": "乙大坪卫生院", "lat": 28.40},
    {"facility_id": "2", "name": "乙河口卫生室", "lat": 28.41, "parent_id": "1"},
)


def test_two_townships_that_both_number_from_one_lose_nothing() -> None:
    found = compare(NORTH, SOUTH)
    assert (found.pairs, found.added) == ((), (0, 1))
    assert [(p.stored, p.new, p.how) for p in found.proposed] == [(0, 0, "similar"), (1, 1, "similar")]
    both = merge(NORTH, SOUTH, found, gone_are_closed=False)
    assert dict(zip(both["facility_id"], both["name"], strict=True)) == {
        "1": "甲一村卫生室", "2": "甲二村卫生室", "1-2": "乙大坪卫生院", "2-2": "乙河口卫生室"
    }  # fmt: skip


def test_parents_named_by_number_follow_the_row_they_mean() -> None:
    both = merge(NORTH, SOUTH, compare(NORTH, SOUTH), gone_are_closed=False).set_index("facility_id")
    assert (both.loc["2", "parent_id"], both.loc["2-2", "parent_id"]) == ("1", "1-2")


def test_the_same_list_again_adds_nothing() -> None:
    once = merge(NORTH, SOUTH, compare(NORTH, SOUTH), gone_are_closed=False)
    again = compare(once, SOUTH)
    assert (again.added, len(again.changes), len(again.moved), again.proposed) == ((), 0, 0, ())
    pd.testing.assert_frame_equal(merge(once, SOUTH, again, gone_are_closed=False), once)


def test_the_same_list_again_adds_nothing_though_its_names_are_all_one() -> None:
    plain = SOUTH.assign(name="卫生室")
    once = merge(NORTH, plain, compare(NORTH, plain), gone_are_closed=False)
    assert len(once) == 4 and compare(once, plain).added == ()


def test_a_far_place_of_the_same_number_is_one_only_when_somebody_says_so() -> None:
    moved = facilities({"facility_id": "1", "name": "新区医院", "lat": 28.40})
    [asked] = compare(NORTH, moved).proposed
    assert asked.score < 85
    key = pair_key(NORTH, moved, asked)
    assert [p.how for p in compare(NORTH, moved, {key: "same"}).pairs] == ["decided"]
    assert compare(NORTH, moved, {key: "different"}).added == (0,)


@pytest.mark.parametrize(
    ("name", "lat"), [("甲一村卫生室", 28.40), ("甲一村卫生室(新址)", 28.40), ("改名诊所", 28.301), ("", 28.40)]
)
def test_a_code_holds_where_name_or_place_agrees(name: str, lat: float) -> None:
    new = facilities({"facility_id": "1", "name": name, "lat": lat})
    assert [(p.stored, p.how) for p in compare(NORTH, new).pairs] == [(0, "id")]


def test_a_name_on_its_spot_counts_more_than_a_number_that_another_bears() -> None:
    renumbered = facilities(
        {"facility_id": "2", "name": "甲一村卫生室", "lat": 28.30},
        {"facility_id": "1", "name": "甲二村卫生室", "lat": 28.31},
    )
    found = compare(NORTH, renumbered)
    assert [(p.stored, p.new) for p in found.pairs] == [(0, 0), (1, 1)] and found.is_empty


@pytest.mark.parametrize(
    ("name", "score"),
    [
        ("回尤镇卫生院", 83.3),  # five signs of six: 2 · 5 / 12
        ("回龙镇中心卫生院", 100.0),  # other words for the same kind
        ("回龙镇分院", 100.0),
        ("回龙镇卫生室", 0.0),  # one sign, but another kind
        ("回三镇卫生院", 0.0),  # a number is no slip
        ("李龙乡卫生院", 0.0),  # two signs
    ],
)
def test_one_wrong_sign_and_another_word_for_the_kind_are_proposed(name: str, score: float) -> None:
    stored = facilities({"facility_id": "T106", "name": "回龙镇卫生院"})
    found = compare(stored, facilities({"facility_id": "new", "name": name, "lat": 28.3005}))
    assert [(p.how, p.score) for p in found.proposed] == ([("similar", score)] if score else [])
    assert found.added == (0,)


def test_a_slip_needs_something_else_to_know_the_place_by() -> None:
    """李村卫生室 and 王村卫生室 share only what every clinic has, 李家湾 and 王家湾 are two villages."""
    for one, other in (("李村卫生室", "王村卫生室"), ("李家湾", "王家湾")):
        stored = facilities({"facility_id": "1", "name": one})
        assert compare(stored, facilities({"facility_id": "2", "name": other, "lat": 28.3005})).proposed == ()


def test_names_are_alike_when_one_is_in_the_other_or_nearly_the_same() -> None:
    pairs = [
        ("人民医院", "习水县人民医院"),
        ("北村卫生室", "北村村卫生室"),
        ("官店镇卫生院", "土城镇卫生院"),
        ("甲", "甲乙丙丁"),
    ]
    assert [alike(plain_name(a), plain_name(b)) for a, b in pairs] == [True, True, False, False]
