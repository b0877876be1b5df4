"""OSM extracts opened by content, with tags filtered on pyosmium's C++ side. Second floor: intake."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import osmium
import shapely
from osmium.osm import Area, Node

from geo.intake.files.sniffing import Format, sniff
from geo.model.errors import N_, FileUnreadable, broken
from geo.model.phrases import phrase

OSM_SOURCE = "© OpenStreetMap contributors, ODbL"
_LIBOSMIUM_NAME = {
    Format.OSM_PBF: "pbf",
    Format.OSM_XML: "osm",
    Format.OSM_GZ: "osm.gz",
    Format.OSM_BZ2: "osm.bz2",
}


@dataclass(frozen=True)
class Element:
    """A node, or the area of a closed way or multipolygon, with a point on it."""

    kind: str  # node, way, relation
    number: int
    tags: dict[str, str]
    lon: float
    lat: float
    shape: shapely.Geometry | None  # polygon in degrees for areas

    @property
    def label(self) -> str:
        return f"{self.kind}/{self.number}"

    @property
    def name(self) -> str:
        """The name on the spot, else the Chinese or the English one, else empty."""
        return self.tags.get("name") or self.tags.get("name:zh") or self.tags.get("name:en") or ""

    @property
    def key(self) -> str:
        return f"osm-{self.kind}-{self.number}"


def osm_file(path: Path) -> osmium.io.File:
    """The extract, its format told by content. Raises FileMissing, FileUnreadable."""
    kind = sniff(path)
    if not kind.is_osm:
        told = phrase(N_("it is a {kind} file"), kind=kind)
        raise FileUnreadable(path=path, expected=N_("an OSM extract"), detail=told)
    return osmium.io.File(str(path), _LIBOSMIUM_NAME[kind])


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """What libosmium finds broken while reading becomes FileUnreadable."""
    try:
        yield
    except (RuntimeError, OSError) as error:
        raise FileUnreadable(path=path, expected=N_("an OSM extract"), detail=broken(error)) from error


def elements(path: Path, keys: tuple[str, ...], wanted: Callable[[dict[str, str]], bool]) -> list[Element]:
    """Nodes and areas carrying one of `keys` whose tags are `wanted`, in one reading, sorted by kind and number.

    Open ways and areas that cannot be assembled (clipped extracts) are left out.
    """
    source = osm_file(path)
    found: list[Element] = []
    with reading(path):
        processor = osmium.FileProcessor(source).with_areas(osmium.filter.KeyFilter(*keys))
        for entity in processor.with_filter(osmium.filter.KeyFilter(*keys)):
            tags = dict(entity.tags)
            if wanted(tags) and (element := _element(entity, tags)):
                found.append(element)
    return sorted(found, key=lambda e: (e.kind, e.number))


def _element(entity: object, tags: dict[str, str]) -> Element | None:
    if isinstance(entity, Node):
        known = entity.location.valid()
        return Element("node", entity.id, tags, entity.location.lon, entity.location.lat, None) if known else None
    if not isinstance(entity, Area):
        return None
    try:
        shape = shapely.from_wkb(osmium.geom.WKBFactory().create_multipolygon(entity))
    except RuntimeError:
        return None
    point = shapely.point_on_surface(shape)
    kind = "way" if entity.from_way() else "relation"
    return Element(kind, entity.orig_id(), tags, point.x, point.y, shape)
