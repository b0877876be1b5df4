"""Scenes answered on the toy county, by hand, and the briefing that every county has."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from geo.analysis.presenting import (
    edges_of,
    named_units,
    people_by_minutes,
    share_within,
    tier_table,
    uncovered_places,
    weakest_units,
)
from geo.intake.manifest import sample_names
from geo.model.briefing import Place
from geo.model.errors import BriefingInvalid, NothingSelected, YidaError
from geo.model.inputs import Study
from geo.model.scene_json import from_json, to_json
from geo.output.figures import scene_sentence, scene_title
from geo.output.language import translator
from geo.study.answering import Answering
from geo.study.briefing import plain_scene
from geo.study.build import with_tables
from tests.geo.briefings import TRANSLATORS, answered, ready

Said = Callable[[YidaError], dict[str, str]]


def test_the_ready_briefing_says_the_county_the_tiers_who_is_reached_who_is_not_and_where(toy: Study) -> None:
    briefing = ready(toy)
    assert [scene.shows[0] for scene in briefing.scenes] == [
        "county", "tiers", "coverage", "outside", "townships", "villages",
    ]  # fmt: skip
    assert [p.item_id for p in briefing.scenes[5].highlighted] == ["V3", "V5", "V6"]  # 300, 50 and 7 people
    assert all(scene.study == "toy" and scene.threshold_min == 10 for scene in briefing.scenes)
    assert from_json(to_json(briefing)) == briefing


def test_its_sentences_carry_the_figures_of_the_study_with_denominators(toy: Study) -> None:
    answers = answered(toy)
    said = [scene_sentence(a, str, "en") for a in answers]
    assert said[0] == "3,757 people live in 6 villages of 1 townships."
    assert said[1].startswith("3 facilities: County public hospital 1, ")
    assert said[2].startswith(
        "3,400 of 3,757 people (90.5 %) are within 10 min of the nearest County public hospital, "
    )
    assert said[3] == "357 of 3,757 people in 3 of 6 villages are further away; 57 of them have no way by road."
    assert said[5] == "The largest of 3 villages outside: 北村 300, 岛村 50, 远村 7."
    assert [scene_title(a, str, "en") for a in answers][2] == "Who is reached within 10 minutes"
    chinese = scene_sentence(answers[2], translator("zh"), "zh")
    assert "3,400" in chinese and "3,757" in chinese and "{" not in chinese


def test_a_sentence_follows_its_scene_to_another_threshold(toy: Study) -> None:
    scene = replace(ready(toy).scenes[2], threshold_min=15.0)
    answer = Answering(lambda name, version: (toy, 1)).answer(scene)
    assert scene_sentence(answer, str, "en").startswith("3,700 of 3,757 people (98.5 %) are within 15 min")


def test_an_answer_is_counted_by_hand(toy: Study) -> None:
    answer = answered(toy)[2]
    whole = answer.whole
    assert (whole.population, whole.covered, whole.beyond, whole.unreachable) == (3757, 3400, 300, 57)
    assert [(low, high) for low, high, _area in answer.areas] == [(0, 5), (5, 10)]
    assert answer.version == 3 and answer.missing == ()
    minutes, people = answer.found["travel_time_min"], toy.demand["population"]
    classes = people_by_minutes(minutes, people, edges_of(10.0))
    assert dict(zip(classes["to_min"].fillna(-1), classes["people"], strict=True)) == {
        5.0: 0, 10.0: 3400, 15.0: 300, 30.0: 0, 60.0: 0, float("inf"): 0, -1: 57,
    }  # fmt: skip
    assert classes["people"].sum() == 3757 and classes["places"].sum() == 6
    assert share_within(minutes, people, [5, 6.5, 10, 12.5])["people"].tolist() == [0, 2400, 3400, 3700]
    assert uncovered_places(toy.demand, minutes, 10, 2)["demand_id"].tolist() == ["V3", "V5"]


def test_each_tier_is_counted_alone(toy: Study) -> None:
    """Within 10 min the hospital reaches 西村 and 中村, the health centre 中村 and 东村, the clinic 北村 and 中村."""
    answer = answered(toy)[1]
    tiers = ["county_hospital", "township_hospital_general", "village_clinic"]
    table = tier_table(toy.facility, answer.times, toy.demand, tiers, 10.0)
    assert table["people"].tolist() == [3000, 2400, 2300] and table["facilities"].tolist() == [1, 1, 1]
    closed = toy.facility.assign(status=toy.facility["status"].where(toy.facility["facility_id"] != "F3", "closed"))
    assert tier_table(closed, answer.times, toy.demand, tiers, 10.0)["facilities"].tolist() == [1, 1, 0]


def test_the_least_covered_township_comes_first_and_the_fully_covered_is_not_weak(toy: Study) -> None:
    units = answered(toy)[4].units
    shares = units["share_pct"].tolist()
    assert shares == sorted(shares)
    weak = weakest_units(units, 8)
    assert (weak["covered"] < weak["population"]).all() and len(weakest_units(units, 1)) == 1
    assert named_units(units.drop(columns="name"), toy.unit)["name"].tolist() == units["name"].tolist()


def test_a_place_that_is_gone_is_named_and_costs_nothing_else(toy: Study) -> None:
    scene = replace(ready(toy).scenes[2], highlighted=(Place("facility", "F9"), Place("facility", "F1")))
    answer = Answering(lambda name, version: (toy, 1)).answer(scene)
    assert answer.missing == (Place("facility", "F9"),) and answer.whole.covered == 3400


def test_tiers_that_the_scheme_does_not_have_are_said(toy: Study, said: Said) -> None:
    scene = replace(ready(toy).scenes[2], tiers=("county_hospital", "temple"))
    with pytest.raises(BriefingInvalid) as caught:
        Answering(lambda name, version: (toy, 1)).answer(scene)
    assert "temple" in said(caught.value)["en"] and "county_hospital" not in said(caught.value)["en"]


def test_a_county_without_a_counting_facility_is_said(toy: Study) -> None:
    nobody = with_tables(
        toy, {"facility": toy.facility[toy.facility["tier"] == "village_clinic"].reset_index(drop=True)}
    )
    with pytest.raises(NothingSelected):
        answered(nobody, ready(nobody))


def test_scenes_share_what_they_have_in_common(toy: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = []
    from geo.study import answering as room

    real = room.network_of
    monkeypatch.setattr(room, "network_of", lambda *given: counted.append(1) or real(*given))
    answered(toy, ready(toy))
    assert len(counted) == 2  # once to see where it is weakest, once for all six scenes


def test_the_plain_scene_counts_what_the_map_counts_at_first(toy: Study) -> None:
    scene = plain_scene(toy, TRANSLATORS)
    assert scene.tiers == ("county_hospital", "key_township_hospital", "township_hospital_general")
    assert scene.threshold_min == 15 and scene.assumptions.terrain == toy.terrain and sample_names()
