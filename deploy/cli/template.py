"""``sonmat template``: writes the sheet as a PDF to print and as JSON for programs."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from deploy.cli.output import check_folder, write_output
from templates.errors import PersonError
from templates.pdf import write_pdf
from templates.sheet import SET_NAMES, build_sheet


class UnknownSetError(PersonError):
    """There is no sheet with this number of characters."""

    code = "set"

    def __init__(self, name: str) -> None:
        known = ", ".join(SET_NAMES)
        super().__init__(
            f"‘{name}’자 종이는 없습니다. {known} 가운데에서 고르세요.",
            f"There is no sheet of “{name}” characters: choose one of {known}.",
        )


def write_sheet(set_name: str, out: Path) -> list[Path]:
    """Writes ``sheet.pdf`` and ``sheet.json`` into ``out``, both or neither.

    Raises:
        UnknownSetError: there is no such set.
        FolderRefusedError: the folder cannot be written.
    """
    if set_name not in SET_NAMES:
        raise UnknownSetError(set_name)
    check_folder(out)
    sheet = build_sheet(set_name)
    with tempfile.TemporaryDirectory() as draft:
        pdf = Path(draft, "sheet.pdf")
        write_pdf(sheet, pdf)
        return write_output({"sheet.pdf": pdf}, {"sheet.json": json.loads(sheet.to_json())}, out)
