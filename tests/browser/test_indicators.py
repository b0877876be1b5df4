"""Indicators and the province in a real browser: choose, see the map follow, hover, load a table, open a county."""

import csv
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import App
from tests.browser.map_frame import Open, county, shown, state

OpenApp = Callable[..., App]


def shown_on(open_map: Open):
    """A map of two townships, one with a value and one without."""
    study = county(villages=0, facilities=0)
    layers = dict.fromkeys(("roads", "villages", "facilities", "bands", "uncovered"), False) | {
        "units": True,
        "labels": True,
    }
    coloured = {
        "title": "Primary share", "none": "no value", "of": {"W": 1},
        "classes": [
            {"colour": "#f2e9c9", "text": "under 65 %"}, {"colour": "#1b3f73", "text": "65 % (target) and more"},
        ],
        "tips": {"W": ["70.0 %", "70 of 100"], "E": ["<img src=x onerror=window.hit=1>"]},
    }  # fmt: skip
    return shown(open_map(study), layers=layers, minutes=[], choropleth=coloured)


def colour_at(opened, unit: str) -> tuple[int, ...]:
    """The colour painted at a township's seat, a little beside its name."""
    x, y = opened.pixel("unit", unit)
    at = "([x, y]) => { const c = document.querySelector('.leaflet-yida-choropleth-pane canvas');" \
        " const r = c.getBoundingClientRect(); const k = c.width / r.width;" \
        " return [...c.getContext('2d').getImageData((x - r.left) * k, (y - r.top) * k, 1, 1).data]; }"  # fmt: skip
    return tuple(opened.frame.evaluate(at, [x + 30, y + 40]))


def test_areas_are_coloured_by_class_and_those_without_a_value_are_hatched(open_map: Open) -> None:
    opened = shown_on(open_map)
    assert colour_at(opened, "W")[:3] == (0x1B, 0x3F, 0x73)
    assert all(channel > 0x90 for channel in colour_at(opened, "E")[:3])
    assert opened.debug()["drawn"]["choropleth"] == 1
    legend = opened.debug()["legend"]
    assert legend[:4] == ["Primary share", "65 % (target) and more", "under 65 %", "no value"]
    assert not opened.errors


def test_an_area_says_its_figures_when_hovered_and_markup_stays_text(open_map: Open) -> None:
    opened = shown_on(open_map)
    for unit, wanted in (("W", "70 of 100"), ("E", "<img src=x onerror=window.hit=1>")):
        x, y = opened.pixel("unit", unit)
        opened.page.mouse.move(x + 30, y + 40)
        assert wanted in opened.tip()
    assert opened.frame.evaluate("window.hit") is None
    x, y = opened.pixel("unit", "W")
    opened.page.mouse.click(x + 30, y + 40)
    assert opened.sent()[-1]["clicked"]["id"] == "W"


def test_a_state_without_choropleth_paints_none_and_says_none(open_map: Open) -> None:
    opened = shown_on(open_map)
    opened.update()
    assert opened.debug()["drawn"]["choropleth"] == 0 and "Primary share" not in opened.debug()["legend"]
    assert state(opened.study).get("choropleth") is None


# ---- the whole app -----------------------------------------------------------------------------------------------


def test_an_indicator_is_chosen_and_its_townships_are_on_the_map(open_app: OpenApp) -> None:
    app = open_app("indicators?study=xishui")
    frame = app.settled()
    assert frame.evaluate("yida.debug().drawn.choropleth") == 26
    assert "基层医疗卫生机构诊疗量占比" in frame.evaluate("yida.debug().legend")[0]
    app.photograph("indicators-zh")
    for tab in ("预警", "结余分配", "指标目录"):
        app.page.get_by_role("tab", name=tab).click()
        app.idle()
    assert app.errors == [] and app.outside == []


def test_the_indicators_page_on_a_phone_in_english_clips_nothing(open_app: OpenApp) -> None:
    app = open_app("indicators?study=xishui&lang=en", width=390, height=844, locale="en-GB")
    app.settled()
    width = app.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert width <= 390
    app.photograph("indicators-phone")


def test_a_square_chooses_a_county_and_a_link_opens_its_map(open_app: OpenApp) -> None:
    app = open_app("province?lang=en&programme=sample", locale="en-GB")
    app.settled()
    squares = app.page.locator("[data-testid=stVegaLiteChart] .mark-rect path")
    expect(squares).to_have_count(78)
    squares.first.click()
    page = app.idle()
    link = page.get_by_role("link", name="Open the county's map")
    expect(link).to_be_visible()
    app.photograph("province-en")
    page.goto(page.url.split("province")[0] + str(link.get_attribute("href")).removeprefix("./"))
    app.settled()
    expect(page.get_by_role("heading", name="Xishui County (sample)")).to_be_visible()
    assert app.errors == [] and app.outside == []


def test_counties_are_loaded_from_a_table_and_counted(open_app: OpenApp, tmp_path: Path) -> None:
    path = tmp_path / "counties.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = [
            ("370783", "寿光市", "潍坊市", "已建成"),
            ("370784", "安丘市", "潍坊市", "推进中"),
            ("", "无代码", "", ""),
        ]
        csv.writer(file).writerows([("县代码", "县名", "地市", "建设阶段"), *rows])
    app = open_app("province?lang=en&programme=shandong", locale="en-GB")
    page = app.idle()
    page.get_by_role("tab", name="Load tables").click()
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_text("2 of 3 rows can be used.")).to_be_visible()
    page.get_by_label("Your name").fill("李分析")
    page.get_by_role("button", name="Store as a new version").click()
    expect(page.get_by_text("Stored as version")).to_be_visible()
    page.get_by_role("tab", name="Counties").click()
    expect(page.get_by_text("Built or further")).to_be_visible()
    expect(page.get_by_text("1.3 % · of 78 counties").first).to_be_visible()
    app.photograph("province-loaded")
    page.locator("iframe").first.wait_for()
    app.idle().get_by_role("combobox", name="County").click()
    page.get_by_role("option", name="寿光市").click()
    app.idle()
    assert app.errors == []


def test_a_threshold_of_an_alarm_is_changed_and_never_emptied(open_app: OpenApp) -> None:
    """Fees of outpatients grew by 11.8 %: more than the 10 % at first, less than 12 %."""
    app = open_app("indicators?study=xishui&lang=en", locale="en-GB", height=1400)
    app.settled()
    raised, quiet = (app.page.get_by_text(f"Growth of fees: {state}") for state in ("raised", "quiet"))
    app.page.get_by_role("tab", name="Alarms").click()
    table = app.idle().get_by_role("tabpanel").get_by_test_id("stDataFrame").first
    across, row = 0.477, 3  # the column of thresholds; growth of fees per outpatient visit
    expect(raised).to_be_visible()
    app.write_cell(table, across, row, "12")
    expect(quiet).to_be_visible()
    app.idle()
    app.page.keyboard.press("Delete")  # the cell has the focus still
    expect(app.idle().get_by_test_id("stMain").get_by_test_id("stAlert")).to_have_count(0)
    expect(quiet).to_be_visible()
    app.write_cell(table, across, row, "10")
    expect(raised).to_be_visible()
    assert app.errors == [] and app.outside == []
