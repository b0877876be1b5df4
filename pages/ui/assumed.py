"""Speeds and factors on screen: each with its source, each to be changed for this session, said with every figure."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from geo.model.assumptions import Assumption, Assumptions, default_rows
from geo.model.errors import YidaError
from geo.model.roads import Mode
from geo.output.data_words import shipped_text
from geo.output.words import item_name, unit_name
from pages.ui import state
from pages.ui.text import Translate, plain


def editor_button(_: Translate, mode: Mode) -> None:
    """A button that opens the table of the mode's speeds and factors; it says how many were changed."""
    changed = len(state.edits())
    label = _("Speeds and factors ({count} changed)").format(count=changed) if changed else _("Speeds and factors")
    if st.button(label, icon=":material/tune:", width="stretch", key="assumptions"):
        st.dialog(_("Speeds and factors"), width="large")(_edit)(_, mode)


def _edit(_: Translate, mode: Mode) -> None:
    st.caption(
        _("Changes count for this session and travel with the address of the page. P: published source. "
          "G: general knowledge, not verified.")
    )  # fmt: skip
    defaults = [row for row in default_rows() if row.mode in (mode, "all")]
    now = state.edits()
    table = pd.DataFrame({
        _("What"): [item_name(_, row) for row in defaults],
        _("Value"): [now.get(state.edit_key(row), row.value) for row in defaults],
        _("Default"): [row.value for row in defaults],
        _("Unit"): [unit_name(_, row) for row in defaults],
        _("Quality"): [row.quality for row in defaults],
        _("Source"): [shipped_text(_, row.source) for row in defaults],
    })  # fmt: skip
    fixed = [name for name in table.columns if name != _("Value")]
    number = st.column_config.NumberColumn(min_value=0.01, max_value=9000.0, step=0.05, required=True)
    told = st.data_editor(
        table, disabled=fixed, hide_index=True, height=460, column_config={_("Value"): number}, key=f"assumed:{mode}"
    )
    differ = int((told[_("Value")] != told[_("Default")]).sum())
    st.caption(_("{count} of {whole} values differ from the defaults.").format(count=differ, whole=len(told)))
    apply, default = st.columns(2)
    if apply.button(_("Use these values"), type="primary", width="stretch"):
        _take(_, mode, [replace(row, value=float(v)) for row, v in zip(defaults, told[_("Value")], strict=True)])
    if default.button(_("Back to the defaults"), width="stretch"):
        _keep(mode, {})


def _take(_: Translate, mode: Mode, rows: list[Assumption]) -> None:
    try:
        Assumptions(rows=tuple(rows))
    except YidaError as error:
        st.error(plain(error.say(_)))
        return
    default = {state.edit_key(row): row.value for row in default_rows()}
    _keep(mode, {key: row.value for row in rows if row.value != default[key := state.edit_key(row)]})


def _keep(mode: Mode, edits: dict[str, float]) -> None:
    others = {key: value for key, value in state.edits().items() if key.split(".")[1] not in (mode, "all")}
    st.session_state.edits = others | edits
    st.rerun()
