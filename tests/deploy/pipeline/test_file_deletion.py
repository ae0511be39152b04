"""What is deleted is gone, whatever fails meanwhile: its bytes are looked for in database, log, store and folders."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from sqlalchemy import text

from collector.blobs import drop_abandoned, file_names, folders, owned_folder
from collector.events import LocalBus, PhotosReceived, encode
from collector.store import Lease, NewJob, NewUpload, Photo, StageResult, Store, open_store
from collector.store import tombstones as tombstones_module
from deploy.container import open_blobs
from deploy.font_service import PipelineFontService
from deploy.jobs.maintenance import Maintenance
from deploy.pipeline.artifact_store import ArtifactFolder, Blobs
from deploy.settings import Settings
from tests.collector.store.samples import instance, reading

NAME = "지워질이름xyz"
PHOTO = b"\xff\xd8these are the pixels of a letter to a mother\xff\xd9"
DRAWN = "지워질획"
SKETCH = b"\x89PNG a line of the hand as it was learnt"
SECRETS = (NAME.encode(), PHOTO, DRAWN.encode(), SKETCH)


@dataclass
class House:
    """A service's database and files with one writer's project in it."""

    folder: Path
    settings: Settings
    store: Store
    blobs: Blobs
    bucket: Any
    project: str = "p" * 64
    secrets: list[bytes] = field(default_factory=lambda: [*SECRETS])

    def furnish(self) -> Lease:
        """Photographs, names, a drawn letter, a job with results of two runs, glyphs and events."""
        projects = self.store.projects
        projects.create(self.project)
        projects.call(self.project, NAME, "", NAME, "ofl")
        number = projects.next_upload(self.project)
        read = reading(number, instance("가"), photo=f"{NAME}.jpg")
        projects.add_upload(self.project, number, NewUpload(f"{NAME}.jpg", "0" * 64, 1, read))
        self.write(self.project, *file_names(number))
        self.store.readings.begin(self.project, NewUpload(f"{NAME}.heic", "", 0), lambda n: file_names(n)[0], "web", 60)
        self.write(self.project, file_names(2)[0])
        projects.draw_letter(self.project, "가", [[[0.1, 0.2]]])
        wish = NewJob("k" * 64, NAME, "ofl", (Photo(NAME, "0" * 64, 1),), {"letters": DRAWN * 2000}, self.project)
        job = self.store.submit(wish, lambda job: encode(PhotosReceived(job=job.id)))
        lease = self.store.claim(job.id, "worker", 60)
        assert lease is not None
        for key in ("old", "new"):
            self.make(lease, "capture", key)
        self.store.job_log.add_line(lease, f"{NAME} is read")
        self.store.job_log.add_sketch(lease, SKETCH)
        with self.store.engine.connect() as connection:
            self.secrets += [bytes(ink) for ink in connection.scalars(text("SELECT ink FROM glyph_instances"))]
        assert len(self.secrets) > len(SECRETS)
        assert self.store.clear_log()  # all of it into the database's file; the log has it once more
        projects.call(self.project, f"{NAME} 2", "", NAME, "ofl")
        self.begin(lease, "adapt", "unfinished")
        return lease

    def begin(self, lease: Lease, stage: str, key: str) -> None:
        with self.store.lease_transaction(lease) as work:
            work.stage_started(stage, key)

    def make(self, lease: Lease, stage: str, key: str) -> None:
        self.begin(lease, stage, key)
        self.keep(stage, key)
        with self.store.lease_transaction(lease) as work:
            work.stage_done(StageResult(stage, key, 1.0, 1.0))

    def keep(self, stage: str, key: str) -> None:
        with self.blobs.artifacts.draft() as draft:
            (draft / "glyphs").write_bytes(PHOTO + NAME.encode())
            self.blobs.artifacts.keep(draft, stage, key, {"name": NAME})

    def write(self, project: str, *names: str) -> None:
        folder = self.blobs.uploads.folder / project
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            (folder / name).write_bytes(PHOTO)
        self.blobs.uploads.keep(project, names)

    def delete(self) -> bool:
        """The writer deletes everything."""
        self.store.projects.delete(self.project)
        return PipelineFontService(self.store, self.blobs.artifacts, self.blobs.uploads).delete_files(self.project)

    def maintenance(self, later: timedelta = timedelta()) -> None:
        """One round of the maintenance, by a clock that is ahead."""
        store = Store(self.store.engine, lambda: datetime.now(UTC) + later)
        keeper = Maintenance(self.settings, store, LocalBus(store.outbox), self.blobs, threading.Event())
        with suppress(OSError, EndpointConnectionError):
            keeper.clean()
        keeper.delete_files()

    def left(self) -> list[str]:
        """Where anything of the person still is, in files of the machine or objects of the bucket."""
        whole = {str(path): path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}
        if self.bucket is not None:
            whole |= {each.key: each.get()["Body"].read() for each in self.bucket.objects.all()}
        return sorted(name for name, data in whole.items() if any(secret in data for secret in self.secrets))


@pytest.fixture(params=["folder", "bucket"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    given: dict[str, Any] = {"data": tmp_path, "database": f"sqlite:///{tmp_path / 'sonmat.sqlite3'}"}
    bucket = None
    if request.param == "bucket":
        address = request.getfixturevalue("object_store").endpoint
        keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "region_name": "us-east-1"}
        bucket = boto3.resource("s3", endpoint_url=address, **keys).create_bucket(Bucket=f"b{os.urandom(6).hex()}")
        given |= {"blobs": f"s3://{bucket.name}/x", "s3_endpoint": address, "s3_key": "k", "s3_secret": "s"}
    settings = Settings(**given)
    with open_blobs(settings) as blobs:
        store = open_store(settings.database_url)
        yield House(tmp_path, settings, store, blobs, bucket)
        store.close()


def test_everything_is_there_before_and_nothing_after(house: House) -> None:
    house.furnish()
    before = "\n".join(house.left())
    for place in (
        "sonmat.sqlite3\n",
        "sonmat.sqlite3-wal",
        "photo-1.jpg",
        "source-2.upload",
        "capture/old",
        "capture/new",
    ):
        assert place in before
    assert house.delete()
    assert house.left() == []


def test_what_a_worker_still_writes_goes_too(house: House) -> None:
    lease = house.furnish()
    assert house.delete()
    house.keep("adapt", "unfinished")  # its worker has not heard yet that the job is gone, and is killed before it does
    assert house.left()
    house.maintenance(tombstones_module.LATE_WRITER + timedelta(minutes=1))
    assert house.left() == []
    assert lease.owner == "worker"


def test_files_of_a_project_that_is_gone_go_too(house: House) -> None:
    house.furnish()
    assert house.delete()
    house.write(house.project, *file_names(7))  # of a web process that was killed before it could take them back
    house.maintenance()
    assert house.left() == []


def refuse(*given: object, **named: object) -> None:
    raise OSError(errno.EACCES, "no")


def away(*given: object, **named: object) -> None:
    raise EndpointConnectionError(endpoint_url="http://away")


FAULTS: dict[str, Callable[[pytest.MonkeyPatch, House], None]] = {
    "the folder cannot be deleted": lambda patch, house: patch.setattr(folders.shutil, "rmtree", refuse),
    "the bucket is away": lambda patch, house: patch.setattr("collector.blobs.bucket.Bucket.remove", away),
    "files cannot be moved aside": lambda patch, house: patch.setattr(ArtifactFolder, "_move_aside", refuse),
    "somebody reads the database": lambda patch, house: patch.setattr(Store, "clear_log", lambda store: False),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_failed_is_tried_until_nothing_is_left(house: House, fault: str) -> None:
    house.furnish()
    with pytest.MonkeyPatch.context() as patch:
        FAULTS[fault](patch, house)
        house.delete()
        house.maintenance()
        assert house.store.tombstones.oldest_s() > 0 or house.left() == []
    house.maintenance()
    assert house.left() == []
    assert house.store.tombstones.due(9) == []


@pytest.mark.parametrize("house", ["bucket"], indirect=True)
def test_a_bucket_that_refuses_single_objects_is_heard(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.furnish()
    client = house.blobs.uploads._bucket._client  # type: ignore[attr-defined]
    monkeypatch.setattr(client, "delete_objects", lambda **given: {"Errors": [{"Code": "AccessDenied"}]})
    assert not house.delete()
    monkeypatch.undo()
    house.maintenance()
    assert house.left() == []


def test_a_reader_of_the_database_delays_the_cleaning_of_its_log_and_nothing_else(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    store = open_store(settings.database_url)
    with open_blobs(settings) as blobs:
        house = House(tmp_path, settings, store, blobs, None)
        house.furnish()
        with store.engine.connect() as reader:
            reader.exec_driver_sql("SELECT * FROM jobs").fetchone()
            assert not house.delete()
            assert [Path(name).name for name in house.left()] == ["sonmat.sqlite3", "sonmat.sqlite3-wal"]
        house.maintenance()
        assert house.left() == []
    store.close()


def test_a_result_that_another_job_names_stays(house: House) -> None:
    house.furnish()
    house.store.projects.create("q")
    wish = NewJob("q" * 64, "손", "ofl", (), {}, "q")
    job = house.store.submit(wish, lambda job: encode(PhotosReceived(job=job.id)))
    lease = house.store.claim(job.id, "worker", 60)
    assert lease is not None
    house.begin(lease, "capture", "new")
    assert house.delete()
    assert house.blobs.artifacts.noted("capture", "new") is not None
    assert house.blobs.artifacts.noted("capture", "old") is None


def test_who_asks_for_the_same_again_after_deleting_keeps_it(house: House) -> None:
    """The tombstone waits while the store is away; the same photographs come again meanwhile."""
    house.furnish()
    house.store.projects.delete(house.project)
    house.store.projects.create("q")
    job = house.store.submit(NewJob("q" * 64, "손", "ofl", (), {}, "q"), lambda job: encode(PhotosReceived(job=job.id)))
    lease = house.store.claim(job.id, "worker", 60)
    assert lease is not None
    house.begin(lease, "capture", "new")
    house.maintenance()
    assert house.blobs.artifacts.noted("capture", "new") is not None


KILLED = """
import os, signal
from pathlib import Path
from collector.blobs import owned_folder
with owned_folder(Path(FOLDER)) as folder:
    (folder / "letter").write_text("left")
    print("there", flush=True)
    signal.pause()
"""


def test_folders_of_the_living_stay_and_those_of_the_dead_go_at_once(tmp_path: Path) -> None:
    long_ago = datetime.now(UTC).timestamp() - 40 * 86400
    script = textwrap.dedent(KILLED).replace("FOLDER", repr(str(tmp_path)))
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"there\n"
    with owned_folder(tmp_path) as own:
        for path in tmp_path.iterdir():
            os.utime(path, (long_ago, long_ago))  # however old they are
        assert drop_abandoned(tmp_path) == 0 and own.exists() and len(list(tmp_path.rglob("letter"))) == 1
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert drop_abandoned(tmp_path) == 1 and own.exists() and not list(tmp_path.rglob("letter"))
    assert list(tmp_path.iterdir()) == []


def test_many_that_come_and_go_at_once_lose_no_folder(tmp_path: Path) -> None:
    lost: list[Path] = []

    def live() -> None:
        for _ in range(100):
            with owned_folder(tmp_path) as own:
                if not own.is_dir():
                    lost.append(own)

    threads = [threading.Thread(target=live) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        drop_abandoned(tmp_path)
    assert lost == [] and list(tmp_path.iterdir()) == []


def kept(folder: ArtifactFolder, key: str) -> Path:
    with folder.draft() as draft:
        (draft / "glyphs").write_text("ink")
        return folder.keep(draft, "capture", key, {})


def test_half_a_result_poisons_no_key(tmp_path: Path) -> None:
    folder = ArtifactFolder(tmp_path)
    (tmp_path / "capture" / "k").mkdir(parents=True)
    (tmp_path / "capture" / "k" / "half").write_text("left by a deletion that failed")
    assert (kept(folder, "k") / "glyphs").read_text() == "ink"
    assert folder.noted("capture", "k") == {}


def test_what_cannot_be_deleted_is_said_is_in_nobodys_way_and_goes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ArtifactFolder(tmp_path)
    kept(folder, "k")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", refuse)
        with pytest.raises(OSError, match="no"):
            folder.remove("capture", "k")
    assert folder.noted("capture", "k") is None
    kept(folder, "k")
    folder.remove("capture", "k")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_one_result_that_cannot_be_deleted_keeps_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = ArtifactFolder(tmp_path)
    keys: Sequence[str] = ("a", "b", "c")
    for key in keys:
        kept(folder, key)
    whole = shutil.rmtree

    def refuse_b(path: Path) -> None:
        if ".b." in Path(path).name:
            raise OSError(errno.EIO, "bad block")
        whole(path)

    monkeypatch.setattr(shutil, "rmtree", refuse_b)
    with pytest.raises(OSError, match="bad block"):
        folder.prune(keep_days=-1)
    assert [folder.noted("capture", key) for key in keys] == [None] * 3
    assert len(list(tmp_path.rglob("glyphs"))) == 1
