"""Photographs of written sheets with known truth: print the real PDF, write a hand into it, photograph it."""

from collector.simulator.conditions import LEVELS, Conditions, everyday, hard
from collector.simulator.hand import Hand
from collector.simulator.pens import Pen
from collector.simulator.photo import Photograph, photograph

__all__ = ["LEVELS", "Conditions", "Hand", "Pen", "Photograph", "everyday", "hard", "photograph"]
