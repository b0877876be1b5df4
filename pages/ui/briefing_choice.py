"""Which briefing is open, its name, and the row of what can be done with it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from geo.analysis.presenting import Answer
from geo.model.briefing import READY, filled, in_language
from geo.model.errors import BriefingMissing, YidaError
from geo.model.inputs import Study
from geo.study import briefings
from geo.study.briefings import Revision
from pages.ui import briefing_sheet, briefing_store, compute_briefing
from pages.ui.briefing_sheet import Sheet
from pages.ui.layout import errors_said
from pages.ui.text import Translate, plain

Tips = Mapping[str, list[Revision]]


def from_address(study: Study, tips: Tips) -> None:
    """Open what the page's address asks for, once for each address. Raises BriefingMissing."""
    asked = st.query_params.get("briefing", "")
    seen = (study.name, asked)
    if not asked or st.query_params.get("study", study.name) != study.name or st.session_state.get("asked") == seen:
        return
    st.session_state.asked = seen
    known = {
        READY,
        *briefing_sheet.own(study.name),
        *(k for k, found in tips.items() if not briefings.is_removed(found)),
    }
    if asked not in known:
        raise BriefingMissing(briefing=asked, study=study.name)
    briefing_sheet.open_id(study.name, asked)


def to_address(sheet: Sheet, language: str) -> None:
    """Write what is open into the page's address, so that the address itself is the link."""
    told = {"study": sheet.study, "lang": language}
    if sheet.is_ready or sheet.bases:
        told["briefing"] = sheet.briefing_id
        st.session_state.asked = (sheet.study, sheet.briefing_id)
    if st.query_params.to_dict() != told:
        st.query_params.from_dict(told)


def choice(_: Translate, language: str, study: Study, tips: Tips) -> None:
    """The list of briefings: the ready one, those of this session, those stored."""
    mine = briefing_sheet.own(study.name)
    stored = {key: found[0] for key, found in tips.items() if not briefings.is_removed(found)}
    names = {READY: _("Ready briefing")}
    for key in dict.fromkeys([*stored, *mine]):
        title = mine[key].title if key in mine else stored[key].title
        kept = briefing_store.who_and_when(_, stored[key]) if key in stored else ""
        mark = _("changed, not stored yet") if key in mine and mine[key].changed else ""
        names[key] = " · ".join(filter(None, [_named(study, title, language), kept, mark]))
    # The browser answers with the label: two briefings of one name and minute must not be taken for each other.
    alike = {name for name in names.values() if list(names.values()).count(name) > 1}
    names = {key: f"{name} ({key[:6]})" if name in alike else name for key, name in names.items()}
    now = briefing_sheet.opened_id(study.name)
    now = now if now in names else READY
    turn = briefing_sheet.own(study.name)[now].turn if now in briefing_sheet.own(study.name) else 0
    widget = f"briefing_choice:{study.name}:{now}:{turn}:{language}"  # another key: else the old label would stay
    st.selectbox(
        _("Briefing"),
        list(names),
        index=list(names).index(now),
        format_func=lambda key: names.get(key, key),
        key=widget,
        on_change=lambda: briefing_sheet.open_id(study.name, st.session_state[widget]),
    )


def _named(study: Study, title: Mapping[str, str], language: str) -> str:
    return filled(in_language(title, language), {"county": study.title(language)}) or "—"


def actions(_: Translate, language: str, study: Study, sheet: Sheet, tips: Tips) -> None:
    """Copy or store, pass on, file, and earlier revisions."""
    found = tips.get(sheet.briefing_id, [])
    with st.container(horizontal=True, gap="small"):
        if sheet.is_ready:
            st.button(
                _("Edit a copy"),
                icon=":material/edit_document:",
                key="copy",
                on_click=lambda: briefing_sheet.keep(briefing_sheet.fresh(study.name, sheet.briefing)),
            )
        else:
            turn = f"{sheet.briefing_id}:{sheet.turn}"  # a popover of another turn begins closed
            beside = any(tip.operation_id not in sheet.bases for tip in found)
            nothing = not sheet.changed and not beside
            with st.popover(_("Store"), icon=":material/save:", disabled=nothing, key=f"storing:{turn}"):
                briefing_store.store_form(_, sheet, found)
            with st.popover(_("Name"), icon=":material/edit:", key=f"naming:{turn}"):
                _name(_, language, sheet)
        with st.popover(_("Link"), icon=":material/link:"):
            briefing_store.link(_, sheet, language)
        with st.popover(_("File"), icon=":material/file_open:"), errors_said(_):
            briefing_store.file(_, sheet, study)
        if found:
            with st.popover(_("Earlier revisions"), icon=":material/history:"), errors_said(_):
                briefing_store.earlier(_, sheet, found)


def _name(_: Translate, language: str, sheet: Sheet) -> None:
    with st.form(f"name:{sheet.briefing_id}:{sheet.turn}:{language}", border=False):
        name = st.text_input(_("Name of the briefing"), in_language(sheet.title, language), max_chars=200)
        if st.form_submit_button(_("Take over"), type="primary", key=f"name_now:{sheet.briefing_id}"):
            briefing_sheet.keep(replace(sheet, title={**sheet.title, language: name}))
            st.rerun()


def present(_: Translate, language: str, sheet: Sheet, answers: Sequence[Answer]) -> None:
    """The one click that presents the briefing in a tab of its own; scenes that cannot be answered are left out."""
    left_out = len(sheet.scenes) - len(answers)
    if left_out:
        st.warning(
            _("{count} scenes cannot be shown and are left out of the presentation.").format(count=left_out),
            icon=":material/warning:",
        )
    if answers:
        address = compute_briefing.player_address(sheet.briefing, answers, language)
        st.link_button(_("Present"), f"{address}#stage=1", type="primary", icon=":material/slideshow:", width="stretch")


def opened(_: Translate, study: Study, tips: Tips) -> Sheet:
    """The open briefing; what is wrong with the one asked for is said, and the ready one opened."""
    try:
        from_address(study, tips)
        return briefing_sheet.current(study, tips)
    except YidaError as error:
        st.error(plain(error.say(_)), icon=":material/error:")
        briefing_sheet.open_id(study.name, READY)
        return briefing_sheet.current(study, tips)
