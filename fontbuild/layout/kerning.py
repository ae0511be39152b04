"""Pairs that stand too far apart or too close get their own distance: T and o, L and ', 다 and a full stop.

Each pair of letters is moved towards the distance that two
lower-case letters of this hand usually have, each syllable and sign towards what such pairs usually have; a part
of the difference stays, since a hand is not a machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from fontTools.otlLib.builder import buildLookup, buildPairPosClassesSubtable, buildPairPosGlyphsSubtable, buildValue
from fontTools.ttLib.tables import otTables
from numpy.typing import NDArray

from fontbuild.layout.profiles import Sides, distance, facing, sides
from fontbuild.layout.spacing import Spacing, is_korean

AFTER_HANGUL = (".,…", "!?:;)]}", "'\"’”", "~-–—·")
BEFORE_HANGUL = ("([{", "'\"‘“", "~-–—·")
"""Signs beside syllables, those together that take the same room."""
SHARE = 0.65
"""How much of the difference is taken away."""
LEAST_UNITS = 14
"""Smaller moves are not worth their bytes."""
MOST_UNITS = (-115, 60)
STEP_UNITS = 12
"""Moves beside syllables are rounded to this, so that many syllables share one class."""
CLOSEST_UNITS = 28.0
"""No kerning brings two strokes nearer than this."""
_HALVINGS = 7

Numbers = NDArray[np.float32]


def kerning_lookups(spacing: Spacing, names: Sequence[str], ids: Mapping[str, int]) -> list[otTables.Lookup]:
    """GPOS pair adjustments (type 2): letter by letter, and syllables by class; none where nothing needs moving.

    Args:
        names: the glyph name of each outline.
        ids: the place of each name in the font's glyph order.
    """
    subtables = [_letter_pairs(spacing, names, ids), *_beside_syllables(spacing, names, ids)]
    return [buildLookup([subtable]) for subtable in subtables if subtable is not None]


def _letter_pairs(spacing: Spacing, names: Sequence[str], ids: Mapping[str, int]) -> otTables.PairPos | None:
    latin = [row for row, outline in enumerate(spacing.outlines) if not is_korean(outline.char)]
    small = [row for row in latin if spacing.outlines[row].char.islower()]
    if len(small) < 2:
        return None
    usual = _sides(spacing, small)
    target = float(np.median(_between(usual, usual)))
    letters = _sides(spacing, latin)
    moves = _moves(letters, letters, target)
    pairs = {
        (names[latin[one]], names[latin[two]]): (buildValue({"XAdvance": round(moves[one, two])}), None)
        for one, two in np.argwhere(np.abs(moves) >= LEAST_UNITS).tolist()
    }
    return buildPairPosGlyphsSubtable(pairs, ids) if pairs else None


def _beside_syllables(
    spacing: Spacing, names: Sequence[str], ids: Mapping[str, int]
) -> Iterator[otTables.PairPos | None]:
    """Signs after syllables, then signs before them."""
    korean = [row for row, outline in enumerate(spacing.outlines) if is_korean(outline.char)]
    if not korean:
        return
    syllables = _sides(spacing, korean)
    for groups, is_after in ((AFTER_HANGUL, True), (BEFORE_HANGUL, False)):
        signs = [[row for row, o in enumerate(spacing.outlines) if o.char in group] for group in groups]
        signs = [group for group in signs if group]
        if signs:
            moves = np.stack([_group_moves(syllables, _sides(spacing, group), is_after) for group in signs], axis=1)
            yield _class_pairs(
                moves, [names[row] for row in korean], [[names[r] for r in g] for g in signs], is_after, ids
            )


def _group_moves(syllables: Sides, signs: Sides, is_after: bool) -> Numbers:
    """(N,) moves of each syllable beside a group of signs, rounded to STEP_UNITS."""
    one, two = (syllables, signs) if is_after else (signs, syllables)
    distances = np.vstack([_between(part, two) for part in one.parts()])
    moves = _moves(one, two, np.median(distances, axis=int(not is_after), keepdims=True))
    rounded: Numbers = np.rint(moves.mean(axis=int(is_after)) / STEP_UNITS) * STEP_UNITS
    return rounded


def _class_pairs(
    moves: Numbers, syllables: Sequence[str], signs: Sequence[Sequence[str]], is_after: bool, ids: Mapping[str, int]
) -> otTables.PairPos | None:
    """Syllables that move alike beside every group (N, G) are one class."""
    ways, way_of = np.unique(moves, axis=0, return_inverse=True)
    pairs = {}
    for way, row in enumerate(ways):
        members = tuple(syllables[index] for index in np.flatnonzero(way_of.ravel() == way).tolist())
        for group, move in zip(signs, row, strict=True):
            key = (members, tuple(group)) if is_after else (tuple(group), members)
            pairs[key] = (buildValue({"XAdvance": int(move)}), None)
    return buildPairPosClassesSubtable(pairs, ids) if moves.any() else None


def _sides(spacing: Spacing, rows: Sequence[int]) -> Sides:
    return sides([spacing.outlines[row].edges for row in rows], [spacing.advances[row] for row in rows])


def _between(one: Sides, two: Sides) -> Numbers:
    """(N, M) distances of each of ``two`` from each of ``one``."""
    return distance(facing(one, two), one.counts[:, None], two.counts)


def _moves(one: Sides, two: Sides, target: Numbers | float) -> Numbers:
    """(N, M) units to move each of ``two`` when it follows each of ``one``; ``target`` broadcasts to that."""
    wanted = np.broadcast_to(np.asarray(target, np.float32), (len(one.right), len(two.left)))
    start, moves = 0, []
    for part in one.parts():
        moves.append(_solve(part, two, wanted[start : start + len(part.right)]))
        start += len(part.right)
    return np.concatenate(moves)


def _solve(one: Sides, two: Sides, wanted: Numbers) -> Numbers:
    """By halving: the distance grows with the move."""
    white = facing(one, two)
    low, high = (np.full(wanted.shape, limit / SHARE, np.float32) for limit in MOST_UNITS)
    for _ in range(_HALVINGS):
        middle: Numbers = np.float32(0.5) * (low + high)
        far = distance(white + middle[:, :, None], one.counts[:, None], two.counts) > wanted
        low, high = np.where(far, low, middle), np.where(far, middle, high)
    nearest = np.minimum(CLOSEST_UNITS - white.min(axis=2), 0)
    solved: Numbers = np.maximum(SHARE * (low + high) / 2, nearest)
    return solved
