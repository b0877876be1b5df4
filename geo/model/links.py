"""Links between institutions: what kinds there are, which end is served, and ends outside the county. First floor.

The kinds are rows of data/reference/link_kinds.csv; a county adds its own. Who manages whom is `facility.parent_id`
and is not stored a second time. An end is the id of a facility, a village or a township; one outside the county has
its name and position in `properties`, a JSON object.
"""

import csv
import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from geo.model.errors import ChoiceUnknown
from geo.model.folders import DATA
from geo.model.schema import LINK, conform

MANAGES = "manages"  # as a kind of line on the map; its rows are parents
VILLAGE = "village"  # a base that is no kind of tier
GROUPS = ("care", "reading", "centre", "supply", "people")


@dataclass(frozen=True)
class LinkKind:
    """One network. `served` tells which end receives the service; `base` kinds of tier (or VILLAGE) that should."""

    kind: str
    name: dict[str, str]  # language → text
    served_name: dict[str, str]  # how the serving end is called on the card of the served one
    served: Literal["from", "to"]
    base: tuple[str, ...]
    group: str
    colour: str  # #rrggbb
    source: str

    @property
    def served_column(self) -> str:
        return f"{self.served}_id"

    @property
    def serving_column(self) -> str:
        return "to_id" if self.served == "from" else "from_id"


@dataclass(frozen=True)
class Outside:
    """An end beyond the county; `lon` and `lat` in degrees, NaN where not told."""

    name: str
    lon: float
    lat: float
    facility_id: str = ""  # where the county's list has it all the same


@cache
def load_link_kinds(path: Path = DATA / "reference" / "link_kinds.csv") -> tuple[LinkKind, ...]:
    """Every kind known, in the file's order."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        LinkKind(
            kind=r["kind"], name={"zh": r["name_zh"], "en": r["name_en"]},
            served_name={"zh": r["served_zh"], "en": r["served_en"]}, served="from" if r["served"] == "from" else "to",
            base=tuple(r["base"].split()), group=r["group"], colour=r["colour"], source=r["source"],
        )
        for r in rows
    )  # fmt: skip


def link_kind(kind: str) -> LinkKind:
    """The kind of an id. Raises ChoiceUnknown."""
    known = {k.kind: k for k in load_link_kinds()}
    if kind not in known:
        raise ChoiceUnknown(what="link kind", value=kind, choices=", ".join(known))
    return known[kind]


def no_links() -> pd.DataFrame:
    """The links of a study that has none."""
    return conform(pd.DataFrame(columns=list(LINK)), LINK, path="", name="link")


def properties_of(text: str) -> dict[str, Any]:
    """The properties of a link as plain values; nothing where the text is no JSON object."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def outside_of(text: str) -> Outside | None:
    """The end outside the county that a link's properties tell, None when they tell none."""
    found = properties_of(text)
    name = str(found.get("name", "")).strip()
    return Outside(name, _degrees(found.get("lon"), 180), _degrees(found.get("lat"), 90)) if name else None


def _degrees(value: object, limit: float) -> float:
    try:
        number = float(str(value))
    except ValueError:
        return math.nan
    return number if abs(number) <= limit else math.nan
