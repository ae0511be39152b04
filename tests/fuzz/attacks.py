"""What hostile visitors send to a web process, one kind of attack a function; all on the loopback, all bounded.

Every attack takes a victim and seconds, and returns how often each status was answered: 0 where the server closed the
connection without an answer, -1 where it said nothing in time.
"""

import asyncio
import contextlib
import encodings.aliases
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import quote

ANSWER_S = 20.0
AT_ONCE = 8
LONG = 395_000
"""Bytes of a form just below what forms may have."""
CONNECTIONS = 1040
"""More than a process with 1,024 open files can hold."""
STREAMS = 300
DRAWINGS = 40
HEADER_LINES = 400
METHODS = 400

Statuses = Counter[int]
Attack = Callable[["Victim", float], Awaitable[Statuses]]


@dataclass
class Victim:
    """A service on this machine, with a project of ours and the form token and cookie of our browser."""

    port: int
    project: str
    form_token: str
    dice: random.Random = field(default_factory=lambda: random.Random(7))

    def head(self, method: str, path: str, *lines: str) -> bytes:
        """A request's head."""
        own = (f"{method} {path} HTTP/1.1", "Host: localhost", f"Cookie: sonmat_form={self.form_token}")
        return "\r\n".join((*own, *lines, "", "")).encode("latin-1", "replace")

    def post(self, path: str, body: bytes, kind: str = "application/x-www-form-urlencoded") -> bytes:
        """A form as our pages send it."""
        lines = f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Accept: application/json"
        return self.head("POST", f"{path}?form_token={self.form_token}", *lines) + body


async def ask(victim: Victim, request: bytes, answer_s: float = ANSWER_S) -> int:
    """Sends one request; the status of its answer."""
    try:
        async with asyncio.timeout(answer_s):
            reader, writer = await asyncio.open_connection("127.0.0.1", victim.port)
            try:
                with contextlib.suppress(ConnectionError):
                    writer.write(request)
                    await writer.drain()
                return _status(await reader.readline())
            finally:
                writer.transport.abort()
    except TimeoutError:
        return -1
    except ConnectionError:
        return 0


def _status(line: bytes) -> int:
    parts = line.split()
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0


async def _ask_all(victim: Victim, requests: list[bytes], seconds: float) -> Statuses:
    """Sends requests, a few at once, until they or the time end."""
    statuses: Statuses = Counter()
    waiting = iter(requests)
    end_s = asyncio.get_running_loop().time() + seconds

    async def lane() -> None:
        for request in waiting:
            statuses[await ask(victim, request)] += 1
            if asyncio.get_running_loop().time() > end_s:
                return

    await asyncio.gather(*(lane() for _ in range(AT_ONCE)))
    return statuses


async def methods(victim: Victim, seconds: float) -> Statuses:
    """Words that are no methods, on pages that are and are not there."""
    words = ["".join(victim.dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&'*+-.^_`|~", k=60)) for _ in range(METHODS)]
    paths = ("/", "/s", f"{victim.project}/photos", "/metrics", "/" + "x" * 3000)
    return await _ask_all(victim, [victim.head(word, victim.dice.choice(paths)) for word in words], seconds)


async def charsets(victim: Victim, seconds: float) -> Statuses:
    """Forms in every charset that Python knows, and in some that it does not."""
    names = sorted({*encodings.aliases.aliases.values(), "undefined", "punycode", "idna", "unicode_escape", "klingon"})
    requests = []
    for name in ["punycode", *names]:
        field_part = b'--x\r\nContent-Disposition: form-data; name="action"\r\n\r\n%s\r\n--x--\r\n' % (b"a" * LONG)
        for path in ("/s", f"{victim.project}/photos", f"{victim.project}/letters/ac00"):
            requests.append(victim.post(path, field_part, f"multipart/form-data; boundary=x; charset={name}"))
        requests.append(victim.post("/s", b"x=" + b"a" * LONG, f"application/x-www-form-urlencoded; charset={name}"))
    return await _ask_all(victim, requests, seconds)


async def forms(victim: Victim, seconds: float) -> Statuses:
    """Deep, long and manifold forms."""
    letters = f"{victim.project}/letters/ac00"

    def drawing(strokes: str) -> bytes:
        return victim.post(letters, b"action=draw&strokes=" + quote(strokes).encode()[:LONG])

    many_files = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="f%d"; filename="a"\r\n\r\na\r\n' % k for k in range(3000)
    )
    tiny_parts = b"--x\r\n\r\n" * (LONG // 7)
    requests = [
        drawing("[" * 120_000),
        drawing('{"a":' * 60_000),
        drawing("[[[1" + "0" * 400 + ",0]]]"),
        drawing("[[[1" + "0" * 100_000 + ",0]]]"),
        drawing("[[[1e999,0]]]"),
        drawing(json.dumps([[[0.123456, 0.5]] * 6000])),
        drawing(json.dumps([[[0.5, 0.5]]] * 20_000)),
        victim.post(letters, b"&" * LONG),
        victim.post(letters, b"a=b&" * (LONG // 4)),
        victim.post(letters, b"%zz" * (LONG // 3)),
        victim.post(letters, b"=" * LONG),
        victim.post(f"{victim.project}/photos", many_files + b"--x--", "multipart/form-data; boundary=x"),
        victim.post(f"{victim.project}/photos", tiny_parts, "multipart/form-data; boundary=x"),
        victim.post(f"{victim.project}/photos", b"-" * LONG, "multipart/form-data; boundary=-"),
        victim.post(f"{victim.project}/photos", b"\r" * LONG, "multipart/form-data; boundary=x"),
        victim.post(f"{victim.project}/photos", b"", "multipart/form-data" + ";a=b" * 3000),
        victim.post("/s", b"x", "application/x-www-form-urlencoded" + ';a="' * 3000),
    ]  # fmt: skip
    return await _ask_all(victim, requests * 12, seconds)


async def heads(victim: Victim, seconds: float) -> Statuses:
    """Heads of many lines, long cookies, lists and ranges."""
    lines = [f"X-{k}: {k}" for k in range(HEADER_LINES)]
    ranges = "Range: bytes=" + ",".join(f"{k}-" for k in range(1000))
    requests = [
        victim.head("GET", "/", *lines),
        victim.head("GET", "/", "Cookie: " + "a=b; " * 2000),
        victim.head("GET", "/", "Accept-Language: " + "ko;q=0.1," * 1000),
        victim.head("GET", "/static/hand.woff2", ranges),
        victim.head("GET", "/static/hand.woff2", "Range: bytes=" + "0-0," * 2000),
        victim.head("GET", "/?" + "a=b&" * 3000),
        victim.head("GET", f"{victim.project}/font?text=" + "%ED%9E%A3" * 1500),
        victim.head("GET", "/operator?page=" + "9" * 4000),
        victim.head("GET", "/", "X: " + "y" * 100_000),
        victim.head("GET", "/" + "%ff" * 4000),
    ]
    return await _ask_all(victim, requests * 12, seconds)


async def chunks(victim: Victim, seconds: float) -> Statuses:
    """Bodies in chunks of one byte."""
    head = victim.head("POST", f"/s?form_token={victim.form_token}", "Transfer-Encoding: chunked")
    return await _ask_all(victim, [head + b"1\r\na\r\n" * (LONG // 6)] * 60, seconds)


async def connections(victim: Victim, seconds: float) -> Statuses:
    """Connections that say nothing, half a head or half a body, and stay; then new ones that ask something sound."""
    halves = (
        b"",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Half: ",
        victim.post("/s", b"")[:-4] + b"\r\nX: 1\r\n\r\nhalf",
        victim.head("POST", f"{victim.project}/photos?form_token=none", "Content-Length: 9000000") + b"x" * 2000,
    )
    statuses: Statuses = Counter()
    async with contextlib.AsyncExitStack() as held:
        for k in range(CONNECTIONS):
            await held.enter_async_context(_held(victim, halves[k % len(halves)]))
        end_s = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end_s:
            statuses[await ask(victim, victim.head("GET", "/healthz"))] += 1
            statuses[await ask(victim, victim.head("GET", "/"))] += 1
            await asyncio.sleep(0.2)
    return statuses


@contextlib.asynccontextmanager
async def _held(victim: Victim, opening: bytes) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(ANSWER_S):
            _, writer = await asyncio.open_connection("127.0.0.1", victim.port)
    except (TimeoutError, OSError):
        yield
        return
    with contextlib.suppress(ConnectionError):
        writer.write(opening)
    yield
    writer.transport.abort()


async def slow_bodies(victim: Victim, seconds: float) -> Statuses:
    """Uploads that come byte by byte."""
    head = victim.head(
        "POST", f"{victim.project}/photos?form_token={victim.form_token}", "Content-Length: 30000000",
        "Content-Type: multipart/form-data; boundary=x",
    )  # fmt: skip
    part = b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n\xff\xd8\xff'
    return await _hold_all(victim, [head + part] * 200, seconds, drip=b"x")


async def slow_readers(victim: Victim, seconds: float) -> Statuses:
    """Many requests at once on each connection, whose answers nobody reads."""
    greedy = victim.head("GET", "/sheet/256.pdf") * 40
    return await _hold_all(victim, [greedy] * 60, seconds)


async def _hold_all(victim: Victim, openings: list[bytes], seconds: float, drip: bytes = b"") -> Statuses:
    """Opens connections, holds them and sends a little on each every second; meanwhile asks something sound."""
    statuses: Statuses = Counter()
    end_s = asyncio.get_running_loop().time() + seconds

    async def hold(opening: bytes) -> None:
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(ANSWER_S):
                _, writer = await asyncio.open_connection("127.0.0.1", victim.port)
            writer.write(opening)
            while asyncio.get_running_loop().time() < end_s and not writer.is_closing():
                await asyncio.sleep(1)
                writer.write(drip)
            writer.transport.abort()

    async def sound() -> None:
        while asyncio.get_running_loop().time() < end_s:
            statuses[await ask(victim, victim.head("GET", "/"))] += 1
            await asyncio.sleep(0.5)

    await asyncio.gather(sound(), *map(hold, openings))
    return statuses


async def streams(victim: Victim, seconds: float) -> Statuses:
    """Progress streams of a project with large drawings, all from one address; then its pages, many at once."""
    line = [[round(victim.dice.random(), 4), round(victim.dice.random(), 4)] for _ in range(2900)]
    drawings = [
        victim.post(f"{victim.project}/letters/{0xAC00 + k:04x}", b"action=draw&strokes=" + json.dumps([line]).encode())
        for k in range(DRAWINGS)
    ]
    statuses = await _ask_all(victim, drawings, seconds)
    ask_page = _ask_all(victim, [victim.head("GET", f"{victim.project}/photos")] * 200, seconds)
    open_streams = _hold_all(victim, [victim.head("GET", f"{victim.project}/events")] * STREAMS, seconds)
    for found in await asyncio.gather(ask_page, open_streams):
        statuses += found
    return statuses


ATTACKS: dict[str, Attack] = {
    each.__name__: each
    for each in (methods, charsets, forms, heads, chunks, connections, slow_bodies, slow_readers, streams)
}
