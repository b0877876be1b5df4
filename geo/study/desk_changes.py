"""What a checked file changes in a study, kind by kind: the difference, and the study with it. Joins the rooms.

Lists are laid over the stored one row by row (desk.difference). Townships divide the county, so a new area takes
the place of what lies under it; an outline, roads and a raster of people replace what was there.
"""

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.intake.desk.area_rows import one_outline
from geo.intake.desk.checking import usable_rows
from geo.intake.desk.difference import Difference, compare, identity, merge
from geo.intake.desk.listing import MADE
from geo.intake.desk.pairing import plain_name
from geo.intake.desk.told import told_by
from geo.model.desk import Check, Kind
from geo.model.inputs import Report, Study
from geo.model.projection import metric_crs
from geo.model.schema import CATALOGUE, INDICATOR_VALUE, LINK, UNIT, conform
from geo.study.build import placed, with_tables
from geo.study.relief import heights_share

TABLE: dict[Kind, str] = {
    "facilities": "facility",
    "demand": "demand",
    "units": "unit",
    "boundary": "outline",
    "roads": "roads",
    "indicators": "indicator",
    "links": "link",
    "catalogue": "catalogue",
    "raster": "demand",
    "heights": "heights",
}
SAME_NUMBER = 1e-9  # relative: 1 cm of a longitude
SAME_SHAPE_DEG = 2e-6  # 20 cm: outlines written with fewer digits are the same
COVERED = 0.5  # a stored township gives way when new ones cover more of it than this
_MADE_UP = f"unit{MADE}"  # how ids of rows without one begin
_FIGURE = ("indicator_code", "unit_code", "period")
_ENTRY = ("indicator_code", "version")
FIGURED: tuple[Kind, ...] = ("indicators", "catalogue")  # rows without a place or an id of their own
_NO_CHANGES = pd.DataFrame(columns=["id", "name", "column", "before", "after"], dtype="str")
_NOT_MOVED = pd.DataFrame({"id": pd.Series(dtype="str"), "name": pd.Series(dtype="str"), "distance_m": [0.0] * 0})


def stored_table(study: Study, kind: Kind) -> pd.DataFrame:
    """The study's table that a kind changes (for roads and heights: none)."""
    table: pd.DataFrame = pd.DataFrame() if kind in ("roads", "heights") else getattr(study, TABLE[kind])
    return table


def usable(check: Check, study: Study) -> pd.DataFrame:
    """The rows that can be used, with the columns of the stored table; areas with their geometry."""
    table = usable_rows(check)
    if check.kind == "boundary":
        table = _one_outline(table, study.outline)
    elif check.kind == "units":
        table = _coded(table, study.unit)
    return table


def _one_outline(rows: gpd.GeoDataFrame, stored: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """All areas together as one row; what the file does not say stays as stored. Of no area nothing."""
    whole = one_outline(rows)
    if len(whole) and str(whole["unit_code"].iat[0]).startswith(_MADE_UP):
        whole["name"] = stored["name"].iat[0] if whole["name"].iat[0] == whole["unit_code"].iat[0] else whole["name"]
        whole["unit_code"] = stored["unit_code"].iat[0]
    return whole


def _coded(rows: gpd.GeoDataFrame, stored: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Townships without a code of their own get the stored one of their name."""
    known = dict(zip(map(plain_name, stored["name"]), stored["unit_code"], strict=True))
    own = zip(rows["unit_code"].tolist(), rows["name"].tolist(), strict=True)
    codes = [known.get(plain_name(name), code) if code.startswith(_MADE_UP) else code for code, name in own]
    return rows.assign(unit_code=pd.Series(codes, index=rows.index, dtype="str"))


# ---- the difference --------------------------------------------------------------------------------------------


def difference(study: Study, check: Check, decisions: Mapping[str, str]) -> Difference:
    """What the file would change. A row that cannot be used is not gone: the file does name it.

    Of roads, `changes` has a line for each class whose kilometres differ, and for the islands.
    """
    if check.kind == "roads":
        return _road_difference(study, check)
    if check.kind == "heights":
        return _height_difference(study, check)
    stored, new = stored_table(study, check.kind), usable(check, study)
    if check.kind in ("units", "boundary"):
        found = _area_difference(stored, new, one=check.kind == "boundary")
    elif check.kind in FIGURED:
        found = compare(figures(stored), figures(new), decisions)
    elif check.kind == "links":
        found = compare(link_figures(stored), link_figures(new), decisions)
    else:
        found = compare(stored, new, decisions, told_by(check))
    return replace(found, gone=_really_gone(found, stored, check))


def between(older: Study, newer: Study, kind: Kind) -> Difference:
    """What changed in a kind's table from one version of a study to another."""
    if kind == "roads":
        return _roads_apart(older.report, newer.report)
    if kind == "heights":
        return _heights_apart(older, newer)
    stored, new = stored_table(older, kind), stored_table(newer, kind)
    if kind in ("units", "boundary"):
        return _area_difference(stored, new, one=kind == "boundary")
    return compare(figures(stored), figures(new)) if kind in FIGURED else compare(stored, new)


def flat(table: pd.DataFrame) -> pd.DataFrame:
    """The table with outlines as WKT, so that it can be written as CSV and read back."""
    if "geometry" not in table.columns:
        return table
    outlines = shapely.to_wkt(table["geometry"].to_numpy(), rounding_precision=-1)
    return pd.DataFrame(table.drop(columns="geometry")).assign(wkt=outlines)


def _really_gone(found: Difference, stored: pd.DataFrame, check: Check) -> tuple[int, ...]:
    refused = check.table[check.table["verdict"] == "error"]
    if refused.empty or check.kind == "boundary":
        return found.gone
    if check.kind in FIGURED:
        stored, refused = figures(stored), figures(refused)
    elif check.kind == "links":
        stored, refused = link_figures(stored), link_figures(refused)
    key = identity(stored)
    ids, names = set(refused[key]), {plain_name(n) for n in refused["name"]} - {""}
    named = stored[key].isin(ids) | stored["name"].map(plain_name).isin(names)
    return tuple(row for row in found.gone if not named.iat[row])


def figures(table: pd.DataFrame) -> pd.DataFrame:
    """Indicator values, or entries of a catalogue, under one id each, with the columns that a comparison looks at."""
    parts = table[list(_ENTRY if "title" in table.columns else _FIGURE)].astype("str")
    ids = parts.agg("|".join, axis=1) if len(table) else pd.Series(dtype="str")
    return table.assign(figure_id=ids.astype("str"), name="", lon=np.nan, lat=np.nan)


def link_figures(table: pd.DataFrame) -> pd.DataFrame:
    """Links with the columns that a comparison looks at; they are the same by their id alone."""
    return table.assign(name="", lon=np.nan, lat=np.nan)


def settled_figures(table: pd.DataFrame) -> pd.DataFrame:
    """Rows that were compared under one id as the study holds them."""
    columns, name = (CATALOGUE, "catalogue") if "title" in table.columns else (INDICATOR_VALUE, "indicator")
    return conform(table, columns, path="", name=name)


def _area_difference(stored: gpd.GeoDataFrame, new: gpd.GeoDataFrame, *, one: bool) -> Difference:
    """Areas by code, then by name; an outline is always the outline. A line "geometry" tells the areas in km²."""
    as_stored = (
        new.assign(unit_code=stored["unit_code"].iloc[:1].to_numpy()) if one and len(stored) and len(new) else new
    )
    plain = [pd.DataFrame(t.drop(columns="geometry")).assign(lon=np.nan, lat=np.nan) for t in (stored, as_stored)]
    found = compare(plain[0], plain[1])
    lines = [line for p in found.pairs for line in _area_lines(stored.iloc[p.stored], new.iloc[p.new])]
    changes = pd.concat([found.changes, pd.DataFrame(lines, columns=list(_NO_CHANGES.columns), dtype="str")])
    return replace(found, changes=changes.sort_values(["id", "column"], kind="stable", ignore_index=True))


def _area_lines(old: pd.Series, new: pd.Series) -> list[dict[str, str]]:
    own = {"id": str(old["unit_code"]), "name": str(old["name"])}
    lines = []
    if new["unit_code"] != old["unit_code"]:
        lines.append({**own, "column": "unit_code", "before": str(old["unit_code"]), "after": str(new["unit_code"])})
    if not same_shape(old["geometry"], new["geometry"]):
        before, after = (f"{area_km2(shape):.2f} km²" for shape in (old["geometry"], new["geometry"]))
        lines.append({**own, "column": "geometry", "before": before, "after": after})
    return lines


def same_shape(a: shapely.Geometry, b: shapely.Geometry) -> bool:
    """Whether two areas are one, but for the last digits of their corners."""
    if a is None or b is None:
        return a is b
    if shapely.equals_exact(shapely.normalize(a), shapely.normalize(b), SAME_SHAPE_DEG):
        return True
    apart = shapely.symmetric_difference(shapely.make_valid(a), shapely.make_valid(b))
    return bool(apart.area <= SAME_SHAPE_DEG * shapely.length(a))


def area_km2(shape: shapely.Geometry) -> float:
    """An area of EPSG:4326 in square kilometres, in a local metric projection."""
    west, south, east, north = shape.bounds
    flat = gpd.GeoSeries([shape], crs="EPSG:4326").to_crs(metric_crs([west, east], [south, north]))
    return float(flat.area.iat[0]) / 1e6  # m² to km²


def _road_difference(study: Study, check: Check) -> Difference:
    """Kilometres by class, islands, and who is off the network, before and after."""
    return _roads_apart(study.report, with_roads(study, check).report)


def _roads_apart(old: Report, new: Report) -> Difference:
    before, after = _roadfigures(old), _roadfigures(new)
    names = [*before, *(name for name in after if name not in before)]
    lines = [
        {"id": id_, "name": id_, "column": column, "before": before.get((id_, column), "0"), "after": told}
        for id_, column in names
        if (told := after.get((id_, column), "0")) != before.get((id_, column), "0")
    ]
    return Difference((), (), (), (), pd.DataFrame(lines, columns=list(_NO_CHANGES.columns), dtype="str"), _NOT_MOVED)


def _height_difference(study: Study, check: Check) -> Difference:
    """The length of road whose height is known, before and after."""
    nothing = Difference((), (), (), (), _NO_CHANGES, _NOT_MOVED)
    return _heights_apart(study, proposed(study, check, nothing, gone_are_closed=False))


def _heights_apart(older: Study, newer: Study) -> Difference:
    told = [f"{s.roads.length_m.sum() / 1000 * heights_share(s.roads):.1f}" for s in (older, newer)]
    line = {"id": "roads", "name": "roads", "column": "length_km", "before": told[0], "after": told[1]}
    lines = [line] if told[0] != told[1] else []
    return Difference((), (), (), (), pd.DataFrame(lines, columns=list(_NO_CHANGES.columns), dtype="str"), _NOT_MOVED)


def _roadfigures(report: Report) -> dict[tuple[str, str], str]:
    figures = {(name, "length_km"): f"{km:.1f}" for name, km in report.road_km.items()}
    return figures | {
        ("islands", "count"): f"{report.islands}",
        ("islands", "length_km"): f"{report.island_km:.1f}",
        ("off_network", "facilities"): f"{report.facilities_off}",
        ("off_network", "demand"): f"{report.demand_off}",
        ("off_network", "population"): f"{report.population_off:.0f}",
    }


# ---- the study with it -----------------------------------------------------------------------------------------


def proposed(study: Study, check: Check, found: Difference, *, gone_are_closed: bool) -> Study:
    """The study as it would be after the commit."""
    if check.kind == "roads":
        return with_roads(study, check)
    if check.kind == "heights":
        return study if check.heights is None else with_tables(study, {"heights": check.heights})
    stored, new = stored_table(study, check.kind), usable(check, study)
    if check.kind == "raster":
        return laid(study, check.kind, new.sort_values("demand_id", kind="stable", ignore_index=True))
    if check.kind in ("units", "boundary") and new.empty:
        return study
    if check.kind in ("units", "boundary"):
        closing = gone_are_closed or check.kind == "boundary"
        return laid(study, check.kind, _merged_areas(stored, new, found, gone_leave=closing))
    new = _settled(stored, new, found)
    if check.kind in FIGURED:
        both = merge(figures(stored), figures(new), found, gone_are_closed=False)
        return laid(study, check.kind, settled_figures(both))
    if check.kind == "links":
        both = merge(link_figures(stored), link_figures(new), found, gone_are_closed=False)
        gone = set(stored["link_id"].iloc[list(found.gone)]) if gone_are_closed else set()
        return laid(study, check.kind, conform(both[~both["link_id"].isin(gone)], LINK, path="", name="link"))
    return laid(study, check.kind, merge(stored, new, found, told_by(check), gone_are_closed=gone_are_closed))


def leave(kind: Kind, *, gone_are_closed: bool) -> bool:
    """Whether stored rows that a file of a kind lacks close or leave. An outline and a raster replace what was there;
    figures and entries stay."""
    return kind in ("boundary", "raster") or (gone_are_closed and kind not in FIGURED)


def _settled(stored: pd.DataFrame, new: pd.DataFrame, found: Difference) -> pd.DataFrame:
    """The new rows with stored numbers that differ only in the last digits: spreadsheets write 15 or 16 of 17."""
    out = new.copy()
    left, right = [pair.stored for pair in found.pairs], [pair.new for pair in found.pairs]
    for column in [c for c in stored.columns if pd.api.types.is_float_dtype(stored[c]) and left]:
        old, told = stored[column].to_numpy()[left], out[column].to_numpy(dtype=np.float64, copy=True)
        told[right] = np.where(np.isclose(told[right], old, rtol=SAME_NUMBER, atol=0), old, told[right])
        out[column] = told
    return out


def with_roads(study: Study, check: Check) -> Study:
    """The study on the roads of a check."""
    return study if check.roads is None else with_tables(study, {"roads": check.roads})


def laid(study: Study, kind: Kind, table: pd.DataFrame) -> Study:
    """The study with the table of a kind replaced, and townships told anew where they must be."""
    if kind == "units":
        points = {name: placed(getattr(study, name), table) for name in ("facility", "demand")}
        return with_tables(study, {"unit": table, **points})
    if kind in ("facilities", "demand", "raster"):
        table = placed(table, study.unit)
    return with_tables(study, {TABLE[kind]: table})


def _merged_areas(
    stored: gpd.GeoDataFrame, new: gpd.GeoDataFrame, found: Difference, *, gone_leave: bool
) -> gpd.GeoDataFrame:
    """The new areas, what they leave empty filled from the stored ones, and the stored ones that they do not cover."""
    rows = new.copy()
    for pair in found.pairs:
        for column in [c for c in stored.columns if c != "geometry"]:
            if pd.isna(rows[column].iat[pair.new]) or rows[column].iat[pair.new] == "":
                rows.loc[rows.index[pair.new], column] = stored[column].iat[pair.stored]
        if same_shape(stored.geometry.iat[pair.stored], rows.geometry.iat[pair.new]):
            rows.loc[rows.index[pair.new], "geometry"] = stored.geometry.iat[pair.stored]
    used = {pair.stored for pair in found.pairs}
    left = stored.iloc[[row for row in range(len(stored)) if row not in used]]
    over = shapely.union_all(rows.geometry.to_numpy())
    share = shapely.area(shapely.intersection(left.geometry.to_numpy(), over)) / shapely.area(left.geometry.to_numpy())
    left = left[(share <= COVERED) & (not gone_leave)]
    both = gpd.GeoDataFrame(pd.concat([rows, left]), geometry="geometry", crs=stored.crs)
    return conform(both.sort_values("unit_code", kind="stable"), UNIT, path="", name="unit")
