"""Indicators: which targets the county meets, how far the others are, what is alarming, and where."""

import streamlit as st

from geo.model.briefing import INDICATORS
from geo.model.errors import N_
from geo.model.inputs import Study
from pages.ui import (
    alarms,
    board,
    briefing_capture,
    catalogue,
    charts,
    compute,
    compute_indicators,
    indicator_map,
    state,
)
from pages.ui.controls import language_switch, study_choice
from pages.ui.layout import errors_said, page_setup
from pages.ui.text import Translate, plain


@st.fragment
def stage(_: Translate, language: str, study: Study, unit_code: str) -> None:
    """Aspects, alarms, the board with its map: what a choice draws anew."""
    briefing_capture.said()
    with errors_said(_):
        standings = compute_indicators.board(study, unit_code)
        found = compute_indicators.alarms(study)
        board.aspects(_, standings)
        board.alarm_line(_, found, language)
        tabs = st.tabs([_("Board"), _("Alarms"), _("Surplus"), _("Catalogue")])
        with tabs[0]:
            left, right = st.columns([2, 1], gap="medium")
            with left:
                chosen = board.table(_, study, standings, language)
                board.moves_line(_, standings)
                if chosen:
                    board.detail(_, chosen, language)
            with right:
                if chosen:
                    indicator_map.by_township(_, study, chosen.entry, language)
            if chosen:
                charts.below(_, language, study, lambda: indicator_map.asked_scene(study, unit_code), INDICATORS)
        with tabs[1]:
            alarms.rules(_, study, found, language)
        with tabs[2]:
            alarms.surplus(_, study)
        with tabs[3]:
            catalogue.entries(_, study, language)


page = page_setup(N_("Indicators"))
_ = page.translate
with errors_said(_):
    state.restore(list(compute.study_titles()))
    with st.sidebar:
        language_switch(_)
        asked = study_choice(_, page.language)
        names = compute_indicators.units(asked)
        unit = st.selectbox(_("Figures of"), list(names), format_func=names.get, key=f"unit:{asked.name}")
        if asked.illustrative:
            st.warning(_("Illustrative sample, not for decisions"), icon=":material/science:")
    briefing_capture.button(_, asked, lambda: indicator_map.asked_scene(asked, unit), has_map=False)
    st.title(_("Indicators: {unit}").format(unit=plain(names[unit])), anchor=False)
    stage(_, page.language, asked, unit)
