"""The type of the function that long steps call to report their progress."""

from __future__ import annotations

from collections.abc import Callable

ProgressCallback = Callable[[float, str], None]
"""Called with the share done, 0 to 1, and a word for what is being done."""
