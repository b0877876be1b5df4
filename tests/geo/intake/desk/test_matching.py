"""Which column of a file is which of ours: said, remembered, by header, by content, or asked."""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.intake.desk.matching import lacking, left_out, match_columns, own_columns, personal_columns
from geo.model.desk import Raw
from tests.geo.intake.desk.desk_list import CHINESE, chinese_list, raw_of, sample_list


def made(**columns: list[str]) -> Raw:
    return raw_of(pd.DataFrame(columns))


def test_a_chinese_header_is_known_by_its_alias() -> None:
    mapping, questions = match_columns(raw_of(chinese_list()), "facilities", {})
    assert mapping == CHINESE
    assert questions == []


def test_our_own_headers_are_known_and_never_asked_about() -> None:
    for kind, file in (("facilities", "facilities.csv"), ("demand", "demand.csv")):
        rows = sample_list(file)
        mapping, questions = match_columns(raw_of(rows), kind, {})  # type: ignore[arg-type]
        assert mapping == {c: c for c in rows.columns}
        assert questions == []


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("lnt", "lon"),
        ("Ｌｎｇ", "lon"),
        ("经度（东经）", "lon"),
        ("基本情况/经度", "lon"),
        ("位置 经度", "lon"),
        ("高德经度", "lon"),
    ],
)
def test_a_longitude_is_found_under_many_names(header: str, column: str) -> None:
    raw = made(名称=["甲", "乙", "丙"], 纬度=["28.1", "28.2", "28.3"], **{header: ["106.1", "106.2", "106.3"]})
    mapping, questions = match_columns(raw, "facilities", {})
    assert mapping[column] == header
    assert questions == []


def test_columns_without_a_telling_header_are_known_by_their_content() -> None:
    raw = made(
        甲=["土城镇卫生院", "同民镇卫生院", "红岩村卫生室"],
        乙=["106.01", "106.02", "106.03"],
        丙=["28.1", "28.22", "28.3"],
        丁=["125203304294617820", "12520330429461783X", "125203304294617846"],
        戊=["C220", "C220", "D600"],
    )
    mapping, questions = match_columns(raw, "facilities", {})
    assert mapping == {"name": "甲", "lon": "乙", "lat": "丙", "facility_id": "丁", "category": "戊"}
    assert questions == []


def test_whole_numbers_are_no_degrees_and_a_longitude_needs_a_latitude() -> None:
    raw = made(name=["a", "b", "c"], 序=["100", "101", "102"], 年=["30", "40", "50"], 乙=["106.1", "106.2", "106.3"])
    assert match_columns(raw, "facilities", {})[0] == {"name": "name"}


def test_a_count_under_a_header_of_people_is_the_population() -> None:
    raw = made(村名=["a", "b", "c"], 年末总人口数=["120", "1,300", "80"], 户数=["30", "400", "20"])
    assert match_columns(raw, "demand", {})[0] == {"name": "村名", "population": "年末总人口数"}
    words = made(村名=["a", "b", "c"], 人口情况=["多", "少", "多"])
    mapping, questions = match_columns(words, "demand", {})
    assert "population" not in mapping
    assert [q.question_id for q in questions] == ["column_missing:population"]


def test_two_headers_that_fit_equally_are_asked_about_with_previews() -> None:
    raw = made(村名=["a", "b"], 常住人口=["10", "20"], 户籍人口=["11", "22"])
    mapping, questions = match_columns(raw, "demand", {})
    [question] = questions
    assert question.question_id == "columns:population"
    assert [c.value for c in question.choices] == ["常住人口", "户籍人口"]
    assert question.choices[1].preview == (("11",), ("22",))
    assert "population" in question.say()
    assert mapping["population"] == question.guess == "常住人口"


def test_two_headers_that_say_the_same_and_empty_ones_are_not_asked_about() -> None:
    same = made(村名=["a", "b"], 常住人口=["10", "20"], 户籍人口=["10", "20"])
    empty = made(村名=["a", "b"], 常住人口=["", ""], 户籍人口=["11", "22"])
    assert match_columns(same, "demand", {})[1] == []
    mapping, questions = match_columns(empty, "demand", {})
    assert mapping["population"] == "户籍人口" and questions == []


def test_a_difference_in_one_late_row_is_still_asked_about() -> None:
    many = [str(n) for n in range(2000)]
    raw = made(村名=["a"] * 2000, 常住人口=many, 户籍人口=[*many[:1234], "7", *many[1235:]])
    assert [q.question_id for q in match_columns(raw, "demand", {})[1]] == ["columns:population"]


def test_an_answer_settles_a_question() -> None:
    raw = made(村名=["a", "b"], 常住人口=["10", "20"], 户籍人口=["11", "22"])
    mapping, questions = match_columns(raw, "demand", {"columns:population": "户籍人口"})
    assert mapping["population"] == "户籍人口" and questions == []


def test_a_remembered_mapping_wins_over_headers_and_an_answer_over_both() -> None:
    raw = made(村名=["a"], 小名=["b"], 常住人口=["10"], 户籍人口=["11"])
    remembered = {"shape": {"name": "小名", "population": "户籍人口"}, "other": {"name": "村名"}}
    mapping, questions = match_columns(raw, "demand", {}, remembered)
    assert mapping == {"name": "小名", "population": "户籍人口"} and questions == []
    told = {"columns": json.dumps({"population": "常住人口"})}
    assert match_columns(raw, "demand", told, remembered)[0] == {"name": "小名", "population": "常住人口"}


def test_a_remembered_header_that_is_gone_is_not_believed() -> None:
    raw = made(村名=["a"], 人口=["10"])
    mapping, _ = match_columns(raw, "demand", {}, {"shape": {"name": "名", "population": "人口"}})
    assert mapping == {"name": "村名", "population": "人口"}


@pytest.mark.parametrize("answer", ["[1]", "{", '{"beds": "no such header"}', '{"no_such_column": "名称"}', "null"])
def test_an_answer_that_makes_no_sense_changes_nothing(answer: str) -> None:
    raw = made(名称=["a"], 床位数=["3"])
    expected = {"name": "名称", "beds": "床位数"}
    assert match_columns(raw, "facilities", {"columns": answer})[0] == expected


def test_an_empty_answer_leaves_a_column_out() -> None:
    raw = made(名称=["a"], 床位数=["3"])
    assert match_columns(raw, "facilities", {"columns": '{"beds": ""}'})[0] == {"name": "名称"}


def test_telephones_and_persons_are_recognised_and_never_read() -> None:
    raw = made(
        机构名称=["a", "b", "c"],
        联系电话=["", "", ""],
        负责人=["张三", "李四", "王五"],
        编码=["13800138000", "13900139000", "15012345678"],
        证号=["520330198501012345", "52033019900202234X", "520330199912312345"],
        卫生技术人员数=["3", "4", "5"],
    )
    assert personal_columns(raw) == ["联系电话", "负责人", "编码", "证号"]
    told = {"columns": '{"facility_id": "编码", "parent_id": "联系电话"}'}
    mapping, _ = match_columns(raw, "facilities", told)
    assert mapping == {"name": "机构名称"}
    assert [p.column for p in left_out(raw, "facilities")] == ["联系电话", "负责人", "编码", "证号"]
    assert all(p.severity == "warning" and p.column in p.say() for p in left_out(raw, "facilities"))


def test_a_credit_code_is_no_identity_number() -> None:
    raw = made(机构名称=["a", "b", "c"], 信用代码=["125203304294617820", "12520330429461783X", "125203304294617846"])
    assert personal_columns(raw) == []


def test_a_needed_column_is_asked_for_and_an_empty_file_lacks_it() -> None:
    mapping, questions = match_columns(made(甲=["1", "2", "3"], 乙=["x", "y", "z"]), "facilities", {})
    assert [q.question_id for q in questions] == ["column_missing:name"]
    assert [c.value for c in questions[0].choices] == ["甲", "乙"]
    assert match_columns(made(甲=["", ""]), "facilities", {})[1] == []
    assert [p.column for p in lacking("facilities", mapping)] == ["name"]


def test_one_header_is_given_to_one_column_only() -> None:
    raw = made(名称=["a"], 类型=["C220"], 等级=["乡级"])
    mapping, _ = match_columns(raw, "facilities", {})
    assert mapping == {"name": "名称", "category": "类型", "tier": "等级"}


def test_the_rows_keep_their_text_and_come_in_their_order() -> None:
    frame = pd.DataFrame({"名称": ["NA", "无", " 甲 "], "编码": ["00712", "0071234567890123456", "1"]}, index=[9, 4, 6])
    own = own_columns(raw_of(frame), {"name": "名称", "facility_id": "编码"})
    assert own.index.tolist() == [4, 6, 9]
    assert own["name"].tolist() == ["无", "甲", "NA"]
    assert own["facility_id"].tolist() == ["0071234567890123456", "1", "00712"]


@given(st.permutations(list(CHINESE.values())))
def test_the_order_of_columns_changes_nothing(order: list[str]) -> None:
    mapping, questions = match_columns(raw_of(chinese_list(5)[order]), "facilities", {})
    assert mapping == CHINESE and questions == []


@given(st.lists(st.text(max_size=12), min_size=1, max_size=8, unique=True), st.text(max_size=20))
def test_any_headers_and_cells_are_survived(headers: list[str], cell: str) -> None:
    raw = raw_of(pd.DataFrame({h: [cell, cell, cell] for h in headers}))
    mapping, questions = match_columns(raw, "facilities", {})
    assert set(mapping.values()) <= set(headers)
    assert all(q.choices and q.say() for q in questions)
