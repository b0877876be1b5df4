"""Any file as rows of text, or a question with its choices: encodings, separators, headers, footers, layers."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.intake.desk.evidence import Evidence
from geo.intake.files.guarded_layers import guarded_layer
from geo.intake.files.raw import OVERFLOW, read_noted, read_raw
from geo.model.desk import Question, Raw
from geo.model.errors import FileTooDemanding, FileUnreadable, TableEmpty
from geo.model.problems import Problem
from tests.corpus.layers import geopackage
from tests.corpus.packed import shapefile, zipped
from tests.geo.conftest import Said

LIST = "机构名称,经度,纬度,床位数\n甲卫生院,117.1,33.8,10\n乙卫生院,117.2,33.9,无\n"


def noted(tmp_path: Path, text: str | bytes, **answers: str) -> tuple[Raw | None, list[Question], list[Problem]]:
    path = tmp_path / "list.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_noted(path, answers)


def rows_of(tmp_path: Path, text: str | bytes, **answers: str) -> Raw:
    raw, questions, _ = noted(tmp_path, text, **answers)
    assert raw is not None, questions
    assert questions == []
    return raw


def codes(problems: list[Problem]) -> list[tuple[str, int | None]]:
    return [(p.code, p.row) for p in problems]


# ---- encodings and separators ----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_list_reads_the_same_in_every_dress(tmp_path: Path, encoding: str, mark: str, end: str) -> None:
    raw = rows_of(tmp_path, LIST.replace(",", mark).replace("\n", end).encode(encoding))
    assert list(raw.rows.columns) == ["机构名称", "经度", "纬度", "床位数"]
    assert raw.rows.loc[3].tolist() == ["乙卫生院", "117.2", "33.9", "无"]


def test_words_for_nothing_stay_text(tmp_path: Path) -> None:
    raw = rows_of(tmp_path, "名称,经度,纬度\nNA,无,nan\nnull,,-\n")
    assert raw.rows.to_numpy().tolist() == [["NA", "无", "nan"], ["null", "", "-"]]


def test_the_index_is_the_row_in_the_file_past_blank_rows_and_line_breaks_in_cells(tmp_path: Path) -> None:
    raw = rows_of(tmp_path, '名称,床位数\n"甲\n院",1\n\n,\n乙院,2\n')
    assert raw.rows.index.tolist() == [2, 5] and raw.rows["名称"].tolist() == ["甲\n院", "乙院"]


def test_short_rows_are_filled_and_long_rows_keep_their_surplus(tmp_path: Path) -> None:
    raw = rows_of(tmp_path, "名称,床位数\n甲院\n乙院,2,3\n丙院,4\n")
    assert raw.rows["床位数"].tolist() == ["", "2", "4"]
    assert raw.rows[OVERFLOW].tolist() == ["", "3", ""]


def test_a_decimal_comma_leaves_the_separator_alone(tmp_path: Path) -> None:
    raw = rows_of(tmp_path, "机构名称;经度;纬度\n甲;117,1;33,8\n乙;117,2;33,9\n")
    assert raw.rows["经度"].tolist() == ["117,1", "117,2"]


def test_lines_of_two_encodings_are_each_read_in_their_own(tmp_path: Path) -> None:
    parts = LIST.splitlines(keepends=True)
    raw, _, problems = noted(tmp_path, (parts[0] + parts[1]).encode() + parts[2].encode("gb18030"))
    assert raw is not None and raw.rows["机构名称"].tolist() == ["甲卫生院", "乙卫生院"]
    assert [(p.code, p.params["value"]) for p in problems] == [("encoding_mixed", "1")]


def test_half_a_character_costs_one_cell(tmp_path: Path) -> None:
    raw, _, problems = noted(tmp_path, LIST.encode("gb18030").replace("甲卫生院,".encode("gb18030"), b"\xbc\xd7\xce,"))
    assert raw is not None and raw.rows["机构名称"].tolist()[1] == "乙卫生院" and len(raw.rows) == 2
    assert codes(problems) == [("text_broken", 2)]


def test_half_a_character_after_a_line_break_in_a_cell_is_told_too(tmp_path: Path) -> None:
    text = '机构名称,备注,床位数\n甲卫生院,"近\n学校",1\n乙卫生院,,2\n'.encode("gb18030")
    raw, _, problems = noted(tmp_path, text.replace("校".encode("gb18030"), b"\xd0"))
    assert raw is not None and raw.rows["床位数"].tolist() == ["1", "2"]
    assert codes(problems) == [("text_broken", 2)]


def test_a_null_byte_is_refused_and_another_control_character_is_a_blank(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="NUL"):
        noted(tmp_path, LIST.replace("乙", "\0") + LIST * 3000 + "\0")
    assert rows_of(tmp_path, LIST.replace("乙卫", "乙\x0b卫")).rows["机构名称"].tolist()[1] == "乙 卫生院"


# ---- quotes ----------------------------------------------------------------------------------------------------


def test_a_quotation_mark_never_closed_costs_its_own_row_only(tmp_path: Path) -> None:
    body = "".join(f"{n}卫生院,117.{n},33.{n},1\n" for n in range(200))
    raw, _, problems = noted(tmp_path, "机构名称,经度,纬度,床位数\n" + '"坏,117,33,2\n' + body)
    assert raw is not None and len(raw.rows) == 201 and raw.rows.loc[2].tolist() == ["坏", "117", "33", "2"]
    assert raw.rows.index.tolist() == list(range(2, 203))
    assert codes(problems) == [("quote_not_closed", 2)]


def test_a_mark_never_closed_does_not_swallow_rows_up_to_the_next_quoted_cell(tmp_path: Path) -> None:
    raw, _, problems = noted(tmp_path, '机构名称,经度,纬度\n"甲,117,33\n乙,117,33\n"丙",117,33\n')
    assert raw is not None and raw.rows["机构名称"].tolist() == ["甲", "乙", "丙"]
    assert codes(problems) == [("quote_not_closed", 2)]


cell = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=8).map(str.strip)
cells = st.one_of(cell, st.sampled_from(['a"b', "x\ny", "1,5", "a;b", "NA", "无", "=1+1", "0012"]))


@given(
    body=st.lists(st.lists(cells, min_size=3, max_size=3).filter(any), min_size=1, max_size=8),
    mark=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
)
def test_what_a_csv_writer_writes_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, body: list[list[str]], mark: str, quoting: int, encoding: str
) -> None:
    names = ["机构名称", "经度", "纬度"]
    kept = [row for row in body if not row[0].startswith(("合计", "说明", "注", "备注"))] or [["甲", "1", "2"]]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=mark, quoting=quoting).writerows([names, *kept])  # type: ignore[arg-type]
    path = tmp_path_factory.mktemp("a") / "a.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    raw, questions, problems = read_noted(path, {})
    assert raw is not None and questions == [] and problems == []
    assert [[_flat(c) for c in row] for row in raw.rows.to_numpy().tolist()] == [
        [_flat(c) for c in row] for row in kept
    ]


def _flat(text: str) -> str:
    return " ".join(text.split())


# ---- header and footer -----------------------------------------------------------------------------------------


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    raw = rows_of(tmp_path, "附件2\n某县医疗机构一览表\n填报单位：卫健委,日期：2024年\n\n" + LIST)
    assert raw.header_row == 5 and raw.rows.index.tolist() == [6, 7]


def test_a_header_of_two_lines_is_joined_where_blanks_stand_for_merged_cells(tmp_path: Path) -> None:
    raw = rows_of(tmp_path, "机构名称,床位,,经度,纬度\n,编制,实有,,\n甲,10,12,117,33\n")
    assert list(raw.rows.columns) == ["机构名称", "床位 编制", "床位 实有", "经度", "纬度"]
    assert raw.header_row == 1 and raw.rows.index.tolist() == [3]


def test_two_headers_that_say_as_much_are_asked_about_and_the_answer_counts(tmp_path: Path) -> None:
    text = "name,lon,lat\n机构名称,经度,纬度\n甲,117,33\n"
    raw, questions, _ = noted(tmp_path, text)
    assert raw is None and questions[0].question_id == "header_row"
    assert [c.value for c in questions[0].choices] == ["1", "2"]
    assert questions[0].choices[1].preview == (("机构名称", "经度", "纬度"), ("甲", "117", "33"))
    assert rows_of(tmp_path, text, header_row="2").rows["机构名称"].tolist() == ["甲"]


def test_a_list_without_a_header_is_asked_about_and_gets_letters(tmp_path: Path) -> None:
    text = "甲卫生院,117.1,33.8\n乙卫生院,117.2,33.9\n"
    raw, questions, _ = noted(tmp_path, text)
    assert raw is None and questions[0].guess == "0"
    named = rows_of(tmp_path, text, header_row="0")
    assert list(named.rows.columns) == ["[A]", "[B]", "[C]"] and len(named.rows) == 2
    assert rows_of(tmp_path, text, header_row="1").rows.index.tolist() == [2]


def test_names_that_no_one_knows_are_a_header_where_numbers_stand_below(tmp_path: Path) -> None:
    assert list(rows_of(tmp_path, "foo,bar\nx,1\ny,2\n").rows.columns) == ["foo", "bar"]


def test_a_first_row_of_words_that_recur_below_may_be_data(tmp_path: Path) -> None:
    assert noted(tmp_path, "红,圆\n蓝,圆\n")[1][0].question_id == "header_row"


def test_totals_remarks_and_signatures_at_the_end_are_left_out_and_told(tmp_path: Path) -> None:
    foot = "小 计,,,10\n合计：,,,20\n说明：床位为实有,,,\n1. 数据截至2024年底,,,\n填表人：张三,审核人：李四,,\n"
    raw, _, problems = noted(tmp_path, LIST + foot)
    assert raw is not None and raw.rows.index.tolist() == [2, 3]
    assert codes(problems) == [("footer_left_out", n) for n in (4, 5, 6, 7, 8)]
    assert problems[0].params["value"] == "小 计 10"


def test_totals_beside_what_they_sum_are_left_out_and_told(tmp_path: Path) -> None:
    head = "序号,乡镇,村名,人口,老人,备注\n1,土城镇,长坝村,1216,175,\n"
    totals = (
        ",土城镇,小计,1216,175,\n"
        ",土城镇,合　　计,1216,—,\n"
        ",土城镇小计,,1216,14.4%,\n"
        "2,土城镇,其中：贫困村,300,,\n"
        ",,全县总计（人）,1216,175,\n"
    )
    raw, _, problems = noted(tmp_path, head + totals + "3,土城镇,红卫村,1260,179,\n")
    assert raw is not None and raw.rows["人口"].tolist() == ["1216", "1260"]
    assert codes(problems) == [("footer_left_out", n) for n in (3, 4, 5, 6, 7)]


def test_a_place_with_a_total_in_its_remark_or_name_stays(tmp_path: Path) -> None:
    text = (
        "村名,人口,备注\n长坝村,1216,\n红卫村,1260,与同心村合计\n合计沟村,500,\n幸福村,共计,\n其中村,300,\n"
        "同心村小计,两组,\n新村,700,\n"
    )
    assert rows_of(tmp_path, text).rows.index.tolist() == [2, 3, 4, 5, 6, 7, 8]


def test_a_place_whose_name_begins_like_a_remark_stays(tmp_path: Path) -> None:
    more = "合计村卫生室,117.3,33.7,1\n注湾卫生室,117.3,33.7,\n备注,117.3,33.7,5\n"
    assert rows_of(tmp_path, LIST + more).rows.index.tolist() == [2, 3, 4, 5, 6]


def test_a_header_repeated_inside_the_list_is_left_out_and_told(tmp_path: Path) -> None:
    raw, _, problems = noted(tmp_path, LIST + LIST)
    assert raw is not None and len(raw.rows) == 4
    assert codes(problems) == [("header_repeated", 4)]


def test_every_note_is_said_in_both_languages(tmp_path: Path, said: Said) -> None:
    text = LIST.replace("床位数", "经度") + '合计,,,1\n"坏,1,2\n'
    _, _, problems = noted(tmp_path, text + LIST.split("\n", 1)[0].replace("床位数", "经度") + "\n合计,,,\n")
    assert {"header_twice", "quote_not_closed", "header_repeated", "footer_left_out"} <= {p.code for p in problems}
    for problem in problems:
        assert said(problem)


def test_a_nameless_column_gets_a_letter_when_it_is_filled_and_is_surplus_when_it_is_not(tmp_path: Path) -> None:
    raw = rows_of(tmp_path, "机构名称,,经度,纬度\n甲,A1,117,33\n乙,A2,117,33,多\n丙,A3,117,33\n")
    assert list(raw.rows.columns) == ["机构名称", "[B]", "经度", "纬度", OVERFLOW]
    assert raw.rows[OVERFLOW].tolist() == ["", "多", ""]


def test_files_of_the_same_headers_have_the_same_shape(tmp_path: Path) -> None:
    shape = rows_of(tmp_path, LIST).shape_id
    assert rows_of(tmp_path, "标题\n" + LIST.replace("甲", "丁").replace(",", ";")).shape_id == shape
    assert rows_of(tmp_path, LIST.replace("床位数", "床位")).shape_id != shape


def test_a_header_with_nothing_below_is_an_empty_table(tmp_path: Path) -> None:
    with pytest.raises(TableEmpty):
        noted(tmp_path, LIST.split("\n", 1)[0] + "\n")


def test_ten_thousand_columns_and_an_enormous_cell_are_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(FileTooDemanding, match="10,000 columns; 1,000 are allowed"):
        noted(tmp_path, ",".join(map(str, range(10_000))) + "\n")
    with pytest.raises(FileTooDemanding, match="characters"):
        noted(tmp_path, LIST + "x" * 200_000 + ",1,2,3\n")


# ---- angles in columns of their own ----------------------------------------------------------------------------


def test_degrees_minutes_and_seconds_in_columns_of_their_own_are_one_angle(tmp_path: Path) -> None:
    text = "机构名称,经度（度）,经度（分）,经度（秒）,北纬度,北纬分,床位数\n甲,106,1,39.7,28,16.5,3\n乙,,,,28,,1\n"
    raw = rows_of(tmp_path, text)
    assert list(raw.rows.columns) == ["机构名称", "经度", "北纬", "床位数"]
    assert raw.rows.to_numpy().tolist() == [["甲", "106°1′39.7″", "28°16.5′", "3"], ["乙", "", "28°", "1"]]
    lone = rows_of(tmp_path, "机构名称,经度（度）,纬度（度）\n甲,106.1,28.3\n")
    assert list(lone.rows.columns) == ["机构名称", "经度（度）", "纬度（度）"]


# ---- map layers ------------------------------------------------------------------------------------------------

PLACES = [["甲", "卫生院", "镇", "117.1", "33.8", "10", "F1"], ["乙", "卫生室", "镇", "117.2", "33.9", "1", "F2"]]


def test_a_point_layer_gives_its_places_in_degrees_and_its_system(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    path.write_bytes(geopackage({"list": PLACES}))
    raw, questions = read_raw(path, {})
    assert raw is not None and questions == [] and raw.geometry_crs == "EPSG:4326" and raw.header_row == 0
    assert raw.rows[["lon", "lat"]].to_numpy().tolist() == [["117.1", "33.8"], ["117.2", "33.9"]]
    assert raw.rows.index.tolist() == [1, 2] and raw.rows["机构名称"].tolist() == ["甲", "乙"]


def test_two_layers_ask_which_with_their_first_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    path.write_bytes(geopackage({"old": PLACES[:1], "new": PLACES}))
    raw, questions = read_raw(path, {})
    assert raw is None and questions[0].question_id == "layer"
    assert [c.value for c in questions[0].choices] == ["new", "old"]
    assert questions[0].choices[0].preview[1][0] == "甲"
    chosen, _ = read_raw(path, {"layer": "old"})
    assert chosen is not None and chosen.sheet == "old" and len(chosen.rows) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_shapefile_without_prj_cpg_and_shx_gives_raw_coordinates_and_the_right_text(
    tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "a.zip"
    parts = {n: c for n, c in shapefile(PLACES, encoding, prj="").items() if not n.endswith(".shx")}
    path.write_bytes(zipped(parts))
    raw, questions = read_raw(path, {})
    assert raw is not None and questions == [] and raw.geometry_crs == ""
    assert raw.rows["名称"].tolist() == ["甲", "乙"] and raw.rows["lon"].tolist() == ["117.1", "117.2"]


def test_metres_without_a_system_stay_metres(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    points = [{"type": "Point", "coordinates": [500000 + n, 3763000]} for n in range(2)]
    features = [{"type": "Feature", "properties": {"lon": "x"}, "geometry": p} for p in points]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    raw, _ = read_raw(path, {})
    assert raw is not None and raw.geometry_crs == ""
    assert raw.rows["lon"].tolist() == ["500000", "500001"] and raw.rows["lon_2"].tolist() == ["x", "x"]


def test_a_shape_that_is_no_point_gives_a_place_on_it_and_a_missing_one_gives_none(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    square = {"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    features = [{"type": "Feature", "properties": {}, "geometry": g} for g in (square, None, bow)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    raw, _, problems = read_noted(path, {})
    assert raw is not None and raw.rows.loc[1].tolist() == ["1", "1"] and raw.rows.loc[2].tolist() == ["", ""]
    assert len(raw.rows) == 3
    assert [(p.code, p.params["value"]) for p in problems] == [("shapes_as_points", "2")]
    assert "shapes_as_points" not in {p.code for p in guarded_layer(path, {}, Evidence()).problems}


def test_a_layer_is_offered_with_all_its_features_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    path.write_bytes(geopackage({"many": PLACES * 4, "few": PLACES}))
    _, questions = read_raw(path, {})
    assert [(c.value, c.evidence) for c in questions[0].choices] == [("few", {"rows": 2}), ("many", {"rows": 8})]
    assert questions[0].guess == "many" and len(questions[0].choices[1].preview) == 6


def test_an_osm_extract_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="osm file"):
        noted(tmp_path, '<?xml version="1.0"?><osm version="0.6"/>')
