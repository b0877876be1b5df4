"""What a scene's map shows, in the words of web/*.js: minutes, an emergency, closed roads, coloured townships, lines.

One description for the page of the scene, the player and the printed map. Fourth floor: output.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from geo.analysis.indicators import Figure
from geo.analysis.presenting import Answer
from geo.analysis.scene_parts import Response
from geo.model.briefing import Rescue, Scene
from geo.model.indicators import Entry
from geo.model.links import load_link_kinds
from geo.model.roads import Floats, Roads
from geo.output.choropleth import choropleth
from geo.output.county_figures import indicator_edges
from geo.output.indicator_text import STATUS_NAMES, class_texts, parts_text, target_text, value_text
from geo.output.language import Translate
from geo.output.link_layers import links_layer
from geo.output.rescue_map import base_colours, mark_kinds, marks, picture_words, shown_minutes, village_classes


def is_timed(scene: Scene) -> bool:
    """Whether the villages of a scene's map are coloured by minutes."""
    return scene.indicator is None and not scene.links


def scene_extras(answer: Answer, _: Translate, language: str) -> dict[str, Any]:
    """The part of a map's state that says what is drawn beside the layers of reach; its texts under `text`."""
    scene, out = answer.scene, dict[str, Any]()
    if scene.rescue and answer.response:
        out |= _rescue_extras(answer, scene.rescue, answer.response, _, language)
    if scene.closed:
        out["routes"] = closed_routes(answer.study.roads, scene.closed)
    if answer.judgement and scene.indicator and answer.judgement.townships["value"].notna().any():
        found = answer.judgement
        out["choropleth"] = indicator_areas(
            _, language, found.entry, found.townships, scene.indicator.period, indicator_edges(found)
        )
    if scene.links:
        out["text"] = link_words(_, language)
    return out


def map_minutes(answer: Answer) -> tuple["pd.Series[float]", float]:
    """The minutes that a scene's map colours its villages by, and the threshold they are held against."""
    scene = answer.scene
    if scene.rescue and answer.response:
        return shown_minutes(scene.picture, answer.response.table, scene.rescue.clock, scene.rescue.limit_min)
    return answer.found["travel_time_min"], scene.threshold_min


def _rescue_extras(answer: Answer, asked: Rescue, found: Response, _: Translate, language: str) -> dict[str, Any]:
    """The bases, the hospitals, and the villages in the scene's picture of them."""
    scene, study = answer.scene, answer.study
    serving = [base for base in asked.bases if base.base_id in found.serving]
    colours = base_colours(found.table, serving) if scene.picture == "serves" else {}
    night = scene.assumptions.condition == "night"
    return {
        "marks": marks(_, asked.bases, study.facility.iloc[found.hospital_rows], night=night, colours=colours),
        "mark_kinds": mark_kinds(_, language, asked.capability),
        "marks_title": _("Bases and hospitals"),
        "text": picture_words(_, scene.picture, asked.clock),
        "village_classes": village_classes(
            _, scene.picture, found.table, serving, found.straight_m, asked.clock, scene.radius_km
        ),
    }


# ---- closed roads --------------------------------------------------------------------------------------------------


def closed_routes(roads: Roads, closed: Iterable[tuple[int, float]]) -> list[dict[str, Any]]:
    """Closed segments as routes of a map, each with the place where it is broken."""
    out: list[dict[str, Any]] = []
    for edge, at in closed:
        line = roads.edge_vertices(edge)
        out.append({"kind": "closed", "lines": line.round(6).ravel().tolist(), "at": _along(line, at)})
    return out


def _along(line: Floats, at: float) -> list[float]:
    """The place a share of the way along a line."""
    steps = np.hypot(np.diff(line[:, 0]) * np.cos(np.radians(line[:-1, 1])), np.diff(line[:, 1]))
    along = np.r_[0.0, np.cumsum(steps)]
    return [round(float(np.interp(at * along[-1], along, line[:, i])), 6) for i in (0, 1)]


# ---- townships coloured by an indicator ----------------------------------------------------------------------------


def indicator_areas(
    _: Translate, language: str, entry: Entry, table: pd.DataFrame, period: str, edges: Sequence[float]
) -> dict[str, object]:
    """The townships coloured by an indicator; `table` is geo.analysis.indicators.by_unit with names."""
    values = dict(zip(table["unit_code"], table["value"], strict=True))
    tips = {str(row["unit_code"]): _said(_, entry, row, period, language) for row in table.to_dict("records")}
    title, target = f"{entry.title(language)} · {period}", target_text(entry, language)
    return choropleth(
        values, edges, class_texts(_, edges, entry, language), tips,
        title=title + (f" · {_('target {target}').format(target=target)}" if target else ""), none=_("no value"),
    )  # fmt: skip


def _said(_: Translate, entry: Entry, row: Mapping[Any, Any], period: str, language: str) -> list[str]:
    """What the map says of a township."""
    value = float(row["value"])
    if np.isnan(value):
        return [_("no value")]
    told = Figure(period, float(row["numerator"]), float(row["denominator"]), value, "")
    status = _(STATUS_NAMES[str(row["status"])]) if entry.has_target else ""
    return [line for line in (value_text(entry, value, language), parts_text(_, entry, told), status) if line]


# ---- lines between institutions ------------------------------------------------------------------------------------


def link_words(_: Translate, language: str) -> dict[str, str]:
    """The texts of web/links.js, a `link.<kind>` for each kind among them."""
    words = {
        "layer.villages": _("Villages"),
        "links.manages": _("Management, by community"),
        "links.networks": _("Networks"),
        "links.outside": _("Outside the county"),
        "links.arrow": _("Paired hospital, straight distance"),
        "links.away": _("{n} km"),
    }
    return words | {f"link.{k.kind}": k.name[language] for k in load_link_kinds()}


def organisation_layer(answer: Answer) -> bytes:
    """The lines of a scene that draws any, as geo.output.link_layers.links_layer makes them."""
    found, study = answer.organisation, answer.study
    if found is None:
        return b"null"
    names = {c.community_id: c.lead_name or c.community_id for c in found.communities}
    return links_layer(study.facility, study.demand, study.unit, study.link, found.tree, found.entry, names)
