"""Province view: many counties at once, how far each is, what is due, and the way to a county's own map."""

import streamlit as st

from geo.model.errors import N_
from geo.model.programmes import Programme
from pages.ui import compute_programmes, county_colours, province, province_load
from pages.ui.controls import language_switch
from pages.ui.layout import errors_said, page_setup
from pages.ui.stage import is_on as on_stage
from pages.ui.text import Translate, plain


def counties(_: Translate, language: str, programme: Programme) -> None:
    """Squares and map on the left, milestones and the chosen county on the right, the table below."""
    if programme.county.empty:
        st.info(_("No county is listed yet. Load the counties' table."), icon=":material/info:")
        province.milestones(_, programme, language)
        return
    if on_stage():
        province.squares(_, programme, county_colours.choice(_, programme, language))
        province.milestones(_, programme, language)
        return
    left, right = st.columns([6, 4], gap="medium")
    with left:
        colouring = county_colours.choice(_, programme, language)
        province.squares(_, programme, colouring)
        province.county_table(_, programme, colouring)
    with right:
        province.milestones(_, programme, language)
        province.county_detail(_, programme, language)
        province.on_map(_, programme, colouring, language)


page = page_setup(N_("Province"))
_ = page.translate
with errors_said(_):
    titles = compute_programmes.titles()
    with st.sidebar:
        language_switch(_)
        chosen = province.programme_choice(_, page.language, titles)
    asked = compute_programmes.programme(chosen)
    st.title(plain(asked.title(page.language)), anchor=False)
    province_load.stored_said(_)
    province.about(_, page.language, asked)
    if asked.total:
        province.stage_figures(_, asked)
    if asked.county.empty or not on_stage():
        province.figure_tiles(_, asked, page.language)
    tabs = st.tabs([_("Counties"), _("Figures"), _("Paired hospitals"), _("Load tables")])
    with tabs[0]:
        counties(_, page.language, asked)
    with tabs[1]:
        province.figure_table(_, asked, page.language)
    with tabs[2]:
        province.pairings(_, asked)
    with tabs[3]:
        province_load.load(_, asked, page.language)
