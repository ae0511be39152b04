"""What guards the pages: security headers, limits of bodies, limits of rates.

Sources: OWASP cheat sheets on file upload, cross-site request forgery, content security policy and HTTP headers.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Annotated

from fastapi import Path
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from collector.store import RateLimits
from collector.web.tokens import Tokens
from templates.errors import PersonError

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
}
HTTPS_HEADER = "max-age=31536000; includeSubDomains"
NO_LENGTH = "보내는 양을 알 수 없습니다. Send a Content-Length: bodies of unknown length are not taken.\n"
HOUSEHOLD_BITS = 64
HOUR_S = 3600.0
QUARTER_S = 900.0
Number = Annotated[int, Path(ge=0, le=2**31 - 1)]
"""A number in an address: no larger than databases and names of files hold."""


class Refusal(PersonError):
    """A request that is not answered; ``status`` is its HTTP code."""

    code = "request"

    def __init__(self, status: int, korean: str, english: str) -> None:
        super().__init__(korean, english)
        self.status = status


def not_found() -> Refusal:
    """No such page, or one that is nobody's business."""
    return Refusal(
        404,
        "이 주소에는 아무것도 없습니다. 주소를 다시 확인해 주세요. 지운 글씨일 수도 있습니다.",
        "There is nothing at this address: check it once more. The handwriting may have been deleted.",
    )


def too_large() -> Refusal:
    """More bytes than any honest request has."""
    return Refusal(
        413,
        "한 번에 보낸 것이 너무 큽니다. 사진을 몇 장씩 나누어 올려 주세요.",
        "That was too much at once: please upload the photographs a few at a time.",
    )


class BodyTooLarge(Exception):
    """The body of a request grew beyond its limit while it was read."""


class SecurityHeaders:
    """Adds the security headers to every answer, and keeps what is private out of caches."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
                if self._https:
                    headers["strict-transport-security"] = HTTPS_HEADER
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class BodyLimit:
    """Stops reading a request that is larger than allowed, whatever it declared."""

    def __init__(self, app: ASGIApp, upload_bytes: int, form_bytes: int) -> None:
        self._app = app
        self._upload_bytes = upload_bytes
        self._form_bytes = form_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._upload_bytes if scope["path"].endswith("/photos") else self._form_bytes
        if "transfer-encoding" in Headers(scope=scope):  # the server takes no bodies of unknown length
            await PlainTextResponse(NO_LENGTH, 411, {"connection": "close"})(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        seen = int(declared) if declared.isdigit() and int(declared) > limit else 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise BodyTooLarge
            return message

        await self._app(scope, counted, send)


@dataclass(frozen=True)
class Rate:
    """How often somebody may ask for something of one kind."""

    kind: str
    most: int
    period_s: float = HOUR_S


class Rates:
    """Counts what each address and each writer asked for, in the database: all web processes count together."""

    def __init__(self, rates: RateLimits, tokens: Tokens) -> None:
        self._rates = rates
        self._tokens = tokens

    async def spend(self, rate: Rate, who: str, count: int = 1) -> None:
        """Counts so many requests; the database learns no addresses, only signatures of them.

        Raises:
            Refusal: there were too many.
        """
        bucket = self._tokens.rate_bucket(rate.kind, who)
        if not await run_in_threadpool(self._rates.take, bucket, rate.most, rate.period_s, count):
            raise Refusal(
                429,
                "짧은 동안 너무 많이 요청했습니다. 잠시 쉬었다가 다시 해 주세요.",
                "Too many requests in a short time: please wait a little and try again.",
            )

    async def give_back(self, rate: Rate, who: str) -> None:
        """Takes back the counting of one request."""
        bucket = self._tokens.rate_bucket(rate.kind, who)
        await run_in_threadpool(self._rates.give_back, bucket, rate.most, rate.period_s)


def address(request: Request) -> str:
    """Whom a request comes from; a proxy's word counts only where the server was told to trust it.

    Of IPv6 the network counts (RFC 6177: a household has at least 2^64 addresses).
    """
    host = request.client.host if request.client else "unknown"
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((int(found), HOUSEHOLD_BITS), strict=False))
    return str(found)
