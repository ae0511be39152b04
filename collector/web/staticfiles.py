"""Styles, scripts and pictures: the same for everybody, kept by browsers until they change."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

STATIC = str(resources.files("collector.web") / "data" / "static")
YEAR = "public, max-age=31536000, immutable"
DAY = "public, max-age=86400"


class Static(StaticFiles):
    """Files that an address names with their hash never change; others are asked for again after a day."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file."""
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["cache-control"] = YEAR if b"v=" in scope["query_string"] else DAY
        return response


@cache
def address_of(name: str) -> str:
    """The address of a file, with a hash of its content."""
    content = resources.files("collector.web").joinpath("data", "static", name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"
