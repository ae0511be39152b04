"""One reading: a photograph is decoded once, at upload or at make; jobs load what was written from the rows."""

import json
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from collector.blobs import UploadFolder, photo_path
from collector.capture import decode as decoding
from collector.capture import files
from collector.events import LocalBus, PhotosReceived, encode
from collector.instances import PhotoReading
from collector.reading import open_upload
from collector.reading import uploads as reading_uploads
from collector.simulator import Conditions, FontWriter, photograph
from collector.store import Job, JobState, NewJob, NewUpload, Photo, Store, open_store
from deploy.jobs import stored_hand
from deploy.jobs.runner import FinishedJob, JobRunner
from deploy.jobs.stored_hand import ProjectHand
from deploy.pipeline.artifact_store import ArtifactFolder
from deploy.pipeline.engine import Plan
from deploy.pipeline.font_plan import STAGES
from deploy.pipeline.request import make_request, request_of
from deploy.pipeline.stages.files import GLYPHS
from fontbuild.info import FontInfo
from templates.archive import load_glyphs
from templates.errors import PersonError
from templates.glyphs import GlyphSet
from templates.sheet import build_sheet
from tests.collector.store.samples import page_reading
from tests.deploy.samples import RecordingObserver

WRITTEN = Plan([stage for stage in STAGES if stage.name in ("capture", "hand")], lambda request, outcomes: {})
"""The plan as far as it is about what was written."""
PARAMS = {"name": "손", "english_name": None, "designer": "", "license": "ofl", "version": "1.000"}
PROJECT = "p"


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small photograph of a whole sheet."""
    hand = FontWriter(Path(str(resources.files("templates") / "data" / "label.ttf")))
    calm = Conditions(tilt_deg=8, defocus_px=0.6, noise=1.0, jpeg_quality=90, seed=5)
    return photograph(build_sheet("28"), 0, hand, calm, width_px=2000).save(tmp_path_factory.mktemp("photo") / "쪽.jpg")


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the pictures that were decoded, one for each time."""
    names: list[str] = []

    def count(data: bytes, name: str) -> decoding.Photo:
        names.append(name)
        return decode(data, name)

    decode = decoding.decode
    for module in (decoding, files, reading_uploads):
        monkeypatch.setattr(module, "decode", count)
    return names


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'sonmat.sqlite3'}")
    yield opened
    opened.close()


def a_runner(store: Store, folder: Path) -> JobRunner:
    artifacts = ArtifactFolder(folder / "artifacts")
    return JobRunner(store, LocalBus(store.outbox), artifacts, WRITTEN, lease_s=30, keep_days=30)


def glyphs_of(made: FinishedJob) -> GlyphSet:
    return load_glyphs(made.outcomes["hand"].folder / GLYPHS)


def upload(store: Store, reading: PhotoReading) -> None:
    """A project with one photograph."""
    store.projects.create(PROJECT)
    number = store.projects.next_upload(PROJECT)
    store.projects.add_upload(PROJECT, number, NewUpload(reading.photo, "a" * 64, 1, reading))


def submit(store: Store, key: str = "k" * 64) -> Job:
    options = {**PARAMS, "numbers": [1], "letters": {}, "pen_em": 0.05}
    wish = NewJob(key, "손", "ofl", (Photo("쪽.jpg", "a" * 64, 1),), options, PROJECT)
    return store.submit(wish, lambda job: encode(PhotosReceived(job=job.id)))


def carry_out(store: Store, folder: Path, job: Job) -> FinishedJob:
    lease = store.claim(job.id, "worker", 30)
    assert lease is not None
    request = request_of(job, ProjectHand(store, job, UploadFolder(folder / "uploads")), "cpu")
    made = a_runner(store, folder).carry_out(request, job, lease, RecordingObserver())
    assert made is not None
    return made


def test_a_photograph_of_the_web_is_decoded_once(store: Store, photo: Path, decoded: list[str], tmp_path: Path) -> None:
    source = tmp_path / "source-1.upload"
    shutil.copyfile(photo, source)
    found = open_upload(source, tmp_path / "uploads" / PROJECT, 1, "쪽.jpg")
    upload(store, found["first"]["reading"])
    made = carry_out(store, tmp_path, submit(store))
    assert decoded == ["source-1.upload"], "once, at upload"
    assert list(made.outcomes) == ["hand"]
    cells = build_sheet("28").pages[0].cells
    assert len(glyphs_of(made)) >= 0.95 * len(cells)
    assert found["first"]["reading"].photo == "쪽.jpg"


def test_make_reads_once_and_a_second_run_takes_the_rows(
    store: Store, photo: Path, decoded: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, runner = make_request([photo, photo], FontInfo("손")), a_runner(store, tmp_path)
    first = runner.make(request, RecordingObserver())
    assert (list(first.outcomes), decoded) == (["capture", "hand"], ["쪽.jpg"])
    written = glyphs_of(first)
    shutil.rmtree(tmp_path / "artifacts")
    again = runner.make(request, RecordingObserver())
    assert (list(again.outcomes), decoded) == (["hand"], ["쪽.jpg"]), "the rows are enough"
    assert again.outcomes["hand"].key == first.outcomes["hand"].key
    assert list(glyphs_of(again)) == list(written)
    assert all(np.array_equal(glyphs_of(again)[char].ink, written[char].ink) for char in written)
    runner.make(make_request([photo, photo], FontInfo("다른 이름")), RecordingObserver())
    assert len(decoded) == 2, "another job has rows of its own, and the result of the reading was deleted"
    shutil.rmtree(tmp_path / "artifacts")
    monkeypatch.setattr(stored_hand, "_capture_code", lambda: "another version's")
    runner.make(request, RecordingObserver())
    assert len(decoded) == 3, "code that reads otherwise reads again"


def test_another_job_with_the_same_photographs_takes_the_reading_that_is_kept(
    store: Store, photo: Path, decoded: list[str], tmp_path: Path
) -> None:
    runner = a_runner(store, tmp_path)
    for name in ("손", "다른 이름"):
        made = runner.make(make_request([photo], FontInfo(name)), RecordingObserver())
    assert decoded == ["쪽.jpg"]
    assert [made.outcomes[name].reused for name in ("capture", "hand")] == [True, True]
    assert len(store.instances.of_job(made.job.id)) == 1


def test_a_reading_that_was_broken_off_is_gone_on_with(
    store: Store, photo: Path, decoded: list[str], tmp_path: Path
) -> None:
    class Killed(RecordingObserver):
        def stage_finished(self, outcome: object) -> None:
            raise KeyboardInterrupt

    request, runner = make_request([photo], FontInfo("손")), a_runner(store, tmp_path)
    with pytest.raises(KeyboardInterrupt):
        runner.make(request, Killed())
    assert list(runner.make(request, RecordingObserver()).outcomes) == ["hand"]
    assert decoded == ["쪽.jpg"], "what was read was kept in the transaction that ended the reading"


def without_ink(reading: PhotoReading) -> PhotoReading:
    return replace(reading, instances=tuple(replace(each, ink=None) for each in reading.instances))


def test_an_upload_from_before_there_was_ink_is_read_again_once(
    store: Store, photo: Path, decoded: list[str], tmp_path: Path
) -> None:
    source = tmp_path / "source-1.upload"
    shutil.copyfile(photo, source)
    folder = tmp_path / "uploads" / PROJECT
    found = open_upload(source, folder, 1, "쪽.jpg")["first"]["reading"]
    upload(store, without_ink(found))
    decoded.clear()
    made = carry_out(store, tmp_path, submit(store))
    assert (list(made.outcomes), decoded) == (["capture", "hand"], [photo_path(folder, 1).name])
    [kept] = store.instances.of_project(PROJECT)
    assert (kept.photo, kept.number) == ("쪽.jpg", 1)
    good = [each for each in kept.instances if each.is_good]
    assert len(good) >= 0.95 * len(kept.instances) and all(each.ink for each in good)
    photo_path(folder, 1).unlink()
    later = carry_out(store, tmp_path, submit(store, "l" * 64))
    assert (list(later.outcomes), len(decoded)) == (["hand"], 1)
    assert all(np.array_equal(glyphs_of(later)[char].ink, glyphs_of(made)[char].ink) for char in glyphs_of(made))


def test_an_upload_without_ink_whose_photograph_is_gone_is_asked_for_again(store: Store, tmp_path: Path) -> None:
    upload(store, without_ink(page_reading(1, photo="쪽.jpg")))
    job = submit(store)
    with pytest.raises(PersonError) as refusal:
        carry_out(store, tmp_path, job)
    assert refusal.value.code == "photo.deleted" and "쪽.jpg" in refusal.value.english
    assert store.job(job.id).state is JobState.REFUSED


def test_the_job_of_an_uploaded_sheet_loads_no_vision_and_fetches_no_photograph(store: Store, tmp_path: Path) -> None:
    upload(store, page_reading(1))
    job = submit(store)
    script = f"""
        import json, sys, time
        from deploy.job_process import run_job
        from deploy.jobs.process_pool import JobTask
        from deploy.pipeline.engine import Plan
        from deploy.pipeline.font_plan import STAGES
        from deploy.settings import load_settings
        from collector.blobs import UploadFolder
        from collector.store import Phase

        def fetch(self, project, name):
            raise AssertionError(name)

        UploadFolder.fetch = fetch
        plan = Plan([stage for stage in STAGES if stage.phase is Phase.COLLECT], lambda request, outcomes: {{}})
        begun_s = time.process_time()
        said = run_job(load_settings(data={str(tmp_path)!r}), plan, JobTask({job.id!r}, "worker", tuple(Phase), "cpu"))
        print(json.dumps([said, time.process_time() - begun_s, sorted(sys.modules)]))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True)
    said, _, modules = json.loads(done.stdout)
    assert said == "done"
    read_with = [
        name for name in modules if name.startswith(("collector.capture", "collector.reading", "collector.web"))
    ]
    assert read_with == []
