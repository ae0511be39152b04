"""The door to the operator's pages: a token opens a session, and nothing behind it answers without one."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from collector.store import JobState
from collector.web.language import Say
from collector.web.pages import go, text_field, web_of
from collector.web.security import Refusal

COOKIE = "sonmat_operator"
QUARTER_S = 900.0
STATES = {
    JobState.QUEUED.value: ("대기", "queued"),
    JobState.RUNNING.value: ("진행 중", "running"),
    JobState.DONE.value: ("완료", "done"),
    JobState.REFUSED.value: ("사용자 확인 필요", "refused"),
    JobState.FAILED.value: ("실패", "failed"),
}


class Guarded(APIRoute):
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


router = APIRouter(prefix="/operator", route_class=Guarded)


@router.get("/login")
async def door(request: Request) -> Response:
    """Asks for the operator's token."""
    return web_of(request).page(request, "login.html")


@router.post("/login")
async def enter(request: Request) -> Response:
    """Opens a session for whoever has the token."""
    web = web_of(request)
    form = await web.form(request)
    await web.spend(request, "login", web.config.limits.logins_a_quarter, QUARTER_S)
    if not hmac.compare_digest(text_field(form, "token").encode(), web.config.operator_token.encode()):
        raise Refusal(
            403,
            "운영자 토큰이 맞지 않습니다. SONMAT_OPERATOR_TOKEN에 정한 값을 다시 적어 주세요.",
            "That is not the operator's token: enter the value of SONMAT_OPERATOR_TOKEN.",
        )
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


def span(seconds: float, say: Say) -> str:
    """A stretch of time as people say it."""
    for unit_s, korean, english in ((86400, "일", "d"), (3600, "시간", "h"), (60, "분", "min")):
        if seconds >= unit_s:
            return f"{seconds / unit_s:.0f}{say(korean, ' ' + english)}"
    return f"{max(0.0, seconds):.0f}{say('초', ' s')}"


def moment(at: datetime | None) -> str:
    """A moment for a log: UTC, to the second."""
    return at.strftime("%Y-%m-%d %H:%M:%S") if at else ""
