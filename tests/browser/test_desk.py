"""The data desk in Chromium: a messy list in GBK and GCJ-02 with twelve planted faults, from upload to restore."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from geo.intake.desk.datums import wgs84_to_gcj02
from geo.model.schemes import DATA
from tests.browser.conftest import App

XISHUI = DATA / "sample" / "xishui"
TIER = {
    "county_hospital": "县级公立医院",
    "key_township_hospital": "重点中心乡镇卫生院",
    "township_hospital_general": "一般乡镇卫生院",
    "extension_point": "延伸服务点",
}


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Xishui's upper tiers as a health bureau might send them, with twelve faults planted by hand."""
    stored = csv.DictReader(io.StringIO((XISHUI / "facilities.csv").read_text(encoding="utf-8")))
    rows = [r for r in stored if r["tier"] in TIER]
    lon, lat = wgs84_to_gcj02(*(np.array([float(r[c]) for r in rows]) for c in ("lon", "lat")))
    lines = [
        [r["facility_id"], r["name"], TIER[r["tier"]], f"{x:.6f}", f"{y:.6f}", r["beds"], r["parent_id"], "13800000000"]
        for r, x, y in zip(rows, lon, lat, strict=True)
    ]
    lines[3][3], lines[3][4] = lines[3][4], lines[3][3]  # 1 swapped
    lines[4][5] = "-5"  # 2 less than no bed
    lines[5][3] = lines[5][4] = ""  # 3 no position
    lines[6][3] = "一百零六"  # 4 no number
    lines[7][1] = ""  # 5 no name
    lines[8][2], lines[8][1] = "", "某处"  # 6 no tier to be told
    lines[9][5] = "99999"  # 7 too many beds
    lines[10][3], lines[10][4] = "116.397", "39.908"  # 8 in another province
    lines[11][3], lines[11][4] = "0", "0"  # 9 nowhere
    lines[12][6] = "没有这个上级"  # 10 a parent nobody knows
    lines.append([*lines[13][:1], "同号卫生院", *lines[13][2:]])  # 11 the same id twice
    lines.append(["", *lines[14][1:]])  # 12 the same place twice
    out = io.StringIO()
    csv.writer(out).writerows([
        ["习水县医疗卫生机构一览表"], ["填报单位：县卫生健康局"],
        ["机构编码", "医疗机构名称", "机构等级", "经度", "纬度", "床位数", "上级机构", "联系电话"], *lines,
    ])  # fmt: skip
    path = tmp_path_factory.mktemp("messy") / "一览表.csv"
    path.write_bytes(out.getvalue().encode("gb18030"))
    return path


def figure(page: Page, label: str) -> int:
    metric = page.get_by_test_id("stMetric").filter(has_text=label)
    return int(metric.get_by_test_id("stMetricValue").inner_text().replace(",", ""))


def test_a_messy_list_is_asked_about_mended_compared_stored_and_restored(
    open_app: Callable[..., App], messy: Path
) -> None:
    app = open_app("desk?lang=en", locale="en-GB")
    page = app.page
    expect(page.get_by_role("heading", name=re.compile("Data desk"))).to_be_visible(timeout=60_000)
    page.set_input_files("input[type=file]", messy)
    # The question, with its evidence and its guess.
    expect(page.get_by_text("The evidence speaks for GCJ-02")).to_be_visible(timeout=30_000)
    app.photograph("desk-question")
    # What is done to rows outlives the answer, and a look at another page.
    app.idle().get_by_role("tab", name="Mends").click()
    page.get_by_text("Give an id of its own: 1 rows").click()
    app.idle().get_by_role("button", name="Accept the ticked ones").locator("visible=true").first.click()
    expect(page.get_by_text("1 changes made to its rows")).to_be_visible()
    page.get_by_role("link", name="About").click()
    expect(page.get_by_role("heading", name="About Yida")).to_be_visible()
    page.get_by_role("link", name="Data desk").click()
    app.idle()
    page.get_by_role("button", name="Take this answer").click()
    expect(page.get_by_text("The evidence speaks for")).to_have_count(0)
    app.idle()
    expect(page.get_by_text("1 changes made to its rows")).to_be_visible()
    page.get_by_role("tab", name="Rows").click()
    app.idle()
    ok, look, bad = (figure(page, n) for n in ("Rows in order", "Rows to look at", "Rows that cannot be used"))
    assert ok + look + bad == 36 and look + bad >= 11 and bad >= 5
    expect(page.get_by_text("holds telephone numbers")).to_be_visible()
    app.photograph("desk-rows")
    with page.expect_download() as started:
        page.get_by_role("button", name="Download all rows with their verdicts").click()
    rows = list(csv.DictReader(io.StringIO(started.value.path().read_bytes().decode("utf-8-sig"))))
    assert len(rows) == 36 and sum(r["Verdict"] == "Cannot be used" for r in rows) == bad
    # Mends: the swapped position is put right and its row counts.
    app.idle().get_by_role("tab", name="Mends").click()
    page.get_by_text("Exchange longitude and latitude: 1 rows").click()
    app.idle().get_by_role("button", name="Accept the ticked ones").locator("visible=true").first.click()
    expect(page.get_by_text("Exchange longitude and latitude: 1 rows")).to_have_count(0)
    app.idle()
    assert figure(page, "Rows that cannot be used") == bad - 1
    # The difference and the commit.
    app.idle().get_by_role("tab", name="Difference and commit").click()
    expect(page.get_by_text("People within 15 min of a hospital")).to_be_visible(timeout=30_000)
    assert figure(page, "Gone") > 200
    app.idle().get_by_text("are closed").first.click()
    app.idle()
    app.photograph("desk-difference")
    app.idle().get_by_role("button", name="Store as a new version").click()
    expect(page.get_by_text("Write your name first")).to_be_visible()
    app.idle().get_by_label("Your name").fill("李雷")
    page.get_by_label("What is this version about?").fill("2026 list")
    app.idle().get_by_role("button", name="Store as a new version").click()
    expect(page.get_by_text(re.compile("Stored as version"))).to_be_visible(timeout=30_000)
    expect(page.get_by_text("changes made to its rows")).to_have_count(0)  # the file is not offered again
    app.photograph("desk-stored")
    # The map shows it: the clinics are closed now, so their tier reaches nobody.
    changed = open_app("?tiers=village_clinic&lang=en", locale="en-GB")
    expect(
        changed.page.get_by_text("Choose another tier").or_(
            changed.page.get_by_text("People within 15 min", exact=True)
        )
    ).to_be_visible(timeout=30_000)
    closed = changed.page.get_by_text("Choose another tier").count()
    # Back to the list before.
    page.goto(page.url)
    table = app.idle().get_by_test_id("stDataFrame").first
    table.wait_for()
    app.tick_row(table, 2)  # the version before
    expect(page.get_by_text("From this version to the newest:")).to_be_visible(timeout=30_000)
    app.idle().get_by_label("Your name").fill("韩梅梅")
    page.get_by_role("button", name="Make this version the newest again").click()
    expect(page.get_by_text(re.compile("Stored as version"))).to_be_visible(timeout=30_000)
    again = open_app("?tiers=village_clinic&lang=en", locale="en-GB")
    expect(again.page.get_by_text("People within 15 min", exact=True)).to_be_visible(timeout=30_000)
    assert closed == 1 and again.page.get_by_text("Choose another tier").count() == 0
    assert app.outside == [] and app.errors == []


def test_a_file_that_bites_is_refused_in_words(open_app: Callable[..., App], tmp_path: Path) -> None:
    evil = tmp_path / "list.csv"
    evil.write_bytes(b"\x7fELF" + bytes(200))
    app = open_app("desk?lang=en", locale="en-GB")
    expect(app.page.get_by_role("heading", name=re.compile("Data desk"))).to_be_visible(timeout=60_000)
    app.page.set_input_files("input[type=file]", evil)
    expect(app.page.get_by_role("alert").filter(has_text="cannot be read")).to_be_visible(timeout=20_000)


def test_the_data_desk_speaks_chinese(open_app: Callable[..., App], messy: Path) -> None:
    app = open_app("desk")
    expect(app.page.get_by_role("heading", name=re.compile("数据台"))).to_be_visible(timeout=60_000)
    app.page.set_input_files("input[type=file]", messy)
    expect(app.page.get_by_text("采用此答案")).to_be_visible(timeout=30_000)
    app.photograph("desk-zh")
