"""Makes fonts of several weights one family: equal places, advances and line heights, linked names."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._n_a_m_e import table__n_a_m_e

from fontbuild.layout.punctuation import complete_punctuation
from fontbuild.layout.spacing import Spacing
from fontbuild.layout.transform import scale_and_shift
from fontbuild.outlines.outline import Outline
from fontbuild.tracing.weights import Weight

_FAMILY, _STYLE, _UNIQUE, _FULL, _POSTSCRIPT, _TYPOGRAPHIC_FAMILY, _TYPOGRAPHIC_STYLE = 1, 2, 3, 4, 6, 16, 17
_FAMILY_UNITS = 31
_BOLD_STYLE, _REGULAR_STYLE = 1 << 5, 1 << 6
_BOLD_MAC = 1 << 0
_PANOSE_WEIGHTS = {Weight.LIGHT: 3, Weight.REGULAR: 5, Weight.BOLD: 8}


def spaced_like_regular(
    outlines: Sequence[Outline], regular: Sequence[Outline], placed: Sequence[Outline], spacing: Spacing
) -> Spacing:
    """Places outlines of another weight where the Regular's are.

    Args:
        outlines: as traced.
        regular: the Regular's as traced.
        placed: the same at their size and height, in the same order.
        spacing: these and the signs made of them at their final place.
    """
    by_shape = _by_shape(outlines)
    mine = []
    for key, before, after in zip(_keys(regular), regular, placed, strict=True):
        scale = (after.bounds[2] - after.bounds[0]) / (before.bounds[2] - before.bounds[0])
        right, up = (after.bounds[side] - before.bounds[side] * scale for side in (0, 1))
        # Where the lighter weight leaves no ink, the Regular's outline is taken.
        mine.append(scale_and_shift(by_shape.get(key, before), scale, right, up))
    everything = [*placed, *complete_punctuation(placed)]
    shown = _by_shape([*mine, *complete_punctuation(mine)])
    final = []
    for key, before, after in zip(_keys(everything), everything, spacing.outlines, strict=True):
        final.append(scale_and_shift(shown.get(key, before), 1.0, after.bounds[0] - before.bounds[0], 0.0))
    return Spacing(final, spacing.advances, spacing.space, spacing.wide)


def _keys(outlines: Iterable[Outline]) -> list[tuple[str, int]]:
    """Returns character and shape number of each outline."""
    seen: Counter[str] = Counter()
    keys = []
    for outline in outlines:
        keys.append((outline.char, seen[outline.char]))
        seen[outline.char] += 1
    return keys


def _by_shape(outlines: Sequence[Outline]) -> dict[tuple[str, int], Outline]:
    return dict(zip(_keys(outlines), outlines, strict=True))


def apply_weight(font: TTFont, weight: Weight) -> None:
    """Sets names and style bits of a Regular to those of another weight."""
    os2, head = font["OS/2"], font["head"]
    os2.usWeightClass = weight.weight_class
    os2.panose.bWeight = _PANOSE_WEIGHTS[weight]
    if weight is Weight.REGULAR:
        return
    if weight is Weight.BOLD:
        os2.fsSelection = os2.fsSelection & ~_REGULAR_STYLE | _BOLD_STYLE
        head.macStyle |= _BOLD_MAC
    records: dict[int, dict[int, str]] = defaultdict(dict)
    for record in font["name"].names:
        records[record.langID][record.nameID] = record.toUnicode()
    for language, texts in records.items():
        _rename(font["name"], language, texts, weight)


def _rename(table: table__n_a_m_e, language: int, texts: Mapping[int, str], weight: Weight) -> None:
    """Sets linked names: menus know four styles a family, so Light is a family there, linked by names 16 and 17."""
    style = weight.style
    family = texts[_FAMILY]
    renamed = {_FULL: f"{family} {style}"}
    if weight is Weight.BOLD:
        renamed[_STYLE] = style
    else:
        renamed[_FAMILY] = f"{family[: _FAMILY_UNITS - len(style) - 1].strip()} {style}"
        renamed |= {_TYPOGRAPHIC_FAMILY: family, _TYPOGRAPHIC_STYLE: style}
    for identifier in (_UNIQUE, _POSTSCRIPT):
        if identifier in texts:
            renamed[identifier] = f"{texts[identifier].removesuffix('-Regular')}-{style}"
    for identifier, text in renamed.items():
        table.setName(text, identifier, 3, 1, language)


def align_lines(fonts: Sequence[TTFont]) -> None:
    """Gives all fonts of a family the same line height."""
    ascent = max(font["hhea"].ascent for font in fonts)
    descent = min(font["hhea"].descent for font in fonts)
    for font in fonts:
        font["hhea"].ascent, font["hhea"].descent = ascent, descent
        font["OS/2"].usWinAscent, font["OS/2"].usWinDescent = ascent, -descent
