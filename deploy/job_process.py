"""The entry point of a job's process, which a worker's process pool forks.

The process holds the lease and records how the job ended; the worker records only the death of the process.
"""

from __future__ import annotations

import logging

from collector.store import LeaseLostError, Phase
from deploy.container import open_job_context
from deploy.jobs.db_retry import retry_while_unavailable
from deploy.jobs.job_log import JobLog, JobLogHandler
from deploy.jobs.process_pool import JobImplementation, JobTask
from deploy.jobs.stored_hand import ProjectHand
from deploy.pipeline.engine import Plan
from deploy.pipeline.font_plan import font_plan
from deploy.pipeline.request import request_of
from deploy.settings import Settings, load_settings
from templates.errors import PersonError

log = logging.getLogger("sonmat.job")

LOG_FORMAT = "%(asctime)s %(name)s %(levelname)s %(message)s"


def run_job(settings: Settings, plan: Plan, task: JobTask) -> str:
    """Claims a job and runs the stages of the task's phases; returns in a word how that ended."""
    job_id, owner, phases = task.job_id, task.owner, task.phases
    with open_job_context(settings, plan, max_tries=settings.max_tries, is_prepared=True) as context:
        runner, store = context.runner, context.store
        lease = retry_while_unavailable(lambda: store.claim(job_id, owner, settings.lease_s, phases))
        if lease is None:
            return "claimed by another worker"
        job = retry_while_unavailable(lambda: store.job(job_id))
        job_log = JobLog(store, lease)
        hand = ProjectHand(store, job, context.blobs.uploads)
        request = request_of(job, hand, settings.device, job_log.add_sketch)
        logging.getLogger().addHandler(JobLogHandler(job_log))
        job_log.add_line(f"attempt {lease.attempt} by {owner}")
        try:
            finished = runner.carry_out(request, job, lease, job_log, phases)
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


def carry_out(task: JobTask, plan: Plan | None = None) -> str:
    """Carries out a worker's task in this process, by default with the plan of all fonts."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    settings = load_settings(device=task.device)
    return run_job(settings, plan or font_plan(), task)


def device_name(device: str) -> str:
    """The name of the device that draws: the GPU's product name, or ``cpu``."""
    from generator.model import name_device, pick_device

    return name_device(pick_device(device))


SERVICE = JobImplementation(
    carry_out,
    {Phase.COLLECT: ("collector.instances",), Phase.DRAW: ("trainer", "generator"), Phase.BUILD: ("fontbuild",)},
    device_name,
)
