"""Roads: close one with a click and see who is cut off; which segment matters most; other conditions."""

import streamlit as st
from streamlit_folium import st_folium

from geo.model.errors import N_
from geo.network.breaks import NO_BREAKS
from geo.output.maps import base_map, state_group
from geo.study import closing
from pages.ui import briefing_capture, charts, closed_roads, compute, compute_roads, map_tables, roads_show
from pages.ui.controls import Question, facts_line, sidebar
from pages.ui.layout import errors_said, page_setup
from pages.ui.roads_map import roads_state
from pages.ui.serve import ASSET_ROOT
from pages.ui.stage import is_on as on_stage
from pages.ui.text import Translate, plain

VIEWS = ("closed", "rank", "conditions")
CHARTS = ("closure", "coverage", "outside", "villages")


@st.fragment
def stage(_: Translate, language: str, question: Question) -> None:
    """Figures, map and tables: what a click on the map draws anew."""
    briefing_capture.said()
    with errors_said(_):
        care, breaks = compute_roads.care(question), closed_roads.breaks(question.study)
        before, after = closing.found_with(care, NO_BREAKS), closing.found_with(care, breaks)
        lost = closing.losses(question.study, before, after, question.threshold_min)
        wholes = [compute.county_coverage(question.study, f, question.threshold_min) for f in (before, after)]
        roads_show.figures(_, question, wholes[0], wholes[1], lost)
        roads_show.band_line(_, compute_roads.band(question, breaks, question.threshold_min))
        left, right = st.columns([5, 3], gap="medium")
        with right:
            names = {"closed": _("Closed roads"), "rank": _("Which road matters most"), "conditions": _("Conditions")}
            view = st.segmented_control(
                _("Show"), VIEWS, default="closed", format_func=lambda v: names[v], key="roads_view", required=True,
                label_visibility="collapsed", wrap=True,
            )  # fmt: skip
            ranked = None
            if view == "closed":
                roads_show.closed_list(_, question.study, breaks)
                roads_show.villages(_, question, lost)
                map_tables.tabs(_, language, question, after)
            elif view == "rank":
                limit, key = question.threshold_min, compute_roads.question_key(question)
                ranked = roads_show.ranking(_, question.study, lambda: compute_roads.care(question), limit, limit, key)
            else:
                roads_show.by_condition(_, question, breaks)
        with left:
            if st.session_state.pop("road_missed", False):
                st.warning(_("There is no road near the place you clicked. Zoom in and click the road itself."))
            st_folium(
                base_map(
                    compute.static_url(question.study), question.study.outline.total_bounds, st.session_state.view,
                    ASSET_ROOT,
                ),
                feature_group_to_add=state_group(roads_state(_, language, question, care, breaks, after, ranked)),
                key=closed_roads.MAP_KEY,
                height=720,
                use_container_width=True,
                returned_objects=[],
                on_change=lambda: closed_roads.on_map_click(question),
            )  # fmt: skip
            st.caption(facts_line(_, question))
        if not on_stage():
            charts.below(_, language, question.study, lambda: closed_roads.asked_scene(question), CHARTS)


page = page_setup(N_("Roads"))
with errors_said(page.translate):
    asked = sidebar(page.translate, page.language)
    _ = page.translate
    briefing_capture.button(_, asked.study, lambda: closed_roads.asked_scene(asked))
    st.title(_("Roads and conditions: {study}").format(study=plain(asked.study.title(page.language))), anchor=False)
    stage(page.translate, page.language, asked)
