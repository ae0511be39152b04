"""Loads and saves the shipped networks: half-precision weights beside the code, on any device."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from generator.network import Generator
from generator.recognisers import HandEmbedder, JamoReader
from generator.seeds import DATA


@dataclass(frozen=True, eq=False)
class Model:
    """Generator, jamo reader and hand embedder on one device, in evaluation mode."""

    generator: Generator
    reader: JamoReader
    embedder: HandEmbedder
    device: torch.device


def pick_device(name: str = "auto") -> torch.device:
    """Returns the device asked for; "auto" takes CUDA when there is one."""
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
    return torch.device("cpu")


def name_device(device: torch.device) -> str:
    """Returns the product name of a GPU, else the device's type."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def half_precision(device: torch.device) -> AbstractContextManager[None]:
    """Returns an autocast to bfloat16 where it is fast: on GPUs and on processors with AVX-512."""
    quick = device.type == "cuda" or torch.backends.cpu.get_cpu_capability().startswith("AVX512")
    context: AbstractContextManager[None] = torch.autocast(device.type, torch.bfloat16, enabled=quick)
    return context


@torch.no_grad()
def ema_update(average: nn.Module, live: nn.Module, step: float) -> None:
    """Moves the weights of ``average`` a step (0 to 1) towards those of ``live``."""
    towards: list[torch.Tensor] = list(live.parameters())
    torch._foreach_lerp_([*average.parameters()], towards, step)


def save_weights(network: nn.Module, path: Path) -> None:
    """Writes a network's weights in half precision, atomically."""
    state = {
        name: value.detach().half() if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }
    torch.save({name: value.cpu().contiguous() for name, value in state.items()}, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").replace(path)


def load_weights(network: nn.Module, path: Path) -> None:
    """Reads what ``save_weights`` wrote, back to single precision.

    Raises:
        FileNotFoundError: there is no such file.
        RuntimeError: the weights are of another network.
    """
    state = torch.load(path, map_location="cpu", weights_only=True)
    network.load_state_dict(
        {name: value.float() if value.is_floating_point() else value for name, value in state.items()}
    )


def load_model(weights: Path | None = None, device: str = "auto") -> Model:
    """Loads the shipped networks; the generator's weights from ``weights`` where given (an adapted hand)."""
    where = pick_device(device)
    generator, reader, embedder = Generator(), JamoReader(), HandEmbedder()
    load_weights(generator, weights or DATA / "generator.pt")
    load_weights(reader, DATA / "reader.pt")
    load_weights(embedder, DATA / "embedder.pt")
    for network in (generator, reader, embedder):
        network.to(where, memory_format=torch.channels_last).eval().requires_grad_(False)  # type: ignore[call-overload]
    return Model(generator, reader, embedder, where)
