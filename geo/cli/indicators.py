"""`yida indicators`: every indicator against its target, and the five alarms. Beside the rooms."""

import argparse
import json
import math

from geo.analysis.alarms import Alarm
from geo.analysis.indicators import Figure, Standing
from geo.cli.studies import Commands, opened
from geo.model.errors import N_
from geo.model.indicators import DIMENSION_NAMES
from geo.output.language import Translate, of_terminal
from geo.study.indicators import alarms_of, board_of, county_code, unit_names

STATUS_NAMES = {
    "met": N_("met"),
    "not_met": N_("not met"),
    "no_value": N_("no value"),
    "no_target": N_("no target"),
}
STATE_NAMES = {"raised": N_("raised"), "quiet": N_("quiet"), "unknown": N_("cannot be told")}


def add(commands: Commands, _: Translate) -> None:
    """The words of `yida indicators`."""
    parser = commands.add_parser(
        "indicators",
        help=_("indicators against their targets, and the five alarms"),
        epilog="yida indicators xishui --unit 520330101 --json",
    )
    parser.add_argument("name", help=_("a study or sample: see yida study list"))
    parser.add_argument("--unit", default="", help=_("code of a township (default: the whole county)"))
    parser.add_argument(
        "--json",
        action="store_true",
        help=_("print JSON: study, unit_code, illustrative, indicators[], alarms[]"),
    )
    parser.set_defaults(run=_indicators)


def _indicators(options: argparse.Namespace, _: Translate) -> None:
    study = opened(options.name, _)
    standings = board_of(study, options.unit)
    found = alarms_of(standings)
    unit = options.unit or county_code(study)
    if options.json:
        said = {
            "study": study.name,
            "unit_code": unit,
            "illustrative": study.illustrative,
            "indicators": [standing_json(s) for s in standings],
            "alarms": [alarm_json(a) for a in found],
        }
        print(json.dumps(said, ensure_ascii=False, indent=2))
        return
    name = unit_names(study).get(unit, unit)
    illustrative = _("illustrative sample, not for decisions") if study.illustrative else ""
    print("\t".join(part for part in (unit, name, illustrative) if part))
    print("\n".join([*_board_lines(standings, _), *_alarm_lines(found, _)]))


def standing_json(standing: Standing) -> dict[str, object]:
    """One indicator as plain values; unknown is null, every value with its numerator and denominator."""
    entry = standing.entry
    return {
        "code": entry.code,
        "version": entry.version,
        "dimension": entry.dimension,
        "title": entry.texts["zh"]["title"],
        "title_en": entry.texts["en"]["title"],
        "kind": entry.kind,
        "unit": entry.texts["zh"]["unit"],
        "direction": entry.direction,
        "target": entry.target,
        "document": entry.texts["zh"]["document"],
        "clause": entry.texts["zh"]["clause"],
        "quality": entry.quality,
        "status": standing.status,
        "gap": _known(standing.gap),
        "figures": [_figure_json(f) for f in standing.figures],
    }


def _figure_json(figure: Figure) -> dict[str, object]:
    return {
        "period": figure.period,
        "numerator": _known(figure.numerator),
        "denominator": _known(figure.denominator),
        "value": _known(figure.value),
        "units_added_up": figure.added_up,
        "source": figure.source,
    }


def alarm_json(alarm: Alarm) -> dict[str, object]:
    """One alarm as plain values, with every rule, its threshold and what is missing."""
    return {
        "alarm": alarm.alarm,
        "state": alarm.state,
        "rules": [
            {
                "indicator_code": f.rule.indicator_code, "measure": f.rule.measure, "compare": f.rule.compare,
                "threshold": f.rule.threshold, "quality": f.rule.quality, "state": f.state,
                "measured": _known(f.measured), "missing": f.missing,
            }
            for f in alarm.findings
        ],
    }  # fmt: skip


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _board_lines(standings: list[Standing], _: Translate) -> list[str]:
    language = of_terminal()
    lines = []
    for standing in standings:
        entry = standing.entry
        parts = [
            _(DIMENSION_NAMES[entry.dimension]), entry.code, entry.title(language), _(STATUS_NAMES[standing.status]),
            _value(standing, language, _), _target(standing, language, _), _gap(standing, language, _),
        ]  # fmt: skip
        lines.append("\t".join(part for part in parts if part))
    return lines


def _value(standing: Standing, language: str, _: Translate) -> str:
    entry, latest = standing.entry, standing.latest
    if latest is None or math.isnan(latest.value):
        return "—"
    unit = entry.say("unit", language)
    if entry.kind == "amount":
        return f"{latest.numerator:,.10g} {unit} · {latest.period}"
    parts = _("{part:,.10g} of {whole:,.10g}").format(part=latest.numerator, whole=latest.denominator)
    summed = _(", sum over townships: {count}").format(count=latest.added_up) if latest.added_up else ""
    return f"{latest.value:,.1f} {unit} ({parts}{summed}) · {latest.period}"


def _target(standing: Standing, language: str, _: Translate) -> str:
    entry = standing.entry
    if not entry.has_target or entry.target is None:
        return ""
    sign = {"higher": "≥", "lower": "≤", "equal": "="}[entry.direction]
    return _("target {sign} {target:g} {unit}").format(sign=sign, target=entry.target, unit=entry.say("unit", language))


def _gap(standing: Standing, language: str, _: Translate) -> str:
    if standing.status != "not_met":
        return ""
    what = standing.entry.say("numerator", language)
    more = _("{count:,.10g} more: {what}") if standing.gap > 0 else _("{count:,.10g} fewer: {what}")
    return more.format(count=abs(standing.gap), what=what)


def _alarm_lines(found: list[Alarm], _: Translate) -> list[str]:
    language = of_terminal()
    lines = [_("Alarms (thresholds are general knowledge; edit data/reference/alarms.csv):")]
    for alarm in found:
        rules = "; ".join(_rule(f.rule.name[language], f.rule.threshold, f.rule.unit[language], _(STATE_NAMES[f.state]))
                          for f in alarm.findings)  # fmt: skip
        lines.append(f"{alarm.name[language]}\t{_(STATE_NAMES[alarm.state])}\t{rules}")
    return lines


def _rule(name: str, threshold: float, unit: str, state: str) -> str:
    return f"{name} {threshold:g} {unit}: {state}"
