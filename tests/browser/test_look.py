"""Every page in both languages: readable by contrast, named for those who do not see it, reached by keys, no wider than
a phone. axe-core checks what the guidelines fix; what it cannot see (the width, the way of Tab, the ring of the focus,
text cut off on stage) is looked at here.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Frame, Page

from tests.browser.conftest import App
from tests.look import LANGUAGES, NOT_ON_STAGE, PAGES, WITH_MAP, still

RULES = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
}
NO_WIDER = (
    "[document.documentElement, document.querySelector('[data-testid=stMain]')].every(e => e.scrollWidth <= innerWidth)"
)
# Where Tab stands: the element, its name, its place, and whether it looks other than without the focus.
STAND = """() => {
    const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
    return {
        tag: e.tagName, frame: e.tagName === 'IFRAME', at: [box.left, box.top], text: (e.innerText || '').slice(0, 40),
        ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none',
    }
}"""


@pytest.fixture(scope="module")
def app(browser: Browser, server: str) -> Iterator[App]:
    """One window for all: a page is opened by its address, which is faster than a window of its own."""
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, reduced_motion="reduce")
    yield App(context.new_page())
    context.close()


def shown(app: App, server: str, name: str, language: str, **more: str) -> Page:
    """A page of the app, standing still."""
    query = "&".join(f"{key}={value}" for key, value in {"lang": language, **more}.items())
    app.page.goto(f"{server}/{PAGES[name]}?{query}")
    return still(app, name, on_stage="stage" in more, pause_ms=100)


def violations(page: Page) -> list[str]:
    """What axe-core finds in a page and its frames, each with the first place."""
    for frame in page.frames:
        frame.evaluate(AXE_SCRIPT)
    found: dict[str, Any] = page.evaluate("rules => axe.run(document, rules)", RULES)
    return [f"{v['id']}: {v['nodes'][0]['target']} {v['nodes'][0]['html'][:120]}" for v in found["violations"]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_meets_the_guidelines_and_is_no_wider_than_a_phone(
    app: App, server: str, name: str, language: str
) -> None:
    app.page.set_viewport_size({"width": 1600, "height": 1000})
    page = shown(app, server, name, language)
    assert violations(page) == []
    if name in WITH_MAP:
        assert page.get_by_test_id("stDataFrame").count(), "what the map shows is also a table"
    assert page.locator("html").get_attribute("lang") == LANGUAGES[language][:5].replace("en-GB", "en")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(NO_WIDER, timeout=10_000)


@pytest.mark.parametrize("name", [n for n in PAGES if n not in NOT_ON_STAGE])
def test_on_a_small_stage_nothing_is_cut_off(app: App, server: str, name: str) -> None:
    app.page.set_viewport_size({"width": 1366, "height": 768})
    page = shown(app, server, name, "en", stage="1")  # whose words are the longer ones
    cut = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stMetric] *, h1, [data-testid=stCaptionContainer] p')]
            .filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflow !== 'visible')
            .map(e => e.innerText)"""
    )
    assert cut == []
    if name in WITH_MAP and name != "province":
        frame = app.map()
        assert frame.evaluate("yida.debug().fitZoom - map_div.getZoom()") == pytest.approx(0), "the whole county"
        box = page.locator("iframe").first.bounding_box()
        assert box is not None and box["y"] + box["height"] <= 768 and box["height"] >= 260
        assert overlapping_names(frame) == []


def overlapping_names(frame: Frame) -> list[str]:
    return list(
        frame.evaluate(
            """() => {
                const names = [...document.querySelectorAll('.yida-label:not(.yida-covered)')];
                const boxes = names.map(e => e.getBoundingClientRect());
                const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
                return names.flatMap((e, i) => boxes.slice(i + 1).some(b => meet(boxes[i], b)) ? [e.textContent] : []);
            }"""
        )
    )


@pytest.mark.parametrize("name", ["map", "emergency"])
def test_tab_walks_from_the_sidebar_through_the_page_and_into_the_map(app: App, server: str, name: str) -> None:
    app.page.set_viewport_size({"width": 1600, "height": 1000})
    page = shown(app, server, name, "en")
    page.evaluate("document.activeElement.blur()")
    stands = []
    for _ in range(90):
        page.keyboard.press("Tab")
        stands.append(page.evaluate(STAND))
        if stands[-1]["frame"]:
            break
    assert stands[-1]["frame"], "the map is reached"
    assert all(stand["ring"] for stand in stands if stand["tag"] in ("A", "BUTTON")), stands
    frame = app.map()
    inside = set()
    for _ in range(6):
        inside.add(
            frame.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.tagName")
        )
        page.keyboard.press("Tab")
    assert {"Zoom in", "Zoom out", "SUMMARY"} <= inside
