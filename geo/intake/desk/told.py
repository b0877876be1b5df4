"""Which values of a checked list its file itself says, and which were guessed. Second floor: intake.

Guesses (a tier by the name, a township and a position by the village) fill what nothing is known about; they never take
the place of what is stored (geo.intake.desk.difference).
"""

import numpy as np
import pandas as pd

from geo.intake.desk.listing import FLAGS
from geo.intake.desk.vocabulary import yes_or_no
from geo.model.desk import Check

_STATED = {"tier": ("tier_stated",), "category": ("category_stated", "category_from_words")}
_GENERIC = "C220"  # 乡镇卫生院 as a category is said of central township hospitals too
_TOWNSHIP = ("unit_code", "unit_name", "village_code", "demand_id")  # columns that tell it


def told_by(check: Check) -> pd.DataFrame | None:
    """A row for each row that can be used: for the columns that are sometimes guessed, whether the file says the
    value. None for kinds of which nothing is guessed."""
    if check.kind not in ("facilities", "demand"):
        return None
    used = check.table[check.table["verdict"] != "error"]
    text = check.text.reindex(index=used["row"].tolist())
    place = _position(text)
    told = {
        "lon": place,
        "lat": place,
        "position_quality": place | _any(text, "position_quality"),
        "unit_code": place | _any(text, *_TOWNSHIP),
    }
    if check.kind == "facilities":
        told |= {flag: _understood(text, flag) for flag in FLAGS}
    for column in [c for c in _STATED if f"{c}_reason" in used.columns]:
        told[column] = used[f"{column}_reason"].isin(_STATED[column]).to_numpy(dtype=np.bool_)
    if "category" in told:
        generic = (used["category"] == _GENERIC) & (used["category_reason"] == "category_from_words")
        told["category"] = told["category"] & ~generic.to_numpy(dtype=np.bool_)
    return pd.DataFrame(told).reset_index(drop=True)


def _position(text: pd.DataFrame) -> "np.ndarray":
    """Rows with a position of their own: zeros stand for unknown."""
    cells = text["lon"] if "lon" in text.columns else pd.Series("", index=text.index)
    return np.array([str(cell).strip("0. ") != "" for cell in cells.fillna("")], dtype=np.bool_)


def _understood(text: pd.DataFrame, flag: str) -> "np.ndarray":
    """Rows whose flag says yes or no: an empty cell is no no."""
    cells = text[flag] if flag in text.columns else pd.Series("", index=text.index)
    return np.array([yes_or_no(str(cell)) is not None for cell in cells.fillna("")], dtype=np.bool_)


def _any(text: pd.DataFrame, *columns: str) -> "np.ndarray":
    """Rows with something in one of the columns."""
    there = [c for c in columns if c in text.columns]
    return np.asarray((text[there].fillna("") != "").any(axis=1).to_numpy(), dtype=np.bool_)
