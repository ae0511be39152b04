"""One letter: see it, write it again with the finger, mark it as wrong."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from collector.instances import Verdict
from collector.store import DrawingsFullError, JobState, LetterMark
from collector.web.drawn_glyph import as_path, is_letter, parse_strokes
from collector.web.forms import text_field
from collector.web.pages import go, wants_json, web_of
from collector.web.security import Rate, Refusal, not_found
from collector.web.writer.sheet_status import sheet_status

router = APIRouter()


def to_hex(char: str) -> str:
    """A character as it stands in addresses: some would be read as a path."""
    return f"{ord(char):04x}"


def from_hex(code: str) -> str:
    """The character of an address.

    Raises:
        Refusal: no font of ours has it.
    """
    try:
        char = chr(int(code, 16))
    except (ValueError, OverflowError) as error:
        raise not_found() from error
    if not is_letter(char):
        raise not_found()
    return char


@router.get("/s/{token}/letters/{code}")
async def letter(request: Request, token: str, code: str, saved: str = "") -> Response:
    """The drawing board for one letter."""
    web = web_of(request)
    own, char = await web.project(token), from_hex(code)
    letters = await run_in_threadpool(web.store.projects.letter_marks, own.id)
    uploads = await run_in_threadpool(web.store.projects.uploads, own.id)
    jobs = await run_in_threadpool(web.store.projects.jobs, own.id)
    has_font = any(job.state is JobState.DONE for job in jobs)
    known = await run_in_threadpool(web.store.projects.letter, own.id, char)
    view = sheet_status(uploads, letters)
    wanted = _wanted(char, letters, view.verdicts, has_font)
    return web.page(
        request,
        "letter.html",
        token=token,
        char=char,
        code=to_hex(char),
        known=known,
        path_d=as_path(known.strokes) if known and known.strokes else "",
        pen=round(1000 * view.pen_em),
        is_latin=char.isascii(),
        has_font=has_font,
        back=f"/s/{token}/font" if has_font else f"/s/{token}/photos",
        following=to_hex(wanted[0]) if wanted else "",
        left=len(wanted) + 1,
        saved=saved if is_letter(saved) else "",
    )


def _wanted(char: str, letters: list[LetterMark], verdicts: Mapping[str, Verdict], has_font: bool) -> list[str]:
    """Other letters that want attention, those of the sheet after this one first."""
    wanted = [each.char for each in letters if each.is_wrong]
    if not has_font:
        drawn = {each.char for each in letters if each.is_drawn}
        unread = [c for c, said in verdicts.items() if said not in (Verdict.GOOD, Verdict.MISSING) and c not in drawn]
        wanted += [c for c in unread if not c.isascii()]
    after = wanted.index(char) + 1 if char in wanted else 0
    return [other for other in wanted[after:] + wanted[:after] if other != char]


@router.post("/s/{token}/letters/{code}")
async def change(request: Request, token: str, code: str) -> Response:
    """Keeps a drawing, takes it back, marks or unmarks the letter."""
    web = web_of(request)
    own, char = await web.project(token), from_hex(code)
    limits = web.config.limits
    form = await web.form(request, Rate("letter", limits.letters_an_hour))
    projects, action = web.store.projects, text_field(form, "action", 20)
    if action == "draw":
        strokes = await run_in_threadpool(parse_strokes, text_field(form, "strokes", limits.form_bytes))
        try:
            await run_in_threadpool(projects.draw_letter, own.id, char, strokes, limits.strokes_bytes_a_project)
        except DrawingsFullError as error:
            raise _too_many_drawings() from error
    elif action == "forget":
        await run_in_threadpool(projects.draw_letter, own.id, char, None)
    elif action in ("mark", "unmark"):
        await run_in_threadpool(projects.mark_letter, own.id, char, action == "mark")
    else:
        raise not_found()
    if wants_json(request):
        return JSONResponse({"char": char, "action": action})
    following = text_field(form, "following", 8)
    if not following:
        return go(f"/s/{token}")
    return go(f"/s/{token}/letters/{to_hex(from_hex(following))}?saved={quote(char)}")


def _too_many_drawings() -> Refusal:
    return Refusal(
        422,
        "손으로 그린 글자가 더 들어갈 자리가 없습니다. 더 짧은 획으로 그리거나, 필요 없는 글자를 먼저 버려 주세요.",
        "There is no room for more drawn letters: draw shorter lines, or take some back that you do not need.",
    )
