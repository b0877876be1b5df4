"""Positions out of text as people write them: degrees, minutes and seconds, metres, swapped. Second floor: intake.

Nothing is decided in silence: every row that is not plain has a code, a row with longitude and latitude exchanged is
not used but gets a mend, and only a whole file the wrong way round is turned, and says so. Which coordinate system the
numbers are in is another question (geo.intake.desk.evidence).
"""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from geo.intake.desk.numbers import number_from
from geo.model.projection import CHINA
from geo.model.roads import Floats

Unit = Literal["degrees", "metres", ""]
Bounds = tuple[float, float, float, float]  # west, south, east, north in degrees
Flags = npt.NDArray[np.bool_]

TURNED_SHARE = 0.8  # of the understood rows: from here on the file, not the row, is the wrong way round
BOUNDS_MARGIN_DEG = 1.0  # a place so near the county is not taken for swapped
LEAST_METRES = 10_000.0  # no coordinate of China is smaller in any zone, no degree larger than 180
# Metres in China: northings; eastings without a zone, and with a zone (13–45) before them or in Web-Mercator.
_NORTHING = (1.5e6, 7.9e6)
_EASTING = ((1e5, 9e5), (8e6, 4.6e7))


@dataclass(frozen=True)
class PositionsParsed:
    """n rows. `lon`/`lat` are degrees or easting/northing in metres as `unit` says, NaN where not to be used.

    `notes` says why, by row ("" where all is plain): position_missing, position_not_a_number, position_out_of_range,
    position_zero, position_mixed_units, position_swapped (this row only), and columns_swapped: these
    rows are used, exchanged, because the whole file is the wrong way round (`turned`).
    """

    lon: Floats
    lat: Floats
    notes: tuple[str, ...]
    unit: Unit
    turned: bool


def parse_positions(
    lon_text: Iterable[str], lat_text: Iterable[str], *, bounds: Bounds | None = None
) -> PositionsParsed:
    """What two columns of text say. `bounds` (of the county, degrees) tells swapped places the numbers alone do not.

    In surveying X is the northing and Y the easting; metres that way round are told by their size and turned.
    """
    read = [_read_pair(a, b) for a, b in zip(lon_text, lat_text, strict=True)]
    first, second = (np.array([r[i] for r in read], dtype=np.float64) for i in (0, 1))
    notes = np.array([r[2] for r in read], dtype=object)
    crossed = np.array([r[3] for r in read], dtype=np.bool_)
    unit = unit_of(np.concatenate([first, second]))
    _note_unit(first, second, notes, unit)
    swapped = _plain(notes) & (crossed | _swapped(first, second, unit, bounds))
    turned = bool(swapped.any() and swapped.sum() >= TURNED_SHARE * _plain(notes).sum())
    if turned:
        first, second = second, first
        swapped = _plain(notes) & ~swapped & _swapped(first, second, unit, bounds)
    notes[swapped] = "position_swapped"
    if unit == "degrees":
        notes[_plain(notes) & ((np.abs(first) > 180) | (np.abs(second) > 90))] = "position_out_of_range"
    used = _plain(notes)
    notes[used & turned] = "columns_swapped"
    return PositionsParsed(
        np.where(used, first, np.nan), np.where(used, second, np.nan), tuple(notes.tolist()), unit, turned
    )


def unit_of(values: Floats) -> Unit:
    """Whether most numbers (NaN and 0 aside) are degrees or metres; "" when they are neither, or there is none."""
    size = np.abs(values[np.isfinite(values) & (values != 0)])
    if 2 * int((size <= 180).sum()) > len(size):
        return "degrees"
    return "metres" if 2 * int((size >= LEAST_METRES).sum()) > len(size) else ""


# ---- columns ---------------------------------------------------------------------------------------------------


def _plain(notes: npt.NDArray[np.object_]) -> Flags:
    return np.asarray(notes == "", dtype=np.bool_)


def _note_unit(first: Floats, second: Floats, notes: npt.NDArray[np.object_], unit: Unit) -> None:
    """Notes the rows whose numbers are not in the unit of the others, or in none."""
    small, large = np.maximum(np.abs(first), np.abs(second)) <= 180, np.minimum(first, second) >= LEAST_METRES
    fits = {"degrees": small, "metres": large, "": np.zeros(len(first), dtype=np.bool_)}[unit]
    other = {"degrees": large, "metres": small, "": fits}[unit]
    was_plain = _plain(notes)
    notes[was_plain & ~fits] = "position_out_of_range"
    notes[was_plain & other] = "position_mixed_units"


def _swapped(lon: Floats, lat: Floats, unit: Unit, bounds: Bounds | None) -> Flags:
    """Rows that make sense only the other way round."""
    if unit == "metres":
        eastward = np.any([(lat >= low) & (lat <= high) for low, high in _EASTING], axis=0)
        return np.asarray(eastward & (lon >= _NORTHING[0]) & (lon <= _NORTHING[1]), dtype=np.bool_)
    impossible = (np.abs(lat) > 90) & (np.abs(lon) <= 90)
    west, south, east, north = bounds or CHINA
    box = (west - BOUNDS_MARGIN_DEG, south - BOUNDS_MARGIN_DEG, east + BOUNDS_MARGIN_DEG, north + BOUNDS_MARGIN_DEG)
    return np.asarray(impossible | (_inside(lat, lon, box) & ~_inside(lon, lat, box)), dtype=np.bool_)


def _inside(lon: Floats, lat: Floats, box: Bounds) -> Flags:
    west, south, east, north = box
    return np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north), dtype=np.bool_)


# ---- one cell --------------------------------------------------------------------------------------------------

_SIGNS = str.maketrans(
    dict.fromkeys("°º˚度", "d")
    | dict.fromkeys("′’‘´`分", "'")
    | dict.fromkeys("″”“〃秒", '"')
    | dict.fromkeys("−–—－", "-")
    | dict.fromkeys("东東", "E")
    | {"西": "W", "北": "N", "南": "S", "。": ".", "、": ","}
)
_AXIS_WORD = re.compile(r"[经纬][d度]?|longitude|latitude|lng|lon|lat", re.IGNORECASE)
_LATITUDE = re.compile(r"纬|lat", re.IGNORECASE)
_AXIS_LETTER = re.compile(r"^([EWNS])[\s:,.]*|\s*([EWNS])$", re.IGNORECASE)
_AXIS = {"E": "lon", "W": "lon", "N": "lat", "S": "lat"}
_ANGLE = re.compile(
    r"""([+-]?)(\d{1,3})(?:\s*d\s*|\s*:\s*|\s+|-)      # degrees
        (\d{1,2}(?:\.\d+)?)(?:\s*'\s*|\s*:\s*|\s+|-|$)  # minutes
        (?:(\d{1,2}(?:\.\d+)?)\s*(?:"|'')?)?            # seconds""",
    re.VERBOSE,
)
_DOTTED = re.compile(r"([+-]?)(\d{1,3})\.(\d{1,2})\.(\d{1,2}(?:\.\d+)?)")  # 106.12.30
_EUROPEAN = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+")  # 618.000,5
_ONE_COMMA = re.compile(r"([+-]?\d+),(\d+)")


def _read_pair(first: str, second: str) -> tuple[float, float, str, bool]:
    """Both numbers, a note when one is not there, and whether the letters (N, E, 北, 东) say they are exchanged."""
    (a, axis_a), (b, axis_b) = _read(first), _read(second)
    if a is None or b is None or (axis_a and axis_a == axis_b):
        return math.nan, math.nan, "position_not_a_number", False
    if math.isnan(a) or math.isnan(b):
        return math.nan, math.nan, "position_missing", False
    return a, b, "position_zero" if a == b == 0 else "", axis_a == "lat" or axis_b == "lon"


def _read(text: str) -> tuple[float | None, str]:
    """The number (NaN for empty text, None for none) and the axis ("lon", "lat" or "") that the text names."""
    try:
        value = float(text)  # nearly every cell of nearly every file
        if math.isfinite(value) and "_" not in text:
            return value, ""
    except ValueError:
        pass
    body = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS).strip()
    word = _AXIS_WORD.search(body)
    axis = ("lat" if _LATITUDE.match(word[0]) else "lon") if word else ""
    body = _AXIS_WORD.sub("", body).strip(" :=,")
    letter = _AXIS_LETTER.search(body)
    if letter:
        side = (letter[1] or letter[2]).upper()
        size = _number(_AXIS_LETTER.sub("", body).strip(" :=,"))
        return (-abs(size) if size is not None and side in "WS" else size), _AXIS[side]
    return _number(body), axis


def _number(body: str) -> float | None:
    """Decimal degrees of an angle in any spelling, or a plain number with any separators."""
    if re.search(r"[d'\"]", body):
        body = body.replace(",", ".")
    angle = _ANGLE.fullmatch(body) or _DOTTED.fullmatch(body)
    if angle:
        minutes, seconds = float(angle[3]), float(angle[4] or 0)
        if minutes < 60 and seconds < 60:
            size = float(angle[2]) + minutes / 60 + seconds / 3600
            return -size if angle[1] == "-" else size
    bare = re.sub(r"\s*(d|m|米)$", "", body, flags=re.IGNORECASE)
    if _EUROPEAN.fullmatch(bare):
        return number_from(bare.replace(".", "").replace(",", "."))
    comma = _ONE_COMMA.fullmatch(bare)
    if comma and (len(comma[2]) != 3 or abs(int(comma[1])) <= 180):  # 106,208 is a decimal comma, 618,000 is not
        return number_from(f"{comma[1]}.{comma[2]}")
    return number_from(bare)


# ---- one column that holds both --------------------------------------------------------------------------------

_SPLITS: tuple[Callable[[str], list[str]], ...] = (
    lambda t: re.split(r"[;|]", t),
    lambda t: re.split(r",\s+", t),
    lambda t: t.split(","),
    lambda t: re.split(r"(?<=\S)\s*(?=[东西南北東][经纬])", t),
    lambda t: re.split(r"(?<=[EWNS])\s*(?=\d)", t, flags=re.IGNORECASE),
    lambda t: re.split(r"(?<=\S)\s*(?=[EWNS])(?=.*\d)", t, flags=re.IGNORECASE),
    lambda t: t.split(),
)


def split_joined(text: str) -> tuple[str, str]:
    """The two texts of one column that holds both: "106.2,28.3", "东经106.2北纬28.3", "[106°12′E; 28°20′N]", WKT.

    In the order given, ("", "") when there are not two; which is which is told by `parse_positions`.
    """
    bare = text.translate(str.maketrans("，；、：（）【】", ",;,:()[]")).strip()
    bare = re.sub(r"^(SRID=\d+;)?\s*POINT\s*Z?\s*", "", bare, flags=re.IGNORECASE).strip("()[]{} ")
    for split in _SPLITS:
        parts = [p.strip() for p in split(bare)]
        if len(parts) == 2 and all(_read(p)[0] is not None and p for p in parts):
            return parts[0], parts[1]
    return "", ""
