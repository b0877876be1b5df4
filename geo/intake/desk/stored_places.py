"""Rows without a position that the study knows already: where it has them. Second floor: intake.

What is stored was surveyed, clicked or checked by somebody; a village or a township's seat is only a stand-in for it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.intake.desk.classifying import townships_by_name
from geo.intake.desk.columns import cell
from geo.intake.desk.listing import KEY, Context
from geo.intake.desk.pairing import alike, named_once, plain_name
from geo.model.roads import Floats

LONG_CODE = 9  # signs: a code so long is no serial number


@dataclass(frozen=True)
class StoredPlaces:
    """n rows. Degrees, NaN where the study does not know the row; `quality` as it is stored there."""

    lon: Floats
    lat: Floats
    quality: tuple[str, ...]


def stored_places(rows: pd.DataFrame, names: "pd.Series[str]", table: str, context: Context) -> StoredPlaces:
    """The stored positions of rows (our column names, text), by id, else by a name that only one place bears.

    `names` are those of the whole list. An id counts when it is long or the names are alike; a name counts when the
    row tells no other township than the stored place is in.
    """
    if table not in KEY:
        nowhere = np.full(len(rows), np.nan)
        return StoredPlaces(nowhere, nowhere, ("",) * len(rows))  # townships have areas
    stored = context.facility if table == "facility" else context.demand
    known = stored.reindex(columns=[KEY[table], "name", "unit_code", "lon", "lat", "position_quality"])
    known = known[np.isfinite(known["lon"].to_numpy(dtype=float)) & np.isfinite(known["lat"].to_numpy(dtype=float))]
    ids, plain = known[KEY[table]].tolist(), [plain_name(str(n)) for n in known["name"].tolist()]
    by_id = {own: at for at, own in enumerate(ids) if own}
    by_name = named_once(dict(enumerate(plain)))
    listed = named_once({at: plain_name(str(n)) for at, n in enumerate(names.tolist())})
    units = known["unit_code"].tolist()
    found = []
    columns = (cell(rows, KEY[table]).tolist(), cell(rows, "name").tolist(), townships_told(rows, context))
    for own, name, township in zip(*columns, strict=True):
        bare = plain_name(name)
        at = by_id.get(own)
        if at is None or not (len(own) >= LONG_CODE or alike(bare, plain[at])):
            at = by_name.get(bare) if bare in listed else None
            at = None if at is not None and township and units[at] not in ("", township) else at
        found.append(-1 if at is None else at)
    taken = known.reset_index(drop=True).reindex(found)
    lon, lat = (taken[c].to_numpy(dtype=np.float64) for c in ("lon", "lat"))
    return StoredPlaces(lon, lat, tuple(taken["position_quality"].fillna("").tolist()))


def townships_told(rows: pd.DataFrame, context: Context) -> list[str]:
    """The township that each row's columns tell by code or name, "" where none does."""
    codes = set(context.unit.get("unit_code", []))
    texts = cell(rows, "unit_name").tolist()
    named = townships_by_name(texts, context.unit) if codes else {}
    columns = zip(cell(rows, "unit_code").tolist(), cell(rows, "village_code").tolist(), texts, strict=True)
    told = ((unit[:9], village[:9], named.get(text, "")) for unit, village, text in columns)
    return [next((code for code in three if code in codes), "") for three in told]
