"""Closed roads on screen: figures before and after, villages, the ranking, and other conditions."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from geo.analysis.coverage import Coverage
from geo.model.assumptions import default_rows
from geo.model.inputs import Study
from geo.network.breaks import NO_BREAKS, Breaks
from geo.output.figure import percent
from geo.output.tables import csv_bytes
from geo.output.trip_figures import losses_table
from geo.study import closing, conditions
from pages.ui import closed_roads, compute, compute_roads, state
from pages.ui.assumed import item_name
from pages.ui.controls import Question, condition_name, ice_line
from pages.ui.linked_table import linked_table
from pages.ui.text import Translate, plain
from pages.ui.working import with_progress

_ENOUGH_ROWS = 100
_ON_MAP = 10


@dataclass(frozen=True)
class Ranking:
    """What a ranking was asked of (content, minutes), its segments (None: it was stopped), how many went before it."""

    asked: tuple[tuple[object, ...], float]
    table: pd.DataFrame | None
    turn: int

    @property
    def key(self) -> str:
        """Of its table's widget: a new ranking begins with no row chosen."""
        return f"ranked:{self.turn}"


def figures(_: Translate, question: Question, before: Coverage, after: Coverage, lost: pd.DataFrame) -> None:
    """Coverage before and after, people who fall out of the threshold, people cut off: each with its denominator."""
    people = {name: lost.loc[lost["outcome"] == name, "population"] for name in ("out", "cut_off", "later")}
    of = _("of {whole:,.0f} people, {villages} villages")
    told = [
        (
            _("People within {minutes} min").format(minutes=question.threshold_min),
            percent(after.share_pct),
            _("{part:,.0f} of {whole:,.0f} people; was {before}").format(
                part=after.covered, whole=after.population, before=percent(before.share_pct).replace(" ", "\u00a0")
            ),
        ),
        (_("Fall out of {minutes} min").format(minutes=question.threshold_min), "out"),
        (_("Cut off from care by road"), "cut_off"),
        (_("Later, otherwise unchanged"), "later"),
    ]
    with st.container(key="figures"):
        for column, figure in zip(st.columns(len(told)), told, strict=True):
            if len(figure) == 2:
                rows = people[figure[1]]
                figure = (figure[0], f"{rows.sum():,.0f}", of.format(whole=after.population, villages=len(rows)))
            column.metric(*figure, delta_color="off", delta_arrow="off", border=True, height="stretch")


def band_line(_: Translate, band: conditions.Band) -> None:
    """The band about a figure, beside it."""
    whole = band.slower.population
    st.caption(
        _(
            "If all speeds are {share:.0f} % lower or higher: {low} to {high} of people within {minutes:g} min "
            "({slow:,.0f} to {fast:,.0f} of {whole:,.0f} people, modelled)."
        ).format(
            share=100 * band.share,
            low=percent(band.slower.share_pct),
            high=percent(band.faster.share_pct),
            minutes=band.slower.threshold_min,
            slow=band.slower.covered,
            fast=band.faster.covered,
            whole=whole,
        )
    )


def closed_list(_: Translate, study: Study, breaks: Breaks) -> None:
    """The closed roads, each with a button that opens it again."""
    if not len(breaks):
        st.info(_("Click a road on the map to close it there. Click it again to open it."), icon=":material/touch_app:")
        return
    table = closing.described(study, breaks.edge)
    for row in table.to_dict(orient="records"):
        text, button = st.columns([7, 2], vertical_alignment="center")
        text.markdown(":material/block: " + plain(segment_name(_, study, row)))
        button.button(
            _("Open again"), key=f"open:{row['edge']}", on_click=closed_roads.toggle,
            args=(study, int(row["edge"]), 0.5), width="stretch",
        )  # fmt: skip
    if len(breaks) > 1:
        st.button(_("Open all roads"), on_click=closed_roads.open_all, args=(study,))


def villages(_: Translate, question: Question, lost: pd.DataFrame) -> None:
    """Villages that a closure makes later; choosing one shows its way round on the map."""
    if lost.empty:
        return
    shown = losses_table(question.study, lost, _)
    st.markdown(_("**Villages that are reached later**, the worst first. Choose one to see its way round."))
    minutes = st.column_config.NumberColumn(format="%.1f")
    linked_table(
        question.study, shown, lost["demand_id"], "village", name="lost", height_px=420,
        where=lambda demand_id: _about_ways(question, demand_id),
        column_config={_("Minutes before"): minutes, _("Minutes after"): minutes,
                       _("People"): st.column_config.NumberColumn(format="localized")},
    )  # fmt: skip
    _download(_, shown, f"yida-{question.study.name}-closed-roads.csv")


def _about_ways(question: Question, demand_id: str) -> dict[str, object] | None:
    """The bounds of a village's way with the closed roads and of the one it had."""
    care, breaks = compute_roads.care(question), closed_roads.breaks(question.study)
    found = (closing.way_round(care, b, demand_id) for b in (breaks, NO_BREAKS))
    ways = [journey.way for journey in found if journey and journey.way]
    if not ways:
        return compute.whereabouts(question.study, "village", demand_id)
    lines = np.vstack([way.line for way in ways])
    west, south, east, north = *lines.min(axis=0).tolist(), *lines.max(axis=0).tolist()
    return {"bounds": [round(v, 5) for v in (west, south, east, north)]}


def ranking(
    _: Translate,
    study: Study,
    care: Callable[[], closing.Care],
    limit_min: float,
    minutes: float,
    key: tuple[object, ...],
) -> pd.DataFrame | None:
    """Every segment that matters, closed in turn. Returns what the map shows: the worst ones, the one chosen first.

    `limit_min` counts on the minutes of `care`, whose content `key` names, the study's first; `minutes` is what it is
    called in words.
    """
    st.markdown(
        _(
            "Every road segment that carries at least {share:g} % of the people is closed in turn, where it hurts "
            "most. All other roads are open."
        ).format(share=100 * closing.LEAST_SHARE)
    )
    asked = (key, limit_min)
    if st.button(_("Rank the road segments"), type="primary", icon=":material/format_list_numbered:"):
        start = care()
        table = with_progress(
            _,
            lambda report, stop: closing.rank_segments(start, limit_min, progress=report, should_stop=stop),
            label=_("Segments closed and opened again"),
            key="rank",
        )
        turn = st.session_state.ranking.turn + 1 if "ranking" in st.session_state else 0
        st.session_state.ranking = Ranking(asked, table, turn)
    made: Ranking | None = st.session_state.get("ranking")
    if made is None or made.asked != asked or made.table is None:
        return None
    return _ranked(_, study, minutes, _harmful(made.table), made)


def chosen_segment(study: Study) -> int | None:
    """The number of the segment chosen in this study's ranking on screen, None for none."""
    made: Ranking | None = st.session_state.get("ranking")
    if made is None or made.table is None or made.key not in st.session_state or made.asked[0][0] != study.content_id:
        return None
    edges, rows = _harmful(made.table)["edge"], st.session_state[made.key].selection.rows
    return int(edges.iat[rows[0]]) if rows and rows[0] < len(edges) else None


def _harmful(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["lost"] > 0].head(_ENOUGH_ROWS).reset_index(drop=True)


def _ranked(_: Translate, study: Study, minutes: float, harmful: pd.DataFrame, made: Ranking) -> pd.DataFrame | None:
    if harmful.empty:
        st.success(_("No single segment puts anybody out of {minutes} min.").format(minutes=f"{minutes:g}"))
        return None
    whole = float(study.demand["population"].sum())
    shown = pd.DataFrame({
        _("Road segment"): [segment_name(_, study, row) for row in harmful.to_dict(orient="records")],
        _("People out"): harmful["lost"],
        _("% of people"): 100 * harmful["lost"] / whole,
        _("Cut off"): harmful["cut_off"],
        _("Villages"): harmful["villages_lost"],
    })  # fmt: skip
    st.caption(
        _("{count} segments looked at, {harmful} put people out of {minutes} min; of {whole:,.0f} people.").format(
            count=len(made.table), harmful=int((made.table["lost"] > 0).sum()), minutes=f"{minutes:g}", whole=whole
        )
    )
    people = st.column_config.NumberColumn(format="localized")
    picked = st.dataframe(
        shown, key=made.key, hide_index=True, height=430, selection_mode="single-row",
        on_select=lambda: _fly_to_segment(made.key, harmful),
        column_config={_("People out"): people, _("Cut off"): people,
                       _("% of people"): st.column_config.NumberColumn(format="%.1f"),
                       _("Road segment"): st.column_config.TextColumn(width=290)},
    )  # fmt: skip
    _download(_, shown.assign(edge=harmful["edge"], at=harmful["at"]), f"yida-{study.name}-segments.csv")
    rows = picked.selection.rows
    worst = harmful.head(_ON_MAP).assign(chosen=False)
    if not rows:
        return worst
    row = harmful.iloc[[rows[0]]].assign(chosen=True)
    st.button(
        _("Close this segment"), icon=":material/block:", on_click=closed_roads.toggle,
        args=(study, int(row["edge"].iat[0]), float(row["at"].iat[0])),
    )  # fmt: skip
    return pd.concat([worst, row])


def _fly_to_segment(key: str, harmful: pd.DataFrame) -> None:
    rows = st.session_state[key].selection.rows
    if rows:
        row = harmful.iloc[rows[0]]
        state.fly({"lon": float(row["lon"]), "lat": float(row["lat"]), "zoom": 12.5})


def by_condition(_: Translate, question: Question, breaks: Breaks) -> None:
    """Coverage by day, at night, in rain, snow and ice, each with its band."""
    table = compute_roads.by_condition(question, breaks, question.threshold_min)

    def share(people: "pd.Series[float]") -> "pd.Series[float]":
        return 100 * people / table["population"].where(table["population"] > 0)

    shown = pd.DataFrame({
        _("Conditions"): [condition_name(_, c) for c in table["condition"]],
        _("Covered people"): table["covered"],
        _("% of people"): share(table["covered"]),
        _("% at speeds −20 %"): share(table["slower"]),
        _("% at speeds +20 %"): share(table["faster"]),
        _("Unreachable"): table["unreachable"],
    })  # fmt: skip
    one = st.column_config.NumberColumn(format="%.1f")
    people = st.column_config.NumberColumn(format="localized")
    told = _("People within {minutes} min, of {whole:,.0f} people, under each condition, with the roads closed here.")
    st.markdown(told.format(minutes=question.threshold_min, whole=float(table["population"].iat[0])))
    st.dataframe(
        shown, hide_index=True,
        column_config={name: one for name in shown.columns if "%" in name}
        | {_("Covered people"): people, _("Unreachable"): people},
    )  # fmt: skip
    if question.assumptions.condition != "ice":  # else it stands below the map
        st.caption(ice_line(_, question.study, question.assumptions))


def segment_name(_: Translate, study: Study, row: "dict[object, object] | dict[str, object]") -> str:
    """A segment in words: its class, its length and the villages nearest to its ends."""
    names = compute.village_names(study)
    start, end = names.iat[int(str(row["from_row"]))], names.iat[int(str(row["to_row"]))]
    kinds = {r.item: item_name(_, r) for r in default_rows() if r.kind == "speed"}
    km = float(str(row["length_m"])) / 1000
    kind = kinds.get(str(row["road_class"]), str(row["road_class"]))
    if start == end:
        return _("{kind}, {km:.1f} km, near {place}").format(kind=kind, km=km, place=start)
    return _("{kind}, {km:.1f} km, {start} – {end}").format(kind=kind, km=km, start=start, end=end)


def _download(_: Translate, table: pd.DataFrame, name: str) -> None:
    st.download_button(
        _("Download the table (CSV)"), csv_bytes(table), file_name=name, mime="text/csv",
        icon=":material/download:", on_click="ignore", key=f"download:{name}",
    )  # fmt: skip
