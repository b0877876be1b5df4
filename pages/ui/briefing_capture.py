"""The button that makes a scene of what is on the screen and adds it to the briefing, the same on every page."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from geo.model.briefing import Place, Scene, View
from geo.model.errors import N_, YidaError
from geo.model.inputs import Study
from geo.study.briefing import in_all
from pages.ui import briefing_sheet, compute, state
from pages.ui.compute_export import TRANSLATORS
from pages.ui.text import Translate, plain

PLACE_TITLE = N_("Who is reached within {minutes} minutes, and where {place} lies")


def button(_: Translate, study: Study, make: Callable[[], Scene], *, has_map: bool = True) -> None:
    """Add what is asked and seen now to the briefing; a message says which scene it has become.

    `make` gives the scene without its view, and may raise BriefingInvalid. The view lives in the browser alone, so the
    map is asked for it; a page without a map of its own view takes the whole county.
    """
    with st.sidebar:
        st.button(
            _("Add to the briefing"),
            icon=":material/add_to_photos:",
            width="stretch",
            key="capture",
            on_click=lambda: _begin(_, study, make, has_map=has_map),
        )


def _begin(_: Translate, study: Study, make: Callable[[], Scene], *, has_map: bool) -> None:
    try:
        scene = _pointing(study, make())
    except YidaError as error:
        st.session_state.capture_said = (plain(error.say(_)), ":material/error:")
        return
    if has_map:
        st.session_state.capture_waiting = (uuid.uuid4().hex, study, scene)
    else:
        _add(_, study, scene)


def asked() -> str | None:
    """What the map is asked with for its view, None when nobody wants to know."""
    waiting = st.session_state.get("capture_waiting")
    return waiting[0] if waiting else None


def seen(_: Translate, told: Mapping[str, Any] | None) -> None:
    """What the map has told: if it is the view that was asked for, the scene is complete; anything else is left."""
    if not told or told.get("kind") != "view" or asked() is None or told.get("asked") != asked():
        return
    _ask, study, scene = st.session_state.pop("capture_waiting")
    _add(_, study, replace(scene, view=_view(told)))


def _add(_: Translate, study: Study, scene: Scene) -> None:
    try:
        number, _sheet = briefing_sheet.add(study, in_all(TRANSLATORS, N_("Briefing of {county}")), scene)
    except YidaError as error:
        st.session_state.capture_said = (plain(error.say(_)), ":material/error:")
        return
    words = _("Scene {number} is in the briefing. Store it on the page of briefings.").format(number=number)
    st.session_state.capture_said = (words, ":material/check:")


def said() -> None:
    """Tell what became of a capture; inside the fragment that draws the map, for a callback may not."""
    words, icon = st.session_state.pop("capture_said", (None, None))
    if words:
        st.toast(words, icon=icon)


def _pointing(study: Study, scene: Scene) -> Scene:
    """The scene with what is highlighted on the page; the map's own title names it."""
    chosen = state.selection(study)
    if chosen is None:
        return scene
    here = (Place(chosen.kind, chosen.item_id),)
    if scene.page != "map":
        return replace(scene, highlighted=here)
    name = compute.search_index(study).get(f"{chosen.kind}:{chosen.item_id}", chosen.item_id)
    title = {lang: text.replace("{place}", name) for lang, text in in_all(TRANSLATORS, PLACE_TITLE).items()}
    return replace(scene, title=title, highlighted=here)


def _view(told: Mapping[str, Any]) -> View | None:
    """Where the map has been moved to; None while it shows the whole county."""
    seen_at = state.view_of({"c": f"{told.get('lon')},{told.get('lat')}", "z": str(told.get("zoom"))})
    return View(*seen_at) if seen_at else None
