"""Rows of lists without places under check: a catalogue, a programme's counties, milestones, pairings. Second floor.

What a column may hold is said once in FIELDS. A row without what it needs, or told twice, is refused; anything else
that cannot be read is treated as not told, and said.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from geo.intake.desk.listing import Found, refused_rows
from geo.intake.desk.mends import leave_out
from geo.intake.desk.numbers import is_scientific, number_from
from geo.intake.desk.vocabulary import ours
from geo.model.desk import Mend
from geo.model.indicators import DIMENSIONS, DIRECTIONS, KINDS, SCOPES
from geo.model.problems import Problem, Severity
from geo.model.programmes import STAGES
from geo.model.schema import CATALOGUE, MILESTONE, PAIRING, PROGRAMME_COUNTY, Column

Form = Literal["code", "text", "choice", "number"]


@dataclass(frozen=True)
class Field:
    """What a column may hold. `allowed` are our values of a choice; `low`, `high` of a number."""

    name: str
    form: Form = "text"
    needed: bool = False
    allowed: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0


FIELDS: dict[str, tuple[Field, ...]] = {
    "catalogue": (
        Field("indicator_code", "code", needed=True),
        Field("title", needed=True),
        Field("dimension", "choice", allowed=DIMENSIONS),
        Field("value_kind", "choice", allowed=KINDS),
        Field("direction", "choice", allowed=DIRECTIONS),
        Field("scope", "choice", allowed=SCOPES),
        Field("target", "number", low=-1e15, high=1e15),
    ),
    "county": (
        Field("county_code", "code", needed=True),
        Field("name", needed=True),
        Field("stage", "choice", allowed=STAGES),
    ),
    "milestone": (
        Field("milestone_id", "code", needed=True),
        Field("title", needed=True),
        Field("stage", "choice", allowed=STAGES),
        Field("target_pct", "number", low=0.0, high=100.0),
    ),
    "pairing": (
        Field("hospital", needed=True),
        Field("county_code", "code", needed=True),
    ),
}
PLAIN_SCHEMA: dict[str, dict[str, Column]] = {
    "catalogue": CATALOGUE,
    "county": PROGRAMME_COUNTY,
    "milestone": MILESTONE,
    "pairing": PAIRING,
}
PLAIN_KEY = {
    "catalogue": ("indicator_code", "version"),
    "county": ("county_code",),
    "milestone": ("milestone_id",),
    "pairing": ("hospital", "county_code"),
}


def check_plain(text: pd.DataFrame, table: str) -> tuple[pd.DataFrame, list[Found]]:
    """The rows (index kept) with the columns of a table of PLAIN_SCHEMA, and what is wrong with which row."""
    values = text.reindex(columns=list(PLAIN_SCHEMA[table]), fill_value="").astype("object")
    rows = [int(str(n)) for n in values.index]
    found: list[Found] = []
    for field in FIELDS[table]:
        cells = values[field.name].tolist()
        read = [_read(field, table, row, cell) for row, cell in zip(rows, cells, strict=True)]
        values[field.name] = pd.Series([value for value, _ in read], index=values.index, dtype="object")
        found += [finding for _, findings in read for finding in findings]
    if table == "catalogue":
        found += _targets(rows, values)
    return values, found + _twice(rows, values, table, refused_rows(found))


def _problem(code: str, severity: Severity, table: str, row: int, column: str, **params: object) -> Problem:
    return Problem(code, severity, table, row, column, params)


def _read(field: Field, table: str, row: int, cell: str) -> tuple[object, list[Found]]:
    """A cell's value and what is wrong with it."""
    severity: Severity = "error" if field.needed else "warning"
    if not cell:
        missing = [Found(_problem("figure_missing", severity, table, row, field.name))] if field.needed else []
        return (np.nan if field.form == "number" else ""), missing
    if field.form == "code" and is_scientific(cell):
        return cell, [Found(_problem("code_scientific", "error", table, row, field.name, value=cell))]
    if field.form == "choice":
        return _choice(field, table, row, cell)
    return _number(field, table, row, cell) if field.form == "number" else (cell, [])


def _choice(field: Field, table: str, row: int, cell: str) -> tuple[object, list[Found]]:
    value = ours(field.name, cell)
    if value in field.allowed:
        return value, []
    params = {"value": cell, "choices": ", ".join(field.allowed)}
    return "", [Found(_problem("choice_not_known", "warning", table, row, field.name, **params))]


def _number(field: Field, table: str, row: int, cell: str) -> tuple[object, list[Found]]:
    value = number_from(cell.rstrip("%％ "))
    if value is None:
        return np.nan, [Found(_problem("number_invalid", "warning", table, row, field.name, value=cell))]
    if not field.low <= value <= field.high:
        params = {"value": cell, "low": field.low, "high": field.high}
        mend = Mend("number_out_of_range", row, {field.name: ""})
        return np.nan, [Found(_problem("number_out_of_range", "warning", table, row, field.name, **params), mend)]
    return value, []


def _targets(rows: list[int], values: pd.DataFrame) -> list[Found]:
    """Targets that no value could meet: without a direction, or a share above 100 %."""
    found = []
    told = zip(
        rows, values["target"].tolist(), values["direction"].tolist(), values["value_kind"].tolist(), strict=True
    )
    for row, target, direction, kind in told:
        if target == target and direction in ("", "none"):
            params = {"value": f"{target:g}"}
            found.append(Found(_problem("target_no_direction", "warning", "catalogue", row, "direction", **params)))
        if kind == "share" and not np.isnan(target) and not 0 <= target <= 100:
            limits = {"value": f"{target:g}", "low": 0.0, "high": 100.0}
            found.append(Found(_problem("number_out_of_range", "error", "catalogue", row, "target", **limits)))
    return found


def _twice(rows: list[int], values: pd.DataFrame, table: str, refused: frozenset[int]) -> list[Found]:
    """Rows told twice under one key, of those that are not refused for themselves."""
    first: dict[tuple[str, ...], int] = {}
    found = []
    keys = zip(*(values[c].astype("str").tolist() for c in PLAIN_KEY[table]), strict=True)
    for row, key in zip(rows, keys, strict=True):
        if row not in refused and first.setdefault(key, row) != row:
            params = {"value": " ".join(key).strip(), "other_row": first[key]}
            problem = _problem("entry_twice", "error", table, row, PLAIN_KEY[table][0], **params)
            found.append(Found(problem, leave_out("entry_twice", row)))
    return found
