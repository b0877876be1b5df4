"""What an upload would change, and its commit; the versions of a list, compared, downloaded and restored."""

import uuid

import pandas as pd
import streamlit as st

from geo.intake.desk.difference import Difference
from geo.model.desk import Kind
from geo.model.inputs import Study
from geo.output.tables import csv_bytes
from geo.store.conflicts import CHANGED, REMOVED, Conflict
from geo.study import desk
from pages.ui import compute, compute_desk, draft, signature
from pages.ui.desk_columns import column_name
from pages.ui.desk_kinds import kind_name
from pages.ui.desk_names import similar_names
from pages.ui.draft import Draft
from pages.ui.text import Translate, local_time, plain

COUNTED = ("county_hospital", "township_hospital")


def difference(_: Translate, language: str, current: Draft) -> None:
    """New, changed, moved and gone rows, names that are only similar, the coverage after, and the commit."""
    if current.check.questions:
        st.info(_("Answer the questions above first."))
        return
    if current.check.rows_ok == 0:
        st.error(_("No row can be used; there is nothing to store."))
        return
    found = compute_desk.difference(current)
    if current.kind not in ("roads", "heights"):
        _counts(_, found)
    similar_names(_, current, found)
    stored, new = desk.stored_table(current.base, current.kind), pd.DataFrame()
    if current.kind not in ("roads", "heights"):
        new = desk.usable(current.check, current.base)
    show_difference(_, language, current.kind, stored, new, found)
    after = compute_desk.proposed(current, gone_are_closed=_closing(_, current, found))
    _coverage(_, language, current.base, after)
    _commit(_, current, after)


def _closing(_: Translate, current: Draft, found: Difference) -> bool:
    """Whether what the file lacks is gone; an outline, roads and rasters replace what was there anyway."""
    if current.kind in ("boundary", "roads", "raster", "heights", *desk.FIGURED) or not found.gone:
        return False
    leaving = {"units": _("are given up"), "links": _("are given up"), "demand": _("are gone and leave the list")}
    gone = leaving.get(current.kind, _("are closed"))
    return bool(
        st.radio(
            _("Rows of the stored list that this file lacks"),
            [False, True],
            format_func=lambda yes: gone if yes else _("are only missing from this file; they stay"),
            key=f"closing:{current.revision}",
        )
    )


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


def show_difference(
    _: Translate, language: str, kind: Kind, stored: pd.DataFrame, new: pd.DataFrame, found: Difference
) -> None:
    """The four lists of a difference, those that are not empty, under headings in words."""
    words = {
        "id": _("Code"), "name": _("Name"), "column": _("Column"), "before": _("Before"), "after": _("After"),
        "distance_m": _("Distance, m"),
    }  # fmt: skip
    changes = found.changes.assign(column=[column_name(_, language, kind, c) for c in found.changes["column"]])
    lists = {
        _("New"): new.iloc[list(found.added)],
        _("Changed, field by field"): changes,
        _("Moved, with the distance in metres"): found.moved,
        _("Gone"): stored.iloc[list(found.gone)],
    }
    for name, table in lists.items():
        if len(table):
            with st.expander(f"{name} ({len(table):,})"):
                plain_table = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
                shown = plain_table.loc[:, (plain_table.astype("str") != "").any()]
                headings = {c: words.get(c) or column_name(_, language, kind, c) for c in shown.columns}
                st.dataframe(shown.rename(columns=headings), hide_index=True)


def _coverage(_: Translate, language: str, before: Study, after: Study) -> None:
    """People within reach of hospitals, and of each other kind of facility that the list changes."""
    old, new = compute_desk.coverage_change(before, after, COUNTED, 15.0)
    if old is None or new is None:
        st.caption(_("Coverage cannot be compared: no hospital or township hospital reaches anybody."))
    else:
        st.markdown(
            _(
                "People within 15 min of a hospital or township hospital by ambulance (modelled): **{old:,.0f}** of "
                "{old_whole:,.0f} before, **{new:,.0f}** of {new_whole:,.0f} after."
            ).format(old=old.covered, old_whole=old.population, new=new.covered, new_whole=new.population)
        )
    for kind in desk.kinds_changed(before, after):
        if kind not in COUNTED:
            _coverage_of(_, language, before, after, kind)


def _coverage_of(_: Translate, language: str, before: Study, after: Study, kind: str) -> None:
    sides = compute_desk.coverage_change(before, after, (kind,), 15.0)
    of = _("{covered:,.0f} of {population:,.0f}")
    told = [_("nobody") if c is None else of.format(covered=c.covered, population=c.population) for c in sides]
    names = " / ".join(t.name[language] for t in after.scheme.tiers if t.kind == kind)
    st.markdown(
        _("People within 15 min of {tier} by ambulance (modelled): **{old}** before, **{new}** after.").format(
            tier=plain(names), old=told[0], new=told[1]
        )
    )


def _commit(_: Translate, current: Draft, after: Study) -> None:
    if after.content_id == current.base.content_id:
        st.info(_("This file says nothing new; there is nothing to store."))
        return
    with st.form(f"commit:{current.upload_id}"):
        author = signature.name_field(_)
        note = st.text_input(_("What is this version about?"), max_chars=200)
        asked = st.form_submit_button(_("Store as a new version"), type="primary")
    if not signature.signed(_, asked, author):
        return
    upload = desk.Upload(author, note, current.file_name, current.check.fingerprint, current.operation_id)
    version, conflicts = desk.commit(compute.store(), current.base, current.base_version, after, current.kind, upload)
    if conflicts:
        _show_conflicts(_, current, conflicts)
        return
    desk.remember_mapping(compute.store(), current.base.name, current.check)
    desk.remember_decisions(compute.store(), current.base.name, current.decisions)
    draft.drop(current.kind, current.base.name)
    st.session_state.stored = version
    st.rerun()


def _show_conflicts(_: Translate, current: Draft, conflicts: list[Conflict]) -> None:
    st.error(
        _("Somebody else has changed the same cells meanwhile. Nothing was stored. Compare with the newest version; "
          "what you did to the rows is kept.")
    )  # fmt: skip
    st.button(_("Compare with the newest version"), on_click=draft.ask_to_renew, args=(current,))
    words = {REMOVED: _("removed"), CHANGED: _("changed")}
    table = pd.DataFrame([vars(c) for c in conflicts]).replace({"mine": words, "theirs": words})
    table.columns = pd.Index([_("Row"), _("Column"), _("Before"), _("Yours"), _("Theirs")])
    st.dataframe(table, hide_index=True)


def versions(_: Translate, language: str, study: Study, kind: Kind) -> None:
    """Every version of the study; the chosen one can be compared with the newest, downloaded and restored."""
    entries = compute.store().versions(study.name)
    table = pd.DataFrame({
        _("Version"): [e.version_id for e in entries],
        _("Time"): [local_time(e.created_at) for e in entries],
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
    _one_version(_, language, study, kind, entries[rows[0]].version_id, newest=entries[0].version_id)


def _one_version(_: Translate, language: str, study: Study, kind: Kind, version: int, *, newest: int) -> None:
    older = compute.store().load(study.name, version)
    if kind not in ("roads", "heights"):
        st.download_button(
            _("Download this list (CSV)"),
            csv_bytes(desk.flat(desk.stored_table(older, kind))),
            file_name=f"yida-{study.name}-{kind}-v{version}.csv",
            mime="text/csv",
            on_click="ignore",
        )
    if version == newest:
        return
    st.markdown(_("From this version to the newest:"))
    tables = [desk.stored_table(of, kind) for of in (older, study)]
    show_difference(_, language, kind, *tables, desk.between(older, study, kind))
    with st.form(f"restore:{version}"):
        author = signature.name_field(_)
        asked = st.form_submit_button(_("Make this version the newest again"))
    if signature.signed(_, asked, author):
        note = _("Version {version} restored").format(version=version)
        st.session_state.stored = desk.restore(compute.store(), study.name, version, author, note, uuid.uuid4().hex)
        st.rerun()
