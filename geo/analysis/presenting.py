"""The tables that scenes, slides and reports are made from. Third floor: analysis.

An `Answer` is a scene answered on a study: minutes, people, townships and areas. Everything that is shown of a scene,
on a screen or on paper, is made from one of these, so that no two of them can disagree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from geo.analysis.coverage import Coverage, nearest
from geo.analysis.scene_parts import Closure, Judgement, Organisation, Response
from geo.model.assumptions import Assumptions
from geo.model.briefing import Place, Scene
from geo.model.inputs import Study
from geo.model.roads import Floats

BREAKS_MIN = (5.0, 10.0, 15.0, 30.0, 60.0)  # edges of the classes of minutes, beside the threshold


class MinuteGrid(Protocol):
    """Arrival minutes on a regular grid of cell centres in metres, infinite where nobody arrives."""

    @property
    def x(self) -> Floats: ...
    @property
    def y(self) -> Floats: ...
    @property
    def minutes(self) -> Floats: ...
    @property
    def crs(self) -> object: ...


@dataclass(frozen=True)
class Answer:
    """A scene, answered. Frames are shared: never change them."""

    scene: Scene
    study: Study
    version: int | None  # of the study in the store
    times: pd.DataFrame  # demand_id, facility_id, travel_time_min, tier: the nearest of every tier
    # demand_id, facility_id, travel_time_min, in the order of demand: the nearest that counts, or, where the scene asks
    # for a rescue, the first ambulance on its clock ("" from a base that is no facility)
    found: pd.DataFrame
    whole: Coverage
    units: pd.DataFrame  # coverage_by_unit with `name`, the least covered first
    areas: tuple[tuple[float, float, BaseGeometry], ...]  # from, to minutes, area in degrees; of open roads only
    surface: MinuteGrid | None
    missing: tuple[Place, ...]  # highlighted places that the study does not have (any more)
    closure: Closure | None = None
    response: Response | None = None
    organisation: Organisation | None = None  # when the scene shows anything of it
    judgement: Judgement | None = None

    @property
    def assumptions(self) -> Assumptions:
        return self.scene.assumptions

    @property
    def question(self) -> tuple[object, ...]:
        """All that its figures depend on: two answers with the same question have the same figures."""
        scene = self.scene
        return (
            self.study.content_id, self.version, scene.threshold_min, scene.mode, scene.assumptions, scene.tiers,
            scene.closed, scene.rescue, scene.indicator, scene.networks,
        )  # fmt: skip


def named_units(table: pd.DataFrame, unit: pd.DataFrame) -> pd.DataFrame:
    """Coverage by township with the township's name, the least covered first; where nobody lives comes last."""
    names = dict(zip(unit["unit_code"], unit["name"], strict=True))
    out = table.assign(name=table["unit_code"].map(names).fillna("—"))
    columns = ["unit_code", "name", *(c for c in table.columns if c != "unit_code")]
    return out[columns].sort_values(["share_pct", "unit_code"], ignore_index=True)


def weakest_units(units: pd.DataFrame, most: int) -> pd.DataFrame:
    """The townships with the least share of people covered, of those where somebody lives and is not covered."""
    open_ones = units[(units["population"] > 0) & (units["covered"] < units["population"])]
    return open_ones.head(most)


def uncovered_places(demand: pd.DataFrame, minutes: pd.Series, threshold_min: float, most: int | None) -> pd.DataFrame:
    """The villages not covered, most people first: demand_id, name, unit_code, population, travel_time_min (NaN)."""
    outside = ~(minutes.to_numpy(dtype=float) <= threshold_min)
    columns = ["demand_id", "name", "unit_code", "population"]
    table = demand.loc[outside, columns].assign(travel_time_min=minutes.to_numpy(dtype=float)[outside])
    table = table.sort_values(["population", "demand_id"], ascending=[False, True], ignore_index=True)
    return table if most is None else table.head(most)


def edges_of(threshold_min: float, breaks: Sequence[float] = BREAKS_MIN) -> tuple[float, ...]:
    """The upper ends of the classes of minutes: the fixed ones and the threshold, so that it always ends a class."""
    return tuple(sorted({*breaks, threshold_min}))


def people_by_minutes(minutes: pd.Series, population: pd.Series, edges: Sequence[float]) -> pd.DataFrame:
    """People by class of minutes; from_min and to_min are infinite past the last edge and NaN for the unreachable.

    Columns from_min, to_min, people, places. A class holds its upper end; the people add up to the population.
    """
    time, people = minutes.to_numpy(dtype=float), population.to_numpy(dtype=float)
    ends = np.array([*edges, np.inf])
    at = np.searchsorted(ends, np.where(np.isnan(time), 0.0, time), side="left")
    at = np.where(np.isnan(time), len(ends), at)
    count = len(ends) + 1
    return pd.DataFrame({
        "from_min": [0.0, *edges, np.nan],
        "to_min": [*edges, np.inf, np.nan],
        "people": np.bincount(at, weights=people, minlength=count),
        "places": np.bincount(at, minlength=count),
    })  # fmt: skip


def share_within(minutes: pd.Series, population: pd.Series, thresholds: Sequence[float]) -> pd.DataFrame:
    """People within each of some thresholds: columns minutes, people."""
    time, people = minutes.to_numpy(dtype=float), population.to_numpy(dtype=float)
    within = [float(people[time <= threshold].sum()) for threshold in thresholds]
    return pd.DataFrame({"minutes": np.asarray(thresholds, dtype=float), "people": within})


def tier_table(
    facility: pd.DataFrame, times: pd.DataFrame, demand: pd.DataFrame, tiers: Sequence[str], threshold_min: float
) -> pd.DataFrame:
    """For each tier: facilities that are open, and people within the threshold of the nearest of that tier alone.

    Columns tier, facilities, people, in the order of `tiers`. `times` holds the nearest of every tier.
    """
    is_open = facility["status"] != "closed"
    rows = []
    for tier in tiers:
        own = nearest(times[times["tier"] == tier], demand["demand_id"])["travel_time_min"]
        people = demand.loc[(own <= threshold_min).to_numpy(), "population"].sum()
        rows.append((tier, int(((facility["tier"] == tier) & is_open).sum()), float(people)))
    return pd.DataFrame(rows, columns=["tier", "facilities", "people"])
