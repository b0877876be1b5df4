"""The briefing: scenes in an order, to be edited, stored, passed on by link, and presented in a meeting."""

import streamlit as st

from geo.model.errors import N_
from geo.model.inputs import Study
from geo.study import briefings
from pages.ui import briefing_choice, briefing_store, compute, state
from pages.ui.briefing_cards import cards
from pages.ui.controls import language_switch, study_choice
from pages.ui.layout import errors_said, page_setup
from pages.ui.text import Translate, plain


def study_asked(_: Translate, language: str) -> Study:
    """Draw the sidebar: language and study."""
    state.restore(list(compute.study_titles()))
    with st.sidebar:
        language_switch(_)
        return study_choice(_, language)


page = page_setup(N_("Briefing"))
_ = page.translate
with errors_said(_):
    study = study_asked(_, page.language)
    st.title(_("Briefing: {study}").format(study=plain(study.title(page.language))), anchor=False)
    tips = briefings.listed(compute.store(), study.name)
    sheet = briefing_choice.opened(_, study, tips)
    briefing_choice.to_address(sheet, page.language)
    left, right = st.columns([7, 2], vertical_alignment="bottom")
    with left:
        briefing_choice.choice(_, page.language, study, tips)
    briefing_choice.actions(_, page.language, study, sheet, tips)
    briefing_store.stored_said(_)
    briefing_store.side_by_side(_, sheet, tips.get(sheet.briefing_id, []))
    st.caption(
        _(
            "On the pages of map, structure, emergency, roads and indicators, “Add to the briefing” makes a scene of "
            "what is on the screen."
        )
        if not sheet.is_ready
        else _("The ready briefing follows the data. Edit a copy to change it, or add scenes from the map.")
    )
    with st.spinner(_("Answering the scenes …")):
        answers = cards(_, page.language, sheet)
    with right:
        briefing_choice.present(_, page.language, sheet, answers)
    briefing_store.removed(_, page.language, study, tips)
