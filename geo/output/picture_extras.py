"""What a printed map draws beside reach: coloured townships, lines, bases, hospitals, closed roads; and their legend.

The same looks as web/choropleth.js, links.js, marks.js and layers.js. Fourth floor: output.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo.analysis.presenting import Answer
from geo.model.links import link_kind
from geo.model.roads import Floats
from geo.output import inks, svg
from geo.output.link_layers import community_colours
from geo.output.plot import Plot, area_path

CLOSED, HOSPITAL, NO_COMMUNITY = "#a3195b", "#b3261e", "#6b7278"
_NONE, _HATCH, _OFF = "#f1f2f2", "#b4babf", "#7d858b"

Row = tuple[str, str]  # a small picture centred on (0, 0), and its words


def coloured_units(answer: Answer, plot: Plot, shown: Mapping[str, Any]) -> str:
    """Townships in the colours of their classes; those without a value hatched."""
    unit, out = answer.study.unit, [_hatch()]
    towns = unit.loc[(unit["level"] != "county") & unit.geometry.notna()]
    for code, area in zip(towns["unit_code"], towns.geometry, strict=True):
        at = shown["of"].get(code)
        fill = "url(#hatch)" if at is None else shown["classes"][at]["colour"]
        out.append(svg.path(area_path(plot, area), fill=fill, stroke="#ffffff", width=1.0))
    return "".join(out)


def _hatch() -> str:
    lines = svg.path("M-2 9L9-2M-2 3L3-2M3 9L9 3", stroke=_HATCH, width=1.0)
    tile = svg.rect(0, 0, 7, 7, _NONE) + lines
    return f'<pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse">{tile}</pattern>'


def organisation_lines(answer: Answer, plot: Plot) -> str:
    """Who is under whom, in the colours of the communities; the many lowest lines thin."""
    found, facility = answer.organisation, answer.study.facility
    if found is None:
        return ""
    tree, colours = found.tree, community_colours(found.tree)
    x, y = plot.xy(facility["lon"], facility["lat"])
    lowest = int(tree.tier[tree.open].max(initial=-1))
    groups: dict[tuple[str, bool], list[str]] = {}
    for child in np.flatnonzero(tree.open & (tree.parent >= 0)).tolist():
        parent = int(tree.parent[child])
        if np.isnan([x[child], x[parent]]).any():
            continue
        look = (colours.get(str(tree.community[child]), NO_COMMUNITY), int(tree.tier[child]) == lowest)
        groups.setdefault(look, []).append(f"M{x[child]:.1f} {y[child]:.1f}L{x[parent]:.1f} {y[parent]:.1f}")
    ordered = sorted(groups.items(), key=lambda group: not group[0][1])  # the thin ones below
    return "".join(
        f'<g opacity="{0.4 if thin else 0.85}">{svg.path("".join(d), stroke=colour, width=0.7 if thin else 2.0)}</g>'
        for (colour, thin), d in ordered
    )


def network_lines(answer: Answer, plot: Plot) -> str:
    """The links of the scene's networks as straight lines, each kind in its colour."""
    study, out = answer.study, []
    ends = pd.concat([
        table[[key, lon, lat]].set_axis(["end", "lon", "lat"], axis=1)
        for table, key, lon, lat in (
            (study.unit, "unit_code", "seat_lon", "seat_lat"),
            (study.demand, "demand_id", "lon", "lat"),
            (study.facility, "facility_id", "lon", "lat"),
        )
    ]).drop_duplicates("end", keep="last").set_index("end")  # fmt: skip
    for kind in map(link_kind, answer.scene.networks):
        rows = study.link[study.link["kind"] == kind.kind]
        (x0, y0), (x1, y1) = (
            plot.xy(*ends.reindex(rows[c])[["lon", "lat"]].to_numpy().T) for c in ("from_id", "to_id")
        )
        lines = np.column_stack([x0, y0, x1, y1])
        d = "".join(f"M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}" for a, b, c, d in lines[~np.isnan(lines).any(axis=1)].tolist())
        out.append(f'<g opacity="0.55">{svg.path(d, stroke=kind.colour, width=1.0)}</g>')
    return "".join(out)


def village_ties(plot: Plot, x: Floats, y: Floats, told: Mapping[str, Any]) -> str:
    """Straight lines from each village (at x, y) to where it is served from, in the colour of its class."""
    out = []
    for number, own in enumerate(told["classes"]):
        rows = [i for i, k in enumerate(told["of"]) if k == number and not math.isnan(x[i])]
        if own["at"] and rows:
            (u,), (v,) = (value.tolist() for value in plot.xy([own["at"][0]], [own["at"][1]]))
            d = "".join(f"M{u:.1f} {v:.1f}L{x[i]:.1f} {y[i]:.1f}" for i in rows)
            out.append(f'<g opacity="0.55">{svg.path(d, stroke=own["colour"], width=1.1)}</g>')
    return "".join(out)


def closed_roads(plot: Plot, routes: Iterable[Mapping[str, Any]]) -> str:
    """Closed segments, barred where they are broken."""
    out = []
    for route in routes:
        line = np.array(route["lines"]).reshape(-1, 2)
        x, y = plot.xy(line[:, 0], line[:, 1])
        d = "M" + "L".join(f"{u:.1f} {v:.1f}" for u, v in zip(x.tolist(), y.tolist(), strict=True))
        px, py = (v.tolist()[0] for v in plot.xy([route["at"][0]], [route["at"][1]]))
        out.append(svg.path(d, stroke=inks.HALO, width=7) + svg.path(d, stroke=CLOSED, width=3.5, dash="8 5"))
        out.append(f'<g transform="translate({px:.1f} {py:.1f})">{_barrier()}</g>')
    return "".join(out)


def _barrier() -> str:
    return svg.dot(0, 0, 7.5, CLOSED, "#ffffff", 1.6) + svg.path("M-4 0H4", stroke="#ffffff", width=2.4)


def drawn_marks(plot: Plot, extras: Mapping[str, Any]) -> str:
    """Bases and hospitals, in their order."""
    out = []
    for mark in extras.get("marks", ()):
        (x,), (y,) = (v.tolist() for v in plot.xy([mark["lon"]], [mark["lat"]]))
        if not math.isnan(x) and not plot.outside(np.array([x]), np.array([y]))[0]:
            look = extras["mark_kinds"][mark["kind"]]["look"]
            out.append(f'<g transform="translate({x:.1f} {y:.1f})">{_mark(look, mark["colour"])}</g>')
    return "".join(out)


def _mark(look: str, colour: str) -> str:
    if look == "hospital":
        square = svg.rect(-10, -10, 20, 20, inks.HALO) + svg.rect(-9, -9, 18, 18, "none", HOSPITAL)
        return square + svg.path("M-2.5-4V4M2.5-4V4M-2.5 0H2.5", stroke=HOSPITAL, width=1.6)
    off = look == "off"
    disc = svg.dot(0, 0, 8, inks.HALO, inks.HALO, 1) + svg.dot(0, 0, 6.6, "#f4f5f6" if off else colour, inks.HALO, 1)
    ring = svg.path("M0-6.6A6.6 6.6 0 1 1-.01-6.6", stroke=_OFF, width=1.3, dash="3 2.5") if off else ""
    if look == "added":
        ring = svg.path("M0-9.4A9.4 9.4 0 1 1-.01-9.4", stroke=inks.CHOSEN_LINE, width=1.2, dash="3 2.5")
    arms = ((math.sin(a) * 4.1, math.cos(a) * 4.1) for a in (0, math.pi / 3, 2 * math.pi / 3))
    star = "".join(f"M{-u:.1f} {-v:.1f}L{u:.1f} {v:.1f}" for u, v in arms)
    return disc + ring + svg.path(star, stroke=_OFF if off else inks.HALO, width=1.6)


# ---- the legend ----------------------------------------------------------------------------------------------------


def extra_sections(answer: Answer, extras: Mapping[str, Any], words: Mapping[str, str]) -> list[tuple[str, list[Row]]]:
    """Head and rows of what is drawn here."""
    sections: list[tuple[str, list[Row]]] = []
    if kinds := {mark["kind"] for mark in extras.get("marks", ())}:
        rows = [(_mark(k["look"], "#1d2b53"), k["label"]) for name, k in extras["mark_kinds"].items() if name in kinds]
        sections.append((extras["marks_title"], rows))
    if (told := extras.get("village_classes")) and "villages" in answer.scene.layers:
        used = set(told["of"])
        dots = [(svg.dot(0, 0, 5.5, c["colour"], "#5c7381"), c["label"]) for c in told["classes"]]
        rows = [row for k, row in enumerate(dots) if k in used]
        if told["lines_label"]:
            rows.append((svg.path("M-13 0H13", stroke="#5c7381", width=1.2), told["lines_label"]))
        sections.append((told["title"], rows))
    if shown := extras.get("choropleth"):
        rows = [(svg.rect(-12, -6, 24, 12, c["colour"], r=2), c["text"]) for c in reversed(shown["classes"])]
        units = answer.study.unit
        if set(units.loc[units["level"] != "county", "unit_code"]) - set(shown["of"]):
            rows.append((svg.rect(-12, -6, 24, 12, "url(#hatch)", _HATCH, 2), shown["none"]))
        sections.append((shown["title"], rows))
    if "links" in answer.scene.layers and answer.organisation:
        colours = community_colours(answer.organisation.tree)
        names = {c.community_id: c.lead_name or c.community_id for c in answer.organisation.communities}
        rows = [(svg.path("M-13 0H13", stroke=colours[c], width=2.4), names.get(c, c)) for c in colours]
        sections.append((words["links.manages"], rows))
    if answer.scene.networks:
        own = map(link_kind, answer.scene.networks)
        rows = [(svg.path("M-13 0H13", stroke=k.colour, width=2.0), words[f"link.{k.kind}"]) for k in own]
        sections.append((words["links.networks"], rows))
    if extras.get("routes"):
        sections.append((words["legend.route"], [(_barrier(), words["route.closed"])]))
    return sections
