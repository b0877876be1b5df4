"""WGS-84, GCJ-02 and BD-09: from one to another, and any declared system to WGS-84. Second floor: intake.

CGCS2000 counts as WGS-84 (they agree to centimetres). GCJ-02 is WGS-84 shifted by a smooth wave of 100–700 m; its
formula became public with the "eviltransform" programs (github.com/googollee/eviltransform, MIT), as did Baidu's
further shift BD-09 (github.com/wandergis/coordtransform, MIT); the lines here are our own. Neither formula has a closed
inverse, so both inverses are found by iteration.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from pyproj import Transformer

from geo.intake.files.plain_layers import WGS84
from geo.intake.files.reading import known_crs, usual_crs
from geo.model.roads import Floats

SHIFTED = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north: the rectangle in which the shifts apply
GCJ02, BD09 = "GCJ-02", "BD-09"
CLOSE_DEG = 1e-11  # 1 µm: where the iterations stop
MAX_STEPS = 30  # far more than the 5–8 that are needed

_AXIS_M, _ECCENTRICITY2 = 6378245.0, 0.00669342162296594323  # Krasovsky 1940, which the formula is written on
_BAIDU_WAVE = np.pi * 3000 / 180
_BAIDU_EAST, _BAIDU_NORTH = 0.0065, 0.006

Pair = tuple[Floats, Floats]
Shift = Callable[[Floats, Floats], Pair]


def wgs84_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Longitude and latitude in degrees, shape kept, NaN stays NaN; places outside SHIFTED stay where they are."""
    return _forward(lon, lat, _gcj_shift)


def gcj02_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """The inverse of `wgs84_to_gcj02`, exact to less than a millimetre (iteration)."""
    return _inverse(lon, lat, _gcj_shift)


def gcj02_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Longitude and latitude in degrees, shape kept, NaN stays NaN; places outside SHIFTED stay where they are."""
    return _forward(lon, lat, _baidu_shift)


def bd09_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """The inverse of `gcj02_to_bd09`, exact to less than a millimetre. The inverse in circulation is not: it is one
    step of this iteration and up to 1 m off."""
    return _inverse(lon, lat, _baidu_shift)


def wgs84_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """By way of GCJ-02."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """By way of GCJ-02."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def is_shifted(crs: str) -> bool:
    """Whether a declared system is one of the two that PROJ does not know and no file can state."""
    return usual_crs(crs) in (GCJ02, BD09)


def to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike, crs: str) -> Pair:
    """WGS-84 degrees of places in a declared system: "GCJ-02", "BD-09", "WGS-84", "CGCS2000", however spelled, or any
    authority and code ("EPSG:4490").

    In a projected system `lon` is the easting and `lat` the northing, whatever order the system itself prefers.
    Xi'an 1980 and Beijing 1954 have no public exact shift: such places may be up to 100 m off. A place that the system
    cannot hold, or with one number missing, is NaN in both. Raises ChoiceUnknown for a system that is not known.
    """
    x, y, _ = _prepared(lon, lat)
    missing = ~(np.isfinite(x) & np.isfinite(y))
    u, v = _from_declared(np.where(missing, 0.0, x), np.where(missing, 0.0, y), crs)
    lost = missing | ~(np.isfinite(u) & np.isfinite(v))
    return np.where(lost, np.nan, u), np.where(lost, np.nan, v)


def _from_declared(x: Floats, y: Floats, crs: str) -> Pair:
    if is_shifted(crs):
        return (gcj02_to_wgs84 if usual_crs(crs) == GCJ02 else bd09_to_wgs84)(x, y)
    system = known_crs(crs, (GCJ02, BD09))
    if system.to_epsg() in (4326, 4490):
        return x, y
    u, v = Transformer.from_crs(system, WGS84, always_xy=True).transform(x, y)
    return np.asarray(u), np.asarray(v)


# ---- the shifts ------------------------------------------------------------------------------------------------


def _gcj_shift(lon: Floats, lat: Floats) -> Pair:
    """What GCJ-02 adds to a WGS-84 place, in degrees."""
    east_m, north_m = _waves(lon - 105.0, lat - 35.0)
    phi = np.radians(lat)
    flat = 1 - _ECCENTRICITY2 * np.sin(phi) ** 2
    parallel_m = _AXIS_M / np.sqrt(flat) * np.cos(phi)  # radius of the circle of latitude
    meridian_m = _AXIS_M * (1 - _ECCENTRICITY2) / flat**1.5
    return np.degrees(east_m / parallel_m), np.degrees(north_m / meridian_m)


def _waves(x: Floats, y: Floats) -> Pair:
    """The shift in metres east and north, x and y in degrees from 105° E 35° N."""
    root = np.sqrt(np.abs(x))
    ripple = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += 2 / 3 * (ripple + _swell(x, 20, 40, 1, 3) + _swell(x, 150, 300, 12, 30))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += 2 / 3 * (ripple + _swell(y, 20, 40, 1, 3) + _swell(y, 160, 320, 12, 30))
    return east, north


def _swell(t: Floats, high: float, higher: float, length: float, longer: float) -> Floats:
    return high * np.sin(np.pi * t / length) + higher * np.sin(np.pi * t / longer)


def _baidu_shift(lon: Floats, lat: Floats) -> Pair:
    """What BD-09 adds to a GCJ-02 place, in degrees: a wave in polar coordinates, and a constant."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU_WAVE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU_WAVE)
    return radius * np.cos(angle) + _BAIDU_EAST - lon, radius * np.sin(angle) + _BAIDU_NORTH - lat


# ---- forward and back ------------------------------------------------------------------------------------------


def _forward(lon: npt.ArrayLike, lat: npt.ArrayLike, shift: Shift) -> Pair:
    x, y, inside = _prepared(lon, lat)
    east, north = shift(x[inside], y[inside])
    x[inside] += east
    y[inside] += north
    return x, y


def _inverse(lon: npt.ArrayLike, lat: npt.ArrayLike, shift: Shift) -> Pair:
    """The place whose shift leads to `lon`, `lat`. A shift changes by less than 3 % of the way walked, so taking it at
    the last guess brings the guess at least 30 times nearer at each step."""
    x, y, inside = _prepared(lon, lat)
    goal_x, goal_y = x[inside], y[inside]
    at_x, at_y = goal_x, goal_y
    for _ in range(MAX_STEPS):
        east, north = shift(at_x, at_y)
        step = max(_largest(goal_x - east - at_x), _largest(goal_y - north - at_y))
        at_x, at_y = goal_x - east, goal_y - north
        if step < CLOSE_DEG:
            break
    x[inside], y[inside] = at_x, at_y
    return x, y


def _prepared(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Copies of both, and where the shifts apply; NaN is nowhere."""
    x, y = np.broadcast_arrays(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    west, south, east, north = SHIFTED
    return x.copy(), y.copy(), (x >= west) & (x <= east) & (y >= south) & (y <= north)


def _largest(values: Floats) -> float:
    return float(np.abs(values).max(initial=0.0))
