"""Tells drawn letters from written ones: a network trained on other hands, and how far it tells those of one hand.

The area under the curve of its scores is the share of pairs, one drawn and one written letter, in which the drawn one
seems the more drawn; 0.5 is perfect, 1 is told every time. Letters are centred, brought to one size, and their size
and weight varied, so that neither place nor a heavier pen gives them away (``stroke_weight`` measures those).

It knows the faults of the generator it was trained against. A generator that changed much is measured with a judge
trained anew (``two_sample_training``).
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from generator.layers import as_pictures
from generator.model import load_weights
from trainer.evaluation.variation import BLURS_PX, PENS, centred, thicken, uniform

DATA = Path(__file__).parent / "data"
TWO_SAMPLE_FILE = "judge_two_sample.pt"

SIZES = 0.12
"""A letter is made larger or smaller by up to exp of this."""
VIEWS = 4
"""A letter's score is the mean over so many variations."""
BATCH = 128

Pictures = NDArray[np.uint8]


def vary(pictures: Tensor) -> Tensor:
    """Letters (B, 1, 96, 96) of another size and weight each."""
    count = len(pictures)
    matrices = torch.eye(2, 3).repeat(count, 1, 1)
    matrices[:, :, :2] *= torch.exp(uniform(count, -SIZES, SIZES)).view(-1, 1, 1)
    grid = F.affine_grid(matrices, list(pictures.shape), align_corners=False)
    moved = F.grid_sample(pictures, grid, align_corners=False)
    return thicken(moved, uniform(count, *PENS), uniform(count, *BLURS_PX))


def _layer(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    layer = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(outputs), nn.ReLU())


class TwoSampleJudge(nn.Module):
    """(B, 1, 96, 96) -> (B,) how drawn it looks; above 0 more likely drawn. About 120,000 weights."""

    WIDTHS = (24, 40, 64, 96)

    def __init__(self) -> None:
        super().__init__()
        layers = [_layer(4, self.WIDTHS[0], 1)]
        for inputs, outputs in pairwise(self.WIDTHS):
            layers += [_layer(inputs, outputs, 2)]
        layers += [_layer(self.WIDTHS[-1], 40, 1)]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(80, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """From the mean and the most of every feature, wherever it is."""
        features = self.body(F.pixel_unshuffle(pictures, 2))
        pooled = torch.cat([features.mean(dim=(2, 3)), features.amax(dim=(2, 3))], dim=1)
        result: Tensor = self.head(pooled)[:, 0]
        return result

    @classmethod
    def load(cls, folder: Path = DATA) -> TwoSampleJudge:
        """The judge that ships, or that of a run's folder.

        Raises:
            FileNotFoundError: ``folder`` has none.
        """
        judge = cls()
        load_weights(judge, folder / TWO_SAMPLE_FILE)
        return judge.eval().requires_grad_(False)

    @torch.inference_mode()
    def scores(self, pictures: Pictures) -> NDArray[np.float64]:
        """How drawn each of (N, 96, 96) letters looks, (N,): the mean over VIEWS variations, the same at every call."""
        stack = as_pictures(torch.from_numpy(centred(pictures)))[:, None]
        total = np.zeros(len(pictures))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            for _ in range(VIEWS):
                for start in range(0, len(stack), BATCH):
                    total[start : start + BATCH] += self(vary(stack[start : start + BATCH])).numpy()
        return total / VIEWS


def area_under_curve(drawn: NDArray[np.float64], written: NDArray[np.float64]) -> float:
    """Share of pairs in which the drawn letter has the higher score, ties half (Mann and Whitney, 1947)."""
    above = (drawn[:, None] > written[None]).mean()
    ties = (drawn[:, None] == written[None]).mean()
    return float(above + ties / 2)
