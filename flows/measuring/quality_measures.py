"""All that is measured of a home's quality, counted in one go beside the pages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Literal, NamedTuple

from flows.home import Home
from flows.steps import audited_values
from reconcile.algorithms import exact_interval
from reconcile.forms import Operand, PreparedForm, prepared
from reconcile.inference import Vote, majority, votes
from reconcile.learning import AuditedValue
from reconcile.records import FieldQuality, quality, query
from transcribe.errors import FormError, NotFound
from transcribe.model import INK, Decision, FieldKey, Reading
from transcribe.store import Store, facts

AUDITED_SCAN_COUNT = 2_000
"""So many scans are looked at, those that came last of the audited: some ten seconds of work. Chosen by hand."""


WEEKS_COUNT = 26
"""Work of so many weeks is shown: half a year. Chosen by hand."""


COST_DAYS = 31
"""Work of so many days is added up where it is said what it cost: a month. Chosen by hand."""


DECIDED = ("decided by people", "decided by machine")
"""What tells how many fields people were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekOfWork:
    """Fields of a form that were first decided in the week that began on a Monday, by whom."""

    form: str
    monday: date
    by_people: int
    by_machine: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What audits, the latest scans and the summaries of work tell.

    `written` are the records of the last `COST_DAYS` days by form, and the values that are written on them.
    """

    audited: list[AuditedValue]
    latest: LatestScans
    weeks: list[WeekOfWork]
    written: Mapping[str, tuple[int, int]]


def measure(home: Home, now: datetime) -> Measured:
    """Count all of it: some ten seconds in a large home."""
    return Measured(
        audited=audited_values(home, AUDITED_SCAN_COUNT),
        latest=latest_scans(home),
        weeks=weeks_of_work(home, now),
        written=_written(home, now),
    )


def _written(home: Home, now: datetime) -> Mapping[str, tuple[int, int]]:
    try:
        return query.written_values(home.settings.records, (now - timedelta(days=COST_DAYS)).isoformat())
    except NotFound:
        return {}


def weeks_of_work(home: Home, now: datetime) -> list[WeekOfWork]:
    """How many fields were decided in each of the last weeks, by whom, from the summaries."""
    counts: Counter[tuple[date, str, str]] = Counter()
    first = monday(now.date()) - timedelta(weeks=WEEKS_COUNT - 1)
    since = datetime.combine(first, datetime.min.time(), now.tzinfo)
    for each in home.store.work_done(since, DECIDED):
        counts[monday(each.at.date()), each.form, each.what] += each.count
    return [
        WeekOfWork(
            form=form,
            monday=week,
            by_people=counts[week, form, DECIDED[0]],
            by_machine=counts[week, form, DECIDED[1]],
        )
        for week, form in sorted({(week, form) for week, form, _ in counts})
    ]


# Curves of audited fields: stated probability against share right, risk against coverage, error by week.

MIN_GROUP_COUNT = 20
"""A group of fewer audited fields joins its neighbour: less than 20 tell nothing of one in a hundred."""


STATED_EDGES = (0.9, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999)
"""Where groups of stated probabilities part: each allows about half the error of the one before. Chosen by hand."""


COVERAGE_STEPS = 10
"""The curve of risk has so many points: a tenth of the fields more each. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """A group of audited fields: how many were wrong of so many, with the interval of the share.

    `stated` is the mean probability that was stated of them, `least` the lowest. `coverage` is the share of all audited
    fields that are at least so sure.
    """

    count: int
    wrong: int
    stated: float
    least: float
    coverage: float = 1.0

    @property
    def share(self) -> float:
        """The share that was wrong."""
        return self.wrong / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """The interval that holds the true share 19 times in 20."""
        return exact_interval(self.wrong, self.count)


def calibration_points(fields: Iterable[AuditedValue]) -> list[CurvePoint]:
    """Audited fields by what was stated of them, the least sure first; a small group joins the next surer one."""
    groups: list[list[AuditedValue]] = [[]]
    bins: dict[int, list[AuditedValue]] = defaultdict(list)
    for each in _stated(fields):
        bins[sum(_probability(each) >= edge for edge in STATED_EDGES)].append(each)
    for number in sorted(bins):
        if len(groups[-1]) >= MIN_GROUP_COUNT:
            groups.append([])
        groups[-1] += bins[number]
    if len(groups) > 1 and len(groups[-1]) < MIN_GROUP_COUNT:
        last = groups.pop()
        groups[-1] += last
    return [_point(group) for group in groups if group]


def coverage_points(fields: Iterable[AuditedValue]) -> list[CurvePoint]:
    """The share wrong among the surest tenth, two tenths and so on; fields stated equally sure stay together."""
    surest = sorted(_stated(fields), key=lambda each: -_probability(each))
    points: list[CurvePoint] = []
    for step in range(1, COVERAGE_STEPS + 1):
        end = len(surest) * step // COVERAGE_STEPS
        while 0 < end < len(surest) and _probability(surest[end]) == _probability(surest[end - 1]):
            end += 1
        if end >= MIN_GROUP_COUNT and (not points or points[-1].count < end):
            points.append(_point(surest[:end], end / len(surest)))
    return points


def error_by_week(fields: Iterable[AuditedValue]) -> dict[date, tuple[int, int]]:
    """How many audited fields were wrong of how many, by the Monday of the week in which experts read them."""
    weeks: dict[date, tuple[int, int]] = {}
    for each in fields:
        if each.at is not None:
            week = monday(each.at.date())
            wrong, count = weeks.get(week, (0, 0))
            weeks[week] = (wrong + each.wrong, count + 1)
    return dict(sorted(weeks.items()))


def monday(day: date) -> date:
    """The Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def _stated(fields: Iterable[AuditedValue]) -> list[AuditedValue]:
    return [each for each in fields if each.probability is not None]


def _probability(field: AuditedValue) -> float:
    return field.probability or 0.0


def _point(group: Sequence[AuditedValue], coverage: float = 1.0) -> CurvePoint:
    stated = [_probability(each) for each in group]
    return CurvePoint(
        count=len(group),
        wrong=sum(each.wrong for each in group),
        stated=sum(stated) / len(stated),
        least=min(stated),
        coverage=coverage,
    )


# False alarms: people were asked because of a rule or a trouble, and what machines had read was right after all.

Kind = Literal["rule", "trouble"]


class AlarmOf(NamedTuple):
    """What made people look: a rule of a form by its name, or a trouble by its reason."""

    form: str
    kind: Kind
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedAlarm:
    """How often something made people look, and how often what machines had read was right after all.

    A trouble is counted by fields that people read, that are decided, and of which machines had one value. A rule is
    counted each time that the values of machines broke it; it was false where all of its fields were right.
    """

    form: str
    kind: Kind
    name: str
    asked: int
    false: int


def alarms_of(
    store: Store, scan: str, form: PreparedForm, readings: Sequence[Reading], read: Mapping[FieldKey, tuple[Vote, ...]]
) -> Iterator[tuple[AlarmOf, bool]]:
    """What made people look at this scan, each with whether it was a false alarm."""
    first: dict[FieldKey, Reading] = {}
    for each in readings:
        if each.kind != "machine" and each.task and each.key.name in form.fields:
            first.setdefault(each.key, each)
    if not first:
        return
    had = {key: says for key, said in read.items() if (says := _had(said)) is not None}
    decided = {each.key: each for each in store.decisions(scan) if each.key.name in form.fields}
    right = {key: _is_right(form, key, says, decided[key]) for key, says in had.items() if key in decided}
    for key, reading in first.items():
        task = store.task_subject(str(reading.task))
        if key in right and task.kind in ("read", "adjudicate"):
            yield AlarmOf(form.form.name, "trouble", task.reason), right[key]
    values: dict[FieldKey, Operand] = {
        key: form.fields[key.name].number(says) if says else None for key, says in had.items()
    }
    for instance in form.instances(tuple(values)):
        if first.keys() & set(instance.keys) and right.keys() >= set(instance.keys) and instance.holds(values) is False:
            yield AlarmOf(form.form.name, "rule", instance.rule), all(right[key] for key in instance.keys)


def _had(said: Sequence[Vote]) -> str | None:
    """What most engines say, "" where all find nothing written; None where they are even."""
    if said and all(vote.null == "blank" for vote in said):
        return ""
    return majority(said)


def _is_right(form: PreparedForm, key: FieldKey, says: str, decision: Decision) -> bool:
    """Whether what machines had is what was decided."""
    if decision.null not in (None, "blank"):
        return False
    return says == ("" if decision.null == "blank" else form.fields[key.name].normal(decision.text))


# The latest scans: how often engines agree, and how often what made people look was right after all.

LATEST_SCAN_COUNT = 1_000
"""So many scans are looked at, those that came last: some seconds of work. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Two engines on one type of field of a form: fields that both read, and those that they read alike."""

    form: str
    type: str
    first: str
    second: str
    fields: int
    alike: int


@dataclass(kw_only=True)
class LatestScans:
    """What the latest scans tell. `scans` is how many were looked at."""

    scans: int = 0
    agreements: list[Agreement] = field(default_factory=list)
    alarms: list[CountedAlarm] = field(default_factory=list)


def latest_scans(home: Home, count: int = LATEST_SCAN_COUNT) -> LatestScans:
    """What the `count` scans tell that came last. A scan whose form is gone is left out."""
    both: Counter[tuple[str, str, str, str]] = Counter()
    alike: Counter[tuple[str, str, str, str]] = Counter()
    alarms: Counter[AlarmOf] = Counter()
    false: Counter[AlarmOf] = Counter()
    looked = 0
    for found in home.store.find_scans(facts.ScanSearch(), count):
        if not found.form:
            continue
        try:
            scan = home.store.scan(found.scan)
            form = prepared(home.forms(scan.form, scan.form_version))
        except (FormError, NotFound):
            continue
        looked += 1
        readings = home.store.readings(scan.id)
        read = _votes_of_engines(form, readings)
        for pair, same in _pairs(form, read):
            both[pair] += 1
            alike[pair] += same
        for alarm, was_false in alarms_of(home.store, scan.id, form, readings, read):
            alarms[alarm] += 1
            false[alarm] += was_false
    return LatestScans(
        scans=looked,
        agreements=[
            Agreement(form=form_name, type=type_name, first=first, second=second, fields=times, alike=alike[key])
            for key, times in sorted(both.items())
            for form_name, type_name, first, second in [key]
        ],
        alarms=[
            CountedAlarm(form=each.form, kind=each.kind, name=each.name, asked=times, false=false[each])
            for each, times in sorted(alarms.items())
        ],
    )


def _votes_of_engines(form: PreparedForm, readings: list[Reading]) -> Mapping[FieldKey, tuple[Vote, ...]]:
    """What each engine says of each field of the form; none that could not read it."""
    machine: dict[FieldKey, list[Reading]] = {}
    for each in readings:
        if each.kind == "machine" and each.source != INK and each.key.name in form.fields:
            machine.setdefault(each.key, []).append(each)
    return {
        key: tuple(vote for vote in votes(form.fields[key.name], own) if vote.null in (None, "blank"))
        for key, own in machine.items()
    }


def _pairs(
    form: PreparedForm, read: Mapping[FieldKey, tuple[Vote, ...]]
) -> Iterator[tuple[tuple[str, str, str, str], bool]]:
    for key, said in read.items():
        type_name = form.fields[key.name].field.type
        for one, other in combinations(sorted(said, key=lambda each: each.source), 2):
            yield (form.form.name, type_name, one.source, other.source), one.says == other.says


# What audits found of each form and field, with an interval: rows of the published quality tables.


def field_qualities(audited: Iterable[AuditedValue], at: datetime) -> Iterator[FieldQuality]:
    """The rows of each form: one for each audited field, and one for all of them, whose field is ""."""
    found: dict[tuple[str, str, str], list[AuditedValue]] = defaultdict(list)
    latest: dict[tuple[str, str], str] = {}
    for each in sorted(audited, key=lambda each: (each.at is not None, each.at or at)):
        found[each.form, each.key.name, each.type].append(each)
        found[each.form, quality.WHOLE_FORM, ""].append(each)
        latest |= {(each.form, each.key.name): each.type, (each.form, quality.WHOLE_FORM): ""}
    for (form, name, type_name), values in sorted(found.items()):
        if latest[form, name] != type_name:
            continue  # a later version of the form has another type there: its audits count
        wrong, times = sum(each.wrong for each in values), [each.at for each in values if each.at is not None]
        low, high = exact_interval(wrong, len(values))
        yield FieldQuality(
            form=form,
            field=name,
            type=type_name,
            audited=len(values),
            wrong=wrong,
            share=wrong / len(values),
            interval_low=low,
            interval_high=high,
            since=_said(min(times, default=None)),
            until=_said(max(times, default=None)),
            measured_at=at.isoformat(timespec="seconds"),
        )


def _said(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
