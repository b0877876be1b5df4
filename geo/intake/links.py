"""A file of links → table LINK and what was wrong with it. Second floor: intake, files → clean tables."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo.intake.desk.checking import check_raw
from geo.intake.desk.listing import Context
from geo.intake.files.guard import guarded_noted
from geo.model.errors import ColumnsMissing
from geo.model.problems import Problem
from geo.model.schema import LINK, conform
from geo.model.schemes import Scheme


def links_from(
    path: Path, scheme: Scheme, facility: pd.DataFrame, demand: pd.DataFrame, unit: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, list[Problem]]:
    """The links of a file (CSV, XLSX …) that can be used, in the order of their ids, and every problem met.

    Unknown ends and kinds cost their row only. Raises what the guarded reader raises, ColumnsMissing without the
    columns a link needs.
    """
    raw, _, notes = guarded_noted(path, {})
    if raw is None:
        raise ColumnsMissing(path=path, table="link", columns="kind, from_id, to_id", found="—")
    context = Context(scheme, unit.iloc[:0], unit, demand, facility)
    done = check_raw(raw, "links", context, {}, notes=notes)
    lacking = [c for c in ("kind", "from_id", "to_id") if c not in done.mapping]
    if "kind" in lacking or len(lacking) == 2:  # one end may be outside the county in every row
        found = ", ".join(map(str, raw.rows.columns))
        raise ColumnsMissing(path=path, table="link", columns=", ".join(lacking), found=found)
    kept = done.table[done.table["verdict"] != "error"].sort_values("link_id", kind="stable")
    return conform(kept, LINK, path=str(path), name="link"), list(done.problems)
