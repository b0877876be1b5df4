"""What is measured: a catalogue of indicators with their targets, kept as data. First floor: the words.

Yida ships plain entries of its own (codes `yida:…`) with the targets that policy documents give; they are no official
codes. A county lays its own list over them: an entry of the same code and version takes the place of the shipped one.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from geo.model.errors import N_
from geo.model.schema import CATALOGUE, conform
from geo.model.schemes import DATA

# The five aspects a medical community is judged by (紧密型/同质化/促分工/提效能/保健康), in their usual order.
DIMENSIONS = ("tight", "alike", "division", "performance", "health")
DIMENSION_NAMES = {
    "tight": N_("Closely knit"),
    "alike": N_("Same quality"),
    "division": N_("Division of work"),
    "performance": N_("Performance"),
    "health": N_("Health"),
    "": N_("Aspect not told"),
}

# share: numerator ≤ denominator, shown in per cent. percent: in per cent too, but may be negative or above 100.
# rate: numerator per denominator in a unit of its own. amount: the numerator alone.
KINDS = ("share", "percent", "rate", "amount")
DIRECTIONS = ("higher", "lower", "equal", "none")  # which values are better than the target
SCOPES = ("township", "county", "province")
PERCENT = {"share", "percent"}


_SAID = ("title", "numerator", "denominator", "unit", "document", "clause")


@dataclass(frozen=True)
class Entry:
    """One catalogue entry. `target` is in the unit shown (per cent where it is one), None where there is none.

    `texts` is language → title, numerator, denominator, unit, document, clause.
    """

    code: str
    version: str
    dimension: str
    kind: str
    direction: str
    target: float | None
    period: str
    scope: str
    quality: str  # S: policy documents, P: published, G: general knowledge, U: the user's own
    texts: dict[str, dict[str, str]]

    @property
    def has_target(self) -> bool:
        """Whether a value can meet or miss it."""
        return self.target is not None and self.direction != "none"

    @property
    def is_percent(self) -> bool:
        """Whether its values are shown in per cent."""
        return self.kind in PERCENT

    def say(self, what: str, language: str) -> str:
        """Its title, numerator, denominator, unit, document or clause; in Chinese where the language has no title."""
        told = self.texts[language if self.texts.get(language, {}).get("title") else "zh"]
        return told[what] or ("" if told["title"] else self.texts["en"][what])

    def title(self, language: str) -> str:
        return self.say("title", language) or self.code


@cache
def shipped_catalogue(path: Path = DATA / "reference" / "catalogue.csv") -> pd.DataFrame:
    """Table CATALOGUE of the entries that come with the program. Shared: never change it."""
    rows = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
    return conform(rows, CATALOGUE, path=str(path), name="catalogue")


def whole_catalogue(own: pd.DataFrame) -> pd.DataFrame:
    """The shipped entries with a study's own laid over them, by code and version; own entries first."""
    key = ["indicator_code", "version"]
    rows = pd.concat([own.assign(quality=own["quality"].replace("", "U")), shipped_catalogue()], ignore_index=True)
    return rows.drop_duplicates(key, ignore_index=True)


def entries_of(catalogue: pd.DataFrame) -> tuple[Entry, ...]:
    """The entries of a table CATALOGUE, in its order."""
    return tuple(_entry(row) for row in catalogue.to_dict("records"))


def _entry(row: dict[object, object] | dict[str, object]) -> Entry:
    cells = {str(name): "" if value is None else str(value) for name, value in row.items()}
    target = float(cells["target"])
    kind = cells["value_kind"] or kind_told(cells["unit"], cells["denominator"])
    return Entry(
        code=cells["indicator_code"], version=cells["version"], dimension=cells["dimension"], kind=kind,
        direction=cells["direction"] or "none", target=None if target != target else target,
        period=cells["period"], scope=cells["scope"], quality=cells["quality"],
        texts={"zh": {w: cells[w] for w in _SAID}, "en": {w: cells[f"{w}_en"] for w in _SAID}},
    )  # fmt: skip


def kind_told(unit: str, denominator: str) -> str:
    """The kind of an entry that does not say it: per cent is a share, a denominator makes a rate."""
    if unit in ("%", "％"):
        return "share"
    return "rate" if denominator else "amount"


def entry_for(entries: tuple[Entry, ...], code: str, period: str) -> Entry | None:
    """The entry of a code that holds in a period: of several versions the newest whose year is not after it."""
    own = sorted((e for e in entries if e.code == code), key=lambda e: e.version)
    if not own:
        return None
    held = [e for e in own if e.version[:4] <= period[:4]]
    return held[-1] if held else own[0]
