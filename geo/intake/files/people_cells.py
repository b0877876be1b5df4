"""A raster of people, read inside the child of geo.intake.files.guard. Second floor: intake, files → clean tables."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import shapely

from geo.intake.files.cells import Limits, Progress
from geo.intake.rasters import demand_from_raster
from geo.model.schema import DEMAND, conform

DEGREES = "EPSG:4326"


def people(
    path: Path, payload: Mapping[str, Any], _limits: Limits, _progress: Progress
) -> tuple[dict[str, object], pa.Table]:
    """`demand_from_raster` for the child process: table DEMAND, and the problems as words.

    `payload`: "outline" is WKB in hexadecimal, "villages" the columns of a table DEMAND or None, "crs" and "band" as
    there. Raises what `demand_from_raster` raises.
    """
    outline = gpd.GeoDataFrame(geometry=[shapely.from_wkb(payload["outline"])], crs=DEGREES)
    villages = payload["villages"]
    if villages is not None:
        villages = conform(pd.DataFrame(villages), DEMAND, path="", name="demand")
    band = int(payload["band"]) if payload["band"] else None
    table, problems = demand_from_raster(path, outline, villages=villages, crs=payload["crs"] or None, band=band)
    words: dict[str, object] = {"problems": [asdict(p) for p in problems]}
    return words, pa.Table.from_pandas(table, preserve_index=False)


def villages_payload(villages: pd.DataFrame) -> dict[str, list[object]]:
    """A table DEMAND as plain values; unknown numbers are null."""
    plain = villages.astype(object).where(villages.notna().to_numpy(), None)
    return {str(name): plain[name].tolist() for name in plain.columns}


def demand_of(table: pa.Table) -> pd.DataFrame:
    """The table DEMAND out of the child's answer."""
    return conform(table.to_pandas(), DEMAND, path="", name="demand")
