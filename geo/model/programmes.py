"""A programme: many counties on the way to a goal, with milestones and figures. First floor: the words.

Its tables are study-independent (geo.model.schema: PROGRAMME_COUNTY, MILESTONE, PAIRING, INDICATOR_VALUE). Figures of
the whole programme stand under its own id as unit code, those of a county under the county's code.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.model.errors import N_
from geo.model.schema import INDICATOR_VALUE, MILESTONE, PAIRING, PROGRAMME_COUNTY, Column

STAGES = ("not_started", "started", "built", "consolidated")  # in order: who has built has started
STAGE_NAMES = {
    "not_started": N_("not started"),
    "started": N_("started"),
    "built": N_("built"),
    "consolidated": N_("consolidated"),
    "": N_("not told"),
}
TABLES: dict[str, dict[str, Column]] = {
    "county": PROGRAMME_COUNTY,
    "milestone": MILESTONE,
    "pairing": PAIRING,
    "value": INDICATOR_VALUE,
}


@dataclass(frozen=True)
class Programme:
    """`header`: programme_id, title and notes by language, illustrative, attribution, and counties: how many it has in
    all, 0 for as many as are listed. `content_id` names exactly these tables."""

    header: Mapping[str, Any]
    county: pd.DataFrame
    milestone: pd.DataFrame
    pairing: pd.DataFrame
    value: pd.DataFrame
    content_id: str = ""

    @property
    def programme_id(self) -> str:
        return str(self.header["programme_id"])

    @property
    def illustrative(self) -> bool:
        return bool(self.header["illustrative"])

    @property
    def total(self) -> int:
        """How many counties it has: as many as it says, or as are listed if that is more."""
        return max(int(self.header.get("counties", 0)), len(self.county))

    def title(self, language: str) -> str:
        titles: dict[str, str] = self.header["title"]
        return titles.get(language) or next(iter(titles.values()), self.programme_id)


def programme_content_id(header: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> str:
    """A name for exactly these tables: equal content, equal name."""
    digest = hashlib.sha256(json.dumps(header, sort_keys=True, ensure_ascii=False).encode())
    for name in TABLES:
        digest.update(tables[name].to_csv(index=False).encode())
    return digest.hexdigest()[:24]
