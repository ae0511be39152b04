"""A full disk, a database that cannot be written, a store that is away: nothing is lost, and all goes on after."""

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from sqlalchemy import event

from collector.events import LocalBus
from collector.store import JobState
from collector.web.uploads import intake
from collector.web.uploads.reader_pool import ReaderPool
from collector.web.writer import photos
from deploy.jobs import runner as runner_module
from deploy.jobs.runner import JobRunner
from deploy.pipeline.artifact_store import ArtifactFolder
from deploy.pipeline.engine import Plan, Progress, StageInput
from tests.conftest import missing
from tests.deploy.samples import RecordingObserver, WordStages, a_request, report
from tests.service.visitor import OPERATOR, Person, make_person

DISK_MIB = 8
LIMIT_S = 120.0


@dataclass
class SmallDisk:
    """A file system of its own with room for little."""

    folder: Path

    def fill(self) -> None:
        """Takes all the room that is left, to the last byte."""
        with (self.folder / "filler").open("ab", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(b"0" * 4096)

    def make_room(self) -> None:
        (self.folder / "filler").unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        missing("a small disk cannot be mounted here: that takes root")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def visitor(disk: SmallDisk, readers: ReaderPool, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    """Somebody with a project in a service on the small disk."""
    monkeypatch.setattr(intake, "BEAT_S", 0.1)
    monkeypatch.setattr(intake, "STORAGE_PAUSE_S", 0.1)
    for person in make_person(disk.folder, readers):
        person.begin()
        yield person


def wait_until(condition: Callable[[], bool]) -> None:
    end_s = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.05)


def storage_errors(person: Person) -> float:
    """What the operator's alarm looks at."""
    text = person.get("/metrics", headers={"authorization": f"Bearer {OPERATOR}"}).text
    [line] = [line for line in text.splitlines() if line.startswith("sonmat_storage_errors_total ")]
    return float(line.split()[1])


def assert_told(answer: Any, language: str) -> None:
    """One clear sentence, with what to do, and no traceback."""
    assert answer.status_code == 503, answer.text
    assert answer.headers["retry-after"]
    said = {"ko": "몇 분 뒤에 다시 해 주세요", "en": "please try again in a few minutes"}[language]
    assert said in answer.text and "Traceback" not in answer.text


def test_a_full_disk_refuses_an_upload_and_loses_nothing(visitor: Person, disk: SmallDisk, pages: list[Path]) -> None:
    visitor.upload_and_wait(pages[0])
    before = visitor.store.projects.uploads(visitor.project)
    disk.fill()
    for language in ("ko", "en"):
        visitor.language = language
        assert_told(visitor.upload(pages[1]), language)
    assert storage_errors(visitor) >= 2
    assert visitor.store.projects.uploads(visitor.project) == before
    assert visitor.get(f"{visitor.address}/photos").status_code == 200
    disk.make_room()
    visitor.upload_and_wait(pages[1])
    read = visitor.store.projects.uploads(visitor.project)
    assert [upload.error_code for upload in read] == [None, None] and all(upload.reading for upload in read)


def test_a_photograph_that_finds_no_room_is_read_when_there_is_some(
    visitor: Person, disk: SmallDisk, pages: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photos, "ANSWER_S", 0.0)
    visitor.upload(pages[0])
    disk.fill()
    wait_until(lambda: storage_errors(visitor) > 0)
    assert [upload.is_unread for upload in visitor.store.projects.uploads(visitor.project)] == [True]
    disk.make_room()
    wait_until(lambda: not visitor.store.projects.uploads(visitor.project)[0].is_unread)
    assert visitor.store.projects.uploads(visitor.project)[0].reading is not None


def test_a_database_that_cannot_be_written_refuses_and_goes_on(person: Person, pages: list[Path]) -> None:
    person.begin()
    is_read_only = True

    def set_mode(connection: Any) -> None:
        connection.exec_driver_sql(f"PRAGMA query_only={int(is_read_only)}")

    event.listen(person.store.engine, "begin", set_mode, insert=True)
    person.language = "ko"
    assert_told(person.upload(pages[0]), "ko")
    assert_told(person.post(f"{person.address}/delete"), "ko")
    is_read_only = False
    assert person.store.projects.uploads(person.project) == []
    person.upload_and_wait(pages[0])
    assert [upload.error_code for upload in person.store.projects.uploads(person.project)] == [None]
    assert not list((person.folder / "uploads" / "incoming").glob("*/*"))


def test_a_store_that_goes_away_in_the_middle_of_an_upload_leaves_no_half(
    person: Person, pages: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    person.begin()
    uploads = person.client.app.state.web.intake.uploads  # type: ignore[attr-defined]

    def away(*given: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://away")

    with monkeypatch.context() as patch:
        patch.setattr(uploads, "keep", away)
        assert_told(person.upload(pages[0]), "en")
    assert person.store.projects.uploads(person.project) == []
    person.upload_and_wait(pages[0])
    assert [upload.error_code for upload in person.store.projects.uploads(person.project)] == [None]


def test_a_job_waits_for_room_without_using_up_its_tries(
    person: Person, disk: SmallDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "STORAGE_PAUSE", runner_module.timedelta())
    stages = list(WordStages().stages())

    def write_much(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
        (out / "weights").write_bytes(b"0" * (DISK_MIB << 19))
        (out / "words").write_text("5")
        return {"words": 5}

    stages[1] = replace(stages[1], run=write_much)
    artifacts = ArtifactFolder(disk.folder / "artifacts")
    plan = Plan(stages, report)
    own = JobRunner(person.store, LocalBus(person.store.outbox), artifacts, plan, lease_s=60, keep_days=30)
    request = a_request(tmp_path / "photos")
    disk.fill()
    for _ in range(5):
        with pytest.raises(OSError, match="No space left"):
            own.make(request, RecordingObserver())
        [job] = person.store.operations.list_jobs(None, "", 9, 0)
        assert (job.state, job.tries, job.error_code) == (JobState.QUEUED, 0, "storage")
    assert (
        "sonmat_jobs_storage_waiting 1.0"
        in person.get("/metrics", headers={"authorization": f"Bearer {OPERATOR}"}).text
    )
    disk.make_room()
    assert own.make(request, RecordingObserver()).job.state is JobState.DONE
    assert list((disk.folder / "artifacts" / "drafts").iterdir()) == []
