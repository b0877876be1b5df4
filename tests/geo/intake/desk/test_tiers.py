"""The tier of a facility out of its columns, and numbers as people write them."""

import pytest

from geo.intake.desk.numbers import number_from
from geo.intake.desk.tiers import tier_of
from geo.model.schemes import load_scheme

XISHUI, THREE = load_scheme("xishui"), load_scheme("three_levels")


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
