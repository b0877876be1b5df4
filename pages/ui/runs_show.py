"""Ambulance runs on screen: intervals by township, what was wrong with which row, and the fit of the speeds."""

import math

import pandas as pd
import streamlit as st

from geo.model.assumptions import Assumption, Assumptions, default_rows
from geo.model.clock import Clock
from geo.model.inputs import Study
from geo.model.problems import Problem
from geo.network.calibration import LEAST_TRIPS, LIMIT, Calibration
from geo.output import run_words
from geo.output.language import sentences
from geo.output.tables import csv_bytes
from geo.study import records
from geo.study.records import Records, Runs
from pages.ui import compute, state
from pages.ui.assumed import item_name
from pages.ui.text import Translate, plain


def figures(_: Translate, found: Records, table: pd.DataFrame, threshold_min: int) -> None:
    """Runs used, runs in time, the response and the drive: each with how many runs it is of."""
    all_runs = table.iloc[0]
    known, both = int(all_runs["within_n"]), int(all_runs["both_drive_n"])
    told = [
        (
            _("Runs used"),
            f"{found.rows_read - found.rows_refused:,}",
            _("of {whole:,} rows of the file").format(whole=found.rows_read),
        ),
        (
            _("At the scene within {minutes} min of the call").format(minutes=threshold_min),
            f"{100 * all_runs['within'] / known:.1f} %" if known else "—",
            _("{part:,} of {whole:,} runs").format(part=int(all_runs["within"]), whole=known),
        ),
        (
            _("Call to arrival, median"),
            minutes_text(_, all_runs["response_min_median"]),
            _("9 of 10 within {p90}; {whole:,} runs").format(
                p90=minutes_text(_, all_runs["response_min_p90"]), whole=known
            ),
        ),
        (
            _("Drive, median observed"),
            minutes_text(_, all_runs["observed_drive_median"]),
            _("modelled {minutes}; {whole:,} runs").format(
                minutes=minutes_text(_, all_runs["modelled_drive_median"]), whole=both
            ),
        ),
    ]
    with st.container(key="figures"):
        for column, (label, value, of) in zip(st.columns(len(told)), told, strict=True):
            column.metric(label, value, of, delta_color="off", delta_arrow="off", border=True, height="stretch")


def minutes_text(_: Translate, value: float) -> str:
    """Minutes with their unit, a dash where unknown."""
    return "—" if math.isnan(value) else _("{n:.1f} min").format(n=value)


def warnings(_: Translate, problems: tuple[Problem, ...]) -> None:
    """What is said of the file as a whole; a response time that is a sum stands out."""
    for problem in [p for p in problems if p.row is None]:
        if problem.code == "response_is_sum":
            st.warning(plain(problem.say(_)), icon=":material/warning:")
        else:
            st.caption(plain(problem.say(_)))


def bad_rows(_: Translate, problems: tuple[Problem, ...]) -> None:
    """Each row that was left out or half read, and why."""
    rows = [p for p in problems if p.row is not None]
    if not rows:
        return
    verdicts = {"error": _("Left out"), "warning": _("Used in part")}
    table = pd.DataFrame({
        _("Row"): [p.row for p in rows],
        _("Verdict"): [verdicts[p.severity] for p in rows],
        _("Why"): [run_words.say_problem(p, _) for p in rows],
    })  # fmt: skip
    with st.expander(_("{count:,} remarks on single rows").format(count=len(rows))):
        st.dataframe(table, hide_index=True)
        st.download_button(
            _("Download the table (CSV)"), csv_bytes(table), file_name="yida-runs-remarks.csv", mime="text/csv",
            icon=":material/download:", on_click="ignore", key="download:remarks",
        )  # fmt: skip


def townships(_: Translate, study: Study, table: pd.DataFrame, clock: Clock) -> None:
    """Observed and modelled intervals of every township, all runs first."""
    names = compute.unit_names(study)
    told = pd.DataFrame({
        _("Township"): [names.get(code, code) or _("All runs") for code in table["unit_code"]],
        _("Runs"): table["runs"],
        _("In time, runs"): table["within"],
        _("of runs"): table["within_n"],
        _("Call to arrival, 9 of 10 within"): table["response_min_p90"],
    })  # fmt: skip
    legs = [_leg(_, table, interval, name) for interval, name in run_words.interval_names(_).items()]
    shown = pd.concat([told, *legs], axis=1)
    one = st.column_config.NumberColumn(format="%.1f")
    minutes = [name for name in shown.columns if shown[name].dtype.kind == "f"]
    st.dataframe(shown, hide_index=True, column_config=dict.fromkeys(minutes, one), height=460)
    st.caption(
        sentences(_("Medians in minutes, observed and modelled of the same runs."), run_words.modelled_with(clock, _))
    )
    st.download_button(
        _("Download the table (CSV)"), csv_bytes(shown), file_name=f"yida-{study.name}-runs.csv", mime="text/csv",
        icon=":material/download:", on_click="ignore", key="download:runs",
    )  # fmt: skip


def _leg(_: Translate, table: pd.DataFrame, interval: str, name: str) -> pd.DataFrame:
    """One interval as it was and as it is modelled, and of how many runs."""
    return pd.DataFrame({
        _("{interval}: observed").format(interval=name): table[f"observed_{interval}_median"],
        _("{interval}: modelled").format(interval=name): table[f"modelled_{interval}_median"],
        _("{interval}: runs").format(interval=name): table[f"both_{interval}_n"],
    })  # fmt: skip


def calibration(_: Translate, assumptions: Assumptions, fitted: Calibration | None) -> None:
    """Speeds by class that fit the drives best, the error before and after, and a button that takes them."""
    if fitted is None:
        st.info(run_words.nothing_fitted(_))
        return
    if st.session_state.pop("speeds_taken", False):
        st.success(_("Taken: every page of this session now computes with these speeds."), icon=":material/check:")
    before, after = (records.errors(fitted.observed_min, m) for m in (fitted.before_min, fitted.after_min))
    sentence = _(
        "On {used:,} runs the modelled drive misses the observed one by {before} on average; with the speeds below by "
        "{after}. The same runs were used to fit and to judge."
    )
    st.markdown(
        sentence.format(
            used=fitted.used,
            before=minutes_text(_, before["absolute_min"]),
            after=minutes_text(_, after["absolute_min"]),
        )
    )
    rows = [row for row in _rows(fitted.assumptions) if row.item in fitted.factors]
    old = {row.item: row.value for row in _rows(assumptions)}
    shown = pd.DataFrame({
        _("What"): [item_name(_, row) for row in rows],
        _("Assumed"): [old[row.item] for row in rows],
        _("Fitted"): [row.value for row in rows],
        _("Factor"): [fitted.factors[row.item] for row in rows],
        _("Runs that drive on it"): [fitted.trips[row.item] for row in rows],
    })  # fmt: skip
    two = st.column_config.NumberColumn(format="%.2f")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.dataframe(shown, hide_index=True, column_config=dict.fromkeys((_("Assumed"), _("Fitted"), _("Factor")), two))
        st.caption(
            _("km/h, and the share of a posted limit. Classes with fewer than {count} runs move together.").format(
                count=LEAST_TRIPS
            )
        )
        if fitted.at_bound:
            st.warning(plain(run_words.at_bound(fitted, _)), icon=":material/warning:")
        st.button(
            _("Use these speeds in this session"), type="primary", icon=":material/check:", on_click=take,
            args=(fitted,),
        )  # fmt: skip
    with right:
        _scatter(_, fitted)


def take(fitted: Calibration) -> None:
    """Make the fitted speeds this session's; only what was driven on is changed."""
    rows = [row for row in _rows(fitted.assumptions) if row.item in fitted.factors]
    st.session_state.edits = state.edits() | {state.edit_key(row): round(row.value, 2) for row in rows}
    st.session_state.speeds_taken = True


def _rows(assumptions: Assumptions) -> list[Assumption]:
    """The rows of the ambulance's speeds, and of the share of a posted limit."""
    items = {row.item for row in default_rows() if row.kind == "speed"}
    return [
        row
        for row in assumptions.rows
        if row.mode == "ambulance"
        and ((row.kind == "speed" and row.item in items) or (row.kind == "factor" and row.item == LIMIT))
    ]


def _scatter(_: Translate, fitted: Calibration) -> None:
    observed, assumed, new = _("Drive observed, min"), _("Modelled as assumed"), _("Modelled as fitted")
    points = pd.DataFrame({observed: fitted.observed_min, assumed: fitted.before_min, new: fitted.after_min})
    st.scatter_chart(
        points, x=observed, y=[assumed, new], y_label=_("Drive modelled, min"), color=["#d08a2e", "#0b5cad"],
        height=340, size=22,
    )  # fmt: skip


def runs_line(_: Translate, runs: Runs) -> str:
    """What the modelled drives were made with."""
    return _("Modelled drive of the ambulance on roads, from base to scene, without call handling and turnout.")
