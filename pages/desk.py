"""The data desk: upload a list, see what is wrong with which row, mend it, compare it, store it as a version."""

import streamlit as st

from geo.model.errors import N_
from geo.study import desk
from pages.ui import compute, desk_check, desk_commit, draft, state
from pages.ui.controls import language_switch, study_choice
from pages.ui.layout import errors_said, page_setup
from pages.ui.text import plain

TYPES = ["csv", "tsv", "txt", "xlsx", "xls", "geojson", "json", "zip", "gpkg", "kml"]

page = page_setup(N_("Data desk"))
_ = page.translate
with errors_said(_):
    state.restore(list(compute.study_titles()))
    with st.sidebar:
        language_switch(_, page.language)
        study = study_choice(_, page.language)
        kind = st.segmented_control(
            _("The list holds"),
            desk.DESK_KINDS,
            default=desk.DESK_KINDS[0],
            format_func=lambda k: desk_commit.kind_name(_, k),
            key="desk_kind",
            required=True,
        )
    st.title(_("Data desk: {study}").format(study=plain(study.title(page.language))), anchor=False)
    if version := st.session_state.pop("stored", None):
        st.success(_("Stored as version {version}. The map shows it now.").format(version=version))
    uploaded = st.file_uploader(_("A list of facilities or villages, from any program"), type=TYPES, key="upload")
    current = draft.begin(_, uploaded, kind, study) if uploaded else None
    if current is None:
        st.subheader(_("Versions"), anchor=False)
        desk_commit.versions(_, study, kind)
    else:
        desk_check.questions(_, current)
        if len(current.check.table):
            desk_check.summary(_, current.check)
            desk_check.about_file(_, current.check)
            tabs = st.tabs([_("Rows"), _("Mends"), _("Map"), _("Difference and commit")])
            with tabs[0]:
                desk_check.rows(_, current)
            with tabs[1]:
                desk_check.mends(_, current)
            with tabs[2]:
                desk_check.on_map(_, page.language, current)
            with tabs[3]:
                if current.check.questions:
                    st.info(_("Answer the questions above first."))
                elif current.check.rows_ok == 0:
                    st.error(_("No row can be used; there is nothing to store."))
                else:
                    desk_commit.difference(_, current)
