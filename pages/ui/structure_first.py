"""The first screen of the structure page: counts against the scheme, what is wrong by kind, and what was clicked."""

from collections import Counter

import pandas as pd
import streamlit as st

from geo.analysis.structure_findings import CHECKS
from geo.analysis.tiers import TierCount
from geo.output.structure_text import counts_line, finding_text, unasked_lines
from pages.ui import compute, compute_structure, state, structure_cards, structure_charts, structure_say
from pages.ui.structure_controls import Asked
from pages.ui.text import Translate, plain

LIST_HEIGHT_PX = 300


def counts(_: Translate, language: str, asked: Asked) -> None:
    """The scheme with its counts, and a figure for each level."""
    study = asked.study
    found = compute_structure.counts(study)
    line = f"**{plain(study.scheme.name[language])}** · {plain(counts_line(_, found))}"
    st.markdown(line)
    names = structure_say.tier_names(study, language)
    with st.container(key="figures"):
        columns = st.columns(len(found) + 1)
        for column, count in zip(columns, found, strict=False):
            column.metric(
                names[count.tier_id], f"{count.count:,}", _against(_, count),
                delta_color="off" if count.as_expected else "inverse", delta_arrow="off", border=True,
                height="stretch",
            )  # fmt: skip
        findings, made = asked.structure.findings, len(CHECKS) - len(asked.structure.unasked)
        columns[-1].metric(
            _("Findings"), f"{len(findings):,}",
            _("of {count} checks, {clean} found nothing").format(
                count=made, clean=made - len({f.check for f in findings})
            ),
            delta_color="off", delta_arrow="off", border=True, height="stretch",
        )  # fmt: skip


def _against(_: Translate, count: TierCount) -> str:
    if count.expected is not None:
        return _("of {expected:,} in the scheme").format(expected=count.expected)
    return _("part of N") if count.many else _("no number in the scheme")


def panel(_: Translate, language: str, asked: Asked) -> None:
    """What was clicked, if anything; below it what is wrong, by kind."""
    structure_charts.all_tiers_button(_, language, asked)
    chosen = state.selection(asked.study)
    if chosen is not None:
        with st.container(border=True):
            structure_cards.card(_, language, asked, chosen)
            st.button(_("Close"), icon=":material/close:", on_click=_close, key="close_card")
    _findings(_, language, asked)


def _close() -> None:
    st.session_state.selection = None


def _findings(_: Translate, language: str, asked: Asked) -> None:
    counted = Counter(f.check for f in asked.structure.findings)
    present = [check for check in CHECKS if counted[check]]
    st.subheader(_("What the checks found"), anchor=False)
    if not present:
        st.success(_("The checks found nothing."))
    if asked.structure.unasked:
        st.caption("  \n".join(plain(line) for line in unasked_lines(_, asked.structure.unasked)))
    if not present:
        return
    table = pd.DataFrame({
        _("Kind"): [_(CHECKS[c]) for c in present],
        _("Findings"): [counted[c] for c in present],
    })  # fmt: skip
    picked = st.dataframe(
        table,
        hide_index=True,
        key="structure_findings",
        on_select=lambda: _choose(present),
        selection_mode="single-row",
    )
    if picked.selection.rows and picked.selection.rows[0] < len(present):
        listed(_, language, asked, present[picked.selection.rows[0]], "first")
    else:
        st.caption(_("Choose a kind to see its places here and on the map."))


def _choose(present: list[str]) -> None:
    rows = st.session_state.structure_findings.selection.rows
    st.session_state.structure_check = present[rows[0]] if rows and rows[0] < len(present) else None


def listed(_: Translate, language: str, asked: Asked, check: str, where: str) -> None:
    """The findings of one check as sentences; a click on one goes there on the map."""
    mine = [f for f in asked.structure.findings if f.check == check]
    table = pd.DataFrame({_(CHECKS[check]): [finding_text(_, language, asked.study, f) for f in mine]})

    def go() -> None:
        rows = st.session_state[f"listed:{where}"].selection.rows
        if rows and rows[0] < len(mine) and mine[rows[0]].places:
            kind, item_id = mine[rows[0]].places[0]
            state.select(kind, item_id)
            state.fly(compute.whereabouts(asked.study, kind, item_id))

    st.dataframe(
        table,
        hide_index=True,
        height=min(LIST_HEIGHT_PX, 38 + 36 * len(mine)),
        key=f"listed:{where}",
        on_select=go,
        selection_mode="single-row",
    )
