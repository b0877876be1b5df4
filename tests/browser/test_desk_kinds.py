"""The data desk in Chromium, kind by kind: a file of each is read, compared and stored; columns are corrected."""

import csv
import io
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError, expect

from geo.store import Store, open_store
from geo.study import build_study
from tests.browser.conftest import App
from tests.browser.test_desk import figure
from tests.geo import county
from tests.geo.county import write_county, write_outline, write_roads, write_villages
from tests.geo.desk_files import BRIDGE, EAST_HALF, WEST_HALF, areas, table
from tests.geo.test_desk_kinds import PEOPLE, raster
from tests.geo.test_heights import write_hgt
from tests.geo.test_indicators import LIST
from tests.geo.test_links import write_links

FIGURES = ("指标代码", "区划代码", "统计期", "分子", "分母")


@pytest.fixture(scope="module")
def store(server_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The server's store with the toy county in it."""
    made = open_store(server_home)
    study = build_study(write_county(tmp_path_factory.mktemp("toy")))
    made.save(replace(study, header={**study.header, "name": "desk"}), "files", replace=False)
    return made


def file_of(kind: str, folder: Path) -> Path:
    """A file that changes the toy county's table of a kind."""
    if kind == "demand":
        return write_villages(folder / "v.csv", [replace(county.VILLAGES[1], people=2500)])
    if kind == "units":
        return areas(folder / "u.geojson", ("W", "西镇", WEST_HALF), ("E", "东镇", EAST_HALF))
    if kind == "boundary":
        return write_outline(folder / "b.geojson", ((-1000, -2000), (14000, 10000)))
    if kind == "roads":
        return write_roads(folder / "r.geojson", [*county.ROADS, BRIDGE])
    if kind == "indicators":
        return table(folder / "i.csv", FIGURES, [("A-01", "F2", "2024", 812, 1000)])
    if kind == "links":
        return write_links(folder / "l.csv")
    if kind == "heights":
        return write_hgt(folder / "N28E105.hgt")
    if kind == "catalogue":
        entry = ("A-01", "基层诊疗量占比", "促分工", "占比", "%", "提高", 65, "县域", "2024")
        return table(folder / "c.csv", LIST, [entry])
    return raster(folder / "people.tif", PEOPLE)


def answered(app: App) -> None:
    """Take the guess of the question that is open; where there is none, WGS-84."""
    take = app.page.get_by_role("button", name="Take this answer")
    expect(take).to_be_visible(timeout=30_000)
    for _ in range(4):  # a list that opens while the page is drawn anew closes again
        if app.idle() and take.is_enabled():
            break
        app.page.get_by_test_id("stMain").get_by_role("combobox").first.click()
        with suppress(TimeoutError, AssertionError):
            app.page.get_by_role("option", name=re.compile("WGS|4326")).first.click(timeout=5_000)
            expect(take).to_be_enabled(timeout=5_000)
    take.click()
    expect(take).to_have_count(0)
    expect(app.page.get_by_test_id("stFileUploader")).to_be_visible()
    app.idle()


@pytest.mark.parametrize(
    ("kind", "name", "wanted"),
    [
        ("demand", "Villages and people", "A list of villages"),
        ("units", "Township boundaries", "Township areas"),
        ("boundary", "County outline", "The county's outline"),
        ("roads", "Roads", "Roads as an OpenStreetMap extract"),
        ("indicators", "Indicator values", "Indicator values: code"),
        ("raster", "Raster of people", "People per cell"),
        ("links", "Links between facilities", "Links: kind, from, to"),
        ("heights", "Heights of the land", "Heights as an SRTM tile"),
        ("catalogue", "Catalogue of indicators", "The list of indicators"),
    ],
)
def test_a_file_of_each_kind_is_compared_and_stored(
    open_app: Callable[..., App], store: Store, tmp_path: Path, kind: str, name: str, wanted: str
) -> None:
    before = store.newest("desk")
    app = open_app("desk?lang=en&study=desk", locale="en-GB")
    page = app.page
    expect(page.get_by_role("heading", name="Data desk: Toy county")).to_be_visible(timeout=60_000)
    app.idle().get_by_test_id("stSidebar").get_by_text(name, exact=True).click()
    expect(page.get_by_test_id("stFileUploader").filter(has_text=wanted)).to_be_visible()
    app.idle().set_input_files("input[type=file]", file_of(kind, tmp_path))
    if kind in ("demand", "raster"):
        answered(app)
    expect(page.get_by_text("How the columns were read")).to_be_visible(timeout=30_000)
    if kind not in ("indicators", "catalogue"):
        page.get_by_role("tab", name="Map").click()
        app.settled()
    app.photograph(f"desk-kind-{kind}")
    app.idle().get_by_role("tab", name="Difference and commit").click()
    app.idle().get_by_label("Your name").fill("李雷")
    page.get_by_role("button", name="Store as a new version").click()
    expect(page.get_by_text(re.compile("Stored as version"))).to_be_visible(timeout=30_000)
    newest = store.newest("desk")
    assert before is not None and newest is not None
    assert newest.kind == kind and newest.content_id != before.content_id and newest.author == "李雷"
    assert app.errors == [] and app.outside == []


def test_a_column_taken_for_the_wrong_thing_is_corrected_on_the_page(
    open_app: Callable[..., App], store: Store, tmp_path: Path
) -> None:
    """A column of categories under a heading that says nothing."""
    header = ["机构编码", "机构名称", "级别", "经度", "纬度", "床位数", "X", "联系电话"]
    rows = [
        [c.key, c.name, c.tier, *county.lonlat([c.at])[0], 11, "C220", "13800000000"] for c in county.CARE
    ]  # fmt: skip
    app = open_app("desk?lang=en&study=desk", locale="en-GB")
    page = app.page
    expect(page.get_by_role("heading", name="Data desk: Toy county")).to_be_visible(timeout=60_000)
    app.idle().set_input_files("input[type=file]", table(tmp_path / "list.csv", header, rows))
    answered(app)
    app.idle().get_by_text("How the columns were read").click()
    page.get_by_text("Not used: X").hover()  # waits until it has stopped opening
    grid = page.get_by_test_id("stExpanderDetails").get_by_test_id("stDataFrame")
    app.write_cell(grid, 0.7, 3, "X")  # the third of our columns is the category
    app.photograph("desk-columns")
    page.get_by_role("button", name="Read the file again with these columns").click()
    expect(page.get_by_text("Not used: X")).to_have_count(0)
    expect(page.get_by_role("button", name="Read the file again with these columns")).to_have_count(0)
    assert figure(app.idle(), "Rows in order") == len(county.CARE)


def test_a_row_without_a_place_is_put_where_the_map_is_clicked_and_downloaded_from_there(
    open_app: Callable[..., App], server_home: Path, tmp_path: Path
) -> None:
    study = build_study(write_county(tmp_path / "toy"))
    open_store(server_home).save(replace(study, header={**study.header, "name": "placed"}), "files", replace=False)
    header = ["机构编码", "机构名称", "级别", "经度", "纬度"]
    rows = [[c.key, c.name, c.tier, *county.lonlat([c.at])[0]] for c in county.CARE]
    app = open_app("desk?lang=en&study=placed", locale="en-GB", height=1500)
    page = app.page
    app.idle().set_input_files(
        "input[type=file]", table(tmp_path / "list.csv", header, [*rows, ["F9", "新设服务点", "延伸服务点", "", ""]])
    )
    answered(app)
    page.get_by_role("tab", name="Map").click()
    frame = app.settled()
    expect(page.get_by_role("combobox", name=re.compile("Row without a place"))).to_be_visible()
    box = page.locator("iframe").first.bounding_box()
    at = frame.evaluate("[map_div.getSize().x / 2, map_div.getSize().y / 3]")
    wanted, beside = (
        frame.evaluate("at => map_div.containerPointToLatLng(at)", [at[0] + away, at[1] + away]) for away in (0, 2)
    )
    assert box is not None
    page.mouse.click(box["x"] + at[0], box["y"] + at[1])
    expect(page.get_by_text("1 changes made to its rows")).to_be_visible()
    expect(page.get_by_role("combobox", name=re.compile("Row without a place"))).to_have_count(0)
    app.idle().get_by_role("tab", name="Difference and commit").click()
    app.idle().get_by_label("Your name").fill("李雷")
    page.get_by_role("button", name="Store as a new version").click()
    expect(page.get_by_text(re.compile("Stored as version"))).to_be_visible(timeout=30_000)
    app.tick_row(app.idle().get_by_test_id("stDataFrame").first, 1)
    with page.expect_download() as started:
        page.get_by_role("button", name="Download this list (CSV)").click()
    told = csv.DictReader(io.StringIO(started.value.path().read_bytes().decode("utf-8-sig")))
    new = next(row for row in told if row["name"] == "新设服务点")
    assert float(new["lon"]) == pytest.approx(wanted["lng"], abs=abs(beside["lng"] - wanted["lng"]))
    assert float(new["lat"]) == pytest.approx(wanted["lat"], abs=abs(beside["lat"] - wanted["lat"]))
    assert app.errors == [] and app.outside == []


def test_templates_are_offered_empty_and_with_the_stored_rows(
    open_app: Callable[..., App], store: Store, tmp_path: Path
) -> None:
    from python_calamine import CalamineWorkbook

    app = open_app("desk?study=desk")
    expect(app.page.get_by_role("heading", name=re.compile("数据台"))).to_be_visible(timeout=60_000)
    counts = []
    for name in ("空白模板", "已存名单"):
        with app.page.expect_download() as started:
            app.idle().get_by_role("button", name=name).click()
        path = tmp_path / "template.xlsx"
        started.value.save_as(path)
        counts.append(len(CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()))
    assert counts == [1, 4]
