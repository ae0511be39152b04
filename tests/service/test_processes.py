"""Processes that die are noticed and started again; who depended on them is told, and nothing is left behind."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from sqlalchemy import text

from collector.store import Store, open_store
from collector.web.tokens import project_id
from deploy.jobs.maintenance import Maintenance
from deploy.processes import _Upkeep
from deploy.supervisor import Supervisor
from tests.service.load import form_token
from tests.service.servers import free_port

LIMIT_S = 180.0


@dataclass
class Served:
    """``sonmat serve`` on a data folder."""

    folder: Path
    options: tuple[str, ...]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        environment = os.environ | {"SONMAT_DATA": str(self.folder), "SONMAT_PORT": str(self.port)}
        environment |= {"SONMAT_DEVICE": "cpu", "SONMAT_READERS": "1", "OMP_NUM_THREADS": "1"}
        with (self.folder / f"serve-{self.port}.log").open("wb") as log:
            command = [sys.executable, "-m", "deploy", "serve", *self.options]
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def ready(self) -> dict[str, bool] | None:
        """What ``/readyz`` says; None where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=20) as answer:
                found: dict[str, bool] = json.load(answer)
        except urllib.error.HTTPError as error:
            found = json.load(error)
        except OSError:
            return None
        return found

    def is_ready(self) -> bool:
        return all((self.ready() or {"nobody": False}).values())

    def wait(self, condition: Callable[[], bool], what: str) -> float:
        """Waits until something has come true; seconds that it took."""
        begun_s = time.monotonic()
        while not condition():
            assert time.monotonic() - begun_s < LIMIT_S, f"never: {what}\n{self.logs()}"
            time.sleep(0.05)
        return time.monotonic() - begun_s

    def logs(self) -> str:
        return (self.folder / f"serve-{self.port}.log").read_text(errors="replace")[-3000:]

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)


Serve = Callable[..., Served]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    started: list[Served] = []

    def start(*options: str) -> Served:
        started.append(Served(tmp_path, options))
        return started[-1]

    yield start
    for each in started:
        each.end()


def worker_pids(store: Store) -> set[int]:
    return {int(worker.id.split("/")[1]) for worker in store.operations.workers()}


def test_a_dead_worker_is_noticed_and_started_again(serve: Serve, tmp_path: Path) -> None:
    served = serve()
    served.wait(served.is_ready, "ready")
    with closing(open_store(f"sqlite:///{tmp_path / 'sonmat.sqlite3'}")) as store:
        [first] = worker_pids(store)
        os.kill(first, signal.SIGKILL)
        unready_s = served.wait(lambda: (served.ready() or {}).get("worker") is False, "unready without its worker")
        again_s = served.wait(served.is_ready, "ready with the next worker")
        assert len(worker_pids(store) - {first}) == 1
    print(f"unready after {unready_s:.1f} s, ready again after {again_s:.1f} s")
    children = psutil.Process(served.process.pid).children(recursive=True)
    served.end()
    assert psutil.wait_procs(children, timeout=LIMIT_S)[1] == []


def upload_all(served: Served, photos: list[Path]) -> str:
    """Sends photographs, and does not wait for the answer; the project's token."""
    browser = httpx2.Client(base_url=f"http://127.0.0.1:{served.port}", follow_redirects=True, timeout=600)
    token = browser.post("/s", params={"form_token": form_token(browser, "/")}).url.path.split("/")[2]
    form = {"form_token": form_token(browser, f"/s/{token}/photos")}

    files = [("photos", (photo.name, photo.read_bytes())) for photo in photos]

    def send() -> None:
        with suppress(httpx2.TransportError):  # the server is killed meanwhile
            browser.post(f"/s/{token}/photos", params=form, files=files)

    threading.Thread(target=send, daemon=True).start()
    return token


def test_a_killed_web_takes_its_readers_along_and_another_one_reads_on(
    serve: Serve, tmp_path: Path, pages: list[Path]
) -> None:
    served, other = serve("--no-worker"), serve("--no-worker")
    for each in (served, other):
        each.wait(each.is_ready, "ready")
    token = upload_all(served, pages)
    with closing(open_store(f"sqlite:///{tmp_path / 'sonmat.sqlite3'}")) as store:

        def uploads() -> list[Any]:
            return store.projects.uploads(project_id(token))

        def owners() -> list[str]:
            with store.engine.connect() as connection:
                return list(connection.scalars(text("SELECT owner FROM waiting_readings")))

        served.wait(lambda: len(uploads()) == len(pages), "all are here")
        unread = sum(upload.is_unread for upload in uploads())
        children = psutil.Process(served.process.pid).children(recursive=True)
        assert unread and children
        served.process.kill()
        begun_s = time.monotonic()
        assert psutil.wait_procs(children, timeout=LIMIT_S)[1] == []
        print(f"{len(children)} processes gone after {time.monotonic() - begun_s:.1f} s")
        taken_s = other.wait(lambda: f"/{served.process.pid}/" not in "".join(owners()), "taken over")
        read_s = taken_s + other.wait(lambda: not any(upload.is_unread for upload in uploads()), "read by the other")
        print(f"{unread} unread photographs: taken over after {taken_s:.1f} s, all read after {read_s:.1f} s")
        assert [(upload.error_code, upload.reading is not None) for upload in uploads()] == [(None, True)] * len(pages)
        files = {path.name for path in (tmp_path / "uploads" / project_id(token)).iterdir()}
    assert files == {f"{kind}-{number}.jpg" for kind in ("photo", "page") for number in range(1, len(pages) + 1)}


def test_a_child_that_ends_is_started_again_and_again(tmp_path: Path) -> None:
    script = f"open({str(tmp_path / 'starts')!r}, 'a').write('x')"
    supervisor = Supervisor([sys.executable, "-c", script], first_pause_s=0.01)
    end_s = time.monotonic() + LIMIT_S
    while not (tmp_path / "starts").exists() or len((tmp_path / "starts").read_text()) < 3:
        assert time.monotonic() < end_s
        time.sleep(0.05)
    supervisor.stop(LIMIT_S)
    assert supervisor.pid is None


def test_a_child_that_does_not_want_to_end_is_ended() -> None:
    stubborn = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint(flush=True)\ntime.sleep(600)"
    supervisor = Supervisor([sys.executable, "-c", stubborn])
    supervisor.stop(0.5)
    assert supervisor.pid is None


def test_the_end_of_maintenance_ends_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()

    def run(maintenance: Maintenance) -> None:
        raise SystemExit

    monkeypatch.setattr(Maintenance, "run", run)
    upkeep = _Upkeep(object.__new__(Maintenance), stop)
    upkeep.run()
    assert upkeep.has_failed and stop.is_set()
