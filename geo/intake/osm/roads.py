"""Roads and ferries of an OSM extract as `Ways`. Second floor: intake, files → clean tables."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
from osmium.osm import NODE, WAY, Way

from geo.intake.osm.file import osm_file, reading
from geo.intake.osm.tags import access_bits, duration_min, road_class, speed_kph, surface_kind
from geo.model.errors import RoadsEmpty
from geo.model.roads import CLASS_INDEX, Ways

Vertex = tuple[int, float, float]  # node id, longitude, latitude


@dataclass
class WayCollector:
    """Ways while they are being gathered; `finish` turns them into arrays."""

    count: list[int] = field(default_factory=list)
    vertices: list[Vertex] = field(default_factory=list)
    road_class: list[int] = field(default_factory=list)
    access: list[int] = field(default_factory=list)
    surface: list[int] = field(default_factory=list)
    maxspeed_kph: list[float] = field(default_factory=list)
    duration_min: list[float] = field(default_factory=list)

    def add(
        self,
        vertices: list[Vertex],
        *,
        name: str,
        access: int,
        surface: int,
        maxspeed_kph: float = np.nan,
        duration_min: float = np.nan,
    ) -> None:
        self.count.append(len(vertices))
        self.vertices.extend(vertices)
        self.road_class.append(CLASS_INDEX[name])
        self.access.append(access)
        self.surface.append(surface)
        self.maxspeed_kph.append(maxspeed_kph)
        self.duration_min.append(duration_min)

    def finish(self) -> Ways:
        node, lon, lat = zip(*self.vertices, strict=True) if self.vertices else ((), (), ())
        return Ways(
            offset=np.concatenate([[0], np.cumsum(self.count)]).astype(np.int64),
            node_id=np.array(node, dtype=np.int64),
            lon=np.array(lon, dtype=np.float64),
            lat=np.array(lat, dtype=np.float64),
            road_class=np.array(self.road_class, dtype=np.uint8),
            access=np.array(self.access, dtype=np.uint8),
            surface=np.array(self.surface, dtype=np.uint8),
            maxspeed_kph=np.array(self.maxspeed_kph, dtype=np.float64),
            duration_min=np.array(self.duration_min, dtype=np.float64),
        )


def ways_from_osm(path: Path) -> Ways:
    """Every road, path and ferry somebody may travel, with OSM's node ids, in one reading of the extract.

    A way whose nodes are partly missing (clipped extracts) keeps its longest known run; a ferry cut so loses its
    duration, which was for the whole crossing.

    Raises FileMissing, FileUnreadable, RoadsEmpty.
    """
    source = osm_file(path)
    found = WayCollector()
    with reading(path):
        processor = osmium.FileProcessor(source, NODE | WAY).with_locations()
        processor.with_filter(osmium.filter.EntityFilter(WAY))
        for way in processor.with_filter(osmium.filter.KeyFilter("highway", "route")):
            if isinstance(way, Way):
                _add(found, way)
    if not found.count:
        raise RoadsEmpty(path=path)
    return found.finish()


def _add(found: WayCollector, way: Way) -> None:
    tags = dict(way.tags)
    name = road_class(tags)
    access = access_bits(tags, name) if name else 0
    if name is None or not access:
        return
    vertices, whole = _known_run(way)
    if len(vertices) < 2:
        return
    found.add(
        vertices,
        name=name,
        access=access,
        surface=surface_kind(tags.get("surface", "")),
        maxspeed_kph=speed_kph(tags.get("maxspeed", "")),
        duration_min=duration_min(tags.get("duration", "")) if name == "ferry" and whole else np.nan,
    )


def _known_run(way: Way) -> tuple[list[Vertex], bool]:
    """The longest run of vertices whose places are known, and whether that is the whole way."""
    best: list[Vertex] = []
    run: list[Vertex] = []
    whole = True
    for node in way.nodes:
        place = node.location
        if not place.valid():
            whole = False
            best, run = max(best, run, key=len), []
        elif not run or run[-1][0] != node.ref:
            run.append((node.ref, place.lon, place.lat))
    return max(best, run, key=len), whole
