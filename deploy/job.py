"""One job in a process of its own: ``python -m deploy.job JOB OWNER``, started by a worker.

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
from typing import Any

from collector.store import LeaseLostError
from deploy.diary import DiaryLog, JobDiary
from deploy.font_desk import order_of
from deploy.runner import Plan
from deploy.settings import Settings, load_settings
from deploy.web_plan import web_plan
from deploy.wiring import open_runner, uploads_folder
from templates.errors import PersonError

log = logging.getLogger("sonmat.job")


def run_job(settings: Settings, plan: Plan, job_id: str, owner: str) -> str:
    """Claims a job and carries it out; says in a word how that ended."""
    with open_runner(settings, plan, most_tries=settings.most_tries) as (runner, store):
        lease = store.claim(job_id, owner, settings.lease_s)
        if lease is None:
            return "another's"
        job, diary = store.job(job_id), JobDiary(store, lease)
        order = order_of(job, store.photos(job_id), uploads_folder(settings), settings.device, diary)
        logging.getLogger().addHandler(DiaryLog(diary))
        diary.note(f"attempt {lease.attempt} by {owner}")
        try:
            runner.carry_out(order, job, lease, diary)
        except PersonError as error:
            diary.note(f"refused: {error.code}: {error.english}")
            return f"refused: {error.code}"
        except LeaseLostError:
            return "lost"
        except Exception:
            log.exception("job %s broke", job_id)  # the diary hears of it, too
            return "broke"
        diary.note("done")
        return "done"


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
    job_id, owner = sys.argv[1:3]
    try:
        ended = run_job(load_settings(), plan or web_plan(), job_id, owner)
    except KeyboardInterrupt:
        ended = "given back"
    print(ended, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
