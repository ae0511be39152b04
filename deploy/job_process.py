"""One job in a process of its own, which a worker's nursery forks.

It holds the lease and notes how the job ended; the worker evaluation_points only whether the process died.
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
    """Claims a job and takes it as far as the task's parts reach; says in a word how that ended."""
    job_id, owner, parts = task.job_id, task.owner, task.parts
    with open_job_context(settings, plan, most_tries=settings.most_tries, is_prepared=True) as context:
        runner, store = context.runner, context.store
        lease = retry_while_unavailable(lambda: store.claim(job_id, owner, settings.lease_s, parts))
        if lease is None:
            return "another's"
        job, photos = retry_while_unavailable(lambda: (store.job(job_id), store.photos(job_id)))
        job_log = JobLog(store, lease)
        uploads = _bring_photos(context.blobs.uploads, job, parts)
        request = request_of(job, photos, uploads, settings.device, job_log.show)
        logging.getLogger().addHandler(JobLogHandler(job_log))
        job_log.note(f"attempt {lease.attempt} by {owner}")
        try:
            made = runner.carry_out(request, job, lease, job_log, parts)
        except PersonError as error:
            job_log.note(f"refused: {error.code}: {error.english}")
            return f"refused: {error.code}"
        except LeaseLostError:
            return "lost"
        except Exception:
            log.exception("job %s broke", job_id)  # the diary hears of it, too
            return "broke"
        ended = "handed over" if made is None else "done"
        job_log.note(ended)
        return ended


def _bring_photos(uploads: Uploads, job: Job, parts: Sequence[Phase]) -> Path:
    """Has the photographs on this machine where they will be read; the folder of all projects."""
    if Phase.COLLECT in parts:
        for number in job.options["numbers"]:
            uploads.fetch(str(job.project_id), photo_path(uploads.folder, number).name)
    return uploads.folder


def carry_out(task: JobTask, plan: Plan | None = None) -> str:
    """A worker's job in this process, by the service's plan."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    settings = load_settings(device=task.device)
    return run_job(settings, plan or web_plan(), task)


def device_name(asked: str) -> str:
    """What an operator calls the device that draws: the GPU's product name, or ``cpu``."""
    from generator.model import name_device, pick_device

    return name_device(pick_device(asked))


SERVICE = JobImplementation(
    carry_out,
    {Phase.COLLECT: ("collector.capture",), Phase.DRAW: ("trainer", "generator"), Phase.BUILD: ("fontbuild",)},
    device_name,
)
