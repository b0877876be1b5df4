"""Backups of a SQLite store, what brings it back when it is damaged or gone, and disks that fill up."""

import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from geo.cli import main
from geo.model.errors import (
    FileMissing,
    StoreDamaged,
    StoreUnavailable,
)
from geo.model.inputs import Study
from geo.store import Store, open_store
from geo.store.backup import BACKUP, back_up, newest_in, restore_backup
from geo.store.engine import FILE, Database
from tests.geo.test_store import assert_same
from tests.geo.test_versions import with_year

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def pickled(tmp_path_factory: pytest.TempPathFactory, toy: Study) -> Path:
    path = tmp_path_factory.mktemp("pickled") / "toy.pickle"
    path.write_bytes(pickle.dumps(toy))
    return path


# ---- backups -----------------------------------------------------------------------------------------------------


def opened_and_closed(folder: Path, act: Callable[[Store], object] = lambda store: None) -> object:
    store = open_store(folder)
    try:
        return act(store)
    finally:
        store.database.engine.dispose()


def saved(folder: Path, *studies: Study) -> list[int]:
    """Save each as a version and open the store once more, so that it is backed up."""
    made = [opened_and_closed(folder, lambda store, s=study: store.save(s, "f", replace=True)) for study in studies]
    opened_and_closed(folder)
    return [int(str(version)) for version in made]


def damage(folder: Path) -> bytes:
    raw = (folder / FILE).read_bytes()[:5000]
    (folder / FILE).write_bytes(raw)
    return raw


def test_after_opening_the_backup_holds_the_newest_version(tmp_path: Path, toy: Study) -> None:
    for year in ("1", "2"):
        (version,) = saved(tmp_path, with_year(toy, year))
        assert newest_in(tmp_path / BACKUP)[0] == version
    shutil.copyfile(tmp_path / BACKUP, tmp_path / "copy.sqlite")
    assert_same(Store(Database(f"sqlite:///{tmp_path / 'copy.sqlite'}")).load("toy"), with_year(toy, "2"))
    assert {p.name for p in tmp_path.glob("yida*")} == {FILE, BACKUP}


def test_opening_a_store_that_has_not_changed_copies_nothing(tmp_path: Path, toy: Study) -> None:
    saved(tmp_path, toy)
    before = (tmp_path / BACKUP).stat()
    opened_and_closed(tmp_path)
    after = (tmp_path / BACKUP).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_damaged_store_names_its_backup_and_the_terminal_brings_it_back(
    tmp_path: Path, toy: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    saved(tmp_path, toy)
    raw = damage(tmp_path)
    monkeypatch.delenv("YIDA_DATABASE_URL", raising=False)
    monkeypatch.setenv("YIDA_HOME", str(tmp_path))
    assert main(["versions", "toy"]) == 3
    said = capsys.readouterr().err
    assert str(tmp_path / BACKUP) in said and "yida store restore" in said
    assert (tmp_path / FILE).read_bytes() == raw
    assert main(["store", "restore"]) == 0
    assert (tmp_path / f"{FILE}.damaged").read_bytes() == raw
    assert main(["versions", "toy"]) == 0
    assert_same(opened_and_closed(tmp_path, lambda store: store.load("toy")), toy)


def test_a_database_on_a_server_is_restored_by_its_server_and_any_sqlite_file_here(
    tmp_path: Path, toy: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    saved(tmp_path, toy)
    raw = damage(tmp_path)
    monkeypatch.setenv("YIDA_HOME", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("YIDA_DATABASE_URL", "postgresql://yida:secret@db.county/yida")
    assert main(["store", "restore"]) == 3
    said = capsys.readouterr().err
    assert "postgresql://yida:***@db.county/yida" in said and "pg_restore" in said and "secret" not in said
    monkeypatch.setenv("YIDA_DATABASE_URL", f"sqlite:///{tmp_path / FILE}")
    assert main(["store", "restore"]) == 0 and (tmp_path / f"{FILE}.damaged").read_bytes() == raw


def test_a_second_restore_keeps_both_damaged_files_and_their_logs(tmp_path: Path, toy: Study) -> None:
    saved(tmp_path, toy)
    kept = []
    for i in range(2):
        (tmp_path / FILE).write_bytes(b"damaged %d" % i)
        (tmp_path / f"{FILE}-wal").write_bytes(b"log %d" % i)
        kept.append(restore_backup(tmp_path / FILE))
        assert (tmp_path / FILE).read_bytes() == (tmp_path / BACKUP).read_bytes()
        assert not (tmp_path / f"{FILE}-wal").exists()
    assert [path.read_bytes() for path in kept] == [b"damaged 0", b"damaged 1"]
    assert [path.with_name(f"{path.name}-wal").read_bytes() for path in kept] == [b"log 0", b"log 1"]


def test_without_a_backup_that_can_be_read_nothing_is_restored(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"damaged")
    for junk in (None, b"", b"junk" * 999):
        if junk is not None:
            (tmp_path / BACKUP).write_bytes(junk)
        with pytest.raises(FileMissing):
            restore_backup(tmp_path / FILE)
        with pytest.raises(StoreDamaged, match="—"):
            open_store(tmp_path)
    assert (tmp_path / FILE).read_bytes() == b"damaged"


@pytest.mark.parametrize("left", [None, b""], ids=["missing", "empty"])
def test_a_store_that_vanished_is_not_replaced_by_an_empty_one(tmp_path: Path, toy: Study, left: bytes | None) -> None:
    saved(tmp_path, toy)
    (tmp_path / FILE).unlink()
    if left is not None:
        (tmp_path / FILE).write_bytes(left)
    before = (tmp_path / BACKUP).read_bytes()
    with pytest.raises(StoreDamaged, match=BACKUP):
        open_store(tmp_path)
    assert (tmp_path / BACKUP).read_bytes() == before
    assert restore_backup(tmp_path / FILE) == (None if left is None else tmp_path / f"{FILE}.damaged")
    assert_same(opened_and_closed(tmp_path, lambda store: store.load("toy")), toy)


def test_a_backup_of_versions_the_store_never_held_is_set_aside(tmp_path: Path, toy: Study) -> None:
    saved(tmp_path / "a", toy, with_year(toy, "1"))
    saved(tmp_path / "b", with_year(toy, "2"))
    held = newest_in(tmp_path / "a" / BACKUP)
    shutil.copyfile(tmp_path / "b" / FILE, tmp_path / "a" / FILE)
    opened_and_closed(tmp_path / "a")
    assert newest_in(tmp_path / "a" / BACKUP) == newest_in(tmp_path / "b" / BACKUP)
    assert newest_in(tmp_path / "a" / f"yida.backup.{held[1][:32]}.sqlite") == held


def test_a_store_with_a_spoilt_part_does_not_become_the_backup(tmp_path: Path, toy: Study) -> None:
    saved(tmp_path, toy)
    good = (tmp_path / BACKUP).read_bytes()
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        connection.execute("UPDATE part SET body = zeroblob(100) WHERE part_id = (SELECT max(part_id) FROM part)")
    opened_and_closed(tmp_path, lambda store: store.commit(with_year(toy, "1"), base_version=1, kind="demand"))
    opened_and_closed(tmp_path)
    assert (tmp_path / BACKUP).read_bytes() == good


# ---- a full disk -------------------------------------------------------------------------------------------------

FULL = """
import pickle, resource, sys
from dataclasses import replace
from pathlib import Path
from geo.model.errors import StoreUnavailable
from geo.store import open_store
folder, study, act = Path(sys.argv[1]), pickle.loads(Path(sys.argv[2]).read_bytes()), sys.argv[3]
def full(room):
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
if act == "backup":
    full(40_000)
    print([e.content_id for e in open_store(folder).entries()])
    sys.exit()
store = open_store(folder)
full(400_000)
for i in range(1000):
    newest = store.newest("toy").version_id
    try:
        store.commit(replace(study, demand=study.demand.assign(year=f"{i}")), base_version=newest, kind="demand",
                     note="x" * 9000, operation_id=f"op{i}")
    except StoreUnavailable as error:
        print(error)
        break
    print(f"op{i}", flush=True)
"""


def with_full_disk(folder: Path, pickled: Path, act: str) -> list[str]:
    words = [sys.executable, "-c", FULL, str(folder), str(pickled), act]
    return subprocess.run(words, cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True).stdout.splitlines()


def test_a_disk_that_fills_up_during_a_commit_costs_that_commit_only(tmp_path: Path, pickled: Path, toy: Study) -> None:
    saved(tmp_path, toy)
    *told, error = with_full_disk(tmp_path, pickled, "commit")
    assert len(told) > 2 and "free space" in error and "cannot be used now" in error
    store = open_store(tmp_path)
    assert [v.operation_id for v in store.versions("toy")][:-1] == told[::-1]
    for version in store.versions("toy"):
        store.load("toy", version.version_id)
    store.commit(with_year(toy, "x"), base_version=store.newest("toy").version_id, kind="demand")
    store.database.engine.dispose()


def test_a_disk_that_fills_up_during_the_backup_keeps_the_old_one(tmp_path: Path, pickled: Path, toy: Study) -> None:
    saved(tmp_path, toy)
    good = (tmp_path / BACKUP).read_bytes()
    store = open_store(tmp_path)
    store.commit(with_year(toy, "newer"), base_version=1, kind="demand")
    store.database.engine.dispose()
    assert with_full_disk(tmp_path, pickled, "backup") == ["['newer']"]
    assert (tmp_path / BACKUP).read_bytes() == good
    assert {p.name for p in tmp_path.iterdir()} <= {FILE, f"{FILE}-wal", f"{FILE}-shm", BACKUP}
    opened_and_closed(tmp_path)
    assert newest_in(tmp_path / BACKUP)[0] == 2


def test_a_full_disk_during_a_restore_moves_nothing(
    tmp_path: Path, toy: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(tmp_path, toy)
    raw = damage(tmp_path)

    def no_room(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("geo.store.backup.shutil.copyfile", no_room)
    with pytest.raises(StoreUnavailable, match="No space left"):
        restore_backup(tmp_path / FILE)
    assert (tmp_path / FILE).read_bytes() == raw
    assert {p.name for p in tmp_path.iterdir()} == {FILE, BACKUP}


def test_a_copy_that_a_killed_process_left_is_cleared_once_it_is_old(tmp_path: Path, toy: Study) -> None:
    saved(tmp_path, toy)
    old, young = tmp_path / "yida.backup.123", tmp_path / "yida.backup.124"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    (tmp_path / BACKUP).unlink()
    back_up(tmp_path / FILE)
    assert young.exists() and not old.exists() and (tmp_path / BACKUP).exists()
