"""Toy networks: polylines in metres on a small plane near 106°E 28°N, so that answers can be worked out by hand."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from pyproj import CRS

from geo.model.projection import to_degrees
from geo.model.roads import CLASS_INDEX, CYCLE, FOOT, MOTOR, SURFACE_UNKNOWN, Ways

PLANE = CRS.from_epsg(4544)  # CGCS2000 / 3-degree Gauss-Krüger, central meridian 105°E
EAST, NORTH = 500_000.0, 3_100_000.0  # on the central meridian, where the plane's scale is 1
BOTH = MOTOR | CYCLE | FOOT


def degrees(points: Sequence[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude of points given in metres from the toy plane's origin."""
    xy = np.array(points, dtype=float).reshape(-1, 2)
    return to_degrees(EAST + xy[:, 0], NORTH + xy[:, 1], PLANE)


@pytest.fixture(name="degrees", scope="session")
def _degrees() -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    return degrees


@pytest.fixture(scope="session")
def make_ways() -> Callable[..., Ways]:
    """make_ways([[(x, y), ...], ...], road_class=..., access=..., ...): equal coordinates are the same node."""

    def make(
        lines: Sequence[Sequence[tuple[float, float]]],
        road_class: str | Sequence[str] = "primary",
        access: int | Sequence[int] = BOTH,
        surface: int = SURFACE_UNKNOWN,
        maxspeed_kph: float | Sequence[float] = np.nan,
        duration_min: float | Sequence[float] = np.nan,
    ) -> Ways:
        count = len(lines)
        ids: dict[tuple[float, float], int] = {}
        points = [p for line in lines for p in line]
        lon, lat = degrees(points)
        classes = [road_class] * count if isinstance(road_class, str) else list(road_class)
        return Ways(
            offset=np.r_[0, np.cumsum([len(line) for line in lines])].astype(np.int64),
            node_id=np.array([ids.setdefault(p, len(ids)) for p in points], dtype=np.int64),
            lon=lon,
            lat=lat,
            road_class=np.array([CLASS_INDEX[c] for c in classes], dtype=np.uint8),
            access=np.broadcast_to(np.asarray(access, dtype=np.uint8), count).copy(),
            surface=np.full(count, surface, dtype=np.uint8),
            maxspeed_kph=np.broadcast_to(np.asarray(maxspeed_kph, dtype=float), count).copy(),
            duration_min=np.broadcast_to(np.asarray(duration_min, dtype=float), count).copy(),
        )

    return make
