"""How the columns of an upload were read, and the table in which that is corrected."""

import json

import pandas as pd
import streamlit as st

from geo.intake.desk.headers import ALIASES
from geo.intake.desk.matching import TABLE_OF
from geo.model.column_names import COLUMNS as COLUMN_WORDS
from geo.model.desk import COLUMNS, Kind
from geo.output import template_columns
from pages.ui import draft
from pages.ui.draft import Draft
from pages.ui.text import Translate, plain


def columns(_: Translate, language: str, current: Draft) -> None:
    """Our columns and the file's, each to be changed; the file is then read again, and files like it the same way."""
    check = current.check
    with st.expander(_("How the columns were read"), icon=":material/view_column:"):
        if not check.headers:
            st.caption(_("The file has no columns that could be read otherwise."))
            return
        ours = list(ALIASES[TABLE_OF[check.kind]])
        table = pd.DataFrame({
            _("Column of ours"): [column_name(_, language, check.kind, column) for column in ours],
            _("Column of the file"): [check.mapping.get(column) for column in ours],
        })  # fmt: skip
        choice = st.column_config.SelectboxColumn(options=list(check.headers), width="large")
        told = st.data_editor(
            table,
            hide_index=True,
            disabled=[_("Column of ours")],
            column_config={_("Column of the file"): choice},
            key=f"columns:{current.revision}",
        )
        unused = [h for h in check.headers if h not in check.mapping.values()]
        if unused:
            st.caption(_("Not used: {columns}").format(columns=plain(", ".join(unused))))
        read = {o: h or "" for o, h in zip(ours, told[_("Column of the file")].fillna(""), strict=True)}
        if read == {column: check.mapping.get(column, "") for column in ours}:
            st.caption(_("Choose another column of the file where one was taken for the wrong thing."))
        elif len({h for h in read.values() if h}) < sum(map(bool, read.values())):
            st.warning(_("A column of the file is chosen twice. Each can be read as one thing only."))
        elif st.button(_("Read the file again with these columns"), type="primary"):
            draft.answer(_, current, COLUMNS, json.dumps(read, ensure_ascii=False))
            st.rerun()


def column_name(_: Translate, language: str, kind: Kind, column: str) -> str:
    """A column of ours as the templates call it, else as sentences do, with its own name."""
    known = {c.name: c for c in template_columns.COLUMNS.get(kind, ())}
    if column in known:
        return f"{known[column].heading(language)} ({column})"
    said = _(column) if column in COLUMN_WORDS else column
    return column if said == column else f"{said} ({column})"
