"""A made-up county of any size on a mesh of roads: two lead hospitals, towns in a grid, a clinic in each village."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.intake.areas import assign_units
from geo.model.inputs import Report, Study
from geo.model.links import no_links
from geo.model.schema import DEMAND, FACILITY, INDICATOR_VALUE, LINK, UNIT, conform
from geo.network.contraction import contract
from geo.study.build import with_tables
from geo.synthetic.mesh import mesh_ways, random_points

ABLE = "emergency;surgery;ct;imaging;ultrasound;ecg;laboratory"
SIDE = 6  # towns along a side


def large_county(clinics: int, nodes: int = 20_000, name: str = "large") -> Study:
    """A county with 2 + 5 + 31 hospitals and `clinics` clinics, one in each village, all connected to networks."""
    ways = mesh_ways(nodes, seed=3)
    roads = contract(ways)
    lon, lat = random_points(ways, clinics, seed=1)
    west, south, east, north = float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())
    unit = _towns(west, south, east, north)
    demand = _table(DEMAND, "demand", {
        "demand_id": [f"D{i:05d}" for i in range(clinics)], "name": [f"第{i}村" for i in range(clinics)], "lon": lon,
        "lat": lat, "population": np.random.default_rng(1).integers(200, 3000, clinics), "coverage_mode": "own_clinic",
    })  # fmt: skip
    demand = demand.assign(unit_code=assign_units(demand, unit))
    both = pd.concat([_hospitals(unit), _clinics(demand)], ignore_index=True)
    facility = both.sort_values("facility_id", ignore_index=True)
    outline = gpd.GeoDataFrame(
        conform(pd.DataFrame([{"unit_code": "9", "name": name, "level": "county", "boundary_kind": "extent"}]), UNIT,
                path="", name="unit"),
        geometry=[shapely.box(west, south, east, north).buffer(0.02)], crs="EPSG:4326",
    )  # fmt: skip
    header = {
        "name": name, "title": {"zh": name, "en": name}, "scheme_id": "xishui", "terrain": "plain",
        "illustrative": True, "notes": {}, "population": {}, "attribution": [],
    }  # fmt: skip
    indicator = conform(pd.DataFrame(columns=list(INDICATOR_VALUE)), INDICATOR_VALUE, path="", name="indicator")
    report = Report({}, 0, 0.0, 0, 0, 0, 0, 0.0, 0.0, 0, 0, ())
    study = Study(header, facility, demand, indicator, no_links(), unit, outline, roads, report, "")
    return with_tables(study, {"link": _links(facility)})


def _table(schema: dict, name: str, columns: dict[str, object]) -> pd.DataFrame:
    return conform(pd.DataFrame(columns), schema, path="", name=name)


def _towns(west: float, south: float, east: float, north: float) -> gpd.GeoDataFrame:
    wide, high = (east - west) / SIDE, (north - south) / SIDE
    cells = [(i, j) for j in range(SIDE) for i in range(SIDE)]
    boxes = [
        shapely.box(west + i * wide, south + j * high, west + (i + 1) * wide, south + (j + 1) * high) for i, j in cells
    ]
    rows = pd.DataFrame({"unit_code": [f"U{k:02d}" for k in range(len(cells))]})
    rows = rows.assign(name=rows["unit_code"] + "镇", level="township", boundary_kind="approximate_voronoi")
    return gpd.GeoDataFrame(conform(rows, UNIT, path="", name="unit"), geometry=boxes, crs="EPSG:4326")


def _hospitals(unit: gpd.GeoDataFrame) -> pd.DataFrame:
    """A hospital at the middle of each town; every seventh is a key centre, and the county's two stand in town 14."""
    middle = shapely.centroid(unit.geometry.to_numpy())
    rows: list[dict[str, object]] = []
    for k, (code, point) in enumerate(zip(unit["unit_code"], middle, strict=True)):
        half, key = 1 + (k % SIDE) // (SIDE // 2), k % 7 == 3
        rows.append({
            "facility_id": f"T{k:02d}", "name": f"{k}镇卫生院", "unit_code": code, "lon": point.x, "lat": point.y,
            "tier": "key_township_hospital" if key else "township_hospital_general", "community_id": f"C{half}",
            "parent_id": f"H{half}" if key else f"T{3 + 7 * min(k // 7, 4):02d}", "beds": 40.0, "capabilities": ABLE,
        })  # fmt: skip
    for half in (1, 2):
        rows.append({
            "facility_id": f"H{half}", "name": f"第{half}县医院", "unit_code": "U14",
            "lon": middle[14].x + 0.002 * half,
            "lat": middle[14].y, "tier": "county_hospital", "community_id": f"C{half}", "beds": 500.0,
            "capabilities": ABLE, "flags": "lead",
        })  # fmt: skip
    return _table(FACILITY, "facility", {k: [r.get(k, "") for r in rows] for k in FACILITY})


def _clinics(demand: pd.DataFrame) -> pd.DataFrame:
    town = demand["unit_code"].str[1:]
    half = 1 + (town.astype(int) % SIDE) // (SIDE // 2)
    return _table(FACILITY, "facility", {
        "facility_id": "V" + demand["demand_id"].str[1:], "name": demand["name"] + "卫生室", "tier": "village_clinic",
        "unit_code": demand["unit_code"], "parent_id": "T" + town, "community_id": "C" + half.astype(str),
        "lon": demand["lon"] + 0.0005, "lat": demand["lat"], "physicians": 1.0,
    })  # fmt: skip


def _links(facility: pd.DataFrame) -> pd.DataFrame:
    """ECG read at the county for every clinic, drugs brought to each, referral to the parent, a paired hospital."""
    clinic = facility[facility["tier"] == "village_clinic"]
    rows = [("reads_ecg_for", "H1", i, "") for i in clinic["facility_id"]]
    rows += [("supplies_drugs_to", "H2", i, "") for i in clinic["facility_id"]]
    rows += [("refers_to", i, p, "") for i, p in zip(clinic["facility_id"], clinic["parent_id"], strict=True)]
    rows.append(("pairs_with", "city", "H1", '{"lat": 28.0, "lon": 107.5, "name": "市医院"}'))
    kinds, starts, ends, told = zip(*rows, strict=True)
    ids = [f"{k}:{a}:{b}" for k, a, b, _ in rows]
    columns = {"link_id": ids, "kind": kinds, "from_id": starts, "to_id": ends, "properties": told}
    return _table(LINK, "link", columns).sort_values("link_id", ignore_index=True)
