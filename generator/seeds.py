"""The seed library: complete fonts of clear letters, from which the generator takes the content.

A seed is stored as small pictures of 8 greys in one LZMA stream (a third of a megabyte a font, since printed fonts
repeat their parts), together with its code in the hand embedding and its place in the frame.
"""

from __future__ import annotations

import io
import json
import lzma
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from generator.frame import FRAME_PX, Frame
from templates.glyphs import GlyphImage, Source
from templates.hangul import ASCII_PRINTABLE, COMPATIBILITY_JAMO, SYLLABLES

SEED_PX = 48
"""Side of a Hangul seed picture: content needs no more, and the library stays small."""

GREYS = 8
DATA = Path(__file__).parent / "data"

SEED_FONTS = {
    "NanumBarunpen": "nanum/NanumBarunpenR.ttf",
    "NanumPen": "nanum/NanumPen.ttf",
    "NanumBrush": "nanum/NanumBrush.ttf",
    "NanumBarunGothic": "nanum/NanumBarunGothicLight.ttf",
}
"""The fonts of the shipped library, under Debian's /usr/share/fonts/truetype; all under the SIL Open Font License."""

PLAINEST_FIRST = ("NanumBarunGothic", "NanumBarunpen", "NanumPen", "NanumBrush")
"""The seeds, those with the clearest jamo first."""

HANGUL = (*SYLLABLES, *COMPATIBILITY_JAMO)
_ROW = {char: row for row, char in enumerate(HANGUL)}


@dataclass(frozen=True, eq=False)
class Seed:
    """One seed font.

    Attributes:
        hangul: (11223, SEED_PX, SEED_PX) uint8, the syllables and lone jamo in the frame.
        latin: (94, FRAME_PX, FRAME_PX) uint8, ASCII in the same frame.
        frame: where the frame lies in the seed's em.
        code: (64,) float32, its place in the hand embedding.
    """

    name: str
    hangul: NDArray[np.uint8]
    latin: NDArray[np.uint8]
    frame: Frame
    code: NDArray[np.float32]

    def pictures(self, chars: Sequence[str]) -> NDArray[np.uint8]:
        """Returns (N, SEED_PX, SEED_PX) uint8 of syllables and lone jamo.

        Raises:
            KeyError: another character.
        """
        picked: NDArray[np.uint8] = self.hangul[[_ROW[char] for char in chars]]
        return picked

    def latin_glyph(self, char: str, baseline_em: float) -> GlyphImage:
        """Returns an ASCII glyph in the seed's own em."""
        picture = self.latin[ASCII_PRINTABLE.index(char)]
        glyph = self.frame.glyph(char, picture, Source.SEED)
        return GlyphImage(char, picture, glyph.em_px, glyph.origin_px, baseline_em, Source.SEED)


def enlarge(small: Tensor) -> Tensor:
    """Upsamples seed pictures (B, C, SEED_PX, SEED_PX) -> (B, C, FRAME_PX, FRAME_PX)."""
    return F.interpolate(small, size=(FRAME_PX, FRAME_PX), mode="bilinear", align_corners=False)


def shrink(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Downsamples (N, FRAME_PX, FRAME_PX) -> (N, SEED_PX, SEED_PX) uint8."""
    size = (SEED_PX, SEED_PX)
    return np.stack([cv2.resize(picture, size, interpolation=cv2.INTER_AREA) for picture in pictures])


def _to_greys(pictures: NDArray[np.uint8]) -> bytes:
    return ((pictures.astype(np.uint16) * (GREYS - 1) + 127) // 255).astype(np.uint8).tobytes()


def _from_greys(raw: bytes, side: int) -> NDArray[np.uint8]:
    shades = np.round(np.linspace(0, 255, GREYS)).astype(np.uint8)
    pictures: NDArray[np.uint8] = shades[np.frombuffer(raw, np.uint8)].reshape(-1, side, side)
    return pictures


def save_seed(seed: Seed, folder: Path) -> Path:
    """Writes ``folder/NAME.seed``: a line of JSON, then one LZMA stream."""
    head = {
        "name": seed.name,
        "frame": [seed.frame.px_per_em, seed.frame.centre_x_em, seed.frame.centre_y_em],
        "code": [round(float(value), 5) for value in seed.code],
    }
    packed = lzma.compress(_to_greys(seed.hangul) + _to_greys(seed.latin), preset=9 | lzma.PRESET_EXTREME)
    path = folder / f"{seed.name}.seed"
    path.write_bytes(json.dumps(head).encode() + b"\n" + packed)
    return path


def read_seed(path: Path) -> Seed:
    """Reads what ``save_seed`` wrote."""
    file = io.BytesIO(path.read_bytes())
    head = json.loads(file.readline())
    raw = lzma.decompress(file.read())
    cut = len(HANGUL) * SEED_PX**2
    hangul, latin = _from_greys(raw[:cut], SEED_PX), _from_greys(raw[cut:], FRAME_PX)
    return Seed(head["name"], hangul, latin, Frame(*head["frame"]), np.array(head["code"], np.float32))


@cache
def load_seed(name: str) -> Seed:
    """Loads a seed of the shipped library.

    Raises:
        KeyError: there is no seed of that name.
    """
    path = DATA / f"{name}.seed"
    if not path.exists():
        raise KeyError(f"no seed named {name!r}; the library has {', '.join(seed_names())}")
    return read_seed(path)


def seed_names() -> tuple[str, ...]:
    """Lists the seeds of the shipped library, in order."""
    return tuple(sorted(path.stem for path in DATA.glob("*.seed")))


def seed_codes() -> Mapping[str, NDArray[np.float32]]:
    """Reads every seed's code without unpacking its pictures."""
    codes = {}
    for name in seed_names():
        with (DATA / f"{name}.seed").open("rb") as file:
            codes[name] = np.array(json.loads(file.readline())["code"], np.float32)
    return codes
