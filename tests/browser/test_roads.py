"""Closing roads by clicks in real Chromium, the ranking linked with the map, and a dispatch list uploaded."""

import math
import time
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest
from playwright.sync_api import expect

from geo.model.roads import Roads
from geo.network.breaks import NO_BREAKS
from geo.store import open_store
from geo.study import assumptions_for, closing, network_of, open_study
from tests.browser.conftest import App
from tests.geo.test_records import HEADER, run, write_runs

Open = Callable[..., App]


@pytest.fixture(scope="module")
def worst(tmp_path_factory: pytest.TempPathFactory) -> tuple[Roads, int, float]:
    """The sample county's roads, and the segment whose closure puts most people out of 15 minutes."""
    study = open_study(open_store(tmp_path_factory.mktemp("roads")), "xishui")
    network = network_of(study, "ambulance", assumptions_for(study))
    tiers = study.scheme.select(["county_hospital", "township_hospital"])
    row = closing.rank_segments(closing.care_of(study, network, tiers), 15).iloc[0]
    return study.roads, int(row["edge"]), float(row["lost"])


def place_on_page(app: App, lon: float, lat: float) -> tuple[float, float]:
    """Where the map shows a place, by Mercator from its centre."""
    frame = app.page.locator("iframe").first.bounding_box()
    view = app.map().evaluate("yida.debug()")["view"]
    assert frame is not None
    world = 256 * 2 ** view["zoom"]

    def north(degrees: float) -> float:
        return math.asinh(math.tan(math.radians(degrees))) / (2 * math.pi)

    x = (lon - view["lon"]) / 360 * world
    y = (north(view["lat"]) - north(lat)) * world
    return frame["x"] + frame["width"] / 2 + x, frame["y"] + frame["height"] / 2 + y


def figure(app: App, label: str) -> str:
    metric = app.page.locator("[data-testid=stMetric]").filter(has_text=label)
    return metric.locator("[data-testid=stMetricValue]").inner_text()


def test_a_click_closes_a_road_another_opens_it_and_the_address_keeps_it(open_app: Open, worst) -> None:
    roads, edge, _ = worst
    line = roads.edge_vertices(edge)
    lon, lat = (float(v) for v in line[len(line) // 2])
    app = open_app(f"roads?study=xishui&lang=en&c={lon:.5f},{lat:.5f}&z=14")
    app.settled()
    assert figure(app, "Fall out of 15 min") == "0"
    app.page.mouse.click(*place_on_page(app, lon, lat))
    expect(app.page.get_by_role("button", name="Open again")).to_be_visible()
    app.settled()
    assert figure(app, "Fall out of 15 min") != "0"
    app.photograph("roads-closed-en")
    deadline = time.monotonic() + 20
    while f"shut={edge}" not in app.page.url.replace("%40", "@"):
        assert time.monotonic() < deadline, app.page.url
        time.sleep(0.1)
    again = open_app(app.page.url.rpartition("/")[2])
    again.settled()
    assert figure(again, "Fall out of 15 min") == figure(app, "Fall out of 15 min")
    app.page.mouse.click(*place_on_page(app, lon, lat))
    expect(app.page.get_by_text("Click a road on the map")).to_be_visible()
    app.settled()
    assert figure(app, "Fall out of 15 min") == "0"
    assert app.outside == [] and app.errors == []


def test_a_click_beside_every_road_says_so(open_app: Open) -> None:
    app = open_app("roads?study=xishui&lang=en")
    app.settled()
    frame = app.page.locator("iframe").first.bounding_box()
    assert frame is not None
    app.page.mouse.click(frame["x"] + frame["width"] - 120, frame["y"] + frame["height"] / 2)
    expect(app.page.get_by_text("There is no road near the place you clicked")).to_be_visible()


def test_the_ranking_shows_its_segments_on_the_map_and_closes_the_chosen_one(open_app: Open, worst) -> None:
    app = open_app("roads?study=xishui", width=1920)
    app.settled()
    app.page.get_by_text("哪条路最关键").click()
    app.page.get_by_role("button", name="给路段排序").click()
    expect(app.page.get_by_text("个会使人失去 15 分钟可达")).to_be_visible(timeout=60_000)
    app.settled()
    app.tick_row(app.page.get_by_test_id("stDataFrame").first, 1)
    expect(app.page.get_by_role("button", name="封闭此路段")).to_be_visible()
    app.settled()
    app.photograph("roads-ranked-zh")
    app.page.get_by_role("button", name="封闭此路段").click()
    app.settled()
    assert figure(app, "不再能在 15 分钟内到达") == f"{worst[2]:,.0f}"
    assert app.errors == []


def test_the_ticked_village_stays_ticked_when_a_road_is_opened_and_rows_change_places(
    open_app: Open, tmp_path: Path
) -> None:
    study = open_study(open_store(tmp_path), "xishui")
    network = network_of(study, "ambulance", assumptions_for(study))
    care = closing.care_of(study, network, study.scheme.select(["county_hospital", "township_hospital"]))

    def later(*edges: int) -> list[str]:
        """Villages reached later with these roads closed, as the table has them."""
        breaks = closing.checked_breaks(study, dict.fromkeys(edges, 0.5))
        found = [closing.found_with(care, b) for b in (NO_BREAKS, breaks)]
        return closing.losses(study, *found, 15)["demand_id"].tolist()

    worst = closing.rank_segments(care, 15)["edge"].head(12).tolist()
    opened, kept, village = next(
        (a, b, v) for a, b in permutations(worst, 2) for v in later(b) if later(b).index(v) != later(a, b).index(v)
    )
    both, one = later(opened, kept), later(kept)
    app = open_app(f"roads?study=xishui&lang=en&shut={opened}@0.5,{kept}@0.5", width=1920, height=1400)
    app.settled()
    table = app.page.get_by_test_id("stDataFrame").first
    app.tick_row(table, both.index(village) + 1)
    assert app.settled().evaluate("yida.debug().selected.id") == village
    app.page.get_by_role("button", name="Open again").nth(sorted((opened, kept)).index(opened)).click()
    expect(app.page.get_by_role("button", name="Open again")).to_have_count(1)
    app.settled()
    expect(table.locator("tr[aria-selected=true]")).to_have_attribute("aria-rowindex", str(one.index(village) + 2))
    assert app.errors == []


def test_the_page_fits_a_telephone(open_app: Open, worst) -> None:
    app = open_app(f"roads?study=xishui&shut={worst[1]}@0.5", width=390, height=844)
    app.settled()
    width = app.page.evaluate("document.scrollingElement.scrollWidth")
    assert width <= 390
    app.photograph("roads-390-zh")


def test_a_dispatch_list_is_read_compared_and_its_speeds_taken(open_app: Open, tmp_path: Path) -> None:
    rows = [run([0, 1, 3, 30 + i, 60 + i], "天星桥村", "习水县中医医院土城分院") for i in range(8)]
    rows += [run([0, 5, 3, 12, 30], "天星桥村", "习水县中医医院土城分院")]
    app = open_app("records?study=xishui&lang=zh")
    app.idle()
    app.page.locator("input[type=file]").set_input_files(write_runs(tmp_path / "runs.csv", rows, HEADER))
    expect(app.page.get_by_text("文件共 9 行")).to_be_visible(timeout=60_000)
    app.idle()
    assert figure(app, "采用的出车记录") == "8"
    body = app.page.locator("body").inner_text()
    assert "张三" not in body and "13912345678" not in body and "未读入" in body
    app.photograph("records-zh")
    app.page.get_by_text("校准车速", exact=True).click()
    app.idle()
    app.page.get_by_role("button", name="在本次会话中采用这些车速").click()
    expect(app.page.get_by_text("本次会话的各页面都将按这些车速计算")).to_be_visible()
    expect(app.page.get_by_role("button", name="速度与系数（")).to_be_visible()  # it counts what was changed
    assert app.errors == []
