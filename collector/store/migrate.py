"""Brings a database's schema up to date."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from collector.store.engine import WRITE_OPTION


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
    with engine.execution_options(**{WRITE_OPTION: True}).begin() as connection:
        is_mysql = connection.dialect.name in ("mysql", "mariadb")
        if is_mysql:
            connection.exec_driver_sql("SELECT GET_LOCK('sonmat_migrate', 60)")
        try:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        finally:
            if is_mysql:
                connection.exec_driver_sql("SELECT RELEASE_LOCK('sonmat_migrate')")
