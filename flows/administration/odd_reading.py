"""How people read, where an operator should look at it: questions with evidence. Nothing here acts by itself."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from flows.home import Home, policy
from reconcile.conduct import Answer, OddReader, answers, odd_readers
from reconcile.parameters import shipped_parameters
from transcribe.errors import FormError, NotFound
from transcribe.i18n import N_, beginning, worded
from transcribe.model import Null, Parameters
from transcribe.pay_arithmetic import MIN_PLAUSIBLE_SECONDS
from transcribe.store import Forgery, TimeClaim

READ_LAST_SCAN_COUNT = 1000
"""The number of scans read last that are looked at: some seconds of work. Chosen by hand."""

NULL_WORDS: Mapping[Null, str] = {
    "blank": N_("nothing is written"),
    "illegible": N_("it cannot be read"),
    "crossed out": N_("it is crossed out"),
    "absent": N_("there is no such field"),
}
"""What a reading without a value says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One answer as evidence: what the person said, in words, and what the others say; "" where nobody did."""

    scan: str
    file: str
    field: str
    said: str
    others: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OddReading:
    """A question about how one person reads. `kind` names it for programs.

    `odd` of `looked` answers made it. An honest person gives so much reason to ask with a probability of 1 / `factor`
    at most.
    """

    handle: str
    kind: str
    question: str
    odd: int
    looked: int
    factor: float
    examples: tuple[Shown, ...]


def odd_reading(home: Home, count: int = READ_LAST_SCAN_COUNT) -> list[OddReading]:
    """The questions that the last `count` scans that people read leave, by person.

    Readings that were set aside are not looked at. A scan whose form is gone is left out.
    """
    store = home.store
    handles = {person.id: person.handle for person in store.transcribers()}
    parameters = store.parameters() or Parameters(version=1, content=shipped_parameters().content)
    given, in_force = list[Answer](), policy(home.settings)
    files: dict[str, str] = {}
    for scan in map(store.scan, store.scans_read_last(count)):
        try:
            given += answers(home.forms(scan.form, scan.form_version), store.readings(scan.id), parameters, in_force)
        except (FormError, NotFound):
            continue
        files[scan.id] = scan.name
    return [_shown(each, handles, files) for each in odd_readers(given)]


def _shown(each: OddReader, handles: Mapping[str, str], files: Mapping[str, str]) -> OddReading:
    return OddReading(
        handle=handles.get(each.who, each.who),
        kind=each.kind,
        question=_question(each, handles),
        odd=each.odd,
        looked=each.looked,
        factor=each.factor,
        examples=tuple(
            Shown(
                scan=answer.scan,
                file=files[answer.scan],
                field=str(answer.key),
                said=_words(answer.text or answer.says, answer.null),
                others=_words(answer.others.text or answer.others.says, answer.others.null) if answer.others else "",
            )
            for answer in each.examples
        ),
    )


def _question(each: OddReader, handles: Mapping[str, str]) -> str:
    """The question, with its figures."""
    numbers: Mapping[str, Any] = {"odd": each.odd, "looked": each.looked}
    if each.kind == "constant":
        usual = next((_words(answer.says, answer.null) for answer in each.examples), each.like)
        return worded(
            "%(odd)s of %(looked)s fields in which something else is written got the same answer, %(answer)s. Do they "
            "see the pictures?", answer=usual, **numbers,
        )  # fmt: skip
    if each.kind == "copied":
        whose = handles.get(each.like, each.like) if each.like else worded("who else read them")
        return worded("%(odd)s of %(looked)s mistakes of %(whose)s are theirs too. Do they work together?",
                      whose=whose, **numbers)  # fmt: skip
    if each.kind == "quick":
        return worded(
            "%(odd)s of %(looked)s times they sent answers faster than anybody can look and type. Is a key held down, "
            "or does a program send them?", **numbers,
        )  # fmt: skip
    if each.kind == "other letters":
        return worded(
            "%(odd)s of %(looked)s answers have letters of another alphabet that look like those of the form. Is "
            "another keyboard switched on?", **numbers,
        )  # fmt: skip
    return worded(
        "%(odd)s of %(looked)s answers are no more like what others read there than what stands elsewhere. Do they "
        "know what is asked?", **numbers,
    )  # fmt: skip


def _words(says: str, null: Null | None) -> str:
    return f'"{says}"' if null is None else worded(NULL_WORDS[null])


# What an operator should look at before money leaves: questions with figures. Nothing here acts by itself.

CLOCK_SLACK_SECONDS = 1.0
"""So much may be over by rounding. Chosen by hand."""

BURST_READING_COUNT = 20
"""Readings of one minute from which on they are a burst. A quick typist sends as many, with more time on each."""

BURST_TIME = timedelta(minutes=1)
"""The time within which a burst comes. An afternoon without a line comes as quickly, but with its seconds."""

LEAST_SECONDS_A_READING = 1.0
"""The least seconds a reading in a burst; a lower average is asked about. Chosen by hand."""

MANY_READINGS_COUNT = 3
"""More readings of one task than this are asked about: one, and two corrections. Chosen by hand."""

BESIDE_READINGS = frozenset({"skip", "question", "appeal", "dispute", "explanation"})
"""What the lines of time refer to that a person by the piece is paid for without a reading."""

MANY_SECONDS_BESIDE = 3600.0
"""Seconds without a reading that are asked about if they are more than half of all time. Chosen by hand."""

TABLE_WORDS = {
    "ledger": N_("lines of pay"),
    "reading": N_("readings"),
    "decision": N_("decisions"),
    "seal": N_("seals"),
    "fact": N_("lines about facts"),
    "rate": N_("rates of pay"),
    "floor": N_("floors of pay"),
    "undo": N_("readings taken back"),
    "withdrawal": N_("readings withdrawn"),
    "truth": N_("truths"),
    "appeal": N_("appeals"),
    "dispute": N_("disputes of time"),
    "kept_time": N_("kept times"),
    "person": N_("people's roles and ways of being paid"),
    "parameters": N_("what was learnt"),
    "form": N_("forms"),
    "record": N_("records"),
    "act": N_("what operators did"),
    "reading_aside": N_("readings set aside"),
    "scan": N_("scans that are marked as forgotten"),
}
"""The tables that are sealed, in words."""


def forgery_sentence(forgery: Forgery) -> str:
    """The sentence that names forged rows and what to do."""
    numbers: dict[str, Any] = {"first": forgery.first, "last": forgery.last}
    if forgery.first == forgery.last:
        where = worded("number %(first)s", first=forgery.first)
    else:
        where = worded("numbers %(first)s to %(last)s", **numbers)
    if forgery.what == "foreign":
        message = N_("%(rows)s, %(where)s: written by something else than fairhand.")
    elif forgery.what == "gone":
        message = N_("The seal that line %(first)s of the log names is gone: %(rows)s were taken out.")
    else:
        message = N_("%(rows)s, %(where)s: changed since they were written, or some were taken out.")
    said = beginning(worded(message, rows=worded(TABLE_WORDS[forgery.table]), where=where, **numbers))
    return worded("%(said)s Pay nothing out before you know why; compare with a backup.", said=said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """Something odd in one person's pay: a question with figures. `kind` names it for programs."""

    handle: str
    kind: str
    question: str


def anomalies(home: Home) -> list[Anomaly]:
    """Every question that the time since each person's last payment leaves, by person."""
    handles = {person.id: person.handle for person in home.store.transcribers()}
    claims: dict[str, list[TimeClaim]] = defaultdict(list)
    for claim in home.store.unpaid_claims():
        claims[claim.transcriber].append(claim)
    found = [
        Anomaly(handle=handles.get(who, who), kind=kind, question=question)
        for who, theirs in claims.items()
        for kind, question in _questions(theirs, home.settings.paid_waiting_minutes)
    ]
    for who, (tasks, seconds) in _kept(home, claims).items():
        said = worded(
            "%(seconds)s s on fields (%(tasks)s) are more than usual, and kept until they say that they worked. "
            "Did they?", seconds=f"{seconds:.0f}", tasks=tasks,
        )  # fmt: skip
        found.append(Anomaly(handle=handles.get(who, who), kind="slow", question=said))
    often: dict[str, list[int]] = defaultdict(list)
    for who, count in home.store.often_sent(MANY_READINGS_COUNT):
        often[who].append(count)
    for who, counts in often.items():
        said = worded(
            "Tasks that were sent more than %(often)s times: %(tasks)s, one of them %(most)s times. Why?",
            often=MANY_READINGS_COUNT, tasks=len(counts), most=max(counts),
        )  # fmt: skip
        found.append(Anomaly(handle=handles.get(who, who), kind="sent often", question=said))
    return sorted(found, key=lambda each: (each.handle, each.kind))


def _kept(home: Home, claims: Mapping[str, Sequence[TimeClaim]]) -> dict[str, tuple[int, float]]:
    """Time above what is usual that came since each person's last payment: of how many tasks, and the seconds."""
    found: dict[str, tuple[int, float]] = {}
    for kept in home.store.kept_times():
        if (theirs := claims.get(kept.transcriber)) and kept.at >= theirs[0].at:
            tasks, seconds = found.get(kept.transcriber, (0, 0.0))
            found[kept.transcriber] = tasks + 1, seconds + kept.seconds
    return found


def _questions(claims: Sequence[TimeClaim], paid_waiting_minutes: float) -> list[tuple[str, str]]:
    found = []
    if begin := _waited_all(claims, paid_waiting_minutes):
        said = worded(
            "%(minutes)s minutes of waiting are paid in 24 hours from %(begin)s: all that a day has. Was there no "
            "work?", minutes=f"{paid_waiting_minutes:g}", begin=_said(begin),
        )  # fmt: skip
        found.append(("waiting", said))
    if beside := _beside_pieces(claims):
        seconds, read = beside
        said = worded(
            "%(seconds)s s are counted for skips, questions and such, and %(read)s s for readings. Why so many?",
            seconds=f"{seconds:.0f}", read=f"{read:.0f}",
        )  # fmt: skip
        found.append(("beside readings", said))
    if beyond := _beyond_the_clock(claims):
        seconds, begin, end = beyond
        long = (end - begin).total_seconds()
        said = worded(
            "%(seconds)s s are counted within %(long)s s, from %(begin)s to %(end)s. How?",
            seconds=f"{seconds:.0f}", long=f"{long:.0f}", begin=_said(begin), end=_said(end),
        )  # fmt: skip
        found.append(("beyond the clock", said))
    return [*found, *_questions_of_readings(claims)]


def _questions_of_readings(claims: Sequence[TimeClaim]) -> list[tuple[str, str]]:
    """The questions about readings themselves: many at once, too quick, paid again."""
    found: list[tuple[str, str]] = []
    if burst := _burst(claims):
        count, seconds, begin = burst
        said = worded(
            "%(count)s readings came in a minute from %(begin)s, with %(seconds)s s on them. Whose are they?",
            count=count, begin=_said(begin), seconds=f"{seconds:.1f}",
        )  # fmt: skip
        found.append(("burst", said))
    if quick := _implausibly_quick(claims):
        count, begin = quick
        said = worded(
            "Readings that took less than %(least)s s: %(count)s, the first at %(begin)s. Was a key held?",
            count=count, least=f"{MIN_PLAUSIBLE_SECONDS:g}", begin=_said(begin),
        )  # fmt: skip
        found.append(("implausibly quick", said))
    tasks: dict[str | None, int] = defaultdict(int)
    for claim in claims:
        tasks[claim.task] += claim.reading and claim.micro > 0 and claim.task is not None
    if twice := [count for count in tasks.values() if count > 1]:
        said = worded(
            "Tasks that are paid more than once: %(tasks)s, one of them %(most)s times. Are they the same work?",
            tasks=len(twice), most=max(twice),
        )  # fmt: skip
        found.append(("paid again", said))
    return found


def _beyond_the_clock(claims: Sequence[TimeClaim]) -> tuple[float, datetime, datetime] | None:
    """The worst stretch in which more time is counted than it has: the seconds, its begin and end."""
    ends, worst, most = [claim.at for claim in claims], None, CLOCK_SLACK_SECONDS
    for number, last in enumerate(claims):
        begin = last.since or last.at - timedelta(seconds=last.seconds)
        inside = claims[bisect_left(ends, begin) : number + 1]
        seconds = sum(
            each.seconds for each in inside if (each.since or each.at - timedelta(seconds=each.seconds)) >= begin
        )
        over = seconds - (last.at - begin).total_seconds()
        if over > most:
            most, worst = over, (seconds, begin, last.at)
    return worst


def _burst(claims: Sequence[TimeClaim]) -> tuple[int, float, datetime] | None:
    """The largest burst of readings with hardly any time on them: how many, their seconds, its begin."""
    readings, first, worst = [claim for claim in claims if claim.reading], 0, None
    for number, last in enumerate(readings):
        while last.at - readings[first].at > BURST_TIME:
            first += 1
        together = readings[first : number + 1]
        seconds = sum(each.seconds for each in together)
        quick = len(together) >= BURST_READING_COUNT and seconds < LEAST_SECONDS_A_READING * len(together)
        if quick and (worst is None or len(together) > worst[0]):
            worst = (len(together), seconds, together[0].at)
    return worst


def _implausibly_quick(claims: Sequence[TimeClaim]) -> tuple[int, datetime] | None:
    """How many readings took less time than anybody can, and when the first came. None where there are none.

    A page counts begun seconds whole and takes them off the next reading, so two that follow each other count together.
    """
    readings = [claim for claim in claims if claim.reading]
    quick = [last for first, last in pairwise(readings) if first.seconds + last.seconds < 2 * MIN_PLAUSIBLE_SECONDS]
    return (len(quick), quick[0].at) if quick else None


def _waited_all(claims: Sequence[TimeClaim], minutes: float) -> datetime | None:
    """When the first 24 hours began in which all waiting was paid that a day has. None where there are none."""
    waits, first, seconds = [claim for claim in claims if claim.what == "waiting"], 0, 0.0
    for last in waits:
        seconds += last.seconds
        while last.at - waits[first].at >= timedelta(hours=24):
            seconds, first = seconds - waits[first].seconds, first + 1
        if seconds >= minutes * 60 - CLOCK_SLACK_SECONDS:
            return waits[first].at
    return None


def _beside_pieces(claims: Sequence[TimeClaim]) -> tuple[float, float] | None:
    """The seconds without a reading and those with one, where the first are many and more than half."""
    beside = sum(claim.seconds for claim in claims if claim.what in BESIDE_READINGS)
    read = sum(claim.seconds for claim in claims if claim.reading)
    pieces = any(claim.reading and claim.micro > 0 for claim in claims)
    return (beside, read) if pieces and beside >= MANY_SECONDS_BESIDE and beside > read else None


def _said(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
