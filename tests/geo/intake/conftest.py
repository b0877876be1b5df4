"""Small OSM files for the tests."""

from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

Tags = dict[str, str]


class OsmText:
    """Collects nodes, ways and relations; `write` makes an .osm file in the order OSM wants."""

    def __init__(self) -> None:
        self.nodes: list[str] = []
        self.ways: list[str] = []
        self.relations: list[str] = []

    def node(self, number: int, lon: float, lat: float, **tags: str) -> int:
        self.nodes.append(f'<node id="{number}" version="1" lon="{lon}" lat="{lat}">{_tags(tags)}</node>')
        return number

    def way(self, number: int, nodes: list[int], tags: Tags) -> int:
        refs = "".join(f'<nd ref="{n}"/>' for n in nodes)
        self.ways.append(f'<way id="{number}" version="1">{refs}{_tags(tags)}</way>')
        return number

    def box(self, number: int, lon: float, lat: float, size: float, tags: Tags) -> int:
        """A closed square way around lon, lat with its own nodes."""
        corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
        ids = [
            self.node(number * 100 + i, lon + dx * size / 2, lat + dy * size / 2) for i, (dx, dy) in enumerate(corners)
        ]
        return self.way(number, [*ids, ids[0]], tags)

    def relation(self, number: int, ways: list[int], tags: Tags) -> int:
        members = "".join(f'<member type="way" ref="{w}" role="outer"/>' for w in ways)
        self.relations.append(f'<relation id="{number}" version="1">{members}{_tags(tags)}</relation>')
        return number

    def write(self, path: Path) -> Path:
        body = "\n".join(_by_id(self.nodes) + _by_id(self.ways) + _by_id(self.relations))
        path.write_text(f'<?xml version="1.0"?>\n<osm version="0.6">\n{body}\n</osm>\n', encoding="utf-8")
        return path


def _tags(tags: Tags) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def _by_id(lines: list[str]) -> list[str]:
    return sorted(lines, key=lambda line: int(line.split('id="')[1].split('"')[0]))


@pytest.fixture
def osm() -> OsmText:
    """An empty OSM file to be filled."""
    return OsmText()
