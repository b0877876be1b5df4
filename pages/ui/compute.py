"""Everything a page asks the library for, remembered by content. Only modules named compute have st.cache_*.

Keys are content ids of inputs and assumptions, never the threshold: a slider costs one comparison.
"""

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo import study as studies
from geo.analysis.coverage import Coverage, coverage, coverage_by_unit
from geo.intake.desk.checking import Context
from geo.model.assumptions import Assumptions
from geo.model.inputs import Study
from geo.model.roads import Mode
from geo.model.schemes import Scheme
from geo.network.reach import Surface, contour
from geo.output.maps import bands_layer, static_layers
from geo.output.names import short_names
from geo.store import Store, open_store
from geo.study import desk
from pages.ui.serve import SHELF, Late, Layer

if TYPE_CHECKING:
    import pandas as pd
    import shapely

BANDS_MIN = (5.0, 10.0, 15.0, 30.0, 60.0)  # fixed edges; the threshold is always the last edge shown


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The one open store of this process."""
    return open_store()


def study_titles() -> dict[str, dict[str, str]]:
    """Name → titles of every study, asked of the store each time: one stored a moment ago opens by its link."""
    return studies.study_names(store())


@st.cache_resource(show_spinner=False, max_entries=64)
def _prepared(name: str) -> bool:
    """Build a sample if it is not stored yet; once a process."""
    studies.open_study(store(), name)
    return True


@st.cache_resource(show_spinner=False, max_entries=8)
def _study(name: str, version_id: int | None) -> Study:
    return store().load(name, version_id)


def study(name: str) -> Study:
    """The newest version of a study, shared between sessions: never change its tables."""
    _prepared(name)
    newest = store().newest(name)
    return _study(name, newest.version_id if newest else None)


def version_of(of: Study) -> int:
    """The number of the newest version that is exactly this study; 0 when none is."""
    return next((v.version_id for v in store().versions(of.name) if v.content_id == of.content_id), 0)


def scheme(of: Study) -> Scheme:
    """The study's levels of care."""
    return of.scheme


@st.cache_resource(show_spinner=False, max_entries=24)
def _network(content_id: str, mode: Mode, assumed: str, _of: Study, _assumptions: Assumptions) -> studies.Network:
    return studies.network_of(_of, mode, _assumptions)


def network(of: Study, mode: Mode, assumptions: Assumptions) -> studies.Network:
    """The study's roads in a mode under given assumptions."""
    return _network(of.content_id, mode, assumptions.content_id(), of, assumptions)


@st.cache_resource(show_spinner=False, max_entries=24)
def _times(content_id: str, mode: Mode, assumed: str, _of: Study, _assumptions: Assumptions) -> "pd.DataFrame":
    return studies.nearest_by_tier(_of, network(_of, mode, _assumptions))


def times(of: Study, mode: Mode, assumptions: Assumptions) -> "pd.DataFrame":
    """The travel-time table: the nearest facility of every tier for every village."""
    return _times(of.content_id, mode, assumptions.content_id(), of, assumptions)


@st.cache_resource(show_spinner=False, max_entries=96)
def _nearest(
    content_id: str, mode: Mode, assumed: str, tiers: tuple[str, ...], _of: Study, _assumptions: Assumptions
) -> "pd.DataFrame":
    return studies.nearest_counted(_of, times(_of, mode, _assumptions), tiers)


def nearest(of: Study, mode: Mode, assumptions: Assumptions, tiers: tuple[str, ...]) -> "pd.DataFrame":
    """For every village the nearest facility of the tiers that count. Raises NothingSelected."""
    return _nearest(of.content_id, mode, assumptions.content_id(), tiers, of, assumptions)


@st.cache_resource(show_spinner=False, max_entries=8)
def _village_names(content_id: str, _of: Study) -> "pd.Series[str]":
    return short_names(_of.demand["name"])


def village_names(of: Study) -> "pd.Series[str]":
    """Every village's name as it is said, in the order of the study's demand."""
    return _village_names(of.content_id, of)


def unit_names(of: Study) -> dict[str, str]:
    """Code → name of every township."""
    return dict(zip(of.unit["unit_code"], of.unit["name"], strict=True))


def county_coverage(of: Study, found: "pd.DataFrame", threshold_min: float) -> Coverage:
    """People within the threshold in the whole county."""
    return coverage(found["travel_time_min"], of.demand["population"], threshold_min)


def township_table(of: Study, found: "pd.DataFrame", threshold_min: float) -> "pd.DataFrame":
    """Coverage of every township, with its name, worst share first."""
    villages = of.demand[["unit_code", "population"]].assign(name=village_names(of))
    table = coverage_by_unit(villages, found["travel_time_min"], threshold_min)
    table.insert(1, "name", table["unit_code"].map(unit_names(of)).fillna("—"))
    return table.sort_values(["share_pct", "unit_code"], ignore_index=True)


def journeys(of: Study, mode: Mode, assumptions: Assumptions, demand_id: str) -> list[studies.Journey]:
    """The nearest facility of every tier for one village, with the way there."""
    return studies.journeys(of, network(of, mode, assumptions), times(of, mode, assumptions), demand_id)


@st.cache_resource(show_spinner=False, max_entries=8)
def _static_layer(content_id: str, _of: Study) -> Layer:
    return Layer(static_layers(content_id, _of.facility, _of.demand, _of.unit, _of.outline, _of.roads, _of.scheme))


def static_url(of: Study) -> str:
    """Where the map fetches the study's boundaries, roads, facilities and villages."""
    return SHELF.put(_static_layer(of.content_id, of))


@st.cache_resource(show_spinner=False, max_entries=24)
def _surface(
    content_id: str, mode: Mode, assumed: str, tiers: tuple[str, ...], _of: Study, _assumptions: Assumptions
) -> Surface:
    return studies.surface_of(_of, network(_of, mode, _assumptions), tiers, BANDS_MIN[-1])


@st.cache_resource(show_spinner=False, max_entries=48)
def _fixed_bands(
    content_id: str, mode: Mode, assumed: str, tiers: tuple[str, ...], _of: Study, _assumptions: Assumptions
) -> dict[float, "shapely.MultiPolygon"]:
    surface = _surface(content_id, mode, assumed, tiers, _of, _assumptions)
    return {minutes: contour(surface, minutes) for minutes in BANDS_MIN}


def bands_url(of: Study, mode: Mode, assumptions: Assumptions, tiers: tuple[str, ...], threshold_min: float) -> str:
    """Where the map fetches the reach bands up to the threshold; they are made when it does."""
    asked = (of.content_id, mode, assumptions.content_id(), tiers)
    name = SHELF.named("bands", *asked, threshold_min)
    return SHELF.put(Late(name, lambda: _bands(*asked, of, assumptions, threshold_min=threshold_min)))


def _bands(*question: Any, threshold_min: float) -> bytes:
    areas = {m: area for m, area in _fixed_bands(*question).items() if m < threshold_min}
    areas[threshold_min] = contour(_surface(*question), threshold_min)
    edges = [0.0, *areas]
    return bands_layer([(low, high, areas[high]) for low, high in pairwise(edges)])


@st.cache_resource(show_spinner=False, max_entries=8)
def _search_index(content_id: str, _of: Study) -> dict[str, str]:
    tables = (
        ("unit", _of.unit, "unit_code"),
        ("facility", _of.facility, "facility_id"),
        ("village", _of.demand.assign(name=village_names(_of)), "demand_id"),
    )
    return {f"{kind}:{i}": n for kind, table, key in tables for i, n in zip(table[key], table["name"], strict=True)}


def search_index(of: Study) -> dict[str, str]:
    """`kind:id` → name of every township, facility and village."""
    return _search_index(of.content_id, of)


def whereabouts(of: Study, kind: str, item_id: str) -> dict[str, object] | None:
    """Where the map should fly for a township (bounds), facility or village (place and zoom)."""
    if kind == "unit":
        unit = of.unit.loc[of.unit["unit_code"] == item_id]
        return {"bounds": [round(float(v), 5) for v in unit.total_bounds]} if len(unit) else None
    table, key = (of.facility, "facility_id") if kind == "facility" else (of.demand, "demand_id")
    row = table.loc[table[key] == item_id]
    return {"lon": float(row["lon"].iat[0]), "lat": float(row["lat"].iat[0]), "zoom": 13.5} if len(row) else None


def header(name: str) -> dict[str, Any]:
    """What is said about a study: notes, population, attribution. Does not build a sample."""
    return studies.study_header(store(), name)


@st.cache_resource(show_spinner=False, max_entries=4)
def _desk_context(content_id: str, _of: Study) -> Context:
    return desk.context_of(_of)


def desk_context(of: Study) -> Context:
    """What lists are checked against."""
    return _desk_context(of.content_id, of)
