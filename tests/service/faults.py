"""Faults during jobs: whatever fails, every job ends exactly once, with a font or a named failure."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from collector.events import JobWaits, PhotosReceived, encode
from collector.store import Job, JobState
from tests.service.cluster import ServiceCluster, Tally
from tests.service.stub_stages import POISON

DATABASE_SHARE = 0.25
"""The time that the database is stopped, as a share of the broker's."""
REPEATS = 5
POISON_SHARE = 0.1


@dataclass(frozen=True)
class Trial:
    """The size of a trial."""

    jobs: int
    work_s: float
    """How long the stub draws."""
    pause_s: float
    """The seconds that the broker is stopped."""
    limit_s: float
    """Seconds after which an unfinished job counts as hanging."""
    workers: int = 2
    """Workers that draw, beside one relay and one collector."""

    @property
    def process_kinds(self) -> tuple[str, ...]:
        """The kinds of the processes that carry out jobs."""
        return ("collect", *["work"] * self.workers)


@dataclass(frozen=True)
class FaultResult:
    """The outcome of one fault."""

    fault: str
    tally: Tally
    seconds: float
    """From the first job to the end of the last, the fault included."""
    detail: str = ""


Fault = Callable[[ServiceCluster, Trial, Sequence[Job]], str]
"""Causes the fault while jobs run; returns a detail for the table."""


def run_faults(cluster: ServiceCluster, trial: Trial, names: Sequence[str] = ()) -> Iterator[FaultResult]:
    """Starts the service and causes every fault, one after another, after an undisturbed run."""
    for kind in ("relay", *trial.process_kinds):
        cluster.run(kind)
    for name, fault in FAULTS.items():
        if not names or name in names:
            yield _try(cluster, trial, name, fault)


def _try(cluster: ServiceCluster, trial: Trial, name: str, fault: Fault) -> FaultResult:
    started_s = time.monotonic()
    poisonous = max(1, round(POISON_SHARE * trial.jobs)) if fault is poison else 0
    if fault is kill_relay:
        cluster.end("relay", signal.SIGKILL)
    fonts = [POISON if k < poisonous else "손맛" for k in range(trial.jobs)]
    jobs = [cluster.submit(font, trial.work_s) for font in fonts]
    detail = fault(cluster, trial, jobs)
    has_ended = cluster.wait_end(jobs, trial.limit_s)
    return FaultResult(
        name, cluster.tally(jobs), time.monotonic() - started_s, detail if has_ended else f"{detail} HANGS"
    )


def _in_flight(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> None:
    cluster.wait(lambda: cluster.states(jobs)[JobState.RUNNING] > 0, trial.limit_s)


def _is_drawn(cluster: ServiceCluster, jobs: Sequence[Job]) -> bool:
    now = [cluster.store.job(job.id) for job in jobs]
    return any((job.state, job.stage) == (JobState.RUNNING, "generate") for job in now)


def nothing(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> str:
    """Causes no fault: the reference."""
    return ""


def kill_workers(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> str:
    """Kills all workers during their jobs and starts others."""
    cluster.wait(lambda: _is_drawn(cluster, jobs), trial.limit_s)
    for kind in ("collect", "work"):
        cluster.end(kind, signal.SIGKILL)
    for kind in trial.process_kinds:
        cluster.run(kind)
    return ""


def empty_broker(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> str:
    """Stops the broker and starts it again without its events."""
    _in_flight(cluster, trial, jobs)
    cluster.broker.kill()
    time.sleep(trial.pause_s)
    cluster.broker.start()
    return f"stopped for {trial.pause_s:.0f} s"


def restart_database(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> str:
    """Stops the database and starts it again."""
    _in_flight(cluster, trial, jobs)
    cluster.mariadb.stop()
    stopped_s = DATABASE_SHARE * trial.pause_s
    time.sleep(stopped_s)
    cluster.mariadb.start()
    return f"stopped for {stopped_s:.0f} s"


def pause_bucket(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> str:
    """The bucket answers nobody for a while, in the middle of reading and writing."""
    _in_flight(cluster, trial, jobs)
    cluster.objects.pause()
    pause_s = DATABASE_SHARE * trial.pause_s
    time.sleep(pause_s)
    cluster.objects.resume()
    return f"unavailable for {pause_s:.0f} s"


def kill_relay(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> str:
    """Kills one relay before it publishes, and the next between publishing and marking the events."""
    waiting = cluster.store.outbox.pending()
    cluster.run("killed-relay").wait(trial.limit_s)
    twice = cluster.store.outbox.pending()
    cluster.run("relay")
    return f"{waiting} unpublished, {twice} published twice"


def repeat_events(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> str:
    """Publishes every event five times."""
    cluster.store.outbox.add([encode(PhotosReceived(job=job.id)) for job in jobs] * (REPEATS - 1))
    cluster.wait(lambda: any(cluster.store.job(job.id).phase != "collect" for job in jobs), trial.limit_s)
    now = [cluster.store.job(job.id) for job in jobs]
    cluster.store.outbox.add([encode(JobWaits(job=job.id, phase=job.phase)) for job in now] * (REPEATS - 1))
    return ""


def poison(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> str:
    """Some of the jobs kill the process that draws them."""
    return ""


def stop_workers(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> str:
    """Stops all workers, as when a new version is deployed; their jobs are requeued at once."""
    _in_flight(cluster, trial, jobs)
    started_s = time.monotonic()
    for kind in ("collect", "work"):
        for name, process in cluster.processes:
            if name == kind and process.poll() is None:
                process.send_signal(signal.SIGTERM)
    cluster.wait(lambda: cluster.states(jobs)[JobState.RUNNING] == 0, trial.limit_s)
    requeued_s = time.monotonic() - started_s
    for kind in ("collect", "work"):
        cluster.end(kind, signal.SIGTERM)
    ended_s = time.monotonic() - started_s
    for kind in trial.process_kinds:
        cluster.run(kind)
    return f"jobs requeued after {requeued_s:.1f} s, processes ended after {ended_s:.1f} s"


FAULTS: dict[str, Fault] = {
    "nothing (the reference)": nothing,
    "workers killed during jobs": kill_workers,
    "broker stopped, events lost": empty_broker,
    "database restarted": restart_database,
    "bucket unavailable": pause_bucket,
    "relay killed around publishing": kill_relay,
    "every event five times": repeat_events,
    "poisonous jobs": poison,
    "workers stopped": stop_workers,
}
