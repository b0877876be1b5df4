"""Which roads this session has closed, by clicks on the map or from its address."""

import streamlit as st

from geo.model.briefing import Scene
from geo.model.errors import OutOfRange
from geo.model.inputs import Study
from geo.network.breaks import NO_BREAKS, Breaks
from geo.study import closing
from geo.study.page_scenes import closed_scene
from pages.ui import briefing_capture, compute_export, compute_roads
from pages.ui.compute_export import TRANSLATORS
from pages.ui.controls import Question
from pages.ui.text import current_language, translator

MAP_KEY = "roads_map"
CLICK_PX = 10  # how near a road a click must be


def breaks(study: Study) -> Breaks:
    """The closed roads of a study, in the order of their numbers."""
    try:
        return closing.checked_breaks(study, _places(study))
    except OutOfRange:  # a link made for other roads
        st.session_state[_key(study)] = {}
        return NO_BREAKS


def toggle(study: Study, edge: int, at: float) -> None:
    """Close a road at a place, or open it if it is closed."""
    places = dict(_places(study))
    if places.pop(edge, None) is None:
        places[edge] = at
    st.session_state[_key(study)] = places


def open_all(study: Study) -> None:
    """Open every road."""
    st.session_state[_key(study)] = {}


def asked_scene(question: Question) -> Scene:
    """What is asked, with the roads closed, as a scene."""
    return closed_scene(compute_export.asked_scene(question), breaks(question.study).places, TRANSLATORS)


def on_map_click(question: Question) -> None:
    """Close or open the road that was clicked; a click away from any road does nothing."""
    clicked = (st.session_state.get(MAP_KEY) or {}).get("clicked") or {}
    briefing_capture.seen(translator(current_language()), clicked)
    if clicked.get("kind") != "place":
        return
    within_m = CLICK_PX * float(clicked.get("m_per_px") or 1.0)
    shown = [str(name) for name in clicked.get("roads") or ()]
    found = compute_roads.segment_at(question, float(clicked["lon"]), float(clicked["lat"]), within_m, shown)
    st.session_state.road_missed = found is None
    if found is not None:
        toggle(question.study, *found)


def in_address(study: Study) -> dict[str, str]:
    """The closed roads as a parameter of the page's address, empty when all are open."""
    return {"shut": ",".join(f"{edge}@{at:.3f}" for edge, at in sorted(_places(study).items()))}


def _key(study: Study) -> str:
    return f"closed:{study.content_id}"


def _places(study: Study) -> dict[int, float]:
    """Segment number → place along it; read from the address when a session first asks."""
    if "shut_read" not in st.session_state:
        st.session_state.shut_read = True
        st.session_state[_key(study)] = _read(st.query_params.get("shut", ""))
    places: dict[int, float] = st.session_state.setdefault(_key(study), {})
    return places


def _read(text: str) -> dict[int, float]:
    out = {}
    for part in filter(None, text.split(",")):
        edge, _, at = part.partition("@")
        try:
            out[int(edge)] = min(max(float(at or 0.5), 0.0), 1.0)
        except ValueError:
            continue
    return out
