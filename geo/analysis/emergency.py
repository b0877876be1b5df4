"""Who is on the scene first, who second, and what hangs on each base. Third floor: analysis; never sees a graph.

All of it is arithmetic on one matrix of drive minutes, a row a demand point and a column a base, NaN where a base does
not reach: a moved interval, a base switched off or an ambulance that is out costs no search. In time means
arrival ≤ threshold, arrival = what the clock counts before the ambulance leaves + drive.
"""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from geo.model.bases import FleetRule
from geo.model.clock import Clock
from geo.model.roads import Floats, Ints

# Why a place is not reached in time, the cheapest mend first.
CAUSES = ("turnout", "no_base", "distance", "no_road")


def respond(drive_min: Floats, base_id: Sequence[str], clock: Clock) -> pd.DataFrame:
    """For each demand point the first and the second base to arrive.

    `drive_min` is (demand, base), NaN out of reach; `base_id` names its columns. Columns of the answer: base_id and
    backup_id (empty where there is none), drive_min, arrival_min and backup_min (arrival of the second; NaN where
    there is none), bases_in_time. Of equally fast bases the first id in the alphabet.
    """
    order = np.argsort(np.array(base_id, dtype=str), kind="stable")
    names = np.array([*np.array(base_id, dtype=object)[order], ""], dtype=object)
    minutes = drive_min[:, order]
    rank = np.argsort(minutes, axis=1, kind="stable")  # NaN comes last
    first, second = _ranked(minutes, rank, 0), _ranked(minutes, rank, 1)
    return pd.DataFrame({
        "base_id": names[first[0]],
        "drive_min": first[1],
        "arrival_min": first[1] + clock.before_drive_min,
        "backup_id": names[second[0]],
        "backup_min": second[1] + clock.before_drive_min,
        "bases_in_time": in_time(drive_min, clock).sum(axis=1),
    })  # fmt: skip


def in_time(drive_min: Floats, clock: Clock) -> np.ndarray:
    """Whether each base is on the scene within the threshold, (demand, base); unreachable is never in time."""
    return np.asarray(drive_min + clock.before_drive_min <= clock.threshold_min)


def with_hospital(response: pd.DataFrame, hospital: pd.DataFrame, clock: Clock) -> pd.DataFrame:
    """The response with the second leg: hospital_id, hospital_drive_min and total_min.

    `hospital` has, row by row with `response`, hospital_id (empty: none) and hospital_drive_min (NaN: none). The total
    is arrival + time on the scene + drive to the hospital, on the same clock; NaN where either leg is missing.
    """
    drive = hospital["hospital_drive_min"].to_numpy(dtype=float)
    total = response["arrival_min"].to_numpy(dtype=float) + clock.on_scene_min + drive
    return response.assign(hospital_id=hospital["hospital_id"].to_numpy(), hospital_drive_min=drive, total_min=total)


def missed(response: pd.DataFrame, demand: pd.DataFrame, base_units: set[str], clock: Clock) -> pd.DataFrame:
    """The demand points not reached in time, most people first, each with what it lacks and the cheapest cause.

    Rows of `response` and `demand` (demand_id, name, unit_code, population) belong together; `base_units` are the
    townships with a base in service. Columns: demand_id, name, unit_code, population, arrival_min, missing_min (NaN
    where no road leads there), cause: "turnout" (the drive alone is within the threshold, so a quicker start would
    do), else "no_base" (none in its township), else "distance"; "no_road" where no base in service can drive. Where
    no base is in service at all, that is the cause everywhere.
    """
    arrival = response["arrival_min"].to_numpy(dtype=float)
    late = np.flatnonzero(~(arrival <= clock.threshold_min))
    ids, people = demand["demand_id"].to_numpy(dtype=str), demand["population"].to_numpy(dtype=float)
    rows = late[np.lexsort((ids[late], -people[late]))]
    units, drive = demand["unit_code"].to_numpy(dtype=object)[rows], response["drive_min"].to_numpy(dtype=float)[rows]
    cause = np.select(
        [np.isnan(drive) & bool(base_units), drive <= clock.threshold_min, ~np.isin(units.astype(str), [*base_units])],
        ["no_road", "turnout", "no_base"],
        "distance",
    )
    return pd.DataFrame({
        "demand_id": demand["demand_id"].to_numpy(dtype=object)[rows],
        "name": demand["name"].to_numpy(dtype=object)[rows],
        "unit_code": units,
        "population": people[rows],
        "arrival_min": arrival[rows],
        "missing_min": arrival[rows] - clock.threshold_min,
        "cause": cause,
    })  # fmt: skip


def by_base(
    response: pd.DataFrame, reached: np.ndarray, base_id: Sequence[str], ambulances: Ints, population: Floats
) -> pd.DataFrame:
    """What hangs on each base, in the order of `base_id`.

    `reached` is `in_time` with a column a base. Columns: base_id, ambulances, villages_first and people_first (reached
    in time, and by this base before any other), villages_only and people_only (reached in time by this base alone),
    people_reached_without (in the whole county while this base has no ambulance to send).
    """
    first = response["base_id"].to_numpy()
    anybody = np.asarray(reached.any(axis=1))
    alone = reached & (reached.sum(axis=1) == 1)[:, None]
    mine = (first[:, None] == np.array(base_id, dtype=object)[None, :]) & anybody[:, None]
    people_only = population @ alone
    return pd.DataFrame({
        "base_id": list(base_id),
        "ambulances": ambulances,
        "villages_first": mine.sum(axis=0),
        "people_first": population @ mine,
        "villages_only": alone.sum(axis=0),
        "people_only": people_only,
        "people_reached_without": float(population[anybody].sum()) - people_only,
    })  # fmt: skip


def fleet(population: float, ambulances: int, rules: Sequence[FleetRule]) -> pd.DataFrame:
    """Ambulances against each rule: rule_id, people_per_ambulance, needed (rounded up), have, missing (never < 0)."""
    needed = [math.ceil(population / rule.people_per_ambulance) for rule in rules]
    return pd.DataFrame({
        "rule_id": [rule.rule_id for rule in rules],
        "people_per_ambulance": [rule.people_per_ambulance for rule in rules],
        "needed": needed,
        "have": ambulances,
        "missing": [max(count - ambulances, 0) for count in needed],
    })  # fmt: skip


def _ranked(minutes: Floats, rank: Ints, place: int) -> tuple[Ints, Floats]:
    """Column and minutes of the base at a place of the ranking; column -1 and NaN where nobody stands there."""
    count = len(minutes)
    if rank.shape[1] <= place:
        return np.full(count, -1, dtype=np.int64), np.full(count, np.nan)
    column = rank[:, place]
    value = minutes[np.arange(count), column]
    return np.where(np.isnan(value), -1, column), value
