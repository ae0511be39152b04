"""One engine for SQLite and one for MySQL, each set so that transactions mean the same on both."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from collector.store.errors import StoreError

BUSY_TIMEOUT_S = 30
CLEAR_TIMEOUT_MS = 500
WRITE_OPTION = "sonmat_write"
"""Execution option of connections that will write: on SQLite they take the write lock when they begin."""

_to_json = partial(json.dumps, ensure_ascii=False)


def open_engine(url: str) -> Engine:
    """An engine for ``sqlite:///…`` or ``mysql+pymysql://…``.

    Raises:
        StoreError: another kind of database, or no URL at all.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Neither the URL nor what SQLAlchemy says of it: both may hold the password.
        raise StoreError("not a database URL: sqlite:///file or mysql+pymysql://user:password@host/name") from None
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    if parsed.get_backend_name() in ("mysql", "mariadb"):
        return _open_mysql(parsed)
    raise StoreError(f"unknown database {parsed.get_backend_name()!r}: use sqlite or mysql+pymysql")


def _open_sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise StoreError("the database must be a file: other processes and a restart must find it again")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, json_serializer=_to_json, connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transactions begin late; ours begin where we say (see _begin_sqlite).
    connection.isolation_level = None
    # Deleted rows are overwritten in the file; the log still has them until it is emptied (see clear_log).
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer half-way gets SQLITE_BUSY at once, whatever the timeout: writers say so first.
    write = connection.get_execution_options().get(WRITE_OPTION, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def clear_log(engine: Engine) -> bool:
    """Empties SQLite's write-ahead log, in which deleted rows stand until then; False where somebody is reading it.

    Nobody waits for it longer than ``CLEAR_TIMEOUT_MS``. Other databases have no log of this kind.
    """
    if engine.dialect.name != "sqlite":
        return True
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={CLEAR_TIMEOUT_MS}")
        is_busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")
        return not is_busy
    finally:
        connection.close()


def _open_mysql(url: URL) -> Engine:
    if "charset" not in url.query:
        url = url.update_query_dict({"charset": "utf8mb4"})
    # READ COMMITTED: with SKIP LOCKED the default level would lock gaps and make relays wait for each other.
    return create_engine(
        url, json_serializer=_to_json, isolation_level="READ COMMITTED", pool_pre_ping=True, pool_recycle=1800
    )
