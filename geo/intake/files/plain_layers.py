"""GeoJSON and KML as features, parsed here rather than by GDAL. Second floor: intake, files → clean tables.

GDAL chooses among its text drivers by searching the file for marks such as <OGRVRTDataSource>, which anyone can write
into a comment or a name; it cannot be told to use one driver only. Text formats therefore never reach it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.intake.files.sniffing import decode
from geo.model.errors import N_, FileUnreadable, broken
from geo.model.phrases import Phrase, phrase

WGS84 = CRS.from_epsg(4326)
_CRS_NAME = re.compile(
    r"[A-Za-z]{2,12}:\w{1,12}|urn:(ogc|x-ogc):def:crs:\w+:[\w.]*:\w+|https?://www\.opengis\.net/def/crs/\w+/[\w.]+/\w+"
)


@dataclass(frozen=True)
class Features:
    """n features: text columns, geometries (None where unreadable) and the coordinate system the file states."""

    columns: pd.DataFrame  # (n, any) text
    geometry: list[shapely.Geometry | None]  # (n,)
    crs: CRS | None


def crs_by_name(name: str) -> CRS:
    """A coordinate system by authority and code: EPSG:4490, urn:ogc:def:crs:OGC:1.3:CRS84 or an opengis.net address.

    Nothing else is handed to PROJ, whose own notation can name files. Raises CRSError.
    """
    if not _CRS_NAME.fullmatch(name.strip()):
        raise CRSError(f"{name} is not an authority and a code")
    return CRS.from_user_input(name.strip())


def as_text(value: object) -> str:
    """A cell as text: unknown is empty, whole numbers keep all digits and get no decimal point."""
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        number = float(value)
        if np.isnan(number):
            return ""
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def text_frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    """One text column for every name met, in order of first appearance."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {n: [as_text(r.get(n)) for r in rows] for n in names}
    return pd.DataFrame(columns, index=range(len(rows)), dtype="str")


def read_geojson(path: Path) -> Features:
    """The features of a GeoJSON file. Without a `crs` member it is WGS-84 (RFC 7946, section 4), unless its numbers
    cannot be degrees; then, or with `"crs": null`, the system is unknown (None).

    Raises FileUnreadable.
    """
    text = decode(path.read_bytes(), path)
    try:
        document = json.loads(text, parse_constant=_unknown)
    except (ValueError, RecursionError) as error:
        raise _refuse(path, "GeoJSON", broken(error)) from error
    features = _features(path, document)
    rows = [_properties(f) for f in features]
    geometry = [_shape(f.get("geometry")) for f in features]
    return Features(text_frame(rows), geometry, _stated_crs(path, document, geometry))


def _unknown(_word: str) -> None:
    """NaN and Infinity are no JSON, but some programs write them: the one value is unknown, the others count."""


def _features(path: Path, document: object) -> list[dict[str, object]]:
    if isinstance(document, dict):
        kind = document.get("type")
        if kind == "FeatureCollection" and isinstance(document.get("features"), list):
            return [f if isinstance(f, dict) else {} for f in document["features"]]
        if kind == "Feature":
            return [document]
        if "coordinates" in document or kind == "GeometryCollection":
            return [{"geometry": document}]
    raise _refuse(path, "GeoJSON", N_("it is JSON, but not a FeatureCollection"))


def _properties(feature: dict[str, object]) -> dict[str, object]:
    given = feature.get("properties")
    own = {str(k): v for k, v in given.items()} if isinstance(given, dict) else {}
    return own if "id" in own or "id" not in feature else own | {"id": feature["id"]}


def _shape(geometry: object) -> shapely.Geometry | None:
    if not isinstance(geometry, dict):
        return None
    try:
        shape = shapely.from_geojson(json.dumps(geometry), on_invalid="ignore")
    except (ValueError, RecursionError, shapely.errors.ShapelyError):
        return None
    return None if shape is None or shape.is_empty else shapely.force_2d(shape)


def _stated_crs(path: Path, document: object, geometry: list[shapely.Geometry | None]) -> CRS | None:
    if not isinstance(document, dict) or "crs" not in document:
        return WGS84 if _may_be_degrees(geometry) else None
    member = document["crs"]
    if member is None:
        return None
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        raise _refuse(path, "GeoJSON", N_('its "crs" member names no coordinate system'))
    try:
        return crs_by_name(name)
    except CRSError as error:
        raise _refuse(path, "GeoJSON", phrase(N_("the coordinate system {name} is not known"), name=name)) from error


def _may_be_degrees(geometry: list[shapely.Geometry | None]) -> bool:
    """Whether most shapes lie within a loose ±360: one that does not is a row's problem, not the file's."""
    bounds = shapely.bounds(np.array(geometry, dtype=object)).reshape(-1, 4)
    known = bounds[~np.isnan(bounds).any(axis=1)]
    return bool((np.abs(known) <= 360).all(axis=1).sum() * 2 >= len(known))


def read_kml(path: Path) -> Features:
    """The placemarks of a KML file, of all its folders, with their extended data. KML is WGS-84 by its standard.

    The file has passed `sniff`, so it has no DTD. Links to other files are not followed. Raises FileUnreadable.
    """
    try:
        root = ElementTree.fromstring(path.read_bytes())
    except (ElementTree.ParseError, ValueError) as error:
        raise _refuse(path, "KML", broken(error)) from error
    marks = list(_all(root, "Placemark"))
    return Features(text_frame([_mark_fields(m) for m in marks]), [_mark_geometry(m) for m in marks], WGS84)


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _all(element: ElementTree.Element, *names: str) -> Iterator[ElementTree.Element]:
    return (e for e in element.iter() if _local(e) in names)


def _mark_fields(mark: ElementTree.Element) -> dict[str, object]:
    fields: dict[str, object] = {
        _local(e): (e.text or "").strip() for e in mark if _local(e) in ("name", "description")
    }
    for data in _all(mark, "Data"):
        fields[data.get("name", "")] = "".join((v.text or "").strip() for v in _all(data, "value"))
    for data in _all(mark, "SimpleData"):
        fields[data.get("name", "")] = (data.text or "").strip()
    return fields


def _mark_geometry(mark: ElementTree.Element) -> shapely.Geometry | None:
    parts: list[shapely.Geometry] = []
    for element in _all(mark, "Point", "LineString", "Polygon"):
        try:
            parts.append(_kml_shape(element))
        except (ValueError, IndexError, shapely.errors.ShapelyError):
            return None
    if len(parts) < 2:
        return parts[0] if parts else None
    kinds = {p.geom_type for p in parts}
    wrap = {"Point": shapely.multipoints, "LineString": shapely.multilinestrings, "Polygon": shapely.multipolygons}
    return wrap[kinds.pop()](parts) if len(kinds) == 1 else shapely.geometrycollections(parts)


def _kml_shape(element: ElementTree.Element) -> shapely.Geometry:
    if _local(element) == "Point":
        return shapely.Point(_coordinates(element)[0])
    if _local(element) == "LineString":
        return shapely.LineString(_coordinates(element))
    outer = [_coordinates(ring) for ring in _all(element, "outerBoundaryIs")]
    return shapely.Polygon(outer[0], [_coordinates(ring) for ring in _all(element, "innerBoundaryIs")])


def _coordinates(element: ElementTree.Element) -> list[tuple[float, float]]:
    text = next(_all(element, "coordinates")).text or ""
    pairs = [word.split(",") for word in text.split()]
    return [(float(p[0]), float(p[1])) for p in pairs]


def _refuse(path: Path, expected: str, detail: str | Phrase) -> FileUnreadable:
    return FileUnreadable(path=path, expected=expected, detail=detail)
