"""The files of a study that is being built, read as the data desk reads them. Joins the rooms.

Whatever the desk refuses, mends or remarks upon, building does in the same way, with the same row numbers and codes.
The desk asks where something is open; a study being built stops there and says what must be told.
"""

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo.intake.desk.area_rows import one_outline
from geo.intake.desk.checking import Context, usable_rows
from geo.intake.desk.matching import NEEDED, TABLE_OF
from geo.intake.files.reading import is_osm
from geo.intake.osm import ways_from_osm
from geo.model.desk import CRS, CRS_UNSTATED, Answers, Check, Kind, Question
from geo.model.errors import AnswerNeeded, ColumnsMissing, CrsMissing, RoadsElsewhere, RoadsEmpty, TableEmpty
from geo.model.inputs import Sources
from geo.model.problems import Problem
from geo.model.roads import Roads
from geo.model.schema import DEMAND, FACILITY, UNIT, empty
from geo.model.schemes import Scheme
from geo.network.contraction import contract
from geo.study.desk_kinds import READERS, File

Found = tuple[pd.DataFrame, list[Problem]]
DEGREES = "EPSG:4326"
_PLACE = ("lon", "lat")
_WANTED: dict[Kind, tuple[str, ...]] = {  # without these hardly a row can be used
    "facilities": (*NEEDED["facilities"], *_PLACE),
    "demand": (*NEEDED["demand"], *_PLACE),
    "links": ("kind", "from_id", "to_id"),
    "indicators": NEEDED["indicators"],
}
_NEVER_EMPTY: tuple[Kind, ...] = ("facilities", "demand", "units", "boundary")
_SAID_BY_REPORT = ("outside_county",)  # the report of a study names every place outside, of lists and of maps


def nothing_known(scheme: Scheme) -> Context:
    """What the first file of a study is checked against."""
    areas = gpd.GeoDataFrame(empty(UNIT), geometry=[], crs=DEGREES)
    return Context(scheme, areas, areas, empty(DEMAND), empty(FACILITY))


def read_rows(path: Path, kind: Kind, context: Context, sources: Sources) -> Found:
    """The rows of a list or of areas that can be used, with the columns of their schema, and every problem met.

    Raises what the guarded readers raise, CrsMissing, ColumnsMissing, AnswerNeeded where something must be chosen,
    RoadsElsewhere for an outline apart from the roads, and TableEmpty for lists and areas that hold no usable row.
    """
    check = _checked(path, kind, context, sources)
    rows = usable_rows(check)
    if rows.empty:
        _raise_lacking(path, check)
        if kind in _NEVER_EMPTY:
            raise TableEmpty(path=path, table=TABLE_OF[kind], refused=len(check.table), problems=tuple(check.problems))
    return rows, [p for p in check.problems if p.code not in _SAID_BY_REPORT]


def read_outline(path: Path, context: Context, sources: Sources) -> Found:
    """Table UNIT of one row, all areas of the file together, and every problem met. Raises as `read_rows`."""
    areas, problems = read_rows(path, "boundary", context, sources)
    return one_outline(areas), problems


def read_roads(sources: Sources, scheme: Scheme) -> tuple[Roads, list[Problem]]:
    """The network of an OSM extract or of lines, and what is wrong with which line. Raises as `read_rows`, RoadsEmpty.

    An extract is read here and not in a child: its places and areas are read after the roads, from the same file.
    """
    if is_osm(sources.roads):
        return contract(ways_from_osm(sources.roads)), []
    try:
        check = _checked(sources.roads, "roads", nothing_known(scheme), sources)
    except TableEmpty as error:
        raise RoadsEmpty(path=sources.roads) from error
    assert check.roads is not None
    return check.roads, list(check.problems)


def _checked(path: Path, kind: Kind, context: Context, sources: Sources) -> Check:
    own: Mapping[str, str] = sources.answers.get(kind, {})
    answers: Answers = ({CRS_UNSTATED: sources.crs} if sources.crs else {}) | dict(own)
    check = READERS[kind](File(path, kind, answers, {}), context)
    for question in check.questions:
        _raise_open(path, check, question)
    for problem in check.problems:
        if problem.code == RoadsElsewhere.code:
            raise RoadsElsewhere(**problem.params)
    return check


def _raise_open(path: Path, check: Check, question: Question) -> None:
    """Raises what the question asks for."""
    if question.question_id == CRS and "stated" not in question.params:
        raise CrsMissing(path=path)
    if question.question_id.startswith("column_missing:"):
        _raise_lacking(path, check)
    choices = ", ".join(choice.value for choice in question.choices)
    answer = f"--answer {check.kind}.{question.question_id}"
    raise AnswerNeeded(path=path, question=question, answer=answer, choices=choices)


def _raise_lacking(path: Path, check: Check) -> None:
    """Raises ColumnsMissing where the file has not the columns that its rows need."""
    there = {*check.mapping, *(_PLACE if "position" in check.mapping else ())}
    lacking = [column for column in _WANTED.get(check.kind, ()) if column not in there]
    if lacking:
        found = ", ".join(check.headers) or "-"
        raise ColumnsMissing(path=path, table=TABLE_OF[check.kind], columns=", ".join(lacking), found=found)
