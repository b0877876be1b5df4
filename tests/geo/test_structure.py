"""The structure of a county on real roads: minutes and ways worked out by hand on the toy county, schemes stored."""

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geo.analysis.chain import nearest_chains, organisation_chains
from geo.analysis.tiers import tree_of
from geo.cli import main
from geo.model.errors import ChoiceUnknown, SchemeInvalid, StaleVersion
from geo.model.inputs import Study
from geo.model.links import link_kind
from geo.model.schemes import scheme_raw
from geo.store import open_store
from geo.study import assumptions_for, desk, nearest_by_tier, network_of
from geo.study.answers import Network
from geo.study.build import with_tables
from geo.study.scheme_edit import checked_scheme, commit_scheme
from geo.study.structure import (
    Structure,
    capable_chains,
    joined_tier,
    link_minutes,
    minutes_to_hubs,
    nearest_entries,
    own_entries,
    steps_of,
    structure_of,
    way_between,
)
from tests.geo.county import Village
from tests.geo.large_county import large_county
from tests.geo.systems import Place, System, build

ABLE = "emergency;surgery;imaging;ultrasound;ecg;laboratory"
# On the main road, 65 km/h: H 0 km, K 6.5 km (6 min), T 13 km (12 min); clinic beside T, another 5.5 km north of K.
COUNTY = System(
    "环县", "xishui",
    (
        Place("H", "县人民医院", "county_hospital", "", "C1", (0, 0), "100", ABLE + ";ct;stroke", "lead"),
        Place("K", "中心卫生院", "key_township_hospital", "H", "C1", (6500, 0), "40", ABLE),
        Place("T", "东乡卫生院", "township_hospital_general", "K", "C1", (13000, 0), "20", "ultrasound;ecg;laboratory"),
        Place("V", "东村卫生室", "village_clinic", "T", "C1", (12500, 0)),
        Place("W", "北村卫生室", "village_clinic", "T", "C1", (6500, 5500)),
    ),
    (("中心药房", "H", "V"), ("中心药房", "H", "W"), ("结对帮扶", "", "H", "", "市医院", "108", "29")),
    (
        Village("A", "东村", 100, (12500, 0)), Village("B", "北村", 200, (6500, 5500)),
        Village("C", "远村", 7, (0, -5000)),
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return build(COUNTY, tmp_path_factory.mktemp("ring"))


@pytest.fixture(scope="module")
def network(study: Study) -> Network:
    return network_of(study, "car", assumptions_for(study))


@pytest.fixture(scope="module")
def structure(study: Study, network: Network) -> Structure:
    return structure_of(study, network, nearest_by_tier(study, network))


def row(study: Study, key: str) -> int:
    return study.facility["facility_id"].tolist().index(key)


def test_a_chain_has_the_minutes_and_kilometres_of_the_roads(
    study: Study, network: Network, structure: Structure
) -> None:
    """东村 → its clinic 0 km → T 0.5 km → K 6.5 km (6 min) → H 6.5 km (6 min)."""
    steps = steps_of(study, network, structure.organisation, 0)
    assert [study.facility["facility_id"].iat[s.facility_row] for s in steps] == ["V", "T", "K", "H"]
    km = [s.way.road_m / 1000 for s in steps if s.way]
    assert km == pytest.approx([0, 0.5, 6.5, 6.5], abs=0.01)
    assert [s.way.travel_time_min for s in steps if s.way][2:] == pytest.approx([6, 6], abs=0.05)
    assert structure.organisation.total_min[0] == pytest.approx(sum(s.way.travel_time_min for s in steps if s.way))


def test_the_chains_agree_where_there_is_one_place_of_each_level(study: Study, structure: Structure) -> None:
    """北村's clinic belongs to T, 12 km of road away, and T is the only hospital of its level: the chains agree."""
    own, near = structure.organisation, structure.nearest
    assert own.row[1].tolist() == near.row[1].tolist()
    assert own.step_min[1, 2] == pytest.approx(6 + 6, abs=0.1)  # 5.5 km of 县道 at 55, 6.5 km of 省道 at 65 km/h


def test_a_village_off_the_roads_has_no_chain(study: Study, network: Network, structure: Structure) -> None:
    assert (structure.organisation.row[2] < 0).all() and np.isnan(structure.organisation.total_min[2])
    assert steps_of(study, network, structure.organisation, 2) == []
    assert way_between(network, 2, 0) is None


def test_a_capability_is_found_first_in_the_chain_and_nearest_anywhere(
    study: Study, network: Network, structure: Structure
) -> None:
    found = capable_chains(study, network, structure, "surgery")
    assert found.organisation_row.tolist() == [row(study, "K"), row(study, "K"), -1]
    assert found.nearest_min[0] == pytest.approx(5.54, abs=0.1)  # 6 km
    assert found.organisation_min[0] == pytest.approx(found.nearest_min[0])
    stroke = capable_chains(study, network, structure, "stroke")
    assert stroke.nearest_row.tolist() == [row(study, "H"), row(study, "H"), -1] and np.isnan(stroke.nearest_min[2])
    nobody = capable_chains(study, network, structure, "trauma")
    assert (nobody.nearest_row == -1).all() and (nobody.organisation_row == -1).all()
    with pytest.raises(ChoiceUnknown):
        capable_chains(study, network, structure, "teleportation")


def test_links_have_the_minutes_of_the_road_between_their_ends(study: Study, network: Network) -> None:
    """12.5 km at 65 km/h, and 6.5 km at 65 with 5.5 km at 55."""
    found = link_minutes(study, network, link_kind("supplies_drugs_to"))
    assert found == pytest.approx([11.54, 12.0], abs=0.1)
    assert np.isnan(link_minutes(study, network, link_kind("pairs_with"))).all()


def test_a_hospital_that_joins_the_five_moves_the_villages_nearest_to_it(
    study: Study, network: Network, structure: Structure
) -> None:
    """T joins: 东村 is nearer to it (0.5 km) than to K; 北村 stays with K. Its parent becomes H, above K."""
    found = joined_tier(study, network, structure, "T", "key_township_hospital")
    assert found.moved_villages.tolist() == [0] and found.moved_people == 100
    assert (found.within_before, found.within_after, found.limit_min) == (300, 300, 30)
    after = found.after.facility.set_index("facility_id")
    assert (after.loc["T", "tier"], after.loc["T", "parent_id"]) == ("key_township_hospital", "H")
    assert study.facility.set_index("facility_id").loc["T", "tier"] == "township_hospital_general"
    assert "parent_tier" not in {f.code for f in found.findings if f.item_id == "T"}
    assert {f.check for f in found.findings} >= {"capability_missing"}


def test_villages_that_move_come_by_their_gain_and_those_without_a_way_before_come_first(study: Study) -> None:
    """W, 12 km of road from T, is the first of its tier: 东村 12 min away and 北村 beside it gain without end.

    With T in the tier, 北村 gains 12 min and 东村, which T stands beside, nothing.
    """
    network = network_of(study, "car", assumptions_for(study))
    for tier, moved in (("extension_point", [0, 1]), ("township_hospital_general", [1])):
        structure = structure_of(study, network, nearest_by_tier(study, network))
        assert joined_tier(study, network, structure, "W", tier).moved_villages.tolist() == moved


def test_a_newcomer_whose_catchment_overlaps_a_centres_is_told_even_where_that_overlapped_another_before(
    study: Study,
) -> None:
    """K and T are both within 30 min of both villages; so is W when it joins them."""
    tiers = study.facility["tier"].where(study.facility["facility_id"] != "T", "key_township_hospital")
    both = with_tables(study, {"facility": study.facility.assign(tier=tiers)})
    network = network_of(both, "car", assumptions_for(both))
    structure = structure_of(both, network, nearest_by_tier(both, network))
    fresh = joined_tier(both, network, structure, "W", "key_township_hospital").findings
    pairs = {f.facility_ids for f in fresh if f.check == "catchments_overlap"}
    assert pairs == {("K", "W"), ("T", "W")}


def test_adding_to_a_tier_never_leaves_anybody_further_from_it(
    study: Study, network: Network, structure: Structure
) -> None:
    for key in ("T", "V", "W"):
        found = joined_tier(study, network, structure, key, "key_township_hospital")
        known = ~np.isnan(found.nearest_before)
        assert (found.nearest_after[known] <= found.nearest_before[known]).all()
        assert found.within_after >= found.within_before


def test_all_chains_of_1500_villages_take_less_than_two_seconds_once_the_minutes_exist() -> None:
    """The best of three, since machines are noisy. One village lives on a road that leads nowhere else."""
    study = large_county(1500)
    network = network_of(study, "car", assumptions_for(study))
    times = nearest_by_tier(study, network)
    tree = tree_of(study.facility, study.scheme)
    minutes = minutes_to_hubs(study, network, tree)
    spans = []
    for _ in range(3):
        began = time.perf_counter()
        own = organisation_chains(tree, study.scheme, own_entries(study, network, tree, times), minutes)
        near = nearest_chains(tree, study.scheme, nearest_entries(study, tree, times), minutes)
        spans.append(time.perf_counter() - began)
    for chains in (own, near):
        assert len(chains.row) == 1500 and (np.isfinite(chains.total_min) & (chains.row[:, 0] >= 0)).sum() == 1499
    assert min(spans) < 2, spans


def test_an_upper_facility_off_the_roads_leaves_the_others_their_minutes(study: Study) -> None:
    moved = study.facility.assign(lat=study.facility["lat"].where(study.facility["facility_id"] != "K", 27.0))
    away = with_tables(study, {"facility": moved})
    network = network_of(away, "car", assumptions_for(away))
    found = structure_of(away, network, nearest_by_tier(away, network))
    assert np.isnan(found.organisation.total_min[0])  # a step that no road makes
    assert (found.nearest.row[0] >= 0).sum() == 3 and np.isfinite(found.nearest.total_min[0])


def test_a_county_of_hospitals_alone_has_a_structure(study: Study) -> None:
    alone = with_tables(
        study, {"facility": study.facility[study.facility["facility_id"] == "H"].reset_index(drop=True)}
    )
    network = network_of(alone, "car", assumptions_for(alone))
    found = structure_of(alone, network, nearest_by_tier(alone, network))
    assert (found.nearest.row[:, 0] >= 0).tolist() == [True, True, False]


# ---- the scheme with the study ---------------------------------------------------------------------------------


def renamed(study: Study) -> dict[str, object]:
    raw = scheme_raw(study.scheme)
    raw["tier"][1]["name"] = {"zh": "片区中心", "en": "Area centre"}
    return raw


def test_a_scheme_of_its_own_is_stored_loaded_and_kept_by_later_lists(study: Study, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.save(study, "f", replace=False)
    base = store.newest(study.name)
    assert base is not None
    version = commit_scheme(
        store, study, base.version_id, renamed(study), author="王", note="改名", operation_id="op-1"
    )
    again = commit_scheme(store, study, base.version_id, renamed(study), author="王", note="", operation_id="op-1")
    assert again == version and store.newest(study.name).kind == "scheme"  # type: ignore[union-attr]
    loaded = store.load(study.name)
    assert loaded.scheme.tiers[1].name["zh"] == "片区中心" and loaded.content_id != study.content_id
    beds = with_tables(study, {"facility": study.facility.assign(beds=5.0)})  # by somebody who began before
    upload = desk.Upload("李", "", "", "", "op-2")
    desk.commit(store, study, base.version_id, beds, "facilities", upload)
    both = store.load(study.name)
    assert both.scheme.tiers[1].name["zh"] == "片区中心" and both.facility["beds"].eq(5.0).all()


def test_two_people_changing_the_scheme_are_told_and_nothing_is_lost(study: Study, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.save(study, "f", replace=False)
    base = store.newest(study.name)
    assert base is not None
    commit_scheme(store, study, base.version_id, renamed(study), author="王", note="", operation_id="op-1")
    other = scheme_raw(study.scheme) | {"organisation": "group"}
    with pytest.raises(StaleVersion):
        commit_scheme(store, study, base.version_id, other, author="李", note="", operation_id="op-2")
    assert store.load(study.name).scheme.tiers[1].name["zh"] == "片区中心"


def test_a_level_that_facilities_stand_on_cannot_be_taken_away(study: Study) -> None:
    raw = scheme_raw(study.scheme)
    raw["tier"] = [t | {"parents": [p for p in t["parents"] if p != "village_clinic"]} for t in raw["tier"][:-1]]
    with pytest.raises(SchemeInvalid) as caught:
        checked_scheme(study, raw)
    assert "village_clinic" in str(caught.value) and "2 facilities" in str(caught.value)


# ---- the terminal ----------------------------------------------------------------------------------------------


def test_the_terminal_prints_counts_findings_and_the_minutes_of_each_step(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YIDA_HOME", str(tmp_path))
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    open_store().save(study, "f", replace=False)
    assert main(["tiers", study.name, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["formula"] == "2 + 5 + N: 1 of 2, 1 of 5, N = 1 + 0 + 2"
    assert (told["study"], told["illustrative"], told["modelled"]) == (study.name, study.illustrative, True)
    assert told["findings"]["parent_none"] == 0 and len(told["findings"]) == 13
    assert told["findings"]["count_off"] == 2 and told["findings"]["village_unstated"] is None
    assert told["not_checked"] == dict.fromkeys(
        ("village_uncovered", "village_otherwise", "village_unstated"),
        "the list of villages says of none how it is served",
    )
    steps = {s["tier"]: s for s in told["chains"]["organisation"]["steps"]}
    assert steps["county_hospital"]["median_min"] == pytest.approx(6, abs=0.05)
    assert steps["county_hospital"]["villages"] == 2 and told["chains"]["organisation"]["villages"] == 3
    assert told["communities"][0]["paired_with"] == ["市医院"] and told["communities"][0]["lead"] == "县人民医院"
    assert main(["tiers", study.name, "--list"]) == 0
    lines = capsys.readouterr().out
    assert "County public hospital\t1" in lines and "2 of 3" in lines and "Modelled on roads" in lines
    assert "Uncovered villages: not checked, the list of villages says of none how it is served" in lines


def test_the_terminal_says_of_a_sample_that_it_is_illustrative(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YIDA_HOME", str(tmp_path))
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    for made_up in (True, False):
        told = with_tables(replace(study, header={**study.header, "illustrative": made_up}), {})
        open_store().save(told, "f", replace=True)
        assert main(["tiers", study.name]) == 0
        title, scheme, *badge = capsys.readouterr().out.splitlines()[0].split("\t")
        assert (title, scheme) == (study.title("en"), study.scheme.name["en"])
        assert badge == ["illustrative sample, not for decisions"] * made_up
        assert main(["tiers", study.name, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["illustrative"] is made_up


def test_the_terminal_knows_no_study_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YIDA_HOME", str(tmp_path))
    assert main(["tiers", "nowhere"]) == 3
    assert "nowhere" in capsys.readouterr().err
