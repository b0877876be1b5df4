"""Administrative areas of an OSM extract. Second floor: intake, files → clean tables."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from geo.intake.areas import voronoi_units
from geo.intake.osm.file import elements
from geo.model.schema import UNIT, conform


def boundaries_from_osm(path: Path, *, admin_level: str = "6") -> gpd.GeoDataFrame:
    """Table UNIT with geometry in EPSG:4326: boundary=administrative of one level, as level "township".

    Level 6 is the municipality in Iceland; levels differ from country to country. Areas that a clipped extract cuts
    open cannot be assembled and are left out; the table may be empty.

    Raises FileMissing, FileUnreadable.
    """

    def wanted(tags: dict[str, str]) -> bool:
        return tags.get("boundary") == "administrative" and tags.get("admin_level") == admin_level

    found = [e for e in elements(path, ("boundary",), wanted) if e.shape is not None]
    seats = [shapely.point_on_surface(e.shape) for e in found]
    plain = pd.DataFrame(
        {
            "unit_code": [e.key for e in found],
            "name": [e.name or e.key for e in found],
            "level": ["township" for _ in found],
            "boundary_kind": ["osm" for _ in found],
            "seat_lon": [s.x for s in seats],
            "seat_lat": [s.y for s in seats],
        }
    )
    frame = gpd.GeoDataFrame(plain, geometry=[e.shape for e in found], crs="EPSG:4326")
    return conform(frame, UNIT, path=str(path), name="unit")


def units_from_osm(path: Path, outline: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Table UNIT for the whole outline: municipalities, and where the extract has none the surroundings of each town.

    The latter are Voronoi cells of cities, towns and villages (boundary_kind "approximate_voronoi") cut to what the
    municipalities leave of the outline. Empty when the extract has neither. Raises FileMissing, FileUnreadable.
    """
    known = boundaries_from_osm(path)
    left = outline.assign(geometry=[shapely.difference(outline.geometry.iloc[0], shapely.union_all(known.geometry))])
    towns = elements(path, ("place",), lambda tags: tags.get("place") in ("city", "town", "village"))
    seats = pd.DataFrame(
        [(t.key, t.name or t.key, t.lon, t.lat) for t in towns], columns=["unit_code", "name", "lon", "lat"]
    ).drop_duplicates("name")
    seats = seats[shapely.intersects_xy(left.geometry.iloc[0], seats["lon"].to_numpy(), seats["lat"].to_numpy())]
    if seats.empty:
        return known
    return gpd.GeoDataFrame(pd.concat([known, voronoi_units(seats, left)], ignore_index=True), crs=known.crs)
