"""Two people at the same list: what can be joined is joined, what cannot is shown with both sides."""

from dataclasses import dataclass

import pandas as pd

REMOVED = "removed"  # stands for the value of a side that has removed the row
CHANGED = "changed"  # stands for the value of a part that is compared as a whole


@dataclass(frozen=True)
class Conflict:
    """One cell that both changed, or that one side changed in a row that the other removed (then `REMOVED`).

    `base` is empty in a row that both added.
    """

    row_id: str
    column: str
    base: str
    mine: str
    theirs: str


def rebase(
    base: pd.DataFrame, mine: pd.DataFrame, theirs: pd.DataFrame, key: str
) -> tuple[pd.DataFrame, list[Conflict]]:
    """My changes to `base` on top of theirs, and the cells where the two do not agree (theirs is kept there).

    Rows are told apart by `key`, which is unique in each table; their order does not matter. Both ordered by key.
    """
    before, my, their = (t.set_index(key, drop=False).rename_axis(None).sort_index() for t in (base, mine, theirs))
    conflicts: list[Conflict] = []
    out = their.copy()
    for column in base.columns.drop(key):
        if my[column].equals(before[column]):
            continue  # I have added, removed and changed nothing in it
        conflicts += _changed(before, my, their, out, column)
        conflicts += _added(before, my, their, column)
    removed = before.index.difference(my.index).intersection(their.index)
    touched = {c.row_id for c in conflicts if c.mine == REMOVED}
    out = out.drop(index=[row for row in removed if row not in touched])
    fresh = my.loc[my.index.difference(before.index).difference(their.index)]
    merged = pd.concat([out, fresh]).sort_index(kind="stable").reset_index(drop=True)
    return merged[list(base.columns)], sorted(conflicts, key=lambda c: c.row_id)


def _changed(
    before: pd.DataFrame, my: pd.DataFrame, their: pd.DataFrame, out: pd.DataFrame, column: str
) -> list[Conflict]:
    """Lay my changes of one column over `out`, in place; the cells where the two sides do not agree."""
    old = _cells(before, column)
    new, now = (_cells(t, column).reindex(before.index) for t in (my, their))
    # A row that is not there has NaN, which equals nothing; both gone is agreement.
    i_changed, they_changed = old.ne(new), old.ne(now)
    differ = i_changed & they_changed & new.ne(now) & ~(new.isna() & now.isna())
    rows = before.index[i_changed & ~they_changed & new.notna()]
    if len(rows):
        out.loc[rows, column] = my.loc[rows, column]
    sides = pd.DataFrame({"base": old, "mine": new, "theirs": now})[differ].fillna(REMOVED)
    return [
        Conflict(str(row), column, *cells)
        for row, cells in zip(sides.index, sides.to_numpy(), strict=True)
    ]  # fmt: skip


def _added(before: pd.DataFrame, my: pd.DataFrame, their: pd.DataFrame, column: str) -> list[Conflict]:
    """The cells of rows that both sides added, where they are not the same."""
    rows = my.index.intersection(their.index).difference(before.index)
    new, now = _cells(my.loc[rows], column), _cells(their.loc[rows], column)
    differ = rows[new.ne(now).to_numpy()]
    return [Conflict(str(row), column, "", new[row], now[row]) for row in differ]


def _cells(table: pd.DataFrame, column: str) -> "pd.Series[str]":
    """The column as it is compared and shown: unknown is empty text."""
    return pd.Series(
        ["" if v is None or v != v else str(v) for v in table[column].tolist()], index=table.index, dtype="str"
    )
