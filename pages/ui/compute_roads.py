"""What the pages on roads ask the library for, remembered by content. Keys never hold the threshold."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from geo.model.assumptions import CONDITIONS, Assumptions
from geo.model.roads import Mode
from geo.network.breaks import Breaks
from geo.network.snapping import EdgeIndex
from geo.study import closing, conditions
from pages.ui import compute
from pages.ui.controls import Question

Pair = tuple["pd.Series[float]", "pd.Series[float]"]


def care(question: Question) -> closing.Care:
    """The nearest facility of the tiers that count, with all roads open. Raises NothingSelected."""
    return _care(question.study.content_id, question.mode, question.assumptions.content_id(), question.tiers, question)


@st.cache_resource(show_spinner=False, max_entries=12)
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
    """People covered with all speeds lower and higher by conditions.BAND_SHARE."""
    minutes = _band(*_key(question, breaks), question.assumptions, question, breaks)
    return conditions.coverage_band(question.study, minutes, threshold_min, conditions.BAND_SHARE)


@st.cache_resource(show_spinner=False, max_entries=48)
def _band(
    content_id: str, mode: Mode, assumed: str, tiers: tuple[str, ...], broken: str,
    _assumptions: Assumptions, _asked: Question, _breaks: Breaks,
) -> Pair:  # fmt: skip
    network = conditions.rescaled(compute.network(_asked.study, _asked.mode, _asked.assumptions), _assumptions)
    return conditions.speed_band(_asked.study, network, _asked.tiers, breaks=_breaks)


def by_condition(question: Question, breaks: Breaks, threshold_min: float) -> pd.DataFrame:
    """Coverage under every condition: condition, covered, slower, faster (people), unreachable, population."""
    rows = []
    for condition in CONDITIONS:
        assumed = replace(question.assumptions, condition=condition)
        key = replace(question, assumptions=assumed)
        minutes = _band(*_key(key, breaks), assumed, question, breaks)
        found = conditions.coverage_band(question.study, minutes, threshold_min, conditions.BAND_SHARE)
        times = _point(*_key(key, breaks), assumed, question, breaks)
        point = compute.county_coverage(question.study, times, threshold_min)
        rows.append({
            "condition": condition, "covered": point.covered, "slower": found.slower.covered,
            "faster": found.faster.covered, "unreachable": point.unreachable, "population": point.population,
        })  # fmt: skip
    return pd.DataFrame(rows)


@st.cache_resource(show_spinner=False, max_entries=48)
def _point(
    content_id: str, mode: Mode, assumed: str, tiers: tuple[str, ...], broken: str,
    _assumptions: Assumptions, _asked: Question, _breaks: Breaks,
) -> pd.DataFrame:  # fmt: skip
    network = conditions.rescaled(compute.network(_asked.study, _asked.mode, _asked.assumptions), _assumptions)
    return conditions.minutes_counted(_asked.study, network, _asked.tiers, _breaks).to_frame()


def question_key(question: Question) -> tuple[str, Mode, str, tuple[str, ...]]:
    """What an answer depends on besides the threshold and the roads closed."""
    return question.study.content_id, question.mode, question.assumptions.content_id(), question.tiers


def _key(question: Question, breaks: Breaks) -> tuple[str, Mode, str, tuple[str, ...], str]:
    broken = ",".join(f"{e}@{a:.9f}" for e, a in zip(breaks.edge.tolist(), breaks.at.tolist(), strict=True))
    return *question_key(question), broken
