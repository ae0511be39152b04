"""How far a job has come, for the writer: stage, percent, place in the queue, time left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from collector.store import Job, JobState, Store
from collector.web.workshop import StageInfo


def usual_seconds(store: Store, stages: Sequence[StageInfo]) -> dict[str, float]:
    """Seconds each stage usually takes here; what is not known yet is guessed."""
    return {stage.name: store.operations.usual_seconds(stage.name) or stage.usual_s for stage in stages}


def describe(store: Store, job: Job, stages: Sequence[StageInfo], usual: Mapping[str, float]) -> dict[str, Any]:
    """A job's progress as plain JSON, in both languages."""
    share, left_s = _share(job, stages, usual)
    place = store.operations.queue_place(job) + 1 if job.state is JobState.QUEUED else 0
    stage = next((each for each in stages if each.name == job.stage), None) if job.state is JobState.RUNNING else None
    error = (job.error or "").split("\n") if job.state is JobState.REFUSED else ["", ""]
    return {
        "state": job.state.value,
        "percent": round(100 * share),
        "place": place,
        "left_s": round(left_s + place * sum(usual.values()) if place else left_s),
        "stage": stage.name if stage else "",
        "number": (list(stages).index(stage) + 1) if stage else 0,
        "count": len(stages),
        "korean": stage.korean if stage else "",
        "english": stage.english if stage else "",
        "error_korean": error[0],
        "error_english": error[-1],
        "is_retry": job.state is JobState.QUEUED and job.retry_at is not None,
    }


def _share(job: Job, stages: Sequence[StageInfo], usual: Mapping[str, float]) -> tuple[float, float]:
    """Share of the whole work that is done, in [0, 1], and the seconds that are left."""
    whole = sum(usual.values()) or 1.0
    if job.state is JobState.DONE:
        return 1.0, 0.0
    names = [stage.name for stage in stages]
    if job.state is not JobState.RUNNING or job.stage not in names:
        return 0.0, whole
    at = names.index(job.stage)
    done = sum(usual[name] for name in names[:at]) + job.progress * usual[job.stage]
    return min(done / whole, 0.99), whole - done
