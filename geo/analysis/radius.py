"""The rule of the radius beside the clock: whom a circle counts and an ambulance does not reach. Third floor: analysis.

A radius is not a time. Distances are straight lines on the WGS-84 ellipsoid.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pyproj import Geod

from geo.model.roads import Floats

_ELLIPSOID = Geod(ellps="WGS84")


def nearest_m(base_lon: Floats, base_lat: Floats, lon: Floats, lat: Floats) -> Floats:
    """Metres in a straight line from each place (p,) to the nearest base; infinite without a base."""
    out = np.full(len(lon), np.inf)
    for x, y in zip(base_lon.tolist(), base_lat.tolist(), strict=True):
        distance = _ELLIPSOID.inv(np.full(len(lon), x), np.full(len(lat), y), lon, lat)[2]
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
