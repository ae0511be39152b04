"""Maintenance deletes what is past its days and ends what nobody does any more."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.blobs import UploadFolder
from collector.events import LocalBus
from collector.store import NewUpload, Store, open_store
from deploy.jobs import maintenance as maintenance_module
from deploy.jobs.maintenance import UNREAD, Maintenance
from deploy.pipeline.artifact_store import ArtifactFolder, Blobs
from deploy.settings import Settings
from tests.collector.store.samples import reading


def test_what_is_past_its_days_is_deleted(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sonmat.sqlite3'}"
    store = open_store(url)
    old = Store(store.engine, lambda: datetime.now(UTC) - timedelta(days=20))
    for name, keeper in (("older", old), ("newer", store)):
        keeper.projects.create(name)
        keeper.projects.add_upload(name, 1, NewUpload("a.jpg", "0" * 64, 1, reading(1)))
        (tmp_path / "uploads" / name).mkdir(parents=True)
        (tmp_path / "uploads" / name / "photo-1.jpg").write_bytes(b"photo")
    settings = Settings(data=tmp_path, database=url, photo_days=14, keep_days=30)
    blobs = Blobs(ArtifactFolder(tmp_path / "artifacts"), UploadFolder(tmp_path / "uploads"))
    maintenance = Maintenance(settings, store, LocalBus(store.outbox), blobs, threading.Event())
    maintenance.clean()
    maintenance.delete_files()
    assert [path.parent.name for path in tmp_path.rglob("photo-1.jpg")] == ["newer"]
    assert store.projects.uploads("older")[0].removed_at is not None
    later = settings.model_copy(update={"keep_days": 15})
    maintenance.settings = later
    maintenance.clean()
    maintenance.delete_files()
    assert not (tmp_path / "uploads" / "older").exists()
    assert (tmp_path / "uploads" / "newer").exists()
    store.close()


def test_photographs_that_nobody_kept_a_file_of_are_asked_for_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sonmat.sqlite3'}"
    store = open_store(url)
    before = Store(store.engine, lambda: datetime.now(UTC) - 2 * UNREAD)
    before.projects.create("project")
    before.projects.add_upload("project", 1, NewUpload("left.jpg", "", 0))
    before.projects.add_upload("project", 2, NewUpload("read.jpg", "", 0, reading=reading(2)))
    store.projects.add_upload("project", 3, NewUpload("fresh.jpg", "", 0))
    for _ in range(3):
        store.projects.next_upload("project")
    before.readings.begin("project", NewUpload("waits.jpg", "", 0), "s-{}".format, "web", 60)
    blobs = Blobs(ArtifactFolder(tmp_path / "artifacts"), UploadFolder(tmp_path / "uploads"))
    settings = Settings(data=tmp_path, database=url)
    Maintenance(settings, store, LocalBus(store.outbox), blobs, threading.Event()).fail_unread_uploads()
    codes = [upload.error_code for upload in store.projects.uploads("project")]
    store.close()
    assert codes == ["photo.interrupted", None, None, None]


def test_whatever_a_task_raises_the_others_go_on_and_their_success_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'sonmat.sqlite3'}"
    store = open_store(url)
    blobs = Blobs(ArtifactFolder(tmp_path / "artifacts"), UploadFolder(tmp_path / "uploads"))
    stop = threading.Event()
    own = Maintenance(Settings(data=tmp_path, database=url), store, LocalBus(store.outbox), blobs, stop)
    tries: list[str] = []

    def fail(maintenance: Maintenance) -> None:
        tries.append("once more")
        if len(tries) == 2:
            stop.set()
        raise PermissionError("one file that cannot be deleted")

    monkeypatch.setattr(maintenance_module, "RECONNECT_S", 0.0)
    monkeypatch.setattr(Maintenance, "clean", fail)
    own.run()
    noted = set(store.operations.maintenance())
    store.close()
    assert len(tries) == 2
    assert noted == {"bus", "publish", "requeue", "unread", "delete"}


def test_a_photograph_that_cannot_be_deleted_keeps_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'sonmat.sqlite3'}"
    store = open_store(url)
    old = Store(store.engine, lambda: datetime.now(UTC) - timedelta(days=20))
    blobs = Blobs(ArtifactFolder(tmp_path / "artifacts"), UploadFolder(tmp_path / "uploads"))
    for name in ("a", "b", "c"):
        old.projects.create(name)
        old.projects.add_upload(name, 1, NewUpload("a.jpg", "0" * 64, 1, reading(1)))
        (tmp_path / "uploads" / name).mkdir(parents=True)
        (tmp_path / "uploads" / name / "photo-1.jpg").write_bytes(b"photo")
    whole = UploadFolder.remove

    def refuse_b(uploads: UploadFolder, project: str, names: Sequence[str]) -> None:
        if project == "b":
            raise PermissionError("not ours")
        whole(uploads, project, names)

    own = Maintenance(Settings(data=tmp_path, database=url), store, LocalBus(store.outbox), blobs, threading.Event())
    with monkeypatch.context() as patch:
        patch.setattr(UploadFolder, "remove", refuse_b)
        own.clean()
        own.delete_files()
        assert [path.parent.name for path in tmp_path.rglob("photo-1.jpg")] == ["b"]
        assert store.tombstones.oldest_s() > 0
    own.delete_files()
    assert list(tmp_path.rglob("photo-1.jpg")) == [] and store.tombstones.oldest_s() == 0
    store.close()


def test_files_that_no_project_knows_go_unless_the_database_is_another_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sonmat.sqlite3'}"
    store = open_store(url)
    blobs = Blobs(ArtifactFolder(tmp_path / "artifacts"), UploadFolder(tmp_path / "uploads"))
    own = Maintenance(Settings(data=tmp_path, database=url), store, LocalBus(store.outbox), blobs, threading.Event())
    names = [f"project-{number}" for number in range(maintenance_module.MANY)]
    for name in names:
        (tmp_path / "uploads" / name).mkdir(parents=True)
    own.clean()
    assert sorted(blobs.uploads.projects()) == sorted(names)
    store.projects.create(names[3])
    own.clean()
    assert blobs.uploads.projects() == [names[3]]
    store.close()
