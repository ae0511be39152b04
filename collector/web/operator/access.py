"""Log-in and log-out of operators: no page of theirs answers without a session."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from collector.store import JobState
from collector.web.forms import text_field
from collector.web.language import Say
from collector.web.pages import go, login_rate, web_of
from collector.web.security import Refusal
from collector.web.tokens import SESSION_S

COOKIE = "sonmat_operator"
STATES = {
    JobState.QUEUED.value: ("대기", "queued"),
    JobState.RUNNING.value: ("진행 중", "running"),
    JobState.DONE.value: ("완료", "done"),
    JobState.REFUSED.value: ("사용자 확인 필요", "refused"),
    JobState.FAILED.value: ("실패", "failed"),
}


class OperatorRoute(APIRoute):
    """A route that answers whoever has a session, and sends others to the log-in."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler that asks for a session first."""
        handler = super().get_route_handler()

        async def handle_with_session(request: Request) -> Response:
            if request.url.path != "/operator/login" and await current_session(request) is None:
                return go("/operator/login")
            return await handler(request)

        return handle_with_session


async def current_session(request: Request) -> str | None:
    """The id of the session that a request belongs to; None where it has none."""
    web = web_of(request)
    session_id = web.tokens.session_id(request.cookies.get(COOKIE, ""))
    if session_id is None or await run_in_threadpool(web.store.ended_sessions.has, session_id):
        return None
    return session_id


router = APIRouter(prefix="/operator", route_class=OperatorRoute)


@router.get("/login")
async def show_login(request: Request) -> Response:
    """Asks for the operator's token."""
    return web_of(request).page(request, "login.html")


@router.post("/login")
async def log_in(request: Request) -> Response:
    """Opens a session for whoever has the token."""
    web = web_of(request)
    form = await web.form(request, login_rate(web))
    if not hmac.compare_digest(text_field(form, "token").encode(), web.config.operator_token.encode()):
        raise Refusal(
            403,
            "운영자 토큰이 맞지 않습니다. SONMAT_OPERATOR_TOKEN에 정한 값을 다시 적어 주세요.",
            "That is not the operator's token: enter the value of SONMAT_OPERATOR_TOKEN.",
        )
    response = go("/operator")
    response.set_cookie(
        COOKIE, web.tokens.new_session(), httponly=True, samesite="strict", secure=web.config.https, path="/operator"
    )
    return response


@router.post("/logout")
async def log_out(request: Request) -> Response:
    """Ends the session, wherever its cookie may have got to."""
    web = web_of(request)
    await web.form(request)
    session_id = await current_session(request)
    if session_id is not None:
        await run_in_threadpool(web.store.ended_sessions.end, session_id, SESSION_S)
    response = go("/operator/login")
    response.delete_cookie(COOKIE, path="/operator")
    return response


def format_duration(seconds: float, say: Say) -> str:
    """A stretch of time as people say it."""
    for unit_s, korean, english in ((86400, "일", "d"), (3600, "시간", "h"), (60, "분", "min")):
        if seconds >= unit_s:
            return f"{seconds / unit_s:.0f}{say(korean, ' ' + english)}"
    return f"{max(0.0, seconds):.0f}{say('초', ' s')}"


def format_time(at: datetime | None) -> str:
    """A time for a log: UTC, to the second."""
    return at.strftime("%Y-%m-%d %H:%M:%S") if at else ""
