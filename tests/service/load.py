"""Load: many uploads at once, and operators' pages over many jobs."""

from __future__ import annotations

import json
import re
import secrets
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import psutil
from sqlalchemy import insert

from collector.store import JobState, Phase, Store
from collector.store.models import JobRow, OutboxRow, StageRow
from tests.service.servers import Server

BATCH = 1000
STAGES = ("hand", "seed", "adapt", "generate", "redraw", "fontbuild", "specimen")
SHARES = ((JobState.DONE, 0.9), (JobState.FAILED, 0.04), (JobState.REFUSED, 0.04), (JobState.QUEUED, 0.02))
REPEATS = 7
ASK_S = 2.0
ANSWER_LIMIT_S = 900.0
MIB = 1024.0 * 1024.0


class WebProcess(Server):
    """``sonmat serve --no-worker``."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        super().__init__("web", folder)
        self.token = secrets.token_hex(16)
        own = {"DATA": str(folder), "PORT": str(self.port), "OPERATOR_TOKEN": self.token}
        self._environment = environment | {f"SONMAT_{name}": value for name, value in own.items()}

    def command(self) -> Sequence[str]:
        """The same command that operators use, its settings before it."""
        settings = [f"{name}={value}" for name, value in self._environment.items()]
        return ["env", *settings, sys.executable, "-m", "deploy", "serve", "--no-worker"]

    def peak_mib(self) -> float:
        """Resident memory of the web process and its readers, now; MiB."""
        if self._process is None:
            return 0.0
        web = psutil.Process(self._process.pid)
        return sum(map(_resident_mib, [web, *web.children(recursive=True)]))


def _resident_mib(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss) / MIB
    except psutil.Error:  # ended meanwhile
        return 0.0


@dataclass(frozen=True)
class UploadLoad:
    """The times of many uploads."""

    uploads: int
    clients: int
    errors: tuple[str, ...]
    alone: UploadTimes
    """One upload on an idle service."""
    answers_s: Sequence[float]
    """Sorted."""
    verdicts_s: Sequence[float]
    """Sorted; from the beginning of the upload."""
    seconds: float
    peak_mib: float


@dataclass(frozen=True)
class UploadTimes:
    """The times of one upload."""

    answer_s: float
    """Until the form was answered: the photograph is there."""
    verdict_s: float
    """Until it was read."""
    error: str


def load_uploads(web: WebProcess, photo: Path, uploads: int, clients: int) -> UploadLoad:
    """Clients with a project each upload one photograph after another, through the form as a script does."""
    first = Client(web)
    first.upload(photo)  # starts the first reading process; not measured
    alone = first.upload(photo)
    peaks, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            peaks.append(web.peak_mib())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    started_s = time.monotonic()
    with ThreadPoolExecutor(clients) as pool:
        found = list(pool.map(lambda own: _upload_all(web, photo, own), _shares(uploads, clients)))
    seconds = time.monotonic() - started_s
    done.set()
    watcher.join()
    passed = [each for client in found for each in client]
    return UploadLoad(
        uploads,
        clients,
        tuple(each.error for each in passed if each.error),
        alone,
        sorted(each.answer_s for each in passed),
        sorted(each.verdict_s for each in passed),
        seconds,
        max(peaks),
    )


def _shares(count: int, clients: int) -> list[int]:
    return [count // clients + (k < count % clients) for k in range(clients)]


def _upload_all(web: WebProcess, photo: Path, count: int) -> list[UploadTimes]:
    client = Client(web)
    return [client.upload(photo) for _ in range(count)]


class Client:
    """Somebody with a browser and a project of their own."""

    def __init__(self, web: WebProcess) -> None:
        self._session = open_session(web)
        token = form_token(self._session, "/")
        self._address = self._session.post("/s", params={"form_token": token}).url.path.removesuffix("/photos")

    def upload(self, photo: Path) -> UploadTimes:
        """Uploads a photograph and waits for its verdict, as the page's script does."""
        token = form_token(self._session, f"{self._address}/photos")
        started_s = time.monotonic()
        answer = self._session.post(
            f"{self._address}/photos",
            params={"form_token": token},
            files={"photos": (photo.name, photo.read_bytes())},
            headers={"accept": "application/json"},
        )
        answer_s = time.monotonic() - started_s
        if answer.status_code != 200:
            return UploadTimes(answer_s, answer_s, f"{answer.status_code}: {answer.text[:120]}")
        [taken] = json.loads(answer.text)["photos"]
        while taken["unread"]:
            time.sleep(ASK_S)
            known = self._session.get(f"{self._address}/photos", headers={"accept": "application/json"})
            [taken] = [each for each in json.loads(known.text)["photos"] if each["number"] == taken["number"]]
        return UploadTimes(
            answer_s, time.monotonic() - started_s, str(taken["error"]["code"]) if taken["error"] else ""
        )


def open_session(web: WebProcess) -> httpx2.Client:
    """A browser without scripts."""
    return httpx2.Client(
        base_url=f"http://127.0.0.1:{web.port}", follow_redirects=True, timeout=ANSWER_LIMIT_S, trust_env=False
    )


def form_token(session: httpx2.Client, path: str) -> str:
    """The token that a page's forms carry."""
    found = re.search(r'data-form-token="([^"]+)"', session.get(path).text)
    return found[1] if found else ""


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the sorted values does not exceed."""
    return values[max(0, -(-round(len(values) * share * 1000) // 1000) - 1)] if values else 0.0


def fill(store: Store, count: int) -> list[str]:
    """Inserts many finished jobs with stages and events; returns some of their ids."""
    now, ids = datetime.now(UTC), [str(uuid.uuid4()) for _ in range(count)]
    states = [state for state, share in SHARES for _ in range(round(share * count))] + [JobState.DONE] * count
    for at in range(0, count, BATCH):
        chosen = range(at, min(at + BATCH, count))
        moments = {k: now - timedelta(minutes=count - k) for k in chosen}
        jobs = [_job(ids[k], k, states[(k * 7919) % count], moments[k]) for k in chosen]
        stages = [_stage(ids[k], name, moments[k]) for k in chosen for name in STAGES]
        events = [_event(ids[k], moments[k]) for k in chosen for _ in range(4)]
        with store.engine.begin() as connection:
            connection.execute(insert(JobRow), jobs)
            connection.execute(insert(StageRow), stages)
            connection.execute(insert(OutboxRow), events)
    return ids[:: max(1, count // 3)]


def _job(job_id: str, number: int, state: JobState, at: datetime) -> dict[str, object]:
    has_failed = state is JobState.FAILED
    return {
        "id": job_id,
        "key": f"{number:064x}",
        "name": f"글씨 {number}",
        "licence": "ofl",
        "options": {"name": f"글씨 {number}", "numbers": [1, 2, 3]},
        "state": state.value,
        "phase": (Phase.COLLECT if state is JobState.QUEUED else Phase.BUILD).value,
        "stage": "specimen",
        "attempt": 3,
        "tries": 1,
        "progress": 0.0,
        "note": "",
        "project_id": f"{number:064x}",
        "error_code": "ZeroDivisionError" if has_failed else None,
        "error": "Traceback\n" + "  File …\n" * 60 if has_failed else None,
        "report": {"cells": {"read": 350}, "glyphs": list(range(300))} if state is JobState.DONE else None,
        "created_at": at,
        "updated_at": at,
    }


def _stage(job_id: str, name: str, at: datetime) -> dict[str, object]:
    return {"job_id": job_id, "stage": name, "key": job_id, "seconds": 9.0, "peak_memory_mib": 500, "finished_at": at}


def _event(job_id: str, at: datetime) -> dict[str, object]:
    return {"topic": "sonmat.fonts", "key": job_id, "payload": {"job": job_id}, "created_at": at, "published_at": at}


@contextmanager
def operator(web: WebProcess) -> Iterator[Callable[[str], float]]:
    """Logs in as operator; the function returns a page's median milliseconds."""
    with open_session(web) as session:
        login = "/operator/login"
        session.post(login, params={"form_token": form_token(session, login)}, data={"token": web.token})

        def page_ms(path: str) -> float:
            times = []
            for _ in range(REPEATS):
                started_s = time.perf_counter()
                answer = session.get(path, headers={"authorization": f"Bearer {web.token}"})
                times.append(1000.0 * (time.perf_counter() - started_s))
                answer.raise_for_status()
            return sorted(times)[REPEATS // 2]

        yield page_ms


def pages_of(job_id: str) -> dict[str, str]:
    """The operator's pages by what they show."""
    return {
        "all jobs": "/operator",
        "failed jobs": "/operator?state=failed",
        "a search": "/operator?q=ZeroDivision",
        "a search in vain": "/operator?q=nowhere",
        "the last page": "/operator?page=400",
        "one job": f"/operator/jobs/{job_id}",
        "workers": "/operator/workers",
        "figures": "/operator/figures",
        "dead letters": "/operator/dead",
        "figures for Prometheus": "/metrics",
    }
