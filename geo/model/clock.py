"""The clock of an emergency: what counts before the wheels turn, and from when. First floor: the words.

A call is answered, a crew turns out, an ambulance drives; the policy's "15 minutes" does not say when it starts, so the
start is part of the clock and said with every figure. Defaults live in data/reference/intervals.csv.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Literal

from geo.model.errors import N_, ChoiceUnknown, OutOfRange
from geo.model.schemes import DATA

Start = Literal["call", "turnout", "departure"]
STARTS: tuple[Start, ...] = ("call", "turnout", "departure")
PRESETS: dict[str, Start] = {"policy15": "call", "drive15": "departure"}
RADII_KM = (5.0, 10.0, 20.0)  # urban ≤ 5 km, rural 10–20 km: PMC8796719, table 1
LONGEST_MIN = 120.0

_SENTENCES: dict[Start, str] = {
    "call": N_(
        "{threshold:g} min from the call: call handling {call:g} + turnout {turnout:g} + drive at most {drive:g} min"
    ),
    "turnout": N_("{threshold:g} min from the order to turn out: turnout {turnout:g} + drive at most {drive:g} min"),
    "departure": N_("{threshold:g} min from the ambulance's departure: the drive alone"),
}
_NOTHING_LEFT = N_(
    "{threshold:g} min, of which {before:g} min pass before the ambulance leaves: nothing is left for the drive"
)
_FROM: dict[Start, str] = {
    "call": N_("from the call"),
    "turnout": N_("from the order to turn out"),
    "departure": N_("from the ambulance's departure"),
}


@dataclass(frozen=True)
class Interval:
    """One editable figure of intervals.csv."""

    kind: str
    item: str
    value: float
    unit: str
    quality: str  # P: published, G: general knowledge
    source: str


@cache
def load_intervals(path: Path = DATA / "reference" / "intervals.csv") -> tuple[Interval, ...]:
    """Every default of the clock, with its source."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(Interval(r["kind"], r["item"], float(r["value"]), r["unit"], r["quality"], r["source"]) for r in rows)


def default_value(kind: str, item: str) -> float:
    """A default of intervals.csv. Raises ChoiceUnknown for one it has not."""
    found = [row.value for row in load_intervals() if (row.kind, row.item) == (kind, item)]
    if not found:
        raise ChoiceUnknown(what=kind, value=item, choices=", ".join(r.item for r in load_intervals()))
    return found[0]


@dataclass(frozen=True)
class Clock:
    """Minutes of each step, the start of the clock, and the minutes within which an ambulance is to arrive.

    Raises OutOfRange for minutes nobody means.
    """

    call_handling_min: float
    turnout_min: float
    threshold_min: float
    start: Start = "call"
    on_scene_min: float = 0.0  # counts towards the arrival at the hospital only

    def __post_init__(self) -> None:
        check_start(self.start)
        for field in fields(self):
            low = 1.0 if field.name == "threshold_min" else 0.0
            value = getattr(self, field.name)
            if field.name != "start" and not (low <= value <= LONGEST_MIN):
                raise OutOfRange(what=field.name, low=f"{low:g}", high=f"{LONGEST_MIN:g}", value=value)

    @property
    def before_drive_min(self) -> float:
        """Minutes on the clock when the ambulance leaves."""
        handling = self.call_handling_min if self.start == "call" else 0.0
        return handling + (self.turnout_min if self.start in ("call", "turnout") else 0.0)

    @property
    def drive_limit_min(self) -> float:
        """Minutes left for the drive; negative when the fixed intervals alone exceed the threshold."""
        return self.threshold_min - self.before_drive_min

    def say(self, translate: Callable[[str], str] = str) -> str:
        """The whole clock in words: threshold, start and steps."""
        sentence = _SENTENCES[self.start] if self.drive_limit_min >= 0 else _NOTHING_LEFT
        return translate(sentence).format(
            threshold=self.threshold_min,
            call=self.call_handling_min,
            turnout=self.turnout_min,
            drive=self.drive_limit_min,
            before=self.before_drive_min,
        )

    def say_start(self, translate: Callable[[str], str] = str) -> str:
        """When the clock starts, in a few words."""
        return translate(_FROM[self.start])


def preset_clock(name: str, threshold_min: float | None = None) -> Clock:
    """The clock of a preset, with the default intervals: "policy15" or "drive15". Raises ChoiceUnknown."""
    if name not in PRESETS:
        raise ChoiceUnknown(what="preset", value=name, choices=", ".join(PRESETS))
    limit = default_value("threshold", "response") if threshold_min is None else threshold_min
    steps = [default_value("interval", item) for item in ("call_handling", "turnout", "on_scene")]
    return Clock(steps[0], steps[1], limit, PRESETS[name], steps[2])


def check_start(word: str) -> Start:
    """The start of the clock, if it is one. Raises ChoiceUnknown."""
    for known in STARTS:
        if word == known:
            return known
    raise ChoiceUnknown(what="start", value=word, choices=", ".join(STARTS))
