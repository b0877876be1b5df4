"""Names as people say them on a map or in a narrow table. Fourth floor: output."""

import pandas as pd

_OFFICE = r"(?<=.)(?:村民委员会|居民委员会|村委会|居委会)$"


def short_names(names: "pd.Series[str]") -> "pd.Series[str]":
    """Village names without the office they are registered under: 银龙村村民委员会 → 银龙村."""
    return names.str.replace(_OFFICE, "", regex=True)
