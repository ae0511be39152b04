"""What the judges are trained on: hands kept from the generator, and Debian fonts that are no seeds.

Fonts of a seed's family (its bold, its outline cousin) are left out too, and so are the corpus's doubles.

The weights that ship saw one more font in the first half of their training, NanumBarunGothicUltraLight (one sample
in eighty): a cousin of the seed NanumBarunGothic, which was no seed then.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from templates.hangul import SYLLABLES, is_common
from trainer.corpus import JUDGE_HANDS, Hand, load_hands, pack_font

DEBIAN_FONTS = Path("/usr/share/fonts/truetype")

JUDGE_FONTS = (
    "alee/Bandal.ttf",
    "alee/Bangwool.ttf",
    "alee/Guseul.ttf",
    "baekmuk/gulim.ttf",
    "baekmuk/hline.ttf",
    "nanum/NanumGothic.ttf",
    "nanum/NanumGothicExtraBold.ttf",
    "nanum/NanumMyeongjo.ttf",
    "nanum/NanumMyeongjoExtraBold.ttf",
    "nanum/NanumSquareRoundL.ttf",
    "unfonts-core/UnBatang.ttf",
    "unfonts-core/UnDinaru.ttf",
    "unfonts-core/UnDotum.ttf",
    "unfonts-core/UnGungseo.ttf",
    "unfonts-core/UnPilgi.ttf",
    "unfonts-extra/UnJamoNovel.ttf",
    "unfonts-extra/UnJamoSora.ttf",
    "unfonts-extra/UnPilgia.ttf",
    "unfonts-extra/UnShinmun.ttf",
    "unfonts-extra/UnTaza.ttf",
    "unfonts-extra/UnYetgul.ttf",
    "woowa-bm/BMDOHYEON_ttf.ttf",
    "woowa-bm/BMHANNAAir_ttf.ttf",
    "woowa-bm/BMJUA_ttf.ttf",
    "woowa-bm/BMKIRANGHAERANG-TTF.ttf",
    "woowa-bm/BMYEONSUNG_ttf.ttf",
)
"""Debian's fonts-alee, -baekmuk, -nanum, -nanum-extra, -unfonts-core, -unfonts-extra and -woowa-bm."""

RARE_STEP = 5
"""Of the syllables outside KS X 1001, one in so many is rendered of a Debian font."""


def judge_characters() -> list[str]:
    """The common syllables and a fifth of the rare ones."""
    rare = [char for char in SYLLABLES if not is_common(char)]
    return [char for char in SYLLABLES if is_common(char)] + rare[::RARE_STEP]


def pack_judge_fonts(pack: Path, fonts: Sequence[str] = JUDGE_FONTS, folder: Path = DEBIAN_FONTS) -> list[str]:
    """Renders the Debian fonts that are installed into ``pack/judge`` (those there are kept); returns their names.

    Raises:
        FileNotFoundError: none of the fonts is installed.
    """
    out = pack / "judge"
    out.mkdir(parents=True, exist_ok=True)
    files = [folder / name for name in fonts if (folder / name).exists()]
    if not files:
        raise FileNotFoundError(f"none of the judges' fonts is in {folder}; install fonts-nanum, fonts-unfonts-core, …")
    for file in files:
        if not (out / f"{file.stem}.txt").exists():
            pack_font(file, out, judge_characters())
    return [file.stem for file in files]


def judge_material(pack: Path) -> tuple[list[Hand], list[Hand]]:
    """The kept hands of ``pack/train`` and the Debian fonts of ``pack/judge``."""
    names = pack_judge_fonts(pack)
    return load_hands(pack / "train", JUDGE_HANDS), load_hands(pack / "judge", names)
