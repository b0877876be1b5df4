"""Scenes answered, and the briefing that every county has. Joins the rooms."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar, cast

import pandas as pd
from shapely.geometry.base import BaseGeometry

from geo.analysis.coverage import coverage, coverage_by_unit
from geo.analysis.presenting import Answer, edges_of, named_units, uncovered_places, weakest_units
from geo.model.briefing import Briefing, Place, Scene
from geo.model.errors import N_, BriefingInvalid
from geo.model.inputs import Study
from geo.network.reach import Surface, contour
from geo.study.answers import Network, assumptions_for, nearest_by_tier, nearest_counted, network_of, surface_of

Opened = Callable[[str, int | None], tuple[Study, int | None]]  # name, version → the study and its version
Translators = Mapping[str, Callable[[str], str]]  # language → message id → text
DEFAULT_TIERS = ("county_hospital", "township_hospital")  # kinds, so that every scheme has them
_WEAKEST, _LARGEST = 8, 12  # townships and villages pointed at in the ready briefing

REACHED = N_("Who is reached within {minutes} minutes")
SENTENCE = N_("{covered} of {population} people ({share}) are within {minutes} min of the nearest {counted}.")

Key = tuple[object, ...]
T = TypeVar("T")


class Answering:
    """Answers scenes, and keeps networks, times and surfaces that several scenes of a briefing share."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._kept: dict[Key, object] = {}

    def answers(self, briefing: Briefing) -> Iterator[Answer]:
        """The scenes answered one after the other, so that progress can be told. Raises as `answer`."""
        for scene in briefing.scenes:
            yield self.answer(scene)

    def answer(self, scene: Scene) -> Answer:
        """One scene, answered. Places that are gone are named in `missing`, and cost nothing else.

        Raises StudyMissing, VersionMissing, NothingSelected, and BriefingInvalid for tiers the scheme does not have.
        """
        study, version = self._once(("study", scene.study, scene.version), lambda: self._open(scene))
        _check_tiers(study, scene)
        way = (study.content_id, scene.mode, scene.assumptions.content_id())
        network = self._once(("network", *way), lambda: network_of(study, scene.mode, scene.assumptions))
        times = self._once(("times", *way), lambda: nearest_by_tier(study, network))
        found = nearest_counted(study, times, scene.tiers)
        surface = self._surface(way, study, network, scene)
        minutes = found["travel_time_min"]
        units = coverage_by_unit(study.demand, minutes, scene.threshold_min)
        return Answer(
            scene=scene,
            study=study,
            version=version,
            times=times,
            found=found,
            whole=coverage(minutes, study.demand["population"], scene.threshold_min),
            units=named_units(units, study.unit),
            areas=_areas(surface, scene.threshold_min),
            surface=surface,
            missing=tuple(p for p in scene.highlighted if p.item_id not in _ids(study, p.kind)),
        )

    def _open(self, scene: Scene) -> tuple[Study, int | None]:
        return self._opened(scene.study, scene.version)

    def _surface(self, way: Key, study: Study, network: Network, scene: Scene) -> Surface:
        limit = max(edges_of(scene.threshold_min))
        key = ("surface", *way, scene.tiers, limit)
        return self._once(key, lambda: surface_of(study, network, scene.tiers, limit))

    def _once(self, key: Key, make: Callable[[], T]) -> T:
        if key not in self._kept:
            self._kept[key] = make()
        return cast(T, self._kept[key])


def _check_tiers(study: Study, scene: Scene) -> None:
    known = {tier.tier_id for tier in study.scheme.tiers}
    unknown = ({*scene.tiers, *scene.shown}) - known
    if unknown:
        raise BriefingInvalid(what="tiers", value=", ".join(sorted(unknown)))


def _areas(surface: Surface, threshold_min: float) -> tuple[tuple[float, float, BaseGeometry], ...]:
    edges = [e for e in edges_of(threshold_min) if e <= threshold_min]
    return tuple((low, high, contour(surface, high)) for low, high in pairwise([0.0, *edges]))


def _ids(study: Study, kind: str) -> set[str]:
    table: tuple[pd.DataFrame, str] = {
        "unit": (study.unit, "unit_code"),
        "facility": (study.facility, "facility_id"),
        "village": (study.demand, "demand_id"),
    }[kind]
    return set(table[0][table[1]])


def plain_scene(study: Study, translators: Translators) -> Scene:
    """A scene that asks what the map asks when it is first opened; whoever wants another question replaces fields."""
    scheme = study.scheme
    present = [kind for kind in DEFAULT_TIERS if any(t.kind == kind for t in scheme.tiers)]
    every = tuple(t.tier_id for t in scheme.tiers)
    return Scene(
        study=study.name,
        tiers=scheme.select(present) or every,
        title=_say(translators, REACHED),
        sentence=_say(translators, SENTENCE),
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
        replace(base, title=_say(translators, title), sentence=_say(translators, sentence), **changes)
        for title, sentence, changes in _ready_scenes(answer, every)
    )
    return Briefing(_say(translators, N_("Health services of {county}")), scenes)


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


def _say(translators: Translators, message: str) -> dict[str, str]:
    return {language: translate(message) for language, translate in translators.items()}
