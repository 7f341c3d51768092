"""How often one address or person may ask: moving windows kept in this process."""

from __future__ import annotations

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from transcribe.i18n import N_


class TooMany(Exception):
    """Too many requests. The next is welcome in `retry_after` seconds. `message` is one of the catalogues."""

    def __init__(self, retry_after: int, message: str = N_("Too many requests. Wait a minute.")) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after
        self.message = message


class RateLimits:
    """Three limits: tries to sign in (for each address and each handle), requests of one person, and of one program."""

    def __init__(self, sign_in_tries: int, requests_a_minute: int, program_requests_a_minute: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._sign_in = RateLimitItemPerMinute(sign_in_tries)
        self._requests = RateLimitItemPerMinute(requests_a_minute)
        self._program = RateLimitItemPerMinute(program_requests_a_minute)

    def count_sign_in_try(self, *whom: str) -> None:
        """Count one try for each name given. TooMany where one of them has used up theirs."""
        for name in whom:
            self._count(self._sign_in, "sign in", name)

    def count_request(self, who: str) -> None:
        """Count one request of a person. TooMany where they have used up theirs."""
        self._count(self._requests, "request", who)

    def count_program_request(self, token: str) -> None:
        """Count one request of a program. TooMany where it has used up its own."""
        self._count(self._program, "program", token)

    def _count(self, item: RateLimitItem, what: str, name: str) -> None:
        if not self._limiter.hit(item, what, name):
            raise TooMany(60)
