"""What the map of the page Roads is told at every run: closed roads, a way round, a segment of the ranking."""

import math

import pandas as pd
import streamlit as st

from geo.network.breaks import NO_BREAKS, Breaks
from geo.output.scene_map import closed_routes
from geo.study import closing
from pages.ui import briefing_capture, closed_roads, compute, stage, state
from pages.ui.controls import Question
from pages.ui.map_state import way_lines
from pages.ui.map_text import map_text
from pages.ui.text import Translate


def roads_state(
    _: Translate,
    language: str,
    question: Question,
    care: closing.Care,
    breaks: Breaks,
    found: pd.DataFrame,
    ranked: pd.DataFrame | None,
) -> dict[str, object]:
    """The state of geo.output.maps.state_group: no reach bands, since these would be of open roads."""
    study, village = question.study, _village(question)
    chosen = state.selection(study)
    return {
        "lang": language,
        "stage": stage.is_on(),
        "text": map_text(_, language, compute.scheme(study), study),
        "layers": question.layers | {"bands": False},
        "threshold_min": question.threshold_min,
        "minutes": [None if math.isnan(m) else round(m, 2) for m in found["travel_time_min"].tolist()],
        "tiers_on": list(question.shown),
        "tiers_counted": list(question.tiers),
        "bands_url": None,
        "pick": True,
        "ask_view": briefing_capture.asked(),
        "selected": {"kind": chosen.kind, "id": chosen.item_id} if chosen else None,
        "highlight_unit": chosen.item_id if chosen and chosen.kind == "unit" else None,
        "routes": [
            *_ways(question, care, breaks, village),
            *_segments(question, ranked),
            *closed_routes(study.roads, breaks.places),
        ],
        "fly": st.session_state.get("fly"),
        "badges": [_("Illustrative sample, not for decisions")] if study.illustrative else [],
        "stamp": _("Internal working map, not for publication"),
        "address": state.address(language, list(question.tiers), list(question.shown)) | closed_roads.in_address(study),
    }


def _village(question: Question) -> str | None:
    chosen = state.selection(question.study)
    return chosen.item_id if chosen and chosen.kind == "village" else None


def _ways(question: Question, care: closing.Care, breaks: Breaks, village: str | None) -> list[dict[str, object]]:
    """The chosen village's way with the roads closed, and the one it had."""
    if village is None:
        return []
    now, was = closing.way_round(care, breaks, village), closing.way_round(care, NO_BREAKS, village)
    out: list[dict[str, object]] = []
    if was is not None and was.way is not None and len(breaks):
        out.append({"kind": "was", "lines": was.way.line.round(6).ravel().tolist()})
    return out + (way_lines(question.study, now, village) if now else [])


def _segments(question: Question, ranked: pd.DataFrame | None) -> list[dict[str, object]]:
    """The worst segments of the ranking, and above them the one chosen in it."""
    if ranked is None:
        return []
    pairs = zip(ranked["edge"].tolist(), ranked["chosen"].tolist(), strict=True)
    lines = [(question.study.roads.edge_vertices(edge).round(6).ravel().tolist(), chosen) for edge, chosen in pairs]
    return [{"kind": "segment" if chosen else "worst", "lines": line} for line, chosen in lines]
