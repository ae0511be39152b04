"""Whatever dies, every job ends exactly once: as a font, or as a failure by name in the dead letters."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from collector.events import JobWaits, PhotosReceived, encode
from collector.store import Job, JobState
from tests.service.cluster import Tally, Yard
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


Fault = Callable[[Yard, Trial, Sequence[Job]], str]
"""Does it, with jobs in flight, and says what is worth a word."""


def run_faults(yard: Yard, trial: Trial, names: Sequence[str] = ()) -> Iterator[Finding]:
    """Starts the service and tries every fault on it, one after another, the undisturbed way first."""
    for kind in ("relay", *trial.hands):
        yard.run(kind)
    for name, fault in FAULTS.items():
        if not names or name in names:
            yield _try(yard, trial, name, fault)


def _try(yard: Yard, trial: Trial, name: str, fault: Fault) -> Finding:
    begun_s = time.monotonic()
    poisonous = max(1, round(POISON_SHARE * trial.jobs)) if fault is poison else 0
    if fault is kill_relay:
        yard.end("relay", signal.SIGKILL)
    fonts = [POISON if k < poisonous else "손맛" for k in range(trial.jobs)]
    jobs = [yard.submit(font, trial.work_s) for font in fonts]
    detail = fault(yard, trial, jobs)
    has_ended = yard.wait_end(jobs, trial.limit_s)
    return Finding(name, yard.tally(jobs), time.monotonic() - begun_s, detail if has_ended else f"{detail} HANGS")


def _in_flight(yard: Yard, trial: Trial, jobs: Sequence[Job]) -> None:
    yard.wait(lambda: yard.states(jobs)[JobState.RUNNING] > 0, trial.limit_s)


def _is_drawn(yard: Yard, jobs: Sequence[Job]) -> bool:
    now = [yard.store.job(job.id) for job in jobs]
    return any((job.state, job.stage) == (JobState.RUNNING, "generate") for job in now)


def nothing(yard: Yard, trial: Trial, jobs: Sequence[Job]) -> str:
    """The reference."""
    return ""


def kill_workers(yard: Yard, trial: Trial, jobs: Sequence[Job]) -> str:
    """Everybody who works on a job is killed in the middle of it; others take their place."""
    yard.wait(lambda: _is_drawn(yard, jobs), trial.limit_s)
    for kind in ("collect", "work"):
        yard.end(kind, signal.SIGKILL)
    for kind in trial.hands:
        yard.run(kind)
    return ""


def empty_broker(yard: Yard, trial: Trial, jobs: Sequence[Job]) -> str:
    """The broker goes away and comes back with nothing in it."""
    _in_flight(yard, trial, jobs)
    yard.broker.kill()
    time.sleep(trial.pause_s)
    yard.broker.start()
    return f"away {trial.pause_s:.0f} s"


def restart_database(yard: Yard, trial: Trial, jobs: Sequence[Job]) -> str:
    """The database goes away and comes back."""
    _in_flight(yard, trial, jobs)
    yard.mariadb.stop()
    away_s = DATABASE_SHARE * trial.pause_s
    time.sleep(away_s)
    yard.mariadb.start()
    return f"away {away_s:.0f} s"


def kill_relay(yard: Yard, trial: Trial, jobs: Sequence[Job]) -> str:
    """The relay dies before it publishes; the next after the broker has the events and before the outbox knows."""
    waiting = yard.store.outbox.pending()
    yard.run("relay-that-dies").wait(trial.limit_s)
    twice = yard.store.outbox.pending()
    yard.run("relay")
    return f"{waiting} unpublished, {twice} published twice"


def tell_five_times(yard: Yard, trial: Trial, jobs: Sequence[Job]) -> str:
    """Every event comes five times."""
    yard.store.outbox.add([encode(PhotosReceived(job=job.id)) for job in jobs] * (TOLD - 1))
    yard.wait(lambda: any(yard.store.job(job.id).part != "collect" for job in jobs), trial.limit_s)
    now = [yard.store.job(job.id) for job in jobs]
    yard.store.outbox.add([encode(JobWaits(job=job.id, part=job.part)) for job in now] * (TOLD - 1))
    return ""


def poison(yard: Yard, trial: Trial, jobs: Sequence[Job]) -> str:
    """Some jobs kill whoever draws them."""
    return ""


def stop_workers(yard: Yard, trial: Trial, jobs: Sequence[Job]) -> str:
    """Workers are asked to stop, as when a new version is rolled out; their jobs are free at once."""
    _in_flight(yard, trial, jobs)
    begun_s = time.monotonic()
    for kind in ("collect", "work"):
        for name, process in yard.processes:
            if name == kind and process.poll() is None:
                process.send_signal(signal.SIGTERM)
    yard.wait(lambda: yard.states(jobs)[JobState.RUNNING] == 0, trial.limit_s)
    free_s = time.monotonic() - begun_s
    for kind in ("collect", "work"):
        yard.end(kind, signal.SIGTERM)
    ended_s = time.monotonic() - begun_s
    for kind in trial.hands:
        yard.run(kind)
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
