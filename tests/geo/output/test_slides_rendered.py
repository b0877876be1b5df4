"""Slides as another program shows them: LibreOffice's rendering holds every figure, chart and map. Fails without it."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from pptx import Presentation

from geo.analysis.presenting import Answer
from geo.model.briefing import Briefing
from geo.model.inputs import Study
from geo.output import inks
from geo.output.export import make_files
from geo.output.figures import scene_title, shown_figures
from tests.geo.briefings import TRANSLATORS, answered, export, ready
from tests.geo.test_page_scenes import SCENES, county

__all__ = ["county"]

DPI = 60


@pytest.fixture(scope="module", params=["ready", "pages"])
def answers(county: Study, request: pytest.FixtureRequest) -> list[Answer]:
    """The ready briefing, and one of scenes from the pages beside the map."""
    if request.param == "ready":
        return answered(county)
    return answered(county, Briefing({}, tuple(make(county) for make in SCENES.values())))


@pytest.fixture(scope="module")
def slides(answers: list[Answer], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slides")
    body = make_files(answers, ready(answers[0].study), export("pptx"))["pptx"]
    (folder / "toy.pptx").write_bytes(body)
    office = shutil.which("soffice") or shutil.which("libreoffice")
    assert office, "LibreOffice is needed for this check: run .ci/office"
    command = [office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "pdf"]
    done = subprocess.run([*command, "--outdir", folder, folder / "toy.pptx"], capture_output=True, timeout=180)
    assert (folder / "toy.pdf").exists(), done.stderr
    return folder


def test_every_title_value_and_denominator_is_on_its_slide(slides: Path, answers: list[Answer]) -> None:
    pages = pypdfium2.PdfDocument(slides / "toy.pdf")
    assert len(pages) == len(answers)
    for page, answer in zip(pages, answers, strict=True):
        text = "".join(page.get_textpage().get_text_range().split())
        wanted = [scene_title(answer, TRANSLATORS["zh"], "zh")]
        for figure in shown_figures(answer, TRANSLATORS["zh"], "zh"):
            wanted += [figure.value, *(figure.chart.labels[:8] if figure.chart.kind == "bars" else ["0"])]
        assert not [w for w in wanted if "".join(w.split()) not in text]


def test_every_picture_and_chart_is_drawn_where_it_stands(slides: Path, answers: list[Answer]) -> None:
    deck = Presentation(str(slides / "toy.pptx"))
    pages = pypdfium2.PdfDocument(slides / "toy.pdf")
    for number, slide in enumerate(deck.slides):
        shown = np.asarray(pages[number].render(scale=DPI / 72).to_pil().convert("RGB")).astype(int)
        drawn = [s for s in slide.shapes if s.has_chart or s.shape_type == 13]
        assert len(drawn) == 1 + len(answers[number].scene.shows)
        for shape in drawn:
            edges = [round(v / 914400 * DPI) for v in (shape.left, shape.top, shape.width, shape.height)]
            part = shown[edges[1] : edges[1] + edges[3], edges[0] : edges[0] + edges[2]]
            inked = (part.min(axis=2) < 200).mean()
            assert inked > 0.005, f"slide {number + 1}: nothing is drawn at {shape.name}"
            if shape.has_chart:
                assert has_colour(part, chart_colours(answers[number])), f"slide {number + 1}: no bar or line"


def chart_colours(answer: Answer) -> list[str]:
    figures = shown_figures(answer, TRANSLATORS["zh"], "zh")
    return [c for f in figures for c, v in zip(f.chart.colours, f.chart.values, strict=True) if v > 0] + [inks.ACCENT]


def has_colour(part: np.ndarray, colours: list[str]) -> bool:
    """Whether some pixels have one of the colours, as near as a renderer's edges leave them."""
    wanted = [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours]
    return any((np.abs(part - colour).max(axis=2) < 24).sum() > 8 for colour in wanted)
