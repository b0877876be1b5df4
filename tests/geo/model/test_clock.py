"""The clock: what counts before the drive, from when, and in words; bases and fleet rules."""

import pandas as pd
import pytest

from geo.model.bases import base_at, bases_of, load_fleet_rules
from geo.model.capabilities import load_capabilities
from geo.model.clock import STARTS, Clock, default_value, load_intervals, preset_clock
from geo.model.errors import ChoiceUnknown, OutOfRange
from geo.output.language import translator

NAN = float("nan")


def test_the_policy_clock_leaves_eleven_minutes_for_the_drive() -> None:
    clock = preset_clock("policy15")
    assert (clock.call_handling_min, clock.turnout_min, clock.drive_limit_min, clock.start) == (1, 3, 11, "call")
    assert clock.before_drive_min == 4


def test_the_drive_preset_starts_when_the_ambulance_leaves() -> None:
    clock = preset_clock("drive15")
    assert (clock.before_drive_min, clock.drive_limit_min, clock.start) == (0, 15, "departure")


@pytest.mark.parametrize(("start", "before"), [("call", 4), ("turnout", 3), ("departure", 0)])
def test_a_later_start_counts_fewer_minutes_before_the_drive(start: str, before: float) -> None:
    assert Clock(1, 3, 15, start).before_drive_min == before


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("start", STARTS)
def test_every_clock_says_its_threshold_and_its_start(start: str, language: str) -> None:
    clock, _ = Clock(1.5, 3, 15, start), translator(language)
    assert "15" in clock.say(_) and "{" not in clock.say(_) + clock.say_start(_)
    assert ("1.5" in clock.say(_)) == (start == "call")
    assert language == "en" or clock.say(_) != clock.say()


def test_a_clock_without_time_to_drive_says_so() -> None:
    assert "nothing is left for the drive" in Clock(8, 9, 15).say()


@pytest.mark.parametrize("wrong", [(-1, 3, 15), (1, 121, 15), (1, 3, 0), (NAN, 3, 15), (1, 3, NAN), (1, 3, 15, "x")])
def test_minutes_nobody_means_are_refused(wrong: tuple[float, ...]) -> None:
    with pytest.raises((OutOfRange, ChoiceUnknown)):
        Clock(*wrong)


def test_every_interval_has_a_source_and_every_emergency_capability_a_clock() -> None:
    assert all(row.source and row.quality in ("P", "G") for row in load_intervals())
    for capability in load_capabilities():
        if capability.emergency:
            assert default_value("clinical", capability.capability_id) > 0
    with pytest.raises(ChoiceUnknown):
        default_value("clinical", "surgery")
    with pytest.raises(ChoiceUnknown):
        preset_clock("radius")


# ---- bases -------------------------------------------------------------------------------------------------------


def facility(**changes: object) -> pd.DataFrame:
    row = {
        "facility_id": "F1", "name": "甲", "unit_code": "T1", "lon": 106.0, "lat": 28.0, "ambulances": 2.0,
        "is_emergency_base": True, "flags": "", "status": "open",
    }  # fmt: skip
    return pd.DataFrame([row | changes])


def test_bases_are_the_open_facilities_the_list_calls_so_in_the_order_of_their_ids() -> None:
    rows = [facility(facility_id=i) for i in ("B", "A")]
    rows += [facility(facility_id="C", status="closed"), facility(facility_id="D", is_emergency_base=False)]
    assert [base.base_id for base in bases_of(pd.concat(rows))] == ["A", "B"]


def test_an_unknown_number_of_ambulances_is_assumed_and_marked() -> None:
    (base,) = bases_of(facility(ambulances=NAN))
    assert (base.ambulances, base.assumed) == (1, True)
    (known,) = bases_of(facility(ambulances=0.0))
    assert (known.ambulances, known.assumed, known.serves(night=False)) == (0, False, False)


def test_a_base_staffed_by_day_only_serves_nobody_at_night() -> None:
    (base,) = bases_of(facility(flags="illustrative; day_only"))
    assert base.serves(night=False) and not base.serves(night=True)


def test_a_facility_made_a_base_gets_an_ambulance() -> None:
    assert base_at(facility(ambulances=0.0).iloc[0], added=True).ambulances == 1


def test_fleet_rules_are_named_in_both_languages() -> None:
    assert [rule.people_per_ambulance for rule in load_fleet_rules()] == [50_000, 30_000]
    assert all(rule.name["zh"] and rule.name["en"] and rule.source for rule in load_fleet_rules())
