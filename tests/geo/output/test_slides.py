"""Slides say what they leave out: in the toy county 3 villages are outside 10 minutes, here 20 more without a road."""

import io
from dataclasses import replace

import pandas as pd
import pytest
from pptx import Presentation

from geo.model.inputs import Study
from geo.output.export import make_files
from tests.geo.briefings import answered, export, ready


@pytest.fixture(scope="module")
def many(toy: Study) -> Study:
    far = toy.demand[toy.demand["name"] == "远村"]
    more = [far.assign(demand_id=f"M{i:02}", name=f"远村{i}") for i in range(20)]
    return replace(toy, content_id="many", demand=pd.concat([toy.demand, *more], ignore_index=True))


def said_on(study: Study, *shows: str) -> tuple[str, int]:
    """Every text of the slide of a scene that shows some figures, and the rows of its table."""
    briefing = replace(ready(study), scenes=(replace(ready(study).scenes[5], shows=shows),))
    body = make_files(answered(study, briefing), briefing, export("pptx", "en"))["pptx"]
    (slide,) = Presentation(io.BytesIO(body)).slides
    texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    charts = [shape.chart for shape in slide.shapes if shape.has_chart]
    texts += [chart.chart_title.text_frame.text for chart in charts if chart.has_title]
    return "\n".join(texts), sum(len(shape.table.rows) - 1 for shape in slide.shapes if shape.has_table)


def test_a_ranking_that_goes_on_says_so_at_its_chart_and_at_its_table(many: Study) -> None:
    text, rows = said_on(many, "villages")
    assert "the first 8 of 23, all are in the workbook" in text
    assert rows == 5 and "18 more rows are in the workbook." in text


def test_so_does_one_beside_another_figure(many: Study) -> None:
    text, rows = said_on(many, "coverage", "villages")
    assert "the first 8 of 23, all are in the workbook" in text and rows == 0


def test_what_is_whole_says_nothing(toy: Study) -> None:
    text, rows = said_on(toy, "villages")
    assert rows == 3 and "workbook" not in text
