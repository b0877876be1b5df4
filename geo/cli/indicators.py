"""`yida indicators`: every indicator against its target, and the five alarms. Beside the rooms."""

import argparse
import json
import math

from geo.analysis.alarms import Alarm
from geo.analysis.indicators import Figure, Standing
from geo.cli.studies import Commands, opened
from geo.model.indicators import DIMENSION_NAMES
from geo.output.indicator_text import (
    STATE_NAMES,
    STATUS_NAMES,
    gap_text,
    parts_text,
    rule_text,
    sum_text,
    target_text,
    value_text,
)
from geo.output.language import Translate, of_terminal
from geo.study.indicators import alarms_of, board_of, county_code, unit_names


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
        target = target_text(entry, language)
        parts = [
            _(DIMENSION_NAMES[entry.dimension]), entry.code, entry.title(language), _(STATUS_NAMES[standing.status]),
            _value(standing, language, _), _("target {target}").format(target=target) if target else "",
            gap_text(_, standing, language),
        ]  # fmt: skip
        lines.append("\t".join(part for part in parts if part))
    return lines


def _value(standing: Standing, language: str, _: Translate) -> str:
    entry, latest = standing.entry, standing.latest
    if latest is None or math.isnan(latest.value):
        return "—"
    parts = ", ".join(text for text in (parts_text(_, entry, latest), sum_text(_, latest)) if text)
    return f"{value_text(entry, latest.value, language)}{f' ({parts})' if parts else ''} · {latest.period}"


def _alarm_lines(found: list[Alarm], _: Translate) -> list[str]:
    language = of_terminal()
    lines = [_("Alarms (thresholds are general knowledge; edit data/reference/alarms.csv):")]
    for alarm in found:
        rules = "; ".join(f"{rule_text(f, language)}: {_(STATE_NAMES[f.state])}" for f in alarm.findings)
        lines.append(f"{alarm.name[language]}\t{_(STATE_NAMES[alarm.state])}\t{rules}")
    return lines
