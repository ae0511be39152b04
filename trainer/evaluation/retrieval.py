"""How well the metric-learned embedding knows a hand again by letters it has not seen of it.

    python -m trainer.evaluation.retrieval --fonts corpus/valid --among corpus/train

Each hand shows some syllables; other syllables of it are then looked up, one by one, among all hands: by the
nearest single glyph (1-NN, faiss), by the nearest hand's code, and eight glyphs together by the nearest code.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
import torch
from numpy.typing import NDArray

from generator.frame import Frame
from generator.layers import as_pictures
from generator.model import Model, load_model
from templates.charset import hangul_set
from trainer.corpus import font_files, render_font

SHOWN, ASKED, TOGETHER = 48, 48, 8


@dataclass(frozen=True)
class Retrieval:
    """Shares of queries that find the right hand among ``hands``."""

    hands: int
    nearest_glyph: float
    nearest_code: float
    together: float


@torch.inference_mode()
def _vectors(model: Model, font: Path) -> NDArray[np.float32]:
    """(SHOWN + ASKED, 64) unit vectors of a font's glyphs, different syllables of the sheet."""
    chars = np.random.default_rng(0).permutation(hangul_set("256"))[: SHOWN + ASKED]
    glyphs = render_font(font, [str(char) for char in chars])
    frame = Frame.fit(glyphs)
    stack = as_pictures(torch.from_numpy(np.stack([frame.picture(glyph) for glyph in glyphs])))[:, None]
    vectors: NDArray[np.float32] = model.embedder(stack.to(model.device)).float().cpu().numpy()
    faiss.normalize_L2(vectors)
    return vectors


def _found(queries: NDArray[np.float32], library: NDArray[np.float32], owners: NDArray[np.int64]) -> NDArray[np.int64]:
    index = faiss.IndexFlatIP(library.shape[1])
    index.add(np.ascontiguousarray(library))
    found: NDArray[np.int64] = owners[index.search(np.ascontiguousarray(queries), 1)[1][:, 0]]
    return found


def retrieve(fonts: Sequence[Path], among: Sequence[Path] = ()) -> Retrieval:
    """Looks up the hands of ``fonts`` among themselves and ``among``."""
    model = load_model()
    every = [_vectors(model, font) for font in (*fonts, *among)]
    shown = [vectors[:SHOWN] for vectors in every]
    owners = np.repeat(np.arange(len(shown)), [len(vectors) for vectors in shown])
    codes = np.stack([vectors.mean(axis=0) for vectors in shown])
    faiss.normalize_L2(codes)
    asked = [vectors[SHOWN:] for vectors in every[: len(fonts)]]
    right = np.repeat(np.arange(len(asked)), [len(vectors) for vectors in asked])
    queries = np.concatenate(asked)
    groups = [
        vectors[row : row + TOGETHER].mean(axis=0) for vectors in asked for row in range(0, len(vectors), TOGETHER)
    ]
    group_right = np.repeat(np.arange(len(asked)), [-(-len(vectors) // TOGETHER) for vectors in asked])
    hands = np.arange(len(every))
    return Retrieval(
        len(every),
        float((_found(queries, np.concatenate(shown), owners) == right).mean()),
        float((_found(queries, codes, hands) == right).mean()),
        float((_found(np.stack(groups), codes, hands) == group_right).mean()),
    )


def main() -> None:
    """Reads the command line and prints the shares."""
    parser = argparse.ArgumentParser(description="How well the embedding knows a hand again.")
    parser.add_argument("--fonts", type=Path, default=Path("corpus/valid"))
    parser.add_argument("--among", type=Path, default=Path("corpus/train"))
    asked = parser.parse_args()
    result = retrieve(font_files(asked.fonts), font_files(asked.among))
    print(
        f"among {result.hands} hands: nearest glyph {result.nearest_glyph:.3f}, nearest code {result.nearest_code:.3f}"
    )
    print(f"{TOGETHER} glyphs together, nearest code {result.together:.3f}")


if __name__ == "__main__":
    main()
