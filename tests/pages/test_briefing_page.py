"""The page of briefings without a browser: what it shows, every change to scenes, storing, and wrong links."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput

from geo.output.figures import scene_sentence, scene_title
from geo.store import open_store
from geo.study import briefings, open_study
from geo.study.answering import Answering
from geo.study.briefing import ready_briefing
from pages.ui.text import plain
from tests.geo.briefings import TRANSLATORS

PAGE = str(Path(__file__).resolve().parents[2] / "pages" / "briefing.py")


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A store of the tests' own."""
    patch = pytest.MonkeyPatch()
    patch.setenv("YIDA_HOME", str(tmp_path_factory.mktemp("home")))
    patch.delenv("YIDA_DATABASE_URL", raising=False)
    yield
    patch.undo()


def opened(**query: str) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=120)
    for key, value in query.items():
        page.query_params[key] = value
    return page.run()


def titles(page: AppTest) -> list[str]:
    said = [m.value.split("**")[1] for m in page.markdown if m.value.startswith("**")]
    return [text.split(". ", 1)[1].replace("\\", "") for text in said]


def press(page: AppTest, name: str, at: int = 0) -> AppTest:
    found = [b for b in page.button if (b.key or "").startswith(f"{name}:") and b.key.endswith(f":{at}")]
    return found[0].click().run()


def copied() -> AppTest:
    page = opened(lang="en")
    return page.button(key="copy").click().run()


def name_field(page: AppTest, form: str) -> TextInput:
    """Where one's name is asked for, by the beginning of its form's key."""
    return next(i for i in page.text_input if i.label == "Your name" and i.form_id.startswith(form))


def store(page: AppTest, author: str) -> AppTest:
    name_field(page, "store:").set_value(author)
    return next(b for b in page.button if b.label == "Store").click().run()


def link_of(page: AppTest) -> str:
    told = page.query_params["briefing"]
    return told if isinstance(told, str) else told[0]


def stored(page: AppTest) -> list[briefings.Revision]:
    return briefings.newest(open_store(), "xishui", link_of(page))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_cards_say_the_scenes_of_the_ready_briefing(language: str) -> None:
    page, study = opened(lang=language), open_study(open_store(), "xishui")
    answers = list(Answering(lambda name, version: (study, 1)).answers(ready_briefing(study, TRANSLATORS)))
    _ = TRANSLATORS[language]
    assert not page.exception and not page.error
    assert titles(page) == [scene_title(a, _, language) for a in answers]
    told = " ".join(m.value for m in page.markdown)
    assert all(plain(scene_sentence(a, _, language)) in told for a in answers)
    assert link_of(page) == "ready"


def test_scenes_are_moved_doubled_removed_and_retold() -> None:
    page = copied()
    before = titles(page)
    press(page, "down", 0)
    assert titles(page) == [before[1], before[0], *before[2:]]
    press(page, "up", 1)
    assert titles(page) == before
    press(page, "double", 2)
    assert titles(page) == [*before[:3], *before[2:]]
    press(page, "drop", 0)
    assert titles(page) == [*before[1:3], *before[2:]]
    next(i for i in page.text_input if (i.key or "").startswith("title:") and ":0:" in i.key).set_value(
        "*Mine* {share}"
    )
    press_take = next(b for b in page.button if (b.key or "").startswith("take:") and ":0:" in b.key)
    press_take.click().run()
    assert titles(page)[0] == "*Mine* 70.3 %" and not page.exception


def test_storing_asks_for_a_name_and_says_the_revision() -> None:
    page = copied()
    store(page, " ")
    assert any("Write your name" in e.value for e in page.error)
    store(page, "Li")
    assert any("Stored as revision 1" in s.value for s in page.success)
    (revision,) = stored(page)
    assert revision.author == "Li" and len(briefings.load(open_store(), "xishui", revision).scenes) == 6
    press(page, "drop", 0)
    store(page, "Li")
    assert [r.number for r in stored(page)] == [2]


def test_a_link_opens_what_is_stored_and_an_outdated_save_keeps_both() -> None:
    page = copied()
    store(page, "Li")
    link = link_of(page)
    other = opened(lang="en", briefing=link, study="xishui")
    assert len(titles(other)) == 6 and not other.error
    press(page, "drop", 0)
    store(page, "Li")
    press(other, "drop", 5)
    store(other, "Wang")
    assert any("kept beside it" in s.value for s in other.success)
    assert sorted(r.author for r in stored(page)) == ["Li", "Wang"]
    assert any("Somebody else has stored" in w.value for w in other.warning)
    next(c for c in other.checkbox if c.label == "In place of both").set_value(True)
    store(other, "Wang")
    assert [(r.number, r.author) for r in stored(page)] == [(3, "Wang")] and not other.warning
    assert len(briefings.revisions(open_store(), "xishui", link)) == 4


def test_a_briefing_is_removed_and_taken_back() -> None:
    page = copied()
    store(page, "Li")
    link = link_of(page)
    assert name_field(page, "store:").value == name_field(page, "remove:").value == "Li"  # asked once
    name_field(page, "remove:").set_value("")
    next(b for b in page.button if b.label == "Remove this briefing").click().run()
    assert "your name" in page.error[0].value
    name_field(page, "remove:").set_value("Li")
    next(b for b in page.button if b.label == "Remove this briefing").click().run()
    assert not page.error and not page.exception, (page.error, page.exception)
    assert briefings.is_removed(briefings.newest(open_store(), "xishui", link))
    wrong = opened(lang="en", briefing=link, study="xishui")
    assert any("no stored briefing" in e.value.replace("\\", "") for e in wrong.error) and len(titles(wrong)) == 6
    page.button(key=f"restore:{link}").click().run()
    assert link_of(page) == link and len(titles(page)) == 6


@pytest.mark.parametrize("link", ["nobody", "%", "../../etc/passwd", "<script>", "a" * 3000])
def test_a_link_to_nothing_is_said_and_the_ready_briefing_shown(link: str) -> None:
    page = opened(lang="en", briefing=link, study="xishui")
    assert not page.exception and "no stored briefing" in page.error[0].value.replace("\\", "")
    assert len(titles(page)) == 6
