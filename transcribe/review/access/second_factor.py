"""Codes at sign-in: an app makes a new one each half minute; recovery codes are for when there is no app at hand."""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pyotp
import segno

from transcribe.people import secret_hash
from transcribe.store import Store

RECOVERY_CODE_COUNT = 10
"""The number of recovery codes of a person. Chosen by hand, as elsewhere."""

RECOVERY_CODE_BYTES = 10
"""Random bytes in a recovery code: sixteen letters, which nobody finds from their hashes."""

RECOVERY_GROUP_LENGTH = 4
"""Letters of a recovery code between two hyphens: so they are copied by hand with few slips."""

CLOCK_SLACK_STEPS = (0, -1, 1)
"""Half minutes by which a telephone's clock may be wrong, likeliest first."""

QR_MARGIN_MODULES = 4
"""The white margin around a QR code, as its standard asks."""

MAX_CODE_LENGTH = 40
"""Characters that are looked at: a recovery code with its hyphens and as many spaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode:
    """A QR code to be drawn. `side` counts its modules with the margin; `path` has the dark ones, as an SVG's."""

    side: int
    path: str


def new_secret() -> str:
    """A new secret, 160 bits in base32, in the format of apps."""
    return pyotp.random_base32()


def setup_address(secret: str, handle: str) -> str:
    """The address that an app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=handle, issuer_name="fairhand")


def qr_code(text: str) -> QrCode:
    """The QR code of a text."""
    modules = list(segno.make_qr(text).matrix_iter(border=QR_MARGIN_MODULES))
    dark = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(modules) for x, module in enumerate(row) if module]
    return QrCode(side=len(modules), path="".join(dark))


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half minute whose code this is. None where it is none of the present one or those beside it."""
    totp, typed = pyotp.TOTP(secret), _plain(code).encode()
    steps = [totp.timecode(now) + offset for offset in CLOCK_SLACK_STEPS]
    return next((step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), typed)), None)


def new_recovery_codes() -> list[str]:
    """New recovery codes, to be shown once."""
    return [_grouped(_letters(RECOVERY_CODE_BYTES)) for _ in range(RECOVERY_CODE_COUNT)]


def recovery_hash(code: str) -> str:
    """The hash that is kept of a recovery code; spaces, hyphens and capitals make no difference."""
    return secret_hash(f"recovery {_plain(code)}")


def spend(store: Store, who: str, code: str, now: datetime) -> Literal["code", "recovery code"] | None:
    """Spend a code of this person, and tell of which kind it was. None where it is none of theirs, or was spent."""
    factor = store.second_factor(who)
    if factor is None or not factor.in_force:
        return None
    step = step_of(factor.secret, code, now)
    if step is not None:
        return "code" if store.spend_code(who, step) else None
    return "recovery code" if store.spend_recovery_code(who, recovery_hash(code), now) else None


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()


def _letters(count: int) -> str:
    return base64.b32encode(secrets.token_bytes(count)).decode().lower()


def _grouped(letters: str) -> str:
    return "-".join(letters[at : at + RECOVERY_GROUP_LENGTH] for at in range(0, len(letters), RECOVERY_GROUP_LENGTH))
