"""A column of a list's text that may not be there. Second floor: intake, files → clean tables."""

import pandas as pd


def cell(rows: pd.DataFrame, column: str) -> "pd.Series[str]":
    """A text column, or empty text where the file has none."""
    return rows[column] if column in rows.columns else pd.Series("", index=rows.index, dtype="str")
