"""The processes of the service: web, workers and maintenance, each alone or all under one command."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import typer

from collector.blobs import INCOMING, Uploads, drop_abandoned
from collector.events import Bus
from collector.store import Store, open_store
from collector.web import WebConfig, create_app, make_server
from deploy.container import make_retries, open_blobs, open_bus
from deploy.font_service import PipelineFontService
from deploy.job_process import LOG_FORMAT, SERVICE
from deploy.jobs.db_retry import retry_while_unavailable
from deploy.jobs.maintenance import Maintenance
from deploy.jobs.process_pool import JobImplementation
from deploy.jobs.worker import COLLECTOR, DRAWER, EVERYTHING, JobWorker, WorkerKind
from deploy.pipeline.artifact_store import Blobs
from deploy.settings import Settings
from deploy.supervisor import Supervisor
from deploy.web_secret import check_secret, stored_secret
from templates.errors import PersonError

log = logging.getLogger("sonmat.processes")

STOP_S = 15.0
PRIVATE_UMASK = 0o077
SILENCE_S = 30.0
"""A worker shows itself every three seconds; one that has not for so long hangs."""
COPIES_EVERY_S = 60.0


class NeedsKafkaError(PersonError):
    """``collect`` was started with in-process events, which reach one process only."""

    code = "settings.bus"

    def __init__(self) -> None:
        super().__init__(
            "collect는 SONMAT_BUS=kafka일 때 씁니다. 한 컴퓨터에서는 ‘sonmat serve’ 하나로 모두 됩니다.",
            "collect is for SONMAT_BUS=kafka: on a single machine “sonmat serve” does everything.",
        )


def serve(settings: Settings, *, with_worker: bool) -> None:
    """Runs the web until stopped, ``with_worker`` beside a worker process that makes the fonts."""
    _prepare_process()
    # Uvicorn raises the signal again after it has stopped in order: that must not skip the cleanup below.
    signal.signal(signal.SIGTERM, _exit)
    with open_blobs(settings) as blobs, closing(open_store(settings.database_url)) as store:
        with suppress(OSError):
            drop_abandoned(blobs.uploads.folder / INCOMING)  # of web processes that were killed
        threading.Thread(target=_drop_copies, args=(blobs,), name="copies", daemon=True).start()
        worker = Supervisor([sys.executable, "-m", "deploy", "work", "--beside"]) if with_worker else None
        checks = {"worker": partial(_is_at_work, worker, store)} if worker is not None else {}
        try:
            host = "localhost" if settings.host in ("127.0.0.1", "0.0.0.0") else settings.host
            typer.echo(f"손맛이 열렸습니다 · Sonmat is open: http://{host}:{settings.port}/", err=True)
            font_service = PipelineFontService(store, blobs.artifacts, blobs.uploads)
            app = create_app(web_config(settings, blobs.uploads), store, font_service, blobs.uploads, checks=checks)
            make_server(app, settings.host, settings.port, settings.proxies).run()
        finally:
            if worker is not None:
                worker.stop(STOP_S)


def _is_at_work(worker: Supervisor, store: Store) -> bool:
    """Whether the worker beside the web runs, and has said so lately."""
    pid, now = worker.pid, datetime.now(UTC)
    seen = [each.heartbeat_at for each in store.operations.workers() if f"/{pid}/" in each.id]
    return pid is not None and any((now - at).total_seconds() < SILENCE_S for at in seen)


def _exit(signal_number: int, frame: Any) -> None:
    raise SystemExit(0)


def collect(settings: Settings, implementation: JobImplementation = SERVICE) -> None:
    """Runs a worker that reads photographs and builds fonts, until stopped.

    Raises:
        NeedsKafkaError: the bus is local; one worker then does everything.
    """
    if settings.bus == "local":
        raise NeedsKafkaError
    _work(settings, implementation, COLLECTOR)


def work(settings: Settings, implementation: JobImplementation = SERVICE, *, beside: bool = False) -> None:
    """Runs a worker that learns hands and draws, until stopped; with the local bus it does everything.

    ``beside``: the worker was started by ``serve``: it does everything, and stops as well when standard input closes,
    which means that the web process has ended.
    """
    _work(settings, implementation, EVERYTHING if beside or settings.bus == "local" else DRAWER, beside=beside)


def _work(settings: Settings, implementation: JobImplementation, kind: WorkerKind, *, beside: bool = False) -> None:
    with _open(settings) as resources:
        if beside:
            threading.Thread(target=_stop_at_end_of_input, args=(resources.stop,), daemon=True).start()
        upkeep = _Upkeep(resources.maintenance(settings), resources.stop)
        maintenance = threading.Thread(target=upkeep.run, name="maintenance", daemon=True)
        if settings.bus == "local":
            maintenance.start()
        retries = make_retries(settings, settings.max_tries)
        try:
            store, bus = resources.store, resources.bus
            JobWorker(
                store, bus, implementation, settings.device, kind, retries, settings.poll_fallback_s, resources.stop
            ).run()
        finally:
            resources.stop.set()
            if maintenance.is_alive():
                maintenance.join()
        if upkeep.has_failed:
            raise SystemExit(1)  # whoever watches this process starts it again


def relay(settings: Settings) -> None:
    """Runs maintenance until stopped: publishes events, requeues expired jobs, deletes old files."""
    with _open(settings) as resources:
        resources.maintenance(settings).run()


def prepare(settings: Settings) -> None:
    """Migrates the database's schema and creates the topics; run once before the processes of a new version."""
    with _open(settings) as resources:
        resources.bus.prepare()


@dataclass
class _Upkeep:
    """Maintenance in a thread whose end, should it ever come, ends the process as well."""

    maintenance: Maintenance
    stop: threading.Event
    has_failed: bool = False

    def run(self) -> None:
        """Runs maintenance until asked to stop."""
        try:
            self.maintenance.run()
        except BaseException:
            self.has_failed = True
            log.exception("maintenance ended by itself")
        finally:
            self.stop.set()


@dataclass(frozen=True)
class _Resources:
    """What a process of the service has opened."""

    store: Store
    bus: Bus
    blobs: Blobs
    stop: threading.Event

    def maintenance(self, settings: Settings) -> Maintenance:
        """The maintenance tasks of this process."""
        return Maintenance(settings, self.store, self.bus, self.blobs, self.stop)


@contextmanager
def _open(settings: Settings) -> Iterator[_Resources]:
    """Opens what a process needs and sets ``stop`` on SIGTERM and Ctrl-C; closes everything at the end."""
    _prepare_process()
    stop = threading.Event()

    def request_stop(signal_number: int, frame: Any) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, request_stop)
    signal.signal(signal.SIGINT, request_stop)
    with (
        open_blobs(settings) as blobs,
        closing(retry_while_unavailable(lambda: open_store(settings.database_url))) as store,
    ):
        bus = open_bus(settings, store)
        with closing(bus):
            yield _Resources(store, bus, blobs, stop)


def web_config(settings: Settings, uploads: Uploads) -> WebConfig:
    """The settings of the web application."""
    return WebConfig(
        folder=uploads.folder,
        secret=_signing_key(settings),
        operator_token=settings.operator_token,
        https=settings.https,
        readers=settings.readers,
        photo_days=settings.photo_days,
        keep_days=settings.keep_days,
    )


def _signing_key(settings: Settings) -> str:
    if settings.secret:
        return check_secret(settings.secret, "SONMAT_SECRET")
    return stored_secret(settings.data / "web.secret")


def _drop_copies(blobs: Blobs) -> None:
    """Deletes this process's copies of the bucket's files a while after their last use, for as long as it lives."""
    while True:
        time.sleep(COPIES_EVERY_S)
        try:
            blobs.uploads.drop_copies()
            blobs.artifacts.drop_copies()
        except OSError as error:
            log.warning("copies of the bucket's files cannot be deleted, trying again: %s", error)


def _stop_at_end_of_input(stop: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 64):
        pass
    stop.set()


def _prepare_process() -> None:
    """Sets up logging, and keeps what this process writes for its own user alone."""
    os.umask(PRIVATE_UMASK)
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    logging.getLogger("kafka").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)
