"""The writer's way: first page, sheet, a project of one's own, starting, progress, deleting everything."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from collector.store import Job, JobState, Project, ProjectNotFoundError
from collector.web.concurrency import RETRY_AFTER, EventStream
from collector.web.forms import text_field
from collector.web.job_progress import describe, event_id
from collector.web.job_submitted import job_submitted
from collector.web.language import LANGUAGE_COOKIE
from collector.web.pages import Web, go, web_of
from collector.web.security import Number, Rate, Refusal, address, not_found
from collector.web.tokens import new_token, project_id
from collector.web.writer.sheet_status import sheet_status
from templates.names import visible_text
from templates.pdf import write_pdf
from templates.sheet import SET_NAMES, build_sheet

router = APIRouter()

STREAM_S = 600.0
"""A progress stream ends after this long; the browser opens the next one by itself."""
STATUS_EVERY_S = 1.0
YEAR_S = 365 * 86400


@router.get("/")
async def front(request: Request) -> Response:
    """What this is, the sheet to print, how to write and photograph it."""
    sheets = [
        {"name": name, "pages": len(build_sheet(name).pages), "minutes": minutes}
        for name, minutes in zip(SET_NAMES, (40, 20, 10), strict=True)
    ]
    # Messengers that show a card for a link want the whole address of its picture.
    origin = str(request.base_url).rstrip("/")
    return web_of(request).page(request, "front.html", sheets=sheets, origin=origin)


@router.get("/sheet/{set_name}.pdf")
async def sheet(set_name: str) -> Response:
    """The sheet to print."""
    if set_name not in SET_NAMES:
        raise not_found()
    name = f"sonmat-{set_name}.pdf"
    return Response(
        await run_in_threadpool(_sheet_pdf, set_name),
        media_type="application/pdf",
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "public, max-age=86400"},
    )


@cache
def _sheet_pdf(set_name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "sheet.pdf")
        write_pdf(build_sheet(set_name), path)
        return path.read_bytes()


@router.get("/language/{language}")
async def speak(request: Request, language: str, back: str = "/") -> Response:
    """Changes the language and goes back."""
    if language not in ("ko", "en"):
        raise not_found()
    # Only a path of our own: "//elsewhere" and "/\\elsewhere" are other people's addresses.
    own = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
    response = RedirectResponse(back if own else "/", 303)
    secure = web_of(request).config.https
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_S, samesite="lax", httponly=True, secure=secure)
    return response


@router.post("/s")
async def create(request: Request) -> Response:
    """A new project under an address of its own."""
    web = web_of(request)
    await web.form(request, Rate("project", web.config.limits.projects_an_hour))
    token = new_token()
    await run_in_threadpool(web.store.projects.create, project_id(token))
    return go(f"/s/{token}/photos")


@router.get("/s/{token}")
async def project(request: Request, token: str) -> Response:
    """The page that fits: photographs, progress or the font."""
    web = web_of(request)
    own = await web.project(token)
    await run_in_threadpool(web.store.projects.touch, own.id)
    jobs = await run_in_threadpool(web.store.projects.jobs, own.id)
    if not jobs:
        return go(f"/s/{token}/photos")
    if jobs[-1].state is not JobState.DONE:
        return go(f"/s/{token}/progress")
    is_kept = await web.run_heavy(lambda: web.font_service.files(web.store.job(jobs[-1].id))) is not None
    return go(f"/s/{token}/font" if is_kept else f"/s/{token}/photos")


@router.post("/s/{token}/start")
async def start(request: Request, token: str) -> Response:
    """Names the font and asks for it."""
    web = web_of(request)
    own = await web.project(token)
    form = await web.form(request, Rate("start", web.config.limits.starts_an_hour))
    name, english, designer = (visible_text(text_field(form, field)) for field in ("name", "english_name", "designer"))
    licence = text_field(form, "licence")
    if not name:
        raise Refusal(422, "글꼴 이름을 적어 주세요.", "Please give your font a name.")
    if licence not in [each.value for each in web.font_service.licences]:
        raise Refusal(422, "라이선스를 하나 골라 주세요.", "Please choose one of the licences.")
    web.font_service.check_names(name, english, designer)
    await run_in_threadpool(web.store.projects.call, own.id, name, english, designer, licence)
    await web.run_heavy(submit, web, own.id)
    return go(f"/s/{token}/progress")


def submit(web: Web, project_id: str) -> Job:
    """The job of a project as it stands; one that ended without a font, or whose font is gone, is asked for again.

    Raises:
        PhotoError: the photographs are not enough yet.
    """
    store = web.store
    project, uploads, letters = (
        store.projects.find(project_id),
        store.projects.uploads(project_id),
        store.projects.letters(project_id),
    )
    if any(upload.is_unread for upload in uploads):
        raise Refusal(
            409,
            "아직 사진을 읽고 있습니다. 모두 읽은 뒤에 시작해 주세요.",
            "Some photographs are still being read: please start when all of them are.",
        )
    problem = sheet_status(uploads, letters).problem
    if problem is not None:
        raise problem
    if any(not each.state.is_terminal for each in store.projects.jobs(project_id)):
        raise Refusal(
            409, "이미 만들고 있습니다. 끝난 뒤에 다시 해 주세요.", "It is being made already: wait for it to end."
        )
    job = store.submit(web.font_service.new_job(project, uploads, letters), job_submitted)
    if job.state.is_terminal and (job.state is not JobState.DONE or web.font_service.files(job) is None):
        store.requeue(job.id, [job_submitted(job)])
    return job


@router.get("/s/{token}/progress")
async def progress(request: Request, token: str) -> Response:
    """How far the font has come; without scripts the page reloads itself."""
    web = web_of(request)
    own = await web.project(token)
    status = await run_in_threadpool(_status, web, own)
    if status is None:
        return go(f"/s/{token}/photos")
    if status["state"] == "done":
        return go(f"/s/{token}/font")
    stages = [stage for stage in web.font_service.stages if stage.name in status["stages"]]
    return web.page(request, "progress.html", token=token, project=own, status=status, stages=stages)


@router.get("/s/{token}/status")
async def status(request: Request, token: str) -> JSONResponse:
    """The progress as JSON, for polling."""
    web = web_of(request)
    found = await run_in_threadpool(_status, web, await web.project(token))
    if found is None:
        raise not_found()
    return JSONResponse(found)


@router.get("/s/{token}/events")
async def events(request: Request, token: str) -> Response:
    """The progress as server-sent events: the present state at once, then every change, until the job has ended.

    Each event tells everything, so the newest one makes up for all that a lost connection missed; a browser that
    comes back with the id of the newest (``Last-Event-ID``) is told nothing twice.
    """
    web = web_of(request)
    own = await web.project(token)
    client = address(request)
    if not web.streams.begin(client, own.id):
        return Response(status_code=503, headers=RETRY_AFTER)
    return EventStream(_stream(request, web, own), web.streams, client, own.id)


async def _stream(request: Request, web: Web, own: Project) -> AsyncIterator[str]:
    last_id, clock = request.headers.get("last-event-id", ""), asyncio.get_running_loop().time
    end_s = clock() + STREAM_S
    yield "retry: 2000\n\n"
    while clock() < end_s and not await request.is_disconnected():
        status = await run_in_threadpool(_status, web, own)
        if status is None:
            return
        new_id = event_id(status)
        yield ": \n\n" if new_id == last_id else f"id: {new_id}\ndata: {json.dumps(status, ensure_ascii=False)}\n\n"
        last_id = new_id
        if status["state"] in ("done", "refused", "failed"):
            return
        await asyncio.sleep(STATUS_EVERY_S)


def _status(web: Web, project: Project) -> dict[str, Any] | None:
    jobs = web.store.projects.jobs(project.id)
    return describe(web.store, project, jobs, web.forecast) if jobs else None


@router.get("/s/{token}/sketches/{job_id}/{number}.png")
async def sketch(request: Request, token: str, job_id: str, number: Number) -> Response:
    """The sample text as the network drew it at one moment of its learning."""
    web = web_of(request)
    own = await web.project(token)
    jobs = await run_in_threadpool(web.store.projects.jobs, own.id)
    png = await run_in_threadpool(web.store.job_log.sketch, job_id, number) if job_id in [j.id for j in jobs] else None
    if png is None:
        raise not_found()
    return Response(png, media_type="image/png", headers={"cache-control": "private, max-age=86400, immutable"})


@router.post("/s/{token}/delete")
async def delete(request: Request, token: str) -> Response:
    """Deletes photographs, letters, what was learnt, fonts and rows, at once and for good."""
    web = web_of(request)
    own = await web.project(token)
    await web.form(request)
    is_gone = await run_in_threadpool(delete_project, web, own.id)
    return web.page(request, "deleted.html", is_gone=is_gone)


def delete_project(web: Web, project_id: str) -> bool:
    """Deletes a project with everything that belongs to it; False where some files are left for the maintenance."""
    try:
        web.store.projects.delete(project_id)
    except ProjectNotFoundError:
        return True
    return web.font_service.delete_files(project_id)
