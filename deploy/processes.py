"""The processes of the service: the web, workers, the caretaker; alone or all under one command."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
import uvicorn

from collector.blobs import Uploads
from collector.events import Bus
from collector.store import Store, open_store
from collector.web import WebConfig, create_app
from deploy.container import open_blobs, open_bus, retries_of
from deploy.font_service import PipelineFontService
from deploy.job_process import LOG_FORMAT, SERVICE
from deploy.jobs.db_retry import retry_while_unavailable
from deploy.jobs.maintenance import Maintenance, drop_leftovers
from deploy.jobs.process_pool import JobImplementation
from deploy.jobs.worker import COLLECTOR, DRAWER, EVERYTHING, JobWorker, Kind
from deploy.pipeline.artifact_store import Blobs
from deploy.settings import Settings
from templates.errors import PersonError

STOP_S = 15.0


class NeedsKafkaError(PersonError):
    """Workers of different kinds need a bus that reaches them."""

    code = "settings.bus"

    def __init__(self) -> None:
        super().__init__(
            "collect는 SONMAT_BUS=kafka일 때 씁니다. 한 컴퓨터에서는 ‘sonmat serve’ 하나로 모두 됩니다.",
            "collect is for SONMAT_BUS=kafka: on a single machine “sonmat serve” does everything.",
        )


def serve(settings: Settings, *, with_worker: bool) -> None:
    """Answers people until stopped; with a worker of its own this one command is the whole service."""
    _log()
    # Uvicorn sends itself the signal once more when it has stopped in request: that must not cut off what follows here.
    signal.signal(signal.SIGTERM, _leave)
    with open_blobs(settings) as blobs, closing(open_store(settings.database_url)) as store:
        drop_leftovers(blobs.uploads)
        beside = [sys.executable, "-m", "deploy", "work", "--beside"]
        worker = subprocess.Popen(beside, stdin=subprocess.PIPE) if with_worker else None
        try:
            shown = "localhost" if settings.host in ("127.0.0.1", "0.0.0.0") else settings.host
            typer.echo(f"손맛이 열렸습니다 · Sonmat is open: http://{shown}:{settings.port}/", err=True)
            font_service = PipelineFontService(store, blobs.artifacts, blobs.uploads)
            uvicorn.run(
                create_app(web_config(settings, blobs.uploads), store, font_service, blobs.uploads),
                host=settings.host,
                port=settings.port,
                log_level="warning",
                proxy_headers=True,
                forwarded_allow_ips=settings.proxies,
                server_header=False,
                timeout_graceful_shutdown=5,
            )
        finally:
            if worker is not None:
                worker.terminate()
                worker.wait(STOP_S)


def _leave(signal_number: int, frame: Any) -> None:
    raise SystemExit(0)


def collect(settings: Settings, implementation: JobImplementation = SERVICE) -> None:
    """Reads photographs and builds fonts until stopped.

    Raises:
        NeedsKafkaError: events stay in one process, whose worker does everything.
    """
    if settings.bus == "local":
        raise NeedsKafkaError
    _work(settings, implementation, COLLECTOR)


def work(settings: Settings, implementation: JobImplementation = SERVICE, *, beside: bool = False) -> None:
    """Learns hands and draws until stopped; with local events does everything, for there is no other.

    ``beside``: does everything, and stops too when standard input closes, which tells that the web process that
    started it is gone.
    """
    _work(settings, implementation, EVERYTHING if beside or settings.bus == "local" else DRAWER, beside=beside)


def _work(settings: Settings, implementation: JobImplementation, kind: Kind, *, beside: bool = False) -> None:
    with _open(settings) as parts:
        if beside:
            threading.Thread(target=_wait_for_end, args=(parts.stop,), daemon=True).start()
        caretaker = threading.Thread(target=parts.caretaker(settings).run, name="caretaker", daemon=True)
        if settings.bus == "local":
            caretaker.start()
        retries = retries_of(settings, settings.most_tries)
        try:
            store, bus = parts.store, parts.bus
            JobWorker(
                store, bus, implementation, settings.device, kind, retries, settings.poll_fallback_s, parts.stop
            ).run()
        finally:
            parts.stop.set()
            if caretaker.is_alive():
                caretaker.join()


def relay(settings: Settings) -> None:
    """Publishes events and takes care of silent jobs and old files until stopped."""
    with _open(settings) as parts:
        parts.caretaker(settings).run()


def prepare(settings: Settings) -> None:
    """Brings the database's schema up to date and makes the topics; once before the processes of a new version."""
    with _open(settings) as parts:
        parts.bus.prepare()


@dataclass(frozen=True)
class _Parts:
    """What a process of the service holds."""

    store: Store
    bus: Bus
    blobs: Blobs
    stop: threading.Event

    def caretaker(self, settings: Settings) -> Maintenance:
        """The caretaker of this process."""
        return Maintenance(settings, self.store, self.bus, self.blobs, self.stop)


@contextmanager
def _open(settings: Settings) -> Iterator[_Parts]:
    """Opens what a process needs, and asks it to stop on SIGTERM and Ctrl-C; closes all at the end."""
    _log()
    stop = threading.Event()

    def ask(signal_number: int, frame: Any) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    with (
        open_blobs(settings) as blobs,
        closing(retry_while_unavailable(lambda: open_store(settings.database_url))) as store,
    ):
        bus = open_bus(settings, store)
        with closing(bus):
            yield _Parts(store, bus, blobs, stop)


def web_config(settings: Settings, uploads: Uploads) -> WebConfig:
    """The web's part of the settings."""
    return WebConfig(
        folder=uploads.folder,
        secret=settings.secret or _own_secret(settings.data / "web.secret"),
        operator_token=settings.operator_token,
        https=settings.https,
        readers=settings.readers,
        photo_days=settings.photo_days,
        keep_days=settings.keep_days,
    )


def _own_secret(path: Path) -> str:
    """The secret of this installation, made the first time; readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text().strip()


def _wait_for_end(stop: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 64):
        pass
    stop.set()


def _log() -> None:
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    logging.getLogger("kafka").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)
