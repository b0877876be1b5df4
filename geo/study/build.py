"""Files in, a study out; a table changed, another study out. Joins the rooms."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.intake.areas import assign_units, extent_outline, voronoi_units
from geo.intake.desk.evidence import evidence_of
from geo.intake.desk.listing import Context
from geo.intake.files.guarded_heights import guarded_heights
from geo.intake.files.reading import is_osm
from geo.intake.manifest import SAMPLE_FOLDER, fingerprint, read_manifest, sample_names
from geo.intake.osm import demand_from_osm, facilities_from_osm, units_from_osm
from geo.model.assumptions import Assumptions
from geo.model.errors import N_, RasterElsewhere, TableEmpty, TablesNotGiven
from geo.model.heights import Heights
from geo.model.inputs import Report, Sources, Study, content_id
from geo.model.links import no_links
from geo.model.problems import Problem, refused
from geo.model.roads import ROAD_CLASSES, Roads
from geo.model.schema import INDICATOR_VALUE, empty
from geo.model.schemes import Scheme, load_scheme
from geo.network.graph import build_graph, island_labels
from geo.network.snapping import EdgeIndex
from geo.store import Store
from geo.study.relief import heights_problems, land_about, on_land
from geo.study.sources import nothing_known, read_outline, read_roads, read_rows

Progress = Callable[[str], None]
STEPS = 6  # how often `build_study` reports progress


def build_study(sources: Sources, progress: Progress = lambda step: None) -> Study:
    """Read every file of the sources and join them to a study, with a report of what was found.

    Raises the errors of the readers, TablesNotGiven or TableEmpty without facilities or demand, and RoadsElsewhere
    when the outline and the roads do not touch. `progress` is called STEPS times with the name of the step that begins.
    """
    scheme = load_scheme(sources.scheme_id)
    _check_given(sources)
    progress(N_("roads"))
    roads, problems = read_roads(sources, scheme)
    roads, heights, found = _draped(roads, sources)
    problems += found
    progress(N_("boundaries"))
    known, found = _read_areas(sources, roads, nothing_known(scheme))
    problems += found
    progress(N_("demand"))
    demand, found = _read_demand(sources, known)
    problems += found
    known = replace(known, demand=demand)
    progress(N_("facilities"))
    facility, found = _read_facilities(sources, known)
    problems += found
    outline, unit = _whole_areas(sources, known, facility)
    facility = placed(facility, unit).sort_values("facility_id", kind="stable", ignore_index=True)
    demand = placed(demand, unit).sort_values("demand_id", kind="stable", ignore_index=True)
    known = replace(known, outline=outline, unit=unit, facility=facility, demand=demand)
    link, found = _read_links(sources, known)
    problems += found
    progress(N_("network"))
    outside = _outside(facility, outline) + _outside(demand, outline)
    indicator, found = _read_indicators(sources, known)
    problems += outside + found
    report = _report(roads, facility, demand, len(outside), problems)
    progress(N_("naming"))
    tables = (facility, demand, indicator, link, unit, outline)
    return _named(Study(sources.header(), *tables, roads, report, "", heights=heights))


def _named(study: Study) -> Study:
    """The study under the name of its content."""
    tables = [study.facility, study.demand, study.indicator, study.link, study.unit, study.outline]
    tables += [study.catalogue] if len(study.catalogue) else []  # studies without one keep the name they had
    return replace(study, content_id=content_id(study.header, tables, study.roads, study.heights))


def with_tables(study: Study, tables: Mapping[str, pd.DataFrame | Roads | Heights | None]) -> Study:
    """Another study with parts replaced (facility, demand, unit, outline, indicator, catalogue, link, roads, heights).

    Its report and its name are made anew. Roads take their heights from the study's.
    """
    changed = replace(study, **tables)  # type: ignore[arg-type]
    if changed.heights is not None and {"roads", "heights"} & set(tables):
        changed = replace(changed, roads=on_land(changed.roads, changed.heights))
    outside = _outside(changed.facility, changed.outline) + _outside(changed.demand, changed.outline)
    report = _report(changed.roads, changed.facility, changed.demand, len(outside), outside)
    return _named(replace(changed, report=report))


def open_study(store: Store, name: str, progress: Progress = lambda step: None) -> Study:
    """A stored study or a sample. A sample is built when it is first opened or its files have changed.

    Raises StudyMissing when there is neither.
    """
    if name in sample_names():
        sources = read_manifest(SAMPLE_FOLDER / name)
        current, newest = fingerprint(sources), store.newest(name)
        # Once somebody has committed a list to a sample, theirs is the newest and is never built over.
        if newest is None or (newest.kind == "study" and newest.fingerprint != current):
            store.save(build_study(sources, progress), current, replace=True)
    return store.load(name)


def study_names(store: Store) -> dict[str, dict[str, str]]:
    """Name → titles by language of every study that can be opened, samples first."""
    names = {name: dict(read_manifest(SAMPLE_FOLDER / name).title) for name in sample_names()}
    return names | {entry.name: dict(entry.title) for entry in store.entries() if entry.name not in names}


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


def _draped(roads: Roads, sources: Sources) -> tuple[Roads, Heights | None, list[Problem]]:
    """The roads with the heights of the land under them, where the sources name any."""
    if not sources.heights:
        return roads, None, []
    answers = {"crs": sources.crs} if sources.crs else {}
    try:
        heights, problems = guarded_heights(sources.heights, land_about(roads), answers)
    except RasterElsewhere as error:  # the study can do without
        return roads, None, [Problem("heights_elsewhere", "warning", "heights", params=error.params)]
    draped = on_land(roads, heights)
    return draped, heights, problems + heights_problems(draped)


def _read_areas(sources: Sources, roads: Roads, known: Context) -> tuple[Context, list[Problem]]:
    """What is known with the county's outline and its townships, as far as files tell them."""
    problems: list[Problem] = []
    known = replace(known, evidence=evidence_of(roads, [], None, None))
    if sources.boundary is not None:
        outline, problems = read_outline(sources.boundary, known, sources)
        known = replace(known, outline=outline)
    if sources.units is not None:
        unit, found = read_rows(sources.units, "units", known, sources)
        return replace(known, unit=unit), problems + found
    if len(known.outline) and is_osm(sources.roads):
        known = replace(known, unit=units_from_osm(sources.roads, known.outline))
    return known, problems


def _whole_areas(sources: Sources, known: Context, facility: pd.DataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """The outline and the townships, what no file tells as near as the data allows."""
    outline, unit = known.outline, known.unit
    if outline.empty:
        beyond = [tier.tier_id for tier in known.scheme.tiers if tier.outside]
        places = [facility[~facility["tier"].isin(beyond)], known.demand]
        lon, lat = (np.concatenate([table[c].to_numpy() for table in places]) for c in ("lon", "lat"))
        outline = extent_outline(lon, lat)
        if unit.empty and is_osm(sources.roads):
            unit = units_from_osm(sources.roads, outline)
    return outline, voronoi_units(_seats(facility, known.scheme), outline) if unit.empty else unit


def _read_demand(sources: Sources, known: Context) -> tuple[pd.DataFrame, list[Problem]]:
    if sources.demand is not None:
        return read_rows(sources.demand, "demand", known, sources)
    demand, problems = demand_from_osm(sources.roads)
    if demand.empty:
        raise TableEmpty(path=sources.roads, table="demand", refused=refused(problems))
    return demand, problems


def _read_facilities(sources: Sources, known: Context) -> tuple[pd.DataFrame, list[Problem]]:
    if sources.facilities is not None:
        return read_rows(sources.facilities, "facilities", known, sources)
    facility, problems = facilities_from_osm(sources.roads, known.scheme)
    if facility.empty:
        raise TableEmpty(path=sources.roads, table="facility", refused=refused(problems))
    return facility, problems


def _read_links(sources: Sources, known: Context) -> tuple[pd.DataFrame, list[Problem]]:
    if sources.links is None:
        return no_links(), []
    link, problems = read_rows(sources.links, "links", known, sources)
    return link.sort_values("link_id", kind="stable", ignore_index=True), problems


def _read_indicators(sources: Sources, known: Context) -> tuple[pd.DataFrame, list[Problem]]:
    if sources.indicators is None:
        return empty(INDICATOR_VALUE), []
    return read_rows(sources.indicators, "indicators", known, sources)


def placed(table: pd.DataFrame, unit: gpd.GeoDataFrame) -> pd.DataFrame:
    """The table with the township of each place where it names none the study knows."""
    known = table["unit_code"].isin(unit["unit_code"])
    return table.assign(unit_code=table["unit_code"].where(known, assign_units(table, unit)))


def _seats(facility: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """Where townships are centred when no file says: at the township hospitals, else at every facility."""
    township = {t.tier_id for t in scheme.tiers if t.kind == "township_hospital"}
    chosen = facility[facility["tier"].isin(township)]
    places = facility if chosen.empty else chosen
    return places[["facility_id", "name", "lon", "lat"]].rename(columns={"facility_id": "unit_code"})


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
