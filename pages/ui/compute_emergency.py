"""What the emergency page asks the library for, remembered by content: the searches. The figures are made anew."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from geo.analysis.coverage import Coverage, coverage, coverage_by_unit
from geo.analysis.emergency import fleet
from geo.analysis.mexclp import expected_coverage
from geo.analysis.radius import compare, nearest_m
from geo.model.assumptions import Assumptions
from geo.model.bases import Base, load_fleet_rules
from geo.model.clock import RADII_KM, Clock
from geo.model.inputs import Study
from geo.model.problems import Problem
from geo.study import Network, emergency
from geo.study.conditions import BAND_SHARE
from geo.study.emergency import Emergency, Rescue
from pages.ui import compute

if TYPE_CHECKING:
    from geo.model.roads import Floats


@st.cache_resource(show_spinner=False, max_entries=12)
def _inward(content_id: str, assumed: str, _of: Study, _assumptions: Assumptions) -> Network:
    return emergency.inward(_of, _assumptions)


def inward(of: Study, assumptions: Assumptions) -> Network:
    """The roads as an ambulance drives them to hospital."""
    return _inward(of.content_id, assumptions.content_id(), of, assumptions)


@st.cache_resource(show_spinner=False, max_entries=1024)
def _column(
    content_id: str, assumed: str, lon: float, lat: float, _of: Study, _assumptions: Assumptions, _base: Base
) -> "Floats":
    return emergency.drive_column(compute.network(_of, "ambulance", _assumptions), _base)


def drive_matrix(of: Study, assumptions: Assumptions, bases: Sequence[Base]) -> "Floats":
    """Minutes from every base to every village: a base added runs its own search and no other."""
    key = (of.content_id, assumptions.content_id())
    columns = [_column(*key, base.lon, base.lat, of, assumptions, base) for base in bases]
    return np.column_stack(columns) if columns else np.zeros((len(of.demand), 0))


@st.cache_resource(show_spinner=False, max_entries=96)
def _hospital(
    content_id: str, assumed: str, capability: str, _of: Study, _assumptions: Assumptions
) -> tuple[pd.DataFrame, list[Problem]]:
    network = inward(_of, _assumptions)
    found = emergency.nearest_hospital(_of, network, capability)
    return found, emergency.hospital_problems(_of, network, capability)


def hospital_problems(of: Study, assumptions: Assumptions, capability: str) -> list[Problem]:
    """What limits the second leg."""
    return _hospital(of.content_id, assumptions.content_id(), capability, of, assumptions)[1]


def answer(of: Study, assumptions: Assumptions, bases: Sequence[Base], clock: Clock, capability: str) -> Emergency:
    """Every figure of both legs for one clock."""
    hospital, _ = _hospital(of.content_id, assumptions.content_id(), capability, of, assumptions)
    drive = drive_matrix(of, assumptions, bases)
    return emergency.answer(of, bases, drive, hospital, clock, night=assumptions.condition == "night")


def band(of: Study, assumptions: Assumptions, found: Emergency) -> tuple[Coverage, Coverage]:
    """People reached when every speed on the road is lower, and higher, by conditions.BAND_SHARE."""
    if not found.bases:
        return found.reached, found.reached
    sides = []
    for share in (1 - BAND_SHARE, 1 + BAND_SHARE):
        scaled = replace(assumptions, speed_scale=assumptions.speed_scale * share)
        drive = pd.DataFrame(drive_matrix(of, scaled, found.bases)).min(axis=1)
        sides.append(coverage(drive, of.demand["population"], found.clock.drive_limit_min))
    return sides[0], sides[1]


def rescue(of: Study, assumptions: Assumptions, found: Emergency, demand_id: str) -> Rescue:
    """Both ways for one village."""
    row = found.response.loc[found.response["demand_id"] == demand_id].iloc[0]
    base = next((base for base in found.bases if base.base_id == row["base_id"]), None)
    out, back = compute.network(of, "ambulance", assumptions), inward(of, assumptions)
    return emergency.rescue(of, out, back, base, row["hospital_id"], demand_id)


def straight_m(of: Study, found: Emergency) -> "Floats":
    """Metres in a straight line from every village to the nearest base in service."""
    lon, lat = (np.array([getattr(base, axis) for base in found.bases], dtype=float) for axis in ("lon", "lat"))
    return nearest_m(lon, lat, *(of.demand[axis].to_numpy(dtype=float) for axis in ("lon", "lat")))


def radius_table(of: Study, found: Emergency) -> pd.DataFrame:
    """People by radius and by clock."""
    people = of.demand["population"].to_numpy(dtype=float)
    return compare(straight_m(of, found), np.asarray(found.in_time.any(axis=1)), people, RADII_KM)


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
