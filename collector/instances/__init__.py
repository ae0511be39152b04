"""Glyph instances: every character as it was written once, which of several counts, and whether they are enough.

    readings = read_photos(paths)                       # collector.capture, or rows of the store
    judged = judge_sheet(readings, Preference.BEST)     # the instances that count, and what is wrong with the sheet
    glyphs = to_glyphs("hand", judged.good)             # what a font is made from

Plain values and pure functions: nothing here opens a photograph or a database.
"""

from collector.instances.archive import load_readings, save_readings
from collector.instances.choice import Chosen, Preference, choose, in_order
from collector.instances.drawn_letter import USUAL_PEN_EM, Strokes, draw_letter, smooth
from collector.instances.hand import to_glyphs
from collector.instances.ink import DamagedInkError, pack_ink, unpack_ink
from collector.instances.judgement import LEAST_SHARE_WRITTEN, MOST_SHARE_UNSEEN, SheetJudgement, judge_sheet
from collector.instances.notices import Notice
from collector.instances.readings import GlyphInstance, InstanceSource, PhotoReading, StoredInk, renamed
from collector.instances.verdicts import Cause, Finding, Verdict

__all__ = [
    "LEAST_SHARE_WRITTEN",
    "MOST_SHARE_UNSEEN",
    "USUAL_PEN_EM",
    "Cause",
    "Chosen",
    "DamagedInkError",
    "Finding",
    "GlyphInstance",
    "InstanceSource",
    "Notice",
    "PhotoReading",
    "Preference",
    "SheetJudgement",
    "StoredInk",
    "Strokes",
    "Verdict",
    "choose",
    "draw_letter",
    "in_order",
    "judge_sheet",
    "load_readings",
    "pack_ink",
    "renamed",
    "save_readings",
    "smooth",
    "to_glyphs",
    "unpack_ink",
]
