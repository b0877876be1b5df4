"""The emergency's map: what it is told at every run, and what a click on it does."""

import math
from collections.abc import Sequence

import streamlit as st

from geo.analysis.radius import nearest_m
from geo.model.bases import Base
from geo.model.inputs import Study
from geo.network.breaks import Breaks
from geo.network.route import Route
from geo.output import rescue_map
from geo.output.scene_map import closed_routes
from geo.study.emergency import Emergency, Rescue, hospital_rows
from pages.ui import (
    briefing_capture,
    closed_roads,
    compute,
    emergency_plan,
    roads_show,
    stage,
    state,
)
from pages.ui import emergency_controls as controls
from pages.ui import emergency_state as chosen
from pages.ui.map_text import map_text
from pages.ui.text import Translate

OUT_COLOUR, BACK_COLOUR = "#0072B2", "#B3261E"  # the two legs of a rescue
MARKS = ("base", "base_added", "base_off")


def map_state(
    _: Translate, language: str, asked: controls.Emergency, found: Emergency, legs: Rescue | None
) -> dict[str, object]:
    """The state of geo.output.maps.state_group for the picture chosen."""
    study, view = asked.study, st.session_state.em_view
    bases, picked = asked.bases(_), chosen.picked(study)
    colours = rescue_map.base_colours(found.response, found.bases) if view == "serves" else {}
    straight_m = nearest_m(found.bases, study.demand) if view == "radius" else None
    minutes, threshold = rescue_map.shown_minutes(view, found.response, asked.clock, float(asked.limit_min))
    return {
        "lang": language,
        "stage": stage.is_on(),
        "text": map_text(_, language, compute.scheme(study), study) | rescue_map.picture_words(_, view, asked.clock),
        "layers": {"bands": False, "facilities": False} | asked.layers,
        "threshold_min": threshold,
        "minutes": [None if math.isnan(m) else round(m, 2) for m in minutes.tolist()],
        "tiers_on": [],
        "tiers_counted": [],
        "village_classes": rescue_map.village_classes(
            _, view, found.response, found.bases, straight_m, asked.clock, st.session_state.em_radius
        ),
        "marks": _marks(_, asked, bases, colours),
        "mark_kinds": rescue_map.mark_kinds(_, language, asked.capability),
        "marks_title": _("Bases and hospitals"),
        "selected": _selected(picked, bases),
        "highlight_unit": picked.item_id if picked and picked.kind == "unit" else None,
        "routes": [*_routes(_, legs), *_roads(study, asked.breaks)],
        "ask_view": briefing_capture.asked(),
        "pick": bool(st.session_state.get("em_pick")),
        "fly": st.session_state.get("fly"),
        "badges": [_("Illustrative sample, not for decisions")] if study.illustrative else [],
        "stamp": _("Internal working map, not for publication"),
        "address": chosen.address(language, study, bases) | closed_roads.in_address(study),
    }


def _marks(
    _: Translate, asked: controls.Emergency, bases: Sequence[Base], colours: dict[str, str]
) -> list[dict[str, object]]:
    hospitals = asked.study.facility.iloc[hospital_rows(asked.study, asked.capability)]
    return rescue_map.marks(_, bases, hospitals, night=asked.assumptions.condition == "night", colours=colours)


def _selected(picked: state.Selection | None, bases: Sequence[Base]) -> dict[str, str] | None:
    if picked is None:
        return None
    if picked.kind != "base":
        return {"kind": picked.kind, "id": picked.item_id}
    own = [base for base in bases if base.base_id == picked.item_id]
    night = st.session_state.condition == "night"
    return {"kind": rescue_map.mark_kind(own[0], night=night), "id": picked.item_id} if own else None


def _routes(_: Translate, legs: Rescue | None) -> list[dict[str, object]]:
    if legs is None:
        return []
    # The way back often runs where the way out does, so it is the broad line below.
    both: list[tuple[Route | None, dict[str, object]]] = [
        (legs.to_hospital, {"colour": BACK_COLOUR, "label": _("To the hospital"), "width": 8}),
        (legs.to_scene, {"colour": OUT_COLOUR, "label": _("To the scene"), "width": 3.5, "bare": True}),
    ]
    return [
        {"kind": "road", "lines": way.line.round(6).ravel().tolist()} | look for way, look in both if way is not None
    ]


def _roads(study: Study, breaks: Breaks) -> list[dict[str, object]]:
    """The closed roads, and the segment chosen in the ranking."""
    edge = roads_show.chosen_segment(study)
    line = [] if edge is None else [study.roads.edge_vertices(edge).round(6).ravel().tolist()]
    return [*({"kind": "segment", "lines": one} for one in line), *closed_routes(study.roads, breaks.places)]


def on_click(_: Translate, asked: controls.Emergency) -> None:
    """Put a base where the map is clicked, if that was asked for; else highlight what was clicked."""
    clicked = (st.session_state.get("em_map") or {}).get("clicked") or {}
    briefing_capture.seen(_, clicked)
    kind, number = clicked.get("kind"), clicked.get("n")
    if not kind or number == st.session_state.get("em_clicked"):
        return
    st.session_state.em_clicked = number
    if kind == "place" and st.session_state.get("em_pick"):
        st.session_state.em_pick = False
        emergency_plan.add_place(asked.study, float(clicked["lon"]), float(clicked["lat"]))
    elif kind in MARKS:
        chosen.choose_base(str(clicked["id"]))
    elif kind == "hospital":
        state.select("facility", str(clicked["id"]))
    elif kind in ("village", "unit"):
        state.select(kind, str(clicked["id"]))
