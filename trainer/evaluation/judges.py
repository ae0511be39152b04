"""The judges: a jamo reader and a writer identifier that had no part in teaching or choosing anything.

    python -m trainer.evaluation.judge_training --pack .pack --out runs/judges

They are trained on hands and fonts that the generator never sees (``material``), are deeper than the method's own
recognisers and see the picture folded otherwise, so that they do not share its blind spots. They look at what
comes out of a font: the picture cut at one half, as a tracer cuts it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from generator.layers import as_pictures
from generator.model import half_precision, load_weights, save_weights
from templates.hangul import FINALS, INITIALS, MEDIALS
from trainer.evaluation.metrics import as_traced
from trainer.evaluation.variation import normalised

DATA = Path(__file__).parent / "data"
READER_FILE, WRITER_FILE, HANDS_FILE = "judge_reader.pt", "judge_writer.pt", "judge_hands.npz"
JAMO_COUNTS = (len(INITIALS), len(MEDIALS), len(FINALS))
VECTOR_SIZE = 64
BATCH = 128

Pictures = NDArray[np.uint8]
"""(N, 96, 96) uint8 frame pictures, 0 paper to 255 ink."""


def _convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    layer = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(outputs))


class _Residual(nn.Module):
    """Two 3 x 3 convolutions beside an identity (arXiv:1512.03385)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = _convolution(width, width), _convolution(width, width)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = F.relu(x + self.second(F.relu(self.first(x))))
        return result


class JudgeBody(nn.Module):
    """A residual network on the 2 x 2 unshuffled picture: (B, 1, 96, 96) -> (B, FEATURES), about 40 MMAC."""

    WIDTHS = (16, 32, 64, 112)
    FEATURES = 112 * 9

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [_convolution(4, self.WIDTHS[0]), nn.ReLU()]
        for inputs, outputs in pairwise(self.WIDTHS):
            layers += [_convolution(inputs, outputs, 2), nn.ReLU(), _Residual(outputs)]
        self.body = nn.Sequential(*layers)

    def forward(self, picture: Tensor) -> Tensor:
        """(B, 1, 96, 96) in [0, 1] -> (B, FEATURES): means over a 3 x 3 grid, so that places stay apart."""
        return F.adaptive_avg_pool2d(self.body(F.pixel_unshuffle(picture, 2)), 3).flatten(1)


class JudgeReader(nn.Module):
    """(B, 1, 96, 96) -> logits of initial (B, 19), medial (B, 21), final (B, 28; 0: none)."""

    def __init__(self) -> None:
        super().__init__()
        self.body = JudgeBody()
        self.heads = nn.ModuleList(nn.Linear(JudgeBody.FEATURES, count) for count in JAMO_COUNTS)

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of the three parts."""
        features = self.body(picture)
        initial, medial, final = (head(features) for head in self.heads)
        return initial, medial, final


class JudgeWriter(nn.Module):
    """(B, 1, 96, 96) -> unit vectors (B, 64), near for glyphs of one hand whatever the character."""

    def __init__(self) -> None:
        super().__init__()
        self.body = JudgeBody()
        self.head = nn.Linear(JudgeBody.FEATURES, VECTOR_SIZE)

    def forward(self, picture: Tensor) -> Tensor:
        """Vectors of length 1."""
        return F.normalize(self.head(self.body(picture)), dim=-1)


@dataclass(frozen=True, eq=False)
class Judges:
    """Both judges, ready to look at pictures (on the CPU: they are small, and the figures stay comparable)."""

    reader: JudgeReader
    writer: JudgeWriter
    known: Mapping[str, NDArray[np.float32]]
    """Centroids (64,) of the corpus's training hands, for whom a drawn glyph could be mistaken."""

    @classmethod
    def load(cls, folder: Path = DATA) -> Judges:
        """The judges that ship, or those of a run's folder.

        Raises:
            FileNotFoundError: ``folder`` has no judges.
        """
        reader, writer = JudgeReader(), JudgeWriter()
        load_weights(reader, folder / READER_FILE)
        load_weights(writer, folder / WRITER_FILE)
        known = {}
        if (folder / HANDS_FILE).exists():
            with np.load(folder / HANDS_FILE, allow_pickle=False) as hands:
                known = {name: hands[name].astype(np.float32) for name in hands.files}
        return cls(reader.eval().requires_grad_(False), writer.eval().requires_grad_(False), known)

    def save(self, folder: Path) -> None:
        """Writes what ``load`` reads, in half precision."""
        folder.mkdir(parents=True, exist_ok=True)
        save_weights(self.reader, folder / READER_FILE)
        save_weights(self.writer, folder / WRITER_FILE)
        halves = {name: vector.astype(np.float16) for name, vector in self.known.items()}
        np.savez(folder / HANDS_FILE, **halves)  # type: ignore[arg-type]

    def read(self, pictures: Pictures) -> NDArray[np.int64]:
        """The most likely initial, medial and final of each picture: (N, 3)."""
        parts = _in_batches(pictures, lambda batch: torch.stack([head.argmax(1) for head in self.reader(batch)], dim=1))
        return parts.astype(np.int64)

    def vectors(self, pictures: Pictures) -> NDArray[np.float32]:
        """The writer's vectors of the pictures, (N, 64) of length 1: of their shapes, whatever place, size and pen."""
        return _in_batches(normalised(pictures), self.writer)

    def centroid(self, pictures: Pictures) -> NDArray[np.float32]:
        """The mean vector of a hand, (64,), brought to length 1."""
        mean = self.vectors(pictures).mean(axis=0)
        centroid: NDArray[np.float32] = mean / max(float(np.linalg.norm(mean)), 1e-9)
        return centroid


@torch.inference_mode()
def _in_batches(pictures: Pictures, look: Callable[[Tensor], Tensor]) -> NDArray[np.float32]:
    results = []
    for start in range(0, len(pictures), BATCH):
        stack = as_pictures(torch.from_numpy(as_traced(pictures[start : start + BATCH])))[:, None]
        with half_precision(torch.device("cpu")):
            results.append(look(stack.contiguous(memory_format=torch.channels_last)).float().numpy())
    return np.concatenate(results)


def nearest_hand(vectors: NDArray[np.float32], centroids: Sequence[NDArray[np.float32]]) -> NDArray[np.int64]:
    """Which of the hands' centroids each vector (N, 64) is nearest to, by cosine: (N,)."""
    nearest: NDArray[np.int64] = (vectors @ np.stack(centroids).T).argmax(axis=1)
    return nearest
