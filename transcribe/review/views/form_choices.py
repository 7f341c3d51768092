"""The latest version of every form, and the forms that an identify task may choose from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate, groupby, pairwise

from transcribe.errors import FormError, NotFound
from transcribe.i18n import said
from transcribe.model import Form
from transcribe.pay_arithmetic import an_hour
from transcribe.people import HOURLY, MIN_MEASURED_READINGS, NO_PACE, PayFault, pay_faults, pays
from transcribe.review.context import Forms
from transcribe.review.views.formatting import line_places, local_day, whole_due
from transcribe.store import PayLine, Rate, Store, facts


def latest_forms(store: Store, forms: Forms) -> Iterator[Form]:
    """The latest version of every form kept. A form whose definition is not installed any more is left out."""
    newest: dict[str, int] = {}
    for name, version, _ in store.forms():
        newest[name] = max(version, newest.get(name, 0))
    for name, version in newest.items():
        try:
            yield forms(name, version)
        except (FormError, NotFound):
            continue


@dataclass(frozen=True, slots=True, kw_only=True)
class FormChoice:
    """A form that a scan may be, and whether there is a picture of its blank."""

    name: str
    version: int
    title: str
    has_blank: bool

    @property
    def value(self) -> str:
        """What is sent for it."""
        return f"{self.name}/{self.version}"


def form_choices(store: Store, forms: Forms, language: str) -> tuple[FormChoice, ...]:
    """The latest version of every form that is kept, by title."""
    choices = [
        FormChoice(
            name=form.name,
            version=form.version,
            title=said(form.title, language) or form.name,
            has_blank=first_blank(form) is not None,
        )
        for form in latest_forms(store, forms)
    ]
    return tuple(sorted(choices, key=lambda choice: choice.title))


def first_blank(form: Form) -> str | None:
    """The picture of the form's first page. None where its layout is free."""
    return next((blank.path for blank in form.blanks if blank.path is not None), None)


# What each form pays, as people are told before they begin: its rate, an hour as measured, and its faults.


@dataclass(frozen=True, slots=True, kw_only=True)
class PayTerms:
    """What one form pays. `rate` is that of a reading, or of an hour for those who are paid by it.

    `has_floor`: a floor of an hour pays the time where there is no rate. `measured` is what an hour of reading it by
    the piece has come to, in micro-units. None while too few readings were measured.
    """

    title: str
    rate: Rate | None
    has_floor: bool
    measured: int | None
    retention_days: int | None
    training: bool | None
    faults: tuple[PayFault, ...]


def pay_terms(store: Store, forms: Forms, language: str, now: datetime, engagement: str) -> tuple[PayTerms, ...]:
    """The terms of every form that is kept and installed for people of this engagement, by title."""
    terms = (_pay_terms(store, form, language, now, engagement) for form in latest_forms(store, forms))
    return tuple(sorted(terms, key=lambda each: each.title))


def _pay_terms(store: Store, form: Form, language: str, now: datetime, engagement: str) -> PayTerms:
    by_hour, floor = engagement == HOURLY, store.floor(now)
    # An hour is never paid under the floor, so its speed says nothing.
    pace = NO_PACE if by_hour else store.pace(form.name)
    rate = store.rate(form.name, now, "hour" if by_hour else "reading")
    known = rate is not None and pace.readings >= MIN_MEASURED_READINGS
    training = form.options.get("training")
    return PayTerms(
        title=said(form.title, language) or form.name,
        rate=rate,
        has_floor=pays(floor),
        measured=an_hour(rate.micro * pace.readings, pace.seconds) if rate and known else None,
        retention_days=form.retention_days,
        training=None if training is None else bool(training),
        faults=pay_faults(rate, floor, pace),
    )


# What a field is called on pages that list tasks: its label, its row and its form, in the reader's language.


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedField:
    """A field as people know it. `row` counts from 1, None outside tables; `label` is "" where none is known."""

    label: str
    form: str
    row: int | None = None


def named_field(store: Store, forms: Forms, task: str, language: str) -> NamedField:
    """The field of a task by its public id. Names of the definition stand in where a form cannot be used any more."""
    try:
        asked = store.task_subject(task)
    except NotFound:
        return NamedField(label="", form="")
    row = None if asked.key.row is None else asked.key.row + 1
    try:
        form = forms(asked.form, asked.form_version)
        title = said(form.title, language) or form.name
        return NamedField(label=said(form.field(asked.key.name).label, language), form=title, row=row)
    except (FormError, NotFound, KeyError):
        return NamedField(label=asked.key.name, form=asked.form, row=row)


# The lines of one person's ledger by day, each with the name of its field, and this week's pay by day.

DAYS_A_WEEK = 7
"""By definition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLine:
    """A line of the ledger and the field that it is about, None for lines of no field.

    `corrects`: it is the line of a reading of a field that has one already. `paid_before`: that one paid for it.
    """

    line: PayLine
    field: NamedField | None
    corrects: bool = False
    paid_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PayDay:
    """A day where the person lives: the fields read, the seconds and earnings in all, and lines of it.

    `earned` is in micro-units by currency. A long day has more lines than are shown at once.
    """

    day: date
    fields: int
    seconds: float
    earned: Mapping[str, int]
    lines: tuple[NamedLine, ...]

    @property
    def listed(self) -> tuple[NamedLine, ...]:
        """The lines that say something: not those of time for which nothing was left to pay."""
        return tuple(each for each in self.lines if not _says_nothing(each.line))

    @property
    def empty(self) -> Mapping[tuple[str, str], int]:
        """How many of the other lines there are, by their kind and reference."""
        return Counter((each.line.kind, each.line.reference) for each in self.lines if _says_nothing(each.line))

    @property
    def places(self) -> Mapping[str, int]:
        """How many decimal places the amounts of the lines need, by currency.

        All of a day have as many, at most one more than the currency.
        """
        found: dict[str, int] = {}
        for each in self.listed:
            needed = line_places(each.line.micro, each.line.currency)
            found[each.line.currency] = max(found.get(each.line.currency, 0), needed)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekDay:
    """A day of this week: what was earned in micro-units, and its share of the best day, 0 to 1."""

    day: date
    micro: int
    share: float


def pay_days(
    store: Store, forms: Forms, language: str, ledger: Sequence[PayLine], shown: Sequence[PayLine], zone: str
) -> tuple[PayDay, ...]:
    """The days of the lines `shown`, in their order, each with the sums of all its lines in the ledger."""
    known: dict[str, NamedField] = {}
    paid = _paid_before(ledger)

    def named(line: PayLine) -> NamedLine:
        if line.task and line.task not in known:
            known[line.task] = named_field(store, forms, line.task, language)
        field, before = known[line.task] if line.task else None, paid.get(line.number)
        return NamedLine(line=line, field=field, corrects=before is not None, paid_before=bool(before))

    whole: dict[date, list[PayLine]] = defaultdict(list)
    for line in ledger:
        whole[local_day(line.at, zone)].append(line)
    days = groupby(shown, key=lambda line: local_day(line.at, zone))
    return tuple(_pay_day(day, whole[day], tuple(map(named, lines))) for day, lines in days)


def _says_nothing(line: PayLine) -> bool:
    """Whether it is time that came to nothing, as a skip whose time another line has paid."""
    return line.kind == "time" and bool(line.currency) and line.micro == 0


def _paid_before(ledger: Iterable[PayLine]) -> dict[int, bool]:
    """Of each line that is a further reading of a field, by its number, whether one before it was paid."""
    found: dict[int, bool] = {}
    first: dict[str, bool] = {}
    for line in ledger:
        if line.kind != "reading" or not line.task:
            continue
        if line.task in first:
            found[line.number] = first[line.task]
        first[line.task] = first.get(line.task, False) or line.micro > 0
    return found


def _pay_day(day: date, whole: Sequence[PayLine], lines: tuple[NamedLine, ...]) -> PayDay:
    earned: dict[str, int] = defaultdict(int)
    for line in whole:
        if line.kind != "paid" and line.currency:
            earned[line.currency] += line.micro
    return PayDay(
        day=day,
        fields=count_of_read(whole),
        seconds=sum(line.seconds for line in whole),
        earned=dict(earned),
        lines=lines,
    )


def count_of_read(lines: Iterable[PayLine]) -> int:
    """How many fields were read: what was taken back and sent again is one."""
    return len({line.task or line.number for line in lines if line.kind == "reading"})


def week_of(ledger: Sequence[PayLine], currency: str, today: date, zone: str) -> tuple[WeekDay, ...]:
    """What each day of this week has brought in a currency, from Monday to Sunday."""
    monday = today - timedelta(days=today.weekday())
    earned: dict[date, int] = defaultdict(int)
    for line in ledger:
        if line.currency == currency and line.kind != "paid":
            earned[local_day(line.at, zone)] += line.micro
    days = [monday + timedelta(days=number) for number in range(DAYS_A_WEEK)]
    most = max((earned[day] for day in days), default=0) or 1
    return tuple(WeekDay(day=day, micro=earned[day], share=max(0.0, earned[day] / most)) for day in days)


# Statements: the ledger of one person, month by month, as a page to keep.


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDay:
    """One day: readings, measured seconds, and what was earned and paid out, in micro-units.

    `carried`: what a period that was closed on this day left to the next one, None where none was. `references` are
    those of its transfers.
    """

    day: date
    readings: int
    seconds: float
    earned: int
    paid: int
    carried: int | None = None
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One month of one currency. `before` is what was due when it began, `due` when it ended, in micro-units.

    `final`: the month has ended, so the statement stays as it is.
    """

    currency: str
    days: tuple[StatementDay, ...]
    before: int
    final: bool

    @property
    def readings(self) -> int:
        """The readings of the month."""
        return sum(each.readings for each in self.days)

    @property
    def seconds(self) -> float:
        """The measured seconds of the month."""
        return sum(each.seconds for each in self.days)

    @property
    def earned(self) -> int:
        """What was earned in the month."""
        return sum(each.earned for each in self.days)

    @property
    def paid(self) -> int:
        """What was paid out in the month."""
        return sum(each.paid for each in self.days)

    @property
    def carried(self) -> int | None:
        """What the last period that was closed in the month left to the next one; None where none was closed."""
        return next((each.carried for each in reversed(self.days) if each.carried is not None), None)

    @property
    def earned_by_day(self) -> tuple[int, ...]:
        """What was earned on each day in whole cents, or what a bank can transfer: the rest goes to the next day."""
        sums = accumulate((each.earned - each.paid for each in self.days), initial=self.before)
        whole = [whole_due(each, self.currency) for each in sums]
        return tuple(after - before + day.paid for (before, after), day in zip(pairwise(whole), self.days, strict=True))

    @property
    def due(self) -> int:
        """What was due when the month ended."""
        return self.before + self.earned - self.paid


def months_of(lines: Sequence[PayLine], zone: str) -> tuple[str, ...]:
    """The months with lines, such as "2026-11", the latest first."""
    return tuple(sorted({f"{local_day(line.at, zone):%Y-%m}" for line in lines if line.currency}, reverse=True))


def statements_of(
    lines: Sequence[PayLine], carried: Sequence[facts.CarriedRest], month: str, zone: str, now: datetime
) -> tuple[Statement, ...]:
    """The statements of a month, one a currency, by currency. None of a month that has not begun."""
    present = f"{local_day(now, zone):%Y-%m}"
    if month > present:
        return ()
    final = present > month
    currencies = sorted({line.currency for line in lines if line.currency})
    found = []
    for currency in currencies:
        own = [(local_day(line.at, zone), line) for line in lines if line.currency == currency]
        before = sum(line.micro for day, line in own if f"{day:%Y-%m}" < month)
        inside = [(day, line) for day, line in own if f"{day:%Y-%m}" == month]
        rests = {local_day(each.at, zone): each.micro for each in carried if each.currency == currency}
        held = {day for day, _ in inside} | {day for day in rests if f"{day:%Y-%m}" == month}
        days = tuple(
            _statement_day(day, [line for at, line in inside if at == day], rests.get(day)) for day in sorted(held)
        )
        if days or before:
            found.append(Statement(currency=currency, days=days, before=before, final=final))
    return tuple(found)


def _statement_day(day: date, lines: Sequence[PayLine], carried: int | None) -> StatementDay:
    return StatementDay(
        day=day,
        readings=count_of_read(lines),
        seconds=sum(line.seconds for line in lines),
        earned=sum(line.micro for line in lines if line.kind != "paid"),
        paid=-sum(line.micro for line in lines if line.kind == "paid"),
        carried=carried,
        references=tuple(dict.fromkeys(line.reference for line in lines if line.kind == "paid" and line.reference)),
    )
