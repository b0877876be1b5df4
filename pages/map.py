"""The map: who is reached in how many minutes, township by township."""

import streamlit as st
from streamlit_folium import st_folium

from geo.model.errors import N_
from geo.network.breaks import NO_BREAKS
from geo.output.maps import base_map, state_group
from pages.ui import briefing_capture, charts, compute, compute_export, compute_roads, roads_show, show, state
from pages.ui.controls import Question, facts_line, search, sidebar
from pages.ui.layout import errors_said, page_setup
from pages.ui.map_state import map_state, on_map_click
from pages.ui.serve import ASSET_ROOT
from pages.ui.stage import is_on as on_stage
from pages.ui.text import Translate, plain

MAP_HEIGHT_PX = 720
CHARTS = ("outside", "villages", "townships", "coverage", "curve", "tiers")


@st.fragment
def stage(_: Translate, language: str, question: Question) -> None:
    """Figures, map and tables: what a click on the map draws anew."""
    briefing_capture.said()
    with errors_said(_):
        study = question.study
        found = compute.nearest(study, question.mode, question.assumptions, question.tiers)
        show.key_figures(_, question, found, compute.county_coverage(study, found, question.threshold_min))
        roads_show.band_line(_, compute_roads.band(question, NO_BREAKS, question.threshold_min))
        chosen = state.selection(study)
        village = chosen.item_id if chosen and chosen.kind == "village" else None
        ways = compute.journeys(study, question.mode, question.assumptions, village) if village else []
        left, right = st.columns([5, 3], gap="medium")
        with left:
            search(_, study)
            st_folium(
                base_map(compute.static_url(study), study.outline.total_bounds, st.session_state.view, ASSET_ROOT),
                feature_group_to_add=state_group(map_state(_, language, question, found, ways)),
                key="map",
                height=MAP_HEIGHT_PX,
                use_container_width=True,
                returned_objects=[],
                on_change=on_map_click,
            )
            st.caption(facts_line(_, question))
        if not on_stage():
            with right:
                show.details(_, language, question, found, ways)
                show.township_table(_, question, found)
            charts.below(_, language, study, lambda: compute_export.asked_scene(question), CHARTS)


page = page_setup(N_("Map"))
with errors_said(page.translate):
    asked = sidebar(page.translate, page.language)
    briefing_capture.button(page.translate, asked.study, lambda: compute_export.asked_scene(asked))
    st.title(plain(asked.study.title(page.language)), anchor=False)
    stage(page.translate, page.language, asked)
