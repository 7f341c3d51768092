"""One batch as an operator sees it: how far it is, what waits, what was done, and when it will be finished."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from flows.home import Home, now
from transcribe.errors import SettingsError
from transcribe.i18n import worded
from transcribe.lean_imports import later
from transcribe.pay_arithmetic import decimal_text
from transcribe.store import Batch, MissingPeople, ScanState, SetAside, facts

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Days = dict[int, NDArray[numpy.float64]]
    """Readings by quarter of an hour, by days before today (0)."""
else:
    numpy = later("numpy")

# When a batch will be finished, from when and how fast people read it, with its spread.
#
# People work in hours and on days of their own, so a steady pace would be wrong by whole nights. The time since they
# began is cut into quarters of an hour. Possible futures are then put together from days that were seen. What was not
# seen yet, as the night of the first day, is made up: hours of work that hold those that were seen.


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


MIN_READINGS = 20
"""Fewer readings tell no pace. Chosen by hand."""


LOOK_BACK = timedelta(days=14)
"""Who works changes: days before are not looked at. Chosen by hand."""


HORIZON_DAYS = 90
"""No future is followed any further. Chosen by hand."""


FUTURES_COUNT = 200
"""So many possible futures are drawn: their tenth and ninetieth hundredths are known to some minutes in hours."""


BIN = timedelta(minutes=15)
"""Readings are counted by so much time: shorter than any shift. Chosen by hand."""


BINS_A_DAY = 96
"""Quarters of an hour in a day."""


BINS_AN_HOUR = 4
"""Quarters of an hour in an hour."""


SPREAD_SHARES = (0.1, 0.5, 0.9)
"""The shares of futures that have ended at the earliest, the middle and the latest time that are told."""


PACE_DEVIATION = 0.25
"""By how much (standard deviation of the logarithm) the pace differs from that of before. Chosen by hand."""


CLUMPING_FACTOR = 2.5
"""People come for longer than an hour: hours that follow each other tell less than others. Chosen by hand."""


WORK_DEVIATION = 0.1
"""By how much the readings that are left differ from those of before, field by field. Chosen by hand."""


LEAST_HOURS = 0.5
"""A day of work that is made up is so long at least: an evening's sitting. Chosen by hand."""


MOST_HOURS = 24.0
"""A day of work that is made up is so long at most: people around the clock."""


EARLIER_HOURS = 2.0
"""It begins so much earlier at most than anybody was seen to begin. Chosen by hand."""


WEEKLY_SHARE = 0.5
"""The share of futures in which a day of the week is as that day was before. Chosen by hand."""


AWAY_DAYS = 0.3
"""As if so many days had been seen, beside those that were, on which nobody came. Chosen by hand."""


WEEKEND_SHARE = 0.3
"""The share of futures in which people work at weekends, where no weekend was seen. Chosen by hand."""


SEEN_WEEKDAYS_SHARE = 0.15
"""The share of futures in which nobody comes on a day of the week on which nobody was seen yet. Chosen by hand."""


FIRST_HOUR_DEVIATION = 0.4
"""By how much more the pace may differ after one hour of work: others still begin. Chosen by hand."""


SATURDAY = 5
"""The first day of the weekend, as `datetime.weekday` counts."""


HALF_A_DAY = timedelta(hours=12)
"""From the begin of a day of work to its middle."""


DAYS_A_WEEK = 7
"""Days in a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """When a batch will be finished: in 80 of 100 cases between `earliest` and `latest`."""

    middle: datetime
    earliest: datetime
    latest: datetime


def forecast(
    times: Sequence[datetime] | Mapping[datetime, int], open_fields: int, readings_per_field: float, now: datetime
) -> Forecast | None:
    """When so many open fields will be finished. `times` are when people read, or how often they did when.

    None where nothing is open, where too little was read to tell, and where most futures end beyond the horizon.
    """
    counted = times if isinstance(times, Mapping) else Counter(times)
    recent = {at: count for at, count in counted.items() if at >= now - LOOK_BACK}
    if not open_fields or sum(recent.values()) < MIN_READINGS or now - min(recent) < BIN:
        return None
    chance = numpy.random.default_rng(0)  # the same readings give the same forecast
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + _quietest(recent)
    midnight -= timedelta(days=1) if midnight > now else timedelta()
    seen = _days(recent, midnight, now)
    if not any(numpy.nansum(day) for day in seen.values()):  # all within the last minutes
        return None
    left = open_fields * max(1.0, readings_per_field)
    deviation = float(numpy.hypot(WORK_DEVIATION, 1 / numpy.sqrt(left)))
    doubt = _doubt(seen)
    ends = []
    for _ in range(FUTURES_COUNT):
        pace = numpy.cumsum(_future(seen, doubt, midnight, now, chance))
        needed = left * chance.lognormal(0.0, deviation)
        reached = int(numpy.searchsorted(pace, needed))
        ends.append(float(reached) if reached < len(pace) else float("inf"))
    bins = [float(numpy.quantile(ends, share, method="nearest")) for share in SPREAD_SHARES]
    if not numpy.isfinite(bins).all():
        return None
    earliest, middle, latest = (max(now, midnight + each * BIN) for each in bins)
    return Forecast(middle=middle, earliest=earliest, latest=latest + BIN)


def _quietest(times: Mapping[datetime, int]) -> timedelta:
    """The time of day at which one day of work ends and the next begins: in the middle of the longest quiet part."""
    busy = sorted({(at.hour * 60 + at.minute) * 60 // int(BIN.total_seconds()) for at in times})
    gaps = [(later - earlier, earlier) for earlier, later in zip(busy, [*busy[1:], busy[0] + BINS_A_DAY], strict=True)]
    length, begin = max(gaps)
    return (begin + length // 2 + 1) % BINS_A_DAY * BIN


def _days(times: Mapping[datetime, int], midnight: datetime, now: datetime) -> Days:
    """Readings by quarter of an hour, by days before today (0); NaN before the first and after now."""
    begin = min(times)
    first = (begin - midnight) // timedelta(days=1)
    days = {-day: numpy.zeros(BINS_A_DAY) for day in range(first, 1)}
    for at, count in times.items():
        day, rest = divmod(at - midnight, timedelta(days=1))
        days[-day][rest // BIN] += count
    begun, here = ((begin - midnight) % timedelta(days=1)) // BIN, (now - midnight) // BIN
    days[-first][:begun] = numpy.nan
    days[0][here + 1 :] = numpy.nan
    part = (now - midnight - here * BIN) / BIN  # the quarter that is not over: scaled up, as far as it tells
    days[0][here] = days[0][here] / part if part > 0.2 else numpy.nan
    return days


def _future(
    seen: Days, doubt: float, midnight: datetime, now: datetime, chance: numpy.random.Generator
) -> NDArray[numpy.float64]:
    """Readings by quarter of an hour from today's midnight on, in one possible future; none before now."""
    days, worked = list(seen), _worked(seen, midnight)
    comes = [worked[0] or chance.random() > WEEKEND_SHARE, worked[1] or chance.random() < WEEKEND_SHARE]
    was_weekend = _weekends(midnight, [-day for day in days])
    is_weekend = _weekends(midnight, range(HORIZON_DAYS))
    today, ahead = numpy.array(days) == 0, numpy.arange(HORIZON_DAYS) == 0
    rows = numpy.full((HORIZON_DAYS, BINS_A_DAY), numpy.nan)
    together = numpy.array(list(seen.values()))
    for weekend, first in ((False, False), (False, True), (True, False), (True, True)):
        places = (is_weekend == weekend) & (ahead == first)
        alike = numpy.flatnonzero((was_weekend == weekend) & ~(today & first))
        if not len(alike) and comes[weekend]:  # none was seen: as on the other days
            alike = numpy.flatnonzero(~(today & first))
        if len(alike):
            rows[places] = together[chance.choice(alike, size=int(places.sum()))]
    known = _by_weekday(rows, seen, midnight, chance) if chance.random() < WEEKLY_SHARE else ahead
    away = ~known & (chance.random(HORIZON_DAYS) < chance.beta(AWAY_DAYS, len(seen)))
    rows[away] = 0.0
    made_up = _made_up_day(seen, chance) * numpy.where(is_weekend, comes[1], comes[0])[:, None]
    rows = numpy.where(numpy.isnan(rows), made_up, rows)
    if chance.random() < SEEN_WEEKDAYS_SHARE:
        rows[~_seen_weekdays(seen)] = 0.0
    rows[0, : (now - midnight) // BIN] = 0.0
    rows[0, (now - midnight) // BIN] *= 1.0 - (now - midnight) % BIN / BIN
    return rows.ravel() * chance.lognormal(0.0, doubt)


def _by_weekday(
    rows: NDArray[numpy.float64], seen: Days, midnight: datetime, chance: numpy.random.Generator
) -> NDArray[numpy.bool_]:
    """Put days of the same weekday into a future, where one was seen to its end. Which days those are, and today."""
    together, before = numpy.array(list(seen.values())), numpy.array([-day for day in seen])
    known: NDArray[numpy.bool_] = numpy.arange(HORIZON_DAYS) == 0
    for weekday in range(DAYS_A_WEEK):
        alike = numpy.flatnonzero((before - weekday) % DAYS_A_WEEK == 0)
        alike = alike[before[alike] < 0]
        if len(alike):
            places = numpy.arange(weekday or DAYS_A_WEEK, HORIZON_DAYS, DAYS_A_WEEK)
            rows[places] = together[chance.choice(alike, size=len(places))]
            known[places] = True
    return known


def _seen_weekdays(seen: Days) -> NDArray[numpy.bool_]:
    """Which of the days ahead are on a day of the week on which anybody was seen to read."""
    worked = {-day % DAYS_A_WEEK for day, counts in seen.items() if numpy.nansum(counts)}
    return numpy.isin(numpy.arange(HORIZON_DAYS) % DAYS_A_WEEK, list(worked))


def _worked(seen: Days, midnight: datetime) -> tuple[bool, bool]:
    """Whether anybody was seen to read on a weekday, and at a weekend."""
    at_weekend = _weekends(midnight, [-day for day in seen])
    counts = numpy.nansum(numpy.array(list(seen.values())), axis=1)
    return bool(counts[~at_weekend].sum()), bool(counts[at_weekend].sum())


def _doubt(seen: Days) -> float:
    """The deviation of the logarithm of the pace, from how much the hours differ in which people work."""
    together = numpy.array(list(seen.values()))
    busy = numpy.flatnonzero(numpy.nansum(together, axis=0)) // BINS_AN_HOUR
    hours = together.reshape(len(seen), 24, BINS_AN_HOUR).mean(axis=2)[:, busy[0] : busy[-1] + 1]
    counts = hours[~numpy.isnan(hours)]
    worked_hours = max(1, int((together > 0).sum())) / BINS_AN_HOUR
    deviation = float(numpy.hypot(PACE_DEVIATION, FIRST_HOUR_DEVIATION / numpy.sqrt(worked_hours)))
    if len(counts) < 2 or not counts.mean():
        return deviation
    spread = CLUMPING_FACTOR * counts.std(ddof=1) / counts.mean() / numpy.sqrt(len(counts))
    return float(numpy.hypot(deviation, spread))


def _made_up_day(seen: Days, chance: numpy.random.Generator) -> NDArray[numpy.float64]:
    """A day of work at the pace that was seen, in hours that hold all in which anybody was seen to read.

    Whoever has read for half an hour may go on for an hour or a day: any doubling of the length is as likely.
    """
    together = numpy.array(list(seen.values()))
    busy = numpy.flatnonzero(numpy.nansum(together, axis=0))
    begin = max(0.0, busy[0] - chance.uniform(0.0, EARLIER_HOURS * BINS_AN_HOUR))
    seen_length = max(BINS_AN_HOUR * LEAST_HOURS, float(busy[-1] + 1 - busy[0]))
    length = seen_length * (BINS_AN_HOUR * MOST_HOURS / seen_length) ** chance.random()
    end = max(float(busy[-1] + 1), min(BINS_A_DAY, begin + length))
    if length > BINS_A_DAY - 8:  # around the clock
        begin, end = 0.0, float(BINS_A_DAY)
    places = numpy.arange(BINS_A_DAY)
    pace = numpy.nanmean(together[:, busy[0] : busy[-1] + 1])
    return numpy.where((places >= begin) & (places < end), pace, 0.0)


def _weekends(midnight: datetime, ahead: Sequence[int]) -> NDArray[numpy.bool_]:
    """Which of the days so far ahead of today (before it: less than 0) are at a weekend."""
    weekday = (midnight + HALF_A_DAY).weekday()  # a day of work that begins late on Sunday is Monday's
    return (numpy.asarray(ahead) + weekday) % DAYS_A_WEEK >= SATURDAY


# What somebody did, in words with its figures, by the line of the log or the act that keeps it.

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""From when on acts count microseconds."""

Detail = Mapping[str, Any]
"""What a line of the log has besides its verb and its subject."""


def due_set(detail: Mapping[str, object]) -> datetime | None:
    """The due date that a batch was given, by the detail of an act."""
    due = detail["due_at"]
    return EPOCH + timedelta(microseconds=due) if isinstance(due, int) else None


def act_in_words(verb: str, detail: Mapping[str, object]) -> str:
    """What was done, with the field, the figures, or the fact that was set. The bare verb where its figures are
    missing, as in lines of older versions."""
    if isinstance(detail.get("field"), str):
        return f"{verb} {detail['field']}"
    if verb in FIGURES:
        try:
            return f"{verb}{FIGURES[verb](detail)}"
        except KeyError:
            return verb
    fact = verb.removesuffix(" set").replace(" ", "_")
    if verb.endswith(" set") and fact in detail:
        return f"{verb} to {_fact_in_words(detail[fact])}"
    return verb


def _due(detail: Detail) -> str:
    due = due_set(detail)
    return f" {due:%Y-%m-%d %H:%M} UTC" if due else " none"


def _rate(detail: Detail) -> str:
    per = "an hour" if detail["per"] == "hour" else "a reading"
    return f": {_money(detail)} {per} of {detail['form'] or 'every form'}"


def _floor(detail: Detail) -> str:
    return f": {_money(detail)} an hour ({detail['source']})"


def _work(detail: Detail) -> str:
    return f": {detail['hours']:g} hours{' of ' * bool(detail['form'])}{detail['form']}"


def _taken_in(detail: Detail) -> str:
    """The counts of a batch that came in; of what went wrong only what there is."""
    plain = [f"{detail[name]} {name}" for name in ("files", "scans", "read", "known")]
    rest = [f"{detail[name]} {name}" for name in ("set aside", "failed", "waiting") if detail.get(name)]
    return f": {', '.join([*plain, *rest])}"


def _money(detail: Detail) -> str:
    return f"{decimal_text(detail['micro'])} {detail['currency']}"


FIGURES: Mapping[str, Callable[[Detail], str]] = {
    "batch due": _due,
    "batch priority": lambda detail: f" {detail['priority']}",
    "batch taken in": _taken_in,
    "control share set": lambda detail: f" to {detail['share']:.1%}",
    "dispute answered": lambda detail: f": {detail['granted']:g} seconds added",
    "duplicate settled": lambda detail: f" as {detail['as']} of {str(detail['older'])[:12]}",
    "floor kept": _floor,
    "rate kept": _rate,
    "scan turned": lambda detail: f" by {detail['degrees']} degrees",
    "work expected": _work,
}
"""What is said after a verb that has figures."""


def _fact_in_words(value: object) -> str:
    """A fact of a person: yes, no, or what it says."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return ("no", "yes")[value] if value in (0, 1) and isinstance(value, int) else str(value)
