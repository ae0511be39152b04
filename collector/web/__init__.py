"""The web part: from a phone to a font without a terminal, and the operator's view of it all.

    app = create_app(WebConfig(folder, secret), store, font_service)     # an ASGI application

What makes fonts stands behind the ``FontService``: the web knows photographs, jobs and events, no other room.
"""

from collector.web.app import create_app
from collector.web.config import Limits, WebConfig
from collector.web.font_service import FontFiles, FontService, LicenceInfo, StageInfo
from collector.web.server import make_server
from collector.web.uploads.intake import Interrupted
from collector.web.writer.sheet_status import SheetStatus, sheet_status

__all__ = [
    "FontFiles",
    "FontService",
    "Interrupted",
    "LicenceInfo",
    "Limits",
    "SheetStatus",
    "StageInfo",
    "WebConfig",
    "create_app",
    "make_server",
    "sheet_status",
]
