"""Reads the forms of our pages: UTF-8 alone, counted before they are parsed, and only after their token was checked.

The token stands in the address of a form's action, so that a request can be refused before any of its body is taken.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from collector.web.security import Refusal
from collector.web.tokens import Tokens

FORM_COOKIE = "sonmat_form"
FORM_FIELD = "form_token"
MOST_FIELDS = 40
MOST_FIELD_BYTES = 4000
"""Of a field beside photographs; there is none that anybody needs."""
SPOOL_BYTES = 1 << 16
"""Of a file before it goes from memory to the temporary folder."""
_URLENCODED, _MULTIPART = b"application/x-www-form-urlencoded", b"multipart/form-data"
_BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,./:=?-]{1,70}")
"""RFC 2046, 5.1.1."""

Form = Mapping[str, str]


def not_understood(status: int = 400) -> Refusal:
    """A body that no page of ours sends."""
    return Refusal(
        status,
        "요청을 알아듣지 못했습니다. 페이지를 새로고침하고 다시 해 주세요.",
        "Not understood: please reload the page and try again.",
    )


def form_token(request: Request, tokens: Tokens) -> str:
    """This browser's token for forms: the one of its cookie, or a new one that the answer sets."""
    known = request.cookies.get(FORM_COOKIE, "")
    if tokens.is_form_token(known):
        return known
    fresh: str | None = getattr(request.state, "form_token", None)
    if fresh is None:
        fresh = request.state.form_token = tokens.new_form_token()
    return fresh


def check_form_token(request: Request, tokens: Tokens) -> None:
    """Makes sure that a request comes from a page of ours: signed double submit, and the browser's own word.

    Raises:
        Refusal: it does not.
    """
    cookie, given = request.cookies.get(FORM_COOKIE, ""), request.query_params.get(FORM_FIELD, "")
    is_same = hmac.compare_digest(cookie.encode(), given.encode())
    if not is_same or not tokens.is_form_token(cookie) or not _is_same_origin(request):
        raise Refusal(
            403,
            "보낸 곳을 확인하지 못했습니다. 페이지를 새로고침하고 다시 해 주세요. 브라우저에서 쿠키를 허용해야 합니다.",
            "This request does not come from a page of ours: reload the page and try again (cookies are needed).",
        )


def _is_same_origin(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    # With "no-referrer" browsers send "null" for a form's own origin.
    return origin in (None, "null") or urlsplit(origin or "").netloc == request.headers.get("host")


async def read_form(request: Request) -> Form:
    """The fields of a form without files; of fields with one name the last.

    Raises:
        Refusal: there are more fields than any form of ours has, or it is another kind of body.
    """
    kind, _ = parse_options_header(request.headers.get("content-type", ""))
    body = await request.body()
    if not body:
        return {}
    if kind != _URLENCODED or body.count(b"&") >= MOST_FIELDS:
        raise not_understood()
    return await run_in_threadpool(_parse, body)


def _parse(body: bytes) -> Form:
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS))


async def read_upload(request: Request, most_files: int) -> FormData:
    """A form with photographs; whoever reads it closes it.

    Raises:
        Refusal: there are more files or fields than allowed, or it is another kind of body.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != _MULTIPART or not _BOUNDARY.fullmatch(boundary):
        raise not_understood()
    # Without the sender's charset: in some of them bytes take quadratic time to decode.
    headers = Headers({"content-type": f'multipart/form-data; boundary="{boundary.decode("ascii")}"'})
    parser = MultiPartParser(
        headers, request.stream(), max_files=most_files, max_fields=MOST_FIELDS, max_part_size=MOST_FIELD_BYTES
    )
    parser.spool_max_size = SPOOL_BYTES
    try:
        return await parser.parse()
    except MultiPartException as error:
        raise not_understood() from error


def text_field(form: Form, name: str, most: int = 400) -> str:
    """A text of a form, cut where nobody honest writes on."""
    return form.get(name, "").strip()[:most]
