"""Loading a programme's tables: a file checked row by row, its questions, and its commit as a new version."""

import tempfile
import uuid
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from geo.model.desk import PROGRAMME_KINDS, Check, Kind
from geo.model.programmes import Programme
from geo.model.schemes import load_scheme
from geo.output.templates import template
from geo.study.desk import Upload
from geo.study.programme import new_programme
from pages.ui import compute_programmes, signature
from pages.ui.text import Translate, local_time, plain

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def kind_names(_: Translate) -> dict[str, str]:
    """What a file or a version of a programme is about, in words."""
    return {
        "counties": _("Counties and their stage"),
        "milestones": _("Milestones"),
        "pairings": _("Paired hospitals"),
        "indicators": _("Figures of counties"),
        "restore": _("Restored"),
    }


def stored_said(_: Translate) -> None:
    """After storing: which version it has become."""
    if version := st.session_state.pop("programme_stored", None):
        st.success(_("Stored as version {version}.").format(version=version))


def load(_: Translate, programme: Programme, language: str) -> None:
    """Choose a table, upload a file, see what is wrong with which row, store the rest."""
    names = kind_names(_)
    left, right = st.columns([1, 2], gap="medium")
    with left:
        kind: Kind = st.radio(_("The file holds"), PROGRAMME_KINDS, format_func=names.get, key="programme_kind")
        st.download_button(
            _("An empty template (XLSX)"), template(kind, load_scheme("xishui"), _, language),
            file_name=f"yida-{kind}.xlsx", mime=XLSX, icon=":material/table_view:", on_click="ignore",
        )  # fmt: skip
    with right:
        uploaded = st.file_uploader(_("A list from any program"), ["csv", "tsv", "txt", "xlsx", "xls"], key="table")
        if uploaded is not None:
            _uploaded(_, programme, kind, uploaded)
    versions(_, programme)


def _uploaded(_: Translate, programme: Programme, kind: Kind, uploaded: UploadedFile) -> None:
    answers = st.session_state.setdefault("programme_answers", {}).setdefault(uploaded.file_id, {})
    key = (uploaded.file_id, kind, programme.content_id, tuple(sorted(answers.items())))
    if st.session_state.get("programme_check", (None,))[0] != key:
        st.session_state.programme_check = (key, _checked(uploaded, kind, programme, answers), uuid.uuid4().hex)
    _key, check, operation = st.session_state.programme_check
    _questions(_, check, answers)
    if len(check.table):
        verdicts(_, check)
    if not check.questions and check.rows_ok:
        _commit(_, programme, check, uploaded.name, operation)


def _checked(uploaded: UploadedFile, kind: Kind, programme: Programme, answers: dict[str, str]) -> Check:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(uploaded.getbuffer())
        return compute_programmes.check(path, kind, programme, dict(answers))


def _questions(_: Translate, check: Check, answers: dict[str, str]) -> None:
    """What only the user can tell; an answer checks the file again."""
    for question in check.questions:
        labels = {choice.value: choice.label or choice.value for choice in question.choices}
        picked = st.selectbox(
            plain(question.say(_)), list(labels), index=None, format_func=labels.get, placeholder=_("Choose one"),
            key=f"ask:{question.question_id}",
        )  # fmt: skip
        if picked is not None:
            answers[question.question_id] = str(picked)
            st.rerun()


def verdicts(_: Translate, check: Check) -> None:
    """How many rows can be used, and what is wrong with which."""
    st.markdown(
        _("{ok:,} of {whole:,} rows can be used.").format(ok=check.rows_ok, whole=len(check.table))
    )  # fmt: skip
    said = pd.DataFrame({
        _("Row"): [p.row for p in check.problems],
        _("Verdict"): [_("Cannot be used") if p.severity == "error" else _("To look at") for p in check.problems],
        _("Why"): [p.say(_) for p in check.problems],
    })  # fmt: skip
    if len(said):
        st.dataframe(said, hide_index=True, key="table_problems")


def _commit(_: Translate, programme: Programme, check: Check, file_name: str, operation: str) -> None:
    replacing = st.radio(
        _("Rows that are stored already"),
        [False, True],
        format_func=lambda yes: _("are replaced, all of them") if yes else _("stay; rows of the same code are updated"),
        key="programme_replacing",
    )
    with st.form("programme_commit"):
        name = st.text_input(_("Store under the name"), value=programme.programme_id, max_chars=60).strip()
        author = signature.name_field(_)
        asked = st.form_submit_button(_("Store as a new version"), type="primary")
    if not signature.signed(_, asked, author):
        return
    known = name in compute_programmes.titles()
    base = compute_programmes.programme(name) if known else new_programme(name)
    upload = Upload(author, "", file_name, check.fingerprint, operation)
    version = compute_programmes.commit(
        base, compute_programmes.newest(name) if known else None, check, upload, replacing=bool(replacing)
    )
    st.session_state.programme_stored = version
    st.session_state.pop("programme_check", None)
    st.session_state.programme_asked = name
    st.rerun()


def versions(_: Translate, programme: Programme) -> None:
    """Every stored version; an older one can be made the newest again."""
    entries = compute_programmes.versions(programme)
    if not entries:
        return
    st.subheader(_("Versions"), anchor=False)
    names = kind_names(_)
    table = pd.DataFrame({
        _("Version"): [e.version_id for e in entries],
        _("Time"): [local_time(e.created_at) for e in entries],
        _("What changed"): [names.get(e.kind, e.kind) for e in entries],
        _("By"): [e.author for e in entries],
        _("File"): [e.file_name for e in entries],
    })  # fmt: skip
    st.dataframe(table, hide_index=True, key="programme_versions")
    older = [e.version_id for e in entries[1:]]
    if older:
        with st.form("programme_restore"):
            version = st.selectbox(_("Version"), older)
            author = signature.name_field(_)
            asked = st.form_submit_button(_("Make this version the newest again"))
        if signature.signed(_, asked, author):
            st.session_state.programme_stored = compute_programmes.restore(
                programme, int(version), author, uuid.uuid4().hex
            )
            st.rerun()
