"""Meeting mode in Chromium: large type, no controls, the same map, and back by a key."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import App

SIZES = """() => [...document.querySelectorAll('[data-testid=stMetric] p, [data-testid=stMetricValue], h1,'
    + ' [data-testid=stCaptionContainer] p')].map(e => parseFloat(getComputedStyle(e).fontSize))"""
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
