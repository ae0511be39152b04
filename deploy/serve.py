"""The processes of the service: the web, workers, the caretaker; alone or all under one command."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
import uvicorn

from collector.events import DEAD_TOPIC, EVENT_TYPES, Bus, KafkaBus
from collector.store import Store, open_store
from collector.web import WebConfig, create_app
from deploy.artifacts import ArtifactFolder
from deploy.caretaker import Caretaker
from deploy.font_desk import FontDesk
from deploy.runner import Retries
from deploy.settings import Settings
from deploy.wiring import open_bus, uploads_folder
from deploy.worker import JobWorker

JOB_COMMAND = (sys.executable, "-m", "deploy.job")
PARTITIONS = 24
"""As many workers can share a topic; partitions cost next to nothing."""
STOP_S = 40.0


def serve(settings: Settings, *, with_worker: bool) -> None:
    """Answers people until stopped; with a worker of its own this one command is the whole service."""
    _log()
    settings.data.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.database_url)
    beside = [sys.executable, "-m", "deploy", "work", "--beside"]
    worker = subprocess.Popen(beside, stdin=subprocess.PIPE) if with_worker else None
    try:
        shown = "localhost" if settings.host in ("127.0.0.1", "0.0.0.0") else settings.host
        typer.echo(f"손맛이 열렸습니다 · Sonmat is open: http://{shown}:{settings.port}/", err=True)
        uvicorn.run(
            create_app(web_config(settings), store, _desk(settings, store)),
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
        store.close()


def work(settings: Settings, command: Sequence[str] = JOB_COMMAND, *, beside: bool = False) -> None:
    """Carries out jobs until stopped; with local events it is the caretaker as well, for there is no other.

    ``beside``: stops too when standard input closes, which tells that the web process that started it is gone.
    """
    _log()
    store, bus, stop = _open(settings)
    if beside:
        threading.Thread(target=_wait_for_end, args=(stop,), daemon=True).start()
    caretaker = threading.Thread(target=Caretaker(settings, store, bus, stop).run, name="caretaker", daemon=True)
    if settings.bus == "local":
        caretaker.start()
    try:
        JobWorker(store, bus, command, settings.device, Retries(settings.most_tries), stop).run()
    finally:
        stop.set()
        if caretaker.is_alive():
            caretaker.join()
        bus.close()
        store.close()


def relay(settings: Settings) -> None:
    """Publishes events and takes care of silent jobs and old files until stopped."""
    _log()
    store, bus, stop = _open(settings)
    try:
        Caretaker(settings, store, bus, stop).run()
    finally:
        bus.close()
        store.close()


def prepare(settings: Settings) -> None:
    """Brings the database's schema up to date and makes the topics; once before the processes of a new version."""
    _log()
    store, bus, _ = _open(settings)
    bus.close()
    store.close()


def web_config(settings: Settings) -> WebConfig:
    """The web's part of the settings."""
    return WebConfig(
        folder=uploads_folder(settings),
        secret=settings.secret or _own_secret(settings.data / "web.secret"),
        operator_token=settings.operator_token,
        https=settings.https,
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


def _desk(settings: Settings, store: Store) -> FontDesk:
    return FontDesk(store, ArtifactFolder(settings.data / "artifacts"), uploads_folder(settings))


def _open(settings: Settings) -> tuple[Store, Bus, threading.Event]:
    settings.data.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.database_url)
    bus = open_bus(settings, store)
    if isinstance(bus, KafkaBus):
        topics = sorted({kind.TOPIC for kind in EVENT_TYPES.values()} | {DEAD_TOPIC})
        bus.create_topics(topics, PARTITIONS)
    stop = threading.Event()

    def ask(signal_number: int, frame: Any) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    return store, bus, stop


def _wait_for_end(stop: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 64):
        pass
    stop.set()


def _log() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("kafka").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)
