"""The operator's jobs: every one of them, its photographs, cells, events, log and errors; retry and cancel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from collector.instances import Preference, Verdict, judge_sheet
from collector.store import IllegalTransitionError, Job, JobNotFoundError, JobState, JobStatus
from collector.web.forms import text_field
from collector.web.job_submitted import job_submitted
from collector.web.operator.access import STATES, OperatorRoute, format_duration, format_time
from collector.web.page_pictures import VERDICTS, page_picture
from collector.web.pages import Web, go, web_of
from collector.web.security import Number, Refusal, not_found

PAGE = 50
AT_ONCE = 200
"""Jobs that one click tries again."""
CANCELLED = (
    "운영자가 작업을 멈추었습니다. 다시 시작하거나 문의해 주세요.",
    "The operator stopped this job: start it again, or ask.",
)

router = APIRouter(prefix="/operator", route_class=OperatorRoute)


@router.get("")
async def jobs(request: Request, state: str = "", q: str = "", page: int = 1, part: bool = False) -> Response:
    """All jobs, the newest first; ``part``: the table alone, for the page to refresh itself."""
    web, operations = web_of(request), web_of(request).store.operations
    wanted, page = _state(state), min(max(page, 1), 100_000)
    found = await run_in_threadpool(operations.list_jobs, wanted, q.strip()[:100], PAGE + 1, (page - 1) * PAGE)
    shown = found[:PAGE]
    return web.page(
        request,
        "jobs_table.html" if part else "jobs.html",
        jobs=shown,
        seconds=await run_in_threadpool(operations.seconds_by_stage, [job.id for job in shown]),
        devices=await run_in_threadpool(_devices, web),
        made_on=await run_in_threadpool(operations.devices_by_job, [job.id for job in shown]),
        counts=await run_in_threadpool(operations.count_by_state),
        wait_s=await run_in_threadpool(operations.oldest_wait_s),
        states=STATES,
        state=wanted.value if wanted else "",
        q=q.strip()[:100],
        page=page,
        has_more=len(found) > PAGE,
        at_once=AT_ONCE,
        now=datetime.now(UTC),
        error_summary=error_summary,
        format_duration=format_duration,
    )


def _state(name: str) -> JobState | None:
    return JobState(name) if name in STATES else None


def _devices(web: Web) -> dict[str, str]:
    """What each worker works on; a job that ran to its end says so itself."""
    return {worker.id: worker.device for worker in web.store.operations.workers()}


def error_summary(job: JobStatus) -> str:
    """A job's error in words: the sentence, or the last line of a traceback."""
    lines = (job.error or "").strip().splitlines() or [""]
    return lines[-1] if lines[0].startswith("Traceback") else lines[0]


@router.post("/retry")
async def retry_all(request: Request) -> Response:
    """Tries all jobs again that a search for failures shows."""
    web = web_of(request)
    form = await web.form(request)
    state, q = _state(text_field(form, "state")), text_field(form, "q", 100)
    if state not in (JobState.FAILED, JobState.REFUSED):
        raise not_found()
    for each in await run_in_threadpool(web.store.operations.list_jobs, state, q, AT_ONCE, 0):
        if each.project_id is not None:
            await run_in_threadpool(web.store.requeue, each.id, [job_submitted(each)])
    return go("/operator")


@router.get("/jobs/{job_id}")
async def job(request: Request, job_id: str) -> Response:
    """One job: everything there is to know."""
    web = web_of(request)
    found = await _find(web, job_id)
    own = found.project_id
    finished = await run_in_threadpool(web.store.stages, job_id)
    return web.page(
        request,
        "job.html",
        job=found,
        stages={stage.name: finished[stage.name] for stage in web.font_service.stages if stage.name in finished},
        photos=await run_in_threadpool(web.store.photos, job_id),
        uploads=await run_in_threadpool(web.store.projects.uploads, own) if own else [],
        cells=await run_in_threadpool(_verdicts, web, found),
        events=await run_in_threadpool(web.store.operations.events, job_id),
        lines=await run_in_threadpool(web.store.job_log.lines, job_id),
        devices=await run_in_threadpool(_devices, web),
        states=STATES,
        verdicts=VERDICTS,
        now=datetime.now(UTC),
        error_summary=error_summary,
        format_time=format_time,
        format_duration=format_duration,
    )


def _verdicts(web: Web, job: Job) -> Mapping[str, Verdict]:
    """What is said of every cell of a job's sheet."""
    readings = web.store.instances
    if job.project_id is None:
        return judge_sheet(readings.of_job(job.id), Preference.BEST).verdicts
    uploads = readings.of_project(job.project_id, job.options.get("numbers", []))
    return judge_sheet(uploads, Preference.NEWEST).verdicts


async def _find(web: Web, job_id: str) -> Job:
    try:
        return await run_in_threadpool(web.store.job, job_id)
    except JobNotFoundError as error:
        raise not_found() from error


@router.get("/jobs/{job_id}/photos/{number}.jpg")
async def picture(request: Request, job_id: str, number: Number) -> Response:
    """The flat page of one of a job's photographs."""
    web = web_of(request)
    found = await _find(web, job_id)
    if found.project_id is None:
        raise not_found()
    return await run_in_threadpool(page_picture, web, found.project_id, number)


@router.post("/jobs/{job_id}/{action}")
async def act(request: Request, job_id: str, action: str) -> Response:
    """Tries a job again, or stops it."""
    web = web_of(request)
    await web.form(request)
    found = await _find(web, job_id)
    try:
        if action == "retry":
            await run_in_threadpool(web.store.requeue, job_id, [job_submitted(found)])
        elif action == "cancel":
            await run_in_threadpool(web.store.operations.cancel, job_id, "job.cancelled", "\n".join(CANCELLED))
        else:
            raise not_found()
    except JobNotFoundError as error:
        raise not_found() from error
    except IllegalTransitionError as error:
        raise Refusal(409, f"지금은 할 수 없습니다: {error}", f"Not possible now: {error}") from error
    return go(f"/operator/jobs/{job_id}")
