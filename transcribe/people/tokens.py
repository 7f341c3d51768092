"""Tokens that programs carry: made, shown once, and checked against a scope. The store sees only their SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from transcribe.errors import SettingsError
from transcribe.store import ApiToken, Store

Scope = Literal[
    "records:read",
    "records:write",
    "pictures:read",
    "scans:write",
    "explain:read",
    "pay:read",
    "metrics:read",
    "webhooks:read",
    "webhooks:manage",
]
"""The name of one permission of a token."""
SCOPES: frozenset[str] = frozenset(get_args(Scope))
"""The permissions of tokens, each apart: published records; correcting them and answering for them; their pictures;
sending scans; how a value came to be; what people are paid; numbers of the whole home, for monitoring; webhooks and
their deliveries; adding, ending and repeating webhooks."""

OF_ONE_FORM = frozenset({"records:read", "records:write", "pictures:read", "scans:write"})
"""The permissions that may be those of one form alone, such as records:read:receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token that was just made. `secret` is shown once and kept nowhere."""

    secret: str
    token: ApiToken


def secret_hash(secret: str) -> str:
    """The SHA-256 of a secret, which is all that is kept of it. Secrets have 256 random bits, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_token(
    store: Store, name: str, scopes: Iterable[str], now: datetime, valid: timedelta | None = None
) -> NewToken:
    """A new token `fh_<prefix>_<secret>` for a program, kept in the store. SettingsError where it has no name, or names
    a scope that does not exist."""
    if not name.strip():
        raise SettingsError("A token has a name that says what it is for.")
    wanted = frozenset(scopes)
    if unknown := sorted(each for each in wanted if not _is_known(each)):
        of_one = ", ".join(sorted(OF_ONE_FORM))
        raise SettingsError(
            f"There is no scope {unknown[0]!r}. Use one of: {', '.join(sorted(SCOPES))}; or {of_one} with the name of "
            "a form, as in records:read:receipt."
        )
    prefix = secrets.token_hex(4)
    secret = f"fh_{prefix}_{secrets.token_urlsafe(32)}"
    until = None if valid is None else now + valid
    token = ApiToken(prefix=prefix, name=name, scopes=wanted, at=now, until=until)
    store.put_token(token, secret_hash(secret), now)
    return NewToken(secret=secret, token=token)


def new_link(store: Store, who: str, until: datetime, now: datetime, by: str) -> str:
    """The secret of a new sign-in link for a person, which ends older ones; only its hash is kept."""
    secret = secrets.token_urlsafe(32)
    store.put_link(who, secret_hash(secret), until, now)
    store.log(by, "link made", who, {}, now)
    return secret


def _is_known(scope: str) -> bool:
    plain, colon, form = scope.rpartition(":")
    return scope in SCOPES or (plain in OF_ONE_FORM and bool(colon and form))
