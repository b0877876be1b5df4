"""The page of files in a real browser: a file is made, downloaded and opens; a chosen bar is pointed at on the map."""

import io
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from pptx import Presentation

from tests.browser.conftest import App


@pytest.mark.parametrize(("locale", "make"), [("zh-CN", "生成文件"), ("en", "Make the file")])
def test_slides_are_made_and_open(open_app: Callable[..., App], locale: str, make: str) -> None:
    app = open_app("export?study=xishui", locale=locale)
    app.page.get_by_test_id("stImage").locator("img").wait_for(timeout=60_000)
    kind = app.page.get_by_role("combobox", name={"zh-CN": "文件类型", "en": "Kind of file"}[locale])
    kind.click()
    app.page.get_by_role("option", name="PPTX").click()
    app.idle()
    app.page.get_by_role("button", name=make).click()
    offered = app.page.get_by_role("button", name="yida-xishui-pptx.pptx")
    offered.wait_for(timeout=90_000)
    with app.page.expect_download() as started:
        offered.click()
    deck = Presentation(io.BytesIO(started.value.path().read_bytes()))
    assert len(deck.slides) == 6 and all(slide.shapes.title.text_frame.text for slide in deck.slides)
    assert app.outside == [] and app.errors == []
    app.photograph(f"export-{locale}")


def test_a_bar_chosen_is_pointed_at_on_the_map(open_app: Callable[..., App]) -> None:
    app = open_app("export?study=xishui&lang=en")
    picture = app.page.get_by_test_id("stImage").locator("img")
    picture.wait_for(timeout=60_000)
    app.page.get_by_role("radio", name="5", exact=True).click()
    app.idle()
    before = picture.get_attribute("src")
    chart = app.page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first
    chart.wait_for()
    box = chart.bounding_box()
    assert box is not None
    chart.scroll_into_view_if_needed()
    chart.click(position={"x": box["width"] * 0.25, "y": 14})
    expect(picture).not_to_have_attribute("src", str(before), timeout=30_000)
    assert app.outside == [] and app.errors == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_content_of_a_file_can_be_read_and_chosen_on_a_small_screen(
    open_app: Callable[..., App], language: str
) -> None:
    app = open_app(f"export?study=xishui&lang={language}", width=1366, height=768)
    app.page.get_by_test_id("stImage").locator("img").wait_for(timeout=60_000)
    group = app.idle().get_by_role("radiogroup", name={"zh": "内容", "en": "What it shows"}[language])
    inside = group.evaluate("group => group.getBoundingClientRect().right")
    right = group.get_by_role("radio").evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")
    assert len(right) == 3 and max(right) <= inside + 1


def test_the_page_can_be_used_on_a_phone(open_app: Callable[..., App]) -> None:
    app = open_app("export?study=xishui&lang=zh", width=390, height=844)
    app.page.get_by_test_id("stImage").locator("img").wait_for(timeout=60_000)
    app.idle()
    assert app.page.evaluate("document.documentElement.scrollWidth") <= 390
    app.page.get_by_role("button", name="生成文件").click()
    offered = app.page.get_by_role("button", name="yida-xishui-html.html")
    offered.wait_for(timeout=90_000)
    app.photograph("export-phone")
