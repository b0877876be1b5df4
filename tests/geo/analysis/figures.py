"""Small tables of indicator values for the tests of this folder."""

import pandas as pd

from geo.model.schema import INDICATOR_VALUE, conform


def values(*rows: tuple[object, ...]) -> pd.DataFrame:
    """Code, unit, period, numerator, denominator."""
    names = ["indicator_code", "unit_code", "period", "numerator", "denominator"]
    return conform(pd.DataFrame(list(rows), columns=names), INDICATOR_VALUE, path="", name="")
