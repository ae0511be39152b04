"""What all pages share: the state of the web part, and how a page is put together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from collector.store import Project, ProjectNotFoundError, Store
from collector.web.concurrency import ConcurrencyLimits
from collector.web.config import WebConfig
from collector.web.font_service import FontService
from collector.web.forms import FORM_COOKIE, Form, check_form_token, form_token, read_form
from collector.web.job_progress import Forecast
from collector.web.language import choose_language, say_in
from collector.web.metrics import Metrics
from collector.web.security import QUARTER_S, Rate, Rates, address, not_found
from collector.web.staticfiles import address_of
from collector.web.tokens import Tokens, project_id
from collector.web.uploads.intake import Intake
from templates.errors import PersonError

HEAVY_AT_ONCE = 2
T = TypeVar("T")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("collector.web", "data/html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["ord"] = ord
    environment.globals["static"] = address_of
    return environment


@dataclass
class Web:
    """Everything a request may need."""

    config: WebConfig
    store: Store
    font_service: FontService
    intake: Intake
    tokens: Tokens
    metrics: Metrics
    checks: Mapping[str, Callable[[], bool]]
    html: Environment = field(default_factory=_environment)
    rates: Rates = field(init=False)
    forecast: Forecast = field(init=False)
    streams: ConcurrencyLimits = field(init=False)
    uploads: ConcurrencyLimits = field(init=False)
    heavy: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(HEAVY_AT_ONCE))

    def __post_init__(self) -> None:
        self.rates = Rates(self.store.rate_limits, self.tokens)
        self.forecast = Forecast(self.store, self.font_service.stages)
        limits = self.config.limits
        self.streams = ConcurrencyLimits(limits.streams, limits.streams_an_address, limits.streams_a_project)
        self.uploads = ConcurrencyLimits(limits.uploads, limits.uploads_an_address, limits.uploads_a_project)

    def page(self, request: Request, template: str, http_status: int = 200, **context: Any) -> HTMLResponse:
        """A page in the reader's language."""
        language = choose_language(request)
        values: Mapping[str, Any] = {
            "t": say_in(language),
            "language": language,
            "form_token": form_token(request, self.tokens),
            "path": request.url.path,
            "config": self.config,
            **context,
        }
        response = HTMLResponse(self.html.get_template(template).render(values), http_status)
        if request.cookies.get(FORM_COOKIE) != values["form_token"]:
            response.set_cookie(
                FORM_COOKIE, values["form_token"], httponly=True, samesite="lax", secure=self.config.https
            )
        return response

    async def project(self, token: str) -> Project:
        """The project of an address.

        Raises:
            Refusal: there is none.
        """
        if not _TOKEN.fullmatch(token):
            raise not_found()
        try:
            return await run_in_threadpool(self.store.projects.find, project_id(token))
        except ProjectNotFoundError as error:
            raise not_found() from error

    async def run_heavy(self, function: Callable[..., T], *given: Any) -> T:
        """Runs what loads all strokes of a project, in a thread, and only a few of them at once."""
        return await to_thread.run_sync(function, *given, limiter=self.heavy)

    async def form(self, request: Request, rate: Rate | None = None) -> Form:
        """The fields of a form from one of our pages; its token is checked and its rate counted before it is read.

        Raises:
            Refusal: it comes from elsewhere, or too often.
        """
        check_form_token(request, self.tokens)
        if rate is not None:
            await self.spend(request, rate)
        return await read_form(request)

    async def spend(self, request: Request, rate: Rate) -> None:
        """Counts one request of an address.

        Raises:
            Refusal: there were too many.
        """
        await self.rates.spend(rate, address(request))


def login_rate(web: Web) -> Rate:
    """How often an address may try the operator's token, wherever it is asked for."""
    return Rate("login", web.config.limits.logins_a_quarter, QUARTER_S)


def web_of(request: Request) -> Web:
    """The web part that answers a request."""
    web: Web = request.app.state.web
    return web


def wants_json(request: Request) -> bool:
    """Whether a script asks, not a person's form."""
    return "application/json" in request.headers.get("accept", "")


def go(path: str) -> RedirectResponse:
    """On to another page, after a form."""
    return RedirectResponse(path, 303)


def refuse(request: Request, error: PersonError, status: int) -> Response:
    """A refusal as a page or as JSON."""
    if wants_json(request):
        body = {"code": error.code, "korean": error.korean, "english": error.english}
        return JSONResponse({"error": body}, status)
    back = _back_link(request.url.path, status)
    return web_of(request).page(request, "refused.html", status, korean=error.korean, english=error.english, back=back)


def _back_link(path: str, status: int) -> str:
    """Where a person goes on after a refusal: their own pages where there are any."""
    match path.split("/"):
        case ["", "s", token, _, *_] if status != 404 and _TOKEN.fullmatch(token):
            return f"/s/{token}"
        case ["", "operator", *_]:
            return "/operator"
        case _:
            return "/"
