"""One job in a process of its own, which a worker's nursery forks.

It holds the lease and notes how the job ended; the worker looks only whether the process died.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from collector.blobs import Uploads
from collector.store import Job, LeaseLostError, Part
from collector.web import photo_path
from deploy.container import open_shop
from deploy.jobs.db_retry import patiently
from deploy.jobs.job_log import DiaryLog, JobDiary
from deploy.jobs.process_pool import Task, Trade
from deploy.pipeline.engine import Plan
from deploy.pipeline.web_plan import order_of, web_plan
from deploy.settings import Settings, load_settings
from templates.errors import PersonError

log = logging.getLogger("sonmat.job")

LOG_FORMAT = "%(asctime)s %(name)s %(levelname)s %(message)s"


def run_job(settings: Settings, plan: Plan, task: Task) -> str:
    """Claims a job and takes it as far as the task's parts reach; says in a word how that ended."""
    job_id, owner, parts = task.job_id, task.owner, task.parts
    with open_shop(settings, plan, most_tries=settings.most_tries, is_prepared=True) as shop:
        runner, store = shop.runner, shop.store
        lease = patiently(lambda: store.claim(job_id, owner, settings.lease_s, parts))
        if lease is None:
            return "another's"
        job, photos = patiently(lambda: (store.job(job_id), store.photos(job_id)))
        diary = JobDiary(store, lease)
        order = order_of(job, photos, _bring_photos(shop.blobs.uploads, job, parts), settings.device, diary.show)
        logging.getLogger().addHandler(DiaryLog(diary))
        diary.note(f"attempt {lease.attempt} by {owner}")
        try:
            made = runner.carry_out(order, job, lease, diary, parts)
        except PersonError as error:
            diary.note(f"refused: {error.code}: {error.english}")
            return f"refused: {error.code}"
        except LeaseLostError:
            return "lost"
        except Exception:
            log.exception("job %s broke", job_id)  # the diary hears of it, too
            return "broke"
        ended = "handed over" if made is None else "done"
        diary.note(ended)
        return ended


def _bring_photos(uploads: Uploads, job: Job, parts: Sequence[Part]) -> Path:
    """Has the photographs on this machine where they will be read; the folder of all projects."""
    if Part.COLLECT in parts:
        for number in job.options["numbers"]:
            uploads.fetch(str(job.project_id), photo_path(uploads.folder, number).name)
    return uploads.folder


def carry_out(task: Task, plan: Plan | None = None) -> str:
    """A worker's job in this process, by the service's plan."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    settings = load_settings(device=task.device)
    return run_job(settings, plan or web_plan(), task)


def device_name(asked: str) -> str:
    """What an operator calls the device that draws: the GPU's product name, or ``cpu``."""
    from generator.model import name_device, pick_device

    return name_device(pick_device(asked))


SERVICE = Trade(
    carry_out,
    {Part.COLLECT: ("collector.capture",), Part.DRAW: ("trainer", "generator"), Part.BUILD: ("fontbuild",)},
    device_name,
)
