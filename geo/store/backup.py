"""The copy of a SQLite store beside it: whole or not at all, of a sound store only, and never in place of one that
holds something else."""

import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from geo.model.errors import FileMissing, StoreUnavailable
from geo.store.parts import part_id

BACKUP = "yida.backup.sqlite"
_STEM = "yida.backup."
_LEFT_BEHIND_S = 3600  # a half-made copy of this age belongs to nobody who still lives

Newest = tuple[int, str]  # version and operation id; (0, "") for a store without versions


def back_up(store: Path) -> None:
    """Copy the store beside itself if it holds another newest version than its backup does.

    A full disk or spoilt content costs the new copy, never the old one. A backup of versions that this store has never
    held is set aside under a name of its own.
    """
    backup = store.with_name(BACKUP)
    held = newest_in(backup)
    if held == newest_in(store):
        return
    _sweep(store)
    fresh = backup.with_suffix(f".{os.getpid()}")
    try:
        _copy(store, fresh)
        if not _is_sound(fresh):
            return
        held = newest_in(backup)
        if held and held[0] and not _holds(fresh, held):
            if _holds(store, held):
                return  # another process has just made a newer copy
            backup.replace(backup.with_suffix(f".{held[1][:32]}.sqlite"))
        fresh.replace(backup)
    except (OSError, sqlite3.Error):
        return
    finally:
        for left in (fresh, fresh.with_name(f"{fresh.name}-journal"), fresh.with_name(f"{fresh.name}-wal")):
            left.unlink(missing_ok=True)


def restore_backup(store: Path) -> Path | None:
    """Put the backup in the store's place; where the damaged file is kept, None when there was none.

    Raises FileMissing when there is no backup that can be read, StoreUnavailable when the disk refuses the copy; then
    nothing has been moved.
    """
    backup = store.with_name(BACKUP)
    if newest_in(backup) is None:
        raise FileMissing(path=backup)
    fresh = store.with_suffix(f".{os.getpid()}")
    try:
        shutil.copyfile(backup, fresh)
        _sync(fresh)
        kept = _set_aside(store)
        fresh.replace(store)
    except OSError as error:
        raise StoreUnavailable(path=store, detail=error.strerror) from error
    finally:
        fresh.unlink(missing_ok=True)
    return kept


def newest_in(path: Path) -> Newest | None:
    """The newest version a SQLite store holds; None when there is no store that can be read."""
    if not path.is_file() or not path.stat().st_size:
        return None
    try:
        with closing(_reading(path)) as connection:
            query = "SELECT version_id, operation_id FROM version ORDER BY version_id DESC LIMIT 1"
            version = connection.execute(query).fetchone()
    except sqlite3.Error:
        return None
    return (int(version[0]), str(version[1])) if version else (0, "")


def _reading(path: Path) -> sqlite3.Connection:
    # A copy never changes once it is made: immutable leaves no -wal and -shm beside it.
    mode = "immutable=1" if path.name.startswith(_STEM) else "mode=ro"
    return sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True, timeout=30)


def _holds(path: Path, newest: Newest) -> bool:
    with closing(_reading(path)) as connection:
        query = "SELECT 1 FROM version WHERE version_id = ? AND operation_id = ?"
        return connection.execute(query, newest).fetchone() is not None


def _copy(store: Path, fresh: Path) -> None:
    with closing(_reading(store)) as source, closing(sqlite3.connect(fresh)) as target:
        source.backup(target)
    _sync(fresh)


def _is_sound(path: Path) -> bool:
    """Whether every part is what its name says; the pages were checked when the store was opened."""
    with closing(_reading(path)) as connection:
        return all(part_id(body) == name for name, body in connection.execute("SELECT part_id, body FROM part"))


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _set_aside(store: Path) -> Path | None:
    """Rename a damaged store with its log, to a name that is free."""
    n, kept = 1, store.with_name(f"{store.name}.damaged")
    while kept.exists():
        n, kept = n + 1, store.with_name(f"{store.name}.damaged-{n + 1}")
    found = store.exists()
    for suffix in ("", "-wal", "-shm"):
        damaged = store.with_name(store.name + suffix)
        if damaged.exists():
            damaged.rename(kept.with_name(kept.name + suffix))
    return kept if found else None


def _sweep(store: Path) -> None:
    """Remove copies that a killed process left half-made: yida.backup.PID, with a journal or not."""
    for path in store.parent.glob(f"{_STEM}*"):
        is_half_made = path.name.removeprefix(_STEM).split("-")[0].isdigit()
        if is_half_made and time.time() - path.stat().st_mtime > _LEFT_BEHIND_S:
            path.unlink(missing_ok=True)
