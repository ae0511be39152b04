"""The web part: from a phone to a font without a terminal, and the operator's view of it all.

    app = create_app(WebConfig(folder, secret), store, workshop)     # an ASGI application
    glyph = to_glyph("가", strokes, pen_em)                          # a letter drawn with the finger

What makes fonts stands behind the ``Workshop``: the web knows photographs, jobs and events, no other room.
"""

from collector.reading import photo_path, picture_path
from collector.web.app import create_app
from collector.web.config import Limits, WebConfig
from collector.web.drawn_glyph import to_glyph
from collector.web.font_service import FontFiles, LicenceInfo, StageInfo, Workshop
from collector.web.uploads.intake import Interrupted
from collector.web.writer.sheet_status import SheetView, look

__all__ = [
    "FontFiles",
    "Interrupted",
    "LicenceInfo",
    "Limits",
    "SheetView",
    "StageInfo",
    "WebConfig",
    "Workshop",
    "create_app",
    "look",
    "photo_path",
    "picture_path",
    "to_glyph",
]
