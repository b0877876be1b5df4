"""A briefing: scenes in an order, each with everything that a page, a slide and a file are made from. First floor.

A scene names a study and asks a question; it holds no answer, so its figures are always those of the study. Sentences
may hold blanks such as {covered}, filled when the scene is shown. Briefings travel as JSON (geo.model.scene_json).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from geo.model.assumptions import Assumptions
from geo.model.bases import Base
from geo.model.capabilities import check_capability
from geo.model.clock import RADII_KM, Clock
from geo.model.errors import BriefingInvalid
from geo.model.links import load_link_kinds
from geo.model.roads import Mode

LAYERS = ("bands", "roads", "units", "villages", "facilities", "uncovered", "labels", "links")  # what a map can show
PLACE_KINDS = ("unit", "facility", "village")
# Figures a scene can carry: of reach, of closed roads, of an emergency, of the structure, of the indicators.
REACH = ("county", "tiers", "coverage", "curve", "outside", "townships", "villages")
CLOSURE = ("closure",)
RESCUE = ("response", "hospital", "bases")
STRUCTURE = ("levels", "communities", "checks", "networks")
INDICATORS = ("aspects", "indicator")
SHOWN = (*REACH, *CLOSURE, *RESCUE, *STRUCTURE, *INDICATORS)
PICTURES = ("arrival", "hospital", "backup", "serves", "radius")  # how an emergency's map shows the villages
READY = "ready"  # the word for the briefing that every county has
MOST_SCENES, MOST_PLACES, MOST_LETTERS = 100, 500, 2000
MOST_CLOSED, MOST_BASES, MOST_RADIUS_KM = 500, 500, 1000
THRESHOLD_MIN, LIMIT_MIN = (1.0, 120.0), (1.0, 720.0)

_BLANK = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Place:
    """Something to point at: a township, a facility or a village of the study."""

    kind: str
    item_id: str


@dataclass(frozen=True)
class View:
    """The middle of a map, degrees, and its zoom as web maps count it (one more is twice as large)."""

    lon: float
    lat: float
    zoom: float


@dataclass(frozen=True)
class Rescue:
    """What the emergency's page asks: the clock, the case, minutes to a hospital that treats it, the bases as tried.

    Raises ChoiceUnknown for a case that nobody defined.
    """

    clock: Clock
    capability: str
    limit_min: float
    bases: tuple[Base, ...]

    def __post_init__(self) -> None:
        check_capability(self.capability)
        low, high = LIMIT_MIN
        _check(low <= self.limit_min <= high, "limit_min", self.limit_min)
        _check(len(self.bases) <= MOST_BASES, "bases", len(self.bases))
        for base in self.bases:
            near = abs(base.lon) <= 180 and abs(base.lat) <= 90  # false for a place that is not known
            _check(near and base.ambulances >= 0, "bases", f"{base.base_id} {base.lon:g}, {base.lat:g}")


@dataclass(frozen=True)
class Indicator:
    """One indicator as its page shows it: its townships in a period, beside the board of a unit ("" the county)."""

    code: str
    period: str
    unit_code: str = ""


@dataclass(frozen=True)
class Scene:
    """One question and how it is looked at. Raises BriefingInvalid for values that no scene can have."""

    study: str
    tiers: tuple[str, ...]  # that count
    title: Mapping[str, str]  # language → text
    sentence: Mapping[str, str] = field(default_factory=dict)
    shows: tuple[str, ...] = ("coverage",)  # of SHOWN, the first one large
    page: str = "map"  # the page it was captured from
    version: int | None = None  # of the study; None is the newest
    shown: tuple[str, ...] = ()  # tiers drawn
    layers: tuple[str, ...] = ("bands", "roads", "units", "facilities", "labels")
    threshold_min: float = 15.0
    mode: Mode = "ambulance"
    assumptions: Assumptions = field(default_factory=Assumptions)
    view: View | None = None  # None is the whole county
    highlighted: tuple[Place, ...] = ()
    networks: tuple[str, ...] = ()  # kinds of link drawn, beside or without the management lines
    closed: tuple[tuple[int, float], ...] = ()  # roads: the segment's number, and where along it, 0 to 1
    rescue: Rescue | None = None  # then minutes are those of the first ambulance, on its clock
    picture: str = PICTURES[0]  # of PICTURES, where it asks for a rescue
    radius_km: float = RADII_KM[0]  # of the picture "radius"
    indicator: Indicator | None = None

    @property
    def links(self) -> bool:
        """Whether its map draws lines between institutions."""
        return "links" in self.layers or bool(self.networks)

    @property
    def figures(self) -> tuple[str, ...]:
        """What it can show, of SHOWN: minutes of an ambulance are never shown as minutes to the nearest facility."""
        reach = RESCUE if self.rescue else REACH
        closure = CLOSURE if self.closed and not self.rescue else ()
        return (*reach, *closure, *STRUCTURE, *(INDICATORS if self.indicator else ()))

    def showing(self, figure: str) -> "Scene":
        """The scene with one figure ("map": as it is). Raises BriefingInvalid for one that it cannot show."""
        return self if figure == "map" else replace(self, shows=(figure,))

    def __post_init__(self) -> None:
        low, high = THRESHOLD_MIN
        _check(low <= self.threshold_min <= high, "threshold_min", self.threshold_min)
        _check(0 < len(self.tiers) <= MOST_PLACES and len(self.shown) <= MOST_PLACES, "tiers", len(self.tiers))
        _check(bool(self.shows), "shows", "")
        kinds = [kind.kind for kind in load_link_kinds()]
        lists = (
            ("layers", self.layers, LAYERS),
            ("shows", self.shows, self.figures),
            ("networks", self.networks, kinds),
        )
        for name, values, known in lists:  # each is drawn as often as it is told
            told = set(values) <= set(known) and len(values) <= len(known)
            _check(told, name, ", ".join(values[:MOST_PLACES])[:MOST_LETTERS])
        _check(len(self.closed) <= MOST_CLOSED, "closed", len(self.closed))
        _check(self.picture in (PICTURES if self.rescue else PICTURES[:1]), "picture", self.picture)
        _check(0 < self.radius_km <= MOST_RADIUS_KM, "radius_km", self.radius_km)
        if self.rescue:
            _check(self.mode == "ambulance", "mode", self.mode)
            _check(self.rescue.clock.threshold_min == self.threshold_min, "threshold_min", self.threshold_min)
        _check(len(self.highlighted) <= MOST_PLACES, "highlighted", len(self.highlighted))
        for place in self.highlighted:
            _check(place.kind in PLACE_KINDS, "highlighted", place.kind)
        for text in (*self.title.values(), *self.sentence.values()):
            _check(len(text) <= MOST_LETTERS, "title", f"{text[:20]}…")
        if self.view:
            near = abs(self.view.lon) <= 180 and abs(self.view.lat) <= 90 and 0 <= self.view.zoom <= 22
            _check(near, "view", self.view)


@dataclass(frozen=True)
class Briefing:
    """Scenes in the order they are shown."""

    title: Mapping[str, str]
    scenes: tuple[Scene, ...]

    def __post_init__(self) -> None:
        _check(0 < len(self.scenes) <= MOST_SCENES, "scenes", len(self.scenes))

    def pinned(self, version: int | None) -> "Briefing":
        """The same briefing on one version of its study, where a scene names none: what a file was made from."""
        scenes = (s if s.version is not None else replace(s, version=version) for s in self.scenes)
        return replace(self, scenes=tuple(scenes))


def in_language(texts: Mapping[str, str], language: str) -> str:
    """A text in a language, else in any that it has, else empty."""
    return texts.get(language) or next((t for t in texts.values() if t), "")


def filled(text: str, values: Mapping[str, str]) -> str:
    """A sentence with its blanks filled. Only a known word in braces is a blank: other braces are somebody's text."""
    return _BLANK.sub(lambda blank: values.get(blank.group(1), blank.group()), text)


def _check(holds: bool, what: str, value: object) -> None:
    if not holds:
        raise BriefingInvalid(what=what, value=value)
