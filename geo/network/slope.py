"""Walking and cycling up and down: how much longer a stretch takes than on the flat. Second floor: network.

Walking is Tobler's hiking function, 6·exp(−3.5·|S + 0.05|) km/h at slope S (rise over horizontal run): Tobler 1993, as
tabled in ij-healthgeographics 1476-072X-11-6. It is used as a share of its own speed on the flat (5.04 km/h), so that
the walking speeds of speeds.csv stay what they say on flat roads, and on stairs, and can still be edited.
"""

import numpy as np

from geo.model.assumptions import Assumptions
from geo.model.heights import Heights
from geo.model.roads import Floats, Mode, Roads

_METRES_A_DEGREE = 111_320.0  # of latitude; slopes need no better
_LEG_PARTS = 16  # stretches that a leg off the road is cut into
_LEAST_RUN_M = 1.0  # shorter steps between vertices say nothing of the slope


def tobler_kph(slope: Floats) -> Floats:
    """Walking speed in km/h on a slope, positive uphill."""
    return np.asarray(6 * np.exp(-3.5 * np.abs(np.asarray(slope) + 0.05)), dtype=np.float64)


def walking_slowness(slope: Floats) -> Floats:
    """How many times longer a walk takes on a slope than on the flat; 1 where the slope is not known."""
    return np.asarray(np.where(np.isnan(slope), 1.0, tobler_kph(np.zeros(1)) / tobler_kph(slope)), dtype=np.float64)


def cycling_slowness(slope: Floats, assumptions: Assumptions) -> Floats:
    """The same by e-bike: so much of the speed is lost for each per cent of climb, down to a least share of it.

    Both figures are editable assumptions (speeds.csv, general knowledge). Downhill is ridden as on the flat.
    """
    loss = assumptions.find("factor", "e_bike", "climb") or 0.0
    least = assumptions.find("factor", "e_bike", "steepest") or 1.0
    climb_pct = 100 * np.nan_to_num(np.maximum(slope, 0))
    return np.asarray(1 / np.maximum(least, 1 - loss * climb_pct), dtype=np.float64)


def edge_slowness(roads: Roads, mode: Mode, assumptions: Assumptions) -> tuple[Floats, Floats]:
    """For every edge how many times longer it takes than on the flat, from start to end and from end to start.

    Summed along the vertices, not from end to end. 1 for vehicles and where no heights are known.
    """
    flat = np.ones(roads.edge_count)
    if mode not in ("walk", "e_bike") or not roads.has_heights:
        return flat, flat
    run = steps_m(roads)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(run >= _LEAST_RUN_M, np.diff(roads.vertex_height_m) / run, 0.0)
    both = [_slowness(mode, s, assumptions) for s in (slope, -slope)]
    there, back = (_along(roads, run, slowness) for slowness in both)
    return there, back


def steps_m(roads: Roads) -> Floats:
    """From each vertex to the next, metres (k-1,); 0 from one edge's last vertex to the next edge's first."""
    lat = roads.vertex_lat
    east = np.diff(roads.vertex_lon) * np.cos(np.radians((lat[1:] + lat[:-1]) / 2))
    run = np.hypot(east, np.diff(lat)) * _METRES_A_DEGREE
    run[roads.vertex_offset[1:-1] - 1] = 0.0
    return np.asarray(run, dtype=np.float64)


def share_above(roads: Roads, height_m: float) -> Floats:
    """The share of every edge's length that lies at or above a height; 1 where its height is not known."""
    middle = (roads.vertex_height_m[1:] + roads.vertex_height_m[:-1]) / 2
    above = np.where(np.isnan(middle), 1.0, middle >= height_m)
    return _along(roads, steps_m(roads), above)


def leg_slowness(heights: Heights, place: tuple[Floats, Floats], road: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """How many times longer walks straight over the land take than on the flat: from places to the road, and back.

    `place` and `road` are longitudes and latitudes (p,). 1 where a height is missing. NaN stays NaN.
    """
    share = np.linspace(0, 1, _LEG_PARTS + 1)
    lon, lat = (a[:, None] + (b - a)[:, None] * share for a, b in zip(place, road, strict=True))
    run = np.hypot((road[0] - place[0]) * np.cos(np.radians(place[1])), road[1] - place[1]) * _METRES_A_DEGREE
    step = np.maximum(run, _LEAST_RUN_M)[:, None] / _LEG_PARTS
    slope = np.diff(heights.at(lon, lat), axis=1) / step
    there, back = walking_slowness(slope).mean(axis=1), walking_slowness(-slope).mean(axis=1)
    return np.asarray(there, dtype=np.float64), np.asarray(back, dtype=np.float64)


def _slowness(mode: Mode, slope: Floats, assumptions: Assumptions) -> Floats:
    return walking_slowness(slope) if mode == "walk" else cycling_slowness(slope, assumptions)


def _along(roads: Roads, run: Floats, value: Floats) -> Floats:
    """The mean of a figure of every step over each edge, weighted by length; for edges without length, plain."""
    weight = np.r_[np.maximum(run, 1e-9), 0.0]
    weight[roads.vertex_offset[1:] - 1] = 0.0  # the last vertex of an edge begins no step of it
    total = np.add.reduceat(weight * np.r_[value, 0.0], roads.vertex_offset[:-1])
    return np.asarray(total / np.add.reduceat(weight, roads.vertex_offset[:-1]), dtype=np.float64)
