"""A file of any kind as a `Check`: lists row by row, areas, roads, people, heights. Joins the rooms.

The bytes are read by child processes (files.guard, files.guarded_layers); what comes of them is checked here.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.intake.desk.area_rows import area_of
from geo.intake.desk.checking import Context, check_raw
from geo.intake.desk.matching import match_columns, own_columns, readable_headers
from geo.intake.files.guard import guarded_noted, never
from geo.intake.files.guarded_heights import guarded_heights
from geo.intake.files.guarded_layers import Layer, guarded_layer, guarded_people
from geo.intake.lines import ways_from_features
from geo.model.desk import Answers, Check, Kind, Question
from geo.model.errors import N_, FileUnreadable, ReadingStopped
from geo.model.problems import Problem
from geo.model.roads import Ways
from geo.network.contraction import contract
from geo.study.relief import MARGIN_DEG, WHOLE_PCT

Remembered = Mapping[str, Mapping[str, str]]
DEGREES = "EPSG:4326"
_NOTHING = pd.DataFrame({"row": [], "verdict": []})


@dataclass(frozen=True)
class File:
    """A file on its way to a check, and what is known about how to read it."""

    path: Path
    kind: Kind
    answers: Answers
    remembered: Remembered
    should_stop: Callable[[], bool] = never
    progress: Callable[[int], None] = lambda rows: None

    def stop_if_asked(self) -> None:
        """Raises ReadingStopped where nobody wants the check any more."""
        if self.should_stop():
            raise ReadingStopped(path=self.path)


def file_fingerprint(path: Path) -> str:
    """A name for the file's bytes."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def check_list(file: File, context: Context) -> Check:
    """A list of any kind, row by row."""
    raw, questions, problems = guarded_noted(
        file.path, file.answers, should_stop=file.should_stop, progress=file.progress
    )
    if raw is None:
        return _asked(file, problems, questions)
    return check_raw(
        raw, file.kind, replace(context, between=file.stop_if_asked), file.answers, file.remembered,
        notes=problems, fingerprint=file_fingerprint(file.path),
    )  # fmt: skip


def _asked(file: File, problems: "list[Problem] | tuple[Problem, ...]", questions: object) -> Check:
    """A check that cannot go on before something is chosen."""
    asked: tuple[Question, ...] = tuple(questions)  # type: ignore[arg-type]
    return Check(file.kind, _NOTHING, tuple(problems), (), asked, {}, file_fingerprint(file.path), "")


# ---- areas -----------------------------------------------------------------------------------------------------


def check_areas_file(file: File, context: Context) -> Check:
    """Townships, or the county's outline. A list of townships without areas gets cells about its seats.

    Raises FileUnreadable for an outline without any area.
    """
    layer = _layer(file, context)
    if layer.raw is None:
        return _asked(file, layer.problems, layer.questions)
    if layer.shapes is None and file.kind == "boundary":
        raise FileUnreadable(path=file.path, expected=N_("an outline"), detail=N_("no row of it holds an area (WKT)"))
    notes = [*layer.problems, *_repaired(layer, file)]
    if file.kind == "boundary" and layer.shapes is not None:
        notes += _elsewhere(layer.shapes, context)
    check = check_raw(
        layer.raw, file.kind, context, file.answers, file.remembered,
        shapes=None if layer.shapes is None else list(layer.shapes), notes=notes,
        fingerprint=file_fingerprint(file.path),
    )  # fmt: skip
    return replace(check, questions=(*layer.questions, *check.questions), drawn=layer.shapes is not None)


def _layer(file: File, context: Context, *, roads: bool = False) -> Layer:
    return guarded_layer(
        file.path, file.answers, context.evidence,
        roads=roads, should_stop=file.should_stop, progress=file.progress,
    )  # fmt: skip


def _repaired(layer: Layer, file: File) -> list[Problem]:
    """A remark for every area that crossed itself."""
    if layer.raw is None or not layer.repaired:
        return []
    header = match_columns(layer.raw, file.kind, file.answers, file.remembered)[0].get("name", "")
    names = layer.raw.rows[header] if header else layer.raw.rows.iloc[:, 0]
    told = {int(str(row)): str(name) for row, name in names.items()}
    return [
        Problem("geometry_repaired", "warning", "file", row, "geometry", {"name": told[row] or row})
        for row in sorted(layer.repaired & told.keys())
    ]


def _elsewhere(shapes: "np.ndarray", context: Context) -> list[Problem]:
    """An error of the whole file when the roads do not touch its areas."""
    known = context.evidence
    areas = [a for a in map(area_of, shapes) if a is not None]
    if not areas or len(known.road_offset) < 2:
        return []
    outline = shapely.union_all(areas)
    part = np.repeat(np.arange(len(known.road_offset) - 1), np.diff(known.road_offset))
    roads = shapely.linestrings(known.road_lon, known.road_lat, indices=part)
    return _apart(outline, roads)


def _apart(outline: shapely.Geometry, roads: "np.ndarray") -> list[Problem]:
    shapely.prepare(outline)
    if shapely.intersects(outline, roads).any():
        return []
    boxes = (" ".join(f"{v:.3f}" for v in box) for box in (outline.bounds, shapely.total_bounds(roads)))
    return [Problem("roads_elsewhere", "error", "file", params={"outline": next(boxes), "roads": next(boxes)})]


# ---- roads -----------------------------------------------------------------------------------------------------


def check_roads(file: File, context: Context) -> Check:
    """A line layer or an OSM extract: the network it makes in `roads`, a line of `table` for each road.

    Raises RoadsEmpty.
    """
    layer = _layer(file, context, roads=True)
    if layer.ways is not None:
        known = Check("roads", _NOTHING, (), (), (), {}, file_fingerprint(file.path), "osm")
        return _with_roads(known, layer.ways, list(range(1, len(layer.ways.offset))), context)
    if layer.raw is None:
        return _asked(file, layer.problems, layer.questions)
    if layer.shapes is None:
        raise FileUnreadable(path=file.path, expected="roads", detail=N_("no row of it holds a line (WKT)"))
    mapping, asked = match_columns(layer.raw, "roads", file.answers, file.remembered)
    text = own_columns(layer.raw, mapping)
    features = gpd.GeoDataFrame(geometry=list(layer.shapes), index=layer.raw.rows.index, crs=DEGREES)
    ways, problems = ways_from_features(file.path, features, text)
    known = Check(
        "roads", _NOTHING, (*layer.problems, *problems), (), (*layer.questions, *asked), mapping,
        file_fingerprint(file.path), layer.raw.shape_id, text, readable_headers(layer.raw),
    )  # fmt: skip
    return _with_roads(known, ways, [int(n) for n in layer.raw.rows.index], context)


def _with_roads(known: Check, ways: Ways, rows: list[int], context: Context) -> Check:
    """`known` with the network and its table; an error of the whole file when it does not touch the county."""
    roads = contract(ways)
    problems = list(known.problems)
    if not context.outline.empty:
        part = np.repeat(np.arange(roads.edge_count), np.diff(roads.vertex_offset))
        lines = shapely.linestrings(roads.vertex_lon, roads.vertex_lat, indices=part)
        problems += _apart(shapely.union_all(context.outline.geometry.to_numpy()), lines)
    lost = {p.row for p in problems if p.severity == "error"}
    verdicts = ["error" if row in lost or None in lost else "ok" for row in rows]
    table = pd.DataFrame({"row": np.array(rows, dtype=np.int64), "verdict": verdicts})
    return replace(known, table=table, problems=tuple(problems), roads=roads)


# ---- a raster of people ----------------------------------------------------------------------------------------


def check_raster(file: File, context: Context) -> Check:
    """People per cell as demand points, the total kept. Raises RasterElsewhere, TableEmpty."""
    demand, problems, asked = guarded_people(
        file.path, context.outline, context.demand, file.answers, should_stop=file.should_stop
    )
    rows = np.arange(1, len(demand) + 1, dtype=np.int64)
    table = demand.assign(row=rows, verdict="ok")
    fingerprint = file_fingerprint(file.path)
    return Check("raster", table, tuple(problems), (), asked, {}, fingerprint, "")


# ---- heights ---------------------------------------------------------------------------------------------------


def check_heights(file: File, context: Context) -> Check:
    """Heights of the land about the study's roads, one line of `table` for the file. Raises RasterElsewhere."""
    known = context.evidence
    box = (known.road_lon.min(), known.road_lat.min(), known.road_lon.max(), known.road_lat.max())
    wide = tuple(float(v) + m for v, m in zip(box, (-MARGIN_DEG, -MARGIN_DEG, MARGIN_DEG, MARGIN_DEG), strict=True))
    heights, problems = guarded_heights([file.path], (wide[0], wide[1], wide[2], wide[3]), file.answers)
    covered = float(np.isfinite(heights.at(known.road_lon, known.road_lat)).mean())
    if 100 * covered < WHOLE_PCT:
        share: dict[str, object] = {"share_pct": round(100 * covered, 1)}
        problems.append(Problem("heights_partial", "warning", "heights", params=share))
    table = pd.DataFrame({"row": np.array([1], dtype=np.int64), "verdict": ["ok"]})
    return Check(
        "heights", table, tuple(problems), (), (), {}, file_fingerprint(file.path), "heights", heights=heights
    )  # fmt: skip


READERS: dict[Kind, Callable[[File, Context], Check]] = {
    "facilities": check_list,
    "demand": check_list,
    "indicators": check_list,
    "links": check_list,
    "catalogue": check_list,
    "counties": check_list,
    "milestones": check_list,
    "pairings": check_list,
    "units": check_areas_file,
    "boundary": check_areas_file,
    "roads": check_roads,
    "raster": check_raster,
    "heights": check_heights,
}
