"""Points to edges: the nearest road a mode may use, part-way along it. Second floor: network.

The leg between point and road is reported, and later paid for in minutes. Beyond the limit a point is off the network:
it is listed, never guessed. Pieces of network shorter than the island limit are not snapped to.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from geo.model.assumptions import Assumptions
from geo.model.projection import metric_crs, to_degrees, to_metric
from geo.model.roads import Floats, Ints, Roads
from geo.network.graph import Graph

_AT_END = 1e-9  # of an edge: closer to its end than any coordinate tells, a point stands at the junction


@dataclass(frozen=True)
class Snapped:
    """p points on the network. Where `edge` is -1 the point is off it and the other figures are NaN."""

    edge: Ints
    fraction: Floats  # 0 at the edge's start, 1 at its end
    snap_distance_m: Floats  # from the point to the road
    road_lon: Floats
    road_lat: Floats
    leg_slowness: Floats | None = None  # how many times longer the leg takes on foot than on the flat; None: not known

    @property
    def on_network(self) -> np.ndarray:
        return np.asarray(self.edge >= 0)

    def take(self, rows: Ints) -> "Snapped":
        """The points of some rows."""
        slowness = None if self.leg_slowness is None else self.leg_slowness[rows]
        return Snapped(
            self.edge[rows], self.fraction[rows], self.snap_distance_m[rows], self.road_lon[rows], self.road_lat[rows],
            slowness,
        )  # fmt: skip

    def joined(self, other: "Snapped") -> "Snapped":
        """These points, then the others."""
        known = self.leg_slowness is not None or other.leg_slowness is not None
        parts = [np.ones(len(p.edge)) if p.leg_slowness is None else p.leg_slowness for p in (self, other)]
        return Snapped(
            np.r_[self.edge, other.edge],
            np.r_[self.fraction, other.fraction],
            np.r_[self.snap_distance_m, other.snap_distance_m],
            np.r_[self.road_lon, other.road_lon],
            np.r_[self.road_lat, other.road_lat],
            np.concatenate(parts) if known else None,
        )


class EdgeIndex:
    """A spatial index over the edges that one mode may use, in a local metric projection. Holds the tree open."""

    def __init__(self, graph: Graph, assumptions: Assumptions) -> None:
        """Index the usable edges of pieces as long as the island limit; the longest piece always counts."""
        limit = min(assumptions.island_limit_m, float(graph.island_m.max(initial=0.0)))
        self.edges = np.flatnonzero(graph.usable & (graph.island_m >= limit))
        self.crs = metric_crs(graph.roads.node_lon, graph.roads.node_lat)
        self.lines = edge_lines(graph.roads, self.edges, self.crs)
        self.tree = shapely.STRtree(self.lines)
        self.limit_m = assumptions.snap_limit_m

    def snap(self, lon: Floats, lat: Floats) -> Snapped:
        """Each point on its nearest edge; of edges equally near, the one with the lowest number. NaN is off it."""
        count = len(lon)
        x, y = to_metric(lon, lat, self.crs)
        known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        points = shapely.points(x, y)
        found, distance = self.tree.query_nearest(points[known], max_distance=self.limit_m, return_distance=True)
        row, line = known[found[0]], found[1]
        order = np.lexsort((line, row))
        row, line, distance = row[order], line[order], distance[order]
        first = np.r_[True, row[1:] != row[:-1]] if len(row) else np.zeros(0, dtype=bool)
        row, line, distance = row[first], line[first], distance[first]
        fraction = shapely.line_locate_point(self.lines[line], points[row], normalized=True)
        fraction = np.nan_to_num(fraction)  # an edge without length
        fraction = np.where(fraction < _AT_END, 0.0, np.where(fraction > 1 - _AT_END, 1.0, fraction))
        foot = shapely.line_interpolate_point(self.lines[line], fraction, normalized=True)
        road_lon, road_lat = to_degrees(shapely.get_x(foot), shapely.get_y(foot), self.crs)
        edge = np.full(count, -1, dtype=np.int64)
        edge[row] = self.edges[line]
        return Snapped(edge, *(_spread(v, row, count) for v in (fraction, distance, road_lon, road_lat)))


def edge_lines(roads: Roads, edges: Ints, crs: object) -> np.ndarray:
    """Line strings of some edges in a metric projection, in the order given."""
    x, y = to_metric(roads.vertex_lon, roads.vertex_lat, crs)  # type: ignore[arg-type]
    count = np.diff(roads.vertex_offset)[edges]
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    vertex = np.repeat(roads.vertex_offset[edges], count) + within
    return np.asarray(
        shapely.linestrings(np.column_stack([x[vertex], y[vertex]]), indices=np.repeat(np.arange(len(edges)), count))
    )


def _spread(values: Floats, row: Ints, count: int) -> Floats:
    out = np.full(count, np.nan)
    out[row] = values
    return out
