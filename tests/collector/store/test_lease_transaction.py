"""How a lease's holder ends its turn: what becomes of the job's state, its tries and who may take it next."""

from datetime import timedelta

import pytest

from collector.store import Job, JobState, Lease, LeaseLostError, OutboxMessage, Phase, StageResult, Store
from tests.collector.store.conftest import Claim, Submit
from tests.collector.store.samples import Clock


def test_a_retry_waits_for_its_time_and_counts_as_a_try(
    timed_store: Store, clock: Clock, submit: Submit, claim: Claim
) -> None:
    job = submit()
    with timed_store.lease_transaction(claim(job)) as transaction:
        assert transaction.tries == 1
        transaction.retry("db.away", "the database is away", clock.now + timedelta(seconds=60))
    waiting = timed_store.job(job.id)
    assert (waiting.state, waiting.error_code, waiting.owner) == (JobState.QUEUED, "db.away", None)
    assert timed_store.claim(job.id, "other", 30) is None
    clock.pass_s(60)
    claim(job, "other")
    again = timed_store.job(job.id)
    assert (again.tries, again.error_code, again.retry_at) == (2, None, None)


def test_a_released_job_has_not_used_a_try(timed_store: Store, submit: Submit, claim: Claim) -> None:
    job = submit()
    with timed_store.lease_transaction(claim(job)) as transaction:
        transaction.release()
    released = timed_store.job(job.id)
    assert (released.state, released.tries, released.attempt) == (JobState.QUEUED, 0, 1)


def taken_by(store: Store, job: Job, *phases: Phase) -> Lease | None:
    return store.claim(job.id, "worker", 30, phases)


def test_a_job_handed_forwards_waits_for_the_next_phase_and_has_used_no_try(
    timed_store: Store, submit: Submit, claim: Claim
) -> None:
    job = submit()
    with timed_store.lease_transaction(claim(job)) as transaction:
        transaction.hand_over(Phase.DRAW, "adapt")
    waiting = timed_store.job(job.id)
    assert (waiting.state, waiting.stage, waiting.tries) == (JobState.QUEUED, "adapt", 0)
    assert taken_by(timed_store, job, Phase.COLLECT, Phase.BUILD) is None
    assert taken_by(timed_store, job, Phase.DRAW) is not None


def test_a_job_handed_back_has_used_a_try(timed_store: Store, submit: Submit, claim: Claim) -> None:
    job = submit()
    with timed_store.lease_transaction(claim(job)) as transaction:
        transaction.hand_over(Phase.BUILD, "fontbuild")
    with timed_store.lease_transaction(claim(job)) as transaction:
        transaction.hand_over(Phase.DRAW, "adapt")
    assert timed_store.job(job.id).tries == 1
    assert taken_by(timed_store, job, Phase.BUILD) is None


def test_a_stage_that_starts_begins_its_progress_anew(timed_store: Store, submit: Submit, claim: Claim) -> None:
    job = submit()
    lease = claim(job)
    timed_store.note_progress(lease, 0.7, "나" * 500)
    running = timed_store.job(job.id)
    assert (running.progress, running.note) == (0.7, "나" * 200)
    with timed_store.lease_transaction(lease) as transaction:
        transaction.stage_started("adapt", "k")
    running = timed_store.job(job.id)
    assert (running.stage, running.progress, running.note) == ("adapt", 0.0, "")


def test_events_are_kept_with_the_change_and_only_then(timed_store: Store, submit: Submit, claim: Claim) -> None:
    job = submit()
    lease = claim(job)
    event = OutboxMessage("t", job.id, {"이름": "손맛"})
    with pytest.raises(ZeroDivisionError), timed_store.lease_transaction(lease) as transaction:
        transaction.emit(event)
        raise ZeroDivisionError
    assert timed_store.outbox.read_log("t", 0, 9) == []
    with timed_store.lease_transaction(lease) as transaction:
        transaction.emit(event, event)
        transaction.stage_done(StageResult("capture", "k", 1.0, 2.0))
    assert [each.message for each in timed_store.outbox.read_log("t", 0, 9)] == [event, event]


@pytest.mark.parametrize("owner", ["somebody", "worker"])
def test_only_the_holder_of_this_very_attempt_may_write(
    timed_store: Store, submit: Submit, claim: Claim, owner: str
) -> None:
    job = submit()
    lease = claim(job)
    forged = Lease(job.id, owner, lease.attempt + (owner == lease.owner))
    with pytest.raises(LeaseLostError), timed_store.lease_transaction(forged):
        pytest.fail("the body is not run")
    with pytest.raises(LeaseLostError):
        timed_store.note_progress(forged, 0.5, "")
