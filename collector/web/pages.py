"""What all pages share: the state of the web part, and how a page is put together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from collector.store import Project, ProjectNotFoundError, Store
from collector.web.config import WebConfig
from collector.web.font_service import FontService
from collector.web.job_progress import Forecast
from collector.web.language import choose_language, say_in
from collector.web.metrics import Figures
from collector.web.security import FORM_COOKIE, Rates, address, check_form, form_token, not_found
from collector.web.staticfiles import address_of
from collector.web.tokens import Signer, project_id
from collector.web.uploads.intake import Intake
from templates.errors import PersonError

HOUR_S = 3600.0
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
    signer: Signer
    figures: Figures
    checks: Mapping[str, Callable[[], bool]]
    html: Environment = field(default_factory=_environment)
    streams: int = 0
    rates: Rates = field(init=False)
    forecast: Forecast = field(init=False)

    def __post_init__(self) -> None:
        self.rates = Rates(self.store.rate_limits, self.signer)
        self.forecast = Forecast(self.store, self.font_service.stages)

    def page(self, request: Request, template: str, http_status: int = 200, **context: Any) -> HTMLResponse:
        """A page in the reader's language."""
        language = choose_language(request)
        values: Mapping[str, Any] = {
            "t": say_in(language),
            "language": language,
            "form_token": form_token(request, self.signer),
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

    async def form(self, request: Request, max_files: int = 0) -> FormData:
        """A request's form, when it comes from one of our pages.

        Raises:
            Refusal: it does not.
        """
        form = await request.form(max_files=max_files, max_fields=40, max_part_size=self.config.limits.form_bytes)
        check_form(request, form, self.signer)
        return form

    async def spend(self, request: Request, kind: str, most: int, period_s: float = HOUR_S) -> None:
        """Counts one request of an address."""
        await self.rates.spend(kind, address(request), most, period_s)


def web_of(request: Request) -> Web:
    """The web part that answers a request."""
    web: Web = request.app.state.web
    return web


def wants_json(request: Request) -> bool:
    """Whether a script asks, not a person's form."""
    return "application/json" in request.headers.get("accept", "")


def text_field(form: FormData, name: str, limit: int = 400) -> str:
    """A text of a form, cut where nobody honest writes on."""
    value = form.get(name)
    return value.strip()[:limit] if isinstance(value, str) else ""


def go(path: str) -> RedirectResponse:
    """On to another page, after a form."""
    return RedirectResponse(path, 303)


def refuse(request: Request, error: PersonError, status: int) -> Response:
    """A refusal as a page or as JSON."""
    if wants_json(request):
        body = {"code": error.code, "korean": error.korean, "english": error.english}
        return JSONResponse({"error": body}, status)
    back = _way_back(request.url.path, status)
    return web_of(request).page(request, "refused.html", status, korean=error.korean, english=error.english, back=back)


def _way_back(path: str, status: int) -> str:
    """Where a person goes on after a refusal: their own pages where there are any."""
    match path.split("/"):
        case ["", "s", token, _, *_] if status != 404 and _TOKEN.fullmatch(token):
            return f"/s/{token}"
        case ["", "operator", *_]:
            return "/operator"
        case _:
            return "/"
