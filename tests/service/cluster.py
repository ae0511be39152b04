"""A service under test: real servers, processes with a data folder each, jobs, and counts of how they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import boto3

from collector.blobs import Uploads, photo_path
from collector.capture import read_photos
from collector.events import FontReady, JobFailed, PhotosReceived, encode
from collector.instances import GlyphInstance, PhotoReading
from collector.store import Job, JobState, NewJob, NewUpload, Photo, Store, open_store
from deploy.container import open_blobs
from deploy.pipeline.cache_keys import hash_json
from deploy.settings import Settings
from tests.service.servers import Broker, MariaDb, ObjectStore

BUCKET = "sonmat"
LOOK_S = 0.2
STOP_LIMIT_S = 60.0
PARAMS = {"english_name": None, "designer": "", "license": "ofl", "version": "1.000"}


@dataclass(frozen=True)
class Tally:
    """How some jobs ended."""

    jobs: int
    fonts: int
    """Jobs that are done, with exactly one event of it."""
    named: int
    """Jobs that have failed, with exactly one event of it."""
    tries: int
    """Attempts of all jobs; each of the three phases needs one."""
    codes: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Every job ended exactly once."""
        return self.fonts + self.named == self.jobs


@dataclass
class ServiceCluster:
    """The service; ``open_cluster`` makes it."""

    folder: Path
    mariadb: MariaDb
    broker: Broker
    objects: ObjectStore
    bucket: Any
    environment: dict[str, str]
    store: Store
    uploads: Uploads
    implementation: str
    readings: Sequence[PhotoReading]
    """What was read in real photographs of one sheet; empty for the stub."""
    processes: list[tuple[str, subprocess.Popen[bytes]]] = field(default_factory=list)

    def run(self, kind: str) -> subprocess.Popen[bytes]:
        """Starts a process of the service with a data folder of its own, as on another machine."""
        number = len(self.processes)
        data = self.folder / f"{kind}-{number}"
        data.mkdir()
        with (self.folder / f"{kind}-{number}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.service.worker_entry", kind, self.implementation],
                env=os.environ | self.environment | {"SONMAT_DATA": str(data)},
                stdout=log,
                stderr=log,
            )
        self.processes.append((kind, process))
        return process

    def end(self, kind: str, how: signal.Signals) -> None:
        """Sends a signal to all processes of a kind and waits for their end."""
        own = [process for name, process in self.processes if name == kind and process.poll() is None]
        for process in own:
            process.send_signal(how)
        for process in own:
            process.wait(STOP_LIMIT_S)

    def submit(self, name: str, work_s: float) -> Job:
        """A job as the web would put it in; ``work_s``: how long the stub draws."""
        project = uuid.uuid4().hex
        self.store.projects.create(project)
        for reading in self.readings:
            own = _made_anew(reading, project)
            number = self.store.projects.next_upload(project)
            self.store.projects.add_upload(project, number, NewUpload(own.photo, hash_json(project), 1, own))
        numbers = list(range(1, len(self.readings) + 1))
        self._keep_photo(project)
        options: dict[str, Any] = {"name": name, **PARAMS, "numbers": numbers, "letters": {}, "pen_em": 0.05}
        options["designer"] = f"{work_s} {project}"  # which nobody has been called before: nothing is made already
        new_job = NewJob(hash_json(project), name, "ofl", (Photo("1.jpg", hash_json(project), 1),), options, project)
        return self.store.submit(new_job, lambda job: encode(PhotosReceived(job=job.id)))

    def _keep_photo(self, project: str) -> None:
        """Keeps a photograph that holds nothing but the project's mark, for whoever looks for what is left of it."""
        folder = self.uploads.folder / project
        folder.mkdir(parents=True)
        path = photo_path(folder, 1)
        path.write_text(photo_text(project))
        self.uploads.keep(project, [path.name])

    def wait(self, condition: Callable[[], bool], limit_s: float) -> bool:
        """Waits until something has come true; whether it has."""
        end_s = time.monotonic() + limit_s
        while not condition():
            if time.monotonic() > end_s:
                return False
            time.sleep(LOOK_S)
        return True

    def states(self, jobs: Sequence[Job]) -> Counter[JobState]:
        """How many of some jobs stand where."""
        return Counter(self.store.job(job.id).state for job in jobs)

    def wait_end(self, jobs: Sequence[Job], limit_s: float) -> bool:
        """Waits until all have ended; whether they have."""
        return self.wait(lambda: all(self.store.job(job.id).state.is_terminal for job in jobs), limit_s)

    def tally(self, jobs: Sequence[Job]) -> Tally:
        """How jobs ended, by their rows and by their events."""
        now = [self.store.job(job.id) for job in jobs]
        topics = [Counter(topic for _, topic, _ in self.store.operations.events(job.id)) for job in jobs]
        ends = [
            (job.state, each[FontReady.TOPIC], each[JobFailed.TOPIC]) for job, each in zip(now, topics, strict=True)
        ]
        codes = sorted({job.error_code or "" for job in now if job.state is JobState.FAILED})
        fonts, named = ends.count((JobState.DONE, 1, 0)), ends.count((JobState.FAILED, 0, 1))
        return Tally(len(jobs), fonts, named, sum(job.attempt for job in now), tuple(codes))

    def logs(self) -> str:
        """The ends of all logs."""
        paths = sorted(self.folder.glob("*.log"))
        return "\n".join(f"--- {path.name}\n{path.read_text(errors='replace')[-1500:]}" for path in paths)


@contextmanager
def open_cluster(implementation: str, photos: Sequence[Path], settings: dict[str, str]) -> Iterator[ServiceCluster]:
    """Servers and an empty service; everything ends with the body.

    Args:
        implementation: a name in ``IMPLEMENTATIONS``.
        photos: photographs that every job brings; empty with the stub.
        settings: of the processes, without the prefix ``SONMAT_``.
    """
    with tempfile.TemporaryDirectory(prefix="sonmat-bench-", ignore_cleanup_errors=True) as root:
        folder = Path(root)
        mariadb, broker, objects = MariaDb(folder / "db"), Broker(folder / "bus"), ObjectStore(folder / "s3")
        with mariadb, broker, objects:
            own = Settings(
                data=folder / "web",
                database=mariadb.create("sonmat"),
                bus="kafka",
                kafka_servers=broker.address,
                blobs=f"s3://{BUCKET}/bench",
                s3_endpoint=objects.endpoint,
                s3_key="key",
                s3_secret="secret",
            )
            bucket = _make_bucket(own)
            names = ("database", "bus", "kafka_servers", "blobs", "s3_endpoint", "s3_key", "s3_secret")
            environment = {f"SONMAT_{name.upper()}": str(getattr(own, name)) for name in names}
            environment |= {f"SONMAT_{name.upper()}": value for name, value in settings.items()}
            environment |= {"OMP_NUM_THREADS": "1"}
            with open_blobs(own) as blobs:
                store = open_store(own.database_url)
                readings = read_photos(photos) if photos else []
                cluster = ServiceCluster(
                    folder,
                    mariadb,
                    broker,
                    objects,
                    bucket,
                    environment,
                    store,
                    blobs.uploads,
                    implementation,
                    readings,
                )
                try:
                    yield cluster
                finally:
                    _end_all(cluster)
                    store.close()


def _made_anew(reading: PhotoReading, project: str) -> PhotoReading:
    """A reading whose ink has a hash of its own, so that no result made of it is found made already."""

    def anew(instance: GlyphInstance) -> GlyphInstance:
        ink = instance.ink
        return instance if ink is None else replace(instance, ink=replace(ink, sha256=hash_json([project, ink.sha256])))

    return replace(reading, instances=tuple(map(anew, reading.instances)))


def photo_text(project: str) -> str:
    """What marks the photograph of a project: its id written in blanks and tabs."""
    return "".join(" \t"[int(bit)] for bit in f"{int(project, 16):b}")


def _make_bucket(settings: Settings) -> Any:
    store = boto3.resource(
        "s3",
        endpoint_url=settings.s3_endpoint,
        region_name=settings.s3_region,
        aws_access_key_id=settings.s3_key,
        aws_secret_access_key=settings.s3_secret,
    )
    return store.create_bucket(Bucket=BUCKET)


def _end_all(cluster: ServiceCluster) -> None:
    for _, process in cluster.processes:
        process.kill()
    for _, process in cluster.processes:
        process.wait()
