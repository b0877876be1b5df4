"""What the pages of indicators and programmes ask the library for, remembered by content. See compute.

Keys are content ids; thresholds of alarms are asked of the store at each run, for somebody may have changed them.
"""

from decimal import Decimal

import pandas as pd
import streamlit as st

from geo.analysis.alarms import Alarm
from geo.analysis.indicators import Standing, by_unit, class_edges, periods_of
from geo.analysis.surplus import divided
from geo.model.alarms import Rule
from geo.model.indicators import Entry
from geo.model.inputs import Study
from geo.study import indicators
from pages.ui import compute


@st.cache_resource(show_spinner=False, max_entries=8)
def _entries(content_id: str, _of: Study) -> tuple[Entry, ...]:
    return indicators.entries_for(_of)


def entries(of: Study) -> tuple[Entry, ...]:
    """The catalogue that holds in a study."""
    return _entries(of.content_id, of)


@st.cache_resource(show_spinner=False, max_entries=32)
def _board(content_id: str, unit_code: str, _of: Study) -> list[Standing]:
    return indicators.board_of(_of, unit_code)


def board(of: Study, unit_code: str = "") -> list[Standing]:
    """How every indicator stands in the county or one township."""
    return _board(of.content_id, unit_code, of)


def units(of: Study) -> dict[str, str]:
    """Code → name of the county and its townships, the county first."""
    return indicators.unit_names(of)


def rules(of: Study) -> tuple[Rule, ...]:
    """The alarms' rules with the thresholds that were set for this study."""
    return indicators.rules_for(compute.store(), of.name)


def set_threshold(of: Study, rule: Rule, threshold: float) -> None:
    """Keep a threshold for this study. Raises OutOfRange."""
    indicators.remember_threshold(compute.store(), of.name, rule, threshold)


def alarms(of: Study) -> list[Alarm]:
    """The five alarms of the county."""
    return indicators.alarms_of(board(of), rules(of))


def periods(of: Study, code: str) -> list[str]:
    """The periods in which townships have a figure of an indicator."""
    return periods_of(of.indicator, code, of.unit["unit_code"].tolist())


@st.cache_resource(show_spinner=False, max_entries=32)
def _townships(content_id: str, code: str, period: str, _of: Study) -> pd.DataFrame:
    table = by_unit(_of.indicator, entries(_of), code, period, _of.unit["unit_code"].tolist())
    table.insert(1, "name", _of.unit["name"].to_numpy())
    return table


def townships(of: Study, code: str, period: str) -> pd.DataFrame:
    """One indicator in one period, a row a township with its name."""
    return _townships(of.content_id, code, period, of)


def edges(table: pd.DataFrame, entry: Entry) -> list[float]:
    """Between which values the map's classes change."""
    return class_edges(table["value"].tolist(), entry.target if entry.has_target else None)


def surplus(amount_yuan: float, ratio: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
    """A surplus divided, to the fen. Raises OutOfRange."""
    return divided(Decimal(f"{amount_yuan:.2f}"), ratio)
