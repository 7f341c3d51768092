"""The options of the review pages, each default with its reason."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from transcribe.errors import FairhandError
from transcribe.model import Transcriber
from transcribe.store import PayMeasure, Store

MOST_ALONG = 200
"""No operator lets more fields be taken along: an hour's work and a half of short ones. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRules:
    """How values are decided, as people are told: the figures of the policy in force. Shares are from 0 to 1."""

    target: float = 0.995
    people_to_agree: int = 2
    people_before_expert: int = 3
    engines_to_agree: int = 2
    min_agreed_probability: float = 0.9
    min_machine_probability: float = 0.95
    min_one_engine_probability: float = 0.98
    min_sure_confidence: float = 0.97
    min_outvote_probability: float = 0.9999
    reading_cost_share: float = 0.07


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewOptions:
    """Options of the review pages. `public_url` is the address that people type, without a path."""

    public_url: str = "http://127.0.0.1:8080"
    desk: str = ""
    """Where operators and auditors come to when they sign in; "" where there are no pages of theirs."""
    lease_seconds: float = 600.0
    """Ten minutes: long enough for the hardest field and a phone call. A reader who vanished delays little."""
    ahead: int = 4
    """Tasks held by one page: with two seconds a field this covers eight seconds without a network."""
    most_ahead: int = 40
    """The most that a page may hold after outages: a quarter of an hour offline at 20 s a field."""
    most_along: int = 100
    """The most fields that a person may take along to read without a network; 0: none. Never more than MOST_ALONG."""
    along_hours: float = 12.0
    """Hours for which tasks taken along are lent: a working day with its ways. No lease is renewed for longer."""
    idle_minutes: float = 12 * 60
    """A session ends after a night without use."""
    session_days: float = 30
    """A session ends after a month whatever happens."""
    sign_in_tries: int = 10
    """Tries to sign in, a minute and address or handle."""
    requests_a_minute: int = 6000
    """Requests a minute and person: far above any typist, below what would slow others."""
    program_requests_a_minute: int = 600
    """Requests a minute and token of a program: ten a second fetch half a million records in two minutes."""
    questions_an_hour: int = 10
    """Questions an hour and person: each is read by an operator, and its time is paid."""
    late_days: float = 7.0
    """A first reading that comes late is taken and paid for a week: long enough for days without a line."""
    paid_questions: int = 20
    """Questions of one person that are paid in 24 hours. More are kept and answered, unpaid."""
    paid_tests: int = 20
    """Items of tests of one person that are paid in 24 hours: four tests. More may be taken, unpaid."""
    paid_waiting_minutes: float = 60.0
    """Minutes of waiting that are paid in 24 hours to who is paid by the hour: about an eighth of a day's work."""
    paid_usual_times: float = 2.0
    """Time on a field counts at once up to so many times what 95 of 100 of its kind and length take."""
    paid_skip_minutes: float = 60.0
    """Minutes beside readings that are paid in 24 hours to who is paid by the piece: as with waiting."""
    body_bytes: int = 64 * 1024
    """The largest body of a request: far above a full page of typed text."""
    upload_bytes: int = 100_000_000
    """The largest body of a request that sends a file: as large as files may be."""
    appeal_days: float = 7
    """An expert hears an appeal within a week, as the strictest law in force asks (Malta's, of EU 2024/2831)."""
    pay_day: int = 0
    """What was earned in a month is paid by this day of the next, as people are told; 0: nothing is promised."""
    asked_by: str = ""
    """Who asks for the work, as people are told before they begin: a name and how to reach them."""
    audit_share: float = 0.03
    """The share of decided fields that is read again, as people are told before they begin."""
    link_days: float = 14.0
    """How long a sign-in link holds that an operator makes on the people page."""
    rules: DecisionRules = DecisionRules()
    """How values are decided, as people are told on a page of its own."""
    training: bool = False
    """Whether readings may train machines, as people are told before they begin."""
    languages: tuple[str, ...] = ("en", "fr", "es")
    languages_from: str = "en"
    """The language where the browser asks for none that we speak."""

    @property
    def measure(self) -> PayMeasure:
        """How far pay goes, as the store is told."""
        return PayMeasure(
            late_days=self.late_days,
            questions_a_day=self.paid_questions,
            tests_a_day=self.paid_tests,
            waiting_minutes_a_day=self.paid_waiting_minutes,
            usual_times=self.paid_usual_times,
            skip_minutes_a_day=self.paid_skip_minutes,
        )

    @property
    def longest_lease(self) -> timedelta:
        """The age at which a lease ends, however often it is renewed."""
        return timedelta(hours=self.along_hours)

    @property
    def secure(self) -> bool:
        """Whether people come by https. The cookie is then Secure with the __Host- prefix, and HSTS is sent."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def origin(self) -> str:
        """The origin of forms of our own pages."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def cookie(self) -> str:
        """The name of the session cookie."""
        return "__Host-fairhand" if self.secure else "fairhand"


# The day's work and pay of each person, kept in this process and updated from the ledger's new lines.

EARNED_KINDS = frozenset({"reading", "time", "top-up", "rounding", "correction"})
"""Lines of the ledger that are earned: the others are payments."""


@dataclass(slots=True, kw_only=True)
class DayTotal:
    """Seconds counted and micro-units earned by currency since `since`; lines up to `number` are in it."""

    since: datetime
    number: int = 0
    seconds: float = 0.0
    micro: Counter[str] = field(default_factory=Counter)


class DayTotals:
    """The totals of everybody who asked today."""

    def __init__(self) -> None:
        self._of: dict[str, DayTotal] = {}
        self._one_at_a_time = Lock()  # two pages of one person must not add the same lines twice

    def today(self, store: Store, person: Transcriber, now: datetime) -> DayTotal:
        """The totals of a person since midnight where they live."""
        with self._one_at_a_time:
            return self._today(store, person, now)

    def _today(self, store: Store, person: Transcriber, now: datetime) -> DayTotal:
        begin = _midnight(now, person.time_zone)
        total = self._of.get(person.id)
        if total is None or total.since != begin:
            total = self._of[person.id] = DayTotal(since=begin)
        for line in store.ledger(person.id, after=total.number):
            total.number = max(total.number, line.number)
            if line.at >= begin and line.kind in EARNED_KINDS:
                total.seconds += line.seconds
                total.micro[line.currency] += line.micro
        return total


def _midnight(now: datetime, zone: str) -> datetime:
    try:
        local = now.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        local = now.astimezone(ZoneInfo("UTC"))
    passed = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return now - passed


# The mark of operators that people are missing, kept in this process.

MARK_AGE = timedelta(minutes=1)
"""The time for which the mark stands: a look on every page would cost too much. Chosen by hand."""

FIRST_WAIT_SECONDS = 2.0
"""So long a page waits for it where nothing is known. Chosen by hand."""

WAIT_SECONDS = 0.05
"""So long it waits where a minute-old mark is known. A look takes 20 ms where 1,000 tasks are open, and two seconds
where 150,000 are."""


class MissingMark:
    """Whether people were missing when somebody looked: looked up by one thread at a time, beside the pages."""

    def __init__(self) -> None:
        self._found: tuple[datetime, bool] | None = None
        self._lock = threading.Lock()
        self._done = threading.Event()

    def known(self, now: datetime) -> bool | None:
        """The latest finding; None if it must be looked up."""
        if self._found is None or not timedelta(0) <= now - self._found[0] < MARK_AGE:
            return None
        return self._found[1]

    def looked_up(self, are_missing: Callable[[], bool], now: datetime) -> bool:
        """What `are_missing` says; what was found last where it takes longer than a page waits."""
        may_wait = WAIT_SECONDS if self._found else FIRST_WAIT_SECONDS
        if self._lock.acquire(blocking=False):
            self._done.clear()
            threading.Thread(target=self._look, args=(are_missing, now), daemon=True).start()
        self._done.wait(may_wait)
        return self._found is not None and self._found[1]

    def keep(self, found: bool, now: datetime) -> bool:
        """Keep what was found now, and give it back."""
        self._found = now, found
        return found

    def _look(self, are_missing: Callable[[], bool], now: datetime) -> None:
        try:
            self.keep(are_missing(), now)
        except FairhandError:  # the page goes on with what was found before, and the next one asks again
            pass
        finally:
            self._lock.release()
            self._done.set()
