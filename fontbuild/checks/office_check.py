"""Checks that LibreOffice embeds a font in a PDF from which the text can be copied.

LibreOffice runs with its own fontconfig folder, which holds only this font, and its own profile.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from fontTools.ttLib import TTFont

PROGRAMS = {"soffice": "libreoffice-writer-nogui", "pdftotext": "poppler-utils", "pdffonts": "poppler-utils"}
LINES = (
    "하하하하 바나나, 다다다. 손으로 쓴 편지를 받아 본 지가 얼마나 됐어요?",
    "To. Yumi: AVATAR (2024) hello, 10% - ㅋㅋㅋ ㅠㅠ",
)
_KOREAN_FAMILY = (1, 3, 1, 0x412)
_LIMIT_S = 300
_FONTCONFIG = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{0}/fonts</dir><cachedir>{0}/cache</cachedir></fontconfig>"""
_DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0">
<office:font-face-decls><style:font-face style:name="hand" svg:font-family={family}/></office:font-face-decls>
<office:styles><style:default-style style:family="paragraph"><style:text-properties
 style:font-name="hand" style:font-name-asian="hand" fo:font-size="16pt" style:font-size-asian="16pt"
 fo:language="ko" fo:country="KR" style:language-asian="ko" style:country-asian="KR"/>
</style:default-style></office:styles>
<office:body><office:text>{text}</office:text></office:body></office:document>"""


def missing_programs() -> list[str]:
    """Returns the Debian packages of programs that this check needs and does not find."""
    return sorted({package for program, package in PROGRAMS.items() if shutil.which(program) is None})


def office_faults(font: Path) -> list[str]:
    """Returns what went wrong on the way through LibreOffice into a PDF and back; nothing when all is well.

    Raises:
        RuntimeError: LibreOffice made no PDF.
        CalledProcessError: poppler failed.
    """
    name = TTFont(font, lazy=True)["name"]
    family = str(name.getName(*_KOREAN_FAMILY) or name.getDebugName(1))
    with tempfile.TemporaryDirectory() as folder:
        pdf = _exported(font, family, Path(folder))
        copied = _output_of("pdftotext", "-layout", str(pdf), "-").split("\n")
        table = _output_of("pdffonts", str(pdf)).splitlines()[2:]
    faults = [
        f"copied as {line!r}, not {wanted!r}" for line, wanted in zip(copied, LINES, strict=False) if line != wanted
    ]
    postscript = str(name.getDebugName(6))
    # The columns emb, sub and uni stand before the object's two numbers.
    if [row.split()[-5:-2] for row in table if f"+{postscript}" in row] != [["yes"] * 3] or len(table) != 1:
        faults.append("not the one font embedded, subset and with a map to Unicode: " + " | ".join(table))
    return faults


def _exported(font: Path, family: str, folder: Path) -> Path:
    (folder / "fonts").mkdir()
    shutil.copyfile(font, folder / "fonts" / "font.ttf")
    (folder / "fonts.conf").write_text(_FONTCONFIG.format(folder), encoding="utf-8")
    text = "".join(f"<text:p>{escape(line)}</text:p>" for line in LINES)
    quoted = quoteattr(f"'{family}'")
    (folder / "page.fodt").write_text(_DOCUMENT.format(family=quoted, text=text), encoding="utf-8")
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "pdf", "--outdir", str(folder), str(folder / "page.fodt")]
    settings = {**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")}
    result = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    pdf = folder / "page.pdf"
    if not pdf.exists():
        raise RuntimeError(f"LibreOffice made no PDF (code {result.returncode}): {result.stderr[-2000:]}")
    return pdf


def _output_of(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S, check=True).stdout
