"""Roads as arrays: ways as a file gives them, roads as the search wants them. First floor: the words.

`Ways` are polylines with attributes and node ids (equal id = same place, so ways meet there). `Roads` is the contracted
graph: nodes are junctions and ends, edges keep the full geometry of the chain they stand for.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

Mode = Literal["ambulance", "car", "e_bike", "walk"]
MODES: tuple[Mode, ...] = ("ambulance", "car", "e_bike", "walk")

ROAD_CLASSES = (
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street",
    "service", "track", "path", "footway", "steps", "ferry",
)  # fmt: skip
CLASS_INDEX = {name: i for i, name in enumerate(ROAD_CLASSES)}

# Who may travel an edge, and which way: bits of `access`. Forward is from the edge's start to its end.
MOTOR_FORWARD, MOTOR_BACKWARD, CYCLE_FORWARD, CYCLE_BACKWARD, FOOT = 1, 2, 4, 8, 16
MOTOR, CYCLE = MOTOR_FORWARD | MOTOR_BACKWARD, CYCLE_FORWARD | CYCLE_BACKWARD
FORWARD_BIT: dict[Mode, int] = {"ambulance": 1, "car": 1, "e_bike": 4, "walk": 16}
BACKWARD_BIT: dict[Mode, int] = {"ambulance": 2, "car": 2, "e_bike": 8, "walk": 16}

UNPAVED, PAVED, SURFACE_UNKNOWN = 0, 1, 2


@dataclass(frozen=True)
class Ways:
    """w polylines with k vertices in all, WGS-84 degrees. Vertices of way i are offset[i]:offset[i+1]."""

    offset: Ints  # (w+1,)
    node_id: Ints  # (k,) equal ids are the same place
    lon: Floats  # (k,)
    lat: Floats  # (k,)
    road_class: Bytes  # (w,) index into ROAD_CLASSES
    access: Bytes  # (w,) bits above
    surface: Bytes  # (w,) UNPAVED, PAVED or SURFACE_UNKNOWN
    maxspeed_kph: Floats  # (w,) NaN when unknown
    duration_min: Floats  # (w,) for the whole way (ferries); NaN when unknown


@dataclass(frozen=True)
class Roads:
    """n junctions and m edges. Vertices of edge i are vertex_offset[i]:vertex_offset[i+1], from start to end."""

    node_lon: Floats  # (n,)
    node_lat: Floats  # (n,)
    start: Ints  # (m,) node index
    end: Ints  # (m,)
    length_m: Floats  # (m,) along the geometry, on the ellipsoid
    road_class: Bytes  # (m,)
    access: Bytes  # (m,)
    surface: Bytes  # (m,)
    maxspeed_kph: Floats  # (m,)
    duration_min: Floats  # (m,)
    vertex_offset: Ints  # (m+1,)
    vertex_lon: Floats  # (k,)
    vertex_lat: Floats  # (k,)
    vertex_height_m: Floats = field(default_factory=lambda: np.empty(0))  # (k,) above the sea; NaN unknown

    def __post_init__(self) -> None:
        if len(self.vertex_height_m) != len(self.vertex_lon):
            object.__setattr__(self, "vertex_height_m", np.full(len(self.vertex_lon), np.nan))

    @property
    def has_heights(self) -> bool:
        """Whether the height of any vertex is known."""
        return bool(np.isfinite(self.vertex_height_m).any())

    @property
    def node_count(self) -> int:
        return len(self.node_lon)

    @property
    def edge_count(self) -> int:
        return len(self.start)

    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        lon, lat = self.vertex_lon, self.vertex_lat
        return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())

    def edge_vertices(self, edge: int) -> Floats:
        """(k, 2) longitude, latitude of one edge, from its start to its end."""
        part = slice(self.vertex_offset[edge], self.vertex_offset[edge + 1])
        return np.column_stack([self.vertex_lon[part], self.vertex_lat[part]])
