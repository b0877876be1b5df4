"""An uploaded list of ambulance runs: read once, without persons, kept in the session as intervals and places."""

import re
import tempfile
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from geo.intake.records import aliases
from geo.model.desk import CRS, Question
from geo.model.inputs import Study
from geo.output.run_words import column_names
from geo.study import records
from geo.study.records import Records
from pages.ui.text import Translate, plain

SYSTEMS = ("", "EPSG:4326", "EPSG:4490", "GCJ-02", "BD-09")


def uploaded(_: Translate, study: Study) -> Records | None:
    """What the upload on the page holds; None while there is none or a question is open."""
    file = st.file_uploader(
        _("A list of ambulance runs, from any dispatch program"), type=["csv", "tsv", "txt", "xlsx", "xls"], key="runs"
    )
    if file is None:
        st.session_state.records = None
        _explain(_)
        return None
    asked = _asked(file.file_id)
    answers: dict[str, str] = {}
    while question := asked.get(tuple(answers.items())):
        answer = _answer(_, question, f"runs:{file.file_id}:{len(answers)}:{answers}")
        if answer is None:
            return None
        answers[question.question_id] = answer
    system = st.session_state.get("runs_crs", "")
    key = (file.file_id, study.content_id, system, tuple(answers.items()))
    kept = st.session_state.get("records")
    if kept is None or kept[0] != key:
        with st.spinner(_("Reading the runs …")):
            found = _read(file, study, answers | ({CRS: system} if system else {}))
        kept = st.session_state.records = (key, found)
    found = kept[1]
    if not found.questions:
        return found
    if found.questions[0].question_id not in answers:
        asked[tuple(answers.items())] = found.questions[0]
        st.rerun()
    return None


def _asked(file_id: str) -> dict[tuple[tuple[str, str], ...], Question]:
    """What was asked about a file, by the answers given before it: they stay on screen and can be changed."""
    if st.session_state.get("runs_asked", ("",))[0] != file_id:
        st.session_state.runs_asked = (file_id, {})
    asked: dict[tuple[tuple[str, str], ...], Question] = st.session_state.runs_asked[1]
    return asked


def _answer(_: Translate, question: Question, key: str) -> str | None:
    """The answer chosen, without a preview of the rows: they may hold persons."""
    labels = {choice.value: choice.label or choice.value for choice in question.choices}
    picked: str | None = st.selectbox(
        plain(question.say(_)), list(labels), index=None, format_func=lambda value: labels[value], key=key,
        placeholder=_("Choose one"),
    )  # fmt: skip
    return picked


def _read(file: UploadedFile, study: Study, answers: dict[str, str]) -> Records:
    """The file lies on the disk only while it is read: it may hold names and telephones."""
    name = re.sub(r"[^\w.\- ]", "_", Path(file.name).name)[-80:] or "runs"
    with tempfile.TemporaryDirectory(prefix="yida-runs-") as folder:
        path = Path(folder) / name
        path.write_bytes(file.getbuffer())
        return records.read_records(path, study, answers)


def _explain(_: Translate) -> None:
    st.markdown(
        _(
            "One row a run, with the times of the clock: call, turnout order, departure, arrival at the scene, arrival "
            "at hospital. A village or a position tells where the scene was, a base which facility answered. "
            "Telephones, names and identity numbers are dropped on reading; nothing of the file is stored."
        )
    )
    names = column_names(_)
    with st.expander(_("Which headers are recognised"), expanded=True):
        st.dataframe(
            [{_("Column"): names[c], _("Headers"): "、".join(words)} for c, words in aliases().items()], hide_index=True
        )


def system_choice(_: Translate, found: Records) -> None:
    """Which coordinate system the positions are in, where the file has any."""
    if not {"lon", "lat"} <= set(found.mapping):
        return
    st.selectbox(
        _("Coordinate system of the positions"), SYSTEMS, key="runs_crs",
        format_func=lambda s: s or _("What fits the roads best"),
    )  # fmt: skip
