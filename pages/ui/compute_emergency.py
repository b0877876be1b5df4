"""What the emergency page asks the library for, remembered by content: the searches. The figures are made anew."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from geo.analysis.coverage import coverage_by_unit
from geo.analysis.emergency import fleet
from geo.analysis.mexclp import expected_coverage
from geo.analysis.radius import compare, nearest_m
from geo.model.assumptions import Assumptions
from geo.model.bases import Base, load_fleet_rules
from geo.model.clock import RADII_KM, Clock
from geo.model.inputs import Study
from geo.model.problems import Problem
from geo.network.breaks import NO_BREAKS, Breaks
from geo.network.graph import Trip
from geo.study import Network, emergency
from geo.study.closing import Care
from geo.study.conditions import BAND_SHARE, Band, with_breaks
from geo.study.emergency import Emergency, Rescue
from pages.ui import compute

if TYPE_CHECKING:
    from geo.model.roads import Floats

Places = tuple[tuple[int, float], ...]  # closed roads: the segment's number, and where along it
CareKey = tuple[str, str, tuple[tuple[str, float, float], ...]]


@st.cache_resource(show_spinner=False, max_entries=12)
def _inward(content_id: str, assumed: str, _of: Study, _assumptions: Assumptions) -> Network:
    return emergency.inward(_of, _assumptions)


@st.cache_resource(show_spinner=False, max_entries=16)
def _broken(content_id: str, assumed: str, trip: Trip, closed: Places, _open: Network, _breaks: Breaks) -> Network:
    return with_breaks(_open, _breaks)


def outward(of: Study, assumptions: Assumptions, breaks: Breaks) -> Network:
    """The roads as an ambulance drives them to the scene, some of them closed."""
    network = compute.network(of, "ambulance", assumptions)
    return _broken(of.content_id, assumptions.content_id(), "outward", breaks.places, network, breaks)


def inward(of: Study, assumptions: Assumptions, breaks: Breaks) -> Network:
    """The roads as an ambulance drives them to hospital, some of them closed."""
    network = _inward(of.content_id, assumptions.content_id(), of, assumptions)
    return _broken(of.content_id, assumptions.content_id(), "inward", breaks.places, network, breaks)


@st.cache_resource(show_spinner=False, max_entries=1024)
def _column(
    content_id: str, assumed: str, closed: Places, lon: float, lat: float,
    _of: Study, _assumptions: Assumptions, _breaks: Breaks, _base: Base,
) -> "Floats":  # fmt: skip
    return emergency.drive_column(outward(_of, _assumptions, _breaks), _base)


def drive_matrix(of: Study, assumptions: Assumptions, bases: Sequence[Base], breaks: Breaks) -> "Floats":
    """Minutes from every base to every village: a base added runs its own search and no other."""
    key = (of.content_id, assumptions.content_id(), breaks.places)
    columns = [_column(*key, base.lon, base.lat, of, assumptions, breaks, base) for base in bases]
    return np.column_stack(columns) if columns else np.zeros((len(of.demand), 0))


@st.cache_resource(show_spinner=False, max_entries=96)
def _hospital(
    content_id: str, assumed: str, closed: Places, capability: str,
    _of: Study, _assumptions: Assumptions, _breaks: Breaks,
) -> tuple[pd.DataFrame, list[Problem]]:  # fmt: skip
    network = inward(_of, _assumptions, _breaks)
    found = emergency.nearest_hospital(_of, network, capability)
    return found, emergency.hospital_problems(_of, network, capability)


@st.cache_resource(show_spinner=False, max_entries=6)
def _care(
    content_id: str, assumed: str, places: tuple[tuple[str, float, float], ...],
    _of: Study, _assumptions: Assumptions, _bases: Sequence[Base],
) -> Care:  # fmt: skip
    return emergency.care_of_bases(_of, compute.network(_of, "ambulance", _assumptions), _bases)


def care_key(of: Study, assumptions: Assumptions, found: Emergency) -> CareKey:
    """What `care` depends on."""
    places = tuple((base.base_id, base.lon, base.lat) for base in found.bases)
    return of.content_id, assumptions.content_id(), places


def care(of: Study, assumptions: Assumptions, found: Emergency) -> Care:
    """The nearest base in service with all roads open. Raises NothingSelected."""
    return _care(*care_key(of, assumptions, found), of, assumptions, found.bases)


def hospital_problems(of: Study, assumptions: Assumptions, capability: str) -> list[Problem]:
    """What limits the second leg."""
    key = (of.content_id, assumptions.content_id(), NO_BREAKS.places, capability)
    return _hospital(*key, of, assumptions, NO_BREAKS)[1]


def answer(
    of: Study,
    assumptions: Assumptions,
    bases: Sequence[Base],
    clock: Clock,
    capability: str,
    breaks: Breaks = NO_BREAKS,
) -> Emergency:
    """Every figure of both legs for one clock, with some roads closed."""
    key = (of.content_id, assumptions.content_id(), breaks.places, capability)
    hospital, _ = _hospital(*key, of, assumptions, breaks)
    drive = drive_matrix(of, assumptions, bases, breaks)
    return emergency.answer(of, bases, drive, hospital, clock, night=assumptions.condition == "night")


def band(of: Study, assumptions: Assumptions, found: Emergency, breaks: Breaks) -> Band:
    """People reached when every speed on the road is lower, and higher, by conditions.BAND_SHARE."""
    scales = [assumptions.speed_scale * share for share in (1 - BAND_SHARE, 1 + BAND_SHARE)]
    slow, fast = (drive_matrix(of, replace(assumptions, speed_scale=s), found.bases, breaks) for s in scales)
    return emergency.speed_band(of, found, (slow, fast))


def rescue(of: Study, assumptions: Assumptions, found: Emergency, breaks: Breaks, demand_id: str) -> Rescue:
    """Both ways for one village."""
    row = found.response.loc[found.response["demand_id"] == demand_id].iloc[0]
    base = next((base for base in found.bases if base.base_id == row["base_id"]), None)
    out, back = outward(of, assumptions, breaks), inward(of, assumptions, breaks)
    return emergency.rescue(of, out, back, base, row["hospital_id"], demand_id)


def radius_table(of: Study, found: Emergency) -> pd.DataFrame:
    """People by radius and by clock."""
    people = of.demand["population"].to_numpy(dtype=float)
    return compare(nearest_m(found.bases, of.demand), np.asarray(found.in_time.any(axis=1)), people, RADII_KM)


def expected(of: Study, found: Emergency, busy: float) -> float:
    """People expected to find a free ambulance in time."""
    return expected_coverage(found.in_time, found.ambulances, of.demand["population"].to_numpy(dtype=float), busy)


def fleet_table(of: Study, found: Emergency) -> pd.DataFrame:
    """Ambulances in service against each rule."""
    return fleet(float(of.demand["population"].sum()), int(found.ambulances.sum()), load_fleet_rules())


def township_table(of: Study, found: Emergency) -> pd.DataFrame:
    """People reached in time by township, with its name, worst share first."""
    villages = of.demand.assign(name=compute.village_names(of))
    table = coverage_by_unit(villages, found.response["arrival_min"], found.clock.threshold_min)
    table.insert(1, "name", table["unit_code"].map(unit_names(of)).fillna("—"))
    return table.sort_values(["share_pct", "unit_code"], ignore_index=True)


def unit_names(of: Study) -> dict[str, str]:
    """Code → name of every township."""
    return dict(zip(of.unit["unit_code"], of.unit["name"], strict=True))
