"""The ``sonmat`` command."""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from collector.storage_trouble import is_storage_trouble
from deploy.cli import service_commands, training_commands
from deploy.settings import load_settings
from fontbuild.info import FontInfo, License
from templates.errors import PersonError
from templates.sheet import SET_NAMES

ABOUT = """\
[bold]손맛[/bold] — 손으로 쓴 글씨를 사진으로 찍으면 한글 글꼴로 만들어 드립니다.

[bold]Sonmat[/bold] turns photographs of your handwriting into a Korean font.

[bold]1.[/bold] 종이를 인쇄합니다. Print the sheet:
   [cyan]sonmat template --set 256 --out sheet[/cyan]

[bold]2.[/bold] 칸마다 글자를 쓰고, 쪽마다 사진을 찍습니다. Write in the cells, photograph every page: \
lay it flat, keep all four edges in the picture, use even light.

[bold]3.[/bold] 글꼴을 만듭니다. Make the font:
   [cyan]sonmat make photos/*.jpg --name "엄마 글씨" --out font[/cyan]

중간에 멈추면 같은 명령을 다시 치세요. 끝난 단계는 건너뜁니다.
Interrupted? Type the same command again: finished stages are not repeated.
"""
EPILOG = """\
종료 코드 · exit codes: 0 잘됨 done · 1 프로그램 고장 a defect · 2 고칠 수 있는 문제 something you can mend · \
130 멈춤 interrupted.

환경 변수 · environment: SONMAT_DATA, SONMAT_DATABASE, SONMAT_BUS, SONMAT_DEVICE … (deploy/README.md).
"""
TEMPLATE_HELP = """\
글씨를 쓸 종이를 만듭니다. Writes the sheet to print and fill.

[cyan]DIR/sheet.pdf[/cyan] 인쇄할 종이 (A4, 흑백 가능) · what you print (A4, grey will do)

[cyan]DIR/sheet.json[/cyan] 칸의 자리 · where the cells are, for programs

256자를 쓰면 가장 닮고, 100자나 28자로도 됩니다. 숫자와 영문 쪽은 비워 두어도 됩니다.
256 characters give the best likeness; 100 or 28 will do. The page of digits and Latin may stay empty.
"""
MAKE_HELP = """\
사진으로 글꼴을 만듭니다. Makes a font from photographs of the filled sheet.

사진의 차례와 방향은 상관없습니다. JPEG, PNG, WebP, HEIC와 PDF를 읽습니다.
Any order, any orientation; JPEG, PNG, WebP, HEIC, or a PDF of scans.

[cyan]DIR/이름.ttf[/cyan], [cyan]DIR/이름.woff2[/cyan] 글꼴 · the font

[cyan]DIR/specimen.png[/cyan], [cyan].pdf[/cyan], [cyan].html[/cyan] 견본: 글과 글자표, 쓴 글자는 표시 · \
a specimen, written glyphs marked

[cyan]DIR/report.json[/cyan] 읽은 칸과 빈칸, 걸린 시간, 검사 · what was read, what it cost, checks

빈칸이나 흐린 칸이 조금 있어도 됩니다. 그 글자는 그려서 채우고 report.json에 적습니다.
A few empty or faint cells do no harm: they are drawn, and named in report.json.
"""


class FurtherWeight(Enum):
    """The values of ``--weight``; the Regular is always made."""

    LIGHT = "light"
    BOLD = "bold"


app = typer.Typer(
    name="sonmat",
    help=ABOUT,
    epilog=EPILOG,
    rich_markup_mode="rich",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command(help=TEMPLATE_HELP)
def template(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="받을 폴더 · folder to write into")],
    set_name: Annotated[
        str, typer.Option("--set", metavar="|".join(SET_NAMES), help="쓸 한글 글자 수 · how many Hangul to write")
    ] = "256",
) -> None:
    """Writes the sheet to print and fill."""
    from deploy.cli.template import write_sheet

    for path in write_sheet(set_name, out):
        typer.echo(path)


@app.command(help=MAKE_HELP)
def make(
    name: Annotated[str, typer.Option("--name", help="글꼴 이름 · the font's name, such as 엄마 글씨")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="받을 폴더 · folder to write into")],
    photos: Annotated[
        list[Path] | None, typer.Argument(metavar="PHOTO", help="쪽마다 한 장 이상 · one or more of every page")
    ] = None,
    english_name: Annotated[
        str | None, typer.Option("--english-name", help="영어 이름, 없으면 로마자로 · English name, else romanised")
    ] = None,
    designer: Annotated[str, typer.Option("--designer", help="글쓴이 이름 · the writer's name")] = "",
    license: Annotated[
        License, typer.Option("--license", help="글꼴의 라이선스 · what others may do with the font")
    ] = License.ALL_RIGHTS,
    weight: Annotated[
        list[FurtherWeight] | None,
        typer.Option("--weight", help="다른 굵기도 · another weight as well; may be given twice"),
    ] = None,
) -> None:
    """Makes a font from photographs of the filled sheet."""
    from deploy.cli.make import make_font
    from fontbuild import Weight

    info = FontInfo(name, english_name, designer, license)
    console = Console(stderr=True)
    weights = [Weight[each.name] for each in weight or []]
    for path in make_font(load_settings(), photos or [], info, out, console, weights):
        typer.echo(path)


service_commands.add_commands(app)
training_commands.add_commands(app)


def main() -> None:
    """Runs the command and ends the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Runs the command and returns its exit code; a PersonError is printed without a traceback and returns 2."""
    try:
        code = app(arguments or ["--help"], prog_name="sonmat", standalone_mode=False)
    except PersonError as error:
        typer.echo(str(error), err=True)
        return 2
    except OSError as error:
        if not is_storage_trouble(error):
            raise
        typer.echo("디스크가 가득 찼거나 쓸 수 없습니다. 자리를 비우고 같은 명령을 다시 치면 이어서 합니다.", err=True)
        typer.echo(f"The disk is full or read-only ({error}). Make room; the same command goes on from here.", err=True)
        return 2
    except typer.TyperException as error:
        typer.echo("명령을 알아듣지 못했습니다. ‘sonmat --help’를 보세요.", err=True)
        typer.echo(f"The command is not understood; see “sonmat --help”. {error.format_message()}", err=True)
        return 2
    if code == 130:
        typer.echo("멈추었습니다. 같은 명령을 다시 치면 이어서 합니다.", err=True)
        typer.echo("Interrupted. The same command goes on from here.", err=True)
    return int(code or 0)
