"""How often one address or person may ask: moving windows kept in this process."""

from __future__ import annotations

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from transcribe.i18n import N_

NAMES_A_NETWORK = 3
"""People of one network who may all use up their tries within a minute. Chosen by hand: an office is one network."""

CODE_MINUTES_AN_HOUR = 3
"""Minutes of an hour in which a person may use up their tries of codes. A guess is right three times in a million: at
thirty an hour, from whatever networks, it takes a year to be right once. Chosen by hand."""


class TooMany(Exception):
    """Too many requests. The next is welcome in `retry_after` seconds. `message` is one of the catalogues."""

    def __init__(self, retry_after: int, message: str = N_("Too many requests. Wait a minute.")) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after
        self.message = message


class RateLimits:
    """Limits of tries to sign in, by network and by name within one. Limits of requests of one person or program."""

    def __init__(self, sign_in_tries: int, requests_a_minute: int, program_requests_a_minute: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._sign_in = RateLimitItemPerMinute(sign_in_tries)
        self._sign_in_of_all = RateLimitItemPerMinute(sign_in_tries * NAMES_A_NETWORK)
        self._codes_an_hour = RateLimitItemPerHour(sign_in_tries * CODE_MINUTES_AN_HOUR)
        self._requests = RateLimitItemPerMinute(requests_a_minute)
        self._program = RateLimitItemPerMinute(program_requests_a_minute)

    def count_sign_in_try(self, network: str, name: str | None = None) -> None:
        """Count one try from a network: with this name, or with a link. TooMany where it has used up its tries.

        No network uses up the tries of another: so nobody can shut out somebody whose name they know.
        """
        self._count(self._sign_in, "link" if name is None else f"name {name}", network)
        if name is not None:
            self._count(self._sign_in_of_all, "names", network)

    def count_code_try(self, who: str) -> None:
        """Count one try of a code, from any network. TooMany where this person's are used up.

        Only who has their password or link gets so far: strangers cannot shut anybody out.
        """
        self._count(self._sign_in, "code", who)
        self._count(self._codes_an_hour, "codes", who, 600)

    def count_request(self, who: str) -> None:
        """Count one request of a person. TooMany where they have used up theirs."""
        self._count(self._requests, "request", who)

    def count_program_request(self, token: str) -> None:
        """Count one request of a program. TooMany where it has used up its own."""
        self._count(self._program, "program", token)

    def _count(self, item: RateLimitItem, what: str, name: str, retry_after: int = 60) -> None:
        if not self._limiter.hit(item, what, name):
            raise TooMany(retry_after)
