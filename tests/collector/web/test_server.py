"""Connections that keep the server waiting are ended; others are answered meanwhile."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from collector.web import server
from collector.web.server import Server, make_server
from collector.web.uploads.reader_pool import ReaderPool
from tests.service.servers import free_port
from tests.service.visitor import Person, make_person

LIMIT_S = 120.0
BODY = b"Content-Length: 9000000\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n"


@dataclass
class Served:
    """A person's application behind the real server."""

    person: Person
    server: Server

    def connect(self, opening: bytes = b"") -> socket.socket:
        """A connection on which something was said."""
        connection = socket.create_connection(("127.0.0.1", self.server.config.port), LIMIT_S)
        connection.sendall(opening)
        return connection

    def ask(self, request: bytes) -> bytes:
        """The first bytes of the answer to a request."""
        with self.connect(request) as connection:
            return connection.recv(4096)

    def is_alive(self) -> bool:
        return b" 200 OK" in self.ask(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")


@pytest.fixture
def served(tmp_path: Path, readers: ReaderPool) -> Iterator[Served]:
    for person in make_person(tmp_path, readers):
        person.begin()
        running = make_server(person.client.app, "127.0.0.1", free_port(), "127.0.0.1", lifespan="off")
        thread = threading.Thread(target=running.run, daemon=True)
        thread.start()
        while not running.started:
            time.sleep(0.02)
        yield Served(person, running)
        running.should_exit = True
        thread.join()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that waits for nothing."""
    for name in ("HEADER_S", "BODY_REST_S", "UNREAD_BODY_S", "SENDING_S"):
        monkeypatch.setattr(server, name, 0.0)
    monkeypatch.setattr(server, "LEAST_BYTES_A_SECOND", 10**9)


def is_ended(connection: socket.socket) -> bool:
    """Waits until the server has ended a connection."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    "opening",
    [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX-Half: ", b"POST /s HTTP/1.1\r\nHost: x\r\n" + BODY + b"half"],
)
def test_who_keeps_the_server_waiting_is_sent_away(served: Served, opening: bytes) -> None:
    with served.connect(opening) as connection:
        assert is_ended(connection)


@pytest.mark.usefixtures("hasty")
def test_half_an_upload_ends_without_a_defect(served: Served) -> None:
    token = served.person.get("/").text.split('data-form-token="')[1].split('"')[0]
    path = f"{served.person.address}/photos?form_token={token}"
    cookies = f"Cookie: sonmat_form={token}"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\n{cookies}\r\n".encode() + BODY
    with served.connect(
        head + b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\nhalf'
    ) as one:
        assert is_ended(one)
    assert served.is_alive()
    figures = served.person.client.app.state.web.metrics.text().decode()
    assert 'status="5' not in figures


@pytest.mark.usefixtures("hasty")
def test_who_takes_no_answers_is_sent_away(served: Served) -> None:
    request = b"GET /sheet/256.pdf HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(LIMIT_S)
        connection.connect(("127.0.0.1", served.server.config.port))
        connection.sendall(request * 200)
        end_s = time.monotonic() + LIMIT_S
        while served.server.server_state.connections and time.monotonic() < end_s:
            time.sleep(0.05)
        assert not served.server.server_state.connections


def test_a_thousand_connections_leave_room_for_another(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 20)
    halves = (b"", b"GET / HTTP/1.1\r\nX: ", b"POST /s HTTP/1.1\r\nHost: x\r\n" + BODY + b"half")
    held = [served.connect(halves[k % len(halves)]) for k in range(200)]
    assert served.is_alive()
    assert len(served.server.server_state.connections) <= 21
    assert sum(is_ended(connection) for connection in held[:150]) == 150, "those that wait longest go first"
    for connection in held:
        connection.close()


def test_bodies_of_unknown_length_are_not_taken(served: Served) -> None:
    head = b"POST /s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert b" 411 " in served.ask(head + b"1\r\na\r\n" * 50_000)
    assert served.is_alive()


def test_open_files_bound_the_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    for files, most in ((1024, 624), (10**6, 700), (-1, 700), (100, 1)):
        monkeypatch.setattr(server.resource, "getrlimit", lambda kind, files=files: (files, files))
        assert server.most_connections() == most


def test_no_log_holds_a_projects_address(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    path = served.person.address.encode()
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("uvicorn").setLevel(logging.DEBUG)
        served.ask(b"GET %s/photos HTTP/1.1\r\nHost: x\r\n\r\n" % path)
        served.ask(b"GET %s/status HTTP/1.1\r\nHost: x\r\n\r\n" % path)
        served.ask(b"POST %s/photos HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n" % path)
    assert served.person.address not in caplog.text
