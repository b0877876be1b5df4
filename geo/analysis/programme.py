"""How far the counties of a programme are: by stage, against its milestones. Third floor: analysis.

Every count stands with its denominator, the counties of the programme; those whose stage is not told are neither
counted as done nor as not done.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import pandas as pd

from geo.model.programmes import STAGES

Verdict = Literal["met", "not_met", "unknown"]


@dataclass(frozen=True)
class StageCount:
    """Counties that have reached a stage (or, for "", whose stage is not told), of `total`."""

    stage: str
    counties: int
    total: int

    @property
    def share_pct(self) -> float:
        return 100 * self.counties / self.total if self.total else math.nan


def stage_counts(county: pd.DataFrame, total: int) -> list[StageCount]:
    """Counties by stage, in the order of STAGES, then those not told. They sum to the total."""
    count = {stage: int((county["stage"] == stage).sum()) for stage in STAGES}
    told = sum(count.values())
    return [StageCount(s, n, total) for s, n in count.items()] + [StageCount("", total - told, total)]


def reached(county: pd.DataFrame, stage: str) -> int:
    """How many counties have reached a stage or one after it."""
    return int(county["stage"].isin(STAGES[STAGES.index(stage) :]).sum())


@dataclass(frozen=True)
class MilestoneStanding:
    """`done` of `total` counties, `not_told` of them without a stage; "unknown" while those could still decide it."""

    row: Mapping[str, object]
    done: int
    not_told: int
    total: int
    verdict: Verdict


def milestones(milestone: pd.DataFrame, county: pd.DataFrame, total: int) -> list[MilestoneStanding]:
    """Every milestone that asks for a stage of some share of the counties. Those about an indicator are left out."""
    out = []
    for row in milestone.to_dict("records"):
        if row["stage"] in STAGES:
            done = reached(county, str(row["stage"]))
            not_told = total - int(county["stage"].isin(STAGES).sum())
            wanted = 100.0 if math.isnan(float(row["target_pct"])) else float(row["target_pct"])
            named = {str(key): value for key, value in row.items()}
            out.append(MilestoneStanding(named, done, not_told, total, _verdict(done, not_told, total, wanted)))
    return out


def _verdict(done: int, not_told: int, total: int, target_pct: float) -> Verdict:
    wanted = Fraction(repr(target_pct)) * total / 100
    if not total:
        return "unknown"
    if done >= wanted:
        return "met"
    return "unknown" if done + not_told >= wanted else "not_met"


def milestones_of_county(
    milestone: pd.DataFrame, stage: str, status_of: Mapping[str, str]
) -> list[tuple[Mapping[str, object], Verdict]]:
    """Every milestone, and whether one county has reached it: by its stage, or by the status of its indicator.

    `status_of` is indicator code → status of geo.analysis.indicators; without a target of it nothing can be told.
    """
    out: list[tuple[Mapping[str, object], Verdict]] = []
    for row in milestone.to_dict("records"):
        verdict: Verdict = "unknown"
        if row["stage"] in STAGES and stage in STAGES:
            verdict = "met" if STAGES.index(stage) >= STAGES.index(row["stage"]) else "not_met"
        elif row["stage"] not in STAGES and status_of.get(row["indicator_code"]) in ("met", "not_met"):
            verdict = "met" if status_of[row["indicator_code"]] == "met" else "not_met"
        out.append(({str(key): value for key, value in row.items()}, verdict))
    return out


def still_needed(standing: MilestoneStanding, target_pct: float) -> int:
    """How many counties more would meet the milestone."""
    wanted = 100.0 if math.isnan(target_pct) else target_pct
    return max(0, math.ceil(Fraction(repr(wanted)) * standing.total / 100) - standing.done)


TILE_COLUMNS = 13


def tiles(county: pd.DataFrame, columns: int = TILE_COLUMNS) -> pd.DataFrame:
    """A square a county, row by row in the order of city and code: county_code, name, city, stage, column, line."""
    order = county.sort_values(["city", "county_code"], kind="stable", ignore_index=True)
    place = pd.Series(range(len(order)), dtype="int64")
    return order.assign(column=place % columns, line=place // columns)
