"""One job in a process of its own: ``python -m deploy.job JOB OWNER PARTS DEVICE``, started by a worker.

What the job eats or breaks ends with this process. It holds the lease and notes how the job ended; the worker looks
only whether the process died. Standard input is a pipe from the worker: when it closes, the worker is gone and the
job is given back.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from collector.blobs import Uploads
from collector.store import Job, LeaseLostError, Part
from collector.web import photo_path
from deploy.diary import DiaryLog, JobDiary
from deploy.font_desk import order_of
from deploy.patience import MOST_S, patiently
from deploy.runner import Plan
from deploy.settings import Settings, load_settings
from deploy.web_plan import web_plan
from deploy.wiring import open_shop
from templates.errors import PersonError

log = logging.getLogger("sonmat.job")


def run_job(settings: Settings, plan: Plan, job_id: str, owner: str, parts: Sequence[Part]) -> str:
    """Claims a job and takes it as far as ``parts`` reach; says in a word how that ended."""
    with open_shop(settings, plan, most_tries=settings.most_tries, away_s=MOST_S) as shop:
        runner, store = shop.runner, shop.store
        lease = patiently(lambda: store.claim(job_id, owner, settings.lease_s, parts))
        if lease is None:
            return "another's"
        job, photos = patiently(lambda: (store.job(job_id), store.photos(job_id)))
        diary = JobDiary(store, lease)
        order = order_of(job, photos, _bring_photos(shop.blobs.uploads, job, parts), settings.device, diary)
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


def _stop(signal_number: int, frame: Any) -> None:
    raise KeyboardInterrupt


def _watch_parent() -> None:
    # Unbuffered: a thread that holds the buffered reader's lock would break the end of the process.
    while os.read(sys.stdin.fileno(), 64):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main(plan: Plan | None = None) -> int:
    """Runs one job; 0 however it ended, as long as its row says how."""
    signal.signal(signal.SIGTERM, _stop)
    threading.Thread(target=_watch_parent, daemon=True).start()
    job_id, owner, parts, device = sys.argv[1:5]
    settings = load_settings().model_copy(update={"device": device})
    try:
        ended = run_job(settings, plan or web_plan(), job_id, owner, [Part(each) for each in parts.split(",")])
    except KeyboardInterrupt:
        ended = "given back"
    print(ended, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
