"""Runs the processes of ``compose.yaml`` without containers and makes a font through them.

    make stack                          # the network itself: some minutes on two cores
    python -m tests.service.compose_stack --quick      # copies of written letters instead of the network

MariaDB stands for MySQL, Tansu for Apache Kafka, moto for the S3-compatible store; all are servers of their own. Every
process has a data folder of its own, as on machines that share nothing. Everything ends with the command.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import httpx2
import yaml  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont
from rich.console import Console
from rich.table import Table

from tests.service.servers import Broker, MariaDb, ObjectStore, free_port

COMPOSE = Path(__file__).parents[2] / "deploy" / "compose.yaml"
PHOTOS = Path(__file__).parents[1] / "samples"
ORDER = ("prepare", "relay", "collector", "worker", "web")
READY_LIMIT_S = 180.0
FONT_LIMIT_S = 1800.0
STOP_LIMIT_S = 30.0
LOOK_S = 0.5


class StackError(Exception):
    """A process of the stack failed, or did not finish in time."""


@dataclass(frozen=True)
class Service:
    """A service of ours in ``compose.yaml``."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


def our_services(given: Mapping[str, str]) -> dict[str, Service]:
    """The services of our own image that run without a profile, their variables filled in.

    Args:
        given: values of variables, as ``deploy/.env`` has them.

    Raises:
        StackError: a variable that must be given is not.
    """
    whole = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return {
        name: Service(
            name, each["command"], {key: substitute(str(value), given) for key, value in each["environment"].items()}
        )
        for name, each in whole["services"].items()
        if each["image"].startswith("sonmat:") and "profiles" not in each
    }


def substitute(text: str, given: Mapping[str, str]) -> str:
    """Substitutes ``${NAME:-default}`` and ``${NAME:?message}`` as Compose does.

    Raises:
        StackError: a value is missing; the message is the file's own.
    """

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if given.get(name):
            return given[name]
        if kind == "?":
            raise StackError(f"{name}: {rest}")
        return str(rest)

    return re.sub(r"\$\{(\w+):([?-])([^}]*)\}", value, text)


@dataclass
class Stack:
    """Servers and processes; ``up`` starts them, the exit stack ends them."""

    folder: Path
    quick: bool
    port: int = field(default_factory=free_port)
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    bucket: Any = None

    def up(self, servers: ExitStack) -> None:
        """Starts the servers, prepares database, topics and bucket, then starts every process of ours."""
        mariadb = servers.enter_context(MariaDb(self.folder / "mysql"))
        broker = servers.enter_context(Broker(self.folder / "kafka"))
        objects = servers.enter_context(ObjectStore(self.folder / "s3"))
        servers.callback(self.down)
        given = dict.fromkeys(("MYSQL_PASSWORD", "S3_ACCESS_KEY", "S3_SECRET_KEY"), "secret")
        services = our_services(given | {"SONMAT_OPERATOR_TOKEN": self.token, "SONMAT_SECRET": "secret" * 8})
        here = {
            "SONMAT_DATABASE": mariadb.create("sonmat"),
            "SONMAT_KAFKA_SERVERS": broker.address,
            "SONMAT_S3_ENDPOINT": objects.endpoint,
            "SONMAT_PORT": str(self.port),
            "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", ""),
        }
        self.bucket = _make_bucket({**services["web"].environment, **here})
        for name in ORDER:
            self._start(services[name], {key: value for key, value in here.items() if value})
            if name == "prepare" and self.processes[name].wait(READY_LIMIT_S) != 0:
                raise StackError("prepare failed")

    def _start(self, service: Service, here: Mapping[str, str]) -> None:
        data = self.folder / service.name
        data.mkdir()
        command = [sys.executable, "-m", "deploy", *service.command]
        if self.quick and service.command[0] in ("collect", "work"):
            command = [sys.executable, "-m", "tests.service.worker_entry", *service.command, "real"]
        environment = {**os.environ, **service.environment, **here, "SONMAT_DATA": str(data)}
        with (self.folder / f"{service.name}.log").open("wb") as log:
            self.processes[service.name] = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def down(self) -> None:
        """Kills the processes that still run."""
        for process in self.processes.values():
            process.kill()
            process.wait()

    def stop(self) -> dict[str, int]:
        """Asks every process to stop; its exit code, by name."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        return {name: process.wait(STOP_LIMIT_S) for name, process in self.processes.items()}

    def check_alive(self) -> None:
        """Checks that no process has ended by itself.

        Raises:
            StackError: a process has.
        """
        dead = [name for name, process in self.processes.items() if name != "prepare" and process.poll() is not None]
        if dead:
            raise StackError(f"ended by themselves: {', '.join(dead)}")

    def logs(self) -> str:
        """The ends of all logs."""
        paths = sorted(self.folder.glob("*.log"))
        return "\n".join(f"--- {path.name}\n{path.read_text(errors='replace')[-2000:]}" for path in paths)


def _make_bucket(environment: Mapping[str, str]) -> Any:
    store = boto3.resource(
        "s3",
        endpoint_url=environment["SONMAT_S3_ENDPOINT"],
        region_name="us-east-1",
        aws_access_key_id=environment["SONMAT_S3_KEY"],
        aws_secret_access_key=environment["SONMAT_S3_SECRET"],
    )
    return store.create_bucket(Bucket=environment["SONMAT_BLOBS"].removeprefix("s3://").split("/")[0])


def make_font(stack: Stack, photos: Sequence[Path]) -> tuple[bytes, dict[str, float]]:
    """Uploads, starts, waits and downloads by HTTP as a writer does; returns the TTF and the seconds of each step."""
    started_s, spent_s = time.monotonic(), {}
    with httpx2.Client(base_url=f"http://127.0.0.1:{stack.port}", follow_redirects=True, timeout=600) as browser:
        _wait(stack, lambda: _is_ready(browser), READY_LIMIT_S, "the web is not ready")
        spent_s["ready"] = time.monotonic() - started_s
        form = {"form_token": _form_token(browser.get("/").text)}
        address = browser.post("/s", params=form).url.path.removesuffix("/photos")
        for photo in photos:
            answer = browser.post(f"{address}/photos", params=form, files={"photos": (photo.name, photo.read_bytes())})
            answer.raise_for_status()
        _wait(stack, lambda: _is_read(browser, address), READY_LIMIT_S, "photographs were not read")
        spent_s["photographs"] = time.monotonic() - started_s - sum(spent_s.values())
        params = {"name": "손맛 무대", "licence": "ofl"}
        browser.post(f"{address}/start", params=form, data=params).raise_for_status()
        _wait(stack, lambda: _is_done(browser, address), FONT_LIMIT_S, "no font")
        spent_s["font"] = time.monotonic() - started_s - sum(spent_s.values())
        figures = browser.get("/metrics", headers={"authorization": f"Bearer {stack.token}"}).text
        if 'sonmat_jobs{state="done"} 1.0' not in figures:
            raise StackError("/metrics does not know of the font")
        return browser.get(f"{address}/files/ttf").raise_for_status().content, spent_s


def _wait(stack: Stack, condition: Any, limit_s: float, failure: str) -> None:
    end_s = time.monotonic() + limit_s
    while not condition():
        stack.check_alive()
        if time.monotonic() > end_s:
            raise StackError(f"{failure} within {limit_s:.0f} s")
        time.sleep(LOOK_S)


def _is_ready(browser: httpx2.Client) -> bool:
    try:
        return browser.get("/readyz").status_code == 200
    except httpx2.TransportError:
        return False


def _is_read(browser: httpx2.Client, address: str) -> bool:
    known = json.loads(browser.get(f"{address}/photos", headers={"accept": "application/json"}).text)["photos"]
    broken = [photo["error"] for photo in known if photo["error"]]
    if broken:
        raise StackError(f"a photograph was refused: {broken[0]}")
    return not any(photo["unread"] for photo in known)


def _is_done(browser: httpx2.Client, address: str) -> bool:
    status = json.loads(browser.get(f"{address}/status").text)
    if status["state"] in ("refused", "failed"):
        raise StackError(f"the job was {status['state']}: {status}")
    return bool(status["state"] == "done")


def _form_token(page: str) -> str:
    found = re.search(r'data-form-token="([^"]+)"', page)
    if found is None:
        raise StackError(f"a page without a form: {page[:300]}")
    return found[1]


def main() -> int:
    """Makes a font through the whole stack and prints the result; returns 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="copies of written letters in the network's place")
    parser.add_argument("photos", type=Path, nargs="*", help="photographs of a sheet; those of the demo without")
    options = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="sonmat-stack-", ignore_cleanup_errors=True) as folder:
        stack = Stack(Path(folder), options.quick)
        try:
            with ExitStack() as servers:
                stack.up(servers)
                ttf, spent_s = make_font(stack, options.photos or sorted(PHOTOS.glob("*.jpg")))
                ended = stack.stop()
                kept = [each.key for each in stack.bucket.objects.all()]
        except StackError as error:
            console.print(f"{error}\n{stack.logs()}", style="red", markup=False, highlight=False)
            return 1
    _print_result(console, ttf, spent_s, ended, kept)
    return 1 if any(ended.values()) else 0


def _print_result(
    console: Console, ttf: bytes, spent_s: Mapping[str, float], ended: Mapping[str, int], kept: Sequence[str]
) -> None:
    table = Table("step", "result", title="compose.yaml without containers")
    for name, seconds in spent_s.items():
        table.add_row(name, f"{seconds:.1f} s")
    table.add_row("font", f"{len(ttf) / 1e6:.1f} MB, {len(TTFont(io.BytesIO(ttf)).getBestCmap())} characters")
    table.add_row("objects in the bucket", str(len(kept)))
    for name, code in ended.items():
        table.add_row(f"{name}, stopped", "exit code 0" if code == 0 else f"exit code {code}")
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
