"""Rows without a position placed by code or name: at the village, else at the township's seat. Second floor: intake.

A placed position says how good it is (`position_quality` "village" or "seat"), why it was chosen, and is a mend the
user accepts or not. Nothing is guessed: where several places fit equally, or none, the row waits for a click.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geo.intake.desk.columns import cell
from geo.intake.desk.place_names import (
    bare_name,
    below_county,
    is_for_one_village,
    only_alike,
    place_key,
    township_core,
    township_word,
    without_care,
)
from geo.model.desk import Mend
from geo.model.problems import Problem
from geo.model.roads import Floats

# How alike (1 = equal) a misspelt name must be: one sign of three for a township, whose neighbours are all known; one
# of four for a village, because 红星村 and 红旗村 are two villages.
SEAT_ALIKE, VILLAGE_ALIKE = 0.66, 0.75
VILLAGE, SEAT = "village", "seat"
_MARKER = re.compile(r"村|社区|居委会|居民委员会")
_CODE = re.compile(r"\d{9}(\d{3})?")
_CODE_COLUMNS = ("village_code", "unit_code")
MOST_CHOICES = 4  # named when several places fit


@dataclass(frozen=True)
class Placed:
    """n rows. `lon`/`lat` in degrees: the row's own, or the place found, or NaN. `position_quality` and `reasons` are
    "" for a row with its own position; else the reason is placed_at_village, placed_at_seat, placed_by_like_name (the
    quality tells at which), not_placed or not_placed_tie: these two are to be placed by a click on the map."""

    lon: Floats
    lat: Floats
    position_quality: tuple[str, ...]
    reasons: tuple[str, ...]
    mends: tuple[Mend, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Found:
    """Where one row goes; `choices` are the places that fit equally well, when it goes nowhere for that."""

    quality: str = ""
    place: str = ""
    lon: float = np.nan
    lat: float = np.nan
    misspelt: tuple[tuple[str, str], ...] = ()  # as the row writes it, as it is
    choices: tuple[str, ...] = ()


def place_missing(rows: pd.DataFrame, demand: pd.DataFrame, units: pd.DataFrame, table: str = "facility") -> Placed:
    """Places for the rows (index: row in the file) whose `lon`/`lat` (degrees) are NaN.

    `rows` may have name, village_name, address, unit_name, village_code and unit_code (9 or 12 digits), all text.
    `demand` has demand_id (12-digit village code), name, unit_code, lon, lat; `units` has unit_code, name, seat_lon,
    seat_lat. In turn: the village's code, its name (in the township that code or text tell, else in the whole county),
    the township's code, its name. Text may be misspelt up to SEAT_ALIKE and VILLAGE_ALIKE.
    """
    lon, lat = (rows[c].to_numpy(dtype=np.float64, copy=True) for c in ("lon", "lat"))
    gazetteer = _Gazetteer(demand, units)
    quality, reasons = [""] * len(rows), [""] * len(rows)
    mends: list[Mend] = []
    problems: list[Problem] = []
    texts = [cell(rows, c).tolist() for c in ("name", "village_name", "address", "unit_name", *_CODE_COLUMNS)]
    for at in np.flatnonzero(np.isnan(lon) | np.isnan(lat)).tolist():
        name, village, address, unit_name, *codes = (column[at] for column in texts)
        found = gazetteer.find(codes, [_as_village(village), name, address], unit_name)
        row = int(rows.index[at])
        lon[at], lat[at], quality[at], reasons[at] = found.lon, found.lat, found.quality, _reason(found)
        mends += _mends(found, row, {"name": name, "village_name": village, "address": address, "unit_name": unit_name})
        params: dict[str, object] = {"name": name, "place": found.place, "choices": ", ".join(found.choices)}
        severity = "warning" if found.quality else "error"
        problems.append(Problem(reasons[at], severity, table, row, "lon", params))  # type: ignore[arg-type]
    return Placed(lon, lat, tuple(quality), tuple(reasons), tuple(mends), tuple(problems))


def _as_village(text: str) -> str:
    """What stands in a column of villages, read as one: 银龙 is 银龙村."""
    return f"{text}村" if text.strip() and not _MARKER.search(text) else text


def _reason(found: _Found) -> str:
    if not found.quality:
        return "not_placed_tie" if found.choices else "not_placed"
    if found.misspelt:
        return "placed_by_like_name"
    return "placed_at_village" if found.quality == VILLAGE else "placed_at_seat"


def _mends(found: _Found, row: int, texts: dict[str, str]) -> list[Mend]:
    """The position as a mend, and the place's right name wherever the row writes it wrong."""
    if not found.quality:
        return []
    position = {"lon": repr(found.lon), "lat": repr(found.lat), "position_quality": found.quality}
    mends = [Mend(_reason(found), row, position)]
    right = {c: _mended(t, found.misspelt) for c, t in texts.items()}
    changed = {c: t for c, t in right.items() if t != texts[c]}
    return [*mends, Mend("name_misspelt", row, changed)] if changed else mends


def _mended(text: str, misspelt: tuple[tuple[str, str], ...]) -> str:
    for wrong, right in misspelt:
        text = text.replace(wrong, right)
    return text


# ---- the places known ------------------------------------------------------------------------------------------


class _Gazetteer:
    """Villages and seats by code and by name. Holds the indexes open."""

    def __init__(self, demand: pd.DataFrame, units: pd.DataFrame) -> None:
        villages = demand.dropna(subset=["lon", "lat"]).sort_values("demand_id", kind="stable", ignore_index=True)
        self.village: dict[str, _Found] = {}  # by code
        self.keys: dict[str, dict[str, list[str]]] = {"": {}}  # township ("" is the county) → key → village codes
        units_of = cell(villages, "unit_code").tolist()
        columns = (villages["demand_id"], villages["name"], villages["lon"], villages["lat"])
        for code, name, lon, lat, unit in zip(*columns, units_of, strict=True):
            self.village[code] = _Found(VILLAGE, name, float(lon), float(lat))
            for where in ("", (unit or code)[:9]):
                self.keys.setdefault(where, {}).setdefault(place_key(name), []).append(code)
        self.seat, self.seat_code = _seats(units)

    def find(self, codes: Sequence[str], texts: Sequence[str], unit_name: str) -> _Found:
        """The best place that the codes and texts of one row tell."""
        digits = [c.strip() for c in codes if _CODE.fullmatch(c.strip())]
        exact = next((self.village[c] for c in digits if c in self.village), None)
        if exact:
            return exact
        unit = next((c[:9] for c in digits if c[:9] in self.seat or c[:9] in self.keys), "")
        seat = self.seat.get(unit, _Found()) if unit else self._seat_by_name([unit_name, *texts])
        within = unit or self.seat_code.get(bare_name(seat.place), "")
        if not within and any(township_word(t) for t in (unit_name, *texts)):
            return seat  # a township that is not known: its villages are not looked for in others
        village = self._village_by_name(texts, within, seat)
        if village.quality:
            return replace(village, misspelt=seat.misspelt + village.misspelt)
        return seat if seat.quality or not village.choices else village

    def _seat_by_name(self, texts: Sequence[str]) -> _Found:
        """The seat of the township that a text begins with or a hospital is named after; of the texts, the first."""
        names = [below_county(t) for t in texts if t.strip()]
        for name in names:
            hits = {c for n, c in self.seat_code.items() if name.startswith(n) or _named_after(name, n)}
            if len(hits) == 1:
                return self.seat[hits.pop()]
        for word in (township_word(n) for n in names):
            alike = only_alike(word, self.seat_code, SEAT_ALIKE) if word else None
            if alike:
                return replace(self.seat[self.seat_code[alike]], misspelt=((word, alike),))
        return _Found()

    def _village_by_name(self, texts: Sequence[str], unit: str, seat: _Found) -> _Found:
        known = self.keys.get(unit, {})
        words = [w for text in texts for w in _village_words(text, seat)]
        for word in words:
            codes = _same_marker(known.get(place_key(word), []), word, self.village)
            if len(codes) == 1:
                return self.village[codes[0]]
            if codes:
                return _Found(choices=tuple(self.village[c].place for c in codes[:MOST_CHOICES]))
        for key in dict.fromkeys(place_key(w) for w in words):
            alike = only_alike(key, known, VILLAGE_ALIKE)
            if alike and len(known[alike]) == 1:
                return replace(self.village[known[alike][0]], misspelt=((key, alike),))
        return _Found()


def _seats(units: pd.DataFrame) -> tuple[dict[str, _Found], dict[str, str]]:
    """Seats by township code, and township codes by plain name; a name borne by two townships is left out."""
    known = pd.DataFrame(units.drop(columns="geometry", errors="ignore")).dropna(subset=["seat_lon", "seat_lat"])
    known = known[cell(known, "level") != "county"]
    seats = {
        code: _Found(SEAT, name, float(lon), float(lat))
        for code, name, lon, lat in zip(*(known[c] for c in ("unit_code", "name", "seat_lon", "seat_lat")), strict=True)
    }
    names = [bare_name(found.place) for found in seats.values()]
    return seats, {n: c for c, n in zip(seats, names, strict=True) if names.count(n) == 1}


def _named_after(name: str, township: str) -> bool:
    """温水卫生院 and 县中医医院土城分院 are named after 温水镇 and 土城镇; 九龙村卫生室 is not after 九龙街道."""
    bare = without_care(name)
    return bare != name and not is_for_one_village(name) and bare.endswith(township_core(township))


def _village_words(text: str, seat: _Found) -> list[str]:
    """What may be a village in a name or address, the longest first: after county and township, up to a 村 or 社区, or
    all of the name of a clinic."""
    rest = below_county(text)
    wrong = [w for w, _ in seat.misspelt]
    for township in (*wrong, bare_name(seat.place), township_word(rest), township_core(seat.place)):
        if township and rest.startswith(township) and not _MARKER.match(rest[len(township) :]):
            rest = rest[len(township) :]
            break
    words = [rest[: m.end()] for m in _MARKER.finditer(rest) if m.start() > 0]
    if is_for_one_village(text):
        words.append(without_care(rest))
    return sorted({w for w in words if len(w) > 1}, key=lambda w: (-len(w), w))


def _same_marker(codes: list[str], word: str, village: dict[str, _Found]) -> list[str]:
    """Of villages and quarters of one name (新庄村, 新庄社区) those that are what the word says, if any are."""
    same = [c for c in codes if bare_name(village[c].place).startswith(word)]
    return same or codes
