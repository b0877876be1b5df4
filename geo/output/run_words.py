"""Lists of ambulance runs and the speeds fitted to them in words, for pages and terminal. Fourth floor: output."""

from dataclasses import replace

from geo.model.clock import Clock
from geo.model.problems import Problem
from geo.network.calibration import FASTEST, LEAST_TRIPS, SLOWEST, Calibration
from geo.output.language import Translate
from geo.output.words import item_name


def column_names(_: Translate) -> dict[str, str]:
    """Our columns of a run in words."""
    return {
        "call_at": _("Call"),
        "dispatch_at": _("Turnout order"),
        "depart_at": _("Departure"),
        "arrive_at": _("Arrival at the scene"),
        "leave_at": _("Departure from the scene"),
        "hospital_at": _("Arrival at hospital"),
        "response_min": _("Response time as the file states it"),
        "date": _("Date"),
        "lon": _("Longitude"),
        "lat": _("Latitude"),
        "village": _("Village of the scene"),
        "township": _("Township of the scene"),
        "base": _("Base"),
    }


def interval_names(_: Translate) -> dict[str, str]:
    """The intervals of a run in words, in the order in which they pass."""
    return {
        "handling": _("Call handling"),
        "turnout": _("Turnout"),
        "drive": _("Drive"),
        "response": _("Call to arrival"),
        "transfer": _("Scene to hospital"),
        "whole": _("Call to hospital"),
    }


def modelled_with(clock: Clock, _: Translate) -> str:
    """What the modelled intervals are made of."""
    return _(
        "Modelled: call handling {call:g}, turnout {turnout:g} and {scene:g} min on the scene by the clock; the drive "
        "from the base the run names, else from the nearest one; on to the nearest hospital for emergencies. A list "
        "without the departure from the scene counts the time there into scene to hospital."
    ).format(call=clock.call_handling_min, turnout=clock.turnout_min, scene=clock.on_scene_min)


def say_problem(problem: Problem, _: Translate) -> str:
    """What is wrong with a list of runs or one of its rows, with our columns in the reader's words."""
    names = column_names(_)
    params = {k: names.get(str(v), v) if k in ("earlier", "later") else v for k, v in problem.params.items()}
    return replace(problem, column=names.get(problem.column, problem.column), params=params).say(_)


def nothing_fitted(_: Translate) -> str:
    """Why no speeds are fitted."""
    return _(
        "Fewer than {count} runs name a base of the study and have a drive of more than 0 min, so nothing is "
        "calibrated."
    ).format(count=LEAST_TRIPS)


def group_names(fitted: Calibration, _: Translate) -> dict[str, str]:
    """The groups of roads whose speed was fitted, in words."""
    rows = [row for row in fitted.assumptions.rows if row.mode == "ambulance" and row.kind in ("speed", "factor")]
    return {row.item: item_name(_, row) for row in rows if row.item in fitted.factors}


def at_bound(fitted: Calibration, _: Translate) -> str:
    """Which factors were stopped by a bound, and what to do."""
    names = group_names(fitted, _)
    return _(
        "Stopped at the bound of {low:g} to {high:g} times the assumed speed: {names}. Check the times and bases of "
        "these runs before you use it."
    ).format(low=SLOWEST, high=FASTEST, names=", ".join(names[group] for group in fitted.at_bound))
