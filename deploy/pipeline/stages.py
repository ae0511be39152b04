"""The stages from photographs to font, each a plain function of its inputs.

The rooms that do the work are imported when their stage runs: a command that needs no network loads none.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collector.store import Phase
from deploy.pipeline.artifact_store import FACTS
from deploy.pipeline.engine import Progress, Stage, StageInput
from deploy.pipeline.request import FontRequest
from templates.archive import load_glyphs, save_glyphs
from templates.glyphs import GlyphSet, Source

if TYPE_CHECKING:
    from collector.capture import PageReading

GLYPHS = "glyphs.npz"
SEED = "seed.json"
WEIGHTS = "weights.pt"
TTF = "font.ttf"
WOFF2 = "font.woff2"
SPECIMEN = "specimen.png"
SPECIMEN_PDF = "specimen.pdf"
SPECIMEN_PAGE = "specimen.html"


def capture(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    """Photographs to the glyphs the writer wrote."""
    from collector.capture import read_photos

    read = read_photos(given.request.photos, progress=progress)
    save_glyphs(out / GLYPHS, read.glyphs)
    return {
        "set": read.set_name,
        "pages": [_page_facts(page) for page in read.pages],
        "cells": {cell.char: cell.verdict.value for cell in read.cells},
        "notices": [{"code": each.code, "korean": each.korean, "english": each.english} for each in read.notices],
    }


def _page_facts(page: PageReading) -> dict[str, Any]:
    return {
        "photo": page.photo,
        "page": page.page_index + 1,
        "markers_seen": page.markers_seen,
        "markers_printed": page.markers_printed,
        "residual_mm": round(page.where.residual_mm, 3),
        "blur_mm": round(page.blur_mm, 3),
    }


def choose_seed(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    """The seed font to draw this hand from."""
    from trainer import choose_seed as choose

    choice = choose(load_glyphs(given.results["capture"] / GLYPHS))
    (out / SEED).write_text(json.dumps(choice.name), encoding="utf-8")
    return {
        "name": choice.name,
        "distance": choice.distance,
        "ranked": [{"name": name, "distance": distance} for name, distance in choice.ranked[:5]],
        "tried": [{"name": name, "off": off} for name, off in choice.tried],
    }


def adapt(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    """The network learns this hand."""
    from generator.model import pick_device
    from trainer import adapt as learn

    written = load_glyphs(given.results["capture"] / GLYPHS)
    request = given.request
    report = learn(
        written,
        _seed(given),
        out / WEIGHTS,
        device=request.device,
        progress=progress,
        show=request.show,
        shown=request.shown,
    )
    return {"device": pick_device(given.request.device).type} | report.to_dict()


def generate(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    """All characters in this hand; what was written stays as it was written."""
    from generator import complete

    written = load_glyphs(given.results["capture"] / GLYPHS)
    weights = given.results["adapt"] / WEIGHTS
    drawn = complete(written, _seed(given), weights, device=given.request.device, progress=progress)
    save_glyphs(out / GLYPHS, drawn.glyphs)
    counts = {source.value: _count(drawn.glyphs, source) for source in Source}
    counts["further"] = sum(map(len, drawn.glyphs.alternates.values()))
    return {**counts, "redrawn": drawn.redrawn, "doubtful": list(drawn.doubtful)}


def fontbuild(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    """Pictures to TTF and WOFF2."""
    from fontbuild import build_font

    glyphs = load_glyphs(given.results["generate"] / GLYPHS)
    files = build_font(glyphs, given.request.info, out, progress=progress)
    files.ttf.rename(out / TTF)
    files.woff2.rename(out / WOFF2)
    return files.report


def specimen(given: StageInput, out: Path, progress: Progress) -> Mapping[str, Any]:
    """A page of text and a grid of glyphs, the written and the doubtful ones marked."""
    write_specimens(given, load_glyphs(given.results["capture"] / GLYPHS), out)
    return {}


def write_specimens(given: StageInput, written: Collection[str], out: Path) -> None:
    """The specimen as a picture, as a PDF and as a page to write in; ``written`` is in the writer's own shape."""
    from fontbuild import write_specimen, write_specimen_page

    drawn = json.loads((given.results["generate"] / FACTS).read_text(encoding="utf-8"))["facts"]
    font = given.results["fontbuild"]
    for name in (SPECIMEN, SPECIMEN_PDF):
        write_specimen(font / TTF, written, out / name, drawn["doubtful"])
    write_specimen_page(font / WOFF2, written, out / SPECIMEN_PAGE, drawn["doubtful"])


def _seed(given: StageInput) -> str:
    name: str = json.loads((given.results["seed"] / SEED).read_text(encoding="utf-8"))
    return name


def _count(glyphs: GlyphSet, source: Source) -> int:
    return sum(glyph.source is source for glyph in glyphs.values())


def _photographs(request: FontRequest) -> Mapping[str, Any]:
    # The names belong to it: the report calls the photographs by them.
    return {"photos": [[path.name, digest] for path, digest in zip(request.photos, request.hashes, strict=True)]}


STAGES = (
    Stage(
        "capture",
        "사진 읽기 · reading the photographs",
        capture,
        code=("templates", "collector.capture"),
        params=_photographs,
    ),
    Stage(
        "seed",
        "밑그림이 될 글꼴 고르기 · choosing a font to draw from",
        choose_seed,
        reads=("capture",),
        code=("templates", "generator", "trainer"),
        part=Phase.DRAW,
    ),
    Stage(
        "adapt",
        "손맛 익히기 · learning the hand",
        adapt,
        reads=("capture", "seed"),
        code=("templates", "generator", "trainer"),
        part=Phase.DRAW,
    ),
    Stage(
        "generate",
        "모든 글자 그리기 · drawing every character",
        generate,
        reads=("capture", "seed", "adapt"),
        code=("templates", "generator"),
        part=Phase.DRAW,
    ),
    Stage(
        "fontbuild",
        "글꼴 만들기 · building the font",
        fontbuild,
        reads=("generate",),
        code=("templates", "fontbuild"),
        params=FontRequest.as_params,
        part=Phase.BUILD,
    ),
    Stage(
        "specimen",
        "견본 그리기 · drawing the specimen",
        specimen,
        reads=("capture", "generate", "fontbuild"),
        code=("templates", "fontbuild"),
        part=Phase.BUILD,
    ),
)
