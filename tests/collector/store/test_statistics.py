"""How the whole service does: throughput by the hour, and what stages cost."""

from datetime import timedelta

import pytest

from collector.store import Hour, StageCost, StageFigures, StageResult, Store
from collector.store.statistics import _quantile
from tests.collector.store.conftest import Claim, Submit
from tests.collector.store.samples import Clock


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([5.0], 0.5, 5.0), ([1.0, 2.0], 0.5, 1.0), ([1.0, 2.0, 3.0], 0.5, 2.0), ([*range(1, 21)], 0.95, 19)],
)
def test_a_quantile_is_the_smallest_value_that_the_share_does_not_exceed(
    values: list[float], share: float, expected: float
) -> None:
    assert _quantile(values, share) == expected


def run(store: Store, claim: Claim, submit: Submit, name: str, seconds: float, *, ends: str = "done") -> None:
    """A job of one stage."""
    with store.lease_transaction(claim(submit(name))) as transaction:
        transaction.stage_done(StageResult("adapt", "k", seconds, 10 * seconds))
        if ends == "done":
            transaction.done({})
        else:
            transaction.fail("code", "error")


def test_figures_of_a_stage_are_of_its_runs(timed_store: Store, submit: Submit, claim: Claim) -> None:
    assert timed_store.statistics.stage("adapt") is None
    for number, seconds in enumerate((4.0, 1.0, 2.0)):
        run(timed_store, claim, submit, str(number), seconds)
    assert timed_store.statistics.stage("adapt") == StageFigures("adapt", 3, 2.0, 4.0, 40.0)


def test_throughput_is_told_by_the_hour(timed_store: Store, clock: Clock, submit: Submit, claim: Claim) -> None:
    run(timed_store, claim, submit, "an hour ago", 1.0)
    run(timed_store, claim, submit, "an hour ago, in vain", 1.0, ends="failed")
    clock.pass_s(3600)
    run(timed_store, claim, submit, "now", 1.0)
    submit("waiting")
    begins = clock.now.replace(minute=0, second=0, microsecond=0)
    hour = timedelta(hours=1)
    assert timed_store.statistics.hours(3) == [
        Hour(begins - 2 * hour, 0, 0),
        Hour(begins - hour, 1, 1),
        Hour(begins, 1, 0),
    ]
    assert timed_store.statistics.hours(1) == [Hour(begins, 1, 0)]


def test_what_was_deleted_stays_counted(timed_store: Store, clock: Clock, submit: Submit, claim: Claim) -> None:
    costs = timed_store.operations.stage_costs
    assert costs() == []
    run(timed_store, claim, submit, "one", 3.0)
    assert costs() == [StageCost("adapt", 1, 3.0)]
    clock.pass_s(600)
    assert costs() == [StageCost("adapt", 1, 3.0)]
    timed_store.projects.delete("project")
    timed_store.projects.create("project")
    run(timed_store, claim, submit, "two", 4.0)
    assert costs() == [StageCost("adapt", 2, 7.0)]
    assert costs() == [StageCost("adapt", 2, 7.0)], "asking counts nothing twice"
