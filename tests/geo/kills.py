"""Savers killed at any moment, a thousand times: `python -m tests.geo.kills N`; then 8 writers × 200 edits.

A fresh process is forked for every kill (the long imports are done once); it opens the store and commits version after
version of one study, saying each operation before it begins and after it was acknowledged, until SIGKILL. After each
kill the store is checked and the operation that was cut off is tried again. Prints the counts as JSON.
"""

import argparse
import json
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import alembic.command  # noqa: F401  (imported before the fork, not in every saver)
import numpy as np

from geo.model.inputs import Study
from geo.store import Store, open_store
from geo.store.engine import Database
from geo.store.parts import NAMES, part_id
from geo.study import build_study
from tests.geo.county import write_county
from tests.geo.writers import Edit, replayed

ROOT = Path(__file__).resolve().parents[2]
KILLS_A_STORE = 100  # then a new one: every start checks and copies the whole store


def killed(count: int, folder: Path) -> Counter[str]:
    """Kill `count` savers; how many versions were acknowledged, lost, partial, doubled and so on."""
    study = build_study(write_county(folder / "county"))
    pickled = folder / "toy.pickle"
    pickled.write_bytes(pickle.dumps(study))
    counts: Counter[str] = Counter(dict.fromkeys(("lost", "partial", "doubled", "damaged"), 0))
    rng = np.random.default_rng()  # any moment: the property holds for all of them
    words = [sys.executable, "-m", "tests.geo.kills", "0", "--fork", str(pickled)]
    with subprocess.Popen(words, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as forker:
        for i in range(count):
            home = folder / f"store{i // KILLS_A_STORE}"
            tried, said = _one_kill(forker, f"{home} run{i}", rng)
            counts.update(kills=1, acknowledged=len(said), cut_off=int(len(tried) > len(said)))
            counts.update(before_first=int(not said))
            known = _check(home, said, counts)
            if len(tried) > len(said):
                counts.update(stored_unsaid=int(tried[-1] in known))
                _retry(open_store(home), study, tried[-1], counts)
        assert forker.stdin is not None
        forker.stdin.close()
    return counts


_acknowledged: dict[Path, set[str]] = {}


def _one_kill(forker: "subprocess.Popen[str]", order: str, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """The operations one saver began and those it was told are stored, until it was killed."""
    assert forker.stdin is not None and forker.stdout is not None
    forker.stdin.write(f"{order}\n")
    forker.stdin.flush()
    pid, tried, said = int(forker.stdout.readline()), list[str](), list[str]()
    lines_seen = int(rng.integers(0, 12))  # kill so many lines in, and a little later
    timer = threading.Timer(float(rng.uniform(0, 0.02 if lines_seen else 0.2)), os.kill, (pid, signal.SIGKILL))
    if not lines_seen:
        timer.start()
    for n, line in enumerate(forker.stdout, 1):
        if line == "gone\n":
            return tried, said
        word, _, operation = line.strip().partition(" ")
        if operation.endswith("."):  # a kill may leave half a line
            (tried if word == "try" else said).append(operation)
        if n == lines_seen:
            timer.start()
    raise RuntimeError("the process that forks the savers has died")


def _check(home: Path, said: list[str], counts: Counter[str]) -> set[str]:
    """Look at the file without the store's own code; the operations it holds."""
    told = _acknowledged.setdefault(home, set())
    told |= set(said)
    if not (home / "yida.sqlite").is_file():
        counts.update(lost=len(told))
        return set()
    with closing(sqlite3.connect(home / "yida.sqlite")) as connection:
        counts.update(damaged=int(connection.execute("PRAGMA quick_check").fetchall() != [("ok",)]))
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'memory'").fetchone():
            counts.update(lost=len(told))
            return set()
        versions = connection.execute("SELECT version_id, operation_id, parts FROM version").fetchall()
        held = {name for name, body in connection.execute("SELECT part_id, body FROM part") if part_id(body) == name}
        audit = connection.execute("SELECT version_id, operation_id FROM audit").fetchall()
    operations = [operation for _, operation, _ in versions]
    whole = {v: set(json.loads(p)) == set(NAMES) and set(json.loads(p).values()) <= held for v, _, p in versions}
    counts.update(
        lost=len(told - set(operations)),
        partial=sum(not w for w in whole.values()) + len(set(audit) ^ {(v, o) for v, o, _ in versions}),
        doubled=len(operations) - len(set(operations)),
    )
    return set(operations)


def _retry(store: Store, study: Study, operation: str, counts: Counter[str]) -> None:
    """Try an operation that was cut off twice more: one version of it there is, and both tries name it."""
    made = {_commit(store, study, operation) for _ in range(2)}
    stored = {v.version_id for v in store.versions(study.name) if v.operation_id == operation}
    counts.update(retried=1, doubled=int(made != stored or len(stored) != 1))
    _acknowledged[Path(store.database.path()).parent].add(operation)
    store.database.engine.dispose()


def _commit(store: Store, study: Study, operation: str) -> int:
    """A version with a table of its own."""
    newest = store.newest(study.name)
    own = replace(study, demand=study.demand.assign(year=operation), content_id=operation[:24])
    base = newest.version_id if newest else None
    return store.commit(own, base_version=base, kind="demand", author="saver", operation_id=operation)


def _fork(pickled: Path) -> None:
    """For every line "FOLDER NAME" a saver that commits until it is killed."""
    study: Study = pickle.loads(pickled.read_bytes())
    for line in sys.stdin:
        folder, name = line.split()
        child = os.fork()
        if child == 0:
            print(os.getpid(), flush=True)
            store = open_store(Path(folder))
            for i in range(1000):
                print(f"try {name}-{i}.", flush=True)
                _commit(store, study, f"{name}-{i}.")
                print(f"said {name}-{i}.", flush=True)
            os._exit(0)
        os.waitpid(child, 0)
        print("\ngone", flush=True)


def written(url: str, study: Study, writers: int, edits: int) -> dict[str, int]:
    """Let writers edit one study at once; how many edits, conflicts and losses there were."""
    store = Store(Database(url))
    store.save(study, "f", replace=False)
    words = [sys.executable, "-m", "tests.geo.writers", "edit", url, str(writers), str(edits)]
    lines = subprocess.run(words, cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True).stdout.splitlines()
    said = [json.loads(line) for line in lines]
    accepted = [Edit(**line["accepted"]) for line in said if "accepted" in line]
    conflicts = [line for line in said if "conflict" in line]
    stored = {v.version_id: v.operation_id for v in store.versions("toy") if v.kind == "facilities"}
    bases = {v.version_id: v.base_version_id for v in store.versions("toy")}
    sides = [(c["conflict"]["base"], c["conflict"]["mine"], c["conflict"]["theirs"]) for c in conflicts]
    final = store.load("toy").facility
    store.database.engine.dispose()
    return {
        "edits": len(accepted),
        "conflicts": len(conflicts),
        "conflicts_without_both_sides": sum(
            m != c["value"] or t in (m, b, "") for (b, m, t), c in zip(sides, conflicts, strict=True)
        ),
        "looked_again": sum(line.get("stale", 0) for line in said),
        "joined": sum(bases[e.version] != e.started_from for e in accepted),
        "lost": len({e.version: e.operation_id for e in accepted}.items() ^ stored.items()),
        "final_differs": int(not final.equals(replayed(store, "toy", accepted))),
    }


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("kills", type=int, nargs="?", default=1000)
    parser.add_argument("--edits", type=int, default=200, help="by each of the 8 writers; 0 for none")
    parser.add_argument("--fork", type=Path)
    options = parser.parse_args()
    if options.fork:
        _fork(options.fork)
        return 0
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder, start = Path(name), time.perf_counter()
        counts = dict(killed(options.kills, folder))
        failed += sum(counts[word] for word in ("lost", "partial", "doubled", "damaged"))
        print(json.dumps(counts | {"seconds": round(time.perf_counter() - start)}), flush=True)
        if options.edits:
            start = time.perf_counter()
            study = pickle.loads((folder / "toy.pickle").read_bytes())
            told = written(f"sqlite:///{folder / 'writers.sqlite'}", study, 8, options.edits)
            failed += told["lost"] + told["final_differs"] + told["conflicts_without_both_sides"]
            print(json.dumps(told | {"seconds": round(time.perf_counter() - start)}), flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
