"""Lines and pictures of a job are kept up to a limit, and of a job that is another's no picture."""

import pytest

from collector.store import JobLogLine, LeaseLostError, Store
from collector.store import job_log as job_log_module
from tests.collector.store.conftest import Claim, Submit
from tests.collector.store.samples import Clock


def test_lines_come_back_in_their_order_with_moment_and_attempt(
    timed_store: Store, clock: Clock, submit: Submit, claim: Claim
) -> None:
    job = submit()
    lease = claim(job)
    timed_store.job_log.add_line(lease, "첫 줄 '😀'")
    began = clock.now
    clock.pass_s(1)
    timed_store.job_log.add_line(lease, "둘째 줄")
    assert timed_store.job_log.lines(job.id) == [
        JobLogLine(began, 1, "첫 줄 '😀'"),
        JobLogLine(clock.now, 1, "둘째 줄"),
    ]
    assert timed_store.job_log.lines("nobody") == []


def test_of_a_long_line_the_end_is_kept_and_of_many_lines_the_latest(
    timed_store: Store, submit: Submit, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_log_module, "MAX_LINES", 3)
    job = submit()
    lease = claim(job)
    for line in ("one", "two", "three", "x" * 9000 + "end"):
        timed_store.job_log.add_line(lease, line)
    lines = [each.line for each in timed_store.job_log.lines(job.id)]
    assert lines[:2] == ["two", "three"]
    assert lines[2] == ("x" * 9000 + "end")[-job_log_module.LINE_LIMIT :]


def test_pictures_are_numbered_and_refused_once_the_lease_is_lost(
    timed_store: Store, clock: Clock, submit: Submit, claim: Claim
) -> None:
    job = submit()
    lease = claim(job)
    for png in (b"first", b"second"):
        timed_store.job_log.add_sketch(lease, png)
    assert timed_store.job_log.count_sketches(job.id) == 2
    assert [timed_store.job_log.sketch(job.id, number) for number in (1, 2, 3)] == [b"first", b"second", None]
    clock.pass_s(31)
    claim(job, "another")
    with pytest.raises(LeaseLostError):
        timed_store.job_log.add_sketch(lease, b"late")
    assert timed_store.job_log.count_sketches(job.id) == 2


def test_a_deleted_job_takes_its_log_along_and_gets_no_more(timed_store: Store, submit: Submit, claim: Claim) -> None:
    job = submit()
    lease = claim(job)
    timed_store.job_log.add_line(lease, "line")
    timed_store.job_log.add_sketch(lease, b"png")
    timed_store.projects.delete("project")
    timed_store.job_log.add_line(lease, "late")
    assert timed_store.job_log.lines(job.id) == []
    assert timed_store.job_log.count_sketches(job.id) == 0
