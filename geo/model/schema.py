"""The tables and their columns, each with its unit in the name. First floor: the words.

A table is a pandas (or geopandas) frame; `conform` is the gate every table passes before it enters a study.
"""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from geo.model.errors import ColumnsMissing

Kind = Literal["text", "number", "flag"]


@dataclass(frozen=True)
class Column:
    """One column: `required` ones must be there; others are filled with empty text, NaN or False."""

    name: str
    kind: Kind = "text"
    required: bool = False


def _columns(text: str = "", number: str = "", flag: str = "", required: str = "") -> dict[str, Column]:
    kinds: list[tuple[Kind, str]] = [("text", text), ("number", number), ("flag", flag)]
    needed = required.split()
    return {n: Column(n, kind, n in needed) for kind, names in kinds for n in names.split()}


FACILITY = _columns(
    text="facility_id name category tier unit_code parent_id community_id capabilities flags status position_quality "
    "source version",
    number="lon lat beds physicians nurses population_served ambulances",
    flag="is_emergency_base",
    required="facility_id name tier lon lat",
)
DEMAND = _columns(
    text="demand_id name unit_code population_type year coverage_mode position_quality source",
    number="lon lat population population_65_plus",
    required="demand_id name lon lat population",
)
UNIT = _columns(
    text="unit_code name level parent_code boundary_kind",
    number="seat_lon seat_lat",
    required="unit_code name level",
)
LINK = _columns(text="link_id kind from_id to_id since properties", required="link_id kind from_id to_id")

INDICATOR_VALUE = _columns(
    text="indicator_code unit_code period source",
    number="numerator denominator",
    required="indicator_code unit_code period numerator",
)

# What an indicator is: its numerator and denominator are said in words here, the figures stand in INDICATOR_VALUE.
CATALOGUE = _columns(
    text="indicator_code version dimension title title_en numerator numerator_en denominator denominator_en "
    "value_kind unit unit_en direction period scope document document_en clause clause_en quality",
    number="target",
    required="indicator_code title",
)

# A programme: many counties on the way to a goal. `stage` is one of geo.model.programmes.STAGES, empty if not told.
PROGRAMME_COUNTY = _columns(
    text="county_code name city stage since study source",
    flag="is_model",
    required="county_code name",
)
MILESTONE = _columns(
    text="milestone_id title title_en due stage indicator_code document document_en",
    number="target_pct",
    required="milestone_id title",
)
PAIRING = _columns(text="hospital county_code county_name since source", required="hospital county_code")

COVERAGE_MODES = ("own_clinic", "joint_clinic", "extension_point", "dispatched_doctor", "mobile_round", "none")
BOUNDARY_KINDS = ("official", "osm", "approximate_outline", "approximate_voronoi", "extent")
LEVELS = ("county", "township")
POSITION_QUALITIES = ("surveyed", "osm", "geonames", "village", "seat", "illustrative", "")


def empty(columns: dict[str, Column]) -> pd.DataFrame:
    """A table of these columns without rows."""
    return conform(pd.DataFrame(columns=list(columns)), columns, path="", name="")


def conform(table: pd.DataFrame, columns: dict[str, Column], *, path: str, name: str) -> pd.DataFrame:
    """The table with exactly the schema's columns (and `geometry` if present), in order, each in its kind.

    Text is never NaN (empty string instead), numbers are float64 with NaN for unknown, flags are bool. Rows keep
    their order and get a fresh 0…n-1 index. The input is not changed.

    Raises ColumnsMissing when a required column is absent.
    """
    missing = [c.name for c in columns.values() if c.required and c.name not in table.columns]
    if missing:
        raise ColumnsMissing(
            path=path, table=name, columns=", ".join(missing), found=", ".join(map(str, table.columns))
        )
    out: dict[str, pd.Series] = {}
    for column in columns.values():
        out[column.name] = _as_kind(table, column)
    frame = pd.DataFrame(out).reset_index(drop=True)
    if "geometry" in table.columns:
        frame = type(table)(frame.assign(geometry=table["geometry"].to_numpy()))
        if hasattr(frame, "set_crs"):
            frame = frame.set_geometry("geometry", crs=table.crs)  # type: ignore[operator]
    return frame


def _as_kind(table: pd.DataFrame, column: Column) -> "pd.Series":
    if column.name not in table.columns:
        default: object = {"text": "", "number": float("nan"), "flag": False}[column.kind]
        return pd.Series(
            [default] * len(table), dtype={"text": "str", "number": "float64", "flag": "bool"}[column.kind]
        )
    values = table[column.name].reset_index(drop=True)
    if column.kind == "number":
        return pd.to_numeric(values, errors="coerce").astype("float64")
    if column.kind == "flag":
        return values.astype("str").str.strip().str.lower().isin(["true", "1", "yes", "y", "是", "有"])
    return values.astype("str").where(values.notna(), "").astype("str")
