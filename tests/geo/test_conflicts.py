"""Two people at one list: what they changed in different places is joined, what they do not agree on is shown."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.model.schema import FACILITY, conform
from geo.store.conflicts import REMOVED, Conflict, rebase

KEY = "facility_id"


def facilities(*rows: dict[str, object]) -> pd.DataFrame:
    plain = [{"name": "", "tier": "village_clinic", "lon": 106.0, "lat": 28.0} | row for row in rows]
    return conform(pd.DataFrame(plain), FACILITY, path="", name="facility")


BASE = facilities(
    {KEY: "A", "name": "甲", "beds": 10.0, "is_emergency_base": True},
    {KEY: "B", "name": "乙", "physicians": 3.0},
    {KEY: "C", "name": "丙"},
)


def changed(table: pd.DataFrame, row_id: str, column: str, value: object) -> pd.DataFrame:
    out = table.copy()
    out.loc[out[KEY] == row_id, column] = value
    return out


def without(table: pd.DataFrame, row_id: str) -> pd.DataFrame:
    return table[table[KEY] != row_id].reset_index(drop=True)


def with_row(table: pd.DataFrame, **row: object) -> pd.DataFrame:
    return pd.concat([table, facilities(row)], ignore_index=True)


def assert_joined(mine: pd.DataFrame, theirs: pd.DataFrame, wanted: pd.DataFrame, base: pd.DataFrame = BASE) -> None:
    for one, other in ((mine, theirs), (theirs, mine)):
        merged, conflicts = rebase(base, one, other, KEY)
        assert conflicts == []
        pd.testing.assert_frame_equal(merged, wanted)


# ---- hand-worked -----------------------------------------------------------------------------------------------


def test_changes_of_different_cells_are_joined_whoever_comes_first() -> None:
    mine = changed(BASE, "A", "beds", 12.0)
    theirs = changed(changed(BASE, "A", "name", "甲医院"), "C", "is_emergency_base", True)
    wanted = changed(theirs, "A", "beds", 12.0)
    assert_joined(mine, theirs, wanted)


def test_the_same_value_in_the_same_cell_is_no_conflict() -> None:
    both = changed(BASE, "B", "physicians", 4.0)
    assert_joined(both, both.copy(), both)


@pytest.mark.parametrize(
    ("column", "mine", "theirs", "said"),
    [
        ("name", "甲一", "甲二", ("甲", "甲一", "甲二")),
        ("beds", 11.0, 12.0, ("10.0", "11.0", "12.0")),
        ("beds", np.nan, 12.0, ("10.0", "", "12.0")),
        ("physicians", 1.0, 2.0, ("", "1.0", "2.0")),
    ],
)
def test_different_values_in_the_same_cell_are_shown_with_both_sides_and_theirs_stays(
    column: str, mine: object, theirs: object, said: tuple[str, str, str]
) -> None:
    their = changed(BASE, "A", column, theirs)
    merged, conflicts = rebase(BASE, changed(BASE, "A", column, mine), their, KEY)
    assert conflicts == [Conflict("A", column, *said)]
    pd.testing.assert_frame_equal(merged, their)


def test_a_conflict_does_not_cost_my_other_changes() -> None:
    mine = changed(changed(BASE, "A", "name", "我"), "B", "beds", 5.0)
    merged, conflicts = rebase(BASE, mine, changed(BASE, "A", "name", "他"), KEY)
    assert [c.column for c in conflicts] == ["name"]
    pd.testing.assert_frame_equal(merged, changed(changed(BASE, "A", "name", "他"), "B", "beds", 5.0))


def test_a_row_i_removed_and_they_changed_stays_and_is_shown() -> None:
    theirs = changed(BASE, "A", "beds", 12.0)
    merged, conflicts = rebase(BASE, without(BASE, "A"), theirs, KEY)
    assert conflicts == [Conflict("A", "beds", "10.0", REMOVED, "12.0")]
    pd.testing.assert_frame_equal(merged, theirs)


def test_a_row_they_removed_and_i_changed_stays_away_and_is_shown() -> None:
    theirs = without(BASE, "A")
    merged, conflicts = rebase(BASE, changed(BASE, "A", "beds", 12.0), theirs, KEY)
    assert conflicts == [Conflict("A", "beds", "10.0", "12.0", REMOVED)]
    pd.testing.assert_frame_equal(merged, theirs)


def test_a_row_that_one_or_both_removed_is_gone() -> None:
    assert_joined(without(BASE, "B"), BASE, without(BASE, "B"))
    assert_joined(without(BASE, "B"), without(BASE, "B"), without(BASE, "B"))


def test_a_change_is_seen_however_the_signs_between_cells_lie() -> None:
    base = facilities({KEY: "A", "name": "a|b", "category": "c"})
    theirs = facilities({KEY: "A", "name": "a", "category": "b|c"})
    merged, conflicts = rebase(base, base.iloc[:0], theirs, KEY)
    assert [c.column for c in conflicts] == ["name", "category"] and len(merged) == 1


def test_rows_that_each_added_are_all_there() -> None:
    mine, theirs = with_row(BASE, **{KEY: "Z", "name": "新"}), with_row(BASE, **{KEY: "D", "beds": 2.0})
    assert_joined(mine, theirs, facilities_in_order(with_row(theirs, **{KEY: "Z", "name": "新"})))


def test_a_row_both_added_is_one_row_and_shows_the_cells_that_differ() -> None:
    mine, theirs = with_row(BASE, **{KEY: "D", "name": "我", "beds": 2.0}), with_row(BASE, **{KEY: "D", "name": "他"})
    merged, conflicts = rebase(BASE, mine, theirs, KEY)
    assert conflicts == [Conflict("D", "name", "", "我", "他"), Conflict("D", "beds", "", "2.0", "")]
    pd.testing.assert_frame_equal(merged, theirs)
    assert rebase(BASE, mine, mine.copy(), KEY)[1] == []


def test_an_empty_list_takes_what_both_add() -> None:
    one, other = facilities({KEY: "A"}), facilities({KEY: "B", "is_emergency_base": True})
    assert_joined(one, other, pd.concat([one, other], ignore_index=True), base=BASE.iloc[:0])


def test_every_column_keeps_its_kind() -> None:
    mine = changed(with_row(BASE, **{KEY: "D"}), "A", "is_emergency_base", False)
    merged, _ = rebase(BASE, changed(mine, "A", "beds", np.nan), changed(BASE, "B", "name", "新"), KEY)
    assert dict(merged.dtypes) == dict(BASE.dtypes)
    assert merged["is_emergency_base"].tolist() == [False, False, False, False]


def test_a_moved_boundary_is_a_change_like_any_other() -> None:
    base = gpd.GeoDataFrame(
        {"unit_code": ["1", "2"], "name": ["东", "西"]}, geometry=gpd.points_from_xy([1, 2], [1, 2]), crs="EPSG:4326"
    )
    mine = base.assign(geometry=gpd.points_from_xy([1.5, 2], [1, 2], crs="EPSG:4326"))
    merged, conflicts = rebase(base, mine, base.assign(name=["东乡", "西"]), "unit_code")
    assert conflicts == [] and merged["name"].tolist() == ["东乡", "西"]
    assert isinstance(merged, gpd.GeoDataFrame) and merged.crs == base.crs
    assert merged.geometry.x.tolist() == [1.5, 2.0]


# ---- any two people --------------------------------------------------------------------------------------------

VALUES: dict[str, st.SearchStrategy[object]] = {
    "name": st.text(alphabet="甲乙|a ", max_size=3),
    "beds": st.sampled_from([np.nan, 0.0, 1.0, 2.5]),
    "is_emergency_base": st.booleans(),
}
CELL = st.sampled_from(["A", "B", "C"]), st.sampled_from(sorted(VALUES))


@st.composite
def edits(draw: Callable) -> list[tuple[str, str, object]]:
    cells = draw(st.lists(st.tuples(*CELL), max_size=5, unique=True))
    return [(row, column, draw(VALUES[column])) for row, column in cells]


def edited(changes: list[tuple[str, str, object]]) -> pd.DataFrame:
    out = BASE
    for change in changes:
        out = changed(out, *change)
    return out


def facilities_in_order(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values(KEY, ignore_index=True)


def text(value: object) -> str:
    return "" if value != value else str(value)


@given(edits(), edits())
@settings(deadline=None, max_examples=60)
def test_whatever_two_people_edit_either_both_survive_or_the_cell_is_shown(one: list, two: list) -> None:
    mine, theirs = edited(one), edited(two)
    merged, conflicts = rebase(BASE, mine, theirs, KEY)
    shown = {(c.row_id, c.column): c for c in conflicts}
    for i, row in enumerate(BASE[KEY]):
        for column in BASE.columns.drop(KEY):
            base, my, their, got = (text(t[column].iat[i]) for t in (BASE, mine, theirs, merged))
            if base != my and base != their and my != their:
                assert shown.pop((row, column)) == Conflict(row, column, base, my, their) and got == their
            else:
                assert got == (my if my != base else their)
    assert not shown and dict(merged.dtypes) == dict(BASE.dtypes)
    other, mirrored = rebase(BASE, theirs, mine, KEY)
    assert [(c.row_id, c.column, c.theirs, c.mine) for c in mirrored] == [
        (c.row_id, c.column, c.mine, c.theirs) for c in conflicts
    ]
    if not conflicts:
        pd.testing.assert_frame_equal(merged, other)


@given(edits(), edits(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=20)
def test_neither_the_order_of_rows_nor_looking_changes_anything(one: list, two: list, random: object) -> None:
    tables = [BASE.copy(), edited(one), without(edited(two), "B")]
    wanted = rebase(*tables, KEY)
    shuffled = [t.sample(frac=1, random_state=random.randrange(9999)) for t in tables]  # type: ignore[attr-defined]
    kept = [t.copy() for t in shuffled]
    merged, conflicts = rebase(*shuffled, KEY)
    pd.testing.assert_frame_equal(merged, wanted[0])
    assert conflicts == wanted[1]
    for table, copy in zip(shuffled, kept, strict=True):
        pd.testing.assert_frame_equal(table, copy)


@given(edits())
@settings(deadline=None, max_examples=20)
def test_who_changed_nothing_gets_what_the_other_has(theirs: list) -> None:
    assert_joined(BASE, edited(theirs), edited(theirs))
