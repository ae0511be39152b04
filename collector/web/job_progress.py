"""How far a job has come, for the writer: stage, percent, place in the queue, time left, the hand as it is learnt."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from collector.store import JobState, JobStatus, Project, Store
from collector.web.font_service import StageInfo
from collector.web.metrics import ALIVE_S

MOST_REMEMBERED = 10_000
"""Jobs whose stages are remembered."""
REMEMBER_S = 20.0
"""What stages usually take and who works is asked of the database so often, however many people watch."""


class Forecast:
    """What the time left is reckoned from; shared by all who watch."""

    def __init__(self, store: Store, stages: Sequence[StageInfo]) -> None:
        self._store = store
        self._stages = stages
        self._until_s = float("-inf")
        self._usual: dict[str, float] = {}
        self._workers = 1
        self._lock = threading.Lock()
        self._stages_by_job: dict[str, list[StageInfo]] = {}

    def usual_s(self) -> Mapping[str, float]:
        """Seconds each stage usually takes here; what is not known yet is guessed."""
        self._refresh()
        return self._usual

    def workers(self) -> int:
        """Workers that share the queue; at least one, for without any nobody could say when."""
        self._refresh()
        return self._workers

    def stages_of(self, jobs: Sequence[JobStatus]) -> list[StageInfo]:
        """The stages of the newest of a project's jobs; they are looked for once, since its options may be large."""
        with self._lock:
            if jobs[-1].id not in self._stages_by_job:
                if len(self._stages_by_job) >= MOST_REMEMBERED:
                    self._stages_by_job.clear()
                self._stages_by_job[jobs[-1].id] = stages_of(self._store, jobs, self._stages)
            return self._stages_by_job[jobs[-1].id]

    def _refresh(self) -> None:
        if time.monotonic() < self._until_s:
            return
        self._until_s = time.monotonic() + REMEMBER_S
        operations, now = self._store.operations, datetime.now(UTC)
        self._usual = {each.name: operations.usual_seconds(each.name) or each.usual_s for each in self._stages}
        alive = [each for each in operations.workers() if (now - each.heartbeat_at).total_seconds() < ALIVE_S]
        self._workers = max(1, len(alive))


def stages_of(store: Store, jobs: Sequence[JobStatus], stages: Sequence[StageInfo]) -> list[StageInfo]:
    """The stages that the newest of a project's jobs has to go through: what was learnt is not learnt again."""
    newest, earlier = jobs[-1], [job for job in jobs[:-1] if job.state is JobState.DONE]
    options = store.job(newest.id).options
    stages = [stage for stage in stages if not stage.option or options.get(stage.option)]
    photos = [photo.sha256 for photo in store.photos(newest.id)]
    if any([photo.sha256 for photo in store.photos(job.id)] == photos for job in earlier):
        return [stage for stage in stages if not stage.is_learning]
    return list(stages)


def describe(store: Store, project: Project, jobs: Sequence[JobStatus], forecast: Forecast) -> dict[str, Any]:
    """The progress of a project's newest job as plain JSON, in both languages; it holds all that there is to show."""
    job, stages = jobs[-1], forecast.stages_of(jobs)
    usual = {stage.name: forecast.usual_s()[stage.name] for stage in stages}
    share, left_s = _share(job, usual)
    place = store.operations.queue_place(job) + 1 if job.state is JobState.QUEUED else 0
    is_going = job.state in (JobState.RUNNING, JobState.QUEUED)
    stage = next((each for each in stages if each.name == job.stage), None) if is_going else None
    error = (job.error or "").split("\n") if job.state is JobState.REFUSED else ["", ""]
    waits_s = sum(forecast.usual_s().values()) * max(0, place - 1) / forecast.workers()
    return {
        "job": job.id,
        "name": project.name,
        "state": job.state.value,
        "percent": round(100 * share),
        "place": place,
        "left_s": round(left_s + waits_s),
        "stage": stage.name if stage else "",
        "number": (stages.index(stage) + 1) if stage else 0,
        "stages": [each.name for each in stages],
        "korean": stage.korean if stage else "",
        "english": stage.english if stage else "",
        "error_korean": error[0],
        "error_english": error[-1],
        "is_retry": job.state is JobState.QUEUED and job.retry_at is not None,
        "sketches": store.job_log.count_sketches(job.id),
    }


def event_id(status: Mapping[str, Any]) -> str:
    """Names a status: whoever has seen it has seen all before it, for each tells everything."""
    return hashlib.sha256(json.dumps(status, sort_keys=True).encode()).hexdigest()[:16]


def _share(job: JobStatus, usual: Mapping[str, float]) -> tuple[float, float]:
    """Share of the whole work that is done, in [0, 1], and the seconds that are left."""
    whole = sum(usual.values()) or 1.0
    if job.state is JobState.DONE:
        return 1.0, 0.0
    names = list(usual)
    if job.state.is_terminal or job.stage not in names:
        return 0.0, whole
    at = names.index(job.stage)
    done = sum(usual[name] for name in names[:at]) + job.progress * usual[job.stage]
    return min(done / whole, 0.99), whole - done
