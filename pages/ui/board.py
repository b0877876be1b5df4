"""The board of indicators on screen: the five aspects, the alarms in a line, the table, one indicator in detail."""

import math
from itertools import pairwise

import pandas as pd
import streamlit as st

from geo.analysis.alarms import Alarm
from geo.analysis.indicators import Standing, moves, tally
from geo.model.indicators import DIMENSION_NAMES, DIMENSIONS
from geo.model.inputs import Study
from geo.output.data_words import shipped_text
from geo.output.indicator_text import (
    QUALITY_NAMES,
    STATE_NAMES,
    board_rows,
    board_table,
    gap_text,
    parts_text,
    sum_text,
    target_text,
    value_text,
)
from geo.output.tables import csv_bytes
from pages.ui.text import Translate, plain

_STATE_COLOUR = {"raised": "red", "quiet": "green", "unknown": "gray"}
_STATE_ICON = {"raised": ":material/warning:", "quiet": ":material/check:", "unknown": ":material/help:"}


def aspects(_: Translate, standings: list[Standing]) -> None:
    """One figure an aspect: targets met, of those that have a target and a value."""
    counted = tally(standings)
    with st.container(key="figures"):
        for column, dimension in zip(st.columns(len(DIMENSIONS)), DIMENSIONS, strict=True):
            of = counted[dimension]
            judged = of["met"] + of["not_met"]
            without = of["no_value"] + of["no_target"]
            column.metric(
                _(DIMENSION_NAMES[dimension]),
                f"{of['met']} / {judged}" if judged else "—",
                _("targets met · {count} not judged").format(count=without),
                delta_color="off",
                delta_arrow="off",
                border=True,
                height="stretch",
            )


def alarm_line(_: Translate, found: list[Alarm], language: str) -> None:
    """The five alarms, each with its state, and what the thresholds are."""
    with st.container(horizontal=True, key="alarms", vertical_alignment="center"):
        for alarm in found:
            st.badge(
                f"{plain(alarm.name[language])}: {_(STATE_NAMES[alarm.state])}",
                icon=_STATE_ICON[alarm.state],
                color=_STATE_COLOUR[alarm.state],
            )


def moves_line(_: Translate, standings: list[Standing]) -> None:
    """How many indicators that should rise rose, and how many that should fall fell."""
    found = moves(standings)
    if found.should_rise + found.should_fall:
        st.caption(
            _(
                "Against the period before: {rose} of {should_rise} indicators that should rise rose, "
                "{fell} of {should_fall} that should fall fell."
            ).format(**vars(found))
        )


def table(_: Translate, study: Study, standings: list[Standing], language: str) -> Standing | None:
    """The board; choosing a line shows the indicator on the map. The chosen one, else the first with a figure."""
    shown = board_table(_, standings, language)
    chosen = st.dataframe(
        shown,
        key=f"board:{study.name}",
        hide_index=True,
        height=min(38 + 35 * len(shown), 780),
        row_height=35,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            _("Aspect"): st.column_config.TextColumn(width=120),
            _("Indicator"): st.column_config.TextColumn(width=200),
            _("Status"): st.column_config.TextColumn(width=88),
            _("Value"): st.column_config.TextColumn(width=86),
            _("Numerator of denominator"): st.column_config.TextColumn(width=200),
            _("Target"): st.column_config.TextColumn(width=74),
            _("To the target"): st.column_config.TextColumn(width=106),
            _("Trend"): st.column_config.LineChartColumn(width=56),
            _("Period"): st.column_config.TextColumn(width=60),
        },
    )
    st.download_button(
        _("Download the board (CSV)"),
        csv_bytes(board_rows(_, standings, language)),
        file_name=f"yida-{study.name}-indicators.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    rows = chosen.selection.rows
    if rows and rows[0] < len(standings):
        return standings[rows[0]]
    return next((s for s in standings if s.figures and s.status == "not_met"), standings[0] if standings else None)


def detail(_: Translate, standing: Standing, language: str) -> None:
    """One indicator: value with its parts, target, distance, every period, and where it all comes from."""
    entry, latest = standing.entry, standing.latest
    st.subheader(plain(entry.title(language)), anchor=False)
    if latest is None:
        st.markdown(_("No value is loaded. Load indicator values at the data desk."))
    else:
        parts = ", ".join(text for text in (parts_text(_, entry, latest), sum_text(_, latest)) if text)
        target = plain(target_text(entry, language))
        said = [
            f"**{plain(value_text(entry, latest.value, language))}**" + (f" ({plain(parts)})" if parts else ""),
            plain(latest.period),
            _("target {target}").format(target=target) if target else _("no target"),
            plain(gap_text(_, standing, language)),
        ]
        st.markdown(" · ".join(part for part in said if part))
    about = [
        (_("Numerator"), entry.say("numerator", language)), (_("Denominator"), entry.say("denominator", language)),
        (_("Document"), entry.say("document", language)), (_("Clause"), entry.say("clause", language)),
        (_("Entry from"), _(QUALITY_NAMES.get(entry.quality, "not told"))), (_("Code"), entry.code),
    ]  # fmt: skip
    st.caption(" · ".join(f"{name}: {plain(text)}" for name, text in about if text))
    if standing.figures:
        _trend(_, standing, language)


def _trend(_: Translate, standing: Standing, language: str) -> None:
    """Every period with its numerator, denominator and source."""
    entry = standing.entry
    lines = pd.DataFrame({
        _("Period"): [f.period for f in standing.figures],
        _("Value"): [value_text(entry, f.value, language) for f in standing.figures],
        _("Numerator of denominator"): [parts_text(_, entry, f) for f in standing.figures],
        _("Against the one before"): _changes(_, standing, language),
        _("Source"): [shipped_text(_, f.source) for f in standing.figures],
    })  # fmt: skip
    st.dataframe(lines, hide_index=True, key=f"trend:{entry.code}")


def _changes(_: Translate, standing: Standing, language: str) -> list[str]:
    """By how much each value differs from the one before it; of percentages in points."""
    entry = standing.entry
    values = [f.value for f in standing.figures]
    out = [""]
    for old, new in pairwise(values):
        by = new - old
        size = (
            _("{size} points").format(size=f"{abs(by):,.2f}")
            if entry.is_percent
            else value_text(entry, abs(by), language)
        )
        out.append("" if math.isnan(by) else f"{'+' if by >= 0 else '−'}{size}")
    return out[: len(values)]
