"""The button on the map that makes a scene of what is on the screen and adds it to the briefing."""

from collections.abc import Callable
from dataclasses import replace

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
            on_click=lambda: _capture(_, question),
        )


def _capture(_: Translate, question: Question) -> None:
    try:
        title = _say(lambda said: said(N_("Briefing of {county}")))
        number, _sheet = briefing_sheet.add(question.study, title, scene_of(question))
    except YidaError as error:
        st.toast(plain(error.say(_)), icon=":material/error:")
        return
    st.toast(
        _("Scene {number} is in the briefing. Store it on the page of briefings.").format(number=number),
        icon=":material/check:",
    )


def scene_of(question: Question) -> Scene:
    """What is asked and seen now as a scene. Raises BriefingInvalid when no tier counts."""
    scene = replace(compute_export.asked_scene(question), view=_view())
    chosen = state.selection(question.study)
    if chosen is None:
        return scene
    name = compute.search_index(question.study).get(f"{chosen.kind}:{chosen.item_id}", chosen.item_id)
    title = _say(lambda said: said(PLACE_TITLE).replace("{place}", name))
    return replace(scene, title=title, highlighted=(Place(chosen.kind, chosen.item_id),))


def _say(text: Callable[[Translate], str]) -> dict[str, str]:
    return {language: text(translate) for language, translate in TRANSLATORS.items()}


def _view() -> View | None:
    """Where the map has been moved to, as its script writes it into the address; None for the whole county."""
    seen = state.view_of(st.query_params.to_dict())
    return View(*seen) if seen else None
