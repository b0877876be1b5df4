"""An upload under way: the file, the answers given, and the check as edited so far. Lives in the session."""

import hashlib
import re
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from geo.model.desk import Check, Kind
from geo.model.inputs import Study
from geo.store import home
from geo.study import desk
from pages.ui import compute
from pages.ui.text import Translate


@dataclass(frozen=True)
class Draft:
    """What is known of one upload. `revision` grows with every change, so that widgets start anew."""

    upload_id: str
    kind: Kind
    base: Study
    base_version: int
    path: Path
    file_name: str
    check: Check
    answers: dict[str, str] = field(default_factory=dict)
    operation_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    revision: int = 0


def current() -> Draft | None:
    """The upload under way in this session."""
    return st.session_state.get("draft")


def keep(draft: Draft) -> None:
    """Take a changed draft as the current one."""
    st.session_state.draft = replace(draft, revision=draft.revision + 1)


def drop() -> None:
    """Forget the upload and its file."""
    draft = current()
    if draft is not None:
        draft.path.unlink(missing_ok=True)
    st.session_state.draft = None


def begin(_: Translate, uploaded: UploadedFile, kind: Kind, base: Study) -> Draft | None:
    """The draft of a file just uploaded, read and checked once; None while its reading is stopped."""
    upload_id = f"{uploaded.file_id}:{kind}:{base.name}"
    draft = current()
    if draft is not None and draft.upload_id == upload_id:
        return draft
    if st.session_state.get("stopped") == upload_id:
        st.warning(_("Reading was stopped. Upload the file again to start over."), icon=":material/cancel:")
        return None
    drop()
    path = _saved(uploaded)
    version = compute.newest_version(base.name)
    check = _checked(_, path, kind, base, {}, upload_id)
    keep(Draft(upload_id, kind, base, version, path, uploaded.name, check))
    return current()


def answer(_: Translate, draft: Draft, question_id: str, value: str) -> None:
    """Take an answer and check the file again with it."""
    answers = {**draft.answers, question_id: value}
    keep(
        replace(
            draft,
            answers=answers,
            check=_checked(_, draft.path, draft.kind, draft.base, answers, draft.upload_id),
        )
    )


def _saved(uploaded: UploadedFile) -> Path:
    """The upload as a file of its own in the work folder, under a name that only we choose."""
    body = uploaded.getbuffer()
    folder = home() / "uploads" / hashlib.sha256(body).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (re.sub(r"[^\w.\- ]", "_", Path(uploaded.name).name)[-80:] or "upload")
    path.write_bytes(body)
    return path


def _checked(_: Translate, path: Path, kind: Kind, base: Study, answers: dict[str, str], upload_id: str) -> Check:
    context = compute.desk_context(base)
    remembered = desk.recall_mappings(compute.store(), base.name, kind)

    def work(should_stop: Callable[[], bool], progress: Callable[[int], None]) -> Check:
        return desk.check_file(path, kind, context, answers, remembered, should_stop=should_stop, progress=progress)

    return _with_progress(_, work, upload_id)


def _with_progress(
    _: Translate, work: Callable[[Callable[[], bool], Callable[[int], None]], Check], upload_id: str
) -> Check:
    """Run the work beside the script, with rows read and a button that stops it."""
    stop, rows = threading.Event(), [0]
    place = st.empty()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work, stop.is_set, lambda read: rows.__setitem__(0, read))
        try:
            shown = False
            while True:
                try:
                    return future.result(timeout=0.4)
                except TimeoutError:
                    if not shown:
                        shown = True
                        with place.container():
                            line = st.empty()
                            st.button(
                                _("Stop reading"),
                                key=f"stop:{upload_id}",
                                on_click=lambda: st.session_state.update(stopped=upload_id),
                            )
                    line.info(_("Reading and checking … {rows:,} rows").format(rows=rows[0]))
        finally:
            stop.set()
            place.empty()
