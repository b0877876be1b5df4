"""Scenes answered, whichever page they were captured from. Joins the rooms."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar, cast

import pandas as pd
from shapely.geometry.base import BaseGeometry

from geo.analysis.coverage import coverage, coverage_by_unit
from geo.analysis.indicators import by_unit
from geo.analysis.networks import summary
from geo.analysis.presenting import Answer, edges_of, named_units
from geo.analysis.radius import nearest_m
from geo.analysis.scene_parts import Closure, Judgement, Organisation, Response
from geo.analysis.tiers import count_tiers
from geo.model.briefing import STRUCTURE, Briefing, Indicator, Rescue, Scene
from geo.model.errors import BriefingInvalid
from geo.model.inputs import Study
from geo.network.breaks import NO_BREAKS
from geo.network.reach import Surface, contour
from geo.study import closing, emergency
from geo.study.answers import Network, nearest_by_tier, nearest_counted, network_of, surface_of
from geo.study.conditions import with_breaks
from geo.study.indicators import board_of, entries_for, unit_names
from geo.study.structure import structure_of

Opened = Callable[[str, int | None], tuple[Study, int | None]]  # name, version → the study and its version
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

        Raises StudyMissing, VersionMissing, NothingSelected, ChoiceUnknown for a unit, OutOfRange for a closed road
        that the study does not have, and BriefingInvalid for tiers or an indicator that it does not know.
        """
        study, version = self._once(
            ("study", scene.study, scene.version), lambda: self._opened(scene.study, scene.version)
        )
        _check_tiers(study, scene)
        way = (study.content_id, scene.mode, scene.assumptions.content_id())
        network = self._once(("network", *way), lambda: network_of(study, scene.mode, scene.assumptions))
        times = self._once(("times", *way), lambda: nearest_by_tier(study, network))
        answer = self._reach(way, study, version, network, times, scene)
        if scene.rescue:
            answer = self._rescue(way, network, answer, scene.rescue)
        elif scene.closed:
            answer = self._closure(way, network, answer)
        if scene.links or set(scene.shows) & set(STRUCTURE):
            key = ("organisation", *way)
            answer = replace(answer, organisation=self._once(key, lambda: _organisation(study, network, times)))
        return replace(answer, judgement=_judgement(study, scene.indicator)) if scene.indicator else answer

    def _reach(
        self, way: Key, study: Study, version: int | None, network: Network, times: pd.DataFrame, scene: Scene
    ) -> Answer:
        """The answer on open roads."""
        found = nearest_counted(study, times, scene.tiers)
        surface = self._surface(way, study, network, scene)
        answer = Answer(
            scene=scene,
            study=study,
            version=version,
            times=times,
            found=found,
            whole=coverage(found["travel_time_min"], study.demand["population"], scene.threshold_min),
            units=pd.DataFrame(),
            areas=_areas(surface, scene.threshold_min) if surface else (),
            surface=surface,
            missing=tuple(p for p in scene.highlighted if p.item_id not in _ids(study, p.kind)),
        )
        return _with_found(answer, found)

    def _surface(self, way: Key, study: Study, network: Network, scene: Scene) -> Surface | None:
        """None for a scene whose minutes are not those of open roads to the facilities that count."""
        if scene.closed or scene.rescue:
            return None
        limit = max(edges_of(scene.threshold_min))
        key = ("surface", *way, scene.tiers, limit)
        return self._once(key, lambda: surface_of(study, network, scene.tiers, limit))

    def _closure(self, way: Key, network: Network, answer: Answer) -> Answer:
        study, scene = answer.study, answer.scene
        breaks = closing.checked_breaks(study, dict(scene.closed))
        care = self._once(("care", *way, scene.tiers), lambda: closing.care_of(study, network, scene.tiers))
        before, after = closing.found_with(care, NO_BREAKS), closing.found_with(care, breaks)
        whole = coverage(before["travel_time_min"], study.demand["population"], scene.threshold_min)
        lost = closing.losses(study, before, after, scene.threshold_min)
        return replace(_with_found(answer, after), closure=Closure(whole, lost))

    def _rescue(self, way: Key, network: Network, answer: Answer, asked: Rescue) -> Answer:
        study, assumptions = answer.study, answer.scene.assumptions
        breaks = closing.checked_breaks(study, dict(answer.scene.closed))
        inward = self._once(("inward", *way), lambda: emergency.inward(study, assumptions))
        found = emergency.answer(
            study,
            asked.bases,
            emergency.drive_matrix(with_breaks(network, breaks), asked.bases),
            emergency.nearest_hospital(study, with_breaks(inward, breaks), asked.capability),
            asked.clock,
            night=assumptions.condition == "night",
        )
        known = found.response["base_id"].isin(study.facility["facility_id"])
        first = pd.DataFrame({
            "demand_id": found.response["demand_id"],
            "facility_id": found.response["base_id"].where(known, ""),
            "travel_time_min": found.response["arrival_min"],
        })  # fmt: skip
        response = Response(
            table=found.response,
            by_base=found.by_base,
            serving=frozenset(base.base_id for base in found.bases),
            hospital=emergency.hospital_coverage(found, asked.limit_min),
            hospital_rows=emergency.hospital_rows(study, asked.capability),
            straight_m=nearest_m(found.bases, study.demand),
        )
        return replace(_with_found(answer, first), response=response)

    def _once(self, key: Key, make: Callable[[], T]) -> T:
        if key not in self._kept:
            self._kept[key] = make()
        return cast(T, self._kept[key])


def _with_found(answer: Answer, found: pd.DataFrame) -> Answer:
    """The answer for other minutes: people and townships are counted anew."""
    minutes, study, limit = found["travel_time_min"], answer.study, answer.scene.threshold_min
    return replace(
        answer,
        found=found,
        whole=coverage(minutes, study.demand["population"], limit),
        units=named_units(coverage_by_unit(study.demand, minutes, limit), study.unit),
    )


def _organisation(study: Study, network: Network, times: pd.DataFrame) -> Organisation:
    found = structure_of(study, network, times)
    counts = count_tiers(study.facility, study.scheme)
    return Organisation(
        counts=counts,
        tree=found.tree,
        entry=found.entry.row,
        findings=tuple(found.findings),
        unasked=found.unasked,
        communities=tuple(found.communities),
        networks=summary(study.link, study.facility, study.demand, study.scheme),
    )


def _judgement(study: Study, asked: Indicator) -> Judgement:
    entries = entries_for(study)
    standings = tuple(board_of(study, asked.unit_code))
    known = {standing.entry.code: standing.entry for standing in standings} | {e.code: e for e in entries}
    if asked.code not in known:
        raise BriefingInvalid(what="indicator", value=asked.code)
    table = by_unit(study.indicator, entries, asked.code, asked.period, study.unit["unit_code"].tolist())
    table.insert(1, "name", study.unit["name"].to_numpy())
    name = unit_names(study)[asked.unit_code] if asked.unit_code else ""
    return Judgement(name, standings, known[asked.code], table)


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
