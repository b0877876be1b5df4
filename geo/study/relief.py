"""Heights under roads and under the legs off them. Joins the rooms."""

from dataclasses import replace

import numpy as np

from geo.model.heights import Box, Heights
from geo.model.problems import Problem
from geo.model.roads import Floats, Roads
from geo.network.slope import leg_slowness
from geo.network.snapping import Snapped

MARGIN_DEG = 0.03  # about the roads: villages lie beside them
WHOLE_PCT = 99.5  # roads covered to this share count as covered


def land_about(roads: Roads) -> Box:
    """The box of land that a study needs to know the height of."""
    west, south, east, north = roads.bounds()
    return west - MARGIN_DEG, south - MARGIN_DEG, east + MARGIN_DEG, north + MARGIN_DEG


def on_land(roads: Roads, heights: Heights) -> Roads:
    """The roads with the height of every vertex, NaN where it is not known."""
    return replace(roads, vertex_height_m=heights.at(roads.vertex_lon, roads.vertex_lat))


def heights_share(roads: Roads) -> float:
    """The share of the roads' length whose vertices all have a height."""
    missing = np.add.reduceat(np.isnan(roads.vertex_height_m).astype(int), roads.vertex_offset[:-1])
    return float(roads.length_m[missing == 0].sum() / roads.length_m.sum())


def heights_problems(roads: Roads) -> list[Problem]:
    """A warning when heights do not cover the roads."""
    share_pct = 100 * heights_share(roads)
    if share_pct >= WHOLE_PCT:
        return []
    return [Problem("heights_partial", "warning", "heights", params={"share_pct": round(share_pct, 1)})]


def on_slopes(points: Snapped, place: tuple[Floats, Floats], heights: Heights | None, *, to_road: bool) -> Snapped:
    """Points whose legs off the road know how much longer they take than on the flat, walked to or from the road."""
    if heights is None:
        return points
    there, back = leg_slowness(heights, place, (points.road_lon, points.road_lat))
    return replace(points, leg_slowness=np.nan_to_num(there if to_road else back, nan=1.0))
