"""Facility, demand and unit files as clean tables. Second floor: intake, files → clean tables.

One bad row never costs the others: a row is refused with a reason (error) or kept with a remark (warning).
"""

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.intake.desk.headers import renamed
from geo.intake.desk.indicator_rows import check_indicators
from geo.intake.desk.numbers import number_from
from geo.intake.desk.tiers import tier_of
from geo.intake.files.reading import read_layer, read_table
from geo.intake.rows import Refused, cell, check_codes, check_positions, numbers_in, text_rows, unique_ids
from geo.model.errors import ColumnsMissing, TableEmpty
from geo.model.problems import Problem
from geo.model.schema import BOUNDARY_KINDS, DEMAND, FACILITY, INDICATOR_VALUE, UNIT, conform
from geo.model.schemes import Scheme

_COUNTS = ("beds", "physicians", "nurses", "population_served", "ambulances")


def facilities_from(path: Path, *, crs: str | None, scheme: Scheme) -> tuple[pd.DataFrame, list[Problem]]:
    """Table FACILITY of a CSV or point layer, places in WGS-84 degrees, and what is wrong with which row.

    Refused: rows without a usable place, a name or a tier. `crs` is needed for CSV (EPSG:4326, EPSG:4490 or a
    projected system) and for layers that state none.

    Raises FileMissing, FileUnreadable, CrsMissing, ColumnsMissing, ChoiceUnknown, TableEmpty.
    """
    rows, problems = text_rows(path, crs=crs, kind="facility")
    _need(path, rows, "facility", ("name", "lon", "lat"))
    tier, told, refused = _tiers(rows, scheme)
    refused = refused | _unnamed(rows) | check_positions(rows, "facility")
    remarks = _told_by_name(told - refused.keys())
    kept = rows.assign(tier=tier).drop(index=list(refused))
    kept, found = _finish(kept, "facility", "facility_id", _COUNTS, ("unit_code", "parent_id", "community_id"))
    problems = _sorted([*problems, *refused.values(), *found, *remarks])
    if kept.empty:
        raise TableEmpty(path=path, table="facility", refused=len(refused))
    return conform(kept, FACILITY, path=str(path), name="facility"), problems


def demand_from(path: Path, *, crs: str | None) -> tuple[pd.DataFrame, list[Problem]]:
    """Table DEMAND of a CSV or point layer, places in WGS-84 degrees, and what is wrong with which row.

    Refused: rows without a usable place or a population of 0 or more. The population's type is taken from the header
    where no column tells it (常住人口: resident, 户籍人口: registered).

    Raises as `facilities_from`.
    """
    rows, problems = text_rows(path, crs=crs, kind="demand")
    _need(path, rows, "demand", ("name", "lon", "lat", "population"))
    refused = _unpeopled(rows) | check_positions(rows, "demand")
    kept = rows.drop(index=list(refused))
    kept, found = _finish(kept, "demand", "demand_id", ("population", "population_65_plus"), ("unit_code",))
    problems = _sorted([*problems, *refused.values(), *found])
    if kept.empty:
        raise TableEmpty(path=path, table="demand", refused=len(refused))
    return conform(kept, DEMAND, path=str(path), name="demand"), problems


def indicators_from(path: Path, unit: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """Table INDICATOR_VALUE of a CSV, and what is wrong with which row; `unit` are the study's townships.

    Raises FileMissing, FileUnreadable, ColumnsMissing.
    """
    values, found = check_indicators(renamed(read_table(path), "indicator"), unit)
    problems = [finding.problem for finding in found]
    lost = {p.row for p in problems if p.severity == "error"}
    kept = values[[int(str(row)) not in lost for row in values.index]]
    return conform(kept, INDICATOR_VALUE, path=str(path), name="indicator"), problems


def units_from(path: Path, *, crs: str | None) -> gpd.GeoDataFrame:
    """Table UNIT with (multi)polygons in EPSG:4326; level "township" where the file tells none.

    Invalid outlines are repaired; features without an area are left out. Raises as `facilities_from`.
    """
    return _areas(path, crs, "township")


def boundary_from(path: Path, *, crs: str | None) -> gpd.GeoDataFrame:
    """Table UNIT of one row, level "county": all areas of the file together, named by the first one's code and name.

    Raises as `facilities_from`.
    """
    areas = _areas(path, crs, "county")
    whole = areas.iloc[[0]].copy()
    whole["level"] = "county"
    return whole.set_geometry([shapely.union_all(areas.geometry.to_numpy())], crs=areas.crs)


# ---- points ----------------------------------------------------------------------------------------------------


def _need(path: Path, rows: pd.DataFrame, kind: str, columns: tuple[str, ...]) -> None:
    missing = [c for c in columns if c not in rows.columns]
    if missing:
        found = ", ".join(map(str, rows.columns)) or "-"
        raise ColumnsMissing(path=path, table=kind, columns=", ".join(missing), found=found)


def _tiers(rows: pd.DataFrame, scheme: Scheme) -> tuple[list[str], set[int], Refused]:
    """Every row's tier id ("" if unknown), the rows where no tier column told it, and the rows without one."""
    ids: list[str] = []
    refused: Refused = {}
    told: set[int] = set()
    columns = (cell(rows, "tier"), cell(rows, "name"), cell(rows, "category"))
    for row, tier, name, category in zip(rows.index, *columns, strict=True):
        found = tier_of(scheme, tier, name, category)
        ids.append(found.tier_id if found else "")
        if found is None:
            choices = ", ".join(t.tier_id for t in scheme.tiers)
            params: dict[str, object] = {"name": name, "value": tier or category or name, "choices": choices}
            refused[int(row)] = Problem("tier_unknown", "error", "facility", int(row), "tier", params)
        elif not found.stated:
            told.add(int(row))
    return ids, told, refused


def _told_by_name(rows: set[int]) -> list[Problem]:
    return [Problem("tier_from_name", "warning", "facility", None, "tier", {"count": len(rows)})] if rows else []


def _unnamed(rows: pd.DataFrame) -> Refused:
    blank = cell(rows, "name").str.strip() == ""
    return {int(row): Problem("name_missing", "error", "facility", int(row), "name") for row in rows.index[blank]}


def _unpeopled(rows: pd.DataFrame) -> Refused:
    refused: Refused = {}
    for label, text in cell(rows, "population").items():
        row, value = int(str(label)), number_from(text)
        if value is None:
            code = "population_not_a_number"
        elif value < 0:
            code = "population_negative"
        elif np.isnan(value):
            code = "population_missing"
        else:
            continue
        refused[row] = Problem(code, "error", "demand", row, "population", {"value": text})
    return refused


def _finish(
    kept: pd.DataFrame, kind: str, key: str, counts: tuple[str, ...], codes: tuple[str, ...]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Numbers as numbers, ids unique, codes looked at. Numbers people write ("1,234") are understood."""
    ids, problems = unique_ids(kept, key, kind)
    problems += check_codes(kept, (key, *codes), kind)
    columns: dict[str, Sequence[str] | Sequence[float]] = {key: ids}
    for name in counts:
        if name in kept.columns:
            columns[name], found = numbers_in(kept, name, kind)
            problems += found
    for name in ("lon", "lat"):
        columns[name] = [number_from(text) or 0.0 for text in kept[name]]  # checked: a number
    return kept.assign(**columns), problems


def _sorted(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda p: (p.row is not None, p.row or 0, p.code, p.column))


# ---- areas -----------------------------------------------------------------------------------------------------


def _areas(path: Path, crs: str | None, level: str) -> gpd.GeoDataFrame:
    layer = read_layer(path, crs=crs)
    rows = renamed(pd.DataFrame(layer.drop(columns="geometry")), "unit")
    shapes = [_polygons(s) for s in layer.geometry]
    good = np.array([s is not None for s in shapes], dtype=bool)
    if not good.any():
        raise TableEmpty(path=path, table="unit", refused=len(layer))
    ids, _ = unique_ids(rows, "unit_code", "unit")
    name, kind = cell(rows, "name"), cell(rows, "boundary_kind")
    table = rows.assign(
        unit_code=ids,
        name=name.where(name != "", pd.Series(ids, index=rows.index)),
        level=level,
        boundary_kind=kind.where(kind.isin(BOUNDARY_KINDS), "approximate_outline"),
    )
    frame = gpd.GeoDataFrame(table[good], geometry=[s for s in shapes if s is not None], crs=layer.crs)
    return conform(frame, UNIT, path=str(path), name="unit")


def _polygons(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    """The areas in a shape, made valid; None when it has none."""
    if shape is None:
        return None
    parts = shapely.get_parts(shapely.make_valid(shape))
    areas = [p for part in parts for p in shapely.get_parts(part) if p.geom_type == "Polygon" and p.area > 0]
    if not areas:
        return None
    return areas[0] if len(areas) == 1 else shapely.multipolygons(areas)
