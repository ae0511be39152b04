"""The key that signs forms and sessions, made once for an installation and kept in a file."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from templates.errors import PersonError

KEY_BYTES = 32
SHORTEST = 32
"""Characters of a key that nobody guesses: 128 bits, written in hexadecimal."""


class SecretError(PersonError):
    """The key is missing or too short: whoever guesses it signs sessions of operators."""

    code = "settings.secret"


def check_secret(secret: str, source: str) -> str:
    """The secret itself.

    Raises:
        SecretError: it is too short.
    """
    if len(secret) < SHORTEST:
        raise SecretError(
            f"서명 열쇠({source})가 {SHORTEST}자보다 짧습니다. ‘openssl rand -hex 32’로 만든 값을 넣거나, "
            "파일이면 지우고 다시 시작하세요.",
            f"The signing key ({source}) is shorter than {SHORTEST} characters: set one that “openssl rand -hex 32” "
            "makes, or, where it is a file, delete it and start again.",
        )
    return secret


def stored_secret(path: Path) -> str:
    """The key of a file, which is made where there is none; of several processes that start at once all get the same.

    Raises:
        SecretError: the file holds no key, as after a full disk, or cannot be made.
    """
    if not path.exists():
        try:
            _make(path)
        except OSError as error:
            raise SecretError(
                f"서명 열쇠를 {path}에 적지 못했습니다({error.strerror}). 자리를 비우거나 SONMAT_SECRET을 정하세요.",
                f"The signing key cannot be written to {path} ({error.strerror}): make room, or set SONMAT_SECRET.",
            ) from error
    return check_secret(path.read_text().strip(), str(path))


def _make(path: Path) -> None:
    """Writes a draft and links it under the file's name: whole or not at all, and never over another's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
