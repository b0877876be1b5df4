"""Indicators in words: values with their denominators, targets, distances, alarms. Fourth floor: output.

One wording for the page, the terminal and downloads. No percentage is said without its numerator and denominator.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

from geo.analysis.alarms import Alarm, Finding
from geo.analysis.indicators import Figure, Standing
from geo.model.errors import N_
from geo.model.indicators import DIMENSION_NAMES, Entry
from geo.output.data_words import AS_GIVEN, shipped_text
from geo.output.language import Translate

STATUS_NAMES = {
    "met": N_("met"),
    "not_met": N_("not met"),
    "no_value": N_("no value"),
    "no_target": N_("no target"),
}
STATUS_SIGNS = {"met": "✓", "not_met": "✗", "no_value": "?", "no_target": "·"}
STATE_NAMES = {"raised": N_("raised"), "quiet": N_("quiet"), "unknown": N_("cannot be told")}
QUALITY_NAMES = {
    "S": N_("policy documents"),
    "P": N_("published"),
    "G": N_("general knowledge, editable"),
    "U": N_("your own list"),
    "": N_("not told"),
}
_SIGNS = {"higher": "≥", "lower": "≤", "equal": "="}


def number(value: float) -> str:
    """A figure as it was counted: whole numbers whole, others with at most two decimals."""
    return "—" if math.isnan(value) else f"{value:,.0f}" if value == round(value) else f"{value:,.2f}".removesuffix("0")


def value_text(entry: Entry, value: float, language: str) -> str:
    """A value with its unit: 65.2 %, 4,287.85 yuan."""
    if math.isnan(value):
        return "—"
    told = f"{value:,.2f}".removesuffix("0") if entry.is_percent else number(value)
    return f"{told} {entry.say('unit', language)}".strip()


def value_form(entry: Entry, values: pd.Series) -> str:
    """The number format of a sheet or slide in which values look as in `value_text`, without the unit of an amount."""
    if entry.is_percent:
        return '0.0#" %"'
    return "#,##0" if (values == values.round()).all() else "#,##0.0#"


def parts_text(_: Translate, entry: Entry, figure: Figure) -> str:
    """What a value is made of: its numerator and denominator, or that its source gives only the value."""
    if entry.kind == "amount":
        return ""
    for phrase in AS_GIVEN:
        if phrase in figure.source.split("; "):
            return _(phrase)
    return _("{part} of {whole}").format(part=number(figure.numerator), whole=number(figure.denominator))


def sum_text(_: Translate, figure: Figure) -> str:
    """That a figure was added up, "" where it is the unit's own."""
    return _("added up over {count} units").format(count=figure.added_up) if figure.added_up else ""


def counties_text(_: Translate, entry: Entry, figure: Figure, counties: int) -> str:
    """What a programme's value is made of, and of how many of its counties that is the sum."""
    parts = parts_text(_, entry, figure)
    if not figure.added_up:
        return parts
    return _("{parts}, the sum of {count:,} of {whole:,} counties").format(
        parts=parts, count=figure.added_up, whole=counties
    )


def target_text(entry: Entry, language: str) -> str:
    """The target with its side: ≥ 65 %."""
    if entry.target is None or not entry.has_target:
        return ""
    return f"{_SIGNS[entry.direction]} {number(entry.target)} {entry.say('unit', language)}".strip()


def gap_count(_: Translate, standing: Standing) -> str:
    """How many more, or fewer, would meet the target."""
    if standing.status != "not_met":
        return ""
    more = _("{count} more") if standing.gap > 0 else _("{count} fewer")
    return more.format(count=number(abs(standing.gap)))


def gap_text(_: Translate, standing: Standing, language: str) -> str:
    """How many more, or fewer, of what would meet the target."""
    if standing.status != "not_met":
        return ""
    what = standing.entry.say("numerator", language)
    more = _("{count} more: {what}") if standing.gap > 0 else _("{count} fewer: {what}")
    return more.format(count=number(abs(standing.gap)), what=what)


def class_texts(_: Translate, edges: Sequence[float], entry: Entry, language: str) -> list[str]:
    """The words of the classes between some edges, the lowest first; the target is named where it is one."""
    unit = entry.say("unit", language)
    if not edges:
        return [_("all with a value")]
    marked = [
        _("{edge} {unit} (target)").format(edge=number(e), unit=unit) if e == entry.target else f"{number(e)} {unit}"
        for e in edges
    ]
    inner = [f"{number(low)} – {number(high)} {unit}" for low, high in pairwise(edges)]
    named = [text.strip() for text in inner]
    for at, edge in enumerate(edges[:-1]):
        if edge == entry.target:
            named[at] = _("{text}, from the target up").format(text=named[at])
    return [
        _("under {edge}").format(edge=marked[0].strip()), *named, _("{edge} and more").format(edge=marked[-1].strip())
    ]  # fmt: skip


def board_table(_: Translate, standings: Sequence[Standing], language: str) -> pd.DataFrame:
    """The board as a table for people, one line an indicator. Trend holds the values in the order of periods."""
    lines = []
    for standing in standings:
        entry, latest = standing.entry, standing.latest
        lines.append({
            _("Aspect"): _(DIMENSION_NAMES[entry.dimension]),
            _("Indicator"): entry.title(language),
            _("Status"): f"{STATUS_SIGNS[standing.status]} {_(STATUS_NAMES[standing.status])}",
            _("Value"): value_text(entry, latest.value, language) if latest else "—",
            _("Numerator of denominator"): parts_text(_, entry, latest) if latest else "",
            _("Target"): target_text(entry, language),
            _("To the target"): gap_count(_, standing),
            _("Trend"): [f.value for f in standing.figures if not math.isnan(f.value)],
            _("Period"): latest.period if latest else "",
            _("Code"): entry.code,
        })  # fmt: skip
    return pd.DataFrame(lines)


def board_rows(_: Translate, standings: Sequence[Standing], language: str) -> pd.DataFrame:
    """The board for a download: every figure of every period, with target, status of the last, document and source."""
    lines = []
    for standing in standings:
        entry = standing.entry
        for figure in standing.figures or (None,):
            last = figure is None or figure is standing.latest
            lines.append({
                _("Aspect"): _(DIMENSION_NAMES[entry.dimension]), _("Code"): entry.code,
                _("Indicator"): entry.title(language), _("Period"): figure.period if figure else "",
                _("Value"): figure.value if figure else math.nan, _("Unit"): entry.say("unit", language),
                _("Numerator"): figure.numerator if figure else math.nan,
                _("Denominator"): figure.denominator if figure else math.nan,
                _("Target"): target_text(entry, language),
                _("Status"): _(STATUS_NAMES[standing.status]) if last else "",
                _("To the target"): gap_text(_, standing, language) if last else "",
                _("Document"): entry.say("document", language), _("Clause"): entry.say("clause", language),
                _("Source"): shipped_text(_, figure.source) if figure else "",
            })  # fmt: skip
    return pd.DataFrame(lines)


def rule_text(finding: Finding, language: str) -> str:
    """A rule with its threshold."""
    rule = finding.rule
    return f"{rule.name[language]} {number(rule.threshold)} {rule.unit[language]}"


def missing_text(_: Translate, finding: Finding, title: str) -> str:
    """Which value a rule lacks, "" where it lacks none."""
    lacks = {"value": _("no value of {title}"), "before": _("no value of {title} for the period before"), "": ""}
    return lacks[finding.missing].format(title=title)


def measured_text(_: Translate, finding: Finding, entry: Entry | None, language: str) -> str:
    """The figures a rule looked at, each with its numerator and denominator."""
    said = []
    for figure in (finding.now, finding.before):
        if figure is not None and entry is not None:
            parts = parts_text(_, entry, figure)
            said.append(
                f"{figure.period}: {value_text(entry, figure.value, language)}" + (f" ({parts})" if parts else "")
            )
    return "; ".join(said)


def alarm_table(_: Translate, found: Sequence[Alarm], entries: Sequence[Entry], language: str) -> pd.DataFrame:
    """The alarms as a table, one line a rule."""
    known = {entry.code: entry for entry in entries}
    lines = []
    for alarm in found:
        for finding in alarm.findings:
            rule = finding.rule
            entry = known.get(rule.indicator_code)
            title = entry.title(language) if entry else rule.indicator_code
            lines.append({
                _("Alarm"): alarm.name[language],
                _("State"): _(STATE_NAMES[finding.state]),
                _("Rule"): rule.name[language],
                _("Threshold"): rule.threshold,
                _("Unit"): rule.unit[language],
                _("Measured"): number(finding.measured),
                _("From the figures"): measured_text(_, finding, entry, language),
                _("Missing"): missing_text(_, finding, title),
                _("Quality"): _(QUALITY_NAMES[rule.quality]),
            })  # fmt: skip
    return pd.DataFrame(lines)
