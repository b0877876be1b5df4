"""What the map is told at every run, as plain data, and what it tells back when something is clicked."""

import math

import pandas as pd
import streamlit as st

from geo.model.inputs import Study
from geo.study import Journey
from pages.ui import briefing_capture, compute, stage, state
from pages.ui.controls import Question
from pages.ui.map_text import map_text
from pages.ui.text import Translate, current_language, translator


def map_state(
    _: Translate, language: str, question: Question, found: pd.DataFrame, ways: list[Journey]
) -> dict[str, object]:
    """The state of geo.output.maps.state_group for this question."""
    study = question.study
    chosen = state.selection(study)
    minutes = [None if math.isnan(m) else round(m, 2) for m in found["travel_time_min"].tolist()]
    threshold = float(question.threshold_min)
    asked = (study, question.mode, question.assumptions, question.tiers)
    return {
        "lang": language,
        "stage": stage.is_on(),
        "text": map_text(_, language, compute.scheme(study), study),
        "layers": question.layers,
        "threshold_min": question.threshold_min,
        "minutes": minutes,
        "tiers_on": list(question.shown),
        "tiers_counted": list(question.tiers),
        "bands_url": compute.bands_url(*asked, threshold) if question.layers["bands"] else None,
        "selected": {"kind": chosen.kind, "id": chosen.item_id} if chosen else None,
        "highlight_unit": chosen.item_id if chosen and chosen.kind == "unit" else None,
        "routes": _routes(question, ways),
        "fly": st.session_state.get("fly"),
        "badges": [_("Illustrative sample, not for decisions")] if study.illustrative else [],
        "stamp": _("Internal working map, not for publication"),
        "ask_view": briefing_capture.asked(),
        "address": state.address(language, list(question.tiers), list(question.shown)),
    }


def _routes(question: Question, ways: list[Journey]) -> list[dict[str, object]]:
    """The way to the nearest facility that counts."""
    counted = [j for j in ways if j.way and j.tier_id in question.tiers]
    village = state.selection(question.study)
    if not counted or village is None:
        return []
    best = min(counted, key=lambda j: j.way.travel_time_min if j.way else math.inf)
    return [line | {"tier": best.tier_id} for line in way_lines(question.study, best, village.item_id)]


def way_lines(study: Study, journey: Journey, demand_id: str) -> list[dict[str, object]]:
    """A way for the map: along the roads, and the legs off the road at the facility and at the village."""
    way = journey.way
    if way is None:
        return []
    facility = study.facility.iloc[journey.facility_row]
    village = study.demand.loc[study.demand["demand_id"] == demand_id].iloc[0]
    line = way.line.round(6)
    legs = [
        (way.facility_leg_m, [facility["lon"], facility["lat"], *line[0].tolist()]),
        (way.demand_leg_m, [*line[-1].tolist(), village["lon"], village["lat"]]),
    ]
    return [
        {"kind": "road", "lines": line.ravel().tolist()},
        *({"kind": "offroad", "lines": ends} for length_m, ends in legs if length_m > 0),
    ]


def on_map_click() -> None:
    """Highlight what was clicked."""
    clicked = (st.session_state.get("map") or {}).get("clicked")
    briefing_capture.seen(translator(current_language()), clicked)
    if clicked and clicked.get("kind") in ("village", "facility", "unit"):
        state.select(clicked["kind"], str(clicked["id"]))
