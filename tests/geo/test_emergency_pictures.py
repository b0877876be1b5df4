"""The five pictures of an emergency's map as scenes, on the toy county by hand.

The policy's clock leaves 11 min to drive (4 min before, 15 in all). Drive minutes from F1: 西村 7, 中村 7, 北村 13,
东村 19; from F2: 18, 6, 12, 6; nobody reaches 岛村 and 远村. In a straight line within 5 km of a base: 西村 (750 m),
东村 (2.5 km), 远村 (4.75 km).
"""

import json
import re
from dataclasses import replace

import pytest

from geo.analysis.presenting import Answer
from geo.analysis.radius import nearest_m
from geo.model.bases import bases_of
from geo.model.briefing import PICTURES, Briefing, Rescue, Scene
from geo.model.clock import preset_clock
from geo.model.errors import BriefingInvalid
from geo.model.inputs import Study
from geo.model.scene_json import from_json, to_json
from geo.output.export import make_files
from geo.output.facts import short_facts
from geo.output.figures import scene_sentence, scene_title
from geo.output.picture import map_svg
from geo.output.release import Release, released
from geo.output.scene_map import map_minutes, scene_extras
from geo.study import assumptions_for
from geo.study.answering import Answering
from geo.study.briefing import plain_scene
from geo.study.page_scenes import rescue_scene
from tests.geo.briefings import TRANSLATORS, export
from tests.geo.test_emergency import with_bases

EN = TRANSLATORS["en"]
NAN = float("nan")
VILLAGES = ("西村", "中村", "北村", "东村", "岛村", "远村")


@pytest.fixture(scope="module")
def county(toy: Study) -> Study:
    return with_bases(toy)


def scene_of(study: Study, picture: str) -> Scene:
    rescue = Rescue(preset_clock("policy15"), "emergency", 20.0, bases_of(study.facility))
    layers = ("roads", "units", "villages", "uncovered")
    return rescue_scene(study, rescue, assumptions_for(study), layers, TRANSLATORS, picture=picture, radius_km=5.0)


@pytest.fixture(scope="module")
def answers(county: Study) -> dict[str, Answer]:
    answering = Answering(lambda name, version: (county, 3))
    return {picture: answering.answer(scene_of(county, picture)) for picture in PICTURES}


FIRST = (11, 10, 16, 10, NAN, NAN)
MINUTES = {
    "arrival": (FIRST, 15),
    "backup": ((22, 11, 17, 23, NAN, NAN), 15),
    "serves": (FIRST, 15),
    "radius": (FIRST, 15),
}


@pytest.mark.parametrize("picture", MINUTES)
def test_the_villages_are_coloured_by_the_minutes_of_the_picture(answers: dict[str, Answer], picture: str) -> None:
    minutes, limit = map_minutes(answers[picture])
    assert answers[picture].study.demand["name"].tolist() == list(VILLAGES)
    assert minutes.tolist() == pytest.approx(MINUTES[picture][0], rel=1e-3, nan_ok=True)
    assert limit == MINUTES[picture][1]


def test_at_the_hospital_is_held_against_its_own_limit(answers: dict[str, Answer]) -> None:
    answer = answers["hospital"]
    minutes, limit = map_minutes(answer)
    assert limit == 20 and answer.study.demand.loc[minutes <= limit, "population"].sum() == 3000
    assert "hospital within 20 min" in short_facts(answer, export("png", "en"), EN)
    assert "hospital within" not in short_facts(answers["arrival"], export("png", "en"), EN)


def test_villages_are_classed_by_the_base_that_serves_them_and_by_radius_against_clock(
    answers: dict[str, Answer],
) -> None:
    told = {picture: scene_extras(answer, EN, "en")["village_classes"] for picture, answer in answers.items()}
    assert [c["label"] for c in told["serves"]["classes"]] == ["县人民医院", "东乡卫生院"]
    assert told["serves"]["of"] == [0, 1, 1, 1, -1, -1]
    assert [c["label"] for c in told["radius"]["classes"]] == [
        "within 5 km and in time", "within 5 km, not within 15 min", "beyond 5 km, in time", "neither",
    ]  # fmt: skip
    assert told["radius"]["of"] == [0, 2, 3, 0, 3, 1]
    assert [told[picture] for picture in ("arrival", "hospital", "backup")] == [None] * 3


SAID = {
    "backup": "A second base arrives in time for 2,000 of 3,757 people (53.2 %); 1,400 people are reached in time by "
    "one base alone.",
    "radius": "1,407 of 3,757 people live within 5 km of a base in a straight line; 7 of them are not reached within "
    "15 min from the call.",
}


@pytest.mark.parametrize("picture", SAID)
def test_the_sentence_says_what_the_picture_shows(answers: dict[str, Answer], picture: str) -> None:
    assert re.sub(r"[\u202f\xa0]", " ", scene_sentence(answers[picture], EN, "en")) == SAID[picture]


@pytest.mark.parametrize("row", range(len(VILLAGES)))
def test_a_public_file_counts_within_the_radius_by_the_exact_places(county: Study, row: int) -> None:
    """A radius that just reaches a village: on places rounded to 10 m it would lie beyond, or another within."""
    straight_m = nearest_m(bases_of(county.facility), county.demand)
    scene = replace(scene_of(county, "radius"), radius_km=float(straight_m[row]) / 1000 + 1e-6)
    answer = Answering(lambda name, version: (county, 3)).answer(scene)
    public = released(answer, Release(public=True))
    told = [scene_extras(one, EN, "en")["village_classes"]["of"] for one in (answer, public)]
    assert told[0] == told[1] and scene_sentence(public, EN, "en") == scene_sentence(answer, EN, "en")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_titles_differ_and_leave_no_blank_and_no_word_of_the_other_language(
    answers: dict[str, Answer], language: str
) -> None:
    _ = TRANSLATORS[language]
    titles = [scene_title(answer, _, language) for answer in answers.values()]
    said = [*titles, *(scene_sentence(answer, _, language) for answer in answers.values())]
    assert len(set(titles)) == len(PICTURES) and not [text for text in said if re.search(r"[{}]", text)]
    assert language == "en" or not [text for text in said if re.search(r"[A-Za-z]{2,}", text)]


def test_the_printed_map_draws_the_picture_and_its_legend(answers: dict[str, Answer]) -> None:
    drawn = {picture: map_svg(answer, export("png", "en"), EN) for picture, answer in answers.items()}
    ties = re.findall(r'<g opacity="0.55"><path d="([^"]+)"', drawn["serves"])
    assert [d.count("L") for d in ties] == [1, 3], "a straight line for each village that somebody reaches"
    assert "Village to its base" in drawn["serves"] and "Village to its base" not in drawn["arrival"]
    for colour, count in {"#0072B2": 2, "#D55E00": 0, "#56B4E9": 1, "#b8bec3": 1}.items():
        dots = re.findall(rf'<circle [^>]*fill="{colour}"', drawn["radius"])
        assert len(dots) == count + 1, "the dots of the map and the one of the legend"
    assert "beyond 5 km, in time" in drawn["radius"]
    assert "Second base arrives" in drawn["backup"] and "over 20 min" in drawn["hospital"]


def test_a_file_that_opens_anywhere_shows_the_picture(answers: dict[str, Answer]) -> None:
    briefing = Briefing({}, tuple(answer.scene for answer in answers.values()))
    body = make_files(list(answers.values()), briefing, export("html", "en"))["html"].decode()
    data = json.loads(re.findall(r'<script type="application/json" id="yida-data">(.*?)</script>', body, re.S)[0])
    told = dict(zip(PICTURES, data["scenes"], strict=True))
    assert [told[picture]["state"]["threshold_min"] for picture in PICTURES] == [15, 20, 15, 15, 15]
    assert told["serves"]["en"]["map"]["village_classes"]["of"] == [0, 1, 1, 1, -1, -1]
    assert told["backup"]["state"]["minutes"] == [pytest.approx(m, rel=1e-3) for m in (22, 11, 17, 23)] + [None, None]


def test_scenes_that_differ_in_their_picture_alone_ask_the_same_question(answers: dict[str, Answer]) -> None:
    assert len({answer.question for answer in answers.values()}) == 1


def test_pictures_travel_as_json_and_older_briefings_have_the_first(county: Study) -> None:
    briefing = Briefing({}, tuple(scene_of(county, picture) for picture in PICTURES))
    assert from_json(to_json(briefing)) == briefing
    told = json.loads(to_json(briefing))
    for scene in told["scenes"]:
        del scene["picture"], scene["radius_km"]
    assert [scene.picture for scene in from_json(json.dumps(told)).scenes] == ["arrival"] * 5


@pytest.mark.parametrize("change", [{"picture": "magic"}, {"picture": 3}, {"radius_km": 0}, {"radius_km": "x"}])
def test_an_unknown_picture_is_refused_by_name(county: Study, change: dict[str, object]) -> None:
    told = json.loads(to_json(Briefing({}, (scene_of(county, "radius"),))))
    told["scenes"][0] |= change
    with pytest.raises(BriefingInvalid, match=next(iter(change))):
        from_json(json.dumps(told))


def test_a_map_of_plain_reach_has_no_picture_of_an_emergency(county: Study) -> None:
    with pytest.raises(BriefingInvalid, match="picture"):
        replace(plain_scene(county, TRANSLATORS), picture="serves")
