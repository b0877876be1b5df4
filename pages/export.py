"""Files: a briefing, a map or tables, for slides, paper, a USB stick or other programs."""

import streamlit as st

from geo.model.errors import N_
from pages.ui import address, export_form, state
from pages.ui.controls import facts_line, sidebar
from pages.ui.layout import errors_said, page_setup
from pages.ui.text import plain

page = page_setup(N_("Files"))
_ = page.translate
with errors_said(_):
    asked = sidebar(_, page.language)
    address.keep(state.address(page.language, list(asked.tiers), list(asked.shown)))
    st.title(_("Files: {study}").format(study=plain(asked.study.title(page.language))), anchor=False)
    left, right = st.columns([2, 5], gap="large")
    with left, errors_said(_):
        wanted = export_form.form(_, page.language, asked)
        export_form.make(_, asked, wanted)
        with right, errors_said(_):
            export_form.preview(_, asked, wanted)
            st.caption(facts_line(_, asked))
