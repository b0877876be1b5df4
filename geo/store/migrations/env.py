"""Alembic's entry: migrations run on the connection that `upgrade` hands over."""

from alembic import context

from geo.store.tables import META

context.configure(connection=context.config.attributes["connection"], target_metadata=META)
context.run_migrations()
