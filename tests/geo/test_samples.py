"""The counties that ship with the program, through the whole house: figures that are promised, and a peer."""

import time
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from geo.analysis.coverage import coverage
from geo.intake.manifest import SAMPLE_FOLDER, read_manifest, sample_names
from geo.model.assumptions import Assumptions
from geo.model.inputs import Study
from geo.model.roads import Roads
from geo.model.schemes import load_scheme
from geo.network.graph import build_graph, travel_minutes
from geo.network.snapping import Snapped
from geo.network.travel_time import search
from geo.store import open_store
from geo.study import (
    assumptions_for,
    build_study,
    nearest_by_tier,
    nearest_counted,
    network_of,
    open_study,
    study_names,
)
from tests.bench.network import reach_against_table


@pytest.fixture(scope="module")
def xishui() -> Study:
    return build_study(read_manifest(SAMPLE_FOLDER / "xishui"))


@pytest.fixture(scope="module")
def nordurland() -> Study:
    return build_study(read_manifest(SAMPLE_FOLDER / "nordurland"))


def test_xishui_has_its_census_population_and_its_five_tiers(xishui):
    assert xishui.demand["population"].sum() == xishui.report.population == 584_947
    count = xishui.facility["tier"].value_counts()
    order = ["county_hospital", "key_township_hospital", "township_hospital_general", "extension_point"]
    assert count[[*order, "village_clinic"]].tolist() == [2, 5, 21, 6, 233]
    assert xishui.illustrative and xishui.terrain == "mountain"


def test_every_village_of_xishui_is_reached_and_has_a_township(xishui):
    report = xishui.report
    assert (report.demand_off, report.facilities_off, report.rows_refused, report.outside) == (0, 0, 0, 0)
    network = network_of(xishui, "ambulance", replace(assumptions_for(xishui), horizon_min=1000))
    times = nearest_by_tier(xishui, network)
    for tier in load_scheme("xishui").tiers:
        assert nearest_counted(xishui, times, (tier.tier_id,))["travel_time_min"].notna().all()
    hospitals = load_scheme("xishui").select(["county_hospital", "township_hospital"])
    minutes = nearest_counted(xishui, times, hospitals)["travel_time_min"]
    assert coverage(minutes, xishui.demand["population"], 120).covered == 584_947
    assert set(xishui.demand["unit_code"]) <= set(xishui.unit["unit_code"])


def test_a_sample_is_built_when_first_opened_and_then_only_loaded(tmp_path):
    store = open_store(tmp_path)
    steps: list[str] = []
    first = open_study(store, "xishui", steps.append)
    assert steps
    again = open_study(store, "xishui", lambda step: pytest.fail(f"built again: {step}"))
    assert again.content_id == first.content_id and len(store.entries()) == 1


def test_a_sample_whose_files_have_changed_is_built_anew(tmp_path):
    store = open_store(tmp_path)
    study = open_study(store, "xishui")
    store.save(study, "of older files", replace=True)
    steps: list[str] = []
    open_study(store, "xishui", steps.append)
    assert steps


def test_samples_are_listed_first_and_the_default_before_all(tmp_path, toy):
    store = open_store(tmp_path)
    store.save(toy, "f", replace=False)
    names = study_names(store)
    assert list(names) == [*sample_names(), "toy"] and next(iter(names)) == "xishui"
    assert all({"zh", "en"} <= set(titles) for titles in names.values())


def test_north_iceland_is_real(nordurland):
    assert "Fjórðungssjúkrahúsið á Akureyri" in set(nordurland.facility["name"])
    assert not nordurland.illustrative
    known = set(nordurland.unit["unit_code"])
    assert set(nordurland.demand["unit_code"]) <= known and "" not in known
    assert nordurland.report.demand == len(nordurland.demand) > 200


def peer_of(roads: Roads) -> nx.DiGraph:
    """The same roads for networkx, straight from what each edge costs."""
    forward, backward = travel_minutes(roads, "ambulance", Assumptions())
    peer = nx.DiGraph()
    arcs = np.r_[np.c_[roads.start, roads.end, forward], np.c_[roads.end, roads.start, backward]]
    arcs = arcs[np.isfinite(arcs[:, 2])]
    arcs = arcs[np.argsort(-arcs[:, 2], kind="stable")]  # of parallel roads the fastest is written last
    peer.add_weighted_edges_from((int(a), int(b), w) for a, b, w in arcs.tolist())
    return peer


def test_reach_polygons_of_north_iceland_agree_with_the_table_and_cost_little(nordurland):
    outside, inside, milliseconds = reach_against_table(nordurland.roads)
    assert 0 < outside <= 0.05 and 0 < inside <= 0.05 and milliseconds < 100


def test_north_iceland_is_built_from_its_extract_in_time():
    begin = time.monotonic()
    build_study(read_manifest(SAMPLE_FOLDER / "nordurland"))
    assert time.monotonic() - begin < 30


def test_minutes_on_north_iceland_equal_networkx_from_thirty_sources(nordurland):
    roads, far = nordurland.roads, Assumptions(horizon_min=10_000)
    graph = build_graph(roads, "ambulance", far)
    peer = peer_of(roads)
    usable = np.flatnonzero(np.isfinite(graph.along_min) & np.isfinite(graph.against_min))
    compared = 0
    for edge in np.random.default_rng(20).choice(usable, 30, replace=False):
        # At fraction 0 the facility stands on the edge's start node.
        ours = search(graph, Snapped(np.array([edge]), *(np.zeros(1) for _ in range(4))), far).minutes
        expected = nx.single_source_dijkstra_path_length(peer, int(roads.start[edge]))
        nodes = np.fromiter(expected, dtype=np.int64)
        assert np.allclose(ours[nodes], list(expected.values()), rtol=0, atol=1e-6)
        assert np.isfinite(ours[: roads.node_count]).sum() == len(nodes)
        compared += len(nodes)
    assert compared > 100_000
