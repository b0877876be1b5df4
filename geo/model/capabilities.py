"""What a facility can do: a vocabulary kept as data, and who has which. First floor: the words.

A facility's `capabilities` are ids of data/reference/capabilities.csv joined by semicolons; a county adds its own rows.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from geo.model.errors import ChoiceUnknown
from geo.model.folders import DATA


@dataclass(frozen=True)
class Capability:
    """One thing a facility may be able to do; `emergency` ones can be asked of the hospital at the end of a rescue."""

    capability_id: str
    name: dict[str, str]  # language → text
    emergency: bool
    quality: str  # P: published, G: general knowledge
    source: str


@cache
def load_capabilities(path: Path = DATA / "reference" / "capabilities.csv") -> tuple[Capability, ...]:
    """Every capability known, in the file's order."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Capability(
            r["capability_id"], {"zh": r["name_zh"], "en": r["name_en"]}, r["emergency"] == "yes", r["quality"],
            r["source"],
        )
        for r in rows
    )  # fmt: skip


def check_capability(capability_id: str) -> Capability:
    """The capability of an id. Raises ChoiceUnknown."""
    known = {c.capability_id: c for c in load_capabilities()}
    if capability_id not in known:
        raise ChoiceUnknown(what="capability", value=capability_id, choices=", ".join(known))
    return known[capability_id]


def has_capability(capabilities: pd.Series, capability_id: str) -> np.ndarray:
    """For each row of a facility table's `capabilities` whether it names the id, shape (rows,)."""
    return np.array([capability_id in {w.strip() for w in text.split(";")} for text in capabilities], dtype=bool)
