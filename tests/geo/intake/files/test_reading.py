"""Files told by content, read as text, hostile ones refused."""

import gzip
import json
import sqlite3
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.intake.files.reading import Format, is_osm, read_layer, sniff
from geo.model.errors import ChoiceUnknown, CrsMissing, FileMissing, FileUnreadable

VRT = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'


def two_points(crs: str = "EPSG:4326") -> gpd.GeoDataFrame:
    points = [shapely.Point(117, 34), shapely.Point(117.1, 34.1)]
    return gpd.GeoDataFrame({"名称": ["甲", "乙"], "代码": ["0340", "无"]}, geometry=points, crs="EPSG:4326").to_crs(
        crs
    )


def feature(lon: float, lat: float, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": [lon, lat]}}


def write_geojson(path: Path, *features: object, **more: object) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features} | more), encoding="utf-8")
    return path


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def shapefile_members(folder: Path, crs: str = "EPSG:4549") -> dict[str, bytes]:
    two_points(crs).to_file(folder / "in.shp", encoding="UTF-8")
    return {p.name: p.read_bytes() for p in folder.glob("in.*")}


def test_a_long_table_of_wide_characters_is_not_cut_inside_one(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(("名称,值\n" + "医" * 40000 + ",1\n").encode("gb18030"))
    assert sniff(path) is Format.CSV


# ---- what is refused -------------------------------------------------------------------------------------------


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    for path in (tmp_path / "no.csv", tmp_path, Path("/vsicurl/http://example.org/a.gpkg")):
        with pytest.raises(FileMissing):
            sniff(path)


@pytest.mark.parametrize(
    "content", [b"", b"  \n", b"\x00\x01\x02\x03" * 50, b"one word", b"%PDF-1.7\n\x00,", b"\xef\xbb\xbf"]
)
def test_garbage_is_unreadable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(FileUnreadable):
        sniff(path)


def test_a_vrt_under_any_name_is_refused(tmp_path: Path) -> None:
    two_points().to_file(tmp_path / "secret.gpkg")
    for name in ("x.vrt", "x.geojson", "x.gpkg", "x.shp", "x.kml"):
        (tmp_path / name).write_text(VRT.format(tmp_path / "secret.gpkg"), encoding="utf-8")
        with pytest.raises(FileUnreadable):
            read_layer(tmp_path / name, crs="EPSG:4326")


def test_a_vrt_hidden_in_a_comment_or_a_name_stays_text(tmp_path: Path) -> None:
    two_points().to_file(tmp_path / "secret.gpkg")
    vrt = VRT.format(tmp_path / "secret.gpkg")
    kml = tmp_path / "a.kml"
    kml.write_text(f"<!-- {vrt} --><kml><Placemark><name>one</name></Placemark></kml>", encoding="utf-8")
    assert read_layer(kml, crs=None)["name"].tolist() == ["one"]
    path = write_geojson(tmp_path / "a.geojson", feature(1, 2, name=vrt))
    assert read_layer(path, crs=None)["name"].tolist() == [vrt]


@pytest.mark.parametrize("root", ["kml", "osm"])
def test_xml_with_a_document_type_is_refused(tmp_path: Path, root: str) -> None:
    path = tmp_path / "x.xml"
    path.write_text(f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY a "b">]><{root}>&a;</{root}>', encoding="utf-8")
    with pytest.raises(FileUnreadable):
        sniff(path)


def test_a_compressed_osm_file_with_a_document_type_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.osm.gz"
    path.write_bytes(gzip.compress(b'<!DOCTYPE osm SYSTEM "file:///etc/passwd"><osm/>'))
    with pytest.raises(FileUnreadable):
        sniff(path)


def test_osm_files_are_recognised_by_content(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.txt", tmp_path / "b.txt"
    plain.write_text('<?xml version="1.0"?><osm version="0.6"/>', encoding="utf-8")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert (sniff(plain), sniff(packed)) == (Format.OSM_XML, Format.OSM_GZ)
    assert is_osm(plain) and is_osm(packed)


@pytest.mark.parametrize("name", ["../in.shp", "/in.shp", "C:/in.shp", "a/../../in.shp"])
def test_a_zip_whose_names_lead_out_is_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", shapefile_members(tmp_path) | {name: b"x"})
    with pytest.raises(FileUnreadable, match="leads out"):
        read_layer(path, crs=None)


def test_a_zip_with_an_archive_inside_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", shapefile_members(tmp_path) | {"more.zip": b"x"})
    with pytest.raises(FileUnreadable, match="archive inside"):
        read_layer(path, crs=None)


def test_a_zip_that_swells_too_much_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", shapefile_members(tmp_path) | {"zero.dbf": b"\0" * 20_000_000})
    with pytest.raises(FileUnreadable, match="compressed more than"):
        read_layer(path, crs=None)


def test_a_zip_of_too_many_files_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", shapefile_members(tmp_path) | {f"{n}.txt": b"" for n in range(201)})
    with pytest.raises(FileUnreadable, match="200 are allowed"):
        read_layer(path, crs=None)


def test_a_geopackage_with_a_view_or_a_foreign_trigger_is_refused(tmp_path: Path) -> None:
    for number, sql in enumerate(
        ["CREATE VIEW v AS SELECT 1", "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END"]
    ):
        path = tmp_path / f"{number}.gpkg"
        two_points().to_file(path, layer="a")
        with sqlite3.connect(path) as connection:
            connection.execute(sql)
        with pytest.raises(FileUnreadable, match="not accepted"):
            read_layer(path, crs=None)


@pytest.mark.filterwarnings("ignore:GPKG")
def test_an_sqlite_file_that_is_no_geopackage_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE a (b)")
    with pytest.raises(FileUnreadable):
        read_layer(path, crs=None)


# ---- layers ----------------------------------------------------------------------------------------------------


def assert_two_points(layer: gpd.GeoDataFrame) -> None:
    assert layer.crs == "EPSG:4326"
    assert layer.index.tolist() == [1, 2]
    assert layer["名称"].tolist() == ["甲", "乙"]
    assert layer["代码"].tolist() == ["0340", "无"]
    assert layer.geometry.x.tolist() == pytest.approx([117, 117.1], abs=1e-8)
    assert layer.geometry.y.tolist() == pytest.approx([34, 34.1], abs=1e-8)


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.geojson"])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:4549", "EPSG:3857"])
def test_a_layer_comes_out_in_wgs84_whatever_its_format_and_system(tmp_path: Path, name: str, crs: str) -> None:
    two_points(crs).to_file(tmp_path / name)
    assert_two_points(read_layer(tmp_path / name, crs=None))


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_a_zipped_shapefile_without_an_encoding_mark_is_understood(tmp_path: Path, encoding: str) -> None:
    two_points("EPSG:4549").to_file(tmp_path / "in.shp", encoding=encoding)
    members = {f"路/{p.name}": p.read_bytes() for p in tmp_path.glob("in.*") if p.suffix != ".cpg"}
    assert_two_points(read_layer(zipped(tmp_path / "a.bin", members), crs=None))


def test_a_missing_system_is_asked_for_and_can_be_given(tmp_path: Path) -> None:
    two_points("EPSG:4549").to_file(tmp_path / "a.shp", encoding="UTF-8")
    (tmp_path / "a.prj").unlink()
    with pytest.raises(CrsMissing):
        read_layer(tmp_path / "a.shp", crs=None)
    assert_two_points(read_layer(tmp_path / "a.shp", crs="EPSG:4549"))


def test_what_the_file_states_counts_before_what_is_given(tmp_path: Path) -> None:
    two_points("EPSG:4549").to_file(tmp_path / "a.gpkg")
    assert_two_points(read_layer(tmp_path / "a.gpkg", crs="EPSG:4508"))


def test_an_unknown_system_names_choices(tmp_path: Path) -> None:
    two_points("EPSG:4549").to_file(tmp_path / "a.shp")
    (tmp_path / "a.prj").unlink()
    with pytest.raises(ChoiceUnknown, match="WGS-84, CGCS2000"):
        read_layer(tmp_path / "a.shp", crs="EPSG:nonsense")


def test_geojson_is_wgs84_by_its_standard(tmp_path: Path) -> None:
    layer = read_layer(write_geojson(tmp_path / "a.geojson", feature(117, 34, code=340621001001, x=None)), crs=None)
    assert layer["code"].tolist() == ["340621001001"]
    assert layer["x"].tolist() == [""]


def test_geojson_whose_numbers_cannot_be_degrees_has_no_known_system(tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "a.geojson", feature(500000, 3763000))
    with pytest.raises(CrsMissing):
        read_layer(path, crs=None)
    assert read_layer(path, crs="EPSG:4549").geometry.x[1] == pytest.approx(120)


def test_geojson_with_an_empty_crs_member_has_no_known_system(tmp_path: Path) -> None:
    with pytest.raises(CrsMissing):
        read_layer(write_geojson(tmp_path / "a.geojson", feature(1, 2), crs=None), crs=None)


@pytest.mark.parametrize("name", ["init=/etc/passwd:1", "+proj=longlat +nadgrids=/etc/passwd +no_defs", "EPSG:0"])
def test_a_system_named_in_any_other_notation_is_refused(tmp_path: Path, name: str) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    with pytest.raises(FileUnreadable):
        read_layer(write_geojson(tmp_path / "a.geojson", feature(1, 2), crs=crs), crs=None)


@pytest.mark.parametrize(
    "name", ["EPSG:4549", "urn:ogc:def:crs:EPSG::4549", "http://www.opengis.net/def/crs/EPSG/0/4549"]
)
def test_a_system_may_be_named_in_three_ways(tmp_path: Path, name: str) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    path = write_geojson(tmp_path / "a.geojson", feature(500000, 3763000), crs=crs)
    assert read_layer(path, crs=None).geometry.x[1] == pytest.approx(120)


def test_geojson_that_links_to_its_system_is_refused(tmp_path: Path) -> None:
    link = {"type": "link", "properties": {"href": "http://example.org/crs"}}
    with pytest.raises(FileUnreadable):
        read_layer(write_geojson(tmp_path / "a.geojson", feature(1, 2), crs=link), crs=None)


def test_one_bad_geometry_does_not_cost_the_others(tmp_path: Path) -> None:
    bad = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": ["x"]}}
    layer = read_layer(write_geojson(tmp_path / "a.geojson", bad, 7, feature(1, 2)), crs=None)
    assert layer.geometry.isna().tolist() == [True, True, False]


@pytest.mark.parametrize("text", ['{"a": 1}', '{"type": "FeatureCollection"', "{" * 100000, '{"type": NaN}'])
def test_json_that_is_no_geojson_is_unreadable(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileUnreadable):
        read_layer(path, crs=None)


def test_several_layers_ask_which(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    two_points().to_file(path, layer="roads")
    two_points().to_file(path, layer="places")
    with pytest.raises(ChoiceUnknown, match="places, roads"):
        read_layer(path, crs=None)
    with pytest.raises(ChoiceUnknown):
        read_layer(path, crs=None, layer="rivers")
    assert_two_points(read_layer(path, crs=None, layer="places"))


def test_kml_gives_every_placemark_of_every_folder_with_its_data(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_text(
        """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
        <Folder><Placemark><name>甲</name><Point><coordinates>117,34,5</coordinates></Point></Placemark></Folder>
        <Folder><Placemark><name>乙</name><ExtendedData><Data name="床位"><value>20</value></Data></ExtendedData>
        <LineString><coordinates>0,0 1,1
        2,2</coordinates></LineString></Placemark></Folder></Document></kml>""",
        encoding="utf-8",
    )
    layer = read_layer(path, crs=None)
    assert layer["name"].tolist() == ["甲", "乙"]
    assert layer["床位"].tolist() == ["", "20"]
    assert layer.geometry.to_wkt().tolist() == ["POINT (117 34)", "LINESTRING (0 0, 1 1, 2 2)"]


def test_whole_numbers_keep_their_digits_beside_empty_cells(tmp_path: Path) -> None:
    frame = two_points()
    frame["code"] = pd.array([340621001001234567, None], dtype="Int64")
    frame.to_file(tmp_path / "a.gpkg")
    assert read_layer(tmp_path / "a.gpkg", crs=None)["code"].tolist() == ["340621001001234567", ""]


def test_a_table_is_no_layer(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(FileUnreadable):
        read_layer(tmp_path / "a.csv", crs="EPSG:4326")
