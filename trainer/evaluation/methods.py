"""Who draws: the generator as shipped, the generator adapted, and the three baselines. All draw frame pictures."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from generator.completion import draw_checked
from generator.drawing import Drawer
from generator.frame import Frame
from generator.layers import as_pictures
from generator.model import Model, load_model, pick_device
from generator.seeds import SEED_FONTS, enlarge, load_seed
from templates.glyphs import GlyphSet
from trainer.adapt import adapt
from trainer.corpus import render_font
from trainer.evaluation.composition import Composition
from trainer.evaluation.pix2pix import Draw, train_pix2pix
from trainer.seedlib import DEBIAN_FONTS, choose_seed

UNADAPTED, ADAPTED, SEED, COMPOSITION, PIX2PIX = "unadapted", "adapted", "seed", "composition", "pix2pix"
OURS, BASELINES = (UNADAPTED, ADAPTED), (SEED, COMPOSITION, PIX2PIX)
METHODS = (*OURS, *BASELINES)
PIX2PIX_S = 180.0
"""Seconds of plain pix2pix where no adaptation before it says how long it took."""


@dataclass(frozen=True, eq=False)
class Method:
    """One way to draw a hand: characters to (N, 96, 96) uint8 frame pictures, and what getting ready took."""

    name: str
    draw: Draw
    ready_s: float
    notes: dict[str, Any]


@cache
def _seed_frame(name: str) -> Frame:
    return load_seed(name).frame


def seed_pictures(name: str) -> Draw:
    """The seed font as it is: from the font where it is installed, else from the shipped library's small pictures."""
    font = DEBIAN_FONTS / SEED_FONTS[name]

    def from_font(chars: Sequence[str]) -> NDArray[np.uint8]:
        glyphs = {glyph.char: glyph for glyph in render_font(font, chars)}
        return np.stack([_seed_frame(name).picture(glyphs[char]) for char in chars])

    def from_library(chars: Sequence[str]) -> NDArray[np.uint8]:
        small = as_pictures(torch.from_numpy(load_seed(name).pictures(chars)))[:, None]
        drawn: NDArray[np.uint8] = (enlarge(small)[:, 0] * 255).round().to(torch.uint8).numpy()
        return drawn

    return from_font if font.exists() else from_library


def ours(model: Model, written: GlyphSet, seed: str) -> Draw:
    """The product's own way: drawn, read over, the doubtful drawn again."""
    drawer = Drawer(model, written, load_seed(seed))

    def draw(chars: Sequence[str]) -> NDArray[np.uint8]:
        return draw_checked(drawer, chars)[0]

    return draw


def _adapted(written: GlyphSet, seed: str, device: str) -> tuple[Draw, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "adapted.pt"
        report = adapt(written, seed, weights, device=device)
        return ours(load_model(weights, device), written, seed), report.to_dict()


def get_ready(
    written: GlyphSet,
    names: Sequence[str],
    *,
    device: str = "auto",
    progress: Callable[[str], None] | None = None,
) -> tuple[str, list[Method]]:
    """The seed chosen for a hand, and the methods asked for, adapted to it.

    Args:
        written: what the writer wrote.
        names: of METHODS, in this order; plain pix2pix gets as long as the adaptation before it, or PIX2PIX_S.

    Raises:
        ValueError: a name is not one of METHODS.
    """
    if unknown := set(names) - set(METHODS):
        raise ValueError(f"no method named {', '.join(sorted(unknown))}; there are {', '.join(METHODS)}")
    model = load_model(device=device)
    seed = choose_seed(written, model).name
    drawer = Drawer(model, written, load_seed(seed))
    methods: list[Method] = []
    adapting_s = PIX2PIX_S
    for name in names:
        if progress:
            progress(name)
        start = time.monotonic()
        notes: dict[str, Any] = {}
        if name == UNADAPTED:
            draw = ours(model, written, seed)
        elif name == ADAPTED:
            draw, notes = _adapted(written, seed, device)
            adapting_s = notes["seconds"]
        elif name == SEED:
            draw = seed_pictures(seed)
        elif name == COMPOSITION:
            draw = Composition(drawer.chars, drawer.own).pictures
        else:
            where = str(pick_device(device))
            draw = train_pix2pix(seed_pictures(seed), drawer.chars, drawer.own, adapting_s, where)
        methods.append(Method(name, draw, time.monotonic() - start, notes))
    return seed, methods
