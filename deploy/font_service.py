"""Implements the font service that the web calls: checks names, makes jobs, finds and deletes files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from collector.blobs import Uploads
from collector.errors import NoPhotos
from collector.store import Job, Letter, NewJob, Photo, Project, Store, Upload
from collector.web import FontFiles, LicenceInfo, StageInfo, sheet_status
from deploy.pipeline.artifact_store import Artifacts, Blobs
from deploy.pipeline.cache_keys import hash_json
from deploy.pipeline.file_deletion import FileDeletion
from deploy.pipeline.font_plan import STAGES
from deploy.pipeline.request import NAME_LIMIT, NameTooLongError, info_of
from deploy.pipeline.stages.files import SPECIMEN, SPECIMEN_PAGE, SPECIMEN_PDF, TTF, WOFF2
from fontbuild.info import FontInfo, License
from fontbuild.opentype.names import make_names

TYPICAL_S = {"hand": 0.5, "seed": 3.0, "adapt": 90.0, "generate": 80.0, "redraw": 4.0, "fontbuild": 30.0}
"""Seconds of each stage on two cores, shown until this machine has measured its own."""
OTHER_STAGE_S = 3.0
LEARNING_STAGES = ("hand", "seed", "adapt", "generate")
READING_STAGE = "capture"
"""The web reads photographs at upload: people are not shown this stage of a job."""
OPTIONS = {"redraw": "letters"}
"""The option of a job without which it skips a stage, by stage."""
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
    """Hands jobs to the workers through the database and reads their results; makes no font itself."""

    def __init__(self, store: Store, artifacts: Artifacts, uploads: Uploads) -> None:
        self._store = store
        self._blobs = Blobs(artifacts, uploads)
        self.licences = LICENCES
        self.stages = tuple(_info(stage.name, stage.title) for stage in STAGES if stage.name != READING_STAGE)

    def check_names(self, name: str, english_name: str, designer: str) -> None:
        """Checks the names of a font.

        Raises:
            PersonError: no font can have such a name.
        """
        for text in (name, english_name, designer):
            if len(text) > NAME_LIMIT:
                raise NameTooLongError(
                    f"이름이 {len(text)}자로 너무 깁니다. 짧게 줄여 주세요.",
                    f"The name is {len(text)} characters long: please shorten it.",
                )
        make_names(FontInfo(name, english_name or None, designer))

    def new_job(self, project: Project, uploads: Sequence[Upload], letters: Sequence[Letter]) -> NewJob:
        """Makes the job for a project's present state; its key holds the project's id: no two projects share a job."""
        status = sheet_status(uploads, letters)
        photographs = [each for each in uploads if each.number in status.numbers]
        if not photographs:
            raise NoPhotos
        params = {
            "name": project.name,
            "english_name": project.english_name or None,
            "designer": project.designer,
            "license": project.licence,
            "version": "1.000",
        }
        redrawn = {letter.char: letter.strokes for letter in letters if letter.strokes}
        options: dict[str, Any] = {
            **params,
            "numbers": [each.number for each in photographs],
            "letters": redrawn,
            "pen_em": status.pen_em,
        }
        hashes = [each.sha256 for each in photographs]
        key = hash_json({"project": project.id, "photos": hashes, "params": params, "letters": redrawn})
        photos = tuple(Photo(each.name, each.sha256, each.size_bytes) for each in photographs)
        return NewJob(key, project.name, project.licence, photos, options, project.id)

    def files(self, job: Job) -> FontFiles | None:
        """The files of a finished job; None where they were deleted."""
        stages = self._store.stages(job.id)
        if not {"fontbuild", "specimen"} <= stages.keys():
            return None
        font = self._blobs.artifacts.find("fontbuild", stages["fontbuild"].key)
        specimens = self._blobs.artifacts.find("specimen", stages["specimen"].key)
        if font is None or specimens is None:
            return None
        stem = make_names(info_of(job.options)).file_stem
        return FontFiles(
            font / TTF,
            font / WOFF2,
            specimens / SPECIMEN,
            specimens / SPECIMEN_PDF,
            specimens / SPECIMEN_PAGE,
            stem,
            stages["fontbuild"].key,
        )

    def delete_files(self, project_id: str) -> bool:
        """Deletes the files that tombstones of a project name; False where some are left, to be tried again."""
        return FileDeletion(self._store, self._blobs).run(project_id)


def _info(name: str, title: str) -> StageInfo:
    korean, _, english = title.partition(" · ")
    return StageInfo(
        name, korean, english, TYPICAL_S.get(name, OTHER_STAGE_S), name in LEARNING_STAGES, OPTIONS.get(name, "")
    )
