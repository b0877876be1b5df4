"""The page of files without a browser: the library's figures, wrong words said, and a file made from what is asked."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from geo.output.figures import scene_sentence, shown_figures
from geo.store import open_store
from geo.study import open_study
from pages.ui.text import plain
from tests.geo.briefings import TRANSLATORS, answered, ready
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


def test_no_counting_tier_is_said(tmp_path: Path) -> None:
    page = opened(PAGE, lang="en", study="xishui")
    page.multiselect[0].set_value([]).run()
    assert page.error and not page.exception
