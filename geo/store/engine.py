"""Opening a database so that nothing acknowledged is ever lost: pragmas, the check at start, migrations."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError

from geo.model.errors import StoreDamaged, StoreNewer, StoreOnServer, StoreUnavailable
from geo.store.backup import BACKUP as BACKUP
from geo.store.backup import back_up, newest_in

if TYPE_CHECKING:
    from geo.store.versions import Store

HEAD = "0001"  # the newest migration
FILE = "yida.sqlite"
_TURN_S = 30.0  # that opening waits for others who open the same new file
_MIGRATING = 4932  # PostgreSQL's lock for bringing tables up to date


def home() -> Path:
    """The folder of stored studies: YIDA_HOME, or .yida beside the app."""
    return Path(os.environ.get("YIDA_HOME") or Path(__file__).resolve().parents[2] / ".yida")


def open_store(folder: Path | None = None) -> "Store":
    """The store of this installation: YIDA_DATABASE_URL when set, else yida.sqlite in `folder` or home().

    A SQLite store that passes its check is backed up beside itself. Raises StoreDamaged, which names the last good
    backup, StoreUnavailable and StoreNewer.
    """
    from geo.store.versions import Store

    url = os.environ.get("YIDA_DATABASE_URL")
    if url:
        return Store(Database(url))
    folder = folder or home()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(path=folder, detail=error.strerror) from error
    return Store(Database(sa.URL.create("sqlite", database=str(folder / FILE))))


def store_file() -> Path:
    """The file of this installation's store. Raises StoreOnServer where YIDA_DATABASE_URL names a server's database."""
    url = os.environ.get("YIDA_DATABASE_URL")
    if not url:
        return home() / FILE
    named = sa.make_url(url)
    if named.get_backend_name() != "sqlite":
        raise StoreOnServer(path=named.render_as_string(hide_password=True))
    return Path(str(named.database))


class Database:
    """An open database, one engine a process."""

    def __init__(self, url: str | sa.URL) -> None:
        """Open, check and bring up to date. Raises StoreDamaged, StoreUnavailable, StoreNewer."""
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writing = threading.Lock()
        if self.is_sqlite:
            sa.event.listen(self.engine, "connect", _configure_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)
            self._check()
        self._migrate()
        if self.is_sqlite:
            back_up(Path(self.path()))

    @contextmanager
    def transaction(self, *, writing: bool = False) -> Iterator[sa.Connection]:
        """One transaction. What the driver finds wrong with the file or with its use becomes an error of ours."""
        # SQLite before 3.51.3 may lose pages when two connections reset the log at once: one writer a process.
        turn = self._writing if writing and self.is_sqlite else nullcontext()
        try:
            with turn, self.engine.execution_options(writing=writing).begin() as connection:
                yield connection
        except DBAPIError as error:
            if _is_damage(error):
                raise self.damaged(str(error.orig)) from error
            raise StoreUnavailable(path=self.path(), detail=str(error.orig).strip()) from error

    def path(self) -> str:
        """The file, or the address without its password."""
        url = self.engine.url
        return str(url.database) if self.is_sqlite else url.render_as_string(hide_password=True)

    def damaged(self, detail: str) -> StoreDamaged:
        """The error that says so, with the last good backup."""
        backup = Path(self.path()).with_name(BACKUP)
        kept = str(backup) if self.is_sqlite and newest_in(backup) else "—"
        return StoreDamaged(path=self.path(), detail=detail, backup=kept)

    def _check(self) -> None:
        path = Path(self.path())
        newest = newest_in(path.with_name(BACKUP))
        if newest and newest[0] and not (path.exists() and path.stat().st_size):
            raise self.damaged("the file is missing or empty")  # an empty store in its place would hide the loss
        with self.transaction() as connection:
            verdict = connection.exec_driver_sql("PRAGMA quick_check").scalar()
        if verdict != "ok":
            raise self.damaged(str(verdict))

    def _migrate(self) -> None:
        with self.transaction() as connection:
            current = _revision(connection)
        if current == HEAD:
            return
        from geo.store.migrations import known, upgrade

        if current is not None and current not in known():
            raise StoreNewer(path=self.path(), found=current, known=HEAD)
        with self.transaction(writing=True) as connection:
            if not self.is_sqlite:  # SQLite's BEGIN IMMEDIATE lets one process at a time do this already
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATING)))
            upgrade(connection)


def _engine(url: str | sa.URL) -> sa.Engine:
    try:
        address = sa.make_url(url)
        if address.drivername in ("postgresql", "postgres"):
            address = address.set(drivername="postgresql+psycopg")
        return sa.create_engine(address, pool_pre_ping=not address.drivername.startswith("sqlite"))
    except (ArgumentError, ImportError) as error:  # the address may hold a password: it is not repeated
        detail = f"{type(error).__name__}: sqlite:///FILE, postgresql://USER:PASSWORD@HOST/DATABASE"
        raise StoreUnavailable(path="YIDA_DATABASE_URL", detail=detail) from error


def _is_damage(error: DBAPIError) -> bool:
    """Whether the file itself is broken; locked, full, read-only or refused is not."""
    state = getattr(error.orig, "sqlstate", None)
    return str(state).startswith("XX00") if state else type(error) is DatabaseError


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def _configure_sqlite(connection: "sa.engine.interfaces.DBAPIConnection", _: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's own BEGIN IMMEDIATE instead of the driver's late BEGIN
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=30000")
    _write_ahead(cursor)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(cursor: "sa.engine.interfaces.DBAPICursor") -> None:
    """Turn the log on. Where others open a new file at the same moment SQLite refuses at once, busy timeout or not."""
    end = time.monotonic() + _TURN_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: sa.Connection) -> None:
    """Writers take the lock at once, so that two of them queue instead of failing half-way; readers never wait."""
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
