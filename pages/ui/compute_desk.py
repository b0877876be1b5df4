"""What the data desk asks the library for, remembered by content: context, difference, the study after, coverage."""

import pandas as pd
import streamlit as st

from geo.analysis.coverage import Coverage
from geo.intake.desk.difference import Difference
from geo.model.desk import Check
from geo.model.inputs import Study
from geo.output.maps import static_layers
from geo.study import desk
from pages.ui import compute
from pages.ui.draft import Draft
from pages.ui.serve import SHELF, Layer

Decisions = tuple[tuple[str, str], ...]


def difference(current: Draft) -> Difference:
    """What the upload would change, under what was decided about similar names."""
    return _difference(_key(current), _decisions(current), current.base, current.check)


@st.cache_resource(show_spinner=False, max_entries=8)
def _difference(key: str, decisions: Decisions, _of: Study, _check: Check) -> Difference:
    return desk.difference(_of, _check, dict(decisions))


def proposed(current: Draft, *, gone_are_closed: bool) -> Study:
    """The study as it would be after the commit."""
    return _proposed(_key(current), _decisions(current), gone_are_closed, current.base, current.check)


@st.cache_resource(show_spinner=False, max_entries=8)
def _proposed(key: str, decisions: Decisions, closing: bool, _of: Study, _check: Check) -> Study:
    return desk.proposed(_of, _check, _difference(key, decisions, _of, _check), gone_are_closed=closing)


def coverage_change(
    before: Study, after: Study, kinds: tuple[str, ...], threshold_min: float
) -> tuple[Coverage | None, Coverage | None]:
    """People covered by ambulance before and after a change of lists."""
    return _coverage(before.content_id, kinds, threshold_min, before), _coverage(
        after.content_id, kinds, threshold_min, after
    )


@st.cache_resource(show_spinner=False, max_entries=32)
def _coverage(content_id: str, kinds: tuple[str, ...], threshold_min: float, _of: Study) -> Coverage | None:
    return desk.covered(_of, "ambulance", kinds, threshold_min)


def map_url(current: Draft) -> str:
    """Where the desk's map fetches what the upload holds: its places as facilities, else the study with it."""
    of, check = current.base, current.check
    nobody, nothing = of.demand.iloc[:0], of.facility.iloc[:0]
    if check.kind in desk.PLACE_KINDS:
        rows = check.table[check.table["lon"].notna()].rename(columns={"demand_id": "facility_id"})
        places = rows if "tier" in rows.columns else rows.assign(tier=compute.scheme(of).tiers[-1].tier_id)
        return _put(of, places, nobody, of)
    after = proposed(current, gone_are_closed=False)
    return _put(of, nothing, after.demand if check.kind == "raster" else nobody, after)


def _put(of: Study, places: pd.DataFrame, people: pd.DataFrame, drawn: Study) -> str:
    tables = (drawn.unit, drawn.outline, drawn.roads)
    return SHELF.put(Layer(static_layers(drawn.content_id, places, people, *tables, compute.scheme(of))))


def _key(current: Draft) -> str:
    return f"{current.upload_id}:{current.revision}"


def _decisions(current: Draft) -> Decisions:
    kept = desk.recall_decisions(compute.store(), current.base.name)
    return tuple(sorted((kept | current.decisions).items()))
