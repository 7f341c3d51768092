"""One batch as an operator sees it: how far it is, what waits and why, what it cost, and when it will be finished."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from flows.home import Home, now
from flows.mending.forecast import Forecast, forecast
from transcribe.errors import SettingsError
from transcribe.i18n import worded
from transcribe.store import Batch, MissingPeople, ScanState, SetAside, facts

READINGS_PER_FIELD = 1.5
"""Readings that an asked field takes where none of the batch is finished yet. Chosen by hand."""

STOPPED = "not finished"
"""How far a scan is that was not finished when its batch was cancelled. Nobody is asked about it until it goes on."""


MOST_KNOWN = 500
"""So many scans that came again are listed. Chosen by hand."""

DUE_BEFORE = timedelta(days=366)
"""So far back a due date may lie: what was promised a year ago still stands as late. Chosen by hand."""

DUE_AHEAD = timedelta(days=3653)
"""So far ahead a due date may lie: ten years. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReport:
    """A batch with its scans by state, its open questions by reason, and what was done to it.

    `cost` is by currency in micro-units, without top-ups; empty where nothing is paid. `forecast` is None where too
    little is known, and where `missing_people` says without whom some fields are finished by nobody who is there.
    `duplicates` counts scans that may be an order that came before, and that nobody has settled. `files_aside`
    never became scans. `known_again` are scans of other batches that came again in this one.
    """

    batch: Batch
    states: Mapping[str, int]
    waiting: Mapping[str, int]
    cost: Mapping[str, int]
    people_readings: int
    forecast: Forecast | None
    missing_people: tuple[MissingPeople, ...]
    acts: tuple[facts.Act, ...]
    duplicates: int
    files_aside: tuple[SetAside, ...]
    known_again: tuple[facts.KnownAgain, ...]


def batch_report(home: Home, name: str) -> BatchReport:
    """All that is known of a batch. NotFound where there is none."""
    batch, at = home.store.batch(name), now()
    states = home.store.scan_states(name)
    reasons: Counter[str] = Counter()
    for of_form in home.store.counts(name).waiting_reasons.values():
        reasons.update(of_form)
    work = home.store.batch_work(name)
    each = work.finished_readings / work.finished_fields if work.finished_fields else READINGS_PER_FIELD
    left = sum(state.open_fields for state in states) if batch.cancelled_at is None else 0
    missing = [person for person in home.store.missing_people(name) if person.waits == "orders"] if left else []
    return BatchReport(
        batch=batch,
        states=Counter(_word(state, is_cancelled=batch.cancelled_at is not None) for state in states),
        waiting=reasons,
        cost={currency: micro for currency, micro in work.cost.items() if currency},  # none: it was not paid for
        people_readings=len(work.times),
        forecast=None if missing else forecast(work.times, left, each, at),
        missing_people=tuple(missing),
        acts=tuple(home.store.acts(batch=name)),
        duplicates=len({each.newer for each in home.store.duplicates() if each.waits and each.batch == name}),
        files_aside=tuple(each for each in home.store.list_set_aside() if each.batch == name),
        known_again=tuple(home.store.known_again(name, MOST_KNOWN)),
    )


def batch_states(home: Home) -> Mapping[str, Mapping[str, int]]:
    """How many scans of each batch are in each state, as the report of one batch counts them."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    cancelled = {each.name for each in home.store.batches() if each.cancelled_at is not None}
    for state in home.store.scan_states():
        found[state.scan.batch][_word(state, is_cancelled=state.scan.batch in cancelled)] += 1
    return found


def _word(state: ScanState, *, is_cancelled: bool) -> str:
    """How far a scan of a batch is. The questions about those of a cancelled one are withdrawn."""
    return STOPPED if is_cancelled and state.word == "not weighed" else state.word


def begin_of(text: str) -> datetime:
    """The time at which a period begins, as somebody wrote it; in UTC without a zone."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def due_of(text: str) -> datetime | None:
    """The time that somebody wrote as a due date: "2026-12-01", or with a time; "none" for None.

    Without a zone it is in UTC; a day alone means its end. ValueError where it is neither.
    """
    if text == "none":
        return None
    read = datetime.fromisoformat(text)
    if len(text) == len("2026-12-01"):
        read = datetime.combine(read.date(), time(23, 59, 59))
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def batch_due_of(text: str, at: datetime) -> datetime | None:
    """As `due_of`, of a batch. SettingsError where nobody can mean that time, `at` this one."""
    due = due_of(text)
    if due is not None and not at - DUE_BEFORE <= due <= at + DUE_AHEAD:
        raise SettingsError(worded("A due date is at most one year past, and at most ten years ahead."))
    return due
