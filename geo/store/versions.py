"""Saving, committing, listing and loading versions of studies."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, TypedDict, Unpack
from zipfile import BadZipFile

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from geo.model.errors import StaleVersion, StudyExists, StudyMissing, VersionMissing
from geo.model.inputs import Study
from geo.store import parts
from geo.store.engine import Database
from geo.store.tables import AUDIT, MEMORY, PART, VERSION

_KEY_LENGTH = 500  # PostgreSQL's index takes 2,704 bytes


@dataclass(frozen=True)
class VersionEntry:
    """One line of a study's history."""

    version_id: int
    name: str
    kind: str
    base_version_id: int | None
    content_id: str
    title: Mapping[str, str]
    author: str
    note: str
    file_name: str
    fingerprint: str
    operation_id: str
    created_at: str


@dataclass(frozen=True)
class Content:
    """What a version holds: named parts, and what is said about them as plain values."""

    name: str
    content_id: str
    bodies: Mapping[str, bytes]
    header: Mapping[str, Any]
    report: Mapping[str, Any]


class Said(TypedDict, total=False):
    """What is told of a commit; `check_base` false stores over whatever has come since."""

    author: str
    note: str
    file_name: str
    fingerprint: str
    operation_id: str
    check_base: bool


class Store:
    """An open store of studies and their versions."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def save(self, study: Study, fingerprint: str, *, replace: bool) -> int:
        """Store a study built from files as the newest version of its name; the version's number.

        Raises StudyExists when the name is taken and `replace` is not set. Older versions stay.
        """
        newest = self.newest(study.name)
        if newest and not replace:
            raise StudyExists(name=study.name)
        base = newest.version_id if newest else None
        return self.commit(study, base_version=base, kind="study", fingerprint=fingerprint, check_base=not replace)

    def commit(self, study: Study, *, base_version: int | None, kind: str, **said: Unpack[Said]) -> int:
        """Store a version that started from `base_version`, all or nothing; its number.

        The same operation id stores nothing twice and answers with the version it made. Raises StaleVersion when
        another version has come since.
        """
        content = Content(
            study.name, study.content_id, parts.all_bytes(study), study.header, asdict(study.report)
        )  # fmt: skip
        return self.commit_content(content, base_version=base_version, kind=kind, **said)

    def commit_content(
        self,
        content: Content,
        *,
        base_version: int | None,
        kind: str,
        author: str = "",
        note: str = "",
        file_name: str = "",
        fingerprint: str = "",
        operation_id: str = "",
        check_base: bool = True,
    ) -> int:
        """`commit` of anything that has a name and parts. Raises as `commit`."""
        operation = operation_id or uuid.uuid4().hex
        author, note, file_name = _storable(author), _storable(note), _storable(file_name)
        bodies = content.bodies
        names = {name: parts.part_id(body) for name, body in bodies.items()}
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self.database.transaction(writing=True) as connection:
            self._lock(connection, content.name)  # before looking, so that two tries of one operation do not both miss
            done = _made_by(connection, operation)
            if done is not None:
                return done
            newest = _newest(connection, content.name)
            if check_base and (newest.version_id if newest else None) != base_version:
                if base_version is None:
                    raise StudyExists(name=content.name)
                raise StaleVersion(name=content.name, base=base_version, newest=newest.version_id if newest else "—")
            self._store_parts(connection, {names[name]: body for name, body in bodies.items()})
            row = {
                "name": content.name, "kind": kind, "base_version_id": base_version, "content_id": content.content_id,
                "parts": json.dumps(names), "header": json.dumps(content.header, ensure_ascii=False),
                "report": json.dumps(content.report, ensure_ascii=False), "author": author, "note": note,
                "file_name": file_name, "fingerprint": fingerprint, "operation_id": operation, "created_at": now,
            }  # fmt: skip
            inserted = connection.execute(VERSION.insert().values(**row)).inserted_primary_key
            version_id = int(inserted[0]) if inserted else 0
            line = {"at": now, "author": author, "action": "commit", "name": content.name, "version_id": version_id}
            detail = json.dumps({"kind": kind, "base": base_version, "file": file_name}, ensure_ascii=False)
            connection.execute(AUDIT.insert().values(**line, operation_id=operation, detail=detail))
        return version_id

    def load(self, name: str, version_id: int | None = None) -> Study:
        """A version of a study, the newest by default. Raises StudyMissing, VersionMissing, StoreDamaged."""
        held = self.load_content(name, version_id)
        try:
            return parts.from_bytes(held.bodies, held.header, dict(held.report), held.content_id)
        except (ValueError, KeyError, OSError, BadZipFile) as error:
            raise self.database.damaged(f"{name}: {error}") from error

    def load_content(self, name: str, version_id: int | None = None) -> Content:
        """The parts of a version, each checked against its name. Raises as `load`."""
        with self.database.transaction() as connection:
            row = _newest(connection, name, version_id)
            wanted = json.loads(row.parts) if row else {}
            query = sa.select(PART.c.part_id, PART.c.body).where(PART.c.part_id.in_(wanted.values()))
            bodies = {part: bytes(body) for part, body in connection.execute(query)}
        if row is None:
            if version_id is not None and self.newest(name) is not None:
                raise VersionMissing(name=name, version=version_id)
            raise StudyMissing(name=name, known=", ".join(e.name for e in self.entries()) or "—")
        try:
            mine = {part: parts.checked(bodies[part_id], part_id) for part, part_id in wanted.items()}
            return Content(name, str(row.content_id), mine, json.loads(row.header), json.loads(row.report))
        except (ValueError, KeyError) as error:
            raise self.database.damaged(f"{name}: {error}") from error

    def newest(self, name: str) -> VersionEntry | None:
        """The newest version of a name, None when there is none."""
        with self.database.transaction() as connection:
            row = _newest(connection, name)
        return None if row is None else _entry(row)

    def made_by(self, operation_id: str) -> int | None:
        """The version an operation has made, None while it has made none: what a retry asks first."""
        with self.database.transaction() as connection:
            return _made_by(connection, operation_id)

    def fingerprint(self, name: str) -> str | None:
        """What the files behind the newest version were; None when the name is not stored."""
        newest = self.newest(name)
        return newest.fingerprint if newest else None

    def entries(self) -> list[VersionEntry]:
        """The newest version of every study, in the order of names."""
        return [entry for entry in self.all_entries() if "/" not in entry.name]

    def all_entries(self) -> list[VersionEntry]:
        """The newest version of every name, also of what is no study: "programme/…" (geo.store.programmes)."""
        newest = sa.select(sa.func.max(VERSION.c.version_id)).group_by(VERSION.c.name)
        found = self._list(VERSION.select().where(VERSION.c.version_id.in_(newest)))
        return sorted(found, key=lambda e: e.name)  # a database would sort by its own language

    def versions(self, name: str) -> list[VersionEntry]:
        """Every version of a name, the newest first."""
        return self._list(VERSION.select().where(VERSION.c.name == name).order_by(VERSION.c.version_id.desc()))

    def audit(self, name: str) -> list[dict[str, Any]]:
        """Who did what and when, the latest first."""
        query = AUDIT.select().where(AUDIT.c.name == name).order_by(AUDIT.c.audit_id.desc())
        with self.database.transaction() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def remember(self, name: str, values: Mapping[str, str]) -> None:
        """Keep decisions and answers of people for the next file; a key of over 500 characters is asked for again."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        kept = sorted((_storable(key), _storable(value)) for key, value in values.items() if len(key) <= _KEY_LENGTH)
        with self.database.transaction(writing=True) as connection:
            for key, value in kept:
                query = self._insert(MEMORY).values(name=name, key=key, value=value, at=now)
                latest = {"value": query.excluded.value, "at": query.excluded.at}
                connection.execute(query.on_conflict_do_update(index_elements=["name", "key"], set_=latest))

    def recall(self, name: str, prefix: str = "") -> dict[str, str]:
        """What was remembered under keys that begin so, the prefix cut off."""
        query = sa.select(MEMORY.c.key, MEMORY.c.value).where(MEMORY.c.name == name)
        query = query.where(MEMORY.c.key.startswith(prefix, autoescape=True))  # SQLite's LIKE does not mind the case
        with self.database.transaction() as connection:
            return {
                key.removeprefix(prefix): value for key, value in connection.execute(query) if key.startswith(prefix)
            }

    def _list(self, query: "sa.Select[Any]") -> list[VersionEntry]:
        with self.database.transaction() as connection:
            return [_entry(row) for row in connection.execute(query)]

    def _lock(self, connection: sa.Connection, name: str) -> None:
        """PostgreSQL: writers of one name queue. SQLite's BEGIN IMMEDIATE has done so already."""
        if not self.database.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(name))))

    def _store_parts(self, connection: sa.Connection, bodies: Mapping[str, bytes]) -> None:
        """Add the parts that are not there yet; another writer may be adding the same ones."""
        known = set(connection.execute(sa.select(PART.c.part_id).where(PART.c.part_id.in_(bodies))).scalars())
        for name in sorted(set(bodies) - known):  # in one order, so that two writers never wait for each other
            connection.execute(self._insert(PART).values(part_id=name, body=bodies[name]).on_conflict_do_nothing())

    def _insert(self, table: sa.Table) -> "sqlite.Insert | postgresql.Insert":
        return sqlite.insert(table) if self.database.is_sqlite else postgresql.insert(table)


def _made_by(connection: sa.Connection, operation_id: str) -> int | None:
    query = sa.select(VERSION.c.version_id).where(VERSION.c.operation_id == operation_id)
    return connection.execute(query).scalar()


def _storable(text: str) -> str:
    """Text without what no database takes: NUL, and the halves of characters that a file's name may hold."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def _newest(connection: sa.Connection, name: str, version_id: int | None = None) -> "sa.Row[Any] | None":
    query = VERSION.select().where(VERSION.c.name == name).order_by(VERSION.c.version_id.desc()).limit(1)
    if version_id is not None:
        query = query.where(VERSION.c.version_id == version_id)
    return connection.execute(query).first()


def _entry(row: "sa.Row[Any]") -> VersionEntry:
    return VersionEntry(
        row.version_id, row.name, row.kind, row.base_version_id, row.content_id, json.loads(row.header)["title"],
        row.author, row.note, row.file_name, row.fingerprint, row.operation_id, row.created_at,
    )  # fmt: skip
