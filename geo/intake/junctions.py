"""Line ends that touch another line without sharing a vertex, joined to it. Second floor: intake.

Many drawn road layers end a side road on the main road's line without a vertex there; as a graph the two would not
meet. Lines that merely cross are left alone: one may be a bridge.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo.model.projection import metric_crs, to_metric
from geo.model.roads import Floats, Ints

TOUCH_M = 1.0


@dataclass(frozen=True)
class Line:
    """One polyline of feature `row`: node ids (k,) and longitude, latitude (k, 2)."""

    row: int
    node: Ints
    lonlat: Floats


@dataclass(frozen=True)
class _Insertion:
    """A loose end to be put into a line as a vertex, `at_m` along it."""

    at_m: float
    node: int
    lonlat: tuple[float, float]


def join_ends(lines: list[Line]) -> tuple[list[Line], int]:
    """The lines with a vertex inserted where a loose end of another lies within 1 m, and how many ends were joined.

    An end is loose when no other line has its node. Line order and rows are kept; the input is not changed.
    """
    if len(lines) < 2:
        return lines, 0
    shapes = _metric_shapes(lines)
    ends = _loose_ends(lines)
    if not ends:
        return lines, 0
    insertions, joined = _insertions(lines, shapes, ends)
    return [_insert(line, shapes[i], insertions.get(i, [])) for i, line in enumerate(lines)], joined


def _metric_shapes(lines: list[Line]) -> list[shapely.LineString]:
    lonlat = np.vstack([line.lonlat for line in lines])
    x, y = to_metric(lonlat[:, 0], lonlat[:, 1], metric_crs(lonlat[:, 0], lonlat[:, 1]))
    owner = np.repeat(np.arange(len(lines)), [len(line.node) for line in lines])
    return list(shapely.linestrings(np.column_stack([x, y]), indices=owner))


def _loose_ends(lines: list[Line]) -> list[tuple[int, int]]:
    """(line, 0 or -1) of every end whose node appears in no other line."""
    pairs = np.vstack([np.column_stack([line.node, np.full(len(line.node), i)]) for i, line in enumerate(lines)])
    node, count = np.unique(np.unique(pairs, axis=0)[:, 0], return_counts=True)
    shared = set(node[count > 1].tolist())
    ends = [(i, end) for i, line in enumerate(lines) for end in (0, -1) if line.node[0] != line.node[-1]]
    return [(i, end) for i, end in ends if int(lines[i].node[end]) not in shared]


def _insertions(
    lines: list[Line], shapes: list[shapely.LineString], ends: list[tuple[int, int]]
) -> tuple[dict[int, list[_Insertion]], int]:
    points = [shapely.get_point(shapes[i], end) for i, end in ends]
    hits = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=TOUCH_M).T.tolist()
    found: dict[int, list[_Insertion]] = defaultdict(list)
    done: set[int] = set()
    for number, other in sorted(hits):
        i, end = ends[number]
        node = int(lines[i].node[end])
        if other == i or node in done:
            continue
        at_m = float(shapely.line_locate_point(shapes[other], points[number]))
        found[other].append(_Insertion(at_m, node, (lines[i].lonlat[end, 0], lines[i].lonlat[end, 1])))
        done |= {node} | _end_met(lines[other], shapes[other], at_m)
    return found, sum(len(insertions) for insertions in found.values())


def _end_met(line: Line, shape: shapely.LineString, at_m: float) -> set[int]:
    """The node of the end that was met, so that two loose ends facing each other are joined once."""
    if at_m <= TOUCH_M:
        return {int(line.node[0])}
    return {int(line.node[-1])} if at_m >= shape.length - TOUCH_M else set()


def _insert(line: Line, shape: shapely.LineString, insertions: list[_Insertion]) -> Line:
    if not insertions:
        return line
    xy = np.asarray(shape.coords)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    ordered = sorted(insertions, key=lambda n: (n.at_m, n.node))
    # "right" puts an end met at the very start behind the first vertex and one met at the very end after the last.
    place = np.searchsorted(along, [n.at_m for n in ordered], side="right")
    node = np.insert(line.node, place, [n.node for n in ordered])
    lonlat = np.insert(line.lonlat, place, [n.lonlat for n in ordered], axis=0)
    return replace(line, node=node, lonlat=lonlat)
