"""What a web process leaves unread is read by the next one."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from collector.blobs import UploadFolder
from collector.store import NewUpload, Store, Upload, open_store
from collector.web import WebConfig, create_app
from collector.web.uploads import intake
from collector.web.uploads.reader_pool import ReaderPool
from collector.web.writer import photos
from deploy.font_service import PipelineFontService
from deploy.pipeline.artifact_store import ArtifactFolder
from tests.service.visitor import empty_database, make_person

LIMIT_S = 120.0


def in_passing(folder: Path) -> list[Path]:
    """Uploaded files and pictures of pages that lie between coming in and being read."""
    return [path for path in (folder / "uploads" / "incoming").rglob("*") if path.suffix in (".upload", ".jpg")]


@contextmanager
def next_web(folder: Path, store: Store, readers: ReaderPool) -> Iterator[None]:
    """A web process that starts on what another one left."""
    uploads = UploadFolder(folder / "uploads")
    font_service = PipelineFontService(store, ArtifactFolder(folder / "artifacts"), uploads)
    with TestClient(create_app(WebConfig(uploads.folder, "secret"), store, font_service, readers=readers)):
        yield


def wait_until_read(store: Store, project: str) -> list[Upload]:
    end_s = time.monotonic() + LIMIT_S
    while any(upload.is_unread for upload in store.projects.uploads(project)):
        assert time.monotonic() < end_s
        time.sleep(0.05)
    return store.projects.uploads(project)


def test_what_was_unread_when_the_web_stopped_is_read_by_the_next(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, readers: ReaderPool, pages: list[Path]
) -> None:
    monkeypatch.setattr(photos, "ANSWER_S", 0.0)
    monkeypatch.setattr(intake, "BEAT_S", 0.1)
    for person in make_person(tmp_path, readers):
        person.begin()
        person.upload(pages[0])
    store = open_store(f"sqlite:///{tmp_path / 'sonmat.sqlite3'}")
    assert [upload.is_unread for upload in store.projects.uploads(person.project)] == [True]
    assert not in_passing(tmp_path)
    with next_web(tmp_path, store, readers):
        read = wait_until_read(store, person.project)
    assert [(upload.error_code, upload.name) for upload in read] == [(None, pages[0].name)]
    assert {path.name for path in (tmp_path / "uploads" / person.project).iterdir()} == {"photo-1.jpg", "page-1.jpg"}
    store.close()


def test_a_file_that_nobody_can_read_is_not_tried_for_ever(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, readers: ReaderPool
) -> None:
    monkeypatch.setattr(intake, "BEAT_S", 0.1)
    (tmp_path / "sonmat.sqlite3").write_bytes(empty_database())
    store = open_store(f"sqlite:///{tmp_path / 'sonmat.sqlite3'}")
    store.projects.create("project")
    (tmp_path / "uploads" / "project").mkdir(parents=True)
    (tmp_path / "uploads" / "project" / "s-1").write_bytes(b"whatever")
    store.readings.begin("project", NewUpload("poison.jpg", "", 0), "s-{}".format, "gone", -1.0)
    store.readings.begin("project", NewUpload("lost.jpg", "", 0), "s-{}".format, "gone", -1.0)
    for _ in range(intake.MOST_TRIES):
        store.readings.claim("gone", -1.0, 9)
    with next_web(tmp_path, store, readers):
        read = wait_until_read(store, "project")
    assert [upload.error_code for upload in read] == ["photo.interrupted"] * 2
    assert "once more" in str(read[0].error)
    store.close()
