"""What the pages on roads ask the library for, remembered by content. Keys never hold the threshold."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from geo.model.assumptions import CONDITIONS, Assumptions
from geo.model.roads import Mode
from geo.network.breaks import Breaks
from geo.network.snapping import EdgeIndex
from geo.study import Network, closing, conditions
from pages.ui import compute
from pages.ui.controls import Question


def care(question: Question) -> closing.Care:
    """The nearest facility of the tiers that count, with all roads open. Raises NothingSelected."""
    return _care(question.study.content_id, question.mode, question.assumptions.content_id(), question.tiers, question)


@st.cache_resource(show_spinner=False, max_entries=6)
def _care(content_id: str, mode: Mode, assumed: str, tiers: tuple[str, ...], _asked: Question) -> closing.Care:
    network = compute.network(_asked.study, _asked.mode, _asked.assumptions)
    return closing.care_of(_asked.study, network, _asked.tiers)


def segment_at(
    question: Question, lon: float, lat: float, within_m: float, classes: list[str]
) -> tuple[int, float] | None:
    """The road of the classes drawn that a click points at, and where along it."""
    index = _index(question.study.content_id, question.mode, question.assumptions.content_id(), question)
    return closing.segment_at(index, question.study.roads, lon, lat, within_m, classes)


@st.cache_resource(show_spinner=False, max_entries=4)
def _index(content_id: str, mode: Mode, assumed: str, _asked: Question) -> EdgeIndex:
    return EdgeIndex(compute.network(_asked.study, _asked.mode, _asked.assumptions).graph, _asked.assumptions)


def band(question: Question, breaks: Breaks, threshold_min: float) -> conditions.Band:
    """People covered with all speeds lower and higher by conditions.BAND_SHARE: no search once a question was asked."""
    share = conditions.BAND_SHARE
    slow, fast = (closing.found_with(_scaled(question, s), breaks)["travel_time_min"] for s in (1 - share, 1 + share))
    return conditions.coverage_band(question.study, (slow, fast), threshold_min, share)


def by_condition(question: Question, breaks: Breaks, threshold_min: float) -> pd.DataFrame:
    """Coverage under every condition: condition, covered, slower, faster (people), unreachable, population."""
    rows = []
    for condition in CONDITIONS:
        assumed = replace(question.assumptions, condition=condition)
        key = question_key(replace(question, assumptions=assumed))
        point, slow, fast = _minutes(*key, _told(breaks), question, assumed, breaks)
        found = conditions.coverage_band(question.study, (slow, fast), threshold_min, conditions.BAND_SHARE)
        whole = compute.county_coverage(question.study, point.to_frame(), threshold_min)
        rows.append({
            "condition": condition, "covered": whole.covered, "slower": found.slower.covered,
            "faster": found.faster.covered, "unreachable": whole.unreachable, "population": whole.population,
        })  # fmt: skip
    return pd.DataFrame(rows)


@st.cache_resource(show_spinner=False, max_entries=64)
def _minutes(
    content_id: str, mode: Mode, assumed: str, tiers: tuple[str, ...], broken: str,
    _asked: Question, _assumptions: Assumptions, _breaks: Breaks,
) -> "tuple[pd.Series[float], pd.Series[float], pd.Series[float]]":  # fmt: skip
    """Minutes as assumed, with speeds lower, and higher."""
    network = conditions.rescaled(_standing(_asked), _assumptions)
    point = conditions.minutes_counted(_asked.study, network, _asked.tiers, _breaks)
    return point, *conditions.speed_band(_asked.study, network, _asked.tiers, breaks=_breaks)


def _told(breaks: Breaks) -> str:
    return ",".join(f"{e}@{a:.9f}" for e, a in zip(breaks.edge.tolist(), breaks.at.tolist(), strict=True))


def _standing(question: Question) -> Network:
    """Roads with all points on them: conditions and speeds only give the same roads other minutes."""
    day = replace(question.assumptions, condition=CONDITIONS[0], speed_scale=1.0)
    return compute.network(question.study, question.mode, day)


def _scaled(question: Question, scale: float) -> closing.Care:
    """`care` with all speeds multiplied."""
    assumed = replace(question.assumptions, speed_scale=question.assumptions.speed_scale * scale)
    return _scaled_care(*question_key(replace(question, assumptions=assumed)), question, assumed)


@st.cache_resource(show_spinner=False, max_entries=6)
def _scaled_care(
    content_id: str, mode: Mode, assumed: str, tiers: tuple[str, ...], _asked: Question, _assumptions: Assumptions
) -> closing.Care:
    return closing.care_of(_asked.study, conditions.rescaled(_standing(_asked), _assumptions), _asked.tiers)


def question_key(question: Question) -> tuple[str, Mode, str, tuple[str, ...]]:
    """What an answer depends on besides the threshold and the roads closed."""
    return question.study.content_id, question.mode, question.assumptions.content_id(), question.tiers
