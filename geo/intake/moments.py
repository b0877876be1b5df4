"""Moments as lists write them: dates, clock times, time zones, halves of the day. Second floor: intake."""

import re
import unicodedata
from datetime import datetime, timedelta

_FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y%m%d %H:%M:%S", "%Y%m%d %H:%M",
    "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y.%m.%d %H:%M:%S", "%Y.%m.%d %H:%M", "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
)  # fmt: skip
_UNBROKEN = {14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M"}  # by the number of digits: fewer may be read in several ways
_DATE_ONLY = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y.%m.%d")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_SERIAL = re.compile(r"\d{5}(\.\d+)?")  # days since 1899-12-30: a spreadsheet's own number
_ZONE = re.compile(r"(?<=:\d\d)(\.\d+)? ?(?:Z|([+-])(\d\d):?(\d\d)?)$", re.IGNORECASE)  # as ISO 8601 writes it
_HOURS = re.compile(r"(\d{1,2})[点时](?:(\d{1,2})分?(?:(\d{1,2})秒?)?)?")  # 8点, 15时20分, 15点20分30秒
_HALVES = {
    "am": r"上午|凌晨|清晨|早晨|早上|(?<![a-z])a\.?m\.?(?![a-z])",
    "noon": "中午",
    "pm": r"下午|傍晚|(?<![a-z])p\.?m\.?(?![a-z])",
    "evening": "晚上|夜间",
}
_HALF = re.compile(f" ?(?:{'|'.join(f'(?P<{half}>{words})' for half, words in _HALVES.items())}) ?", re.IGNORECASE)


def moment(text: str, day: datetime | None = None) -> datetime | None:
    """A moment as lists write it; None where it cannot be read.

    A clock time alone belongs to `day`. A moment with a time zone (08:00Z, 08:00+08:00) is given in UTC, any other as
    it is written: the minutes between two moments of one row are right either way.
    """
    plain, ahead_min = _without_zone(_plain(text))
    plain, half = _without_half(plain)
    found = _written(plain, day)
    hour = _hour(found.hour, half) if found else None
    if found is None or hour is None:
        return None
    found = found.replace(hour=hour)
    try:
        return found - timedelta(minutes=ahead_min)
    except OverflowError:
        return None


def is_clock_only(text: str) -> bool:
    """Whether a text is a clock time without a date."""
    return _CLOCK.fullmatch(_without_half(_without_zone(_plain(text))[0])[0]) is not None


def clock_parts(text: str) -> list[int] | None:
    """The numbers of 14:30 or 00:14:30; None for another text."""
    clock = _CLOCK.fullmatch(text)
    return [int(part) for part in clock.groups() if part is not None] if clock else None


def day_of(text: str) -> datetime | None:
    """The day that a text begins with."""
    plain = _plain(text).split(" ")[0]
    for pattern in _DATE_ONLY:
        try:
            return datetime.strptime(plain, pattern)
        except ValueError:
            continue
    return None


def is_date_only(text: str) -> bool:
    """Whether a text is a date without a clock time."""
    return " " not in _plain(text) and day_of(text) is not None


def _plain(text: str) -> str:
    clocked = _HOURS.sub(_clock, unicodedata.normalize("NFKC", text))
    return " ".join(re.sub(r"(?<=\d)T(?=\d)|(?<=日)(?=\S)", " ", clocked).split())


def _clock(hours: "re.Match[str]") -> str:
    """15点20分 as 15:20."""
    return ":".join([hours[1], (hours[2] or "0").zfill(2), *([hours[3].zfill(2)] if hours[3] else [])])


def _without_zone(plain: str) -> tuple[str, int]:
    """The text without its time zone, and how many minutes that is ahead of UTC."""
    zone = _ZONE.search(plain)
    if zone is None:
        return plain, 0
    ahead_min = int(zone[3] or 0) * 60 + int(zone[4] or 0)
    return plain[: zone.start()], -ahead_min if zone[2] == "-" else ahead_min


def _without_half(plain: str) -> tuple[str, str]:
    """The text without the part of the day, and which it is, of _HALVES or ""."""
    half = _HALF.search(plain)
    if half is None:
        return plain, ""
    return f"{plain[: half.start()]} {plain[half.end() :]}".strip(), half.lastgroup or ""


def _hour(hour: int, half: str) -> int | None:
    """The hour of 24 that is meant by one in a part of the day, None where none can be: 12 in the evening is either."""
    if not half:
        return hour
    if half == "am":
        return hour % 12 if hour <= 12 else None
    if half == "pm":
        return hour % 12 + 12
    if half == "noon":
        return hour if 10 <= hour <= 14 else hour + 12 if hour in (1, 2) else None
    return hour + 12 if 5 <= hour <= 11 else hour if hour >= 17 else None


def _written(plain: str, day: datetime | None) -> datetime | None:
    plain = plain.removesuffix(".000")
    plain = re.sub(r"\.\d+$", "", plain) if ":" in plain else plain
    if plain.isdecimal() and len(plain) > 5:
        return _unbroken(plain)
    for pattern in _FORMATS:
        try:
            return datetime.strptime(plain, pattern)
        except ValueError:
            continue
    if _SERIAL.fullmatch(plain):
        found = datetime(1899, 12, 30) + timedelta(days=float(plain))
        return (found + timedelta(milliseconds=500)).replace(microsecond=0)
    clock = clock_parts(plain)
    if clock and day and clock[0] < 24 and all(part < 60 for part in clock[1:]):
        return day + timedelta(hours=clock[0], minutes=clock[1], seconds=clock[2] if len(clock) > 2 else 0)
    return None


def _unbroken(digits: str) -> datetime | None:
    """20241112143005, or without the seconds."""
    try:
        return datetime.strptime(digits, _UNBROKEN.get(len(digits), ""))
    except ValueError:
        return None
