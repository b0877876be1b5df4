"""What a facility's `flags` may say, as a vocabulary kept as data. First floor: the words.

Flags are ids of data/reference/flags.csv joined by semicolons; others are kept and shown as they are written.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from geo.model.folders import DATA


@dataclass(frozen=True)
class Flag:
    """One mark, and the group whose marks are counted together (八统一: 6 of 8)."""

    flag: str
    group: str
    name: dict[str, str]  # language → text
    group_name: dict[str, str]


@cache
def load_flags(path: Path = DATA / "reference" / "flags.csv") -> tuple[Flag, ...]:
    """Every mark known, in the file's order."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Flag(
            r["flag"], r["group"], {"zh": r["name_zh"], "en": r["name_en"]}, {"zh": r["group_zh"], "en": r["group_en"]}
        )
        for r in rows
    )


def flags_in(text: str) -> dict[str, list[Flag]]:
    """Group → the known marks that a facility's `flags` name, in the vocabulary's order."""
    words = {word.strip() for word in text.split(";")}
    out: dict[str, list[Flag]] = {}
    for flag in load_flags():
        if flag.flag in words:
            out.setdefault(flag.group, []).append(flag)
    return out


def group_size(group: str) -> int:
    """How many marks a group has."""
    return sum(flag.group == group for flag in load_flags())
