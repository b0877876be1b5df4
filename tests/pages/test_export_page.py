"""The page of files without a browser: the library's figures, wrong words said, and a file made from what is asked."""

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pptx import Presentation
from pptx.util import Inches
from streamlit.testing.v1 import AppTest

from geo.output import export as files
from geo.output.figures import scene_sentence, shown_figures
from geo.store import open_store
from geo.study import open_study
from pages.ui import compute_export
from pages.ui.text import plain
from tests.geo.briefings import MADE_AT, TRANSLATORS, answered, export, ready
from tests.pages.test_pages import opened, values

PAGE = "export.py"


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A store of the tests' own."""
    patch = pytest.MonkeyPatch()
    patch.setenv("YIDA_HOME", str(tmp_path_factory.mktemp("home")))
    patch.delenv("YIDA_DATABASE_URL", raising=False)
    yield
    patch.undo()


def scene(page: AppTest, number: int) -> AppTest:
    return page.segmented_control(key="export:scene").set_value(number).run()


def test_every_scene_of_the_preview_says_the_librarys_figures() -> None:
    study = open_study(open_store(), "xishui")
    page = opened(PAGE, lang="en", study="xishui")
    for number, answer in enumerate(answered(study, ready(study, 15.0))):
        scene(page, number)
        shown = shown_figures(answer, str, "en")
        assert {f.title: f.value for f in shown} == {name: value for name, (value, _of) in values(page).items()}
        assert plain(scene_sentence(answer, str, "en")) in [text.value for text in page.markdown]
        assert not page.error and not page.exception


def test_a_preview_is_drawn_once_a_day() -> None:
    study = open_study(open_store(), "xishui")
    shown = answered(study, ready(study, 15.0))[1]
    asked = export("png")
    first = compute_export.preview(shown, asked)
    assert compute_export.preview(shown, replace(asked, made_at=MADE_AT + timedelta(hours=2))) is first
    assert compute_export.preview(shown, replace(asked, made_at=MADE_AT + timedelta(days=1))) != first


def test_the_threshold_of_the_sidebar_is_the_files() -> None:
    page = opened(PAGE, lang="en", study="xishui", t="30")
    assert "People within 30 min" in values(scene(page, 2))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_review_number_of_wrong_form_is_said_and_a_right_one_is_taken(language: str) -> None:
    page = opened(PAGE, lang=language, study="xishui")
    page.text_input(key="export:review").set_value("1234").run()
    assert len(page.error) == 1 and "GS" in page.error[0].value and not page.exception
    page.text_input(key="export:review").set_value("黔S(2024)012号").run()
    assert not page.error and not page.exception


def test_a_size_nobody_can_print_is_said() -> None:
    page = opened(PAGE, lang="en", study="xishui")
    page.selectbox(key="export:form").set_value("png").run()
    page.text_input(key="export:size").set_value("20x20").run()
    assert page.error and "200" in page.error[0].value


@pytest.mark.parametrize("form", ["html", "pdf", "csv"])
def test_a_file_is_made_and_offered(form: str) -> None:
    page = opened(PAGE, lang="en", study="xishui")
    page.selectbox(key="export:form").set_value(form).run()
    next(b for b in page.button if b.label == TRANSLATORS["en"]("Make the file")).click().run(timeout=120)
    assert not page.error and not page.exception
    _asked, name, body, _media = page.session_state["made"]
    assert name == ("yida-xishui-csv.zip" if form == "csv" else f"yida-xishui-{form}.{form}") and len(body) > 1000


def with_template(body: bytes) -> AppTest:
    """The page with a template uploaded, asked to make slides of it."""
    page = opened(PAGE, lang="zh", study="xishui")
    page.selectbox(key="export:form").set_value("pptx").run()
    page.file_uploader(key="export:template").set_value(("mine.pptx", body, files.MEDIA["pptx"])).run()
    made = [button for button in page.button if button.label == TRANSLATORS["zh"]("Make the file")]
    return made[0].click().run(timeout=120) if made else page


def test_slides_take_the_shape_of_an_uploaded_template() -> None:
    deck, file = Presentation(), io.BytesIO()
    deck.slide_width, deck.slide_height = Inches(10), Inches(7)
    deck.save(file)
    page = with_template(file.getvalue())
    assert not page.error and not page.exception
    made = Presentation(io.BytesIO(page.session_state["made"][2]))
    assert (made.slide_width, made.slide_height) == (Inches(10), Inches(7)) and len(made.slides) == 6


def test_a_template_that_cannot_be_used_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    page = with_template(b"PK no slides")
    assert [plain("文件不是 PPTX") in error.value for error in page.error] == [True] and not page.exception
    monkeypatch.setattr("geo.output.slide_template.MOST_BYTES", 3)
    page = with_template(b"PK no slides")
    assert any(plain("超过 100 MB") in error.value for error in page.error) and not page.exception


def test_no_counting_tier_is_said(tmp_path: Path) -> None:
    page = opened(PAGE, lang="en", study="xishui")
    page.multiselect[0].set_value([]).run()
    assert page.error and not page.exception
