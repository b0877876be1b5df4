"""What a study knows is kept: lists without ids, tiers, flags or positions change nothing they do not speak of."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from geo.model.inputs import Study
from geo.store import Store
from geo.study import desk
from geo.study.desk_changes import laid
from tests.geo.county import lonlat
from tests.geo.desk_files import WGS, after_of, table

NAMED = ("机构名称", "经度", "纬度", "层级")


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


# ---- flags -----------------------------------------------------------------------------------------------------

BASES = ("机构编码", "机构名称", "经度", "纬度", "层级", "急救站")
HOSPITAL = ["F1", "县人民医院", *at(0, -250), "县级公立医院"]


@pytest.fixture
def with_base(toy: Study) -> Study:
    """The toy county with an emergency base at its hospital."""
    return laid(toy, "facilities", toy.facility.assign(is_emergency_base=toy.facility["facility_id"] == "F1"))


def bases(study: Study) -> list[str]:
    return study.facility.loc[study.facility["is_emergency_base"], "facility_id"].tolist()


@pytest.mark.parametrize("cell", [None, "", "待定"])
def test_an_emergency_base_stays_one_when_the_list_does_not_speak_of_it(
    with_base: Study, tmp_path: Path, cell: str | None
) -> None:
    header, row = (BASES[:-1], HOSPITAL) if cell is None else (BASES, [*HOSPITAL, cell])
    assert bases(read(with_base, tmp_path / "a.csv", header, row)) == ["F1"]


def test_a_base_that_is_given_up_is_shown_before_it_is_stored(with_base: Study, tmp_path: Path) -> None:
    check = desk.check_file(
        table(tmp_path / "a.csv", BASES, [[*HOSPITAL, "否"]]), "facilities", desk.context_of(with_base), WGS
    )
    changes = desk.difference(with_base, check, {}).changes
    assert changes[changes["column"] == "is_emergency_base"][["before", "after"]].to_numpy().tolist() == [["yes", "no"]]
    assert bases(after_of(with_base, check)) == []


@pytest.mark.parametrize("cell", ["√", "是（1个）", "有", "1", "2个", "Y"])
def test_a_tick_is_a_yes(toy: Study, tmp_path: Path, cell: str) -> None:
    assert bases(read(toy, tmp_path / "a.csv", BASES, [*HOSPITAL, cell])) == ["F1"]


# ---- tiers, categories, parents --------------------------------------------------------------------------------


def test_what_a_name_suggests_never_takes_the_place_of_what_is_stored(toy: Study, tmp_path: Path) -> None:
    """东乡卫生院 is a key township hospital (C210) of the county hospital: its name alone says neither."""
    known = toy.facility.copy()
    known.loc[known["facility_id"] == "F2", ["tier", "category", "parent_id"]] = ["key_township_hospital", "C210", "F1"]
    study = laid(toy, "facilities", known)
    after = read(study, tmp_path / "a.csv", ("机构名称", "经度", "纬度"), ["东乡卫生院", *at(13000, 0)])
    assert after.content_id == study.content_id
    header = ("机构名称", "经度", "纬度", "层级", "机构类别")
    told = read(study, tmp_path / "b.csv", header, ["东乡卫生院", *at(13000, 0), "一般乡镇卫生院", "C220"])
    told = told.facility.set_index("facility_id").loc["F2", ["tier", "category", "parent_id"]].tolist()
    assert told == ["township_hospital_general", "C220", "F1"]


def test_a_stored_parent_is_not_missing(toy: Study, tmp_path: Path) -> None:
    header, row = ("机构名称", "经度", "纬度"), ["北村延伸服务点", *at(6500, 5400)]
    point = {"facility_id": "F4", "name": row[0], "tier": "extension_point", "parent_id": "F2"}
    known = pd.concat([toy.facility, toy.facility.iloc[[2]].assign(**point)], ignore_index=True)
    study = laid(toy, "facilities", known)
    path = table(tmp_path / "a.csv", header, [row])
    codes = [
        {p.code for p in desk.check_file(path, "facilities", desk.context_of(s), WGS).problems} for s in (toy, study)
    ]
    assert ["parent_missing" in found for found in codes] == [True, False]


# ---- positions -------------------------------------------------------------------------------------------------


def test_a_list_without_positions_moves_nothing(toy: Study, tmp_path: Path) -> None:
    header = ("机构编码", "机构名称", "层级", "床位数")
    after = read(
        toy, tmp_path / "a.csv", header, ["F3", "北村卫生室", "村卫生室", 4], ["", "东乡卫生院", "一般乡镇卫生院", 30]
    )
    assert after.facility["beds"].tolist()[1:] == [30, 4]
    for column in ("lon", "lat", "position_quality"):
        assert after.facility[column].equals(toy.facility[column])


def test_villages_without_positions_stay_where_they_are(toy: Study, tmp_path: Path) -> None:
    after = read(toy, tmp_path / "a.csv", ("村名", "常住人口"), ["岛村", 60], kind="demand")
    assert after.demand["population"].sum() == toy.demand["population"].sum() + 10
    assert after.demand[["lon", "lat"]].equals(toy.demand[["lon", "lat"]])


# ---- columns ---------------------------------------------------------------------------------------------------


def test_columns_of_a_file_without_headers_are_never_remembered(toy: Study, tmp_path: Path, any_store: Store) -> None:
    """Two lists whose first rows are data have the same columns A, B, C in another order."""
    context = desk.context_of(toy)
    first = table(tmp_path / "a.csv", ["F1", "县人民医院", *at(0, -250)], [["F3", "北村卫生室", *at(6500, 5500)]])
    told = {**WGS, "header_row": "0", "columns": '{"name": "[B]", "lon": "[C]", "lat": "[D]"}'}
    check = desk.check_file(first, "facilities", context, told)
    assert check.mapping["name"] == "[B]"
    any_store.save(toy, "files", replace=False)
    desk.remember_mapping(any_store, "toy", check)
    assert desk.recall_mappings(any_store, "toy", "facilities") == {}
