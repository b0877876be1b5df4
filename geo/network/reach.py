"""Reach polygons: where one may stand and still be reached in time. Second floor: network.

People are counted from the table, never by polygon; the polygon is the picture. Every usable edge is sampled with its
arrival minutes (so it is cut at the threshold part-way along), each cell of a grid takes the minutes of its nearest
piece of road plus the walk from it, and the contours of that surface are the polygons, holes kept.
"""

from dataclasses import dataclass
from itertools import pairwise

import contourpy
import numpy as np
import shapely
from scipy.ndimage import distance_transform_edt

from geo.model.assumptions import Assumptions
from geo.model.projection import metric_crs, to_degrees, to_metric
from geo.model.roads import Floats, Ints
from geo.network.graph import Graph
from geo.network.snapping import Snapped
from geo.network.travel_time import Tree, access_minutes, search

CELL_M = 50.0  # the finest grid; large areas use coarser cells so that the grid stays under _MAX_CELLS
_MAX_CELLS = 1_500_000
_WALK_LIMIT_M = 1000.0  # the picture ends this far from a road, even where minutes remain


@dataclass(frozen=True)
class Surface:
    """Arrival minutes on a regular grid in metres; inf where out of reach."""

    x: Floats
    y: Floats
    minutes: Floats  # (len(y), len(x))
    walk_m_per_min: float
    crs: object


def reach(
    graph: Graph, facilities: Snapped, thresholds_min: list[float], assumptions: Assumptions
) -> list[shapely.MultiPolygon]:
    """For each threshold the area reached from the nearest facility, longitude/latitude, holes kept.

    The areas are cumulative: a longer threshold's area holds the shorter one's. Empty where nothing is reached.
    """
    surface = arrival_surface(graph, facilities, max(thresholds_min), assumptions)
    if surface is None:
        return [shapely.MultiPolygon() for _ in thresholds_min]
    return [contour(surface, threshold) for threshold in thresholds_min]


def arrival_surface(graph: Graph, facilities: Snapped, limit_min: float, assumptions: Assumptions) -> Surface | None:
    """Minutes of arrival on a grid around everything reached within `limit_min`; None when nothing is."""
    if not facilities.on_network.any():
        return None
    roads, tree = graph.roads, search(graph, facilities, assumptions)
    earliest = np.minimum(tree.minutes[roads.start], tree.minutes[roads.end])
    home = np.unique(facilities.edge[facilities.on_network])
    earliest[home] = 0.0
    reached = np.flatnonzero(graph.usable & (earliest <= limit_min))
    if not len(reached):
        return None
    crs = metric_crs(roads.node_lon, roads.node_lat)
    x, y = to_metric(roads.vertex_lon, roads.vertex_lat, crs)
    window = _window(x, y, roads.vertex_offset, reached)
    cell = max(CELL_M, float(np.sqrt((window[2] - window[0]) * (window[3] - window[1]) / _MAX_CELLS)))
    px, py, minutes = _sample(graph, tree, facilities, x, y, window, cell, assumptions)
    shape = (int((window[3] - window[1]) / cell) + 1, int((window[2] - window[0]) / cell) + 1)
    on_road = np.full(shape, np.inf)
    is_road = np.zeros(shape, dtype=bool)
    column, row = ((px - window[0]) / cell).astype(np.int64), ((py - window[1]) / cell).astype(np.int64)
    np.minimum.at(on_road, (row, column), minutes)
    is_road[row, column] = True
    distance, nearest = distance_transform_edt(~is_road, return_indices=True)
    walk = (assumptions.find("access", graph.mode, "demand") or 5.0) * 1000 / 60
    surface = on_road[nearest[0], nearest[1]] + distance * cell / walk
    surface[distance * cell > _WALK_LIMIT_M] = np.inf
    x_centre: Floats = window[0] + (np.arange(shape[1], dtype=np.float64) + 0.5) * cell
    y_centre: Floats = window[1] + (np.arange(shape[0], dtype=np.float64) + 0.5) * cell
    return Surface(x_centre, y_centre, surface, walk, crs)


def contour(surface: Surface, threshold_min: float) -> shapely.MultiPolygon:
    """The area of the surface at or below the threshold, in degrees."""
    cell = surface.x[1] - surface.x[0] if len(surface.x) > 1 else CELL_M
    # Unreached cells count as one cell's walk beyond the threshold, so the line runs between reached and unreached.
    capped = np.minimum(surface.minutes, threshold_min + cell / surface.walk_m_per_min)
    generator = contourpy.contour_generator(
        surface.x, surface.y, capped, fill_type=contourpy.FillType.OuterOffset, name="serial"
    )
    filled = generator.filled(-1.0, threshold_min)
    polygons = [_polygon(p, o) for p, o in zip(filled[0], filled[1], strict=True)]  # type: ignore[arg-type]
    area = shapely.MultiPolygon(polygons).simplify(cell / 4)
    in_degrees = shapely.transform(
        area,
        lambda xy: np.column_stack(to_degrees(xy[:, 0], xy[:, 1], surface.crs)),  # type: ignore[arg-type]
    )
    valid = in_degrees if in_degrees.is_valid else shapely.make_valid(in_degrees)
    return shapely.MultiPolygon([p for p in shapely.get_parts(shapely.get_parts(valid)) if p.geom_type == "Polygon"])


def _polygon(points: Floats, offsets: Ints) -> shapely.Polygon:
    rings = [points[a:b] for a, b in pairwise(offsets)]
    return shapely.Polygon(rings[0], rings[1:])


def _window(x: Floats, y: Floats, offset: Ints, edges: Ints) -> tuple[float, float, float, float]:
    west, east = np.minimum.reduceat(x, offset[:-1])[edges].min(), np.maximum.reduceat(x, offset[:-1])[edges].max()
    south, north = np.minimum.reduceat(y, offset[:-1])[edges].min(), np.maximum.reduceat(y, offset[:-1])[edges].max()
    margin = _WALK_LIMIT_M + 2 * CELL_M
    return float(west - margin), float(south - margin), float(east + margin), float(north + margin)


def _sample(
    graph: Graph,
    tree: Tree,
    facilities: Snapped,
    x: Floats,
    y: Floats,
    window: tuple[float, float, float, float],
    cell: float,
    assumptions: Assumptions,
) -> tuple[Floats, Floats, Floats]:
    """Points on all usable edges inside the window, closer than a cell, with arrival minutes (inf: not reached)."""
    roads, offset = graph.roads, graph.roads.vertex_offset
    edges = np.flatnonzero(graph.usable)
    steps = np.hypot(np.diff(x), np.diff(y))
    steps[offset[1:-1] - 1] = 0.0
    along = np.r_[0.0, np.cumsum(steps)]
    begin, length = along[offset[:-1]][edges], (along[offset[1:] - 1] - along[offset[:-1]])[edges]
    count = np.maximum(2, np.ceil(length / (0.7 * cell)).astype(np.int64) + 1)
    edge = np.repeat(edges, count)
    fraction = (np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)) / np.repeat(count - 1, count)
    # Gaps between polylines have no length in `along`; stay a hair inside the edge so its own vertices are used.
    at = np.repeat(begin, count) + np.clip(fraction, 1e-9, 1 - 1e-9) * np.repeat(length, count)
    segment = np.clip(np.searchsorted(along, at, side="right") - 1, offset[edge], offset[edge + 1] - 2)
    share = np.divide(at - along[segment], steps[segment], out=np.zeros_like(at), where=steps[segment] > 0)
    px = x[segment] + share * (x[segment + 1] - x[segment])
    py = y[segment] + share * (y[segment + 1] - y[segment])
    with np.errstate(invalid="ignore"):
        via_start = tree.minutes[roads.start[edge]] + np.where(fraction > 0, fraction * graph.along_min[edge], 0.0)
        via_end = tree.minutes[roads.end[edge]] + np.where(fraction < 1, (1 - fraction) * graph.against_min[edge], 0.0)
    minutes = np.minimum(via_start, via_end)
    _from_own_edge(graph, facilities, edge, fraction, minutes, assumptions)
    inside = (px > window[0]) & (px < window[2]) & (py > window[1]) & (py < window[3])
    return px[inside], py[inside], minutes[inside]


def _from_own_edge(
    graph: Graph, facilities: Snapped, edge: Ints, fraction: Floats, minutes: Floats, assumptions: Assumptions
) -> None:
    """Lower the minutes of samples on the very edge a facility stands on (in place)."""
    access = access_minutes(facilities, graph, assumptions, "facility")
    for row in np.flatnonzero(facilities.on_network):
        begin, stop = np.searchsorted(edge, [facilities.edge[row], facilities.edge[row] + 1])
        step = fraction[begin:stop] - facilities.fraction[row]
        one_way = np.where(step >= 0, graph.along_min[edge[begin:stop]], graph.against_min[edge[begin:stop]])
        with np.errstate(invalid="ignore"):
            direct = access[row] + np.where(step == 0, 0.0, np.abs(step) * one_way)
        minutes[begin:stop] = np.fmin(minutes[begin:stop], direct)
