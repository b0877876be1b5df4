"""Areas where no file gives them, and which area a place is in. Second floor: intake, files → clean tables."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from geo.model.errors import TableEmpty
from geo.model.projection import metric_crs, to_metric
from geo.model.schema import UNIT, conform

EXTENT_MARGIN_M = 1000.0
NEAREST_UNIT_M = 2000.0
DEGREES = "EPSG:4326"


def voronoi_units(seats: pd.DataFrame, outline: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Table UNIT: for each seat the part of the outline nearer to it than to any other (a modelled boundary).

    `seats` has unit_code, name, lon, lat in degrees; of seats at one place only the first code counts; a seat whose
    part lies wholly outside the outline is left out. Distances are taken in a local metric projection.

    Raises TableEmpty when no seat is left.
    """
    ordered = seats.sort_values("unit_code", kind="stable").drop_duplicates(["lon", "lat"]).reset_index(drop=True)
    if ordered.empty:
        raise TableEmpty(path="seats", table="unit", refused=0)
    whole = shapely.union_all(outline.geometry.to_numpy())
    crs = metric_crs([whole.bounds[0], whole.bounds[2]], [whole.bounds[1], whole.bounds[3]])
    border = shapely.union_all(outline.to_crs(crs).geometry.to_numpy())
    cells = shapely.intersection(_cells(ordered, border, crs), border)
    table = ordered[["unit_code", "name"]].assign(
        level="township", boundary_kind="approximate_voronoi", seat_lon=ordered["lon"], seat_lat=ordered["lat"]
    )
    frame = gpd.GeoDataFrame(table, geometry=cells, crs=crs)
    frame = frame[~frame.geometry.is_empty].to_crs(DEGREES)
    return conform(frame, UNIT, path="seats", name="unit")


def _cells(seats: pd.DataFrame, border: shapely.Geometry, crs: CRS) -> npt.NDArray[np.object_]:
    if len(seats) == 1:
        return np.array([border], dtype=object)
    x, y = to_metric(seats["lon"].to_numpy(), seats["lat"].to_numpy(), crs)
    points = shapely.multipoints(shapely.points(x, y))
    cells: npt.NDArray[np.object_] = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=border, ordered=True))
    return cells


def extent_outline(lon: npt.ArrayLike, lat: npt.ArrayLike) -> gpd.GeoDataFrame:
    """Table UNIT of one row, level "county": the convex hull of the places (degrees) widened by 1 km.

    It stands for a study without a boundary and is no administrative area. Raises OutOfRange without any place.
    """
    crs = metric_crs(lon, lat)
    x, y = to_metric(lon, lat, crs)
    known = np.isfinite(x) & np.isfinite(y)
    hull = shapely.convex_hull(shapely.multipoints(shapely.points(x[known], y[known])))
    shape = shapely.buffer(hull, EXTENT_MARGIN_M)
    table = pd.DataFrame(
        {"unit_code": ["extent"], "name": ["extent"], "level": ["county"], "boundary_kind": ["extent"]}
    )
    frame = gpd.GeoDataFrame(table, geometry=[shape], crs=crs).to_crs(DEGREES)
    return conform(frame, UNIT, path="extent", name="unit")


def assign_units(table: pd.DataFrame, units: gpd.GeoDataFrame) -> "pd.Series[str]":
    """The code of the unit each row (lon, lat in degrees) is in, indexed as `table`.

    A place on a common border goes to the lower code; one in no unit to the nearest within 2 km (outlines are
    approximate), else "".
    """
    codes = np.full(len(table), "", dtype=object)
    if len(table) and len(units):
        ordered = units.sort_values("unit_code", kind="stable")
        own = ordered["unit_code"].to_numpy(dtype=object)
        lon, lat = table["lon"].to_numpy(dtype=np.float64), table["lat"].to_numpy(dtype=np.float64)
        inside = shapely.STRtree(ordered.geometry.to_numpy()).query(shapely.points(lon, lat), predicate="intersects")
        for row, unit in sorted(inside.T.tolist(), reverse=True):  # the lower code is written last
            codes[row] = own[unit]
        left = np.flatnonzero((codes == "") & np.isfinite(lon) & np.isfinite(lat))
        codes[left] = _nearest_codes(lon[left], lat[left], ordered, own)
    return pd.Series(codes, index=table.index, name="unit_code", dtype="str")


def _nearest_codes(
    lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], units: gpd.GeoDataFrame, own: npt.NDArray[np.object_]
) -> npt.NDArray[np.object_]:
    codes = np.full(len(lon), "", dtype=object)
    if len(lon):
        west, south, east, north = units.total_bounds
        crs = metric_crs([west, east], [south, north])
        x, y = to_metric(lon, lat, crs)
        tree = shapely.STRtree(units.to_crs(crs).geometry.to_numpy())
        near = tree.query_nearest(shapely.points(x, y), max_distance=NEAREST_UNIT_M, all_matches=False)
        codes[near[0]] = own[near[1]]
    return codes
