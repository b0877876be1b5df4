"""`yida records`: ambulance runs against the model. Beside the rooms."""

import argparse
import json
import math
from collections.abc import Hashable
from pathlib import Path

import pandas as pd

from geo import study as studies
from geo.cli.answers import check_minutes, made_with_lines
from geo.cli.studies import Commands, opened
from geo.model.assumptions import CONDITIONS
from geo.model.clock import preset_clock
from geo.model.desk import CRS, HEADER_ROW, LAYER, SHEET
from geo.model.errors import AnswerNeeded
from geo.model.inputs import Study
from geo.network.calibration import Calibration
from geo.output.language import Translate
from geo.output.run_words import at_bound, group_names, interval_names, modelled_with, nothing_fitted, say_problem
from geo.study import emergency, records

_WORDS = {SHEET: "--sheet", LAYER: "--sheet", HEADER_ROW: "--header-row"}  # that answer a question


def add(commands: Commands, _: Translate) -> None:
    """The words of `yida records`."""
    parser = commands.add_parser(
        "records",
        help=_("ambulance runs (call, turnout, departure, arrival, hospital) against the model"),
        epilog="yida records xishui runs.xlsx --calibrate --json",
    )
    parser.add_argument("name", help=_("a study or sample: see yida study list"))
    parser.add_argument("file", type=Path, help=_("the list of runs: a table with at least two times a row"))
    parser.add_argument("--minutes", type=float, default=15.0, help=_("threshold, itself included (default 15)"))
    parser.add_argument("--condition", choices=CONDITIONS, default="day", help=_("speed factor"))
    parser.add_argument("--sheet", default="", help=_("the sheet that holds the list"))
    parser.add_argument(
        "--header-row", default="", metavar="ROW", help=_("the row that holds the names of the columns; 0: none does")
    )
    parser.add_argument("--crs", default="", help=_("coordinate system of the positions, such as GCJ-02"))
    parser.add_argument("--calibrate", action="store_true", help=_("fit the speeds of the ambulance to the drives"))
    parser.add_argument(
        "--json",
        action="store_true",
        help=_("print JSON: threshold_min, rows_read, rows_refused, personal[], problems[], units[], calibration"),
    )
    parser.set_defaults(run=_records)


def _records(options: argparse.Namespace, _: Translate) -> None:
    check_minutes(options.minutes)
    study = opened(options.name, _)
    told = {SHEET: options.sheet, HEADER_ROW: options.header_row, CRS: options.crs}
    found = records.read_records(options.file, study, {key: value for key, value in told.items() if value})
    for question in found.questions:
        choices = ", ".join(c.value for c in question.choices)
        word = _WORDS[question.question_id]
        raise AnswerNeeded(path=options.file, question=question, answer=word, choices=choices)
    assumptions, clock = studies.assumptions_for(study, options.condition), preset_clock("policy15", options.minutes)
    network = emergency.outward(study, assumptions)
    runs = records.runs_of(study, network, emergency.inward(study, assumptions), found)
    table = records.intervals_by_unit(runs.table, options.minutes, clock)
    fitted = records.calibrated(study, network, runs) if options.calibrate else None
    problems = [say_problem(p, _) for p in (*found.problems, *runs.problems)]
    if options.json:
        words = {
            "threshold_min": options.minutes,
            "rows_read": found.rows_read,
            "rows_refused": found.rows_refused,
            "personal": list(found.personal),
            "problems": problems,
            "units": _rows(table),
            "calibration": calibration_json(fitted),
        }
        print(json.dumps(words, ensure_ascii=False, indent=2))
        return
    lines = [
        *unit_lines(study, table, options.minutes, _),
        modelled_with(clock, _),
        *made_with_lines(study, assumptions, "ambulance", _),
        *(calibration_lines(fitted, _) if options.calibrate else []),
    ]
    print("\n".join([*lines, *(f"  - {text}" for text in problems)]))


def _rows(table: pd.DataFrame) -> list[dict[Hashable, object]]:
    plain = table.astype(object)
    rows: list[dict[Hashable, object]] = plain.where(plain.notna(), None).to_dict(orient="records")
    return rows


def unit_lines(study: Study, table: pd.DataFrame, minutes: float, _: Translate) -> list[str]:
    """Observed and modelled intervals as sentences, all runs first."""
    names = dict(zip(study.unit["unit_code"], study.unit["name"], strict=True))
    sentence = _(
        "{name}: {within:,} of {known:,} runs at the scene within {minutes:g} min of the call; call to arrival "
        "{median} min (median), {p90} min (90 %)"
    )
    lines = []
    for row in table.to_dict(orient="records"):
        name = names.get(row["unit_code"], row["unit_code"]) or _("All runs")
        known = {"within": int(row["within"]), "known": int(row["within_n"]), "minutes": minutes}
        median, p90 = _figure(row["response_min_median"]), _figure(row["response_min_p90"])
        lines += [sentence.format(name=name, median=median, p90=p90, **known), *_interval_lines(row, _)]
    return lines


def _interval_lines(row: dict[Hashable, float], _: Translate) -> list[str]:
    sentence = _("{interval}: {observed} min observed, {modelled} min modelled (medians of {both:,} runs)")
    return [
        "  "
        + sentence.format(
            interval=name,
            observed=_figure(row[f"observed_{interval}_median"]),
            modelled=_figure(row[f"modelled_{interval}_median"]),
            both=int(row[f"both_{interval}_n"]),
        )
        for interval, name in interval_names(_).items()
        if row[f"both_{interval}_n"]
    ]


def calibration_json(fitted: Calibration | None) -> dict[str, object] | None:
    """The documented JSON of a calibration: runs used, factors on speeds and which stop at a bound, errors."""
    if fitted is None:
        return None
    return {
        "used": fitted.used,
        "factors": fitted.factors,
        "trips": fitted.trips,
        "at_bound": fitted.at_bound,
        "before": records.errors(fitted.observed_min, fitted.before_min),
        "after": records.errors(fitted.observed_min, fitted.after_min),
    }


def calibration_lines(fitted: Calibration | None, _: Translate) -> list[str]:
    """A calibration as sentences."""
    if fitted is None:
        return [nothing_fitted(_)]
    before, after = (records.errors(fitted.observed_min, m) for m in (fitted.before_min, fitted.after_min))
    head = _(
        "Calibrated on {used:,} runs: the mean error of the drive is {before:.1f} min as assumed and {after:.1f} min "
        "with these speeds. The same runs were used to fit and to judge."
    )
    factors = _("{road_class}: speed × {factor:.2f} ({trips:,} of {used:,} runs drive on it)")
    names = group_names(fitted, _)
    return [
        head.format(used=fitted.used, before=before["absolute_min"], after=after["absolute_min"]),
        *(
            factors.format(road_class=names[group], factor=factor, trips=fitted.trips[group], used=fitted.used)
            for group, factor in fitted.factors.items()
        ),
        *([at_bound(fitted, _)] if fitted.at_bound else []),
    ]


def _figure(value: float) -> str:
    return "—" if math.isnan(value) else f"{value:.1f}"
