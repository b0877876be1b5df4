"""Rows of indicator values under check (docs: domain, section 6). Second floor: intake, files → clean tables.

A figure is a numerator, and for a ratio its denominator, of one unit and one period. Which indicators are ratios is
said by the catalogue: of a share a numerator above its denominator is refused, of a code in no catalogue it is a
warning.
"""

import re
import unicodedata
from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from geo.intake.desk.listing import Found, refused_rows
from geo.intake.desk.mends import leave_out
from geo.intake.desk.numbers import number_from
from geo.model.desk import Mend
from geo.model.indicators import Entry, entries_of, whole_catalogue
from geo.model.problems import Problem, Severity
from geo.model.schema import CATALOGUE, INDICATOR_VALUE, empty

_PERIOD = re.compile(
    r"(\d{4})(?:[年\-/.]?(?:(Q[1-4]|H[12])|第?([1-4一二三四])季度?|(0?[1-9]|1[0-2])月?)?)年?", re.IGNORECASE
)
MOST_NAMED = 5  # codes in one sentence
MOST = 1e15  # more than any figure of a province
_QUARTER = {"一": "1", "二": "2", "三": "3", "四": "4"}


def period_of(text: str) -> str:
    """A year, half-year, quarter or month in one spelling (2024, 2024H1, 2024Q1, 2024-03), "" if it is none of them."""
    hit = _PERIOD.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
    if hit is None or not 1949 <= int(hit[1]) <= 2100:
        return ""
    if hit[2]:
        return hit[1] + hit[2].upper()
    if hit[3]:
        return f"{hit[1]}Q{_QUARTER.get(hit[3], hit[3])}"
    return f"{hit[1]}-{int(hit[4]):02d}" if hit[4] else hit[1]


def check_indicators(
    text: pd.DataFrame, unit: pd.DataFrame, catalogue: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, list[Found]]:
    """Table INDICATOR_VALUE of the rows (index kept), and what is wrong with which row.

    `unit` and `catalogue` are the study's; without a catalogue of its own no code is called unknown.
    """
    own = empty(CATALOGUE) if catalogue is None else catalogue
    entries = {entry.code: entry for entry in entries_of(whole_catalogue(own))}
    full = text.reindex(columns=list(INDICATOR_VALUE), fill_value="").astype("str")
    read: dict[str, object] = {c: [_number(t) for t in full[c].tolist()] for c in ("numerator", "denominator")}
    read["period"] = [period_of(t) for t in full["period"].tolist()]
    values = full.assign(**read)  # type: ignore[arg-type]
    rows = [int(n) for n in full.index]
    records = full.to_dict("records")
    found = [finding for row, cells in zip(rows, records, strict=True) for finding in _row(row, cells, entries)]
    if len(own):
        found += _unknown(rows, values, entries)
    return values, found + _twice(rows, values, refused_rows(found)) + _units(rows, values, unit)


def _number(text: str) -> float:
    value = number_from(text)
    return np.nan if value is None else value


def _problem(code: str, row: int, column: str, severity: Severity = "error", **params: object) -> Problem:
    return Problem(code, severity, "indicator", row, column, params)


def _row(row: int, cells: Mapping[Hashable, str], entries: Mapping[str, Entry]) -> list[Found]:
    entry = entries.get(cells["indicator_code"])
    needed = ("indicator_code", "unit_code", "period", "numerator")
    found = [Found(_problem("figure_missing", row, c)) for c in needed if not cells[c]]
    if cells["period"] and not period_of(cells["period"]):
        found.append(Found(_problem("period_unclear", row, "period", value=cells["period"])))
    numbers = {c: number_from(cells[c]) for c in ("numerator", "denominator")}
    for column, value in numbers.items():
        if value is None:
            found.append(Found(_problem("figure_not_a_number", row, column, value=cells[column])))
    part, whole = numbers["numerator"], numbers["denominator"]
    if entry is not None and entry.kind != "amount" and not cells["denominator"]:
        found.append(Found(_problem("figure_missing", row, "denominator")))
    share = entry is not None and entry.kind == "share"
    if share and part is not None and part < 0:
        found.append(Found(_problem("number_out_of_range", row, "numerator", value=f"{part:g}", low=0.0, high=MOST)))
    if whole is not None and whole <= 0:
        found.append(Found(_problem("denominator_not_positive", row, "denominator", value=cells["denominator"])))
    elif part is not None and whole is not None and part > whole and (share or entry is None):
        params = {"value": cells["numerator"], "whole": cells["denominator"]}
        found.append(Found(_problem("ratio_above_one", row, "numerator", "error" if share else "warning", **params)))
    return found


def _unknown(rows: list[int], values: pd.DataFrame, entries: Mapping[str, Entry]) -> list[Found]:
    codes = zip(rows, values["indicator_code"].tolist(), strict=True)
    return [
        Found(_problem("indicator_unknown", row, "indicator_code", "warning", value=code))
        for row, code in codes
        if code and code not in entries
    ]


def _twice(rows: list[int], values: pd.DataFrame, refused: frozenset[int]) -> list[Found]:
    """Figures told twice for one indicator, unit and period, of those that are not refused for themselves."""
    first: dict[tuple[str, str, str], int] = {}
    found = []
    columns = (values[c].tolist() for c in ("indicator_code", "unit_code", "period"))
    for row, key in zip(rows, zip(*columns, strict=True), strict=True):
        if row not in refused and all(key) and first.setdefault(key, row) != row:
            params = {"value": key[0], "other_row": first[key]}
            found.append(
                Found(_problem("figure_twice", row, "indicator_code", **params), leave_out("figure_twice", row))
            )
    return found


def _units(rows: list[int], values: pd.DataFrame, unit: pd.DataFrame) -> list[Found]:
    """Figures of areas that the study does not have; a name of one gets its code as a mend."""
    codes = {str(c) for c in unit.get("unit_code", [])} - {""}
    known = codes | {c[:6] for c in codes}
    named = {str(n): str(c) for c, n in zip(unit.get("unit_code", []), unit.get("name", []), strict=True)}
    found = []
    choices = ", ".join(sorted(codes, key=lambda code: (len(code), code))[:MOST_NAMED])
    for row, code in zip(rows, values["unit_code"].tolist(), strict=True):
        if code and known and code not in known:
            mend = Mend("area_unknown", row, {"unit_code": named[code]}) if code in named else None
            params = {"value": code, "choices": choices}
            found.append(Found(_problem("area_unknown", row, "unit_code", "warning", **params), mend))
    return found
