"""The data desk: upload a file, see what is wrong with which row, mend it, compare it, store it as a version."""

import streamlit as st

from geo.model.desk import KINDS, Kind
from geo.model.errors import N_
from geo.model.inputs import Study
from pages.ui import address, compute, desk_check, desk_commit, draft, state
from pages.ui.controls import language_switch, study_choice
from pages.ui.desk_columns import columns
from pages.ui.desk_kinds import TYPES, kind_name, template_buttons, wanted
from pages.ui.draft import Draft
from pages.ui.layout import errors_said, page_setup
from pages.ui.text import Translate, plain


def questions_asked(_: Translate, language: str) -> tuple[Study, Kind]:
    """Draw the sidebar: which study, and what the file holds."""
    state.restore(list(compute.study_titles()))
    with st.sidebar:
        language_switch(_)
        study = study_choice(_, language)
        kind: Kind = st.radio(
            _("The file holds"), KINDS, format_func=lambda k: kind_name(_, k), key="desk_kind", persist_state="session"
        )
    return study, kind


def under_way(_: Translate, current: Draft) -> None:
    """Which upload is being worked on; it waits here until it is stored or discarded."""
    told, away = st.columns([5, 1], vertical_alignment="center")
    told.caption(
        _("Working on {file}; {count} changes made to its rows. Nothing is stored yet.").format(
            file=plain(current.file_name), count=len(current.edits)
        )
    )
    away.button(
        _("Discard"), icon=":material/delete:", width="stretch",
        on_click=draft.drop, args=(current.kind, current.base.name),
    )  # fmt: skip


def shown(_: Translate, language: str, current: Draft) -> None:
    """Everything about an upload that has been read: figures, then rows, mends, map and difference on demand."""
    desk_check.questions(_, current)
    columns(_, language, current)
    if not len(current.check.table):
        return
    desk_check.summary(_, current.check)
    desk_check.about_file(_, current.check)
    names = [_("Rows"), _("Mends"), _("Map"), _("Difference and commit")]
    rows, mends, on_map, commit = st.tabs(names, on_change="rerun", key=f"desk_tab:{current.upload_id}")
    if rows.open:
        with rows:
            desk_check.rows(_, language, current)
    if mends.open:
        with mends:
            desk_check.mends(_, current)
    if on_map.open:
        with on_map:
            desk_check.on_map(_, language, current)
    if commit.open:
        with commit:
            desk_commit.difference(_, language, current)


page = page_setup(N_("Data desk"))
_ = page.translate
with errors_said(_):
    study, kind = questions_asked(_, page.language)
    address.keep({"study": study.name, "lang": page.language})
    st.title(_("Data desk: {study}").format(study=plain(study.title(page.language))), anchor=False)
    if version := st.session_state.pop("stored", None):
        st.success(_("Stored as version {version}. The map shows it now.").format(version=version))
    uploaded = st.file_uploader(wanted(_, kind), type=list(TYPES[kind]), key=draft.uploader_key(kind))
    current = draft.begin(_, uploaded, kind, study)
    if current is None:
        template_buttons(_, page.language, study, kind)
        st.subheader(_("Versions"), anchor=False)
        desk_commit.versions(_, page.language, study, kind)
    else:
        under_way(_, current)
        shown(_, page.language, current)
