"""Which tier of a scheme a facility belongs to. Second floor: intake, files → clean tables.

What a tier column says counts; otherwise the category code (WS 218 style), then the name, then the category's words
(docs: domain, section 7), each with how far it can be trusted. Nothing is guessed for a branch (分院): its words tell
the parent's kind, not its own. Nor for a disease control or emergency centre: no scheme has a tier for them.
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
    "B100": ("township_hospital", "bottom"),
    "B200": ("village_clinic", "bottom"),
    "C210": ("township_hospital", "top"),
    "C220": ("township_hospital", "bottom"),
    "D600": ("village_clinic", "bottom"),
    "G100": ("county_hospital", "top"),
}
_WORDS: dict[str, tuple[str, Rank]] = {
    "中心卫生院": ("township_hospital", "top"),
    "卫生院": ("township_hospital", "bottom"),
    "卫生服务中心": ("township_hospital", "bottom"),
    "卫生服务站": ("village_clinic", "bottom"),
    "卫生室": ("village_clinic", "bottom"),
    "卫生所": ("village_clinic", "bottom"),
    "卫生站": ("village_clinic", "bottom"),
    "延伸点": ("extension_point", "bottom"),
    "延伸服务点": ("extension_point", "bottom"),
    "医院": ("county_hospital", "top"),
    "妇幼保健院": ("county_hospital", "top"),
    "central township hospital": ("township_hospital", "top"),
    "township hospital": ("township_hospital", "bottom"),
    "township health centre": ("township_hospital", "bottom"),
    "health centre": ("township_hospital", "bottom"),
    "village clinic": ("village_clinic", "bottom"),
    "extension service point": ("extension_point", "bottom"),
    "extension point": ("extension_point", "bottom"),
    "hospital": ("county_hospital", "top"),
}
_LEVELS: dict[str, str] = {  # what a column of levels says about the kind
    **dict.fromkeys(("县级", "县", "区级", "市级", "county"), "county_hospital"),
    **dict.fromkeys(("乡级", "镇级", "乡镇级", "乡镇", "乡", "镇", "街道", "township"), "township_hospital"),
    **dict.fromkeys(("村级", "村", "村居", "village"), "village_clinic"),
}
_BRANCH = re.compile(r"分院|院区")
_PUBLIC = re.compile(r"人民医院|中医医院|中医院|[县市区]医院|中西医结合医院")  # how a county's own hospitals are called


@dataclass(frozen=True)
class TierFound:
    """`stated` is True when a tier column said it, False when it was told from level, code, name or category.

    `confidence` is 0–1; `reason` one of geo.intake.desk.classifying.REASONS.
    """

    tier_id: str
    stated: bool
    confidence: float = 1.0
    reason: str = "tier_stated"


def tier_of(scheme: Scheme, tier: str, name: str, category: str) -> TierFound | None:
    """The tier of one facility, or None when nothing tells it."""
    stated = _stated(scheme, tier)
    if stated:
        return TierFound(stated, True)
    code = _CODES.get(_plain(category).upper()[:4]) if _plain(category) else None
    named = _by_word(_plain(name))
    told = code or named or _by_word(_plain(category))
    level = _LEVELS.get(_plain(tier), "")
    if told is None and level:
        return _found(scheme, (level, "bottom"), 0.75, "tier_from_level")
    if told is None:
        return None
    if level and level != told[0]:
        return _found(scheme, told, 0.6, "tier_against_level")
    return _found(scheme, told, *_trust(code, named, name))


def _trust(code: tuple[str, Rank] | None, named: tuple[str, Rank] | None, name: str) -> tuple[float, str]:
    """How far a category code and a name can be trusted, and why."""
    kind = (code or named or ("", ""))[0]
    if code and named and code[0] != named[0]:
        return 0.6, "tier_against_name"
    if kind == "county_hospital" and not _PUBLIC.search(name):
        return 0.6, "tier_hospital_unsure"  # a private hospital has the same code and the same word
    if code and named:
        return (0.95, "tier_from_both") if code == named else (0.8, "tier_from_code")
    if code:
        return 0.85, "tier_from_code"
    return (0.9, "tier_from_name") if named else (0.8, "tier_from_category")


def _found(scheme: Scheme, told: tuple[str, Rank], confidence: float, reason: str) -> TierFound | None:
    tier_id = _of_kind(scheme, *told)
    return TierFound(tier_id, False, confidence, reason) if tier_id else None


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
