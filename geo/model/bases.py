"""Ambulance bases, and how many ambulances a county should have. First floor: the words.

A base is a facility with `is_emergency_base`, or a place added for trial. A base staffed by day only has the word
`day_only` among its facility's flags.
"""

import csv
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from geo.model.schemes import DATA

DAY_ONLY = "day_only"
AMBULANCES_ASSUMED = 1  # where the list says a facility is a base and not how many ambulances it has


@dataclass(frozen=True)
class Base:
    """Where ambulances start. `added` ones are no base in the list of facilities."""

    base_id: str
    name: str
    unit_code: str
    lon: float
    lat: float
    ambulances: int
    assumed: bool = False  # the number of ambulances is not known
    day_only: bool = False
    on: bool = True
    added: bool = False

    def serves(self, *, night: bool) -> bool:
        """Whether an ambulance can leave from here."""
        return self.on and self.ambulances > 0 and not (night and self.day_only)


@dataclass(frozen=True)
class FleetRule:
    """A rule for the number of ambulances, always named with its figure."""

    rule_id: str
    people_per_ambulance: float
    name: dict[str, str]  # language → text
    quality: str
    source: str


def open_facilities(facility: pd.DataFrame) -> pd.DataFrame:
    """The facilities that are, or could be made, a base."""
    return facility[facility["status"] != "closed"]


def bases_of(facility: pd.DataFrame) -> tuple[Base, ...]:
    """The open facilities that are emergency bases, by id."""
    rows = open_facilities(facility[facility["is_emergency_base"]])
    return tuple(base_at(row) for _, row in rows.sort_values("facility_id").iterrows())


def base_at(row: "pd.Series", *, added: bool = False) -> Base:
    """The base at a facility, one row of the facility table."""
    known = not math.isnan(row["ambulances"])
    count = int(row["ambulances"]) if known else AMBULANCES_ASSUMED
    if added:
        count = max(count, AMBULANCES_ASSUMED)  # somebody makes it a base, so an ambulance is put there
    return Base(
        base_id=str(row["facility_id"]),
        name=str(row["name"]),
        unit_code=str(row["unit_code"]),
        lon=float(row["lon"]),
        lat=float(row["lat"]),
        ambulances=count,
        assumed=not known,
        day_only=DAY_ONLY in {word.strip() for word in str(row["flags"]).split(";")},
        added=added,
    )


@cache
def load_fleet_rules(path: Path = DATA / "reference" / "fleet_rules.csv") -> tuple[FleetRule, ...]:
    """The rules known, in the file's order."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        FleetRule(
            r["rule_id"], float(r["people_per_ambulance"]), {"zh": r["name_zh"], "en": r["name_en"]}, r["quality"],
            r["source"],
        )
        for r in rows
    )  # fmt: skip
