"""The five alarms: raised beyond the threshold, quiet at it, not to be told without the values."""

from dataclasses import replace

import pytest

from geo.analysis.alarms import alarms
from geo.analysis.indicators import board
from geo.model.alarms import ALARMS, MEASURES, load_rules
from geo.model.errors import OutOfRange
from geo.model.indicators import entries_of, shipped_catalogue
from tests.geo.analysis.figures import values

SHIPPED = entries_of(shipped_catalogue())
RULES = load_rules()


def state_of(alarm: str, *rows: tuple[object, ...]) -> tuple[str, list[tuple[str, str]]]:
    found = {a.alarm: a for a in alarms(RULES, board(values(*rows), SHIPPED, "C"))}[alarm]
    return found.state, [(f.state, f.missing) for f in found.findings]


def test_the_shipped_rules_are_the_five_alarms_and_all_say_that_they_are_general_knowledge() -> None:
    assert tuple(dict.fromkeys(r.alarm for r in RULES)) == ALARMS
    assert {r.quality for r in RULES} == {"G"} and {r.measure for r in RULES} <= set(MEASURES)
    assert {r.indicator_code for r in RULES} <= {e.code for e in SHIPPED}


def test_siphoning_is_raised_when_the_primary_share_falls() -> None:
    share, fund = "yida:primary_share", ("yida:county_fund_share", "C", "2024", 60, 100)
    fallen = [(share, "C", "2023", 600, 1000), (share, "C", "2024", 579, 1000)]
    assert state_of("siphoning", *fallen, fund)[0] == "raised"  # 60.0 to 57.9: 2.1 points
    held = [fallen[0], (share, "C", "2024", 580, 1000)]
    assert state_of("siphoning", *held, fund)[0] == "quiet"  # 2.0 points, the threshold itself


def test_growth_is_in_per_cent_of_the_period_before() -> None:
    visit, stay = "yida:fee_per_visit", "yida:fee_per_admission"
    rows = [(visit, "C", "2023", 100, 1), (visit, "C", "2024", 110, 1), (stay, "C", "2023", 100, 1)]
    assert state_of("fee_growth", *rows, (stay, "C", "2024", 110, 1)) == ("quiet", [("quiet", ""), ("quiet", "")])
    assert state_of("fee_growth", *rows, (stay, "C", "2024", 111, 1)) == ("raised", [("quiet", ""), ("raised", "")])


def test_an_alarm_without_its_values_cannot_be_told_and_says_which_are_missing() -> None:
    assert state_of("cash_flow") == ("unknown", [("unknown", "value")])
    only = ("yida:fee_per_visit", "C", "2024", 100, 1)
    assert state_of("fee_growth", only) == ("unknown", [("unknown", "before"), ("unknown", "value")])
    raised = ("yida:debt_ratio", "C", "2024", 71, 100)
    assert state_of("finance", raised) == ("raised", [("raised", ""), ("unknown", "value")])


def test_fund_and_cash_have_their_own_side_of_the_threshold() -> None:
    assert state_of("fund", ("yida:fund_use", "C", "2024", 101, 100))[0] == "raised"
    assert state_of("fund", ("yida:fund_use", "C", "2024", 100, 100))[0] == "quiet"
    assert state_of("cash_flow", ("yida:cash_days", "C", "2024", 29, 1))[0] == "raised"


def test_a_threshold_can_be_changed_but_not_to_nonsense() -> None:
    rule = next(r for r in RULES if r.alarm == "fund")
    standings = board(values(("yida:fund_use", "C", "2024", 101, 100)), SHIPPED, "C")
    assert alarms((rule.with_threshold(105),), standings)[0].state == "quiet"
    assert rule == replace(rule.with_threshold(105), threshold=100)
    with pytest.raises(OutOfRange):
        rule.with_threshold(float("nan"))
