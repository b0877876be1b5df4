"""The data desk's words: what a file is checked against, what is asked, what is proposed. First floor: the words.

A check never fails on a row: each row has a verdict, its problems say why, and a mend says what would put it right.
A question stops the check where a choice would otherwise be made in silence; the answer goes into `Answers`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from geo.model.column_names import as_said
from geo.model.errors import N_
from geo.model.heights import Heights
from geo.model.problems import Problem
from geo.model.roads import Roads

Kind = Literal[
    "facilities", "demand", "units", "boundary", "roads", "indicators", "links", "raster", "heights", "catalogue",
    "counties", "milestones", "pairings",
]  # fmt: skip
KINDS: tuple[Kind, ...] = (
    "facilities", "demand", "units", "boundary", "roads", "indicators", "links", "raster", "heights", "catalogue",
)  # fmt: skip
PROGRAMME_KINDS: tuple[Kind, ...] = ("counties", "milestones", "pairings", "indicators")  # of many counties

Verdict = Literal["accepted", "accepted_with_warnings", "needs_answer", "rejected"]

# What the answers are kept under; a question's id is one of these.
Answers = Mapping[str, str]
SHEET, LAYER, HEADER_ROW, CRS, COLUMNS = "sheet", "layer", "header_row", "crs", "columns"
CRS_UNSTATED = "crs_unstated"  # of files that state none, where several are read under one answer
BAND, POINTS = "band", "points"

QUESTIONS: dict[str, str] = {
    "sheet": N_("The file has several sheets. Which one holds the list?"),
    "layer": N_("The file has several layers. Which one should be read?"),
    "header_row": N_("Two rows could be the header. Which one is it?"),
    "crs": N_("In which coordinate system are the positions? The evidence speaks for {guess}."),
    "crs_open": N_("In which coordinate system are the positions? The evidence does not decide it."),
    "crs_stated": N_(
        "The file states {stated}, which is also what files in GCJ-02 and BD-09 state, and its positions fit {guess} "
        "better. In which system are they?"
    ),
    "columns": N_("Which column is {column}? Several fit."),
    "band": N_("The raster has several bands. Which one holds the people?"),
    "points": N_("Where do the people of the raster go: to the villages stored, or to points of a grid?"),
    "column_missing": N_("No column looks like {column}. Which one is it?"),
}


@dataclass(frozen=True)
class Choice:
    """One answer that can be given, with what speaks for it (figures, already rounded) and a preview of the rows."""

    value: str
    label: str
    evidence: Mapping[str, float] = field(default_factory=dict)
    preview: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Question:
    """A choice that only the user can make. `question_id` is the key of the answer, such as "crs" or "columns:lon"."""

    question_id: str
    choices: tuple[Choice, ...]
    guess: str = ""  # the most likely value; empty where nothing speaks for any
    params: Mapping[str, object] = field(default_factory=dict)

    def say(self, translate: Callable[[str], str] = str) -> str:
        """The question in the language of `translate`."""
        code = self.question_id.split(":")[0]
        if code == CRS and "stated" in self.params:
            code = "crs_stated"
        elif code == CRS and not self.guess:
            code = "crs_open"
        return translate(QUESTIONS[code]).format(**as_said({"guess": self.guess, **self.params}, translate))


@dataclass(frozen=True)
class Mend:
    """A change to one row that would put a problem right: column → new text. `kind` groups mends accepted together."""

    kind: str
    row: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class Raw:
    """A table as a file holds it: everything text, indexed by the row's number in the file.

    `geometry_crs` tells the coordinate system where the file itself does; `lon`/`lat` then hold degrees.
    """

    rows: pd.DataFrame
    shape_id: str  # the same for files with the same headers in the same order, "" without headers
    sheet: str = ""
    header_row: int = 1
    geometry_crs: str = ""


@dataclass(frozen=True)
class Check:
    """What checking a file came to. `table` has the schema's columns and `row`, `verdict`; one line a row read."""

    kind: Kind
    table: pd.DataFrame
    problems: tuple[Problem, ...]
    mends: tuple[Mend, ...]
    questions: tuple[Question, ...]
    mapping: Mapping[str, str]  # schema column → header in the file
    fingerprint: str  # of the file's bytes
    shape_id: str
    text: pd.DataFrame = field(default_factory=pd.DataFrame)  # the rows as they can be edited: our columns, all text
    headers: tuple[str, ...] = ()  # of the file, those that may be read: not of telephones, persons and the like
    drawn: bool = False  # of areas: the file holds their shapes
    roads: Roads | None = None  # of kind "roads": the network the file makes
    heights: Heights | None = None  # of kind "heights": the land the file describes

    @property
    def verdict(self) -> Verdict:
        """needs_answer while a question is open; rejected when no row can be used."""
        if self.questions:
            return "needs_answer"
        if not (self.table["verdict"] != "error").any():
            return "rejected"
        return "accepted_with_warnings" if self.problems else "accepted"

    @property
    def rows_ok(self) -> int:
        """Rows that can be used."""
        return int((self.table["verdict"] != "error").sum())
