"""The web application: writers' pages, operators' pages, health and figures."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from collector.blobs import UploadFolder, Uploads
from collector.storage_trouble import StorageTrouble, is_storage_trouble
from collector.store import Store
from collector.web import health
from collector.web.concurrency import RequestLimit
from collector.web.config import WebConfig
from collector.web.font_service import FontService
from collector.web.forms import not_understood
from collector.web.metrics import Metrics, RequestMetrics
from collector.web.operator import access, jobs, system
from collector.web.pages import Web, refuse, web_of
from collector.web.security import HEADERS, BodyLimit, BodyTooLarge, Refusal, SecurityHeaders, not_found, too_large
from collector.web.staticfiles import STATIC, Static
from collector.web.tokens import Tokens
from collector.web.uploads.intake import Intake
from collector.web.uploads.reader_pool import ReaderPool
from collector.web.writer import font, letters, photos, projects
from templates.errors import PersonError

log = logging.getLogger(__name__)

RETRY_AFTER_S = 60


def create_app(
    config: WebConfig,
    store: Store,
    font_service: FontService,
    uploads: Uploads | None = None,
    readers: ReaderPool | None = None,
    checks: Mapping[str, Callable[[], bool]] | None = None,
) -> FastAPI:
    """The application; the caller owns the store and closes it after the application has stopped.

    Args:
        uploads: where photographs are kept; without, in ``config.folder``.
        readers: processes that the caller owns; without, the application has its own.
        checks: what must hold, by name, beside database and folder, for ``/readyz`` to say yes.
    """
    pool = readers or ReaderPool(config.readers, config.folder)
    metrics = Metrics(store)
    intake = Intake(config, store, uploads or UploadFolder(config.folder), pool, metrics.count_photo)
    tokens = Tokens(config.secret, config.operator_token)
    web = Web(config, store, font_service, intake, tokens, metrics, checks or {})

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        intake.open()
        keeping = asyncio.create_task(intake.keep_reading())
        yield
        keeping.cancel()
        await intake.close()
        if readers is None:
            pool.close()

    app = FastAPI(title="Sonmat", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.web = web
    for pages in (health, projects, photos, letters, font):
        app.include_router(pages.router)
    if config.operator_token:
        for pages in (access, jobs, system):
            app.include_router(pages.router)
    app.mount("/static", Static(directory=STATIC), "static")
    _answer_errors(app)
    limits = config.limits
    upload_bytes = limits.photo_bytes * limits.photos_a_request + limits.form_bytes
    app.add_middleware(BodyLimit, upload_bytes=upload_bytes, form_bytes=limits.form_bytes)
    app.add_middleware(RequestLimit, most=limits.requests)
    app.add_middleware(SecurityHeaders, https=config.https)
    app.add_middleware(RequestMetrics, metrics=metrics)
    return app


def _answer_errors(app: FastAPI) -> None:
    """Answers every error in two languages, never with a traceback."""

    @app.exception_handler(BodyTooLarge)
    async def body(request: Request, error: BodyTooLarge) -> Response:
        return refuse(request, too_large(), 413)

    @app.exception_handler(ClientDisconnect)
    async def gone(request: Request, error: ClientDisconnect) -> Response:
        return Response(status_code=400)  # for the figures; nobody reads it

    @app.exception_handler(PersonError)
    async def person(request: Request, error: PersonError) -> Response:
        return refuse(request, error, error.status if isinstance(error, Refusal) else 422)

    @app.exception_handler(RequestValidationError)
    async def address(request: Request, error: RequestValidationError) -> Response:
        # Bodies are read by our own forms: what is wrong is a part of the address.
        return refuse(request, not_found(), 404)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        if error.status_code in (404, 405):
            return refuse(request, not_found(), error.status_code)
        return refuse(request, not_understood(error.status_code), error.status_code)

    @app.exception_handler(OSError)
    @app.exception_handler(DBAPIError)
    @app.exception_handler(BotoCoreError)
    @app.exception_handler(Boto3Error)
    @app.exception_handler(ClientError)
    async def storage(request: Request, error: Exception) -> Response:
        if not is_storage_trouble(error):
            return await defect(request, error)
        web_of(request).metrics.storage_errors.inc()
        log.error("nothing can be stored: %s", error)
        response = refuse(request, StorageTrouble(), 503)
        response.headers["retry-after"] = str(RETRY_AFTER_S)
        return response

    @app.exception_handler(Exception)
    async def defect(request: Request, error: Exception) -> Response:
        log.error("request failed", exc_info=error)
        korean = "저희 쪽에 문제가 생겼습니다. 올린 사진은 그대로 있으니 잠시 뒤에 다시 해 주세요."
        english = "Something broke on our side: please try again in a moment. Your photographs are safe."
        response = refuse(request, Refusal(500, korean, english), 500)
        response.headers.update(HEADERS)  # this answer is made outside of the middleware that adds them
        return response
