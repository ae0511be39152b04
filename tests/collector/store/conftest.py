"""A store whose time a test holds in its hand, on SQLite and on MariaDB."""

from collections.abc import Callable

import pytest

from collector.store import Job, Lease, NewJob, Store
from tests.collector.store.samples import Clock, new_job, submitted


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed_store(store: Store, clock: Clock) -> Store:
    return Store(store.engine, clock)


Submit = Callable[..., Job]
"""Submits a job of a project, by its name."""


@pytest.fixture
def submit(timed_store: Store) -> Submit:
    timed_store.projects.create("project")

    def submit_named(name: str = "글씨", project_id: str | None = "project") -> Job:
        new = new_job(name)
        return timed_store.submit(
            NewJob(new.key, new.name, new.licence, new.photos, new.options, project_id), submitted
        )

    return submit_named


@pytest.fixture
def claim(timed_store: Store) -> Callable[[Job], Lease]:
    """Claims a job that is free to be claimed."""

    def claim_free(job: Job, owner: str = "worker") -> Lease:
        lease = timed_store.claim(job.id, owner, 30)
        assert lease is not None
        return lease

    return claim_free
