"""What is assumed: speeds, factors and limits, each with its source. First floor: the words.

The defaults live in data/reference/speeds.csv (quality P: published, G: general knowledge, editable). Everything that
turns metres into minutes reads an `Assumptions`; it is frozen, and `content_id` names it in caches and on figures.
"""

import csv
import hashlib
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from geo.model.errors import ChoiceUnknown, OutOfRange
from geo.model.roads import MODES, ROAD_CLASSES, Mode
from geo.model.schemes import DATA

CONDITIONS = ("day", "night", "rain", "snow", "ice")
TERRAINS = ("plain", "mountain")
_HIGHEST = {"factor": 2.0, "height": 9000.0}  # by kind; what is not named here is a speed
_FASTEST_KPH = 200.0


@dataclass(frozen=True)
class Assumption:
    """One editable figure. kind "speed" and "access" are km/h, "factor" a share of the speed, "height" metres.

    The item of a factor is a condition, or `condition:road class` where the class makes a difference.
    """

    kind: str
    mode: str
    item: str
    value: float
    unit: str
    quality: str
    source: str


@cache
def default_rows(path: Path = DATA / "reference" / "speeds.csv") -> tuple[Assumption, ...]:
    """All rows of speeds.csv."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Assumption(r["kind"], r["mode"], r["item"], float(r["value"]), r["unit"], r["quality"], r["source"])
        for r in rows
    )


@dataclass(frozen=True)
class Assumptions:
    """Everything a travel time depends on besides roads and places."""

    condition: str = "day"
    terrain: str = "plain"
    snap_limit_m: float = 2000.0  # further from any usable road: off the network, listed, never guessed
    island_limit_m: float = 1000.0  # pieces of network shorter than this are not snapped to; they are reported
    horizon_min: float = 240.0  # searches stop here; what takes longer counts as unreachable
    speed_scale: float = 1.0  # on every speed along roads at once, for the band about a figure
    rows: tuple[Assumption, ...] = field(default_factory=default_rows)

    def __post_init__(self) -> None:
        if self.condition not in CONDITIONS:
            raise ChoiceUnknown(what="condition", value=self.condition, choices=", ".join(CONDITIONS))
        if self.terrain not in TERRAINS:
            raise ChoiceUnknown(what="terrain", value=self.terrain, choices=", ".join(TERRAINS))
        if not 0.1 <= self.speed_scale <= 10:
            raise OutOfRange(what="speed scale", low=0.1, high=10, value=self.speed_scale)
        for row in self.rows:
            high = _HIGHEST.get(row.kind, _FASTEST_KPH)
            if not 0 < row.value <= high:
                raise OutOfRange(what=f"{row.mode} {row.item}", low=0, high=f"{high:g}", value=row.value)

    def find(self, kind: str, mode: Mode, item: str) -> float | None:
        """The value of one row, None where there is no such row (the mode may not use that class)."""
        return _index(self.rows).get((kind, mode, item))

    @property
    def ice_from_m(self) -> float:
        """The height from which on roads are icy under the condition "ice", metres."""
        return _index(self.rows).get(("height", "all", "ice_from"), 0.0)

    def speed_factors(self, mode: Mode, *, heights: bool = False) -> tuple[float, float]:
        """The least and the greatest share of the free speed that condition and terrain leave on roads of the mode.

        With `heights` known, roads that lie too low for ice are wet as in rain.
        """
        conditions = {self.condition, "rain"} if heights and self.condition == "ice" else {self.condition}
        used = [name for name in ROAD_CLASSES if name != "ferry" and self.find("speed", mode, name)]
        left = [self.condition_factor(mode, name, c) * self.terrain_factor(mode) for c in conditions for name in used]
        return min(left), max(left)

    def terrain_factor(self, mode: Mode) -> float:
        """The share of the speed that the terrain leaves."""
        return (self.find("factor", mode, "mountain") or 1.0) if self.terrain == "mountain" else 1.0

    def condition_factor(self, mode: Mode, road_class: str = "", condition: str = "") -> float:
        """The share of the speed that a condition (this one's, unless another is named) leaves on a road class."""
        said = condition or self.condition
        own = self.find("factor", mode, f"{said}:{road_class}") if road_class else None
        return own or self.find("factor", mode, said) or 1.0

    def with_value(self, kind: str, mode: Mode, item: str, value: float) -> "Assumptions":
        """The same assumptions with one figure changed."""
        rows = tuple(
            replace(r, value=value) if (r.kind, r.mode, r.item) == (kind, mode, item) else r for r in self.rows
        )
        return replace(self, rows=rows)

    def content_id(self) -> str:
        """A short name for exactly these assumptions."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


@cache
def _index(rows: tuple[Assumption, ...]) -> dict[tuple[str, str, str], float]:
    return {(r.kind, r.mode, r.item): r.value for r in rows}


def check_mode(mode: str) -> Mode:
    """The mode, if it is one. Raises ChoiceUnknown."""
    for known in MODES:
        if mode == known:
            return known
    raise ChoiceUnknown(what="mode", value=mode, choices=", ".join(MODES))
