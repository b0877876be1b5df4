"""Many processes at one study: `python -m tests.geo.writers edit URL WRITERS EDITS`, `… open`. For tests of the store.

`edit`: each writer changes one cell at a time through geo.study.desk.commit and starts from the newest version only
when it is told of a conflict. It prints what was accepted and which conflicts were shown, a JSON line each. `open`:
opens every address it reads on standard input, and says so.
"""

import json
import os
import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.model.errors import StaleVersion
from geo.model.inputs import Study
from geo.store import Store
from geo.store.engine import Database
from geo.study import desk
from geo.study.build import with_tables

COLUMNS = ("beds", "physicians", "nurses", "name", "community_id", "capabilities")


@dataclass(frozen=True)
class Edit:
    """One accepted change of a cell."""

    operation_id: str
    version: int
    started_from: int
    row: int
    column: str
    value: float | str


def edit(url: str, name: str, writer: int, count: int) -> None:
    """One writer. Lines are shorter than a pipe's buffer, so those of several writers do not mix."""
    store, rng = Store(Database(url)), np.random.default_rng(writer)
    study, version = _newest(store, name)
    stale = 0
    for i in range(count):
        row, column = int(rng.integers(len(study.facility))), COLUMNS[int(rng.integers(len(COLUMNS)))]
        value: float | str = float(writer * 1000 + i) if column in COLUMNS[:3] else f"诊所 {writer}/{i}"
        upload = desk.Upload(f"writer {writer}", "", "", "", f"{writer}-{i}")
        after = _edited(study, row, column, value)
        while True:
            try:
                made, conflicts = desk.commit(store, study, version, after, "facilities", upload)
            except StaleVersion:
                stale += 1  # somebody was faster between the look and the write: look again
                continue
            if not conflicts:
                break
            for conflict in conflicts:
                _say({"conflict": vars(conflict), "value": str(value)})
            study, version = _newest(store, name)
            after = _edited(study, row, column, value)
        _say({"accepted": vars(Edit(upload.operation_id, made, version, row, column, value))})
    _say({"stale": stale})


def replayed(store: Store, name: str, accepted: list[Edit]) -> pd.DataFrame:
    """The facilities after the accepted edits, in the order of versions, each laid over the one before."""
    first = min(v.version_id for v in store.versions(name))
    table = store.load(name, first).facility
    for change in sorted(accepted, key=lambda e: e.version):
        table = _with_cell(table, change.row, change.column, change.value)
    return table


def _newest(store: Store, name: str) -> tuple[Study, int]:
    entry = store.newest(name)
    assert entry is not None
    return store.load(name, entry.version_id), entry.version_id


def _edited(study: Study, row: int, column: str, value: float | str) -> Study:
    return with_tables(study, {"facility": _with_cell(study.facility, row, column, value)})


def _with_cell(table: pd.DataFrame, row: int, column: str, value: float | str) -> pd.DataFrame:
    out = table.copy()
    out.loc[out.index[row], column] = value
    return out


def _say(what: dict[str, object]) -> None:
    os.write(1, f"{json.dumps(what)}\n".encode())


def main(action: str, *words: str) -> int:
    if action == "open":
        for line in sys.stdin:
            Store(Database(line.strip())).database.engine.dispose()
            print("open", flush=True)
        return 0
    url, writers, edits = words[0], int(words[1]), int(words[2])
    children = []
    for writer in range(writers):
        child = os.fork()
        if child == 0:
            try:
                edit(url, "toy", writer, edits)
            except BaseException:
                sys.excepthook(*sys.exc_info())
                os._exit(1)
            os._exit(0)
        children.append(child)
    return int(any(os.waitpid(child, 0)[1] for child in children))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
