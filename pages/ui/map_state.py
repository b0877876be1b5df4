"""What the map is told at every run, as plain data, and what it tells back when something is clicked."""

import math

import pandas as pd
import streamlit as st

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
    """The way to the nearest facility that counts, and the leg off the road at the village."""
    counted = [j for j in ways if j.way and j.tier_id in question.tiers]
    if not counted:
        return []
    best = min(counted, key=lambda j: j.way.travel_time_min if j.way else math.inf)
    village = state.selection(question.study)
    line = best.way.line.round(6) if best.way else None
    if line is None or village is None:
        return []
    row = question.study.demand.loc[question.study.demand["demand_id"] == village.item_id].iloc[0]
    offroad = [*line[-1].tolist(), row["lon"], row["lat"]]
    return [
        {"kind": "road", "tier": best.tier_id, "lines": line.ravel().tolist()},
        {"kind": "offroad", "tier": best.tier_id, "lines": offroad},
    ]


def on_map_click() -> None:
    """Highlight what was clicked."""
    clicked = (st.session_state.get("map") or {}).get("clicked")
    briefing_capture.seen(translator(current_language()), clicked)
    if clicked and clicked.get("kind") in ("village", "facility", "unit"):
        state.select(clicked["kind"], str(clicked["id"]))
