"""Chains of care over ten facilities, step by step worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.analysis.chain import Chains, Entry, first_capable, nearest_chains, organisation_chains, step_figures
from geo.analysis.structure_checks import Minutes
from geo.analysis.tiers import tree_of
from geo.model.schemes import load_scheme
from tests.geo.analysis.test_structure_checks import facilities

XISHUI = load_scheme("xishui")
TABLE = facilities()
IDS = TABLE["facility_id"].tolist()
TREE = tree_of(TABLE, XISHUI)
HUBS = ["H1", "H2", "K1", "K2", "T1", "T2", "E1"]
H, K, T, E, V = range(5)  # positions of the tiers


def minutes(**rows: dict[str, float]) -> Minutes:
    found = np.full((len(IDS), len(HUBS)), np.nan)
    for own, cells in rows.items():
        for hub, value in cells.items():
            found[IDS.index(own), HUBS.index(hub)] = value
    return Minutes(np.array([IDS.index(h) for h in HUBS]), np.empty((0, len(HUBS))), found)


KNOWN = minutes(
    V1={"E1": 4, "T1": 10, "T2": 7},
    V2={"E1": 20, "T1": 6, "T2": 9},
    E1={"T1": 5, "T2": 3},
    T1={"K1": 12, "K2": 8},
    T2={"K1": 30, "K2": 9},
    K1={"H1": 25, "H2": 21},
    K2={"H1": 40, "H2": 50},
)


def entry(*rows: str, at: float = 2.0) -> Entry:
    found = np.array([IDS.index(r) if r else -1 for r in rows], dtype=np.int64)
    return Entry(found, np.where(found >= 0, at, np.nan))


def steps(chains: Chains, village: int) -> list[tuple[str, float]]:
    """The facilities of a chain from the village upwards, with the minutes of each step."""
    order = range(chains.row.shape[1] - 1, -1, -1)
    return [
        (IDS[chains.row[village, k]], float(chains.step_min[village, k])) for k in order if chains.row[village, k] >= 0
    ]


def test_the_organisations_chain_climbs_from_parent_to_parent() -> None:
    chains = organisation_chains(TREE, XISHUI, entry("V1", "V2"), KNOWN)
    assert steps(chains, 0) == [("V1", 2), ("E1", 4), ("T1", 5), ("K1", 12), ("H1", 25)]
    assert steps(chains, 1) == [("V2", 2), ("T1", 6), ("K1", 12), ("H1", 25)]
    assert chains.total_min.tolist() == [48, 45]


def test_the_nearest_chain_takes_the_nearest_of_each_next_level() -> None:
    """From V1 the point E1 is nearer (4) than any hospital (7), so it is a step; from V2 it is not (20 against 6)."""
    chains = nearest_chains(TREE, XISHUI, entry("V1", "V2"), KNOWN)
    assert steps(chains, 0) == [("V1", 2), ("E1", 4), ("T2", 3), ("K2", 9), ("H1", 40)]
    assert steps(chains, 1) == [("V2", 2), ("T1", 6), ("K2", 8), ("H1", 40)]


def test_a_village_without_an_entry_has_no_chain_and_no_total() -> None:
    for chains in (
        organisation_chains(TREE, XISHUI, entry("", "V2"), KNOWN),
        nearest_chains(TREE, XISHUI, entry("", "V2"), KNOWN),
    ):
        assert steps(chains, 0) == [] and np.isnan(chains.total_min[0]) and chains.total_min[1] > 0


def test_a_step_that_no_road_makes_leaves_the_total_unknown_and_never_zero() -> None:
    cut = minutes(V2={"T1": 6}, T1={"K2": 8})
    chains = organisation_chains(TREE, XISHUI, entry("V2"), cut)
    assert [name for name, _ in steps(chains, 0)] == ["V2", "T1", "K1", "H1"]
    assert np.isnan(chains.step_min[0, K]) and np.isnan(chains.total_min[0])


def test_a_closed_parent_ends_the_organisations_chain_and_is_no_step_of_the_nearest() -> None:
    closed = replace(TREE, open=np.array([i != "T1" for i in IDS]))
    assert [n for n, _ in steps(organisation_chains(closed, XISHUI, entry("V2"), KNOWN), 0)] == ["V2"]
    assert [n for n, _ in steps(nearest_chains(closed, XISHUI, entry("V2"), KNOWN), 0)] == ["V2", "T2", "K2", "H1"]


def test_a_circle_of_parents_ends_where_a_level_repeats() -> None:
    ring = tree_of(facilities(K1={"parent_id": "T1"}), XISHUI)
    chains = organisation_chains(ring, XISHUI, entry("V2"), KNOWN)
    assert [n for n, _ in steps(chains, 0)] == ["V2", "T1", "K1"]


def test_an_entry_above_the_lowest_level_begins_there() -> None:
    chains = nearest_chains(TREE, XISHUI, entry("E1"), KNOWN)
    assert steps(chains, 0) == [("E1", 2), ("T2", 3), ("K2", 9), ("H1", 40)]


def test_the_figures_of_a_step_count_the_villages_that_have_it() -> None:
    chains = organisation_chains(TREE, XISHUI, entry("V1", "V2", ""), KNOWN)
    table = step_figures(chains, XISHUI).set_index("tier")
    assert table.loc["township_hospital_general"].tolist() == [2, 5.5, pytest.approx(5.95), 6]
    assert table.loc["extension_point", "villages"] == 1 and table.index[0] == "village_clinic"


def test_a_capability_is_looked_for_up_the_organisations_chain() -> None:
    capable = np.isin(IDS, ["K1", "T2", "V3"])
    found = first_capable(TREE, entry("V1", "V2", "V3", ""), capable)
    assert [IDS[i] if i >= 0 else "" for i in found] == ["K1", "K1", "V3", ""]
    assert first_capable(TREE, entry("V1"), np.zeros(len(IDS), dtype=bool)).tolist() == [-1]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.1, 90), min_size=70, max_size=70), st.integers(0, 9))
def test_no_step_of_the_nearest_chain_is_longer_than_any_other_hub_of_its_level(
    values: list[float], start: int
) -> None:
    known = Minutes(KNOWN.hub, KNOWN.village, np.array(values).reshape(10, 7))
    chains = nearest_chains(TREE, XISHUI, Entry(np.array([start]), np.array([1.0])), known)
    here = start
    for k in range(int(TREE.tier[start]) - 1, -1, -1):
        row = int(chains.row[0, k])
        if row < 0:
            assert XISHUI.tiers[k].optional
            continue
        of_level = [c for c, hub in enumerate(known.hub) if TREE.tier[hub] == k]
        assert chains.step_min[0, k] == known.facility[here, of_level].min()
        here = row
