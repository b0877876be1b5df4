"""Links row by row: unknown ends and kinds, two parents, ends outside the county; a wrong row costs no other."""

from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest

from geo.intake.desk.checking import check_raw, check_rows
from geo.intake.desk.listing import Context
from geo.intake.desk.mends import apply
from geo.model.desk import Check, Raw
from geo.model.links import link_kind, load_link_kinds, outside_of, properties_of
from geo.model.schema import DEMAND, FACILITY, conform
from geo.model.schemes import load_scheme

COLUMNS = ["关系类型", "起点机构", "终点机构", "县外机构", "县外经度", "县外纬度", "属性", "关系编码"]


@pytest.fixture(scope="module")
def context() -> Context:
    care = [
        ("H1", "县人民医院", "county_hospital", ""),
        ("H2", "县中医医院", "county_hospital", ""),
        ("T1", "土城分院", "key_township_hospital", "H2"),
        ("V1", "东村卫生室", "village_clinic", "T1"),
        ("V2", "同名卫生室", "village_clinic", "T1"),
        ("V3", "同名卫生室", "village_clinic", "T1"),
    ]
    rows = [{"facility_id": i, "name": n, "tier": t, "parent_id": p, "lon": 106.0, "lat": 28.0} for i, n, t, p in care]
    facility = conform(pd.DataFrame(rows), FACILITY, path="", name="facility")
    villages = pd.DataFrame([{"demand_id": "D1", "name": "东村", "lon": 106.0, "lat": 28.0, "population": 9}])
    demand = conform(villages, DEMAND, path="", name="demand")
    empty = gpd.GeoDataFrame({"unit_code": ["U1"], "name": ["东镇"]}, geometry=[None], crs="EPSG:4326")
    return Context(load_scheme("xishui"), empty.iloc[:0], empty, demand, facility)


def checked(context: Context, *rows: tuple[str, ...]) -> Check:
    full = [(*row, *[""] * (len(COLUMNS) - len(row))) for row in rows]
    table = pd.DataFrame(full, columns=COLUMNS, index=pd.RangeIndex(2, len(full) + 2), dtype="str")
    return check_raw(Raw(table, "s"), "links", context, {})


def codes(check: Check) -> list[tuple[int | None, str]]:
    return [(p.row, p.code) for p in check.problems]


def test_every_kind_is_understood_by_id_and_by_name_in_both_languages(context: Context) -> None:
    rows = [(w, "H1", "V1") for k in load_link_kinds() for w in (k.kind, k.name["zh"], k.name["en"])]
    check = checked(context, *rows)
    told = [k.kind for k in load_link_kinds() for _ in range(3)]
    assert check.table["kind"].tolist() == told
    assert {c for _, c in codes(check)} <= {"link_twice", "link_two_parents"}


def test_ends_are_known_by_id_and_by_a_name_that_one_alone_bears(context: Context) -> None:
    check = checked(
        context, ("心电网络", "县人民医院", "东村卫生室"), ("grid_owner", "V1", "东村"), ("grid_owner", "V1", "东镇")
    )
    pairs = check.table[["from_id", "to_id"]].to_numpy().tolist()
    assert pairs == [["H1", "V1"], ["V1", "D1"], ["V1", "U1"]] and codes(check) == []


def test_an_unknown_end_is_named_and_the_other_rows_are_kept(context: Context, said: Callable) -> None:
    check = checked(
        context,
        ("心电网络", "H1", "X9"),
        ("心电网络", "H1", "同名卫生室"),
        ("心电网络", "", "V1"),
        ("心电网络", "H1", "V1"),
    )
    assert codes(check) == [(2, "link_end_unknown"), (3, "link_end_unknown"), (4, "link_end_missing")]
    assert check.table["verdict"].tolist() == ["error", "error", "error", "ok"]
    assert "X9" in said(check.problems[0])["zh"]


def test_a_misspelt_end_gets_a_mend_that_puts_it_right(context: Context) -> None:
    check = checked(context, ("心电网络", "县人民医院院", "V1"))
    assert [m.values for m in check.mends] == [{"from_id": "H1"}]
    again = check_rows(apply(check.text, check.mends), check, context)
    assert again.verdict == "accepted" and again.table["from_id"].tolist() == ["H1"]


def test_an_unknown_kind_lists_the_kinds_there_are(context: Context, said: Callable) -> None:
    check = checked(context, ("电报网络", "H1", "V1"), ("影像网络", "H1", "T1"))
    assert codes(check) == [(2, "link_kind_unknown")] and check.rows_ok == 1
    assert "电报网络" in said(check.problems[0])["en"] and "reads_ecg_for" in said(check.problems[0])["en"]


def test_two_parents_are_named_with_both(context: Context, said: Callable) -> None:
    check = checked(
        context, ("分院", "T1", "H2"), ("分院", "T1", "H1"), ("manages", "H1", "T1"), ("manages", "H2", "T1")
    )
    assert codes(check) == [(3, "link_two_parents"), (4, "link_two_parents"), (5, "link_manages")]
    for problem in check.problems[:2]:
        told = said(problem)["zh"]
        assert "土城分院" in told and "县人民医院" in told and "县中医医院" in told
    assert check.rows_ok == 1


def test_a_refused_link_does_not_cost_the_good_one_of_its_ends(context: Context) -> None:
    """No hospital H9 is known, so the branch of H2 has one parent; a link of an unknown kind is none that was told."""
    check = checked(context, ("分院", "T1", "H9"), ("分院", "T1", "H2"), ("心电网络", "H9", "V1", "", "", "", "", "a"),
                    ("心电网络", "H1", "V1", "", "", "", "", "a"))  # fmt: skip
    assert codes(check) == [(2, "link_end_unknown"), (4, "link_end_unknown")]
    assert check.table["verdict"].tolist() == ["error", "ok", "error", "ok"]


def test_a_city_hospital_outside_the_county_keeps_its_name_and_place(context: Context, said: Callable) -> None:
    check = checked(
        context, ("结对帮扶", "", "H1", "市第一医院", "106.9", "27.7"), ("结对帮扶", "C9", "H2", "市中医院")
    )
    assert check.table["from_id"].tolist() == ["outside:市第一医院", "C9"] and check.rows_ok == 2
    first, second = (outside_of(t) for t in check.table["properties"])
    assert first is not None and (first.name, first.lon, first.lat) == ("市第一医院", 106.9, 27.7)
    assert second is not None and second.name == "市中医院" and second.lon != second.lon
    assert codes(check) == [(3, "link_outside_nowhere")]
    said(check.problems[0])


def test_two_ends_that_nobody_knows_are_not_both_outside(context: Context) -> None:
    assert (2, "link_end_unknown") in codes(checked(context, ("结对帮扶", "C1", "C2", "市第一医院", "106.9", "27.7")))


def test_a_link_told_twice_and_a_link_to_itself_are_said(context: Context, said: Callable) -> None:
    check = checked(context, ("心电网络", "H1", "V1"), ("心电网络", "县人民医院", "V1"), ("心电网络", "V2", "V2"))
    assert codes(check) == [(3, "link_twice"), (4, "link_itself")]
    for problem in check.problems:
        said(problem)
    assert [m.values for m in check.mends] == [{"left_out": "yes"}]


def test_properties_that_are_no_json_object_cost_no_row(context: Context, said: Callable) -> None:
    check = checked(
        context, ("心电网络", "H1", "V1", "", "", "", "[1]"), ("网格包保", "H1", "东村", "", "", "", '{"level": "县"}')
    )
    assert codes(check) == [(2, "link_properties")] and check.rows_ok == 2
    assert properties_of(check.table["properties"].iat[1]) == {"level": "县"}
    said(check.problems[0])


def test_an_id_is_made_from_kind_and_ends_so_that_the_same_file_changes_nothing(context: Context) -> None:
    check = checked(context, ("心电网络", "H1", "V1"), ("心电网络", "H1", "V2", "", "", "", "", "mine"))
    assert check.table["link_id"].tolist() == ["reads_ecg_for:H1:V1", "mine"]


def test_the_kinds_of_the_design_are_all_there() -> None:
    assert {k.kind for k in load_link_kinds()} >= {
        "refers_to", "branch_of", "pairs_with", "reads_ecg_for", "reads_imaging_for", "reads_ultrasound_for",
        "tests_for", "supplies_drugs_to", "family_doctor", "grid_owner", "insurance",
    }  # fmt: skip
    assert link_kind("refers_to").served_column == "from_id" and link_kind("tests_for").serving_column == "from_id"
