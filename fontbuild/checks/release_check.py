"""The long check before a release: ``python -m fontbuild.checks.release_check FONT...`` (about three minutes a font).

Runs the checks of every job, the rules of Windows and macOS, an old HarfBuzz, LibreOffice where it is installed, and
fontbakery's universal profile, of which the opentype profile is a part; ends with code 1 where anything fails.
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
_ENDLESS = "ttx_roundtrip"
"""Writes the thousand rules of letters that vary as XML, each with the names of all glyphs."""
_OLD_HARFBUZZ = "uharfbuzz==0.31.0"
"""HarfBuzz 5.3 of October 2022: older than those of the oldest systems in support."""


class Finding(NamedTuple):
    """One check that did not pass."""

    check: str
    status: str
    message: str


def release_check(font: Path) -> tuple[Counter[str], list[Finding]]:
    """Results of fontbakery's universal profile: how many of each status, and what failed.

    A copy under an ASCII name is checked, since the profile reads file names too.

    Raises:
        RuntimeError: fontbakery did not run to its end.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy, report = Path(folder) / f"font{font.suffix}", Path(folder) / "report.json"
        shutil.copyfile(font, copy)
        command = [sys.executable, "-m", "fontbakery", "check-universal", "--no-progress", "--quiet"]
        command += ["-x", _NEEDS_NETWORK, "-x", _ENDLESS, "--json", str(report), str(copy)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if not report.exists():
            raise RuntimeError(f"fontbakery stopped with code {result.returncode}: {result.stderr[-2000:]}")
        found = json.loads(report.read_text(encoding="utf-8"))
    checks = [check for section in found["sections"] for check in section["checks"]]
    counts = Counter(str(check["result"]) for check in checks)
    findings = [
        Finding(_name(check["key"][1]), str(log["status"]), str(log["message"]["message"]))
        for check in checks
        for log in check["logs"]
        if log["status"] in (*_BAD, "WARN")
    ]
    return counts, findings


def _name(key: str) -> str:
    """``post_table_version`` from ``<FontBakeryCheck:opentype/post_table_version>``."""
    return key.removeprefix("<FontBakeryCheck:").removesuffix(">")


def main(arguments: Sequence[str]) -> int:
    """Check fonts and print what was found; 0 when nothing failed."""
    if not arguments:
        print("usage: python -m fontbuild.checks.release_check FONT...")
        return 2
    if importlib.util.find_spec("fontbakery") is None:
        print("fontbakery is missing: pip install 'sonmat[release]', then run this again.")
        return 2
    return max(_check(Path(argument)) for argument in arguments)


def _check(font: Path) -> int:
    own = check_font(font)
    print(f"{font.name}: {own['characters']:,} characters, {own['bytes'] / 1e6:.2f} MB")
    print(f"  OTS, HarfBuzz, FreeType: {'clean' if own['passed'] else own}")
    faults = platform_faults(TTFont(font))
    print(f"  rules of Windows and macOS: {'; '.join(faults) or 'clean'}")
    shaped = [_shaped(font, folder) for folder in ("", _old_harfbuzz())]
    laid_out = _office(font)
    counts, findings = release_check(font)
    print("  fontbakery universal: " + ", ".join(f"{count} {status}" for status, count in sorted(counts.items())))
    for finding in findings:
        print(f"  {finding.status} {finding.check}: {finding.message.splitlines()[0][:120]}")
    bad = faults or any(counts[status] for status in _BAD)
    return int(not (own["passed"] and all(shaped) and laid_out) or bool(bad))


def _old_harfbuzz() -> str:
    """A folder with the HarfBuzz of 2022, brought here on the first call."""
    folder = Path(sys.prefix) / _OLD_HARFBUZZ.replace("==", "-")
    if not folder.exists():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*command, "--target", str(folder), _OLD_HARFBUZZ], check=True)
    return str(folder)


def _shaped(font: Path, folder: str) -> bool:
    """Whether letters come out and vary in the HarfBuzz of the folder, or in the installed one."""
    command = [sys.executable, "-m", "fontbuild.checks.shaper_check", str(font)]
    paths = [folder] if folder else []
    settings = {**os.environ, "PYTHONPATH": os.pathsep.join([*paths, str(Path(__file__).parents[1])])}
    result = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    print(f"  {(result.stdout or result.stderr).strip()}")
    return result.returncode == 0


def _office(font: Path) -> bool:
    """Whether text survives LibreOffice and a PDF; true, and said so, where LibreOffice is not installed."""
    if missing := missing_programs():
        print(f"  LibreOffice: NOT CHECKED, since these are not installed: {', '.join(missing)}")
        return True
    faults = office_faults(font)
    print(f"  LibreOffice: {'; '.join(faults) or 'embedded, subset, and copied as written'}")
    return not faults


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
