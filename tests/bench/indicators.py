"""Indicators: the board, one indicator by township, and a programme, on tables larger than a county's."""

import numpy as np
import pandas as pd

from geo.analysis.indicators import board, by_unit
from geo.analysis.programme import milestones, stage_counts
from geo.model.indicators import entries_of, shipped_catalogue
from geo.model.schema import INDICATOR_VALUE, conform
from geo.store import open_store
from geo.study import open_study
from geo.study.indicators import alarms_of, board_of
from geo.study.programme import figures_of_programme, open_programme
from tests.bench.measure import best, say

UNITS, PERIODS = 60, 12


def run() -> None:
    """The sample county, then 40 indicators of 60 townships over 12 quarters, then 78 counties."""
    store = open_store()
    study = open_study(store, "xishui")
    say("board and alarms of the sample county", 1000 * best(lambda: alarms_of(board_of(study))), "ms", at_most=300)
    entries = entries_of(shipped_catalogue())
    values = many_values([e.code for e in entries])
    units = [f"U{i}" for i in range(UNITS)]
    board_s = best(lambda: board(values, entries, "C", units), times=2)
    say(f"board over {len(values):,} values", board_s, "s", at_most=2.0)
    one_s = best(lambda: by_unit(values, entries, "yida:primary_share", "2024Q4", units))
    say(f"one indicator in {UNITS} townships", 1000 * one_s, "ms", at_most=100)
    programme = open_programme(store, "sample")
    figures_s = best(lambda: figures_of_programme(programme))
    say("figures of a programme of 78 counties", 1000 * figures_s, "ms", at_most=200)
    count_s = best(lambda: [stage_counts(programme.county, 78), milestones(programme.milestone, programme.county, 78)])
    say("stages and milestones of 78 counties", 1000 * count_s, "ms", at_most=50)


def many_values(codes: list[str]) -> pd.DataFrame:
    """Every code of every unit in every quarter of three years."""
    rng = np.random.default_rng(1)
    rows = [
        (code, f"U{unit}", f"{2022 + quarter // 4}Q{1 + quarter % 4}", int(rng.integers(1, 900)), 1000)
        for code in dict.fromkeys(codes)
        for unit in range(UNITS)
        for quarter in range(PERIODS)
    ]
    names = ["indicator_code", "unit_code", "period", "numerator", "denominator"]
    return conform(pd.DataFrame(rows, columns=names), INDICATOR_VALUE, path="", name="")
