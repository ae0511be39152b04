"""Fonts as training hands: rendered once, normalised like a written sheet, kept in one memory-mapped pack.

pack/NAME.npy    (G, FRAME_PX, FRAME_PX) uint8, 0 paper to 255 ink
pack/NAME.txt    the G characters, in order
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from generator.frame import Frame
from templates.glyphs import GlyphImage, Source
from templates.hangul import COMPATIBILITY_JAMO, SYLLABLES

RENDER_EM_PX = 144
MARGIN_EM = 0.35
FONT_SUFFIXES = (".woff2", ".ttf", ".otf")

JUDGE_HANDS = frozenset(
    {
        "Cafe24Ssukssuk",
        "GamjaFlower",
        "HakgyoansimTuho",
        "KCCMurukmuruk",
        "NanumAmSeuTeReuDam",
        "NanumBeomSomCe",
        "NanumDaSiSiJagHae",
        "NanumDdaDdeusHanJagByeor",
        "NanumGangBuJangNimCe",
        "NanumGoDigANiGoGoDing",
        "NanumHaRamCe",
        "NanumHyoNamNeurHwaITing",
        "NanumJinJuBagGyeongACe",
        "NanumMiRaeNaMu",
        "NanumOgBiCe",
        "NanumSeHwaCe",
        "NanumSoMiCe",
        "NanumYeDangCe",
    }
)
"""Training hands kept from the generator and given to the judges of ``trainer.evaluation``."""


def font_files(folder: Path) -> list[Path]:
    """The fonts of a folder in order of their names."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in FONT_SUFFIXES)


def open_font(path: Path, em_px: float = RENDER_EM_PX) -> tuple[ImageFont.FreeTypeFont, frozenset[str]]:
    """A font ready to draw (WOFF2 is unpacked in memory) and the characters it maps."""
    font = TTFont(path, fontNumber=0)
    known = frozenset(map(chr, font.getBestCmap()))
    font.flavor = None
    unpacked = io.BytesIO()
    font.save(unpacked, reorderTables=False)
    unpacked.seek(0)
    return ImageFont.truetype(unpacked, em_px, layout_engine=ImageFont.Layout.BASIC), known


def render_font(path: Path, chars: Iterable[str], em_px: int = RENDER_EM_PX) -> list[GlyphImage]:
    """Glyphs of a font as if written in cells: the advance is centred in the em square. Blank ones are left out."""
    font, known = open_font(path, em_px)
    margin = round(MARGIN_EM * em_px)
    side = em_px + 2 * margin
    glyphs = []
    for char in chars:
        if char not in known:
            continue
        image = Image.new("L", (side, side))
        at = (margin + (em_px - font.getlength(char)) / 2, margin + 0.86 * em_px)
        ImageDraw.Draw(image).text(at, char, font=font, fill=255, anchor="ls")
        ink = np.asarray(image)
        if (ink >= 128).any():
            glyphs.append(GlyphImage(char, ink, em_px, (margin, margin), source=Source.SEED))
    return glyphs


def pack_font(path: Path, out: Path, chars: Sequence[str]) -> str:
    """Renders one font into ``out``; returns its name."""
    glyphs = render_font(path, chars)
    frame = Frame.fit(glyphs)
    pictures = np.stack([frame.picture(glyph) for glyph in glyphs])
    np.save(out / f"{path.stem}.npy", pictures)
    (out / f"{path.stem}.txt").write_text("".join(glyph.char for glyph in glyphs), encoding="utf-8")
    return path.stem


def pack_fonts(fonts: Sequence[Path], out: Path, workers: int = 2) -> None:
    """Renders fonts into a pack; those already there are kept."""
    out.mkdir(parents=True, exist_ok=True)
    missing = [font for font in fonts if not (out / f"{font.stem}.txt").exists()]
    chars = [*SYLLABLES, *COMPATIBILITY_JAMO]
    with ProcessPoolExecutor(workers) as pool:
        for name in pool.map(pack_font, missing, [out] * len(missing), [chars] * len(missing)):
            print("packed", name, flush=True)


@dataclass(frozen=True, eq=False)
class Hand:
    """One hand of a pack: pictures (G, N, N) uint8 and where each character is; N is FRAME_PX but for seeds."""

    name: str
    pictures: NDArray[np.uint8]
    index: dict[str, int]

    @classmethod
    def load(cls, pack: Path, name: str) -> Hand:
        """Maps a packed hand into memory."""
        pictures = np.load(pack / f"{name}.npy", mmap_mode="r")
        chars = (pack / f"{name}.txt").read_text(encoding="utf-8")
        return cls(name, pictures, {char: row for row, char in enumerate(chars)})

    def picture(self, char: str) -> NDArray[np.uint8]:
        """(N, N) uint8. Raises KeyError where the hand does not draw ``char``."""
        return np.asarray(self.pictures[self.index[char]])


def load_hands(pack: Path, names: Iterable[str] | None = None) -> list[Hand]:
    """Hands of a pack, all or the named ones, in order of their names."""
    chosen = sorted(names) if names is not None else sorted(path.stem for path in pack.glob("*.txt"))
    return [Hand.load(pack, name) for name in chosen]


def training_hands(pack: Path) -> list[Hand]:
    """The hands of ``pack/train`` that the generator may learn from: all but the judges'."""
    return [hand for hand in load_hands(pack / "train") if hand.name not in JUDGE_HANDS]
