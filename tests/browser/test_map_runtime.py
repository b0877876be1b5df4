"""The map's browser side alone, in Chromium: built by maps.py, passed through streamlit-folium's own string functions,
served by a small local server in a frame as Streamlit would."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from geo.output.maps import TEXT_KEYS, WEB_FOLDER
from geo.output.scene_map import link_words
from tests.browser.map_frame import Open, Opened, Site, county, layers, shown

HOSTILE = (
    "{{cycler.__init__.__globals__.os.system('touch /tmp/yida_pwned')}}",
    "{% raw %}",
    "${window.pwned=1}",
    "</script><img src=x onerror='window.pwned=1;parent.pwned=1'>",
    "<svg onload=window.pwned=1>",
    "<img src=http://example.invalid/x.png onerror=window.pwned=1>",
    "\\u003cscript\\u003ewindow.pwned=1\\u003c/script\\u003e",
    "\"');window.pwned=1;//",
    "line\u2028break\u2029",
    "_0 map_div feature_group_0",
    "__proto__",
    "constructor",
    "lone \ud800 half",
)


# ---- hostile text ------------------------------------------------------------------------------------------------


def hostile_county() -> dict[str, Any]:
    """Every name, id and code of a column is one of the hostile texts."""
    study = county(villages=len(HOSTILE), facilities=len(HOSTILE))
    for table in (study["villages"], study["facilities"]):
        table["name"] = list(HOSTILE)
        table["id"] = list(HOSTILE)
        # On a lattice, so that every one of them can be pointed at; facilities north of the villages.
        table["lon"] = [106.05 + 0.04 * i for i in range(len(HOSTILE))]
        table["lat"] = [28.1 if table is study["villages"] else 28.4] * len(HOSTILE)
    study["units"][0] |= {"name": HOSTILE[3], "id": HOSTILE[3]}
    study["units"][1] |= {"name": HOSTILE[5]}
    return study


def test_hostile_names_are_shown_as_they_are_and_nothing_of_them_runs(open_map: Open, site: Site) -> None:
    Path("/tmp/yida_pwned").unlink(missing_ok=True)
    opened = open_map(hostile_county())
    words = {key: HOSTILE[i % len(HOSTILE)] for i, key in enumerate((*TEXT_KEYS, "tier.hospital", "tier.clinic"))}
    shown(opened, text=words, badges=list(HOSTILE), stamp=HOSTILE[3], bands_url="../../yida/layer/bands.json")
    badges = opened.frame.evaluate("[...document.querySelectorAll('.yida-badge')].map(b => b.textContent)")
    assert badges == list(HOSTILE)
    opened.frame.click(".yida-legend summary")  # out of the way of the places below it
    opened.update(text=words, badges=[])
    for kind in ("village", "facility"):
        for name in HOSTILE:
            opened.page.mouse.move(*opened.pixel(kind, name))
            tip = opened.frame.evaluate("document.querySelector('.yida-tip strong').textContent")
            assert tip == name
            opened.page.mouse.click(*opened.pixel(kind, name))
    assert [message["clicked"]["id"] for message in opened.sent()] == list(HOSTILE) * 2
    assert opened.frame.evaluate("[window.pwned, parent.pwned]") == [None, None]
    assert opened.errors == []
    assert {urlsplit(url).netloc for url in opened.requests} == {urlsplit(site.address).netloc}
    assert not Path("/tmp/yida_pwned").exists()


def test_township_names_are_text_on_the_map(open_map: Open) -> None:
    opened = shown(open_map(hostile_county()))
    labels = opened.frame.evaluate(
        "[...document.querySelectorAll('.yida-label')].map(l => [l.textContent, l.children.length])"
    )
    assert labels == [[HOSTILE[3], 0], [HOSTILE[5], 0]]


# ---- states and the view -----------------------------------------------------------------------------------------


def test_the_map_fits_the_county_and_reports_what_it_drew(open_map: Open) -> None:
    opened = shown(open_map(county()), bands_url="../../yida/layer/bands.json")
    found = opened.debug()
    assert found["drawn"]["villages"] == 12
    assert found["drawn"]["facilities"] == 6
    assert found["drawn"]["bands"] == 2
    assert found["drawn"]["labels"] == 2
    assert abs(found["view"]["lat"] - 28.25) < 0.05
    assert opened.requests[-1].endswith("/yida/layer/bands.json")
    assert not [url for url in opened.requests if "cdn" in url]


def test_an_update_never_moves_the_view_and_a_flight_is_flown_once(open_map: Open) -> None:
    opened = shown(open_map(county()))
    opened.frame.evaluate("map_div.setView([28.3, 106.4], 12, {animate: false})")
    before = opened.debug()["view"]
    opened.update(threshold_min=30)
    assert opened.debug()["view"] == before
    flight = {"seq": 1, "lon": 106.2, "lat": 28.2, "zoom": 13}
    opened.update(fly=flight)
    assert opened.debug()["view"] == pytest.approx({"lon": 106.2, "lat": 28.2, "zoom": 13}, abs=0.001)
    opened.frame.evaluate("map_div.setView([28.3, 106.4], 12, {animate: false})")
    opened.update(fly=flight, threshold_min=20)
    assert opened.debug()["view"] == before
    opened.update(fly={"seq": 2, "bounds": [106.1, 28.1, 106.2, 28.2]})
    assert opened.debug()["view"]["zoom"] > 12


def test_the_view_of_the_address_is_where_the_map_opens(open_map: Open) -> None:
    opened = shown(open_map(county(), view=(106.31, 28.22, 12.5)))
    assert opened.debug()["view"] == pytest.approx({"lon": 106.31, "lat": 28.22, "zoom": 12.5}, abs=0.001)


def test_a_state_that_comes_before_the_data_waits_for_it(open_map: Open, site: Site) -> None:
    site.gate.clear()
    opened = open_map(county())
    opened.frame.wait_for_function("window.yida && window.map")
    opened.update(stamp="first")
    opened.update(stamp="second")
    assert not opened.debug()["ready"]
    site.gate.set()
    opened.ready()
    assert opened.frame.evaluate("document.querySelector('.yida-stamp').textContent") == "second"


def test_study_data_that_never_comes_is_said_on_the_map(open_map: Open, site: Site) -> None:
    opened = open_map(county())
    site.pages.pop("/yida/layer/study.json")
    opened.page.reload()
    opened.frame = opened.page.frames[1]
    opened.frame.wait_for_function("document.body.dataset.yidaReady === 'error'")
    opened.update(text={"load_failed": "The map data did not arrive."})
    assert "did not arrive" in opened.frame.evaluate("document.querySelector('.yida-badges').textContent")


def test_reach_that_cannot_be_fetched_leaves_the_rest_of_the_map(open_map: Open) -> None:
    opened = shown(open_map(county()), bands_url="../../yida/layer/gone.json")
    assert opened.debug()["drawn"]["bands"] == 0
    assert opened.errors == []


def test_places_without_a_position_are_neither_drawn_nor_hit(open_map: Open) -> None:
    study = county()
    study["villages"]["lon"][0] = study["villages"]["lat"][0] = None
    study["facilities"]["lon"][5] = None
    opened = shown(open_map(study), selected={"kind": "village", "id": "v0"})
    assert (opened.debug()["drawn"]["villages"], opened.debug()["drawn"]["facilities"]) == (11, 5)
    assert opened.errors == []


COLOUR_AT = """([pane, x, y]) => {
    const canvas = map_div.getPane(`yida-${pane}`).querySelector("canvas"), at = canvas.getBoundingClientRect();
    const k = canvas.width / at.width, ctx = canvas.getContext("2d");
    return [...ctx.getImageData((x - at.left) * k, (y - at.top) * k, 1, 1).data].slice(0, 3);
}"""


def colour_at(opened: Opened, pane: str, kind: str, identity: str) -> list[int]:
    """Red, green, blue of one layer's own pixel at a place, off the centre of facilities (a cross is white inside)."""
    x, y = opened.pixel(kind, identity)
    aside = 5 if kind == "facility" else 0
    return list(opened.frame.evaluate(COLOUR_AT, [pane, x - aside, y - aside]))


def test_colours_follow_tier_threshold_and_reach(open_map: Open) -> None:
    opened = shown(open_map(county()), threshold_min=30)
    assert colour_at(opened, "facilities", "facility", "f0") == [0xB3, 0x26, 0x1E]
    assert colour_at(opened, "villages", "village", "v0") == [0x17, 0x4F, 0x7C]
    assert colour_at(opened, "villages", "village", "v10") == [0xD5, 0x5E, 0x00]
    opened.update(threshold_min=60)
    assert colour_at(opened, "villages", "village", "v10") != [0xD5, 0x5E, 0x00]
    opened.update(tiers_counted=["clinic"])
    assert colour_at(opened, "facilities", "facility", "f0") == [0xE1, 0xA8, 0xA5]


# ---- clicks and the address --------------------------------------------------------------------------------------


def test_a_click_names_what_stands_there_and_moving_the_map_says_nothing(open_map: Open) -> None:
    opened = shown(open_map(county()), layers=layers(villages=True, facilities=True, units=True))
    for kind, identity in (("village", "v3"), ("facility", "f0")):
        opened.page.mouse.click(*opened.pixel(kind, identity))
    opened.frame.evaluate("map_div.panBy([40, 0], {animate: false}); map_div.zoomIn(1, {animate: false})")
    clicked = [message["clicked"] for message in opened.sent()]
    assert [(c["kind"], c["id"]) for c in clicked] == [("village", "v3"), ("facility", "f0")]
    assert clicked[0]["n"] < clicked[1]["n"]
    opened.update(layers=layers(units=True))
    opened.page.mouse.click(*opened.pixel("unit", "E"))
    assert opened.sent()[-1]["clicked"]["id"] == "E"
    opened.update(layers=layers(labels=True, units=True))
    x, y = opened.pixel("unit", "W")
    opened.page.mouse.click(x, y - 22)
    assert opened.sent()[-1]["clicked"]["id"] == "W"


def test_the_view_goes_into_the_address_and_back_after_streamlit_has_rewritten_it(open_map: Open) -> None:
    opened = shown(open_map(county(), query="?lang=zh&name=a%2Cb"))
    assert "c=" not in opened.page.url
    opened.frame.evaluate("map_div.setView([28.3, 106.4], 12, {animate: false})")
    assert opened.page.url.endswith("/?lang=zh&name=a%2Cb&c=106.40000,28.30000&z=12")
    opened.page.evaluate("history.replaceState({kept: 1}, '', '/?lang=en')")
    opened.update(threshold_min=20)
    assert opened.page.url.endswith("/?lang=en&c=106.40000,28.30000&z=12")
    assert opened.page.evaluate("history.state") == {"kept": 1}


# ---- the frame around the picture --------------------------------------------------------------------------------


def test_the_legend_shows_only_what_is_on(open_map: Open) -> None:
    opened = shown(open_map(county()), bands_url="../../yida/layer/bands.json")
    full = opened.debug()["legend"]
    assert full[:3] == ["layer.facilities", "Hospital", "Clinicnot_counted"]
    assert {"0–5 min", "10–15 min", "15–30 min", "over 15 min", "unreachable", "road.major"} <= set(full)
    assert "boundary.townshipboundary.approximate" in full
    opened.update(layers=layers(facilities=True), tiers_on=["hospital"])
    assert opened.debug()["legend"] == ["layer.facilities", "Hospital"]
    opened.update(layers=layers())
    assert opened.debug()["legend"] == []


def test_on_a_phone_the_legend_starts_closed_and_stays_as_the_person_left_it(open_map: Open) -> None:
    opened = shown(open_map(county(), width=390, height=780, has_touch=True))
    details = "document.querySelector('.yida-legend').open"
    assert opened.frame.evaluate(details) is False
    opened.frame.click(".yida-legend summary")
    opened.update(threshold_min=30)
    assert opened.frame.evaluate(details) is True


def test_a_tap_opens_the_tooltip_of_what_is_under_the_finger(open_map: Open) -> None:
    opened = shown(open_map(county(), width=390, height=780, has_touch=True), layers=layers(villages=True))
    opened.page.touchscreen.tap(*opened.pixel("village", "v2"))
    assert opened.tip().split("\n") == ["v 2", "174 people", "15 min"]


def test_what_lies_under_the_legend_is_not_pointed_at(open_map: Open) -> None:
    opened = shown(open_map(county()), layers=layers(villages=True, facilities=True, roads=True))
    box = opened.frame.evaluate("document.querySelector('.yida-legend').getBoundingClientRect().toJSON()")
    at = [box["left"] + 60, box["top"] + 60]
    opened.frame.evaluate(
        "at => { const here = yida.pixel('village', 'v1');"
        " map_div.panBy([here.x - at[0], here.y - at[1]], {animate: false}); }",
        at,
    )
    opened.page.mouse.move(*at)
    assert opened.frame.evaluate("document.querySelector('.yida-tip').hidden")
    opened.page.mouse.click(*at)
    assert opened.sent() == []


def test_controls_speak_the_language_of_the_state(open_map: Open) -> None:
    opened = shown(open_map(county()))
    opened.update(text={"zoom_in": "放大", "reset_view": "全县", "map": "地图", "north": "北"}, lang="zh")
    names = opened.frame.evaluate(
        "['.leaflet-control-zoom-in', '.yida-reset button', '#map_div'].map(s => document.querySelector(s).ariaLabel)"
    )
    assert names == ["放大", "全县", "地图"]


def test_the_reset_button_brings_back_the_whole_county_from_the_keyboard(open_map: Open) -> None:
    opened = shown(open_map(county()))
    whole = opened.debug()["view"]["zoom"]
    opened.frame.evaluate("map_div.setView([28.3, 106.4], 13, {animate: false})")
    opened.frame.focus(".yida-reset button")
    opened.page.keyboard.press("Enter")
    opened.frame.wait_for_function("zoom => yida.debug().view.zoom === zoom", arg=whole)


def test_credit_stamp_and_badge_say_what_the_state_says_and_nothing_else(open_map: Open) -> None:
    opened = shown(open_map(county()))
    assert opened.frame.inner_text(".leaflet-control-attribution") == "attribution"
    assert opened.frame.inner_text(".yida-stamp") == "内部工作用图"
    assert opened.frame.inner_text(".yida-badges") == "Illustrative"


# ---- size --------------------------------------------------------------------------------------------------------


def test_a_large_county_redraws_in_a_fraction_of_a_second(open_map: Open) -> None:
    study = county(villages=5000, facilities=2000, roads=30000)
    opened = shown(open_map(study, width=1920, height=1080))
    opened.frame.evaluate("map_div.setZoom(map_div.getZoom() + 2, {animate: false})")
    times = []
    for threshold in (10, 20, 30, 45):
        opened.update(threshold_min=threshold)
        times.append(opened.debug()["lastUpdateMs"])
    assert sorted(times)[1] < 500, times


COUNT_CLEARED = """
    window.cleared = 0;
    const original = CanvasRenderingContext2D.prototype.clearRect;
    CanvasRenderingContext2D.prototype.clearRect = function (...box) { cleared++; return original.apply(this, box); };
    0;
"""


def test_only_the_layers_a_state_changes_are_drawn_again(open_map: Open) -> None:
    opened = shown(open_map(county()))
    opened.frame.evaluate(COUNT_CLEARED)
    opened.update()
    assert opened.frame.evaluate("cleared") == 0
    opened.update(tiers_on=["hospital"])
    assert opened.frame.evaluate("cleared") == 1


def test_every_word_the_browser_asks_for_is_listed(open_map: Open) -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in WEB_FOLDER.glob("*.js"))
    asked = set(re.findall(r'(?:say\(app|words\((?:app\.)?(?:state|pending)), "([a-z_.]+)"', source))
    either = set(re.findall(r'"((?:layer|boundary)\.[a-z]+)"', source))
    of_links = {word for word in asked if word.startswith("links.")}  # only maps with lines bring these
    assert of_links <= set(link_words(str, "en"))
    assert (asked | either) - of_links == set(TEXT_KEYS)


def test_a_frame_that_grows_twice_is_fitted_anew_until_somebody_moves_the_map(open_map: Open) -> None:
    opened = shown(open_map(county(), width=700, height=260))
    zooms = [opened.debug()["view"]["zoom"]]
    for height in (500, 900):
        opened.page.set_viewport_size({"width": 1400, "height": height})
        opened.frame.wait_for_function(f"map_div.getSize().y === {height}")
        zooms.append(opened.debug()["view"]["zoom"])
    assert zooms[0] < zooms[1] < zooms[2]
    opened.frame.evaluate("map_div.setZoom(map_div.getZoom() - 1, {animate: false})")
    chosen = opened.debug()["view"]["zoom"]
    opened.page.set_viewport_size({"width": 1400, "height": 1000})
    opened.frame.wait_for_function("map_div.getSize().y === 1000")
    assert opened.debug()["view"]["zoom"] == chosen


def test_a_county_that_is_shown_large_is_fitted_at_once(open_map: Open) -> None:
    # Its least zoom lies above the zoom that the map is built with, which must not undo the first view.
    opened = shown(open_map(county(), width=3800, height=3000))
    opened.page.wait_for_timeout(600)
    told = opened.debug()
    assert told["fitZoom"] - 2.5 > 9 and told["view"]["zoom"] == told["fitZoom"]


def test_a_frame_that_opens_flat_still_shows_the_whole_county_later_and_beside_the_legend(open_map: Open) -> None:
    told = shown(open_map(county(), width=1200, height=24), stage=True)
    told.page.set_viewport_size({"width": 1366, "height": 640})
    told.frame.wait_for_function("innerHeight > 600 && map.getSize().y > 600")
    told.ready()
    west, north = told.frame.evaluate("(p => [p.x, p.y])(map.latLngToContainerPoint([28.5, 106.0]))")
    east, south = told.frame.evaluate("(p => [p.x, p.y])(map.latLngToContainerPoint([28.0, 106.6]))")
    legend = told.frame.evaluate("document.querySelector('.yida-legend').getBoundingClientRect().right")
    assert legend < west < east < 1366 and 0 < north < south < 640
    assert south - north > 320  # and not a dot


def test_names_of_townships_never_cover_each_other_whatever_their_size(open_map: Open) -> None:
    study = county()
    for unit, seat in zip(study["units"], ([106.30, 28.25], [106.31, 28.25]), strict=True):
        unit["seat"] = seat
    told = open_map(study)
    for stage in (False, True):
        shown(told, stage=stage)
        boxes = told.frame.evaluate(
            """[...document.querySelectorAll('.yida-label:not(.yida-covered)')]
                .map(e => e.getBoundingClientRect().toJSON())"""
        )
        assert len(boxes) == 2  # one above its seat, the other under it
        assert max(box["top"] for box in boxes) >= min(box["bottom"] for box in boxes)
