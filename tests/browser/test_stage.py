"""Meeting mode in Chromium: large type, no controls, the same map, from page to page by keys, and back by a key."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.conftest import App
from tests.look import NOT_ON_STAGE, PAGES, still

SIZES = """() => [...document.querySelectorAll('[data-testid=stMetric] p, [data-testid=stMetricValue], h1,'
    + ' [data-testid=stCaptionContainer] p')].map(e => parseFloat(getComputedStyle(e).fontSize))"""
# Words smaller than 24 px, but for those of the buttons that only the speaker needs.
SMALL = """() => [...document.querySelectorAll('.stMain *, .yida-body *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && e.getClientRects().length)
    .filter(e => !e.closest('.st-key-leave_stage, style, script') && parseFloat(getComputedStyle(e).fontSize) < 24)
    .map(e => e.textContent)"""
CONTROLS = """() => [...document.querySelectorAll('.stMain :is(button, input, textarea, summary, [role=combobox])')]
    .filter(e => e.getClientRects().length && !e.closest('.st-key-leave_stage, .vega-embed')).map(e => e.outerHTML)"""
LEGEND = "[...document.querySelectorAll('.yida-legend .yida-row, .yida-label')].map(e => getComputedStyle(e).fontSize)"


def test_one_click_makes_a_stage_that_can_be_read_from_five_metres_and_a_key_leaves_it(
    open_app: Callable[..., App],
) -> None:
    app = open_app()
    frame = app.settled()
    frame.evaluate("window.same = true; map_div.setView([28.3, 106.2], 11, {animate: false})")
    app.page.get_by_role("button", name="会议模式").click()
    leave = app.page.get_by_role("button", name="退出会议模式")
    expect(leave).to_be_visible()
    frame.wait_for_function("document.body.classList.contains('yida-stage')")
    frame = app.settled()
    assert frame.evaluate("window.same") and round(frame.evaluate("map_div.getZoom()"), 2) == 11
    sizes = app.page.evaluate(SIZES)
    assert len(sizes) > 10 and min(sizes) >= 24
    assert {float(size.removesuffix("px")) for size in frame.evaluate(LEGEND)} == {24}
    for test_id in ("stSidebar", "stHeader", "stDataFrame"):
        expect(app.page.get_by_test_id(test_id)).to_be_hidden()
    box = app.page.locator("iframe").first.bounding_box()
    assert box is not None and box["width"] > 1800 and box["y"] + box["height"] <= 1080
    app.photograph("stage-zh")
    app.page.wait_for_function("location.search.includes('stage=1')")
    app.page.keyboard.press("Escape")
    expect(app.page.get_by_test_id("stSidebar")).to_be_visible()
    frame.wait_for_function("!document.body.classList.contains('yida-stage')")
    app.page.wait_for_function("!location.search.includes('stage=1')")
    assert app.errors == [] and app.outside == []


def test_a_link_opens_on_stage_in_english(open_app: Callable[..., App]) -> None:
    app = open_app("?stage=1&lang=en&t=20", locale="en-GB")
    app.settled()
    expect(app.page.get_by_role("button", name="Leave meeting mode")).to_be_visible()
    expect(app.page.get_by_text("People within 20 min", exact=True)).to_be_visible()
    assert min(app.page.evaluate(SIZES)) >= 24
    app.photograph("stage-en")


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768)], ids=["large", "small"])
@pytest.mark.parametrize("name", [n for n in PAGES if n not in (*NOT_ON_STAGE, "records")])
def test_every_stage_is_without_controls_and_without_small_type(
    open_app: Callable[..., App], name: str, size: tuple[int, int]
) -> None:
    app = open_app(f"{PAGES[name]}?stage=1&lang=en", *size, locale="en-GB")
    page = still(app, name, on_stage=True)
    assert page.evaluate(CONTROLS) == []
    assert page.evaluate(SMALL) == []
    if name != "province":  # whose stage is squares
        frame = app.map()
        credit = frame.locator(".leaflet-control-attribution").inner_text()
        assert frame.evaluate(SMALL) in ([], [credit] * (size[0] < 1500))  # on a small stage the sources are 18 px
        assert outside_of_its_box(frame) == []
        box = page.locator("iframe").first.bounding_box()
        assert box is not None and box["height"] > 0.55 * size[1]


def outside_of_its_box(frame: Frame) -> list[str]:
    """What of the map's own words is wider than its box, leaves the map, or lies on the legend."""
    found: list[str] = frame.evaluate(
        """() => {
            const names = ['.leaflet-control-scale-line', '.leaflet-control-attribution', '.yida-stamp', '.yida-north'];
            const legend = document.querySelector('.yida-legend').getBoundingClientRect();
            const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
            return [...document.querySelectorAll(names.join())].filter((e) => {
                const box = e.getBoundingClientRect();
                const cut = e.scrollWidth > e.clientWidth + 1 || box.right > innerWidth || box.bottom > innerHeight;
                return box.width && (cut || meet(box, legend));
            }).map((e) => e.textContent);
        }"""
    )
    return found


def test_keys_and_buttons_walk_from_page_to_page_with_study_and_language(open_app: Callable[..., App]) -> None:
    app = open_app("?stage=1&lang=en&study=suixi&t=20", locale="en-GB")
    app.settled()

    def stands(title: str) -> Page:
        expect(app.page.locator("h1")).to_have_text(title)
        app.settled()
        expect(app.page.get_by_role("button", name="Leave meeting mode")).to_be_visible()
        return app.page

    stands("Suixi County (sample)").keyboard.press("PageDown")
    app.page.wait_for_url("**/structure?**")
    stands("Suixi County (sample)").get_by_role("button", name="Emergency").click()
    stands("Emergency: Suixi County (sample)")
    app.map().evaluate("document.querySelector('#map_div').focus()")  # where a click on the map leaves the keys
    app.page.keyboard.press("PageDown")
    stands("Roads and conditions: Suixi County (sample)")
    expect(app.page.get_by_text("People within 20 min", exact=True)).to_be_visible()
    app.page.keyboard.press("PageUp")
    stands("Emergency: Suixi County (sample)").keyboard.press("Escape")
    expect(app.page.get_by_test_id("stSidebar")).to_be_visible()
    app.idle().keyboard.press("PageDown")
    app.idle()
    expect(app.page.locator("h1")).to_have_text("Emergency: Suixi County (sample)")
    assert app.errors == [] and app.outside == []


@pytest.mark.parametrize("name", NOT_ON_STAGE)
def test_a_page_for_work_is_no_stage(open_app: Callable[..., App], name: str) -> None:
    app = open_app(f"{PAGES[name]}?stage=1&lang=en", locale="en-GB")
    page = still(app, name)
    expect(page.get_by_test_id("stHeader")).to_be_visible()
    assert page.get_by_role("button", name="eeting mode").count() == 0
