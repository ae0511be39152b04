"""The operator's pages: every job and worker, retry and cancel, dead letters, figures; quick with many jobs."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.events import DEAD_TOPIC, Delivery, PhotosReceived, encode, to_dead_letter
from collector.store import Job, JobState, NewJob, Photo, StageResult, Store, Worker
from collector.store.models import JobRow
from collector.web import tokens
from collector.web.tokens import Tokens
from collector.web.uploads.reader_pool import ReaderPool
from tests.collector.store.samples import new_job, submitted
from tests.service.visitor import OPERATOR, Person, make_person

MANY = 5_000


@pytest.fixture
def operator(tmp_path: Path, readers: ReaderPool) -> Iterator[Person]:
    """An operator who has logged in."""
    for each in make_person(tmp_path, readers):
        assert each.post("/operator/login", {"token": OPERATOR}).url.path == "/operator"
        yield each


def a_job(operator: Person, name: str = "엄마 글씨") -> Job:
    return operator.store.submit(replace(new_job(name), project_id="p"), submitted)


def test_jobs_are_listed_filtered_and_found(operator: Person) -> None:
    first, second = a_job(operator, "하나 <b>"), a_job(operator, "둘")
    lease = operator.store.claim(second.id, "worker-7", 60)
    assert lease is not None
    with operator.store.lease_transaction(lease) as transaction:
        transaction.fail("ZeroDivisionError", "Traceback (most recent call last):\n  …\nZeroDivisionError: no ink")
    page = operator.get("/operator").text
    assert "하나 &lt;b&gt;" in page and first.id in page and "ZeroDivisionError: no ink" in page
    assert second.id not in operator.get("/operator?state=queued").text
    assert first.id not in operator.get("/operator?q=no+ink").text
    assert second.id in operator.get("/operator?q=no+ink").text
    assert "100%" not in operator.get("/operator?q=%25").text and first.id not in operator.get("/operator?q=%25").text
    part = operator.get("/operator?part=true").text
    assert "<html" not in part and first.id in part


def test_one_jobs_page_tells_everything(owner: Person) -> None:
    owner.post("/operator/login", {"token": OPERATOR})
    job = owner.jobs()[0]
    page = owner.get(f"/operator/jobs/{job.id}").text
    for word in ("hand", "fontbuild", "page1.jpg", "photos.received", "font.ready", 'class="v-blank"'):
        assert word in page
    assert owner.get(f"/operator/jobs/{job.id}/photos/1.jpg").headers["content-type"] == "image/jpeg"
    assert owner.address.removeprefix("/s/") not in page, "the operator sees work, not the writer's key"


def test_a_failed_job_is_tried_again_and_a_waiting_one_stopped(operator: Person) -> None:
    job = a_job(operator)
    assert operator.post(f"/operator/jobs/{job.id}/retry").status_code == 409
    operator.post(f"/operator/jobs/{job.id}/cancel")
    cancelled = operator.store.job(job.id)
    assert (cancelled.state, cancelled.error_code) == (JobState.REFUSED, "job.cancelled")
    before = operator.store.outbox.pending()
    operator.post(f"/operator/jobs/{job.id}/retry")
    assert operator.store.job(job.id).state is JobState.QUEUED
    assert operator.store.outbox.pending() == before + 1, "workers hear of it"
    assert operator.post(f"/operator/jobs/{job.id}/explode").status_code == 404


def test_workers_are_shown_with_their_heartbeat(operator: Person) -> None:
    now = datetime.now(UTC)
    operator.store.operations.record_heartbeat(Worker("gpu-1/77", "cuda", None, 812.0, 3, now, now))
    page = operator.get("/operator/workers").text
    assert "gpu-1/77" in page and "cuda" in page and "812" in page


def test_what_a_job_said_is_on_its_page(operator: Person) -> None:
    job = a_job(operator)
    lease = operator.store.claim(job.id, "worker-7", 60)
    assert lease is not None
    operator.store.job_log.add_line(lease, "WARNING a library: memory runs <low>")
    page = operator.get(f"/operator/jobs/{job.id}").text
    assert "WARNING a library: memory runs &lt;low&gt;" in page


def test_all_that_failed_is_tried_again_with_one_click(operator: Person) -> None:
    failed = [a_job(operator, "하나"), a_job(operator, "둘")]
    other = a_job(operator, "셋")
    for job in failed:
        lease = operator.store.claim(job.id, "worker-7", 60)
        assert lease is not None
        with operator.store.lease_transaction(lease) as transaction:
            transaction.fail("worker.lost", "the worker fell silent")
    assert "Retry all of these" in operator.get("/operator?state=failed").text
    operator.post("/operator/retry", {"state": "failed", "q": "둘"})
    states = [operator.store.job(job.id).state for job in (*failed, other)]
    assert states == [JobState.FAILED, JobState.QUEUED, JobState.QUEUED]
    assert operator.post("/operator/retry", {"state": "done"}).status_code == 404


def test_figures_say_how_the_service_does(operator: Person) -> None:
    for seconds, ends in ((1.0, True), (3.0, True), (100.0, False)):
        lease = operator.store.claim(a_job(operator, f"글꼴 {seconds}").id, "worker-7", 60)
        assert lease is not None
        with operator.store.lease_transaction(lease) as transaction:
            transaction.stage_done(StageResult("adapt", f"{seconds}", seconds, 812.0))
            if ends:
                transaction.done({})
            else:
                transaction.fail("worker.lost", "the worker fell silent")
    figures = operator.store.statistics.stage("adapt")
    assert figures is not None
    assert (figures.runs, figures.p50_s, figures.p95_s, figures.memory_mib) == (3, 3.0, 100.0, 812.0)
    now = operator.store.statistics.hours(24)[-1]
    assert (now.done, now.without_font) == (2, 1)
    page = operator.get("/operator/figures").text
    for word in ("3.0 s", "100.0 s", "worker.lost", "fonts this hour"):
        assert word in page


def test_dead_letters_are_replayed_where_they_were(operator: Person) -> None:
    event = encode(PhotosReceived(job="x"))
    operator.store.outbox.add([to_dead_letter(Delivery(event.topic, "x", event.payload, 0, 7), "too new")])
    [letter] = operator.store.outbox.read_log(DEAD_TOPIC, 0, 9)
    assert "too new" in operator.get("/operator/dead").text
    operator.post(f"/operator/dead/{letter.id}/replay")
    assert operator.store.outbox.read_log(DEAD_TOPIC, 0, 9) == []
    assert operator.store.outbox.read_log(event.topic, 0, 9)[-1].message.payload == event.payload


def test_figures_for_prometheus_want_the_token(operator: Person) -> None:
    a_job(operator)
    assert operator.get("/metrics").status_code == 404
    figures = operator.get("/metrics", headers={"authorization": f"Bearer {OPERATOR}"}).text
    assert 'sonmat_jobs{state="queued"} 1.0' in figures
    assert "sonmat_outbox_pending 1.0" in figures
    assert 'route="/operator/login"' in figures
    operator.begin()
    operator.get(f"{operator.address}/photos")
    figures = operator.get("/metrics", headers={"authorization": f"Bearer {OPERATOR}"}).text
    assert 'route="/s/{token}/photos"' in figures
    assert operator.address not in figures, "no token ever becomes a label"


def test_without_a_token_there_are_no_operators_pages(tmp_path: Path, readers: ReaderPool) -> None:
    for each in make_person(tmp_path, readers):
        each.client.app.state.web.config = replace(each.client.app.state.web.config, operator_token="")
        assert each.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


def test_the_table_asks_little_of_a_database_with_many_jobs(operator: Person) -> None:
    now = datetime.now(UTC)
    rows = [
        {"id": f"job-{k}", "key": f"{k:064}", "name": f"글꼴 {k}", "licence": "ofl", "options": {}, "state": "done",
         "attempt": 1, "tries": 1, "progress": 0.0, "note": "", "created_at": now, "updated_at": now}
        for k in range(MANY)
    ]  # fmt: skip
    with operator.store.engine.begin() as connection:
        connection.execute(JobRow.__table__.insert(), rows)
    started = time.perf_counter()
    page = operator.get("/operator")
    print(f"\n{MANY:,} jobs: {1000 * (time.perf_counter() - started):.0f} ms")
    assert page.text.count('<td><a href="/operator/jobs/') == 50
    assert "page=2" in page.text
    assert operator.get(f"/operator?page={MANY // 50 + 1}").text.count('<td><a href="/operator/jobs/') == 0


def test_a_job_of_the_command_line_is_no_worker_s_to_sweep(operator: Person) -> None:
    job = operator.store.submit(NewJob("k" * 64, "손", "ofl", (Photo("p", "0" * 64, 1),)), submitted)
    operator.store.claim(job.id, "sonmat make", -1)
    swept = operator.store.operations.requeue_expired(3, lambda job: pytest.fail("not this one"), pytest.fail)
    assert (swept.requeued, swept.failed) == (0, 0)


def test_who_logs_out_ends_the_session_wherever_its_cookie_is(person: Person) -> None:
    person.post("/operator/login", {"token": OPERATOR})
    cookie = person.client.cookies["sonmat_operator"]
    assert person.get("/operator", follow_redirects=False).status_code == 200
    person.post("/operator/logout")
    person.client.cookies.set("sonmat_operator", cookie, path="/operator")
    assert person.get("/operator", follow_redirects=False).status_code == 303
    person.post("/operator/login", {"token": OPERATOR})
    assert person.get("/operator", follow_redirects=False).status_code == 200, "another session is another session"


def test_a_session_ends_with_its_token_and_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Tokens("secret", "a token").new_session()
    assert Tokens("secret", "a token").session_id(session)
    assert Tokens("secret", "another token").session_id(session) is None
    assert Tokens("another secret", "a token").session_id(session) is None
    assert Tokens("secret", "a token").session_id(Tokens("secret", "a token").new_form_token()) is None
    monkeypatch.setattr(tokens, "SESSION_S", -1)
    assert Tokens("secret", "a token").session_id(session) is None


def test_ended_sessions_are_forgotten_when_they_would_have_run_out(store: Store) -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    held = Store(store.engine, lambda: now[0]).ended_sessions
    held.end("one", 100)
    held.end("one", 100)
    assert held.has("one") and not held.has("two")
    now[0] += timedelta(seconds=101)
    held.end("two", 100)
    assert held.has("two") and not held.has("one")
