"""An emergency: from the call to the scene, and on to a hospital that can treat the case. Joins the rooms.

What needs a search is asked once (`drive_matrix`, `drive_column`, `nearest_hospital`), with some roads closed on a
network `conditions.with_breaks`; `answer` is arithmetic on it, so that an interval or a base switched on and off costs
milliseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.analysis.coverage import Coverage, coverage
from geo.analysis.emergency import by_base, in_time, missed, respond, with_hospital
from geo.intake.areas import assign_units
from geo.model.assumptions import Assumptions
from geo.model.bases import Base
from geo.model.capabilities import check_capability, has_capability
from geo.model.clock import Clock
from geo.model.inputs import Study
from geo.model.problems import Problem
from geo.model.roads import Floats, Ints
from geo.network.route import Route, route
from geo.network.snapping import Snapped
from geo.network.travel_time import nearest_times, time_matrix
from geo.study.answers import Network, network_of
from geo.study.closing import Care, care_from
from geo.study.conditions import BAND_SHARE, Band


@dataclass(frozen=True)
class Emergency:
    """The answer to one clock. Tables are in the order of the study's demand, matrices have a column a base."""

    clock: Clock
    bases: tuple[Base, ...]  # in service
    in_time: np.ndarray  # (demand, base) bool
    response: pd.DataFrame  # demand_id, name and the columns of analysis.emergency.respond and with_hospital
    reached: Coverage  # by the first ambulance, within the threshold
    missed: pd.DataFrame
    by_base: pd.DataFrame
    problems: tuple[Problem, ...]

    @property
    def ambulances(self) -> Ints:
        """Ambulances of each base in service."""
        return np.array([base.ambulances for base in self.bases], dtype=np.int64)


@dataclass(frozen=True)
class Rescue:
    """Both legs for one village; a leg is None where nobody can drive it."""

    to_scene: Route | None
    to_hospital: Route | None


def outward(study: Study, assumptions: Assumptions) -> Network:
    """The roads as an ambulance drives them from its base to the scene."""
    return network_of(study, "ambulance", assumptions, "outward")


def inward(study: Study, assumptions: Assumptions) -> Network:
    """The roads as an ambulance drives them from the scene to a hospital."""
    return network_of(study, "ambulance", assumptions, "inward")


def drive_matrix(network: Network, bases: Sequence[Base]) -> Floats:
    """Minutes from every base to every demand point, (demand, base); NaN where there is no way by road."""
    return time_matrix(network.graph, _snapped(network, bases), network.demand, network.assumptions)


def drive_column(network: Network, base: Base) -> Floats:
    """Minutes from one base to every demand point, (demand,): the only search a new base needs."""
    return drive_matrix(network, [base])[:, 0]


def care_of_bases(study: Study, network: Network, bases: Sequence[Base]) -> Care:
    """What closing roads one by one starts from when an ambulance comes from the nearest base; roads are all open.

    Within the threshold then means a drive of at most the clock's `drive_limit_min`. Raises NothingSelected when no
    base is on the network.
    """
    ids = np.array([base.base_id for base in bases], dtype=object)
    return care_from(study, network, ids, _snapped(network, bases))


def nearest_hospital(study: Study, network: Network, capability_id: str) -> pd.DataFrame:
    """For each demand point the nearest hospital, wherever it lies, that can treat the case.

    `network` is `inward`. Columns hospital_id (empty: none) and hospital_drive_min (NaN: none), in the order of the
    study's demand. Raises ChoiceUnknown for an unknown capability.
    """
    rows = hospital_rows(study, capability_id)
    minutes, source = nearest_times(network.graph, network.facility.take(rows), network.demand, network.assumptions)
    names = np.array([*study.facility["facility_id"].to_numpy(dtype=object)[rows], ""], dtype=object)
    return pd.DataFrame({"hospital_id": names[source], "hospital_drive_min": minutes})


def hospital_rows(study: Study, capability_id: str) -> Ints:
    """The rows of the open facilities with a capability. Raises ChoiceUnknown for an unknown one."""
    check_capability(capability_id)
    able = has_capability(study.facility["capabilities"], capability_id)
    return np.flatnonzero(able & (study.facility["status"] != "closed").to_numpy())


def answer(
    study: Study, bases: Sequence[Base], drive_min: Floats, hospital: pd.DataFrame, clock: Clock, *, night: bool = False
) -> Emergency:
    """Every figure of one clock from the minutes of both legs: no search.

    `drive_min` is `drive_matrix` of `bases`; those not in service do not count. Nothing is raised for a county without
    a base, a hospital or a road: the figures say nobody, and `problems` say why.
    """
    serving = [i for i, base in enumerate(bases) if base.serves(night=night)]
    used = tuple(bases[i] for i in serving)
    drive, ids = drive_min[:, serving], [base.base_id for base in used]
    response = with_hospital(respond(drive, ids, clock), hospital, clock)
    names = study.demand[["demand_id", "name", "unit_code", "population"]]
    population, reached = study.demand["population"].to_numpy(dtype=float), in_time(drive, clock)
    ambulances = np.array([base.ambulances for base in used], dtype=np.int64)
    return Emergency(
        clock=clock,
        bases=used,
        in_time=reached,
        response=pd.concat([names, response], axis=1),
        reached=coverage(response["arrival_min"], study.demand["population"], clock.threshold_min),
        missed=missed(response, study.demand, {base.unit_code for base in used}, clock),
        by_base=by_base(response, reached, ids, ambulances, population),
        problems=tuple(_problems(bases, used, drive_min, clock)),
    )


def hospital_coverage(found: Emergency, limit_min: float) -> Coverage:
    """People at a hospital that can treat the case within `limit_min` on the same clock."""
    return coverage(found.response["total_min"], found.response["population"], limit_min)


def speed_band(study: Study, found: Emergency, drives: tuple[Floats, Floats]) -> Band:
    """People reached in time when every speed on the road is lower, and higher, by conditions.BAND_SHARE.

    `drives` are the `drive_matrix` of the bases in service at these speeds, the slower first.
    """
    nearest = [pd.DataFrame(drive).min(axis=1) for drive in drives]
    slower, faster = (coverage(n, study.demand["population"], found.clock.drive_limit_min) for n in nearest)
    return Band(BAND_SHARE, slower, faster)


def unit_at(study: Study, lon: float, lat: float) -> str:
    """The code of the township at a place; empty outside all of them."""
    place = pd.DataFrame({"lon": [lon], "lat": [lat]})
    return str(assign_units(place, study.unit).iloc[0])


def rescue(
    study: Study, out: Network, back: Network, base: Base | None, hospital_id: str, demand_id: str
) -> Rescue:  # fmt: skip
    """The way of both legs for one village: from its base, and to its hospital."""
    point = np.flatnonzero(study.demand["demand_id"] == demand_id)
    at = np.flatnonzero(study.facility["facility_id"] == hospital_id)
    to_scene = None
    if base is not None:
        to_scene = route(out.graph, _snapped(out, [base]), out.demand.take(point), out.assumptions)
    to_hospital = None
    if len(at):
        to_hospital = route(back.graph, back.facility.take(at), back.demand.take(point), back.assumptions)
    return Rescue(to_scene, to_hospital)


def _snapped(network: Network, bases: Sequence[Base]) -> Snapped:
    lon, lat = (np.array([getattr(base, axis) for base in bases], dtype=np.float64) for axis in ("lon", "lat"))
    return network.snap(lon, lat)


def hospital_problems(study: Study, network: Network, capability_id: str) -> list[Problem]:
    """Why the second leg has fewer hospitals than one may think: nobody is able, or they are off the roads."""
    rows = hospital_rows(study, capability_id)
    if not len(rows):
        return [_problem("capability_nobody")]
    off = study.facility["name"].to_numpy()[rows[~network.facility.on_network[rows]]]
    if not len(off):
        return []
    return [_problem("hospital_off_network", count=len(off), names=", ".join(off[:5]))]


def _problems(bases: Sequence[Base], used: Sequence[Base], drive_min: Floats, clock: Clock) -> list[Problem]:
    """What keeps a figure from saying what one would take it to say."""
    out = []
    if not used:
        out.append(_problem("no_base_in_service" if bases else "no_base"))
    if clock.drive_limit_min < 0:
        out.append(_problem("clock_exceeded", before=clock.before_drive_min, threshold=clock.threshold_min))
    lost = [base for i, base in enumerate(bases) if base in used and np.isnan(drive_min[:, i]).all()]
    empty = [base for base in bases if base.on and base.ambulances == 0]
    out += _about("base_reaches_nobody", lost) + _about("base_without_ambulance", empty)
    return out + _about("ambulances_assumed", [base for base in used if base.assumed])


def _about(code: str, bases: Sequence[Base]) -> list[Problem]:
    """One problem for all the bases that have it."""
    names = ", ".join(base.name for base in bases[:5]) + ("…" if len(bases) > 5 else "")
    return [_problem(code, count=len(bases), names=names)] if bases else []


def _problem(code: str, **params: object) -> Problem:
    return Problem(code, "warning", "emergency", params=params)
