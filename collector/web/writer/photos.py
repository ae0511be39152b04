"""The page of photographs: uploading, what was read in each, what to do about it, naming the font."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response

from collector.blobs import file_names
from collector.instances import PhotoReading
from collector.store import ProjectNotFoundError, Upload
from collector.web.forms import check_form_token, not_understood, read_upload
from collector.web.page_pictures import VERDICTS, page_picture
from collector.web.pages import Web, go, wants_json, web_of
from collector.web.security import Number, Rate, Refusal, address, not_found
from collector.web.uploads.intake import AcceptedFile, NoRoom, SpendPhotos, TooBusy
from collector.web.writer.sheet_status import in_order, is_flaw, sheet_status
from templates.sheet import build_sheet

router = APIRouter()

ADVICE = {
    "blank": ("칸이 비어 있습니다", "nothing was written in the box"),
    "clipped": ("칸 안에 조금 작게 써 주세요", "write a little smaller, inside the box"),
    "faint": ("더 진한 펜으로 써 주세요", "use a darker pen"),
    "smudged": ("잉크가 마른 뒤에, 흔들리지 않게 찍어 주세요", "let the ink dry and hold the phone still"),
    "missing": ("이 쪽의 나머지도 찍어 올려 주세요", "photograph the rest of this page as well"),
}
"""What to do about a verdict."""
ANSWER_S = 10.0
"""So long an answer waits for its photographs' verdicts: no proxy and no person gives up so early."""
ACCEPTED = "application/pdf,image/jpeg,image/png,image/webp,image/heic,image/heif,image/avif"


@router.get("/s/{token}/photos")
async def photos(request: Request, token: str) -> Response:
    """All photographs, and the form that starts the font; to a script what became of each photograph."""
    web = web_of(request)
    own = await web.project(token)
    uploads = await run_in_threadpool(web.store.projects.uploads, own.id)
    if wants_json(request):
        return JSONResponse({"photos": [_as_json(each) for each in uploads]})
    letters = await run_in_threadpool(web.store.projects.letter_marks, own.id)
    jobs = await run_in_threadpool(web.store.projects.jobs, own.id)
    view = sheet_status(uploads, letters)
    return web.page(
        request,
        "photos.html",
        token=token,
        project=own,
        uploads=in_order(uploads),
        is_reading=any(upload.is_unread for upload in uploads),
        view=view,
        sheet=build_sheet(view.set_name) if view.set_name else None,
        verdicts=VERDICTS,
        advice=ADVICE,
        accepted=ACCEPTED,
        tally=view.tally,
        licences=web.font_service.licences,
        is_busy=any(not job.state.is_terminal for job in jobs),
        has_font=any(job.state.value == "done" for job in jobs),
    )


@router.post("/s/{token}/photos")
async def upload(request: Request, token: str) -> Response:
    """Takes photographs in, several at once; a script that sends one gets its verdict as JSON.

    Where many wait, the answer comes before the verdict: the page tells it when it is there.
    """
    web = web_of(request)
    own = await web.project(token)
    await _check_upload(web, request, own.id)
    with web.uploads.counted(address(request), own.id) as has_place:
        if not has_place:
            raise _too_busy()
        form = await read_upload(request, web.config.limits.photos_a_request)
        try:
            files = [file for file in form.getlist("photos") if isinstance(file, UploadFile) and file.filename]
            accepted = await _take(web, own.id, files, partial(_spend, web, request, own.id))
        finally:
            await form.close()
    await web.intake.wait(accepted, ANSWER_S)
    if not wants_json(request):
        return go(f"/s/{token}/photos")
    numbers = {number for each in accepted for number in each.numbers}
    known_now = await run_in_threadpool(web.store.projects.uploads, own.id)
    return JSONResponse({"photos": [_as_json(each) for each in known_now if each.number in numbers]})


async def _check_upload(web: Web, request: Request, project_id: str) -> None:
    """Refuses what comes from elsewhere, too often or with too many bytes, before any of its body is taken.

    Raises:
        Refusal: it does.
    """
    check_form_token(request, web.tokens)
    declared = request.headers.get("content-length", "")
    if not declared.isdecimal():
        raise not_understood(411)
    await _spend(web, request, project_id, 1)
    budget = Rate("megabytes", web.config.limits.megabytes_an_hour)
    await web.rates.spend(budget, address(request), 1 + int(declared) // 1_000_000)


async def _take(web: Web, project_id: str, files: Sequence[UploadFile], spend: SpendPhotos) -> list[AcceptedFile]:
    """Has the files of one request read.

    Raises:
        Refusal: there are none, they have no room, or too many photographs wait already.
    """
    if not files:
        raise Refusal(422, "사진을 골라 주세요.", "Please choose photographs first.")
    known, most = (
        len(await run_in_threadpool(web.store.projects.uploads, project_id)),
        web.config.limits.photos_a_project,
    )
    if known + len(files) > most:
        raise NoRoom(most)
    accepted: list[AcceptedFile] = []
    for file in files:
        if accepted:
            await spend(1)
        try:
            accepted.append(await web.intake.take(project_id, file, spend))
        except TooBusy as error:
            raise _too_busy() from error
        except ProjectNotFoundError as error:
            raise not_found() from error  # deleted a moment ago
    return accepted


def _too_busy() -> Refusal:
    error = TooBusy()
    return Refusal(503, error.korean, error.english)


async def _spend(web: Web, request: Request, project_id: str, count: int) -> None:
    """Counts photographs of an address and of a project."""
    limits = web.config.limits
    await web.rates.spend(Rate("upload", limits.uploads_an_hour), address(request), count)
    await web.rates.spend(Rate("upload", limits.uploads_an_hour_each), project_id, count)


def _as_json(upload: Upload) -> dict[str, Any]:
    korean, _, english = (upload.error or "").partition("\n")
    return {
        "number": upload.number,
        "name": upload.name,
        "unread": upload.is_unread,
        "page": upload.reading.page_index + 1 if upload.reading else None,
        "flawed": _to_rewrite(upload.reading) if upload.reading else 0,
        "error": {"code": upload.error_code, "korean": korean, "english": english} if upload.error else None,
    }


def _to_rewrite(reading: PhotoReading) -> int:
    return sum(is_flaw(each.char, each.verdict) for each in reading.instances)


@router.get("/s/{token}/photos/{number}.jpg")
async def picture(request: Request, token: str, number: Number) -> Response:
    """The flat page of a photograph."""
    web = web_of(request)
    own = await web.project(token)
    return await run_in_threadpool(page_picture, web, own.id, number)


@router.post("/s/{token}/photos/{number}/delete")
async def remove(request: Request, token: str, number: Number) -> Response:
    """Takes one photograph back."""
    web = web_of(request)
    own = await web.project(token)
    await web.form(request)
    await run_in_threadpool(web.store.projects.remove_upload, own.id, number, file_names(number))
    await run_in_threadpool(web.font_service.delete_files, own.id)
    return go(f"/s/{token}/photos")
