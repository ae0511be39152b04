"""Whatever dies, every job ends exactly once: as a font, or as a failure by name in the dead letters."""

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
"""The database is away for this share of the broker's time."""
TOLD = 5
POISON_SHARE = 0.1


@dataclass(frozen=True)
class Trial:
    """How big a trial is."""

    jobs: int
    work_s: float
    """How long the stub draws."""
    pause_s: float
    """How long the broker is away."""
    limit_s: float
    """A job that has not ended by then hangs."""
    workers: int = 2
    """Beside one relay and one collector."""

    @property
    def hands(self) -> tuple[str, ...]:
        """The processes that carry jobs out."""
        return ("collect", *["work"] * self.workers)


@dataclass(frozen=True)
class Finding:
    """What a fault did."""

    fault: str
    tally: Tally
    seconds: float
    """From the first job to the end of the last, the fault included."""
    detail: str = ""


Fault = Callable[[ServiceCluster, Trial, Sequence[Job]], str]
"""Does it, with jobs in flight, and says what is worth a word."""


def run_faults(cluster: ServiceCluster, trial: Trial, names: Sequence[str] = ()) -> Iterator[Finding]:
    """Starts the service and tries every fault on it, one after another, the undisturbed way first."""
    for kind in ("relay", *trial.hands):
        cluster.run(kind)
    for name, fault in FAULTS.items():
        if not names or name in names:
            yield _try(cluster, trial, name, fault)


def _try(cluster: ServiceCluster, trial: Trial, name: str, fault: Fault) -> Finding:
    begun_s = time.monotonic()
    poisonous = max(1, round(POISON_SHARE * trial.jobs)) if fault is poison else 0
    if fault is kill_relay:
        cluster.end("relay", signal.SIGKILL)
    fonts = [POISON if k < poisonous else "손맛" for k in range(trial.jobs)]
    jobs = [cluster.submit(font, trial.work_s) for font in fonts]
    detail = fault(cluster, trial, jobs)
    has_ended = cluster.wait_end(jobs, trial.limit_s)
    return Finding(name, cluster.tally(jobs), time.monotonic() - begun_s, detail if has_ended else f"{detail} HANGS")


def _in_flight(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> None:
    cluster.wait(lambda: cluster.states(jobs)[JobState.RUNNING] > 0, trial.limit_s)


def _is_drawn(cluster: ServiceCluster, jobs: Sequence[Job]) -> bool:
    now = [cluster.store.job(job.id) for job in jobs]
    return any((job.state, job.stage) == (JobState.RUNNING, "generate") for job in now)


def nothing(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> str:
    """The reference."""
    return ""


def kill_workers(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> str:
    """Everybody who works on a job is killed in the middle of it; others take their place."""
    cluster.wait(lambda: _is_drawn(cluster, jobs), trial.limit_s)
    for kind in ("collect", "work"):
        cluster.end(kind, signal.SIGKILL)
    for kind in trial.hands:
        cluster.run(kind)
    return ""


def empty_broker(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> str:
    """The broker goes away and comes back with nothing in it."""
    _in_flight(cluster, trial, jobs)
    cluster.broker.kill()
    time.sleep(trial.pause_s)
    cluster.broker.start()
    return f"away {trial.pause_s:.0f} s"


def restart_database(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> str:
    """The database goes away and comes back."""
    _in_flight(cluster, trial, jobs)
    cluster.mariadb.stop()
    away_s = DATABASE_SHARE * trial.pause_s
    time.sleep(away_s)
    cluster.mariadb.start()
    return f"away {away_s:.0f} s"


def kill_relay(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> str:
    """The relay dies before it publishes; the next after the broker has the events and before the outbox knows."""
    waiting = cluster.store.outbox.pending()
    cluster.run("relay-that-dies").wait(trial.limit_s)
    twice = cluster.store.outbox.pending()
    cluster.run("relay")
    return f"{waiting} unpublished, {twice} published twice"


def tell_five_times(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> str:
    """Every event comes five times."""
    cluster.store.outbox.add([encode(PhotosReceived(job=job.id)) for job in jobs] * (TOLD - 1))
    cluster.wait(lambda: any(cluster.store.job(job.id).part != "collect" for job in jobs), trial.limit_s)
    now = [cluster.store.job(job.id) for job in jobs]
    cluster.store.outbox.add([encode(JobWaits(job=job.id, part=job.part)) for job in now] * (TOLD - 1))
    return ""


def poison(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> str:
    """Some jobs kill whoever draws them."""
    return ""


def stop_workers(cluster: ServiceCluster, trial: Trial, jobs: Sequence[Job]) -> str:
    """Workers are asked to stop, as when a new version is rolled out; their jobs are free at once."""
    _in_flight(cluster, trial, jobs)
    begun_s = time.monotonic()
    for kind in ("collect", "work"):
        for name, process in cluster.processes:
            if name == kind and process.poll() is None:
                process.send_signal(signal.SIGTERM)
    cluster.wait(lambda: cluster.states(jobs)[JobState.RUNNING] == 0, trial.limit_s)
    free_s = time.monotonic() - begun_s
    for kind in ("collect", "work"):
        cluster.end(kind, signal.SIGTERM)
    ended_s = time.monotonic() - begun_s
    for kind in trial.hands:
        cluster.run(kind)
    return f"jobs free after {free_s:.1f} s, processes gone after {ended_s:.1f} s"


FAULTS: dict[str, Fault] = {
    "nothing (the reference)": nothing,
    "workers killed in mid-job": kill_workers,
    "broker away, back empty": empty_broker,
    "database restarted": restart_database,
    "relay killed around publishing": kill_relay,
    "every event five times": tell_five_times,
    "poisonous jobs": poison,
    "workers told to stop": stop_workers,
}
