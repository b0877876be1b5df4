"""Files of a study that is built: read as the data desk reads them, refused and mended in the same rows."""

import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import shapely

from geo.intake.desk.datums import wgs84_to_gcj02
from geo.model.desk import Kind
from geo.model.errors import AnswerNeeded, ColumnsMissing, CrsMissing, RoadsElsewhere, TableEmpty
from geo.model.inputs import Sources, Study
from geo.model.problems import Problem
from geo.model.schema import DEMAND, FACILITY, UNIT
from geo.model.schemes import load_scheme
from geo.study import build_study, desk
from geo.study.sources import nothing_known, read_outline, read_rows
from tests.corpus.workbooks import book
from tests.geo import county
from tests.geo.conftest import Said
from tests.geo.county import lonlat, write_county

XISHUI = load_scheme("xishui")
PLAIN = Sources("a", {}, "xishui", Path("roads"), crs="EPSG:4326")


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def read(path: Path, kind: Kind = "facilities", sources: Sources = PLAIN) -> tuple[pd.DataFrame, list[Problem]]:
    return read_rows(path, kind, nothing_known(XISHUI), sources)


def codes(problems: list[Problem]) -> list[tuple[int | None, str]]:
    return [(p.row, p.code) for p in problems]


def test_a_list_in_gcj_02_stands_where_it_stands_when_that_is_said(tmp_path: Path) -> None:
    """GCJ-02 shifts places in this part of China by some 300 to 700 m; there and back again is where it was."""
    path = write(tmp_path / "a.csv", "机构编码,机构名称,级别,经度,纬度\n1,县人民医院,县级公立医院,106.2216,28.3271\n")
    plain, _ = read(path)
    moved, _ = read(path, sources=replace(PLAIN, crs="GCJ-02"))
    lon, lat = wgs84_to_gcj02(moved["lon"], moved["lat"])
    assert (plain["lon"].iat[0], plain["lat"].iat[0]) == (106.2216, 28.3271)
    assert (lon[0], lat[0]) == pytest.approx((106.2216, 28.3271), abs=1e-5)
    shift_m = math.hypot(111_320 * (plain["lat"] - moved["lat"]).iat[0], 98_000 * (plain["lon"] - moved["lon"]).iat[0])
    assert 300 < shift_m < 700


# ---- facilities ------------------------------------------------------------------------------------------------


def test_a_chinese_list_becomes_the_facility_table(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        "机构编码,医疗机构名称,机构类别,经度,纬度,编制床位,执业（助理）医师,服务人口\n"
        '00712,土城中心卫生院,C210,106.01,28.27,３０,12,"12,345"\n',
    )
    table, problems = read(path, sources=replace(PLAIN, crs="EPSG:4490"))
    assert list(table.columns) == list(FACILITY)
    row = table.iloc[0]
    assert (row["facility_id"], row["tier"]) == ("00712", "key_township_hospital")
    assert (row["lon"], row["lat"]) == (106.01, 28.27)
    assert (row["beds"], row["physicians"], row["population_served"]) == (30, 12, 12345)
    assert math.isnan(row["nurses"])
    assert problems == []


def test_each_bad_row_is_refused_with_its_reason_and_costs_no_other(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        "id,name,tier,lon,lat\n"
        "1,a,village_clinic,,28.01\n"
        "2,b,village_clinic,很东,28.02\n"
        "3,c,village_clinic,28.03,106\n"
        "4,d,village_clinic,206,28.04\n"
        "5,e,village_clinic,0,0\n"
        "6,f,药店,106,28.06\n"
        "7,,village_clinic,106,28.07\n"
        "8,good,village_clinic,106,28.08\n"
        "9,g,village_clinic,nan,28.09\n"
        "10,h,village_clinic,106.1,28.1\n",
    )
    table, problems = read(path)
    assert table["name"].tolist() == ["good", "h"]
    assert codes(problems) == [
        (2, "not_placed"),
        (3, "position_not_a_number"),
        (4, "position_swapped"),
        (5, "position_out_of_range"),
        (6, "position_zero"),
        (7, "tier_unknown"),
        (8, "name_missing"),
        (10, "position_not_a_number"),
    ]
    assert all(p.severity == "error" and p.say() for p in problems)


def test_ids_become_unique_and_missing_ones_are_made_of_name_and_place(tmp_path: Path) -> None:
    rows = ["x,a,106.1", "x,b,106.2", "x-2,c,106.3", ",d,106.4", "x,e,106.5"]
    lines = "".join(f"{row},28,village_clinic\n" for row in rows)
    table, problems = read(write(tmp_path / "a.csv", "id,name,lon,lat,tier\n" + lines))
    ids = table["facility_id"].tolist()
    assert ids[:3] + ids[4:] == ["x", "x-3", "x-2", "x-4"] and ids[3].startswith("facility-auto-")
    assert codes(problems) == [(None, "id_generated"), (3, "id_duplicate"), (6, "id_duplicate")]
    moved = read(write(tmp_path / "b.csv", "id,name,lon,lat,tier\n" + ",d,106.4,28,village_clinic\n"))[0]
    assert moved["facility_id"].tolist() == [ids[3]]  # whatever its row


def workbook(path: Path, *sheets: str) -> Path:
    """A title over the header, a code stored as text and a number, in every sheet."""
    rows = [["机构编码", "名称", "级别", "经度", "纬度"], ["0071", "甲卫生室", "村卫生室", "106.2", "28.3"]]

    def fill(made: object) -> None:
        for name in sheets:
            sheet = made.add_worksheet(name)  # type: ignore[attr-defined]
            sheet.merge_range("A1:E1", "某县医疗机构名单")
            for y, row in enumerate(rows, start=1):
                sheet.write_row(y, 0, row)

    path.write_bytes(book(fill))
    return path


def test_a_workbook_is_a_list_like_any_other(tmp_path: Path) -> None:
    table, problems = read(workbook(tmp_path / "a.xlsx", "名单"))
    assert table[["facility_id", "name", "lon", "lat"]].to_numpy().tolist() == [["0071", "甲卫生室", 106.2, 28.3]]
    assert problems == []


def test_what_is_open_is_asked_in_both_languages_and_the_answer_taken(tmp_path: Path, said: Said) -> None:
    path = workbook(tmp_path / "b.xlsx", "东乡", "西乡")
    with pytest.raises(AnswerNeeded, match=r"several sheets.*--answer facilities\.sheet=….*东乡, 西乡") as caught:
        read(path)
    told = said(caught.value)
    assert "Which one holds the list?" in told["en"] and "多个工作表" in told["zh"]
    answered = replace(PLAIN, answers={"facilities": {"sheet": "西乡"}})
    assert read(path, sources=answered)[0]["facility_id"].tolist() == ["0071"]


def test_of_two_columns_that_fit_none_is_taken_in_silence(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,name,tier,lon,lat,床位数,编制床位\n1,a,village_clinic,106,28,5,7\n")
    with pytest.raises(AnswerNeeded, match=r"facilities\.columns:beds=….*床位数, 编制床位"):
        read(path)
    answered = replace(PLAIN, answers={"facilities": {"columns:beds": "编制床位"}})
    assert read(path, sources=answered)[0]["beds"].tolist() == [7]


def test_a_code_in_scientific_notation_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,name,tier,lon,lat,区划代码\n1,a,village_clinic,106,28,3.40621E+11\n")
    assert codes(read(path)[1]) == [(2, "code_scientific")]


def test_counts_that_are_no_numbers_are_unknown_and_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,name,tier,lon,lat,beds,nurses\n1,a,village_clinic,106,28,无,-3\n")
    table, problems = read(path)
    assert table[["beds", "nurses"]].isna().to_numpy().all()
    assert codes(problems) == [(2, "number_invalid"), (2, "number_negative")]


def test_a_surplus_cell_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,name,tier,lon,lat\n1,a,村卫生室,106,28,more\n2,b,村卫生室,106,29\n")
    assert codes(read(path)[1])[0] == (2, "row_too_long")


def test_a_table_without_a_system_asks_for_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,name,tier,lon,lat\n1,a,village_clinic,106,28\n")
    with pytest.raises(CrsMissing):
        read(path, sources=replace(PLAIN, crs=None))
    told = replace(PLAIN, crs=None, answers={"facilities": {"crs": "EPSG:4490"}})
    assert len(read(path, sources=told)[0]) == 1


def test_metres_become_degrees(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'id,name,tier,x,y\n1,a,village_clinic,"500,000",3763000\n2,b,village_clinic,,1\n')
    table, problems = read(path, sources=replace(PLAIN, crs="EPSG:4548"))
    assert table["lon"].tolist() == pytest.approx([117], abs=1e-9)
    # The meridian arc to 34 N is 3,763,661.5 m (111132.954 φ − 16038.509 sin 2φ + 16.833 sin 4φ), 110.922 km a degree.
    assert table["lat"].tolist() == pytest.approx([34 - 661.5 / 110922], abs=1e-5)
    assert codes(problems) == [(3, "not_placed")]


def test_one_column_of_coordinates_gives_two(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'id,name,tier,坐标\n1,a,village_clinic,"106.5，28.5"\n2,b,village_clinic,106.5\n')
    table, problems = read(path)
    assert (table["lon"].tolist(), table["lat"].tolist()) == ([106.5], [28.5])
    assert [row for row, _ in codes(problems)] == [3]


@pytest.mark.parametrize(
    ("kind", "text", "lacking"),
    [
        ("facilities", "id,name,tier\n1,a,village_clinic\n", "lon, lat"),
        ("demand", "村名,经度,纬度\n甲村,106,28\n", "population"),
        ("links", "from_id,to_id\na,b\n", "kind"),
        ("indicators", "指标代码,统计期\nA-01,2024\n", "unit_code, numerator"),
    ],
)
def test_columns_that_are_missing_are_named(tmp_path: Path, kind: Kind, text: str, lacking: str) -> None:
    with pytest.raises(ColumnsMissing, match=lacking):
        read(write(tmp_path / "a.csv", text), kind)


def test_no_usable_row_is_an_error_that_counts_the_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,name,tier,lon,lat\n1,a,village_clinic,x,28\n2,a,village_clinic,x,28\n")
    with pytest.raises(TableEmpty, match="refused: 2"):
        read(path)


# ---- villages --------------------------------------------------------------------------------------------------


def test_demand_rows_need_a_population_of_zero_or_more(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        "村代码,村名,经度,纬度,户籍人口\n"
        '340621001001,a,117.1,34,"1,200"\n'
        "340621001002,b,117.2,34,0\n"
        "340621001003,c,117.3,34,\n"
        "340621001004,d,117.4,34,-5\n"
        "340621001005,e,117.5,34,约百人\n",
    )
    table, problems = read(path, "demand")
    assert list(table.columns) == list(DEMAND)
    assert table["demand_id"].tolist() == ["340621001001", "340621001002"]
    assert table["population"].tolist() == [1200, 0]
    assert table["population_type"].tolist() == ["registered", "registered"]
    assert codes(problems) == [
        (4, "population_missing"),
        (5, "population_negative"),
        (6, "population_not_a_number"),
    ]


def test_demand_may_come_as_a_layer_of_points_or_areas(tmp_path: Path) -> None:
    square = shapely.box(117, 34, 117.2, 34.2)
    shapes = [shapely.Point(117.5, 34.5), square, None]
    features = [
        {"type": "Feature", "properties": {"name": n, "pop": 10}, "geometry": s and json.loads(shapely.to_geojson(s))}
        for n, s in zip("abc", shapes, strict=True)
    ]
    path = write(tmp_path / "a.json", json.dumps({"type": "FeatureCollection", "features": features}))
    table, problems = read(path, "demand", replace(PLAIN, crs=None))
    assert table["lon"].tolist() == pytest.approx([117.5, 117.1])
    assert codes(problems) == [(None, "id_generated"), (None, "shapes_as_points"), (3, "not_placed")]


# ---- areas -----------------------------------------------------------------------------------------------------


def areas(path: Path, *named: tuple[str, shapely.Geometry]) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"代码": code, "名称": "镇" + code},
            "geometry": json.loads(shapely.to_geojson(s)),
        }
        for code, s in named
    ]
    return write(path, json.dumps({"type": "FeatureCollection", "features": features}))


def test_units_are_repaired_and_shapes_without_area_refused(tmp_path: Path) -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    path = areas(tmp_path / "a.json", ("01", bow), ("02", shapely.Point(0, 0)), ("03", shapely.box(2, 0, 3, 1)))
    units, problems = read(path, "units")
    assert [c for c in units.columns if c != "geometry"] == list(UNIT)
    assert units["unit_code"].tolist() == ["01", "03"]
    assert units.geometry.is_valid.all()
    assert units["level"].tolist() == ["township", "township"]
    assert units["boundary_kind"].tolist() == ["approximate_outline", "approximate_outline"]
    assert codes(problems) == [(1, "geometry_repaired"), (2, "geometry_not_an_area")]


def test_a_boundary_is_one_row_of_all_areas_together(tmp_path: Path) -> None:
    path = areas(tmp_path / "a.json", ("01", shapely.box(0, 0, 1, 1)), ("02", shapely.box(1, 0, 2, 1)))
    outline, problems = read_outline(path, nothing_known(XISHUI), PLAIN)
    assert outline[["unit_code", "name", "level"]].to_numpy().tolist() == [["01", "镇01", "county"]]
    assert outline.geometry[0].equals(shapely.box(0, 0, 2, 1))
    assert outline.crs == "EPSG:4326" and problems == []


def test_a_file_without_areas_is_empty(tmp_path: Path) -> None:
    with pytest.raises(TableEmpty):
        read(areas(tmp_path / "a.json", ("01", shapely.Point(0, 0))), "units")


# ---- as the desk does ------------------------------------------------------------------------------------------


def table_of(path: Path, header: str, *rows: list[object]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])
    return path


def at(x: float, y: float) -> list[float]:
    return lonlat([(x, y)])[0]


def bad_files(folder: Path) -> dict[Kind, Path]:
    """Of every kind of list and area one file with rows to refuse, rows to remark upon, and rows in order."""
    return {
        "facilities": table_of(
            folder / "f.csv",
            "机构编码,机构名称,级别,经度,纬度,床位数,上级机构",
            ["F1", "县人民医院", "县级公立医院", *at(0, -250), "很多", ""],
            ["F1", "东乡卫生院", "一般乡镇卫生院", *at(13000, 0), 20, "某医院"],
            ["F1", "县人民医院", "县级公立医院", *at(0, -250), 5, ""],
            ["F3", "中村卫生室", "", "", "", 1, ""],
            ["F4", "康养中心", "五星", *at(100, 100), 1, ""],
            ["F5", "远方卫生室", "村卫生室", 116.4, 39.9, 1, ""],
            ["F6", "北村卫生室", "村卫生室", 0, 0, 1, ""],
            ["F7", "无名村卫生室", "村卫生室", "", "", 1, ""],
        ),
        "demand": table_of(
            folder / "v.csv",
            "村代码,村名,经度,纬度,常住人口",
            ["V1", "西村", *at(0, 500), 1000],
            ["V2", "中村", *at(6500, 0), "很多"],
            ["V2", "中村", *at(6500, 0), 2000],
            ["V3", "北村", *at(6500, 5500), -3],
            ["V4", "东村", *at(13000, 2500), 400.5],
        ),
        "units": areas(
            folder / "u.geojson",
            ("W", shapely.box(*at(-1000, -6000), *at(7000, 10000))),
            ("E", shapely.box(*at(6000, -6000), *at(24000, 10000))),
            ("P", shapely.Point(at(0, 0))),
            ("W", shapely.box(*at(7000, -6000), *at(8000, 10000))),
        ),
        "links": table_of(
            folder / "l.csv",
            "kind,from_id,to_id",
            ["reads_ecg_for", "F1", "F2"],
            ["reads_ecg_for", "F1", "没有的卫生院"],
            ["paints_for", "F1", "F2"],
            ["reads_ecg_for", "县人民医院", "F2"],
        ),
        "indicators": table_of(
            folder / "i.csv",
            "指标代码,区划代码,统计期,分子,分母",
            ["A-01", "F2", "2024", 812, 1000],
            ["A-01", "没有", "2024", 812, 1000],
            ["A-01", "F2", "二月三十", 1, 2],
            ["A-01", "F2", "2023", "很多", 2],
        ),
    }


@pytest.mark.parametrize("kind", ["facilities", "demand", "units", "links", "indicators"])
def test_building_refuses_and_keeps_the_rows_that_the_desk_does(toy: Study, tmp_path: Path, kind: Kind) -> None:
    """A file added to what is known of the toy county, by both ways."""
    path = bad_files(tmp_path)[kind]
    known = desk.context_of(toy)
    check = desk.check_file(path, kind, known, {"crs": "EPSG:4326"})
    rows, problems = read_rows(path, kind, known, PLAIN)
    refused = [(p.row, p.code) for p in check.problems if p.severity == "error"]
    assert len(refused) >= 2 and [(p.row, p.code) for p in problems if p.severity == "error"] == refused
    pd.testing.assert_frame_equal(pd.DataFrame(rows), pd.DataFrame(desk.usable(check, toy)), check_dtype=True)


def test_a_built_study_holds_the_rows_that_the_desk_would_take(toy: Study, tmp_path: Path) -> None:
    """The whole way: a clinic without a position goes to its village, a broken row costs no good one of its name."""
    files = bad_files(tmp_path)
    study = build_study(write_county(tmp_path / "c", facilities=files["facilities"], demand=files["demand"]))
    assert study.demand["demand_id"].tolist() == ["V1", "V2", "V4"] and study.demand["population"].sum() == 3400.5
    assert study.facility["facility_id"].tolist() == ["F1", "F1-2", "F3"]
    clinic = study.facility.set_index("facility_id").loc["F3"]
    assert [clinic["lon"], clinic["lat"]] == at(6500, 0) and clinic["position_quality"] == "village"
    errors = [(p.table, p.row, p.code) for p in study.report.problems if p.severity == "error"]
    assert errors == [
        ("demand", 3, "population_not_a_number"),
        ("demand", 5, "population_negative"),
        ("facility", 4, "twice_same_code"),
        ("facility", 6, "tier_unknown"),
        ("facility", 7, "position_far_away"),
        ("facility", 8, "position_zero"),
        ("facility", 9, "not_placed"),
    ]
    assert study.report.rows_refused == len(errors)


def test_an_outline_apart_from_the_roads_stops_both_ways(toy: Study, tmp_path: Path) -> None:
    far = county.write_outline(tmp_path / "far.geojson", ((100_000, 100_000), (120_000, 120_000)))
    check = desk.check_file(far, "boundary", desk.context_of(toy), {})
    assert check.verdict == "rejected" and RoadsElsewhere.code in {p.code for p in check.problems}
    with pytest.raises(RoadsElsewhere):
        build_study(write_county(tmp_path / "c", boundary=far))
