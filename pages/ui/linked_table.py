"""A table whose rows stand for things on the map: the row ticked is what is highlighted, whoever highlighted it."""

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from geo.model.inputs import Study
from pages.ui import compute, state

ROW_PX, HEAD_PX = 35, 38


def linked_table(
    study: Study,
    table: pd.DataFrame,
    ids: "pd.Series[str]",
    kind: str,
    *,
    name: str,
    height_px: int,
    column_config: Mapping[str, object],
    where: Callable[[str], dict[str, object] | None] | None = None,
) -> None:
    """The table, one row for each of `ids`; a row ticked is highlighted, and the map goes to `where` it is.

    `name` tells tables of the same kind on one page apart.
    """
    key, rows = _ticked(study, kind, ids, name)

    def choose() -> None:
        chosen = st.session_state[key].selection.rows
        if not chosen:
            st.session_state.selection = None
            return
        item_id = str(ids.iat[chosen[0]])
        state.select(kind, item_id)
        state.fly(where(item_id) if where else compute.whereabouts(study, kind, item_id))

    st.dataframe(
        table,
        key=key,
        hide_index=True,
        height=min(height_px, HEAD_PX + ROW_PX * max(len(table), 1)),
        on_select=choose,
        selection_mode="single-row",
        selection_default={"selection": {"rows": rows}},
        column_config=column_config,
    )


def _ticked(study: Study, kind: str, ids: "pd.Series[str]", name: str) -> tuple[str, list[int]]:
    """The key of the table's widget, and the row of it that is highlighted, if any.

    A table's widget keeps the number of its row while rows change places and the map is clicked: where that number is
    no longer the highlighted row's, the widget is replaced by one that begins with the right row.
    """
    chosen = state.selection(study)
    rows = [at for at, i in enumerate(ids) if i == chosen.item_id] if chosen and chosen.kind == kind else []
    count = f"tables_of:{name}:{kind}"
    st.session_state.setdefault(count, 0)
    held = st.session_state.get(f"{name}:{kind}:{st.session_state[count]}")
    st.session_state[count] += held is not None and held.selection.rows != rows
    return f"{name}:{kind}:{st.session_state[count]}", rows
