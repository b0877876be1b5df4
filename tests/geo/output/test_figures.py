"""One definition of each figure: hand-worked values, denominators, marks, and the same data on screen and on paper."""

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.analysis.presenting import Answer, edges_of, people_by_minutes
from geo.model.briefing import REACH
from geo.model.inputs import Study
from geo.output import inks, svg
from geo.output.chart_svg import chart_svg
from geo.output.figure import Figure, percent
from geo.output.figures import figure_of
from geo.output.language import Translate
from geo.output.maps import WEB_FOLDER
from geo.output.vega import SELECTION, vega_spec
from tests.geo.briefings import HOSTILE, TRANSLATORS, answered, hostile

VALUES = {
    "county": ("3,757", "6 villages"),
    "tiers": ("3", "3,757 people"),
    "coverage": ("90.5 %", "3,400 of 3,757 people"),
    "curve": ("90.5 %", "3,400 of 3,757 people"),
    "outside": ("357", "3,757 people; 3 of 6 villages"),
    "townships": ("1", "of 1 townships"),
    "villages": ("3", "of 6 villages; the 3 largest have 357 people"),
}


def figures_of(answer: Answer, translate: Translate, language: str) -> dict[str, Figure]:
    return {key: figure_of(answer, key, translate, language) for key in REACH}


@pytest.fixture(scope="module")
def figures(toy: Study) -> dict[str, Figure]:
    return figures_of(answered(toy)[2], str, "en")


@pytest.mark.parametrize("key", REACH)
def test_each_figure_has_its_value_and_its_denominator(figures: dict[str, Figure], key: str) -> None:
    value, of = VALUES[key]
    assert list(figures) == list(REACH)
    assert figures[key].value == value and of in figures[key].of
    assert figures[key].key == key and figures[key].title


def test_what_is_modelled_says_so_and_what_is_illustrative_too(toy: Study) -> None:
    sample = replace(toy, header={**toy.header, "illustrative": True})
    for key, figure in figures_of(answered(sample)[2], str, "en").items():
        assert ("modelled" in figure.marks) == (key != "county"), key
        assert any("illustrative" in mark for mark in figure.marks)
    assert figures_of(answered(toy)[2], str, "en")["county"].marks == ()


def test_tables_add_up_and_charts_show_what_the_tables_say(figures: dict[str, Figure]) -> None:
    assert figures["coverage"].table["People"].sum() == 3757
    assert figures["coverage"].chart.values == tuple(figures["coverage"].table["People"])
    assert figures["outside"].table["People outside"].sum() == 357
    assert figures["villages"].table["Village"].tolist() == ["北村", "岛村", "远村"]
    assert figures["villages"].chart.keys == ("village:V3", "village:V5", "village:V6")
    assert figures["tiers"].table["Facilities"].tolist() == [1, 1, 1]
    curve = figures["curve"].table.set_index("Minutes")["Covered people"]
    assert (curve[5.0], curve[10.0], curve[15.0]) == (0, 3400, 3700) and curve.is_monotonic_increasing


def test_chinese_figures_have_no_english_words_left(toy: Study) -> None:
    for figure in figures_of(answered(toy)[2], TRANSLATORS["zh"], "zh").values():
        said = [figure.title, figure.of, *map(str, figure.table.columns), figure.chart.axis, figure.chart.label_axis]
        assert not [text for text in said if re.search(r"[A-Za-z]{2,}", text)], said


def test_a_share_without_a_denominator_is_a_dash() -> None:
    assert percent(float("nan")) == "—" and percent(90.49) == "90.5 %"


@given(
    st.lists(st.tuples(st.one_of(st.just(math.nan), st.floats(0, 300)), st.integers(0, 10**6)), max_size=50),
    st.floats(1, 120),
)
def test_classes_of_minutes_always_add_up_to_everybody(places: list[tuple[float, int]], threshold: float) -> None:
    minutes = pd.Series([m for m, _p in places], dtype="float64")
    people = pd.Series([p for _m, p in places], dtype="float64")
    table = people_by_minutes(minutes, people, edges_of(threshold))
    assert table["people"].sum() == people.sum() and table["places"].sum() == len(places)
    within = table.loc[table["to_min"] <= threshold, "people"].sum()
    assert within == people[minutes <= threshold].sum()


# ---- the same data everywhere ------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", REACH)
def test_the_page_and_the_picture_draw_the_same_chart(figures: dict[str, Figure], key: str) -> None:
    figure = figures[key]
    rows = vega_spec(figure)["data"]["values"]
    assert [row["value"] for row in rows] == list(figure.chart.values)
    drawn = texts_of(chart_svg(figure, 640, 380))
    assert {figure.title, figure.value, figure.of} <= drawn
    if figure.chart.kind == "bars":
        assert set(figure.chart.said) <= drawn and set(figure.chart.labels) <= drawn


def test_bars_of_the_page_name_what_they_stand_for(figures: dict[str, Figure]) -> None:
    spec = vega_spec(figures["villages"])
    assert [row["key"] for row in spec["data"]["values"]] == list(figures["villages"].chart.keys)
    assert spec["layer"][0]["params"][0]["name"] == SELECTION


def test_two_villages_of_one_name_are_two_bars(figures: dict[str, Figure]) -> None:
    chart = replace(figures["villages"].chart, labels=("新村", "新村", "北村"))
    labels = [row["label"] for row in vega_spec(replace(figures["villages"], chart=chart))["data"]["values"]]
    assert len(set(labels)) == 3 and [label.strip("\u200b") for label in labels] == ["新村", "新村", "北村"]


def test_hostile_names_in_charts_are_text(toy: Study) -> None:
    for figure in figures_of(answered(hostile(toy))[2], str, "en").values():
        root = ET.fromstring(chart_svg(figure, 640, 380))
        assert {e.tag.rpartition("}")[2] for e in root.iter()} <= {"svg", "g", "rect", "text", "path", "circle"}


def test_an_empty_ranking_is_a_dash_not_a_crash(toy: Study) -> None:
    everyone = Study(**{**vars(toy), "demand": toy.demand[toy.demand["demand_id"] == "V1"].reset_index(drop=True)})
    figure = figures_of(answered(everyone)[2], str, "en")["villages"]
    assert figure.value == "0" and "—" in texts_of(chart_svg(figure, 640, 380))


def texts_of(drawn: str) -> set[str]:
    return {"".join(e.itertext()) for e in ET.fromstring(drawn).iter() if e.tag.endswith("text")}


# ---- colours and letters -----------------------------------------------------------------------------------------


def test_pictures_and_page_have_the_same_colours() -> None:
    """inks.py against web/symbols.js and web/layers.js."""
    symbols = (WEB_FOLDER / "symbols.js").read_text(encoding="utf-8")
    layers = (WEB_FOLDER / "layers.js").read_text(encoding="utf-8")
    within = re.search(r"const WITHIN = \[(.*?)\]", symbols)
    breaks = re.search(r"const BREAKS = \[(.*?)\]", symbols)
    assert within and breaks
    assert re.findall(r"#\w{6}", within.group(1)) == list(inks.WITHIN)
    assert [float(n) for n in breaks.group(1).split(",")] == list(inks.BREAKS)
    for name in ("BEYOND", "BEYOND_RING", "UNREACHED", "NEUTRAL"):
        assert f'const {name} = "{getattr(inks, name)}"' in symbols
    assert f'const LAND = "{inks.LAND}"' in layers
    for name, (width, colour, casing) in inks.ROADS.items():
        row = re.search(rf'\["{name}", [\d.]+, ([\d.]+), "(#\w+)"(?:, "(#\w+)")?\]', layers)
        assert row and (float(row.group(1)), row.group(2), row.group(3) or "") == (width, colour, casing), name


@given(st.floats(1, 120))
def test_the_threshold_always_ends_the_last_class(threshold: float) -> None:
    steps = inks.steps_within(threshold)
    assert steps[0][0] == 0 and steps[-1][1] == threshold and len(steps) <= len(inks.WITHIN)
    assert all(a[1] == b[0] for a, b in pairwise(steps))
    assert inks.minutes_colour(threshold, steps) == steps[-1][2]
    assert inks.minutes_colour(np.nextafter(threshold, 999), steps) == inks.BEYOND


@given(st.text(max_size=200), st.floats(40, 400))
def test_wrapped_lines_hold_every_letter_and_fit(text: str, width: float) -> None:
    lines = svg.wrapped(text, width, 13)
    assert "".join("".join(lines).split()) == "".join(svg.clean(text).split())
    assert all(svg.width_of(line, 13) <= width or len(line) <= 41 for line in lines)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_in_a_picture_is_only_text(name: str) -> None:
    drawn = svg.document(100, 100, svg.text(0, 0, name, svg.Look(halo=True)))
    assert [e.tag.rpartition("}")[2] for e in ET.fromstring(drawn).iter()] == ["svg", "rect", "text", "text"]
    assert svg.width_of(svg.shortened(name, 60, 13), 13) <= 60
