"""A model of the moving pen: writers that nobody is, from school hand to scrawl, who write every syllable."""

from trainer.invented_writers.pool import InventedSheet, WriterPool
from trainer.invented_writers.writer import Writer

__all__ = ["InventedSheet", "Writer", "WriterPool"]
