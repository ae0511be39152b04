"""The long check before a release: ``python -m fontbuild.release_check FONT...`` (about two minutes a font).

Runs the checks of every job and fontbakery's universal profile; ends with code 1 where anything fails.
Fontbakery comes with the extra ``release``.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from fontbuild.check import check_font

_BAD = ("FAIL", "ERROR", "FATAL")
_NEEDS_NETWORK = "fontdata_namecheck"


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
        command += ["-x", _NEEDS_NETWORK, "--json", str(report), str(copy)]
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
        print("usage: python -m fontbuild.release_check FONT...")
        return 2
    if importlib.util.find_spec("fontbakery") is None:
        print("fontbakery is missing: pip install 'sonmat[release]', then run this again.")
        return 2
    return max(_check(Path(argument)) for argument in arguments)


def _check(font: Path) -> int:
    own = check_font(font)
    print(f"{font.name}: {own['characters']:,} characters, {own['bytes'] / 1e6:.2f} MB")
    print(f"  OTS, HarfBuzz, FreeType: {'clean' if own['passed'] else own}")
    counts, findings = release_check(font)
    print("  fontbakery universal: " + ", ".join(f"{count} {status}" for status, count in sorted(counts.items())))
    for finding in findings:
        print(f"  {finding.status} {finding.check}: {finding.message.splitlines()[0][:120]}")
    return int(not own["passed"] or any(counts[status] for status in _BAD))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
