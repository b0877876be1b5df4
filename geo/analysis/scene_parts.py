"""What a scene of another page than the map is answered with, beside the minutes. Third floor: analysis."""

from dataclasses import dataclass

import pandas as pd

from geo.analysis.communities import Community
from geo.analysis.coverage import Coverage
from geo.analysis.indicators import Standing
from geo.analysis.structure_findings import Finding
from geo.analysis.tiers import TierCount, Tree
from geo.model.indicators import Entry
from geo.model.roads import Floats, Ints


@dataclass(frozen=True)
class Closure:
    """What closed roads change."""

    before: Coverage  # with every road open
    losses: pd.DataFrame  # the villages that are later, as geo.study.closing.losses makes them


@dataclass(frozen=True)
class Response:
    """Both legs of an emergency."""

    table: pd.DataFrame  # a village a row, in the order of the demand: arrival_min, bases_in_time, total_min …
    by_base: pd.DataFrame  # base_id, people_first, people_only, people_reached_without
    serving: frozenset[str]  # base ids in service
    hospital: Coverage  # people at a hospital that treats the case within its limit
    hospital_rows: Ints  # of the facilities that treat it
    straight_m: Floats  # from each village to the nearest base in service


@dataclass(frozen=True)
class Organisation:
    """The structure of a county's care."""

    counts: tuple[TierCount, ...]
    tree: Tree
    entry: Ints  # (villages,) facility row where a village's chain begins, -1 for none
    findings: tuple[Finding, ...]
    unasked: dict[str, str]  # checks that could not be made → why
    communities: tuple[Community, ...]
    networks: pd.DataFrame  # geo.analysis.networks.summary


@dataclass(frozen=True)
class Judgement:
    """The indicators of a unit, and one of them by township."""

    unit_name: str  # "" for the county
    standings: tuple[Standing, ...]
    entry: Entry
    townships: pd.DataFrame  # geo.analysis.indicators.by_unit with `name`
