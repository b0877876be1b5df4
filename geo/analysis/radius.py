"""The rule of the radius beside the clock: whom a circle counts and an ambulance does not reach. Third floor: analysis.

A radius is not a time. Distances are straight lines on the WGS-84 ellipsoid.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pyproj import Geod

from geo.model.bases import Base
from geo.model.roads import Floats

_ELLIPSOID = Geod(ellps="WGS84")


def nearest_m(bases: Sequence[Base], places: pd.DataFrame) -> Floats:
    """Metres in a straight line from each place (a row with lon and lat) to the nearest base; infinite without one."""
    lon, lat = (places[axis].to_numpy(dtype=float) for axis in ("lon", "lat"))
    out = np.full(len(lon), np.inf)
    for base in bases:
        distance = _ELLIPSOID.inv(np.full(len(lon), base.lon), np.full(len(lat), base.lat), lon, lat)[2]
        out = np.minimum(out, distance)
    return out


def compare(straight_m: Floats, reached: np.ndarray, population: Floats, radii_km: Sequence[float]) -> pd.DataFrame:
    """People by radius and by clock, a row a radius.

    `straight_m` is the distance to the nearest base and `reached` whether the clock is kept, a demand point each.
    Columns: radius_km, counted (people within the radius, itself included), counted_not_reached (of these not reached
    in time), reached_not_counted (reached in time from beyond the radius).
    """
    rows = []
    for radius in radii_km:
        within = straight_m <= radius * 1000
        rows.append({
            "radius_km": float(radius),
            "counted": float(population[within].sum()),
            "counted_not_reached": float(population[within & ~reached].sum()),
            "reached_not_counted": float(population[~within & reached].sum()),
        })  # fmt: skip
    return pd.DataFrame(rows)
