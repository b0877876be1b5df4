"""What a study knows is kept: lists without ids, tiers, flags or positions change nothing they do not speak of."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from geo.intake.desk.checking import Context
from geo.model.inputs import Study
from geo.study import desk
from geo.study.desk_changes import laid
from tests.geo.county import lonlat
from tests.geo.desk_files import WGS, after_of, table

NAMED = ("机构名称", "经度", "纬度", "层级")


@pytest.fixture(scope="module")
def context(toy: Study) -> Context:
    return desk.context_of(toy)


def read(study: Study, path: Path, header: Sequence[str], *rows: Sequence[object], kind: str = "facilities") -> Study:
    """The study after a list was checked against it and committed."""
    check = desk.check_file(table(path, header, rows), kind, desk.context_of(study), WGS)  # type: ignore[arg-type]
    assert check.questions == ()
    return after_of(study, check)


def at(x: float, y: float) -> list[float]:
    return lonlat([(x, y)])[0]


# ---- ids -------------------------------------------------------------------------------------------------------


def test_lists_without_ids_from_two_townships_are_kept_side_by_side(toy: Study, tmp_path: Path) -> None:
    """Row 2 of the second list is another clinic than row 2 of the first."""
    first = read(toy, tmp_path / "a.csv", NAMED, ["甲村卫生室", *at(1000, 100), "村卫生室"])
    second_list = ["乙村卫生室", *at(9000, 100), "村卫生室"]
    second = read(first, tmp_path / "b.csv", NAMED, second_list)
    assert set(second.facility["name"]) == {*toy.facility["name"], "甲村卫生室", "乙村卫生室"}
    again = read(second, tmp_path / "c.csv", NAMED, second_list)
    assert again.content_id == second.content_id


def test_a_branch_follows_its_parent_to_the_stored_id(toy: Study, tmp_path: Path) -> None:
    """The list calls 东乡卫生院 number 7; it is stored as F2."""
    header = ("编号", "机构名称", "经度", "纬度", "层级", "上级机构")
    after = read(
        toy, tmp_path / "a.csv", header,
        ["7", "东乡卫生院", *at(13000, 0), "一般乡镇卫生院", ""], ["8", "丙村卫生室", *at(12000, 100), "村卫生室", "7"],
    )  # fmt: skip
    assert after.facility.set_index("name").loc["丙村卫生室", "parent_id"] == "F2"
