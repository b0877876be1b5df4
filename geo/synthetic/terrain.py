"""The mesh a sample county's roads are chosen from: points, edges, terrain. Beside the rooms; imports only the model.

Delaunay edges never cross, so any choice of them is a network that meets only at points. Lengths in metres.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, cKDTree

from geo.model.roads import Floats, Ints
from geo.synthetic.places import Places

SPACING_M = 600.0
STREET_M = 170.0  # between the streets of a town
RIM_M = 280.0  # mesh points keep this far from the county's outline, so no winding road leaves it
GATE_M, GATE_DEPTH_M = 2_500.0, 12.0


@dataclass(frozen=True)
class Terrain:
    """How land bends roads."""

    slope_weight: float  # how much dearer a typical slope makes a road
    grid: bool  # square fields (plain) or none (mountain)
    follow: float  # what following a built road costs, as a share of building one
    winding: float  # midpoint displacement as a share of the length
    hamlet_m: float  # distance between hamlets, which draw small roads
    detour: float  # neighbouring villages get a road of their own when the way round is this much longer


TERRAINS = {
    "mountain": Terrain(1.6, False, 0.4, 0.22, 1_650.0, 2.6),
    "plain": Terrain(0.05, True, 0.36, 0.02, 1_500.0, 2.2),
}


@dataclass(frozen=True)
class Mesh:
    """n points and m edges. `town[i]` is the seat whose street grid point i belongs to, or −1."""

    xy: Floats  # (n, 2)
    edges: Ints  # (m, 2)
    weight: Floats  # (m,) metres, dearer on slopes
    town: Ints  # (n,)
    seat: Ints  # mesh point of each township seat
    village: Ints  # mesh point of each village


def make_mesh(places: Places, terrain: Terrain, rng: np.random.Generator) -> Mesh:
    """Mesh over a county with its seats, streets and villages among the points."""
    seats = places.townships[["x", "y"]].to_numpy(np.float64)
    villages = places.villages[["x", "y"]].to_numpy(np.float64)
    streets, town = _streets(places, seats, rng)
    gates = _gates(places.outline)
    far = cKDTree(streets).query(villages)[0] > STREET_M
    field = _field(places.outline, terrain, np.vstack([streets, villages[far], gates]), rng)
    xy = np.vstack([streets, villages[far], gates, field])
    town = np.concatenate([town, np.full(len(xy) - len(streets), -1)])
    edges = _edges(xy, town, _land(places.outline, np.vstack([seats, gates])))
    xy, town, edges = _largest_part(xy, town, edges)
    tree = cKDTree(xy)
    weight = _weights(xy, edges, terrain, rng)
    seat, village = (np.asarray(tree.query(points)[1], dtype=np.int64) for points in (seats, villages))
    return Mesh(xy, edges, weight, town, seat, village)


def _streets(places: Places, seats: Floats, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """A turned square grid around each seat (the seat is one of its points), wider where more committees are."""
    committees = places.villages[places.villages["town"]].groupby("township").size()
    inner = places.outline.buffer(-RIM_M)
    points, town = [], []
    for i, code in enumerate(places.townships["code"]):
        radius_m = 500.0 + 180.0 * float(np.sqrt(committees.get(code, 0)))
        steps = np.arange(-np.ceil(radius_m / STREET_M), np.ceil(radius_m / STREET_M) + 1) * STREET_M
        grid = np.column_stack([a.ravel() for a in np.meshgrid(steps, steps)])
        stretch = grid * (1.0, rng.uniform(1.1, 1.7))  # towns lie along their valley or main street
        grid = grid[np.hypot(*stretch.T) <= radius_m * rng.uniform(0.95, 1.05)]
        xy = _turned(grid, rng.uniform(0, np.pi / 2)) + seats[i]
        keep = shapely.contains_xy(inner, xy) | (np.hypot(*grid.T) == 0)
        points.append(xy[keep])
        town.append(np.full(int(keep.sum()), i))
    return np.vstack(points), np.concatenate(town)


def _turned(xy: Floats, angle: float) -> Floats:
    c, s = np.cos(angle), np.sin(angle)
    return np.asarray(xy @ np.array([[c, s], [-s, c]]))


def _field(outline: shapely.Polygon, terrain: Terrain, taken: Floats, rng: np.random.Generator) -> Floats:
    """Jittered points about SPACING_M apart over the open land: square rows in a plain, staggered in mountains."""
    west, south, east, north = outline.bounds
    x, y = np.meshgrid(np.arange(west, east, SPACING_M), np.arange(south, north, SPACING_M))
    if not terrain.grid:
        x[1::2] += SPACING_M / 2
    jitter = SPACING_M * (0.06 if terrain.grid else 0.28)
    xy = np.column_stack([x.ravel(), y.ravel()]) + rng.uniform(-jitter, jitter, (x.size, 2))
    xy = xy[shapely.contains_xy(outline.buffer(-RIM_M), xy)]
    return np.asarray(xy[cKDTree(taken).query(xy)[0] > 0.55 * SPACING_M])


def _gates(outline: shapely.Polygon) -> Floats:
    """Points on the county's border, GATE_M apart and a few metres inside, where roads may leave."""
    rim = outline.buffer(-GATE_DEPTH_M).exterior
    along = np.arange(0, rim.length - GATE_M / 2, GATE_M)
    return np.asarray(shapely.get_coordinates(shapely.line_interpolate_point(rim, along)))


def _land(outline: shapely.Polygon, open_at: Floats) -> shapely.Geometry:
    """Where roads may run: off the border, save at seats that lie on it and at gates."""
    return outline.buffer(-RIM_M / 2).union(shapely.MultiPoint(open_at).buffer(2 * RIM_M).intersection(outline))


def _edges(xy: Floats, town: Ints, land: shapely.Geometry) -> Ints:
    """Delaunay edges that stay on the land; within a town only streets, not the diagonals of its blocks."""
    corners = Delaunay(xy).simplices
    pairs = np.unique(np.sort(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]), axis=1), axis=0)
    length_m = np.hypot(*(xy[pairs[:, 1]] - xy[pairs[:, 0]]).T)
    same_town = (town[pairs[:, 0]] >= 0) & (town[pairs[:, 0]] == town[pairs[:, 1]])
    pairs = pairs[np.where(same_town, length_m < 1.2 * STREET_M, length_m < 2.5 * SPACING_M)]
    shapely.prepare(land)
    return np.asarray(pairs[shapely.covers(land, shapely.linestrings(xy[pairs]))], dtype=np.int64)


def _largest_part(xy: Floats, town: Ints, edges: Ints) -> tuple[Floats, Ints, Ints]:
    graph = coo_array((np.ones(len(edges)), edges.T), shape=(len(xy), len(xy)))
    label = connected_components(graph, directed=False)[1]
    keep = label == np.bincount(label).argmax()
    new = np.cumsum(keep) - 1
    return xy[keep], town[keep], new[edges[keep[edges[:, 0]]]]


def _weights(xy: Floats, edges: Ints, terrain: Terrain, rng: np.random.Generator) -> Floats:
    along = xy[edges[:, 1]] - xy[edges[:, 0]]
    length_m = np.hypot(*along.T)
    height = _heights(xy, rng)
    slope = np.abs(height[edges[:, 1]] - height[edges[:, 0]]) / length_m
    weight = length_m * (1 + terrain.slope_weight * np.minimum(slope / np.median(slope), 4.0) ** 1.5)
    if terrain.grid:
        weight = weight * (1 + 0.6 * np.sin(2 * np.arctan2(along[:, 1], along[:, 0])) ** 2)
    return np.asarray(weight * rng.uniform(0.97, 1.03, len(weight)))


def _heights(xy: Floats, rng: np.random.Generator, waves: int = 40) -> Floats:
    """Smooth made-up heights, no unit: waves of 2–15 km, the long ones higher."""
    wavelength_m = np.exp(rng.uniform(np.log(2_000), np.log(15_000), waves))
    angle, phase = rng.uniform(0, 2 * np.pi, waves), rng.uniform(0, 2 * np.pi, waves)
    direction = np.vstack([np.cos(angle), np.sin(angle)]) * (2 * np.pi / wavelength_m)
    return np.asarray(np.sin(xy @ direction + phase) @ wavelength_m**0.9)
