"""The emergency's words: steps and starts of the clock, cases, causes, and the table of its defaults."""

import pandas as pd

from geo.model.bases import load_fleet_rules
from geo.model.capabilities import check_capability
from geo.model.clock import Clock, Interval, load_intervals
from geo.output.data_words import shipped_text
from pages.ui.text import Translate, plain


def start_name(_: Translate, start: str) -> str:
    """When the clock starts, in words."""
    names = {
        "call": _("when the call comes in"),
        "turnout": _("when the crew is ordered out"),
        "departure": _("when the ambulance leaves"),
    }
    return names[start]


def interval_name(_: Translate, item: str) -> str:
    """A step of the clock, in words."""
    names = {
        "call_handling": _("Call handling, minutes"),
        "turnout": _("Turnout, minutes"),
        "on_scene": _("Time on the scene, minutes"),
    }
    return names[item]


def case_name(language: str, capability: str) -> str:
    """What the hospital must be able to do, in words."""
    return check_capability(capability).name[language]


def in_time_line(_: Translate, clock: Clock) -> str:
    """What "in time" means in figures that do not say it themselves (Markdown)."""
    text = _("In time: within {minutes:g} min {start} (modelled).")
    return plain(text.format(minutes=clock.threshold_min, start=clock.say_start(_)))


def cause_name(_: Translate, cause: str) -> str:
    """Why a village is not reached, the cheapest mend in words."""
    names = {
        "turnout": _("A quicker start: the drive alone is in time"),
        "no_base": _("No base in its township"),
        "distance": _("Too far from the township's base"),
        "no_road": _("No way by road"),
    }
    return names[cause]


def interval_table(_: Translate, language: str) -> pd.DataFrame:
    """Every default of the emergency page with its source, as the page About shows it."""
    rows = [(_item(_, language, row), row.value, row.unit, row.quality, row.source) for row in load_intervals()]
    rows += [
        (rule.name[language], rule.people_per_ambulance, "people", rule.quality, rule.source)
        for rule in load_fleet_rules()
    ]
    units = {"min": _("minutes"), "share of the time": _("share"), "people": _("people per ambulance")}
    named = [
        (item, value, units[unit], quality, shipped_text(_, source)) for item, value, unit, quality, source in rows
    ]
    columns = [_("Emergency"), _("Value"), _("Unit"), _("Quality"), _("Source")]
    return pd.DataFrame(named, columns=columns)


def _item(_: Translate, language: str, row: Interval) -> str:
    if row.kind == "interval":
        return interval_name(_, row.item)
    if row.kind == "clinical":
        return _("To the hospital: {case}").format(case=case_name(language, row.item))
    return {"response": _("Threshold, minutes"), "busy": _("Time an ambulance is out")}[row.item]
