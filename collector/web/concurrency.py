"""How much goes on at once in one web process: requests, uploads, progress streams."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

BUSY = "잠시 뒤에 다시 해 주세요. Many people are here right now: please try again in a moment.\n"
RETRY_AFTER = {"retry-after": "5"}


class ConcurrencyLimits:
    """Counts what goes on, and how much of it belongs to one address or one project."""

    def __init__(self, most: int, most_an_address: int, most_a_project: int) -> None:
        self._most = (most, most_an_address, most_a_project)
        self._count = 0
        self._by_address: Counter[str] = Counter()
        self._by_project: Counter[str] = Counter()

    def begin(self, address: str, project_id: str) -> bool:
        """Counts one more; False where there are enough."""
        counts = (self._count, self._by_address[address], self._by_project[project_id])
        if any(count >= most for count, most in zip(counts, self._most, strict=True)):
            return False
        self._add(address, project_id, 1)
        return True

    def end(self, address: str, project_id: str) -> None:
        """One less."""
        self._add(address, project_id, -1)

    @contextmanager
    def counted(self, address: str, project_id: str) -> Iterator[bool]:
        """Counts one more for as long as the block takes; gives False, and counts nothing, where there are enough."""
        has_begun = self.begin(address, project_id)
        try:
            yield has_begun
        finally:
            if has_begun:
                self.end(address, project_id)

    def _add(self, address: str, project_id: str, change: int) -> None:
        self._count += change
        for counts, name in ((self._by_address, address), (self._by_project, project_id)):
            counts[name] += change
            if not counts[name]:
                del counts[name]


class EventStream(StreamingResponse):
    """Server-sent events that are counted until their connection ends, however it ends."""

    def __init__(self, events: AsyncIterator[str], limits: ConcurrencyLimits, address: str, project_id: str) -> None:
        super().__init__(events, media_type="text/event-stream")
        self._limits = limits
        self._counted_as = (address, project_id)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the events."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._limits.end(*self._counted_as)


class RequestLimit:
    """Answers 503 where too many requests are being answered; machines that ask after the process always get in."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        # Streams have a limit of their own, since they last.
        if scope["type"] != "http" or scope["path"] == "/healthz" or scope["path"].endswith("/events"):
            await self._app(scope, receive, send)
            return
        if self._count >= self._most:
            await PlainTextResponse(BUSY, 503, RETRY_AFTER)(scope, receive, send)
            return
        self._count += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._count -= 1
