"""Units in headers and codes written as decimals, worked by hand: 0.8408 万人 are 8,408 people."""

import pandas as pd
import pytest

from geo.intake.desk.checking import check_rows
from geo.intake.desk.counted_in import unit_of_header
from tests.geo.intake.desk.desk_list import check, codes, sample_list, xishui


@pytest.mark.parametrize(
    ("header", "times", "odd"),
    [
        ("常住人口（万人）", 10_000, ""),
        ("常住人口(万)", 10_000, ""),
        ("人口【千人】", 1_000, ""),
        ("population (thousand)", 1_000, ""),
        ("常住人口/万人", 10_000, ""),
        ("人口万人", 10_000, ""),
        ("人口（单位：万人）", 10_000, ""),
        ("常住人口（人）", 1, ""),
        ("床位数（张）", 1, ""),
        ("执业（助理）医师", 1, ""),
        ("常住人口（七普）", 1, ""),
        ("65岁及以上人口", 1, ""),
        ("服务人口（户）", 1, "户"),
        ("人口（亿）", 1, "亿"),
    ],
)
def test_a_header_says_what_it_counts_in(header: str, times: int, odd: str) -> None:
    assert unit_of_header(header) == (times, odd)


def villages(header: str, *people: str) -> pd.DataFrame:
    rows = sample_list("demand.csv")[["demand_id", "name", "lon", "lat"]].iloc[: len(people)]
    return rows.assign(**{header: people})


def test_ten_thousands_become_people_and_are_edited_as_people() -> None:
    found = check(villages("常住人口（万人）", "0.8408", "1.2"), "demand")
    assert found.table["population"].tolist() == [8408, 12000]
    assert codes(found) == [(None, "unit_scaled")] and found.problems[0].params["count"] == 2
    assert set(found.table["population_type"]) == {"resident"}
    again = check_rows(found.text, found, xishui())
    assert again.table["population"].tolist() == [8408, 12000] and again.problems == found.problems


def test_parts_of_people_are_wondered_at() -> None:
    found = check(villages("常住人口", "0.8408", "1.2"), "demand")
    assert codes(found) == [(None, "people_not_whole")] and found.table["population"].tolist() == [0.8408, 1.2]
    assert codes(check(villages("常住人口（万人）", "0.84085", "1"), "demand")) == [
        (None, "people_not_whole"), (None, "unit_scaled")
    ]  # fmt: skip


def test_a_unit_that_is_none_of_people_is_warned_of() -> None:
    assert codes(check(villages("人口（户）", "120", "80"), "demand")) == [(None, "unit_unknown")]


def test_codes_written_as_decimals_are_codes() -> None:
    rows = sample_list("demand.csv").iloc[:3]
    found = check(rows.assign(demand_id=rows["demand_id"] + ".0"), "demand")
    assert found.table["demand_id"].tolist() == rows["demand_id"].tolist()
    assert codes(found) == [(None, "code_decimal")]
