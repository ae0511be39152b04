from __future__ import annotations

from pathlib import Path

import pytest

from templates.charset import hangul_set
from templates.hangul import COMPATIBILITY_JAMO
from tests.fonts import debian_font
from trainer.corpus import pack_font


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of two hands with the characters of the sheet."""
    folder = tmp_path_factory.mktemp("pack")
    out = folder / "train"
    out.mkdir()
    for path in ("nanum/NanumPen.ttf", "nanum/NanumBrush.ttf"):
        pack_font(debian_font(path), out, [*hangul_set("256"), *COMPATIBILITY_JAMO])
    return folder
