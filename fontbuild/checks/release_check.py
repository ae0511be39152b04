"""Runs the long check before a release: ``python -m fontbuild.checks.release_check FONT...`` (three minutes a font).

These are the checks of every job, the rules of Windows and macOS, an old HarfBuzz, LibreOffice where it is installed,
and fontbakery's universal profile, of which the opentype profile is a part; ends with code 1 where anything fails.
Fontbakery comes with the extra ``release``.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from fontTools.ttLib import TTFont

from fontbuild.checks.check import check_font
from fontbuild.checks.office_check import missing_programs, office_faults
from fontbuild.checks.platform_check import platform_faults

_BAD = ("FAIL", "ERROR", "FATAL")
_NEEDS_NETWORK = "fontdata_namecheck"
_TOO_LONG = "ttx_roundtrip"
"""Left out: it writes the thousand rules of the alternates as XML, each with the names of all glyphs."""
_OLD_HARFBUZZ = "uharfbuzz==0.31.0"
"""HarfBuzz 5.3 of October 2022: older than those of the oldest systems in support."""


class FailedCheck(NamedTuple):
    """One check that did not pass."""

    check: str
    status: str
    message: str


def release_check(font: Path) -> tuple[Counter[str], list[FailedCheck]]:
    """Runs fontbakery's universal profile: how many of each status, and what failed.

    A copy under an ASCII name is checked, since the profile reads file names too.

    Raises:
        RuntimeError: fontbakery did not run to its end.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy, report = Path(folder) / f"font{font.suffix}", Path(folder) / "report.json"
        shutil.copyfile(font, copy)
        command = [sys.executable, "-m", "fontbakery", "check-universal", "--no-progress", "--quiet"]
        command += ["-x", _NEEDS_NETWORK, "-x", _TOO_LONG, "--json", str(report), str(copy)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if not report.exists():
            raise RuntimeError(f"fontbakery stopped with code {result.returncode}: {result.stderr[-2000:]}")
        found = json.loads(report.read_text(encoding="utf-8"))
    checks = [check for section in found["sections"] for check in section["checks"]]
    counts = Counter(str(check["result"]) for check in checks)
    failed = [
        FailedCheck(_name(check["key"][1]), str(log["status"]), str(log["message"]["message"]))
        for check in checks
        for log in check["logs"]
        if log["status"] in (*_BAD, "WARN")
    ]
    return counts, failed


def _name(key: str) -> str:
    """Returns ``post_table_version`` from ``<FontBakeryCheck:opentype/post_table_version>``."""
    return key.removeprefix("<FontBakeryCheck:").removesuffix(">")


def main(arguments: Sequence[str]) -> int:
    """Checks fonts and prints the results; 0 when nothing failed."""
    if not arguments:
        print("usage: python -m fontbuild.checks.release_check FONT...")
        return 2
    if importlib.util.find_spec("fontbakery") is None:
        print("fontbakery is missing: pip install 'sonmat[release]', then run this again.")
        return 2
    return max(_check(Path(argument)) for argument in arguments)


def _check(font: Path) -> int:
    basic = check_font(font)
    print(f"{font.name}: {basic['characters']:,} characters, {basic['bytes'] / 1e6:.2f} MB")
    print(f"  OTS, HarfBuzz, FreeType: {'clean' if basic['passed'] else basic}")
    faults = platform_faults(TTFont(font))
    print(f"  rules of Windows and macOS: {'; '.join(faults) or 'clean'}")
    shaped = [_shaped(font, folder) for folder in ("", _old_harfbuzz())]
    office_ok = _office(font)
    counts, failed = release_check(font)
    print("  fontbakery universal: " + ", ".join(f"{count} {status}" for status, count in sorted(counts.items())))
    for check in failed:
        print(f"  {check.status} {check.check}: {check.message.splitlines()[0][:120]}")
    bad = faults or any(counts[status] for status in _BAD)
    return int(not (basic["passed"] and all(shaped) and office_ok) or bool(bad))


def _old_harfbuzz() -> str:
    """Returns a folder with the HarfBuzz of 2022, installed on the first call."""
    folder = Path(sys.prefix) / _OLD_HARFBUZZ.replace("==", "-")
    if not folder.exists():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*command, "--target", str(folder), _OLD_HARFBUZZ], check=True)
    return str(folder)


def _shaped(font: Path, folder: str) -> bool:
    """Returns whether letters are shaped and vary in the HarfBuzz of the folder, or in the installed one."""
    command = [sys.executable, "-m", "fontbuild.checks.shaper_check", str(font)]
    paths = [folder] if folder else []
    settings = {**os.environ, "PYTHONPATH": os.pathsep.join([*paths, str(Path(__file__).parents[1])])}
    result = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    print(f"  {(result.stdout or result.stderr).strip()}")
    return result.returncode == 0


def _office(font: Path) -> bool:
    """Returns whether text survives LibreOffice and a PDF; true, with a note, where LibreOffice is not installed."""
    if missing := missing_programs():
        print(f"  LibreOffice: NOT CHECKED, since these are not installed: {', '.join(missing)}")
        return True
    faults = office_faults(font)
    print(f"  LibreOffice: {'; '.join(faults) or 'embedded, subset, and copied as written'}")
    return not faults


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
