"""Teaches: the corpus, metric learning and the seed index, pre-training, adapting to one hand, evaluation."""

from trainer.adapt import AdaptConfig, AdaptReport, adapt
from trainer.seedlib import SeedChoice, choose_seed

__all__ = ["AdaptConfig", "AdaptReport", "SeedChoice", "adapt", "choose_seed"]
