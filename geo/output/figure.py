"""What a figure is, for screen, slides, paper and spreadsheets, and the pieces each is made of. Fourth floor: output.

A figure has a title, one large value with its denominator, a table, a chart as plain data, and the marks it must carry.
Whoever draws it chooses sizes, never words or numbers. Charts name the things behind their bars, so that a page can
link them to its map.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from geo.analysis.presenting import Answer
from geo.output.language import Translate

ROWS = 12  # of a ranking: what a slide and a page can show; workbooks hold all


COUNT, SHARE = "#,##0", '0.0" %"'  # number formats of a spreadsheet


@dataclass(frozen=True)
class Chart:
    """Bars, one for each label, or a line through (x, value); `keys` are `kind:id` of what a bar stands for."""

    kind: Literal["bars", "line"]
    labels: tuple[str, ...]
    values: tuple[float, ...]
    colours: tuple[str, ...]
    axis: str  # what the values are, with their unit
    label_axis: str
    said: tuple[str, ...]  # each value as it is printed
    keys: tuple[str, ...] = ()
    form: str = COUNT  # how a spreadsheet writes the values
    limit: float | None = None  # a line at a label (the threshold, on a line chart) or the largest value possible


@dataclass(frozen=True)
class Figure:
    """What is shown under one key of briefing.SHOWN. `table` has translated headings and numbers as numbers."""

    key: str
    title: str
    value: str
    of: str
    table: pd.DataFrame
    chart: Chart
    marks: tuple[str, ...]  # modelled, illustrative


def people(count: float) -> str:
    """A number of people as it is printed."""
    return f"{count:,.0f}"


def percent(share_pct: float) -> str:
    """A share as it is printed; a dash where there is no denominator."""
    return "—" if math.isnan(share_pct) else f"{share_pct:.1f} %"


def marks_of(answer: Answer, _: Translate) -> tuple[str, ...]:
    """What every figure made from a study must be marked with."""
    return (_("modelled"), *([_("illustrative sample, not for decisions")] if answer.study.illustrative else []))


def shares(part: pd.Series, whole: pd.Series) -> "pd.Series[float]":
    """Parts in percent of their wholes; NaN where there is no whole."""
    return 100.0 * part / whole.where(whole > 0, np.nan)


def bars(
    labels: pd.Series,
    values: pd.Series,
    axis: str,
    label_axis: str,
    colours: list[str],
    kind: str = "",
    ids: pd.Series | None = None,
    said: list[str] | None = None,
    limit: float | None = None,
    form: str = COUNT,
) -> Chart:
    """A chart of bars; `ids` are those of the things of `kind` behind them, `said` the values as they are printed."""
    keys = () if ids is None else tuple(f"{kind}:{i}" for i in ids)
    told = tuple(said or (people(v) for v in values))
    numbers = tuple(0.0 if math.isnan(v) else float(v) for v in values)
    return Chart("bars", tuple(map(str, labels)), numbers, tuple(colours), axis, label_axis, told, keys, form, limit)
