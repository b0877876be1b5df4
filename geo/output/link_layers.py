"""The lines between institutions as the JSON that web/links.js draws. Fifth floor: output.

Ends are told by position in the tables of maps.static_layers: "f12", "v3", "u4". Names go out as JSON text and are
drawn with fillText and textContent only.
"""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Geod

from geo.analysis.tiers import Tree
from geo.model.links import load_link_kinds, outside_of
from geo.model.roads import Ints
from geo.output.encode import json_text

# Dark enough for lines on the pale land of the map, and told apart by colour-blind eyes, each from each.
COLOURS = ("#0072B2", "#B35A00", "#5E075F", "#890003", "#193530", "#B08485", "#785B4F", "#1200CC")
_WGS84 = Geod(ellps="WGS84")


def community_colours(tree: Tree) -> dict[str, str]:
    """Community id → its colour, in the order of ids; the same on map, charts and tables."""
    ids = sorted({str(c) for c in tree.community[tree.open]} - {""})
    return {c: COLOURS[at % len(COLOURS)] for at, c in enumerate(ids)}


def links_layer(
    facility: pd.DataFrame,
    demand: pd.DataFrame,
    unit: gpd.GeoDataFrame,
    link: pd.DataFrame,
    tree: Tree,
    entry: Ints,
    names: Mapping[str, str],
) -> bytes:
    """Parents, communities and networks. `entry` is the facility row each village's chain begins at, -1 for none.

    `names` is community id → what it is called. Closed facilities have no lines.
    """
    ids = list(community_colours(tree))
    place = {c: at for at, c in enumerate(ids)}
    lowest = int(tree.tier[tree.open].max(initial=-1))
    parent = np.where(tree.open & (tree.parent >= 0), tree.parent, -1)
    ends = _ends(facility, demand, unit)
    return json_text(
        {
            "parent": parent.tolist(),
            "community": [place.get(str(c), -1) for c in tree.community],
            "communities": [
                {"name": names.get(c, c), "colour": COLOURS[at % len(COLOURS)]} for at, c in enumerate(ids)
            ],
            "leaf": (tree.tier == lowest).tolist(),
            "entry": entry.tolist(),
            "networks": [
                {"kind": k.kind, "colour": k.colour, "rows": rows}
                for k in load_link_kinds()
                if (rows := _rows(link, k.kind, k.served_column, k.serving_column, ends))
            ],
            "outside": _outside(facility, link, ends),
        }
    ).encode()


def _ends(facility: pd.DataFrame, demand: pd.DataFrame, unit: gpd.GeoDataFrame) -> dict[str, str]:
    drawn = unit[unit.geometry.notna() & ~unit.geometry.is_empty]["unit_code"].tolist()
    tables: Sequence[tuple[str, list[str]]] = (
        ("u", drawn), ("v", demand["demand_id"].tolist()), ("f", facility["facility_id"].tolist()),
    )  # fmt: skip
    return {own: f"{letter}{at}" for letter, ids in tables for at, own in enumerate(ids)}


def _rows(link: pd.DataFrame, kind: str, served: str, serving: str, ends: Mapping[str, str]) -> list[list[str]]:
    mine = link[link["kind"] == kind]
    pairs = zip(mine[served].tolist(), mine[serving].tolist(), strict=True)
    return [[ends[a], ends[b]] for a, b in pairs if a in ends and b in ends]


def _outside(facility: pd.DataFrame, link: pd.DataFrame, ends: Mapping[str, str]) -> list[dict[str, object]]:
    """Links with one end beyond the county: its name, position, and the straight distance in km."""
    colour = {k.kind: k.colour for k in load_link_kinds()}
    spot = {i: (x, y) for i, x, y in zip(facility["facility_id"], facility["lon"], facility["lat"], strict=True)}
    out: list[dict[str, object]] = []
    columns = (link[c].tolist() for c in ("kind", "from_id", "to_id", "properties"))
    for kind, start, end, text in zip(*columns, strict=True):
        told = outside_of(text)
        here = end if start not in ends else start
        if told is None or (start in ends and end in ends) or here not in ends or kind not in colour:
            continue
        row = {"kind": kind, "at": ends[here], "name": told.name, "colour": colour[kind], "lon": None, "lat": None}
        if np.isfinite(told.lon) and np.isfinite(told.lat):
            row |= {"lon": round(told.lon, 5), "lat": round(told.lat, 5)}
            if here in spot:
                row["km"] = straight_km(*spot[here], told.lon, told.lat)
        out.append(row)
    return out


def straight_km(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Kilometres between two places in a straight line on the ellipsoid, to 100 m."""
    return round(float(_WGS84.inv(lon, lat, other_lon, other_lat)[2]) / 1000, 1)
