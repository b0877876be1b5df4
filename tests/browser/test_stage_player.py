"""The HTML file on stage in Chromium: large type, keys of a keyboard and a clicker, a finger, a link, and its speed."""

from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from geo.model.inputs import Study
from geo.output.export import make_files
from geo.store import open_store
from geo.study import open_study
from tests.browser import test_html_file as html_file
from tests.geo.briefings import TRANSLATORS, answered, export, hostile, ready

open_file, toy, html_of = html_file.open_file, html_file.toy, html_file.html_of

# Every text that can be seen in the panel and in the legend, as large as it is painted (a chart is scaled).
SIZES = """() => [...document.querySelectorAll('#panel *, .yida-legend *')].filter((e) => e.checkVisibility()
    && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())).map((e) => [
    parseFloat(getComputedStyle(e).fontSize) * (e.ownerSVGElement ? e.getScreenCTM().d : 1), e.textContent])"""
CHANGE = """async (key) => {
    const began = performance.now();
    document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return performance.now() - began;
}"""
DRAW_FINGER = """([from, to]) => [['touchstart', from], ['touchend', to]].forEach(([name, x]) => {
    const panel = document.getElementById('panel');
    const touch = new Touch({identifier: 1, target: panel, clientX: x, clientY: 300});
    panel.dispatchEvent(new TouchEvent(name, {changedTouches: [touch], bubbles: true}));
})"""


def count(told: Any) -> str:
    return str(told.page.locator("#count").inner_text())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_click_makes_a_stage_to_be_read_from_five_metres(toy: Study, open_file: Any, language: str) -> None:
    body = make_files(answered(toy), ready(toy), export("html", language))["html"]
    told, _ = open_file(body, 1920, 1080), TRANSLATORS[language]
    told.page.get_by_role("button", name=_("Meeting mode"), exact=True).click()
    told.until("document.body.classList.contains('yida-stage')")
    for number in range(6):
        sizes = told.page.evaluate(SIZES)
        assert len(sizes) > 8
        small = [(round(size, 1), text) for size, text in sizes if round(size) < 24]
        assert not small, (number, small)
        assert told.page.evaluate("document.getElementById('panel').scrollHeight <= innerHeight"), "one screen"
        told.page.keyboard.press("PageDown")
    assert [told.page.locator(f"#{name}").is_visible() for name in ("scenes", "languages", "about")] == [False] * 3
    told.page.get_by_role("button", name=_("Leave meeting mode")).click()
    told.until("!document.body.classList.contains('yida-stage')")
    assert told.page.locator("#scenes").is_visible() and told.errors == [] and told.asked == []


def test_keys_clicker_and_finger_walk_through_and_the_map_stays(toy: Study, open_file: Any) -> None:
    told = open_file(html_of(toy), 1920, 1080)
    page = told.page
    page.locator("#present").click()
    told.until("document.body.classList.contains('yida-stage')")
    page.wait_for_timeout(300)  # the view is taken anew when the browser has filled the screen
    page.locator("#map").focus()
    before = page.evaluate("yida.debug().view")
    walk = [("ArrowRight", 2), ("PageDown", 3), ("Space", 4), ("ArrowLeft", 3), ("PageUp", 2), ("End", 6), ("Home", 1)]
    for key, number in [*walk, ("ArrowUp", 1), ("ArrowDown", 2)]:
        page.keyboard.press(key)
        assert count(told) == f"{number} / 6", key
    assert page.evaluate("yida.debug().view") == before, "arrows must not pan the map"
    for drawn, number in (((900, 600), 3), ((600, 900), 2), ((600, 620), 2)):
        page.evaluate(DRAW_FINGER, list(drawn))
        assert count(told) == f"{number} / 6"
    page.locator("#next").click()
    assert count(told) == "3 / 6" and page.evaluate("location.hash") == "#stage=3"
    page.unroute("**/*")  # the address has a hash now, which the guard does not know
    page.reload()
    told.ready()
    assert count(told) == "3 / 6" and page.evaluate("document.body.className").count("stage") == 2
    page.keyboard.press("Escape")
    assert page.evaluate("location.hash") == "#scene=3" and page.locator("#present").is_visible()


def test_off_stage_the_map_keeps_its_keys(toy: Study, open_file: Any) -> None:
    told = open_file(html_of(toy))
    told.page.locator("#map").focus()
    told.page.keyboard.press("ArrowRight")
    told.page.wait_for_timeout(400)
    assert count(told) == "1 / 6"
    told.page.locator("#title").click()
    told.page.keyboard.press("ArrowRight")
    assert count(told) == "2 / 6"


def test_on_a_phone_the_stage_keeps_map_and_figures(toy: Study, open_file: Any) -> None:
    told = open_file(html_of(toy), 390, 844)
    told.page.locator("#present").click()
    told.page.locator("#leave").wait_for()
    assert told.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not told.page.evaluate("document.body.classList.contains('yida-stage')"), "large type has no room"
    told.page.locator("#next").click()
    assert count(told) == "2 / 6" and told.errors == []


def test_a_scene_of_another_version_brings_its_own_map(toy: Study, open_file: Any) -> None:
    fewer = replace(toy, content_id="older", demand=toy.demand.iloc[:4].reset_index(drop=True))
    pairs = [answered(study, ready(study))[0] for study in (toy, fewer)]
    briefing = ready(toy)
    told = open_file(make_files([*pairs, pairs[0]], briefing, export("html"))["html"])
    for villages in (6, 4, 6):
        told.ready()
        assert told.drawn()["villages"] == villages
        told.page.keyboard.press("ArrowRight")
    assert told.errors == [] and told.page.locator(".yida-legend").count() == 1


def test_hostile_names_stay_text_on_stage(toy: Study, open_file: Any) -> None:
    told = open_file(html_of(hostile(toy)), 1920, 1080)
    told.page.locator("#present").click()
    for _ in range(6):
        told.page.keyboard.press("PageDown")
    assert told.page.evaluate("window.pwned") is None
    assert told.page.locator("#panel img, #panel script, #panel a, #map img").count() == 0
    assert told.asked == [] and told.errors == []


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Any:
    patch = pytest.MonkeyPatch()
    patch.delenv("YIDA_DATABASE_URL", raising=False)
    patch.setenv("YIDA_HOME", str(tmp_path_factory.mktemp("home")))
    yield lambda name: open_study(open_store(), name)
    patch.undo()


SAMPLES = sorted(p.name for p in (Path(__file__).resolve().parents[2] / "data" / "sample").iterdir() if p.is_dir())


@pytest.mark.timed
@pytest.mark.parametrize("name", SAMPLES)
def test_the_ready_briefing_of_every_sample_presents_and_a_scene_changes_within_a_second(
    sample: Any, open_file: Any, name: str
) -> None:
    study = sample(name)
    body = html_of(study)
    told = open_file(body, 1920, 1080)
    told.page.locator("#present").click()
    told.until("document.body.classList.contains('yida-stage')")
    titles, times_ms = [told.page.locator("#title").inner_text()], []
    for _ in range(5):
        times_ms.append(told.page.evaluate(CHANGE, "PageDown"))
        titles.append(told.page.locator("#title").inner_text())
    assert len(set(titles)) == 6 and count(told) == "6 / 6"
    assert median(times_ms) < 1000, times_ms
    assert told.asked == [] and told.errors == []
