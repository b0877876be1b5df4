"""Areas, roads and rasters of strangers, read by a child process and handed over clean. Second floor: intake.

The counterpart of files.guard for what is more than text. Shapes arrive in WGS-84; where a file does not say its
coordinate system the user is asked, with the same evidence as for lists.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.intake.desk.datums import to_wgs84
from geo.intake.desk.evidence import WGS, Evidence, datum_of
from geo.intake.files.cells import DEFAULT_LIMITS, ROW, Progress, no_progress
from geo.intake.files.child import BROKE_DOWN, unreadable
from geo.intake.files.grids import grid_from
from geo.intake.files.guard import guarded, never
from geo.intake.files.layer_cells import NOT_POINTS, Shapes
from geo.intake.files.people_cells import demand_of, villages_payload
from geo.intake.files.raw import part_answer, raw_from
from geo.intake.files.shape_cells import IS_OSM, IS_TABLE, REPAIRED, WKB, ways_of_table
from geo.model.desk import BAND, CRS, POINTS, Answers, Choice, Question, Raw
from geo.model.errors import ChoiceUnknown, CrsMissing
from geo.model.problems import Problem
from geo.model.roads import Ways

SHAPES_IN_CHILD = "geo.intake.files.shape_cells:shaped_rows"
PEOPLE_IN_CHILD = "geo.intake.files.people_cells:people"
ROAD_LIMITS = replace(DEFAULT_LIMITS, cpu_s=180, wall_s=180.0)
RASTER_LIMITS = replace(DEFAULT_LIMITS, file_bytes=4 * 1024**3)
VILLAGES, BLOCKS = "villages", "blocks"

Stop = Callable[[], bool]


class Layer(NamedTuple):
    """A file's rows as text and their shapes in EPSG:4326 (None: the file holds none at all), or the ways of an OSM
    extract; what is to be asked and what was found. `raw` is None while a sheet or layer must be chosen."""

    raw: Raw | None
    shapes: Shapes | None = None
    questions: tuple[Question, ...] = ()
    problems: tuple[Problem, ...] = ()
    repaired: frozenset[int] = frozenset()  # rows whose areas had to be made valid
    ways: Ways | None = None


def guarded_layer(
    path: Path,
    answers: Answers,
    evidence: Evidence,
    *,
    roads: bool = False,
    should_stop: Stop = never,
    progress: Progress = no_progress,
) -> Layer:
    """A map layer, or a table with WKT, read in a child process: areas made valid, or with `roads` the lines as they
    are, from an OSM extract as well.

    Raises as `geo.intake.files.guard.guarded`, RoadsEmpty, and ChoiceUnknown for an answer "crs" that names no system.
    """
    # A system that the file does not state is not applied in the child: a shift such as GCJ-02 is not PROJ's.
    payload = {"part": part_answer(answers), "crs": WGS, "areas": not roads, "roads": roads}
    limits = ROAD_LIMITS if roads else DEFAULT_LIMITS
    words, table = guarded(SHAPES_IN_CHILD, path, payload, limits, should_stop=should_stop, progress=progress)
    try:
        if words.get(IS_OSM) and table is not None:
            return Layer(None, ways=ways_of_table(table))
        cells = None if table is None else table.drop_columns([WKB])
        raw, questions, told = raw_from(path, grid_from(words, cells), answers)
    except (KeyError, TypeError, ValueError) as error:
        raise unreadable(path, BROKE_DOWN) from error
    problems = [problem for problem in told if problem.code != NOT_POINTS]
    if raw is None or table is None:
        return Layer(None, questions=tuple(questions), problems=tuple(problems))
    known = dict(zip(table.column(ROW).to_pylist(), table.column(WKB).to_pylist(), strict=True))
    shapes = shapely.from_wkb(np.array([known.get(int(n)) for n in raw.rows.index], dtype=object))
    if words.get(IS_TABLE) and shapely.is_missing(shapes).all():
        return Layer(raw, problems=tuple(problems))
    shapes, asked = _in_degrees(raw, shapes, evidence, answers)
    repaired = words.get(REPAIRED)
    rows = frozenset(int(n) for n in repaired) if isinstance(repaired, list) else frozenset()
    return Layer(raw, shapes, asked, tuple(problems), rows)


def _in_degrees(raw: Raw, shapes: Shapes, evidence: Evidence, answers: Answers) -> tuple[Shapes, tuple[Question, ...]]:
    """The shapes in WGS-84, and the question in which system they are where that is open."""
    if shapely.is_missing(shapes).all():
        return shapes, ()
    at = shapely.centroid(shapes)
    crs, asked = datum_of(shapely.get_x(at), shapely.get_y(at), raw.geometry_crs, evidence, answers)
    if raw.geometry_crs and crs == WGS:
        return shapes, ()

    def moved(xy: np.ndarray) -> np.ndarray:
        return np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], crs))

    out = shapely.transform(shapes, moved)
    out[~np.array([_on_earth(s) for s in out], dtype=bool)] = None
    return out, asked


def _on_earth(shape: shapely.Geometry | None) -> bool:
    if shape is None or shape.is_empty:
        return False
    return bool(np.isfinite(shapely.get_coordinates(shape)).all() and np.abs(shape.bounds).max() <= 180)


# ---- rasters ---------------------------------------------------------------------------------------------------


def guarded_people(
    path: Path,
    outline: gpd.GeoDataFrame,
    villages: pd.DataFrame,
    answers: Answers,
    *,
    should_stop: Stop = never,
) -> tuple[pd.DataFrame, list[Problem], tuple[Question, ...]]:
    """Table DEMAND of a raster of people, read in a child process, what was left out, and what is to be asked.

    Asked are the coordinate system and the band where the file leaves them open, and, with `villages` (table DEMAND),
    whether the people go to them or to points of a grid. Under a question for the points the answer VILLAGES counts;
    under the others the table is empty. Raises as `geo.intake.files.guard.guarded`, and RasterElsewhere.
    """
    asked = _points_question(villages, answers)
    chosen = answers.get(POINTS, asked[0].guess if asked else BLOCKS)
    if chosen not in (VILLAGES, BLOCKS):
        raise ChoiceUnknown(what=POINTS, value=chosen, choices=f"{VILLAGES}, {BLOCKS}")
    payload: dict[str, object] = {
        "outline": shapely.to_wkb(shapely.union_all(outline.geometry.to_numpy()), hex=True),
        "villages": villages_payload(villages) if chosen == VILLAGES and len(villages) else None,
        "crs": answers.get(CRS, ""),
        "band": answers.get(BAND, "") if answers.get(BAND, "").isdecimal() else "",
    }
    try:
        words, table = guarded(PEOPLE_IN_CHILD, path, payload, RASTER_LIMITS, should_stop=should_stop)
    except (CrsMissing, ChoiceUnknown) as error:
        return villages.iloc[:0], [], (_open_question(error, answers), *asked)
    if table is None:
        raise unreadable(path, BROKE_DOWN)
    return demand_of(table), _problems(words.get("problems")), asked


def _points_question(villages: pd.DataFrame, answers: Answers) -> tuple[Question, ...]:
    if answers.get(POINTS) or villages.empty:
        return ()
    choices = (Choice(VILLAGES, VILLAGES, {"points": len(villages)}), Choice(BLOCKS, BLOCKS))
    return (Question(POINTS, choices, VILLAGES),)


def _open_question(error: CrsMissing | ChoiceUnknown, answers: Answers) -> Question:
    """What the child could not go on without. Raises the error again where it was answered wrongly."""
    if isinstance(error, CrsMissing):
        systems = (WGS, "EPSG:4490", "EPSG:3857", "ESRI:54009")
        return Question(CRS, tuple(Choice(s, s) for s in systems))
    last = str(error.params.get("choices", "")).rpartition("–")[2]
    if not last.isdecimal() or answers.get(BAND):
        raise error
    return Question(BAND, tuple(Choice(str(n), str(n)) for n in range(1, int(last) + 1)))


def _problems(words: object) -> list[Problem]:
    found: Sequence[Mapping[str, object]] = words if isinstance(words, list) else []
    return [Problem(str(w["code"]), "warning", "demand", params=_params(w)) for w in found]


def _params(words: Mapping[str, object]) -> dict[str, object]:
    params = words.get("params")
    return {str(k): v for k, v in params.items()} if isinstance(params, dict) else {}
