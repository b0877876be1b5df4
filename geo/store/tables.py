"""The store's tables. The migrations in this folder bring any database to exactly these; a test compares the two."""

import sqlalchemy as sa

META = sa.MetaData()

VERSION = sa.Table(
    "version",
    META,
    sa.Column("version_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.String(80), nullable=False, index=True),
    sa.Column("kind", sa.String(20), nullable=False),  # what this version changed: study, facilities, demand …
    sa.Column("base_version_id", sa.Integer, sa.ForeignKey("version.version_id")),
    sa.Column("content_id", sa.String(24), nullable=False),
    sa.Column("parts", sa.Text, nullable=False),  # JSON: part → part_id
    sa.Column("header", sa.Text, nullable=False),
    sa.Column("report", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),  # of the files it was made from
    sa.Column("operation_id", sa.String(64), nullable=False, unique=True),  # a retry never doubles
    sa.Column("created_at", sa.String(32), nullable=False),
    sqlite_autoincrement=True,  # a number is never given twice
)
PART = sa.Table(
    "part",
    META,
    sa.Column("part_id", sa.String(40), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
AUDIT = sa.Table(
    "audit",
    META,
    sa.Column("audit_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("action", sa.String(20), nullable=False),
    sa.Column("name", sa.String(80), nullable=False, index=True),
    sa.Column("version_id", sa.Integer, sa.ForeignKey("version.version_id")),
    sa.Column("operation_id", sa.String(64), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
)
MEMORY = sa.Table(
    "memory",
    META,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
)
