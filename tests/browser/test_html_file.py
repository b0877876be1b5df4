"""The briefing as one HTML file: opened from disk in Chromium with every request blocked; names stay text."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from geo.model.inputs import Study
from geo.output.export import make_files
from geo.output.figures import scene_title, shown_figures
from geo.store import open_store
from geo.study import build_study, open_study
from tests.browser.conftest import wait_until
from tests.geo.briefings import HOSTILE, TRANSLATORS, answered, export, hostile, ready
from tests.geo.county import write_county


@dataclass
class Opened:
    """The file in a browser that reaches nothing: what it tried, and what went wrong."""

    page: Page
    asked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def ready(self) -> "Opened":
        self.page.locator('body[data-yida-ready="1"]').wait_for(state="attached", timeout=30_000)
        return self

    def until(self, so: str) -> None:
        """Wait until a script says so. The file forbids to evaluate texts, so the browser cannot wait by itself."""
        wait_until(lambda: bool(self.page.evaluate(so)), so)

    def drawn(self) -> dict[str, Any]:
        return dict(self.page.evaluate("yida.debug().drawn"))


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return build_study(write_county(tmp_path_factory.mktemp("toy")))


@pytest.fixture
def open_file(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    contexts = []

    def opened(body: bytes, width: int = 1400, height: int = 900) -> Opened:
        (tmp_path / "briefing.html").write_bytes(body)
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce"))
        page = contexts[-1].new_page()
        told = Opened(page)

        def block(route: Route) -> None:
            if route.request.url == (tmp_path / "briefing.html").as_uri():
                return route.continue_()
            told.asked.append(route.request.url)
            return route.abort()

        page.route("**/*", block)
        page.on("pageerror", lambda error: told.errors.append(str(error)))
        page.on("console", lambda said: told.errors.append(said.text) if said.type == "error" else None)
        page.on("dialog", lambda dialog: told.errors.append(dialog.message))
        page.goto((tmp_path / "briefing.html").as_uri())
        return told.ready()

    yield opened
    for context in contexts:
        context.close()


def html_of(study: Study) -> bytes:
    return make_files(answered(study), ready(study), export("html"))["html"]


def test_it_opens_from_disk_asks_nobody_and_shows_every_scene(toy: Study, open_file: Any) -> None:
    told = open_file(html_of(toy))
    page, answers, zh = told.page, answered(toy), TRANSLATORS["zh"]
    for number, answer in enumerate(answers):
        assert page.locator("#title").inner_text() == scene_title(answer, zh, "zh")
        assert page.locator("#count").inner_text() == f"{number + 1} / {len(answers)}"
        for figure in shown_figures(answer, zh, "zh"):
            section = page.locator(".yida-figure", has_text=figure.title).first
            assert section.locator("strong").inner_text() == figure.value
            assert figure.of in section.inner_text() and section.locator("svg rect, svg path").count()
        if number + 1 < len(answers):
            page.keyboard.press("ArrowRight")
    assert page.locator("#next").is_disabled()
    assert told.drawn()["facilities"] == 2, "village clinics are not drawn in the last scene"
    assert told.asked == [] and told.errors == []


def test_layers_follow_the_scene(toy: Study, open_file: Any) -> None:
    told = open_file(html_of(toy))
    assert told.drawn()["villages"] == 6 and told.drawn()["bands"] == 0
    told.page.locator("#scenes").select_option("2")
    told.until("yida.debug().drawn.bands === 2")
    assert told.drawn()["villages"] == 0
    assert told.page.locator(".yida-legend-body").inner_text().count("分钟") >= 2


def test_the_language_changes_inside_the_file(toy: Study, open_file: Any) -> None:
    told = open_file(html_of(toy))
    told.page.get_by_role("button", name="English").click()
    assert told.page.locator("#title").inner_text() == scene_title(answered(toy)[0], str, "en")
    assert told.page.locator(".yida-legend summary").inner_text() == "Legend"
    assert told.page.evaluate("document.documentElement.lang") == "en"


def test_a_village_clicked_says_its_people_its_minutes_and_its_nearest_facility(toy: Study, open_file: Any) -> None:
    told = open_file(html_of(toy))
    at = told.page.evaluate("yida.pixel('village', 'V4')")
    told.page.mouse.click(at["x"], at["y"])
    box = told.page.locator("#place")
    box.wait_for()
    assert "东村" in box.inner_text() and "400" in box.inner_text() and "东乡卫生院" in box.inner_text()


def test_it_can_be_read_on_a_phone_and_on_paper(toy: Study, open_file: Any) -> None:
    told = open_file(html_of(toy), 390, 844)
    assert told.page.evaluate("document.documentElement.scrollWidth") <= 390
    told.page.emulate_media(media="print")
    assert told.page.locator("#walk").is_hidden() and told.page.locator("#title").is_visible()


def test_hostile_names_are_inert_and_shown_to_the_letter(toy: Study, open_file: Any) -> None:
    attacked = hostile(toy)
    told = open_file(html_of(attacked))
    for number in range(6):
        told.page.locator("#scenes").select_option(str(number))
        for details in told.page.locator("#panel details").all():
            details.evaluate("box => box.open = true")
    assert HOSTILE[0] in told.page.locator("#figures").inner_text()
    for name in attacked.demand["demand_id"]:
        at = told.page.evaluate("id => yida.pixel('village', id)", name)
        told.page.mouse.move(at["x"], at["y"])
        told.page.mouse.click(at["x"], at["y"])
    assert told.page.evaluate("window.pwned") is None
    assert told.page.locator("#panel img, #panel script, #panel a, #map img").count() == 0
    assert told.asked == [] and told.errors == []


def test_the_policy_would_stop_what_got_in(toy: Study, open_file: Any) -> None:
    told = open_file(html_of(toy))
    stopped = """async () => {
      const script = document.createElement("script");
      script.textContent = "window.pwned = 1";
      document.body.appendChild(script);
      const image = new Image();
      image.src = "https://example.invalid/x.png";
      return fetch("https://example.invalid/").then(() => "reached", () => "refused");
    }"""
    assert told.page.evaluate(stopped) == "refused"
    assert told.page.evaluate("window.pwned") is None and told.asked == []
    assert any("Content Security Policy" in error for error in told.errors)


def test_the_sample_county_fits_into_five_megabytes(
    open_file: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YIDA_DATABASE_URL", raising=False)
    monkeypatch.setenv("YIDA_HOME", str(tmp_path / "home"))
    body = html_of(open_study(open_store(), "xishui"))
    assert len(body) < 5_000_000
    told = open_file(body)
    assert told.drawn()["villages"] == 257 and told.asked == [] and told.errors == []
