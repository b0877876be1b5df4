"""What OSM tags say about a road: class, who may use it and which way, surface, speed. Second floor: intake.

Pure functions on tags, shared by OSM extracts and line layers, which often carry OSM's words in their columns.
Source of the meanings: wiki.openstreetmap.org, pages Highways, Key:access, Key:oneway, Key:maxspeed, Key:surface.
"""

import math
import re
from collections.abc import Mapping

from geo.model.roads import (
    CLASS_INDEX,
    CYCLE,
    CYCLE_BACKWARD,
    CYCLE_FORWARD,
    FOOT,
    MOTOR,
    MOTOR_BACKWARD,
    MOTOR_FORWARD,
    PAVED,
    SURFACE_UNKNOWN,
    UNPAVED,
)

Tags = Mapping[str, str]

_OTHER_NAMES = {"road": "unclassified", "pedestrian": "footway", "bridleway": "path", "cycleway": "path"}
_MOTOR_KEYS = ("vehicle", "motor_vehicle", "motorcar")  # from general to particular; the last one found counts
_CYCLE_KEYS = ("vehicle", "bicycle")
_CLOSED = {"no", "private"}
_DEFAULT_ACCESS = {
    "motorway": MOTOR,
    "path": CYCLE | FOOT,
    "footway": FOOT,
    "steps": FOOT,
    "ferry": CYCLE | FOOT,
}
_PAVED_WORDS = (
    "paved asphalt chipseal concrete paving_stones sett cobblestone unhewn_cobblestone bricks brick metal wood "
    "沥青 柏油 水泥 混凝土 水泥混凝土 沥青混凝土 硬化 铺装"
)
_UNPAVED_WORDS = (
    "unpaved gravel fine_gravel compacted dirt earth ground grass mud sand soil clay rock pebblestone stone shells "
    "woodchips snow ice 砂石 碎石 泥土 土 土路 砂土 泥结碎石 未硬化 未铺装"
)
_PAVED, _UNPAVED = frozenset(_PAVED_WORDS.split()), frozenset(_UNPAVED_WORDS.split())
_MPH_TO_KPH = 1.609344
_TOP_KPH = 150.0


def road_class(tags: Tags) -> str | None:
    """The class in ROAD_CLASSES that `highway` or `route=ferry` stands for; None when it is no road to travel."""
    highway = tags.get("highway", "")
    if highway:
        name = _OTHER_NAMES.get(highway, highway.removesuffix("_link"))
        return name if name in CLASS_INDEX and name != "ferry" else None
    return "ferry" if tags.get("route") == "ferry" else None


def access_bits(tags: Tags, name: str) -> int:
    """Who may travel a way of class `name` and which way, as bits of `Ways.access`; 0 when nobody may."""
    general = tags.get("access", "") not in _CLOSED
    bits = _DEFAULT_ACCESS.get(name, MOTOR | CYCLE | FOOT) if general else 0
    if tags.get("motorroad") == "yes":
        bits &= MOTOR
    bits = _apply(bits, MOTOR, _last(tags, _MOTOR_KEYS), only_yes=name == "ferry")
    bits = _apply(bits, CYCLE, _last(tags, _CYCLE_KEYS, grants="bicycle"))
    bits = _apply(bits, FOOT, tags.get("foot", ""))
    return _one_way(bits, tags, name)


def _last(tags: Tags, keys: tuple[str, ...], grants: str = "") -> str:
    """The most particular value. A general key may forbid; when `grants` is given only that key may also allow."""
    for key in reversed(keys):
        value = tags.get(key, "")
        if value and (not grants or key == grants or value in _CLOSED):
            return value
    return ""


def _apply(bits: int, mode: int, value: str, *, only_yes: bool = False) -> int:
    if not value:
        return bits
    if value in _CLOSED:
        return bits & ~mode
    if only_yes and value not in ("yes", "designated"):
        return bits
    return bits if value in ("unknown", "dismount") else bits | mode


def _one_way(bits: int, tags: Tags, name: str) -> int:
    """Take away the direction a vehicle may not drive; people on foot go both ways."""
    stated = tags.get("oneway", "")
    implied = tags.get("junction") in ("roundabout", "circular") or name == "motorway"
    if stated in ("yes", "1", "true") or (implied and stated not in ("no", "0", "false", "-1", "reverse")):
        closed = MOTOR_BACKWARD | CYCLE_BACKWARD
    elif stated in ("-1", "reverse"):
        closed = MOTOR_FORWARD | CYCLE_FORWARD
    else:
        return bits
    if tags.get("oneway:bicycle") == "no" or tags.get("cycleway", "").startswith("opposite"):
        closed &= MOTOR
    return bits & ~closed


def surface_kind(text: str) -> int:
    """PAVED, UNPAVED or SURFACE_UNKNOWN for a surface word; of several words the worst counts."""
    words = {w.strip().split(":")[0] for w in text.lower().replace(",", ";").split(";")}
    if words & _UNPAVED:
        return UNPAVED
    return PAVED if words & _PAVED else SURFACE_UNKNOWN


def speed_kph(text: str) -> float:
    """A speed limit in km/h; NaN for words ("none", "signals", "CN:rural"), several values and nonsense."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph|公里/小时|千米/小时)?", text.strip().lower())
    if not found:
        return math.nan
    value = float(found[1]) * (_MPH_TO_KPH if found[2] == "mph" else 1.0)  # miles to kilometres
    return value if 0 < value <= _TOP_KPH else math.nan


def duration_min(text: str) -> float:
    """A ferry's crossing in minutes from "HH:MM", "HH:MM:SS", "MM" or "PT1H30M"; NaN for anything else."""
    text = text.strip()
    if found := re.fullmatch(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?", text):
        return int(found[1]) * 60 + int(found[2]) + int(found[3] or 0) / 60  # seconds to minutes
    if found := re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?", text):
        return float(int(found[1] or 0) * 60 + int(found[2] or 0)) or math.nan
    return float(text) if re.fullmatch(r"\d{1,4}", text) and int(text) else math.nan
