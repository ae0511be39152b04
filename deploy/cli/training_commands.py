"""The training commands: pack fonts, train the networks, export their weights, evaluate them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec

import typer
from rich.console import Console

from deploy.settings import load_settings
from templates.errors import PersonError
from templates.sheet import SET_NAMES

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
EXPORT_HELP = """\
학습한 가중치를 패키지에 넣습니다. Writes a run's weights into the package, in half precision.
"""
EVALUATE_HELP = """\
그린 글자를 진짜 글씨와 견줍니다. Measures drawn letters against the hands' own, beside the baselines.

글꼴이 표본지를 채우고, 사진을 찍어 읽습니다. Each font fills in the sheet, which is photographed and read.
--real은 사람이 쓴 낱자 그림을 씁니다. --real takes pictures of real people's letters instead.
"""

RunFolder = Annotated[Path, typer.Option("--run", metavar="DIR", help="학습 폴더 · the run's folder")]
PackFolder = Annotated[Path, typer.Option("--pack", metavar="DIR", help="자료 폴더 · folder made by sonmat pack")]

Arguments = ParamSpec("Arguments")


class MaterialMissingError(PersonError):
    """A file that training needs does not exist."""

    code = "training.missing"

    def __init__(self, error: FileNotFoundError) -> None:
        super().__init__(
            f"학습에 필요한 것이 없습니다. 준비한 뒤 다시 하세요: {error}",
            f"Something that training needs is missing; prepare it, then try again: {error}",
        )


def reports_missing_files(command: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Wraps a command: a missing file becomes an error in two sentences instead of a traceback."""

    @wraps(command)
    def wrapped(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except FileNotFoundError as error:
            raise MaterialMissingError(error) from error

    return wrapped


def warn_of_old_name(old: str, new: str) -> None:
    """Says on standard error that a command or an option has a new name; the old one works in version 0.2."""
    typer.echo(f"‘{old}’의 새 이름은 ‘{new}’입니다. 바꾸어 주세요.", err=True)
    typer.echo(f"“{old}” is now called “{new}”: please use the new name.", err=True)


def _player(values: list[str] | None) -> list[str] | None:
    if values:
        warn_of_old_name("--player", "--method")
    return values


OldMethodOption = Annotated[list[str] | None, typer.Option("--player", hidden=True, callback=_player)]


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
    from trainer.export import train_recognisers

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
    shipped_start: Annotated[
        bool, typer.Option("--from-shipped", help="실린 가중치에서 시작 · start a new run from the shipped weights")
    ] = False,
    invented_writers: Annotated[
        float,
        typer.Option(
            "--invented-writers", min=0, max=1, help="지어낸 필자의 몫 · share of samples of invented writers"
        ),
    ] = 0.5,
    threads: Annotated[int, typer.Option("--threads", help="CPU 스레드, 0은 자동 · CPU threads, 0: all")] = 0,
) -> None:
    """Pre-trains the generator."""
    from generator.model import load_model
    from trainer.pretrain import PretrainConfig, pretrain

    model = load_model()
    config = PretrainConfig(
        run=run,
        pack=pack,
        batch=batch,
        rate=rate,
        total_samples=samples,
        budget_s=minutes * 60,
        shipped_start=shipped_start,
        invented_writers=invented_writers,
        threads=threads,
    )
    pretrain(config, model.reader, model.embedder, report=typer.echo)


def export(run: RunFolder = Path("runs/pretrain"), pack: PackFolder = Path(".pack")) -> None:
    """Writes a run's weights into the package."""
    from trainer.export import export_run

    for path in export_run(run, pack):
        typer.echo(f"{path} {path.stat().st_size:,} bytes")


def ship(run: RunFolder = Path("runs/pretrain"), pack: PackFolder = Path(".pack")) -> None:
    """The name of ``export`` in version 0.1."""
    warn_of_old_name("sonmat ship", "sonmat export")
    export(run, pack)


def evaluate(
    fonts: Annotated[
        Path, typer.Option("--fonts", metavar="DIR", help="배운 적 없는 글씨 · hands never taught")
    ] = Path("corpus/valid"),
    real: Annotated[
        Path | None,
        typer.Option(
            "--real", metavar="INDEX.csv", help="사람이 쓴 낱자 그림 · pictures of real writing: file,char,writer"
        ),
    ] = None,
    written: Annotated[
        str, typer.Option("--set", metavar="|".join(SET_NAMES), help="쓴 글자 수 · how many were written")
    ] = "256",
    unseen: Annotated[int, typer.Option("--unseen", min=1, help="그릴 글자 수 · syllables to draw a hand")] = 400,
    hand: Annotated[list[str] | None, typer.Option("--hand", help="이 글씨만 · only this hand")] = None,
    method: Annotated[list[str] | None, typer.Option("--method", help="이 방법만 · only this way of drawing")] = None,
    player: OldMethodOption = None,
    direct: Annotated[
        bool, typer.Option("--direct", help="종이와 사진을 거치지 않고 · without paper and photographs")
    ] = False,
    threads: Annotated[int, typer.Option("--threads", help="CPU 스레드, 0은 자동 · CPU threads, 0: all")] = 0,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="받을 폴더 · folder to write into")] = Path(
        "out/bench-drawing"
    ),
) -> None:
    """Measures drawn letters."""
    import torch

    from deploy.cli.simulated_sheet import write_on_paper
    from trainer.evaluation.bench import evaluate as measure
    from trainer.evaluation.bench import write_directly
    from trainer.evaluation.methods import METHODS
    from trainer.evaluation.real_writing import evaluate_real

    if threads:
        torch.set_num_threads(threads)
    if real:
        evaluate_real(
            real,
            out,
            written=written,
            hands=hand or (),
            methods=method or METHODS,
            device=load_settings().device,
            console=Console(),
        )
        return
    measure(
        fonts,
        out,
        written=written,
        unseen=unseen,
        hands=hand or (),
        methods=[*(method or ()), *(player or ())] or METHODS,
        device=load_settings().device,
        write=write_directly if direct else write_on_paper,
        console=Console(),
    )


def add_commands(app: typer.Typer) -> None:
    """Registers the training commands under a heading of their own."""
    panel = "학습 · training"
    for function, text in (
        (pack, PACK_HELP),
        (recognisers, RECOGNISERS_HELP),
        (seeds, SEEDS_HELP),
        (pretrain, PRETRAIN_HELP),
        (export, EXPORT_HELP),
        (evaluate, EVALUATE_HELP),
    ):
        app.command(help=text, rich_help_panel=panel)(reports_missing_files(function))
    app.command(hidden=True)(reports_missing_files(ship))
