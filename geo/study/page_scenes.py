"""Scenes of what the pages beside the map ask: closed roads, an emergency, the structure, an indicator.

Each begins with the plain scene and says its figures in blanks, so that it stays true for another version. Joins the
rooms.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from geo.model.assumptions import Assumptions
from geo.model.briefing import PICTURES, Indicator, Rescue, Scene
from geo.model.clock import RADII_KM
from geo.model.errors import N_
from geo.model.inputs import Study
from geo.model.roads import Mode
from geo.study.briefing import Translators, in_all, plain_scene

_CLOSED = N_("What closed roads cost")
_CLOSED_SENTENCE = N_(
    "Closed roads: {closed}. {lost} of {covered_before} people are no longer within {minutes} min of the nearest "
    "{counted}; {cut_off} people are cut off."
)
_RESCUE = N_("Whom an ambulance reaches within {minutes} min {start}")
_RESCUE_SENTENCE = N_(
    "Ambulances of {serving} bases reach {covered} of {population} people ({share}) within {minutes} min {start}; "
    "{case} within {limit} min: {treated} people ({treated_share})."
)
_PICTURES = {  # title, sentence, figures
    "arrival": (_RESCUE, _RESCUE_SENTENCE, ("response", "hospital")),
    "hospital": (
        N_("Who is at a hospital within {limit} minutes {start}"), _RESCUE_SENTENCE, ("hospital", "response"),
    ),
    "backup": (
        N_("Where a second base arrives within {minutes} minutes {start}"),
        N_(
            "A second base arrives in time for {backed} of {population} people ({backed_share}); {single} people are "
            "reached in time by one base alone."
        ),
        ("response", "bases"),
    ),
    "serves": (N_("Which base arrives first"), _RESCUE_SENTENCE, ("bases", "response")),
    "radius": (
        N_("A radius of {radius} km beside {minutes} minutes {start}"),
        N_(
            "{within_radius} of {population} people live within {radius} km of a base in a straight line; "
            "{radius_only} of them are not reached within {minutes} min {start}."
        ),
        ("response", "hospital"),
    ),
}  # fmt: skip
_RESCUE_CLOSED = N_("Closed roads: {closed}.")
_ORGANISED = N_("Who leads whom")
_ORGANISED_SENTENCE = N_("{levels}. {communities} medical communities; the checks found {findings} things to look at.")
_CONNECTED = N_("Whom it connects: {networks}")
_CONNECTED_SENTENCE = N_("Connected — {connected}.")
_INDICATOR_SENTENCE = N_("{unit}: {met} of {judged} targets with a value are met.")


def closed_scene(base: Scene, closed: tuple[tuple[int, float], ...], translators: Translators) -> Scene:
    """The map's question with some roads closed; with none, as it is. Reach bands are of open roads: none is drawn."""
    layers = tuple(layer for layer in base.layers if layer != "bands")
    if not closed:
        return replace(base, page="roads", layers=layers)
    words = _words(translators, _CLOSED, _CLOSED_SENTENCE)
    return replace(base, page="roads", layers=layers, closed=closed, shows=("closure", "coverage"), **words)


def rescue_scene(
    study: Study,
    rescue: Rescue,
    assumptions: Assumptions,
    layers: Sequence[str],
    translators: Translators,
    closed: tuple[tuple[int, float], ...] = (),
    picture: str = PICTURES[0],
    radius_km: float = RADII_KM[0],
) -> Scene:
    """Both legs of an emergency on its clock, with some roads closed, in one of geo.model.briefing.PICTURES."""
    title, sentence, shows = _PICTURES[picture]
    words = _words(translators, title, sentence)
    if closed:
        more = in_all(translators, _RESCUE_CLOSED)
        words["sentence"] = {language: f"{text} {more[language]}" for language, text in words["sentence"].items()}
    return replace(
        plain_scene(study, translators),
        page="emergency",
        mode="ambulance",
        assumptions=assumptions,
        threshold_min=rescue.clock.threshold_min,
        rescue=rescue,
        picture=picture,
        radius_km=radius_km,
        closed=closed,
        layers=tuple(layers),
        shown=(),
        shows=shows,
        **words,
    )


def structure_scene(
    study: Study,
    mode: Mode,
    assumptions: Assumptions,
    *,
    lines: bool,
    villages: bool,
    translators: Translators,
    networks: tuple[str, ...] = (),
) -> Scene:
    """The levels, the communities and what is wrong with them; with networks drawn, whom those connect."""
    words = (_CONNECTED, _CONNECTED_SENTENCE) if networks else (_ORGANISED, _ORGANISED_SENTENCE)
    every = tuple(tier.tier_id for tier in study.scheme.tiers)
    extra = (*(["links"] if lines else []), *(["villages"] if villages else []))
    return replace(
        plain_scene(study, translators),
        page="structure",
        mode=mode,
        assumptions=assumptions,
        tiers=every,
        shown=every,
        layers=("roads", "units", "facilities", "labels", *extra),
        networks=networks,
        shows=("networks", "levels") if networks else ("levels", "communities"),
        **_words(translators, *words),
    )


def indicator_scene(study: Study, indicator: Indicator, translators: Translators) -> Scene:
    """One indicator by township, and how many targets are met."""
    return replace(
        plain_scene(study, translators),
        page="indicators",
        indicator=indicator,
        layers=("units", "labels"),
        shown=(),
        shows=("indicator", "aspects"),
        title=dict.fromkeys(translators, "{indicator}"),
        sentence=in_all(translators, _INDICATOR_SENTENCE),
    )


def _words(translators: Translators, title: str, sentence: str) -> dict[str, Any]:
    return {"title": in_all(translators, title), "sentence": in_all(translators, sentence)}
