"""Health systems of the policy (docs: domain, section 3) as small tables a user would load, on the toy county's roads.

The main road runs east from (0, 0) to (13000, 0) at 65 km/h; 县道 leads north from (6500, 0) to (6500, 5500).
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geo.model.inputs import Study
from geo.study import build_study
from tests.geo.county import Point, Village, lonlat, write_county, write_villages

CARE_COLUMNS = [
    "机构编码", "机构名称", "层级", "上级机构代码", "所属医共体", "经度", "纬度", "床位数", "服务能力", "标识",
]  # fmt: skip
LINK_COLUMNS = ["关系类型", "起点机构", "终点机构", "起始时间", "县外机构", "县外经度", "县外纬度", "属性"]


@dataclass(frozen=True)
class Place:
    """A row of the facility list."""

    key: str
    name: str
    tier: str
    parent: str = ""
    community: str = ""
    at: Point = (6500.0, 0.0)
    beds: str = ""
    capabilities: str = ""
    flags: str = ""


@dataclass(frozen=True)
class System:
    """A county's lists; `links` rows are kind, from, to, since, outside name, lon, lat, properties."""

    name: str
    scheme: str
    care: tuple[Place, ...]
    links: tuple[tuple[str, ...], ...] = ()
    villages: tuple[Village, ...] = field(
        default=(Village("V1", "中村", 2000, (6400, 0)), Village("V2", "北村", 300, (6500, 5400)))
    )


def build(system: System, folder: Path) -> Study:
    """The study that comes of the system's files."""
    rows = [
        [c.key, c.name, c.tier, c.parent, c.community, *lonlat([c.at])[0], c.beds, c.capabilities, c.flags]
        for c in system.care
    ]
    folder.mkdir(parents=True, exist_ok=True)
    care = _write(folder / "care.csv", CARE_COLUMNS, rows)
    links = _write(folder / "links.csv", LINK_COLUMNS, [[*row, *[""] * (8 - len(row))] for row in system.links])
    return build_study(
        write_county(
            folder / "county",
            name=system.name,
            title={"zh": system.name, "en": system.name},
            scheme_id=system.scheme,
            facilities=care,
            demand=write_villages(folder / "villages.csv", system.villages),
            links=links if system.links else None,
        )
    )


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path
