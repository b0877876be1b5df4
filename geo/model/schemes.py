"""Schemes: what the levels of a county's health services are. Data, never an enum in code. First floor: the words.

A scheme is a TOML file in data/reference/schemes; its `kind` groups tiers across schemes (a key central township
hospital and a general one are both a `township_hospital`).
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from geo.model.errors import ChoiceUnknown

DATA = Path(__file__).resolve().parents[2] / "data"
SCHEME_FOLDER = DATA / "reference" / "schemes"


@dataclass(frozen=True)
class Tier:
    """One level: its symbol and colour are the same on map, legend, charts and slides."""

    tier_id: str
    kind: str
    name: dict[str, str]  # language → text
    symbol: str  # a shape the map runtime draws: cross, diamond, square, triangle, circle
    colour: str  # #rrggbb
    size_px: float


@dataclass(frozen=True)
class Scheme:
    """Levels from top to bottom."""

    scheme_id: str
    name: dict[str, str]
    source: str
    tiers: tuple[Tier, ...]

    def tier(self, tier_id: str) -> Tier:
        return next(t for t in self.tiers if t.tier_id == tier_id)

    def select(self, words: list[str]) -> tuple[str, ...]:
        """Tier ids for tier ids or kinds, in the scheme's order. Raises ChoiceUnknown for any other word."""
        known = {t.tier_id for t in self.tiers} | {t.kind for t in self.tiers}
        for word in words:
            if word not in known:
                raise ChoiceUnknown(what="tier", value=word, choices=", ".join(sorted(known)))
        return tuple(t.tier_id for t in self.tiers if t.tier_id in words or t.kind in words)


def load_scheme(scheme_id: str, folder: Path = SCHEME_FOLDER) -> Scheme:
    """The scheme stored under an id. Raises ChoiceUnknown when there is none."""
    known = sorted(p.stem for p in folder.glob("*.toml"))
    if scheme_id not in known:
        raise ChoiceUnknown(what="scheme", value=scheme_id, choices=", ".join(known))
    raw = tomllib.loads((folder / f"{scheme_id}.toml").read_text(encoding="utf-8"))
    tiers = tuple(
        Tier(t["id"], t["kind"], t["name"], t["symbol"], t["colour"], float(t["size_px"])) for t in raw["tier"]
    )
    return Scheme(scheme_id, raw["name"], raw["source"], tiers)
