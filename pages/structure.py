"""The structure: levels against the scheme, who leads whom on the map, what is wrong, and the chain of care."""

import streamlit as st

from geo.model.errors import N_
from pages.ui import (
    briefing_capture,
    map_tables,
    structure_chain,
    structure_charts,
    structure_checks,
    structure_communities,
    structure_first,
    structure_networks,
    structure_scheme,
    structure_what_if,
)
from pages.ui.layout import errors_said, page_setup
from pages.ui.stage import is_on as on_stage
from pages.ui.structure_controls import Asked, asked_scene, sidebar
from pages.ui.structure_map import stage_map
from pages.ui.text import Translate, plain

# A lower map than on the map's own page and a panel as high, so that the tabs below are seen to be there.
STYLE = """
iframe.stCustomComponentV1 { height: clamp(420px, calc(100vh - 395px), 1000px) !important; }
@media (min-width: 641px) {
  [data-testid="stTabs"] [role="tabpanel"] { min-height: 680px; } /* or a change of tab would scroll the page up */
  .st-key-structure_panel { max-height: max(520px, calc(100vh - 330px)); overflow-y: auto; padding-right: .3rem; }
}
"""


@st.fragment
def stage(_: Translate, language: str, asked: Asked) -> None:
    """Figures, map, card and tabs: what a click on the map draws anew."""
    briefing_capture.said()
    with errors_said(_):
        st.html(f"<style>{'' if on_stage() else STYLE}</style>")
        structure_first.counts(_, language, asked)
        left, right = st.columns([5, 3], gap="medium")
        if not on_stage():
            with right, st.container(key="structure_panel"):
                structure_first.panel(_, language, asked)
        with left:
            stage_map(_, language, asked)
        if on_stage():
            return
        parts = {
            _("Communities"): structure_communities.show,
            _("Institutions"): lambda _, language, asked: map_tables.facilities(_, language, asked.study),
            _("Checks"): structure_checks.show,
            _("Chain of care"): structure_chain.show,
            _("Networks"): structure_networks.show,
            _("Charts"): structure_charts.show,
            _("What if"): structure_what_if.show,
            _("Scheme"): structure_scheme.show,
        }
        for tab, part in zip(st.tabs(list(parts), on_change="rerun", key="structure_tab"), parts.values(), strict=True):
            if tab.open:
                with tab:
                    part(_, language, asked)


page = page_setup(N_("Structure"))
with errors_said(page.translate):
    question = sidebar(page.translate, page.language)
    briefing_capture.button(page.translate, question.study, lambda: asked_scene(question))
    st.title(plain(question.study.title(page.language)), anchor=False)
    stage(page.translate, page.language, question)
