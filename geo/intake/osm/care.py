"""Hospitals and health centres of an OSM extract. Second floor: intake, files → clean tables."""

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd

from geo.intake.desk.numbers import number_from
from geo.intake.osm.file import OSM_SOURCE, Element, elements
from geo.model.errors import TableEmpty
from geo.model.problems import Problem
from geo.model.projection import metric_crs, to_metric
from geo.model.schema import FACILITY, conform
from geo.model.schemes import Scheme

SAME_PLACE_M = 300.0
_HOSPITAL, _CENTRE = "county_hospital", "township_hospital"
_AMENITY = {"hospital": _HOSPITAL, "clinic": _CENTRE, "doctors": _CENTRE}
_HEALTHCARE = {"hospital": _HOSPITAL, "centre": _CENTRE, "clinic": _CENTRE, "doctor": _CENTRE}
_DOUBTFUL = re.compile(
    r"red cross|rau[ðd]i kross|红十字|consult|ráðgj|咨询|pharmac|apótek|药店|药房|veterin|兽医", re.IGNORECASE
)


def facilities_from_osm(path: Path, scheme: Scheme) -> tuple[pd.DataFrame, list[Problem]]:
    """Places of care: table FACILITY and what was assumed.

    amenity=hospital counts as a county hospital, amenity=clinic or doctors and healthcare=centre, clinic or doctor as
    a township hospital (the scheme's lowest tier of that kind). One place mapped twice is kept once: a nameless one
    within 300 m of a named one of its kind, or the same name within 300 m.

    Raises FileMissing, FileUnreadable, TableEmpty.
    """
    found = elements(path, ("amenity", "healthcare"), lambda tags: _kind(tags) is not None)
    groups, problems = _merge(found)
    rows: list[dict[str, object]] = []
    for kept, twins in groups:
        tier = _tier(scheme, _kind(kept.tags) or "")
        if not tier:
            problems.append(_no_tier(kept, scheme))
            continue
        rows.append(_row(kept, twins, tier))
        problems += _doubts(kept)
    if not rows:
        raise TableEmpty(path=path, table="facility", refused=len(groups))
    return conform(pd.DataFrame(rows), FACILITY, path=str(path), name="facility"), problems


def _kind(tags: dict[str, str]) -> str | None:
    if tags.get("disused") == "yes" or tags.get("abandoned") == "yes":
        return None
    if tags.get("amenity") == "pharmacy":
        return None
    return _AMENITY.get(tags.get("amenity", "")) or _HEALTHCARE.get(tags.get("healthcare", ""))


def _tier(scheme: Scheme, kind: str) -> str:
    return next((t.tier_id for t in reversed(scheme.tiers) if t.kind == kind), "")


def _no_tier(element: Element, scheme: Scheme) -> Problem:
    choices = ", ".join(t.tier_id for t in scheme.tiers)
    value = element.tags.get("amenity") or element.tags.get("healthcare", "")
    params: dict[str, object] = {"name": _name(element), "value": value, "choices": choices}
    return Problem("tier_unknown", "error", "facility", element.number, "tier", params)


def _row(kept: Element, twins: list[Element], tier: str) -> dict[str, object]:
    tags = kept.tags
    emergency = any(e.tags.get("emergency") == "yes" for e in [kept, *twins])
    beds = number_from(tags.get("beds") or tags.get("capacity:beds", ""))
    return {
        "facility_id": kept.key,
        "name": _name(kept),
        "category": tags.get("amenity") or tags.get("healthcare", ""),
        "tier": tier,
        "lon": kept.lon,
        "lat": kept.lat,
        "beds": math.nan if beds is None else beds,
        "capabilities": "emergency" if emergency else "",
        "is_emergency_base": False,
        "position_quality": "osm",
        "source": OSM_SOURCE,
    }


def _name(element: Element) -> str:
    what = element.tags.get("amenity") or element.tags.get("healthcare", "")
    return element.name or f"{what} (OSM {element.label})"


def _rank(element: Element) -> tuple[bool, bool, int, int]:
    """Named before nameless, with emergency department first, then node, relation, way, then the lower number."""
    order = ("node", "relation", "way").index(element.kind)
    return not element.name, element.tags.get("emergency") != "yes", order, element.number


def _merge(found: list[Element]) -> tuple[list[tuple[Element, list[Element]]], list[Problem]]:
    ordered = sorted(found, key=_rank)
    if not ordered:
        return [], []
    lon, lat = [e.lon for e in ordered], [e.lat for e in ordered]
    x, y = to_metric(lon, lat, metric_crs(lon, lat))
    kept: list[int] = []
    twins: dict[int, list[Element]] = {}
    problems: list[Problem] = []
    for i, element in enumerate(ordered):
        near = [(float(np.hypot(x[i] - x[j], y[i] - y[j])), j) for j in kept if _may_be_same(element, ordered[j])]
        distance_m, j = min(near, default=(math.inf, -1))
        if distance_m > SAME_PLACE_M:
            kept.append(i)
            twins[i] = []
            continue
        twins[j].append(element)
        problems.append(_merged(element, ordered[j], distance_m))
    groups = sorted(((ordered[i], twins[i]) for i in kept), key=lambda g: (g[0].kind, g[0].number))
    return groups, problems


def _may_be_same(element: Element, kept: Element) -> bool:
    if _kind(element.tags) != _kind(kept.tags) or not kept.name:
        return False
    return element.name.casefold() in ("", kept.name.casefold())


def _merged(dropped: Element, kept: Element, distance_m: float) -> Problem:
    params: dict[str, object] = {
        "dropped": f"{_name(dropped)} ({dropped.label})",
        "kept": f"{_name(kept)} ({kept.label})",
        "distance_m": round(distance_m),
    }
    return Problem("facility_merged", "warning", "facility", None, "name", params)


def _doubts(kept: Element) -> list[Problem]:
    name, what = _name(kept), kept.tags.get("amenity") or kept.tags.get("healthcare", "")
    params: dict[str, object] = {"name": name, "value": what}
    if not kept.name:
        return [Problem("facility_unnamed", "warning", "facility", None, "name", params)]
    if _DOUBTFUL.search(name):
        return [Problem("facility_doubtful", "warning", "facility", None, "name", params)]
    return []
