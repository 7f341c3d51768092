"""Limits on how often an address or person may ask: moving windows in this process, and counts all machines share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from threading import Timer
from time import monotonic

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from transcribe.i18n import N_

NAMES_A_NETWORK = 3
"""People of one network who may all use up their tries within a minute. Chosen by hand: an office is one network."""

CODE_MINUTES_AN_HOUR = 3
"""Minutes of an hour in which a person may use up their tries of codes. A guess is right three times in a million: at
thirty an hour, from whatever networks, it takes a year to be right once. Chosen by hand."""


SHARED_AT_ONCE = 20
"""A twentieth of a limit is counted here before all machines are told, and may be asked of each machine beyond it.

A limit below forty is told with each request. Chosen by hand.
"""

SharedUse = Callable[[str, int, int, timedelta], Awaitable[bool]]
"""Counts together with other machines: what, how often, the most in how long. False where that is too often."""


CLEARED_SECONDS = 10.0
"""So often counts that are over are thrown away. Chosen by hand."""


class TooMany(Exception):
    """Too many requests. The next is welcome in `retry_after` seconds. `message` is one of the catalogues."""

    def __init__(self, retry_after: int, message: str = N_("Too many requests. Wait a minute.")) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after
        self.message = message


class RateLimits:
    """Limits of tries to sign in, by network and by name within one. Limits of requests of one person or program."""

    def __init__(
        self,
        sign_in_tries: int,
        requests_a_minute: int,
        program_requests_a_minute: int,
        shared: SharedUse | None = None,
    ) -> None:
        self._shared = shared
        self._untold: Counter[str] = Counter()
        self._over: set[str] = set()
        self._limiter = MovingWindowRateLimiter(_CountsHere())
        self._sign_in = RateLimitItemPerMinute(sign_in_tries)
        self._sign_in_of_all = RateLimitItemPerMinute(sign_in_tries * NAMES_A_NETWORK)
        self._codes_an_hour = RateLimitItemPerHour(sign_in_tries * CODE_MINUTES_AN_HOUR)
        self._requests = RateLimitItemPerMinute(requests_a_minute)
        self._program = RateLimitItemPerMinute(program_requests_a_minute)

    async def count_sign_in_try(self, network: str, name: str | None = None) -> None:
        """Count one try from a network: with this name, or with a link. TooMany where it has used up its tries.

        No network uses up the tries of another: so nobody can shut out somebody whose name they know.
        """
        await self._count(self._sign_in, "link" if name is None else f"name {name}", network)
        if name is not None:
            await self._count(self._sign_in_of_all, "names", network)

    async def count_code_try(self, who: str) -> None:
        """Count one try of a code, from any network. TooMany where this person's are used up.

        Only who has their password or link gets so far: strangers cannot shut anybody out.
        """
        await self._count(self._sign_in, "code", who)
        await self._count(self._codes_an_hour, "codes", who, 600)

    async def count_request(self, who: str) -> None:
        """Count one request of a person. TooMany where they have used up theirs."""
        await self._count(self._requests, "request", who)

    async def count_program_request(self, token: str) -> None:
        """Count one request of a program. TooMany where it has used up its own."""
        await self._count(self._program, "program", token)

    async def _count(self, item: RateLimitItem, what: str, name: str, retry_after: int = 60) -> None:
        if not self._limiter.hit(item, what, name) or not await self._is_few_together(item, f"{what} {name}"):
            raise TooMany(retry_after)

    async def _is_few_together(self, item: RateLimitItem, what: str) -> bool:
        """Whether all machines together may go on; they are asked only now and then where the limit is high."""
        if self._shared is None:
            return True
        self._untold[what] += 1
        if self._untold[what] < max(1, item.amount // SHARED_AT_ONCE) and what not in self._over:
            return True
        told = self._untold.pop(what)
        may = await self._shared(what, told, item.amount, timedelta(seconds=item.get_expiry()))
        (self._over.discard if may else self._over.add)(what)
        return may


class _CountsHere(MemoryStorage):
    """Counts kept in this process. The library begins a thread every hundredth of a second to throw old ones away."""

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, _SeldomTimer(value) if isinstance(value, Timer) else value)


class _SeldomTimer:
    """A timer after which no other is begun for `CLEARED_SECONDS`."""

    def __init__(self, timer: Timer) -> None:
        self._timer = timer
        self._until = monotonic() + CLEARED_SECONDS

    def start(self) -> None:
        self._timer.start()

    def is_alive(self) -> bool:
        return monotonic() < self._until
