"""The page of briefings in Chromium: captured on the map, put in order, stored, opened by link, presented."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from geo.store import open_store
from geo.study import assumptions_for, closing, network_of, open_study
from tests.browser.conftest import ARTEFACTS, App, wait_until
from tests.geo.briefings import HOSTILE, TRANSLATORS


def page_of(app: App, link: str) -> None:
    app.page.get_by_test_id("stTopNavLink").filter(has_text=link).click()
    app.page.get_by_role("heading", name=re.compile(f"^{link}|Briefing|汇报")).first.wait_for()
    app.idle()


def card(app: App, number: int) -> Any:
    return app.page.locator(f".st-key-scene_{number}")


def press(app: App, number: int, icon: str) -> None:
    card(app, number).locator("button", has_text=icon).first.click()
    app.idle()


def presented(app: App) -> Page:
    """Present: the player in a tab of its own, ready."""
    link = app.page.get_by_role("link", name=re.compile("开始汇报|Present"))
    expect(link).to_be_visible(timeout=60_000)
    with app.page.context.expect_page() as opened:
        link.click()
    player = opened.value
    player.on("pageerror", lambda error: app.errors.append(str(error)))
    player.on("request", lambda r: app.outside.append(r.url) if "localhost" not in r.url else None)
    player.locator('body[data-yida-ready="1"]').wait_for(state="attached", timeout=60_000)
    return player


def store_as(app: App, name: str) -> None:
    app.page.get_by_role("button", name=re.compile("save.*(保存|Store)|^(保存|Store)")).first.click()
    app.page.get_by_label(re.compile("^(姓名|您的姓名|你的姓名|Your name)")).last.fill(name)
    app.page.keyboard.press("Tab")  # the box hands over what was written when it is left
    app.page.get_by_test_id("stPopoverBody").get_by_role("button", name=re.compile("^(保存|Store)$")).click()
    app.page.get_by_text(re.compile("已保存为第|Stored as revision")).wait_for()
    expect(app.page.get_by_test_id("stPopoverBody")).to_be_hidden()
    app.idle()


def test_two_scenes_go_from_the_map_into_a_meeting(open_app: Callable[..., App]) -> None:
    app = open_app("?t=20")
    frame = app.settled()
    frame.evaluate("window.same = true; map_div.setView([28.3, 106.2], 11, {animate: false})")
    app.page.wait_for_function("location.search.includes('z=11')")
    app.page.get_by_role("button", name="加入汇报").click()
    expect(app.page.get_by_text("为第 1 页")).to_be_visible()
    assert app.settled().evaluate("window.same"), "the map is the same one, its view kept"
    app.page.get_by_role("combobox", name=re.compile("查找")).first.click()
    app.page.keyboard.type("官店镇")
    app.page.get_by_role("option", name="官店镇").first.wait_for()
    app.page.keyboard.press("Enter")
    app.settled()
    app.page.get_by_role("button", name="加入汇报").click()
    expect(app.page.get_by_text("为第 2 页")).to_be_visible()
    page_of(app, "汇报")
    expect(card(app, 2)).to_contain_text("官店镇", timeout=60_000)
    expect(card(app, 1)).to_contain_text("20 分钟")
    press(app, 2, "arrow_upward")
    expect(card(app, 1)).to_contain_text("官店镇")
    press(app, 1, "edit")
    app.page.get_by_label("标题（中文）").fill("官店镇的短板")
    app.page.get_by_test_id("stPopoverBody").get_by_role("button", name="确定").click()
    expect(card(app, 1)).to_contain_text("官店镇的短板")
    store_as(app, "李")
    app.page.wait_for_function("/briefing=[0-9a-f]{12}/.test(location.search)")
    app.page.get_by_text("尚未保存").wait_for(state="hidden")
    app.photograph("briefing-zh")
    link = app.page.url.split("/", 3)[3]
    again = open_app(link, width=390, height=844)
    expect(card(again, 1)).to_contain_text("官店镇的短板", timeout=60_000)
    again.idle()
    assert again.page.evaluate("document.documentElement.scrollWidth") <= 390
    again.page.get_by_role("link", name="开始汇报").wait_for()
    again.photograph("briefing-narrow")
    player = presented(app)
    assert player.locator("#title").inner_text() == "官店镇的短板" and "stage=1" in player.url
    assert player.locator("#count").inner_text() == "1 / 2"
    player.keyboard.press("PageDown")
    assert player.locator("#count").inner_text() == "2 / 2"
    wait_until(
        lambda: round(player.evaluate("yida.debug().view")["zoom"], 2) == 11, "the player stands where the map stood"
    )
    assert abs(player.evaluate("yida.debug().view")["lat"] - 28.3) < 0.01
    player.keyboard.press("PageUp")
    assert player.locator("#count").inner_text() == "1 / 2"
    assert [app.errors, app.outside, again.errors, again.outside] == [[], [], [], []]


def capture(app: App, page: str, number: int, *, has_map: bool = True) -> list[str]:
    """Add the page one is on to the briefing: what its figures say then."""
    if page:
        app.page.get_by_test_id("stTopNavLink").filter(has_text=page).click()
        expect(app.page.get_by_test_id("stTopNavLink").filter(has_text=page)).to_have_attribute("aria-current", "page")
    app.idle()
    if has_map:
        app.settled()
    values = app.page.get_by_test_id("stMetricValue").all_inner_texts()
    app.page.get_by_role("button", name="Add to the briefing").click()
    expect(app.page.get_by_text(f"Scene {number} is in the briefing")).to_be_visible()
    app.idle()
    return values


def test_every_page_with_figures_goes_into_a_meeting_with_its_own(
    open_app: Callable[..., App], server_home: Path
) -> None:
    study = open_study(open_store(server_home), "xishui")
    tiers = study.scheme.select(["county_hospital", "township_hospital"])
    care = closing.care_of(study, network_of(study, "ambulance", assumptions_for(study)), tiers)
    worst = closing.rank_segments(care, 15).iloc[0]
    app = open_app(f"roads?lang=en&shut={worst['edge']}@{worst['at']:.3f}", locale="en-GB")
    expect(app.page.get_by_role("heading", name=re.compile("Roads and conditions"))).to_be_visible(timeout=60_000)
    capture(app, "", 1)
    page_of(app, "Emergency")
    app.page.get_by_role("button", name="Who serves whom").or_(
        app.page.get_by_role("radio", name="Who serves whom")
    ).first.click()
    rescued = capture(app, "", 2)
    levels = capture(app, "Structure", 3)
    app.page.get_by_test_id("stSidebar").get_by_text("ECG network").click()
    capture(app, "", 4)
    capture(app, "Indicators", 5)
    page_of(app, "Briefing")
    expect(card(app, 5)).to_contain_text("targets with a value are met", timeout=60_000)
    expect(card(app, 1)).to_contain_text(f"{worst['lost']:,.0f} of 411,129 people are no longer within 15 min")
    expect(card(app, 2)).to_contain_text(rescued[0])
    expect(card(app, 3)).to_contain_text(f"{sum(int(v) for v in levels[:-1])}")
    expect(card(app, 4)).to_contain_text("Connected — ECG network: ")
    app.photograph("briefing-pages")
    player = presented(app)
    drawn = []
    for number in range(1, 6):
        assert player.locator("#count").inner_text() == f"{number} / 5"
        wait_until(lambda: player.evaluate("document.body.dataset.yidaReady") == "1", "the map is drawn")
        player.wait_for_timeout(300)
        drawn.append(player.evaluate("({...yida.debug().drawn, legend: yida.debug().legend.join()})"))
        app.page.context.pages[-1].screenshot(path=ARTEFACTS / f"presented-{number}.png")
        player.keyboard.press("PageDown")
    assert "Closed road" in drawn[0]["legend"] and drawn[0]["villages"] == 257
    assert drawn[1]["marks"] > 7 and "Base in service" in drawn[1]["legend"]
    assert "Village to its base" in drawn[1]["legend"], "the picture that was on the screen"
    assert drawn[2]["links"] > 20 and "Management" in drawn[2]["legend"]
    assert drawn[3]["networks"] == 116 and drawn[2]["networks"] == 0 and "ECG network" in drawn[3]["legend"]
    assert drawn[4]["choropleth"] == 26 and drawn[0]["choropleth"] == 0
    assert app.errors == [] and app.outside == []


def test_the_ready_briefing_presents_in_english_without_the_outside(open_app: Callable[..., App]) -> None:
    app = open_app("briefing?lang=en", locale="en-GB")
    expect(card(app, 6)).to_be_visible(timeout=60_000)
    app.idle()
    app.photograph("briefing-en")
    player = presented(app)
    assert player.locator("#title").inner_text() == "Xishui County (sample) at a glance"
    assert player.evaluate("document.body.classList.contains('yida-stage')")
    player.keyboard.press("ArrowRight")
    assert player.locator("#count").inner_text() == "2 / 6"
    answer = app.page.request.get(player.url)
    assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"
    assert "default-src 'none'" in answer.text()
    assert app.page.request.get(player.url.replace(".html", "x.html")).status == 404
    assert app.errors == [] and app.outside == []


def test_a_hostile_file_stays_text_and_a_broken_one_is_said(open_app: Callable[..., App]) -> None:
    app = open_app("briefing?lang=en", locale="en-GB")
    expect(card(app, 6)).to_be_visible(timeout=60_000)
    scenes = [
        {
            "study": "xishui",
            "tiers": ["county_hospital"],
            "title": dict.fromkeys(TRANSLATORS, text),
            "sentence": {"en": text},
        }
        for text in HOSTILE
    ]
    gone = {**scenes[0], "study": HOSTILE[1]}
    body = {"yida_briefing": 1, "title": {"en": HOSTILE[2], "zh": HOSTILE[2]}, "scenes": [*scenes, gone]}
    app.page.get_by_role("button", name=re.compile("File")).click()
    upload = app.page.locator("[data-testid=stFileUploader] input[type=file]")
    upload.set_input_files({"name": "x.json", "mimeType": "application/json", "buffer": b"{not json"})
    expect(app.page.get_by_text("This briefing cannot be used")).to_be_visible()
    upload.set_input_files({"name": "y.json", "mimeType": "application/json", "buffer": json.dumps(body).encode()})
    expect(card(app, len(HOSTILE) + 1)).to_be_visible(timeout=60_000)
    expect(card(app, len(HOSTILE) + 1)).to_contain_text("There is no study named")
    app.idle()
    expect(card(app, 2)).to_contain_text("</script><script>window.pwned=1</script>")
    assert app.page.evaluate("window.pwned") is None
    player = presented(app)
    for _ in HOSTILE:
        player.keyboard.press("PageDown")
    assert player.evaluate("window.pwned") is None
    assert player.locator("#panel img, #panel script, #panel a, #map img").count() == 0
    assert app.errors == [] and app.outside == []


def test_two_people_store_side_by_side_and_nothing_is_lost(open_app: Callable[..., App]) -> None:
    app = open_app("briefing?lang=en", locale="en-GB")
    app.page.get_by_role("button", name="Edit a copy").click(timeout=60_000)
    expect(card(app, 6).locator("button", has_text="delete").first).to_be_visible()
    app.idle()
    store_as(app, "Li")
    link = app.page.url.split("/", 3)[3]
    other = open_app(link, locale="en-GB")
    expect(card(other, 6)).to_be_visible(timeout=60_000)
    other.idle()
    press(app, 1, "arrow_downward")
    expect(card(app, 2)).to_contain_text("at a glance")
    store_as(app, "Li")
    press(other, 1, "delete")
    expect(card(other, 6)).to_be_hidden()
    store_as(other, "Wang")
    expect(other.page.get_by_text("Somebody else has stored this briefing too")).to_be_visible()
    expect(other.page.get_by_text("Revision 2 by Li")).to_be_visible()
    other.photograph("briefing-side-by-side")
    other.page.get_by_role("button", name="Open this one").click()
    other.idle()
    expect(card(other, 2)).to_contain_text("at a glance")
    assert app.errors == other.errors == []
