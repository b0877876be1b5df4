"""Scenes of the pages beside the map on the toy county, by hand: figures, words, maps and every kind of file.

Closed at (6500, 3000) the road north: 北村 (300 people), 12 min before, is cut off. The bases are F1 and F2 with the
policy's clock (tests/geo/test_emergency.py): 3,400 of 3,757 people in 15 min from the call, 1,400 of them by one base
alone, 3,000 in hospital within 20 min. The indicator: 30 of 100 visits in 示范县's only township of the table.
"""

import io
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest

from geo.analysis.presenting import Answer
from geo.model.bases import bases_of
from geo.model.briefing import CLOSURE, INDICATORS, RESCUE, STRUCTURE, Briefing, Indicator, Place, Rescue, Scene
from geo.model.clock import preset_clock
from geo.model.errors import BriefingInvalid, OutOfRange, SurfaceMissing
from geo.model.inputs import Study
from geo.model.roads import CLASS_INDEX
from geo.model.scene_json import from_json, to_json
from geo.network.snapping import EdgeIndex
from geo.output.export import make_files
from geo.output.facts import facts
from geo.output.figure import Figure
from geo.output.figures import figure_of, scene_sentence, scene_title, shown_figures
from geo.output.picture import map_svg
from geo.output.release import Release
from geo.output.scene_map import organisation_layer, scene_extras
from geo.study import assumptions_for, network_of
from geo.study import closing as closing_roads
from geo.study.answering import Answering
from geo.study.briefing import plain_scene
from geo.study.page_scenes import closed_scene, indicator_scene, rescue_scene, structure_scene
from tests.geo.briefings import HOSTILE, TRANSLATORS, export
from tests.geo.network.conftest import degrees
from tests.geo.test_emergency import with_bases

EN = TRANSLATORS["en"]
CODE = "yida:primary_share"
POLICY = preset_clock("policy15")


@pytest.fixture(scope="module")
def county(toy: Study) -> Study:
    return with_all_pages(toy)


def with_all_pages(toy: Study) -> Study:
    """The toy county with bases, a community, and one indicator of its township."""
    based = with_bases(toy)
    facility = based.facility.assign(
        community_id="A", parent_id=based.facility["facility_id"].map({"F1": "", "F2": "F1", "F3": "F2"})
    )
    row = {"indicator_code": CODE, "unit_code": toy.unit["unit_code"].iat[0], "period": "2025", "source": "册 1"}
    row |= {"numerator": 30.0, "denominator": 100.0}
    indicator = pd.DataFrame([row]).reindex(columns=toy.indicator.columns).astype(toy.indicator.dtypes)
    return replace(based, facility=facility, indicator=indicator)


def answered(study: Study, scene: Scene) -> Answer:
    return Answering(lambda name, version: (study, 3)).answer(scene)


def roads_scene(study: Study) -> Scene:
    plain = replace(plain_scene(study, TRANSLATORS), layers=("bands", "roads", "units", "villages", "facilities"))
    network = network_of(study, "ambulance", plain.assumptions)
    lon, lat = degrees([(6500, 3000)])
    index = EdgeIndex(network.graph, network.assumptions)
    found = closing_roads.segment_at(index, study.roads, float(lon[0]), float(lat[0]), 300)
    assert found is not None
    return closed_scene(plain, (found,), TRANSLATORS)


def emergency_scene(study: Study) -> Scene:
    rescue = Rescue(POLICY, "emergency", 20.0, bases_of(study.facility))
    return rescue_scene(study, rescue, assumptions_for(study), ("roads", "units", "villages"), TRANSLATORS)


def organised_scene(study: Study) -> Scene:
    assumptions = assumptions_for(study)
    return structure_scene(study, "car", assumptions, lines=True, villages=True, translators=TRANSLATORS)


def judged_scene(study: Study) -> Scene:
    return indicator_scene(study, Indicator(CODE, "2025"), TRANSLATORS)


SCENES: dict[str, Callable[[Study], Scene]] = {
    "roads": roads_scene, "emergency": emergency_scene, "structure": organised_scene, "indicators": judged_scene,
}  # fmt: skip


def figures(answer: Answer, language: str = "en") -> dict[str, Figure]:
    return {figure.key: figure for figure in shown_figures(answer, TRANSLATORS[language], language)}


# ---- figures by hand -----------------------------------------------------------------------------------------------


def test_a_closed_road_cuts_off_north_village(county: Study) -> None:
    answer = answered(county, roads_scene(county))
    shown = figures(answer)
    assert (shown["closure"].value, shown["closure"].chart.keys) == ("300", ("village:V3",))
    assert shown["closure"].of == "of 3,700 people within it on open roads; 3,400 of 3,757 are left"
    assert shown["closure"].table[["Village", "People", "What happens"]].values.tolist() == [["北村", 300, "cut off"]]
    assert shown["coverage"].of == "3,400 of 3,757 people"
    assert scene_sentence(answer, EN, "en").startswith("Closed roads: 1. 300 of 3,700 people are no longer within")
    where = dict(facts(answer, export("pdf", "en"), EN))["Closed roads"].split()
    lon, lat = degrees([(6500, 3000)])
    assert [float(w) for w in where] == pytest.approx([lon[0], lat[0]], abs=2e-4), "where the road is broken"
    assert answer.areas == () and answer.surface is None, "reach bands would be those of open roads"


def test_who_was_beyond_the_threshold_before_has_not_fallen_out_of_it(county: Study) -> None:
    """北村 is 12 min away: at 10 min its road costs nobody the threshold, though it is cut off."""
    shown = figures(answered(county, replace(roads_scene(county), threshold_min=10.0)))["closure"]
    assert (shown.value, shown.chart.keys) == ("0", ())
    assert shown.table[["Village", "What happens"]].values.tolist() == [["北村", "cut off"]]


def test_with_no_road_closed_the_scene_is_the_maps_question(county: Study) -> None:
    plain = plain_scene(county, TRANSLATORS)
    scene = closed_scene(plain, (), TRANSLATORS)
    assert scene.shows == plain.shows and not set(scene.figures) & set(CLOSURE)
    assert answered(county, scene).whole.covered == 3700


def test_an_emergency_counts_on_its_clock(county: Study) -> None:
    answer = answered(county, emergency_scene(county))
    shown = {key: figure_of(answer, key, EN, "en") for key in RESCUE}
    assert (shown["response"].value, shown["response"].of) == ("90.5 %", "3,400 of 3,757 people")
    assert shown["response"].title == "Reached within 15 min from the call"
    assert shown["hospital"].of == "3,000 of 3,757 people" and "20 min from the call" in shown["hospital"].title
    assert (shown["bases"].value, shown["bases"].of) == ("1,400", "of 3,400 people reached")
    assert dict(zip(shown["bases"].table["Base"], shown["bases"].table["Only it reaches"], strict=True)) == {
        "县人民医院": 1000,
        "东乡卫生院": 400,
    }
    minutes = dict(zip(county.demand["name"], answer.found["travel_time_min"], strict=True))
    assert minutes["西村"] == pytest.approx(11, rel=1e-3) and np.isnan(minutes["远村"])
    said = dict(facts(answer, export("pdf", "en"), EN))
    assert said["Clock start"].startswith("15 min from the call: call handling 1 + turnout 3")
    assert said["Bases in service"] == "县人民医院 (2), 东乡卫生院 (1)" and "Speeds, km/h" in said


def test_an_emergency_with_a_closed_road_counts_without_it_and_says_where_it_is(county: Study) -> None:
    east = int(np.flatnonzero(county.roads.road_class == CLASS_INDEX["unclassified"])[0])  # to 东村, 400 people
    scene = emergency_scene(county)
    closed = rescue_scene(
        county, scene.rescue, scene.assumptions, scene.layers, TRANSLATORS, closed=((east, 0.5),)
    )  # fmt: skip
    answer = answered(county, closed)
    assert figure_of(answer, "response", EN, "en").of == "3,000 of 3,757 people"
    assert figure_of(answer, "hospital", EN, "en").of == "3,000 of 3,757 people"
    assert len(dict(facts(answer, export("pdf", "en"), EN))["Closed roads"].split()) == 2
    assert scene_sentence(answer, EN, "en").endswith(" Closed roads: 1.")
    assert "Closed" not in scene_sentence(answered(county, scene), EN, "en")


def test_a_file_tells_the_speed_factors_of_every_road_and_not_of_one(county: Study) -> None:
    scene = emergency_scene(county)
    for condition, factor in (("night", "0.90"), ("snow", "0.60 to 0.80 depending on the road")):
        asked = replace(scene, assumptions=replace(scene.assumptions, condition=condition))
        said = dict(facts(answered(county, asked), export("pdf", "en"), EN))["Conditions"]
        assert said.endswith(f"plain; all speeds times {factor}")


def test_minutes_of_an_ambulance_are_never_shown_as_minutes_to_the_nearest_facility(county: Study) -> None:
    scene = emergency_scene(county)
    for key in ("coverage", "townships", "closure"):
        with pytest.raises(BriefingInvalid):
            replace(scene, shows=(key,))
        with pytest.raises(BriefingInvalid):
            figure_of(answered(county, scene), key, EN, "en")


def test_the_structure_counts_levels_communities_and_findings(county: Study) -> None:
    answer = answered(county, organised_scene(county))
    shown = {key: figure_of(answer, key, EN, "en") for key in STRUCTURE}
    assert shown["levels"].value == "3" and shown["levels"].table["Facilities"].tolist() == [1, 0, 1, 0, 1]
    assert shown["levels"].table["In the scheme"].tolist() == ["2", "5", "N", "N", "N"]
    assert shown["communities"].value == "1" and shown["communities"].of.endswith("of 3,757 people belong to one")
    assert shown["checks"].value == f"{len(shown['checks'].table)}" and len(shown["checks"].table)
    assert sum(shown["checks"].chart.values) == len(shown["checks"].table)
    lines = json.loads(organisation_layer(answer))
    assert lines["parent"] == [-1, 0, 1] and lines["communities"][0]["name"] == "县人民医院"


def test_an_indicator_has_its_parts_and_its_townships(county: Study) -> None:
    answer = answered(county, judged_scene(county))
    shown = figures(answer)
    assert shown["indicator"].value == "30.0 %" and "30 of 100" in shown["indicator"].of
    assert shown["indicator"].table["Value"].tolist() == [30.0]
    areas = scene_extras(answer, EN, "en")["choropleth"]
    code = county.unit["unit_code"].iat[0]
    assert areas["of"] == {code: 0} and areas["tips"][code][:2] == ["30.0 %", "30 of 100"]
    assert shown["aspects"].value == "0" and shown["aspects"].of.startswith("of 1 targets met")


# ---- bad input -----------------------------------------------------------------------------------------------------


def test_what_the_study_does_not_have_is_refused_in_words(county: Study) -> None:
    with pytest.raises(OutOfRange):
        answered(county, replace(roads_scene(county), closed=((99, 0.5),)))
    with pytest.raises(BriefingInvalid):
        answered(county, indicator_scene(county, Indicator("nobody", "2025"), TRANSLATORS))
    with pytest.raises(SurfaceMissing):
        make_files([answered(county, emergency_scene(county))], briefing_of(county), export("tif"))


BROKEN = [
    ({"closed": [[1]]}, "closed"), ({"closed": "1@0.5"}, "closed"), ({"rescue": {"clock": {}}}, "rescue"),
    ({"indicator": {"code": 3, "period": ""}}, "code"), ({"indicator": {"period": ""}}, "code"),
    ({"indicator": {"code": "a", "period": "", "more": 1}}, "indicator"), ({"rescue": 7}, "rescue"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "named"), BROKEN)
def test_a_broken_question_in_a_file_is_named(county: Study, change: dict[str, object], named: str) -> None:
    told = json.loads(to_json(briefing_of(county)))
    told["scenes"][0] |= change
    with pytest.raises(BriefingInvalid, match=named):
        from_json(json.dumps(told))


def test_a_clock_out_of_bounds_and_an_unknown_case_are_refused(county: Study) -> None:
    told = json.loads(to_json(Briefing({}, (emergency_scene(county),))))
    for change in ({"start": "yesterday"}, {"turnout_min": -1}, {"threshold_min": "x"}, {"threshold_min": 10}):
        bad = json.loads(json.dumps(told))
        bad["scenes"][0]["rescue"]["clock"] |= change
        with pytest.raises(BriefingInvalid):
            from_json(json.dumps(bad))
    for change in ({"lon": 1e11}, {"lat": -91}, {"ambulances": -1}, {"on": "yes"}):
        bad = json.loads(json.dumps(told))
        bad["scenes"][0]["rescue"]["bases"][0] |= change
        with pytest.raises(BriefingInvalid):
            from_json(json.dumps(bad))
    told["scenes"][0]["rescue"]["capability"] = "magic"
    with pytest.raises(BriefingInvalid, match="magic"):
        from_json(json.dumps(told))


# ---- words, maps, files --------------------------------------------------------------------------------------------


def briefing_of(study: Study) -> Briefing:
    return Briefing({"zh": "四页", "en": "Four pages"}, tuple(make(study) for make in SCENES.values()))


def test_they_travel_as_json(county: Study) -> None:
    assert from_json(to_json(briefing_of(county))) == briefing_of(county)


@pytest.mark.parametrize("page", SCENES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_titles_and_sentences_leave_no_blank_and_no_word_of_the_other_language(
    county: Study, page: str, language: str
) -> None:
    answer, _ = answered(county, SCENES[page](county)), TRANSLATORS[language]
    said = [scene_title(answer, _, language), scene_sentence(answer, _, language)]
    said += [text for f in shown_figures(answer, _, language) for text in (f.title, f.of, *f.table.columns)]
    assert not [text for text in said if re.search(r"[{}]", text)]
    if language == "zh":
        assert not [text for text in said if re.search(r"[A-Za-z]{2,}", str(text))]


DRAWN = {
    "roads": "#a3195b",
    "emergency": "Base in service",
    "structure": "Management, by community",
    "indicators": "under 65 % (target)",
}


@pytest.mark.parametrize("page", SCENES)
def test_the_printed_map_shows_what_the_page_shows(county: Study, page: str) -> None:
    drawn, plain = (
        map_svg(answered(county, scene), export("png", "en"), EN)
        for scene in (SCENES[page](county), plain_scene(county, TRANSLATORS))
    )
    assert DRAWN[page] in drawn and DRAWN[page] not in plain


@pytest.mark.parametrize("public", [False, True])
def test_every_kind_of_file_holds_every_figure_of_every_page(county: Study, public: bool) -> None:
    from openpyxl import load_workbook
    from pptx import Presentation
    from pypdf import PdfReader

    briefing, release = briefing_of(county), Release(public=public)
    answers = [answered(county, scene) for scene in briefing.scenes]
    values = [figure.value for answer in answers for figure in shown_figures(answer, EN, "en")]
    texts = {}
    for form in ("html", "pptx", "pdf", "xlsx"):
        body = make_files(answers, briefing, export(form, "en", release=release))[form]
        if form == "html":
            texts[form] = body.decode()
        elif form == "pptx":
            slides = Presentation(io.BytesIO(body)).slides
            texts[form] = " ".join(s.text_frame.text for slide in slides for s in slide.shapes if s.has_text_frame)
        elif form == "pdf":
            texts[form] = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
        else:
            rows = (row for sheet in load_workbook(io.BytesIO(body)) for row in sheet.iter_rows(values_only=True))
            texts[form] = " ".join(str(cell) for row in rows for cell in row)
    for form, text in texts.items():
        plain = re.sub(r"\s+", " ", text.replace("\u202f", " ").replace("\xa0", " "))
        assert not [value for value in values if value not in plain], form


def test_a_geopackage_holds_bases_closed_roads_and_the_indicator(county: Study, tmp_path: Path) -> None:
    told = {}
    for page, make in SCENES.items():
        path = tmp_path / f"{page}.gpkg"
        path.write_bytes(make_files([answered(county, make(county))], briefing_of(county), export("gpkg"))["gpkg"])
        with closing(sqlite3.connect(path)) as database:
            styled = {name for (name,) in database.execute("SELECT f_table_name FROM layer_styles")}
        layers = {str(name) for name in pyogrio.list_layers(path)[:, 0]} - {"layer_styles", "about"}
        assert styled == layers, "every layer has its style"
        told[page] = path
    closed = pyogrio.read_dataframe(told["roads"], layer="closed_roads")
    assert closed["edge"].tolist() == [edge for edge, _at in roads_scene(county).closed]
    lengths = closed.to_crs(closed.estimate_utm_crs()).length
    assert lengths.iloc[0] == pytest.approx(5500, rel=5e-3), "the whole road north"
    bases = pyogrio.read_dataframe(told["emergency"], layer="bases").set_index("base_id")
    assert bases["people_only"].to_dict() == {"F1": 1000, "F2": 400} and bases["in_service"].all()
    towns = pyogrio.read_dataframe(told["indicators"], layer="townships")
    assert towns[["indicator", "value", "numerator", "denominator"]].iloc[0].tolist() == [CODE, 30, 30, 100]


def test_hostile_names_stay_text_on_the_map_and_in_the_file(county: Study) -> None:
    facility = county.facility.assign(name=HOSTILE[:3])
    study = replace(county, facility=facility, demand=county.demand.assign(name=HOSTILE[1]))
    answers = [answered(study, make(study)) for make in SCENES.values()]
    for answer in answers:
        assert "<script>window" not in map_svg(answer, export("svg"), EN) and "<img" not in map_svg(
            answer, export("svg"), EN
        )
    body = make_files(answers, briefing_of(study), export("html"))["html"].decode()
    assert "<img" not in body and body.count("<script>") == body.count("</script>") - 1


def test_a_public_file_rounds_bases_and_drops_sources_and_numbers(county: Study) -> None:
    named = county.facility.assign(name=county.facility["name"] + " 电话13812345678", lon=county.facility["lon"] + 1e-7)
    study = replace(county, facility=named)
    answers = [answered(study, make(study)) for make in SCENES.values()]
    body = make_files(answers, briefing_of(study), export("html", release=Release(public=True)))["html"].decode()
    assert "13812345678" not in body and "册 1" not in body
    inside = make_files(answers, briefing_of(study), export("html"))["html"].decode()
    assert "13812345678" in inside


def test_highlighted_places_are_pointed_at_on_every_page(county: Study) -> None:
    scene = replace(organised_scene(county), highlighted=(Place("facility", "F2"), Place("facility", "gone")))
    assert answered(county, scene).missing == (Place("facility", "gone"),)


def test_the_figures_offered_follow_the_question(county: Study) -> None:
    offered = {page: set(make(county).figures) for page, make in SCENES.items()}
    assert all(set(STRUCTURE) <= keys for keys in offered.values())
    assert [page for page, keys in offered.items() if set(RESCUE) <= keys] == ["emergency"]
    assert [page for page, keys in offered.items() if set(CLOSURE) <= keys] == ["roads"]
    assert [page for page, keys in offered.items() if set(INDICATORS) <= keys] == ["indicators"]
