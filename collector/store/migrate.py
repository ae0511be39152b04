"""Brings a database's schema up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from collector.store.engine import WRITE_OPTION
from collector.store.errors import StoreError

LOCK_TIMEOUT_S = 120


def alembic_config() -> Config:
    """Alembic's settings: the scripts travel inside the package, no ini file is needed."""
    config = Config()
    config.set_main_option("script_location", "collector.store:migrations")
    return config


def migrate(engine: Engine) -> None:
    """Applies every migration that the database does not have yet.

    Two processes may do this at once: on SQLite the write lock serialises them, on MySQL a named lock does.
    """
    config = alembic_config()
    with _alone(engine), engine.execution_options(**{WRITE_OPTION: True}).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """On MySQL, whose DDL commits by itself, a named lock on a connection of its own.

    It is released after the migrations' transaction has ended: the next in line must see the version just written.

    Raises:
        StoreError: another process has been migrating for longer than a migration takes.
    """
    if engine.dialect.name not in ("mysql", "mariadb"):
        yield
        return
    with engine.connect() as connection:
        if connection.exec_driver_sql(f"SELECT GET_LOCK('sonmat_migrate', {LOCK_TIMEOUT_S})").scalar() != 1:
            raise StoreError(f"another process has been migrating the database for {LOCK_TIMEOUT_S} s")
        try:
            yield
        finally:
            connection.exec_driver_sql("SELECT RELEASE_LOCK('sonmat_migrate')")
