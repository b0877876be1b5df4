"""Marks and village classes on the map's browser side alone: drawn, explained, told back, and never more than text."""

from typing import Any

from tests.browser.map_frame import Open, Opened, county, layers, shown
from tests.browser.test_map_runtime import HOSTILE

KINDS = {
    "base": {"look": "base", "label": "Base"},
    "base_added": {"look": "added", "label": "Added"},
    "base_off": {"look": "off", "label": "Off"},
    "hospital": {"look": "hospital", "label": "Hospital with stroke care"},
}


def mark(kind: str, lon: float, lat: float, **changes: Any) -> dict[str, Any]:
    base = {"kind": kind, "id": kind, "name": f"The {kind}", "lon": lon, "lat": lat, "colour": "", "note": "2 cars"}
    return base | changes


MARKS = [mark(kind, 106.1 + 0.1 * i, 28.45) for i, kind in enumerate(KINDS)]


def classes(count: int, **changes: Any) -> dict[str, Any]:
    return {
        "title": "Served by",
        "classes": [
            {"label": "North base", "colour": "#0072B2", "at": [106.1, 28.45]},
            {"label": "South base", "colour": "#E69F00", "at": [106.3, 28.05]},
            {"label": "Nobody's base", "colour": "#009E73", "at": None},
        ],
        "of": [i % 2 for i in range(count)],
        "lines_label": "Straight line",
    } | changes


def ink(opened: Opened, pane: str) -> int:
    """Pixels painted on one canvas."""
    return int(
        opened.frame.evaluate(
            """pane => { const c = document.querySelector(`.leaflet-yida-${pane}-pane canvas`);
            const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;
            for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n; }""",
            pane,
        )
    )


def test_marks_are_drawn_explained_and_told_back_when_clicked(open_map: Open) -> None:
    opened = shown(open_map(county()), marks=MARKS, mark_kinds=KINDS, marks_title="Bases and hospitals")
    debug = opened.debug()
    assert debug["drawn"]["marks"] == 4
    assert {"Bases and hospitals", *(kind["label"] for kind in KINDS.values())} <= set(debug["legend"])
    for one in MARKS:
        opened.page.mouse.move(*opened.pixel(one["kind"], one["id"]))
        assert opened.tip().split("\n") == [one["name"], KINDS[one["kind"]]["label"], "2 cars"]
        opened.page.mouse.click(*opened.pixel(one["kind"], one["id"]))
    assert [(m["clicked"]["kind"], m["clicked"]["id"]) for m in opened.sent()] == [(k, k) for k in KINDS]
    assert opened.errors == []


def test_marks_that_go_leave_map_and_legend_without_a_new_frame(open_map: Open) -> None:
    opened = shown(open_map(county()), marks=MARKS, mark_kinds=KINDS)
    opened.frame.evaluate("window.same = true")
    before = ink(opened, "marks")
    opened.update(marks=MARKS[:1], mark_kinds=KINDS)
    assert 0 < ink(opened, "marks") < before
    opened.update(marks=[], mark_kinds=KINDS)
    assert ink(opened, "marks") == 0 and "Base" not in opened.debug()["legend"]
    assert opened.frame.evaluate("window.same") is True


def test_village_classes_replace_the_minutes_in_map_legend_and_tooltip(open_map: Open) -> None:
    study = county()
    count = len(study["villages"]["id"])
    opened = shown(open_map(study), layers=layers(villages=True, uncovered=True))
    timed = ink(opened, "villages")
    assert "0–5 min" in opened.debug()["legend"]
    opened.update(layers=layers(villages=True, uncovered=True), village_classes=classes(count))
    legend = opened.debug()["legend"]
    assert {"Served by", "North base", "South base", "Straight line"} <= set(legend)
    assert "Nobody's base" not in legend and "0–5 min" not in legend
    assert ink(opened, "villages") > timed  # the lines to the bases
    opened.page.mouse.move(*opened.pixel("village", "v1"))
    assert "South base" in opened.tip().split("\n")
    opened.update(layers=layers(villages=True), village_classes=classes(count, lines_label=""))
    assert "Straight line" not in opened.debug()["legend"]


def test_a_village_without_a_class_and_one_out_of_reach_are_drawn_as_before(open_map: Open) -> None:
    study = county()
    opened = shown(open_map(study), village_classes=classes(12, of=[-1] * 12))
    assert opened.debug()["drawn"]["villages"] == 12 and opened.errors == []
    opened.page.mouse.move(*opened.pixel("village", "v11"))  # unreachable in the state of the tests
    assert "unreachable" in opened.tip()


def test_two_legs_of_a_rescue_have_their_own_lines_in_the_legend(open_map: Open) -> None:
    line = [106.1, 28.1, 106.3, 28.3]
    legs = [
        {"kind": "road", "lines": line, "colour": "#B3261E", "label": "To the hospital", "width": 8},
        {"kind": "road", "lines": line, "colour": "#0072B2", "label": "To the scene", "width": 3.5, "bare": True},
    ]
    opened = shown(open_map(county()), routes=legs)
    legend = opened.debug()["legend"]
    assert {"To the hospital", "To the scene"} <= set(legend) and "route.road" not in legend
    colours = opened.frame.evaluate(
        """() => { const c = document.querySelector('.leaflet-yida-routes-pane canvas');
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; const seen = new Set();
        for (let i = 0; i < d.length; i += 4) if (d[i + 3] === 255) seen.add([d[i], d[i + 1], d[i + 2]].join());
        return [...seen]; }"""
    )
    assert {"179,38,30", "0,114,178"} <= set(colours)


def test_hostile_names_of_bases_and_classes_stay_text(open_map: Open) -> None:
    study = county()
    for text in HOSTILE:
        told = [mark("base", 106.3, 28.45, id=text, name=text, note=text, colour="#0072B2")]
        own = classes(12, title=text, lines_label=text)
        own["classes"][0]["label"] = text
        opened = shown(
            open_map(study), marks=told, marks_title=text, village_classes=own,
            mark_kinds={"base": {"look": text, "label": text}, "__proto__": {"look": "x", "label": text}},
        )  # fmt: skip
        opened.page.mouse.move(*opened.pixel("base", text))
        assert opened.frame.evaluate("document.querySelector('.yida-tip strong').textContent") == text
        assert opened.frame.evaluate("[window.pwned, parent.pwned]") == [None, None] and opened.errors == []
        assert (
            opened.frame.evaluate("document.querySelectorAll('.yida-legend-body img, .yida-legend-body script').length")
            == 0
        )
