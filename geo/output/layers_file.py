"""GeoPackage and GeoTIFF: the map's layers for other programs, styled for QGIS. Fourth floor: output.

A GeoPackage is made in a temporary file and handed over whole (export, never a live store). What it was made with is a
table of its own, `about`; styles are in `layer_styles`, where QGIS looks for them.
"""

import io
import sqlite3
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from rasterio.transform import from_origin

from geo.analysis.presenting import Answer, MinuteGrid
from geo.model.bases import Base
from geo.model.errors import SurfaceMissing
from geo.model.roads import ROAD_CLASSES, Roads
from geo.output import qgis
from geo.output.clean import clean
from geo.output.facts import Export, facts
from geo.output.language import Translate

_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT, update_time DATETIME)
"""
_ATTRIBUTES = "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, 'attributes', ?)"


def geopackage(answer: Answer, export: Export, _: Translate) -> bytes:
    """A released answer's layers in WGS-84: see `layers_of`."""
    with TemporaryDirectory(prefix="yida-") as folder:
        path = Path(folder) / "layers.gpkg"
        layers = layers_of(answer)
        for name, layer in layers.items():
            layer.to_file(path, layer=name, driver="GPKG", engine="pyogrio", append=path.exists())
        _add_tables(path, set(layers), answer, export, _)
        return path.read_bytes()


def layers_of(answer: Answer) -> dict[str, gpd.GeoDataFrame]:
    """Name → layer from the ground up: outline, reach, roads, townships, villages, facilities; what a scene adds."""
    study, scene = answer.study, answer.scene
    layers = {
        "outline": _texts_clean(study.outline),
        **({"reach": _areas(answer)} if answer.areas else {}),
        "roads": _roads(study.roads),
        "townships": _townships(answer),
        "villages": _villages(answer),
        "facilities": _points(study.facility),
    }
    if scene.closed:
        layers["closed_roads"] = _closed(answer)
    if scene.rescue and answer.response:
        bases = pd.DataFrame([vars(base) for base in scene.rescue.bases], columns=[f.name for f in fields(Base)])
        served = answer.response.by_base.drop(columns="ambulances")
        bases = bases.assign(in_service=bases["base_id"].isin(answer.response.serving))
        layers["bases"] = _points(bases.merge(served, on="base_id", how="left"))
    return layers


def _closed(answer: Answer) -> gpd.GeoDataFrame:
    """The closed segments; `at` is where along it each is broken, 0 to 1."""
    table = pd.DataFrame(answer.scene.closed, columns=["edge", "at"])
    lines = [shapely.linestrings(answer.study.roads.edge_vertices(edge)) for edge in table["edge"]]
    return gpd.GeoDataFrame(table, geometry=lines, crs="EPSG:4326")


def _areas(answer: Answer) -> gpd.GeoDataFrame:
    rows = [(low, high, shapely.multipolygons(_polygons(area))) for low, high, area in answer.areas]
    table = pd.DataFrame([(low, high) for low, high, _area in rows], columns=["from_min", "to_min"])
    table["modelled"] = True
    return gpd.GeoDataFrame(table, geometry=[area for _low, _high, area in rows], crs="EPSG:4326")


def _polygons(area: object) -> list[object]:
    parts = shapely.get_parts(shapely.get_parts(area))
    return [p for p in parts if shapely.get_dimensions(p) == 2 and not p.is_empty]


def _roads(roads: Roads) -> gpd.GeoDataFrame:
    edge = np.repeat(np.arange(roads.edge_count), np.diff(roads.vertex_offset))
    lines = shapely.linestrings(np.column_stack([roads.vertex_lon, roads.vertex_lat]), indices=edge)
    table = pd.DataFrame({
        "road_class": np.array(ROAD_CLASSES)[roads.road_class],
        "length_m": roads.length_m,
        "maxspeed_kph": roads.maxspeed_kph,
    })  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=lines, crs="EPSG:4326")


def _townships(answer: Answer) -> gpd.GeoDataFrame:
    columns = ["unit_code", "population", "covered", "beyond", "unreachable", "places", "places_covered", "share_pct"]
    merged = answer.study.unit.merge(answer.units[columns], on="unit_code", how="left")
    if answer.judgement and answer.scene.indicator:
        told = answer.judgement.townships[["unit_code", "numerator", "denominator", "value", "status"]]
        merged = merged.merge(told.assign(indicator=answer.scene.indicator.code), on="unit_code", how="left")
    return _texts_clean(gpd.GeoDataFrame(merged, crs=answer.study.unit.crs))


def _villages(answer: Answer) -> gpd.GeoDataFrame:
    found = answer.found[["facility_id", "travel_time_min"]].rename(columns={"facility_id": "nearest_facility_id"})
    table = answer.study.demand.reset_index(drop=True).join(found.reset_index(drop=True))
    return _points(table.assign(within=table["travel_time_min"] <= answer.scene.threshold_min))


def _points(table: pd.DataFrame) -> gpd.GeoDataFrame:
    places = gpd.points_from_xy(table["lon"], table["lat"])
    return _texts_clean(gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=places, crs="EPSG:4326"))


def _texts_clean(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    plain = [c for c in table.columns if c != table.geometry.name and table[c].dtype.kind not in "fib"]
    return gpd.GeoDataFrame(table.assign(**{c: table[c].map(clean) for c in plain}))


def _add_tables(path: Path, present: set[str], answer: Answer, export: Export, _: Translate) -> None:
    tiers = answer.study.scheme.tiers
    styles = {
        "outline": qgis.outline_qml(),
        "reach": qgis.areas_qml(answer, _),
        "roads": qgis.roads_qml(),
        "townships": qgis.townships_qml(),
        "villages": qgis.villages_qml(answer, _),
        "facilities": qgis.facilities_qml(tiers, export.language),
        "closed_roads": qgis.closed_qml(),
        "bases": qgis.bases_qml(),
    }
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(_STYLES)
        database.execute("CREATE TABLE about (id INTEGER PRIMARY KEY, what TEXT, said TEXT)")
        for name in ("layer_styles", "about"):
            database.execute(_ATTRIBUTES, (name, name))
        rows = [(clean(label), clean(said)) for label, said in facts(answer, export, _)]
        database.executemany("INSERT INTO about (what, said) VALUES (?, ?)", rows)
        database.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
            "styleQML, useAsDefault, owner) VALUES ('', '', ?, 'geom', 'yida', ?, 1, '')",
            [(name, style) for name, style in styles.items() if name in present],
        )


def geotiff(answer: Answer, export: Export, _: Translate) -> bytes:
    """The surface of arrival minutes as a GeoTIFF: float32, NaN where nobody arrives, in the county's projection."""
    surface = answer.surface
    if surface is None:
        raise SurfaceMissing()
    minutes = np.where(np.isfinite(surface.minutes), surface.minutes, np.nan).astype(np.float32)[::-1]
    cell = _cell(surface)
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff", width=minutes.shape[1], height=minutes.shape[0], count=1, dtype="float32", nodata=np.nan,
            crs=rasterio.CRS.from_user_input(surface.crs), compress="deflate", predictor=3, tiled=True,
            transform=from_origin(surface.x[0] - cell / 2, surface.y[-1] + cell / 2, cell, cell),
        ) as raster:  # fmt: skip
            raster.write(minutes, 1)
            raster.set_band_description(1, "travel_time_min")
            told = "\n".join(f"{clean(label)}: {clean(said)}" for label, said in facts(answer, export, _))
            raster.update_tags(TIFFTAG_IMAGEDESCRIPTION=told, TIFFTAG_SOFTWARE="Yida", MODELLED="true")
        return io.BytesIO(memory.read()).getvalue()


def _cell(surface: MinuteGrid) -> float:
    axis = surface.x if len(surface.x) > 1 else surface.y
    return float((axis[-1] - axis[0]) / (len(axis) - 1)) if len(axis) > 1 else 50.0
