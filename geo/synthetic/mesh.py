"""Road networks of any size for tests and benchmarks, in arrays at once. Beside the rooms; imports only the model.

A street grid of about the asked size with bent edges, mixed classes, some one-ways and an island nobody reaches.
"""

import numpy as np

from geo.model.roads import (
    CLASS_INDEX,
    CYCLE,
    FOOT,
    MOTOR,
    MOTOR_FORWARD,
    PAVED,
    SURFACE_UNKNOWN,
    UNPAVED,
    Bytes,
    Floats,
    Ints,
    Ways,
)
from geo.synthetic.places import local_projection

SPACING_M = 250.0
CENTRE = (106.3, 28.3)  # degrees; any land would do
ISLAND_SIDE = 5  # junctions along a side of the island
ISLAND_GAP_M = 3_000.0


def mesh_ways(nodes: int, seed: int) -> Ways:
    """A road network with about `nodes` junctions (100 or more), each of three or more roads save at the rim.

    Every way runs from one junction to the next with one bend between. Rows are two-way and unbroken, so the mainland
    is strongly connected; a few cross streets are one-way; a 5 × 5 grid east of it is an island.
    """
    rng = np.random.default_rng([seed, nodes])
    wide = max(8, round((nodes - ISLAND_SIDE**2) ** 0.5))
    high = max(8, round((nodes - ISLAND_SIDE**2) / wide))
    start, end, road_class, one_way = _mainland(wide, high, rng)
    island_start, island_end = _grid_edges(ISLAND_SIDE, ISLAND_SIDE, wide * high)
    xy = np.vstack([_junctions(wide, high, rng), _island(wide, high, rng)])
    start, end = np.concatenate([start, island_start]), np.concatenate([end, island_end])
    quiet = np.full(len(island_start), CLASS_INDEX["residential"], np.uint8)
    return _as_ways(
        xy, start, end, np.concatenate([road_class, quiet]), np.concatenate([one_way, np.zeros(len(quiet), bool)]), rng
    )


def random_points(ways: Ways, count: int, seed: int) -> tuple[Floats, Floats]:
    """`count` longitudes and latitudes, each within 150 m of a vertex of the network."""
    rng = np.random.default_rng([seed, count])
    projection = local_projection(float(ways.lon.mean()))
    at = rng.integers(0, len(ways.lon), count)
    reach, angle = rng.uniform(0, 150, count), rng.uniform(0, 2 * np.pi, count)
    xy = projection.metres(ways.lon[at], ways.lat[at])
    lonlat = projection.degrees(xy + reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))
    return lonlat[:, 0].copy(), lonlat[:, 1].copy()


def _grid_edges(wide: int, high: int, first: int = 0) -> tuple[Ints, Ints]:
    """Edges of a grid, along the rows first, then across; junctions are numbered row by row from `first`."""
    node = np.arange(wide * high, dtype=np.int64).reshape(high, wide) + first
    start = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    return start, np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])


def _mainland(wide: int, high: int, rng: np.random.Generator) -> tuple[Ints, Ints, Bytes, np.ndarray]:
    start, end = _grid_edges(wide, high)
    row, column = np.divmod(start, wide)
    across = end - start == wide
    # Only every second cross street of a junction may go, so that each keeps three roads and stays a junction.
    gone = across & ((row + column) % 2 == 0) & (column > 0) & (column < wide - 1) & (rng.random(len(start)) < 0.6)
    road_class = _classes(np.where(across, column, row), rng)
    one_way = across & (rng.random(len(start)) < 0.04)
    return start[~gone], end[~gone], road_class[~gone], one_way[~gone]


def _classes(line: Ints, rng: np.random.Generator) -> Bytes:
    """Classes by the number of the row or column: main roads far apart, minor ones mixed between."""
    minor = rng.choice([CLASS_INDEX[c] for c in ("unclassified", "residential", "track")], len(line), p=[0.5, 0.4, 0.1])
    out = np.where(line % 10 == 5, CLASS_INDEX["tertiary"], minor)
    out = np.where(line % 25 == 10, CLASS_INDEX["secondary"], out)
    return np.where(line % 60 == 20, CLASS_INDEX["primary"], out).astype(np.uint8)


def _junctions(wide: int, high: int, rng: np.random.Generator) -> Floats:
    row, column = np.divmod(np.arange(wide * high), wide)
    grid = np.column_stack([column - wide / 2, row - high / 2]) * SPACING_M
    return grid + rng.uniform(-0.25, 0.25, grid.shape) * SPACING_M


def _island(wide: int, high: int, rng: np.random.Generator) -> Floats:
    shift = ((wide + ISLAND_SIDE) / 2 * SPACING_M + ISLAND_GAP_M, 0.0)
    return _junctions(ISLAND_SIDE, ISLAND_SIDE, rng) + shift


def _as_ways(
    xy: Floats, start: Ints, end: Ints, road_class: Bytes, one_way: np.ndarray, rng: np.random.Generator
) -> Ways:
    count = len(start)
    along = xy[end] - xy[start]
    bend = (xy[start] + xy[end]) / 2 + rng.uniform(-0.15, 0.15, (count, 1)) * np.column_stack(
        [-along[:, 1], along[:, 0]]
    )
    projection = local_projection(CENTRE[0])
    places = projection.degrees(np.vstack([xy, bend]) + projection.metres(*np.array([CENTRE]).T))
    node_id = np.column_stack([start, len(xy) + np.arange(count), end]).ravel()
    return Ways(
        offset=np.arange(count + 1, dtype=np.int64) * 3,
        node_id=node_id,
        lon=places[node_id, 0],
        lat=places[node_id, 1],
        road_class=road_class,
        access=np.where(one_way, MOTOR_FORWARD | CYCLE | FOOT, MOTOR | CYCLE | FOOT).astype(np.uint8),
        surface=np.where(
            road_class == CLASS_INDEX["track"], UNPAVED, rng.choice([PAVED, SURFACE_UNKNOWN], count)
        ).astype(np.uint8),
        maxspeed_kph=np.where(rng.random(count) < 0.1, 40.0, np.nan),
        duration_min=np.full(count, np.nan),
    )
