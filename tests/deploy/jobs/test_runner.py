"""A job ends exactly once, as a font or as a named failure; its row and its events say how."""

import shutil
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from collector.events import WORK_TOPICS, FontReady, JobFailed, JobWaits, LocalBus, PhotosReceived, decode, encode
from collector.store import Job, JobState, LeaseLostError, OutboxMessage, Phase, Store, open_store
from deploy.jobs.runner import FinishedJob, JobRunner, Retries
from deploy.pipeline.artifact_store import ArtifactFolder, ResultGoneError
from deploy.pipeline.engine import Outcome, Plan
from deploy.pipeline.request import FontRequest
from templates.errors import PersonError
from tests.deploy.samples import RecordingObserver, WordStages, a_request, report

TOPICS = (PhotosReceived.TOPIC, FontReady.TOPIC, JobFailed.TOPIC)


class RunnerFixture:
    """A runner with stages that count words, and the events it writes."""

    def __init__(self, store: Store, folder: Path, retries: Retries | None = None) -> None:
        self.store = store
        self.words = WordStages()
        plan = Plan(self.words.stages(), report)
        self.runner = JobRunner(
            store,
            LocalBus(store.outbox),
            ArtifactFolder(folder / "artifacts"),
            plan,
            lease_s=3,
            keep_days=30,
            retries=retries,
        )

    def events(self) -> list[str]:
        """The types of all events, in the order of each topic."""
        rows = [row for topic in TOPICS for row in self.store.outbox.read_log(topic, 0, 100)]
        return [decode(row.message.payload).TYPE for row in sorted(rows, key=lambda row: row.id)]


@pytest.fixture
def fixture(store: Store, tmp_path: Path) -> RunnerFixture:
    return RunnerFixture(store, tmp_path)


def test_a_job_ends_with_a_font(fixture: RunnerFixture, tmp_path: Path) -> None:
    request = a_request(tmp_path)
    finished = fixture.runner.make(request, RecordingObserver())
    job = fixture.store.job(finished.job.id)
    assert (job.state, job.stage, job.attempt, job.owner) == (JobState.DONE, "sign", 1, None)
    assert job.report == finished.report == {"words": 5, "reused": []}
    assert job.seed == "NanumPen"
    stages = fixture.store.stages(job.id)
    assert {name: stage.key for name, stage in stages.items()} == {n: o.key for n, o in finished.outcomes.items()}
    assert fixture.events() == ["photos.received", "font.ready"]
    assert fixture.store.outbox.pending() == 0
    assert [photo.name for photo in fixture.store.photos(job.id)] == ["one.txt", "two.txt"]


def test_the_same_request_is_the_same_job_and_repeats_no_stage(fixture: RunnerFixture, tmp_path: Path) -> None:
    first = fixture.runner.make(a_request(tmp_path), RecordingObserver())
    second = fixture.runner.make(a_request(tmp_path), RecordingObserver())
    assert first.job.id == second.job.id
    assert fixture.words.ran == ["read", "count", "sign"]
    assert len(fixture.words.recorded) == 1
    assert second.job.attempt == 2


def test_a_refusal_is_stored_word_for_word_and_can_be_mended(fixture: RunnerFixture, tmp_path: Path) -> None:
    fixture.words.broken["count"] = PersonError("사진이 어둡습니다.", "The photo is dark.", code="photo.dark")
    with pytest.raises(PersonError):
        fixture.runner.make(a_request(tmp_path), RecordingObserver())
    job = fixture.store.submit(a_request(tmp_path).as_job(), lambda job: pytest.fail("the job is known"))
    assert (job.state, job.error_code, job.owner) == (JobState.REFUSED, "photo.dark", None)
    assert job.error == "사진이 어둡습니다.\nThe photo is dark."
    assert fixture.runner.make(a_request(tmp_path), RecordingObserver()).job.state is JobState.DONE
    assert fixture.words.ran == ["read", "count", "count", "sign"]
    assert fixture.events() == ["photos.received", "job.failed", "font.ready"]


def test_a_defect_is_stored_with_its_traceback(fixture: RunnerFixture, tmp_path: Path) -> None:
    fixture.words.broken["sign"] = ZeroDivisionError("no ink")
    with pytest.raises(ZeroDivisionError):
        fixture.runner.make(a_request(tmp_path), RecordingObserver())
    job = fixture.store.submit(a_request(tmp_path).as_job(), lambda job: pytest.fail("the job is known"))
    assert (job.state, job.error_code, job.stage) == (JobState.FAILED, "ZeroDivisionError", "sign")
    assert "samples.py" in (job.error or "")
    failed = decode(fixture.store.outbox.read_log(JobFailed.TOPIC, 0, 9)[0].message.payload)
    assert failed == JobFailed(job=job.id, stage="sign", code="ZeroDivisionError", reason="no ink", by_writer=False)


def test_a_stopped_run_requeues_its_job(fixture: RunnerFixture, tmp_path: Path) -> None:
    fixture.words.broken["count"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        fixture.runner.make(a_request(tmp_path), RecordingObserver())
    job = fixture.store.submit(a_request(tmp_path).as_job(), lambda job: pytest.fail("the job is known"))
    assert (job.state, job.owner, job.error) == (JobState.QUEUED, None, None)
    assert fixture.events() == ["photos.received"]


def test_a_run_that_lost_its_lease_stops_and_writes_nothing(fixture: RunnerFixture, tmp_path: Path) -> None:
    request = a_request(tmp_path)

    class OtherProcess(RecordingObserver):
        """Claims the job while it runs, as if this process had been suspended until its lease expired."""

        def stage_finished(self, outcome: Outcome) -> None:
            super().stage_finished(outcome)
            if outcome.stage.name == "read":
                job = fixture.store.submit(request.as_job(), lambda job: pytest.fail("the job is known"))
                with fixture.store.engine.begin() as connection:
                    connection.exec_driver_sql("UPDATE jobs SET lease_until = '2020-01-01 00:00:00.000000'")
                assert fixture.store.claim(job.id, "other process", 30) is not None

    with pytest.raises(LeaseLostError):
        fixture.runner.make(request, OtherProcess())
    job = fixture.store.submit(request.as_job(), lambda job: pytest.fail("the job is known"))
    assert (job.state, job.owner, job.error) == (JobState.RUNNING, "other process", None)
    assert fixture.words.ran == ["read"]
    assert fixture.events() == ["photos.received"]


def submit_for_web(fixture: RunnerFixture, folder: Path) -> tuple[FontRequest, Job]:
    """A job as the web submits it: workers carry it out phase by phase."""
    request = a_request(folder)
    new_job = replace(request.as_job(), project_id="p")
    return request, fixture.store.submit(new_job, lambda job: encode(PhotosReceived(job=job.id)))


def carry_out(fixture: RunnerFixture, request: FontRequest, job: Job, *phases: Phase) -> FinishedJob | None:
    lease = fixture.store.claim(job.id, "worker", 30, phases)
    assert lease is not None
    return fixture.runner.carry_out(request, fixture.store.job(job.id), lease, RecordingObserver(), phases)


def state_of(fixture: RunnerFixture, job: Job) -> tuple[JobState, Phase, int]:
    now = fixture.store.job(job.id)
    return now.state, now.phase, now.tries


def test_a_job_is_handed_over_from_phase_to_phase(fixture: RunnerFixture, tmp_path: Path) -> None:
    request, job = submit_for_web(fixture, tmp_path)
    assert fixture.store.claim(job.id, "worker", 30, [Phase.DRAW, Phase.BUILD]) is None
    assert carry_out(fixture, request, job, Phase.COLLECT) is None
    assert state_of(fixture, job) == (JobState.QUEUED, Phase.DRAW, 0)
    assert carry_out(fixture, request, job, Phase.DRAW) is None
    assert state_of(fixture, job) == (JobState.QUEUED, Phase.BUILD, 0)
    finished = carry_out(fixture, request, job, Phase.COLLECT, Phase.BUILD)
    assert finished is not None and finished.report == {"words": 5, "reused": ["read", "count"]}
    assert fixture.words.ran == ["read", "count", "sign"]
    events = [(row.topic, decode(row.payload)) for _, row in all_events(fixture)]
    waiting = [JobWaits(job=job.id, phase=phase) for phase in (Phase.DRAW, Phase.BUILD)]
    assert [each for _, each in events][1:3] == waiting
    assert [topic for topic, _ in events][1:3] == ["sonmat.glyphs", "sonmat.drawings"]


def all_events(fixture: RunnerFixture) -> list[tuple[int, OutboxMessage]]:
    topics = (*TOPICS, *WORK_TOPICS.values())
    rows = {row.id: row.message for topic in topics for row in fixture.store.outbox.read_log(topic, 0, 100)}
    return sorted(rows.items())


def test_stages_whose_results_exist_are_skipped_by_any_worker(fixture: RunnerFixture, tmp_path: Path) -> None:
    fixture.runner.make(a_request(tmp_path), RecordingObserver())
    request = a_request(tmp_path, name="아빠 글씨")
    job = fixture.store.submit(
        replace(request.as_job(), project_id="p"), lambda job: encode(PhotosReceived(job=job.id))
    )
    assert carry_out(fixture, request, job, Phase.COLLECT) is None
    assert state_of(fixture, job) == (JobState.QUEUED, Phase.BUILD, 0), "nothing to draw: no GPU is needed"


def test_a_job_returns_to_the_phase_of_a_missing_result_a_limited_number_of_times(store: Store, tmp_path: Path) -> None:
    fixture = RunnerFixture(store, tmp_path, Retries(max_tries=2))
    request, job = submit_for_web(fixture, tmp_path)
    for tries in (1, 2):
        assert carry_out(fixture, request, job, Phase.COLLECT) is None
        shutil.rmtree(tmp_path / "artifacts" / "read")
        if tries == 1:
            assert carry_out(fixture, request, job, Phase.DRAW) is None
            assert state_of(fixture, job) == (JobState.QUEUED, Phase.COLLECT, 1)
    with pytest.raises(ResultGoneError):
        carry_out(fixture, request, job, Phase.DRAW)
    assert state_of(fixture, job)[0] is JobState.FAILED
    assert fixture.store.job(job.id).error_code == "ResultGoneError"


def test_the_job_of_a_killed_process_continues_after_its_last_stage(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sonmat.sqlite3'}"
    script = f"""
        import os, pathlib, signal
        from collector.store import open_store
        from tests.deploy.samples import RecordingObserver, a_request
        from tests.deploy.jobs.test_runner import RunnerFixture

        class Killer(RecordingObserver):
            def stage_progress(self, stage, share, message):
                os.kill(os.getpid(), signal.SIGKILL)

        folder = pathlib.Path({str(tmp_path)!r})
        RunnerFixture(open_store({url!r}), folder).runner.make(a_request(folder), Killer())
    """
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, check=False)
    assert killed.returncode == -9, killed.stderr.decode()
    store = open_store(url)
    fixture = RunnerFixture(store, tmp_path)
    finished = fixture.runner.make(a_request(tmp_path), RecordingObserver())
    assert (finished.job.state, finished.job.attempt) == (JobState.DONE, 2)
    assert fixture.words.ran == ["count", "sign"]
    assert fixture.events() == ["photos.received", "font.ready"]
    store.close()
