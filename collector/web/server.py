"""Runs the web application: uvicorn with limits of connections and of time, and without a log of addresses.

Who opens a connection must say soon what they want, send it without long rests and take the answer. Where there are
too many connections, those go first that wait for a request, of whoever holds the most. Source: the slow attacks on
HTTP servers (Slowloris, R.U.D.Y., slow read) in OWASP's Denial of Service Cheat Sheet.
"""

from __future__ import annotations

import asyncio
import resource
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 700
SPARE_FILES = 400
"""Of the files that the process may open: for the database, readers and uploads."""
ACCEPTED_AT_ONCE = 100
"""The event loop accepts so many connections before any of them counts; no more than there are spare files."""
HEADER_BYTES = 16_384
HEADER_S = 15.0
BODY_REST_S = 20.0
LEAST_BYTES_A_SECOND = 1000
"""Of a body, on average, beside its rest: a photograph of 15 MB by a poor telephone line takes five minutes."""
UNREAD_BODY_S = 60.0
"""What is left of a body after its answer is thrown away for so long, for browsers that read answers last."""
SENDING_S = 60.0
"""Seconds within which a client must take some of what waits for it (64 kB)."""
IDLE_S = 5
CHECK_EVERY_TICKS = 10
"""Uvicorn's server ticks ten times a second."""
PIECE_BYTES = 4096

Phase = Literal["header", "body", "unread body", "answering", "sending"]
DISPENSABLE: tuple[Phase, ...] = ("header", "unread body", "body", "sending")


class Connection(H11Protocol):
    """A connection that knows what it waits for, and since when."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Makes room for itself where there are too many connections."""
        super().connection_made(transport)
        self._received = 0
        self._begin_phase(time.monotonic())
        open_ones = [each for each in self.connections if isinstance(each, Connection) and not each.is_closing()]
        if len(open_ones) > most_connections():
            (find_dispensable([each for each in open_ones if each is not self]) or self).abort()

    def data_received(self, data: bytes) -> None:
        """Passes bytes on, but no body of unknown length: tiny chunks take much longer to parse than to send."""
        self._received += len(data)
        # A first packet may hold header and body: in pieces, to see the header before the body is parsed.
        step = PIECE_BYTES if self.phase == "header" else max(1, len(data))
        for start in range(0, len(data), step):
            if self._has_chunks():
                return
            super().data_received(data[start : start + step])

    def _has_chunks(self) -> bool:
        is_body = self.conn.their_state is h11.SEND_BODY
        return is_body and any(name == b"transfer-encoding" for name, _ in self.headers)

    def is_closing(self) -> bool:
        """Whether the connection has ended, or is about to."""
        return self.transport.is_closing()

    def abort(self) -> None:
        """Ends the connection at once."""
        self.transport.abort()

    @property
    def address(self) -> str:
        """Where it comes from: a client's address or a proxy's."""
        return self.client[0] if self.client else ""

    @property
    def phase(self) -> Phase:
        """What is waited for."""
        if self.flow.write_paused:
            return "sending"
        is_answered = self.cycle is None or self.cycle.response_complete
        if self.conn.their_state is h11.SEND_BODY:
            return "unread body" if is_answered else "body"
        return "header" if is_answered else "answering"

    def waited_s(self, now_s: float) -> float:
        """Seconds since the present phase began, as far as it was seen to."""
        is_ours = self.phase == "body" and self.flow.read_paused  # it is we who are slow
        if (self.phase, self.cycle) != self._seen or is_ours:
            self._begin_phase(now_s)
        return now_s - self._since_s

    def _begin_phase(self, now_s: float) -> None:
        self._seen = (self.phase, self.cycle)
        self._since_s, self._received = now_s, 0

    def is_overdue(self, now_s: float) -> bool:
        """Whether the other side has let this one wait for too long."""
        waited_s = self.waited_s(now_s)
        match self.phase:
            case "header":
                return waited_s > HEADER_S
            case "body":
                return waited_s > BODY_REST_S + self._received / LEAST_BYTES_A_SECOND
            case "unread body":
                return waited_s > UNREAD_BODY_S
            case "sending":
                return waited_s > SENDING_S
            case _:
                return False


def most_connections() -> int:
    """How many connections a process of so many open files keeps."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MOST_CONNECTIONS if files == resource.RLIM_INFINITY else max(1, min(MOST_CONNECTIONS, files - SPARE_FILES))


def find_dispensable(connections: Sequence[Connection]) -> Connection | None:
    """The connection to end where there are too many; None where all of them are being answered.

    Of those that wait for a request, else for a body, else for a slow reader: of the address with the most of all
    connections the one that has waited longest.
    """
    now_s = time.monotonic()
    held = Counter(each.address for each in connections)

    def rank(each: Connection) -> tuple[int, int, float]:
        return -DISPENSABLE.index(each.phase), held[each.address], each.waited_s(now_s)

    return max((each for each in connections if each.phase in DISPENSABLE), key=rank, default=None)


class Server(uvicorn.Server):
    """Uvicorn's server, which ends connections that are overdue."""

    async def on_tick(self, counter: int) -> bool:
        """Looks after the connections once a second."""
        if counter % CHECK_EVERY_TICKS == 0:
            now_s = time.monotonic()
            for each in tuple(self.server_state.connections):
                if isinstance(each, Connection) and each.is_overdue(now_s):
                    each.abort()
        return await super().on_tick(counter)


def make_server(app: ASGIApp, host: str, port: int, trusted_proxies: str, **options: Any) -> Server:
    """The server of an application; ``options`` go to uvicorn's configuration."""
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    return Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http=Connection,
            ws="none",
            backlog=ACCEPTED_AT_ONCE,
            h11_max_incomplete_event_size=HEADER_BYTES,
            timeout_keep_alive=IDLE_S,
            log_level="warning",
            access_log=False,  # the addresses of projects are their keys
            proxy_headers=True,
            forwarded_allow_ips=trusted_proxies,
            server_header=False,
            timeout_graceful_shutdown=5,
            **options,
        )
    )
