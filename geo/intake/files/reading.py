"""The one place that opens map-layer files. Second floor: intake, files → clean tables.

Everything is read as text first: "NA" and "无" stay what they are and codes keep their digits. Only two binary formats
reach GDAL, each told by its magic bytes, staged alone in a private folder, and checked to be read by its own driver.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.intake.files.archives import shapefile_beside_parts, shapefiles_in_zip, single_file
from geo.intake.files.dbf_text import BYTES_AS_THEY_ARE, decoded_columns
from geo.intake.files.plain_layers import WGS84, Features, as_text, crs_by_name, read_geojson, read_kml
from geo.intake.files.sniffing import Format, sniff
from geo.model.errors import N_, ChoiceUnknown, CrsMissing, FileUnreadable, broken
from geo.model.phrases import phrase

# UnboundLocalError: what pyogrio makes of a coordinate system that GDAL cannot write down.
GDAL_ERRORS = (DataSourceError, DataLayerError, FeatureError, CRSError, OSError, ValueError, UnboundLocalError)
_DRIVERS = {Format.SHAPEFILE: "ESRI Shapefile", Format.SHAPEFILE_ZIP: "ESRI Shapefile", Format.GPKG: "GPKG"}
_GPKG_TRIGGERS = ("rtree_", "gpkg_", "trigger_insert_feature_count_", "trigger_delete_feature_count_")
_WKB = "wkb_geometry"
_COMPUTED = re.compile(r"\bAS\s*\(|\bGENERATED\b", re.IGNORECASE)  # columns worked out when they are read
_SPELLED = {"wgs84": "EPSG:4326", "cgcs2000": "EPSG:4490", "gcj02": "GCJ-02", "bd09": "BD-09"}
_NAMES_FILES = re.compile(r"EXTENSION|GRIDS|PARAMETERFILE|\+\w+=|@", re.IGNORECASE)


def usual_crs(name: str) -> str:
    """A coordinate system as the program calls it: EPSG:4326 for wgs84, GCJ-02 for GCJ02; other names as they are."""
    return _SPELLED.get(re.sub(r"[\s_-]", "", name).casefold(), name)


def known_crs(name: str, more: tuple[str, ...] = ()) -> CRS:
    """A coordinate system by authority and code (EPSG:4490), or WGS-84 and CGCS2000 by name.

    Raises ChoiceUnknown; its choices are these and `more`, which the caller knows besides.
    """
    try:
        return crs_by_name(usual_crs(name))
    except CRSError as error:
        choices = ", ".join(("WGS-84", "CGCS2000", *more, "EPSG:4508–4554 …"))
        raise ChoiceUnknown(what="coordinate system", value=name, choices=choices) from error


def is_osm(path: Path) -> bool:
    """Whether a file is an OSM extract, by content. Raises FileMissing, FileUnreadable."""
    return sniff(path).is_osm


def read_layer(path: Path, *, crs: str | None, layer: str | None = None) -> gpd.GeoDataFrame:
    """A map layer in EPSG:4326: text columns and `geometry` (None where it cannot be read), index 1…n as in the file.

    The coordinate system the file states counts; `crs` is used only where it states none.

    Raises FileMissing, FileUnreadable, CrsMissing when neither says, ChoiceUnknown when the file has several layers
    and `layer` names none of them.
    """
    kind = sniff(path)
    if kind is Format.GEOJSON:
        found = read_geojson(path)
    elif kind is Format.KML:
        found = read_kml(path)
    elif kind in _DRIVERS:
        found = _read_with_gdal(path, kind, layer)
    else:
        raise FileUnreadable(path=path, expected=N_("a map layer"), detail=phrase(N_("it is a {kind} file"), kind=kind))
    system = found.crs or (known_crs(crs) if crs else None)
    if system is None:
        raise CrsMissing(path=path)
    return _in_degrees(found, system)


def _in_degrees(found: Features, system: CRS) -> gpd.GeoDataFrame:
    columns = found.columns.drop(columns="geometry", errors="ignore")
    index = pd.RangeIndex(1, len(found.geometry) + 1)
    frame = gpd.GeoDataFrame(columns.set_axis(index), geometry=list(found.geometry), crs=system)
    return frame if system == WGS84 else frame.to_crs(WGS84)


def _read_with_gdal(path: Path, kind: Format, layer: str | None) -> Features:
    try:
        with staged_layers(path, kind) as layers:
            name = _choose(path, list(layers), layer)
            return gdal_features(path, layers[name], kind, name)
    except GDAL_ERRORS as error:
        raise FileUnreadable(path=path, expected=kind.value, detail=broken(error)) from error


@contextmanager
def staged_layers(path: Path, kind: Format) -> Iterator[dict[str, Path]]:
    """The layers of a Shapefile, a zip of them or a GeoPackage: name → the file in a private folder that holds it."""
    if kind is Format.SHAPEFILE_ZIP:
        with shapefiles_in_zip(path) as layers:
            yield layers
    elif kind is Format.SHAPEFILE:
        with shapefile_beside_parts(path) as layers:
            yield layers
    else:
        _check_gpkg(path)
        with single_file(path, "layer.gpkg") as staged:
            yield {str(name): staged for name, geometry in pyogrio.list_layers(staged) if geometry is not None}


def _choose(path: Path, names: list[str], layer: str | None) -> str:
    if layer in names:
        return str(layer)
    if not names:
        raise FileUnreadable(path=path, expected=N_("a map layer"), detail=N_("it holds no layer with geometry"))
    if layer is None and len(names) == 1:
        return names[0]
    what, none = phrase(N_("layer of {path}:"), path=path), phrase(N_("(none named)"))
    raise ChoiceUnknown(what=what, value=layer or none, choices=", ".join(sorted(names)))


def gdal_features(path: Path, staged: Path, kind: Format, layer: str, most: int | None = None) -> Features:
    """The features of a staged layer, the first `most` of them. Raises FileUnreadable and what pyogrio raises."""
    name = layer if kind is Format.GPKG else None
    options = {} if name else BYTES_AS_THEY_ARE
    used = pyogrio.read_info(staged, layer=name, **options)["driver"]
    if used != _DRIVERS[kind]:
        raise FileUnreadable(
            path=path, expected=_DRIVERS[kind], detail=phrase(N_("it would be opened as {kind}"), kind=used)
        )
    meta, table = pyogrio.raw.read_arrow(staged, layer=name, max_features=most, **options)
    geometry_name = meta["geometry_name"] or _WKB
    shapes = shapely.from_wkb(
        table.column(table.column_names.index(geometry_name)).to_numpy(zero_copy_only=False), on_invalid="ignore"
    )
    named = zip(table.column_names, table.columns, strict=True)
    texts = [(n, [as_text(v) for v in column.to_pylist()]) for n, column in named if n != geometry_name]
    columns = dict(texts) if name else decoded_columns(texts, staged)
    geometry = [None if s is None or s.is_empty else shapely.force_2d(s) for s in shapes]
    frame = pd.DataFrame(columns, index=range(len(geometry)), dtype="str")
    return Features(frame, geometry, trusted_crs(meta["crs"]))


def feature_count(staged: Path, kind: Format, layer: str) -> int:
    """How many features a staged layer holds."""
    name = layer if kind is Format.GPKG else None
    options = {} if name else BYTES_AS_THEY_ARE
    return int(pyogrio.read_info(staged, layer=name, force_feature_count=True, **options)["features"])


def trusted_crs(text: str | None) -> CRS | None:
    """The coordinate system a file states; None where it states none or "undefined".

    A definition can name files for PROJ to open (grids); one that does counts only by its authority and code.
    """
    if not text or "undefined" in text[:60].lower():
        return None
    system = CRS.from_user_input(text)
    authority = system.to_authority()
    if authority:
        return CRS.from_authority(*authority)
    return None if _NAMES_FILES.search(text) else system


def _check_gpkg(path: Path) -> None:
    """Views compute whatever they like when read, so a GeoPackage with any is refused; so are triggers of unknown
    make, though reading fires none, and virtual tables other than the spatial index."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            rows = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    except sqlite3.Error as error:
        raise FileUnreadable(path=path, expected="GPKG", detail=broken(error)) from error
    for kind, name, sql in rows:
        virtual = str(sql).upper().startswith("CREATE VIRTUAL") and "USING RTREE" not in str(sql).upper()
        odd = kind == "trigger" and not str(name).startswith(_GPKG_TRIGGERS)
        computed = kind == "table" and not virtual and _COMPUTED.search(str(sql)) is not None
        if kind == "view" or virtual or odd or computed:
            told = N_("it holds the {kind} {name}, which is not accepted")
            raise FileUnreadable(path=path, expected="GPKG", detail=phrase(told, kind=kind, name=name))
