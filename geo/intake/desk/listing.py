"""A list under check: its text, and what could be read of it. Second floor: intake, files → clean tables.

Nothing is judged here. `values` holds what the text could be read as, unknown where it could not; the rules
(geo.intake.desk.validating, geo.intake.desk.classifying) look at both and say what is wrong.
"""

import hashlib
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.intake.desk.evidence import Evidence
from geo.intake.desk.numbers import is_scientific, number_from
from geo.intake.desk.pairing import plain_name
from geo.intake.desk.vocabulary import WORDS, ours, yes_or_no
from geo.model.desk import Mend
from geo.model.problems import Problem
from geo.model.roads import Floats
from geo.model.schema import CATALOGUE, DEMAND, FACILITY, Column, empty
from geo.model.schemes import Scheme

RoadDistance = Callable[[Floats, Floats], Floats]  # degrees → metres to the nearest road, infinite without any
LIMITS: dict[str, float] = {  # more than this is a slip of the pen, not a county's figure
    "beds": 10_000,
    "physicians": 20_000,
    "nurses": 20_000,
    "ambulances": 1_000,
    "population_served": 10_000_000,
    "population": 10_000_000,
    "population_65_plus": 10_000_000,
}
FLAGS = ("is_emergency_base",)
KEY = {"facility": "facility_id", "demand": "demand_id"}
CODES = {
    "facility": ("facility_id", "unit_code", "parent_id", "community_id"),
    "demand": ("demand_id", "unit_code"),
}
PLACED = ("village", "seat")  # qualities of positions that stand for a whole village or township
SCHEMA: dict[str, dict[str, Column]] = {"facility": FACILITY, "demand": DEMAND}
MADE = "-auto-"  # stands in ids that were made here
_APART = ("name", "unit_code", "unit_name", "village_code", "village_name", "address")  # tell rows without ids apart
_EXTRA = (
    "unit_name",
    "village_code",
    "village_name",
    "community_lead",
    "address",
)  # columns of lists that are read but not stored
_AMOUNT = re.compile(r"[约共计近有]*\s*(\d[\d,]*(?:\.\d+)?)\s*(万)?\s*(?:余|多)?\s*[张个人名位辆台床口]*")


class Found(NamedTuple):
    """One finding on a row and what would put it right."""

    problem: Problem
    mend: Mend | None = None


def refused_rows(found: Iterable[Found]) -> frozenset[int]:
    """The rows that an error costs: they say nothing about the others."""
    return frozenset(
        one.problem.row for one in found if one.problem.severity == "error" and one.problem.row is not None
    )


@dataclass(frozen=True)
class Context:
    """What a list is checked against. `unit` and `outline` are in EPSG:4326; tables may be empty.

    `demand` and `facility` are the stored lists: villages place rows without coordinates, facilities may be parents.
    """

    scheme: Scheme
    outline: gpd.GeoDataFrame
    unit: gpd.GeoDataFrame
    demand: pd.DataFrame
    facility: pd.DataFrame
    road_distance: RoadDistance | None = None
    evidence: Evidence = field(default_factory=Evidence)  # for the guess of a coordinate system
    between: Callable[[], None] = lambda: None  # called between the stages of a check; raises what stops it
    catalogue: pd.DataFrame = field(default_factory=lambda: empty(CATALOGUE))  # the county's own list of indicators


@dataclass(frozen=True)
class Places:
    """Where the rows are, in WGS-84 degrees, NaN where unknown. `notes` are problem codes, "" where all is plain;
    `quality` is how a row without coordinates was placed ("village", "seat"), "" where it had its own; `found` is what
    placing had to say."""

    lon: Floats
    lat: Floats
    notes: tuple[str, ...]
    quality: tuple[str, ...]
    found: tuple[Found, ...] = ()
    mends: tuple[Mend, ...] = ()  # names misspelt, found on the way

    @classmethod
    def nowhere(cls) -> "Places":
        """Of rows that have no place of their own."""
        return cls(np.empty(0), np.empty(0), (), ())


@dataclass(frozen=True)
class Listing:
    """A facility or demand list under check. `text` and `values` share their index, the row numbers, in their order."""

    table: str
    text: pd.DataFrame  # every schema column and _EXTRA, "" where the file has none
    values: pd.DataFrame  # schema columns in their kinds
    places: Places

    @property
    def key(self) -> str:
        return KEY[self.table]

    @cached_property
    def rows(self) -> list[int]:
        return [int(n) for n in self.text.index]

    def cells(self, column: str) -> list[str]:
        """A column's text. Made anew at each call: not for the inside of a loop."""
        return [str(t) for t in self.text[column].tolist()]

    def with_values(self, **columns: object) -> "Listing":
        """The same list with columns of `values` replaced."""
        return Listing(self.table, self.text, self.values.assign(**columns), self.places)  # type: ignore[arg-type]

    def problem(
        self, code: str, row: int, column: str, params: Mapping[str, object] | None = None, *, error: bool = False
    ) -> Problem:
        """A finding on one of the rows."""
        return Problem(code, "error" if error else "warning", self.table, row, column, dict(params or {}))


def listing_of(text: pd.DataFrame, table: str, places: Places) -> Listing:
    """The list with everything that could be read. `text` has our column names, sorted by row number."""
    columns = [*SCHEMA[table], *_EXTRA]
    blank = {c: "" for c in columns if c not in text.columns}
    full = text.assign(**blank)[columns].astype("str")
    values = full.drop(columns=list(_EXTRA))
    read: dict[str, object] = {c: figures(full[c].tolist(), LIMITS[c])[0] for c in LIMITS if c in values.columns}
    read |= {c: [ours(c, t) for t in full[c].tolist()] for c in WORDS if c in values.columns}
    read |= {c: [yes_or_no(t) is True for t in full[c].tolist()] for c in FLAGS if c in values.columns}
    told = [ours("position_quality", t) for t in full["position_quality"].tolist()]
    quality = [q or own for q, own in zip(places.quality, told, strict=True)]
    placed = tuple(q if q in PLACED else "" for q in quality)  # those mended before are placed too
    read |= {"lon": places.lon, "lat": places.lat, "position_quality": quality}
    read[KEY[table]] = unique_ids(full[KEY[table]].tolist(), _told_apart(full, places), table)
    read["unit_code"] = [_nine(code) for code in full["unit_code"].tolist()]
    return Listing(table, full, values.assign(**read), replace(places, quality=placed))  # type: ignore[arg-type]


# ---- figures ---------------------------------------------------------------------------------------------------


def figures(texts: list[str], limit: float) -> tuple[Floats, Mapping[str, str]]:
    """Every text as a number from 0 to `limit`, NaN where it is none; and text → problem code of those that are not."""
    read = {text: _figure(text, limit) for text in set(texts)}
    values = np.array([read[text][0] for text in texts], dtype=np.float64)
    return values, {text: code for text, (_, code) in read.items() if code}


def _figure(text: str, limit: float) -> tuple[float, str]:
    value = number_from(text)
    if value is None:
        return math.nan, "number_invalid"
    if value < 0:
        return math.nan, "number_negative"
    return (math.nan, "number_too_large") if value > limit else (value, "")


def amount_in(text: str) -> str:
    """The number meant by "约50张" or "1.2万人", "" where none is meant."""
    hit = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if hit is None:
        return ""
    value = float(hit[1].replace(",", "")) * (10_000 if hit[2] else 1)
    return f"{value:.10g}"


# ---- ids and codes ---------------------------------------------------------------------------------------------


def unique_ids(given: list[str], told: Sequence[str], table: str) -> list[str]:
    """Every row's id: its own, one made of what is `told` of the row where it has none that can be used, a suffix where
    a row before has it.

    A made id is the same whenever the same is told, and another place's is another: row numbers would be neither.
    """
    own = ["" if is_scientific(text) else text for text in given]
    taken = set(own)
    seen: set[str] = set()
    count: dict[str, int] = {}
    ids = []
    for words, text in zip(told, own, strict=True):
        wanted = text or made_id(table, words)
        new = wanted
        while new in seen or (new in taken and (new != wanted or not text)):
            count[wanted] = count.get(wanted, 1) + 1
            new = f"{wanted}-{count[wanted]}"
        seen.add(new)
        ids.append(new)
    return ids


def made_id(table: str, told: str) -> str:
    """The id of a row that has none, of what is told of it."""
    return f"{table}{MADE}{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def _told_apart(full: pd.DataFrame, places: Places) -> list[str]:
    """What the file itself says of name, township and place: the same when the file is read again."""
    own = (full["lon"] != "").tolist()
    where = zip(own, places.lon.tolist(), places.lat.tolist(), strict=True)
    points = [f"{lon:.5f} {lat:.5f}" if stated else "" for stated, lon, lat in where]
    words = zip(*(full[c].tolist() for c in _APART), strict=True)
    return ["|".join([plain_name(name), *more, point]) for (name, *more), point in zip(words, points, strict=True)]


def _nine(code: str) -> str:
    """A township's code: of a village's 12 digits the first 9."""
    return code[:9] if len(code) == 12 and code.isdigit() else code


def plain_names(listing: Listing) -> list[str]:
    """Names as they are compared."""
    read = {name: plain_name(name) for name in set(listing.cells("name"))}
    return [read[name] for name in listing.cells("name")]
