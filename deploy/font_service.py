"""What the web asks of the makers of fonts: names, params, files, forgetting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from collector.blobs import Uploads
from collector.errors import NoPhotos
from collector.store import Job, Letter, NewJob, Photo, Project, Remains, Store, Upload
from collector.web import FontFiles, LicenceInfo, StageInfo, sheet_status
from deploy.pipeline.artifact_store import Artifacts
from deploy.pipeline.cache_keys import hash_json
from deploy.pipeline.request import NAME_LIMIT, NameTooLongError
from deploy.pipeline.stages import SPECIMEN, SPECIMEN_PAGE, SPECIMEN_PDF, TTF, WOFF2
from deploy.pipeline.web_plan import WEB_STAGES, info_of
from fontbuild.info import FontInfo, License
from fontbuild.opentype.names import make_names

USUAL_S = {"capture": 8.0, "seed": 3.0, "adapt": 90.0, "generate": 80.0, "mend": 4.0, "fontbuild": 30.0}
"""Seconds on two cores, until this machine has figures of its own."""
OTHER_S = 3.0
LEARNING = ("capture", "seed", "adapt", "generate")
LICENCES = (
    LicenceInfo(
        License.ALL_RIGHTS.value, "나만 씁니다: 모든 권리는 나에게 (기본)", "Only I: all rights are mine (default)"
    ),
    LicenceInfo(
        License.OFL.value,
        "누구나 쓰고, 고치고, 나눌 수 있습니다 (SIL OFL)",
        "Everyone may use, change and share it (SIL OFL)",
    ),
    LicenceInfo(License.CC_BY.value, "내 이름을 밝히면 누구나 쓸 수 있습니다 (CC BY)", "Everyone who names me (CC BY)"),
    LicenceInfo(License.CC0.value, "누구나 조건 없이 쓸 수 있습니다 (CC0)", "Everyone, without conditions (CC0)"),
)


class PipelineFontService:
    """The font service behind the web, by way of the database and the shared folder; it makes no font itself."""

    def __init__(self, store: Store, artifacts: Artifacts, uploads: Uploads) -> None:
        self._store = store
        self._artifacts = artifacts
        self._uploads = uploads
        self.licences = LICENCES
        self.stages = tuple(_info(stage.name, stage.title) for stage in WEB_STAGES)

    def check_names(self, name: str, english_name: str, designer: str) -> None:
        """Raises PersonError where no font can be called so."""
        for text in (name, english_name, designer):
            if len(text) > NAME_LIMIT:
                raise NameTooLongError(
                    f"이름이 {len(text)}자로 너무 깁니다. 짧게 줄여 주세요.",
                    f"The name is {len(text)} characters long: please shorten it.",
                )
        make_names(FontInfo(name, english_name or None, designer))

    def new_job(self, project: Project, uploads: Sequence[Upload], letters: Sequence[Letter]) -> NewJob:
        """The job for a project as it stands; the project's id is part of its key, so that no two people share one."""
        view = sheet_status(uploads, letters)
        own = [each for each in uploads if each.reading is not None and each.reading["set"] == view.set_name]
        if not own:
            raise NoPhotos
        params = {
            "name": project.name,
            "english_name": project.english_name or None,
            "designer": project.designer,
            "license": project.licence,
            "version": "1.000",
        }
        drawn = {letter.char: letter.strokes for letter in letters if letter.strokes}
        options: dict[str, Any] = {
            **params,
            "numbers": [each.number for each in own],
            "letters": drawn,
            "pen_em": view.pen_em,
        }
        hashes = [each.sha256 for each in own]
        key = hash_json({"project": project.id, "photos": hashes, "params": params, "letters": drawn})
        photos = tuple(Photo(each.name, each.sha256, each.size_bytes) for each in own)
        return NewJob(key, project.name, project.licence, photos, options, project.id)

    def files(self, job: Job) -> FontFiles | None:
        """The files of a finished job; None where they are no longer kept."""
        stages = self._store.stages(job.id)
        if not {"fontbuild", "specimen"} <= stages.keys():
            return None
        font = self._artifacts.find("fontbuild", stages["fontbuild"].key)
        shown = self._artifacts.find("specimen", stages["specimen"].key)
        if font is None or shown is None:
            return None
        stem = make_names(info_of(job.options)).file_stem
        return FontFiles(
            font / TTF,
            font / WOFF2,
            shown / SPECIMEN,
            shown / SPECIMEN_PDF,
            shown / SPECIMEN_PAGE,
            stem,
            stages["fontbuild"].key,
        )

    def forget(self, project_id: str, remains: Remains) -> None:
        """Deletes a project's photographs, letters, what was learnt of the hand, and fonts."""
        for stage, key in remains.results:
            self._artifacts.remove(stage, key)
        self._uploads.forget(project_id)


def _info(name: str, title: str) -> StageInfo:
    korean, _, english = title.partition(" · ")
    return StageInfo(name, korean, english, USUAL_S.get(name, OTHER_S), name in LEARNING)
