"""What Alembic runs: the caller hands over a connection inside a transaction, so that an upgrade is whole or not."""

from __future__ import annotations

from alembic import context

from store.sql.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=True)
context.run_migrations()
