"""Programmes at rest: versions under "programme/NAME", beside those of studies and as safe as they.

The same tables, one transaction with the audit, operation ids and backups: a slash cannot stand in a study's name, so
the two never meet.
"""

import io
from typing import Any, Unpack

import pandas as pd

from geo.model.programmes import TABLES, Programme, programme_content_id
from geo.model.schema import conform
from geo.store.versions import Content, Said, Store, VersionEntry

PREFIX = "programme/"


def commit_programme(
    store: Store, programme: Programme, *, base_version: int | None, kind: str, **said: Unpack[Said]
) -> int:
    """Store a version that started from `base_version`; its number. `said` and errors as `Store.commit`."""
    bodies = {name: _bytes(getattr(programme, name)) for name in TABLES}
    own = PREFIX + programme.programme_id
    content = Content(own, programme.content_id, bodies, programme.header, {})
    return store.commit_content(content, base_version=base_version, kind=kind, **said)


def load_programme(store: Store, programme_id: str, version_id: int | None = None) -> Programme:
    """A version of a programme, the newest by default. Raises StudyMissing, VersionMissing, StoreDamaged."""
    held = store.load_content(PREFIX + programme_id, version_id)
    try:
        tables = {name: pd.read_parquet(io.BytesIO(held.bodies[name])) for name in TABLES}
    except (ValueError, KeyError, OSError) as error:
        raise store.database.damaged(f"{programme_id}: {error}") from error
    return made_programme(held.header, tables)


def made_programme(header: Any, tables: dict[str, pd.DataFrame]) -> Programme:
    """A programme of tables, in the schema's columns and under the name of its content."""
    fit = {name: conform(tables[name], columns, path="", name=name) for name, columns in TABLES.items()}
    return Programme(dict(header), **fit, content_id=programme_content_id(header, fit))


def programme_entries(store: Store) -> list[VersionEntry]:
    """The newest version of every stored programme."""
    return [entry for entry in store.all_entries() if entry.name.startswith(PREFIX)]


def _bytes(table: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()
