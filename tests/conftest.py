"""What tests of several rooms share: what happens where a program is missing, real servers, databases of each kind."""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from collector.store import Store, open_store
from collector.store.models import Base
from tests.service.servers import Broker, MariaDb, ObjectStore, Server, ServerMissingError

pytest_plugins = ["tests.service.buckets", "tests.service.visitor"]


def missing(what: str) -> NoReturn:
    """Skips a test for what this machine lacks; with ``CI=true``, where nothing may be lacking, fails it."""
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(f"with CI=true nothing is skipped: {what}", pytrace=False)
    pytest.skip(what)


def _running(kind: type[Server], folder: Path) -> Iterator[Server]:
    try:
        server = kind(folder)
        server.start()
    except ServerMissingError as error:
        missing(str(error))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A private MariaDB, started once a run."""
    yield from _running(MariaDb, tmp_path_factory.mktemp("mariadb"))


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A broker that speaks the Kafka protocol, started once a run."""
    yield from _running(Broker, tmp_path_factory.mktemp("broker"))


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An S3 server, started once a run."""
    yield from _running(ObjectStore, tmp_path_factory.mktemp("objects"))


@pytest.fixture(params=["sqlite", "mariadb"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind we speak."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'sonmat.sqlite3'}"
    server: MariaDb = request.getfixturevalue("mariadb")
    return server.create(f"test_{uuid.uuid4().hex}")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of today's schema, made once a run: every test gets a copy."""
    path = tmp_path_factory.mktemp("migrated") / "sonmat.sqlite3"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def migrated_mariadb(mariadb: MariaDb) -> str:
    """The URL of a database of today's schema, made once a run: every test finds it empty."""
    url = mariadb.create("migrated")
    open_store(url).close()
    return url


@pytest.fixture(params=["sqlite", "mariadb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store on an empty database of each kind."""
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path)
        opened = open_store(f"sqlite:///{path}", is_prepared=True)
    else:
        opened = open_store(request.getfixturevalue("migrated_mariadb"), is_prepared=True)
        with opened.engine.begin() as connection:
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())
    yield opened
    opened.close()
