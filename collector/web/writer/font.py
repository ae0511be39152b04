"""The result: the font to type in, its glyphs, its files, and the way to a better one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from collector.store import Job, JobState, Project, Upload
from collector.web.drawn_glyph import is_letter
from collector.web.font_service import FontFiles
from collector.web.pages import Web, go, web_of
from collector.web.security import Rate, not_found
from collector.web.writer.letters import to_hex
from collector.web.writer.projects import submit
from collector.web.writer.sheet_status import sheet_status
from templates.hangul import ASCII_PRINTABLE, COMPATIBILITY_JAMO, INITIALS, SYLLABLES

router = APIRouter()

GROUP = len(SYLLABLES) // len(INITIALS)
WRITTEN, DOUBTFUL, LATIN, JAMO = "written", "doubtful", "latin", "jamo"
MOST_TEXT = 2000
FONT_CACHE = "private, max-age=31536000, immutable"
FILES = {
    "ttf": ("ttf", ".ttf", "font/ttf"),
    "woff2": ("woff2", ".woff2", "font/woff2"),
    "specimen": ("specimen", ".png", "image/png"),
    "pdf": ("specimen_pdf", ".pdf", "application/pdf"),
    "page": ("specimen_page", ".html", "text/html; charset=utf-8"),
}


@router.get("/s/{token}/font")
async def font(request: Request, token: str, group: str = WRITTEN, text: str = "") -> Response:
    """Type in the font at once; all its glyphs, group by group, or those of a ``text``."""
    web = web_of(request)
    own = await web.project(token)
    await run_in_threadpool(web.store.projects.touch, own.id)
    latest = await _find(web, own)
    if latest is None:
        return go(f"/s/{token}")
    made, files = latest
    uploads = await run_in_threadpool(web.store.projects.uploads, own.id)
    letters = await run_in_threadpool(web.store.projects.letter_marks, own.id)
    jobs = await run_in_threadpool(web.store.projects.jobs, own.id)
    fresh, changed = await web.run_heavy(_changes, web, own, uploads, made)
    report = made.report or {}
    written = frozenset(report.get("own", ""))
    doubtful = [char for char in report.get("glyphs", {}).get("doubtful", []) if char not in written]
    return web.page(
        request,
        "font.html",
        token=token,
        project=own,
        job=made,
        files=files,
        kinds=[kind for kind, (attribute, _, _) in FILES.items() if getattr(files, attribute).is_file()],
        group=group,
        groups=[WRITTEN, *([DOUBTFUL] if doubtful else []), *INITIALS, LATIN, JAMO],
        text=text[:MOST_TEXT],
        chars=_letters(text) or (doubtful if group == DOUBTFUL else _group(group, written)),
        written=written,
        fresh=fresh,
        wrong=[each.char for each in letters if each.is_wrong],
        to_hex=to_hex,
        is_busy=any(not job.state.is_terminal for job in jobs),
        changed=changed,
    )


def _changes(web: Web, project: Project, uploads: Sequence[Upload], made: Job) -> tuple[list[str], bool]:
    """Characters drawn again since a font was made, and whether a new one would be another."""
    letters = web.store.projects.letters(project.id)
    drawn = web.store.job(made.id).options["letters"]
    fresh = [each.char for each in letters if each.is_drawn and drawn.get(each.char) != each.strokes]
    if sheet_status(uploads, letters).problem is not None:
        return fresh, False
    return fresh, web.font_service.new_job(project, uploads, letters).key != made.key


def _letters(text: str) -> list[str]:
    """The characters of a text that fonts of ours have, each once."""
    return [char for char in dict.fromkeys(text[:MOST_TEXT]) if is_letter(char)]


def _group(group: str, written: frozenset[str]) -> list[str]:
    """The characters of a group of the grid.

    Raises:
        Refusal: there is no such group.
    """
    if group == WRITTEN:
        return sorted(written, key=lambda char: (char.isascii(), char))
    if group == LATIN:
        return list(ASCII_PRINTABLE)
    if group == JAMO:
        return list(COMPATIBILITY_JAMO)
    if len(group) != 1 or group not in INITIALS:
        raise not_found()
    start = INITIALS.index(group) * GROUP
    return list(SYLLABLES[start : start + GROUP])


async def _latest(web: Web, project: Project) -> tuple[Job, FontFiles]:
    """As ``_find``.

    Raises:
        Refusal: there is none, or its files are no longer kept.
    """
    found = await _find(web, project)
    if found is None:
        raise not_found()
    return found


async def _find(web: Web, project: Project) -> tuple[Job, FontFiles] | None:
    """The newest font of a project; while a better one is being made this is the one before."""
    jobs = await run_in_threadpool(web.store.projects.jobs, project.id)
    for status in sorted(jobs, key=lambda job: job.updated_at, reverse=True):
        if status.state is JobState.DONE:
            found = await web.run_heavy(_made, web, status.id)
            if found is not None:
                return found
    return None


def _made(web: Web, job_id: str) -> tuple[Job, FontFiles] | None:
    """A finished job, without what was asked for, and its files; None where they are no longer kept."""
    job = web.store.job(job_id)
    files = web.font_service.files(job)
    return None if files is None else (replace(job, options={}), files)


@router.get("/s/{token}/font.css")
async def stylesheet(request: Request, token: str) -> Response:
    """The rule that names the writer's font for the page; a file, since the content policy allows no other rules."""
    web = web_of(request)
    _, files = await _latest(web, await web.project(token))
    source = f"/s/{token}/files/woff2?v={files.key[:16]}"
    rule = f'@font-face{{font-family:"sonmat-own";src:url("{source}") format("woff2");font-display:block}}\n'
    return Response(rule, media_type="text/css")


@router.get("/s/{token}/files/{kind}")
async def download(request: Request, token: str, kind: str, save: bool = False) -> Response:
    """The font or a specimen; ``save`` makes the browser store it under the font's name."""
    web = web_of(request)
    if kind not in FILES:
        raise not_found()
    _, files = await _latest(web, await web.project(token))
    attribute, ending, media_type = FILES[kind]
    if not getattr(files, attribute).is_file():
        raise not_found()
    headers = {"cache-control": FONT_CACHE if "v" in request.query_params else "no-store"}
    if save or kind == "page":  # a page of its own scripts is not shown as one of ours
        # RFC 6266: a plain name for old programs, the real one percent-encoded.
        headers["content-disposition"] = f"attachment; filename=\"font{ending}\"; filename*=UTF-8''" + quote(
            files.stem + ending, safe=""
        )
    return FileResponse(getattr(files, attribute), media_type=media_type, headers=headers)


@router.post("/s/{token}/rebuild")
async def rebuild(request: Request, token: str) -> Response:
    """Makes the font anew with the letters written again; what was learnt of the hand is kept."""
    web = web_of(request)
    own = await web.project(token)
    await web.form(request, Rate("start", web.config.limits.starts_an_hour))
    await web.run_heavy(submit, web, own.id)
    return go(f"/s/{token}/progress")
