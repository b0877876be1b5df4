"""Counts and checks on a county of ten facilities, every finding worked out by hand."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from geo.analysis.structure_checks import Minutes, check_structure, unasked
from geo.analysis.structure_findings import CHECKS, SENTENCES, Finding
from geo.analysis.tiers import count_tiers, parent_counts, tree_of
from geo.model.schema import COVERAGE_MODES, DEMAND, FACILITY, UNIT, conform
from geo.model.schemes import Scheme, load_scheme
from geo.output.language import translator
from geo.output.structure_text import counts_line, namer

ALL = "emergency;surgery;ct;imaging;ultrasound;ecg;laboratory"
XISHUI = load_scheme("xishui")
TEN = replace(XISHUI, tiers=tuple(replace(t, expected=t.expected.replace("5", "2")) for t in XISHUI.tiers))  # 2 + 2 + N

# facility_id, tier, parent, community, township
ROWS = [
    ("H1", "county_hospital", "", "C1", "U1"),
    ("H2", "county_hospital", "", "C2", "U1"),
    ("K1", "key_township_hospital", "H1", "C1", "U1"),
    ("K2", "key_township_hospital", "H2", "C2", "U2"),
    ("T1", "township_hospital_general", "K1", "C1", "U1"),
    ("T2", "township_hospital_general", "K2", "C2", "U2"),
    ("E1", "extension_point", "T1", "C1", "U1"),
    ("V1", "village_clinic", "E1", "C1", "U1"),
    ("V2", "village_clinic", "T1", "C1", "U1"),
    ("V3", "village_clinic", "T2", "C2", "U2"),
]  # fmt: skip


def facilities(**changes: dict[str, str]) -> pd.DataFrame:
    """The ten facilities, which are right; `changes` is id → columns."""
    names = ["facility_id", "tier", "parent_id", "community_id", "unit_code"]
    rows = [dict(zip(names, row, strict=True)) for row in ROWS]
    rows = [{"name": f"机构{r['facility_id']}", "lon": 106.0, "lat": 28.0, "capabilities": ALL, "status": "open", **r}
            | changes.get(r["facility_id"], {}) for r in rows]  # fmt: skip
    return conform(pd.DataFrame(rows), FACILITY, path="", name="facility")


def villages(*modes: str) -> pd.DataFrame:
    rows = [
        {"demand_id": f"D{i}", "name": f"村{i}", "lon": 106, "lat": 28, "population": 100 * (i + 1), "coverage_mode": m}
        for i, m in enumerate(modes or ("own_clinic",))
    ]
    return conform(pd.DataFrame(rows), DEMAND, path="", name="demand")


def townships(*codes: str) -> pd.DataFrame:
    rows = [{"unit_code": c, "name": f"镇{c}", "level": "township"} for c in codes or ("U1", "U2")]
    return conform(pd.DataFrame(rows), UNIT, path="", name="unit")


def findings(
    facility: pd.DataFrame, demand: pd.DataFrame | None = None, unit: pd.DataFrame | None = None,
    scheme: Scheme = TEN, minutes: Minutes | None = None,
) -> list[Finding]:  # fmt: skip
    demand, unit = villages() if demand is None else demand, townships() if unit is None else unit
    return check_structure(facility, demand, unit, scheme, minutes)


def brief(found: list[Finding]) -> list[tuple[str, str]]:
    return [(f.code, f.item_id) for f in found]


# ---- counts ----------------------------------------------------------------------------------------------------


def test_counts_stand_against_the_scheme_and_closed_facilities_do_not_count() -> None:
    table = facilities(K2={"status": "closed"})
    counted = {c.tier_id: (c.count, c.expected, c.many) for c in count_tiers(table, XISHUI)}
    assert counted == {
        "county_hospital": (2, 2, False),
        "key_township_hospital": (1, 5, False),
        "township_hospital_general": (2, None, True),
        "extension_point": (1, None, True),
        "village_clinic": (3, None, True),
    }
    assert [c.as_expected for c in count_tiers(table, XISHUI)] == [True, False, True, True, True]
    assert counts_line(str, count_tiers(table, XISHUI)) == "2 + 5 + N: 2 of 2, 1 of 5, N = 2 + 1 + 3"


def test_a_level_in_another_number_than_the_scheme_says_is_a_finding() -> None:
    found = findings(facilities(), scheme=XISHUI)
    assert brief(found) == [("count_off", "key_township_hospital")] and found[0].check == "count_off"
    assert found[0].places == (("facility", "K1"), ("facility", "K2"))
    assert found[0].say(str, namer(XISHUI, "en")) == "Key central township hospital: 2; the scheme says 5."
    more = findings(facilities(T1={"tier": "county_hospital", "parent_id": "", "community_id": "C1"}))
    assert ("count_off", "county_hospital") in brief(more)  # three in place of two


def test_a_scheme_without_numbers_just_counts() -> None:
    three = load_scheme("three_levels")
    tiers = facilities().assign(tier=["county_hospital"] * 2 + ["township_hospital"] * 4 + ["village_clinic"] * 4)
    assert counts_line(str, count_tiers(tiers, three)) == "2 → 4 → 4"


def test_the_level_outside_the_county_is_counted_only_where_it_is_listed() -> None:
    four = load_scheme("qingdao_four_levels")
    table = facilities().assign(tier="county_hospital")
    assert [c.tier_id for c in count_tiers(table, four)][:1] == ["county_hospital"]
    table.loc[0, "tier"] = "city_hospital"
    assert [c.tier_id for c in count_tiers(table, four)][:1] == ["city_hospital"]


def test_parents_are_counted_by_tier_and_community() -> None:
    table = parent_counts(facilities(), XISHUI).set_index(["child", "parent", "community"])["count"]
    assert table["village_clinic", "extension_point", "C1"] == 1
    assert table["village_clinic", "township_hospital_general", "C1"] == 1
    assert table["county_hospital", "", "C1"] == 1
    assert table.sum() == 10


def test_a_branch_is_all_above_or_below() -> None:
    table = facilities()
    tree = tree_of(table, XISHUI)
    ids = table["facility_id"].tolist()
    assert [ids[i] for i in tree.ancestors(ids.index("V1"))] == ["V1", "E1", "T1", "K1", "H1"]
    assert {ids[i] for i in tree.branch(ids.index("T1"))} == {"T1", "E1", "V1", "V2"}


# ---- parents ---------------------------------------------------------------------------------------------------


def test_a_structure_that_is_right_has_no_finding() -> None:
    assert findings(facilities()) == []


@pytest.mark.parametrize(
    ("change", "code", "check"),
    [
        ({"T1": {"parent_id": ""}}, "parent_none", "parent_none"),
        ({"T1": {"parent_id": "X"}}, "parent_unknown", "parent_wrong"),
        ({"T1": {"parent_id": "T2", "community_id": "C2"}}, "parent_tier", "parent_wrong"),
        ({"T1": {"parent_id": "K2"}}, "parent_community", "parent_wrong"),
        ({"E1": {"parent_id": "H1"}}, "parent_skips", "parent_skips"),
        ({"V2": {"parent_id": "H1"}}, "parent_skips", "parent_skips"),
    ],
)
def test_a_wrong_parent_is_named_by_what_is_wrong_with_it(
    change: dict[str, dict[str, str]], code: str, check: str
) -> None:
    found = findings(facilities(**change))
    assert [(f.check, f.code, f.item_id) for f in found if f.item_id == next(iter(change))] == [
        (check, code, next(iter(change)))
    ]


def test_a_closed_parent_is_said_of_each_child() -> None:
    assert brief(findings(facilities(T1={"status": "closed"}))) == [("parent_closed", "E1"), ("parent_closed", "V2")]


def test_a_circle_is_found_once_and_names_all_on_it() -> None:
    found = [f for f in findings(facilities(K1={"parent_id": "T1"})) if f.check == "parent_circle"]
    assert len(found) == 1 and set(str(found[0].params["ring"]).split(" → ")) == {"机构K1", "机构T1"}
    assert set(found[0].places) == {("facility", "K1"), ("facility", "T1")}
    itself = [f for f in findings(facilities(K1={"parent_id": "K1"})) if f.check == "parent_circle"]
    assert [f.item_id for f in itself] == ["K1"]


def test_a_parent_may_be_missing_where_its_level_lies_outside_the_county() -> None:
    four = load_scheme("qingdao_four_levels")
    table = facilities().assign(tier=["county_hospital"] * 2 + ["township_hospital"] * 4 + ["village_clinic"] * 4)
    assert not [f for f in findings(table, scheme=four) if f.check == "parent_none"]


def to_hubs(table: pd.DataFrame, **minutes: dict[str, float]) -> Minutes:
    """Minutes from facilities to hubs: facility → hub → minutes; everything else is out of reach."""
    ids = table["facility_id"].tolist()
    hubs = ["H1", "H2", "K1", "K2", "T1", "T2", "E1"]
    found = np.full((len(ids), len(hubs)), np.nan)
    for own, cells in minutes.items():
        for hub, value in cells.items():
            found[ids.index(own), hubs.index(hub)] = value
    return Minutes(np.array([ids.index(h) for h in hubs]), np.full((1, len(hubs)), np.nan), found)


def test_a_parent_further_than_another_that_could_be_one_is_found_beyond_the_tolerance() -> None:
    table = facilities()
    near = to_hubs(table, V2={"T1": 30, "T2": 24.5}, V3={"T2": 20, "T1": 15, "H1": 1})
    found = findings(table, minutes=near)
    assert brief(found) == [("parent_far", "V2")]  # 5.5 min; V3's gap is just 5, and H1 leads no clinic
    assert found[0].params == {
        "name": "机构V2",
        "parent": "机构T1",
        "other": "机构T2",
        "minutes": 30,
        "other_min": 24.5,
    }


def test_a_parent_is_also_compared_with_those_of_other_levels_that_the_scheme_allows() -> None:
    """A clinic may stand under a key centre, and a general hospital under the county's own."""
    table = facilities()
    near = to_hubs(table, V2={"T1": 20, "K1": 3, "E1": 14}, T2={"K2": 61, "H2": 14}, K1={"H1": 50, "K2": 1})
    told = [(f.item_id, f.params["other"]) for f in findings(table, minutes=near)]
    assert told == [("T2", "机构H2"), ("V2", "机构K1")]  # by 47 min, by 17; a key centre stands under no other


def test_a_parent_that_no_road_reaches_is_further_than_any_other() -> None:
    table = facilities()
    found = findings(table, minutes=to_hubs(table, V2={"T2": 4}, V3={"T2": 30, "T1": 4}))
    assert brief(found) == [("parent_unreached", "V2"), ("parent_far", "V3")]
    said = "No road leads from 机构V2 to its parent 机构T1; 机构T2 is 4 min away."
    assert found[0].say(str, namer(XISHUI, "en")) == said


def test_a_closed_or_unreachable_hospital_is_no_nearer_parent() -> None:
    table = facilities(T2={"status": "closed"}, V3={"parent_id": "T1", "community_id": "C1"})
    assert findings(table, minutes=to_hubs(table, V2={"T1": 30, "T2": 4})) == []
    assert findings(facilities(), minutes=to_hubs(facilities(), V2={"T1": 30})) == []


# ---- places ----------------------------------------------------------------------------------------------------


def test_a_township_without_a_hospital_says_what_stands_there_instead() -> None:
    table = facilities(K1={"unit_code": "U2"}, T1={"unit_code": "U2"})
    found = findings(table, unit=townships("U1", "U2", "U3"))
    assert brief(found) == [("township_without_but", "U1"), ("township_without", "U3")]
    assert found[0].params["other"] == "机构H1"


def test_villages_are_split_by_how_they_are_served_and_only_none_is_an_uncovered_village() -> None:
    found = findings(facilities(), villages(*COVERAGE_MODES, "", "怪"))
    by_check = Counter(f.check for f in found)
    assert by_check == {"village_uncovered": 1, "village_otherwise": 4, "village_unstated": 2}
    assert [f.item_id for f in found if f.check == "village_uncovered"] == ["D5"]
    assert "D0" not in {f.item_id for f in found}  # its own clinic


SERVICE = {"village_uncovered", "village_otherwise", "village_unstated"}


def test_a_list_that_never_states_the_service_is_not_a_list_of_villages_without_nor_of_served_ones() -> None:
    assert findings(facilities(), villages("", "")) == []
    without = unasked(facilities(), villages("", ""), townships(), TEN, to_hubs(facilities()))
    assert set(without) == SERVICE and len(set(without.values())) == 1
    assert not SERVICE & set(unasked(facilities(), villages("", "none"), townships(), TEN, to_hubs(facilities())))


@pytest.mark.parametrize(
    ("column", "checks"),
    [
        ("capabilities", {"capability_missing"}),
        ("community_id", {"communities_many"}),
        ("parent_id", {"parent_wrong", "parent_skips", "parent_circle", "parent_far"}),
    ],
)
def test_what_a_list_never_says_is_neither_wrong_nor_right(column: str, checks: set[str]) -> None:
    table = facilities().assign(**{column: ""})
    assert set(unasked(table, villages(), townships(), TEN, to_hubs(table))) == checks
    assert not checks & {f.check for f in findings(table, minutes=to_hubs(table))}
    table.loc[9, column] = "ecg"  # one that says so is enough to ask all
    assert unasked(table, villages(), townships(), TEN, to_hubs(table)) == {}


def test_what_a_scheme_does_not_say_is_not_asked() -> None:
    bare = replace(TEN, tiers=tuple(replace(t, parents=(), expected="", exclusive=False) for t in TEN.tiers[:1]))
    left_out = unasked(facilities(), villages(), townships(), bare, to_hubs(facilities()))
    assert set(left_out) == {
        "count_off", "parent_none", "parent_skips", "parent_far", "township_without", "catchments_overlap",
    }  # fmt: skip
    county = townships().assign(level="county")
    assert set(unasked(facilities(), villages(), county, TEN, None)) == {
        "parent_far", "township_without", "catchments_overlap",
    }  # fmt: skip
    for why in left_out.values():
        assert translator("zh")(why) != why


def test_more_than_two_communities_are_each_named() -> None:
    table = facilities(V3={"community_id": "C3", "parent_id": "T2"})
    found = [f for f in findings(table) if f.check == "communities_many"]
    assert [(f.kind, f.item_id, f.params["count"]) for f in found] == [("community", c, 3) for c in ("C1", "C2", "C3")]
    assert [f.places for f in found] == [(("facility", i),) for i in ("H1", "H2", "V3")]  # V3 stands under C2's T2


def test_a_missing_capability_is_named() -> None:
    found = findings(facilities(K1={"capabilities": "emergency; surgery"}))
    assert brief(found) == [("capability_missing", "K1")]
    assert found[0].params["capabilities"] == "imaging;ultrasound;ecg;laboratory"
    said = found[0].say(translator("zh"), namer(XISHUI, "zh"))
    assert "机构K1" in said and "影像检查" in said and "重点中心乡镇卫生院" in said


def test_a_capability_nobody_defined_is_named() -> None:
    found = findings(facilities(V1={"capabilities": "ecg; 传心术"}))
    assert brief(found) == [("capability_unknown", "V1")] and found[0].params["value"] == "传心术"


def test_catchments_overlap_by_the_people_within_the_minutes_of_both() -> None:
    """K1 has 100 + 200, K2 200 + 300 + 400 people within 30 min, the threshold included: 200 of 300 are shared."""
    table = facilities()
    demand = villages(*["own_clinic"] * 4)
    village = np.full((4, 7), np.nan)
    village[:, 2] = [10, 30, 30.1, 99]
    village[:, 3] = [31, 30, 5, 5]
    known = replace(to_hubs(table), village=village)
    found = [f for f in findings(table, demand, minutes=known) if f.check == "catchments_overlap"]
    assert len(found) == 1 and found[0].places == (("facility", "K1"), ("facility", "K2"))
    params = found[0].params
    assert (params["people"], params["smaller"], round(float(str(params["share"])), 1)) == (200, 300, 66.7)


def test_findings_come_check_by_check_and_every_sentence_can_be_said_in_both_languages() -> None:
    table = facilities(T1={"parent_id": ""}, K1={"parent_id": "T1", "capabilities": ""}, V3={"community_id": "C3"})
    found = findings(table, villages("none", "", "joint_clinic"), townships("U9"))
    order = [list(CHECKS).index(f.check) for f in found]
    assert order == sorted(order) and len(set(order)) >= 7
    for finding in found:
        for language in ("zh", "en"):
            told = finding.say(translator(language), namer(XISHUI, language))
            assert "{" not in told and told
    assert {f.code for f in found} <= set(SENTENCES)


def test_names_that_look_like_blanks_to_fill_stay_names() -> None:
    hostile = "{name}{{7*7}}"
    found = findings(facilities(T1={"name": hostile, "parent_id": ""}))
    assert hostile in found[0].say(str, namer(XISHUI, "en"))
