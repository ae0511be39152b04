"""The operator's pages: every job, its photographs, cells, events and errors; retry, cancel, workers, dead letters."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from collector.events import DEAD_TOPIC, exhume
from collector.store import IllegalTransitionError, Job, JobNotFoundError, JobState
from collector.web.metrics import ALIVE_S
from collector.web.pages import go, text_field, web_of
from collector.web.photos import page_picture
from collector.web.security import Refusal, not_found
from collector.web.writer import received

COOKIE = "sonmat_operator"
PAGE = 50
QUARTER_S = 900.0
DEAD_SHOWN = 100
CANCELLED = (
    "운영자가 작업을 멈추었습니다. 다시 시작하거나 문의해 주세요.",
    "The operator stopped this job: start it again, or ask.",
)


class _Guarded(APIRoute):
    """Every page but the door wants a session."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the guard."""
        handler = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            at_door = request.url.path == "/operator/login"
            if not at_door and not web_of(request).signer.is_session(request.cookies.get(COOKIE, "")):
                return go("/operator/login")
            return await handler(request)

        return guarded


router = APIRouter(prefix="/operator", route_class=_Guarded)


@router.get("/login")
async def door(request: Request) -> Response:
    """Asks for the operator's token."""
    return web_of(request).page(request, "login.html")


@router.post("/login")
async def enter(request: Request) -> Response:
    """Opens a session for whoever has the token."""
    web = web_of(request)
    form = await web.form(request)
    web.spend(request, "login", web.config.limits.logins_a_quarter, QUARTER_S)
    if not hmac.compare_digest(text_field(form, "token").encode(), web.config.operator_token.encode()):
        raise Refusal(403, "운영자 토큰이 맞지 않습니다.", "That is not the operator's token.")
    response = go("/operator")
    response.set_cookie(
        COOKIE, web.signer.new_session(), httponly=True, samesite="strict", secure=web.config.https, path="/operator"
    )
    return response


@router.post("/logout")
async def leave(request: Request) -> Response:
    """Ends the session in this browser."""
    await web_of(request).form(request)
    response = go("/operator/login")
    response.delete_cookie(COOKIE, path="/operator")
    return response


@router.get("")
async def jobs(request: Request, state: str = "", q: str = "", page: int = 1, part: bool = False) -> Response:
    """All jobs, the newest first; ``part``: the table alone, for the page to refresh itself."""
    web, operations = web_of(request), web_of(request).store.operations
    wanted = JobState(state) if state in [each.value for each in JobState] else None
    page = min(max(page, 1), 100_000)
    found = await run_in_threadpool(operations.list_jobs, wanted, q.strip()[:100], PAGE + 1, (page - 1) * PAGE)
    shown = found[:PAGE]
    seconds = await run_in_threadpool(operations.seconds_by_stage, [job.id for job in shown])
    return web.page(
        request,
        "jobs_table.html" if part else "jobs.html",
        jobs=shown,
        seconds=seconds,
        counts=await run_in_threadpool(operations.count_by_state),
        wait_s=await run_in_threadpool(operations.oldest_wait_s),
        states=[each.value for each in JobState],
        state=wanted.value if wanted else "",
        q=q.strip()[:100],
        page=page,
        has_more=len(found) > PAGE,
        now=datetime.now(UTC),
        first_line=first_line,
    )


def first_line(job: Job) -> str:
    """A job's error in words: the sentence, or the last line of a traceback."""
    lines = (job.error or "").strip().splitlines() or [""]
    return lines[-1] if lines[0].startswith("Traceback") else lines[0]


@router.get("/jobs/{job_id}")
async def job(request: Request, job_id: str) -> Response:
    """One job: everything there is to know."""
    web = web_of(request)
    try:
        found = await run_in_threadpool(web.store.job, job_id)
    except JobNotFoundError as error:
        raise not_found() from error
    own = found.project_id
    cells = await run_in_threadpool(web.store.verdicts, job_id)
    return web.page(
        request,
        "job.html",
        job=found,
        stages=await run_in_threadpool(web.store.stages, job_id),
        photos=await run_in_threadpool(web.store.photos, job_id),
        uploads=await run_in_threadpool(web.store.projects.uploads, own) if own else [],
        cells=cells,
        events=await run_in_threadpool(web.store.operations.events, job_id),
        now=datetime.now(UTC),
    )


@router.get("/jobs/{job_id}/photos/{number}.jpg")
async def picture(request: Request, job_id: str, number: int) -> Response:
    """The flat page of one of a job's photographs."""
    web = web_of(request)
    try:
        found = await run_in_threadpool(web.store.job, job_id)
    except JobNotFoundError as error:
        raise not_found() from error
    if found.project_id is None:
        raise not_found()
    return page_picture(web, found.project_id, number)


@router.post("/jobs/{job_id}/{action}")
async def act(request: Request, job_id: str, action: str) -> Response:
    """Tries a job again, or stops it."""
    web = web_of(request)
    await web.form(request)
    try:
        found = await run_in_threadpool(web.store.job, job_id)
        if action == "retry":
            await run_in_threadpool(web.store.requeue, job_id, [received(found)])
        elif action == "cancel":
            await run_in_threadpool(web.store.operations.cancel, job_id, "job.cancelled", "\n".join(CANCELLED))
        else:
            raise not_found()
    except JobNotFoundError as error:
        raise not_found() from error
    except IllegalTransitionError as error:
        raise Refusal(409, f"지금은 할 수 없습니다: {error}", f"Not possible now: {error}") from error
    return go(f"/operator/jobs/{job_id}")


@router.get("/workers")
async def workers(request: Request) -> Response:
    """Workers with their heartbeat."""
    web = web_of(request)
    found = await run_in_threadpool(web.store.operations.workers)
    return web.page(request, "workers.html", workers=found, now=datetime.now(UTC), alive_s=ALIVE_S)


@router.get("/dead")
async def dead(request: Request) -> Response:
    """Events that nobody could read."""
    web = web_of(request)
    letters = await run_in_threadpool(web.store.outbox.read_log, DEAD_TOPIC, 0, DEAD_SHOWN)
    return web.page(request, "dead.html", letters=letters)


@router.post("/dead/{number}/replay")
async def replay(request: Request, number: int) -> Response:
    """Sends a dead letter once more to where it was."""
    web = web_of(request)
    await web.form(request)
    found = await run_in_threadpool(web.store.outbox.read_log, DEAD_TOPIC, number, 1)
    if not found or found[0].id != number:
        raise not_found()
    await run_in_threadpool(web.store.outbox.replace, number, exhume(found[0].message.payload))
    return go("/operator/dead")
