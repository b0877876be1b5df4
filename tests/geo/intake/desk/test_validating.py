"""The rules a row is held to: each planted fault is found once, with its code, and its mend removes it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.intake.desk.checking import check_raw, check_rows
from geo.intake.desk.likeness import NEAR_M
from geo.intake.desk.mends import LEFT_OUT, apply
from geo.model.desk import Mend
from geo.model.schemes import load_scheme
from tests.geo.conftest import Said
from tests.geo.intake.desk.desk_list import (
    WGS84,
    check,
    chinese_list,
    codes,
    raw_of,
    sample_list,
    verdicts,
    xishui,
)

CLINIC, OTHER, POINT = 60, 64, 77  # rows: two village clinics of two villages, and one extension point
Rows = pd.DataFrame


def put(row: int, **cells: str) -> Callable[[Rows], Rows]:
    """The list with cells of one row changed."""

    def change(rows: Rows) -> Rows:
        out = rows.copy()
        for column, text in cells.items():
            out.loc[row, column] = text
        return out

    return change


def again(row: int, **cells: str) -> Callable[[Rows], Rows]:
    """The list with a copy of one row at its end, changed."""

    def change(rows: Rows) -> Rows:
        copied = rows.loc[[row]].assign(**cells).set_index(pd.Index([1000]))
        return pd.concat([rows, copied])

    return change


def cell(row: int, column: str) -> str:
    return str(sample_list().loc[row, column])


@dataclass(frozen=True)
class Fault:
    change: Callable[[Rows], Rows]
    row: int
    code: str
    verdict: str
    mendable: bool = True


def faults() -> dict[str, Fault]:
    swapped = {"lon": cell(CLINIC, "lat"), "lat": cell(CLINIC, "lon")}
    near = {"lon": f"{float(cell(CLINIC, 'lon')) + 0.001:.5f}"}
    return {
        "no name": Fault(put(CLINIC, name=""), CLINIC, "name_missing", "error", False),
        "no number": Fault(put(CLINIC, lon="一百零六"), CLINIC, "position_not_a_number", "error", False),
        "no place on earth": Fault(put(CLINIC, lon="206.1"), CLINIC, "position_out_of_range", "error", False),
        "metres among degrees": Fault(
            put(CLINIC, lon="618000", lat="3133000"), CLINIC, "position_mixed_units", "error", False
        ),
        "exchanged": Fault(put(CLINIC, **swapped), CLINIC, "position_swapped", "error"),
        "zeros": Fault(put(CLINIC, lon="0", lat="0"), CLINIC, "position_zero", "warning"),
        "no position": Fault(
            put(CLINIC, lon="", lat="", facility_id="新1", name="太平村第二卫生室"),
            CLINIC, "placed_at_village", "warning",
        ),
        "in the next county": Fault(put(CLINIC, lon="106.9", lat="28.3"), CLINIC, "outside_county", "warning", False),
        "in Beijing": Fault(put(CLINIC, lon="116.4", lat="39.9"), CLINIC, "position_far_away", "error", False),
        "in another township": Fault(
            put(CLINIC, lon="106.10", lat="28.2554"), CLINIC, "township_disagrees", "warning"
        ),
        "no such township": Fault(put(CLINIC, unit_code="520330999"), CLINIC, "township_unknown", "warning"),
        "code as a number": Fault(put(CLINIC, unit_code="5.2033E+8"), CLINIC, "code_scientific", "warning"),
        "code of two": Fault(put(CLINIC, facility_id=cell(OTHER, "facility_id")), OTHER, "id_duplicate", "warning"),
        "row of two": Fault(again(CLINIC), 1000, "twice_same_code", "error"),
        "name and place of two": Fault(again(CLINIC, facility_id="new", **near), 1000, "twice_same_name", "error"),
        "name nearly of two": Fault(
            again(3, facility_id="new", name="习水县中医医医院"), 1000, "twice_like_name", "warning"
        ),
        "point of two": Fault(put(OTHER, lon=cell(OTHER - 1, "lon"), lat=cell(OTHER - 1, "lat")), OTHER, "same_point",
                              "warning", False),
        "beds below none": Fault(put(CLINIC, beds="-3"), CLINIC, "number_negative", "warning"),
        "beds of a city": Fault(put(CLINIC, beds="99999"), CLINIC, "number_too_large", "warning"),
        "beds in words": Fault(put(CLINIC, beds="约50张"), CLINIC, "number_invalid", "warning"),
        "people of a nation": Fault(put(CLINIC, population_served="1e9"), CLINIC, "number_too_large", "warning"),
        "tier of none": Fault(put(CLINIC, tier="", name="药店", category=""), CLINIC, "tier_unknown", "error", False),
        "tier in doubt": Fault(
            put(CLINIC, tier="", category="C220"), CLINIC, "tier_doubt_name", "warning"
        ),
        "no parent": Fault(
            put(POINT + 1, parent_id="", facility_id="新2", name="新建延伸点"), POINT + 1, "parent_missing", "warning"
        ),
        "parent in no list": Fault(put(CLINIC, parent_id="某医院"), CLINIC, "parent_unknown", "warning", False),
        "parent misspelt": Fault(put(CLINIC, parent_id="习水县人名医院"), CLINIC, "parent_unknown", "warning"),
        "two parents": Fault(
            put(CLINIC, parent_id=f"{cell(CLINIC, 'parent_id')}；习水县中医医院"), CLINIC, "parent_several", "warning"
        ),
        "a parent and one in no list": Fault(
            put(CLINIC, parent_id=f"某医院、{cell(CLINIC, 'parent_id')}"), CLINIC, "parent_several", "warning"
        ),
        "its own parent": Fault(
            put(CLINIC, parent_id=cell(CLINIC, "facility_id")), CLINIC, "parent_itself", "warning"
        ),
        "parents in a circle": Fault(
            put(3, parent_id=cell(CLINIC, "facility_id")), 3, "parent_circle", "warning"
        ),
    }  # fmt: skip


FAULTS = faults()


@pytest.mark.parametrize("name", FAULTS)
def test_each_planted_fault_is_found_once_with_its_code(name: str) -> None:
    fault = FAULTS[name]
    found = check(fault.change(sample_list()))
    assert codes(found) == [(fault.row, fault.code)]
    assert verdicts(found)[fault.row] == fault.verdict
    assert found.rows_ok == len(found.table) - (fault.verdict == "error")
    assert bool(found.mends) == fault.mendable


@pytest.mark.parametrize("name", [n for n, f in FAULTS.items() if f.mendable])
def test_accepting_the_mends_removes_the_problem_and_makes_no_other(name: str) -> None:
    fault = FAULTS[name]
    found = check(fault.change(sample_list()))
    mended = check_rows(apply(found.text, found.mends), found, xishui())
    assert codes(mended) == []
    assert mended.verdict == "accepted"


@pytest.mark.parametrize("name", FAULTS)
def test_each_problem_is_said_in_both_languages_with_its_row(name: str, said: Said) -> None:
    [problem] = check(FAULTS[name].change(sample_list())).problems
    assert all(str(problem.row) in text for text in said(problem).values())


def test_a_clean_list_is_accepted_and_becomes_the_stored_table() -> None:
    found = check(sample_list())
    assert found.verdict == "accepted" and codes(found) == []
    stored = xishui().facility
    assert found.table[list(stored.columns)].equals(stored)


def test_faults_in_many_rows_are_found_each_for_itself() -> None:
    rows = put(100, lon="x")(put(CLINIC, beds="-3")(put(OTHER, parent_id="某医院")(sample_list())))
    assert codes(check(rows)) == [
        (CLINIC, "number_negative"),
        (OTHER, "parent_unknown"),
        (100, "position_not_a_number"),
    ]


def test_a_list_the_wrong_way_round_is_turned_and_the_one_right_row_is_the_exchanged_one() -> None:
    rows = sample_list().rename(columns={"lon": "lat", "lat": "lon"})
    found = check(put(CLINIC, lon=cell(CLINIC, "lon"), lat=cell(CLINIC, "lat"))(rows))
    assert codes(found) == [(None, "columns_swapped"), (CLINIC, "position_swapped")]
    assert found.problems[0].params == {"count": len(rows) - 1}
    assert found.mends[0].values == {"lon": cell(CLINIC, "lon"), "lat": cell(CLINIC, "lat")}


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(sorted(FAULTS)))
def test_the_order_of_the_rows_changes_no_verdict(random: object, name: str) -> None:
    rows = FAULTS[name].change(sample_list())
    order = rows.index.tolist()
    random.shuffle(order)  # type: ignore[attr-defined]
    straight, mixed = check(rows), check(rows.loc[order])
    assert verdicts(straight) == verdicts(mixed)
    assert straight.problems == mixed.problems
    assert straight.table.equals(mixed.table)


# ---- rules one by one ------------------------------------------------------------------------------------------


def test_two_clinics_of_one_village_told_apart_by_number_are_two() -> None:
    rows = again(CLINIC, facility_id="new", name="第二" + cell(CLINIC, "name"), lat=cell(CLINIC, "lat") + "9")(
        put(CLINIC, name="第一" + cell(CLINIC, "name"))(sample_list())
    )
    assert codes(check(rows)) == []


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        ("孙疃镇卫生院", "孙町镇卫生院", True),  # as real lists misspell it
        ("红旗村卫生室", "红旗村卫生所", True),
        ("温水镇卫生院", "温水镇中心卫生院", True),
        ("大坪村第一卫生室", "大坪村第二卫生室", False),
        ("城东社区卫生服务站", "城西社区卫生服务站", False),
        ("李村卫生室", "王村卫生室", False),
    ],
)
def test_a_name_spelt_wrong_or_with_another_word_for_its_kind_may_be_the_same_place(
    first: str, second: str, one: bool
) -> None:
    rows = chinese_list(2).assign(
        医疗机构名称=[first, second], 机构编码="", 机构类别="", 层级="village_clinic", 上级机构="",
        经度=["106.2000", "106.2015"], 纬度=["28.3000", "28.3005"],
    )  # fmt: skip  # 157 m apart
    said = codes(check(rows))
    assert ((3, "twice_like_name") in said) == one
    assert all(code not in ("twice_same_name", "twice_same_code") for _, code in said)


def test_like_names_of_two_tiers_are_two_places_and_one_name_of_two_tiers_is_one() -> None:
    like = again(3, facility_id="new", name="习水县中医医院", tier="village_clinic", category="D600")(sample_list())
    assert (cell(3, "name") == "习水县中医医院") and (1000, "twice_same_name") in codes(check(like))
    named = put(3, name="习水县中西医结合医院总院")(sample_list())
    for tier, expected in ((cell(3, "tier"), "twice_like_name"), ("village_clinic", "same_point")):
        found = check(again(3, facility_id="new", name="习水县中西医结合医院", tier=tier)(named))
        assert codes(found) == [(1000, expected)]


def test_a_city_hospital_beyond_the_county_may_be_far_and_a_hospital_of_the_county_may_not() -> None:
    """Beijing is some 1,600 km from Xishui. The same row at a level of the county is a slip."""
    four = replace(xishui(), scheme=load_scheme("qingdao_four_levels"))
    for tier, verdict, code in (
        ("city_hospital", "warning", "outside_county"),
        ("county_hospital", "error", "position_far_away"),
    ):
        rows = again(3, facility_id="new", name="北京市第一医院", tier=tier, lon="116.4", lat="39.9")(sample_list())
        found = check_raw(raw_of(rows.loc[[1000]]), "facilities", four, WGS84)
        assert codes(found) == [(1000, code)] and verdicts(found)[1000] == verdict
        assert 1_500 < float(str(found.problems[0].params["distance_km"])) < 1_700


def test_of_two_parents_in_one_cell_the_first_that_is_known_is_kept_and_one_told_twice_is_one() -> None:
    own = cell(CLINIC, "parent_id")
    name = sample_list().set_index("facility_id")["name"][own]
    for text, kept, found in (
        (f"习水县中医医院,{own}", cell(3, "facility_id"), [(CLINIC, "parent_several")]),
        (f"某医院; {own}", own, [(CLINIC, "parent_several")]),
        (f"{own}、{name}", own, []),
    ):
        done = check(put(CLINIC, parent_id=text)(sample_list()))
        assert codes(done) == found
        assert done.table.set_index("row").loc[CLINIC, "parent_id"] == kept


def test_the_same_name_further_away_is_another_place() -> None:
    degrees = 2 * NEAR_M / 98_000
    for step, found in ((0.5, [(1000, "twice_same_name")]), (1.1, [])):
        lon = f"{float(cell(CLINIC, 'lon')) + step * degrees * 0.5:.6f}"
        assert codes(check(again(CLINIC, facility_id="new", lon=lon)(sample_list()))) == found


def test_of_three_that_are_one_the_first_row_is_kept() -> None:
    rows = pd.concat([sample_list(), sample_list().loc[[CLINIC, CLINIC]].set_index(pd.Index([900, 901]))])
    found = check(rows)
    assert codes(found) == [(900, "twice_same_code"), (901, "twice_same_code")]
    assert {m.row for m in found.mends} == {900, 901} and all(LEFT_OUT in m.values for m in found.mends)


def test_a_crowd_on_one_point_is_told_in_seconds() -> None:
    rows = pd.concat([sample_list().loc[[CLINIC]]] * 4000, ignore_index=True)
    rows = rows.assign(facility_id=[f"c{n}" for n in range(4000)], name=[f"{n}号卫生室" for n in range(4000)])
    found = check(rows.set_index(pd.RangeIndex(2, 4002)))
    assert {p.code for p in found.problems} == {"same_point"} and len(found.problems) == 3999


def test_places_far_from_a_road_are_said_with_their_distance() -> None:
    context = replace(xishui(), road_distance=lambda lon, lat: np.where(np.arange(len(lon)) == 58, 740.0, 500.0))
    found = check_rows(sample_list(), check(sample_list()), context)
    assert codes(found) == [(60, "far_from_road")]
    assert "740 m" in found.problems[0].say() and "500 m" in found.problems[0].say()
    context = replace(xishui(), road_distance=lambda lon, lat: np.full(len(lon), np.inf))
    nowhere = check_rows(sample_list(), check(sample_list()), context)
    assert {p.code for p in nowhere.problems} == {"no_road_near"}


def test_parents_may_be_named_and_may_be_stored_only() -> None:
    rows = put(CLINIC, parent_id="习水县人民医院")(sample_list())
    assert check(rows).table.set_index("row")["parent_id"][CLINIC] == "520330H1"
    assert codes(check(rows.loc[[CLINIC]])) == []


def test_a_parent_that_is_itself_or_in_a_circle_is_not_taken_over() -> None:
    for name in ("its own parent", "parents in a circle"):
        fault = FAULTS[name]
        found = check(fault.change(sample_list()))
        assert found.table.set_index("row")["parent_id"][fault.row] == ""


def test_a_list_without_ids_gets_them_from_name_and_place_and_says_so() -> None:
    found = check(sample_list().drop(columns=["facility_id", "parent_id"]).iloc[:6])
    assert codes(found) == [(None, "id_generated")]
    again = check(sample_list().drop(columns=["facility_id", "parent_id"]).iloc[3:6])
    assert found.table["facility_id"].is_unique
    assert found.table["facility_id"].iloc[3:].tolist() == again.table["facility_id"].tolist()  # not of row numbers


def test_codes_keep_their_digits_and_zeros_and_names_may_be_na() -> None:
    rows = put(CLINIC, facility_id="015203304294617820", name="NA")(put(OTHER, name="无")(sample_list()))
    found = check(rows)
    assert codes(found) == []
    table = found.table.set_index("row")
    assert table["facility_id"][CLINIC] == "015203304294617820"
    assert table["name"][[CLINIC, OTHER]].tolist() == ["NA", "无"]
    assert not table.select_dtypes("str").isna().any().any()


# ---- population ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "code", "verdict", "mend"),
    [
        ({"population": ""}, "population_missing", "error", None),
        ({"population": "-5"}, "population_negative", "error", None),
        ({"population": "很多"}, "population_not_a_number", "error", None),
        ({"population": "约1.2万人"}, "population_not_a_number", "error", {"population": "12000"}),
        ({"population": "20000000"}, "number_too_large", "error", None),
        ({"population": "10", "population_65_plus": "11"}, "part_exceeds_whole", "warning", {"population_65_plus": ""}),
        ({"name": ""}, "name_missing", "warning", None),
    ],
)
def test_a_village_needs_its_people(
    cells: dict[str, str], code: str, verdict: str, mend: dict[str, str] | None
) -> None:
    found = check(put(20, **cells)(sample_list("demand.csv")), "demand")
    assert codes(found) == [(20, code)]
    assert verdicts(found)[20] == verdict
    assert [m.values for m in found.mends] == ([mend] if mend else [])


def test_people_without_name_code_and_position_are_no_village() -> None:
    """A township's own row above its villages: its 8,600 people would be counted twice, at its seat."""
    rows = sample_list("demand.csv")
    township = {"name": "", "demand_id": "", "lon": "", "lat": "", "population": "8600"}
    found = check(put(20, **township)(rows), "demand")
    assert verdicts(found)[20] == "error" and (20, "name_missing") in codes(found)
    placed = check(put(20, name="", demand_id="")(rows), "demand")  # a cell of a grid, say
    assert verdicts(placed)[20] == "warning"


def test_a_limit_is_said_in_digits(said: Said) -> None:
    [problem] = check(put(20, population="20000000")(sample_list("demand.csv")), "demand").problems
    assert all("10,000,000" in text for text in said(problem).values())


def test_a_position_of_a_mark_or_a_word_is_mended_to_none_and_the_row_placed() -> None:
    for lon, lat in (("/", "/"), ("待补", ""), ("无", "—")):
        found = check(put(CLINIC, lon=lon, lat=lat)(sample_list()))
        assert codes(found) == [(CLINIC, "position_not_a_number")]
        assert [m.values for m in found.mends] == [{"lon": "", "lat": ""}]
        mended = check_rows(apply(found.text, found.mends), found, xishui())
        assert codes(mended) == [(None, "position_kept")] and verdicts(mended)[CLINIC] == "ok"


def test_the_type_of_people_is_told_by_the_header() -> None:
    rows = sample_list("demand.csv").drop(columns="population_type").rename(columns={"population": "户籍人口"})
    assert set(check(rows, "demand").table["population_type"]) == {"registered"}


# ---- mends -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "is_whole"), [("125203304292345000", False), ("125203304292322000", True)])
def test_a_credit_code_that_a_number_cut_off_is_no_id(code: str, is_whole: bool) -> None:
    """Digits times 1, 3, 9, 27, 19 …: 791 = 25 · 31 + 16 does not end in 0, 713 = 23 · 31 does (GB 32100-2015)."""
    found = check(put(CLINIC, facility_id=code)(sample_list()))
    assert codes(found) == ([] if is_whole else [(None, "id_generated"), (CLINIC, "code_scientific")])
    assert (code in set(found.table["facility_id"])) == is_whole


def test_mends_change_a_copy_and_can_be_accepted_by_kind() -> None:
    rows = put(CLINIC, beds="-3")(put(OTHER, lon=cell(OTHER, "lat"), lat=cell(OTHER, "lon"))(sample_list()))
    found = check(rows)
    before = found.text.copy()
    swapped = apply(found.text, [m for m in found.mends if m.kind == "position_swapped"])
    assert found.text.equals(before)
    assert codes(check_rows(swapped, found, xishui())) == [(CLINIC, "number_negative")]
    assert codes(check_rows(apply(swapped, found.mends), found, xishui())) != codes(found)


def test_mends_of_rows_that_are_gone_are_passed_over_and_new_columns_added() -> None:
    rows = pd.DataFrame({"a": ["1", "2"]}, index=[5, 3])
    out = apply(rows, [Mend("k", 9, {"a": "x"}), Mend("k", 3, {"b": "y"}), Mend("k", 3, {"b": "z"})])
    assert out.to_dict("list") == {"a": ["1", "2"], "b": ["", "y"]} and out.index.tolist() == [5, 3]
    assert apply(out, [Mend("k", 5, {LEFT_OUT: "yes"})]).index.tolist() == [3]


def test_a_check_changes_none_of_its_inputs() -> None:
    rows = FAULTS["beds below none"].change(sample_list())
    kept, facility, demand = rows.copy(), xishui().facility.copy(), xishui().demand.copy()
    first, second = check(rows), check(rows)
    assert rows.equals(kept) and xishui().facility.equals(facility) and xishui().demand.equals(demand)
    assert first.problems == second.problems and first.table.equals(second.table)


@pytest.mark.parametrize(
    ("text", "value", "mend"),
    [
        ("已停业", "closed", None), ("未运营", "closed", None), ("注销。", "closed", None), ("歇业", "closed", None),
        ("撤销 ", "closed", None), ("正常运营", "open", None), ("", "", None),
        ("2023年停业整顿", "2023年停业整顿", "closed"), ("拟撤并", "拟撤并", "closed"), ("筹备中", "筹备中", "open"),
    ],
)  # fmt: skip
def test_a_status_is_understood_or_warned_of(text: str, value: str, mend: str | None) -> None:
    found = check(put(CLINIC, status=text)(sample_list()))
    assert found.table.set_index("row")["status"][CLINIC] == value
    assert codes(found) == ([(CLINIC, "status_unknown")] if mend else [])
    assert [m.values for m in found.mends] == ([{"status": mend}] if mend else [])


def test_a_lead_hospital_tells_the_community() -> None:
    """习水县人民医院 leads 520330C1; of 省人民医院 no community is known."""
    rows = sample_list().drop(columns="community_id").assign(牵头医院="习水县人民医院")
    found = check(rows)
    assert set(found.table["community_id"]) == {"520330C1"} and codes(found) == []
    unknown = check(rows.assign(牵头医院="省人民医院"))
    assert set(unknown.table["community_id"]) == {""} and codes(unknown) == [(None, "lead_unknown")]


def test_a_village_column_places_a_clinic_and_never_names_it() -> None:
    rows = sample_list().loc[[CLINIC]].drop(columns=["lon", "lat", "name", "facility_id"])
    found = check(rows.assign(村名="太平", 卫生室名称="某某卫生室"))
    assert found.mapping["name"] == "卫生室名称" and found.table["name"].tolist() == ["某某卫生室"]
    assert codes(found) == [(None, "id_generated"), (CLINIC, "placed_at_village")]


def test_a_row_refused_for_itself_takes_no_id_and_no_place_from_a_good_one() -> None:
    twice = sample_list().loc[[CLINIC, CLINIC]].set_index(pd.Index([1000, 1001]))
    found = check(pd.concat([put(CLINIC, lon="很东")(sample_list()), twice]))
    assert codes(found) == [(CLINIC, "position_not_a_number"), (1001, "twice_same_code")]
    kept = found.table.set_index("row")
    assert kept["facility_id"][1000] == cell(CLINIC, "facility_id") and kept["verdict"][1000] == "ok"
    assert kept["facility_id"].is_unique and kept.index.is_monotonic_increasing
