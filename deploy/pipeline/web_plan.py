"""The plan of the service: that of ``sonmat make``, and letters that the writer drew again with the finger.

Drawn letters come in after the network has drawn, so that a new one costs the building of the font and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from collector.store import Job, NewJob, Phase, Photo, Strokes
from collector.web import photo_path, to_glyph
from deploy.pipeline.engine import Outcome, Plan, Progress, Stage, StageInput
from deploy.pipeline.font_plan import font_plan, make_report
from deploy.pipeline.request import SAMPLE_TEXT, FontRequest
from deploy.pipeline.stages import GLYPHS, STAGES, write_specimens
from fontbuild.info import FontInfo, License
from templates.archive import load_glyphs, save_glyphs
from templates.glyphs import GlyphSet, Source


@dataclass(frozen=True)
class WebFontRequest(FontRequest):
    """A wish that the web has put into the database."""

    job: Job = field(kw_only=True)
    letters: Mapping[str, Strokes] = field(kw_only=True)
    """Letters drawn again by hand."""
    pen_em: float = field(kw_only=True)

    def as_job(self) -> NewJob:
        """The job it came from."""
        return NewJob(self.job.key, self.job.name, self.job.licence, (), self.job.options, self.job.project_id)

    def as_letters(self) -> dict[str, Any]:
        """What was drawn again, JSON."""
        return {"letters": dict(self.letters), "pen_em": self.pen_em if self.letters else None}


def capture_newest(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    """Photographs to glyphs; of a cell that several photographs have good, the newest counts.

    The command line cannot know which is newest and takes the better photograph; the web numbers them.
    """
    from collector.capture import Verdict, read_photos
    from deploy.pipeline.stages import capture

    facts = dict(capture(given, out, progress))
    if len(facts["pages"]) == len({page["page"] for page in facts["pages"]}):
        return facts
    read = read_photos(given.request.photos)
    age = {path.name: place for place, path in enumerate(given.request.photos)}
    newest = dict(read.glyphs.glyphs)
    for page in sorted(read.pages, key=lambda page: age[page.photo]):
        newest.update({c.char: c.glyph for c in page.cells if c.verdict is Verdict.GOOD and c.glyph is not None})
    save_glyphs(out / GLYPHS, GlyphSet(read.glyphs.name, newest))
    return facts


def mend(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    """All characters, those in their own shape that the writer drew again."""
    request = _web_request(given.request)
    glyphs = load_glyphs(given.results["generate"] / GLYPHS)
    drawn = {char: to_glyph(char, strokes, request.pen_em) for char, strokes in request.letters.items()}
    kept = {char: further for char, further in glyphs.alternates.items() if char not in drawn}
    mended = GlyphSet(glyphs.name, dict(glyphs.glyphs) | drawn, kept)
    save_glyphs(out / GLYPHS, mended)
    own = [char for char, glyph in mended.items() if glyph.source is Source.WRITTEN]
    return {"own": "".join(own), "redrawn": "".join(drawn)}


def specimen(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    """A page of text and a grid of glyphs, those in the writer's own shape marked."""
    glyphs = load_glyphs(given.results["mend"] / GLYPHS)
    write_specimens(given, {char for char, glyph in glyphs.items() if glyph.source is Source.WRITTEN}, out)
    return {}


def report(request: FontRequest, outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """The report of ``sonmat make``, with the characters in the writer's own shape."""
    return {**make_report(request, outcomes), **outcomes["mend"].facts}


def web_plan() -> Plan:
    """From the web's photographs to a font."""
    return replace(font_plan(), stages=WEB_STAGES, report=report)


def _web_request(request: FontRequest) -> WebFontRequest:
    if not isinstance(request, WebFontRequest):
        raise TypeError("letters are drawn again in the web only")
    return request


def _stages() -> tuple[Stage, ...]:
    by_name = {stage.name: stage for stage in STAGES}
    build = by_name["fontbuild"]

    def build_mended(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
        return build.run(replace(given, results={"generate": given.results["mend"]}), out, progress)

    return (
        replace(by_name["capture"], run=capture_newest),
        by_name["seed"],
        by_name["adapt"],
        by_name["generate"],
        Stage(
            "mend",
            "다시 쓴 글자 넣기 · putting in letters written again",
            mend,
            reads=("generate",),
            code=("templates",),
            params=lambda request: _web_request(request).as_letters(),
            part=Phase.BUILD,
        ),
        replace(build, run=build_mended, reads=("mend",)),
        replace(by_name["specimen"], run=specimen, reads=("generate", "mend", "fontbuild")),
    )


WEB_STAGES = _stages()


def request_of(
    job: Job, photos: Sequence[Photo], uploads: Path, device: str, show: Callable[[Any], None] | None = None
) -> WebFontRequest:
    """What the web's writer asked for, as the stages read it; ``show`` is told how the hand is learnt."""
    folder = uploads / str(job.project_id)
    return WebFontRequest(
        tuple(photo_path(folder, number) for number in job.options["numbers"]),
        tuple(photo.sha256 for photo in photos),
        info_of(job.options),
        device,
        show,
        SAMPLE_TEXT if show else "",
        job=job,
        letters=job.options["letters"],
        pen_em=job.options["pen_em"],
    )


def info_of(options: Mapping[str, Any]) -> FontInfo:
    """The names and the licence a writer chose."""
    return FontInfo(
        options["name"], options["english_name"], options["designer"], License(options["license"]), options["version"]
    )
