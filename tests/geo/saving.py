"""Processes that save studies until they are done or killed: `python -m tests.geo.saving FOLDER STUDY`.

For every line "NAME COUNT" on standard input a process is forked (the long imports are done once) that says its
process id, then saves NAME-0 … NAME-(COUNT-1), saying each name once the save has returned. "gone" says that it is.
For tests of the store only.
"""

import os
import pickle
import sys
from dataclasses import replace
from pathlib import Path

from geo.model.inputs import Study
from geo.store import open_store


def main(folder: str, pickled: str) -> None:
    study: Study = pickle.loads(Path(pickled).read_bytes())
    for line in sys.stdin:
        name, count = line.split()
        child = os.fork()
        if child == 0:
            save(Path(folder), study, name, int(count))
            os._exit(0)
        os.waitpid(child, 0)
        print("\ngone", flush=True)


def save(folder: Path, study: Study, name: str, count: int) -> None:
    print(os.getpid(), flush=True)
    store = open_store(folder)
    for i in range(count):
        store.save(own_study(study, f"{name}-{i}"), "fingerprint", replace=False)
        print(f"{name}-{i}", flush=True)


def own_study(study: Study, name: str) -> Study:
    """The study under another name, with a table of its own, so that its save writes one."""
    demand = study.demand.assign(year=name)
    return replace(study, header={**study.header, "name": name}, content_id=name, demand=demand)


if __name__ == "__main__":
    main(*sys.argv[1:])
