"""Studies at rest: one SQLite file under YIDA_HOME (or a database named by YIDA_DATABASE_URL). Beside the rooms.

A study's parts are immutable and named by their content; a name points to its newest version and older ones stay.
Everything a save writes is one transaction, so a kill in the middle leaves the store as it was.
"""

import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from zipfile import BadZipFile

import geopandas as gpd
import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, OperationalError

from geo.model.errors import StoreDamaged, StoreUnavailable, StudyExists, StudyMissing
from geo.model.inputs import Report, Study
from geo.model.problems import Problem
from geo.model.roads import Roads

_META = sa.MetaData()
_VERSION = sa.Table(
    "study_version",
    _META,
    sa.Column("version_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.String(80), nullable=False, index=True),
    sa.Column("content_id", sa.String(24), nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),  # of the files it was built from
    sa.Column("created_at", sa.String(32), nullable=False),
    sa.Column("header", sa.Text, nullable=False),
    sa.Column("report", sa.Text, nullable=False),
)
_PART = sa.Table(
    "study_part",
    _META,
    sa.Column("content_id", sa.String(24), primary_key=True),
    sa.Column("part", sa.String(20), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)


def home() -> Path:
    """The folder of stored studies: YIDA_HOME, or .yida beside the app."""
    return Path(os.environ.get("YIDA_HOME") or Path(__file__).resolve().parents[1] / ".yida")


@dataclass(frozen=True)
class StudyEntry:
    """One line of the list of studies."""

    name: str
    title: dict[str, str]
    content_id: str
    fingerprint: str
    created_at: str


class Store:
    """An open store. One engine a process; SQLite in WAL mode with full synchronisation."""

    def __init__(self, url: str | sa.URL) -> None:
        """Open the store, creating it where there is none.

        Raises StoreDamaged when it cannot be trusted, StoreUnavailable when it cannot be used now; so may all methods.
        """
        self.engine = sa.create_engine(url)
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _configure_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)
        with self._connected(writing=True) as connection:
            if self.engine.dialect.name == "sqlite":
                verdict = connection.exec_driver_sql("PRAGMA quick_check").scalar()
                if verdict != "ok":
                    raise StoreDamaged(path=self._path(), detail=verdict)
            _META.create_all(connection)

    def save(self, study: Study, fingerprint: str, *, replace: bool) -> None:
        """Store a study as the newest version of its name, all or nothing.

        Raises StudyExists when the name is taken and `replace` is not set. The older version stays in the store.
        """
        with self._connected(writing=True) as connection:
            if not replace and _newest(connection, study.name) is not None:
                raise StudyExists(name=study.name)
            known = sa.select(_PART.c.part).where(_PART.c.content_id == study.content_id).limit(1)
            if connection.execute(known).first() is None:
                rows = [{"content_id": study.content_id, "part": p, "body": b} for p, b in _parts(study).items()]
                connection.execute(_PART.insert(), rows)
            connection.execute(
                _VERSION.insert().values(
                    name=study.name,
                    content_id=study.content_id,
                    fingerprint=fingerprint,
                    created_at=datetime.now(UTC).isoformat(timespec="seconds"),
                    header=json.dumps(study.header, ensure_ascii=False),
                    report=json.dumps(asdict(study.report), ensure_ascii=False),
                )
            )

    def load(self, name: str) -> Study:
        """The newest version of a study. Raises StudyMissing, naming those there are."""
        with self._connected() as connection:
            row = _newest(connection, name)
            if row is None:
                raise StudyMissing(name=name, known=", ".join(e.name for e in self.entries()) or "—")
            query = sa.select(_PART.c.part, _PART.c.body).where(_PART.c.content_id == row.content_id)
            parts = {part: bytes(body) for part, body in connection.execute(query)}
        try:
            return _study(row, parts)
        except (ValueError, KeyError, OSError, BadZipFile) as error:
            raise StoreDamaged(path=self._path(), detail=f"{name}: {error}") from error

    def entries(self) -> list[StudyEntry]:
        """The newest version of every name, in the order of names."""
        with self._connected() as connection:
            newest = sa.select(sa.func.max(_VERSION.c.version_id)).group_by(_VERSION.c.name)
            rows = connection.execute(
                _VERSION.select().where(_VERSION.c.version_id.in_(newest)).order_by(_VERSION.c.name)
            ).all()
        return [
            StudyEntry(r.name, json.loads(r.header)["title"], r.content_id, r.fingerprint, r.created_at) for r in rows
        ]

    def fingerprint(self, name: str) -> str | None:
        """The fingerprint of the files the newest version was built from, None when the name is not stored."""
        with self._connected() as connection:
            row = _newest(connection, name)
        return None if row is None else str(row.fingerprint)

    @contextmanager
    def _connected(self, *, writing: bool = False) -> Iterator[sa.Connection]:
        """One transaction. What the driver finds wrong with the file or with its use becomes an error of ours."""
        try:
            with self.engine.execution_options(writing=writing).begin() as connection:
                yield connection
        except OperationalError as error:  # locked, full, read-only: not damaged
            raise StoreUnavailable(path=self._path(), detail=str(error.orig)) from error
        except DatabaseError as error:
            raise StoreDamaged(path=self._path(), detail=str(error.orig)) from error

    def _path(self) -> str:
        url = self.engine.url
        return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def open_store(folder: Path | None = None) -> Store:
    """The store of this installation: YIDA_DATABASE_URL when set, else yida.sqlite in `folder` or home().

    Raises StoreDamaged, StoreUnavailable.
    """
    url = os.environ.get("YIDA_DATABASE_URL")
    if url:
        return Store(url)
    folder = folder or home()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(path=folder, detail=error.strerror) from error
    return Store(sa.URL.create("sqlite", database=str(folder / "yida.sqlite")))


def _configure_sqlite(connection: "sa.engine.interfaces.DBAPIConnection", _: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's own BEGIN IMMEDIATE instead of the driver's late BEGIN
    cursor = connection.cursor()
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    """Writers take the lock at once, so that two of them queue instead of failing half-way; readers never wait."""
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _newest(connection: sa.Connection, name: str) -> "sa.Row[tuple[object, ...]] | None":
    query = _VERSION.select().where(_VERSION.c.name == name).order_by(_VERSION.c.version_id.desc()).limit(1)
    return connection.execute(query).first()


_FRAMES = ("facility", "demand", "unit", "outline")


def _parts(study: Study) -> dict[str, bytes]:
    """The study's tables as Parquet and its roads as one npz."""
    parts: dict[str, bytes] = {}
    for name in _FRAMES:
        buffer = io.BytesIO()
        getattr(study, name).to_parquet(buffer, index=False)
        parts[name] = buffer.getvalue()
    buffer = io.BytesIO()
    np.savez(buffer, **{f.name: getattr(study.roads, f.name) for f in fields(Roads)})
    return parts | {"roads": buffer.getvalue()}


def _study(row: "sa.Row[tuple[object, ...]]", parts: dict[str, bytes]) -> Study:
    with np.load(io.BytesIO(parts["roads"]), allow_pickle=False) as arrays:
        roads = Roads(**{f.name: arrays[f.name] for f in fields(Roads)})
    report = json.loads(str(row.report))
    problems = tuple(Problem(**p) for p in report.pop("problems"))
    return Study(
        header=json.loads(str(row.header)),
        facility=pd.read_parquet(io.BytesIO(parts["facility"])),
        demand=pd.read_parquet(io.BytesIO(parts["demand"])),
        unit=gpd.read_parquet(io.BytesIO(parts["unit"])),
        outline=gpd.read_parquet(io.BytesIO(parts["outline"])),
        roads=roads,
        report=Report(**report, problems=problems),
        content_id=str(row.content_id),
    )
