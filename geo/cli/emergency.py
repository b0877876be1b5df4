"""`yida emergency`: both legs of an emergency and what hangs on each base. Beside the rooms."""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo import study as studies
from geo.analysis.coverage import Coverage
from geo.analysis.emergency import fleet
from geo.analysis.mexclp import check_busy, expected_coverage
from geo.analysis.radius import compare, nearest_m
from geo.cli.answers import (
    add_close,
    band_json,
    band_line,
    breaks_asked,
    breaks_json,
    check_minutes,
    closed_lines,
    made_with_lines,
)
from geo.cli.studies import Commands, opened
from geo.model.assumptions import CONDITIONS, Assumptions
from geo.model.bases import Base, base_at, bases_of, load_fleet_rules, open_facilities
from geo.model.capabilities import load_capabilities
from geo.model.clock import PRESETS, RADII_KM, default_value, preset_clock
from geo.model.errors import ChoiceUnknown
from geo.model.inputs import Study
from geo.model.problems import Problem
from geo.network.breaks import Breaks
from geo.output.data_words import shipped_text
from geo.output.language import Translate, of_terminal
from geo.study import emergency
from geo.study.conditions import BAND_SHARE, Band, at_speeds, with_breaks
from geo.study.emergency import Emergency

MISSED_SHOWN = 10  # as text; JSON has all of them


def add(commands: Commands, _: Translate) -> None:
    """The words of `yida emergency`."""
    parser = commands.add_parser("emergency", help=_("who an ambulance reaches in time, and a hospital after it"))
    parser.add_argument("name", help=_("a study or sample: see yida study list"))
    parser.add_argument("--minutes", type=float, default=15.0, help=_("threshold, itself included (default 15)"))
    parser.add_argument(
        "--preset",
        choices=list(PRESETS),
        default="policy15",
        help=_("policy15: call handling 1 + turnout 3 + drive, from the call; drive15: the drive alone"),
    )
    known = [c.capability_id for c in load_capabilities() if c.emergency]
    parser.add_argument("--capability", choices=known, default=known[0], help=_("what the hospital must be able to do"))
    parser.add_argument("--busy", type=float, help=_("share of the time each ambulance is out, such as 0.3"))
    parser.add_argument("--condition", choices=CONDITIONS, default="day", help=_("speed factor"))
    parser.add_argument("--bases", help=_("facility ids with commas that are the bases, in place of the list's"))
    add_close(parser, _)
    parser.add_argument("--json", action="store_true", help=_("print JSON; its keys are in the README"))
    parser.set_defaults(run=_emergency)


@dataclass(frozen=True)
class _Told:
    """What is printed: the answer, the arrival at the hospital, and what is to be warned of."""

    study: Study
    found: Emergency
    hospital: Coverage
    band: Band
    assumptions: Assumptions
    problems: list[Problem]
    closed: Breaks
    options: argparse.Namespace

    @property
    def one_base_only(self) -> np.ndarray:
        """Which villages a single base reaches in time."""
        return np.asarray(self.found.response["bases_in_time"] == 1)

    @property
    def people(self) -> np.ndarray:
        return np.asarray(self.study.demand["population"], dtype=float)

    def expected(self) -> float | None:
        """People expected to find a free ambulance, None when no busy share is asked."""
        if self.options.busy is None:
            return None
        return expected_coverage(self.found.in_time, self.found.ambulances, self.people, self.options.busy)

    def radius(self) -> pd.DataFrame:
        straight_m = nearest_m(self.found.bases, self.study.demand)
        return compare(straight_m, np.asarray(self.found.in_time.any(axis=1)), self.people, RADII_KM)

    def fleet(self) -> pd.DataFrame:
        return fleet(float(self.people.sum()), int(self.found.ambulances.sum()), load_fleet_rules())


def _emergency(options: argparse.Namespace, _: Translate) -> None:
    check_minutes(options.minutes)
    if options.busy is not None:
        check_busy(options.busy, "--busy")
    told = _asked(opened(options.name, _), options)
    for problem in told.problems:
        print(f"yida: {problem.say(_)}", file=sys.stderr)
    if options.json:
        print(json.dumps(emergency_json(told, _), ensure_ascii=False, indent=2))
    else:
        print("\n".join(emergency_lines(told, _)))


def _asked(study: Study, options: argparse.Namespace) -> _Told:
    assumptions = studies.assumptions_for(study, options.condition)
    breaks = breaks_asked(study, options)
    roads = emergency.outward(study, assumptions), emergency.inward(study, assumptions)
    out, back = (with_breaks(network, breaks) for network in roads)
    bases = chosen_bases(study, options.bases)
    hospital = emergency.nearest_hospital(study, back, options.capability)
    clock = preset_clock(options.preset, options.minutes)
    drive = emergency.drive_matrix(out, bases)
    found = emergency.answer(study, bases, drive, hospital, clock, night=options.condition == "night")
    within = emergency.hospital_coverage(found, default_value("clinical", options.capability))
    problems = [*found.problems, *emergency.hospital_problems(study, back, options.capability)]
    slow, fast = (with_breaks(scaled, breaks) for scaled in at_speeds(roads[0], BAND_SHARE))
    drives = emergency.drive_matrix(slow, found.bases), emergency.drive_matrix(fast, found.bases)
    band = emergency.speed_band(study, found, drives)
    return _Told(study, found, within, band, assumptions, problems, breaks, options)


def chosen_bases(study: Study, words: str | None) -> Sequence[Base]:
    """The list's bases, or the facilities of the ids given. Raises ChoiceUnknown for one not in the list, or closed."""
    if words is None:
        return bases_of(study.facility)
    facility = open_facilities(study.facility)
    row = {str(key): i for i, key in enumerate(facility["facility_id"])}
    asked = dict.fromkeys(words.split(","))
    for word in asked:
        if word not in row:
            raise ChoiceUnknown(what="facility", value=word, choices=", ".join([*row][:20]))
    return tuple(base_at(facility.iloc[row[word]], added=True) for word in asked)


def emergency_json(told: _Told, _: Translate) -> dict[str, object]:
    """The documented JSON of `yida emergency`."""
    found, clock, expected = told.found, told.found.clock, told.expected()
    one = told.one_base_only
    return {
        "study": told.study.name,
        "preset": told.options.preset,
        "clock": {
            "start": clock.start,
            "threshold_min": clock.threshold_min,
            "call_handling_min": clock.call_handling_min,
            "turnout_min": clock.turnout_min,
            "drive_limit_min": clock.drive_limit_min,
            "on_scene_min": clock.on_scene_min,
            "text": clock.say(_),
        },
        "condition": told.options.condition,
        "closed": breaks_json(told.closed),
        "modelled": True,
        "illustrative": told.study.illustrative,
        **_people(found.reached, "reached"),
        "band": band_json(told.band),
        "villages": found.reached.places,
        "villages_reached": found.reached.places_covered,
        "one_base_only": {"people": float(told.people[one].sum()), "villages": int(one.sum())},
        "hospital": {
            "capability": told.options.capability,
            "limit_min": told.hospital.threshold_min,
            **_people(told.hospital, "within"),
        },
        "busy": None if expected is None else {"share": told.options.busy, "expected_reached": expected},
        "bases": _base_rows(found),
        "missed": _records(found.missed),
        "radius": _records(told.radius()),
        "fleet": _records(told.fleet()),
        "problems": [{"code": p.code, "text": p.say(_)} for p in told.problems],
    }


def _people(counted: Coverage, covered: str) -> dict[str, float]:
    return {
        "population": counted.population,
        covered: counted.covered,
        "beyond": counted.beyond,
        "unreachable": counted.unreachable,
    }


def _base_rows(found: Emergency) -> list[dict[str, object]]:
    names = pd.DataFrame({
        "name": [base.name for base in found.bases],
        "unit_code": [base.unit_code for base in found.bases],
        "ambulances_assumed": [base.assumed for base in found.bases],
        "day_only": [base.day_only for base in found.bases],
    })  # fmt: skip
    return _records(pd.concat([found.by_base, names], axis=1))


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    """Rows as JSON: unknown is null."""
    plain = table.astype(object).where(table.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict(orient="records")]


def emergency_lines(told: _Told, _: Translate) -> list[str]:
    """The answer as sentences; every percentage with its denominator, the clock first."""
    found = told.found
    names = {c.capability_id: c.name for c in load_capabilities()}[told.options.capability]
    capability = names[of_terminal()]
    lines = [
        _("Clock: {clock}.").format(clock=found.clock.say(_)),
        *made_with_lines(told.study, told.assumptions, "ambulance", _),
        *closed_lines(told.closed, _),
        _("Reached by an ambulance in time: {people}.").format(people=_share(found.reached, _)),
        band_line(told.band, _),
        _("Reached by one base only: {people:,.0f} of {population:,.0f} people, {villages:,} villages.").format(
            people=told.people[told.one_base_only].sum(),
            population=found.reached.population,
            villages=int(told.one_base_only.sum()),
        ),
        _("At a hospital with “{capability}” within {minutes:g} min {start}: {people}.").format(
            capability=capability,
            minutes=told.hospital.threshold_min,
            start=found.clock.say_start(_),
            people=_share(told.hospital, _),
        ),
    ]
    expected = told.expected()
    if expected is not None:
        lines.append(
            _(
                "Expected with each ambulance out {busy:g} % of the time (MEXCLP): {people:,.0f} of {population:,.0f} "
                "people."
            ).format(busy=100 * told.options.busy, people=expected, population=found.reached.population)
        )
    lines += [_base_line(row, names, _) for row, names in _with_names(found)]
    lines += _radius_lines(told, _) + _fleet_lines(told, _) + _missed_lines(found, _)
    return [*lines, _("Modelled; whether an ambulance is free is counted only where it says so.")]


def _share(counted: Coverage, _: Translate) -> str:
    share = f"{counted.share_pct:.1f} %" if counted.population else "—"
    return _("{people:,.0f} of {population:,.0f} people ({share})").format(
        people=counted.covered, population=counted.population, share=share
    )


def _with_names(found: Emergency) -> list[tuple[dict[str, float], str]]:
    rows = found.by_base.sort_values(["people_only", "base_id"], ascending=[False, True])
    names = {base.base_id: base.name for base in found.bases}
    return [(row, names[row["base_id"]]) for row in rows.to_dict(orient="records")]  # type: ignore[misc]


def _base_line(row: dict[str, float], name: str, _: Translate) -> str:
    return _(
        "{name}: {ambulances} ambulances, first for {first:,.0f} people; {only:,.0f} people depend on it alone."
    ).format(name=name, ambulances=row["ambulances"], first=row["people_first"], only=row["people_only"])


def _radius_lines(told: _Told, _: Translate) -> list[str]:
    return [
        _(
            "A radius of {km:g} km counts {counted:,.0f} of {population:,.0f} people; {lost:,.0f} of those counted are "
            "not reached in time."
        ).format(
            km=row["radius_km"],
            counted=row["counted"],
            population=told.found.reached.population,
            lost=row["counted_not_reached"],
        )
        for row in told.radius().to_dict(orient="records")
    ]


def _fleet_lines(told: _Told, _: Translate) -> list[str]:
    rules = load_fleet_rules()
    return [
        _("Fleet by the rule “{rule}” ({source}): {needed} needed, {have} there.").format(
            rule=rule.name[of_terminal()], source=shipped_text(_, rule.source), needed=row["needed"], have=row["have"]
        )
        for rule, row in zip(rules, told.fleet().to_dict(orient="records"), strict=True)
    ]


def _missed_lines(found: Emergency, _: Translate) -> list[str]:
    rows = found.missed.head(MISSED_SHOWN).to_dict(orient="records")
    lines = [_("Villages not reached in time: {count:,} of {whole:,}; the largest:").format(
        count=len(found.missed), whole=found.reached.places
    )] if rows else []  # fmt: skip
    for row in rows:
        late = "—" if math.isnan(row["missing_min"]) else f"+{row['missing_min']:.1f}"
        lines.append(f"  {row['name']}\t{row['population']:,.0f}\t{late}\t{cause_text(row['cause'], _)}")
    return lines


def cause_text(cause: str, _: Translate) -> str:
    """Why a village is not reached, in words."""
    return {
        "turnout": _("a quicker start would do"),
        "no_base": _("no base in the township"),
        "distance": _("too far from the base"),
        "no_road": _("no way by road"),
    }[cause]
