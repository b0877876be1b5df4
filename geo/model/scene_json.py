"""Briefings as JSON: what is stored, sent and named on the command line. First floor: the words.

Assumptions are written as what differs from the program's defaults, so that a person can read them.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any, TypeVar, get_type_hints

from geo.model.assumptions import Assumption, Assumptions, check_mode, default_rows
from geo.model.bases import Base
from geo.model.briefing import PICTURES, Briefing, Indicator, Place, Rescue, Scene, View
from geo.model.clock import RADII_KM, Clock, check_start
from geo.model.errors import BriefingInvalid, YidaError

FORMAT = 1
MOST_BYTES = 4_000_000
_TEXTS = ("tiers", "shows", "shown", "layers", "networks")

T = TypeVar("T")


def to_json(briefing: Briefing) -> str:
    """The briefing as JSON; `from_json` gives an equal one back."""
    scenes = [scene_values(scene) for scene in briefing.scenes]
    return json.dumps({"yida_briefing": FORMAT, "title": dict(briefing.title), "scenes": scenes}, ensure_ascii=False)


def from_json(text: str | bytes) -> Briefing:
    """The briefing of a JSON text. Raises BriefingInvalid with the first thing that is wrong."""
    if len(text) > MOST_BYTES:
        raise BriefingInvalid(what="bytes", value=len(text))
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BriefingInvalid(what="JSON", value=error) from error
    if not isinstance(raw, dict) or raw.get("yida_briefing") != FORMAT:
        raise BriefingInvalid(what="yida_briefing", value=raw.get("yida_briefing") if isinstance(raw, dict) else "")
    scenes = raw.get("scenes")
    if not isinstance(scenes, list):
        raise BriefingInvalid(what="scenes", value=scenes)
    return Briefing(_words(raw.get("title"), "title"), tuple(scene_from(scene) for scene in scenes))


def scene_values(scene: Scene) -> dict[str, Any]:
    """A scene as plain values."""
    plain = {f.name: getattr(scene, f.name) for f in fields(scene)}
    view = scene.view and [scene.view.lon, scene.view.lat, scene.view.zoom]
    return plain | {
        "title": dict(scene.title),
        "sentence": dict(scene.sentence),
        "assumptions": _assumed_values(scene.assumptions),
        "view": view,
        "highlighted": [[place.kind, place.item_id] for place in scene.highlighted],
        "closed": [list(segment) for segment in scene.closed],
        "rescue": scene.rescue and asdict(scene.rescue),
        "indicator": scene.indicator and asdict(scene.indicator),
    }


def scene_from(raw: object) -> Scene:
    """The scene of plain values; what is absent has its default. Raises BriefingInvalid."""
    if not isinstance(raw, dict):
        raise BriefingInvalid(what="scene", value=raw)
    unknown = set(raw) - {f.name for f in fields(Scene)}
    if unknown:
        raise BriefingInvalid(what="scene", value=", ".join(sorted(map(str, unknown))))
    given = dict(raw)
    try:
        lists = {name: _texts(given.pop(name), name) for name in _TEXTS if name in given}
        version = given.pop("version", None)
        return Scene(
            study=_text(given.pop("study", None), "study"),
            page=_text(given.pop("page", "map"), "page"),
            version=None if version is None else int(_number(version, "version")),
            title=_words(given.pop("title", None), "title"),
            sentence=_words(given.pop("sentence", {}), "sentence"),
            threshold_min=_number(given.pop("threshold_min", 15.0), "threshold_min"),
            mode=check_mode(_text(given.pop("mode", "ambulance"), "mode")),
            assumptions=_assumed_from(given.pop("assumptions", {})),
            view=_view(given.pop("view", None)),
            highlighted=_places(given.pop("highlighted", [])),
            closed=_closed(given.pop("closed", [])),
            rescue=_rescue(given.pop("rescue", None)),
            picture=_text(given.pop("picture", PICTURES[0]), "picture"),
            radius_km=_number(given.pop("radius_km", RADII_KM[0]), "radius_km"),
            indicator=_plain(Indicator, given.pop("indicator", None), "indicator"),
            tiers=lists.pop("tiers", ()),
            **lists,
        )
    except BriefingInvalid:
        raise
    except YidaError as error:
        raise BriefingInvalid(what="scene", value=error) from error


def changed_rows(assumptions: Assumptions) -> list[Assumption]:
    """The rows of some assumptions that are not the program's defaults."""
    default = {_key(row): row.value for row in default_rows()}
    return [row for row in assumptions.rows if default.get(_key(row)) != row.value]


def with_changes(assumptions: Assumptions, changes: Mapping[str, float]) -> Assumptions:
    """Assumptions with some values changed (speed.ambulance.primary → 60). Raises BriefingInvalid, OutOfRange."""
    unknown = set(changes) - {_key(row) for row in assumptions.rows}
    if unknown:
        raise BriefingInvalid(what="assumptions", value=", ".join(sorted(unknown)))
    rows = tuple(replace(row, value=changes.get(_key(row), row.value)) for row in assumptions.rows)
    return replace(assumptions, rows=rows)


def _key(row: Assumption) -> str:
    return f"{row.kind}.{row.mode}.{row.item}"


def _assumed_values(assumptions: Assumptions) -> dict[str, Any]:
    plain = {f.name: getattr(assumptions, f.name) for f in fields(assumptions) if f.name != "rows"}
    return plain | {"changed": {_key(row): row.value for row in changed_rows(assumptions)}}


def _assumed_from(raw: object) -> Assumptions:
    if not isinstance(raw, dict):
        raise BriefingInvalid(what="assumptions", value=raw)
    given = dict(raw)
    changed = given.pop("changed", {})
    kinds = {"condition": _text, "terrain": _text}
    known = {f.name for f in fields(Assumptions)} - {"rows"}
    if not isinstance(changed, dict) or set(given) - known:
        raise BriefingInvalid(what="assumptions", value=", ".join(sorted(map(str, set(given) - known))))
    plain = {name: kinds.get(name, _number)(value, name) for name, value in given.items()}
    return with_changes(Assumptions(**plain), {k: _number(v, k) for k, v in changed.items()})  # type: ignore[arg-type]


def _text(value: object, what: str) -> str:
    if not isinstance(value, str) or not value:
        raise BriefingInvalid(what=what, value=value)
    return value


def _number(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e12:
        raise BriefingInvalid(what=what, value=value)
    return float(value)


def _texts(value: object, what: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise BriefingInvalid(what=what, value=value)
    return tuple(_text(part, what) for part in value)


def _words(value: object, what: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(w, str) for pair in value.items() for w in pair):
        raise BriefingInvalid(what=what, value=value)
    return value


def _view(value: object) -> View | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 3:
        raise BriefingInvalid(what="view", value=value)
    lon, lat, zoom = (_number(part, "view") for part in value)
    return View(lon, lat, zoom)


def _places(value: object) -> tuple[Place, ...]:
    if not isinstance(value, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        raise BriefingInvalid(what="highlighted", value=value)
    return tuple(Place(_text(kind, "highlighted"), _text(item, "highlighted")) for kind, item in value)


def _closed(value: object) -> tuple[tuple[int, float], ...]:
    if not isinstance(value, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        raise BriefingInvalid(what="closed", value=value)
    return tuple((int(_number(edge, "closed")), _number(at, "closed")) for edge, at in value)


def _rescue(value: object) -> Rescue | None:
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != {f.name for f in fields(Rescue)}:
        raise BriefingInvalid(what="rescue", value=value)
    clock, bases = _plain(Clock, value["clock"], "clock"), value["bases"]
    if clock is None or not isinstance(bases, list):
        raise BriefingInvalid(what="rescue", value=value)
    check_start(clock.start)
    plain = tuple(base for told in bases if (base := _plain(Base, told, "bases")) is not None)
    return Rescue(clock, _text(value["capability"], "capability"), _number(value["limit_min"], "limit_min"), plain)


def _plain(kind: type[T], value: object, what: str) -> T | None:
    """A dataclass of texts, numbers and flags from its values, each of its own type; None for None."""
    if value is None:
        return None
    types = get_type_hints(kind)
    if not isinstance(value, dict) or not set(value) <= set(types):
        raise BriefingInvalid(what=what, value=value)
    try:
        return kind(**{name: _typed(types[name], told, name) for name, told in value.items()})
    except TypeError as error:  # something is missing
        raise BriefingInvalid(what=what, value=error) from error


def _typed(kind: object, value: object, what: str) -> object:
    if kind is bool:
        if not isinstance(value, bool):
            raise BriefingInvalid(what=what, value=value)
        return value
    if kind in (int, float):
        number = _number(value, what)
        return int(number) if kind is int else number
    if not isinstance(value, str):
        raise BriefingInvalid(what=what, value=value)
    return value
