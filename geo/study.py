"""The one place that joins the rooms: files in, a study out; a study in, an answer out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.analysis.coverage import nearest
from geo.intake.areas import assign_units, extent_outline, voronoi_units
from geo.intake.lines import ways_from_lines
from geo.intake.manifest import SAMPLE_FOLDER, fingerprint, read_manifest, sample_names
from geo.intake.osm import demand_from_osm, facilities_from_osm, units_from_osm, ways_from_osm
from geo.intake.reading import is_osm
from geo.intake.tables import boundary_from, demand_from, facilities_from, units_from
from geo.model.assumptions import Assumptions
from geo.model.errors import N_, NothingSelected, RoadsElsewhere, TableEmpty, TablesNotGiven
from geo.model.inputs import Report, Sources, Study, content_id
from geo.model.problems import Problem, refused
from geo.model.roads import ROAD_CLASSES, Mode, Roads, Ways
from geo.model.schemes import Scheme, load_scheme
from geo.network.contraction import contract
from geo.network.graph import Graph, build_graph, island_labels
from geo.network.reach import Surface, arrival_surface
from geo.network.route import Route, route
from geo.network.snapping import EdgeIndex, Snapped
from geo.network.travel_time import nearest_times
from geo.store import Store

Progress = Callable[[str], None]
STEPS = 6  # how often `build_study` reports progress


@dataclass(frozen=True)
class Network:
    """A study's roads in one mode under given assumptions, with its facilities and demand on them."""

    graph: Graph
    assumptions: Assumptions
    facility: Snapped
    demand: Snapped


@dataclass(frozen=True)
class Journey:
    """From one demand point to its nearest facility of one tier; `way` is None where there is none in reach."""

    tier_id: str
    facility_row: int
    way: Route | None


# ---- files in, a study out -------------------------------------------------------------------------------------


def build_study(sources: Sources, progress: Progress = lambda step: None) -> Study:
    """Read every file of the sources and join them to a study, with a report of what was found.

    Raises the errors of the readers, TablesNotGiven or TableEmpty without facilities or demand, and RoadsElsewhere
    when the outline and the roads do not touch. `progress` is called STEPS times with the name of the step that begins.
    """
    scheme = load_scheme(sources.scheme_id)
    _check_given(sources)
    progress(N_("roads"))
    ways, problems = _read_ways(sources)
    progress(N_("facilities"))
    facility, found = _read_facilities(sources, scheme)
    problems += found
    progress(N_("demand"))
    demand, found = _read_demand(sources)
    problems += found
    progress(N_("boundaries"))
    roads = contract(ways)
    outline, unit = _read_areas(sources, facility, demand, roads)
    facility = _placed(facility, unit, "facility_id")
    demand = _placed(demand, unit, "demand_id")
    progress(N_("network"))
    outside = _outside(facility, outline) + _outside(demand, outline)
    problems += outside
    report = _report(roads, facility, demand, len(outside), problems)
    progress(N_("naming"))
    header = sources.header()
    name = content_id(header, [facility, demand, unit, outline], roads)
    return Study(header, facility, demand, unit, outline, roads, report, name)


def open_study(store: Store, name: str, progress: Progress = lambda step: None) -> Study:
    """A stored study or a sample. A sample is built when it is first opened or its files have changed.

    Raises StudyMissing when there is neither.
    """
    if name in sample_names():
        sources = read_manifest(SAMPLE_FOLDER / name)
        current = fingerprint(sources)
        if store.fingerprint(name) != current:
            store.save(build_study(sources, progress), current, replace=True)
    return store.load(name)


def study_names(store: Store) -> dict[str, dict[str, str]]:
    """Name → titles by language of every study that can be opened, samples first."""
    names = {name: dict(read_manifest(SAMPLE_FOLDER / name).title) for name in sample_names()}
    return names | {entry.name: entry.title for entry in store.entries() if entry.name not in names}


def study_header(store: Store, name: str) -> dict[str, Any]:
    """What is said about a study (title, notes, population, attribution) without opening it."""
    if name in sample_names():
        return read_manifest(SAMPLE_FOLDER / name).header()
    return dict(store.load(name).header)


def _check_given(sources: Sources) -> None:
    """Only an OSM extract holds facilities and demand beside the roads."""
    given = {"--facilities": sources.facilities, "--demand": sources.demand}
    missing = [option for option, path in given.items() if path is None]
    if missing and not is_osm(sources.roads):
        raise TablesNotGiven(path=sources.roads, options=", ".join(missing))


def _read_ways(sources: Sources) -> tuple[Ways, list[Problem]]:
    if is_osm(sources.roads):
        return ways_from_osm(sources.roads), []
    return ways_from_lines(sources.roads, crs=sources.crs)


def _read_facilities(sources: Sources, scheme: Scheme) -> tuple[pd.DataFrame, list[Problem]]:
    if sources.facilities is None:
        facility, problems = facilities_from_osm(sources.roads, scheme)
    else:
        facility, problems = facilities_from(sources.facilities, crs=sources.crs, scheme=scheme)
    if facility.empty:
        raise TableEmpty(path=sources.facilities or sources.roads, table="facility", refused=refused(problems))
    return facility, problems


def _read_demand(sources: Sources) -> tuple[pd.DataFrame, list[Problem]]:
    if sources.demand is None:
        demand, problems = demand_from_osm(sources.roads)
    else:
        demand, problems = demand_from(sources.demand, crs=sources.crs)
    if demand.empty:
        raise TableEmpty(path=sources.demand or sources.roads, table="demand", refused=refused(problems))
    return demand, problems


def _read_areas(
    sources: Sources, facility: pd.DataFrame, demand: pd.DataFrame, roads: Roads
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """The county's outline and its townships, from files or as near as the data allows."""
    if sources.boundary is not None:
        outline = boundary_from(sources.boundary, crs=sources.crs)
        _check_touching(outline, roads)
    else:
        outline = extent_outline(np.r_[facility["lon"], demand["lon"]], np.r_[facility["lat"], demand["lat"]])
    if sources.units is not None:
        return outline, units_from(sources.units, crs=sources.crs)
    if is_osm(sources.roads):
        unit = units_from_osm(sources.roads, outline)
        if len(unit):
            return outline, unit
    seats = facility[["facility_id", "name", "lon", "lat"]].rename(columns={"facility_id": "unit_code"})
    return outline, voronoi_units(seats, outline)


def _check_touching(outline: gpd.GeoDataFrame, roads: Roads) -> None:
    shape = shapely.union_all(outline.geometry.to_numpy())
    shapely.prepare(shape)
    edge = np.repeat(np.arange(roads.edge_count), np.diff(roads.vertex_offset))
    lines = shapely.linestrings(roads.vertex_lon, roads.vertex_lat, indices=edge)
    if not shapely.intersects(shape, lines).any():
        bounds = (" ".join(f"{v:.3f}" for v in b) for b in (shape.bounds, roads.bounds()))
        raise RoadsElsewhere(outline=next(bounds), roads=next(bounds))


def _placed(table: pd.DataFrame, unit: gpd.GeoDataFrame, key: str) -> pd.DataFrame:
    """The table in the order of its ids, with the unit code of each place where the file gives none it knows."""
    known = table["unit_code"].isin(unit["unit_code"])
    code = table["unit_code"].where(known, assign_units(table, unit))
    return table.assign(unit_code=code).sort_values(key, kind="stable", ignore_index=True)


def _outside(table: pd.DataFrame, outline: gpd.GeoDataFrame) -> list[Problem]:
    shape = shapely.union_all(outline.geometry.to_numpy())
    shapely.prepare(shape)
    apart = ~shapely.intersects_xy(shape, table["lon"].to_numpy(), table["lat"].to_numpy())
    what = "facilities" if "facility_id" in table.columns else "demand"
    return [
        Problem("outside_outline", "warning", what, params={"name": name}) for name in table.loc[apart, "name"].tolist()
    ]


def _report(
    roads: Roads, facility: pd.DataFrame, demand: pd.DataFrame, outside: int, problems: list[Problem]
) -> Report:
    assumptions = Assumptions()
    graph = build_graph(roads, "car", assumptions)
    index = EdgeIndex(graph, assumptions)
    off = [~index.snap(t["lon"].to_numpy(), t["lat"].to_numpy()).on_network for t in (facility, demand)]
    names = [f for f, o in zip((facility, demand), off, strict=True) for f in f.loc[o, "name"]]
    problems = problems + [
        Problem("off_network", "warning", "roads", params={"name": n, "limit_m": assumptions.snap_limit_m})
        for n in names
    ]
    km = np.bincount(roads.road_class, weights=roads.length_m, minlength=len(ROAD_CLASSES)) / 1000
    label = island_labels(roads, graph.usable)
    pieces = np.bincount(label[roads.start[graph.usable]], weights=roads.length_m[graph.usable]) / 1000
    pieces = np.sort(pieces[pieces > 0])
    return Report(
        road_km={name: float(km[i]) for i, name in enumerate(ROAD_CLASSES) if km[i] > 0},
        islands=max(0, len(pieces) - 1),
        island_km=float(pieces[:-1].sum()),
        facilities=len(facility),
        facilities_off=int(off[0].sum()),
        demand=len(demand),
        demand_off=int(off[1].sum()),
        population=float(demand["population"].sum()),
        population_off=float(demand.loc[off[1], "population"].sum()),
        outside=outside,
        rows_refused=refused(problems),
        problems=tuple(problems),
    )


# ---- a study in, an answer out ---------------------------------------------------------------------------------


def assumptions_for(study: Study, condition: str = "day") -> Assumptions:
    """The default assumptions for a study's terrain under a condition."""
    return Assumptions(condition=condition, terrain=study.terrain)


def network_of(study: Study, mode: Mode, assumptions: Assumptions) -> Network:
    """The study's roads in one mode, with facilities and demand snapped to them."""
    graph = build_graph(study.roads, mode, assumptions)
    index = EdgeIndex(graph, assumptions)
    places = [index.snap(t["lon"].to_numpy(), t["lat"].to_numpy()) for t in (study.facility, study.demand)]
    return Network(graph, assumptions, *places)


def nearest_by_tier(study: Study, network: Network) -> pd.DataFrame:
    """The travel-time table (demand_id, facility_id, travel_time_min) of each demand point's nearest facility a tier.

    The nearest of any set of tiers is the least of its rows, so choosing tiers or a threshold needs no search.
    """
    tables = []
    for tier in sorted(study.facility["tier"].unique()):
        rows = np.flatnonzero(study.facility["tier"] == tier)
        minutes, source = nearest_times(network.graph, network.facility.take(rows), network.demand, network.assumptions)
        hit = source >= 0
        facility_id = study.facility["facility_id"].to_numpy()[rows[source[hit]]]
        demand_id = study.demand["demand_id"].to_numpy()[hit]
        columns = {"demand_id": demand_id, "facility_id": facility_id, "travel_time_min": minutes[hit], "tier": tier}
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def nearest_counted(study: Study, times: pd.DataFrame, tiers: tuple[str, ...]) -> pd.DataFrame:
    """For every demand point, in the study's order, its nearest facility of the tiers that count.

    `times` is what `nearest_by_tier` makes. Raises NothingSelected when no facility of these tiers reaches anybody.
    """
    counted = times[times["tier"].isin(tiers)]
    if counted.empty:
        raise NothingSelected()
    return nearest(counted, study.demand["demand_id"])


def surface_of(study: Study, network: Network, tiers: tuple[str, ...], limit_min: float) -> Surface:
    """Minutes of arrival on a grid, from the nearest facility of the tiers that count, up to `limit_min`.

    Its `contour` at any threshold is the area reached. Raises NothingSelected without such a facility on the network.
    """
    rows = np.flatnonzero(study.facility["tier"].isin(tiers))
    surface = arrival_surface(network.graph, network.facility.take(rows), limit_min, network.assumptions)
    if surface is None:
        raise NothingSelected()
    return surface


def journeys(study: Study, network: Network, times: pd.DataFrame, demand_id: str) -> list[Journey]:
    """From one demand point to its nearest facility of every tier the study has, top tier first."""
    point = np.flatnonzero(study.demand["demand_id"] == demand_id)
    own = times[times["demand_id"] == demand_id].set_index("tier")["facility_id"]
    out = []
    for tier in load_scheme(study.scheme_id).tiers:
        if tier.tier_id in own.index:
            row = np.flatnonzero(study.facility["facility_id"] == own[tier.tier_id])
            way = route(network.graph, network.facility.take(row), network.demand.take(point), network.assumptions)
            out.append(Journey(tier.tier_id, int(row[0]), way))
        elif (study.facility["tier"] == tier.tier_id).any():
            out.append(Journey(tier.tier_id, -1, None))
    return out
