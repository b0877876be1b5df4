"""Facility, demand and unit files: rows refused with a reason, the others kept."""

import json
import math
from pathlib import Path

import pytest
import shapely

from geo.intake.desk.numbers import number_from
from geo.intake.desk.tiers import tier_of
from geo.intake.tables import boundary_from, demand_from, facilities_from, units_from
from geo.model.errors import ColumnsMissing, CrsMissing, FileUnreadable, TableEmpty
from geo.model.problems import Problem
from geo.model.schema import DEMAND, FACILITY, UNIT
from geo.model.schemes import load_scheme
from tests.corpus.workbooks import book

XISHUI, THREE = load_scheme("xishui"), load_scheme("three_levels")


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def codes(problems: list[Problem]) -> list[tuple[int | None, str]]:
    return [(p.row, p.code) for p in problems]


def test_a_chinese_list_becomes_the_facility_table(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        "机构编码,医疗机构名称,机构类别,经度,纬度,编制床位,执业（助理）医师,服务人口\n"
        '00712,土城中心卫生院,C210,106.01,28.27,３０,12,"12,345"\n',
    )
    table, problems = facilities_from(path, crs="EPSG:4490", scheme=XISHUI)
    assert list(table.columns) == list(FACILITY)
    row = table.iloc[0]
    assert (row["facility_id"], row["tier"]) == ("00712", "key_township_hospital")
    assert (row["lon"], row["lat"]) == (106.01, 28.27)
    assert (row["beds"], row["physicians"], row["population_served"]) == (30, 12, 12345)
    assert math.isnan(row["nurses"])
    assert codes(problems) == [(None, "tier_from_name")]


def test_each_bad_row_is_refused_with_its_reason_and_costs_no_other(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        "id,name,tier,lon,lat\n"
        "1,a,village_clinic,,28\n"
        "2,b,village_clinic,106度,28\n"
        "3,c,village_clinic,28,106\n"
        "4,d,village_clinic,206,28\n"
        "5,e,village_clinic,0,0\n"
        "6,f,药店,106,28\n"
        "7,,village_clinic,106,28\n"
        "8,good,village_clinic,106,28\n"
        "9,g,village_clinic,nan,28\n",
    )
    table, problems = facilities_from(path, crs="EPSG:4326", scheme=XISHUI)
    assert table["name"].tolist() == ["good"]
    assert codes(problems) == [
        (2, "position_missing"),
        (3, "position_not_a_number"),
        (4, "position_swapped"),
        (5, "position_out_of_range"),
        (6, "position_zero"),
        (7, "tier_unknown"),
        (8, "name_missing"),
        (10, "position_not_a_number"),
    ]
    assert all(p.severity == "error" and p.say() for p in problems)


def test_ids_become_unique_and_missing_ones_are_made_from_the_row(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        "id,name,tier,lon,lat\n"
        "x,a,village_clinic,106,28\n"
        "x,b,village_clinic,106,28\n"
        "x-2,c,village_clinic,106,28\n"
        ",d,village_clinic,106,28\n"
        "x,e,village_clinic,106,28\n",
    )
    table, problems = facilities_from(path, crs="EPSG:4326", scheme=XISHUI)
    assert table["facility_id"].tolist() == ["x", "x-3", "x-2", "facility-row-5", "x-4"]
    assert codes(problems) == [(None, "id_generated"), (3, "id_duplicate"), (6, "id_duplicate")]


def test_a_workbook_is_a_list_like_any_other(tmp_path: Path) -> None:
    """A title over the header, a code stored as text and a number; two lists in one file are not chosen from."""
    rows = [["机构编码", "名称", "级别", "经度", "纬度"], ["0071", "甲卫生室", "村卫生室", "106.2", "28.3"]]

    def fill(workbook: object, names: tuple[str, ...] = ("名单",)) -> None:
        for name in names:
            sheet = workbook.add_worksheet(name)  # type: ignore[attr-defined]
            sheet.merge_range("A1:E1", "某县医疗机构名单")
            for y, row in enumerate(rows, start=1):
                sheet.write_row(y, 0, row)

    (tmp_path / "a.xlsx").write_bytes(book(fill))
    table, problems = facilities_from(tmp_path / "a.xlsx", crs="EPSG:4326", scheme=XISHUI)
    assert table[["facility_id", "name", "lon", "lat"]].to_numpy().tolist() == [["0071", "甲卫生室", 106.2, 28.3]]
    assert problems == []
    (tmp_path / "b.xlsx").write_bytes(book(lambda workbook: fill(workbook, ("东乡", "西乡"))))
    with pytest.raises(FileUnreadable, match=r"several sheets.*东乡, 西乡"):
        facilities_from(tmp_path / "b.xlsx", crs="EPSG:4326", scheme=XISHUI)


def test_a_code_in_scientific_notation_is_kept_and_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,name,tier,lon,lat,区划代码\n1,a,village_clinic,106,28,3.40621E+11\n")
    table, problems = facilities_from(path, crs="EPSG:4326", scheme=XISHUI)
    assert table["unit_code"].tolist() == ["3.40621E+11"]
    assert codes(problems) == [(2, "code_scientific")]


def test_counts_that_are_no_numbers_are_unknown_and_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,name,tier,lon,lat,beds,nurses\n1,a,village_clinic,106,28,无,-3\n")
    table, problems = facilities_from(path, crs="EPSG:4326", scheme=XISHUI)
    assert table[["beds", "nurses"]].isna().to_numpy().all()
    assert codes(problems) == [(2, "number_invalid"), (2, "number_negative")]


def test_a_surplus_cell_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,name,tier,lon,lat\n1,a,village_clinic,106,28,more\n")
    _, problems = facilities_from(path, crs="EPSG:4326", scheme=XISHUI)
    assert codes(problems) == [(2, "row_too_long")]


def test_a_table_without_a_system_asks_for_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,name,tier,lon,lat\n1,a,village_clinic,106,28\n")
    with pytest.raises(CrsMissing):
        facilities_from(path, crs=None, scheme=XISHUI)


def test_metres_become_degrees(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'id,name,tier,x,y\n1,a,village_clinic,"500,000",3763000\n2,b,village_clinic,,1\n')
    table, problems = facilities_from(path, crs="EPSG:4548", scheme=XISHUI)
    assert table["lon"].tolist() == pytest.approx([117], abs=1e-9)
    # The meridian arc to 34 N is 3,763,661.5 m (111132.954 φ − 16038.509 sin 2φ + 16.833 sin 4φ), 110.922 km a degree.
    assert table["lat"].tolist() == pytest.approx([34 - 661.5 / 110922], abs=1e-5)
    assert codes(problems) == [(3, "position_missing")]


def test_one_column_of_coordinates_gives_two(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'id,name,tier,坐标\n1,a,village_clinic,"106.5，28.5"\n2,b,village_clinic,106.5\n')
    table, problems = facilities_from(path, crs="EPSG:4326", scheme=XISHUI)
    assert (table["lon"].tolist(), table["lat"].tolist()) == ([106.5], [28.5])
    assert codes(problems) == [(3, "position_missing")]


def test_columns_that_are_missing_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,name\n1,a\n")
    with pytest.raises(ColumnsMissing, match="lon, lat"):
        facilities_from(path, crs="EPSG:4326", scheme=XISHUI)


def test_no_usable_row_is_an_error_that_counts_the_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,name,tier,lon,lat\n1,a,village_clinic,x,28\n2,a,village_clinic,x,28\n")
    with pytest.raises(TableEmpty, match="refused: 2"):
        facilities_from(path, crs="EPSG:4326", scheme=XISHUI)


@pytest.mark.parametrize(
    ("tier", "name", "category", "expected"),
    [
        ("village_clinic", "某医院", "A100", "village_clinic"),
        ("重点中心乡镇卫生院", "x", "", "key_township_hospital"),
        ("Village clinic", "x", "", "village_clinic"),
        ("二级甲等", "习水县人民医院", "", "county_hospital"),
        ("", "习水县人民医院", "", "county_hospital"),
        ("", "土城中心卫生院", "", "key_township_hospital"),
        ("", "桑木镇卫生院", "", "township_hospital_general"),
        ("", "土城镇卫生院红岩村卫生室", "", "village_clinic"),
        ("", "土城中心卫生院长沙延伸服务点", "", "extension_point"),
        ("", "红岩便民服务延伸点", "", "extension_point"),
        ("", "某村卫生所", "", "village_clinic"),
        ("", "某村卫生站", "", "village_clinic"),
        ("", "x", "C220", "township_hospital_general"),
        ("", "x", "Ｄ600 村卫生室", "village_clinic"),
        ("", "x", "乡镇卫生院", "township_hospital_general"),
        ("", "习水县中医医院土城分院", "", None),
        ("", "药店", "", None),
    ],
)
def test_the_tier_is_told_by_column_then_code_then_name(
    tier: str, name: str, category: str, expected: str | None
) -> None:
    found = tier_of(XISHUI, tier, name, category)
    assert (found.tier_id if found else None) == expected


def test_a_tier_the_scheme_does_not_have_is_unknown() -> None:
    assert tier_of(THREE, "", "红岩延伸服务点", "") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,234", 1234),
        ("１２３．５", 123.5),
        ("1 234", 1234),
        ("-3", -3),
        ("1e3", 1000),
        (" 7 ", 7),
        ("12,345,678", 12345678),
    ],
)
def test_numbers_as_people_write_them(text: str, expected: float) -> None:
    assert number_from(text) == expected


@pytest.mark.parametrize("text", ["无", "NA", "nan", "inf", "1,23", "12a", "0x10", "1e999", "--1"])
def test_words_are_no_numbers(text: str) -> None:
    assert number_from(text) is None


# ---- demand ----------------------------------------------------------------------------------------------------


def test_demand_rows_need_a_population_of_zero_or_more(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        "村代码,村名,经度,纬度,户籍人口\n"
        '340621001001,a,117,34,"1,200"\n'
        "340621001002,b,117,34,0\n"
        "340621001003,c,117,34,\n"
        "340621001004,d,117,34,-5\n"
        "340621001005,e,117,34,约百人\n",
    )
    table, problems = demand_from(path, crs="EPSG:4326")
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
    table, problems = demand_from(path, crs=None)
    assert table["lon"].tolist() == pytest.approx([117.5, 117.1])
    assert codes(problems) == [(None, "id_generated"), (3, "position_missing")]


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


def test_units_are_repaired_and_shapes_without_area_left_out(tmp_path: Path) -> None:
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    path = areas(tmp_path / "a.json", ("01", bow), ("02", shapely.Point(0, 0)), ("03", shapely.box(2, 0, 3, 1)))
    units = units_from(path, crs=None)
    assert [c for c in units.columns if c != "geometry"] == list(UNIT)
    assert units["unit_code"].tolist() == ["01", "03"]
    assert units.geometry.is_valid.all()
    assert units["level"].tolist() == ["township", "township"]
    assert units["boundary_kind"].tolist() == ["approximate_outline", "approximate_outline"]


def test_a_boundary_is_one_row_of_all_areas_together(tmp_path: Path) -> None:
    path = areas(tmp_path / "a.json", ("01", shapely.box(0, 0, 1, 1)), ("02", shapely.box(1, 0, 2, 1)))
    outline = boundary_from(path, crs=None)
    assert outline["level"].tolist() == ["county"]
    assert outline.geometry[0].equals(shapely.box(0, 0, 2, 1))
    assert outline.crs == "EPSG:4326"


def test_a_file_without_areas_is_empty(tmp_path: Path) -> None:
    with pytest.raises(TableEmpty):
        units_from(areas(tmp_path / "a.json", ("01", shapely.Point(0, 0))), crs=None)
