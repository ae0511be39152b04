"""A job ends exactly once, as a font or as a named failure, and its row and events tell how."""

import shutil
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from collector.events import WORK_TOPICS, FontReady, JobFailed, JobWaits, LocalBus, PhotosReceived, decode, encode
from collector.store import Job, JobState, LeaseLostError, LeaseTransaction, OutboxMessage, Phase, Store, open_store
from deploy.jobs.runner import FinishedJob, JobRunner, Retries
from deploy.pipeline.artifact_store import ArtifactFolder, ResultGoneError
from deploy.pipeline.engine import Outcome, Plan
from deploy.pipeline.request import FontRequest
from templates.errors import PersonError
from tests.deploy.samples import FontService, Silent, a_request, report

TOPICS = (PhotosReceived.TOPIC, FontReady.TOPIC, JobFailed.TOPIC)


class Bench:
    """A runner with its stages, and a look at what it leaves in the database."""

    def __init__(self, store: Store, folder: Path, retries: Retries | None = None) -> None:
        self.store = store
        self.context = FontService()
        self.recorded: list[str] = []
        plan = Plan(self.context.stages(), report, {"count": self._record})
        self.runner = JobRunner(
            store,
            LocalBus(store.outbox),
            ArtifactFolder(folder / "artifacts"),
            plan,
            lease_s=3,
            keep_days=30,
            retries=retries,
        )

    def _record(self, transaction: LeaseTransaction, job: Job, outcome: Outcome) -> None:
        self.recorded.append(outcome.key)
        transaction.seed_chosen("NanumPen")

    def events(self) -> list[str]:
        """Types of all events, in the order of each topic."""
        rows = [row for topic in TOPICS for row in self.store.outbox.read_log(topic, 0, 100)]
        return [decode(row.message.payload).TYPE for row in sorted(rows, key=lambda row: row.id)]


@pytest.fixture
def bench(store: Store, tmp_path: Path) -> Bench:
    return Bench(store, tmp_path)


def test_a_job_ends_as_a_font(bench: Bench, tmp_path: Path) -> None:
    request = a_request(tmp_path)
    made = bench.runner.make(request, Silent())
    job = bench.store.job(made.job.id)
    assert (job.state, job.stage, job.attempt, job.owner) == (JobState.DONE, "sign", 1, None)
    assert job.report == made.report == {"words": 5, "reused": []}
    assert job.seed == "NanumPen"
    stages = bench.store.stages(job.id)
    assert {name: stage.key for name, stage in stages.items()} == {n: o.key for n, o in made.outcomes.items()}
    assert bench.events() == ["photos.received", "font.ready"]
    assert bench.store.outbox.pending() == 0
    assert [photo.name for photo in bench.store.photos(job.id)] == ["one.txt", "two.txt"]


def test_asking_again_is_the_same_job_and_repeats_nothing(bench: Bench, tmp_path: Path) -> None:
    first = bench.runner.make(a_request(tmp_path), Silent())
    second = bench.runner.make(a_request(tmp_path), Silent())
    assert first.job.id == second.job.id
    assert bench.context.ran == ["read", "count", "sign"]
    assert len(bench.recorded) == 1
    assert second.job.attempt == 2


def test_a_refusal_is_kept_word_for_word_and_can_be_mended(bench: Bench, tmp_path: Path) -> None:
    bench.context.broken["count"] = PersonError("사진이 어둡습니다.", "The photo is dark.", code="photo.dark")
    with pytest.raises(PersonError):
        bench.runner.make(a_request(tmp_path), Silent())
    job = bench.store.submit(a_request(tmp_path).as_job(), lambda job: pytest.fail("the job is known"))
    assert (job.state, job.error_code, job.owner) == (JobState.REFUSED, "photo.dark", None)
    assert job.error == "사진이 어둡습니다.\nThe photo is dark."
    assert bench.runner.make(a_request(tmp_path), Silent()).job.state is JobState.DONE
    assert bench.context.ran == ["read", "count", "count", "sign"]
    assert bench.events() == ["photos.received", "job.failed", "font.ready"]


def test_a_defect_is_kept_with_its_traceback(bench: Bench, tmp_path: Path) -> None:
    bench.context.broken["sign"] = ZeroDivisionError("no ink")
    with pytest.raises(ZeroDivisionError):
        bench.runner.make(a_request(tmp_path), Silent())
    job = bench.store.submit(a_request(tmp_path).as_job(), lambda job: pytest.fail("the job is known"))
    assert (job.state, job.error_code, job.stage) == (JobState.FAILED, "ZeroDivisionError", "sign")
    assert "samples.py" in (job.error or "")
    failed = decode(bench.store.outbox.read_log(JobFailed.TOPIC, 0, 9)[0].message.payload)
    assert failed == JobFailed(job=job.id, stage="sign", code="ZeroDivisionError", reason="no ink", by_writer=False)


def test_who_is_asked_to_stop_gives_the_job_back(bench: Bench, tmp_path: Path) -> None:
    bench.context.broken["count"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        bench.runner.make(a_request(tmp_path), Silent())
    job = bench.store.submit(a_request(tmp_path).as_job(), lambda job: pytest.fail("the job is known"))
    assert (job.state, job.owner, job.error) == (JobState.QUEUED, None, None)
    assert bench.events() == ["photos.received"]


def test_who_lost_the_job_stops_and_writes_nothing_more(bench: Bench, tmp_path: Path) -> None:
    request = a_request(tmp_path)

    class Thief(Silent):
        """While the job runs, another takes it, as if this process had slept for long."""

        def stage_finished(self, outcome: Outcome) -> None:
            super().stage_finished(outcome)
            if outcome.stage.name == "read":
                job = bench.store.submit(request.as_job(), lambda job: pytest.fail("the job is known"))
                with bench.store.engine.begin() as connection:
                    connection.exec_driver_sql("UPDATE jobs SET lease_until = '2020-01-01 00:00:00.000000'")
                assert bench.store.claim(job.id, "thief", 30) is not None

    with pytest.raises(LeaseLostError):
        bench.runner.make(request, Thief())
    job = bench.store.submit(request.as_job(), lambda job: pytest.fail("the job is known"))
    assert (job.state, job.owner, job.error) == (JobState.RUNNING, "thief", None)
    assert bench.context.ran == ["read"]
    assert bench.events() == ["photos.received"]


def handed_in(bench: Bench, folder: Path) -> tuple[FontRequest, Job]:
    """An order that the web put in: workers carry it out part by part."""
    request = a_request(folder)
    wish = replace(request.as_job(), project_id="p")
    return request, bench.store.submit(wish, lambda job: encode(PhotosReceived(job=job.id)))


def carry_out(bench: Bench, request: FontRequest, job: Job, *parts: Phase) -> FinishedJob | None:
    lease = bench.store.claim(job.id, "worker", 30, parts)
    assert lease is not None
    return bench.runner.carry_out(request, bench.store.job(job.id), lease, Silent(), parts)


def waits(bench: Bench, job: Job) -> tuple[JobState, Phase, int]:
    now = bench.store.job(job.id)
    return now.state, now.part, now.tries


def test_a_job_is_handed_from_part_to_part(bench: Bench, tmp_path: Path) -> None:
    request, job = handed_in(bench, tmp_path)
    assert bench.store.claim(job.id, "worker", 30, [Phase.DRAW, Phase.BUILD]) is None
    assert carry_out(bench, request, job, Phase.COLLECT) is None
    assert waits(bench, job) == (JobState.QUEUED, Phase.DRAW, 0)
    assert carry_out(bench, request, job, Phase.DRAW) is None
    assert waits(bench, job) == (JobState.QUEUED, Phase.BUILD, 0)
    made = carry_out(bench, request, job, Phase.COLLECT, Phase.BUILD)
    assert made is not None and made.report == {"words": 5, "reused": ["read", "count"]}
    assert bench.context.ran == ["read", "count", "sign"]
    told = [(row.topic, decode(row.payload)) for _, row in all_events(bench)]
    waiting = [JobWaits(job=job.id, part=part) for part in (Phase.DRAW, Phase.BUILD)]
    assert [each for _, each in told][1:3] == waiting
    assert [topic for topic, _ in told][1:3] == ["sonmat.glyphs", "sonmat.drawings"]


def all_events(bench: Bench) -> list[tuple[int, OutboxMessage]]:
    topics = (*TOPICS, *WORK_TOPICS.values())
    rows = {row.id: row.message for topic in topics for row in bench.store.outbox.read_log(topic, 0, 100)}
    return sorted(rows.items())


def test_what_is_made_already_is_passed_by_whoever_makes_it(bench: Bench, tmp_path: Path) -> None:
    bench.runner.make(a_request(tmp_path), Silent())
    request = a_request(tmp_path, name="아빠 글씨")
    job = bench.store.submit(replace(request.as_job(), project_id="p"), lambda job: encode(PhotosReceived(job=job.id)))
    assert carry_out(bench, request, job, Phase.COLLECT) is None
    assert waits(bench, job) == (JobState.QUEUED, Phase.BUILD, 0), "nothing to draw: no GPU is asked"


def test_a_job_goes_back_where_a_result_is_gone_but_not_for_ever(store: Store, tmp_path: Path) -> None:
    bench = Bench(store, tmp_path, Retries(max_tries=2))
    request, job = handed_in(bench, tmp_path)
    for tries in (1, 2):
        assert carry_out(bench, request, job, Phase.COLLECT) is None
        shutil.rmtree(tmp_path / "artifacts" / "read")
        if tries == 1:
            assert carry_out(bench, request, job, Phase.DRAW) is None
            assert waits(bench, job) == (JobState.QUEUED, Phase.COLLECT, 1)
    with pytest.raises(ResultGoneError):
        carry_out(bench, request, job, Phase.DRAW)
    assert waits(bench, job)[0] is JobState.FAILED
    assert bench.store.job(job.id).error_code == "ResultGoneError"


def test_a_killed_process_is_taken_over_where_it_stood(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sonmat.sqlite3'}"
    script = f"""
        import os, pathlib, signal
        from collector.store import open_store
        from tests.deploy.samples import Silent, a_request
        from tests.deploy.jobs.test_runner import Bench

        class Killer(Silent):
            def stage_progress(self, stage, share, message):
                os.kill(os.getpid(), signal.SIGKILL)

        folder = pathlib.Path({str(tmp_path)!r})
        Bench(open_store({url!r}), folder).runner.make(a_request(folder), Killer())
    """
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, check=False)
    assert killed.returncode == -9, killed.stderr.decode()
    store = open_store(url)
    bench = Bench(store, tmp_path)
    made = bench.runner.make(a_request(tmp_path), Silent())
    assert (made.job.state, made.job.attempt) == (JobState.DONE, 2)
    assert bench.context.ran == ["count", "sign"]
    assert bench.events() == ["photos.received", "font.ready"]
    store.close()
