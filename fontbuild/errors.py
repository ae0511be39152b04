"""What can go wrong between glyph pictures and a font file.

FontError              (a PersonError: something the writer or the operator can mend)
├── FontNameError      the name given for the font cannot be used
├── NoInkError         there is nothing to draw a font from
└── TracerMissingError the potrace program is not installed
BrokenFontError        a font that was built failed its checks: a fault of ours, not of the writer
"""

from __future__ import annotations

from templates.errors import PersonError


class FontError(PersonError):
    """Anything about making the font that a person can mend."""

    code = "font.error"


class FontNameError(FontError):
    """The font's name is empty once everything unusable is taken out."""

    code = "font.name"


class NoInkError(FontError):
    """No glyph has any ink."""

    code = "font.no_ink"


class TracerMissingError(FontError):
    """The tracing program is not on this machine."""

    code = "font.no_potrace"


class BrokenFontError(RuntimeError):
    """A finished font did not pass; the message names the checks and the characters."""
