"""Mends: changes to the text of rows that put problems right. Second floor: intake, files → clean tables.

A mend is a proposal until it is accepted, one by one or all of a kind; applying it makes new rows and leaves the old.
"""

from collections.abc import Sequence

import pandas as pd

from geo.model.desk import Mend

LEFT_OUT = "left_out"  # a mend's value under this name leaves its row out


def leave_out(kind: str, row: int) -> Mend:
    """The mend that leaves a row out."""
    return Mend(kind, row, {LEFT_OUT: "yes"})


def apply(rows: pd.DataFrame, mends: Sequence[Mend]) -> pd.DataFrame:
    """The rows with the mends made: text under our column names, index = row in the file. The input stays as it is.

    A column the rows do not have is added, "" elsewhere. Mends of rows that are not there are passed over; where two
    change one cell the first counts, so a list of mends may be ordered by importance.
    """
    present = {int(str(row)): at for at, row in enumerate(rows.index.tolist())}
    cells: dict[str, dict[int, str]] = {}
    gone: set[int] = set()
    for mend in mends:
        if mend.row not in present:
            continue
        if LEFT_OUT in mend.values:
            gone.add(present[mend.row])
            continue
        for column, text in mend.values.items():
            cells.setdefault(column, {}).setdefault(present[mend.row], text)
    out = rows.assign(**{column: _changed(rows, column, new) for column, new in cells.items()})
    return out[[at not in gone for at in range(len(out))]] if gone else out


def _changed(rows: pd.DataFrame, column: str, new: dict[int, str]) -> "pd.Series[str]":
    texts = rows[column].tolist() if column in rows.columns else [""] * len(rows)
    for at, text in new.items():
        texts[at] = text
    return pd.Series(texts, index=rows.index, dtype="str")
