"""The button on the map that makes a scene of what is on the screen and adds it to the briefing."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from geo.model.briefing import Place, Scene, View
from geo.model.errors import N_, YidaError
from pages.ui import briefing_sheet, compute, compute_export, state
from pages.ui.compute_export import TRANSLATORS
from pages.ui.controls import Question
from pages.ui.text import Translate, plain

PLACE_TITLE = N_("Who is reached within {minutes} minutes, and where {place} lies")


def button(_: Translate, question: Question) -> None:
    """Add what is asked and seen now to the briefing; a message says which scene it has become."""
    with st.sidebar:
        st.button(
            _("Add to the briefing"),
            icon=":material/add_to_photos:",
            width="stretch",
            key="capture",
            on_click=lambda: _begin(_, question),
        )


def _begin(_: Translate, question: Question) -> None:
    """Keep the scene without its view, and ask the map for that: the view lives in the browser alone."""
    try:
        st.session_state.capture_waiting = (uuid.uuid4().hex, question.study, scene_of(question))
    except YidaError as error:
        st.session_state.capture_said = (plain(error.say(_)), ":material/error:")


def asked() -> str | None:
    """What the map is asked with for its view, None when nobody wants to know."""
    waiting = st.session_state.get("capture_waiting")
    return waiting[0] if waiting else None


def seen(_: Translate, told: Mapping[str, Any]) -> None:
    """The map's answer: the scene is complete. One that nobody waits for (any more) is left."""
    if asked() is None or told.get("asked") != asked():
        return
    _ask, study, scene = st.session_state.pop("capture_waiting")
    try:
        title = _say(lambda said: said(N_("Briefing of {county}")))
        number, _sheet = briefing_sheet.add(study, title, replace(scene, view=_view(told)))
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


def scene_of(question: Question) -> Scene:
    """What is asked and highlighted now as a scene of the whole county. Raises BriefingInvalid when no tier counts."""
    scene = compute_export.asked_scene(question)
    chosen = state.selection(question.study)
    if chosen is None:
        return scene
    name = compute.search_index(question.study).get(f"{chosen.kind}:{chosen.item_id}", chosen.item_id)
    title = _say(lambda said: said(PLACE_TITLE).replace("{place}", name))
    return replace(scene, title=title, highlighted=(Place(chosen.kind, chosen.item_id),))


def _view(told: Mapping[str, Any]) -> View | None:
    """Where the map has been moved to; None while it shows the whole county."""
    seen_at = state.view_of({"c": f"{told.get('lon')},{told.get('lat')}", "z": str(told.get("zoom"))})
    return View(*seen_at) if seen_at else None


def _say(text: Callable[[Translate], str]) -> dict[str, str]:
    return {language: text(translate) for language, translate in TRANSLATORS.items()}
