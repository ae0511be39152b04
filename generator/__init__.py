"""Draws every letter of a hand from those that were written: network, seeds, references, checking."""

from generator.completion import Completion, complete
from generator.drawing import Drawer
from generator.model import Model, load_model
from generator.seeds import Seed, load_seed, seed_names

__all__ = ["Completion", "Drawer", "Model", "Seed", "complete", "load_model", "load_seed", "seed_names"]
