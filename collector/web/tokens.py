"""Unguessable addresses, form tokens and operators' sessions."""

from __future__ import annotations

import hashlib
import secrets

from itsdangerous import BadSignature, Signer, URLSafeTimedSerializer

TOKEN_BYTES = 24
SESSION_S = 12 * 3600


def new_token() -> str:
    """A project's token: 192 random bits, in the form of an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def project_id(token: str) -> str:
    """The id of a token's project. Only the hash is stored: who reads the database cannot open a project."""
    return hashlib.sha256(token.encode()).hexdigest()


class Tokens:
    """What the service signs with its secret: form tokens, operators' sessions, names of rate limits.

    The key of sessions holds the operator token's hash: another token ends all of them.
    """

    def __init__(self, secret: str, operator_token: str = "") -> None:
        self._forms = _signer(secret, b"sonmat form")
        self._rates = _signer(secret, b"sonmat rate")
        own_secret = f"{secret} {hashlib.sha256(operator_token.encode()).hexdigest()}"
        signing = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        self._sessions = URLSafeTimedSerializer(own_secret, b"sonmat operator", signer_kwargs=signing)

    def new_form_token(self) -> str:
        """A token for one browser's forms."""
        return self._forms.sign(secrets.token_urlsafe(16)).decode()

    def is_form_token(self, given: str) -> bool:
        """Whether a form token is ours."""
        return self._forms.validate(given)

    def rate_bucket(self, kind: str, who: str) -> str:
        """Under what name somebody's requests are counted; it tells nobody whose they are."""
        return self._rates.get_signature(f"{kind} {who}").decode()

    def new_session(self) -> str:
        """An operator's session, with an id and the time of its beginning."""
        return str(self._sessions.dumps(secrets.token_urlsafe(16)))

    def session_id(self, given: str) -> str | None:
        """The id of a session of ours that has not run out; None where it is none."""
        try:
            return str(self._sessions.loads(given, max_age=SESSION_S))
        except BadSignature:  # also what has run out
            return None


def _signer(secret: str, purpose: bytes) -> Signer:
    """A signature for one purpose is none for another."""
    return Signer(secret, purpose, key_derivation="hmac", digest_method=hashlib.sha256)
