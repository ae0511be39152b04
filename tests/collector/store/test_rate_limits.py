"""Limits of requests hold for all processes that share a database."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from collector.store import Store, open_store
from collector.store import rate_limits as rates
from tests.collector.store.samples import Clock


def test_a_bucket_empties_and_refills_steadily(store: Store) -> None:
    clock = Clock()
    held = Store(store.engine, clock).rate_limits
    assert [held.take("a", 3, 30.0) for _ in range(5)] == [True, True, True, False, False]
    assert held.take("b", 3, 30.0), "another's bucket is full"
    clock.now += timedelta(seconds=9)
    assert not held.take("a", 3, 30.0)
    clock.now += timedelta(seconds=2)
    assert [held.take("a", 3, 30.0) for _ in range(2)] == [True, False]
    clock.now += timedelta(days=1)
    assert [held.take("a", 3, 30.0) for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize("most", [1, 7, 1500])
def test_exactly_as_many_as_allowed_pass_at_one_moment(store: Store, most: int) -> None:
    held = Store(store.engine, Clock()).rate_limits
    held.take("a", most, 3600.0)
    with store.engine.begin() as connection:  # all but one at once, so that the large bucket is tried quickly
        connection.execute(text(f"UPDATE rates SET full_at_s = full_at_s + {3600.0 / most} * {max(0, most - 2)}"))
    assert [held.take("a", most, 3600.0) for _ in range(2)] == ([False, False] if most == 1 else [True, False])


def test_processes_that_ask_at_once_do_not_get_more_together(database_url: str) -> None:
    stores = [open_store(database_url) for _ in range(4)]
    together = threading.Barrier(4)

    def ask(store: Store) -> list[bool]:
        together.wait()
        return [store.rate_limits.take("a", 10, 3600.0) for _ in range(5)]

    with ThreadPoolExecutor(4) as pool:
        answers = [answer for each in pool.map(ask, stores) for answer in each]
    assert sum(answers) == 10
    for store in stores:
        store.close()


def test_full_buckets_are_forgotten(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "CLEAN_EVERY", 3)
    clock = Clock()
    held = Store(store.engine, clock).rate_limits
    held.take("old", 5, 10.0)
    clock.now += timedelta(seconds=100)
    held.take("new", 5, 10.0)
    held.take("new", 5, 10.0)
    with store.engine.connect() as connection:
        assert [row[0] for row in connection.execute(text("SELECT bucket FROM rates"))] == ["new"]
