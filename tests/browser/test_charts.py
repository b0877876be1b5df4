"""Charts under the maps in Chromium: they open on demand, say what the page says, and a click finds the place."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import App


def opened(app: App, heading: str) -> Locator:
    """The charts of a page that has just been opened, drawn."""
    expect(app.page.get_by_role("heading", name=re.compile(heading)).first).to_be_visible(timeout=60_000)
    app.idle().locator(".st-key-charts summary").click()
    charts = app.page.locator(".st-key-charts").get_by_test_id("stVegaLiteChart")
    expect(charts.first.locator("canvas, svg").first).to_be_visible()
    app.idle()
    return charts


def test_a_bar_of_the_map_page_is_found_on_the_map(open_app: Callable[..., App]) -> None:
    app = open_app("?lang=en", locale="en-GB")
    app.settled()
    charts = opened(app, "Xishui")
    assert charts.count() == 6
    text = app.page.locator(".st-key-charts").inner_text()
    whole = app.page.get_by_test_id("stMetricValue").first.inner_text()
    assert whole in text and "of 584,947 people" in text
    box = charts.first.bounding_box()
    assert box is not None
    charts.first.click(position={"x": box["width"] * 0.45, "y": 12})  # the first bar is the longest
    frame = app.map()
    frame.wait_for_function("(yida.debug().selected || {}).kind === 'unit'")
    app.photograph("charts-en")
    assert app.errors == [] and app.outside == []


@pytest.mark.parametrize(
    ("path", "heading", "count"),
    [("roads", "道路", 3), ("emergency", "急救", 3), ("indicators", "指标", 2)],
)
def test_the_charts_of_other_pages_open(open_app: Callable[..., App], path: str, heading: str, count: int) -> None:
    app = open_app(path)
    charts = opened(app, heading)
    expect(charts).to_have_count(count)
    app.photograph(f"charts-{path}")
    assert app.errors == [] and app.outside == []
