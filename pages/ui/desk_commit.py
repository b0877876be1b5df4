"""What an upload would change, and its commit; the versions of a list, compared, downloaded and restored."""

import uuid

import pandas as pd
import streamlit as st

from geo.intake.desk.difference import Difference, compare, pair_key
from geo.model.inputs import Study
from geo.output.tables import csv_bytes
from geo.store.conflicts import Conflict
from geo.study import desk
from pages.ui import compute, draft
from pages.ui.draft import Draft
from pages.ui.text import Translate, plain

COUNTED = ("county_hospital", "township_hospital")


def difference(_: Translate, current: Draft) -> None:
    """New, changed, moved and gone rows, names that are only similar, the coverage after, and the commit."""
    store = compute.store()
    found = desk.difference(current.base, current.check, store.recall(current.base.name, "pair:"))
    _counts(_, found)
    _proposals(_, current, found)
    new = desk.usable(current.check, current.base)
    show_difference(_, getattr(current.base, desk.TABLE[current.kind]), new, found)
    closing = st.radio(
        _("Rows of the stored list that this file lacks"),
        [False, True],
        format_func=lambda yes: _("are closed") if yes else _("are only missing from this file; they stay"),
        key=f"closing:{current.revision}",
        disabled=not found.gone,
    )
    after = desk.proposed(current.base, current.check, found, gone_are_closed=bool(closing))
    _coverage(_, current.base, after)
    _commit(_, current, after)


def _counts(_: Translate, found: Difference) -> None:
    figures = {
        _("New"): len(found.added),
        _("Changed"): int(found.changes["id"].nunique()),
        _("Moved"): len(found.moved),
        _("Gone"): len(found.gone),
    }
    with st.container(key="difference"):
        for column, (name, count) in zip(st.columns(4), figures.items(), strict=True):
            column.metric(name, f"{count:,}", border=True)


def _proposals(_: Translate, current: Draft, found: Difference) -> None:
    stored, new = getattr(current.base, desk.TABLE[current.kind]), desk.usable(current.check, current.base)
    for pair in found.proposed:
        with st.container(border=True):
            names = {
                "new": plain(new["name"].iat[pair.new]),
                "stored": plain(stored["name"].iat[pair.stored]),
                "score": pair.score,
            }
            st.markdown(
                _("Is **{new}** the same place as **{stored}**? The names are {score:.0f} % alike.").format(**names)
            )
            for verdict, label in (("same", _("The same place")), ("different", _("Two places"))):
                if st.button(label, key=f"{verdict}:{pair.stored}:{pair.new}:{current.revision}"):
                    key = pair_key(stored, new, pair)
                    compute.store().remember(current.base.name, {f"pair:{key}": verdict})
                    st.rerun()


def show_difference(_: Translate, stored: pd.DataFrame, new: pd.DataFrame, found: Difference) -> None:
    """The four lists of a difference, those that are not empty."""
    lists = {
        _("New"): new.iloc[list(found.added)],
        _("Changed, field by field"): found.changes,
        _("Moved, with the distance in metres"): found.moved,
        _("Gone"): stored.iloc[list(found.gone)],
    }
    for name, table in lists.items():
        if len(table):
            with st.expander(f"{name} ({len(table):,})"):
                st.dataframe(table.loc[:, (table.astype("str") != "").any()], hide_index=True)


def _coverage(_: Translate, before: Study, after: Study) -> None:
    old, new = compute.coverage_change(before, after, COUNTED, 15.0)
    if old is None or new is None:
        st.caption(_("Coverage cannot be compared: no hospital or township hospital reaches anybody."))
        return
    st.markdown(
        _(
            "People within 15 min of a hospital or township hospital by ambulance (modelled): **{old:,.0f}** of "
            "{old_whole:,.0f} before, **{new:,.0f}** of {new_whole:,.0f} after."
        ).format(old=old.covered, old_whole=old.population, new=new.covered, new_whole=new.population)
    )


def _commit(_: Translate, current: Draft, after: Study) -> None:
    if after.content_id == current.base.content_id:
        st.info(_("This file says nothing new; there is nothing to store."))
        return
    with st.form(f"commit:{current.upload_id}"):
        author = st.text_input(_("Your name"), max_chars=80).strip()
        note = st.text_input(_("What is this version about?"), max_chars=200)
        asked = st.form_submit_button(_("Store as a new version"), type="primary")
    if not asked:
        return
    if not author:
        st.error(_("Write your name first, so that others know whom to ask."))
        return
    upload = desk.Upload(author, note, current.file_name, current.check.fingerprint, current.operation_id)
    version, conflicts = desk.commit(compute.store(), current.base, current.base_version, after, current.kind, upload)
    if conflicts:
        _show_conflicts(_, conflicts)
        return
    desk.remember_mapping(compute.store(), current.base.name, current.check)
    draft.drop()
    st.session_state.stored = version
    st.rerun()


def _show_conflicts(_: Translate, conflicts: list[Conflict]) -> None:
    st.error(
        _("Somebody else has changed the same cells meanwhile. Nothing was stored. Upload the file again to start from "
          "the newest version, with one of the two values.")
    )  # fmt: skip
    table = pd.DataFrame([vars(c) for c in conflicts])
    table.columns = pd.Index([_("Row"), _("Column"), _("Before"), _("Yours"), _("Theirs")])
    st.dataframe(table, hide_index=True)


def versions(_: Translate, study: Study, kind: str) -> None:
    """Every version of the study; the chosen one can be compared with the newest, downloaded and restored."""
    entries = compute.store().versions(study.name)
    table = pd.DataFrame({
        _("Version"): [e.version_id for e in entries],
        _("Time (UTC)"): [e.created_at.replace("T", " ").removesuffix("+00:00") for e in entries],
        _("What changed"): [kind_name(_, e.kind) for e in entries],
        _("By"): [e.author for e in entries],
        _("File"): [e.file_name for e in entries],
        _("Note"): [e.note for e in entries],
    })  # fmt: skip
    chosen = st.dataframe(table, hide_index=True, on_select="rerun", selection_mode="single-row", key="versions")
    rows = chosen.selection.rows
    if not rows:
        st.caption(_("Choose a version to compare, download or restore it."))
        return
    _one_version(_, study, kind, entries[rows[0]].version_id, newest=entries[0].version_id)


def _one_version(_: Translate, study: Study, kind: str, version: int, *, newest: int) -> None:
    older = compute.store().load(study.name, version)
    name = desk.TABLE[kind]
    st.download_button(
        _("Download this list (CSV)"),
        csv_bytes(getattr(older, name)),
        file_name=f"yida-{study.name}-{kind}-v{version}.csv",
        mime="text/csv",
        on_click="ignore",
    )
    if version == newest:
        return
    st.markdown(_("From this version to the newest:"))
    show_difference(_, getattr(older, name), getattr(study, name), compare(getattr(older, name), getattr(study, name)))
    with st.form(f"restore:{version}"):
        author = st.text_input(_("Your name"), max_chars=80).strip()
        asked = st.form_submit_button(_("Make this version the newest again"))
    if asked and author:
        note = _("Version {version} restored").format(version=version)
        st.session_state.stored = desk.restore(compute.store(), study.name, version, author, note, uuid.uuid4().hex)
        st.rerun()


def kind_name(_: Translate, kind: str) -> str:
    """What a version or a file is about, in words."""
    names = {
        "study": _("built from files"),
        "facilities": _("facilities"),
        "demand": _("villages and people"),
        "restore": _("restored"),
    }
    return names.get(kind, kind)
