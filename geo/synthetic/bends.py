"""From mesh edges to winding road lines that never cross. Beside the rooms; imports only the model.

Bends are fractal: the middle of each piece is moved sideways, again and again (Fournier, Fussell & Carpenter 1982).
"""

from dataclasses import dataclass

import numpy as np
import shapely

from geo.model.roads import ROAD_CLASSES, Floats, Ints
from geo.synthetic.terrain import Mesh

# Finer bends are weaker: the middle, the two quarters, the four eighths.
SMOOTHER = np.array([1.35, 0.9, 0.9, 0.4, 0.4, 0.4, 0.4])


@dataclass(frozen=True)
class Line:
    """One road between junctions: class and (k, 2) vertices in metres."""

    road_class: str
    xy: Floats


def bent_lines(
    mesh: Mesh, built: np.ndarray, winding: float, outline: shapely.Polygon, rng: np.random.Generator
) -> list[Line]:
    """Roads as chains from junction to junction (or change of class), each mesh edge bent on its own."""
    edges = np.flatnonzero(built < len(ROAD_CLASSES))
    pairs = mesh.edges[edges]
    fixed = np.zeros(len(mesh.xy), bool)
    fixed[mesh.seat] = fixed[mesh.village] = True
    xy = _eased(mesh.xy, pairs, fixed | (mesh.town >= 0))
    bends = _without_crossings(mesh.xy, xy, pairs, winding, outline, rng)
    return _chains(pairs, built[edges], bends)


def _eased(xy: Floats, pairs: Ints, fixed: np.ndarray, rounds: int = 3) -> Floats:
    """Points with just two roads moved towards the middle of their neighbours, so that roads run smoother."""
    degree = np.bincount(pairs.ravel(), minlength=len(xy))
    loose = (degree == 2) & ~fixed
    out = xy.copy()
    for _ in range(rounds):
        total = np.zeros_like(out)
        np.add.at(total, pairs[:, 0], out[pairs[:, 1]])
        np.add.at(total, pairs[:, 1], out[pairs[:, 0]])
        out[loose] = (out[loose] + total[loose] / 2) / 2
    return out


def _without_crossings(
    straight: Floats, eased: Floats, pairs: Ints, winding: float, outline: shapely.Polygon, rng: np.random.Generator
) -> Floats:
    """(m, k, 2) bent edges; those that cross another or leave the county are straightened, then un-eased."""
    length_m = np.hypot(*(straight[pairs[:, 1]] - straight[pairs[:, 0]]).T)
    noise = np.clip(rng.standard_normal((len(pairs), 7)), -1.6, 1.6) * SMOOTHER
    bend = np.where(length_m < 250, 0.2 * winding, winding)
    xy = eased.copy()
    for _ in range(12):
        bent = _bend(xy[pairs[:, 0]], xy[pairs[:, 1]], noise * bend[:, None])
        bad = _crossing(bent, outline)
        if not bad.any():
            break
        tried = bad & (bend < 0.02)
        bend[bad] *= 0.4
        xy[pairs[tried].ravel()] = straight[pairs[tried].ravel()]
    return bent


def _bend(start: Floats, end: Floats, noise: Floats) -> Floats:
    """(m, 9, 2) vertices: the middle moved by noise × length across, then the quarters, then the eighths."""
    points = np.stack([start, end], axis=1)
    used = 0
    while points.shape[1] < 9:
        a, b = points[:, :-1], points[:, 1:]
        across = np.stack([a[..., 1] - b[..., 1], b[..., 0] - a[..., 0]], axis=-1)
        middle = (a + b) / 2 + across * noise[:, used : used + a.shape[1], None]
        used += a.shape[1]
        finer = np.empty((len(points), 2 * points.shape[1] - 1, 2))
        finer[:, ::2], finer[:, 1::2] = points, middle
        points = finer
    return points


def _crossing(bent: Floats, outline: shapely.Polygon) -> np.ndarray:
    lines = shapely.linestrings(bent)
    bad = np.asarray(~shapely.is_simple(lines) | ~shapely.covers(outline, lines))
    # Ends cut off by a few metres: what still touches crosses or runs into another road.
    cut = shapely.linestrings(np.concatenate([_pull(bent[:, :1], bent[:, 1:2]), bent[:, 1:-1],
                                              _pull(bent[:, -1:], bent[:, -2:-1])], axis=1))  # fmt: skip
    a, b = shapely.STRtree(lines).query(cut, predicate="intersects")
    other = a != b
    bad[a[other]] = bad[b[other]] = True
    return bad


def _pull(end: Floats, towards: Floats) -> Floats:
    return end + (towards - end) * 0.1


def _chains(pairs: Ints, classes: np.ndarray, bends: Floats) -> list[Line]:
    """Edges joined into lines between junctions; a line has one class."""
    at: dict[int, list[int]] = {}
    for i, (a, b) in enumerate(pairs.tolist()):
        at.setdefault(a, []).append(i)
        at.setdefault(b, []).append(i)
    through = {n for n, here in at.items() if len(here) == 2 and classes[here[0]] == classes[here[1]]}
    done = np.zeros(len(pairs), bool)
    lines = []
    ends = [(i, n) for n in sorted(at) if n not in through for i in at[n]]
    rings = [(i, int(pairs[i, 0])) for i in range(len(pairs))]
    for edge, node in ends + rings:
        if not done[edge]:
            lines.append(_walk(edge, node, pairs, classes, bends, at, through, done))
    return lines


def _walk(
    edge: int, node: int, pairs: Ints, classes: np.ndarray, bends: Floats,
    at: dict[int, list[int]], through: set[int], done: np.ndarray,
) -> Line:  # fmt: skip
    parts: list[Floats] = []
    road_class = ROAD_CLASSES[classes[edge]]
    while not done[edge]:
        done[edge] = True
        a, b = (int(n) for n in pairs[edge])
        piece = bends[edge] if a == node else bends[edge][::-1]
        parts.append(piece if not parts else piece[1:])
        node = b if a == node else a
        if node in through:
            edge = next(e for e in [*at[node], edge] if not done[e] or e == edge)
    return Line(road_class, np.vstack(parts))
