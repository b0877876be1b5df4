"""The briefing that every county has, and the scene that others begin with. Joins the rooms."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from geo.analysis.presenting import Answer, uncovered_places, weakest_units
from geo.model.briefing import Briefing, Place, Scene
from geo.model.errors import N_
from geo.model.inputs import Study
from geo.study.answering import Answering
from geo.study.answers import assumptions_for

Translators = Mapping[str, Callable[[str], str]]  # language → message id → text
DEFAULT_TIERS = ("county_hospital", "township_hospital")  # kinds, so that every scheme has them
_WEAKEST, _LARGEST = 8, 12  # townships and villages pointed at in the ready briefing

REACHED = N_("Who is reached within {minutes} minutes")
SENTENCE = N_("{covered} of {population} people ({share}) are within {minutes} min of the nearest {counted}.")


def plain_scene(study: Study, translators: Translators) -> Scene:
    """A scene that asks what the map asks when it is first opened; whoever wants another question replaces fields."""
    scheme = study.scheme
    present = [kind for kind in DEFAULT_TIERS if any(t.kind == kind for t in scheme.tiers)]
    every = tuple(t.tier_id for t in scheme.tiers)
    return Scene(
        study=study.name,
        tiers=scheme.select(present) or every,
        title=in_all(translators, REACHED),
        sentence=in_all(translators, SENTENCE),
        shows=("coverage", "curve"),
        shown=tuple(t.tier_id for t in scheme.tiers if t.kind != "village_clinic") or every,
        assumptions=assumptions_for(study),
    )


def ready_briefing(study: Study, translators: Translators, base: Scene | None = None) -> Briefing:
    """The briefing that any county has: the county, its tiers, who is reached, who is not, where it is weakest.

    `base` gives the question (threshold, mode, tiers, assumptions, version). Scenes carry blanks, not figures, so they
    stay true for another threshold. Which townships and villages are pointed at is told from the study as it is.
    Raises NothingSelected.
    """
    base = base or plain_scene(study, translators)
    every = tuple(t.tier_id for t in study.scheme.tiers)
    answer = Answering(lambda name, version: (study, None)).answer(base)
    scenes = tuple(
        replace(base, title=in_all(translators, title), sentence=in_all(translators, sentence), **changes)
        for title, sentence, changes in _ready_scenes(answer, every)
    )
    return Briefing(in_all(translators, N_("Health services of {county}")), scenes)


def _ready_scenes(answer: Answer, every: tuple[str, ...]) -> list[tuple[str, str, dict[str, Any]]]:
    """Title, sentence and what differs from the plain scene, in the order of the briefing."""
    minutes, demand = answer.found["travel_time_min"], answer.study.demand
    weak = weakest_units(answer.units, _WEAKEST)["unit_code"]
    large = uncovered_places(demand, minutes, answer.scene.threshold_min, _LARGEST)["demand_id"]
    ground = ("roads", "units", "labels")
    return [
        (
            N_("{county} at a glance"),
            N_("{population} people live in {villages} villages of {townships} townships."),
            {"shows": ("county",), "layers": (*ground, "villages", "facilities"), "shown": answer.scene.tiers},
        ),
        (
            N_("The tiers of care"),
            N_("{facilities} facilities: {tier_counts}."),
            {"shows": ("tiers",), "layers": (*ground, "facilities"), "shown": every},
        ),
        (
            REACHED,
            SENTENCE,
            {"shows": ("coverage", "curve"), "layers": (*ground, "bands", "facilities")},
        ),
        (
            N_("Who is not reached within {minutes} minutes"),
            N_(
                "{uncovered} of {population} people in {outside} of {villages} villages are further away; "
                "{unreachable} of them have no way by road."
            ),
            {"shows": ("outside",), "layers": (*ground, "villages", "uncovered", "facilities")},
        ),
        (
            N_("The weakest townships"),
            N_("Least covered: {weakest}."),
            {
                "shows": ("townships",),
                "layers": (*ground, "bands", "facilities"),
                "highlighted": tuple(Place("unit", code) for code in weak),
            },
        ),
        (
            N_("Uncovered villages with the most people"),
            N_("The largest of {outside} villages outside: {largest}."),
            {
                "shows": ("villages",),
                "layers": (*ground, "uncovered", "facilities"),
                "highlighted": tuple(Place("village", code) for code in large),
            },
        ),
    ]


def in_all(translators: Translators, message: str) -> dict[str, str]:
    """A text in every language."""
    return {language: translate(message) for language, translate in translators.items()}
