from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from deploy.cli import make
from deploy.cli.main import run
from fontbuild import FontInfo, Weight
from templates.archive import save_glyphs
from tests.fonts import written_with


def test_further_weights_are_built_from_the_drawn_letters(tmp_path: Path) -> None:
    save_glyphs(tmp_path / "glyphs.npz", written_with("nanum/NanumPen.ttf", "가나다라마바사하한글Aa"))
    info = FontInfo("굵은 손")
    files = make.build_further_weights(tmp_path / "glyphs.npz", info, [Weight.LIGHT, Weight.BOLD], tmp_path / "family")
    assert [name.rsplit("-")[-1] for name in files] == ["Light.ttf", "Light.woff2", "Bold.ttf", "Bold.woff2"]
    light, bold = (TTFont(files[name]) for name in files if name.endswith(".ttf"))
    assert (light["OS/2"].usWeightClass, bold["OS/2"].usWeightClass) == (300, 700)


def test_the_command_passes_the_weights_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    weights: list[Weight] = []

    def record(*arguments: object) -> list[Path]:
        weights.extend(arguments[-1])  # type: ignore[call-overload]
        return []

    monkeypatch.setattr(make, "make_font", record)
    monkeypatch.setenv("SONMAT_DATA", str(tmp_path))
    assert run(["make", "--name", "손", "--out", str(tmp_path), "--weight", "bold", "--weight", "light"]) == 0
    assert weights == [Weight.BOLD, Weight.LIGHT]
