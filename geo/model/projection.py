"""Degrees to metres and back, in a projection chosen from the data. First floor: the words.

Lengths and areas are never measured in degrees and never in EPSG:3857. CGCS2000 and WGS-84 count as the same datum
(they agree to centimetres, far below map scale), so no datum shift is ever applied here.
"""

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer

from geo.model.errors import OutOfRange
from geo.model.roads import Floats

CHINA = (73.0, 17.0, 136.0, 54.0)  # west, south, east, north: where the Gauss-Krüger zones are used
_GAUSS_KRUEGER_75E = 4534  # EPSG: CGCS2000 / 3-degree Gauss-Kruger CM 75E, without a zone prefix in the easting
_UTM_NORTH, _UTM_SOUTH = 32600, 32700


def metric_crs(lon: npt.ArrayLike, lat: npt.ArrayLike) -> CRS:
    """The metric projection for places at `lon`, `lat` (degrees, any shape, NaN ignored).

    CGCS2000 3-degree Gauss-Krüger when the middle of the places' extent lies in China, else UTM on WGS-84. The middle
    of the extent, not the mean, so that neither the order nor the density of places changes the answer.

    Raises OutOfRange when there is no place at all, or the middle is no longitude and latitude.
    """
    x, y = _middle(lon, "longitude", 180.0), _middle(lat, "latitude", 90.0)
    west, south, east, north = CHINA
    if west <= x <= east and south <= y <= north:
        zone = min(max(round(x / 3), 25), 45)
        return CRS.from_epsg(_GAUSS_KRUEGER_75E + zone - 25)
    zone = min(int((x + 180) // 6) + 1, 60)
    return CRS.from_epsg((_UTM_NORTH if y >= 0 else _UTM_SOUTH) + zone)


def to_metric(lon: npt.ArrayLike, lat: npt.ArrayLike, crs: CRS) -> tuple[Floats, Floats]:
    """Easting and northing in metres of places in degrees, each in the shape given; NaN stays NaN."""
    return _transform(Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True), lon, lat)


def to_degrees(x: npt.ArrayLike, y: npt.ArrayLike, crs: CRS) -> tuple[Floats, Floats]:
    """Longitude and latitude in degrees of places in metres, each in the shape given; NaN stays NaN."""
    return _transform(Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True), x, y)


def _middle(values: npt.ArrayLike, what: str, limit: float) -> float:
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        raise OutOfRange(what=what, low=-limit, high=limit, value="missing")
    middle = float((known.min() + known.max()) / 2)
    if abs(middle) > limit:
        raise OutOfRange(what=what, low=-limit, high=limit, value=middle)
    return middle


def _transform(transformer: Transformer, a: npt.ArrayLike, b: npt.ArrayLike) -> tuple[Floats, Floats]:
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    missing = ~(np.isfinite(first) & np.isfinite(second))
    u, v = transformer.transform(np.where(missing, 0.0, first), np.where(missing, 0.0, second))
    return np.where(missing, np.nan, u), np.where(missing, np.nan, v)
