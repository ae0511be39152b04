"""The README names what is there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FILE = re.compile(r"`((?:templates|collector|generator|trainer|fontbuild|deploy|tests)/[\w/]+\.py)`")


def _walk() -> str:
    return README.split("### A walk from the photograph to the font")[1].split("\n`make check`")[0]


def test_the_walk_names_files_of_every_room() -> None:
    assert {path.split("/")[0] for path in FILE.findall(_walk())} >= {
        "templates",
        "collector",
        "generator",
        "trainer",
        "fontbuild",
        "deploy",
    }


@pytest.mark.parametrize("path", sorted(set(FILE.findall(README))))
def test_every_file_that_is_named_is_there_and_says_what_it_does(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8").startswith('"""')


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z-]+)`", README))
    assert named
    assert named <= set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


def test_every_linked_file_exists() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


def test_no_tracked_file_is_larger_than_what_may_travel() -> None:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout.split(b"\0")
    sizes = [(ROOT / name.decode()).stat().st_size for name in names if name and (ROOT / name.decode()).is_file()]
    assert sizes
    assert max(sizes) < 12 << 20
    assert sum(sizes) < 24 << 20
