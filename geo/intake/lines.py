"""Roads out of any line layer (SHP, GPKG, GeoJSON, KML) as `Ways`. Second floor: intake, files → clean tables."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.intake.desk.headers import plain_header
from geo.intake.junctions import Line, join_ends
from geo.intake.osm.roads import WayCollector
from geo.intake.osm.tags import access_bits, duration_min, road_class, speed_kph, surface_kind
from geo.model.errors import RoadsEmpty
from geo.model.problems import Problem
from geo.model.roads import Floats, Ints, Ways

SAME_NODE_PER_DEGREE = 10_000_000  # vertices equal after rounding to 1e-7 degrees (1 cm) are one node
# Administrative grade to class [G: editable nowhere yet; grades say who owns a road, classes how fast it is].
_CLASS_NAMES = {
    "motorway": "高速 高速公路 高速路",
    "trunk": "国道 城市快速路 快速路 一级 一级公路",
    "primary": "省道 主干道 主干路 城市主干路 二级 二级公路",
    "secondary": "县道 次干道 次干路 城市次干路 三级 三级公路",
    "tertiary": "乡道 支路 城市支路 四级 四级公路",
    "unclassified": "村道 专用公路 等外 等外公路 other unknown 其他",
    "residential": "居民区道路 街道 街巷",
    "service": "内部道路",
    "track": "机耕路 机耕道 生产路 tractorroad",
    "footway": "人行道 步行道",
    "path": "小路 山路",
    "ferry": "渡口 轮渡",
}
_CLASS_OF = {word: name for name, words in _CLASS_NAMES.items() for word in words.split()}
_NOT_OPEN = {"construction", "proposed", "planned", "在建", "规划"}
_ONEWAY = {"f": "yes", "ft": "yes", "t": "-1", "tf": "-1", "b": "no", "是": "yes", "y": "yes", "否": "no", "n": "no"}
_LINES = ("LineString", "LinearRing")


@dataclass(frozen=True)
class _Grade:
    """The class of a line and how it was found."""

    name: str
    known: bool
    is_open: bool = True


def ways_from_features(path: Path, features: gpd.GeoDataFrame, rows: pd.DataFrame) -> tuple[Ways, list[Problem]]:
    """The lines of a layer as ways, and what is wrong with which feature.

    `features` are shapes in EPSG:4326 and `rows` what is said of them under our names (text), both indexed by the
    feature's number. Vertices equal to 1e-7 degrees are the same node. An end within 1 m of another line, without a
    shared vertex, is joined to it there (a T junction drawn without a node). Unknown classes count as unclassified.

    `path` is named in errors. Raises RoadsEmpty.
    """
    lines, problems = _lines(features)
    grades = {row: _grade(word) for row, word in _class_words(rows).items()}
    problems += _class_problems(rows, grades, {line.row for line in lines})
    lines = [line for line in lines if grades[line.row].is_open]
    lines, joined = join_ends(lines)
    if joined:
        problems.append(Problem("junctions_made", "warning", "roads", params={"count": joined}))
    ways = _collect(lines, rows, grades)
    if len(ways.offset) < 2:
        raise RoadsEmpty(path=path)
    return ways, problems


def _lines(features: gpd.GeoDataFrame) -> tuple[list[Line], list[Problem]]:
    """Every single line with its feature's number and node ids, and the features that give none."""
    problems: list[Problem] = []
    parts: list[tuple[int, Floats]] = []
    for row, shape in zip(features.index.tolist(), features.geometry, strict=True):
        found = _coordinates(shape)
        if not found:
            problems.append(_no_line(row, shape))
        parts += [(row, c) for c in found]
    ids = _node_ids(np.vstack([c for _, c in parts])) if parts else np.empty(0, dtype=np.int64)
    starts = np.cumsum([0] + [len(c) for _, c in parts])
    lines = [Line(row, *_once(ids[s : s + len(c)], c)) for (row, c), s in zip(parts, starts[:-1], strict=True)]
    return [line for line in lines if len(line.node) > 1], problems


def _coordinates(shape: shapely.Geometry | None) -> list[Floats]:
    if shape is None or shape.is_empty:
        return []
    return [np.asarray(p.coords)[:, :2] for p in shapely.get_parts(shape) if p.geom_type in _LINES and p.length > 0]


def _no_line(row: int, shape: shapely.Geometry | None) -> Problem:
    if shape is None or shape.is_empty:
        return Problem("geometry_missing", "error", "roads", row, "geometry")
    return Problem("geometry_not_a_line", "error", "roads", row, "geometry", {"kind": shape.geom_type})


def _node_ids(lonlat: Floats) -> Ints:
    keys = np.round(lonlat * SAME_NODE_PER_DEGREE).astype(np.int64)
    return np.unique(keys, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _once(node: Ints, lonlat: Floats) -> tuple[Ints, Floats]:
    """Without vertices repeated one after the other."""
    keep = np.concatenate([[True], node[1:] != node[:-1]])
    return node[keep], lonlat[keep]


# ---- attributes ------------------------------------------------------------------------------------------------


def _class_words(rows: pd.DataFrame) -> dict[int, str]:
    words = rows["road_class"] if "road_class" in rows.columns else pd.Series("", index=rows.index)
    return {int(str(row)): word for row, word in words.items()}


def _grade(word: str) -> _Grade:
    text = word.strip().casefold()
    if text in _NOT_OPEN:
        return _Grade("unclassified", True, is_open=False)
    name = road_class({"highway": text}) or ("ferry" if text == "ferry" else None)
    name = name or _CLASS_OF.get(plain_header(word)) or ("track" if text.startswith("track_") else None)
    return _Grade(name or "unclassified", name is not None)


def _class_problems(rows: pd.DataFrame, grades: dict[int, _Grade], used: set[int]) -> list[Problem]:
    if "road_class" not in rows.columns:
        return [Problem("class_missing", "warning", "roads", None, "road_class", {"count": len(used)})]
    words = rows["road_class"].to_dict()
    unknown = Counter(str(words[row]) for row in sorted(used) if not grades[row].known)
    closed = sum(not grades[row].is_open for row in used)
    problems: list[Problem] = []
    if unknown:
        values = ", ".join(word or '""' for word, _ in unknown.most_common(5))
        params: dict[str, object] = {"count": unknown.total(), "values": values}
        problems.append(Problem("class_unknown", "warning", "roads", None, "road_class", params))
    if closed:
        problems.append(Problem("class_not_open", "warning", "roads", None, "road_class", {"count": closed}))
    return problems


def _collect(lines: list[Line], rows: pd.DataFrame, grades: dict[int, _Grade]) -> Ways:
    found = WayCollector()
    tags_of = {int(str(row)): _tags(tags) for row, tags in rows.to_dict("index").items()}
    for line in lines:
        tags, name = tags_of.get(line.row, {}), grades[line.row].name
        access = access_bits(tags, name)
        if not access:
            continue
        vertices = list(zip(line.node.tolist(), *line.lonlat.T.tolist(), strict=True))
        found.add(
            vertices,
            name=name,
            access=access,
            surface=surface_kind(tags.get("surface", "")),
            maxspeed_kph=speed_kph(tags.get("speed", "")),
            duration_min=duration_min(tags.get("duration", "")) if name == "ferry" else np.nan,
        )
    return found.finish()


def _tags(row: dict[object, str]) -> dict[str, str]:
    tags = {str(k): v.strip().lower() for k, v in row.items() if k != "road_class"}
    return tags | {"oneway": _ONEWAY.get(tags.get("oneway", ""), tags.get("oneway", ""))}
