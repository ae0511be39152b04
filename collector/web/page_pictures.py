"""What writers and operators see of a photographed page: its flat picture, and the names of the cells' verdicts."""

from __future__ import annotations

from starlette.responses import FileResponse, Response

from collector.blobs import picture_path
from collector.web.pages import Web
from collector.web.security import not_found

VERDICTS = {
    "good": ("잘 읽음", "read well"),
    "blank": ("빈칸", "empty"),
    "clipped": ("칸 밖으로 잘림", "cut off"),
    "faint": ("너무 옅음", "too faint"),
    "smudged": ("번지거나 흐림", "smudged"),
    "missing": ("사진에 없음", "not in the picture"),
}
"""Korean and English."""


def page_picture(web: Web, project_id: str, number: int) -> Response:
    """Responds with the flat picture of a photographed page (JPEG); 404 where there is none."""
    uploads = web.intake.uploads
    path = uploads.fetch(project_id, picture_path(uploads.folder, number).name)
    if path is None:
        raise not_found()
    return FileResponse(path, media_type="image/jpeg", headers={"cache-control": "private, max-age=3600"})
