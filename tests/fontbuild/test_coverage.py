"""What falls out of a font is counted by kind of text."""

from pathlib import Path

import pytest

from fontbuild.checks.coverage import coverage, everyday_text, main
from tests.fonts import debian_font


def test_the_text_has_three_kinds_and_signs_in_each() -> None:
    texts = everyday_text()
    assert set(texts) == {"chat", "web", "documents"}
    assert all(any(not char.isalnum() and not char.isascii() for char in text) for text in texts.values())


def test_a_korean_font_loses_little_and_no_syllable() -> None:
    korean = coverage(debian_font("nanum/NanumGothic.ttf"))
    for kind, found in korean.items():
        assert found.missing.total() == round(found.per_thousand * found.characters / 1000), kind
        assert found.per_thousand < 50
        assert "가" not in found.missing


def test_the_table_names_what_is_missing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    font: Path = debian_font("nanum/NanumPen.ttf")
    monkeypatch.setattr("sys.argv", ["coverage", str(font)])
    main()
    printed = capsys.readouterr().out
    assert printed.count("NanumPen.ttf") == 3
    assert "☂" in printed
