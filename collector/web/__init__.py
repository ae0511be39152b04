"""The web part: from a phone to a font without a terminal, and the operator's view of it all.

    app = create_app(WebConfig(folder, secret), store, font_service)     # an ASGI application
    glyph = to_glyph("가", strokes, pen_em)                          # a letter drawn with the finger

What makes fonts stands behind the ``FontService``: the web knows photographs, jobs and events, no other room.
"""

from collector.reading import photo_path, picture_path
from collector.web.app import create_app
from collector.web.config import Limits, WebConfig
from collector.web.drawn_glyph import to_glyph
from collector.web.font_service import FontFiles, FontService, LicenceInfo, StageInfo
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
    "photo_path",
    "picture_path",
    "sheet_status",
    "to_glyph",
]
