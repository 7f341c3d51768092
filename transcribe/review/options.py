"""The options of the review pages, each default with its reason."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from transcribe.errors import FairhandError
from transcribe.fields import facts_of
from transcribe.i18n import N_, translation
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
    min_machine_probability: float = 0.98
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
    pay_way: str = ""
    """How pay reaches people, in the operator's words; "" where nobody said so."""
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


# Limits on a text that a person sends: characters that nobody can type or see, and lengths that no paper has.

MAX_TEXT_LENGTH = 4000
"""Characters of one field: a full page of handwriting has fewer."""

MAX_WORD_LENGTH = 300
"""Characters without a space, in scripts that put spaces between words: the longest e-mail address has 254."""

MAX_VALUE_LENGTH = 300
"""Characters of a field that holds one value, with what may be written around it: six lines of a form."""

SHOWN_NAMES_COUNT = 3
"""The most characters that are named in one sentence. Chosen by hand."""

_LONG_WORD = re.compile(rf"[\u0021-\u058f]{{{MAX_WORD_LENGTH + 1},}}")
"""A run of Latin, Greek, Cyrillic or Armenian: later scripts may have none between words, as Japanese."""

_UNTYPABLE = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Controls but tab and line ends, halves of surrogates, and what is no character."""

CONTROL_NAMES = """
NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI
DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US
"""
"""The ASCII names of its first characters, in order."""


class TextRefused(FairhandError):
    """The text holds what cannot be kept; nothing of it was kept, and it is still where it was typed."""

    def __init__(self, message: str, named: Mapping[str, object]) -> None:
        super().__init__(message.format(**named))
        self.message, self.named = message, named

    def said(self, language: str) -> str:
        """Why, in a person's language."""
        return translation(language).gettext(self.message).format(**self.named)


def unkeepable(*found: str) -> TextRefused:
    """The message for a text that holds these characters."""
    said = N_("The text has a character that cannot be kept: {names}. Take it out and send the text again.")
    return TextRefused(said, {"names": ", ".join(map(character_name, found))})


def require_keepable(text: str) -> None:
    """TextRefused names what a text holds that cannot be kept."""
    if found := list(dict.fromkeys(_UNTYPABLE.findall(text))):
        raise unkeepable(*found[:SHOWN_NAMES_COUNT])
    if len(text) > MAX_TEXT_LENGTH:
        raise TextRefused(
            N_("The text has {count} characters; at most {most} can be kept. Shorten it and send it again."),
            {"count": len(text), "most": MAX_TEXT_LENGTH},
        )
    if _LONG_WORD.search(text):
        raise TextRefused(
            N_("One word has more than {most} characters. Put spaces where the paper has them, and send it again."),
            {"most": MAX_WORD_LENGTH},
        )


def require_value_length(text: str, type_name: str) -> None:
    """TextRefused where a text is longer than any value of its field's type."""
    if facts_of(type_name).is_one_value and len(text) > MAX_VALUE_LENGTH:
        raise TextRefused(
            N_(
                "This field holds a date, a number or the like: at most {most} characters can be kept, and the text "
                "has {count}. Type what belongs in this field, and send it again."
            ),
            {"most": MAX_VALUE_LENGTH, "count": len(text)},
        )


def character_name(character: str) -> str:
    """The name of a character: "NUL (U+0000)"."""
    code = ord(character)
    controls = CONTROL_NAMES.split()
    known = controls[code] if code < len(controls) else unicodedata.name(character, "")
    return f"{known} (U+{code:04X})" if known else f"U+{code:04X}"
