"""What the structure page asks the library for, remembered by content. Beside compute: only st.cache_* and no sums."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from geo.analysis.communities import Community
from geo.analysis.networks import names_by_id, summary
from geo.analysis.tiers import TierCount, count_tiers, parent_counts
from geo.model.assumptions import Assumptions
from geo.model.inputs import Study
from geo.model.links import link_kind
from geo.model.roads import Mode
from geo.network.route import Route
from geo.output.link_layers import links_layer
from geo.study.structure import (
    CapableChains,
    Joined,
    PairedStep,
    Step,
    Structure,
    capable_chains,
    joined_tier,
    link_minutes,
    paired_steps,
    steps_of,
    structure_of,
    way_between,
    way_on,
)
from pages.ui import compute
from pages.ui.serve import SHELF, Layer


@st.cache_resource(show_spinner=False, max_entries=24)
def _structure(content_id: str, mode: Mode, assumed: str, _of: Study, _assumptions: Assumptions) -> Structure:
    return structure_of(_of, compute.network(_of, mode, _assumptions), compute.times(_of, mode, _assumptions))


def structure(of: Study, mode: Mode, assumptions: Assumptions) -> Structure:
    """Tree, chains, findings and communities of a study in a mode under given assumptions."""
    return _structure(of.content_id, mode, assumptions.content_id(), of, assumptions)


def counts(of: Study) -> tuple[TierCount, ...]:
    """Open facilities of each level against the scheme."""
    return count_tiers(of.facility, of.scheme)


@st.cache_resource(show_spinner=False, max_entries=8)
def _parent_counts(content_id: str, _of: Study) -> pd.DataFrame:
    return parent_counts(_of.facility, _of.scheme)


def parents(of: Study) -> pd.DataFrame:
    """How many facilities of each tier stand under which tier, by community."""
    return _parent_counts(of.content_id, of)


def community_names(communities: list[Community]) -> dict[str, str]:
    """Community id → the name of its lead hospital, or the id."""
    return {c.community_id: c.lead_name or c.community_id for c in communities}


@st.cache_resource(show_spinner=False, max_entries=8)
def _links_layer(content_id: str, mode: Mode, assumed: str, _of: Study, _structure: Structure) -> Layer:
    names = community_names(_structure.communities)
    body = links_layer(
        _of.facility, _of.demand, _of.unit, _of.link, _structure.tree, _structure.entry.row, names
    )  # fmt: skip
    return Layer(body)


def links_url(of: Study, mode: Mode, assumptions: Assumptions) -> str:
    """Where the map fetches parents, communities and networks."""
    found = structure(of, mode, assumptions)
    return SHELF.put(_links_layer(of.content_id, mode, assumptions.content_id(), of, found))


@st.cache_resource(show_spinner=False, max_entries=8)
def _network_summary(content_id: str, _of: Study) -> pd.DataFrame:
    return summary(_of.link, _of.facility, _of.demand, _of.scheme)


def network_summary(of: Study) -> pd.DataFrame:
    """One row a network and base: links, serving ends, connected and all places."""
    return _network_summary(of.content_id, of)


@st.cache_resource(show_spinner=False, max_entries=8)
def _place_names(content_id: str, _of: Study) -> dict[str, str]:
    return names_by_id(_of.facility, _of.demand, _of.unit)


def place_names(of: Study) -> Mapping[str, str]:
    """The name of everything a link may begin or end at."""
    return _place_names(of.content_id, of)


@st.cache_resource(show_spinner=False, max_entries=32)
def _link_minutes(
    content_id: str, mode: Mode, assumed: str, kind: str, _of: Study, _assumptions: Assumptions
) -> np.ndarray:
    return link_minutes(_of, compute.network(_of, mode, _assumptions), link_kind(kind))


def minutes_of_links(of: Study, mode: Mode, assumptions: Assumptions, kind: str) -> np.ndarray:
    """Minutes between the ends of each link of a kind, in the order of the study's links of that kind."""
    return _link_minutes(of.content_id, mode, assumptions.content_id(), kind, of, assumptions)


@st.cache_resource(show_spinner=False, max_entries=32)
def _capable(
    content_id: str, mode: Mode, assumed: str, capability: str, _of: Study, _assumptions: Assumptions
) -> CapableChains:
    network = compute.network(_of, mode, _assumptions)
    return capable_chains(_of, network, structure(_of, mode, _assumptions), capability)


def capable(of: Study, mode: Mode, assumptions: Assumptions, capability: str) -> CapableChains:
    """Where every village finds a capability: in its organisation's chain, and nearest."""
    return _capable(of.content_id, mode, assumptions.content_id(), capability, of, assumptions)


@st.cache_resource(show_spinner=False, max_entries=16)
def _joined(
    content_id: str, mode: Mode, assumed: str, facility_id: str, tier_id: str, _of: Study, _assumptions: Assumptions
) -> Joined:
    network = compute.network(_of, mode, _assumptions)
    return joined_tier(_of, network, structure(_of, mode, _assumptions), facility_id, tier_id)


def joined(of: Study, mode: Mode, assumptions: Assumptions, facility_id: str, tier_id: str) -> Joined:
    """What would move if a facility joined a tier."""
    return _joined(of.content_id, mode, assumptions.content_id(), facility_id, tier_id, of, assumptions)


@st.cache_resource(show_spinner=False, max_entries=64)
def _steps(
    content_id: str, mode: Mode, assumed: str, village: int, which: str, _of: Study, _assumptions: Assumptions
) -> list[Step]:
    found = structure(_of, mode, _assumptions)
    chains = found.organisation if which == "organisation" else found.nearest
    return steps_of(_of, compute.network(_of, mode, _assumptions), chains, village)


def steps(of: Study, mode: Mode, assumptions: Assumptions, village: int, which: str) -> list[Step]:
    """The steps of one village's chain, "organisation" or "nearest", with their ways."""
    return _steps(of.content_id, mode, assumptions.content_id(), village, which, of, assumptions)


@st.cache_resource(show_spinner=False, max_entries=64)
def _paired(
    content_id: str, mode: Mode, assumed: str, village: int, which: str, _of: Study, _assumptions: Assumptions
) -> list[PairedStep]:
    found = structure(_of, mode, _assumptions)
    network = compute.network(_of, mode, _assumptions)
    return paired_steps(_of, network, found, steps(_of, mode, _assumptions, village, which))


def paired(of: Study, mode: Mode, assumptions: Assumptions, village: int, which: str) -> list[PairedStep]:
    """From the end of one village's chain on to the hospitals paired with its community."""
    return _paired(of.content_id, mode, assumptions.content_id(), village, which, of, assumptions)


@st.cache_resource(show_spinner=False, max_entries=64)
def _way_on(
    content_id: str, mode: Mode, assumed: str, facility_id: str, other_id: str, _of: Study, _assumptions: Assumptions
) -> Route | None:
    at = dict(zip(_of.facility["facility_id"], range(len(_of.facility)), strict=True))
    return way_on(compute.network(_of, mode, _assumptions), at.get(facility_id, -1), at.get(other_id, -1))


def way_to(of: Study, mode: Mode, assumptions: Assumptions, facility_id: str, other_id: str) -> Route | None:
    """The way from one facility on to another; None where no road leads there or one is not in the list."""
    return _way_on(of.content_id, mode, assumptions.content_id(), facility_id, other_id, of, assumptions)


def way(of: Study, mode: Mode, assumptions: Assumptions, village: int, facility_row: int) -> Step | None:
    """The way from a village straight to a facility; None for no facility."""
    if facility_row < 0:
        return None
    found = way_between(compute.network(of, mode, assumptions), village, facility_row)
    return Step(str(of.facility["tier"].iat[facility_row]), facility_row, found)
