"""Map layers of the corpus: GeoJSON, KML and what pretends to be them; GeoPackages made with sqlite3."""

import json
import random
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.corpus.case import CANARY, HEADER, Case, asks, facilities, read, refused

ROWS = 12
Feature = dict[str, object]
_NAMES = tuple(name for name in HEADER if name not in ("经度", "纬度"))


def cases(random_: random.Random) -> Iterator[Case]:
    """About thirty-five files."""
    rows = facilities(random_, ROWS)
    yield from _geojson(rows)
    yield from _odd_geometry(rows)
    yield from _kml(rows)
    yield from _pretenders()
    yield from _geopackages(rows)


# ---- GeoJSON ---------------------------------------------------------------------------------------------------


def _feature(row: list[str], geometry: object = None) -> Feature:
    own = {"type": "Point", "coordinates": [float(row[3]), float(row[4])]}
    properties = dict(zip(_NAMES, [*row[:3], *row[5:]], strict=True))
    return {"type": "Feature", "properties": properties, "geometry": own if geometry is None else geometry}


def _collection(features: Sequence[object], **more: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features} | more, ensure_ascii=False).encode()


def _geojson(rows: list[list[str]]) -> Iterator[Case]:
    features = [_feature(row) for row in rows]
    yield read("points.geojson", _collection(features), ROWS)
    yield read("points-called-csv.csv", _collection(features), ROWS)
    yield read("system-unknown.geojson", _collection(features, crs=None), ROWS, verdict="needs_answer")
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    yield read("cgcs2000.geojson", _collection(features, crs=named), ROWS)
    file = {"type": "name", "properties": {"name": f"+proj=longlat +nadgrids={CANARY} +no_defs"}}
    yield refused("system-names-a-file.geojson", _collection(features, crs=file))
    link = {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs"}}
    yield refused("system-is-a-link.geojson", _collection(features, crs=link))
    nan = _collection(features).replace(b'"1"', b"NaN", 1)
    yield read("nan-among-the-values.geojson", nan, ROWS)
    yield refused("cut-off.geojson", _collection(features)[:-30])
    yield refused("deep-as-a-well.geojson", b'{"type":"FeatureCollection","features":' + b"[" * 200_000)
    deep = '{"type":"GeometryCollection","geometries":[' * 5_000 + "]}" * 5_000
    well = (
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
        + deep.encode()
        + b"}]}"
    )
    yield refused("deep-geometry.geojson", well)
    yield refused("no-feature.geojson", _collection([]), "table_empty")
    yield refused("other-json.geojson", b'{"name": "x", "version": 1}')
    many = [{"type": "Feature", "properties": {f"p{n}": 1 for n in range(10_000)}, "geometry": None}]
    yield refused("ten-thousand-columns.geojson", _collection(many), "file_too_demanding")


def _odd_geometry(rows: list[list[str]]) -> Iterator[Case]:
    def with_geometry(geometry: object) -> bytes:
        return _collection([_feature(rows[0], geometry), *(_feature(row) for row in rows[1:])])

    x, y = float(rows[0][3]), float(rows[0][4])
    bow = [[[x, y], [x + 0.01, y + 0.01], [x + 0.01, y], [x, y + 0.01], [x, y]]]
    ring = [[x, y], [x + 0.01, y], [x, y + 0.01], [x, y]]
    yield read("third-dimension.geojson", with_geometry({"type": "Point", "coordinates": [x, y, 88.5]}), ROWS)
    told = ("shapes_as_points",)
    yield read("mixed-kinds.geojson", with_geometry({"type": "Polygon", "coordinates": [ring]}), ROWS, codes=told)
    yield read("crossing-itself.geojson", with_geometry({"type": "Polygon", "coordinates": bow}), ROWS, codes=told)
    yield read("geometry-missing.geojson", with_geometry(False), ROWS, row_errors=1)
    yield read(
        "words-for-coordinates.geojson", with_geometry({"type": "Point", "coordinates": ["x", "y"]}), ROWS, row_errors=1
    )
    far = {"type": "Point", "coordinates": [350, 1e5]}
    yield read("huge-coordinates.geojson", with_geometry(far), ROWS, row_errors=1)
    infinite = with_geometry({"type": "Point", "coordinates": [x, y]}).replace(
        f"{x}, {y}".encode(), b"1e999, -1e999", 1
    )
    yield read("infinite-coordinates.geojson", infinite, ROWS, row_errors=1)
    vast = [[x + n % 977 / 1e5, y + n % 877 / 1e5] for n in range(60_000)]
    tangle = {"type": "Polygon", "coordinates": [[*vast, vast[0]]]}
    yield read("sixty-thousand-corners.geojson", with_geometry(tangle), ROWS, codes=told, seconds=10)
    empty = with_geometry({"type": "Point", "coordinates": []})
    yield read("empty-point.geojson", empty, ROWS, row_errors=1)


# ---- KML and other XML -----------------------------------------------------------------------------------------


def _mark(row: list[str]) -> str:
    values = zip(_NAMES[1:], (row[1], row[2], *row[5:]), strict=True)
    data = "".join(f'<Data name="{name}"><value>{value}</value></Data>' for name, value in values)
    place = f"<Point><coordinates>{row[3]},{row[4]},0</coordinates></Point>"
    return f"<Placemark><name>{row[0]}</name><ExtendedData>{data}</ExtendedData>{place}</Placemark>"


def _document(body: str, before: str = "") -> bytes:
    start = f'<?xml version="1.0" encoding="UTF-8"?>{before}<kml xmlns="http://www.opengis.net/kml/2.2">'
    return f"{start}<Document>{body}</Document></kml>".encode()


def _kml(rows: list[list[str]]) -> Iterator[Case]:
    marks = "".join(map(_mark, rows))
    yield read("placemarks.kml", _document(marks), ROWS)
    network = f"<NetworkLink><Link><href>file://{CANARY}</href></Link></NetworkLink>"
    yield read("network-link.kml", _document(network + marks), ROWS)
    outside = f'<!DOCTYPE kml [<!ENTITY x SYSTEM "file://{CANARY}">]>'
    yield refused("outside-entity.kml", _document(marks.replace("卫生院", "&x;", 1), outside))
    jokes = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    laughs = f"<!DOCTYPE kml [<!ENTITY a0 'ha'>{jokes}]>"
    yield refused("billion-laughs.kml", _document("<name>&a9;</name>", laughs))
    parameter = f'<!DOCTYPE kml SYSTEM "file://{CANARY}">'
    yield refused("outside-dtd.kml", _document(marks, parameter))
    padded = "<!--" + "x" * 1_100_000 + "-->"
    yield refused("type-behind-a-megabyte.kml", _document(marks, padded + outside))
    yield refused("cut-off.kml", _document(marks)[:-40])
    yield read("one-broken-mark.kml", _document(marks.replace(rows[2][3], "abc", 1)), ROWS, row_errors=1)
    yield refused("no-placemark.kml", _document(""), "table_empty")
    bare = _document(marks).replace(b'encoding="UTF-8"', b'encoding="GB18030"')
    yield refused("encoding-that-lies.kml", bare)


def _pretenders() -> Iterator[Case]:
    source = f"<SrcDataSource>{CANARY}</SrcDataSource>"
    vrt = f'<OGRVRTDataSource><OGRVRTLayer name="x">{source}</OGRVRTLayer></OGRVRTDataSource>'.encode()
    for name in ("virtual.vrt", "virtual.csv", "virtual.geojson", "virtual.gpkg", "virtual.kml", "virtual.shp"):
        yield refused(name, vrt)
    yield refused("virtual-raster.csv", b"<VRTDataset><SRSXYZ>a,b</SRSXYZ></VRTDataset>")
    yield refused("vector-graphic.kml", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    yield refused("map-of-another-kind.csv", b'<?xml version="1.0"?><gml:FeatureCollection xmlns:gml="x"/>')
    yield refused("roads.osm", b'<?xml version="1.0"?><osm version="0.6"><node id="1" lon="1" lat="2"/></osm>')


# ---- GeoPackage ------------------------------------------------------------------------------------------------


def geopackage(layers: dict[str, list[list[str]]], more: Sequence[str] = (), srs: int = 4326) -> bytes:
    """A GeoPackage of point layers written by hand, then statements `more` run on it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made.gpkg"
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = MEMORY")
        for statement in _schema():
            connection.execute(statement)
        for name, rows in layers.items():
            _add_layer(connection, name, rows, srs)
        for statement in more:
            connection.execute(statement)
        connection.close()
        return path.read_bytes()


def _schema() -> tuple[str, ...]:
    wgs84 = (
        'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],'
        'UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]'
    )
    grid = (
        f'GEOGCS["Odd",DATUM["Odd",SPHEROID["Odd",6378137,298.257],EXTENSION["PROJ4_GRIDS","{CANARY}"]],'
        'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
    )
    return (
        "PRAGMA application_id = 1196444487",
        "PRAGMA user_version = 10300",
        "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT "
        "NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)",
        f"INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, '{wgs84}', '')",
        "INSERT INTO gpkg_spatial_ref_sys VALUES ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', '')",
        f"INSERT INTO gpkg_spatial_ref_sys VALUES ('Odd', 100001, 'NONE', 100001, '{grid}', '')",
        "CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, "
        "description TEXT DEFAULT '', last_change DATETIME, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, "
        "srs_id INTEGER)",
        "CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, "
        "geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL)",
    )


def _add_layer(connection: sqlite3.Connection, name: str, rows: list[list[str]], srs: int) -> None:
    columns = ", ".join(f'"{column}" TEXT' for column in _NAMES)
    connection.execute(f'CREATE TABLE "{name}" (fid INTEGER PRIMARY KEY, geom POINT, {columns})')
    connection.execute(
        "INSERT INTO gpkg_contents VALUES (?, 'features', ?, '', '2024-01-01T00:00:00Z', 117, 33, 118, 34, ?)",
        (name, name, srs),
    )
    connection.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'POINT', ?, 0, 0)", (name, srs))
    for number, row in enumerate(rows, start=1):
        point = struct.pack("<2sBBiBIdd", b"GP", 0, 1, srs, 1, 1, float(row[3]), float(row[4]))
        connection.execute(f'INSERT INTO "{name}" VALUES (?, ?, ?, ?, ?, ?, ?)', (number, point, *row[:3], *row[5:]))


def _geopackages(rows: list[list[str]]) -> Iterator[Case]:
    one = {"facilities": rows}
    yield read("points.gpkg", geopackage(one), ROWS)
    yield asks("two-layers.gpkg", geopackage({"list_2023": rows[:4], "list_2024": rows}), "layer")
    yield read("system-undefined.gpkg", geopackage(one, srs=-1), ROWS, verdict="needs_answer")
    yield read("system-opens-a-grid.gpkg", geopackage(one, srs=100001), ROWS, verdict="needs_answer")
    view = "CREATE VIEW v AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"
    yield refused("recursive-view.gpkg", geopackage(one, [view]))
    trigger = "CREATE TRIGGER t AFTER INSERT ON facilities BEGIN SELECT 1; END"
    yield refused("trigger.gpkg", geopackage(one, [trigger]))
    virtual = f"CREATE VIRTUAL TABLE c USING fts5('{CANARY}')"
    yield refused("virtual-table.gpkg", geopackage(one, [virtual]))
    computed = "CREATE TABLE g (a INTEGER, b BLOB AS (zeroblob(1000000000)))"
    yield refused("computed-column.gpkg", geopackage(one, [computed]))
    broken = "UPDATE facilities SET geom = x'4750000100' WHERE fid = 3"
    yield read("one-broken-geometry.gpkg", geopackage(one, [broken]), ROWS, row_errors=1)
    yield refused("cut-off.gpkg", geopackage(one)[:6000])
    yield refused("a-database.gpkg", _plain_database())
    yield read("write-ahead-log.gpkg", _logged(geopackage(one)), ROWS)
    yield refused("no-row.gpkg", geopackage({"facilities": []}), "table_empty")


def _plain_database() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "made.db"
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE a (b)")
        connection.close()
        return path.read_bytes()


def _logged(database: bytes) -> bytes:
    """Marked as being in WAL mode: SQLite would put two files beside it as soon as it is opened."""
    return database[:18] + b"\x02\x02" + database[20:]
