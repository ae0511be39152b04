"""The entry point of a job's process, which a worker's process pool forks.

The process holds the lease and records how the job ended; the worker records only the death of the process.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from collector.blobs import Uploads
from collector.store import Job, LeaseLostError, Phase
from collector.web import photo_path
from deploy.container import open_job_context
from deploy.jobs.db_retry import retry_while_unavailable
from deploy.jobs.job_log import JobLog, JobLogHandler
from deploy.jobs.process_pool import JobImplementation, JobTask
from deploy.pipeline.engine import Plan
from deploy.pipeline.web_plan import request_of, web_plan
from deploy.settings import Settings, load_settings
from templates.errors import PersonError

log = logging.getLogger("sonmat.job")

LOG_FORMAT = "%(asctime)s %(name)s %(levelname)s %(message)s"


def run_job(settings: Settings, plan: Plan, task: JobTask) -> str:
    """Claims a job and runs the stages of the task's parts; returns in a word how that ended."""
    job_id, owner, parts = task.job_id, task.owner, task.parts
    with open_job_context(settings, plan, max_tries=settings.max_tries, is_prepared=True) as context:
        runner, store = context.runner, context.store
        lease = retry_while_unavailable(lambda: store.claim(job_id, owner, settings.lease_s, parts))
        if lease is None:
            return "claimed by another worker"
        job, photos = retry_while_unavailable(lambda: (store.job(job_id), store.photos(job_id)))
        job_log = JobLog(store, lease)
        uploads = _fetch_photos(context.blobs.uploads, job, parts)
        request = request_of(job, photos, uploads, settings.device, job_log.add_sketch)
        logging.getLogger().addHandler(JobLogHandler(job_log))
        job_log.add_line(f"attempt {lease.attempt} by {owner}")
        try:
            finished = runner.carry_out(request, job, lease, job_log, parts)
        except PersonError as error:
            job_log.add_line(f"refused: {error.code}: {error.english}")
            return f"refused: {error.code}"
        except LeaseLostError:
            return "lease lost"
        except Exception:
            log.exception("job %s failed", job_id)  # its handler writes it into the job's log as well
            return "failed"
        outcome = "handed over" if finished is None else "done"
        job_log.add_line(outcome)
        return outcome


def _fetch_photos(uploads: Uploads, job: Job, parts: Sequence[Phase]) -> Path:
    """Copies the photographs to this machine where they will be read; returns the folder of all projects."""
    if Phase.COLLECT in parts:
        for number in job.options["numbers"]:
            uploads.fetch(str(job.project_id), photo_path(uploads.folder, number).name)
    return uploads.folder


def carry_out(task: JobTask, plan: Plan | None = None) -> str:
    """Carries out a worker's task in this process, by default with the service's plan."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    settings = load_settings(device=task.device)
    return run_job(settings, plan or web_plan(), task)


def device_name(device: str) -> str:
    """The name of the device that draws: the GPU's product name, or ``cpu``."""
    from generator.model import name_device, pick_device

    return name_device(pick_device(device))


SERVICE = JobImplementation(
    carry_out,
    {Phase.COLLECT: ("collector.capture",), Phase.DRAW: ("trainer", "generator"), Phase.BUILD: ("fontbuild",)},
    device_name,
)
