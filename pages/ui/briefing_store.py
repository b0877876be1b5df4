"""Keeping and passing on a briefing: storing, revisions side by side, the link, and the file."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode, urljoin

import streamlit as st

from geo.model.briefing import filled, in_language
from geo.model.errors import BriefingInvalid
from geo.model.inputs import Study
from geo.model.scene_json import MOST_BYTES, from_json, to_json
from geo.study import briefings
from geo.study.briefings import Revision
from pages.ui import briefing_sheet, compute, compute_briefing, signature
from pages.ui.briefing_sheet import Sheet
from pages.ui.text import Translate, local_time, plain


def who_and_when(_: Translate, revision: Revision) -> str:
    """A revision in words, not yet made harmless for Markdown."""
    return _("Revision {number} by {author}, {when}").format(
        number=revision.number, author=revision.author or "—", when=local_time(revision.saved_at)
    )


def side_by_side(_: Translate, sheet: Sheet, tips: Sequence[Revision]) -> None:
    """Say that people have stored side by side, and let each revision be opened."""
    others = [tip for tip in tips if tip.operation_id not in sheet.bases]
    if not others or sheet.is_ready:
        return
    st.warning(
        _("Somebody else has stored this briefing too. Nothing is lost: both are kept until one is stored for all."),
        icon=":material/call_split:",
    )
    for tip in others:
        words, action = st.columns([4, 1], vertical_alignment="center")
        words.markdown(plain(who_and_when(_, tip)) + (" · " + _("removed")) * tip.removed)
        if not tip.removed:
            action.button(
                _("Open this one"),
                key=f"tip:{tip.operation_id}",
                on_click=lambda revision=tip: briefing_sheet.take(sheet.study, revision),
            )


def store_form(_: Translate, sheet: Sheet, tips: Sequence[Revision]) -> None:
    """Name and button that store the briefing as a new revision; say what came of it."""
    with st.form(f"store:{sheet.briefing_id}:{sheet.turn}", border=False):
        author = signature.name_field(_)
        others = [tip for tip in tips if tip.operation_id not in sheet.bases]
        for_all = bool(others) and st.checkbox(
            _("In place of both"), help=_("The other one stays among the earlier revisions.")
        )
        asked = st.form_submit_button(_("Store"), type="primary", key=f"store_now:{sheet.briefing_id}")
    if not signature.signed(_, asked, author):
        return
    bases = tuple(t.operation_id for t in tips) if for_all else sheet.bases
    _store(sheet, author, bases)
    st.rerun()


def _store(sheet: Sheet, author: str, bases: tuple[str, ...]) -> None:
    store, briefing = compute.store(), sheet.briefing
    made = briefings.save(store, sheet.study, sheet.briefing_id, briefing, bases, author, sheet.operation_id)
    briefing_sheet.keep(replace(sheet, bases=(made.operation_id,), stored=briefing))
    tips = briefings.newest(store, sheet.study, sheet.briefing_id)
    st.session_state.briefing_stored = (made, len(tips) > 1)


def stored_said(_: Translate) -> None:
    """After storing: which revision it has become, and whether somebody else was there too."""
    made, beside = st.session_state.pop("briefing_stored", (None, False))
    if made:
        said = _("Stored as revision {number}.").format(number=made.number)
        kept = _("It was made from an older revision: the newer one of somebody else is kept beside it.")
        st.success(f"{said} {kept}" if beside else said, icon=":material/check:")


def link(_: Translate, sheet: Sheet, language: str) -> None:
    """The address that opens this briefing here, for others to follow."""
    query = {"study": sheet.study, "briefing": sheet.briefing_id, "lang": language}
    if not sheet.is_ready and not sheet.bases:
        st.info(_("Store the briefing first; then its link can be passed on."))
        return
    st.code(urljoin(st.context.url or "", "briefing") + "?" + urlencode(query), language=None, wrap_lines=True)
    if sheet.changed:
        st.caption(_("The link shows what is stored, without your latest changes."))


def file(_: Translate, sheet: Sheet, study: Study) -> None:
    """The briefing as a JSON file, and one from elsewhere taken in."""
    st.download_button(
        _("Download (JSON)"),
        to_json(sheet.briefing).encode("utf-8", "replace"),
        compute_briefing.file_name(study.name),
        "application/json",
        icon=":material/download:",
        on_click="ignore",
        key="briefing_download",
    )
    uploaded = st.file_uploader(_("Open a briefing file (JSON)"), type=["json"], key="briefing_upload")
    if uploaded and st.session_state.get("briefing_file") != uploaded.file_id:
        if uploaded.size > MOST_BYTES:
            raise BriefingInvalid(what="bytes", value=uploaded.size)
        briefing_sheet.keep(briefing_sheet.fresh(study.name, from_json(uploaded.getvalue())))
        st.session_state.briefing_file = uploaded.file_id
        st.rerun()


def earlier(_: Translate, sheet: Sheet, tips: Sequence[Revision]) -> None:
    """Every stored revision, to be opened again, and the removal of the briefing."""
    made_from = tuple(tip.operation_id for tip in tips)
    for revision in briefings.revisions(compute.store(), sheet.study, sheet.briefing_id):
        words, action = st.columns([3, 1], vertical_alignment="center")
        words.markdown(plain(who_and_when(_, revision)) + (" · " + _("removed")) * revision.removed)
        if not revision.removed:
            action.button(
                _("Open"),
                key=f"revision:{revision.operation_id}",
                on_click=lambda of=revision: briefing_sheet.take(sheet.study, of, made_from),
            )
    with st.form(f"remove:{sheet.briefing_id}", border=False):
        author = signature.name_field(_)
        asked = st.form_submit_button(_("Remove this briefing"), icon=":material/delete:")
    if signature.signed(_, asked, author):
        briefings.remove(compute.store(), sheet.study, sheet.briefing_id, author, uuid.uuid4().hex)
        briefing_sheet.forget(sheet)
        st.rerun()


def removed(_: Translate, language: str, study: Study, tips: Mapping[str, list[Revision]]) -> None:
    """The briefings that were removed, each with a button that takes it back."""
    gone = {key: found for key, found in tips.items() if briefings.is_removed(found)}
    if not gone:
        return
    with st.expander(_("Removed briefings"), icon=":material/restore_from_trash:"):
        author = signature.name_field(_)
        for key, found in gone.items():
            words, action = st.columns([4, 1], vertical_alignment="center")
            title = filled(in_language(found[0].title, language), {"county": study.title(language)})
            words.markdown(f"{plain(title)} · {plain(who_and_when(_, found[0]))}")
            if signature.signed(_, action.button(_("Restore"), key=f"restore:{key}"), author):
                briefings.restore(compute.store(), study.name, key, author, uuid.uuid4().hex)
                briefing_sheet.open_id(study.name, key)
                st.rerun()
