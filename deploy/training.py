"""The commands of the workshop: from a folder of fonts to the shipped networks, and how good those are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PACK_HELP = """\
글꼴 폴더를 학습 자료로 만듭니다. Renders a folder of fonts into training data.

[cyan]sonmat pack corpus/train --out .pack/train[/cyan]
"""
RECOGNISERS_HELP = """\
자모 판독기와 필체 임베딩을 학습합니다. Trains the jamo reader and the hand embedding (metric learning).
"""
SEEDS_HELP = """\
씨앗 글꼴 모음을 만듭니다. Makes the seed library from Debian's fonts.
"""
PRETRAIN_HELP = """\
생성기를 미리 학습합니다. Pre-trains the generator; the same command goes on where the run stopped.

여러 GPU · many GPUs: [cyan]torchrun --nproc-per-node 8 -m deploy pretrain …[/cyan]
"""
SHIP_HELP = """\
학습한 가중치를 패키지에 넣습니다. Puts a run's weights beside the code, in half precision.
"""

RunFolder = Annotated[Path, typer.Option("--run", metavar="DIR", help="학습 폴더 · the run's folder")]
PackFolder = Annotated[Path, typer.Option("--pack", metavar="DIR", help="자료 폴더 · folder made by sonmat pack")]


def pack(
    fonts: Annotated[Path, typer.Argument(metavar="FONTS", help="글꼴 폴더 · folder of TTF, OTF or WOFF2")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="받을 폴더 · folder to write into")],
) -> None:
    """Renders a folder of fonts into training data."""
    from trainer.corpus import font_files, pack_fonts

    pack_fonts(font_files(fonts), out)


def recognisers(
    pack: PackFolder = Path(".pack"),
    seconds: Annotated[float, typer.Option("--seconds", help="각각의 시간 · time for each")] = 600.0,
) -> None:
    """Trains the jamo reader and the hand embedding."""
    from trainer.ship import train_recognisers

    train_recognisers(pack, seconds)


def seeds() -> None:
    """Makes the seed library."""
    from generator.model import load_model
    from generator.seeds import DATA
    from trainer.seedlib import make_library

    for path in make_library(DATA, load_model()):
        typer.echo(f"{path} {path.stat().st_size:,} bytes")


def pretrain(
    run: RunFolder = Path("runs/pretrain"),
    pack: PackFolder = Path(".pack"),
    batch: Annotated[int, typer.Option("--batch", help="묶음 · samples a step and device")] = 32,
    minutes: Annotated[float, typer.Option("--minutes", help="이번에 학습할 시간 · time for this call")] = 60.0,
    samples: Annotated[int, typer.Option("--samples", help="학습률이 끝나는 곳 · where the rate has fallen")] = 600_000,
    rate: Annotated[float, typer.Option("--rate", help="처음 학습률 · first learning rate")] = 4e-4,
    threads: Annotated[int, typer.Option("--threads", help="CPU 스레드, 0은 자동 · CPU threads, 0: all")] = 0,
) -> None:
    """Pre-trains the generator."""
    from generator.model import load_model
    from trainer.pretrain import PretrainConfig, pretrain

    model = load_model()
    config = PretrainConfig(
        run=run, pack=pack, batch=batch, rate=rate, total_samples=samples, budget_s=minutes * 60, threads=threads
    )
    pretrain(config, model.reader, model.embedder, report=typer.echo)


def ship(run: RunFolder = Path("runs/pretrain"), pack: PackFolder = Path(".pack")) -> None:
    """Puts a run's weights beside the code."""
    from trainer.ship import ship_run

    for path in ship_run(run, pack):
        typer.echo(f"{path} {path.stat().st_size:,} bytes")


def add_commands(app: typer.Typer) -> None:
    """Registers the workshop's commands under a heading of their own."""
    panel = "학습 · training"
    for function, text in (
        (pack, PACK_HELP),
        (recognisers, RECOGNISERS_HELP),
        (seeds, SEEDS_HELP),
        (pretrain, PRETRAIN_HELP),
        (ship, SHIP_HELP),
    ):
        app.command(help=text, rich_help_panel=panel)(function)
