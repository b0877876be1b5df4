"""Briefings travel as JSON without loss, and what cannot be a scene is refused with the value that is wrong."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.model.assumptions import CONDITIONS, TERRAINS, Assumptions
from geo.model.bases import Base
from geo.model.briefing import (
    LAYERS,
    MOST_LETTERS,
    PLACE_KINDS,
    REACH,
    STRUCTURE,
    Briefing,
    Indicator,
    Place,
    Rescue,
    Scene,
    View,
    filled,
    in_language,
)
from geo.model.capabilities import load_capabilities
from geo.model.clock import STARTS, Clock
from geo.model.errors import BriefingInvalid
from geo.model.roads import MODES
from geo.model.scene_json import from_json, scene_values, to_json, with_changes

TEXT = st.text(max_size=40)
WORDS = st.dictionaries(st.sampled_from(["zh", "en"]), TEXT)
NAMES = st.text(min_size=1, max_size=20)
MINUTES = st.floats(0, 60)
BASES = st.builds(
    Base, base_id=NAMES, name=TEXT, unit_code=TEXT, lon=st.floats(-180, 180), lat=st.floats(-90, 90),
    ambulances=st.integers(0, 999), assumed=st.booleans(), day_only=st.booleans(), on=st.booleans(),
    added=st.booleans(),
)  # fmt: skip
RESCUES = st.builds(
    Rescue,
    clock=st.builds(
        Clock, st.floats(0, 60), st.floats(0, 60), st.floats(1, 120), st.sampled_from(STARTS), st.floats(0, 60)
    ),
    capability=st.sampled_from([c.capability_id for c in load_capabilities()]),
    limit_min=st.floats(1, 720),
    bases=st.lists(BASES, max_size=3).map(tuple),
)


def with_rescue(scene: Scene, rescue: Rescue | None) -> Scene:
    """A scene asks for a rescue by ambulance, on one threshold, and then shows no figure of reach."""
    if rescue is None:
        return scene
    limit = rescue.clock.threshold_min
    return replace(scene, mode="ambulance", threshold_min=limit, rescue=rescue, shows=("bases", "checks"))


SCENES = st.builds(
    with_rescue,
    st.builds(
        Scene,
        study=NAMES,
        tiers=st.lists(NAMES, min_size=1, max_size=3).map(tuple),
        title=WORDS,
        sentence=WORDS,
        shows=st.lists(st.sampled_from((*REACH, *STRUCTURE)), min_size=1, max_size=3).map(tuple),
        version=st.none() | st.integers(1, 10**6),
        shown=st.lists(NAMES, max_size=3).map(tuple),
        layers=st.lists(st.sampled_from(LAYERS), max_size=3).map(tuple),
        threshold_min=st.floats(1, 120),
        mode=st.sampled_from(MODES),
        assumptions=st.builds(
            Assumptions, condition=st.sampled_from(CONDITIONS), terrain=st.sampled_from(TERRAINS)
        ).flatmap(lambda a: st.floats(1, 99).map(lambda v: a.with_value("speed", "ambulance", "primary", v))),
        view=st.none() | st.builds(View, st.floats(-180, 180), st.floats(-90, 90), st.floats(0, 22)),
        highlighted=st.lists(st.builds(Place, st.sampled_from(PLACE_KINDS), NAMES), max_size=3).map(tuple),
        closed=st.lists(st.tuples(st.integers(0, 10**6), st.floats(0, 1)), max_size=3).map(tuple),
        indicator=st.none() | st.builds(Indicator, NAMES, TEXT, TEXT),
    ),
    st.none() | RESCUES,
)
PLAIN = Scene(study="toy", tiers=("county_hospital",), title={"zh": "概览"})


@given(st.builds(Briefing, WORDS, st.lists(SCENES, min_size=1, max_size=3).map(tuple)))
def test_a_briefing_comes_back_from_json_as_it_was(briefing: Briefing) -> None:
    assert from_json(to_json(briefing)) == briefing
    assert from_json(to_json(briefing).encode("utf-8", "surrogatepass")) == briefing


def test_json_holds_only_what_differs_from_the_default_assumptions() -> None:
    changed = PLAIN.assumptions.with_value("speed", "ambulance", "primary", 51)
    assert scene_values(replace(PLAIN, assumptions=changed))["assumptions"]["changed"] == {
        "speed.ambulance.primary": 51
    }
    assert scene_values(PLAIN)["assumptions"]["changed"] == {}
    assert with_changes(Assumptions(), {"speed.ambulance.primary": 51.0}) == changed


BAD = [
    ({"threshold_min": 0}, "threshold_min"),
    ({"threshold_min": "15"}, "threshold_min"),
    ({"threshold_min": True}, "threshold_min"),
    ({"tiers": []}, "tiers"),
    ({"tiers": "county_hospital"}, "tiers"),
    ({"shows": []}, "shows"),
    ({"study": ""}, "study"),
    ({"mode": "boat"}, "boat"),
    ({"shows": ["everything"]}, "everything"),
    ({"layers": ["clouds"]}, "clouds"),
    ({"view": [106, 28]}, "view"),
    ({"view": [106, 128, 9]}, "view"),
    ({"highlighted": [["planet", "1"]]}, "planet"),
    ({"highlighted": [["unit"]]}, "highlighted"),
    ({"title": {"zh": 1}}, "title"),
    ({"title": {"zh": "x" * (MOST_LETTERS + 1)}}, "title"),
    ({"assumptions": {"changed": {"speed.ambulance.river": 5}}}, "river"),
    ({"assumptions": {"changed": {"speed.ambulance.primary": 5000}}}, "5000"),
    ({"assumptions": {"condition": "war"}}, "war"),
    ({"assumptions": {"wind": 3}}, "wind"),
    ({"script": "alert(1)"}, "script"),
]


@pytest.mark.parametrize(("change", "said"), BAD, ids=[json.dumps(change)[:40] for change, _said in BAD])
def test_what_no_scene_can_be_is_refused_by_name(change: dict[str, object], said: str) -> None:
    raw = {"yida_briefing": 1, "title": {}, "scenes": [scene_values(PLAIN) | change]}
    with pytest.raises(BriefingInvalid, match=said):
        from_json(json.dumps(raw))


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "{}", '{"yida_briefing": 2}', '{"yida_briefing": 1, "title": {}}', "[" * 9999]
)
def test_what_is_no_briefing_is_refused(text: str) -> None:
    with pytest.raises(BriefingInvalid):
        from_json(text)


def test_a_briefing_needs_a_scene_and_can_be_pinned_to_a_version() -> None:
    with pytest.raises(BriefingInvalid, match="scenes"):
        Briefing({}, ())
    briefing = Briefing({}, (PLAIN, replace(PLAIN, version=2)))
    assert [scene.version for scene in briefing.pinned(7).scenes] == [7, 2]


def test_only_known_words_in_braces_are_blanks() -> None:
    said = "{covered} of {{cycler.__init__}} {0} {covered.real} {other}"
    assert (
        filled(said, {"covered": "3 {other}", "other": "x"}) == "3 {other} of {{cycler.__init__}} {0} {covered.real} x"
    )


def test_a_text_is_given_in_another_language_rather_than_not_at_all() -> None:
    assert in_language({"zh": "一", "en": "one"}, "en") == "one"
    assert in_language({"zh": "一", "en": ""}, "en") == "一"
    assert in_language({}, "en") == ""
