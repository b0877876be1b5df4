"""The ground of a map picture: from degrees to the picture's own units, and paths as SVG. Fourth floor: output.

Drawn in the county's metric projection, so that a kilometre is as long in every direction and the scale bar is true.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo.model.briefing import View
from geo.model.projection import metric_crs, to_metric
from geo.model.roads import Floats

_EQUATOR_M_PER_PX = 156_543.034  # of a web map at zoom 0
_STAGE_PX = 1100.0  # how wide the map on the page is when a view is captured


@dataclass(frozen=True)
class Plot:
    """A window on the county: `left`, `top` in metres stand at the origin of a box `width` × `height` units."""

    crs: CRS
    left: float
    top: float
    m_per_unit: float
    width: float
    height: float

    def xy(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Places in the picture's units, x to the right and y downwards."""
        x, y = to_metric(lon, lat, self.crs)
        return (x - self.left) / self.m_per_unit, (self.top - y) / self.m_per_unit

    def outside(self, x: Floats, y: Floats, margin: float = 20.0) -> npt.NDArray[np.bool_]:
        """Which places lie outside the box, or nowhere."""
        known = np.isfinite(x) & np.isfinite(y)
        inside = (x > -margin) & (x < self.width + margin) & (y > -margin) & (y < self.height + margin)
        return ~(known & inside)


def plot_of(outline: BaseGeometry, view: View | None, width: float, height: float, margin: float = 18.0) -> Plot:
    """The window that shows the whole outline, or what a view of the page's map shows, in a box of some units."""
    west, south, east, north = outline.bounds
    crs = metric_crs([west, east], [south, north])
    if view:
        (x,), (y,) = to_metric([view.lon], [view.lat], crs)
        m_per_px = _EQUATOR_M_PER_PX * np.cos(np.radians(view.lat)) / 2**view.zoom
        scale = m_per_px * _STAGE_PX / width
    else:
        at = shapely.get_coordinates(shapely.segmentize(outline, 0.05))
        xs, ys = to_metric(at[:, 0], at[:, 1], crs)
        x, y = (xs.min() + xs.max()) / 2, (ys.min() + ys.max()) / 2
        room = (max(width - 2 * margin, 1.0), max(height - 2 * margin, 1.0))
        scale = max((xs.max() - xs.min()) / room[0], (ys.max() - ys.min()) / room[1], 1e-6)
    return Plot(crs, float(x - width * scale / 2), float(y + height * scale / 2), float(scale), width, height)


def area_path(plot: Plot, area: BaseGeometry) -> str:
    """The `d` of an SVG path for a polygon or several, holes kept (fill with evenodd)."""
    rings = shapely.get_rings(shapely.get_parts(area))
    return "".join(_line_path(plot, np.asarray(rings), close=True))


def lines_path(plot: Plot, lines: npt.NDArray[np.object_]) -> str:
    """The `d` of an SVG path for lines; those that are wholly outside are left out."""
    return "".join(_line_path(plot, lines, close=False))


def _line_path(plot: Plot, lines: npt.NDArray[np.object_], *, close: bool) -> list[str]:
    at, line = shapely.get_coordinates(lines, return_index=True)
    if not len(at):
        return []
    x, y = (np.round(v, 1) for v in plot.xy(at[:, 0], at[:, 1]))
    starts = np.flatnonzero(np.r_[True, line[1:] != line[:-1]])
    ends = np.r_[starts[1:], len(line)]
    seen = (np.maximum.reduceat(x, starts) > 0) & (np.minimum.reduceat(x, starts) < plot.width)
    seen &= (np.maximum.reduceat(y, starts) > 0) & (np.minimum.reduceat(y, starts) < plot.height)
    out = []
    for i, (a, b) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        if b - a >= 2 and (close or seen[i]):
            points = "L".join(f"{u:g} {v:g}" for u, v in zip(x[a:b].tolist(), y[a:b].tolist(), strict=True))
            out.append(f"M{points}{'Z' if close else ''}")
    return out
