"""The legend of a map picture: what is drawn, and nothing that is not. Fourth floor: output."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.analysis.presenting import Answer
from geo.output import inks, svg
from geo.output.picture_extras import Row, extra_sections
from geo.output.scene_map import is_timed, map_minutes

_ROW, _HEAD = 21.0, 25.0
_MAIN = ("motorway", "trunk", "primary", "secondary")


@dataclass(frozen=True)
class Legend:
    """A drawn legend and how high it is, in units."""

    drawn: str
    height: float


def legend(
    answer: Answer,
    extras: Mapping[str, Any],
    words: Mapping[str, str],
    width: float,
    village_radius: float,
    roads: Mapping[str, object],
) -> Legend:
    """The legend of a scene's map; `extras` are scene_map.scene_extras, `roads` the classes that are drawn."""
    by_class = bool(extras.get("village_classes"))
    sections = [
        *extra_sections(answer, extras, words),
        (words["layer.facilities"], list(_facility_rows(answer, words))),
        (words["legend.minutes"], list(_minute_rows(answer, words, by_class=by_class))),
        (_village_head(answer, words), list(_village_rows(answer, words, village_radius, by_class=by_class))),
        (words["legend.lines"], list(_line_rows(answer, words, roads))),
    ]
    y, out = 18.0, [svg.text(0, 16, words["legend"], svg.Look(15, bold=True))]
    for head, rows in sections:
        if rows:
            heads = svg.wrapped(head, width, 12)[:3]
            out += [
                svg.text(0, y + 22 + 15 * i, line, svg.Look(12, inks.SOFT, bold=True)) for i, line in enumerate(heads)
            ]
            y += _HEAD + 4 + 15 * (len(heads) - 1)
            for picture, said in rows:
                lines = svg.wrapped(said, width - 36, 12.5)[:2]
                out.append(f'<g transform="translate(15 {y + 10:.1f})">{picture}</g>')
                out += [svg.text(36, y + 14.5 + 15 * i, line, svg.Look(12.5)) for i, line in enumerate(lines)]
                y += _ROW + 15 * (len(lines) - 1)
    return Legend("".join(out), y + 8)


def _facility_rows(answer: Answer, words: Mapping[str, str]) -> Iterable[Row]:
    scene, present = answer.scene, set(answer.study.facility["tier"])
    if "facilities" not in scene.layers:
        return
    for tier in answer.study.scheme.tiers:
        if tier.tier_id in scene.shown and tier.tier_id in present:
            counted = tier.tier_id in scene.tiers
            colour = tier.colour if counted else inks.paler(tier.colour, 0.6)
            said = words[f"tier.{tier.tier_id}"] + ("" if counted else words["not_counted"])
            yield svg.symbol(tier.symbol, colour, 0, 0, min(tier.size_px, 8.0)), said


def _minute_rows(answer: Answer, words: Mapping[str, str], *, by_class: bool) -> Iterable[Row]:
    layers = answer.scene.layers
    if ("bands" not in layers and "villages" not in layers) or by_class or not is_timed(answer.scene):
        return
    for low, high, colour in inks.steps_within(map_minutes(answer)[1]):
        said = words["band"].replace("{from}", f"{low:g}").replace("{to}", f"{high:g}")
        box = f'<g opacity="0.75">{svg.rect(-12, -6, 24, 12, colour, r=2)}</g>'
        yield (box if "bands" in layers else svg.dot(0, 0, 5.5, colour, "#5c7381")), said


def _village_head(answer: Answer, words: Mapping[str, str]) -> str:
    return words["layer.villages" if "villages" in answer.scene.layers else "layer.uncovered"]


def _village_rows(answer: Answer, words: Mapping[str, str], radius: float, *, by_class: bool) -> Iterable[Row]:
    layers, (minutes, threshold_min) = answer.scene.layers, map_minutes(answer)
    if "villages" not in layers and "uncovered" not in layers:
        return
    timed = is_timed(answer.scene)
    if timed and (minutes > threshold_min).any():
        ring = svg.dot(0, 0, 7.4, inks.HALO, inks.BEYOND_RING, 1.3) if "uncovered" in layers else ""
        yield (
            ring + svg.dot(0, 0, 5, inks.HALO if by_class else inks.BEYOND, "#5c7381"),
            words["beyond"].replace("{n}", f"{threshold_min:g}"),
        )
    if timed and minutes.isna().any():
        yield svg.crossed(0, 0, 5), words["unreachable"]
    people = answer.study.demand["population"].to_numpy(dtype=float)
    if (people > 0).any():
        median = float(np.median(people[people > 0]))
        nice = _nice(median)
        size = min(max(radius * math.sqrt(nice / median), 1.3), 10.0)
        yield svg.dot(0, 0, size, "none", "#5b6770", 1.2), words["population"].replace("{n}", f"{nice:,.0f}")


def _nice(typical: float) -> float:
    power = 10.0 ** math.floor(math.log10(max(typical, 1.0)))
    return next(factor for factor in (1, 2, 5, 10) if factor * power >= typical * 0.75) * power


def _line_rows(answer: Answer, words: Mapping[str, str], roads: Mapping[str, object]) -> Iterable[Row]:
    if "roads" in answer.scene.layers:
        if set(roads) & set(_MAIN):
            yield _stripe("#8f8c84", 4.4) + _stripe("#ffffff", 2.6), words["road.major"]
        if set(roads) - set(_MAIN) - {"ferry"}:
            yield _stripe("#918e84", 1.4), words["road.minor"]
        if "ferry" in roads:
            yield _stripe("#6d93ad", 1.6, "5 4"), words["road.ferry"]
    if "units" in answer.scene.layers:
        kind = str(answer.study.outline["boundary_kind"].iloc[0])
        name = words["boundary.extent" if kind == "extent" else "boundary.county"]
        yield _stripe(inks.COUNTY_LINE, 2.2), name + _approximate(words, [kind])
        towns = answer.study.unit.loc[answer.study.unit["level"] != "county", "boundary_kind"].tolist()
        if towns:
            yield _stripe(inks.TOWN_LINE, 1.3, "5 3.5"), words["boundary.township"] + _approximate(words, towns)


def _approximate(words: Mapping[str, str], kinds: list[str]) -> str:
    return words["boundary.approximate"] if any(kind.startswith("approximate") for kind in kinds) else ""


def _stripe(colour: str, width: float, dash: str = "") -> str:
    return svg.path("M-13 0H13", stroke=colour, width=width, dash=dash)
