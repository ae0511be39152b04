"""What a writer asks for, checked before any work begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collector.errors import NoPhotos, PhotoMissing
from collector.instances import USUAL_PEN_EM, Strokes
from collector.store import Job, NewJob, Photo
from deploy.pipeline.cache_keys import hash_file, hash_json
from fontbuild.info import FontInfo, License
from fontbuild.opentype.names import make_names
from templates.errors import PersonError

if TYPE_CHECKING:
    from deploy.pipeline.written_hand import WrittenHand


class NameTooLongError(PersonError):
    """A name that no font menu could show."""

    code = "name.too_long"


@dataclass(frozen=True)
class FontRequest:
    """One wish for a font: what it is made from and what to call it."""

    info: FontInfo
    photos: tuple[Path, ...] = ()
    """Photographs given on the command line; those of the web are in the database."""
    hashes: tuple[str, ...] = ()
    """SHA-256 of each photograph."""
    hand: WrittenHand | None = None
    """What was written; None until the request has a job, under which it is kept."""
    letters: Mapping[str, Strokes] = field(default_factory=dict)
    """Letters that the writer wrote again, with the finger."""
    pen_em: float = USUAL_PEN_EM
    """The width of the pen that they are drawn with."""
    device: str = "auto"
    show: Callable[[Any], None] | None = None
    """Told every few moments how the network draws the letters of ``shown`` by now; shapes no result."""
    shown: str = ""

    @property
    def written(self) -> WrittenHand:
        """What was written.

        Raises:
            ValueError: the request has no job yet.
        """
        if self.hand is None:
            raise ValueError("a request is carried out under a job")
        return self.hand

    @property
    def file_stem(self) -> str:
        """The font's name as a file name, without ending: safe in any folder of any system."""
        return make_names(self.info).file_stem

    def as_params(self) -> dict[str, Any]:
        """What the font is to be called, JSON."""
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
    """A request whose names can be used and whose photographs can be opened.

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
    return FontRequest(info, tuple(photos), tuple(_hash_photo(photo) for photo in photos), device=device)


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


def request_of(job: Job, hand: WrittenHand, device: str, show: Callable[[Any], None] | None = None) -> FontRequest:
    """What the web's writer asked for; ``show`` is told how the hand is learnt."""
    return FontRequest(
        info_of(job.options),
        hand=hand,
        letters=job.options["letters"],
        pen_em=job.options["pen_em"],
        device=device,
        show=show,
        shown=SAMPLE_TEXT if show else "",
    )


def info_of(options: Mapping[str, Any]) -> FontInfo:
    """The names and the licence a writer chose."""
    return FontInfo(
        options["name"], options["english_name"], options["designer"], License(options["license"]), options["version"]
    )
