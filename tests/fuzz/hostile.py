"""A web process under attack: whether it goes on answering, how soon, and with how much memory.

    python -m tests.fuzz.hostile                     # ten minutes, all attacks one after another
    python -m tests.fuzz.hostile --seconds 90 --only streams connections

It starts ``sonmat serve --no-worker`` on the loopback with 1,024 open files at most. A second process asks for
``/healthz`` all the while, each time on a new connection.
"""

import argparse
import asyncio
import contextlib
import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.fuzz.attacks import ATTACKS, Attack, Statuses, Victim
from tests.service.servers import free_port

OPEN_FILES = 1024
HEALTH_LIMIT_MS = 250.0
MEMORY_LIMIT_MB = 700.0
START_S = 120.0
ASK_EVERY_S = 0.1
GIVE_UP_S = 30.0
ON_PURPOSE = {503}


@dataclass(frozen=True)
class Survived:
    """How one attack went."""

    attack: str
    statuses: Statuses
    health_ms: float
    """The longest that ``/healthz`` took meanwhile; ``inf`` where it was not answered."""
    memory_mb: float
    """The most that the web process held meanwhile."""

    @property
    def defects(self) -> list[str]:
        """What was not in order, but for the time, which says little on a busy machine."""
        wrong = [f"{count} × {status}" for status, count in self.statuses.items() if _is_defect(status)]
        if self.memory_mb > MEMORY_LIMIT_MB:
            wrong.append(f"{self.memory_mb:.0f} MB")
        return wrong + (["/healthz is not answered"] if self.health_ms == float("inf") else [])


def _is_defect(status: int) -> bool:
    return status == -1 or (status >= 500 and status not in ON_PURPOSE)


@contextlib.contextmanager
def served(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The service's web process and its port."""
    port = free_port()
    environment = os.environ | {"SONMAT_DATA": str(folder), "SONMAT_PORT": str(port), "SONMAT_READERS": "1"}
    with (folder / "web.log").open("wb") as log:
        web = subprocess.Popen(
            [sys.executable, "-m", "deploy", "serve", "--no-worker"],
            env=environment,
            stdout=log,
            stderr=log,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES)),
        )
    try:
        end_s = time.monotonic() + START_S
        while _health_ms(port) == float("inf"):
            if time.monotonic() > end_s or web.poll() is not None:
                raise RuntimeError((folder / "web.log").read_text()[-2000:])
            time.sleep(0.2)
        yield web, port
    finally:
        web.terminate()
        web.wait()


def open_project(port: int) -> Victim:
    """A project with one job, so that it has progress to tell."""
    with httpx2.Client(
        base_url=f"http://127.0.0.1:{port}", follow_redirects=True, trust_env=False, timeout=4 * GIVE_UP_S
    ) as browser:
        found = re.search(r'data-form-token="([^"]+)"', browser.get("/").text)
        assert found is not None
        project = browser.post("/s", params={"form_token": found[1]}).url.path.removesuffix("/photos")
        return Victim(port, project, found[1])


def add_job(folder: Path, victim: Victim) -> None:
    """Puts a waiting job with as many strokes as a project may have into the database."""
    from collector.store import NewJob, Photo, open_store
    from collector.web.job_submitted import job_submitted
    from collector.web.tokens import project_id

    line = [[round(k / 3000, 4), round(k / 7000, 4)] for k in range(2900)]
    letters = {chr(0xAC00 + k): [line] for k in range(90)}
    options = {"numbers": [1], "letters": letters, "pen_em": 0.05}
    with contextlib.closing(open_store(f"sqlite:///{folder / 'sonmat.sqlite3'}")) as store:
        own = project_id(victim.project.removeprefix("/s/"))
        store.submit(NewJob("0" * 64, "손", "ofl", (Photo("a.jpg", "0" * 64, 1),), options, own), job_submitted)


def _health_ms(port: int) -> float:
    begun_s = time.perf_counter()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=GIVE_UP_S) as answer:
            answer.read()
    except (OSError, urllib.error.URLError):
        return float("inf")
    return 1000.0 * (time.perf_counter() - begun_s)


def _watch_health(port: int) -> None:
    """In the second process: tells how long each answer took."""
    while True:
        print(_health_ms(port), flush=True)
        time.sleep(ASK_EVERY_S)


def _memory_mb(process_id: int) -> float:
    status = Path(f"/proc/{process_id}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1000 if found else 0.0


class Watch:
    """What the web process holds, and how soon it answers, since the last look."""

    def __init__(self, web: subprocess.Popen[bytes], port: int) -> None:
        self._web = web
        command = [sys.executable, "-m", "tests.fuzz.hostile", "--watch", str(port)]
        self._second = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._health_ms, self._memory_mb = [0.0], [0.0]
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        assert self._second.stdout is not None
        for line in self._second.stdout:
            self._health_ms.append(float(line))
            with contextlib.suppress(FileNotFoundError):
                self._memory_mb.append(_memory_mb(self._web.pid))

    def take(self) -> tuple[float, float]:
        """The longest answer in ms and the most memory in MB since the last call."""
        found = max(self._health_ms), max(self._memory_mb)
        del self._health_ms[1:], self._memory_mb[1:]
        return found

    def close(self) -> None:
        """Ends the second process."""
        self._second.kill()
        self._second.wait()
        self._thread.join()


def attack(folder: Path, attacks: dict[str, Attack], seconds: float) -> Iterator[Survived]:
    """Starts the service and attacks it in one way after another, all together for so many seconds."""
    with served(folder) as (web, port):
        watch = Watch(web, port)
        try:
            victim = open_project(port)
            add_job(folder, victim)
            watch.take()
            for name, each in attacks.items():
                statuses = asyncio.run(_run(each(victim, seconds / len(attacks))))
                time.sleep(2 * ASK_EVERY_S)
                if web.poll() is not None:
                    statuses[-1] += 1
                yield Survived(name, statuses, *watch.take())
        finally:
            watch.close()


async def _run(attack: Awaitable[Statuses]) -> Statuses:
    return await attack


def main(arguments: Sequence[str] | None = None) -> int:
    """The bench; 1 when anything was not in order."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--only", nargs="+", choices=sorted(ATTACKS), default=list(ATTACKS))
    parser.add_argument("--watch", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.watch:
        _watch_health(options.watch)
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for each in attack(Path(folder), {name: ATTACKS[name] for name in options.only}, options.seconds):
            late = [f"over {HEALTH_LIMIT_MS:.0f} ms"] if each.health_ms > HEALTH_LIMIT_MS else []
            told = ", ".join(each.defects + late) or "in order"
            print(f"{each.attack:12} /healthz {each.health_ms:7.0f} ms  {each.memory_mb:6.0f} MB  {told}  "
                  f"{dict(sorted(each.statuses.items()))}", flush=True)  # fmt: skip
            count += bool(each.defects or late)
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
