"""Messages between the web and its reading processes: a length of four bytes, then so many bytes."""

from __future__ import annotations

from typing import IO

LENGTH_BYTES = 4
MOST_BYTES = 16_000_000
"""Ten times what is read in one photograph, ink included."""


def send(pipe: IO[bytes], message: bytes) -> None:
    """Writes one message."""
    pipe.write(len(message).to_bytes(LENGTH_BYTES, "big") + message)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes:
    """Reads one message.

    Raises:
        EOFError: the other process has ended, or does not keep to the form.
    """
    length = int.from_bytes(_read(pipe, LENGTH_BYTES), "big")
    if length > MOST_BYTES:
        raise EOFError
    return _read(pipe, length)


def _read(pipe: IO[bytes], length: int) -> bytes:
    found = pipe.read(length)
    if len(found) < length:
        raise EOFError
    return found
