"""The five alarms over loaded values: raised, quiet, or not to be told for want of values. Third floor: analysis."""

import math
from dataclasses import dataclass
from typing import Literal

from geo.analysis.indicators import Figure, Standing
from geo.model.alarms import Rule

State = Literal["raised", "quiet", "unknown"]
Missing = Literal["", "value", "before"]  # no value at all; no value of the period before


@dataclass(frozen=True)
class Finding:
    """One rule and what it found. `measured` is in the rule's unit, NaN where a value is missing."""

    rule: Rule
    state: State
    measured: float
    missing: Missing
    now: Figure | None = None
    before: Figure | None = None


@dataclass(frozen=True)
class Alarm:
    """One alarm: raised when any of its rules is, quiet when all are, else it cannot be told."""

    alarm: str
    name: dict[str, str]
    state: State
    findings: tuple[Finding, ...]


def alarms(rules: tuple[Rule, ...], standings: list[Standing]) -> list[Alarm]:
    """Every alarm of the rules, in their order. `standings` is what `geo.analysis.indicators.board` makes."""
    known = {s.entry.code: s for s in standings}
    found = [_finding(rule, known.get(rule.indicator_code)) for rule in rules]
    names = {rule.alarm: rule.alarm_name for rule in rules}
    out = []
    for alarm, name in names.items():
        mine = tuple(f for f in found if f.rule.alarm == alarm)
        states = {f.state for f in mine}
        state: State = "raised" if "raised" in states else "unknown" if "unknown" in states else "quiet"
        out.append(Alarm(alarm, name, state, mine))
    return out


def _finding(rule: Rule, standing: Standing | None) -> Finding:
    now = standing.latest if standing else None
    if standing is None or now is None or math.isnan(now.value):
        return Finding(rule, "unknown", math.nan, "value")
    before = standing.before
    if rule.measure == "value":
        return _judged(rule, now.value, now, None)
    if before is None or math.isnan(before.value) or (rule.measure == "growth" and not before.value):
        return Finding(rule, "unknown", math.nan, "before", now)
    fall = before.value - now.value
    return _judged(rule, fall if rule.measure == "fall" else -100 * fall / abs(before.value), now, before)


def _judged(rule: Rule, measured: float, now: Figure, before: Figure | None) -> Finding:
    """Above and below mean beyond: the threshold itself is quiet. Rounded, because 0.1 + 0.2 is above 0.3."""
    told = round(measured, 9)
    beyond = told > rule.threshold if rule.compare == "above" else told < rule.threshold
    return Finding(rule, "raised" if beyond else "quiet", measured, "", now, before)
