"""A file's position columns as places in WGS-84: parsed, asked about, placed by code or name. Second floor: intake.

The text leaves here in WGS-84 degrees, so that rows can be edited, clicked on the map and checked again without a word
about coordinate systems.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geo.intake.desk.columns import cell
from geo.intake.desk.datums import to_wgs84
from geo.intake.desk.evidence import WGS, datum_of
from geo.intake.desk.listing import Context, Found, Places
from geo.intake.desk.placing import Placed, place_missing
from geo.intake.desk.positions import Bounds, PositionsParsed, parse_positions, split_joined
from geo.intake.desk.stored_places import StoredPlaces, stored_places
from geo.model.desk import Answers, Mend, Question, Raw
from geo.model.problems import Problem
from geo.model.roads import Floats
from geo.model.schema import DEMAND, UNIT, Column, conform

_USED = ("", "columns_swapped")  # notes of rows whose position can be used


@dataclass(frozen=True)
class Located:
    """The rows' text with `lon`/`lat` in WGS-84, their places, and the question still open."""

    text: pd.DataFrame
    places: Places
    questions: tuple[Question, ...] = ()

    def taken(self, order: Sequence[int]) -> "Located":
        """The same rows in another order."""
        old = self.places
        places = Places(
            lon=old.lon[list(order)],
            lat=old.lat[list(order)],
            notes=tuple(old.notes[at] for at in order),
            quality=tuple(old.quality[at] for at in order),
            found=old.found,
            mends=old.mends,
        )
        return Located(self.text.iloc[list(order)], places, self.questions)


def locate(raw: Raw, text: pd.DataFrame, table: str, context: Context, answers: Answers) -> Located:
    """Read the positions of a file. `text` has our column names.

    The coordinate system is the file's own, else the answer "crs", else a question, under whose guess (or as WGS-84)
    the check goes on (geo.intake.desk.evidence.datum_of). Raises ChoiceUnknown for an answer that names no system.
    """
    text = with_two_columns(text)
    parsed = parse_positions(text["lon"].tolist(), text["lat"].tolist(), bounds=_bounds(context))
    crs, questions = _system(raw, parsed, text, context, answers)
    lon, lat = _in_degrees(parsed.lon, parsed.lat, crs)
    text = text.assign(**_as_text(text, parsed, (lon, lat), crs))
    return Located(text, placed(text, table, lon, lat, _notes(parsed, lon), context), questions)


def locate_again(text: pd.DataFrame, table: str, context: Context) -> Located:
    """Read the positions of rows that were located before and edited since: they are in WGS-84."""
    text = with_two_columns(text)
    parsed = parse_positions(text["lon"].tolist(), text["lat"].tolist(), bounds=_bounds(context))
    lon, lat = (parsed.lon, parsed.lat) if parsed.unit != "metres" else (np.full(len(text), np.nan),) * 2
    return Located(text, placed(text, table, lon, lat, _notes(parsed, lon), context))


def with_two_columns(text: pd.DataFrame) -> pd.DataFrame:
    """The rows with a `lon` and a `lat`: of one column that holds both, or empty where the file has none."""
    if {"lon", "lat"} <= set(text.columns):
        return text.drop(columns="position", errors="ignore")
    joined = text["position"].tolist() if "position" in text.columns else [""] * len(text)
    pairs = [split_joined(cell) if cell else ("", "") for cell in joined]
    lon = [a or cell for (a, _), cell in zip(pairs, joined, strict=True)]  # what cannot be split is shown as it is
    return text.drop(columns="position", errors="ignore").assign(
        lon=pd.Series(lon, index=text.index, dtype="str"),
        lat=pd.Series([b for _, b in pairs], index=text.index, dtype="str"),
    )


def placed(
    text: pd.DataFrame, table: str, lon: Floats, lat: Floats, notes: tuple[str, ...], context: Context
) -> Places:
    """The places, with rows that have none put where their code or name says."""
    missing = np.flatnonzero(np.isin(notes, ["position_missing", "position_zero"]))
    if not len(missing):
        return Places(lon, lat, notes, ("",) * len(text))
    stored = stored_places(text.iloc[missing], cell(text, "name"), table, context)
    rows = text.iloc[missing].assign(lon=stored.lon, lat=stored.lat)
    if table == "demand" and "demand_id" in rows.columns:
        rows = rows.assign(village_code=rows["demand_id"])
    done = place_missing(rows, _with(context.demand, DEMAND), _with(context.unit, UNIT), table)
    lon, lat, quality = lon.copy(), lat.copy(), np.full(len(text), "", dtype=object)
    lon[missing], lat[missing] = done.lon, done.lat
    quality[missing] = [a or b for a, b in zip(done.position_quality, stored.quality, strict=True)]
    kept, notes = _kept(text, table, missing, stored, notes)
    zero = {int(text.index[at]) for at in missing.tolist() if notes[at] == "position_zero"}
    own = {p.code for p in done.problems}
    spelling = tuple(m for m in done.mends if m.kind not in own)
    return Places(lon, lat, notes, tuple(quality.tolist()), (*kept, *_said(done, zero)), spelling)


def _kept(
    text: pd.DataFrame, table: str, missing: "np.ndarray", stored: StoredPlaces, notes: tuple[str, ...]
) -> tuple[list[Found], tuple[str, ...]]:
    """The remark about rows that stay where the study has them, and the notes without theirs. Zeros in the file stay
    the problem they are, with the stored position as the mend."""
    known = np.flatnonzero(np.isfinite(stored.lon))
    left = list(notes)
    found = []
    for at in known.tolist():
        here = int(missing[at])
        if notes[here] == "position_zero":
            row = int(text.index[here])
            mend = {"lon": repr(float(stored.lon[at])), "lat": repr(float(stored.lat[at]))}
            mend |= {"position_quality": stored.quality[at]} if stored.quality[at] else {}
            problem = Problem("position_zero", "warning", table, row, "lon")
            found.append(Found(problem, Mend("position_zero", row, mend)))
        left[here] = ""
    silent = len(known) - len(found)
    if silent:
        found.append(Found(Problem("position_kept", "warning", table, None, "lon", {"count": silent})))
    return found, tuple(left)


def _with(table: pd.DataFrame, columns: dict[str, Column]) -> pd.DataFrame:
    """The table with all its columns, if it is empty and has none."""
    return table if len(table) else conform(pd.DataFrame(columns=list(columns), dtype="str"), columns, path="", name="")


def _said(done: Placed, zero: set[int]) -> Iterator[Found]:
    """Each placed row's problem with its mend. Zeros in the file stay the problem they are."""
    mends: dict[tuple[int, str], Mend] = {(m.row, m.kind): m for m in done.mends}
    for problem in done.problems:
        row = problem.row or 0
        mend = mends.get((row, problem.code))
        if row in zero:
            problem = replace(problem, code="position_zero")
            mend = replace(mend, kind="position_zero") if mend else None
        yield Found(problem, mend)


def _bounds(context: Context) -> Bounds | None:
    return None if context.outline.empty else tuple(context.outline.total_bounds.tolist())


def _system(
    raw: Raw, parsed: PositionsParsed, text: pd.DataFrame, context: Context, answers: Answers
) -> tuple[str, tuple[Question, ...]]:
    if not np.isfinite(parsed.lon).any():
        return WGS, ()
    names = text["name"].tolist() if "name" in text.columns else ()
    return datum_of(parsed.lon, parsed.lat, raw.geometry_crs, context.evidence, answers, names)


def _in_degrees(x: Floats, y: Floats, crs: str) -> tuple[Floats, Floats]:
    lon, lat = to_wgs84(x, y, crs)
    good = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    return np.where(good, lon, np.nan), np.where(good, lat, np.nan)


def _notes(parsed: PositionsParsed, lon: Floats) -> tuple[str, ...]:
    lost = np.isnan(lon)
    return tuple(
        "position_out_of_range" if note in _USED and gone else note
        for note, gone in zip(parsed.notes, lost.tolist(), strict=True)
    )


def _as_text(
    text: pd.DataFrame, parsed: PositionsParsed, degrees: tuple[Floats, Floats], crs: str
) -> dict[str, "pd.Series[str]"]:
    """`lon` and `lat` as they are edited: used positions in WGS-84, exchanged ones in WGS-84 and still exchanged, so
    that a mend need only exchange them back, all others as the file has them."""
    x, y = text["lon"].tolist(), text["lat"].tolist()
    lon, lat = degrees[0].tolist(), degrees[1].tolist()
    swapped = [at for at, note in enumerate(parsed.notes) if note == "position_swapped"]
    for at, note in enumerate(parsed.notes):
        if note in _USED and lon[at] == lon[at]:
            x[at], y[at] = repr(lon[at]), repr(lat[at])
    if swapped:
        back = parse_positions([y[at] for at in swapped], [x[at] for at in swapped])
        for at, east, north in zip(swapped, *(v.tolist() for v in _in_degrees(back.lon, back.lat, crs)), strict=True):
            if east == east:
                x[at], y[at] = repr(north), repr(east)
    return {name: pd.Series(cells, index=text.index, dtype="str") for name, cells in (("lon", x), ("lat", y))}
