"""Simulates photographs of written sheets with known truth: prints the real PDF, writes with a font, photographs it."""

from collector.simulator.conditions import LEVELS, Conditions, everyday, hard
from collector.simulator.font_writer import FontWriter
from collector.simulator.pens import Pen
from collector.simulator.photo import Photograph, photograph

__all__ = ["LEVELS", "Conditions", "FontWriter", "Pen", "Photograph", "everyday", "hard", "photograph"]
