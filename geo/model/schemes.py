"""Schemes: what the levels of a county's health services are. Data, never an enum in code. First floor: the words.

A scheme is a TOML file in data/reference/schemes, or a county's own, kept in the header of its study. A level's `kind`
groups tiers across schemes (a key central township hospital and a general one are both a `township_hospital`).
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.model.errors import ChoiceUnknown, SchemeInvalid
from geo.model.folders import DATA
from geo.model.scheme_check import scheme_problems

__all__ = ["DATA", "SCHEME_FOLDER", "Scheme", "Tier", "load_scheme", "scheme_from", "scheme_of", "scheme_text"]

SCHEME_FOLDER = DATA / "reference" / "schemes"
USUAL_KINDS = ("county_hospital", "township_hospital")
MANY = "N"  # expected count of a level of which there are as many as there are
Raw = Mapping[str, Any]


@dataclass(frozen=True)
class Tier:
    """One level: its symbol and colour are the same on map, legend, charts and slides."""

    tier_id: str
    kind: str
    name: dict[str, str]  # language → text
    symbol: str  # a shape the map runtime draws: cross, diamond, square, triangle, circle
    colour: str  # #rrggbb
    size_px: float
    parents: tuple[str, ...] = ()  # tiers it may belong to, the nearest level first; none: it stands at the top
    expected: str = ""  # how many there should be: a number, "N" for as many as there are, "" when nobody says
    minutes: float | None = None  # within which its people should reach it
    capabilities: tuple[str, ...] = ()  # ids that each of them must have
    outside: bool = False  # it may lie beyond the county: its absence from the list is no gap
    exclusive: bool = False  # the areas of two of them should not overlap
    optional: bool = False  # a step of the chain of care only where there is one on the way


@dataclass(frozen=True)
class Scheme:
    """Levels from top to bottom."""

    scheme_id: str
    name: dict[str, str]
    source: str
    tiers: tuple[Tier, ...]
    organisation: str = ""  # "group": one hospital group; "1+X": each lead hospital its township hospitals

    def tier(self, tier_id: str) -> Tier:
        return next(t for t in self.tiers if t.tier_id == tier_id)

    def select(self, words: list[str]) -> tuple[str, ...]:
        """Tier ids for tier ids or kinds, in the scheme's order. Raises ChoiceUnknown for any other word."""
        known = {t.tier_id for t in self.tiers} | {t.kind for t in self.tiers}
        for word in words:
            if word not in known:
                raise ChoiceUnknown(what="tier", value=word, choices=", ".join(sorted(known)))
        return tuple(t.tier_id for t in self.tiers if t.tier_id in words or t.kind in words)

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """The tiers of a kind, top first; none where the scheme has no such kind."""
        return tuple(t.tier_id for t in self.tiers if t.kind == kind)

    def usual(self) -> tuple[str, ...]:
        """The tiers that count when nobody chose: hospitals of county and township, else all but the lowest."""
        found = tuple(t.tier_id for t in self.tiers if t.kind in USUAL_KINDS)
        return found or tuple(t.tier_id for t in self.tiers[:-1])


def load_scheme(scheme_id: str, folder: Path = SCHEME_FOLDER) -> Scheme:
    """The scheme stored under an id. Raises ChoiceUnknown when there is none, SchemeInvalid for a wrong file."""
    known = sorted(p.stem for p in folder.glob("*.toml"))
    if scheme_id not in known:
        raise ChoiceUnknown(what="scheme", value=scheme_id, choices=", ".join(known))
    return scheme_from(read_scheme((folder / f"{scheme_id}.toml").read_bytes(), scheme_id), scheme_id)


def read_scheme(body: bytes, name: str) -> dict[str, Any]:
    """A scheme file as plain values, not yet checked. Raises SchemeInvalid when it is no TOML."""
    try:
        return tomllib.loads(body.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SchemeInvalid(name=name, problems=(), detail=str(error)) from error


def scheme_from(raw: Raw, scheme_id: str) -> Scheme:
    """The scheme that plain values tell. Raises SchemeInvalid, which names everything that is wrong."""
    problems = scheme_problems(raw)
    if problems:
        raise SchemeInvalid(name=scheme_id, problems=tuple(problems), detail="")
    tiers = tuple(_tier(t) for t in raw["tier"])
    return Scheme(scheme_id, dict(raw["name"]), str(raw["source"]), tiers, str(raw.get("organisation", "")))


def _tier(raw: Raw) -> Tier:
    minutes = raw.get("minutes")
    return Tier(
        tier_id=raw["id"], kind=raw["kind"], name=dict(raw["name"]), symbol=raw["symbol"], colour=raw["colour"],
        size_px=float(raw["size_px"]), parents=tuple(raw.get("parents", ())), expected=str(raw.get("expected", "")),
        minutes=None if minutes is None else float(minutes), capabilities=tuple(raw.get("capabilities", ())),
        outside=bool(raw.get("outside", False)), exclusive=bool(raw.get("exclusive", False)),
        optional=bool(raw.get("optional", False)),
    )  # fmt: skip


def scheme_raw(scheme: Scheme) -> dict[str, Any]:
    """The plain values `scheme_from` reads: what a study's header keeps."""
    tiers = [
        {
            "id": t.tier_id, "kind": t.kind, "name": dict(t.name), "symbol": t.symbol, "colour": t.colour,
            "size_px": t.size_px, "parents": list(t.parents), "expected": t.expected,
            **({} if t.minutes is None else {"minutes": t.minutes}), "capabilities": list(t.capabilities),
            "outside": t.outside, "exclusive": t.exclusive, "optional": t.optional,
        }
        for t in scheme.tiers
    ]  # fmt: skip
    return {"name": dict(scheme.name), "source": scheme.source, "organisation": scheme.organisation, "tier": tiers}


def scheme_text(scheme: Scheme) -> str:
    """The scheme as a TOML file; strings are written as JSON strings, which TOML reads the same."""
    raw = scheme_raw(scheme)
    head = [f"{key} = {_toml(raw[key])}" for key in ("name", "source", "organisation")]
    tiers = ["\n".join(["[[tier]]", *(f"{k} = {_toml(v)}" for k, v in tier.items())]) for tier in raw["tier"]]
    return "\n\n".join(["\n".join(head), *tiers]) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def scheme_of(header: Raw) -> Scheme:
    """The scheme of a study by its header: its own where it has edited one, else the shipped one.

    An edited scheme's id names its content, so that what was chosen under another is not taken for this one's.
    """
    own, shipped = header.get("scheme"), str(header["scheme_id"])
    if not own:
        return load_scheme(shipped)
    digest = hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()[:8]
    return scheme_from(own, f"{shipped}-{digest}")
