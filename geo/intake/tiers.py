"""Which tier of a scheme a facility belongs to. Second floor: intake, files → clean tables.

What a tier column says counts; otherwise the category code (WS 218 style), then the name, then the category's words
(docs: domain, section 7). Nothing is guessed for a branch (分院): its words tell the parent's kind, not its own.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from geo.model.schemes import Scheme

Rank = Literal["top", "bottom"]  # of the scheme's tiers of a kind: a central township hospital is the top one

_CODES: dict[str, tuple[str, Rank]] = {
    "A100": ("county_hospital", "top"),
    "A210": ("county_hospital", "top"),
    "C210": ("township_hospital", "top"),
    "C220": ("township_hospital", "bottom"),
    "D600": ("village_clinic", "bottom"),
}
_WORDS: dict[str, tuple[str, Rank]] = {
    "中心卫生院": ("township_hospital", "top"),
    "卫生院": ("township_hospital", "bottom"),
    "卫生室": ("village_clinic", "bottom"),
    "卫生所": ("village_clinic", "bottom"),
    "卫生站": ("village_clinic", "bottom"),
    "延伸点": ("extension_point", "bottom"),
    "延伸服务点": ("extension_point", "bottom"),
    "医院": ("county_hospital", "top"),
    "central township hospital": ("township_hospital", "top"),
    "township hospital": ("township_hospital", "bottom"),
    "township health centre": ("township_hospital", "bottom"),
    "health centre": ("township_hospital", "bottom"),
    "village clinic": ("village_clinic", "bottom"),
    "extension service point": ("extension_point", "bottom"),
    "extension point": ("extension_point", "bottom"),
    "hospital": ("county_hospital", "top"),
}
_BRANCH = re.compile(r"分院|院区")


@dataclass(frozen=True)
class TierFound:
    """`stated` is True when a tier column said it, False when it was told from code, name or category."""

    tier_id: str
    stated: bool


def tier_of(scheme: Scheme, tier: str, name: str, category: str) -> TierFound | None:
    """The tier of one facility, or None when nothing tells it."""
    stated = _stated(scheme, tier)
    if stated:
        return TierFound(stated, True)
    code = _CODES.get(_plain(category).upper()[:4]) if _plain(category) else None
    told = code or _by_word(_plain(name)) or _by_word(_plain(category))
    tier_id = _of_kind(scheme, *told) if told else ""
    return TierFound(tier_id, False) if tier_id else None


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _stated(scheme: Scheme, text: str) -> str:
    """A tier id, a tier's name in any language, or a kind that only one tier has."""
    word = _plain(text)
    if not word:
        return ""
    for tier in scheme.tiers:
        if word == _plain(tier.tier_id) or word in {_plain(n) for n in tier.name.values()}:
            return tier.tier_id
    of_kind = [t.tier_id for t in scheme.tiers if t.kind == word]
    return of_kind[0] if len(of_kind) == 1 else ""


def _by_word(text: str) -> tuple[str, Rank] | None:
    """The word that ends last decides (卫生院…卫生室 is a clinic); of words ending together the longest."""
    hits = [(text.rfind(w) + len(w), len(w), w) for w in _WORDS if w in text]
    if not hits:
        return None
    end, _, word = max(hits)
    return None if _BRANCH.search(text[end:]) else _WORDS[word]


def _of_kind(scheme: Scheme, kind: str, rank: Rank) -> str:
    ids = [t.tier_id for t in scheme.tiers if t.kind == kind]
    return (ids[0] if rank == "top" else ids[-1]) if ids else ""
