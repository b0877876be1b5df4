"""What may be wrong with a scheme: unknown levels, circles, words nobody defined. First floor: the words.

Everything is reported at once, so that a file is mended in one go.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from geo.model.capabilities import load_capabilities
from geo.model.problems import Problem

SYMBOLS = ("cross", "diamond", "square", "triangle", "circle")
ORGANISATIONS = ("", "group", "1+X")
_NEEDED = ("id", "kind", "name", "symbol", "colour", "size_px")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_EXPECTED = re.compile(r"|N|[1-9]\d{0,4}")
MOST_LEVELS = 12
_MOST_SAID = 60  # letters of a value that is not what it should be
_LISTS = ("parents", "capabilities")
_SWITCHES = ("outside", "exclusive", "optional")


def scheme_problems(raw: Mapping[str, Any]) -> list[Problem]:
    """All that is wrong with a scheme's plain values, none when it can be used."""
    missing = [key for key in ("name", "source", "tier") if not raw.get(key)]
    if missing:
        return [_problem("scheme_lacks", "", value=", ".join(missing))]
    tiers = raw["tier"]
    if not isinstance(tiers, list) or not all(isinstance(t, dict) for t in tiers) or len(tiers) > MOST_LEVELS:
        count = str(len(tiers)) if isinstance(tiers, list) else str(tiers)[:_MOST_SAID]
        return [_problem("scheme_levels", "", value=count, most=MOST_LEVELS)]
    found = [] if _named(raw["name"]) else [_problem("scheme_name", "", value="name")]
    if raw.get("organisation", "") not in ORGANISATIONS:
        found.append(_problem("scheme_word", "", value=str(raw["organisation"]), choices="group, 1+X"))
    if not isinstance(raw["source"], str):
        found.append(_problem("scheme_lacks", "", value="source"))
    for tier in tiers:
        found += _tier_problems(tier)
    return found + (_structure(tiers) if all(isinstance(t.get("id"), str) for t in tiers) else [])


def _problem(code: str, level: str, **params: object) -> Problem:
    return Problem(code, "error", "scheme", None, "", {"level": level, **params})


def _named(names: object) -> bool:
    return isinstance(names, dict) and all(isinstance(names.get(k), str) and names[k].strip() for k in ("zh", "en"))


def _tier_problems(tier: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with one level, looked at alone."""
    level = str(tier.get("id", "?"))
    missing = [key for key in _NEEDED if key not in tier]
    if missing:
        return [_problem("level_lacks", level, value=", ".join(missing))]
    found = []
    if not isinstance(tier["id"], str) or not _ID.fullmatch(level):
        found.append(_problem("level_id", level))
    if not isinstance(tier["kind"], str) or not tier["kind"].strip():
        found.append(_problem("level_text", level, what="kind", value=str(tier["kind"])))
    for key in _LISTS:
        if not isinstance(tier.get(key, []), list) or len(_words(tier, key)) < len(tier.get(key, [])):
            found.append(_problem("level_list", level, what=key, value=str(tier[key])))
    for key in _SWITCHES:
        if not isinstance(tier.get(key, False), bool):
            found.append(_problem("level_switch", level, what=key, value=str(tier[key])))
    if not _named(tier["name"]):
        found.append(_problem("scheme_name", level, value=level))
    if tier["symbol"] not in SYMBOLS:
        found.append(_problem("level_word", level, value=str(tier["symbol"]), choices=", ".join(SYMBOLS)))
    if not _COLOUR.fullmatch(str(tier["colour"])):
        found.append(_problem("level_colour", level, value=str(tier["colour"])))
    if not _EXPECTED.fullmatch(str(tier.get("expected", ""))):
        found.append(_problem("level_expected", level, value=str(tier["expected"])))
    for key, low, high in (("size_px", 1, 20), ("minutes", 1, 600)):
        if key in tier and not _within(tier[key], low, high):
            found.append(_problem("level_number", level, what=key, value=str(tier[key]), low=low, high=high))
    known = {c.capability_id for c in load_capabilities()}
    for word in _words(tier, "capabilities"):
        if word not in known:
            found.append(_problem("level_capability", level, value=word, choices=", ".join(sorted(known))))
    return found


def _words(tier: Mapping[str, Any], key: str) -> list[str]:
    """What a level's list holds of words; nothing where it is no list."""
    told = tier.get(key, [])
    return [word for word in told if isinstance(word, str)] if isinstance(told, list) else []


def _within(value: object, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _structure(tiers: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """What is wrong between the levels: ids told twice, unknown parents, circles, a wrong order."""
    ids = [t["id"] for t in tiers]
    found = [_problem("level_twice", level) for level in sorted({i for i in ids if ids.count(i) > 1})]
    told = {t["id"]: _words(t, "parents") for t in tiers}
    up = {level: [p for p in parents if p in told] for level, parents in told.items()}
    for level, parents in told.items():
        found += [
            _problem("level_parent_unknown", level, value=p, choices=", ".join(ids)) for p in parents if p not in told
        ]
    if ring := _circle(up):
        found.append(_problem("level_circle", ring[0], value=" → ".join(ring)))
    place = {level: at for at, level in enumerate(ids)}
    return found or [
        _problem("level_order", level, value=parent)
        for level, parents in up.items()
        for parent in parents
        if place[parent] > place[level]
    ]


def _circle(up: Mapping[str, Sequence[str]]) -> list[str]:
    """The first circle met on the way up, as the levels on it with the first one again at the end."""
    done: set[str] = set()

    def climb(level: str, path: list[str]) -> list[str]:
        if level in path:
            return [*path[path.index(level) :], level]
        if level in done:
            return []
        for parent in up[level]:
            ring = climb(parent, [*path, level])
            if ring:
                return ring
        done.add(level)
        return []

    return next((ring for level in up if (ring := climb(level, []))), [])
