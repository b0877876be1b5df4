"""What the structure page does, without a browser: chains, checks, what-if, schemes, hostile names, the samples."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from geo.model.schemes import scheme_raw
from geo.output.tables import csv_bytes
from geo.store import open_store
from geo.study.scheme_edit import checked_scheme, commit_scheme
from pages.ui import structure_networks
from tests.geo.county import Village
from tests.geo.systems import Place, System, build
from tests.pages.structure_page import KEY_ABLE, XISHUI, on_map, open_tab, opened, shown, text


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A store of the tests' own."""
    patch = pytest.MonkeyPatch()
    patch.setenv("YIDA_HOME", str(tmp_path_factory.mktemp("home")))
    patch.delenv("YIDA_DATABASE_URL", raising=False)
    yield
    patch.undo()


def test_a_village_shows_its_chain_with_minutes_kilometres_and_total(tmp_path: Path) -> None:
    """中村 stands 100 m before its clinic … the general hospital 100 m on, T101 6.5 km and H2 13.2 km of road away."""
    page = shown(XISHUI, tmp_path, "village:V1")
    table = next(d.value for d in page.dataframe if "Step to" in d.value.columns)
    assert table["Facility"].tolist() == ["中村卫生室", "温水镇卫生院", "县中医医院土城分院", "县中医医院", ""]
    assert table["Km"].tolist() == pytest.approx([0, 0.1, 6.5, 13, 19.6], abs=0.02)
    assert table["Minutes"].iloc[2] == pytest.approx(6, abs=0.1)
    assert table["Minutes"].iloc[-1] == pytest.approx(table["Minutes"].iloc[:-1].sum())
    state, _ = on_map(page)
    assert [r["tier"] for r in state["routes"]] == [
        "village_clinic", "township_hospital_general", "key_township_hospital", "county_hospital",
    ]  # fmt: skip
    assert "county hospital: 县中医医院" in text(page).lower() or "The organisation's chain" in text(page)


CITY = (
    Place("X1", "市医院", "city_hospital", at=(13000, 0)), Place("H1", "区医院", "county_hospital", "", "C1", (0, 0)),
    Place("T1", "镇卫生院", "township_hospital", "H1", "C1", (6500, 0)),
    Place("V1", "中村卫生室", "village_clinic", "T1", "C1", (6400, 0)),
)  # fmt: skip


def test_the_chain_goes_on_to_a_paired_hospital_of_the_list_by_road(tmp_path: Path) -> None:
    """From the district's hospital back along the main road, 13 km at 65 km/h; its own way is the map's last."""
    page = shown(System("结对", "qingdao_four_levels", CITY, (("结对帮扶", "X1", "H1"),)), tmp_path, "village:V1")
    table = next(d.value for d in page.dataframe if "Step to" in d.value.columns)
    assert table["Facility"].tolist() == ["中村卫生室", "镇卫生院", "区医院", "市医院", ""]
    assert table["Step to"].tolist()[-2:] == ["Paired hospital", "Total"] and "Remark" not in table.columns
    assert table[["Minutes", "Km"]].iloc[3].tolist() == pytest.approx([12, 13], abs=0.05)
    assert table["Minutes"].iloc[-1] == pytest.approx(table["Minutes"].iloc[:-1].sum())
    assert [r["tier"] for r in on_map(page)[0]["routes"]][-1] == "city_hospital"
    assert "市医院 (12 min by road, modelled)" in text(open_tab(page, "Communities"))


def test_a_paired_hospital_out_of_the_county_is_a_step_that_is_not_modelled(tmp_path: Path) -> None:
    link = ("结对帮扶", "", "H1", "", "省医院", "107.2", "28.9")
    page = shown(System("县外", "qingdao_four_levels", CITY[1:], (link,)), tmp_path, "village:V1")
    table = next(d.value for d in page.dataframe if "Step to" in d.value.columns)
    assert table["Facility"].tolist() == ["中村卫生室", "镇卫生院", "区医院", "省医院", ""]
    assert math.isnan(table["Minutes"].iloc[3]) and re.fullmatch(
        r"not modelled · \d+ km in a straight line", table["Remark"].iloc[3]
    )
    assert table["Step to"].iloc[-1] == "Total without the paired hospital"
    assert table["Minutes"].iloc[-1] == pytest.approx(table["Minutes"].iloc[:3].sum())


def test_a_clinic_shows_the_grid_owner_and_family_doctor_of_the_villages_it_serves(tmp_path: Path) -> None:
    """These links end at the village or its township, T102, and not at the clinic."""
    links = (
        ("双向转诊", "V1", "T102"), ("家庭医生", "T102", "N1"), ("网格包保", "H2", "N1"), ("网格包保", "H1", "T102"),
    )  # fmt: skip
    villages = (Village("N1", "中村", 2000, (6400, 0)), Village("N2", "新村", 20, (6450, 0)))
    served = []
    for at in ("facility:V1", "village:N1", "village:N2"):
        page = shown(System("网格", "xishui", XISHUI.care, links, villages), tmp_path / at[-2:], at)
        tables = [d.value for d in page.dataframe if "Served by" in d.value.columns]
        served.append([pair for t in tables for pair in zip(t["Service"], t["Served by"], strict=True)])
        assert at != "facility:V1" or "It also serves 新村." in text(page)
    town = [("Grid owned by", "县人民医院")]
    of_village = [("Family doctor", "温水镇卫生院"), ("Grid owned by", "县中医医院"), *town]
    assert served == [[("Refers to", "温水镇卫生院"), *of_village], of_village, town]


def test_a_check_that_is_chosen_is_marked_on_the_map(tmp_path: Path) -> None:
    broken = System(
        "断链", "xishui", (*XISHUI.care[:-1], Place("V1", "中村卫生室", "village_clinic", "", "C2", (6400, 0)))
    )
    page = shown(broken, tmp_path)
    assert "Facilities without a parent,1" in text(page)
    page.session_state["structure_check"] = "parent_none"
    page.run()
    state, _ = on_map(page)
    assert state["links"]["marks"] == [{"kind": "facility", "id": "V1"}]


def test_every_place_of_a_finding_is_marked_on_the_map(tmp_path: Path) -> None:
    """T101 and K2 reach the same villages, and V1 is a community of its own beside C1 and C2."""
    second = Place("K2", "中心卫生院", "key_township_hospital", "H1", "C1", (6500, 0), "40", KEY_ABLE)
    clinic = replace(XISHUI.care[-1], community="C3")
    page = shown(System("多处", "xishui", (*XISHUI.care[:-1], second, clinic)), tmp_path)
    marked = {}
    for check in ("catchments_overlap", "communities_many", "count_off"):
        open_tab(page, "Checks").selectbox(key="check_choice").set_value(check).run()
        marked[check] = {m["id"] for m in on_map(page)[0]["links"]["marks"]}
    assert marked == {
        "catchments_overlap": {"T101", "K2"}, "communities_many": {"H1", "H2", "V1"}, "count_off": {"T101", "K2"},
    }  # fmt: skip


def test_checks_that_the_lists_say_nothing_of_are_not_called_passed(tmp_path: Path) -> None:
    """Thirteen checks, three of them of how villages are served, which the list never says: ten are made."""
    page = shown(XISHUI, tmp_path)
    told = text(page)
    assert "Villages whose service is not stated: not checked, the list of villages says of none" in told
    findings = next(m for m in page.metric if m.label == "Findings")
    kinds = next(d.value for d in page.dataframe if "Kind" in d.value.columns)["Kind"].tolist()
    assert "Levels in another number than the scheme's" in kinds
    assert findings.delta == f"of 10 checks, {10 - len(kinds)} found nothing"
    page = open_tab(page, "Checks")
    page.selectbox(key="check_choice").set_value("village_unstated").run()
    assert "This check could not be made: the list of villages says of none how it is served." in text(page)
    assert "This check found nothing." not in text(page)


def test_what_if_a_hospital_joined_the_five_says_what_moves_and_stores_nothing(tmp_path: Path) -> None:
    """温水 at (6500, 0) becomes a key centre: nearest for both villages, 2,300 people; before they had 土城."""
    page = shown(XISHUI, tmp_path)
    before = open_store().newest("习水试")
    told = text(open_tab(page, "What if"))
    assert "2 + 5 + N: 2 of 2, 2 of 5, N = 0 + 1 + 1" in told
    assert (
        "**温水镇卫生院** would be the nearest of its new level for 2,300 of 2,300 people in 2 of 2 villages." in told
    )
    assert "lacks what its level requires: General emergency care, Surgery, Imaging" in told
    moved = next(d.value for d in page.dataframe if "Then, min" in d.value.columns)
    assert moved["Village"].tolist() == ["北村", "中村"]
    assert moved["Now, min"].tolist() == pytest.approx([12, 6.1], abs=0.2)  # to 土城: 6.5 km at 65, 5.4 at 55 km/h
    assert moved["Then, min"].tolist() == pytest.approx([5.9, 0.1], abs=0.2)
    state, _ = on_map(page)
    assert [(m["kind"], m["id"]) for m in state["links"]["marks"]] == [
        ("facility", "T102"), ("village", "V2"), ("village", "V1"),
    ]  # fmt: skip
    assert on_map(open_tab(page, "Charts"))[0]["links"]["marks"] == []
    assert open_store().newest("习水试") == before


def test_a_scheme_of_one_level_has_none_to_join(tmp_path: Path) -> None:
    study = build(System("独", "three_levels", (Place("H1", "县医院", "county_hospital", "", "C1", (0, 0)),)), tmp_path)
    raw = scheme_raw(study.scheme)
    raw["tier"] = raw["tier"][:1]
    open_store().save(checked_scheme(study, raw), "files", replace=True)
    assert "The scheme has no level that a facility could join." in text(
        open_tab(opened(study="独", lang="en"), "What if")
    )


def test_a_capability_is_found_by_the_organisation_and_by_the_nearest(tmp_path: Path) -> None:
    """From 中村 its organisation's 土城 is 6.6 km to the east, the other community's hospital 6.4 km to the west."""
    at_the_road = replace(XISHUI, care=(replace(XISHUI.care[0], at=(0, 0)), *XISHUI.care[1:]))
    page = open_tab(shown(at_the_road, tmp_path, "village:V1"), "Chain of care")
    tiers = [r["tier"] for r in on_map(page)[0]["routes"]]
    assert len(tiers) == 4  # of the chain of care, while no capability is chosen
    page.selectbox(key="structure_capability").set_value("surgery").run()
    assert "县中医医院土城分院" in text(page)
    found = next(d.value for d in page.dataframe if "Facility" in d.value.columns and "Way" in d.value.columns)
    routes = on_map(page)[0]["routes"]
    assert [r["label"] for r in routes] == ["First in the organisation's chain", "Nearest anywhere"]
    assert found["Km"].tolist() == pytest.approx([6.6, 6.4], abs=0.02)
    assert max(routes[0]["lines"][::2]) > max(routes[1]["lines"][::2])
    open_tab(page, "Charts")
    assert [r["tier"] for r in on_map(page)[0]["routes"]] == tiers
    open_tab(page, "Chain of care")
    page.selectbox(key="structure_capability").set_value("stroke").run()
    assert "For 2 of 2 villages (2,300 people) nobody in the organisation's chain has it." in text(page)


def test_clinics_that_a_network_misses_are_listed_and_leave_as_csv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of three clinics one is read by the centre; of the two hospitals of townships none."""
    clinics = [replace(XISHUI.care[-1], key=f"V{i}", name=f"{n}村卫生室") for i, n in enumerate("甲乙丙")]
    care = (*XISHUI.care[:-1], *clinics)
    sent: list[bytes] = []

    def kept(table: pd.DataFrame) -> bytes:
        sent.append(csv_bytes(table))
        return sent[-1]

    monkeypatch.setattr(structure_networks, "csv_bytes", kept)
    page = open_tab(shown(System("缺网", "xishui", care, (("心电网络", "H2", "V1"),)), tmp_path), "Networks")
    assert "Not connected: 2 of 3 village clinics" in text(page)
    missing = next(d.value for d in page.dataframe if list(d.value.columns) == ["Name", "Township"])
    assert missing.to_numpy().tolist() == [["甲村卫生室", "温水镇卫生院"], ["丙村卫生室", "温水镇卫生院"]]
    lines = sent[-1].decode("utf-8-sig").splitlines()
    assert lines == ["Name,Township", "甲村卫生室,温水镇卫生院", "丙村卫生室,温水镇卫生院"]
    page.selectbox(key="network_choice").set_value(("reads_ecg_for", "township_hospital")).run()
    assert "Not connected: 2 of 2 township hospitals" in text(page)


def test_a_level_that_alone_is_on_the_map_is_named_in_every_tab_and_can_be_undone(tmp_path: Path) -> None:
    page = open_tab(shown(XISHUI, tmp_path), "Charts")
    page.session_state["structure_tier"] = "county_hospital"  # as a click in the Sankey does
    assert on_map(page.run())[0]["tiers_on"] == ["county_hospital"]
    back = open_tab(page, "Checks").button(key="all_tiers")
    assert back.label == "Only County public hospital on the map: show all levels"
    assert len(on_map(back.click().run())[0]["tiers_on"]) == 5
    assert "all_tiers" not in {b.key for b in page.button}


def test_only_the_selected_branch_is_left_of_the_icicle_when_asked(tmp_path: Path) -> None:
    page = open_tab(shown(XISHUI, tmp_path, "facility:T102"), "Charts")
    assert {"县人民医院", "县中医医院", "温水镇卫生院"} <= icicle_names(page)
    page.toggle(key="only_branch").set_value(True).run()
    assert icicle_names(page) == {"温水镇卫生院", "北村延伸服务点", "中村卫生室"}


def icicle_names(page: AppTest) -> set[str]:
    """The names on the blocks of the first chart of the page."""
    data = page.get("vega_lite_chart")[0].proto.data.data
    return set(pa.ipc.open_stream(data).read_pandas()["name"])


def test_an_edited_scheme_is_stored_with_the_study_and_the_page_follows_it(tmp_path: Path) -> None:
    study = build(XISHUI, tmp_path)
    store = open_store()
    store.save(study, "files", replace=True)
    raw = scheme_raw(study.scheme)
    raw["tier"][1] |= {"name": {"zh": "片区中心", "en": "Area centre"}, "expected": "1"}

    newest = store.newest("习水试")
    assert newest is not None
    commit_scheme(store, study, newest.version_id, raw, author="王", note="改名", operation_id="op-scheme")
    told = text(opened(study="习水试", lang="en"))
    assert "Area centre 1 of 1 in the scheme" in told and "2 + 1 + N" in told


def test_a_study_without_links_or_communities_still_shows_its_structure(tmp_path: Path) -> None:
    care = tuple(Place(c.key, c.name, c.tier, c.parent, "", c.at) for c in XISHUI.care)
    page = shown(System("无联", "xishui", care), tmp_path, "village:V1")
    assert "This study has no links yet." in text(page)
    assert "names no community" in text(open_tab(page, "Communities"))
    assert "This study has no links yet." in text(open_tab(page, "Networks"))


def test_hostile_names_stay_text_in_cards_tables_and_lines(tmp_path: Path) -> None:
    hostile = "{{7*7}}<img src=x onerror=alert(1)>**b**"
    care = (*XISHUI.care[:-1], Place("V1", hostile, "village_clinic", "", "C2", (6400, 0)))
    page = shown(
        System("恶名", "xishui", care, (("结对帮扶", "", "H1", "", hostile, "107", "29"),)), tmp_path, "facility:V1"
    )
    assert hostile in text(page)
    state, lines = on_map(page)
    assert lines["outside"][0]["name"] == hostile and state["selected"]["id"] == "V1"
    for name in ("Communities", "Checks", "Chain of care", "Networks", "Charts", "What if", "Scheme"):
        open_tab(page, name)


@pytest.mark.parametrize("name", ["xishui", "suixi", "shouguang", "nordurland"])
def test_the_samples_open_in_every_tab(name: str) -> None:
    page = opened(study=name, lang="zh")
    names = ("医共体", "检查", "服务链", "服务网络", "图表", "假设分析", "层级方案")
    for tab in names:
        open_tab(page, tab)


def test_the_villages_of_a_study_are_needed_to_be_of_one(tmp_path: Path) -> None:
    far = System("远", "xishui", XISHUI.care, (), (Village("V1", "远村", 7, (0, -5000)),))
    told = text(shown(far, tmp_path, "village:V1"))
    assert "No chain begins here" in told
