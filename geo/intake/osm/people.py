"""Where people live according to an OSM extract. Second floor: intake, files → clean tables.

OSM knows few populations. What it does not tell is assumed from data/reference/osm_places.csv, and every assumption is
reported with the count of places and people it made.
"""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from scipy.spatial import cKDTree

from geo.intake.osm.file import OSM_SOURCE, Element, elements
from geo.intake.osm.places import PLACES, SINGLE, Place, assumed_people, local_crs, places_once, positions
from geo.model.errors import TableEmpty
from geo.model.problems import Problem
from geo.model.projection import to_degrees
from geo.model.roads import Bytes, Floats, Ints
from geo.model.schema import DEMAND, conform

SPREAD_FROM_PEOPLE, SPREAD_CELL_M, SETTLEMENT_CELL_M = 2000, 500.0, 1000.0
SETTLEMENT_FROM_M, FARM_FROM_M = 2000.0, 500.0
_UNTOLD = "building=house"  # what building=yes inside landuse=residential counts as


@dataclass(frozen=True)
class Homes:
    """b residential buildings: metres, persons assumed, index of the nearest place (-1: none) and its distance."""

    xy: Floats  # (b, 2)
    people: Floats  # (b,)
    place: Ints  # (b,)
    distance_m: Floats  # (b,)


def demand_from_osm(path: Path) -> tuple[pd.DataFrame, list[Problem]]:
    """Demand points: table DEMAND and what was assumed. The same extract gives the same table.

    Every place counts once, with its population tag or an assumed figure. A town of 2,000 or more is spread over its
    residential buildings in 500 m cells, its total kept exactly. Residential buildings more than 2 km from any place
    (and outside every town's reach) become one settlement for each 1 km cell; farmyards (landuse) that no place and
    no such building stands for count as one household each.

    Raises FileMissing, FileUnreadable, TableEmpty.
    """
    found = elements(path, ("place", "landuse", "building"), _wanted)
    if not found:
        raise TableEmpty(path=path, table="demand", refused=0)
    crs, people = local_crs(found), assumed_people()
    places, problems = places_once(found, people, crs)
    homes = _homes(found, people, places, crs)
    rows, spread = _place_rows(places, homes, crs)
    settled = _settlement_rows(places, homes, crs)
    farms = _farm_rows(found, people, places, homes, crs)
    if not rows + settled + farms:
        raise TableEmpty(path=path, table="demand", refused=0)
    table = conform(pd.DataFrame(rows + settled + farms), DEMAND, path=str(path), name="demand")
    return table, problems + spread + _assumptions(places, settled, farms)


def _wanted(tags: dict[str, str]) -> bool:
    if tags.get("place") in PLACES or tags.get("landuse") in ("residential", "farmyard"):
        return True
    return tags.get("building") in ("yes", "house", "detached", "terrace", "residential", "apartments", "farm")


# ---- buildings -------------------------------------------------------------------------------------------------


def _homes(found: list[Element], people: dict[str, int], places: list[Place], crs: CRS) -> Homes:
    buildings = [e for e in found if "building" in e.tags and e.tags.get("place") not in PLACES]
    told = [people.get(f"building={e.tags['building']}", 0) for e in buildings]
    inside = _in_residential(buildings, [e.shape for e in found if e.tags.get("landuse") == "residential" and e.shape])
    count = np.where(inside, people[_UNTOLD], told).astype(np.float64)
    buildings = [b for b, n in zip(buildings, count, strict=True) if n > 0]
    xy = positions(buildings, crs)
    place, distance_m = _nearest(xy, positions([p.element for p in places], crs))
    return Homes(xy, count[count > 0], place, distance_m)


def _in_residential(buildings: list[Element], areas: list[shapely.Geometry]) -> Bytes:
    """Which building=yes stand in an area of landuse=residential, and so are taken for houses."""
    yes = np.array([e.tags["building"] == "yes" for e in buildings], dtype=bool)
    points = shapely.points([e.lon for e in buildings], [e.lat for e in buildings])
    hit = np.zeros(len(buildings), dtype=bool)
    hit[shapely.STRtree(areas).query(points, predicate="intersects")[0]] = True
    return (yes & hit).astype(np.uint8)


def _nearest(xy: Floats, others: Floats) -> tuple[Ints, Floats]:
    if not len(others) or not len(xy):
        return np.full(len(xy), -1, dtype=np.int64), np.full(len(xy), np.inf)
    distance, index = cKDTree(others).query(xy)
    return np.asarray(index, dtype=np.int64), np.asarray(distance, dtype=np.float64)


def _cells(xy: Floats, size_m: float) -> dict[tuple[int, int], Ints]:
    """Cell (column, row) → indices of the points in it, cells in order."""
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for i, (column, row) in enumerate(np.floor(xy / size_m).astype(np.int64).tolist()):
        groups[column, row].append(i)
    return {cell: np.array(groups[cell], dtype=np.int64) for cell in sorted(groups)}


def share_out(total: int, weights: Floats) -> Ints:
    """Whole numbers that sum to `total` and follow `weights`, by largest remainder (ties: the earlier)."""
    exact = total * weights / weights.sum()
    share: Ints = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - share), kind="stable")
    share[order[: total - int(share.sum())]] += 1
    return share


# ---- rows ------------------------------------------------------------------------------------------------------


def _row(key: str, name: str, lon: float, lat: float, people: int, told: str, year: str = "") -> dict[str, object]:
    return {
        "demand_id": key,
        "name": name,
        "lon": lon,
        "lat": lat,
        "population": people,
        "population_type": told,
        "year": year,
        "position_quality": "osm",
        "source": OSM_SOURCE,
    }


def _place_rows(places: list[Place], homes: Homes, crs: CRS) -> tuple[list[dict[str, object]], list[Problem]]:
    rows: list[dict[str, object]] = []
    problems: list[Problem] = []
    for i, place in enumerate(places):
        own = np.flatnonzero((homes.place == i) & (homes.distance_m <= place.reach_m))
        if place.people < SPREAD_FROM_PEOPLE or not len(own):
            rows.append(_place_row(place))
            continue
        parts = _spread(place, homes.xy[own], homes.people[own], crs)
        rows += parts
        params: dict[str, object] = {"name": place.name, "people": place.people, "count": len(parts)}
        problems.append(Problem("population_spread", "warning", "demand", params=params))
    return rows, problems


def _place_row(place: Place) -> dict[str, object]:
    e = place.element
    name = place.name or f"{place.kind} (OSM {e.label})"
    year = "" if place.assumed else e.tags.get("population:date", "")[:4]
    return _row(e.key, name, e.lon, e.lat, place.people, "assumed" if place.assumed else "osm", year)


def _spread(place: Place, xy: Floats, people: Floats, crs: CRS) -> list[dict[str, object]]:
    cells = list(_cells(xy, SPREAD_CELL_M).values())
    share = share_out(place.people, np.array([people[c].sum() for c in cells]))
    whole = _place_row(place)
    rows: list[dict[str, object]] = []
    for cell, count in zip(cells, share.tolist(), strict=True):
        if count:
            lon, lat = _centre(xy[cell], people[cell], crs)
            n = len(rows) + 1
            own = {"demand_id": f"{place.element.key}-{n}", "name": f"{whole['name']} {n}"}
            rows.append(whole | own | {"lon": lon, "lat": lat, "population": count})
    return rows


def _centre(xy: Floats, weights: Floats, crs: CRS) -> tuple[float, float]:
    x, y = np.average(xy, axis=0, weights=weights)
    lon, lat = to_degrees(x, y, crs)
    return float(lon), float(lat)


def _settlement_rows(places: list[Place], homes: Homes, crs: CRS) -> list[dict[str, object]]:
    """One row for each 1 km cell of homes that belong to no place, numbered for each nearest place."""
    reach = np.array([p.reach_m for p in places] + [0.0])[homes.place]  # -1, no place at all, takes the last
    apart = np.flatnonzero(homes.distance_m > np.maximum(reach, SETTLEMENT_FROM_M))
    xy, people = homes.xy[apart], homes.people[apart]
    numbers: dict[int, int] = defaultdict(int)
    rows: list[dict[str, object]] = []
    for (column, row), cell in _cells(xy, SETTLEMENT_CELL_M).items():
        near = int(homes.place[apart[cell[0]]])
        numbers[near] += 1
        of = f" of {_place_row(places[near])['name']}" if near >= 0 else ""
        lon, lat = _centre(xy[cell], people[cell], crs)
        key, name = f"osm-settlement-{column}-{row}", f"settlement {numbers[near]}{of}"
        rows.append(_row(key, name, lon, lat, int(people[cell].sum()), "assumed"))
    return rows


def _farm_rows(
    found: list[Element], people: dict[str, int], places: list[Place], homes: Homes, crs: CRS
) -> list[dict[str, object]]:
    """Farmyards apart from any place (500 m from a farm or dwelling, 2 km from a village) and any counted home."""
    yards = [e for e in found if e.tags.get("landuse") == "farmyard" and e.tags.get("place") not in PLACES]
    xy = positions(yards, crs)
    free = np.ones(len(yards), dtype=bool)
    single = np.array([p.kind in SINGLE for p in places], dtype=bool)
    place_xy = positions([p.element for p in places], crs)
    apart = homes.xy[homes.distance_m > SETTLEMENT_FROM_M]
    for others, limit_m in (
        (place_xy[single], FARM_FROM_M),
        (place_xy[~single], SETTLEMENT_FROM_M),
        (apart, FARM_FROM_M),
    ):
        free &= _nearest(xy, others)[1] > limit_m
    count = people["landuse=farmyard"]
    kept = [e for e, is_free in zip(yards, free, strict=True) if is_free]
    return [_row(e.key, e.name or f"farm (OSM {e.label})", e.lon, e.lat, count, "assumed") for e in kept]


def _assumptions(
    places: list[Place], settled: list[dict[str, object]], farms: list[dict[str, object]]
) -> list[Problem]:
    groups = {kind: [p.people for p in places if p.assumed and p.kind == kind] for kind in PLACES}
    groups["settlement"] = [int(str(r["population"])) for r in settled]
    groups["farmyard"] = [int(str(r["population"])) for r in farms]
    problems: list[Problem] = []
    for what, counts in groups.items():
        if counts:
            params: dict[str, object] = {"what": what, "count": len(counts), "people": sum(counts)}
            params["source"] = "G: editable assumption"
            problems.append(Problem("population_assumed", "warning", "demand", params=params))
    return problems
