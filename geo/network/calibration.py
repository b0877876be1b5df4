"""Speeds from observed drives: how much slower or faster each class of road is than assumed. Second floor: network.

A drive's modelled minutes are a sum over the classes of road on its way, plus what is fixed (the last metres to the
door, ferries by timetable). Observed = fixed + Σ minutes of class × slowness of class is linear in the slownesses; they
are found by robust least squares (scipy.optimize.least_squares, soft L1, bounded), the ways are searched again under
the new speeds, and so on until both agree.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import least_squares
from scipy.sparse.csgraph import dijkstra

from geo.model.assumptions import Assumptions
from geo.model.roads import ROAD_CLASSES, Floats, Ints, Mode, Roads
from geo.network.graph import Graph, build_graph
from geo.network.snapping import Snapped
from geo.network.travel_time import (
    access_minutes,
    demand_legs,
    facility_legs,
    part_minutes,
    time_matrix,
    with_facilities,
)

LIMIT = "maxspeed"  # the group of edges whose speed is a share of a posted limit
GROUPS = (*ROAD_CLASSES, LIMIT)
LEAST_TRIPS = 5  # for a fit at all; that use a group for its own factor: the others move together
LEAST_SHARE = 0.02  # of all minutes driven, as above
SLOWEST, FASTEST = 0.25, 4.0  # bounds of a factor on a speed
_ROUNDS = 8
_SETTLED = 0.002
_AT_BOUND = 0.01
_ROBUST_MIN = 2.0  # residuals beyond this count less and less


@dataclass(frozen=True)
class Trips:
    """r drives from a base to a scene: rows of the bases, scenes on the network, minutes observed."""

    base: Ints
    scene: Snapped
    observed_min: Floats


@dataclass(frozen=True)
class Calibration:
    """Factors on speeds (1: as assumed), and the error of the minutes in the trips used before and after."""

    factors: dict[str, float]  # by group that is driven on
    trips: dict[str, int]  # by group, how many trips use it
    assumptions: Assumptions  # with the new speeds
    used: int  # trips with a way
    before_min: Floats  # modelled (used,)
    after_min: Floats
    observed_min: Floats

    @property
    def at_bound(self) -> list[str]:
        """The groups whose factor was stopped by a bound: the drives would have it go further."""
        ends = (SLOWEST, FASTEST)
        return [group for group, factor in self.factors.items() if np.isclose(factor, ends, rtol=_AT_BOUND).any()]


def calibrate(roads: Roads, mode: Mode, bases: Snapped, trips: Trips, assumptions: Assumptions) -> Calibration | None:
    """The factors under which the modelled drives come nearest to the observed ones.

    Drives of 0 min and less tell no speed and are left out. None when fewer than LEAST_TRIPS trips with a way are left.
    """
    graph = build_graph(roads, mode, assumptions)
    before = drive_minutes(graph, bases, trips, assumptions)
    kept = np.flatnonzero(np.isfinite(before) & np.isfinite(trips.observed_min) & (trips.observed_min > 0))
    if len(kept) < LEAST_TRIPS:
        return None
    trips = Trips(trips.base[kept], trips.scene.take(kept), trips.observed_min[kept])
    factor, assumed = np.ones(len(GROUPS)), assumptions
    minutes, fixed = shares(graph, bases, trips, assumed)
    first = minutes
    for _ in range(_ROUNDS):
        step = 1 / _slowness(minutes, trips.observed_min - fixed)
        factor = np.clip(factor * step, SLOWEST, FASTEST)
        assumed = with_factors(assumptions, mode, factor)
        graph = build_graph(roads, mode, assumed)
        if np.abs(step - 1).max() < _SETTLED:
            break
        minutes, fixed = shares(graph, bases, trips, assumed)
    after = drive_minutes(graph, bases, trips, assumed)
    driven = np.flatnonzero(first.sum(axis=0) > 0)
    return Calibration(
        {GROUPS[g]: float(factor[g]) for g in driven},
        {GROUPS[g]: int((first[:, g] > 0).sum()) for g in driven},
        assumed,
        len(kept),
        before[kept],
        after,
        trips.observed_min,
    )


def with_factors(assumptions: Assumptions, mode: Mode, factor: Floats) -> Assumptions:
    """The assumptions with a mode's speeds multiplied by group, within what a speed may be."""
    by_group = dict(zip(GROUPS, factor.tolist(), strict=True))
    rows = []
    for row in assumptions.rows:
        speed = row.kind == "speed" and row.mode == mode
        limit = row.kind == "factor" and row.mode == mode and row.item == LIMIT
        high = 2.0 if limit else 200.0
        rows.append(replace(row, value=min(row.value * by_group[row.item], high)) if speed or limit else row)
    return replace(assumptions, rows=tuple(rows))


def drive_minutes(graph: Graph, bases: Snapped, trips: Trips, assumptions: Assumptions) -> Floats:
    """Modelled minutes of each trip, NaN where there is no way."""
    out = np.full(len(trips.base), np.nan)
    for base in np.unique(trips.base):
        rows = np.flatnonzero(trips.base == base)
        matrix = time_matrix(graph, bases.take(np.array([base])), trips.scene.take(rows), assumptions)
        out[rows] = matrix[:, 0]
    return out


def shares(graph: Graph, bases: Snapped, trips: Trips, assumptions: Assumptions) -> tuple[Floats, Floats]:
    """Minutes of each trip on each group of roads (r, GROUPS), and the minutes that no speed of a road changes (r,)."""
    group, free = _groups(graph)
    minutes = np.zeros((len(trips.base), len(GROUPS)))
    fixed = np.zeros(len(trips.base))
    for base in np.unique(trips.base):
        rows = np.flatnonzero(trips.base == base)
        one = bases.take(np.array([base]))
        for row, pieces in zip(rows, _ways(graph, one, trips.scene.take(rows), assumptions), strict=True):
            for edge, spent in pieces:
                if free[edge]:
                    minutes[row, group[edge]] += spent
                else:
                    fixed[row] += spent
        door = access_minutes(one, graph, assumptions, "facility")[0]
        fixed[rows] += door + access_minutes(trips.scene.take(rows), graph, assumptions, "demand")
    return minutes, fixed


def _groups(graph: Graph) -> tuple[Ints, np.ndarray]:
    """The group of every edge, and whether its minutes depend on a speed."""
    roads = graph.roads
    limited = roads.maxspeed_kph > 0
    group = np.where(limited, GROUPS.index(LIMIT), roads.road_class)
    return group.astype(np.int64), np.isnan(roads.duration_min)


def _ways(graph: Graph, base: Snapped, scene: Snapped, assumptions: Assumptions) -> list[list[tuple[int, float]]]:
    """For each scene the edges driven over from one base, with the minutes spent on each."""
    nodes = graph.roads.node_count
    leg, legs = facility_legs(graph, base, assumptions), demand_legs(graph, scene, assumptions)
    arcs = with_facilities(graph, leg, base)
    found = dijkstra(arcs, indices=[nodes], return_predecessors=True, limit=assumptions.horizon_min)
    minutes, before = found[0][0], found[1][0]
    tail = np.repeat(np.arange(nodes), np.diff(graph.arcs.indptr))
    keys = tail * nodes + graph.arcs.indices
    out = []
    for i, edge in enumerate(scene.edge.tolist()):
        start, end = int(graph.roads.start[edge]), int(graph.roads.end[edge])
        over_start, over_end = minutes[start] + legs.to_start_min[i], minutes[end] + legs.to_end_min[i]
        direct = _direct(graph, base, scene, i) + leg.access_min[0]
        if direct <= min(over_start, over_end):
            out.append([(edge, direct - leg.access_min[0])])
            continue
        node = start if over_start <= over_end else end
        pieces = [(edge, float(legs.to_start_min[i] if node == start else legs.to_end_min[i]))]
        while before[node] < nodes:
            arc = int(np.searchsorted(keys, before[node] * nodes + node))
            pieces.append((int(graph.arc_edge[arc]), float(graph.arcs.data[arc])))
            node = int(before[node])
        pieces.append((int(base.edge[0]), float(minutes[node] - leg.access_min[0])))
        out.append(pieces)
    return out


def _direct(graph: Graph, base: Snapped, scene: Snapped, i: int) -> float:
    if base.edge[0] != scene.edge[i]:
        return np.inf
    step = float(scene.fraction[i] - base.fraction[0])
    one_way = (graph.along_min if step >= 0 else graph.against_min)[base.edge[0]]
    return float(part_minutes(np.array([abs(step)]), np.array([one_way]))[0])


def _slowness(minutes: Floats, driven: Floats) -> Floats:
    """By how much the minutes on each group must be multiplied (GROUPS,). Groups too thinly driven move together."""
    total = minutes.sum(axis=0)
    own = ((minutes > 0).sum(axis=0) >= LEAST_TRIPS) & (total >= LEAST_SHARE * total.sum())
    columns = [minutes[:, g] for g in np.flatnonzero(own)]
    rest = minutes[:, ~own].sum(axis=1)
    matrix = np.column_stack([*columns, rest]) if rest.any() else np.column_stack(columns)

    def residual(slowness: Floats) -> Floats:
        return np.asarray(matrix @ slowness - driven, dtype=np.float64)

    def slope(slowness: Floats) -> Floats:
        return matrix

    fitted = least_squares(
        residual,
        np.ones(matrix.shape[1]),
        jac=slope,
        bounds=(1 / FASTEST, 1 / SLOWEST),
        loss="soft_l1",
        f_scale=_ROBUST_MIN,
    ).x
    out = np.ones(len(GROUPS))
    out[own] = fitted[: own.sum()]
    if rest.any():
        out[~own] = fitted[-1]
    return out
