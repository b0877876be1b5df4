"""Roads broken at a place: the network in which nothing passes there. Second floor: network.

A break is a landslide, a bridge out, a barrier: an edge and how far along it. Both stubs stay open, so who stands on
the broken edge still gets out on his own side. Points keep the place where they were snapped.
"""

from dataclasses import dataclass, replace

import numpy as np

from geo.model.roads import Floats, Ints, Roads
from geo.network.graph import Graph, fastest_arcs
from geo.network.snapping import Snapped

_INSIDE = 1e-6  # of an edge: a break keeps this far from the junctions, so that it never closes one of them


@dataclass(frozen=True)
class Breaks:
    """b broken edges, each once, in ascending order, and where each is broken: 0 at its start, 1 at its end."""

    edge: Ints
    at: Floats

    def __len__(self) -> int:
        return len(self.edge)

    @property
    def places(self) -> tuple[tuple[int, float], ...]:
        """Edge and fraction of each."""
        return tuple(zip(self.edge.tolist(), self.at.tolist(), strict=True))

    def place(self, edge: Ints) -> Floats:
        """Where some edges are broken; NaN where they are not."""
        at = np.searchsorted(self.edge, edge)
        found = np.minimum(at, max(len(self) - 1, 0))
        if not len(self):
            return np.full(len(edge), np.nan)
        return np.where(self.edge[found] == edge, self.at[found], np.nan)


def breaks_at(places: dict[int, float]) -> Breaks:
    """Breaks by edge and fraction; one at a junction is moved a hair into its edge."""
    edges = sorted(places)
    at = np.clip(np.array([places[e] for e in edges], dtype=np.float64), _INSIDE, 1 - _INSIDE)
    return Breaks(np.array(edges, dtype=np.int64), at)


NO_BREAKS = breaks_at({})


def broken(graph: Graph, breaks: Breaks) -> Graph:
    """The graph with each broken edge in two dead ends: the first keeps its number, the second stands behind all."""
    if not len(breaks):
        return graph
    roads = _cut(graph.roads, breaks)
    along, against = (_shared(m, breaks) for m in (graph.along_min, graph.against_min))
    arcs, arc_edge = fastest_arcs(roads, along, against)
    usable = np.r_[graph.usable, graph.usable[breaks.edge]]
    island = np.r_[graph.island_m, graph.island_m[breaks.edge]]
    return Graph(roads, graph.mode, along, against, arcs, arc_edge, usable, island)


def on_broken(points: Snapped, breaks: Breaks, edge_count: int) -> Snapped:
    """Points of a graph with `edge_count` edges at the same places of the `broken` one."""
    at = breaks.place(points.edge)
    behind = points.fraction > at
    number = edge_count + np.searchsorted(breaks.edge, points.edge)
    with np.errstate(invalid="ignore"):
        fraction = np.where(behind, (points.fraction - at) / (1 - at), points.fraction / at)
    return replace(
        points,
        edge=np.where(behind, number, points.edge),
        fraction=np.where(np.isnan(at), points.fraction, np.minimum(fraction, 1.0)),
    )


def _shared(minutes: Floats, breaks: Breaks) -> Floats:
    whole, out = minutes[breaks.edge], minutes.copy()
    out[breaks.edge] = whole * breaks.at
    return np.asarray(np.r_[out, whole * (1 - breaks.at)], dtype=np.float64)


def _cut(roads: Roads, breaks: Breaks) -> Roads:
    """Each broken edge ends at a new node, and a second edge begins at another new node on the same spot."""
    edge, nodes = breaks.edge, roads.node_count
    here, beyond = nodes + 2 * np.arange(len(edge)), nodes + 2 * np.arange(len(edge)) + 1
    parts = [_halves(roads, e, a) for e, a in zip(edge.tolist(), breaks.at.tolist(), strict=True)]
    vertices, offset = _laid_out(roads, edge, parts)
    spot = np.array([first[-1] for first, _ in parts])
    end = roads.end.copy()
    end[edge] = here

    def doubled(values: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        out = values.copy()
        out[edge] = first
        return np.asarray(np.r_[out, second])

    length, duration = roads.length_m[edge], roads.duration_min[edge]
    return Roads(
        node_lon=np.r_[roads.node_lon, np.repeat(spot[:, 0], 2)],
        node_lat=np.r_[roads.node_lat, np.repeat(spot[:, 1], 2)],
        start=np.r_[roads.start, beyond],
        end=np.r_[end, roads.end[edge]],
        length_m=doubled(roads.length_m, length * breaks.at, length * (1 - breaks.at)),
        road_class=np.r_[roads.road_class, roads.road_class[edge]],
        access=np.r_[roads.access, roads.access[edge]],
        surface=np.r_[roads.surface, roads.surface[edge]],
        maxspeed_kph=np.r_[roads.maxspeed_kph, roads.maxspeed_kph[edge]],
        duration_min=doubled(roads.duration_min, duration * breaks.at, duration * (1 - breaks.at)),
        vertex_offset=offset,
        vertex_lon=vertices[:, 0],
        vertex_lat=vertices[:, 1],
        vertex_height_m=vertices[:, 2],
    )


def _vertices(roads: Roads, edge: int) -> Floats:
    part = slice(roads.vertex_offset[edge], roads.vertex_offset[edge + 1])
    return np.column_stack([roads.vertex_lon[part], roads.vertex_lat[part], roads.vertex_height_m[part]])


def _halves(roads: Roads, edge: int, at: float) -> tuple[Floats, Floats]:
    """The vertices (longitude, latitude, height) of an edge up to a fraction of its length, and from there."""
    line = _vertices(roads, edge)
    east = np.diff(line[:, 0]) * np.cos(np.radians(line[:-1, 1]))
    along = np.r_[0.0, np.cumsum(np.hypot(east, np.diff(line[:, 1])))]
    target = at * along[-1]
    i = int(np.clip(np.searchsorted(along, target, side="right"), 1, len(line) - 1))
    step = along[i] - along[i - 1]
    spot = line[i - 1] + (line[i] - line[i - 1]) * ((target - along[i - 1]) / step if step > 0 else 0.0)
    return np.vstack([line[:i], spot]), np.vstack([spot, line[i:]])


def _laid_out(roads: Roads, edge: Ints, parts: list[tuple[Floats, Floats]]) -> tuple[Floats, Ints]:
    """All vertices with the broken edges' first halves in place and the second ones behind, and where edges begin."""
    whole = np.column_stack([roads.vertex_lon, roads.vertex_lat, roads.vertex_height_m])
    pieces, last = [], 0
    for e, (first, _) in zip(edge.tolist(), parts, strict=True):
        pieces += [whole[last : roads.vertex_offset[e]], first]
        last = int(roads.vertex_offset[e + 1])
    pieces += [whole[last:], *(second for _, second in parts)]
    count = np.diff(roads.vertex_offset)
    count[edge] = [len(first) for first, _ in parts]
    count = np.r_[count, [len(second) for _, second in parts]]
    return np.vstack(pieces), np.r_[0, np.cumsum(count)].astype(np.int64)
