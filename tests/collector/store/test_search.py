"""Operators find jobs by what they remember of them, the newest first."""

import pytest

from collector.store import JobState, Store
from tests.collector.store.conftest import Claim, Submit
from tests.collector.store.samples import Clock


@pytest.fixture
def jobs(timed_store: Store, clock: Clock, submit: Submit, claim: Claim) -> dict[str, str]:
    """Ids by name: one waits, one runs, two ended without a font."""
    found = {}
    for name in ("엄마 글씨", "아빠 글씨", "100%_손", "마지막"):
        found[name] = submit(name).id
        clock.pass_s(1)
    claim(timed_store.job(found["아빠 글씨"]), "worker-seven")
    with timed_store.lease_transaction(claim(timed_store.job(found["100%_손"]))) as transaction:
        transaction.fail("ZeroDivisionError", "division by zero")
    with timed_store.lease_transaction(claim(timed_store.job(found["마지막"]))) as transaction:
        transaction.refuse("photo.dark", "사진이 어둡습니다.")
    return found


def names(store: Store, state: JobState | None = None, text: str = "", limit: int = 9, offset: int = 0) -> list[str]:
    return [job.name for job in store.operations.list_jobs(state, text, limit, offset)]


@pytest.mark.usefixtures("jobs")
def test_the_newest_come_first_page_by_page(timed_store: Store) -> None:
    assert names(timed_store) == ["마지막", "100%_손", "아빠 글씨", "엄마 글씨"]
    assert names(timed_store, limit=2, offset=1) == ["100%_손", "아빠 글씨"]
    assert names(timed_store, text="글씨", limit=1, offset=1) == ["엄마 글씨"]
    assert names(timed_store, JobState.FAILED) == ["100%_손"]


@pytest.mark.usefixtures("jobs")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("글씨", ["아빠 글씨", "엄마 글씨"]),
        ("worker-seven", ["아빠 글씨"]),
        ("photo.dark", ["마지막"]),
        ("어둡", ["마지막"]),
        ("by zero", ["100%_손"]),
        ("0%_", ["100%_손"]),
        ("%", ["100%_손"]),
        ("nothing of the kind", []),
    ],
)
def test_a_word_is_found_in_name_worker_code_and_error(timed_store: Store, text: str, found: list[str]) -> None:
    assert names(timed_store, text=text) == found


def test_an_id_is_found_and_a_state_narrows_the_search(timed_store: Store, jobs: dict[str, str]) -> None:
    assert names(timed_store, text=jobs["엄마 글씨"]) == ["엄마 글씨"]
    assert names(timed_store, JobState.QUEUED, "글씨") == ["엄마 글씨"]
    assert names(timed_store, JobState.REFUSED, "by zero") == []
