"""What nobody sees, or what turns text around, stays out of names."""

import sys
import unicodedata

import pytest

from templates.names import visible_text

DIRECTION = [chr(code) for code in (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C)]


@pytest.mark.parametrize("sign", [*DIRECTION, "\x00", "\x1b", "\x7f", "\ufeff", "\u200b", "\ud800", "\ue000", "\u0378"])
def test_no_sign_that_is_not_seen_stays(sign: str) -> None:
    assert visible_text(f"엄마{sign} 글씨{sign}") == "엄마 글씨"


def test_of_all_characters_only_visible_ones_and_spaces_stay() -> None:
    kept = visible_text("".join(map(chr, range(sys.maxunicode + 1))))
    assert {unicodedata.category(char)[0] for char in kept} == {"L", "M", "N", "P", "S", "Z"}
    assert not set(kept) & {"\u2028", "\u2029"}
    assert len(kept) > 100_000


@pytest.mark.parametrize(
    ("given", "shown"),
    [("  엄마\n\t글씨 ", "엄마 글씨"), ("김 맛 (손)", "김 맛 (손)"), ("é e\u0301 母", "é e\u0301 母"), ("", "")],
)
def test_spaces_are_single_and_letters_untouched(given: str, shown: str) -> None:
    assert visible_text(given) == shown
