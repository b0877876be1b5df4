"""Roads closed in a study: who is cut off, who falls out of the threshold, and which segment matters most.

Joins the rooms. A segment is an edge of the study's network, from junction to junction, under its number; numbers hold
for one content of the roads and are told again with every answer. A closed segment is broken at one place: nothing
passes there, and who lives on it gets out on his own side.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from geo.model.errors import ChoiceUnknown, NothingSelected, OutOfRange, WorkStopped
from geo.model.inputs import Study
from geo.model.projection import metric_crs, to_metric
from geo.model.roads import ROAD_CLASSES, Floats, Ints, Roads
from geo.network.breaks import Breaks, breaks_at, broken, on_broken
from geo.network.closures import Opened, minutes_without, open_roads, people_carried
from geo.network.route import route
from geo.network.snapping import EdgeIndex, Snapped
from geo.study.answers import Journey, Network, open_rows

LEAST_SHARE = 0.005  # of all people: a segment that carries fewer cannot put more than these out of reach
_TOLD_EVERY = 20  # segments


@dataclass(frozen=True)
class Care:
    """The nearest of some facilities, or ambulance bases, for every village, with every road open."""

    study: Study
    network: Network
    facility_id: np.ndarray  # (f,) text: the facilities that count
    opened: Opened


def care_of(study: Study, network: Network, tiers: tuple[str, ...]) -> Care:
    """What closing roads starts from. Raises NothingSelected when no facility of these tiers is on the network."""
    rows = open_rows(study, tiers)
    ids = study.facility["facility_id"].to_numpy(dtype=object)[rows]
    return care_from(study, network, ids, network.facility.take(rows))


def care_from(study: Study, network: Network, facility_id: np.ndarray, facility: Snapped) -> Care:
    """The same from any places on the network, (f,) ids and points. Raises NothingSelected when none is on it."""
    if not facility.on_network.any():
        raise NothingSelected()
    return Care(study, network, facility_id, open_roads(network.graph, facility, network.demand, network.assumptions))


def checked_breaks(study: Study, places: Mapping[int, float]) -> Breaks:
    """Breaks by segment number and place along it (0 to 1). Raises OutOfRange for a number the roads do not have."""
    last = study.roads.edge_count - 1
    for edge, at in places.items():
        if not 0 <= edge <= last:
            raise OutOfRange(what="--close", low=0, high=last, value=edge)
        if not 0 <= at <= 1:
            raise OutOfRange(what=f"--close {edge}@", low=0, high=1, value=at)
    return breaks_at(dict(places))


def found_with(care: Care, breaks: Breaks) -> pd.DataFrame:
    """For every village, in the study's order, its nearest facility with some segments closed.

    Columns demand_id, facility_id ("" out of reach), travel_time_min (NaN there).
    """
    minutes, source = minutes_without(care.opened, breaks)
    facility = np.where(source >= 0, care.facility_id[source], "")
    columns = {"demand_id": care.study.demand["demand_id"].to_numpy(), "facility_id": facility}
    return pd.DataFrame({**columns, "travel_time_min": minutes})


def losses(study: Study, before: pd.DataFrame, after: pd.DataFrame, threshold_min: float) -> pd.DataFrame:
    """The villages that a closure makes later, the worst first: `before` and `after` as `found_with` makes them.

    Columns row (in the study's demand), demand_id, name, unit_code, population, before_min, after_min (NaN cut off),
    outcome: "cut_off" reached before and not any more, "out" within the threshold before and beyond it after, "later".
    """
    old, new = before["travel_time_min"].to_numpy(), after["travel_time_min"].to_numpy()
    cut = ~np.isnan(old) & np.isnan(new)
    out = (old <= threshold_min) & (new > threshold_min)
    later = ~cut & (new > old + 1 / 60)  # more than a second
    row = np.flatnonzero(cut | out | later)
    table = study.demand.iloc[row][["demand_id", "name", "unit_code", "population"]].reset_index(drop=True)
    outcome = np.select([cut[row], out[row]], ["cut_off", "out"], "later")
    table = table.assign(before_min=old[row], after_min=new[row], outcome=outcome, row=row)
    rank = np.select([cut[row], out[row]], [0, 1], 2)
    order = np.lexsort((table["demand_id"], -table["population"], rank))
    return table.iloc[order].reset_index(drop=True)


def rank_segments(
    care: Care,
    threshold_min: float,
    *,
    progress: Callable[[int, int], None] = lambda done, whole: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> pd.DataFrame:
    """What closing each segment alone would do, the worst first: exact, each is closed in turn where it hurts most.

    Looked at are the segments on shortest paths that carry LEAST_SHARE of all people; no other can put more than that
    share out of reach. Columns of `described`, and at (where along the segment the worst break is), carried, lost
    (people within the threshold before, beyond it or cut off after), cut_off (people reached before and not any more),
    living_on (of the lost, people who live on the segment itself), villages_lost, villages_cut_off. Raises WorkStopped.
    """
    opened, rows = care.opened, []
    people = care.study.demand["population"].to_numpy(dtype=np.float64)
    carried = people_carried(opened, people)
    edges = np.flatnonzero((carried > 0) & (carried >= LEAST_SHARE * people.sum()))
    for done, edge in enumerate(edges.tolist()):
        if done % _TOLD_EVERY == 0:
            progress(done, len(edges))
            if should_stop():
                raise WorkStopped()
        rows.append(max(_harm(opened, people, edge, at, threshold_min) for at in _gaps(opened, edge)))
    progress(len(edges), len(edges))
    names = ["lost", "cut_off", "living_on", "villages_lost", "villages_cut_off", "at"]
    harm = pd.DataFrame([list(h) for h in rows], columns=names, index=range(len(rows)))
    table = pd.concat([described(care.study, edges), harm], axis=1).assign(carried=carried[edges])
    order = ["lost", "cut_off", "carried", "edge"]
    return table.sort_values(order, ascending=[False, False, False, True], ignore_index=True)


def _gaps(opened: Opened, edge: int) -> list[float]:
    """Every place along a segment that makes a difference: the middles between all that stands on it."""
    on = [p.fraction[p.edge == edge] for p in (opened.demand, opened.facilities)]
    stops = np.unique(np.clip(np.concatenate([[0.0, 1.0], *on]), 0, 1))
    return [float(m) for m in (stops[1:] + stops[:-1]) / 2]


def _harm(opened: Opened, people: Floats, edge: int, at: float, threshold_min: float) -> tuple[float, ...]:
    """Lost, cut off, living there, villages lost and cut off, and the place: tuples compare by what is lost first."""
    minutes, _ = minutes_without(opened, breaks_at({edge: at}))
    lost = (opened.minutes <= threshold_min) & ~(minutes <= threshold_min)
    cut = ~np.isnan(opened.minutes) & np.isnan(minutes)
    here = lost & (opened.demand.edge == edge) & (opened.demand.fraction > 0) & (opened.demand.fraction < 1)
    sums = [float(people[rows].sum()) for rows in (lost, cut, here)]
    return (*sums, int(lost.sum()), int(cut.sum()), at)


def described(study: Study, edges: Ints) -> pd.DataFrame:
    """Segments in words: edge, road_class, length_m, lon, lat (middle), from_row and to_row (nearest villages)."""
    roads = study.roads
    middle = (roads.vertex_offset[edges] + roads.vertex_offset[edges + 1]) // 2
    near = [
        _nearest_villages(study, roads.node_lon[n], roads.node_lat[n]) for n in (roads.start[edges], roads.end[edges])
    ]
    return pd.DataFrame({
        "edge": edges,
        "road_class": [ROAD_CLASSES[c] for c in roads.road_class[edges].tolist()],
        "length_m": roads.length_m[edges],
        "lon": roads.vertex_lon[middle],
        "lat": roads.vertex_lat[middle],
        "from_row": near[0],
        "to_row": near[1],
    })  # fmt: skip


def segment_at(
    index: EdgeIndex, roads: Roads, lon: float, lat: float, within_m: float, classes: Collection[str] = ROAD_CLASSES
) -> tuple[int, float] | None:
    """The segment of some classes (those that a map shows) that a place on the map points at, and how far along it.

    None where none is so near.
    """
    x, y = to_metric(np.array([lon]), np.array([lat]), index.crs)
    point = shapely.Point(x[0], y[0])
    near = index.tree.query(point, predicate="dwithin", distance=within_m)
    wanted = np.isin(roads.road_class[index.edges[near]], [ROAD_CLASSES.index(c) for c in classes if c in ROAD_CLASSES])
    near = np.sort(near[wanted])
    if not len(near):
        return None
    line = near[shapely.distance(index.lines[near], point).argmin()]
    at = shapely.line_locate_point(index.lines[line], point, normalized=True)
    return int(index.edges[line]), float(np.nan_to_num(at))


def way_round(care: Care, breaks: Breaks, demand_id: str) -> Journey | None:
    """One village's way to its nearest facility, of `care_of`, with some segments closed; None where there is none.

    Raises ChoiceUnknown for a village the study does not have.
    """
    point = np.flatnonzero(care.study.demand["demand_id"] == demand_id)
    if not len(point):
        raise ChoiceUnknown(what="village", value=demand_id, choices="demand_id")
    source = minutes_without(care.opened, breaks)[1][point]
    if source[0] < 0:
        return None
    network, count = care.network, care.network.graph.roads.edge_count
    facility, village = care.opened.facilities.take(source), network.demand.take(point)
    if len(breaks):
        facility, village = on_broken(facility, breaks, count), on_broken(village, breaks, count)
    way = route(broken(network.graph, breaks), facility, village, network.assumptions)
    row = int(np.flatnonzero(care.study.facility["facility_id"] == care.facility_id[source[0]])[0])
    return Journey(str(care.study.facility["tier"].iat[row]), row, way)


def _nearest_villages(study: Study, lon: Floats, lat: Floats) -> Ints:
    crs = metric_crs(study.demand["lon"].to_numpy(), study.demand["lat"].to_numpy())
    places = np.column_stack(to_metric(study.demand["lon"].to_numpy(), study.demand["lat"].to_numpy(), crs))
    return np.asarray(cKDTree(places).query(np.column_stack(to_metric(lon, lat, crs)))[1], dtype=np.int64)
