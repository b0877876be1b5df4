"""Tables as files that open safely anywhere. Fourth floor: output."""

import re

import pandas as pd

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_bytes(table: pd.DataFrame) -> bytes:
    """The table as CSV in UTF-8 with a byte-order mark (so that spreadsheets read Chinese).

    Text that a spreadsheet would take for a formula gets an apostrophe in front, which the desk takes away again;
    numbers stay numbers, also those kept as text.
    """
    safe = table.copy()
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]):
            safe[column] = safe[column].map(_neutral)
    safe.columns = [_neutral(name) for name in safe.columns]
    # RFC 4180 line ends; with them the writer also quotes a lone \r, which would begin a row of its own.
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def _neutral(value: object) -> object:
    text = str(value)
    if _NUMBER.fullmatch(text):
        return value  # a longitude west of Greenwich runs nothing
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA_STARTS) else value
