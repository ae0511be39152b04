"""Fixtures of a person who uses the web: the application on a fresh database, its jobs carried out in this process."""

import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from PIL import Image
from starlette.testclient import TestClient

from collector.blobs import UploadFolder
from collector.events import LocalBus
from collector.store import Job, JobStatus, NewUpload, Store, open_store
from collector.web import WebConfig, create_app
from collector.web.uploads.reader_pool import ReaderPool
from deploy.font_service import PipelineFontService
from deploy.jobs.job_log import JobLog
from deploy.jobs.runner import JobRunner
from deploy.jobs.stored_hand import ProjectHand
from deploy.pipeline.artifact_store import ArtifactFolder
from deploy.pipeline.request import request_of
from tests.service.stub_stages import real_plan

SAMPLES = sorted((Path(__file__).parents[1] / "samples").glob("*.jpg"))
OPERATOR = "a long operator's token"
READ_S = 240.0
"""Limit for reading photographs; one takes a second or two on an idle machine."""


@dataclass
class Person:
    """A person with a browser without scripts: forms, cookies, and the address of the project."""

    client: TestClient
    store: Store
    folder: Path
    language: str = "en"
    address: str = field(default="", init=False)

    def get(self, path: str, **options: Any) -> Response:
        headers = {"accept-language": self.language} | options.pop("headers", {})
        return self.client.get(path, headers=headers, **options)

    def post(self, path: str, fields: dict[str, Any] | None = None, **options: Any) -> Response:
        """Sends a form as the page last seen would: with the token it carries."""
        shown = self.get("/").text
        found = re.search(r'data-form-token="([^"]+)"', shown)
        assert found is not None
        headers = {"accept-language": self.language} | options.pop("headers", {})
        return self.client.post(path, params={"form_token": found[1]}, data=fields, headers=headers, **options)

    def begin(self) -> None:
        """A project of one's own."""
        self.address = re.sub("/photos$", "", self.post("/s").url.path)
        assert self.address.startswith("/s/")

    def upload(self, *files: Path | tuple[str, bytes]) -> Response:
        pairs = [(each.name, each.read_bytes()) if isinstance(each, Path) else each for each in files]
        return self.post(f"{self.address}/photos", files=[("photos", pair) for pair in pairs])

    def upload_and_wait(self, *files: Path | tuple[str, bytes]) -> Response:
        """Uploads, and comes back to the page when everything is read, which a busy machine does after its answer."""
        self.upload(*files)
        deadline = time.monotonic() + READ_S
        while any(each.is_unread for each in self.store.projects.uploads(self.project)):
            assert time.monotonic() < deadline, "photographs are still unread"
            time.sleep(0.1)
        return self.get(f"{self.address}/photos")

    def take_over(self, other: "Person", *numbers: int) -> None:
        """Photographs that another has had read: for tests of what comes after reading."""
        read = {upload.number: upload for upload in other.store.projects.uploads(other.project)}
        readings = {reading.number: reading for reading in other.store.instances.of_project(other.project, numbers)}
        for number in numbers:
            upload = read[number]
            inked = other.store.instances.with_ink(readings[number].instances)
            reading = replace(readings[number], instances=tuple(inked))
            new = NewUpload(upload.name, upload.sha256, upload.size_bytes, reading)
            self.store.projects.add_upload(self.project, self.store.projects.next_upload(self.project), new)

    def start(self, name: str = "엄마 글씨", licence: str = "all-rights", **fields: str) -> Response:
        return self.post(f"{self.address}/start", {"name": name, "licence": licence, **fields})

    @property
    def project(self) -> str:
        from collector.web.tokens import project_id

        return project_id(self.address.removeprefix("/s/"))

    def jobs(self) -> list[JobStatus]:
        return self.store.projects.jobs(self.project)

    def work(self) -> Job:
        """Carries out the newest job in this process, as a worker's process does."""
        job = self.store.job(self.jobs()[-1].id)
        lease = self.store.claim(job.id, "test", 60)
        assert lease is not None
        artifacts = ArtifactFolder(self.folder / "artifacts")
        runner = JobRunner(self.store, LocalBus(self.store.outbox), artifacts, real_plan(), lease_s=60, keep_days=30)
        request = request_of(job, ProjectHand(self.store, job, UploadFolder(self.folder / "uploads")), "cpu")
        runner.carry_out(request, job, lease, JobLog(self.store, lease))
        return self.store.job(job.id)


@pytest.fixture(scope="session")
def readers() -> Iterator[ReaderPool]:
    """Processes that read photographs, warm for all tests; at rest between them."""
    shared = ReaderPool(1, Path(tempfile.gettempdir()))
    yield shared
    shared.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The sample photographs as an older telephone takes them: a quarter of the pixels."""
    folder = tmp_path_factory.mktemp("pages")
    for sample in SAMPLES:
        with Image.open(sample) as photo:
            photo.reduce(2).save(folder / sample.name, quality=92)
    return sorted(folder.iterdir())


@cache
def empty_database() -> bytes:
    """A database of today's schema, made once: every test gets a copy."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "empty.sqlite3")
        open_store(f"sqlite:///{path}").close()
        return path.read_bytes()


def make_person(folder: Path, readers: ReaderPool, **options: Any) -> Iterator[Person]:
    """A person and the application they visit."""
    (folder / "sonmat.sqlite3").write_bytes(empty_database())
    store = open_store(f"sqlite:///{folder / 'sonmat.sqlite3'}")
    font_service = PipelineFontService(store, ArtifactFolder(folder / "artifacts"), UploadFolder(folder / "uploads"))
    config = WebConfig(folder / "uploads", "secret", operator_token=OPERATOR, **options)
    with TestClient(create_app(config, store, font_service, readers=readers), raise_server_exceptions=False) as client:
        yield Person(client, store, folder)
    store.close()


@pytest.fixture
def person(tmp_path: Path, readers: ReaderPool) -> Iterator[Person]:
    """A person who has not begun yet."""
    yield from make_person(tmp_path, readers)


@pytest.fixture(scope="session")
def owner(tmp_path_factory: pytest.TempPathFactory, readers: ReaderPool, pages: list[Path]) -> Iterator[Person]:
    """A person with a finished font, shared by all tests: these leave it as they found it."""
    for each in make_person(tmp_path_factory.mktemp("owner"), readers):
        each.begin()
        each.upload_and_wait(*pages)
        each.start()
        each.work()
        yield each
