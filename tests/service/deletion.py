"""Writers delete their projects while everything fails; nothing of them may be left in the bucket or on any machine."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path

from collector.blobs import drop_abandoned
from collector.store import Job, JobState
from deploy.pipeline.artifact_store import COPIES
from tests.service.cluster import ServiceCluster, photo_text
from tests.service.faults import Trial


def delete_under_faults(cluster: ServiceCluster, trial: Trial) -> list[str]:
    """Deletes the projects of jobs that are being drawn while the bucket is paused and all workers are killed.

    Returns:
        Where anything of the projects is left when no file waits for its deletion any more.
    """
    jobs = [cluster.submit("손맛", trial.limit_s) for _ in range(trial.jobs)]
    cluster.wait(lambda: any(_is_drawn(cluster, job) for job in jobs), trial.limit_s)
    if not left_of(cluster, jobs):
        return ["nothing was there to begin with"]
    cluster.objects.pause()
    for job in jobs:
        cluster.store.projects.delete(str(job.project_id))
    for kind in ("collect", "work"):
        cluster.end(kind, signal.SIGKILL)
    cluster.objects.resume()
    for kind in trial.process_kinds:
        cluster.run(kind)
    for data in cluster.folder.glob("*-*/"):
        drop_abandoned(data, COPIES)  # as the next process on that machine does
    is_done = cluster.wait(lambda: cluster.store.tombstones.oldest_s() == 0.0, trial.limit_s)
    return [] if is_done and not left_of(cluster, jobs) else ["files wait for their deletion", *left_of(cluster, jobs)]


def _is_drawn(cluster: ServiceCluster, job: Job) -> bool:
    now = cluster.store.job(job.id)
    return (now.state, now.stage) == (JobState.RUNNING, "generate")


def left_of(cluster: ServiceCluster, jobs: Sequence[Job]) -> list[str]:
    """Files and objects that hold the photograph of a job's project."""
    wanted = [photo_text(str(job.project_id)).encode() for job in jobs]
    whole = {str(path): path.read_bytes() for path in _files(cluster.folder)}
    whole |= {each.key: each.get()["Body"].read() for each in cluster.bucket.objects.all()}
    return sorted(name for name, content in whole.items() if any(text in content for text in wanted))


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
