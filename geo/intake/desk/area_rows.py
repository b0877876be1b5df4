"""Township and county areas under check. Second floor: intake, files → clean tables.

One bad ring never costs the others: each shape is judged alone, then against the county and its neighbours. Seats
without shapes get Voronoi cells, labelled approximate (geo.intake.areas).
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.intake.areas import voronoi_units
from geo.intake.desk.listing import Context, Found, unique_ids
from geo.intake.desk.mends import leave_out
from geo.intake.desk.numbers import is_scientific, number_from
from geo.intake.desk.pairing import plain_name
from geo.intake.desk.vocabulary import ours
from geo.model.desk import Mend
from geo.model.problems import Problem, Severity
from geo.model.projection import metric_crs
from geo.model.schema import BOUNDARY_KINDS, UNIT

DEGREES = "EPSG:4326"
OUTSIDE_PCT = 5.0  # more of a township outside its county than this is said
OVERLAP_PCT = 1.0  # of the smaller of two areas

Shapes = Sequence[shapely.Geometry | None]


def check_areas(
    text: pd.DataFrame, shapes: Shapes | None, context: Context, level: str
) -> tuple[gpd.GeoDataFrame, list[Found]]:
    """Table UNIT of the rows (index kept), repaired, and what is wrong with which row.

    `shapes` are in EPSG:4326 in the order of the rows. Without them `lon`/`lat` (or seat_lon/seat_lat) are seats, and
    their areas are made by nearness within `context.outline`.
    """
    table = _table(text if shapes is None else text.drop(columns=["lon", "lat"], errors="ignore"), level)
    rows = [int(n) for n in text.index]
    names = table["name"].tolist()
    if shapes is None:
        frame, found = _around_seats(table, context)
    else:
        areas = [area_of(s) for s in shapes]
        frame = gpd.GeoDataFrame(table, geometry=areas, crs=DEGREES)
        found = [f for row, n, s, a in zip(rows, names, shapes, areas, strict=True) for f in _shape(row, n, s, a)]
    found += _codes(rows, table, text)
    if level == "township" and shapes is not None:
        found += _against_county(frame, context) + _overlaps(frame)
    return frame, found


def area_of(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    """The areas in a shape, made valid; None when it has none."""
    if shape is None or shape.is_empty:
        return None
    parts = shapely.get_parts(shapely.make_valid(shape))
    areas = [p for part in parts for p in shapely.get_parts(part) if p.geom_type == "Polygon" and p.area > 0]
    if not areas:
        return None
    return areas[0] if len(areas) == 1 else shapely.multipolygons(areas)


def one_outline(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """All areas together as one row, under the code and name of the first. Of no area nothing."""
    if areas.empty:
        return areas
    return areas.iloc[[0]].set_geometry([shapely.union_all(areas.geometry.to_numpy())], crs=areas.crs)


def _table(text: pd.DataFrame, level: str) -> pd.DataFrame:
    full = text.reindex(columns=list(UNIT), fill_value="").astype("str")
    codes = unique_ids(full["unit_code"].tolist(), [plain_name(n) for n in full["name"].tolist()], "unit")
    kinds = [ours("boundary_kind", k) for k in full["boundary_kind"].tolist()]
    kinds = [k if k in BOUNDARY_KINDS else "approximate_outline" for k in kinds]
    seats = {}
    for column, other in (("seat_lon", "lon"), ("seat_lat", "lat")):
        own = text.get(other, full[column])  # a seat's position was read under `lon`, `lat`
        seats[column] = [np.nan if (v := number_from(str(t))) is None else v for t in own.tolist()]
    names = [n or c for n, c in zip(full["name"].tolist(), codes, strict=True)]
    return full.assign(unit_code=codes, name=names, level=level, boundary_kind=kinds, **seats)


def _problem(code: str, row: int, column: str, severity: Severity, **params: object) -> Problem:
    return Problem(code, severity, "unit", row, column, params)


def _shape(row: int, name: str, shape: shapely.Geometry | None, area: shapely.Geometry | None) -> list[Found]:
    if shape is None or shape.is_empty:
        return [Found(_problem("geometry_missing", row, "geometry", "error"))]
    if area is None:
        return [Found(_problem("geometry_not_an_area", row, "geometry", "error", name=name))]
    if not shape.is_valid:
        return [Found(_problem("geometry_repaired", row, "geometry", "warning", name=name))]
    return []


def _around_seats(table: pd.DataFrame, context: Context) -> tuple[gpd.GeoDataFrame, list[Found]]:
    seats = table.rename(columns={"seat_lon": "lon", "seat_lat": "lat"}).dropna(subset=["lon", "lat"])
    shapes: dict[str, shapely.Geometry] = {}
    if len(seats) and not context.outline.empty:
        made = voronoi_units(seats, context.outline)
        shapes = dict(zip(made["unit_code"], made.geometry, strict=True))
    kept = [shapes.get(code) for code in table["unit_code"]]
    frame = gpd.GeoDataFrame(table.assign(boundary_kind="approximate_voronoi"), geometry=kept, crs=DEGREES)
    missing = [int(n) for n, s in zip(table.index, kept, strict=True) if s is None]
    return frame, [Found(_problem("geometry_missing", row, "geometry", "error")) for row in missing]


def _codes(rows: list[int], table: pd.DataFrame, text: pd.DataFrame) -> list[Found]:
    """Codes met before, and codes a spreadsheet has turned into numbers."""
    found: list[Found] = []
    given = text["unit_code"].tolist() if "unit_code" in text.columns else [""] * len(text)
    for row, code, own in zip(rows, given, table["unit_code"].tolist(), strict=True):
        if is_scientific(code):
            mend = Mend("code_scientific", row, {"unit_code": ""})
            found.append(Found(_problem("code_scientific", row, "unit_code", "warning", value=code), mend))
        elif code and own != code:
            problem = _problem("id_duplicate", row, "unit_code", "error", value=code, new=own)
            found.append(Found(problem, leave_out("id_duplicate", row)))
    return found


def _against_county(frame: gpd.GeoDataFrame, context: Context) -> list[Found]:
    if context.outline.empty:
        return []
    county = shapely.make_valid(shapely.union_all(context.outline.geometry.to_numpy()))
    found = []
    for row, name, shape in zip(frame.index, frame["name"], frame.geometry, strict=True):
        if shape is None:
            continue
        out = 100 * (1 - shapely.intersection(shape, county).area / shape.area)  # a share: degrees cancel out
        if out > OUTSIDE_PCT:
            problem = _problem("area_outside", int(row), "geometry", "warning", name=name, share_pct=round(out, 1))
            found.append(Found(problem))
    return found


def _overlaps(frame: gpd.GeoDataFrame) -> list[Found]:
    """Pairs of areas that share more than a sliver."""
    known = frame[frame.geometry.notna()]
    if len(known) < 2:
        return []
    west, south, east, north = known.total_bounds
    flat = shapely.make_valid(known.to_crs(metric_crs([west, east], [south, north])).geometry.to_numpy())
    first, second = shapely.STRtree(flat).query(flat, predicate="intersects")
    a, b = first[first < second], second[first < second]
    shared = shapely.area(shapely.intersection(flat[a], flat[b]))
    least = np.minimum(shapely.area(flat[a]), shapely.area(flat[b]))
    rows, names = known.index.tolist(), known["name"].tolist()
    found = []
    for k in np.flatnonzero(shared > OVERLAP_PCT / 100 * least).tolist():
        params = {"name": names[b[k]], "other": names[a[k]], "other_row": int(rows[a[k]])}
        params["area_km2"] = f"{shared[k] / 1e6:.2f}"
        found.append(Found(_problem("areas_overlap", int(rows[b[k]]), "geometry", "warning", **params)))
    return found
