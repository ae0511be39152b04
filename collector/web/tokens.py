"""Unguessable addresses, form tokens and operators' sessions."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time

TOKEN_BYTES = 24
SESSION_S = 12 * 3600
_SIGNATURE = 32


def new_token() -> str:
    """A project's token: 192 random bits, in the form of an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def project_id(token: str) -> str:
    """The id of a token's project. Only the hash is stored: who reads the database cannot open a project."""
    return hashlib.sha256(token.encode()).hexdigest()


class Signer:
    """Signs small values with the service's secret (HMAC-SHA-256)."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"sonmat web " + secret.encode()).digest()

    def sign(self, purpose: str, value: str) -> str:
        """``value.signature``; a signature for one purpose is none for another."""
        return f"{value}.{self._signature(purpose, value)}"

    def verify(self, purpose: str, signed: str) -> str | None:
        """The value, or None where the signature is not ours."""
        value, _, signature = signed.rpartition(".")
        good = hmac.compare_digest(signature.encode(), self._signature(purpose, value).encode())
        return value if value and good else None

    def new_form_token(self) -> str:
        """A token for one browser's forms."""
        return self.sign("form", secrets.token_urlsafe(16))

    def new_session(self, now_s: float | None = None) -> str:
        """An operator's session, with the moment it ends."""
        return self.sign("operator", str(int((now_s or time.time()) + SESSION_S)))

    def is_session(self, signed: str) -> bool:
        """Whether a session is ours and has not ended."""
        value = self.verify("operator", signed)
        return value is not None and value.isdigit() and int(value) > time.time()

    def _signature(self, purpose: str, value: str) -> str:
        return hmac.new(self._key, f"{purpose}\n{value}".encode(), hashlib.sha256).hexdigest()[:_SIGNATURE]
