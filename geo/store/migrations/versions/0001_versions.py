"""Versions, parts, audit and memory."""

import hashlib
import io
import json
import uuid

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa
from alembic import op

from geo.model.schema import DEMAND, FACILITY, INDICATOR_VALUE, UNIT, conform

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables; studies of the first stores, which knew no migrations, are taken over."""
    first = sa.inspect(op.get_bind()).has_table("version")
    if first:
        op.drop_index("ix_version_name", "version")
        op.rename_table("version", "version_0000")
        op.rename_table("part", "part_0000")
    op.create_table(
        "version",
        sa.Column("version_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("base_version_id", sa.Integer, sa.ForeignKey("version.version_id")),
        sa.Column("content_id", sa.String(24), nullable=False),
        sa.Column("parts", sa.Text, nullable=False),
        sa.Column("header", sa.Text, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("operation_id", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", sa.String(32), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_version_name", "version", ["name"])
    op.create_table(
        "part",
        sa.Column("part_id", sa.String(40), primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("audit_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("version_id", sa.Integer, sa.ForeignKey("version.version_id")),
        sa.Column("operation_id", sa.String(64), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("ix_audit_name", "audit", ["name"])
    op.create_table(
        "memory",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )
    if first:
        _take_over(op.get_bind())
        op.drop_table("part_0000")
        op.drop_table("version_0000")


def _take_over(bind: sa.Connection) -> None:
    """Copy versions of a first store, their tables with the columns that came since."""
    meta = sa.MetaData()
    old, old_part, new, part = (
        sa.Table(n, meta, autoload_with=bind) for n in ("version_0000", "part_0000", "version", "part")
    )
    held = set()
    for row in bind.execute(old.select().order_by(old.c.version_id)).all():
        mine = bind.execute(old_part.select().where(old_part.c.content_id == row.content_id))
        bodies = _renewed({p.part: bytes(p.body) for p in mine})
        names = {name: hashlib.sha256(body).hexdigest()[:40] for name, body in bodies.items()}
        for name, body in bodies.items():
            if names[name] not in held:
                bind.execute(part.insert().values(part_id=names[name], body=body))
                held.add(names[name])
        kept = {
            k: getattr(row, k)
            for k in ("version_id", "name", "content_id", "fingerprint", "created_at", "header", "report")
        }
        said = {"kind": "study", "author": "", "note": "", "file_name": ""}
        bind.execute(new.insert().values(**kept, **said, parts=json.dumps(names), operation_id=uuid.uuid4().hex))
    if bind.dialect.name == "postgresql":  # numbers were copied, so the counter has not moved
        bind.execute(sa.text(
            "SELECT setval(pg_get_serial_sequence('version', 'version_id'), (SELECT max(version_id) FROM version)) "
            "WHERE EXISTS (SELECT 1 FROM version)"
        ))  # fmt: skip


def _renewed(bodies: dict[str, bytes]) -> dict[str, bytes]:
    """The parts of a first study in the columns of this program."""
    schemas = {"facility": FACILITY, "demand": DEMAND, "unit": UNIT, "indicator": INDICATOR_VALUE}
    nothing = pd.DataFrame({name: pd.Series(dtype="str") for name in INDICATOR_VALUE})
    out = dict(bodies)
    for name, columns in schemas.items():
        read = gpd.read_parquet if name == "unit" else pd.read_parquet
        table = read(io.BytesIO(bodies[name])) if name in bodies else nothing
        buffer = io.BytesIO()
        conform(table, columns, path="", name=name).to_parquet(buffer, index=False)
        out[name] = buffer.getvalue()
    return out
