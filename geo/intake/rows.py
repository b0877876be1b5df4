"""Row by row checks that facility and demand tables share. Second floor: intake, files → clean tables.

Each check takes the text table and returns what it made of it with the problems it met; a refused row is one with an
error, and costs no other row.
"""

import math
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer

from geo.intake.desk.headers import renamed
from geo.intake.desk.numbers import is_scientific, number_from
from geo.intake.files.guard import guarded_raw
from geo.intake.files.plain_layers import WGS84
from geo.intake.files.reading import OVERFLOW, Format, known_crs, read_layer, read_table, sniff
from geo.model.errors import CrsMissing, FileUnreadable
from geo.model.problems import Problem

Refused = dict[int, Problem]  # row → the first error


def text_rows(path: Path, *, crs: str | None, kind: str) -> tuple[pd.DataFrame, list[Problem]]:
    """The file's rows under our column names, all text, index = row in the file, with `lon` and `lat` in degrees.

    Points of a map layer give their own place, other shapes a point on them. Raises what the readers raise, CrsMissing
    for a table file without `crs`, and ChoiceUnknown for a `crs` that is not known.
    """
    if sniff(path) in (Format.CSV, Format.XLSX, Format.XLS):
        raw = read_table(path) if sniff(path) is Format.CSV else _workbook(path)
        if not crs:
            raise CrsMissing(path=path)
        rows = _reproject(_split_position(renamed(raw, kind)), crs)
        return rows, _too_long(raw, kind)
    layer = read_layer(path, crs=crs)
    return _with_points(layer, renamed(pd.DataFrame(layer.drop(columns="geometry")), kind)), []


def _too_long(raw: pd.DataFrame, kind: str) -> list[Problem]:
    if OVERFLOW not in raw.columns:
        return []
    surplus = raw.loc[raw[OVERFLOW] != "", OVERFLOW]
    return [Problem("row_too_long", "warning", kind, int(str(n)), "", {"value": v}) for n, v in surplus.items()]


def _split_position(rows: pd.DataFrame) -> pd.DataFrame:
    """One column of "longitude,latitude" gives two, where the file has no two of its own."""
    if "position" not in rows.columns or {"lon", "lat"} & set(rows.columns):
        return rows.drop(columns="position", errors="ignore")
    parts = [[*re.split(r"[,，;；\s]+", text.strip("()（）[] ")), ""][:2] for text in rows["position"]]
    lon, lat = zip(*parts, strict=True) if parts else ((), ())
    return rows.drop(columns="position").assign(lon=list(lon), lat=list(lat))


def _reproject(rows: pd.DataFrame, crs: str) -> pd.DataFrame:
    """Metres to degrees where `crs` is projected; text that is no number stays what it is."""
    system = known_crs(crs)
    if not system.is_projected or not {"lon", "lat"} <= set(rows.columns):
        return rows
    x, y = ([number_from(t) for t in rows[c]] for c in ("lon", "lat"))
    good = np.array([_known(a) and _known(b) for a, b in zip(x, y, strict=True)], dtype=bool)
    to = Transformer.from_crs(system, WGS84, always_xy=True)
    lon, lat = to.transform(np.array(x, dtype=np.float64)[good], np.array(y, dtype=np.float64)[good])
    out = rows.copy()
    out.loc[good, "lon"] = [repr(v) for v in lon.tolist()]
    out.loc[good, "lat"] = [repr(v) for v in lat.tolist()]
    return out


def _known(value: float | None) -> bool:
    return value is not None and not math.isnan(value)


def _with_points(layer: gpd.GeoDataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    shapes = layer.geometry
    point = shapes.where(shapes.geom_type == "Point", shapes.representative_point())
    text = [("", "") if p is None or p.is_empty else (repr(p.x), repr(p.y)) for p in point]
    return rows.drop(columns="position", errors="ignore").assign(lon=[t[0] for t in text], lat=[t[1] for t in text])


def _workbook(path: Path) -> pd.DataFrame:
    """The list in an XLSX or XLS file, read in a guarded child process. Raises FileUnreadable where a sheet or a header
    would have to be chosen, and what `guarded_raw` raises."""
    raw, questions = guarded_raw(path, {})
    if raw is None:
        asked = questions[0]
        choices = ", ".join(choice.label for choice in asked.choices)
        raise FileUnreadable(path=path, expected="a table", detail=f"{asked.say()} {choices}")
    return raw.rows


def cell(rows: pd.DataFrame, column: str) -> pd.Series:
    """A text column, or empty text where the file has none."""
    return rows[column] if column in rows.columns else pd.Series("", index=rows.index, dtype="str")


def check_positions(rows: pd.DataFrame, kind: str) -> Refused:
    """Rows whose place cannot be used."""
    refused: Refused = {}
    for row, lon, lat in zip(rows.index, cell(rows, "lon"), cell(rows, "lat"), strict=True):
        problem = _position_problem(kind, int(row), lon, lat)
        if problem:
            refused[int(row)] = problem
    return refused


def _position_problem(kind: str, row: int, lon: str, lat: str) -> Problem | None:
    numbers: list[float] = []
    for column, text in (("lon", lon), ("lat", lat)):
        value = number_from(text)
        if value is None:
            params: dict[str, object] = {"value": text}
            return Problem("position_not_a_number", "error", kind, row, column, params)
        if math.isnan(value):
            return Problem("position_missing", "error", kind, row, column)
        numbers.append(value)
    x, y = numbers
    code = _position_code(x, y)
    return Problem(code, "error", kind, row, "lon", {"lon": lon, "lat": lat}) if code else None


def _position_code(lon: float, lat: float) -> str:
    if lon == 0 and lat == 0:
        return "position_zero"
    if 90 < abs(lat) <= 180 and abs(lon) <= 90:
        return "position_swapped"
    return "position_out_of_range" if abs(lon) > 180 or abs(lat) > 90 else ""


def numbers_in(rows: pd.DataFrame, column: str, kind: str) -> tuple[list[float], list[Problem]]:
    """A column of counts as numbers. What is no number, or negative, is unknown and said."""
    values: list[float] = []
    problems: list[Problem] = []
    for row, text in cell(rows, column).items():
        value = number_from(text)
        if value is None or value < 0:
            code = "number_invalid" if value is None else "number_negative"
            problems.append(Problem(code, "warning", kind, int(str(row)), column, {"value": text}))
            value = math.nan
        values.append(value)
    return values, problems


def unique_ids(rows: pd.DataFrame, column: str, kind: str) -> tuple[list[str], list[Problem]]:
    """Every row's id: its own, one made from the row number where it has none, a suffix where it is used before."""
    given = [text.strip() for text in cell(rows, column)]
    taken = set(given)
    seen: set[str] = set()
    problems: list[Problem] = []
    ids: list[str] = []
    for row, text in zip(rows.index, given, strict=True):
        own = text or f"{kind}-row-{row}"
        new = own if own not in seen and (text or own not in taken) else _next_free(own, taken | seen)
        if text and new != own:
            problems.append(Problem("id_duplicate", "warning", kind, int(row), column, {"value": own, "new": new}))
        seen.add(new)
        ids.append(new)
    blank = given.count("")
    if blank:
        problems.append(Problem("id_generated", "warning", kind, None, column, {"count": blank}))
    return ids, problems


def _next_free(own: str, taken: set[str]) -> str:
    n = 2
    while f"{own}-{n}" in taken:
        n += 1
    return f"{own}-{n}"


def check_codes(rows: pd.DataFrame, columns: tuple[str, ...], kind: str) -> list[Problem]:
    """Codes that a spreadsheet has turned into numbers such as 3.40621E+11."""
    return [
        Problem("code_scientific", "warning", kind, int(str(row)), column, {"value": text})
        for column in columns
        for row, text in cell(rows, column).items()
        if is_scientific(text)
    ]
