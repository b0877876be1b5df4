"""The printed map carries what a map must carry, in true proportions, and shows what its scene asks for."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.analysis.presenting import Answer
from geo.model.briefing import LAYERS, Place, Scene, View
from geo.model.inputs import Study
from geo.output import inks, svg, typeset
from geo.output.export import picture_svg
from geo.output.facts import short_facts
from geo.output.picture import LEGEND_WIDTH, drawn_tiers, map_svg, village_radii
from geo.output.plot import area_path, plot_of
from geo.output.release import Release
from geo.study.answering import Answering
from tests.geo.briefings import TRANSLATORS, answered, export, ready

EN = TRANSLATORS["en"]
WIDTH, HEIGHT = 1200.0, 800.0


def drawn(answer: Answer, release: Release | None = None, width: float = WIDTH, height: float = HEIGHT) -> ET.Element:
    return ET.fromstring(map_svg(answer, export("svg", "en", release=release or Release()), EN, width, height))


def texts(root: ET.Element) -> list[str]:
    return ["".join(e.itertext()) for e in root.iter() if e.tag.endswith("text")]


def scene_of(toy: Study, **changes: object) -> Answer:
    scene: Scene = replace(ready(toy).scenes[2], **changes)  # type: ignore[arg-type]
    return Answering(lambda name, version: (toy, 3)).answer(scene)


def test_it_carries_legend_scale_north_date_source_and_stamp(toy: Study) -> None:
    source = {"credit": "© Somebody", "what": "", "source": "", "licence": "", "date": ""}
    credited = replace(toy, header={**toy.header, "attribution": [source]})
    said = texts(drawn(answered(credited)[2]))
    assert {"Legend", "N", "Internal working map, not for publication", "Sources: © Somebody"} <= set(said)
    assert any(re.fullmatch(r"[125]0* (km|m)", text) for text in said)
    foot = " ".join(said)
    for part in short_facts(answered(toy)[2], export("svg", "en"), EN).split(" · "):
        assert part in foot
    numbered = texts(drawn(answered(toy)[2], Release(True, "黔S(2024)012号")))
    assert "Review number: 黔S(2024)012号" in numbered
    assert "Internal working map, not for publication" not in numbered


@pytest.mark.parametrize("figure", ["coverage", "curve"])
@pytest.mark.parametrize("form", ["svg", "png"])
def test_a_chart_carries_facts_date_source_and_stamp_as_the_map_does(toy: Study, figure: str, form: str) -> None:
    source = {"credit": "© Somebody", "what": "", "source": "", "licence": "", "date": ""}
    answer = answered(replace(toy, header={**toy.header, "attribution": [source]}))[2]
    asked = export(form, "en", figure=figure, size="760x480")
    said = texts(ET.fromstring(picture_svg(answer, asked, EN, 760, 480)))
    assert {"Internal working map, not for publication", "Sources: © Somebody"} <= set(said)
    assert not [part for part in short_facts(answer, asked, EN).split(" · ") if part not in " ".join(said)]
    numbered = replace(asked, release=Release(True, "黔S(2024)012号"))
    said = texts(ET.fromstring(picture_svg(answer, numbered, EN, 760, 480)))
    assert "Review number: 黔S(2024)012号" in said and "Internal working map, not for publication" not in said


def test_an_illustrative_sample_wears_its_badge(toy: Study) -> None:
    sample = replace(toy, header={**toy.header, "illustrative": True})
    assert "Illustrative sample, not for decisions" in texts(drawn(answered(sample)[2]))
    assert "Illustrative sample, not for decisions" not in texts(drawn(answered(toy)[2]))


@pytest.mark.parametrize("layer", LAYERS)
def test_the_legend_explains_what_is_drawn_and_nothing_else(toy: Study, layer: str) -> None:
    said = texts(drawn(scene_of(toy, layers=(layer,))))
    explained = {
        "facilities": "County public hospital", "bands": "0–5 min", "villages": "over 10 min",
        "uncovered": "over 10 min",
        "roads": "Main road", "units": "County boundary",
    }  # fmt: skip
    for name, words in explained.items():
        assert (words in said) == (words == explained.get(layer) or (layer == "villages" and name == "bands")), name


def test_every_tier_drawn_is_in_the_legend_and_those_not_counted_say_so(toy: Study) -> None:
    answer = scene_of(toy, tiers=("county_hospital",), shown=("county_hospital", "village_clinic"))
    assert [t.tier_id for t in drawn_tiers(answer)] == ["county_hospital", "village_clinic"]
    said = texts(drawn(answer))
    assert "County public hospital" in said and "not counted" in " ".join(said)


def test_a_kilometre_is_as_long_everywhere_and_the_bar_tells_it_true(toy: Study) -> None:
    """The toy's road from the hospital to the health centre is 13 km long on the plane."""
    outline = shapely.union_all(toy.outline.geometry.to_numpy())
    plot = plot_of(outline, None, WIDTH - LEGEND_WIDTH, HEIGHT)
    places = toy.facility.set_index("facility_id").loc[["F1", "F2"]]
    x, y = plot.xy(places["lon"], places["lat"])
    assert np.hypot(np.diff(x), np.diff(y))[0] * plot.m_per_unit == pytest.approx(np.hypot(13_000, 250), rel=1e-3)
    root = drawn(answered(toy)[2])
    inked = [e.get("d", "") for e in root.iter() if e.get("stroke") == inks.INK]
    (bar,) = [d for d in inked if re.fullmatch(r"M[\d.]+ [\d.]+V[\d.]+H[\d.]+V[\d.]+", d)]
    left, right = (float(n) for n in re.findall(r"^M([\d.]+).*H([\d.]+)", bar)[0])
    (label,) = {t for t in texts(root) if re.fullmatch(r"\d+ (km|m)", t)}
    metres = float(label.split()[0]) * (1000 if label.endswith("km") else 1)
    shown = plot_of(outline, None, WIDTH - LEGEND_WIDTH, HEIGHT - 56)
    assert (right - left) * shown.m_per_unit == pytest.approx(metres, rel=0.01)


def test_the_whole_county_fits_and_holes_stay_open() -> None:
    ring = shapely.box(106, 28, 106.4, 28.4).difference(shapely.box(106.1, 28.1, 106.2, 28.2))
    plot = plot_of(ring, None, 600, 300)
    x, y = plot.xy([106, 106.4], [28.4, 28])
    assert (x > 0).all() and (x < 600).all() and (y > 0).all() and (y < 300).all()
    assert area_path(plot, ring).count("Z") == 2


def test_a_view_shows_what_the_page_showed(toy: Study) -> None:
    lon, lat = toy.demand.loc[toy.demand["demand_id"] == "V4", ["lon", "lat"]].iloc[0]
    near = scene_of(toy, view=View(float(lon), float(lat), 15.0), layers=("villages", "labels", "facilities"))
    outline = shapely.union_all(toy.outline.geometry.to_numpy())
    plot = plot_of(outline, near.scene.view, 800, 600)
    x, y = plot.xy([lon], [lat])
    assert (x[0], y[0]) == pytest.approx((400, 300))
    # At zoom 15 a web map shows 4.78 m a pixel at the equator; its 1,100 px are spread over the picture's 800 units.
    assert plot.m_per_unit == pytest.approx(156543.034 * np.cos(np.radians(lat)) / 2**15 * 1100 / 800, rel=1e-6)
    assert count(drawn(near)) < count(drawn(scene_of(toy, layers=("villages",))))


def count(root: ET.Element) -> int:
    return len([e for e in root.iter() if e.tag.endswith("circle")])


def test_highlighted_places_are_ringed_and_named(toy: Study) -> None:
    answer = scene_of(toy, highlighted=(Place("village", "V3"), Place("facility", "F1"), Place("village", "gone")))
    root = drawn(answer)
    circles = [e for e in root.iter() if e.tag.endswith("circle")]
    rings = [e for e in circles if e.get("r") == "9.0" and e.get("stroke") == "#111827"]
    assert len(rings) == 2 and {"北村", "县人民医院"} <= set(texts(root))


def test_names_do_not_cover_each_other(toy: Study) -> None:
    crowd = toy.demand.assign(lon=toy.demand["lon"].iloc[0], lat=toy.demand["lat"].iloc[0])
    places = tuple(Place("village", f"V{i}") for i in range(1, 7))
    answer = scene_of(replace(toy, demand=crowd), highlighted=places)
    names = [t for t in texts(drawn(answer)) if t in set(toy.demand["name"])]
    assert len(set(names)) == 1


def test_a_dot_stands_for_its_people_by_area() -> None:
    radii = village_radii(pd.Series([0.0, 100.0, 400.0, 900.0, np.nan]), 3.0)
    assert radii[2] / radii[1] == pytest.approx(2) and radii[0] == radii[4] == 1.3
    assert village_radii(pd.Series([0.0]), 3.0).tolist() == [1.3]


def test_a_picture_needs_no_font_of_the_machine(toy: Study) -> None:
    """Two characters that differ are two shapes: a missing font would draw the same empty box for both."""

    def pixels(words: str) -> bytes:
        return typeset.picture(svg.document(60, 30, svg.text(4, 22, words)), 60, 30, "png")

    shapes = {pixels(word) for word in ("医", "达", "村", "镇", "A", "1")}
    assert len(shapes) == 6
    assert {font.family for font in typeset._fonts().fonts()} <= {"Noto Sans SC", "Noto Serif SC"}
