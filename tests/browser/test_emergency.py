"""The emergency page in a real browser, on the running app."""

import csv
import io
import re
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from geo.model.schemes import DATA
from tests.browser.conftest import App

XISHUI = DATA / "sample" / "xishui"


def village(name: str) -> dict[str, str]:
    rows = csv.DictReader(io.StringIO((XISHUI / "demand.csv").read_text(encoding="utf-8")))
    return next(row for row in rows if row["name"].startswith(name))


def asked(app: App) -> dict[str, str]:
    """The address's parameters as they are now."""
    return {key: values[0] for key, values in parse_qs(urlsplit(app.page.url).query).items()}


def metric(app: App, place: int) -> Locator:
    return app.page.get_by_test_id("stMetricValue").nth(place)


def share(app: App) -> float:
    return float(metric(app, 0).inner_text().split()[0])


def test_the_first_screen_says_clock_and_figures_in_chinese_and_asks_nobody_outside(
    open_app: Callable[..., App],
) -> None:
    app = open_app("emergency")
    frame = app.settled()
    expect(app.page.get_by_text("自呼救 15 分钟：受理 1 + 出车 3 + 行驶不超过 11 分钟", exact=True)).to_be_visible()
    expect(app.page.get_by_text("自呼救 15 分钟内到达", exact=True)).to_be_visible()
    assert {"在用急救站", "急救站与医院", "医院：急诊（综合）"} <= set(frame.evaluate("yida.debug().legend"))
    seen = app.page.locator("[data-testid=stMainBlockContainer]").inner_text()
    assert not re.findall(r"\b(?:Base|Clock|Arrival|min|people|Hospital|ambulances)\b", seen)
    assert app.outside == [] and app.errors == []
    app.photograph("emergency-zh")


def test_the_first_screen_in_english(open_app: Callable[..., App]) -> None:
    app = open_app("emergency", locale="en-GB")
    app.settled()
    expect(app.page.get_by_text("Reached within 15 min from the call", exact=True)).to_be_visible()
    seen = app.page.locator("[data-testid=stMainBlockContainer]").inner_text()
    assert not re.findall(r"分钟|人口|计时|急救站|到达|出车", seen)
    app.photograph("emergency-en")


def test_a_moved_threshold_changes_the_figures_and_keeps_frame_and_view(open_app: Callable[..., App]) -> None:
    app = open_app("emergency?lang=en")
    frame = app.settled()
    frame.evaluate("window.same = true; map_div.setView([28.3, 106.2], 12, {animate: false})")
    before = share(app)
    app.page.get_by_role("slider").first.focus()
    for minutes in (16, 17, 18):
        app.page.keyboard.press("ArrowRight")
        frame.wait_for_function(f"yida.debug().legend.some(text => text.includes('{minutes} min'))")
    expect(app.page.get_by_text("Reached within 18 min from the call", exact=True)).to_be_visible()
    assert share(app) > before
    after = app.settled()
    assert after.evaluate("window.same === true") and after.evaluate("yida.debug().view.zoom") == 12


def test_a_village_shows_its_rescue_step_by_step_and_both_ways(open_app: Callable[..., App]) -> None:
    app = open_app("emergency?lang=en")
    frame = app.settled()
    row = village("何村村")
    app.click_on_map("village", row["demand_id"])
    expect(app.page.get_by_role("heading", name="何村村")).to_be_visible()
    expect(app.page.get_by_text(re.compile("min too late"))).to_be_visible()
    expect(app.page.get_by_text(re.compile("If that base has no ambulance, .* comes after"))).to_be_visible()
    frame.wait_for_function("yida.debug().legend.includes('To the scene')")
    assert "To the hospital" in frame.evaluate("yida.debug().legend")
    app.photograph("emergency-village-en")


@pytest.mark.parametrize(
    ("button", "legend"),
    [
        ("At the hospital", "At the hospital, from the call (modelled)"),
        ("Second base", "Second base arrives, from the call (modelled)"),
        ("Who serves whom", "First base to arrive"),
        ("Radius and clock", "within 5 km, not within 15 min"),
    ],
)
def test_every_picture_explains_itself(open_app: Callable[..., App], button: str, legend: str) -> None:
    app = open_app("emergency?lang=en")
    frame = app.settled()
    frame.evaluate("window.same = true")
    app.page.get_by_test_id("stMainBlockContainer").get_by_text(button, exact=True).first.click()
    frame.wait_for_function("text => yida.debug().legend.includes(text)", arg=legend)
    assert frame.evaluate("window.same === true") and app.errors == []


def test_a_base_is_placed_with_a_click_counted_at_once_and_kept_by_the_address(open_app: Callable[..., App]) -> None:
    app = open_app("emergency?lang=en")
    app.settled()
    before = share(app)
    app.page.get_by_text("Add a base: click its place on the map").click()
    app.map().wait_for_selector(".yida-picking")  # a cross-hair says that a click places the base
    app.click_on_map("village", village("何村村")["demand_id"])
    expect(metric(app, 0)).not_to_have_text(f"{before} %")
    frame = app.settled()
    assert "Base added for trial" in frame.evaluate("yida.debug().legend")
    after = share(app)
    assert after > before
    app.page.wait_for_function("location.search.includes('bases=')")
    again = open_app(f"emergency?{urlsplit(app.page.url).query}")
    assert "Base added for trial" in again.settled().evaluate("yida.debug().legend")
    assert share(again) == after
    again.click_on_map("base_added", "+1")
    again.page.get_by_role("button", name="Remove this base").click()
    expect(metric(again, 0)).to_have_text(f"{before:.1f} %")


def test_a_base_switched_off_in_the_table_reaches_nobody_and_comes_back(open_app: Callable[..., App]) -> None:
    app = open_app("emergency?lang=en")
    frame = app.settled()
    before = share(app)
    app.untick(app.page.get_by_test_id("stDataFrame").first, 3)
    expect(metric(app, 0)).not_to_have_text(f"{before} %")
    assert share(app) < before
    frame.wait_for_function("yida.debug().legend.includes('Base not in service')")
    app.page.get_by_role("button", name="Back to the list's bases").click()
    expect(metric(app, 0)).to_have_text(f"{before:.1f} %")


def test_the_address_reopens_clock_case_picture_and_view(open_app: Callable[..., App]) -> None:
    query = (
        "lang=en&study=suixi&t=20&when=night&clock=own&call=2&turnout=4&scene=5&start=turnout&case=stroke&within=90"
        "&picture=backup&km=10&busy=40&c=116.60000,33.70000&z=10"
    )
    app = open_app(f"emergency?{query}")
    frame = app.settled()
    expect(app.page.get_by_text("turnout 4 + drive at most 16 min").first).to_be_visible()
    expect(app.page.get_by_text("Stroke centre within 90 min from the order to turn out")).to_be_visible()
    app.page.wait_for_function("location.search.includes('z=10') && location.search.includes('picture=backup')")
    assert asked(app) == {key: values[0] for key, values in parse_qs(query).items()}
    assert frame.evaluate("yida.debug().view") == pytest.approx({"lon": 116.6, "lat": 33.7, "zoom": 10}, abs=2e-3)


def test_a_row_of_a_table_flies_to_its_village_and_the_download_names_the_clock(open_app: Callable[..., App]) -> None:
    app = open_app("emergency?lang=en", height=1700)
    frame = app.settled()
    before = frame.evaluate("yida.debug().view.zoom")
    app.tick_row(app.page.get_by_test_id("stDataFrame").last, 1)
    frame.wait_for_function("(yida.debug().selected || {}).kind === 'village'")
    frame.wait_for_function(f"yida.debug().view.zoom > {before}")
    with app.page.expect_download() as started:
        app.page.get_by_role("button", name="Download the table").click()
    rows = list(csv.DictReader(io.StringIO(started.value.path().read_bytes().decode("utf-8-sig"))))
    missed = int(metric(app, 1).inner_text().split()[0])
    assert len(rows) == missed and {row["Basis"] for row in rows} == {"modelled"}
    assert all("from the call" in row["Clock"] for row in rows)


def test_the_language_switch_keeps_the_question(open_app: Callable[..., App]) -> None:
    app = open_app("emergency?lang=en&clock=drive15&t=20&picture=serves")
    app.settled()
    app.page.get_by_role("tab", name="Fleet", exact=True).click()
    app.idle()
    app.page.get_by_text("中文", exact=True).click()
    expect(app.page.get_by_text("自救护车出发 20 分钟内到达", exact=True)).to_be_visible()
    assert "最先到达的急救站" in app.settled().evaluate("yida.debug().legend")


def test_a_phone_shows_figures_and_map_without_sideways_scrolling(open_app: Callable[..., App]) -> None:
    app = open_app("emergency", width=390, height=844)
    app.settled()
    assert app.page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(app.page.get_by_text("自呼救 15 分钟内到达", exact=True)).to_be_visible()
    app.photograph("emergency-phone-zh")


@pytest.mark.timed
def test_every_interval_set_before_the_figures_follow_within_a_second(open_app: Callable[..., App]) -> None:
    app = open_app("emergency?lang=en")
    app.settled()
    app.page.get_by_text("Steps of the clock").click()
    field = app.page.get_by_role("spinbutton", name="Turnout, minutes")
    spans = []
    for minutes in (4, 5, 6):  # the best of them, since machines are noisy
        begin = time.monotonic()
        field.fill(str(minutes))
        field.press("Enter")
        expect(app.page.get_by_text(f"turnout {minutes} + drive").first).to_be_visible()
        spans.append(time.monotonic() - begin)
    assert min(spans) < 1


def test_a_walk_through_the_pages_keeps_language_conditions_and_clock(open_app: Callable[..., App]) -> None:
    app = open_app("emergency?lang=en&when=night&clock=drive15&t=20&picture=serves")  # in a Chinese browser
    app.settled()
    app.click_on_map("base", "520330T112")
    expect(app.page.get_by_role("heading", name="官店镇卫生院")).to_be_visible()
    for page, words in (
        ("Map", "People within 20 min"),
        ("Emergency", "Reached within 20 min from the ambulance's departure"),
        ("About", "Turnout, minutes"),
        ("Emergency", "Reached within 20 min from the ambulance's departure"),
    ):
        app.page.get_by_role("link", name=page, exact=True).first.click()
        if page == "About":
            expect(app.page.get_by_role("heading", name="About Yida")).to_be_visible()
            continue
        expect(app.page.get_by_text(words, exact=True)).to_be_visible()
        app.idle()
        expect(app.page.get_by_test_id("stAlert").filter(has_text="is not known")).to_have_count(0)
        expect(app.page.get_by_test_id("stSidebar").get_by_role("radio", name="Night")).to_be_checked()
    assert app.errors == [] and app.outside == []
