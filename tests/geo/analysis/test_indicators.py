"""Indicators: values, statuses, distances and trends of small tables worked out by hand."""

import math
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.analysis.indicators import Figure, board, by_unit, class_edges, gap_of, is_met, moves, tally, value_of
from geo.model.indicators import Entry, entries_of, entry_for, shipped_catalogue, whole_catalogue
from geo.model.schema import CATALOGUE, INDICATOR_VALUE, conform, empty
from tests.geo.analysis.figures import values

SHIPPED = entries_of(shipped_catalogue())
WORDS = ("title", "numerator", "denominator", "unit", "document", "clause")
SHARE = Entry("s", "", "division", "share", "higher", 65.0, "", "", "", {"zh": dict.fromkeys(WORDS, "签约")})


def figure(numerator: float, denominator: float = math.nan) -> Figure:
    return Figure("2024", numerator, denominator, math.nan, "")


# ---- one value -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "numerator", "denominator", "value"),
    [("share", 13, 20, 65.0), ("percent", -5, 20, -25.0), ("percent", 30, 20, 150.0), ("rate", 428_785, 100, 4287.85),
     ("amount", 2, math.nan, 2)],
)  # fmt: skip
def test_a_value_is_in_the_unit_shown(kind: str, numerator: float, denominator: float, value: float) -> None:
    assert value_of(replace(SHARE, kind=kind), numerator, denominator) == pytest.approx(value)


@pytest.mark.parametrize("denominator", [0.0, -2.0, math.nan])
def test_a_ratio_without_a_denominator_has_no_value(denominator: float) -> None:
    assert math.isnan(value_of(SHARE, 5, denominator))


def test_the_target_itself_is_met_and_a_hair_below_is_not() -> None:
    """0.65 of 1 and 6.5 of 10 are 65 % exactly, whatever binary fractions make of them."""
    for numerator, denominator in ((65, 100), (0.65, 1), (6.5, 10), (0.195, 0.3)):
        assert is_met(SHARE, figure(numerator, denominator))
    assert not is_met(SHARE, figure(64_999, 100_000))
    lower = replace(SHARE, direction="lower", target=70.0)
    assert is_met(lower, figure(0.7, 1)) and not is_met(lower, figure(70_001, 100_000))
    equal = replace(SHARE, direction="equal", target=60.0)
    assert is_met(equal, figure(6_004, 10_000)) and not is_met(equal, figure(6_006, 10_000))


@pytest.mark.parametrize(
    ("direction", "target", "numerator", "denominator", "gap"),
    [
        ("higher", 65, 600, 1001, 51),  # 650.65 are needed: 51 more, not 50.65
        ("higher", 65, 700, 1001, 0),
        ("lower", 20, 300, 1001, -100),  # 200.2 are allowed: 100 fewer
        ("equal", 60, 70, 100, -10),
    ],
)
def test_the_distance_is_in_what_the_numerator_counts(
    direction: str, target: float, numerator: float, denominator: float, gap: float
) -> None:
    entry = replace(SHARE, direction=direction, target=float(target))
    assert gap_of(entry, figure(numerator, denominator)) == gap


def test_the_distance_of_amounts_and_rates_is_in_their_unit() -> None:
    assert gap_of(replace(SHARE, kind="amount", direction="lower", target=2.0), figure(3)) == -1
    rate = replace(SHARE, kind="rate", direction="lower", target=4000.0)
    assert gap_of(rate, figure(8_600_000, 2000)) == -600_000  # yuan too much for 2,000 admissions


@given(st.integers(0, 10_000), st.integers(1, 10_000), st.integers(1, 100))
def test_as_many_more_meet_the_target_and_one_fewer_does_not(part: int, whole: int, target: int) -> None:
    entry = replace(SHARE, target=float(target))
    gap = gap_of(entry, figure(float(part), float(whole)))
    assert is_met(entry, figure(part + gap, whole))
    assert gap == 0 or not is_met(entry, figure(part + gap - 1, whole))


# ---- the board -----------------------------------------------------------------------------------------------------


def standing_of(code: str, table: pd.DataFrame, **more: object):
    return next(s for s in board(table, SHIPPED, "C", ("T1", "T2"), **more) if s.entry.code == code)


def test_a_county_without_its_own_figure_gets_its_townships_added_up_and_says_so() -> None:
    table = values(("yida:primary_share", "T1", "2024", 60, 100), ("yida:primary_share", "T2", "2024", 70, 100))
    standing = standing_of("yida:primary_share", table)
    latest = standing.latest
    assert latest is not None and (latest.numerator, latest.denominator, latest.added_up) == (130, 200, 2)
    assert (standing.status, standing.gap) == ("met", 0)
    own = pd.concat([table, values(("yida:primary_share", "C", "2024", 120, 200))])
    standing = standing_of("yida:primary_share", own)
    assert standing.latest is not None and standing.latest.added_up == 0 and standing.gap == 10


def test_amounts_of_townships_are_not_added_up() -> None:
    table = values(("yida:visits_per_day", "T1", "2024", 55, None), ("yida:visits_per_day", "T2", "2024", 180, None))
    assert not [
        s for s in board(table, SHIPPED, "C", ("T1", "T2")) if s.entry.code == "yida:visits_per_day" and s.figures
    ]


def test_what_has_no_value_and_what_has_no_target_are_told_apart() -> None:
    table = values(("yida:fee_per_visit", "C", "2024", 900, 10))
    assert standing_of("yida:fee_per_visit", table).status == "no_target"
    assert standing_of("yida:primary_share", table).status == "no_value"
    assert math.isnan(standing_of("yida:primary_share", table).gap)


def test_a_code_in_no_catalogue_comes_last_without_aspect_or_target() -> None:
    last = board(values(("X-9", "C", "2024", 3, 4)), SHIPPED, "C")[-1]
    assert (last.entry.code, last.entry.dimension, last.status, last.latest.value) == ("X-9", "", "no_target", 0.75)


def test_provincial_entries_stay_out_of_a_countys_board() -> None:
    codes = {s.entry.code for s in board(empty(INDICATOR_VALUE), SHIPPED, "C")}
    assert "yida:counties_built" not in codes and "yida:primary_share" in codes


def test_of_several_versions_the_one_that_holds_in_the_period_judges() -> None:
    """The package is ≥95 %, and ≥99 % since 2023 (Suixi)."""
    row = ("yida:package_share", "C", "2022", 97, 100), ("yida:package_share", "C", "2023", 97, 100)
    assert standing_of("yida:package_share", values(row[0])).status == "met"
    later = standing_of("yida:package_share", values(*row))
    assert (later.status, later.gap, later.entry.target) == ("not_met", 2, 99)
    assert entry_for(SHIPPED, "yida:package_share", "2025Q2").target == 99


def test_a_countys_own_list_is_laid_over_the_shipped_one() -> None:
    own = pd.DataFrame({"indicator_code": ["yida:primary_share"], "title": ["基层占比"], "target": [50.0],
                        "value_kind": ["share"], "direction": ["higher"]})  # fmt: skip
    entries = entries_of(whole_catalogue(conform(own, CATALOGUE, path="", name="")))
    entry = entry_for(entries, "yida:primary_share", "2024")
    assert (entry.target, entry.title("en"), entry.quality) == (50, "基层占比", "U")
    assert entry_for(entries, "yida:reserved_share", "2024").target == 20
    assert entry_for(SHIPPED, "yida:primary_share", "2024").target == 65  # the shipped list itself is as it was


def test_periods_are_sorted_by_their_end_and_only_alike_ones_are_compared() -> None:
    rows = [("yida:fee_per_visit", "C", p, n, 1) for p, n in (("2024", 4), ("2023", 1), ("2024Q1", 2), ("2023Q4", 3))]
    standing = standing_of("yida:fee_per_visit", values(*rows))
    assert [f.period for f in standing.figures] == ["2023Q4", "2023", "2024Q1", "2024"]
    assert standing.before is not None and standing.before.period == "2023"


def test_the_tally_counts_every_indicator_once() -> None:
    standings = board(values(("yida:primary_share", "C", "2024", 70, 100)), SHIPPED, "C")
    counted = tally(standings)
    assert counted["division"] == {"not_met": 0, "met": 1, "no_value": 1, "no_target": 0}
    assert sum(sum(of.values()) for of in counted.values()) == len(standings)


def test_four_up_and_four_down_are_counted_from_two_periods() -> None:
    """Qinghai's 四升四降: of four indicators that should rise all did, of four that should fall three did."""
    own = pd.DataFrame({"indicator_code": [f"q{i}" for i in range(8)], "title": [f"第{i}项" for i in range(8)],
                        "direction": ["higher"] * 4 + ["lower"] * 4, "value_kind": "amount"})  # fmt: skip
    entries = entries_of(conform(own, CATALOGUE, path="", name=""))
    after = [11, 12, 13, 14, 9, 8, 7, 10]
    rows = [(f"q{i}", "C", y, n, None) for i in range(8) for y, n in (("2023", 10), ("2024", after[i]))]
    found = moves(board(values(*rows), entries, "C"))
    assert (found.should_rise, found.rose, found.should_fall, found.fell) == (4, 4, 4, 3)


# ---- many units ----------------------------------------------------------------------------------------------------


def test_every_unit_has_a_row_and_those_without_a_figure_say_so() -> None:
    table = by_unit(
        values(("yida:primary_share", "T2", "2024", 60, 100)), SHIPPED, "yida:primary_share", "2024", ["T1", "T2"]
    )
    assert table["unit_code"].tolist() == ["T1", "T2"] and table["status"].tolist() == ["no_value", "not_met"]
    assert math.isnan(table["value"][0]) and table["gap"][1] == 5


@given(st.lists(st.floats(-1e6, 1e6), max_size=40), st.none() | st.floats(-1e6, 1e6))
def test_classes_are_few_rise_and_leave_no_value_out(numbers: list[float], target: float | None) -> None:
    edges = class_edges(numbers, target)
    assert len(edges) <= 5 and edges == sorted(set(edges))


def test_the_target_is_an_edge_so_that_met_and_not_met_have_different_colours() -> None:
    assert 65.0 in class_edges([51, 55, 58, 63, 66, 70, 72], 65.0)
    assert class_edges([5, 5, 5], None) == [] and class_edges([], 65.0) == []
