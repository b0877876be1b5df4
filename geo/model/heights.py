"""The height of the land about a county, as a grid in degrees. First floor: the words."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.model.roads import Floats

Box = tuple[float, float, float, float]  # west, south, east, north in degrees


@dataclass(frozen=True)
class Heights:
    """Metres above the sea at (row, column), rows from north to south; NaN where nothing is known.

    `west` and `north` are the place of the first cell's centre, the steps from centre to centre, all in degrees.
    """

    west: float
    north: float
    step_lon: float
    step_lat: float
    metres: npt.NDArray[np.float32]

    def at(self, lon: Floats, lat: Floats) -> Floats:
        """Heights at some places, straight-lined between the four cells about each; NaN off the grid."""
        column, row = (lon - self.west) / self.step_lon, (self.north - lat) / self.step_lat
        rows, columns = self.metres.shape
        inside = (column >= 0) & (column <= columns - 1) & (row >= 0) & (row <= rows - 1)
        column, row = np.where(inside, column, 0.0), np.where(inside, row, 0.0)
        left, top = np.minimum(column.astype(int), columns - 2), np.minimum(row.astype(int), rows - 2)
        x, y = column - left, row - top
        grid = self.metres
        upper = _between(grid[top, left], grid[top, left + 1], x)
        lower = _between(grid[top + 1, left], grid[top + 1, left + 1], x)
        return np.where(inside, _between(upper, lower, y), np.nan)


def _between(a: Floats, b: Floats, share: Floats) -> Floats:
    """From a at 0 to b at 1. A cell without a height does not spoil a place that does not need it."""
    mixed = a * (1 - share) + b * share
    return np.where(share == 0, a, np.where(share == 1, b, mixed)).astype(np.float64)
