"""Files for the tests of the data desk on the toy county (tests/geo/county.py), and what is asked of a study."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import shapely

from geo.model.desk import Check
from geo.model.inputs import Study
from geo.study import desk
from tests.geo.county import Care, Road, lonlat

Corners = tuple[tuple[float, float], tuple[float, float]]
WGS = {"crs": "EPSG:4326"}
COUNTED = ("county_hospital", "township_hospital")
WEST_HALF: Corners = ((-1000.0, -6000.0), (7000.0, 10000.0))
EAST_HALF: Corners = ((7000.0, -6000.0), (14000.0, 10000.0))
BRIDGE = Road(((4000, 9000), (6500, 5500)), "县道")  # 4.30 km at 55 km/h: the island's road joins the others
CARE_HEADER = ("机构编码", "机构名称", "级别", "经度", "纬度", "状态")


def upload(check: Check, number: int = 1, author: str = "李分析") -> desk.Upload:
    return desk.Upload(author, "二月名单", "list.csv", check.fingerprint, f"operation-{check.kind}-{number}")


def after_of(study: Study, check: Check, *, closing: bool = False) -> Study:
    return desk.proposed(study, check, desk.difference(study, check, {}), gone_are_closed=closing)


def within(study: Study, minutes: float) -> float:
    found = desk.covered(study, "ambulance", COUNTED, minutes)
    assert found is not None
    return found.covered


def table(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def care_rows(*care: Care, status: str = "") -> list[list[object]]:
    return [[c.key, c.name, c.tier, *lonlat([c.at])[0], status] for c in care]


def areas(path: Path, *parts: tuple[str, str, Corners]) -> Path:
    """A layer of rectangles: code, name, south-west and north-east corner in metres."""
    features = []
    for code, name, ((west, south), (east, north)) in parts:
        ring = lonlat([(west, south), (east, south), (east, north), (west, north), (west, south)])
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"代码": code, "名称": name}, "geometry": geometry})
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def area_km2(shape: shapely.Geometry) -> float:
    """Square kilometres of an area in degrees, on the toy plane."""
    return float(gpd.GeoSeries([shape], crs=4326).to_crs(4544).area.iat[0]) / 1e6
