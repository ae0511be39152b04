"""A job ends exactly once, as a font or as a named failure, and its row and events tell how."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from collector.events import FontReady, JobFailed, LocalBus, PhotosReceived, decode
from collector.store import Job, JobState, LeaseLostError, Store, Work, open_store
from deploy.artifacts import ArtifactFolder
from deploy.pipeline import Outcome
from deploy.runner import JobRunner, Plan
from templates.errors import PersonError
from tests.deploy.samples import Silent, Workshop, an_order, report

TOPICS = (PhotosReceived.TOPIC, FontReady.TOPIC, JobFailed.TOPIC)


class Bench:
    """A runner with its workshop, and a look at what it leaves in the database."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.shop = Workshop()
        self.recorded: list[str] = []
        plan = Plan(self.shop.stages(), report, {"count": self._record})
        self.runner = JobRunner(
            store, LocalBus(store.outbox), ArtifactFolder(folder / "artifacts"), plan, lease_s=3, keep_days=30
        )

    def _record(self, work: Work, job: Job, outcome: Outcome) -> None:
        self.recorded.append(outcome.key)
        work.seed_chosen("NanumPen")

    def events(self) -> list[str]:
        """Types of all events, in the order of each topic."""
        rows = [row for topic in TOPICS for row in self.store.outbox.read_log(topic, 0, 100)]
        return [decode(row.message.payload).TYPE for row in sorted(rows, key=lambda row: row.id)]


@pytest.fixture
def bench(store: Store, tmp_path: Path) -> Bench:
    return Bench(store, tmp_path)


def test_a_job_ends_as_a_font(bench: Bench, tmp_path: Path) -> None:
    order = an_order(tmp_path)
    made = bench.runner.make(order, Silent())
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
    first = bench.runner.make(an_order(tmp_path), Silent())
    second = bench.runner.make(an_order(tmp_path), Silent())
    assert first.job.id == second.job.id
    assert bench.shop.ran == ["read", "count", "sign"]
    assert len(bench.recorded) == 1
    assert second.job.attempt == 2


def test_a_refusal_is_kept_word_for_word_and_can_be_mended(bench: Bench, tmp_path: Path) -> None:
    bench.shop.broken["count"] = PersonError("사진이 어둡습니다.", "The photo is dark.", code="photo.dark")
    with pytest.raises(PersonError):
        bench.runner.make(an_order(tmp_path), Silent())
    job = bench.store.submit(an_order(tmp_path).as_job(), lambda job: pytest.fail("the job is known"))
    assert (job.state, job.error_code, job.owner) == (JobState.REFUSED, "photo.dark", None)
    assert job.error == "사진이 어둡습니다.\nThe photo is dark."
    assert bench.runner.make(an_order(tmp_path), Silent()).job.state is JobState.DONE
    assert bench.shop.ran == ["read", "count", "count", "sign"]
    assert bench.events() == ["photos.received", "job.failed", "font.ready"]


def test_a_defect_is_kept_with_its_traceback(bench: Bench, tmp_path: Path) -> None:
    bench.shop.broken["sign"] = ZeroDivisionError("no ink")
    with pytest.raises(ZeroDivisionError):
        bench.runner.make(an_order(tmp_path), Silent())
    job = bench.store.submit(an_order(tmp_path).as_job(), lambda job: pytest.fail("the job is known"))
    assert (job.state, job.error_code, job.stage) == (JobState.FAILED, "ZeroDivisionError", "sign")
    assert "samples.py" in (job.error or "")
    failed = decode(bench.store.outbox.read_log(JobFailed.TOPIC, 0, 9)[0].message.payload)
    assert failed == JobFailed(job=job.id, stage="sign", code="ZeroDivisionError", reason="no ink", by_writer=False)


def test_who_is_asked_to_stop_gives_the_job_back(bench: Bench, tmp_path: Path) -> None:
    bench.shop.broken["count"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        bench.runner.make(an_order(tmp_path), Silent())
    job = bench.store.submit(an_order(tmp_path).as_job(), lambda job: pytest.fail("the job is known"))
    assert (job.state, job.owner, job.error) == (JobState.QUEUED, None, None)
    assert bench.events() == ["photos.received"]


def test_who_lost_the_job_stops_and_writes_nothing_more(bench: Bench, tmp_path: Path) -> None:
    order = an_order(tmp_path)

    class Thief(Silent):
        """While the job runs, another takes it, as if this process had slept for long."""

        def stage_finished(self, outcome: Outcome) -> None:
            super().stage_finished(outcome)
            if outcome.stage.name == "read":
                job = bench.store.submit(order.as_job(), lambda job: pytest.fail("the job is known"))
                with bench.store.engine.begin() as connection:
                    connection.exec_driver_sql("UPDATE jobs SET lease_until = '2020-01-01 00:00:00.000000'")
                assert bench.store.claim(job.id, "thief", 30) is not None

    with pytest.raises(LeaseLostError):
        bench.runner.make(order, Thief())
    job = bench.store.submit(order.as_job(), lambda job: pytest.fail("the job is known"))
    assert (job.state, job.owner, job.error) == (JobState.RUNNING, "thief", None)
    assert bench.shop.ran == ["read"]
    assert bench.events() == ["photos.received"]


def test_a_killed_process_is_taken_over_where_it_stood(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sonmat.sqlite3'}"
    script = f"""
        import os, pathlib, signal
        from collector.store import open_store
        from tests.deploy.samples import Silent, an_order
        from tests.deploy.test_runner import Bench

        class Killer(Silent):
            def stage_progress(self, stage, share, message):
                os.kill(os.getpid(), signal.SIGKILL)

        folder = pathlib.Path({str(tmp_path)!r})
        Bench(open_store({url!r}), folder).runner.make(an_order(folder), Killer())
    """
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, check=False)
    assert killed.returncode == -9, killed.stderr.decode()
    store = open_store(url)
    bench = Bench(store, tmp_path)
    made = bench.runner.make(an_order(tmp_path), Silent())
    assert (made.job.state, made.job.attempt) == (JobState.DONE, 2)
    assert bench.shop.ran == ["count", "sign"]
    assert bench.events() == ["photos.received", "font.ready"]
    store.close()
