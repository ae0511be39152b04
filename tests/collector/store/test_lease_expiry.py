"""Jobs whose worker fell silent are handed out again, and given up when that happened too often."""

from datetime import timedelta

from collector.store import Job, JobState, OutboxMessage, RequeueCounts, Store
from collector.store import operations as operations_module
from tests.collector.store.conftest import Claim, Submit
from tests.collector.store.samples import Clock


def announce(job: Job) -> OutboxMessage:
    return OutboxMessage("waiting", job.id, {})


def lost(job: Job) -> OutboxMessage:
    return OutboxMessage("lost", job.id, {"code": job.error_code})


def requeue(store: Store, most: int = 2) -> RequeueCounts:
    return store.operations.requeue_expired(most, announce, lost)


def told(store: Store, topic: str) -> list[str]:
    return [each.message.key for each in store.outbox.read_log(topic, 0, 99)]


def test_a_lease_that_holds_is_left_alone_and_an_expired_one_is_requeued_with_its_event(
    timed_store: Store, clock: Clock, submit: Submit, claim: Claim
) -> None:
    job = submit()
    claim(job)
    clock.pass_s(30)
    assert requeue(timed_store) == RequeueCounts(0, 0)
    clock.pass_s(1)
    assert requeue(timed_store) == RequeueCounts(1, 0)
    waiting = timed_store.job(job.id)
    assert (waiting.state, waiting.owner, waiting.tries, waiting.updated_at) == (JobState.QUEUED, None, 1, clock.now)
    assert told(timed_store, "waiting") == [job.id]
    assert requeue(timed_store) == RequeueCounts(0, 0)


def test_a_job_that_loses_its_worker_too_often_fails_by_name(
    timed_store: Store, clock: Clock, submit: Submit, claim: Claim
) -> None:
    job = submit()
    for _ in range(2):
        claim(job)
        clock.pass_s(31)
        counts = requeue(timed_store)
    assert counts == RequeueCounts(0, 1)
    ended = timed_store.job(job.id)
    assert (ended.state, ended.error_code, ended.owner, ended.lease_until) == (
        JobState.FAILED,
        "worker.lost",
        None,
        None,
    )
    [event] = timed_store.outbox.read_log("lost", 0, 9)
    assert event.message.payload == {"code": "worker.lost"}, "the event tells of the job as it ended"


def test_a_pause_before_a_retry_ends_with_an_event(
    timed_store: Store, clock: Clock, submit: Submit, claim: Claim
) -> None:
    job = submit()
    with timed_store.lease_transaction(claim(job)) as transaction:
        transaction.retry("db.away", "", clock.now + timedelta(seconds=60))
    clock.pass_s(59)
    assert requeue(timed_store) == RequeueCounts(0, 0)
    clock.pass_s(1)
    assert requeue(timed_store) == RequeueCounts(1, 0)
    assert (timed_store.job(job.id).retry_at, told(timed_store, "waiting")) == (None, [job.id])


def test_jobs_of_the_command_line_are_nobodys_to_requeue(
    timed_store: Store, clock: Clock, submit: Submit, claim: Claim
) -> None:
    job = submit(project_id=None)
    claim(job)
    clock.pass_s(3600)
    assert requeue(timed_store) == RequeueCounts(0, 0)
    assert timed_store.job(job.id).state is JobState.RUNNING


def test_every_waiting_job_is_announced_once_however_many_there_are(
    timed_store: Store, clock: Clock, submit: Submit, claim: Claim, monkeypatch
) -> None:
    monkeypatch.setattr(operations_module, "ANNOUNCE_BATCH", 2)
    waiting = [submit(str(number)) for number in range(5)]
    claim(submit("running"))
    pausing = submit("pausing")
    with timed_store.lease_transaction(claim(pausing)) as transaction:
        transaction.retry("db.away", "", clock.now + timedelta(seconds=60))
    timed_store.operations.announce_waiting(announce)
    assert sorted(told(timed_store, "waiting")) == sorted(job.id for job in waiting)
