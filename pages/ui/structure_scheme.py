"""The scheme of levels: what it says, and a county's own edited on screen, loaded from a file, stored as a version."""

import uuid
from typing import Any

import pandas as pd
import streamlit as st

from geo.model.errors import YidaError
from geo.model.inputs import Study
from geo.model.scheme_check import SYMBOLS
from geo.model.schemes import SCHEME_FOLDER, Scheme, load_scheme, read_scheme, scheme_from, scheme_raw, scheme_text
from geo.study.scheme_edit import checked_scheme, commit_scheme
from pages.ui import compute, signature
from pages.ui.structure_controls import Asked
from pages.ui.text import Translate, plain

MOST_BYTES = 200_000


def show(_: Translate, language: str, asked: Asked) -> None:
    """The levels in a table that can be edited, a scheme to start from, and the commit."""
    study = asked.study
    if version := st.session_state.pop("scheme_stored", None):
        st.success(_("Stored as version {version}. Map, charts and checks follow it now.").format(version=version))
    st.caption(
        _("Minutes and required capabilities of the shipped schemes are general knowledge, not official. Change "
          "levels, symbols, parents and numbers for your county; map, charts and checks follow once it is stored.")
    )  # fmt: skip
    start = _start(_, language, study)
    edited = _editor(_, start)
    first, second = st.columns(2)
    first.download_button(
        _("Download the scheme (TOML)"), scheme_text(start), file_name=f"yida-{study.name}-scheme.toml",
        mime="application/toml", icon=":material/download:", on_click="ignore", width="stretch",
    )  # fmt: skip
    raw = _raw(start, edited)
    try:
        after = checked_scheme(study, raw)
    except YidaError as error:
        st.error(plain(error.say(_)), icon=":material/error:")
        return
    if scheme_raw(after.scheme) == scheme_raw(study.scheme):
        second.caption(_("Nothing is changed; there is nothing to store."))
        return
    _commit(_, study, raw)


def _start(_: Translate, language: str, study: Study) -> Scheme:
    """The scheme to edit: the study's, a shipped one, or that of a file."""
    shipped = sorted(p.stem for p in SCHEME_FOLDER.glob("*.toml"))
    names = {"": _("the study's own")} | {s: load_scheme(s).name[language] for s in shipped}
    first, second = st.columns(2)
    chosen = first.selectbox(_("Start from"), list(names), format_func=names.get, key="scheme_start")
    file = second.file_uploader(_("or from a scheme file (TOML)"), type=["toml"], key="scheme_file")
    try:
        if file is not None:
            return scheme_from(read_scheme(file.getvalue()[:MOST_BYTES], file.name), file.name)
        return load_scheme(chosen) if chosen else study.scheme
    except YidaError as error:
        st.error(plain(error.say(_)), icon=":material/error:")
        return study.scheme


def _editor(_: Translate, scheme: Scheme) -> pd.DataFrame:
    """The levels as rows; the columns are those of a scheme file."""
    column = st.column_config
    table = pd.DataFrame([_row(t) for t in scheme_raw(scheme)["tier"]])
    return st.data_editor(
        table,
        key=f"scheme_rows:{scheme.scheme_id}",
        hide_index=True,
        num_rows="dynamic",
        column_config={
            "id": column.TextColumn(_("Id"), required=True),
            "kind": column.TextColumn(_("Kind"), required=True, help=_("Groups levels across schemes.")),
            "zh": column.TextColumn(_("Name, Chinese"), required=True),
            "en": column.TextColumn(_("Name, English"), required=True),
            "symbol": column.SelectboxColumn(_("Symbol"), options=list(SYMBOLS), required=True),
            "colour": column.TextColumn(_("Colour"), required=True),
            "size_px": column.NumberColumn(_("Size"), min_value=1, max_value=20, required=True),
            "parents": column.TextColumn(_("Parents, with commas")),
            "expected": column.TextColumn(_("Expected number")),
            "minutes": column.NumberColumn(_("Minutes"), min_value=1, max_value=600),
            "capabilities": column.TextColumn(_("Required capabilities, with commas")),
            "outside": column.CheckboxColumn(_("Outside the county")),
            "exclusive": column.CheckboxColumn(_("Areas apart")),
            "optional": column.CheckboxColumn(_("Optional step")),
        },
    )


def _row(tier: dict[str, Any]) -> dict[str, Any]:
    kept = {k: tier.get(k) for k in ("id", "kind", "symbol", "colour", "size_px", "expected", "minutes")}
    joined = {k: ", ".join(tier[k]) for k in ("parents", "capabilities")}
    return {**kept, **tier["name"], **joined, **{k: tier[k] for k in ("outside", "exclusive", "optional")}}


def _raw(scheme: Scheme, table: pd.DataFrame) -> dict[str, Any]:
    """The edited rows as a scheme's plain values."""
    raw = scheme_raw(scheme)
    raw["tier"] = [_tier(row) for row in table.to_dict("records") if _text(row.get("id"))]
    return raw


def _tier(row: dict[Any, Any]) -> dict[str, Any]:
    words = {k: [w.strip() for w in _text(row.get(k)).replace("，", ",").split(",") if w.strip()] for k in _LISTS}
    texts = {k: _text(row.get(k)) for k in ("id", "kind", "symbol", "colour", "expected")}
    numbers = {k: float(row[k]) for k in ("size_px", "minutes") if _text(row.get(k))}
    flags = {k: row.get(k) is True for k in ("outside", "exclusive", "optional")}
    return {**texts, "name": {k: _text(row.get(k)) for k in ("zh", "en")}, **numbers, **words, **flags}


_LISTS = ("parents", "capabilities")


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value).strip()


def _commit(_: Translate, study: Study, raw: dict[str, Any]) -> None:
    with st.form("scheme_commit"):
        author = signature.name_field(_)
        note = st.text_input(_("What is this version about?"), max_chars=200)
        asked = st.form_submit_button(_("Store as a new version"), type="primary")
    if not signature.signed(_, asked, author):
        return
    newest = compute.store().newest(study.name)
    operation = st.session_state.setdefault("scheme_operation", uuid.uuid4().hex)
    version = commit_scheme(
        compute.store(), study, newest.version_id if newest else 0, raw, author=author, note=note,
        operation_id=operation,
    )  # fmt: skip
    del st.session_state["scheme_operation"]
    st.session_state.scheme_stored = version
    st.rerun()
