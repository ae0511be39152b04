"""Whose rate a request is counted at."""

import pytest
from starlette.requests import Request
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from collector.web.security import address


async def seen(client: str, forwarded: str, trusted: str) -> str:
    """The address that a request is counted at, behind what the server puts before the application."""
    found: list[str] = []

    async def application(scope, receive, send) -> None:
        found.append(address(Request(scope)))

    scope = {
        "type": "http",
        "client": (client, 4000),
        "scheme": "http",
        "headers": [(b"x-forwarded-for", forwarded.encode())] if forwarded else [],
    }
    await ProxyHeadersMiddleware(application, trusted)(scope, None, None)
    return found[0]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("client", "forwarded", "trusted", "counted"),
    [
        ("203.0.113.9", "", "127.0.0.1", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "127.0.0.1", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1", "127.0.0.1", "198.51.100.1"),
        ("10.1.2.3", "198.51.100.1", "10.0.0.0/8", "198.51.100.1"),
        ("10.1.2.3", "6.6.6.6, 198.51.100.1", "10.0.0.0/8", "198.51.100.1"),
        ("10.1.2.3", "6.6.6.6, 198.51.100.1, 10.9.9.9", "10.0.0.0/8", "198.51.100.1"),
        ("2001:db8:1:2:aaaa::1", "", "127.0.0.1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "", "127.0.0.1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "", "127.0.0.1", "203.0.113.9"),
        ("testclient", "", "127.0.0.1", "testclient"),
    ],
)
async def test_a_proxys_word_counts_only_where_it_is_trusted(
    client: str, forwarded: str, trusted: str, counted: str
) -> None:
    assert await seen(client, forwarded, trusted) == counted


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
