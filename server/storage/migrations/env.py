"""How Alembic reaches the database: one connection, one transaction, one process at a time."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from alembic import context
from sqlalchemy import NullPool, create_engine, event

import server.storage
from server.storage.tables import Base

for module in pkgutil.iter_modules(server.storage.__path__):
    if module.name.startswith("tables_"):  # their tables are part of the schema
        importlib.import_module(f"server.storage.{module.name}")

engine = create_engine(context.config.attributes["url"], poolclass=NullPool)


@event.listens_for(engine, "connect")
def _take_over_transactions(connection: Any, _record: Any) -> None:
    # Left to pysqlite, each CREATE TABLE would be its own transaction and a crash would leave half a schema.
    connection.isolation_level = None
    for pragma in ("busy_timeout=30000", "journal_mode=WAL"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(engine, "begin")
def _lock_out_others(connection: Any) -> None:
    # A second process that starts now waits here, and then finds nothing left to do.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


with engine.begin() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
