"""A list of ambulance runs as a table of intervals. Second floor: intake, files → clean tables.

Only the columns named in data/reference/dispatch_columns.csv are kept: telephones, names, identity numbers and
addresses are never read; of a cell that tells a place, geo.study.records keeps the place alone. A row whose times run
backwards costs itself and nothing else.
"""

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from geo.intake.desk.datums import to_wgs84
from geo.intake.desk.evidence import WGS, Evidence, guess_datum
from geo.intake.desk.headers import plain_header
from geo.intake.desk.matching import personal_columns
from geo.intake.desk.positions import PositionsParsed, parse_positions
from geo.intake.files.guard import guarded_noted
from geo.intake.moments import clock_parts, day_of, is_clock_only, is_date_only, moment
from geo.model.desk import CRS, Answers, Question, Raw
from geo.model.errors import ClockMissing
from geo.model.problems import Problem
from geo.model.schemes import DATA

# In the order in which things happen; every one of them may be missing in a row.
CLOCK = ("call_at", "dispatch_at", "depart_at", "arrive_at", "leave_at", "hospital_at")
INTERVALS = {  # name → from, to
    "handling_min": ("call_at", "dispatch_at"),
    "turnout_min": ("dispatch_at", "depart_at"),
    "drive_min": ("depart_at", "arrive_at"),
    "response_min": ("call_at", "arrive_at"),
    "transfer_min": ("leave_at", "hospital_at"),
    "whole_min": ("call_at", "hospital_at"),
}
LONGEST_MIN = 360.0  # a run that took longer was not closed in time
_SUM_TOLERANCE_MIN = 1.0  # a stated response time that is so near to the whole is the whole
_SUM_SHARE = 0.8


@dataclass(frozen=True)
class Records:
    """Runs that can be used, what was wrong with the others, and what was read of the file.

    `table`: row (in the file), the INTERVALS in minutes (NaN unknown), stated_min (a response time the file states),
    lon, lat (NaN unknown), village, township, base (as the file says them, "" unknown).
    """

    table: pd.DataFrame
    problems: tuple[Problem, ...]
    rows_read: int
    rows_refused: int
    mapping: Mapping[str, str]  # our column → the file's header
    personal: tuple[str, ...]  # headers that were dropped because they hold persons
    questions: tuple[Question, ...] = ()  # open: then the table is empty


@cache
def aliases() -> dict[str, list[str]]:
    """Our column → the headers met, as they are compared."""
    with (DATA / "reference" / "dispatch_columns.csv").open(encoding="utf-8", newline="") as file:
        return {r["column"]: [plain_header(a) for a in r["aliases"].split()] for r in csv.DictReader(file)}


def records_from(path: Path, answers: Answers, evidence: Evidence) -> Records:
    """The runs of a file read in a guarded child process.

    `answers` may choose a sheet and tell the coordinate system (else the evidence decides, and it is said). Raises as
    `geo.intake.files.guard.guarded`, and ClockMissing for a file without two times of the clock.
    """
    raw, questions, problems = guarded_noted(path, answers)
    if raw is None:
        return Records(_empty(), tuple(problems), 0, 0, {}, (), tuple(questions))
    return records_of(raw, answers, evidence, path=str(path.name), notes=list(problems))


def records_of(raw: Raw, answers: Answers, evidence: Evidence, *, path: str, notes: list[Problem]) -> Records:
    """`records_from` of a table read already."""
    personal = personal_columns(raw)
    mapping = matched(raw, set(personal))
    if sum(column in mapping for column in CLOCK) < 2:
        found = ", ".join(str(h) for h in raw.rows.columns if str(h) not in personal)
        raise ClockMissing(path=path, found=found)
    text = pd.DataFrame({c: raw.rows[h].astype("str").str.strip() for c, h in mapping.items()}, index=raw.rows.index)
    problems = [*notes, *(Problem("column_personal", "warning", "records", None, h, {"column": h}) for h in personal)]
    times, found_problems = _times(text)
    table, more = _checked(text, times)
    place, said = _places(text.loc[table.index], answers, evidence)
    table = table.assign(**place, row=table.index.to_numpy()).reset_index(drop=True)
    problems += [*found_problems, *more, *said, *_sums(table)]
    read = len(text)
    return Records(table, tuple(problems), read, read - len(table), mapping, tuple(personal))


def matched(raw: Raw, personal: set[str]) -> dict[str, str]:
    """Our column → the header that stands for it; of several the better alias."""
    headers = [str(h) for h in raw.rows.columns if str(h) not in personal]
    plain = {h: set(map(plain_header, (h, *_bare(h)))) for h in headers}
    out: dict[str, str] = {}
    for column, known in aliases().items():
        fits = [(known.index(p), h) for h in headers if h not in out.values() for p in plain[h] if p in known]
        if fits:
            out[column] = min(fits)[1]
    return out


def _bare(header: str) -> list[str]:
    """A header without remarks in brackets, and of merged ones the last part, alone and before the first: 时间 接警 is
    接警 and 接警时间."""
    text = re.sub(r"[(\[【][^)\]】]*[)\]】]", "", unicodedata.normalize("NFKC", header))
    parts = text.split()
    return [text, parts[-1], parts[-1] + parts[0]] if len(parts) > 1 else [text]


# ---- times -----------------------------------------------------------------------------------------------------


def _times(text: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """Minutes of each moment since 1970 (NaN unknown), rows as given, and what could not be read."""
    days, a_day = _days(text), datetime(2000, 1, 1)  # clock times without a date still tell intervals
    out, problems = {}, []
    for column in CLOCK:
        told = text[column].tolist() if column in text.columns else [""] * len(text)
        found = _with_midnights(told, [moment(t, d or a_day) if t else None for t, d in zip(told, days, strict=True)])
        problems += [
            Problem("moment_unreadable", "warning", "records", int(str(row)), column, {})  # it may hold a name
            for row, t, f in zip(text.index, told, found, strict=True)
            if t and f is None
        ]
        out[column] = [np.nan if f is None else (f - datetime(1970, 1, 1)).total_seconds() / 60 for f in found]
    times = pd.DataFrame(out, index=text.index, dtype="float64")
    return _past_midnight(times, text), problems


def _days(text: pd.DataFrame) -> list[datetime | None]:
    """The day of each row: of its date, else of the first of its moments that tells one."""
    columns = [text[c].tolist() for c in ("date", *CLOCK) if c in text.columns]
    return [next(filter(None, map(_day, cells)), None) for cells in zip(*columns, strict=True)]


def _day(text: str) -> datetime | None:
    dated = day_of(text) or moment(text)
    return dated.replace(hour=0, minute=0, second=0) if dated else None


def _with_midnights(told: list[str], found: list[datetime | None]) -> list[datetime | None]:
    """Dates alone are midnights in a column of moments: a spreadsheet has no other way to say so."""
    dated = sum(f is not None and not is_clock_only(t) for t, f in zip(told, found, strict=True))
    if 2 * dated < sum(map(bool, told)):
        return found
    return [day_of(t) if f is None and is_date_only(t) else f for t, f in zip(told, found, strict=True)]


def _past_midnight(times: pd.DataFrame, text: pd.DataFrame) -> pd.DataFrame:
    """Clock times without a date that jump back by half a day and more belong to the next day."""
    moved, before = times.copy(), np.full(len(times), np.nan)
    for column in CLOCK:
        bare = text[column].map(is_clock_only).to_numpy(dtype=bool) if column in text.columns else False
        value = moved[column].to_numpy()
        value = np.where(bare & (value < before - 720), value + 1440, value)
        moved[column] = value
        before = np.where(np.isnan(value), before, value)
    return moved


def _checked(text: pd.DataFrame, times: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """Intervals of the rows whose times run forward, and the verdict on the others."""
    problems: list[Problem] = []
    lost: set[object] = set()
    values, index = times.to_numpy(), times.index.tolist()
    for place, row in enumerate(index):
        known = [(values[place, i], CLOCK[i]) for i in range(len(CLOCK)) if not np.isnan(values[place, i])]
        wrong = next(((a, b) for (s, a), (t, b) in pairwise(known) if t < s), None)
        if wrong or len(known) < 2:
            code = "times_out_of_order" if wrong else "times_too_few"
            params: dict[str, object] = {"earlier": wrong[1], "later": wrong[0]} if wrong else {}
            problems.append(Problem(code, "error", "records", int(str(row)), "", params))
            lost.add(row)
        elif known[-1][0] - known[0][0] > LONGEST_MIN:
            hours = round((known[-1][0] - known[0][0]) / 60, 1)
            problems.append(Problem("run_too_long", "error", "records", int(str(row)), "", {"hours": hours}))
            lost.add(row)
    kept = times.loc[[row for row in index if row not in lost]]
    out = pd.DataFrame({name: kept[end] - kept[start] for name, (start, end) in INTERVALS.items()}, index=kept.index)
    from_scene = out["transfer_min"].isna()
    out["transfer_min"] = out["transfer_min"].mask(from_scene, kept["hospital_at"] - kept["arrive_at"])
    stated = text["response_min"] if "response_min" in text.columns else pd.Series("", index=text.index)
    out["stated_min"] = [_stated(t) for t in stated.loc[kept.index]]
    return out, problems


def _stated(text: str) -> float:
    parts = clock_parts(text)
    if parts:  # 00:14:30, or 14:30 minutes
        return parts[0] * 60 + parts[1] + parts[2] / 60 if len(parts) == 3 else parts[0] + parts[1] / 60
    hit = re.match(r"\d+(\.\d+)?", text)
    return float(hit[0]) if hit else np.nan


def _sums(table: pd.DataFrame) -> list[Problem]:
    """A warning where what the file calls response time runs on to the hospital."""
    both = table[table["stated_min"].notna() & table["whole_min"].notna() & table["response_min"].notna()]
    longer = both[both["whole_min"] - both["response_min"] > 2 * _SUM_TOLERANCE_MIN]
    whole = (longer["stated_min"] - longer["whole_min"]).abs() <= _SUM_TOLERANCE_MIN
    if not len(longer) or whole.mean() < _SUM_SHARE:
        return []
    return [Problem("response_is_sum", "warning", "records", params={"count": int(whole.sum()), "whole": len(longer)})]


# ---- places ----------------------------------------------------------------------------------------------------


def _places(
    text: pd.DataFrame, answers: Answers, evidence: Evidence
) -> tuple[dict[str, "pd.Series[str] | np.ndarray"], list[Problem]]:
    blank = pd.Series("", index=text.index)
    words = {c: text.get(c, blank) for c in ("village", "township", "base")}
    told = [text.get(c, blank).tolist() for c in ("lon", "lat")]
    parsed = parse_positions(*told, bounds=evidence.box())
    lon, lat, problems = parsed.lon, parsed.lat, _unread(parsed)
    known = np.isfinite(lon) & np.isfinite(lat)
    if known.any():
        crs = answers.get(CRS, "")
        if not crs:
            found = guess_datum(lon, lat, evidence)
            crs = found if isinstance(found, str) else found.guess or WGS
            problems.append(Problem("datum_guessed", "warning", "records", params={"value": crs}))
        lon, lat = to_wgs84(lon, lat, crs)
    return {"lon": np.where(known, lon, np.nan), "lat": np.where(known, lat, np.nan), **words}, problems


def _unread(parsed: PositionsParsed) -> list[Problem]:
    """A remark on positions that are not used, and one on a whole file the wrong way round."""
    lost = sum(note not in ("", "columns_swapped", "position_missing", "position_zero") for note in parsed.notes)
    turned = parsed.notes.count("columns_swapped")
    counts = {"positions_of_runs_unread": lost, "columns_swapped": turned}
    return [Problem(code, "warning", "records", params={"count": n}) for code, n in counts.items() if n]


def _empty() -> pd.DataFrame:
    names = ["row", *INTERVALS, "stated_min", "lon", "lat", "village", "township", "base"]
    return pd.DataFrame({name: pd.Series(dtype="float64") for name in names})
