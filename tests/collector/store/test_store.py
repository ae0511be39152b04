"""The store on SQLite and on MariaDB: the same promises on both."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from collector.store import (
    IllegalTransitionError,
    JobNotFoundError,
    JobState,
    LeaseLostError,
    OutboxMessage,
    StageResult,
    Store,
    StoreError,
    open_store,
)
from collector.store.models import Base
from tests.collector.store.samples import Clock, instance, new_job, reading, submitted


def test_migrations_make_the_schema_of_the_models(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert {"jobs", "photos", "readings", "glyph_instances", "stages", "outbox", "bus_offsets"} <= set(
            inspect(connection).get_table_names()
        )


def test_opening_an_existing_database_keeps_its_jobs(database_url: str) -> None:
    first = open_store(database_url)
    job = first.submit(new_job(), submitted)
    first.close()
    second = open_store(database_url)
    assert second.job(job.id) == job
    second.close()


def test_many_processes_may_create_the_schema_at_once(database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(open_store, [database_url] * 4))
    assert stores[0].submit(new_job(), submitted).id == stores[3].submit(new_job(), submitted).id
    for store in stores:
        store.close()


def test_a_wish_is_kept_whole(timed_store: Store, clock: Clock) -> None:
    job = timed_store.submit(new_job("손맛 – 'é' 😀"), submitted)
    kept = timed_store.job(job.id)
    assert (kept.name, kept.options, kept.state) == ("손맛 – 'é' 😀", {"english_name": "Mom"}, JobState.QUEUED)
    assert kept.created_at == clock.now, "microseconds and time zone survive"
    assert [photo.name for photo in timed_store.photos(job.id)] == ["사진 1.jpg", "사진 1.jpg"]


def test_the_same_wish_is_one_job_and_one_event_however_many_ask_at_once(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        jobs = list(pool.map(lambda _: store.submit(new_job(), submitted), range(16)))
    assert len({job.id for job in jobs}) == 1
    assert store.outbox.pending() == 1


def test_a_job_is_not_kept_without_its_event(store: Store) -> None:
    def broken(job: object) -> OutboxMessage:
        raise RuntimeError("no event")

    with pytest.raises(RuntimeError, match="no event"):
        store.submit(new_job(), broken)
    assert store.outbox.pending() == 0
    job = store.submit(new_job(), submitted)
    assert job.attempt == 0
    assert store.outbox.pending() == 1


def test_an_unknown_job_is_named(store: Store) -> None:
    with pytest.raises(JobNotFoundError, match="nobody"):
        store.job("nobody")
    with pytest.raises(JobNotFoundError, match="nobody"):
        store.claim("nobody", "me", 30)
    with pytest.raises(JobNotFoundError, match="nobody"):
        store.requeue("nobody")


def test_of_many_that_claim_one_wins(store: Store) -> None:
    job = store.submit(new_job(), submitted)
    barrier = threading.Barrier(8)

    def claim(number: int) -> object:
        barrier.wait()
        return store.claim(job.id, f"worker {number}", 30)

    with ThreadPoolExecutor(8) as pool:
        leases = [lease for lease in pool.map(claim, range(8)) if lease]
    assert len(leases) == 1
    assert store.job(job.id).attempt == 1


def test_a_lease_passes_on_only_after_silence(timed_store: Store, clock: Clock) -> None:
    job = timed_store.submit(new_job(), submitted)
    first = timed_store.claim(job.id, "first", 30)
    assert first is not None
    clock.pass_s(29)
    assert timed_store.claim(job.id, "second", 30) is None
    timed_store.heartbeat(first, 30)
    clock.pass_s(29)
    assert timed_store.claim(job.id, "second", 30) is None
    clock.pass_s(2)
    second = timed_store.claim(job.id, "second", 30)
    assert second is not None
    assert second.attempt == 2


def test_who_lost_the_lease_writes_nothing(timed_store: Store, clock: Clock) -> None:
    job = timed_store.submit(new_job(), submitted)
    old = timed_store.claim(job.id, "same name", 30)
    assert old is not None
    clock.pass_s(31)
    assert timed_store.claim(job.id, "same name", 30) is not None
    with pytest.raises(LeaseLostError), timed_store.lease_transaction(old) as work:
        work.done({"late": True})
    with pytest.raises(LeaseLostError):
        timed_store.heartbeat(old, 30)
    assert timed_store.job(job.id).state is JobState.RUNNING


def test_a_transaction_is_kept_whole_or_not_at_all(store: Store) -> None:
    job = store.submit(new_job(), submitted)
    lease = store.claim(job.id, "me", 30)
    assert lease is not None
    with pytest.raises(ZeroDivisionError), store.lease_transaction(lease) as work:
        work.photos_read([reading(0, instance("가"))], "code")
        work.sheet_read("28")
        work.emit(submitted(job))
        work.stage_done(StageResult("capture", "k" * 64, 1.0, 100.0))
        raise ZeroDivisionError
    assert store.instances.of_job(job.id) == []
    assert store.job(job.id).set_name is None
    assert store.stages(job.id) == {}
    assert store.outbox.pending() == 1


def test_stage_results_are_named_in_the_row_and_replaced(store: Store) -> None:
    job = store.submit(new_job(), submitted)
    lease = store.claim(job.id, "me", 30)
    assert lease is not None
    for key, seconds in (("a" * 64, 1.5), ("b" * 64, 2.5)):
        with store.lease_transaction(lease) as work:
            work.stage_started("capture", "key")
            work.stage_done(StageResult("capture", key, seconds, 10.0))
            work.seed_chosen("NanumPen")
    assert store.stages(job.id) == {"capture": StageResult("capture", "b" * 64, 2.5, 10.0)}
    assert (store.job(job.id).stage, store.job(job.id).seed) == ("capture", "NanumPen")


@pytest.mark.parametrize("end", ["done", "refuse", "fail"])
def test_an_ended_job_is_nobodys_until_asked_for_again(store: Store, end: str) -> None:
    job = store.submit(new_job(), submitted)
    with pytest.raises(IllegalTransitionError):
        store.requeue(job.id)
    lease = store.claim(job.id, "me", 30)
    assert lease is not None
    with store.lease_transaction(lease) as work:
        if end == "done":
            work.done({"checks": ["좋음"]})
        else:
            getattr(work, end)("photo.no_marker", "사진이 어둡습니다.")
    ended = store.job(job.id)
    assert ended.state.is_terminal
    assert ended.owner is None
    assert ended.report == ({"checks": ["좋음"]} if end == "done" else None)
    assert ended.error == (None if end == "done" else "사진이 어둡습니다.")
    assert store.claim(job.id, "other", 30) is None
    with pytest.raises(LeaseLostError):
        store.heartbeat(lease, 30)
    store.requeue(job.id, [submitted(job)])
    assert store.claim(job.id, "other", 30) is not None
    assert store.job(job.id).error is None


def test_a_released_job_is_queued_again(store: Store) -> None:
    job = store.submit(new_job(), submitted)
    lease = store.claim(job.id, "me", 30)
    assert lease is not None
    with store.lease_transaction(lease) as work:
        work.release()
    assert store.job(job.id).state is JobState.QUEUED


@pytest.mark.parametrize("url", ["postgresql://localhost/x", "not a url", "sqlite://", "sqlite:///:memory:"])
def test_databases_we_do_not_speak_are_refused(url: str) -> None:
    with pytest.raises(StoreError):
        open_store(url)
