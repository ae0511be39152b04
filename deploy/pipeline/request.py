"""What a writer asks for, checked before any work begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collector.errors import NoPhotos, PhotoMissing
from collector.store import NewJob, Photo
from deploy.pipeline.cache_keys import hash_file, hash_json
from fontbuild.info import FontInfo
from fontbuild.opentype.names import make_names
from templates.errors import PersonError


class NameTooLongError(PersonError):
    """A name that no font menu could show."""

    code = "name.too_long"


@dataclass(frozen=True)
class FontRequest:
    """One wish for a font: the photographs and what to call it."""

    photos: tuple[Path, ...]
    hashes: tuple[str, ...]
    """SHA-256 of each photograph."""
    info: FontInfo
    device: str = "auto"
    show: Callable[[Any], None] | None = None
    """Told every few moments how the network draws the letters of ``shown`` by now; shapes no result."""
    shown: str = ""

    @property
    def file_stem(self) -> str:
        """The font's name as a file name, without ending: safe in any folder of any system."""
        return make_names(self.info).file_stem

    def as_params(self) -> dict[str, Any]:
        """What is asked for but the photographs, JSON."""
        return {
            "name": self.info.name_korean,
            "english_name": self.info.name_english,
            "designer": self.info.designer,
            "license": self.info.license.value,
            "version": self.info.version,
        }

    def as_job(self) -> NewJob:
        """The job of this wish. The device is left out of its key: it changes the time, not what was asked for."""
        params = self.as_params()
        photos = tuple(
            Photo(path.name[:255], digest, path.stat().st_size)
            for path, digest in zip(self.photos, self.hashes, strict=True)
        )
        key = hash_json({"photos": self.hashes, "params": params})
        return NewJob(key, self.info.name_korean, self.info.license.value, photos, params)


NAME_LIMIT = 200
"""Letters; fontbuild shortens a name for the menus of old programs, the database holds this many."""


def make_request(photos: Sequence[Path], info: FontInfo, *, device: str = "auto") -> FontRequest:
    """An order whose names can be used and whose photographs can be opened.

    Raises:
        FontNameError, NameTooLongError: no font can be called so.
        PhotoError: no photograph was given, or one cannot be read.
    """
    if not photos:
        raise NoPhotos
    if len(info.name_korean) > NAME_LIMIT:
        raise NameTooLongError(
            f"글꼴 이름이 {len(info.name_korean)}자로 너무 깁니다. 짧게 줄여 주세요.",
            f"The font's name is {len(info.name_korean)} characters long: please shorten it.",
        )
    make_names(info)
    return FontRequest(tuple(photos), tuple(_hash_photo(photo) for photo in photos), info, device)


def _hash_photo(photo: Path) -> str:
    if not photo.is_file():
        raise PhotoMissing(str(photo))
    try:
        return hash_file(photo)
    except OSError as error:
        raise PhotoMissing(str(photo)) from error


SAMPLE = ("오늘은 하늘이", "참 맑고 예쁘다")
"""What the writer sees redrawn as the hand is learnt, line by line."""
SAMPLE_TEXT = "".join(SAMPLE).replace(" ", "")
