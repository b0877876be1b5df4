"""A county whose every name is an attack: through files, study, page, map, search, table and download."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, App
from tests.browser.test_desk_kinds import answered

MARK = Path("/tmp/yida_hostile_ran")
NAMES = [
    "{{cycler.__init__.__globals__.os.system('touch /tmp/yida_hostile_ran')}}",
    "{% raw %}{{ 7*7 }}",
    "${window.parent.pwned=1}",
    "</script><script>parent.pwned=1</script>",
    '<img src=x onerror="parent.pwned=1;window.pwned=1">',
    "\\u003cscript\\u003eparent.pwned=1\\u003c/script\\u003e",
    "![x](http://example.invalid/x.png)[y](javascript:parent.pwned=1):red[z]",
    '=HYPERLINK("http://example.invalid","x")',
    "'\"`;parent.pwned=1;//",
]


@pytest.fixture(scope="module")
def hostile_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small county west of nowhere, as an analyst might be handed it."""
    folder = tmp_path_factory.mktemp("hostile")
    west, south, side = 106.0, 28.0, 0.12
    ring = [[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]
    outline = {"type": "Polygon", "coordinates": [ring]}
    write_geojson(folder / "boundary.geojson", [({"name": NAMES[3], "unit_code": "1"}, outline)])
    half = [[[x - side / 2 if x > west else x, y] for x, y in ring]]
    units = [({"name": NAMES[4], "unit_code": NAMES[4]}, {"type": "Polygon", "coordinates": half})]
    write_geojson(folder / "units.geojson", units)
    roads = [
        ({"road_class": "primary", "name": name}, {"type": "LineString", "coordinates": [[west, y], [west + side, y]]})
        for name, y in zip(NAMES[:3], (28.02, 28.06, 28.1), strict=True)
    ]
    spine = {"type": "LineString", "coordinates": [[106.05, y] for y in (28.02, 28.06, 28.1)]}
    write_geojson(folder / "roads.geojson", [*roads, ({"road_class": "secondary"}, spine)])
    places = [(name, 106.01 + 0.01 * i, 28.021) for i, name in enumerate(NAMES)]
    write_csv(
        folder / "demand.csv",
        ["demand_id", "name", "lon", "lat", "population"],
        [(n, n, x, y, 100) for n, x, y in places],
    )
    rows = [(n, n, "township_hospital_general", x, 28.061, n, "true", 1, "emergency") for n, x, _ in places]
    header = ["facility_id", "name", "tier", "lon", "lat", "source", "is_emergency_base", "ambulances", "capabilities"]
    write_csv(folder / "facilities.csv", header, rows)
    return folder


def write_geojson(path: Path, features: list[tuple[dict[str, str], dict[str, object]]]) -> None:
    made = [{"type": "Feature", "properties": p, "geometry": g} for p, g in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": made}), encoding="utf-8")


def write_csv(path: Path, header: list[str], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.fixture(scope="module")
def hostile_study(server: str, server_home: Path, hostile_files: Path) -> str:
    """The county as a study in the server's store; its name."""
    MARK.unlink(missing_ok=True)
    files = [f"--{kind}={hostile_files / name}" for kind, name in (
        ("roads", "roads.geojson"), ("boundary", "boundary.geojson"), ("units", "units.geojson"),
        ("facilities", "facilities.csv"), ("demand", "demand.csv"),
    )]  # fmt: skip
    command = [sys.executable, "-m", "geo.cli", "study", "create", "hostile", "--crs=EPSG:4326", *files]
    environment = os.environ | {"YIDA_HOME": str(server_home), "YIDA_LANG": "en"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return "hostile"


def test_a_county_of_attacks_is_shown_as_text_and_nothing_runs(
    open_app: Callable[..., App], hostile_study: str
) -> None:
    app = open_app(f"?study={hostile_study}&lang=en")
    frame = app.settled()
    assert frame.evaluate("yida.debug().drawn.villages") == len(NAMES)
    for name in NAMES:
        app.click_on_map("village", name)
        # Clicking shows the tooltip on the map and the name as a heading beside it, both to the letter.
        expect(app.page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        app.idle()
        app.page.mouse.move(0, 0)
        app.point_at("village", name)
        frame.wait_for_function("name => document.querySelector('.yida-tip').innerText.includes(name)", arg=name)
    box = app.page.get_by_role("combobox", name="Find a village, facility or township")
    box.click()
    app.page.get_by_role("option").first.wait_for()
    app.page.keyboard.press("Escape")
    with app.page.expect_download() as started:
        app.page.get_by_role("button", name="Download the table").click()
    cells = list(csv.reader(io.StringIO(started.value.path().read_bytes().decode("utf-8-sig"))))
    assert not [cell for row in cells[1:] for cell in row if cell.startswith(("=", "+", "@"))]
    assert_inert(app)
    app.photograph("hostile")


def test_the_emergency_page_shows_hostile_bases_and_villages_as_text(
    open_app: Callable[..., App], hostile_study: str
) -> None:
    app = open_app(f"emergency?study={hostile_study}&lang=en&picture=serves")
    frame = app.settled()
    assert frame.evaluate("yida.debug().drawn.marks") == 2 * len(NAMES)  # each is a base and a hospital
    assert set(NAMES) & set(frame.evaluate("yida.debug().legend"))
    debug = frame.evaluate("yida.debug()")  # so small a county fills the map as a large one does
    assert debug["view"]["zoom"] == pytest.approx(debug["fitZoom"], abs=0.5)
    frame.click(".yida-legend summary")  # out of the way of the places below it, as the township's name
    app.page.get_by_text("Layers", exact=True).click()
    app.page.get_by_test_id("stSidebar").get_by_text("Township names", exact=True).click()
    frame.wait_for_function("yida.debug().drawn.labels === 0")
    for name in NAMES:
        for kind in ("village", "base"):
            app.click_on_map(kind, name)
            expect(app.page.get_by_role("heading", name=name, exact=True)).to_be_visible()
            app.idle()
    for tab in ("Bases", "All villages"):
        app.page.get_by_role("tab", name=tab, exact=True).click()
        app.idle()
    with app.page.expect_download() as started:
        app.page.get_by_role("button", name="Download the table").click()
    cells = list(csv.reader(io.StringIO(started.value.path().read_bytes().decode("utf-8-sig"))))
    assert len(cells) == 1 + len(NAMES)
    assert not [cell for row in cells[1:] for cell in row if cell.startswith(("=", "+", "@"))]
    assert_inert(app)


@pytest.mark.parametrize("page", ["structure", "roads", "records", "indicators", "briefing", "export", "about"])
def test_no_page_runs_a_name(open_app: Callable[..., App], hostile_study: str, page: str) -> None:
    app = open_app(f"{page}?study={hostile_study}&lang=en", height=1700)
    expect(app.idle().get_by_role("heading", level=1)).to_be_visible()
    if page in ("structure", "roads"):
        frame = app.settled()
        for name in NAMES:
            app.point_at("village", name)
            frame.wait_for_function("name => document.querySelector('.yida-tip').innerText.includes(name)", arg=name)
    for tab in app.page.get_by_role("tab").all():
        tab.click()
        app.idle()
    assert_inert(app)


def test_a_list_of_attacks_goes_through_the_desk_as_text(
    open_app: Callable[..., App], hostile_study: str, hostile_files: Path, tmp_path: Path
) -> None:
    header, *rows = csv.reader(io.StringIO((hostile_files / "facilities.csv").read_text(encoding="utf-8")))
    write_csv(tmp_path / "list.csv", header, [(row[0], NAMES[i - 1], *row[2:]) for i, row in enumerate(rows)])
    app = open_app(f"desk?study={hostile_study}&lang=en", locale="en-GB", height=1700)
    app.idle().set_input_files("input[type=file]", tmp_path / "list.csv")
    answered(app)
    app.page.get_by_test_id("stButtonGroup").get_by_text("In order").click()
    for tab in ("Mends", "Map", "Difference and commit"):
        app.idle().get_by_role("tab", name=tab, exact=True).click()
    app.idle().get_by_text(f"Changed, field by field ({len(NAMES)})").click()
    app.page.get_by_label("Your name").fill(NAMES[3])
    app.page.get_by_label("What is this version about?").fill(NAMES[0])
    app.page.get_by_role("button", name="Store as a new version").click()
    expect(app.page.get_by_text("Stored as version")).to_be_visible(timeout=30_000)
    app.tick_row(app.page.get_by_test_id("stDataFrame").first, 2)
    expect(app.page.get_by_text("From this version to the newest")).to_be_visible()
    assert_inert(app)


def test_counties_named_as_attacks_are_listed_as_text(
    open_app: Callable[..., App], tmp_path: Path, server: str
) -> None:
    path = tmp_path / "counties.csv"
    write_csv(
        path, ["县代码", "县名", "地市", "建设阶段"], [(str(370700 + i), n, n, "已建成") for i, n in enumerate(NAMES)]
    )
    app = open_app("province?lang=en&programme=shandong", locale="en-GB", height=1700)
    app.idle().get_by_role("tab", name="Load tables").click()
    app.page.locator("input[type=file]").set_input_files(path)
    expect(app.page.get_by_text(f"{len(NAMES)} of {len(NAMES)} rows can be used.")).to_be_visible()
    app.page.get_by_label("Store under the name").fill("attacks")
    app.page.get_by_label("Your name").fill(NAMES[4])
    app.page.get_by_role("button", name="Store as a new version").click()
    expect(app.page.get_by_text("Stored as version")).to_be_visible()
    app.idle().get_by_role("tab", name="Counties").click()
    for name in NAMES:
        app.idle().get_by_role("combobox", name="County").click()
        app.page.get_by_role("option", name=name, exact=True).click()
        expect(app.idle().get_by_test_id("stMarkdown").filter(has_text=name)).to_be_visible()
    for tab in ("Figures", "Paired hospitals", "Load tables"):
        app.idle().get_by_role("tab", name=tab, exact=True).click()
    goals = [(str(i), name, "2027", "已建成", 50) for i, name in enumerate(NAMES)]
    write_csv(tmp_path / "goals.csv", ["编号", "里程碑", "期限", "要求阶段", "目标占比"], goals)
    app.page.get_by_text("Milestones", exact=True).locator("visible=true").last.click()
    app.idle().locator("input[type=file]").set_input_files(tmp_path / "goals.csv")
    app.page.get_by_role("button", name="Store as a new version").click()
    expect(app.page.get_by_text("Stored as version")).to_be_visible()
    app.idle().get_by_role("tab", name="Counties").click()
    for name in NAMES:  # in bold, to the letter
        expect(app.page.locator("strong").get_by_text(name, exact=True).first).to_be_visible()
    assert_inert(app)


def assert_inert(app: App) -> None:
    """Nothing has run on the page, in its map or on the server, and nothing was asked outside."""
    for frame in app.page.frames:
        assert frame.evaluate("[window.pwned, parent.pwned]") == [None, None]
    assert app.outside == [] and app.errors == []
    assert not MARK.exists()
