"""Medical communities: who leads, who belongs, people, ground, beds and staff. Third floor: analysis.

A community is what shares a `community_id`. Villages belong to the community of the facility their chain of care
begins at, townships to the community most of their people belong to.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.analysis.tiers import Tree, flagged
from geo.model.links import Outside, link_kind, outside_of
from geo.model.projection import metric_crs
from geo.model.roads import Ints
from geo.model.schemes import Scheme

GROUP, EACH = "group", "1+X"


REPORTED = ("beds", "physicians", "nurses")


@dataclass(frozen=True)
class Community:
    """One community. Counts are of open facilities; `people` of the villages that belong to it.

    Beds and staff are sums over the members that report them, NaN where none does.
    """

    community_id: str
    lead_id: str  # "" where nobody leads it
    lead_name: str
    members: dict[str, int]  # tier id → open facilities
    villages: int
    people: float
    area_km2: float
    beds: float
    physicians: float
    nurses: float
    reporting: dict[str, int]  # beds, physicians, nurses → members that report them
    organisation: str  # "group", "1+X" or "" where nothing tells
    organisation_told: bool  # by a flag or the scheme; otherwise from the number of communities
    paired_with: tuple[Outside, ...]

    def per_thousand(self, count: float) -> float:
        """A count for every 1,000 of its people; NaN without people or for a count that is not known."""
        return 1000 * count / self.people if self.people else float("nan")


def communities_of(
    facility: pd.DataFrame, demand: pd.DataFrame, unit: gpd.GeoDataFrame, link: pd.DataFrame, scheme: Scheme,
    tree: Tree, entry: Ints,
) -> list[Community]:  # fmt: skip
    """Every community, in the order of its id. `entry` is the facility row where each village's chain begins, or -1."""
    ids = sorted({str(c) for c in tree.community[tree.open]} - {""})
    home = np.where(entry >= 0, tree.community[entry], "")
    ground = _ground(demand, unit, home)
    leads = {i: _lead(facility, scheme, tree, i) for i in ids}
    pairs = paired(link, facility)
    return [
        _community(i, facility, demand, scheme, tree, home == i, leads[i], ground.get(i, 0.0), len(ids), pairs)
        for i in ids
    ]


def _lead(facility: pd.DataFrame, scheme: Scheme, tree: Tree, community_id: str) -> int:
    """The row flagged `lead`, else the community's only facility of its highest level; -1 where neither is there."""
    mine = np.flatnonzero(tree.open & (tree.community == community_id))
    told = mine[flagged(facility.iloc[mine], "lead")]
    if len(told):
        return int(told[0])
    known = mine[tree.tier[mine] >= 0]
    top = known[tree.tier[known] == tree.tier[known].min(initial=len(scheme.tiers))]
    return int(top[0]) if len(top) == 1 else -1


def _ground(demand: pd.DataFrame, unit: gpd.GeoDataFrame, home: np.ndarray) -> dict[str, float]:
    """Square kilometres of the townships of each community."""
    if unit.empty:
        return {}
    west, south, east, north = unit.total_bounds
    area = unit.geometry.to_crs(metric_crs([west, east], [south, north])).area / 1e6  # m² to km²
    people = pd.DataFrame({"unit": demand["unit_code"], "home": home, "people": demand["population"]})
    most = people[people["home"] != ""].groupby(["unit", "home"])["people"].sum().reset_index()
    most = most.sort_values(["people", "home"], ascending=[False, True]).drop_duplicates("unit")
    size = dict(zip(unit["unit_code"], area, strict=True))
    out: dict[str, float] = {}
    for code, community in zip(most["unit"].tolist(), most["home"].tolist(), strict=True):
        out[community] = out.get(community, 0.0) + float(size.get(code, 0.0))
    return out


def _community(
    community_id: str, facility: pd.DataFrame, demand: pd.DataFrame, scheme: Scheme, tree: Tree, mine: np.ndarray,
    lead: int, area_km2: float, count: int, pairs: dict[str, tuple[Outside, ...]],
) -> Community:  # fmt: skip
    rows = facility[tree.open & (tree.community == community_id)]
    lead_id = "" if lead < 0 else str(facility["facility_id"].iat[lead])
    told = _told_organisation(facility, scheme, lead)
    tops = rows.loc[rows["tier"].isin(scheme.of_kind("county_hospital")), "facility_id"]
    partners = [o for i in dict.fromkeys([lead_id, *tops]) for o in pairs.get(i, ())]
    sums = {column: float(rows[column].sum(min_count=1)) for column in REPORTED}
    members = {t.tier_id: int((rows["tier"] == t.tier_id).sum()) for t in scheme.tiers}
    return Community(
        community_id=community_id, lead_id=lead_id, lead_name="" if lead < 0 else str(facility["name"].iat[lead]),
        members={k: n for k, n in members.items() if n}, villages=int(mine.sum()),
        people=float(demand.loc[mine, "population"].sum()), area_km2=area_km2, **sums,
        reporting={column: int(rows[column].notna().sum()) for column in REPORTED},
        organisation=told or (GROUP if count == 1 else EACH if lead >= 0 else ""), organisation_told=bool(told),
        paired_with=tuple(dict.fromkeys(partners)),
    )  # fmt: skip


def _told_organisation(facility: pd.DataFrame, scheme: Scheme, lead: int) -> str:
    """What the lead hospital's flags say (model_group, model_1x), else the scheme; "" where neither says."""
    if lead >= 0:
        for flag, model in (("model_group", GROUP), ("model_1x", EACH)):
            if flagged(facility.iloc[[lead]], flag)[0]:
                return model
    return scheme.organisation


def paired(link: pd.DataFrame, facility: pd.DataFrame) -> dict[str, tuple[Outside, ...]]:
    """Facility id → the hospitals paired with it, outside the county or in its list."""
    kind = link_kind("pairs_with")
    known = facility.set_index("facility_id")[["name", "lon", "lat"]]
    out: dict[str, tuple[Outside, ...]] = {}
    rows = link[link["kind"] == kind.kind]
    columns = (rows[c].tolist() for c in (kind.served_column, kind.serving_column, "properties"))
    for served, serving, text in zip(*columns, strict=True):
        told = outside_of(text)
        if serving in known.index:
            place = known.loc[serving]
            told = Outside(str(place["name"]), float(place["lon"]), float(place["lat"]), serving)
        if told is not None:
            out[served] = (*out.get(served, ()), told)
    return out
