"""The places of an OSM extract, each counted once, with the people they stand for. Second floor: intake."""

import csv
import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from pyproj import CRS

from geo.intake.desk.numbers import number_from
from geo.intake.osm.file import Element
from geo.model.problems import Problem
from geo.model.projection import metric_crs, to_metric
from geo.model.roads import Floats
from geo.model.schemes import DATA

ASSUMED_PEOPLE = DATA / "reference" / "osm_places.csv"
PLACES = ("city", "town", "village", "suburb", "hamlet", "isolated_dwelling", "farm")
SINGLE = ("farm", "isolated_dwelling")  # a place that is one household
SAME_PLACE_M = 3000.0
_TOWNS = ("city", "town", "village")
_NEAR_M, _FAR_M = 2000.0, 15000.0
_NEAR_PEOPLE = 2000.0


@dataclass(frozen=True)
class Place:
    """A place with its people; `assumed` when the map data does not tell them."""

    element: Element
    kind: str
    name: str
    people: int
    assumed: bool

    @property
    def reach_m(self) -> float:
        """How far from its point the place's own buildings lie: 2 km up to 2,000 people, then growing with the square
        root of the people (equal density), 15 km at most. [G: a rule of ours, checked on Akureyri only]"""
        return min(max(_NEAR_M * math.sqrt(self.people / _NEAR_PEOPLE), _NEAR_M), _FAR_M)


def assumed_people(path: Path = ASSUMED_PEOPLE) -> dict[str, int]:
    """Tag ("place=village") → people assumed, from the editable reference table."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["tag"]: int(row["assumed_population"]) for row in csv.DictReader(file)}


def local_crs(elements: list[Element]) -> CRS:
    """The metric projection for some elements. Raises OutOfRange when there is none."""
    return metric_crs([e.lon for e in elements], [e.lat for e in elements])


def positions(elements: list[Element], crs: CRS) -> Floats:
    """(n, 2) metres."""
    return np.column_stack(to_metric([e.lon for e in elements], [e.lat for e in elements], crs)).reshape(-1, 2)


def places_once(elements: list[Element], people: dict[str, int], crs: CRS) -> tuple[list[Place], list[Problem]]:
    """The places among `elements`, each once, quarters of a town left out.

    A name met again within 3 km, or inside the area of that name, is the same place: the node's point is kept (it
    marks the centre) and a population tag is taken from whichever carries one.
    """
    found = [_place(e, people) for e in elements if e.tags.get("place") in PLACES]
    found.sort(key=lambda p: (p.element.kind != "node", p.assumed, p.element.number))
    xy = positions([p.element for p in found], crs)
    kept: list[int] = []
    for i, place in enumerate(found):
        twin = next((j for j in kept if _same(place, found[j], math.dist(xy[i], xy[j]))), None)
        if twin is None:
            kept.append(i)
        elif found[twin].assumed and not place.assumed:
            found[twin] = replace(found[twin], people=place.people, assumed=False)
    once, quarters = _without_quarters([found[i] for i in kept], xy[kept])
    problems = [Problem("place_twice", "warning", "demand", params={"count": len(found) - len(kept)})]
    problems += [Problem("places_inside_town", "warning", "demand", params={"count": quarters})]
    return once, [p for p in problems if p.params["count"]]


def _place(element: Element, people: dict[str, int]) -> Place:
    tags = element.tags
    told = number_from(tags.get("population", ""))
    known = told is not None and told >= 0  # NaN compares false
    kind = tags["place"]
    count = round(told) if known and told is not None else people.get(f"place={kind}", 0)
    return Place(element, kind, element.name, count, not known)


def _same(place: Place, kept: Place, distance_m: float) -> bool:
    if not place.name or place.name.casefold() != kept.name.casefold():
        return False
    shape = place.element.shape
    return distance_m <= SAME_PLACE_M or (
        shape is not None and bool(shapely.intersects_xy(shape, kept.element.lon, kept.element.lat))
    )


def _without_quarters(places: list[Place], xy: Floats) -> tuple[list[Place], int]:
    towns = [i for i, p in enumerate(places) if p.kind in _TOWNS]
    inside = [
        p.kind == "suburb" and any(math.dist(xy[i], xy[t]) <= places[t].reach_m for t in towns)
        for i, p in enumerate(places)
    ]
    return [p for p, is_quarter in zip(places, inside, strict=True) if not is_quarter], sum(inside)
