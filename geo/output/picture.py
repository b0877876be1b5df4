"""The map of a scene as a picture, without a browser: SVG with all that a printed map must carry. Fourth floor: output.

Same colours, symbols and order of layers as the map on the page (web/layers.js). The font is typeset.py's.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.presenting import Answer
from geo.model.roads import CLASS_INDEX, ROAD_CLASSES, Floats
from geo.model.schemes import Tier
from geo.output import inks, svg
from geo.output.facts import Export, short_facts
from geo.output.language import Translate
from geo.output.legend import legend
from geo.output.names import short_names
from geo.output.picture_extras import (
    closed_roads,
    coloured_units,
    drawn_marks,
    network_lines,
    organisation_lines,
    village_ties,
)
from geo.output.plot import Plot, area_path, lines_path, plot_of
from geo.output.scene_map import is_timed, map_minutes, scene_extras
from geo.output.words import map_text

LEGEND_WIDTH, FOOT_HEIGHT = 216.0, 56.0
_TOLERANCE_M = 1.2  # times the size of a unit: finer bends would not be seen

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Sheet:
    """A map being drawn: the answer, its window, and what sizes follow from both."""

    answer: Answer
    plot: Plot
    outline: BaseGeometry
    extras: Mapping[str, Any]  # scene_map.scene_extras
    village_radius: float
    symbol_scale: float
    closer: float  # how much nearer than the whole county, as zoom counts it


def map_svg(answer: Answer, export: Export, _: Translate, width: float = 1280.0, height: float = 720.0) -> str:
    """The scene's map, `width` × `height` units; text is 13 units high. Call it with a released answer."""
    extras = scene_extras(answer, _, export.language)
    sheet = _sheet(answer, extras, width - LEGEND_WIDTH, height - FOOT_HEIGHT)
    words = map_text(_, export.language, answer.study.scheme, answer.study) | extras.get("text", {})
    side = legend(answer, extras, words, LEGEND_WIDTH - 16, sheet.village_radius, _major_roads(sheet))
    room = height - FOOT_HEIGHT - 16
    shrink = min(1.0, room / max(side.height, 1.0))
    return svg.document(
        width,
        height,
        _window(sheet, _),
        f'<g transform="translate({sheet.plot.width + 12:.1f} 8) scale({shrink:.3f})">{side.drawn}</g>',
        foot(answer, export, _, width, height),
    )


def _sheet(answer: Answer, extras: Mapping[str, Any], width: float, height: float) -> Sheet:
    outline = shapely.union_all(answer.study.outline.geometry.to_numpy())
    whole = plot_of(outline, None, width, height)
    plot = plot_of(outline, answer.scene.view, width, height) if answer.scene.view else whole
    closer = math.log2(whole.m_per_unit / plot.m_per_unit)
    west, south, east, north = outline.bounds
    (x0, x1), (y0, y1) = whole.xy([west, east], [south, north])
    side = math.sqrt(abs((x1 - x0) * (y1 - y0)))
    grow = min(max(1 + 0.24 * closer, 0.7), 3.5)
    room = side / math.sqrt(max(len(answer.study.demand), 1))
    radius = min(max(room * 0.11, 1.6), 4.5) * grow
    return Sheet(
        answer, plot, outline, extras, radius, min(max(side / 700, 0.7), 1.0) * min(1 + 0.14 * closer, 1.6), closer
    )


def _window(sheet: Sheet, _: Translate) -> str:
    plot, layers, extras = sheet.plot, sheet.answer.scene.layers, sheet.extras
    painted = {"bands": _bands, "roads": _roads, "villages": _villages, "uncovered": _villages, "units": _borders}
    names = [n for n in ("bands", "roads", "villages", "uncovered", "units") if n in layers]
    if "villages" in names and "uncovered" in names:
        names.remove("uncovered")  # one pass draws both
    clip = f'<clipPath id="window"><rect width="{plot.width:.1f}" height="{plot.height:.1f}"/></clipPath>'
    inside = [
        svg.rect(0, 0, plot.width, plot.height, inks.GROUND),
        svg.path(area_path(plot, sheet.outline), fill=inks.LAND),
        coloured_units(sheet.answer, plot, extras["choropleth"]) if "choropleth" in extras else "",
        *(painted[name](sheet) for name in names),
        organisation_lines(sheet.answer, plot) if "links" in layers else "",
        network_lines(sheet.answer, plot),
        _highlighted_units(sheet),
        closed_roads(plot, extras.get("routes", ())),
        _facilities(sheet) if "facilities" in layers else "",
        drawn_marks(plot, extras),
        _labels(sheet),
        _badge(sheet, _),
        _scale_bar(sheet, _),
        _north(sheet, _),
    ]
    return f'{clip}<g clip-path="url(#window)">{"".join(inside)}</g>' + svg.rect(
        0, 0, plot.width, plot.height, "none", inks.LINE
    )


def _bands(sheet: Sheet) -> str:
    """The far areas first: they contain the near ones. Cut at the outline, as on the page."""
    steps = inks.steps_within(sheet.answer.scene.threshold_min)
    clip = f'<clipPath id="county"><path clip-rule="evenodd" d="{area_path(sheet.plot, sheet.outline)}"/></clipPath>'
    areas = [
        svg.path(area_path(sheet.plot, _simpler(sheet, area)), fill=inks.minutes_colour(to, steps))
        for _from, to, area in reversed(sheet.answer.areas)
        if area is not None and not area.is_empty
    ]
    return f'{clip}<g clip-path="url(#county)"><g opacity="0.6">{"".join(areas)}</g></g>'


def _simpler(sheet: Sheet, shape: BaseGeometry) -> BaseGeometry:
    made: BaseGeometry = shapely.simplify(shape, sheet.plot.m_per_unit * _TOLERANCE_M / 111_000)
    return made


def _major_roads(sheet: Sheet) -> dict[str, tuple[float, str, str]]:
    """Class → width, colour, casing of what is drawn: main roads, and the others when near or when there are none."""
    present = [ROAD_CLASSES[c] for c in np.unique(sheet.answer.study.roads.road_class).tolist()]
    major = {name: inks.ROADS[name] for name in inks.ROADS if name in present}
    if sheet.closer >= 1.5 or not set(major) - {"ferry"}:
        return {name: inks.MINOR for name in present if name not in major} | major
    return major


def _roads(sheet: Sheet) -> str:
    roads = sheet.answer.study.roads
    edge = np.repeat(np.arange(roads.edge_count), np.diff(roads.vertex_offset))
    lines = shapely.linestrings(np.column_stack([roads.vertex_lon, roads.vertex_lat]), indices=edge)
    lines = shapely.simplify(lines, sheet.plot.m_per_unit * _TOLERANCE_M / 111_000, preserve_topology=False)
    grow = min(max(1 + 0.22 * sheet.closer, 0.7), 3.2)
    looks = _major_roads(sheet)
    paths = {c: lines_path(sheet.plot, lines[roads.road_class == CLASS_INDEX[c]]) for c in looks}
    casings = [svg.path(paths[c], stroke=edge, width=w * grow + 1.3) for c, (w, _c, edge) in looks.items() if edge]
    fills = [
        svg.path(paths[c], stroke=colour, width=w * grow, dash="5 4" if c == "ferry" else "")
        for c, (w, colour, _edge) in looks.items()
    ]
    return "".join(casings + fills)


def _villages(sheet: Sheet) -> str:
    """Small villages over large ones, so that none is lost under a neighbour."""
    answer = sheet.answer
    demand, (found, threshold_min) = answer.study.demand, map_minutes(answer)
    minutes, classes = found.to_numpy(dtype=float), sheet.extras.get("village_classes")
    x, y = sheet.plot.xy(demand["lon"], demand["lat"])
    radius = village_radii(demand["population"], sheet.village_radius)
    hidden = sheet.plot.outside(x, y)
    if "villages" not in answer.scene.layers:  # only those outside
        hidden |= minutes <= threshold_min
    order = [i for i in np.argsort(-radius, kind="stable").tolist() if not hidden[i]]
    if not is_timed(answer.scene):
        return "".join(svg.dot(x[i], y[i], radius[i], inks.NEUTRAL, "#5c7381") for i in order)
    steps = inks.steps_within(threshold_min)
    inside = [inks.minutes_colour(m, steps) for m in minutes.tolist()]
    if classes:
        inside = [classes["classes"][k]["colour"] if k >= 0 else "" for k in classes["of"]]
    ringed = (minutes > threshold_min) & ("uncovered" in answer.scene.layers)
    dots = (_village(x[i], y[i], radius[i], "" if math.isnan(minutes[i]) else inside[i], ringed[i]) for i in order)
    ties = village_ties(sheet.plot, x, y, classes) if classes and "villages" in answer.scene.layers else ""
    return ties + "".join(dots)


def village_radii(population: pd.Series, typical: float) -> Floats:
    """The radius of each village's dot: the area stands for its people; the median has the typical radius."""
    people = population.to_numpy(dtype=float)
    known = people[people > 0]
    median = float(np.median(known)) if len(known) else 1.0
    return np.clip(typical * np.sqrt(np.where(people > 0, people, 0) / median), 1.3, typical * 4)


def _village(x: float, y: float, r: float, colour: str, ringed: bool) -> str:
    """One without a colour is unreachable."""
    if not colour:
        return svg.crossed(x, y, max(r, 2.6))
    ring = svg.dot(x, y, r + 2.4, inks.HALO, inks.BEYOND_RING, 1.3) if ringed else ""
    return ring + svg.dot(x, y, r, colour, "#5c7381")


def _borders(sheet: Sheet) -> str:
    unit = sheet.answer.study.unit
    towns = unit.loc[(unit["level"] != "county") & unit.geometry.notna()].geometry.to_numpy()
    merged = shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(towns))))
    lines = lines_path(sheet.plot, np.asarray(merged))
    county = area_path(sheet.plot, _simpler(sheet, sheet.outline))
    return (
        svg.path(lines, stroke=inks.TOWN_LINE, width=1.1, dash="5 3.5")
        + svg.path(county, stroke="#ffffff", width=4.4)
        + svg.path(county, stroke=inks.COUNTY_LINE, width=2.0)
    )


def _highlighted_units(sheet: Sheet) -> str:
    codes = {p.item_id for p in sheet.answer.scene.highlighted if p.kind == "unit"}
    unit = sheet.answer.study.unit
    areas = unit.loc[unit["unit_code"].isin(codes) & unit.geometry.notna()].geometry
    d = "".join(area_path(sheet.plot, area) for area in areas)
    return svg.path(d, stroke="#ffffff", width=5.5) + svg.path(d, stroke=inks.CHOSEN_LINE, width=2.8)


def _facilities(sheet: Sheet) -> str:
    """Lower tiers first, so that a hospital is never hidden by a clinic."""
    scene, facility = sheet.answer.scene, sheet.answer.study.facility
    x, y = sheet.plot.xy(facility["lon"], facility["lat"])
    hidden = sheet.plot.outside(x, y)
    out = []
    for tier in reversed(drawn_tiers(sheet.answer)):
        colour = tier.colour if tier.tier_id in scene.tiers else inks.paler(tier.colour, 0.6)
        rows = np.flatnonzero((facility["tier"] == tier.tier_id).to_numpy() & ~hidden)
        size = tier.size_px * sheet.symbol_scale * (0.55 if tier.size_px < 5 else 0.85)
        out += [svg.symbol(tier.symbol, colour, x[i], y[i], size) for i in rows.tolist()]
    return "".join(out)


def drawn_tiers(answer: Answer) -> list[Tier]:
    """The tiers that the scene draws and the study has, top tier first."""
    present = set(answer.study.facility["tier"])
    tiers = answer.study.scheme.tiers
    return [t for t in tiers if t.tier_id in answer.scene.shown and t.tier_id in present]


def _labels(sheet: Sheet) -> str:
    """Names where they fit: highlighted places first, then townships in the table's order; none covers another."""
    taken: list[Box] = []
    out = []
    for x, y, name, look in [*_highlighted_points(sheet), *_town_names(sheet)]:
        wide = svg.width_of(name, look.size)
        left = min(max(x - wide / 2, 3.0), sheet.plot.width - wide - 3)
        box = (left - 2, y - look.size, left + wide + 2, y + 3)
        if any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken):
            continue
        taken.append(box)
        out.append(svg.text(left, y, name, look))
    return _rings(sheet) + "".join(out)


def _places(sheet: Sheet, kind: str) -> pd.DataFrame:
    study = sheet.answer.study
    table, key = (study.facility, "facility_id") if kind == "facility" else (study.demand, "demand_id")
    ids = [p.item_id for p in sheet.answer.scene.highlighted if p.kind == kind]
    found = table.set_index(key).reindex([i for i in ids if i in set(table[key])])
    return found.assign(name=short_names(found["name"]))


def _rings(sheet: Sheet) -> str:
    out = []
    for kind in ("facility", "village"):
        places = _places(sheet, kind)
        x, y = sheet.plot.xy(places["lon"], places["lat"])
        for u, v in zip(x[~np.isnan(x)].tolist(), y[~np.isnan(x)].tolist(), strict=True):
            out.append(svg.dot(u, v, 9, "none", "#ffffff", 4) + svg.dot(u, v, 9, "none", "#111827", 2.2))
    return "".join(out)


def _highlighted_points(sheet: Sheet) -> list[tuple[float, float, str, svg.Look]]:
    look = svg.Look(13, inks.INK, bold=True, halo=True)
    out = []
    for kind in ("facility", "village"):
        places = _places(sheet, kind)
        x, y = sheet.plot.xy(places["lon"], places["lat"])
        rows = zip(x.tolist(), y.tolist(), places["name"], sheet.plot.outside(x, y).tolist(), strict=True)
        out += [(u, v - 13, svg.shortened(name, 160, 13), look) for u, v, name, hidden in rows if not hidden]
    return out


def _town_names(sheet: Sheet) -> list[tuple[float, float, str, svg.Look]]:
    unit = sheet.answer.study.unit
    codes = {p.item_id for p in sheet.answer.scene.highlighted if p.kind == "unit"}
    if "labels" not in sheet.answer.scene.layers and not codes:
        return []
    towns = unit.loc[(unit["level"] != "county") & unit.geometry.notna()]
    if "labels" not in sheet.answer.scene.layers:
        towns = towns[towns["unit_code"].isin(codes)]
    inside = shapely.point_on_surface(towns.geometry.to_numpy())
    lon = np.where(towns["seat_lon"].notna(), towns["seat_lon"], shapely.get_x(inside))
    lat = np.where(towns["seat_lat"].notna(), towns["seat_lat"], shapely.get_y(inside))
    x, y = sheet.plot.xy(lon, lat)
    chosen = towns["unit_code"].isin(codes).to_numpy()
    order = np.argsort(~chosen, kind="stable").tolist()
    hidden = sheet.plot.outside(x, y, margin=-6.0)
    looks = {True: svg.Look(14, inks.CHOSEN_LINE, bold=True, halo=True), False: svg.Look(12.5, "#2b3740", halo=True)}
    names = [svg.shortened(name, 150, 13) for name in towns["name"]]
    return [(float(x[i]), float(y[i]) - 11, names[i], looks[bool(chosen[i])]) for i in order if not hidden[i]]


def _badge(sheet: Sheet, _: Translate) -> str:
    if not sheet.answer.study.illustrative:
        return ""
    said = _("Illustrative sample, not for decisions")
    wide = svg.width_of(said, 13) + 20
    return svg.rect(10, 10, wide, 26, "#fff4d6", "#c98a00", 5) + svg.text(
        20, 28, said, svg.Look(13, "#5c3d00", bold=True)
    )


def _scale_bar(sheet: Sheet, _: Translate) -> str:
    """A bar of a round length, about a sixth of the map."""
    wanted = sheet.plot.m_per_unit * sheet.plot.width / 6
    power = 10 ** math.floor(math.log10(wanted))
    length_m = max(n * power for n in (1, 2, 5) if n * power <= wanted)
    wide, x, y = length_m / sheet.plot.m_per_unit, 14.0, sheet.plot.height - 14
    said = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
    bar = f"M{x:.1f} {y - 6:.1f}V{y:.1f}H{x + wide:.1f}V{y - 6:.1f}"
    look = svg.Look(12, anchor="middle", halo=True)
    return (
        svg.path(bar, stroke="#ffffff", width=4)
        + svg.path(bar, stroke=inks.INK, width=1.6)
        + svg.text(x + wide / 2, y - 6, said, look)
    )


def _north(sheet: Sheet, _: Translate) -> str:
    x = sheet.plot.width - 24
    left = svg.path(f"M{x} 14L{x + 7} 36L{x} 31Z", fill=inks.COUNTY_LINE)
    right = svg.path(f"M{x} 14L{x - 7} 36L{x} 31Z", fill="#ffffff", stroke=inks.COUNTY_LINE)
    return left + right + svg.text(x, 50, _("N"), svg.Look(12, anchor="middle", halo=True))


def foot(answer: Answer, export: Export, _: Translate, width: float, height: float) -> str:
    """What a picture was made with, in two lines at most, its sources, and the stamp: FOOT_HEIGHT units high."""
    stamp = export.release.stamp(_)
    room = width - 44 - svg.width_of(stamp, 13)
    credit = map_text(_, export.language, answer.study.scheme, answer.study)["attribution"]
    source = svg.shortened(_("Sources: {credit}").format(credit=credit) if credit else "", width - 20, 11)
    lines = [*svg.wrapped(short_facts(answer, export, _), room, 11)[:2], source]
    y = height - FOOT_HEIGHT
    said = (svg.text(10, y + 16 + 15 * i, line, svg.Look(11, inks.SOFT)) for i, line in enumerate(lines))
    return "".join(said) + svg.text(width - 10, y + 18, stamp, svg.Look(13, "#8a1f14", "end", bold=True))
