"""Tier, category and township of every facility, each with its confidence and its reason. Second floor: intake.

What a column says counts; the rest is told from category code, level, name and position (geo.intake.desk.tiers). Below
SURE a row should be looked at; what nothing tells is an error, never a guess.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geo.intake.areas import assign_units
from geo.intake.desk.listing import Context, Found, Listing
from geo.intake.desk.numbers import is_scientific
from geo.intake.desk.parents import is_branch
from geo.intake.desk.place_names import bare_name, only_alike, township_core
from geo.intake.desk.placing import SEAT_ALIKE
from geo.intake.desk.tiers import tier_of
from geo.model.desk import Mend
from geo.model.errors import N_
from geo.model.projection import metric_crs
from geo.model.schemes import Scheme

SURE = 0.7
NEAR_BORDER_M = 300.0  # township borders are drawn, not surveyed

REASONS: dict[str, str] = {
    "tier_stated": N_("stated in the list"),
    "tier_from_both": N_("category code and name say the same"),
    "tier_from_code": N_("told by the category code"),
    "tier_from_name": N_("told by the name"),
    "tier_from_category": N_("told by the words of the category"),
    "tier_from_level": N_("told by the level"),
    "tier_branch": N_("a branch that bears a township's name"),
    "tier_against_level": N_("the level says otherwise"),
    "tier_against_name": N_("category code and name disagree"),
    "tier_hospital_unsure": N_("a hospital, but perhaps not a public one of the county"),
    "tier_not_told": N_("nothing tells the tier"),
    "category_stated": N_("stated in the list"),
    "category_from_words": N_("told by the words of the category"),
    "category_from_name": N_("told by the name"),
    "category_none_exists": N_("no category code exists for an extension point"),
    "category_not_told": N_("nothing tells the category"),
}

_DOUBTS = {
    "tier_against_level": "tier_doubt_level",
    "tier_against_name": "tier_doubt_name",
    "tier_hospital_unsure": "tier_doubt_hospital",
}
_CATEGORY_WORDS = (  # the longer word first where one holds the other
    ("延伸", ""), ("中医医院", "A210"), ("中医院", "A210"), ("妇幼", "G100"), ("疾病预防控制", "J100"),
    ("疾控", "J100"), ("急救中心", "E100"), ("急救站", "E200"), ("社区卫生服务中心", "B100"),
    ("社区卫生服务站", "B200"), ("中心卫生院", "C210"), ("卫生院", "C220"), ("村卫生", "D600"), ("卫生室", "D600"),
    ("卫生所", "D600"), ("卫生站", "D600"), ("综合医院", "A100"), ("人民医院", "A100"),
)  # fmt: skip
_CODE = re.compile(r"[A-Z]\d{3}")
_CREDIT = re.compile(r"[0-9A-HJ-NP-RTUWXY]{2}(\d{6})[0-9A-HJ-NP-RTUWXY]{10}")
_INSTITUTION = re.compile(r"[0-9A-Z]{8}-?[0-9A-Z](\d{6})[0-9A-Z]{7}")
_VILLAGE = re.compile(r"(\d{9})\d{3}")


@dataclass(frozen=True)
class Told:
    """A value with its confidence (0–1) and its reason, one of REASONS."""

    value: str
    confidence: float
    reason: str


# ---- tier and category -----------------------------------------------------------------------------------------


def classify(listing: Listing, context: Context) -> tuple[Listing, list[Found]]:
    """The list with tier, category and unit code filled in, each tier and category with `_confidence` and `_reason`
    beside it, and what should be looked at. Demand lists get their unit code only."""
    listing, found = in_townships(listing, context)
    if listing.table != "facility":
        return listing, found
    tiers = tiers_of(listing, context)
    categories = [
        category_of(text, name, told.value)
        for text, name, told in zip(listing.cells("category"), listing.cells("name"), tiers, strict=True)
    ]
    columns: dict[str, Sequence[object]] = {}
    for column, all_told in (("tier", tiers), ("category", categories)):
        columns[column] = [t.value for t in all_told]
        columns[f"{column}_confidence"] = [t.confidence for t in all_told]
        columns[f"{column}_reason"] = [t.reason for t in all_told]
    return listing.with_values(**columns), found + _tier_findings(listing, tiers, context.scheme)


def tiers_of(listing: Listing, context: Context) -> list[Told]:
    """Every row's tier; equal texts are looked at once."""
    columns = [listing.cells(c) for c in ("tier", "name", "category")]
    townships = {township_core(str(n)) for n in context.unit.get("name", [])}
    read = {texts: _tier(texts, context.scheme, townships) for texts in set(zip(*columns, strict=True))}
    return [read[texts] for texts in zip(*columns, strict=True)]


def _tier(texts: tuple[str, ...], scheme: Scheme, townships: set[str]) -> Told:
    tier, name, category = texts
    found = tier_of(scheme, tier, name, category)
    if found:
        return Told(found.tier_id, found.confidence, found.reason)
    hospitals = [t.tier_id for t in scheme.tiers if t.kind == "township_hospital"]
    if hospitals and is_branch(name) and _township_in(name, townships):
        return Told(hospitals[-1], SURE, "tier_branch")
    return Told("", 0.0, "tier_not_told")


def _township_in(name: str, townships: set[str]) -> bool:
    """Whether the words just before 分院 are a township's name."""
    before = re.split(r"分院|院区", name)[0]
    return any(len(core) >= 2 and re.search(rf"{re.escape(core)}(镇|乡|街道)?$", before) for core in townships)


def category_of(text: str, name: str, tier_id: str = "") -> Told:
    """The category code (WS 218 style) of one facility. An extension point has none: its tier is its type."""
    plain = unicodedata.normalize("NFKC", text).strip()
    code = _CODE.match(plain.upper())
    if code:
        return Told(code[0], 1.0, "category_stated")
    if tier_id == "extension_point" or "延伸" in name:
        return Told("", 1.0, "category_none_exists")
    for words, confidence, reason in ((plain, 0.9, "category_from_words"), (name, 0.8, "category_from_name")):
        hit = None if is_branch(words) else next((c for word, c in _CATEGORY_WORDS if word in words), None)
        if hit:
            return Told(hit, confidence, reason)
    return Told(plain, 0.0, "category_not_told")


def _tier_findings(listing: Listing, tiers: list[Told], scheme: Scheme) -> list[Found]:
    both = {t.tier_id: f"{t.name['zh']} ({t.tier_id})" for t in scheme.tiers}  # a cell may hold either
    choices = ", ".join(both.values())
    columns = zip(listing.rows, tiers, *(listing.cells(c) for c in ("tier", "name", "category")), strict=True)
    found = []
    for row, told, tier, name, category in columns:
        params = {"name": name, "value": tier or category, "choices": choices, "tier": both.get(told.value, "")}
        if not told.value:
            found.append(Found(listing.problem("tier_unknown", row, "tier", params, error=True)))
        elif told.confidence < SURE:
            code = _DOUBTS[told.reason]
            found.append(Found(listing.problem(code, row, "tier", params), Mend(code, row, {"tier": told.value})))
    return found


# ---- townships -------------------------------------------------------------------------------------------------


def in_townships(listing: Listing, context: Context) -> tuple[Listing, list[Found]]:
    """The list with the township of every row: of its code column, its own code or its township's name, else of its
    position; and where these disagree, or a code is of another county."""
    if context.unit.empty:
        return listing, []
    here = assign_units(listing.values[["lon", "lat"]], context.unit).tolist()
    stated, found = _stated(listing, context)
    rows, own_names = listing.rows, listing.cells("name")
    names = dict(zip(context.unit["unit_code"], context.unit["name"], strict=True))
    for at in _apart(listing, context.unit, stated, here):
        params = {"name": own_names[at], "stated": _named(stated[at], names), "found": _named(here[at], names)}
        mend = Mend("township_disagrees", rows[at], {"unit_code": here[at]})
        found.append(Found(listing.problem("township_disagrees", rows[at], "unit_code", params), mend))
    codes = [s or h for s, h in zip(stated, here, strict=True)]
    return listing.with_values(unit_code=codes), found + _other_counties(listing, context.unit)


def _named(code: str, names: dict[str, str]) -> str:
    return f"{names[code]} ({code})" if code in names else code


def _stated(listing: Listing, context: Context) -> tuple[list[str], list[Found]]:
    """The township each row's columns name, "" where none does; and codes and names of townships that do not exist."""
    codes = {str(c) for c in context.unit["unit_code"]}
    named = townships_by_name(listing.cells("unit_name"), context.unit)
    found: list[Found] = []
    stated = []
    columns = (listing.values["unit_code"].tolist(), listing.cells(listing.key), listing.cells("unit_name"))
    counties = {c[:6] for c in codes}
    for row, code, own, name in zip(listing.rows, *columns, strict=True):
        village = _VILLAGE.fullmatch(own)
        told = [code, village[1] if village else "", named.get(name, "")]
        stated.append(next((t for t in told if t in codes), ""))
        if code and code not in codes | counties and not is_scientific(code):
            found.append(_no_township(listing, row, "unit_code", code, next((t for t in told[1:] if t in codes), "")))
        elif name and not named.get(name) and not stated[-1]:
            found.append(_no_township(listing, row, "unit_name", name, ""))
    return stated, found


def _no_township(listing: Listing, row: int, column: str, text: str, instead: str) -> Found:
    mend = Mend("township_unknown", row, {column: instead})
    return Found(listing.problem("township_unknown", row, column, {"value": text}), mend)


def townships_by_name(texts: list[str], units: gpd.GeoDataFrame) -> dict[str, str]:
    """Text → the code of the only township so named, or most likely meant by it."""
    known: dict[str, set[str]] = {}
    for code, name in zip(units["unit_code"].tolist(), units["name"].tolist(), strict=True):
        for form in {bare_name(str(name)), township_core(str(name))}:
            known.setdefault(form, set()).add(str(code))
    found = {}
    for text in set(texts) - {""}:
        forms = (bare_name(text), township_core(text))
        near = next((f for f in forms if f in known), None) or only_alike(forms[0], known, SEAT_ALIKE)
        if near and len(known[near]) == 1:
            found[text] = next(iter(known[near]))
    return found


def _apart(listing: Listing, units: gpd.GeoDataFrame, stated: list[str], here: list[str]) -> list[int]:
    """Rows further than NEAR_BORDER_M from the township that their columns name."""
    doubtful = [
        at
        for at, (s, h, placed) in enumerate(zip(stated, here, listing.places.quality, strict=True))
        if s and h and s != h and not placed
    ]
    if not doubtful:
        return []
    west, south, east, north = units.total_bounds
    flat = units.to_crs(metric_crs([west, east], [south, north]))
    shapes = dict(zip(flat["unit_code"].tolist(), flat.geometry, strict=True))
    points = gpd.GeoSeries.from_xy(listing.places.lon[doubtful], listing.places.lat[doubtful], crs=units.crs)
    metres = shapely.distance(points.to_crs(flat.crs).to_numpy(), np.array([shapes[stated[at]] for at in doubtful]))
    return [at for at, away in zip(doubtful, metres.tolist(), strict=True) if away > NEAR_BORDER_M]


def division_in(code: str) -> str:
    """The six digits of the county in a unified social credit code, an institution code or a village's code."""
    for pattern in (_CREDIT, _INSTITUTION):
        hit = pattern.fullmatch(code)
        if hit:
            return hit[1]
    return code[:6] if _VILLAGE.fullmatch(code) else ""


def _other_counties(listing: Listing, units: gpd.GeoDataFrame) -> list[Found]:
    """Rows whose own code is of a division other than this county, its city or its province."""
    counties = {str(c)[:6] for c in units["unit_code"] if str(c)[:6].isdigit() and len(str(c)) >= 9}
    own = {d for c in counties for d in (c, c[:4] + "00", c[:2] + "0000")}
    found = []
    for row, code in zip(listing.rows, listing.cells(listing.key), strict=True):
        division = division_in(code) if own else ""
        if division and division not in own:
            params = {"value": code, "division": division, "county": ", ".join(sorted(counties))}
            found.append(Found(listing.problem("code_other_county", row, listing.key, params)))
    return found
