"""What operators see of jobs and workers, and what they may do."""

from datetime import timedelta

import pytest

from collector.store import (
    IllegalTransitionError,
    JobNotFoundError,
    JobState,
    LeaseLostError,
    OutboxMessage,
    Phase,
    StageResult,
    Store,
    Worker,
)
from tests.collector.store.conftest import Claim, Submit
from tests.collector.store.samples import Clock

ALL = tuple(Phase)


def test_jobs_are_counted_in_every_state(timed_store: Store, submit: Submit, claim: Claim) -> None:
    submit("one")
    with timed_store.lease_transaction(claim(submit("two"))) as transaction:
        transaction.fail("ZeroDivisionError", "by zero")
    assert timed_store.operations.count_by_state() == {
        JobState.QUEUED: 1,
        JobState.RUNNING: 0,
        JobState.DONE: 0,
        JobState.REFUSED: 0,
        JobState.FAILED: 1,
    }
    assert timed_store.operations.failures_by_code() == {("failed", "ZeroDivisionError"): 1}


def test_a_job_that_nobody_took_up_is_noticed_after_a_while(
    timed_store: Store, clock: Clock, submit: Submit, claim: Claim
) -> None:
    first = submit("first")
    clock.pass_s(1)
    second = submit("second")
    claim(submit("running"))
    submit("of the command line", project_id=None)
    clock.pass_s(10)
    undelivered = timed_store.operations.undelivered
    assert undelivered(ALL, 10.5) == [first.id]
    assert undelivered(ALL, 9) == [first.id, second.id]
    assert undelivered([Phase.DRAW], 9) == []


def test_the_queue_is_as_long_as_the_jobs_before(timed_store: Store, clock: Clock, submit: Submit) -> None:
    assert timed_store.operations.oldest_wait_s() == 0
    jobs = []
    for name in ("one", "two", "three"):
        jobs.append(submit(name))
        clock.pass_s(10)
    assert [timed_store.operations.queue_place(job) for job in jobs] == [0, 1, 2]
    assert timed_store.operations.oldest_wait_s() == pytest.approx(30)


def test_of_jobs_of_one_moment_each_has_a_place_of_its_own(timed_store: Store, submit: Submit) -> None:
    jobs = [submit(str(number)) for number in range(4)]
    assert sorted(timed_store.operations.queue_place(job) for job in jobs) == [0, 1, 2, 3]


def test_a_cancelled_job_is_refused_and_its_worker_loses_it(timed_store: Store, submit: Submit, claim: Claim) -> None:
    job = submit()
    lease = claim(job)
    timed_store.operations.cancel(job.id, "operator.stopped", "멈췄습니다.")
    ended = timed_store.job(job.id)
    assert (ended.state, ended.error_code, ended.error) == (JobState.REFUSED, "operator.stopped", "멈췄습니다.")
    with pytest.raises(LeaseLostError):
        timed_store.heartbeat(lease, 30)
    with pytest.raises(IllegalTransitionError):
        timed_store.operations.cancel(job.id, "operator.stopped", "")
    with pytest.raises(JobNotFoundError, match="nobody"):
        timed_store.operations.cancel("nobody", "operator.stopped", "")


def finish_stage(store: Store, claim: Claim, job, stage: str, seconds: float) -> None:
    lease = claim(job)
    with store.lease_transaction(lease) as transaction:
        transaction.stage_done(StageResult(stage, "k", seconds, 1.0))
        transaction.release()


def test_the_usual_time_of_a_stage_is_the_median_of_its_latest_runs(
    timed_store: Store, clock: Clock, submit: Submit, claim: Claim
) -> None:
    usual = timed_store.operations.usual_seconds
    for number, seconds in enumerate((100.0, 1.0, 2.0, 9.0)):
        assert usual("adapt") == (None if number < 3 else 2.0), "one slow run of two would decide"
        finish_stage(timed_store, claim, submit(str(number)), "adapt", seconds)
        clock.pass_s(1)
    assert usual("adapt", runs=3) == 2.0
    assert usual("adapt", runs=4) == 9.0, "the upper middle of four"
    assert usual("generate") is None


def test_seconds_are_told_by_job_and_stage(timed_store: Store, submit: Submit, claim: Claim) -> None:
    one, other = submit("one"), submit("other")
    finish_stage(timed_store, claim, one, "adapt", 3.0)
    finish_stage(timed_store, claim, one, "generate", 4.0)
    assert timed_store.operations.seconds_by_stage([one.id, other.id]) == {
        one.id: {"adapt": 3.0, "generate": 4.0},
        other.id: {},
    }


def a_worker(name: str, clock: Clock, *phases: Phase) -> Worker:
    return Worker(name, "cpu", None, 12.5, 3, clock.now, clock.now, phases)


def test_workers_come_beat_and_go(timed_store: Store, clock: Clock) -> None:
    operations = timed_store.operations
    early = a_worker("a", clock, Phase.COLLECT, Phase.BUILD)
    operations.record_heartbeat(early)
    clock.pass_s(60)
    late = a_worker("b", clock)
    operations.record_heartbeat(a_worker("b", clock, Phase.DRAW))
    operations.record_heartbeat(late)
    assert operations.workers() == [early, late]
    assert operations.delete_silent_workers(clock.now) == 1
    assert operations.workers() == [late]
    operations.remove_worker("b")
    assert operations.workers() == []


def test_only_published_events_of_other_topics_are_deleted(timed_store: Store, clock: Clock) -> None:
    timed_store.outbox.add([OutboxMessage(topic, "key", {"topic": topic}) for topic in ("done", "dead")])
    with timed_store.outbox.publishing(9):
        pass
    timed_store.outbox.add([OutboxMessage("waiting", "key", {"topic": "waiting"})])
    clock.pass_s(60)
    delete = timed_store.operations.delete_published_events
    assert delete(clock.now - timedelta(seconds=61), ["dead"]) == 0
    assert delete(clock.now, ["dead"]) == 1
    assert [topic for _, topic, _ in timed_store.operations.events("key")] == ["dead", "waiting"]
