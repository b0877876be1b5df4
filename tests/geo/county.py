"""A toy county as files a user would have, on the toy plane of tests/geo/network: answers can be worked out by hand.

    (0, 9000) ═══════ 4 km, 乡道, joined to nothing: 岛村 lives there
                       北村 + 卫生室 (6500, 5500)
                          ║ 5.5 km 县道, 6 min
    西村 500 m off        ║                           东村 (13000, 2500)
    (0, 0) ══ 6 min ══ 中村 (6500, 0) ══ 6 min ══ 卫生院 (13000, 0), then 2.5 km 村道, 6 min
    县人民医院 250 m off     13 km 省道
    远村 (0, -5000), 5 km from any road

Speeds (data/reference/speeds.csv): 省道 primary 65, 县道 secondary 55, 乡道 tertiary 40, 村道 unclassified 25 km/h.
"""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from geo.model.inputs import Sources
from tests.geo.network.conftest import degrees

Point = tuple[float, float]


@dataclass(frozen=True)
class Road:
    """A line in metres on the toy plane, with the words a user's layer would hold."""

    points: tuple[Point, ...]
    grade: str
    oneway: str = ""


@dataclass(frozen=True)
class Care:
    """A row of the facility list."""

    key: str
    name: str
    tier: str
    at: Point


@dataclass(frozen=True)
class Village:
    """A row of the village list."""

    key: str
    name: str
    people: object
    at: Point


MAIN = Road(((0, 0), (6500, 0), (13000, 0)), "省道")
NORTH = Road(((6500, 0), (6500, 5500)), "县道")
EAST = Road(((13000, 0), (13000, 2500)), "村道")
ISLAND = Road(((0, 9000), (4000, 9000)), "乡道")
ROADS = (MAIN, NORTH, EAST, ISLAND)
HOSPITAL = Care("F1", "县人民医院", "县级公立医院", (0, -250))
HEALTH_CENTRE = Care("F2", "东乡卫生院", "一般乡镇卫生院", (13000, 0))
CLINIC = Care("F3", "北村卫生室", "村卫生室", (6500, 5500))
CARE = (HOSPITAL, HEALTH_CENTRE, CLINIC)
VILLAGES = (
    Village("V1", "西村", 1000, (0, 500)),
    Village("V2", "中村", 2000, (6500, 0)),
    Village("V3", "北村", 300, (6500, 5500)),
    Village("V4", "东村", 400, (13000, 2500)),
    Village("V5", "岛村", 50, (2000, 9000)),
    Village("V6", "远村", 7, (0, -5000)),
)
OUTLINE = ((-1000.0, -6000.0), (14000.0, 10000.0))  # south-west and north-east corner
TIERS = ("county_hospital", "key_township_hospital", "township_hospital_general", "extension_point", "village_clinic")


def lonlat(points: Sequence[Point]) -> list[list[float]]:
    lon, lat = degrees(points)
    return [[float(x), float(y)] for x, y in zip(lon, lat, strict=True)]


def write_roads(path: Path, roads: Iterable[Road] = ROADS) -> Path:
    lines = [
        _feature("LineString", lonlat(r.points), {"道路等级": r.grade, "单向": r.oneway}) for r in roads
    ]  # fmt: skip
    return _write_geojson(path, lines)


def write_outline(path: Path, corners: tuple[Point, Point] = OUTLINE) -> Path:
    (west, south), (east, north) = corners
    ring = lonlat([(west, south), (east, south), (east, north), (west, north), (west, south)])
    return _write_geojson(path, [_feature("Polygon", [ring], {"名称": "示范县", "代码": "999999"})])


def write_care(path: Path, care: Iterable[Care] = CARE) -> Path:
    rows = [[c.key, c.name, c.tier, *lonlat([c.at])[0]] for c in care]
    return _write_csv(path, ["机构编码", "机构名称", "级别", "经度", "纬度"], rows)


def write_villages(path: Path, villages: Iterable[Village] = VILLAGES) -> Path:
    rows = [[v.key, v.name, *lonlat([v.at])[0], v.people] for v in villages]
    return _write_csv(path, ["村代码", "村名", "经度", "纬度", "常住人口"], rows)


def write_county(folder: Path, **changes: object) -> Sources:
    """All files of the county in a folder, and the sources that name them; `changes` replace fields of the sources."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = Sources(
        name="toy",
        title={"zh": "示范县", "en": "Toy county"},
        scheme_id="xishui",
        roads=write_roads(folder / "roads.geojson"),
        boundary=write_outline(folder / "boundary.geojson"),
        facilities=write_care(folder / "facilities.csv"),
        demand=write_villages(folder / "villages.csv"),
        crs="EPSG:4326",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def _feature(kind: str, coordinates: object, properties: dict[str, str]) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def _write_geojson(path: Path, features: list[dict[str, object]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def _write_csv(path: Path, header: list[str], rows: list[list[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path
