"""The five alarms as rules over loaded values: data, editable, with their sources. First floor: the words."""

import csv
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from geo.model.errors import OutOfRange
from geo.model.schemes import DATA

ALARMS = ("siphoning", "fee_growth", "cash_flow", "finance", "fund")
MEASURES = ("value", "fall", "growth")  # the value itself; points lost, or growth in per cent, since the period before


@dataclass(frozen=True)
class Rule:
    """The alarm is raised when the measure of the indicator is `compare` ("above", "below") the threshold."""

    alarm: str
    alarm_name: dict[str, str]  # language → text
    name: dict[str, str]
    indicator_code: str
    measure: str
    compare: str
    threshold: float
    unit: dict[str, str]
    quality: str  # G: general knowledge, editable
    source: str

    def with_threshold(self, threshold: float) -> "Rule":
        """The same rule at another threshold. Raises OutOfRange for one nobody means."""
        if not -1000 <= threshold <= 10_000:
            raise OutOfRange(what=self.name["en"], low=-1000, high=10000, value=f"{threshold:g}")
        return replace(self, threshold=threshold)


@cache
def load_rules(path: Path = DATA / "reference" / "alarms.csv") -> tuple[Rule, ...]:
    """Every rule, in the file's order."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Rule(
            r["alarm"], {"zh": r["alarm_zh"], "en": r["alarm_en"]}, {"zh": r["rule_zh"], "en": r["rule_en"]},
            r["indicator_code"], r["measure"], r["compare"], float(r["threshold"]),
            {"zh": r["unit"], "en": r["unit_en"]}, r["quality"], r["source"],
        )
        for r in rows
    )  # fmt: skip
