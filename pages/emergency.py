"""Emergency: from the call to the scene, and on to a hospital that can treat the case."""

import streamlit as st
from streamlit_folium import st_folium

from geo.model.briefing import PICTURES, RESCUE
from geo.model.clock import RADII_KM
from geo.model.errors import N_
from geo.output.maps import base_map, state_group
from pages.ui import briefing_capture, charts, compute, compute_emergency, emergency_show, roads_show, state
from pages.ui import emergency_state as chosen
from pages.ui.controls import search
from pages.ui.emergency_controls import Emergency, asked_scene, facts_line, sidebar
from pages.ui.emergency_map import map_state, on_click
from pages.ui.emergency_tables import tabs
from pages.ui.layout import errors_said, page_setup
from pages.ui.serve import ASSET_ROOT
from pages.ui.stage import is_on as on_stage
from pages.ui.text import Translate, plain


@st.fragment
def stage(_: Translate, language: str, asked: Emergency) -> None:
    """Figures, map, bases and tables: what a click on the map draws anew."""
    briefing_capture.said()
    with errors_said(_):
        study, assumptions = asked.study, asked.assumptions
        question = (study, assumptions, asked.bases(_), asked.clock, asked.capability)
        breaks = asked.breaks
        found = compute_emergency.answer(*question, breaks)
        limits = compute_emergency.hospital_problems(study, assumptions, asked.capability)
        emergency_show.key_figures(_, language, asked, found)
        emergency_show.band_line(_, asked, compute_emergency.band(study, assumptions, found, breaks))
        if len(breaks):
            emergency_show.closed_line(_, asked, compute_emergency.answer(*question).reached)
        emergency_show.problems(_, [*found.problems, *limits])
        picked = chosen.picked(study)
        village = picked.item_id if picked and picked.kind == "village" else None
        legs = compute_emergency.rescue(study, assumptions, found, breaks, village) if village else None
        left, right = st.columns([5, 3], gap="medium")
        with left, st.container(key="emergency_map"):
            picture(_)
            st_folium(
                base_map(compute.static_url(study), study.outline.total_bounds, st.session_state.view, ASSET_ROOT),
                feature_group_to_add=state_group(map_state(_, language, asked, found, legs)),
                key="em_map",
                height=720,
                use_container_width=True,
                returned_objects=[],
                on_change=lambda: on_click(_, asked),
            )
            st.caption(facts_line(_, asked))
        if not on_stage():
            with right:
                search(_, study)
                if len(breaks):
                    with st.expander(_("Closed roads"), icon=":material/block:"):
                        roads_show.closed_list(_, study, breaks)
                emergency_show.details(_, language, asked, found, legs)
                emergency_show.bases_editor(_, asked, found)
            charts.below(_, language, study, lambda: asked_scene(_, asked), RESCUE)
            tabs(_, language, asked, found)


def picture(_: Translate) -> None:
    """What the map shows."""
    state.hold("em_view")
    names = {
        "arrival": _("First arrival"),
        "hospital": _("At the hospital"),
        "backup": _("Second base"),
        "serves": _("Who serves whom"),
        "radius": _("Radius and clock"),
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            _("The map shows"), PICTURES, key="em_view", format_func=names.get, required=True,
            label_visibility="collapsed", persist_state="session", wrap=True,
        )  # fmt: skip
        if st.session_state.em_view == "radius":
            st.selectbox(
                _("Radius, km"), RADII_KM, key="em_radius", format_func=lambda km: _("Radius {km:g} km").format(km=km),
                label_visibility="collapsed", persist_state="session", width=160,
            )  # fmt: skip


page = page_setup(N_("Emergency"))
with errors_said(page.translate):
    question = sidebar(page.translate, page.language)
    _ = page.translate
    briefing_capture.button(_, question.study, lambda: asked_scene(_, question))
    title = _("Emergency: {study}").format(study=plain(question.study.title(page.language)))
    st.title(title, anchor=False)
    st.markdown(_("Clock: **{clock}**").format(clock=plain(question.clock.say(_))))
    stage(page.translate, page.language, question)
