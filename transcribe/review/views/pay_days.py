"""The lines of one person's ledger by day, each with the name of its field, and this week's pay by day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from transcribe.review.context import Forms
from transcribe.review.views.field_names import NamedField, named_field
from transcribe.review.views.formatting import local_day, places_of
from transcribe.store import PayLine, Store

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
        """How many decimal places the amounts of the lines need, by currency: all of a day have as many."""
        found: dict[str, int] = {}
        for each in self.listed:
            needed = places_of(each.line.micro, each.line.currency)
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
