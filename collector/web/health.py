"""Whether the process lives and can work, its figures, and the little that every browser asks for."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from contextlib import suppress

from fastapi import APIRouter, Request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, PlainTextResponse, Response

from collector.store import Store
from collector.web.pages import login_rate, web_of
from collector.web.security import address, not_found

router = APIRouter()


@router.get("/healthz")
async def alive() -> PlainTextResponse:
    """The process answers."""
    return PlainTextResponse("ok")


@router.get("/readyz")
async def ready(request: Request) -> JSONResponse:
    """The database answers, the folder takes files, the process's other parts live: send people here."""
    web = web_of(request)
    checks = {"database": await run_in_threadpool(_database, web.store), "folder": web.config.folder.is_dir()}
    for name, check in web.checks.items():
        checks[name] = checks["database"] and await run_in_threadpool(_holds, check)
    return JSONResponse(checks, 200 if all(checks.values()) else 503)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Figures for Prometheus, for whoever has the operator's token (``Authorization: Bearer``)."""
    web = web_of(request)
    wanted, given = f"Bearer {web.config.operator_token}", request.headers.get("authorization", "")
    if not web.config.operator_token or not given:
        raise not_found()
    # Counted before the token is compared, as at the log-in, and taken back where it is the right one. Where the
    # database cannot be written nothing is counted: then of all times the figures must reach the operator's alarms.
    with suppress(SQLAlchemyError):
        await web.spend(request, login_rate(web))
    if not hmac.compare_digest(wanted.encode(), given.encode()):
        raise not_found()
    with suppress(SQLAlchemyError):
        await web.rates.give_back(login_rate(web), address(request))
    body = await run_in_threadpool(web.metrics.text)
    return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/robots.txt")
async def robots() -> PlainTextResponse:
    """Search engines stay out of people's handwriting."""
    return PlainTextResponse("User-agent: *\nDisallow: /s/\nDisallow: /operator\n")


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except SQLAlchemyError:
        return False


def _database(store: Store) -> bool:
    try:
        with store.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True
