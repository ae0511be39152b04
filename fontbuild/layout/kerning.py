"""Kerns pairs that stand too far apart or too close: T and o, L and ', 다 and a full stop.

Each pair of letters is moved towards the usual distance of two lower-case letters of this hand, each syllable and
sign towards the usual distance of such pairs; a share of the difference stays, so that the line keeps some variation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from fontTools.otlLib.builder import buildLookup, buildPairPosClassesSubtable, buildPairPosGlyphsSubtable, buildValue
from fontTools.ttLib.tables import otTables

from fontbuild.layout.profiles import Float32Array, SideProfiles, optical_distance, side_profiles, white_between
from fontbuild.layout.spacing import Spacing, is_korean
from templates.signs import MADE_OF_PUNCTUATION

AFTER_HANGUL = (".,…", "!?:;)]}", "'\"’”", "~-–—·")
BEFORE_HANGUL = ("([{", "'\"‘“", "~-–—·")
"""Signs beside syllables, grouped by the white they need."""
SHARE = 0.65
"""Share of the difference that kerning removes."""
LEAST_UNITS = 14
"""Smaller values are left out."""
MOST_UNITS = (-115, 60)
STEP_UNITS = 12
"""Values beside syllables are rounded to this, so that many syllables share one class."""
CLOSEST_UNITS = 28.0
"""No kerning brings two strokes nearer than this."""
_BISECTIONS = 7


def kerning_lookups(spacing: Spacing, names: Sequence[str], ids: Mapping[str, int]) -> list[otTables.Lookup]:
    """Builds GPOS pair adjustments (type 2): letter by letter, and syllables by class; none where none is needed.

    Args:
        names: the glyph name of each outline.
        ids: the place of each name in the font's glyph order.
    """
    subtables = [_letter_pairs(spacing, names, ids), *_beside_syllables(spacing, names, ids)]
    return [buildLookup([subtable]) for subtable in subtables if subtable is not None]


def _letter_pairs(spacing: Spacing, names: Sequence[str], ids: Mapping[str, int]) -> otTables.PairPos | None:
    latin = [
        row
        for row, outline in enumerate(spacing.outlines)
        if outline.char.isascii() or outline.char in MADE_OF_PUNCTUATION
    ]
    small = [row for row in latin if spacing.outlines[row].char.islower()]
    if len(small) < 2:
        return None
    small_profiles = _sides(spacing, small)
    target = float(np.median(_distances(small_profiles, small_profiles)))
    latin_profiles = _sides(spacing, latin)
    values = _kerning_values(latin_profiles, latin_profiles, target)
    pairs = {
        (names[latin[one]], names[latin[two]]): (buildValue({"XAdvance": round(values[one, two])}), None)
        for one, two in np.argwhere(np.abs(values) >= LEAST_UNITS).tolist()
    }
    return buildPairPosGlyphsSubtable(pairs, ids) if pairs else None


def _beside_syllables(
    spacing: Spacing, names: Sequence[str], ids: Mapping[str, int]
) -> Iterator[otTables.PairPos | None]:
    """Builds pairs of signs after syllables, then of signs before them."""
    korean = [row for row, outline in enumerate(spacing.outlines) if is_korean(outline.char)]
    if not korean:
        return
    syllables = _sides(spacing, korean)
    for groups, is_after in ((AFTER_HANGUL, True), (BEFORE_HANGUL, False)):
        signs = [[row for row, o in enumerate(spacing.outlines) if o.char in group] for group in groups]
        signs = [group for group in signs if group]
        if signs:
            values = np.stack([_group_values(syllables, _sides(spacing, group), is_after) for group in signs], axis=1)
            yield _class_pairs(
                values, [names[row] for row in korean], [[names[r] for r in g] for g in signs], is_after, ids
            )


def _group_values(syllables: SideProfiles, signs: SideProfiles, is_after: bool) -> Float32Array:
    """Returns (N,) the value of each syllable beside a group of signs, rounded to STEP_UNITS."""
    one, two = (syllables, signs) if is_after else (signs, syllables)
    distances = np.vstack([_distances(part, two) for part in one.batches()])
    values = _kerning_values(one, two, np.median(distances, axis=int(not is_after), keepdims=True))
    rounded: Float32Array = np.rint(values.mean(axis=int(is_after)) / STEP_UNITS) * STEP_UNITS
    return rounded


def _class_pairs(
    values: Float32Array,
    syllables: Sequence[str],
    signs: Sequence[Sequence[str]],
    is_after: bool,
    ids: Mapping[str, int],
) -> otTables.PairPos | None:
    """Builds class pairs: syllables with equal values beside every group (N, G) are one class."""
    patterns, pattern_of = np.unique(values, axis=0, return_inverse=True)
    pairs = {}
    for pattern, row in enumerate(patterns):
        members = tuple(syllables[index] for index in np.flatnonzero(pattern_of.ravel() == pattern).tolist())
        for group, value in zip(signs, row, strict=True):
            key = (members, tuple(group)) if is_after else (tuple(group), members)
            pairs[key] = (buildValue({"XAdvance": int(value)}), None)
    return buildPairPosClassesSubtable(pairs, ids) if values.any() else None


def _sides(spacing: Spacing, rows: Sequence[int]) -> SideProfiles:
    return side_profiles([spacing.outlines[row].edges for row in rows], [spacing.advances[row] for row in rows])


def _distances(one: SideProfiles, two: SideProfiles) -> Float32Array:
    """Returns (N, M) the distance of each of ``two`` from each of ``one``."""
    return optical_distance(white_between(one, two), one.counts[:, None], two.counts)


def _kerning_values(one: SideProfiles, two: SideProfiles, target: Float32Array | float) -> Float32Array:
    """Returns (N, M) the units to value each of ``two`` after each of ``one``; ``target`` broadcasts to that."""
    wanted = np.broadcast_to(np.asarray(target, np.float32), (len(one.right), len(two.left)))
    start, values = 0, []
    for part in one.batches():
        values.append(_solve(part, two, wanted[start : start + len(part.right)]))
        start += len(part.right)
    return np.concatenate(values)


def _solve(one: SideProfiles, two: SideProfiles, wanted: Float32Array) -> Float32Array:
    """Finds the values by bisection: the distance grows with the value."""
    white = white_between(one, two)
    low, high = (np.full(wanted.shape, limit / SHARE, np.float32) for limit in MOST_UNITS)
    for _ in range(_BISECTIONS):
        middle: Float32Array = np.float32(0.5) * (low + high)
        far = optical_distance(white + middle[:, :, None], one.counts[:, None], two.counts) > wanted
        low, high = np.where(far, low, middle), np.where(far, middle, high)
    nearest = np.minimum(CLOSEST_UNITS - white.min(axis=2), 0)
    solved: Float32Array = np.maximum(SHARE * (low + high) / 2, nearest)
    return solved
