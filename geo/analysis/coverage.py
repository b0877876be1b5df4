"""Who is reached within a threshold. Third floor: analysis; reads the travel-time table and never sees a graph.

Covered means travel time ≤ threshold, the threshold itself included. Unreachable is NaN, never 0. Always
covered + beyond + unreachable = population.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd


@dataclass(frozen=True)
class Coverage:
    """People by whether they are reached within `threshold_min`; `places_*` count demand points."""

    threshold_min: float
    population: float
    covered: float
    beyond: float
    unreachable: float
    places: int
    places_covered: int

    @property
    def share_pct(self) -> float:
        """Covered people as a percentage of all; NaN where nobody lives."""
        return 100.0 * self.covered / self.population if self.population else float("nan")


def nearest(times: pd.DataFrame, demand_id: pd.Series) -> pd.DataFrame:
    """One row per demand point, in the order of `demand_id`: its fastest row of the travel-time table.

    Columns demand_id, facility_id (empty where out of reach), travel_time_min (NaN there). Of equally fast facilities
    the first id in the alphabet, so the order of rows does not matter.
    """
    best = times.sort_values(["travel_time_min", "facility_id"], kind="stable").drop_duplicates("demand_id")
    out = pd.DataFrame({"demand_id": demand_id.to_numpy()}).merge(
        best[["demand_id", "facility_id", "travel_time_min"]], on="demand_id", how="left"
    )
    out["facility_id"] = out["facility_id"].fillna("")
    return out


def coverage(minutes: pd.Series, population: pd.Series, threshold_min: float) -> Coverage:
    """People covered, beyond the threshold and unreachable.

    `minutes` are the travel times to the nearest facility that counts (NaN: unreachable), row by row with `population`.
    """
    time, people = minutes.to_numpy(dtype=float), population.to_numpy(dtype=float)
    reached, lost = time <= threshold_min, np.isnan(time)
    return Coverage(
        threshold_min=threshold_min,
        population=float(people.sum()),
        covered=float(people[reached].sum()),
        beyond=float(people[~reached & ~lost].sum()),
        unreachable=float(people[lost].sum()),
        places=len(people),
        places_covered=int(reached.sum()),
    )


def coverage_by_unit(demand: pd.DataFrame, minutes: pd.Series, threshold_min: float) -> pd.DataFrame:
    """Coverage of every township in `demand` (columns unit_code, name, population), rows with `minutes`.

    Columns: unit_code, population, covered, beyond, unreachable, places, places_covered, share_pct, slowest_name,
    slowest_min (NaN when an unreachable place is the slowest). Sorted by unit_code.
    """
    time = minutes.to_numpy(dtype=float)
    people = demand["population"].to_numpy(dtype=float)
    reached, lost = time <= threshold_min, np.isnan(time)
    unit, codes = pd.factorize(demand["unit_code"], sort=True)

    def total(of: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.bincount(unit, of, len(codes)).astype(np.float64, copy=False)

    table = pd.DataFrame({
        "unit_code": codes,
        "population": total(people),
        "covered": total(np.where(reached, people, 0.0)),
        "beyond": total(np.where(~reached & ~lost, people, 0.0)),
        "unreachable": total(np.where(lost, people, 0.0)),
        "places": np.bincount(unit, minlength=len(codes)),
        "places_covered": np.bincount(unit[reached], minlength=len(codes)),
    })  # fmt: skip
    table["share_pct"] = 100.0 * table["covered"] / table["population"].where(table["population"] > 0)
    slowest = _slowest_rows(unit, np.where(lost, np.inf, time), demand["name"], len(codes))
    table["slowest_name"] = demand["name"].to_numpy()[slowest]
    table["slowest_min"] = time[slowest]
    return table


def _slowest_rows(
    unit: npt.NDArray[np.intp], order: npt.NDArray[np.float64], name: pd.Series, units: int
) -> npt.NDArray[np.intp]:
    """For each unit the row of its highest `order`; of equal ones the first by name."""
    highest = np.full(units, -np.inf)
    np.maximum.at(highest, unit, order)
    slow = np.flatnonzero(order == highest[unit])
    by_name = slow[name.iloc[slow].argsort(kind="stable").to_numpy()]
    return by_name[np.unique(unit[by_name], return_index=True)[1]]
