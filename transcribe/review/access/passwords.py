"""Passwords as argon2id hashes, computed two at a time so that signing in cannot take all the memory."""

from __future__ import annotations

from functools import cache

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from zxcvbn import zxcvbn

MIN_PASSWORD_LENGTH = 12
"""Characters: long enough against guessing at the rate that sign-in allows. A phrase of this length is easy to
remember."""

MIN_GUESSES = 10**8
"""Guesses that a password must withstand by zxcvbn's reckoning, which knows the common ones and how people alter them.
At ten tries a minute they take nineteen years."""

MAX_RATED_LENGTH = 72
"""Characters of a password that zxcvbn rates; it takes no longer ones."""

# 19 MiB, two passes, one lane: the least that OWASP's Password Storage Cheat Sheet asks of argon2id (50 ms here)
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _limiter() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(2)


@cache
def _hash_of_nobody() -> str:
    return _HASHER.hash("nobody has this password")


async def hash_password(password: str) -> str:
    """The hash that is kept of a password."""
    return await anyio.to_thread.run_sync(_HASHER.hash, password, limiter=_limiter())


async def is_password(password: str, kept: str | None) -> bool:
    """Whether a password is the one of which `kept` is the hash. False where `kept` is None, after the same work."""
    same = await anyio.to_thread.run_sync(_verify, password, kept or _hash_of_nobody(), limiter=_limiter())
    return same and kept is not None


async def is_common(password: str, handle: str) -> bool:
    """Whether a password would soon be guessed: a common one, one altered a little, or their own name."""
    return await anyio.to_thread.run_sync(_is_common, password[:MAX_RATED_LENGTH], handle, limiter=_limiter())


def _is_common(password: str, handle: str) -> bool:
    return bool(zxcvbn(password, user_inputs=[handle, "fairhand"])["guesses"] < MIN_GUESSES)


def _verify(password: str, kept: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
