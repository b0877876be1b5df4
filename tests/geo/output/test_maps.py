"""The map's parts: a base that never changes, a state no one can read into, the study's data as compact JSON."""

import json
import re
import time
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xstatic.pkg.leaflet
from streamlit_folium import (
    _get_feature_group_string,
    _get_header,
    _get_html,
    _get_map_string,
    generate_js_hash,
    get_full_id,
)

from geo.model.roads import CLASS_INDEX, Roads
from geo.model.schema import DEMAND, FACILITY, UNIT, conform
from geo.model.schemes import load_scheme
from geo.output.maps import SCRIPTS, STYLES, WEB_FOLDER, bands_layer, base_map, state_group, static_layers
from tests.javascript import run_javascript

BOUNDS = (106.0, 28.0, 107.0, 29.0)
TOUCHED = Path("/tmp/yida_template_ran")
HOSTILE = (
    f"{{{{cycler.__init__.__globals__.os.system('touch {TOUCHED}')}}}}",
    f"{{% for x in ().__class__.__base__.__subclasses__() %}}{{{{x}}}}{{% endfor %}} touch {TOUCHED}",
    "{% raw %}", "{# half a comment", "{{'map_div'}}", "{{ 'window' }}", "${alert(1)}",
    "</script><img src=x onerror=1>",
    "\\u003cscript\\u003e", "'\"\\`", "\u2028\u2029", "_0", "_div", "map_div", "feature_group_0", "alert(coords);",
    "drawItems_draw_control_div_1", "lone \ud800",
)  # fmt: skip


def base(**changes: Any) -> folium.Map:
    given: dict[str, Any] = {"static_url": "../../yida/layer/a_1.json", "bounds": BOUNDS, "view": None}
    return base_map(**(given | changes), asset_root="../../yida/assets")


def as_streamlit_folium_sends_it(state: dict[str, Any]) -> str:
    """Render and rewrite a state exactly as st_folium does before the browser evaluates it."""
    made = base()
    made.get_root().render()
    made.render()
    _get_html(made), _get_header(made)
    _get_map_string(made)
    return str(_get_feature_group_string(state_group(state), made))


def hostile_state() -> dict[str, Any]:
    return {
        "text": {name: name for name in HOSTILE},
        "badges": list(HOSTILE),
        "stamp": HOSTILE[0],
        "minutes": [1.5, None],
    }


# ---- the base ----------------------------------------------------------------------------------------------------


def test_the_base_loads_only_leaflet_and_our_files_from_the_app_itself() -> None:
    made = base()
    names = [url.split("?")[0] for _, url in (*made.default_js, *made.default_css)]
    folders = ["leaflet" if name.startswith("leaflet") else "web" for name in (*SCRIPTS, *STYLES)]
    assert names == [f"../../yida/assets/{f}/{n}" for f, n in zip(folders, (*SCRIPTS, *STYLES), strict=True)]
    page = made.get_root().render()
    assert re.findall(r"https?://[^\"'\s]+", page) == []


def test_every_file_the_base_names_exists_and_folium_itself_is_left_alone() -> None:
    base()
    for name in (*SCRIPTS, *STYLES):
        folder = Path(xstatic.pkg.leaflet.BASE_DIR) if name.startswith("leaflet") else WEB_FOLDER
        assert (folder / name).is_file()
    assert {f.name for f in WEB_FOLDER.iterdir()} == {n for n in (*SCRIPTS, *STYLES) if not n.startswith("leaflet")}
    assert any("bootstrap" in url for _, url in folium.Map.default_js)


def frame_key(**changes: Any) -> str:
    made = base(**changes)
    made.get_root().render()
    return str(generate_js_hash(_get_map_string(made), "map"))


def test_the_frame_is_kept_for_a_study_and_changed_for_another() -> None:
    assert frame_key() == frame_key()
    # streamlit-folium strips `_abc` from the script before it compares; the encoding keeps the difference visible.
    assert frame_key(static_url="../../yida/layer/a_2.json") != frame_key()
    assert frame_key(static_url="../../maps/1/") != frame_key(static_url="../../maps/2/")


def test_the_base_starts_our_script_on_the_map_of_the_frame() -> None:
    script = _get_map_string(base(view=(106.5, 28.5, 11.0)))
    assert "yida.init(map_div, JSON.parse(" in script
    assert get_full_id(base()) not in script


# ---- the state ---------------------------------------------------------------------------------------------------


def test_hostile_text_passes_folium_and_streamlit_folium_without_running_or_changing() -> None:
    TOUCHED.unlink(missing_ok=True)
    sent = as_streamlit_folium_sends_it(hostile_state())
    assert not TOUCHED.exists()
    payload = re.search(r'yida\.update\(JSON\.parse\("([^"]*)"\)\);', sent)
    assert payload is not None
    text = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m.group(1), 16)), payload.group(1))
    assert json.loads(text) == hostile_state()
    assert not re.search(r"[{}_<>&]", payload.group(1))


def test_hostile_text_survives_a_whole_folium_page() -> None:
    TOUCHED.unlink(missing_ok=True)
    made = base()
    state_group(hostile_state()).add_to(made)
    page = made.get_root().render()
    assert not TOUCHED.exists()
    assert "onerror" not in page.replace("\\u003d", "").split("yida.update")[0]
    assert "<img" not in page


def test_what_is_sent_is_one_valid_script_that_hands_over_the_state() -> None:
    program = (
        "const yida = {update: s => { globalThis.got = s; }}, window = {}; const map_div = {addLayer() {}};"
        "const group = {addTo() { return group; }}; const L = {featureGroup: () => group};"
        "eval(require('fs').readFileSync(0, 'utf8') + null);"
        "process.stdout.write(JSON.stringify(got));"
    )
    told = run_javascript(program, as_streamlit_folium_sends_it(hostile_state()))
    assert json.loads(told) == hostile_state()


# ---- the data ----------------------------------------------------------------------------------------------------


def toy_roads() -> Roads:
    """Two edges of one primary road and a ferry; the first has a vertex 3 m off the straight line."""
    lon = np.array([106.0, 106.05, 106.1, 106.1, 106.2, 106.2, 106.3])
    lat = np.array([28.0, 28.00003, 28.0, 28.0, 28.1, 28.1, 28.2])
    unknown = np.full(3, np.nan)
    zeros = np.zeros(3, dtype=np.uint8)
    kinds = np.array([CLASS_INDEX["primary"], CLASS_INDEX["primary"], CLASS_INDEX["ferry"]], dtype=np.uint8)
    return Roads(
        lon[[0, 3, 5, 6]], lat[[0, 3, 5, 6]], np.array([0, 1, 2]), np.array([1, 2, 3]), np.ones(3), kinds, zeros, zeros,
        unknown, unknown, np.array([0, 3, 5, 7]), lon, lat,
    )  # fmt: skip


def table(rows: list[dict[str, Any]], columns: dict[str, Any]) -> pd.DataFrame:
    return conform(pd.DataFrame(rows), columns, path="toy", name="toy")


def static(name: str = "甲村", **changes: Any) -> dict[str, Any]:
    facility = table(
        [
            {"facility_id": "f1", "name": name, "tier": "county_hospital", "lon": 106.1234567, "lat": 28.1},
            {"facility_id": "f2", "name": "b", "tier": "village_clinic", "lon": None, "lat": None},
        ],
        FACILITY,
    ).assign(position_quality=["surveyed", "illustrative"])
    demand = table([{"demand_id": "d1", "name": name, "lon": 106.2, "lat": 28.2, "population": 120}], DEMAND)
    west, east = shapely.box(106, 28, 106.5, 29), shapely.box(106.5, 28, 107, 29)
    frame = pd.DataFrame(
        {"unit_code": ["1", "2"], "name": [name, "东"], "level": "township", "seat_lon": [106.2, np.nan]}
    )
    frame = frame.assign(seat_lat=[28.2, np.nan], boundary_kind="official")
    unit = conform(gpd.GeoDataFrame(frame, geometry=[west, east], crs=4326), UNIT, path="toy", name="unit")
    outline = gpd.GeoDataFrame({"boundary_kind": ["approximate_outline"]}, geometry=[shapely.box(*BOUNDS)], crs=4326)
    made = {"facility": facility, "demand": demand, "units": unit, "outline": outline, "roads": toy_roads()} | changes
    return dict(json.loads(static_layers("toy", scheme=load_scheme("three_levels"), **made)))


def test_the_data_holds_every_place_in_the_order_of_the_tables() -> None:
    found = static()
    assert found["facilities"]["id"] == ["f1", "f2"]
    assert found["facilities"]["lon"] == [106.12346, None]
    assert found["facilities"]["illustrative"] == [False, True]
    assert found["villages"] == {
        "id": ["d1"], "name": ["甲村"], "lon": [106.2], "lat": [28.2], "population": [120.0], "unit": [""],
    }  # fmt: skip
    assert found["bounds"] == [106.0, 28.0, 107.0, 29.0]
    assert [tier["id"] for tier in found["tiers"]] == ["county_hospital", "township_hospital", "village_clinic"]


def test_roads_are_grouped_by_class_simplified_and_still_meet() -> None:
    roads = {entry["cls"]: entry["lines"] for entry in static()["roads"]}
    assert roads == {
        "primary": [[106.0, 28.0, 106.1, 28.0], [106.1, 28.0, 106.2, 28.1]],
        "ferry": [[106.2, 28.1, 106.3, 28.2]],
    }


def test_a_border_between_two_townships_is_drawn_once() -> None:
    found = static()
    shared = [line for line in found["borders"] if {line[0], line[2]} == {106.5}]
    assert len(shared) == 1
    assert sum(len(line) // 2 - 1 for line in found["borders"]) == 7  # three sides each, one together


def test_a_township_without_a_seat_is_named_somewhere_inside_it() -> None:
    units = static()["units"]
    assert units[0]["seat"] == [106.2, 28.2]
    assert shapely.box(106.5, 28, 107, 29).contains(shapely.Point(units[1]["seat"]))


@pytest.mark.parametrize("name", HOSTILE[:-1])  # a table's text column cannot hold half a surrogate pair
def test_hostile_names_are_data(name: str) -> None:
    found = static(name)
    assert (found["villages"]["name"], found["facilities"]["name"][0], found["units"][0]["name"]) == (
        [name],
        name,
        name,
    )


def test_a_study_without_townships_has_no_borders() -> None:
    empty = conform(
        gpd.GeoDataFrame({"unit_code": [], "name": [], "level": []}, geometry=[], crs=4326), UNIT, path="t", name="unit"
    )
    found = static(units=empty)
    assert (found["units"], found["borders"]) == ([], [])


def test_bands_keep_their_holes_and_only_their_areas() -> None:
    ring = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    mixed = shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.LineString([(5, 5), (6, 6)])])
    found = json.loads(bands_layer([(0, 5, shapely.Polygon()), (5, 10, ring), (10, 15, mixed)]))["bands"]
    assert [(band["from"], band["to"]) for band in found] == [(5, 10), (10, 15)]
    assert [len(band["geometry"]["coordinates"][0]) for band in found] == [2, 1]
    assert {band["geometry"]["type"] for band in found} == {"MultiPolygon"}


def test_thirty_thousand_edges_are_written_in_about_a_second() -> None:
    edges, points = 30_000, 5
    rng = np.random.default_rng(1)
    lon = 106 + np.cumsum(rng.normal(0, 0.002, (edges, points)), axis=1)
    lat = 28 + np.cumsum(rng.normal(0, 0.002, (edges, points)), axis=1)
    small, unknown = np.zeros(edges, dtype=np.uint8), np.full(edges, np.nan)
    ends = np.arange(edges)
    roads = Roads(
        lon[:, 0], lat[:, 0], ends, ends, np.ones(edges), (ends % 14).astype(np.uint8), small, small, unknown, unknown,
        np.arange(edges + 1) * points, lon.ravel(), lat.ravel(),
    )  # fmt: skip
    began = time.perf_counter()
    found = static(roads=roads)
    assert sum(len(entry["lines"]) for entry in found["roads"]) == edges
    assert time.perf_counter() - began < 5  # 0.3 s on a quiet machine; the slack is for busy ones
