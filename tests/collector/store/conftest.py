"""A store whose time a test holds in its hand, on SQLite and on MariaDB."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from collector.store import Job, Lease, Store
from tests.collector.store.samples import Clock, new_job, submitted


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed_store(store: Store, clock: Clock) -> Store:
    return Store(store.engine, clock)


Submit = Callable[..., Job]
"""Submits a job of a project, by its name."""
Claim = Callable[..., Lease]
"""Claims a job that is free to be claimed."""


@pytest.fixture
def submit(timed_store: Store) -> Submit:
    timed_store.projects.create("project")

    def submit_named(name: str = "글씨", project_id: str | None = "project") -> Job:
        return timed_store.submit(replace(new_job(name), project_id=project_id), submitted)

    return submit_named


@pytest.fixture
def claim(timed_store: Store) -> Claim:

    def claim_free(job: Job, owner: str = "worker") -> Lease:
        lease = timed_store.claim(job.id, owner, 30)
        assert lease is not None
        return lease

    return claim_free
