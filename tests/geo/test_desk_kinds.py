"""The data desk for people, townships, outlines, roads, rasters and indicators: from a file to the study with it.

The toy county of tests/geo/county.py, figures worked out by hand: 3,700 of 3,757 people are within 15 minutes.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from geo.intake.desk.checking import Context
from geo.intake.desk.datums import wgs84_to_gcj02
from geo.model.desk import Kind
from geo.model.errors import FileTooDemanding, FileUnreadable, RasterElsewhere, RoadsEmpty
from geo.model.inputs import Study
from geo.store import Store
from geo.study import desk
from tests.geo import county
from tests.geo.county import Road, lonlat, write_outline, write_roads, write_villages
from tests.geo.desk_files import (
    BRIDGE,
    COUNTED,
    EAST_HALF,
    WEST_HALF,
    WGS,
    after_of,
    area_km2,
    areas,
    table,
    upload,
    within,
)  # fmt: skip
from tests.geo.intake.conftest import OsmText
from tests.geo.network.conftest import EAST, NORTH

osm = pytest.fixture(lambda: OsmText())


@pytest.fixture(scope="module")
def context(toy: Study) -> Context:
    return desk.context_of(toy)


@pytest.fixture
def stored(any_store: Store, toy: Study) -> tuple[Store, int]:
    """A store that holds the toy county, and the number of that version."""
    return any_store, any_store.save(toy, "files", replace=False)


# ---- people ----------------------------------------------------------------------------------------------------


def test_a_list_of_villages_changes_their_people(toy: Study, context: Context, tmp_path: Path) -> None:
    """500 more people in 中村, 6 minutes from the health centre."""
    grown = [replace(v, people=2500) if v.key == "V2" else v for v in county.VILLAGES]
    check = desk.check_file(write_villages(tmp_path / "v.csv", grown), "demand", context, WGS)
    found = desk.difference(toy, check, {})
    assert found.changes.to_dict("records") == [
        {"id": "V2", "name": "中村", "column": "population", "before": "2000", "after": "2500"}
    ]
    after = after_of(toy, check)
    assert (within(toy, 15), within(after, 15), after.report.population) == (3700, 4200, 4257)


def raster(path: Path, cells: dict[tuple[int, int], float], *, bands: int = 1, crs: str | None = "EPSG:4544") -> Path:
    """People per cell of 1 km over the toy county: (east, north) in metres of a place in the cell → people."""
    people = np.zeros((16, 15), dtype=np.float32)
    for (east, north), count in cells.items():
        people[(10_000 - north) // 1000, (east + 1000) // 1000] = count
    shape = {"height": 16, "width": 15, "count": bands, "dtype": "float32"}
    where = {"crs": crs, "transform": from_origin(EAST - 1000, NORTH + 10_000, 1000, 1000)}
    with rasterio.open(path, "w", driver="GTiff", **shape, **where) as file:
        for band in range(1, bands + 1):
            file.write(people * band, band)
    return path


PEOPLE = {(500, 500): 120.0, (6400, 300): 80.0, (12_500, 2500): 40.0, (1500, 9500): 9.0}


def test_a_raster_gives_its_people_to_the_villages_and_keeps_the_total(
    toy: Study, context: Context, tmp_path: Path
) -> None:
    """120 to 西村, 80 to 中村, 40 to 东村, 9 to 岛村: 249, of which 240 within 15 minutes."""
    path = raster(tmp_path / "people.tif", PEOPLE)
    asked = desk.check_file(path, "raster", context, {})
    assert [(q.question_id, q.guess) for q in asked.questions] == [("points", "villages")]
    check = desk.check_file(path, "raster", context, {"points": "villages"})
    assert check.verdict == "accepted_with_warnings"  # two villages have nobody
    after = after_of(toy, check)
    people = dict(zip(after.demand["name"], after.demand["population"], strict=True))
    assert people == {"西村": 120, "中村": 80, "北村": 0, "东村": 40, "岛村": 9, "远村": 0}
    assert after.report.population == 249 and within(after, 15) == 240
    changed = desk.difference(toy, check, {}).changes
    assert set(changed.loc[changed["column"] == "population", "id"]) == {f"V{n}" for n in range(1, 7)}


def test_a_raster_becomes_points_of_a_grid_when_asked(toy: Study, context: Context, tmp_path: Path) -> None:
    check = desk.check_file(raster(tmp_path / "p.tif", PEOPLE), "raster", context, {"points": "blocks"})
    found = desk.difference(toy, check, {})
    after = after_of(toy, check)
    assert (len(found.added), len(found.gone)) == (4, 6)
    assert sorted(after.demand["population"]) == [9, 40, 80, 120] and after.demand["unit_code"].eq("F2").all()


def test_a_raster_with_several_bands_or_no_system_asks(context: Context, tmp_path: Path) -> None:
    villages = {"points": "villages"}
    two = desk.check_file(raster(tmp_path / "two.tif", PEOPLE, bands=2), "raster", context, villages)
    assert [(q.question_id, [c.value for c in q.choices]) for q in two.questions] == [("band", ["1", "2"])]
    second = desk.check_file(tmp_path / "two.tif", "raster", context, {**villages, "band": "2"})
    assert second.table["population"].sum() == 498
    lost = desk.check_file(raster(tmp_path / "lost.tif", PEOPLE, crs=None), "raster", context, villages)
    assert [q.question_id for q in lost.questions] == ["crs"] and lost.verdict == "needs_answer"
    told = desk.check_file(tmp_path / "lost.tif", "raster", context, {**villages, "crs": "EPSG:4544"})
    assert told.table["population"].sum() == 249


def test_a_raster_of_another_county_is_refused(context: Context, tmp_path: Path) -> None:
    path = raster(tmp_path / "p.tif", PEOPLE, crs="EPSG:4548")
    with pytest.raises(RasterElsewhere):
        desk.check_file(path, "raster", context, {"points": "villages"})


# ---- townships and the outline ---------------------------------------------------------------------------------


def test_township_areas_take_the_place_of_the_approximate_ones(toy: Study, context: Context, tmp_path: Path) -> None:
    """8 km and 7 km of the county's 15 km from west to east: 128 and 112 km². Only 东村 (400) lies in the east."""
    path = areas(tmp_path / "u.geojson", ("T1", "西乡", WEST_HALF), ("T2", "东乡", EAST_HALF))
    check = desk.check_file(path, "units", context, {})
    assert (check.verdict, check.rows_ok) == ("accepted", 2)
    found = desk.difference(toy, check, {})
    assert (len(found.added), len(found.gone)) == (2, 1)
    after = after_of(toy, check)
    assert after.unit["unit_code"].tolist() == ["T1", "T2"]
    people = after.demand.groupby("unit_code")["population"].sum()
    assert people.to_dict() == {"T1": 3357, "T2": 400}
    assert after.facility["unit_code"].tolist() == ["T1", "T2", "T1"]
    km2 = [area_km2(shape) for shape in after.unit.geometry]
    assert km2 == pytest.approx([128, 112], rel=1e-3)


def test_a_township_file_again_changes_only_what_it_draws_anew(toy: Study, context: Context, tmp_path: Path) -> None:
    first = areas(tmp_path / "u.geojson", ("T1", "西乡", WEST_HALF), ("T2", "东乡", EAST_HALF))
    study = after_of(toy, desk.check_file(first, "units", context, {}))
    same = desk.check_file(first, "units", desk.context_of(study), {})
    assert desk.difference(study, same, {}).is_empty and after_of(study, same).content_id == study.content_id
    smaller = areas(tmp_path / "one.geojson", ("", "东乡", ((8000.0, -6000.0), (14000.0, 10000.0))))
    check = desk.check_file(smaller, "units", desk.context_of(study), {})
    found = desk.difference(study, check, {})
    assert [(c["id"], c["column"]) for c in found.changes.to_dict("records")] == [("T2", "geometry")]
    before, after = (float(found.changes[side].iat[0].split()[0]) for side in ("before", "after"))
    assert (before, after) == pytest.approx((112, 96), rel=1e-3)
    assert after_of(study, check).unit["unit_code"].tolist() == ["T1", "T2"]


def test_seats_without_areas_get_cells_about_them_labelled_approximate(
    toy: Study, context: Context, tmp_path: Path
) -> None:
    """Seats at the two ends of the main road: the border runs half-way, 7.5 km from either side, 120 km² each."""
    seats = [["T1", "西乡", *lonlat([(0, 0)])[0]], ["T2", "东乡", *lonlat([(13000, 0)])[0]]]
    for number, header in enumerate((("代码", "乡镇", "经度", "纬度"), ("代码", "乡镇名称", "驻地经度", "驻地纬度"))):
        path = table(tmp_path / f"{number}.csv", header, seats)
        check = desk.check_file(path, "units", context, WGS)
        assert check.rows_ok == 2 and not check.questions
        after = after_of(toy, check)
        assert set(after.unit["boundary_kind"]) == {"approximate_voronoi"}
        assert [area_km2(shape) for shape in after.unit.geometry] == pytest.approx([120, 120], rel=1e-3)
        assert after.unit["seat_lon"].tolist() == pytest.approx([seats[0][2], seats[1][2]])
        assert desk.edited(check, check.text, context).rows_ok == 2


def test_one_crossed_ring_is_repaired_and_one_line_refused_and_the_rest_stand(context: Context, tmp_path: Path) -> None:
    path = areas(
        tmp_path / "u.geojson", ("T1", "西乡", WEST_HALF), ("T2", "东乡", EAST_HALF), ("T3", "线乡", EAST_HALF)
    )
    layer = json.loads(path.read_text())
    ring = layer["features"][1]["geometry"]["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]
    layer["features"][2]["geometry"] = {"type": "LineString", "coordinates": ring[:2]}
    path.write_text(json.dumps(layer), encoding="utf-8")
    check = desk.check_file(path, "units", context, {})
    assert {(p.code, p.row) for p in check.problems} >= {("geometry_repaired", 2), ("geometry_not_an_area", 3)}
    assert check.rows_ok == 2
    assert desk.edited(check, check.text, context).rows_ok == 2


def test_an_outline_replaces_the_stored_one(toy: Study, context: Context, tmp_path: Path) -> None:
    """Cut at 8 km north: 15 by 14 km, and 岛村 at 9 km is outside. The file gives it its own code and name."""
    path = write_outline(tmp_path / "b.geojson", ((-1000.0, -6000.0), (14000.0, 8000.0)))
    check = desk.check_file(path, "boundary", context, {})
    assert check.verdict == "accepted"
    found = desk.difference(toy, check, {})
    assert [(c["id"], c["column"]) for c in found.changes.to_dict("records")] == [("999999", "geometry")]
    after = after_of(toy, check)
    assert (toy.report.outside, after.report.outside) == (0, 1)
    assert area_km2(after.outline.geometry.iat[0]) == pytest.approx(210, rel=1e-3)
    again = desk.check_file(write_outline(tmp_path / "same.geojson"), "boundary", context, {})
    assert after_of(toy, again).content_id == toy.content_id


def test_an_outline_away_from_the_roads_is_refused(context: Context, tmp_path: Path) -> None:
    path = write_outline(tmp_path / "b.geojson", ((50_000.0, 50_000.0), (60_000.0, 60_000.0)))
    check = desk.check_file(path, "boundary", context, {})
    assert check.verdict == "rejected" and [p.code for p in check.problems] == ["roads_elsewhere"]
    with pytest.raises(FileUnreadable):
        desk.check_file(table(tmp_path / "b.csv", ("代码", "名称"), [("1", "县")]), "boundary", context, {})


def test_an_outline_in_gcj02_is_asked_about_and_moved_back(toy: Study, context: Context, tmp_path: Path) -> None:
    """WKT in a table says no system; 240 km² under either, but GCJ-02 lies hundreds of metres off."""
    wkt = shapely.to_wkt(toy.outline.geometry.iat[0], rounding_precision=7)
    path = table(tmp_path / "b.csv", ("代码", "名称", "WKT"), [("999999", "示范县", wkt)])
    asked = desk.check_file(path, "boundary", context, {})
    assert [q.question_id for q in asked.questions] == ["crs"]
    plain = desk.check_file(path, "boundary", context, WGS)
    assert desk.difference(toy, plain, {}).is_empty
    shifted = desk.check_file(path, "boundary", context, {"crs": "GCJ-02"})
    assert desk.difference(toy, shifted, {}).changes["column"].tolist() == ["geometry"]


def test_a_layer_that_can_only_state_wgs84_is_moved_back_from_gcj02_when_that_is_said(
    toy: Study, context: Context, tmp_path: Path
) -> None:
    """GeoJSON is WGS-84 by its standard, and lists in GCJ-02 are written as GeoJSON all the same."""
    plain = write_outline(tmp_path / "b.geojson")
    layer = json.loads(plain.read_text(encoding="utf-8"))
    for feature in layer["features"]:
        shape = shapely.geometry.shape(feature["geometry"])
        moved = shapely.transform(shape, lambda xy: np.column_stack(wgs84_to_gcj02(xy[:, 0], xy[:, 1])))
        feature["geometry"] = shapely.geometry.mapping(moved)
    path = tmp_path / "gcj.geojson"
    path.write_text(json.dumps(layer), encoding="utf-8")
    said = desk.check_file(path, "boundary", context, {"crs": "GCJ-02"})
    assert said.questions == ()
    own, stored = said.table["geometry"].iat[0], toy.outline.geometry.iat[0]
    assert own.hausdorff_distance(stored) * 111_000 < 1  # metres
    silent = desk.check_file(path, "boundary", context, {}).table["geometry"].iat[0]
    assert silent.hausdorff_distance(stored) * 111_000 > 100


# ---- roads -----------------------------------------------------------------------------------------------------


def test_new_roads_join_the_island_and_reach_its_village(toy: Study, context: Context, tmp_path: Path) -> None:
    """4.30 km more of 县道. 岛村 (50) is 6 + 6 + 4.69 + 3 = 19.7 minutes from the health centre."""
    check = desk.check_file(write_roads(tmp_path / "r.geojson", (*county.ROADS, BRIDGE)), "roads", context, {})
    assert (check.verdict, check.rows_ok) == ("accepted", 5)
    told = {
        (c["id"], c["column"]): (c["before"], c["after"])
        for c in desk.difference(toy, check, {}).changes.to_dict("records")
    }
    assert told == {
        ("secondary", "length_km"): ("5.5", "9.8"),
        ("islands", "count"): ("1", "0"),
        ("islands", "length_km"): ("4.0", "0.0"),
    }
    after = after_of(toy, check)
    assert (within(after, 19.6), within(after, 19.8)) == (3700, 3750)
    covered = desk.covered(after, "ambulance", COUNTED, 15)
    assert covered and covered.unreachable == 7


def test_the_same_roads_change_nothing(toy: Study, context: Context, tmp_path: Path) -> None:
    check = desk.check_file(write_roads(tmp_path / "r.geojson"), "roads", context, {})
    assert desk.difference(toy, check, {}).is_empty and after_of(toy, check).content_id == toy.content_id


def test_roads_from_an_osm_extract(toy: Study, context: Context, tmp_path: Path, osm: OsmText) -> None:
    """The main road alone, 13 km. Off it by more than 2 km are 北村 (300), 东村 (400), 岛村 (50) and 远村 (7)."""
    nodes = [osm.node(n, *place) for n, place in enumerate(lonlat(county.MAIN.points), start=1)]
    osm.way(1, nodes, {"highway": "primary"})
    check = desk.check_file(osm.write(tmp_path / "r.osm"), "roads", context, {})
    assert check.verdict == "accepted"
    after = after_of(toy, check)
    assert after.report.road_km == pytest.approx({"primary": 13.0}, rel=1e-4)
    assert after.report.demand_off == 4 and after.report.population_off == 300 + 400 + 50 + 7


def test_roads_as_a_table_of_lines(toy: Study, context: Context, tmp_path: Path) -> None:
    lines = [
        (r.grade, shapely.to_wkt(shapely.LineString(lonlat(r.points)), rounding_precision=-1)) for r in county.ROADS
    ]
    check = desk.check_file(table(tmp_path / "r.csv", ("道路等级", "WKT"), lines), "roads", context, WGS)
    assert after_of(toy, check).report.road_km == pytest.approx(toy.report.road_km, rel=1e-6)


def test_roads_of_another_county_and_files_without_roads_are_refused(context: Context, tmp_path: Path) -> None:
    away = [Road(tuple((x + 50_000, y + 50_000) for x, y in r.points), r.grade) for r in county.ROADS]
    check = desk.check_file(write_roads(tmp_path / "far.geojson", away), "roads", context, {})
    assert check.verdict == "rejected" and [p.code for p in check.problems] == ["roads_elsewhere"]
    with pytest.raises(RoadsEmpty):
        desk.check_file(areas(tmp_path / "a.geojson", ("T1", "西乡", WEST_HALF)), "roads", context, {})


# ---- indicators ------------------------------------------------------------------------------------------------

FIGURES = ("指标代码", "区划代码", "统计期", "分子", "分母")


def test_indicator_values_are_added_changed_and_kept(toy: Study, context: Context, tmp_path: Path) -> None:
    rows = [
        ("A-01", "F2", "2024年", 80, 100),
        ("A-01", "F2", "2024年第1季度", 20, 25),
        ("A-02", "F2", "2024", "1,200", ""),
    ]
    check = desk.check_file(table(tmp_path / "i.csv", FIGURES, rows), "indicators", context, {})
    assert check.rows_ok == 3 and not check.questions
    study = after_of(toy, check)
    assert study.indicator["period"].tolist() == ["2024", "2024Q1", "2024"]
    assert study.indicator["numerator"].tolist() == [80, 20, 1200]
    later = table(tmp_path / "j.csv", FIGURES, [("A-01", "F2", "2024", 85, 100), ("A.01", "F2", "2024", 1, 2)])
    check = desk.check_file(later, "indicators", context, {})
    found = desk.difference(study, check, {})
    assert found.changes[["id", "column", "before", "after"]].values.tolist() == [
        ["A-01|F2|2024", "numerator", "80", "85"]
    ]
    assert (len(found.added), len(found.gone)) == (1, 2)
    assert len(after_of(study, check, closing=True).indicator) == 4


def test_two_people_at_the_indicators_keep_both_figures(
    stored: tuple[Store, int], toy: Study, context: Context, tmp_path: Path
) -> None:
    store, first = stored
    for number, row in enumerate((("A-01", "F2", "2024", 80, 100), ("A-02", "F2", "2024", 5, 9))):
        check = desk.check_file(table(tmp_path / f"{number}.csv", FIGURES, [row]), "indicators", context, {})
        desk.commit_or_raise(store, toy, first, after_of(toy, check), "indicators", upload(check, number))
    assert store.load("toy").indicator["numerator"].tolist() == [80, 5]


# ---- strangers' files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["units", "boundary", "roads", "raster", "indicators"])
@pytest.mark.parametrize(
    "body", [b"", b"\x00" * 4096, b"II*\0" + b"\xff" * 400, b'{"type": "FeatureCollection"', b"PK\x03\x04"]
)
def test_bytes_that_are_nothing_are_refused_with_a_reason(
    context: Context, tmp_path: Path, kind: Kind, body: bytes
) -> None:
    path = tmp_path / "x"
    path.write_bytes(body)
    with pytest.raises(FileUnreadable):
        desk.check_file(path, kind, context, {"points": "villages"})


def test_a_star_with_a_hundred_million_crossings_costs_only_the_child(context: Context, tmp_path: Path) -> None:
    """Making such an area valid takes gigabytes, so it is tried where memory and time are limited."""
    angle = np.arange(30_001) * np.pi * (1 + 1 / 30_001)
    ring = np.column_stack([106 + np.cos(angle), 28 + np.sin(angle)])
    ring[-1] = ring[0]
    feature = {
        "type": "Feature",
        "properties": {"名称": "星"},
        "geometry": {"type": "Polygon", "coordinates": [ring.tolist()]},
    }
    path = tmp_path / "star.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    with pytest.raises(FileTooDemanding):
        desk.check_file(path, "units", context, {})


def test_an_outline_of_which_nothing_can_be_used_changes_nothing(toy: Study, context: Context, tmp_path: Path) -> None:
    check = desk.check_file(areas(tmp_path / "a.geojson", ("1", "别处", WEST_HALF)), "boundary", context, {})
    refused = replace(check, table=check.table.assign(verdict="error"))
    assert desk.usable(refused, toy).empty
    assert after_of(toy, refused).content_id == toy.content_id
