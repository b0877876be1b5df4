"""An upload under way: the file, the answers given, and everything done to its rows since. Lives in the session.

A draft is kept until it is stored or discarded, also while another page or kind is looked at. What was done to rows is
kept beside the check and done again whenever the file is read anew.
"""

import re
import shutil
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from geo.model.desk import CRS, Check, Kind, Mend
from geo.model.errors import InputError, StoreUnavailable
from geo.model.inputs import Study
from geo.store import home
from geo.study import desk
from pages.ui import compute
from pages.ui.text import Translate

_KEPT_S = 48 * 3600  # uploads of sessions that ended without a word are removed after this age


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
    edits: tuple[Mend, ...] = ()  # mends accepted, cells edited, places clicked; the latest first
    decisions: dict[str, str] = field(default_factory=dict)  # pair key → "same" or "different"; kept with the commit
    operation_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    revision: int = 0


def current(kind: Kind, study: Study) -> Draft | None:
    """The upload under way in this session for a kind of file of a study."""
    return _drafts().get((kind, study.name))


def keep(draft: Draft) -> None:
    """Take a changed draft as the current one."""
    _drafts()[draft.kind, draft.base.name] = replace(draft, revision=draft.revision + 1)


def drop(kind: Kind, study_name: str) -> None:
    """Forget the upload and its file."""
    draft = _drafts().pop((kind, study_name), None)
    if draft is not None:
        shutil.rmtree(draft.path.parent, ignore_errors=True)
    # Another key: else the widget would hand over the same file again at the next run.
    st.session_state.uploads = st.session_state.get("uploads", 0) + 1


def uploader_key(kind: Kind) -> str:
    """The key of the widget that takes files of a kind."""
    return f"upload:{kind}:{st.session_state.get('uploads', 0)}"


def begin(_: Translate, uploaded: UploadedFile | None, kind: Kind, base: Study) -> Draft | None:
    """The draft under way: of a file just uploaded, read and checked once, else the one left. None without any."""
    draft = current(kind, base)
    if draft is not None and st.session_state.pop("renew", "") == draft.upload_id:
        return _renewed(_, draft, base)
    if uploaded is None:
        return draft
    upload_id = f"{uploaded.file_id}:{kind}:{base.name}"
    if draft is not None and draft.upload_id == upload_id:
        return draft
    if st.session_state.get("stopped") == upload_id:
        st.warning(_("Reading was stopped. Upload the file again to start over."), icon=":material/cancel:")
        return None
    version = compute.version_of(base)
    path = _saved(uploaded)
    try:
        check = _checked(_, path, uploaded.name, kind, base, {}, upload_id)
    except BaseException:
        shutil.rmtree(path.parent, ignore_errors=True)
        raise
    if draft is not None:
        shutil.rmtree(draft.path.parent, ignore_errors=True)
    keep(Draft(upload_id, kind, base, version, path, uploaded.name, check))
    return current(kind, base)


def answer(_: Translate, draft: Draft, question_id: str, value: str) -> None:
    """Take an answer, check the file again with it, and do again what was done to its rows.

    Another coordinate system makes other places of the same numbers: mends of positions are then left to be proposed
    anew; places put by hand stay.
    """
    edits = draft.edits
    if question_id == CRS:
        edits = tuple(m for m in edits if m.kind == "placed_by_hand" or not {"lon", "lat"} & m.values.keys())
    _read_again(_, replace(draft, answers={**draft.answers, question_id: value}, edits=edits))


def edit(draft: Draft, mends: tuple[Mend, ...]) -> None:
    """Change rows; what has been changed before stays changed."""
    check = desk.mended(draft.check, mends, compute.desk_context(draft.base))
    keep(replace(draft, check=check, edits=(*mends, *draft.edits)))


def ask_to_renew(draft: Draft) -> None:
    """At the next run check the file against the newest version of its study, with everything done to its rows."""
    st.session_state.renew = draft.upload_id


def _renewed(_: Translate, draft: Draft, base: Study) -> Draft | None:
    _read_again(_, replace(draft, base=base, base_version=compute.version_of(base), operation_id=uuid.uuid4().hex))
    return current(draft.kind, base)


def _read_again(_: Translate, draft: Draft) -> None:
    check = _checked(_, draft.path, draft.file_name, draft.kind, draft.base, draft.answers, draft.upload_id)
    if draft.edits:
        check = desk.mended(check, draft.edits, compute.desk_context(draft.base))
    keep(replace(draft, check=check))


def _drafts() -> dict[tuple[Kind, str], Draft]:
    drafts: dict[tuple[Kind, str], Draft] = st.session_state.setdefault("drafts", {})
    return drafts


def _saved(uploaded: UploadedFile) -> Path:
    """The upload in a folder of its own, under a name that only we choose. Raises StoreUnavailable on a full disk."""
    _sweep(home() / "uploads")
    folder = home() / "uploads" / uuid.uuid4().hex
    path = folder / (re.sub(r"[^\w.\- ]", "_", Path(uploaded.name).name)[-80:] or "upload")
    try:
        folder.mkdir(parents=True)
        path.write_bytes(uploaded.getbuffer())
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise StoreUnavailable(path=folder.parent, detail=error.strerror) from error
    return path


def _sweep(folder: Path) -> None:
    for left in folder.glob("*"):
        if time.time() - left.stat().st_mtime > _KEPT_S:
            shutil.rmtree(left, ignore_errors=True)


def _checked(
    _: Translate, path: Path, name: str, kind: Kind, base: Study, answers: dict[str, str], upload_id: str
) -> Check:
    context = compute.desk_context(base)
    remembered = desk.recall_mappings(compute.store(), base.name, kind)

    def work(should_stop: Callable[[], bool], progress: Callable[[int], None]) -> Check:
        return desk.check_file(path, kind, context, answers, remembered, should_stop=should_stop, progress=progress)

    try:
        return _with_progress(_, work, upload_id)
    except InputError as error:  # the user knows the file by the name it was uploaded under
        raise type(error)(**{**error.params, "path": name}) if "path" in error.params else error from error


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
