"""Tier, category and township of a facility, each with confidence and reason."""

import pandas as pd
import pytest

from geo.intake.desk.checking import check_rows
from geo.intake.desk.classifying import REASONS, SURE, Told, category_of, division_in
from geo.intake.desk.mends import apply
from geo.model.desk import Check
from tests.geo.intake.desk.desk_list import check, codes, xishui

HERE = {"经度": "106.10", "纬度": "28.2554"}  # in 隆兴镇, 520330104


def classified(name: str, **cells: str) -> Check:
    return check(
        pd.DataFrame({"机构名称": [name], **{k: [v] for k, v in ({"编码": "1"} | HERE | cells).items()}}, index=[2])
    )


def told(found: Check, column: str) -> Told:
    row = found.table.iloc[0]
    return Told(row[column], row[f"{column}_confidence"], row[f"{column}_reason"])


@pytest.mark.parametrize(
    ("name", "cells", "tier", "reason", "sure"),
    [
        ("土城中心卫生院", {}, "key_township_hospital", "tier_from_name", True),
        ("桑木镇卫生院", {}, "township_hospital_general", "tier_from_name", True),
        ("某村卫生室", {}, "village_clinic", "tier_from_name", True),
        ("某村卫生所", {}, "village_clinic", "tier_from_name", True),
        ("某村卫生站", {}, "village_clinic", "tier_from_name", True),
        ("九龙街道社区卫生服务中心", {}, "township_hospital_general", "tier_from_name", True),
        ("丹霞社区卫生服务站", {}, "village_clinic", "tier_from_name", True),
        ("习水县人民医院", {"机构类别": "A100"}, "county_hospital", "tier_from_both", True),
        ("习水县中医医院", {}, "county_hospital", "tier_from_name", True),
        ("康宁医院", {"机构类别": "A100"}, "county_hospital", "tier_hospital_unsure", False),
        ("某诊疗点", {"机构类别": "D600"}, "village_clinic", "tier_from_code", True),
        ("某诊疗点", {"机构类别": "乡镇卫生院"}, "township_hospital_general", "tier_from_category", True),
        ("某诊疗点", {"级别": "村级"}, "village_clinic", "tier_from_level", True),
        ("桑木镇卫生院", {"级别": "村级"}, "township_hospital_general", "tier_against_level", False),
        ("桑木镇卫生院", {"机构类别": "D600"}, "village_clinic", "tier_against_name", False),
        ("桑木镇卫生院", {"机构类别": "C210"}, "key_township_hospital", "tier_from_code", True),
        ("康宁医院", {"层级": "一般乡镇卫生院"}, "township_hospital_general", "tier_stated", True),
        ("习水县中医医院土城分院", {}, "township_hospital_general", "tier_branch", True),
    ],
)
def test_the_tier_comes_with_its_reason(name: str, cells: dict[str, str], tier: str, reason: str, sure: bool) -> None:
    found = told(classified(name, **cells), "tier")
    assert (found.value, found.reason) == (tier, reason)
    assert (found.confidence >= SURE) == sure
    assert found.reason in REASONS


@pytest.mark.parametrize("name", ["习水县疾病预防控制中心", "县急救中心", "习水县中医医院分院", "药店"])
def test_what_nothing_tells_is_an_error_and_never_a_guess(name: str) -> None:
    found = classified(name)
    assert (2, "tier_unknown") in codes(found)
    assert found.table["tier"].tolist() == [""]
    assert found.verdict == "rejected"


@pytest.mark.parametrize(
    ("name", "cells", "code"),
    [
        ("康宁医院", {"机构类别": "A100"}, "tier_doubt_hospital"),
        ("桑木镇卫生院", {"机构类别": "D600"}, "tier_doubt_name"),
        ("桑木镇卫生院", {"级别": "村级"}, "tier_doubt_level"),
    ],
)
def test_a_doubtful_tier_is_a_warning_whose_mend_settles_it(name: str, cells: dict[str, str], code: str) -> None:
    found = classified(name, **cells)
    assert codes(found) == [(2, code)]
    assert found.table["verdict"].tolist() == ["warning"]
    mended = check_rows(apply(found.text, found.mends), found, xishui())
    assert codes(mended) == []
    assert mended.table["tier"].tolist() == found.table["tier"].tolist()
    assert told(mended, "tier").confidence == 1


@pytest.mark.parametrize(
    ("text", "name", "code", "reason"),
    [
        ("Ｃ220 乡镇卫生院", "x", "C220", "category_stated"),
        ("中心卫生院", "x", "C210", "category_from_words"),
        ("", "桑木镇中心卫生院", "C210", "category_from_name"),
        ("", "桑木镇卫生院", "C220", "category_from_name"),
        ("", "红岩村卫生室", "D600", "category_from_name"),
        ("", "习水县妇幼保健院", "G100", "category_from_name"),
        ("", "习水县疾控中心", "J100", "category_from_name"),
        ("", "丹霞社区卫生服务中心", "B100", "category_from_name"),
        ("", "习水县中医医院", "A210", "category_from_name"),
        ("", "红岩便民服务延伸点", "", "category_none_exists"),
        ("其他", "x", "其他", "category_not_told"),
    ],
)
def test_the_category_is_a_code_where_there_is_one(text: str, name: str, code: str, reason: str) -> None:
    found = category_of(text, name)
    assert (found.value, found.reason) == (code, reason)


def test_a_branch_is_proposed_its_parent() -> None:
    assert codes(classified("习水县中医医院土城分院")) == []  # its parent is stored
    found = classified("习水县中医医院永安分院")
    assert codes(found) == [(2, "parent_missing")]
    assert [m.values for m in found.mends] == [{"parent_id": "520330H2"}]


def test_an_extension_point_is_proposed_its_townships_only_hospital() -> None:
    found = classified("红岩延伸服务点")
    assert found.table["tier"].tolist() == ["extension_point"]
    assert [m.values for m in found.mends] == [{"parent_id": "520330T104"}]


# ---- townships -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cells",
    [{}, {"乡镇代码": "520330104"}, {"乡镇代码": "520330104201"}, {"所属乡镇": "隆兴镇"}, {"编码": "520330104201"}],
)
def test_the_township_comes_from_position_code_or_name(cells: dict[str, str]) -> None:
    found = classified("某村卫生室", **cells)
    assert found.table["unit_code"].tolist() == ["520330104"]
    assert codes(found) == []


@pytest.mark.parametrize("cells", [{"乡镇代码": "520330101"}, {"所属乡镇": "土城镇"}, {"编码": "520330101201"}])
def test_a_code_that_disagrees_with_the_position_is_flagged_with_both(cells: dict[str, str]) -> None:
    found = classified("某村卫生室", **cells)
    assert codes(found) == [(2, "township_disagrees")]
    said = found.problems[0].say()
    assert "土城镇 (520330101)" in said and "隆兴镇 (520330104)" in said
    mended = check_rows(apply(found.text, found.mends), found, xishui())
    assert codes(mended) == [] and mended.table["unit_code"].tolist() == ["520330104"]


def test_a_place_near_the_border_may_be_on_either_side() -> None:
    unit = xishui().unit.set_index("unit_code").geometry
    edge = unit["520330104"].boundary.intersection(unit["520330105"].boundary).interpolate(0.5, normalized=True)
    for code in ("520330104", "520330105"):
        found = classified("某村卫生室", 经度=str(edge.x), 纬度=str(edge.y), 乡镇代码=code)
        assert codes(found) == [] and found.table["unit_code"].tolist() == [code]


def test_a_township_that_does_not_exist_is_said_and_a_misspelt_one_understood() -> None:
    assert codes(classified("某村卫生室", 乡镇代码="520330999")) == [(2, "township_unknown")]
    assert codes(classified("某村卫生室", 所属乡镇="天上镇")) == [(2, "township_unknown")]
    misspelt = classified("某村卫生室", 所属乡镇="隆新镇")
    assert codes(misspelt) == [] and misspelt.table["unit_code"].tolist() == ["520330104"]


def test_the_countys_own_code_says_nothing_about_the_township() -> None:
    found = classified("某村卫生室", 行政区划代码="520330")
    assert codes(found) == [] and found.table["unit_code"].tolist() == ["520330104"]


@pytest.mark.parametrize(
    ("code", "division"),
    [
        ("125203304294617820", "520330"),
        ("4294617825203301110011", "520330"),
        ("520330104201", "520330"),
        ("520330T104", ""),
        ("00712", ""),
    ],
)
def test_the_division_is_read_out_of_codes(code: str, division: str) -> None:
    assert division_in(code) == division


def test_a_code_of_another_county_is_said_but_not_one_of_the_city() -> None:
    assert codes(classified("某村卫生室", 编码="123406214294617820")) == [(2, "code_other_county")]
    assert codes(classified("某村卫生室", 编码="125203004294617820")) == []
