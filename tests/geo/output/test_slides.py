"""Slides say what they leave out: in the toy county 3 villages are outside 10 minutes, here 20 more without a road."""

import io
import re
from dataclasses import replace

import pandas as pd
import pytest
from pptx import Presentation

from geo.model.briefing import Briefing, Indicator
from geo.model.inputs import Study
from geo.output.export import make_files
from geo.study.page_scenes import indicator_scene
from tests.geo.briefings import TRANSLATORS, answered, export, ready
from tests.geo.test_page_scenes import CODE, with_all_pages


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


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_number_and_no_word_of_a_heading_breaks_and_every_table_keeps_its_place(many: Study, language: str) -> None:
    """Letters and digits of 9.5 points are 0.6 of it wide at most on the whole; a cell has margins of 4 points."""
    body = make_files(answered(many), ready(many), export("pptx", language))["pptx"]
    for slide in Presentation(io.BytesIO(body)).slides:
        for shape in (shape for shape in slide.shapes if shape.has_table):
            table = shape.table
            for column, *cells in zip(table.columns, *[row.cells for row in table.rows], strict=True):
                head, *texts = [cell.text_frame.text for cell in cells]
                words = [*re.findall(r"[A-Za-z]+", head), *(t for t in texts if re.fullmatch(r"[\d,.]+", t))]
                assert all(column.width.pt - 8 >= 0.6 * 9.5 * len(word) for word in words), (head, words)
            assert sum(column.width for column in table.columns) <= shape.width + len(table.columns)
            end = shape.top + sum(row.height for row in table.rows)
            below = [other.top for other in slide.shapes if other.has_text_frame and other.top > shape.top]
            assert end <= min(below, default=Presentation(io.BytesIO(body)).slide_height)
            heads = zip(table.rows[0].cells, table.columns, strict=True)
            if any(0.5 * 9.5 * len(cell.text_frame.text) > column.width.pt - 8 for cell, column in heads):
                assert table.rows[0].height.pt >= 2 * 1.2 * 9.5 + 2


def test_the_label_above_a_figure_stays_in_one_line_clear_of_the_figure(toy: Study) -> None:
    """A letter of Arial is half as wide as high on the whole, a little more here."""
    body = make_files(answered(toy), ready(toy), export("pptx", "en"))["pptx"]
    titles = {"Townships not covered in full, least covered first", "People by township"}
    found = {}
    for slide in Presentation(io.BytesIO(body)).slides:
        for shape in (shape for shape in slide.shapes if shape.has_text_frame and shape.text_frame.text in titles):
            (run,) = shape.text_frame.paragraphs[0].runs
            assert 0.55 * run.font.size.pt * len(run.text) <= shape.width.pt
            found[run.text] = run.font.size.pt
    assert found.keys() == titles and found["People by township"] == 14


def test_a_label_that_no_size_makes_fit_is_cut_and_the_slide_is_made(toy: Study) -> None:
    """A township's name of 700 letters stands in the label of its targets."""
    study = with_all_pages(toy)
    code = study.unit["unit_code"].iat[0]
    study = replace(study, unit=study.unit.assign(name="很长的乡镇名" * 117))
    scene = replace(indicator_scene(study, Indicator(CODE, "2025", code), TRANSLATORS), shows=("aspects",))
    briefing = Briefing({}, (scene,))
    body = make_files(answered(study, briefing), briefing, export("pptx", "en"))["pptx"]
    texts = [s.text_frame for slide in Presentation(io.BytesIO(body)).slides for s in slide.shapes if s.has_text_frame]
    (label,) = [t for t in texts if t.text.startswith("Targets met · 很长")]
    assert label.text.endswith("…") and label.paragraphs[0].runs[0].font.size.pt == 9
