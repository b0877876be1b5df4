"""Networks over the structure: who is connected, township by township, and who serves whom. Third floor: analysis.

A link counts when its served end is in the study and open; the serving end may lie outside the county.
"""

import numpy as np
import pandas as pd

from geo.analysis.tiers import CLOSED
from geo.model.links import VILLAGE, LinkKind, load_link_kinds, outside_of, properties_of
from geo.model.schemes import Scheme

_NOT_SAID = ("name", "lon", "lat", "illustrative")  # told elsewhere: the end outside, and the badge


def base_of(
    kind: LinkKind, base: str, facility: pd.DataFrame, demand: pd.DataFrame, scheme: Scheme
) -> pd.DataFrame:  # fmt: skip
    """The places of one of a network's bases (a kind of tier, or villages): id, name, unit_code."""
    if base == VILLAGE:
        return demand[["demand_id", "name", "unit_code"]].rename(columns={"demand_id": "id"})
    open_ones = facility[(facility["status"] != CLOSED) & facility["tier"].isin(scheme.of_kind(base))]
    return open_ones[["facility_id", "name", "unit_code"]].rename(columns={"facility_id": "id"})


def places_connected(
    link: pd.DataFrame, kind: LinkKind, base: str, facility: pd.DataFrame, demand: pd.DataFrame, scheme: Scheme
) -> pd.DataFrame:
    """The places of a base with a column `connected`. A village counts by its township where that is the served end."""
    places = base_of(kind, base, facility, demand, scheme)
    served = set(link.loc[link["kind"] == kind.kind, kind.served_column])
    return places.assign(
        connected=places["id"].isin(served) | ((base == VILLAGE) & places["unit_code"].isin(served)).to_numpy()
    )


def coverage_by_unit(places: pd.DataFrame, unit: pd.DataFrame) -> pd.DataFrame:
    """Of `places_connected` by township: unit_code, name, connected, places, share_pct (NaN without places).

    The least connected first; townships without such a place stay out.
    """
    table = places.groupby("unit_code")["connected"].agg(connected="sum", places="size").reset_index()
    names = dict(zip(unit["unit_code"], unit["name"], strict=True))
    table.insert(1, "name", table["unit_code"].map(names).fillna("—"))
    table["share_pct"] = 100.0 * table["connected"] / table["places"]
    return table.sort_values(["share_pct", "unit_code"], ignore_index=True)


def summary(link: pd.DataFrame, facility: pd.DataFrame, demand: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """One row a network that has links: kind, links, serving (ends), base, connected, places. Bases in their order."""
    rows: list[dict[str, object]] = []
    for kind in load_link_kinds():
        mine = link[link["kind"] == kind.kind]
        if mine.empty:
            continue
        told = {"kind": kind.kind, "links": len(mine), "serving": int(mine[kind.serving_column].nunique())}
        bases = [b for b in kind.base if len(base_of(kind, b, facility, demand, scheme))]
        for base in bases or [""]:
            places = places_connected(link, kind, base, facility, demand, scheme) if base else None
            counts = (0, 0) if places is None else (int(places["connected"].sum()), len(places))
            rows.append({**told, "base": base, "connected": counts[0], "places": counts[1]})
    return pd.DataFrame(rows, columns=["kind", "links", "serving", "base", "connected", "places"])


def names_by_id(facility: pd.DataFrame, demand: pd.DataFrame, unit: pd.DataFrame) -> dict[str, str]:
    """The name of everything a link may begin or end at; a facility's counts before a village's of the same id."""
    tables = ((unit, "unit_code"), (demand, "demand_id"), (facility, "facility_id"))
    return {i: n for table, key in tables for i, n in zip(table[key], table["name"], strict=True)}


def links_at(link: pd.DataFrame, place_id: str, names: dict[str, str]) -> pd.DataFrame:
    """All links of one place: kind, served (whether it is the served end), other_id, other, since, more.

    `other` is the name of the other end; `more` the properties that `more_of` tells.
    """
    mine = link[(link["from_id"] == place_id) | (link["to_id"] == place_id)]
    kinds = {k.kind: k for k in load_link_kinds()}
    rows = []
    for row in mine.to_dict("records"):
        kind = kinds.get(str(row["kind"]))
        if kind is None:
            continue
        served = row[kind.served_column] == place_id
        other = str(row[kind.serving_column if served else kind.served_column])
        told = outside_of(str(row["properties"]))
        name = names.get(other) or (told.name if told else other)
        rows.append([kind.kind, served, other, name, row["since"], more_of(str(row["properties"]))])
    return pd.DataFrame(rows, columns=["kind", "served", "other_id", "other", "since", "more"])


def more_of(properties: str) -> dict[str, str]:
    """What a link's properties say beside an end outside."""
    return {k: str(v) for k, v in properties_of(properties).items() if k not in _NOT_SAID}


def delivery_figures(minutes: np.ndarray) -> tuple[int, float, float, float]:
    """How many links have minutes, and their median, 95th percentile and maximum (NaN when none has)."""
    known = minutes[np.isfinite(minutes)]
    if not len(known):
        return 0, np.nan, np.nan, np.nan
    return len(known), float(np.median(known)), float(np.percentile(known, 95)), float(known.max())
