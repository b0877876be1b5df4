"""The whole check: a messy list in, verdicts, problems, mends and questions out."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.intake.desk.checking import check_json, check_raw, check_rows
from geo.intake.desk.datums import wgs84_to_bd09, wgs84_to_gcj02
from geo.intake.desk.evidence import evidence_of
from geo.intake.desk.indicator_rows import period_of
from geo.intake.desk.mends import apply
from geo.model.desk import KINDS, Raw
from geo.model.errors import ChoiceUnknown
from geo.model.problems import Problem
from geo.model.schema import DEMAND, FACILITY, INDICATOR_VALUE, UNIT
from geo.output.language import translator
from tests.geo.conftest import Said
from tests.geo.intake.desk.desk_list import (
    CHINESE,
    WGS84,
    check,
    chinese_list,
    codes,
    one_row,
    raw_of,
    sample_list,
    verdicts,
    xishui,
)


def shifted(rows: pd.DataFrame, system: str) -> pd.DataFrame:
    """A Chinese list with its positions in another system."""
    lon, lat = (rows[c].astype(float).to_numpy() for c in ("经度", "纬度"))
    x, y = {"GCJ-02": wgs84_to_gcj02, "BD-09": wgs84_to_bd09}[system](lon, lat)
    texts = {name: [f"{v:.8f}" for v in values] for name, values in (("经度", x), ("纬度", y))}
    return rows.assign(**texts)


def messy_list() -> pd.DataFrame:
    """40 rows in GCJ-02 under Chinese headers, out of order, with telephones and planted faults."""
    rows = shifted(chinese_list(40), "GCJ-02").assign(联系电话="0851-22520330", 备注="")
    rows.loc[5, ["经度", "纬度"]] = rows.loc[5, ["纬度", "经度"]].tolist()
    rows.loc[9, "床位数"] = "约20张"
    rows.loc[12, "经度"] = "东经" + rows.loc[12, "经度"] + "°"
    rows.loc[15, ["机构编码", "医疗机构名称", "经度", "纬度"]] = ["新15", "永安镇第二卫生院", "", ""]
    rows.loc[20, "乡镇代码"] = "5.2033E+08"
    rows.loc[25, "上级机构"] = "习水县人民医院"
    rows.loc[30, "医疗机构名称"] = ""
    return rows.iloc[np.random.default_rng(7).permutation(40)]


def test_a_messy_list_is_understood_row_by_row() -> None:
    found = check(messy_list(), answers={"crs": "GCJ-02"})
    assert codes(found) == [
        (None, "column_personal"),
        (5, "position_swapped"),
        (9, "number_invalid"),
        (15, "placed_at_seat"),
        (20, "code_scientific"),
        (30, "name_missing"),
    ]
    assert found.verdict == "accepted_with_warnings"
    assert found.rows_ok == 38 and len(found.table) == 40
    assert found.table["row"].tolist() == list(range(2, 42))
    assert found.mapping == CHINESE and found.shape_id == "shape"
    assert list(found.table.columns)[: len(FACILITY)] == list(FACILITY)


def test_positions_in_gcj02_come_out_where_they_are() -> None:
    found = check(messy_list(), answers={"crs": "GCJ-02"})
    mended = check_rows(apply(found.text, found.mends), found, xishui())
    assert codes(mended) == [(None, "column_personal"), (30, "name_missing")]
    stored = xishui().facility.iloc[:40].drop(index=13)
    table = mended.table.drop(index=13)
    for column in ("lon", "lat"):
        assert np.abs(table[column].to_numpy() - stored[column].to_numpy()).max() < 1e-7
    assert mended.table.set_index("row")["beds"][9] == 20
    assert mended.table.set_index("row")["position_quality"][15] == "seat"


def test_without_a_declaration_the_coordinate_system_is_asked_for_with_evidence() -> None:
    context = xishui()
    known = evidence_of(None, [context.facility, context.demand], context.unit, None)
    found = check_raw(raw_of(messy_list()), "facilities", replace(context, evidence=known), {})
    assert found.verdict == "needs_answer"
    [question] = found.questions
    assert (question.question_id, question.guess) == ("crs", "GCJ-02")
    best = {c.value: c.evidence["place_median_m"] for c in question.choices}
    assert best["GCJ-02"] < 5 < best["EPSG:4326"]
    answered = check_raw(raw_of(messy_list()), "facilities", context, {"crs": "GCJ-02"})
    assert answered.questions == () and answered.table.equals(found.table)


def test_a_system_that_does_not_exist_is_no_answer() -> None:
    with pytest.raises(ChoiceUnknown):
        check(chinese_list(), answers={"crs": "EPSG:99999"})


def test_a_file_that_knows_its_system_is_not_asked() -> None:
    raw = replace(raw_of(chinese_list()), geometry_crs="EPSG:4326")
    assert check_raw(raw, "facilities", xishui(), {}).questions == ()


def test_a_layer_whose_places_lie_as_in_gcj02_is_asked_about_whatever_it_states() -> None:
    """GeoJSON and KML can state nothing but WGS-84: the villages and seats of the county tell."""
    context = xishui()
    known = replace(context, evidence=evidence_of(None, [context.facility, context.demand], context.unit, None))
    true, off = (
        replace(raw_of(rows), geometry_crs="OGC:CRS84") for rows in (chinese_list(), shifted(chinese_list(), "GCJ-02"))
    )
    [question] = check_raw(off, "facilities", known, {}).questions
    assert (question.question_id, question.guess) == ("crs", "GCJ-02")
    assert question.say() == (
        "The file states WGS-84, which is also what files in GCJ-02 and BD-09 state, and its positions fit GCJ-02 "
        "better. In which system are they?"
    )
    assert check_raw(true, "facilities", known, {}).questions == ()
    stored = context.facility.iloc[:40]
    for raw, answers, away_m in (
        (off, {"crs": "gcj02"}, (0, 1)),
        (off, {"crs": "EPSG:4326"}, (100, 700)),
        (off, {"crs": "EPSG:4547"}, (100, 700)),  # what the file states counts: it has been moved to degrees already
        (off, {"crs_unstated": "GCJ-02"}, (0, 1)),  # under the guess, and still asked about
        (true, {"crs_unstated": "GCJ-02"}, (0, 1)),
    ):
        table = check_raw(raw, "facilities", known, answers).table
        east, north = ((table[c].to_numpy() - stored[c].to_numpy()) * 110_900 for c in ("lon", "lat"))
        away = np.hypot(east * 0.88, north)  # cos 28.3°
        assert away_m[0] <= away.min() and away.max() < away_m[1], answers
    with pytest.raises(ChoiceUnknown):
        check_raw(off, "facilities", known, {"crs": "nonsense"})


def test_metres_in_a_gauss_krueger_zone_and_joined_columns_are_read() -> None:
    from pyproj import Transformer

    rows = chinese_list(6)
    to = Transformer.from_crs("EPSG:4326", "EPSG:4523", always_xy=True)
    x, y = to.transform(rows["经度"].astype(float).to_numpy(), rows["纬度"].astype(float).to_numpy())
    metres = rows.assign(经度=[f"{v:.3f}" for v in x], 纬度=[f"{v:.3f}" for v in y])
    joined = rows.assign(坐标=rows["经度"] + "，" + rows["纬度"]).drop(columns=["经度", "纬度"])
    for changed, system in ((metres, "EPSG:4523"), (joined, "EPSG:4490")):
        found = check(changed, answers={"crs": system})
        assert codes(found) == []
        assert found.table["lon"].tolist() == pytest.approx(rows["经度"].astype(float).tolist(), abs=1e-7)


def test_a_list_without_any_position_is_placed_and_not_asked_about() -> None:
    new = replace(xishui(), facility=xishui().facility.iloc[:0])
    found = check_raw(raw_of(chinese_list().drop(columns=["经度", "纬度"])), "facilities", new, {})
    assert found.questions == ()
    assert set(found.table["position_quality"]) <= {"village", "seat"}
    assert {p.code for p in found.problems} <= {"placed_at_village", "placed_at_seat"}


def test_facilities_of_a_list_without_positions_stay_where_they_are_stored() -> None:
    found = check(chinese_list().drop(columns=["经度", "纬度"]), answers={})
    assert codes(found) == [(None, "position_kept")] and found.problems[0].params == {"count": 40}
    stored = xishui().facility.iloc[:40]
    for column in ("lon", "lat", "position_quality"):
        assert found.table[column].tolist() == stored[column].tolist()


def test_a_row_is_not_kept_at_the_place_of_another_that_bears_its_number_or_name() -> None:
    """太平村卫生室 is stored in one township; a serial number or a name in another township is not it."""
    at = xishui().facility.set_index("name").loc["太平村卫生室"]
    there = (at["lon"], at["lat"])
    for cells, same in (
        ({"医疗机构名称": "太平村卫生室"}, True),
        ({"医疗机构名称": "太平村卫生室", "乡镇代码": "520330003"}, True),
        ({"医疗机构名称": "太平村卫生室", "乡镇代码": "520330108"}, False),
        ({"医疗机构名称": "永安镇某某卫生室", "机构编码": "520330V003203"}, True),
    ):
        table = check_raw(one_row(**cells), "facilities", xishui(), {}).table
        assert ((table["lon"][0], table["lat"][0]) == there) is same
    serial = replace(xishui(), facility=xishui().facility.replace({"facility_id": {"520330V003203": "7"}}))
    renamed = one_row(医疗机构名称="永安镇某某卫生室", 机构编码="7")
    assert check_raw(renamed, "facilities", serial, {}).table["lon"][0] != there[0]


def test_a_column_that_must_be_there_is_asked_for_or_costs_every_row() -> None:
    asked = check_raw(one_row(甲="a"), "facilities", xishui(), WGS84)
    assert asked.verdict == "needs_answer"
    lost = check_raw(one_row(经度="106.1", 纬度="28.3"), "demand", xishui(), WGS84)
    assert lost.verdict == "rejected" and lost.rows_ok == 0
    assert {p.code for p in lost.problems if p.row is None} == {"column_missing", "id_generated"}


def test_a_list_of_bad_rows_only_is_rejected() -> None:
    found = check(chinese_list(5).assign(经度="x"))
    assert found.verdict == "rejected" and found.rows_ok == 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(2, 41),
    st.dictionaries(st.sampled_from(sorted(CHINESE.values())), st.text(max_size=12), min_size=1, max_size=6),
)
def test_one_bad_row_never_costs_the_others(row: int, cells: dict[str, str]) -> None:
    rows = chinese_list(40)
    for column, text in cells.items():
        rows.loc[row, column] = text
    found = check(rows)
    others = [v for n, v in verdicts(found).items() if n != row]
    assert "error" not in others
    assert all(p.say() and p.say(translator("zh")) for p in found.problems)
    json.dumps(check_json(found), allow_nan=False)
    check_rows(apply(found.text, found.mends), found, xishui())


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([k for k in KINDS if k not in ("roads", "raster", "heights")]),
    st.lists(st.lists(st.text(max_size=6), min_size=3, max_size=3), max_size=4),
    st.lists(
        st.sampled_from(["名称", "经度", "纬度", "人口", "代码", "指标代码", "分子", "x"]),
        min_size=3,
        max_size=3,
        unique=True,
    ),
)
def test_any_text_under_any_header_gets_a_verdict(kind: str, rows: list[list[str]], headers: list[str]) -> None:
    raw = Raw(pd.DataFrame(rows, columns=headers, index=pd.RangeIndex(2, len(rows) + 2), dtype="str"), "s")
    found = check_raw(raw, kind, xishui(), WGS84)  # type: ignore[arg-type]
    assert len(found.table) == len(rows)
    assert set(found.table["verdict"]) <= {"ok", "warning", "error"}
    json.dumps(check_json(found), allow_nan=False)


# ---- checked again, and said -----------------------------------------------------------------------------------


def test_an_edited_cell_is_checked_by_the_same_rules() -> None:
    found = check(messy_list(), answers={"crs": "GCJ-02"}, notes=(Problem("header_repeated", "warning", "file", 7),))
    edited = found.text.copy()
    edited.loc[30, "name"] = " 土城镇长沙村卫生室 "
    edited.loc[9, "beds"] = "12000"
    again = check_rows(edited, found, xishui())
    assert (30, "name_missing") not in codes(again) and (9, "number_too_large") in codes(again)
    assert (7, "header_repeated") in codes(again) and (None, "column_personal") in codes(again)
    assert again.mapping == found.mapping and again.fingerprint == found.fingerprint
    assert check_rows(found.text, found, xishui()).problems == found.problems
    assert check_rows(edited.iloc[::-1], found, xishui()).table.equals(again.table)


def test_a_place_clicked_on_the_map_is_taken_as_it_is() -> None:
    found = check(messy_list(), answers={"crs": "GCJ-02"})
    edited = found.text.copy()
    edited.loc[15, ["lon", "lat"]] = ["106.3", "28.33"]
    table = check_rows(edited, found, xishui()).table.set_index("row")
    assert (table["lon"][15], table["lat"][15]) == (106.3, 28.33)
    assert table["position_quality"][15] == ""


def test_the_terminals_answer_is_plain_json_in_either_language() -> None:
    found = check(messy_list(), answers={"crs": "GCJ-02"}, fingerprint="abc")
    said = check_json(found, translator("zh"))
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    assert said["verdict"] == "accepted_with_warnings" and said["rows_ok"] == 38 and said["fingerprint"] == "abc"
    assert [(e["row"], e["code"]) for e in said["row_errors"]] == [(5, "position_swapped"), (30, "name_missing")]  # type: ignore[attr-defined]
    assert [e["row"] for e in said["row_warnings"]] == [9, 15, 20]  # type: ignore[attr-defined]
    mend = said["row_errors"][0]["mend"]  # type: ignore[index]
    assert float(mend["lon"]) == pytest.approx(float(chinese_list().loc[5, "经度"]), abs=1e-7)
    assert said["row_warnings"][0]["mend"] == {"beds": "20"}  # type: ignore[index]


def test_a_question_is_said_with_its_choices() -> None:
    found = check_raw(raw_of(chinese_list(3)), "facilities", xishui(), {})
    [question] = check_json(found)["questions"]  # type: ignore[misc]
    assert question["id"] == "crs" and len(question["choices"]) == 3
    assert all(set(c) == {"value", "label", "evidence", "preview"} for c in question["choices"])


def test_mends_of_two_columns_in_one_row_stay_apart() -> None:
    rows = chinese_list(5)
    rows.loc[3, ["床位数", "注册护士"]] = ["-1", "约3人"]
    rows.loc[4, ["床位数", "注册护士"]] = ["12 张", "约3人"]
    said = check_json(check(rows))["row_warnings"]
    assert [(w["row"], w["column"], w["mend"]) for w in said] == [  # type: ignore[attr-defined]
        (3, "nurses", {"nurses": "3"}),
        (3, "beds", {"beds": ""}),
        (4, "beds", {"beds": "12"}),
        (4, "nurses", {"nurses": "3"}),
    ]
    assert [m.kind for m in check(rows).mends].count("number_invalid") == 3


# ---- areas -----------------------------------------------------------------------------------------------------


def units_file() -> tuple[Raw, list[shapely.Geometry]]:
    unit = xishui().unit
    rows = pd.DataFrame({"代码": unit["unit_code"], "名称": unit["name"]}).set_index(pd.RangeIndex(1, len(unit) + 1))
    return raw_of(rows), unit.geometry.tolist()


def test_townships_are_checked_one_by_one() -> None:
    raw, shapes = units_file()
    found = check_raw(raw, "units", xishui(), {}, shapes=shapes)
    assert found.verdict == "accepted" and codes(found) == []
    assert [c for c in found.table.columns if c in UNIT] == list(UNIT)
    assert shapely.area(found.table.geometry.to_numpy()).sum() == pytest.approx(shapely.area(shapes).sum())


def test_one_bad_ring_never_costs_the_others() -> None:
    raw, shapes = units_file()
    west, south, east, north = shapes[3].bounds
    bow = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    shapes[0], shapes[1], shapes[2], shapes[3] = None, shapely.Point(106, 28), shapely.box(110, 28, 110.1, 28.1), bow
    shapes[5] = shapes[4]
    found = check_raw(raw, "units", xishui(), {}, shapes=shapes)
    said = set(codes(found))
    assert {(1, "geometry_missing"), (2, "geometry_not_an_area"), (3, "area_outside"), (4, "geometry_repaired")} <= said
    assert (6, "areas_overlap") in said
    assert found.rows_ok == len(shapes) - 2
    assert found.table.geometry[3].is_valid


def test_seats_without_areas_get_approximate_ones() -> None:
    unit = xishui().unit
    rows = pd.DataFrame({"代码": unit["unit_code"], "名称": unit["name"], "经度": unit["seat_lon"].astype("str")})
    rows = rows.assign(纬度=unit["seat_lat"].astype("str")).set_index(pd.RangeIndex(2, len(unit) + 2))
    found = check_raw(raw_of(rows), "units", xishui(), WGS84)
    assert codes(found) == []
    assert set(found.table["boundary_kind"]) == {"approximate_voronoi"}
    whole = shapely.area(xishui().outline.geometry.to_numpy()).sum()
    assert shapely.area(found.table.geometry.to_numpy()).sum() == pytest.approx(whole, rel=1e-3)


def test_a_boundary_is_a_county() -> None:
    shape = xishui().outline.geometry.tolist()
    raw = raw_of(pd.DataFrame({"名称": ["习水县"], "代码": ["520330"]}, index=[1]))
    found = check_raw(raw, "boundary", xishui(), {}, shapes=shape)
    assert found.verdict == "accepted" and found.table["level"].tolist() == ["county"]


def test_a_unit_code_of_two_is_an_error_of_the_second() -> None:
    raw, shapes = units_file()
    rows = raw.rows.copy()
    rows.loc[5, "代码"] = rows.loc[2, "代码"]
    assert codes(check_raw(raw_of(rows), "units", xishui(), {}, shapes=shapes)) == [(5, "id_duplicate")]


# ---- indicators ------------------------------------------------------------------------------------------------

GOOD = {"指标代码": "X1", "行政区划代码": "520330101", "统计期": "2024", "分子": "3", "分母": "4"}


def indicators(*changes: dict[str, str]) -> pd.DataFrame:
    rows = pd.DataFrame([GOOD | change for change in changes])
    return rows.set_index(pd.RangeIndex(2, len(rows) + 2))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"分母": ""}, []),
        ({"行政区划代码": "520330"}, []),
        ({"分子": "4"}, []),
        ({"分子": "5"}, [(2, "ratio_above_one")]),
        ({"分母": "0"}, [(2, "denominator_not_positive")]),
        ({"分母": "-4"}, [(2, "denominator_not_positive")]),
        ({"指标代码": "yida:fee_per_visit", "分母": "-2"}, [(2, "denominator_not_positive")]),
        ({"分子": ""}, [(2, "figure_missing")]),
        ({"分子": "三"}, [(2, "figure_not_a_number")]),
        ({"统计期": "去年"}, [(2, "period_unclear")]),
        ({"指标代码": ""}, [(2, "figure_missing")]),
        ({"行政区划代码": "340621"}, [(2, "area_unknown")]),
        ({"行政区划代码": "土城镇"}, [(2, "area_unknown")]),
    ],
)
def test_an_indicator_value_is_a_figure_of_one_unit_and_period(
    change: dict[str, str], found: list[tuple[int, str]]
) -> None:
    done = check(indicators(change), "indicators")
    assert codes(done) == found
    assert [c for c in done.table.columns if c in INDICATOR_VALUE] == list(INDICATOR_VALUE)


def test_a_figure_has_one_value_and_its_period_one_spelling() -> None:
    done = check(indicators({}, {"统计期": "2024年"}, {"统计期": "2024年3月"}), "indicators")
    assert codes(done) == [(3, "figure_twice")]
    assert done.table["period"].tolist() == ["2024", "2024", "2024-03"]
    assert codes(check_rows(apply(done.text, done.mends), done, xishui())) == []


def test_a_refused_figure_does_not_cost_the_good_one_of_its_unit_and_period() -> None:
    """70 of 65 visits cannot be; 60 of 65 in a later row is right."""
    share = {"指标代码": "yida:primary_share", "分母": "65"}
    done = check(indicators(share | {"分子": "70"}, share | {"分子": "60"}, share | {"分子": "59"}), "indicators")
    assert codes(done) == [(2, "ratio_above_one"), (4, "figure_twice")] and done.rows_ok == 1
    assert done.problems[1].params["other_row"] == 3


def test_a_code_of_no_area_is_told_with_some_that_are_known(said: Said) -> None:
    """A figure may be of the county too: it stands first."""
    [problem] = check(indicators({"行政区划代码": "340621"}), "indicators").problems
    told = said(problem)
    assert "340621" in told["en"] and "520330, 520330" in told["zh"] and "township" not in told["en"]


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2024", "2024"), ("2024年", "2024"), ("２０２４", "2024"), ("2024-03", "2024-03"), ("2024年3月", "2024-03"),
        ("2024/12", "2024-12"), ("2024Q1", "2024Q1"), ("2024年第一季度", "2024Q1"), ("2024年第3季度", "2024Q3"),
        ("2024h2", "2024H2"), ("2024-13", ""), ("24", ""), ("1024", ""), ("3月", ""), ("", ""),
    ],
)  # fmt: skip
def test_periods_have_one_spelling(text: str, period: str) -> None:
    assert period_of(text) == period


# ---- demand ----------------------------------------------------------------------------------------------------


def test_a_clean_population_list_is_accepted_and_becomes_the_stored_table() -> None:
    found = check(sample_list("demand.csv"), "demand")
    assert found.verdict == "accepted"
    stored = xishui().demand
    assert list(stored.columns) == list(DEMAND) and found.table[list(DEMAND)].equals(stored)
