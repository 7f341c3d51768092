"""Cells of money: for programs the exact amount, for people with as many places as all of their column."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from flows.administration import PayLine, pay_lines
from flows.desk.counting import Counting
from flows.desk.pages.counts import BY_PEOPLE, STATE_PREFIX
from flows.desk.parts import counting
from flows.desk.tables import NO_FIGURE, Cell, Plain, Raw, Table, batch_cell
from flows.desk.visit import Visit
from flows.measuring import COST_DAYS
from reconcile.records import quality
from transcribe.errors import NotFound
from transcribe.i18n import N_
from transcribe.pay_arithmetic import MICRO_PLACES, MICRO_UNITS, an_hour, decimal_text
from transcribe.people import MIN_AUDITED_COUNT, MIN_MEASURED_READINGS, NO_PACE, pay_faults
from transcribe.review import placed_amount, places_of
from transcribe.store import Floor, Pace, Rate, facts

COST_PLACES = 4
"""Places of what a record cost: a hundredth of a cent. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in micro-units that is to be a cell; None where there is none. `value` is what programs are given."""

    micro: float | None
    currency: str
    value: Plain = None


def carried_cell(micro: int | None, currency: str) -> Money | None:
    """What was carried to the next period, for programs as decimal text; empty where no period was closed."""
    return None if micro is None else Money(micro, currency, decimal_text(micro, MICRO_PLACES))


def evened(visit: Visit, rows: Sequence[Sequence[Raw | Money]], most: int = MICRO_PLACES) -> list[list[Cell]]:
    """Rows in which amounts of a currency have as many places as their column needs, at most so many.

    Where the places of the currency itself are enough, it has these.
    """
    places = [_places(column, most) for column in zip(*rows, strict=True)]
    return [[_cell(visit, *each) for each in zip(row, places, strict=True)] for row in rows]


def _places(column: Sequence[Raw | Money], most: int) -> Mapping[str, int]:
    """How many places the amounts of a column need, by currency."""
    found: dict[str, int] = {}
    for each in column:
        if isinstance(each, Money) and each.micro is not None:
            needed = places_of(round(each.micro), each.currency, most)
            found[each.currency] = max(found.get(each.currency, 0), needed)
    return found


def _cell(visit: Visit, each: Raw | Money, places: Mapping[str, int]) -> Cell:
    if not isinstance(each, Money):
        return visit.cell(each)
    if each.micro is None:
        return NO_FIGURE
    value = round(each.micro / MICRO_UNITS, MICRO_PLACES) if each.value is None else each.value
    shown = placed_amount(round(each.micro), each.currency, places[each.currency], visit.language)
    return Cell(value, shown, is_amount=True)


# What records cost: engines' seconds, people's minutes, pay, and how much of it a right record takes.

BATCHES_COUNT = 50
"""So many batches are listed, the latest. Chosen by hand."""

PAY, TOP_UP, ENGINE = "pay ", "top-up ", "engine "
"""How kinds of work begin that say what something cost."""


@dataclass(kw_only=True)
class Cost:
    """What some work took. `records` are by form, `pay` and `top_ups` by currency in micro-units.

    `readings` are those of people who were asked.
    """

    records: Counter[str] = field(default_factory=Counter)
    engine_ms: int = 0
    people_ms: int = 0
    readings: int = 0
    pay: Counter[str] = field(default_factory=Counter)
    top_ups: Counter[str] = field(default_factory=Counter)

    def add(self, each: facts.WorkDone) -> None:
        """Add what was done."""
        if each.what == "records":
            self.records[each.form] += each.count
        elif each.what in BY_PEOPLE:
            self.people_ms += each.amount
            self.readings += each.count
        elif each.what.startswith(ENGINE):
            self.engine_ms += each.amount
        elif each.what.startswith(PAY):
            self.pay[each.what.removeprefix(PAY)] += each.amount
        elif each.what.startswith(TOP_UP):
            self.top_ups[each.what.removeprefix(TOP_UP)] += each.amount


def form_costs(visit: Visit) -> Table:
    """What the work of the last days took, by form; what belongs to no form, as top-ups, last."""
    store, costs = visit.home.store, defaultdict[str, Cost](Cost)
    kinds = ["records", *BY_PEOPLE, *(kind for prefix in (ENGINE, PAY, TOP_UP) for kind in store.work_kinds(prefix))]
    for each in store.work_by_form(visit.now - timedelta(days=COST_DAYS), kinds):
        costs[each.form].add(each)
    say, right = visit.say, right_shares(visit)
    rows = [
        (Cell(form, form or say("of no form")), *cells)
        for form, cost in sorted(costs.items(), key=lambda each: (not each[0], each[0]))
        for cells in _rows(visit, cost, right)
    ]
    return visit.table(
        "form-costs",
        say("Cost by form in the last 31 days"),
        {"form": say("Form"), **_heads(visit)},
        evened(visit, rows, COST_PLACES),
        at="/desk/money",
        nothing=say("Nothing was done."),
    )


def beside_keying(visit: Visit, written: Mapping[str, tuple[int, int]]) -> tuple[Table, list[str]]:
    """What people's work of the last days took by form, beside keying each written value twice; and that in words.

    `written` are records and the values that are written on them, by form. Keying is reckoned with what a reading of
    these forms takes and is paid. Pay is only for those who see all forms.
    """
    say, store, costs, whole = visit.say, visit.home.store, defaultdict[str, Cost](Cost), Cost()
    kinds = [*BY_PEOPLE, *(store.work_kinds(PAY) if visit.forms is None else ())]
    for each in store.work_by_form(visit.now - timedelta(days=COST_DAYS), kinds):
        if visit.sees(each.form):
            costs[each.form].add(each)
            whole.add(each)
    seen = {form: counts for form, counts in sorted(written.items()) if visit.sees(form) and whole.readings}
    rows = [
        row for form, counts in seen.items() for row in _rows_beside_keying(visit, form, counts, costs[form], whole)
    ]
    title, nothing = say("Cost beside keying everything twice, in the last 31 days"), say("Nothing was done.")
    heads = {
        "form": say("Form"),
        "records": say("Finished records"),
        "values": say("Written values"),
        "readings": say("Readings by people"),
        "hours": say("Hours of people"),
        "hours_twice": say("Hours if all were keyed twice"),
        "pay": say("Pay"),
        "pay_twice": say("Pay if all were keyed twice"),
        "currency": say("Currency"),
    }
    table = visit.table("value", title, heads, evened(visit, rows, COST_PLACES), at="/desk/quality", nothing=nothing)
    return table, [_in_hours(visit, seen, costs, whole)] if rows else []


def _rows_beside_keying(
    visit: Visit, form: str, counts: tuple[int, int], took: Cost, whole: Cost
) -> Iterator[tuple[Raw | Money, ...]]:
    """The row of a form in each currency; one without where nothing was paid."""
    twice = 2 * counts[1] / whole.readings
    for currency in sorted(whole.pay) or [""]:
        yield (
            form,
            *counts,
            took.readings,
            _hours(visit, took.people_ms),
            _hours(visit, twice * whole.people_ms),
            Money(took.pay[currency] if currency else None, currency),
            Money(twice * whole.pay[currency] if currency else None, currency),
            currency,
        )


def _in_hours(visit: Visit, seen: Mapping[str, tuple[int, int]], costs: Mapping[str, Cost], whole: Cost) -> str:
    """What a reading took, and the hours of people beside those of keying twice, in a sentence."""
    a_reading = whole.people_ms / whole.readings
    return visit.say(
        "A reading took people %(seconds)s seconds here. At that pace two people would have keyed these records in"
        " %(twice)s hours; with machines it took %(hours)s.",
        seconds=visit.number(a_reading / 1000, 1),
        twice=visit.number(2 * sum(values for _, values in seen.values()) * a_reading / HOUR_MS, 2),
        hours=visit.number(sum(costs[form].people_ms for form in seen) / HOUR_MS, 2),
    )


HOUR_MS = 3_600_000
"""Milliseconds of an hour."""


def _hours(visit: Visit, milliseconds: float) -> Cell:
    return Cell(round(milliseconds / HOUR_MS, 4), visit.number(milliseconds / HOUR_MS, 2))


def batch_costs(visit: Visit) -> Table:
    """What all work on each of the latest batches took."""
    store, costs = visit.home.store, defaultdict[str, Cost](Cost)
    names = store.batch_names(BATCHES_COUNT)
    for each in store.work_of_batches(names):
        costs[each.batch].add(each)
    say, right = visit.say, right_shares(visit)
    rows = [(batch_cell(name), *cells) for name in names if name in costs for cells in _rows(visit, costs[name], right)]
    return visit.table(
        "batch-costs",
        say("Cost by batch"),
        {"batch": say("Batch"), **_heads(visit)},
        evened(visit, rows, COST_PLACES),
        at="/desk/money",
        nothing=say("There is no batch yet."),
    )


def right_shares(visit: Visit) -> Mapping[str, tuple[float, float]]:
    """By form the least and the largest share of records with every value right; none where too little was audited.

    It is reckoned from the interval of wrong fields, as if errors fell one by one.
    """
    total: dict[str, Counter[str]] = defaultdict(Counter)
    for each in visit.home.store.scan_counts_in_all():
        total[each.form]["scans" if each.what.startswith(STATE_PREFIX) else each.what] += each.count
    shares = {}
    for form, counts in total.items():
        whole = next((each for each in _audited(visit, form) if each.field == quality.WHOLE_FORM), None)
        if whole and whole.audited >= MIN_AUDITED_COUNT and counts["scans"]:
            fields = counts["fields"] / counts["scans"]
            shares[form] = ((1 - whole.interval_high) ** fields, (1 - whole.interval_low) ** fields)
    return shares


def _audited(visit: Visit, form: str) -> list[quality.FieldQuality]:
    try:
        return quality.quality(visit.home.settings.records, form)
    except NotFound:
        return []


def _heads(visit: Visit) -> dict[str, str]:
    say = visit.say
    return {
        "records": say("Finished records"),
        "engine_seconds": say("Engine seconds"),
        "people_minutes": say("Minutes of people"),
        "pay": say("Pay"),
        "top_ups": say("Top-ups"),
        "currency": say("Currency"),
        "a_record": say("A record"),
        "right_from": say("A right record, at least"),
        "right_to": say("A right record, at most"),
    }


def _rows(visit: Visit, cost: Cost, right: Mapping[str, tuple[float, float]]) -> list[tuple[Raw | Money, ...]]:
    """The row of each currency; one without where nothing was paid."""
    records = sum(cost.records.values())
    seconds, minutes = cost.engine_ms / 1000, cost.people_ms / 60_000
    took = (
        records,
        Cell(round(seconds, 1), visit.number(seconds, 1)),
        Cell(round(minutes, 1), visit.number(minutes, 1)),
    )
    return [
        (
            *took,
            Money(cost.pay[currency] if currency else None, currency),
            Money(cost.top_ups[currency] or None, currency),
            currency,
            *_of_a_record(cost, right, currency),
        )
        for currency in sorted({*cost.pay, *cost.top_ups}) or [""]
    ]


def _of_a_record(cost: Cost, right: Mapping[str, tuple[float, float]], currency: str) -> tuple[Raw | Money, ...]:
    """What a record cost, and a right one at least and at most."""
    records, micro = sum(cost.records.values()), cost.pay[currency]
    if not records or not currency:
        return (NO_FIGURE,) * 3
    a_record = Money(micro / records, currency)
    if not cost.records.keys() <= right.keys():
        return a_record, NO_FIGURE, NO_FIGURE
    least, most = (sum(count * right[form][end] for form, count in cost.records.items()) for end in (0, 1))
    return (
        a_record,
        Money(micro / most if most else None, currency),
        Money(micro / least if least else None, currency),
    )


# What a rate or a floor would change, as it is shown before it is in force.

MOST_TIMES = 2
"""An amount so many times as large, or as small, as the one before is looked at twice. Chosen by hand."""

HOUR_PLACES = 2
"""Places of what an hour comes to: it is measured, and no sum that is paid. Chosen by hand."""

FAULTS = {
    "no floor": N_("there is no floor of an hour"),
    "floor under its source": N_("the floor is less than its own source says"),
    "no rate": N_("there is no rate"),
    "currencies differ": N_("the rate and the floor are in two currencies"),
    "pays under the floor": N_("at the speed measured, the rate comes to less than the floor"),
}
"""Why no paid work of a form begins."""


def standing(kept: Rate | Floor | None) -> str:
    """What tells whether what is in force is what was seen."""
    if kept is None:
        return "none"
    return f"{kept.micro} {kept.currency} {kept.form if isinstance(kept, Rate) else kept.source}"


def share_in_words(visit: Visit, before: Rate | Floor | None, micro: int, currency: str) -> tuple[str, bool]:
    """What part an amount is of the one before, and whether it may be a slip."""
    if before is None or before.currency != currency or not before.micro:
        return "", False
    times = micro / before.micro
    said = visit.say("That is %(share)s of what is in force now.", share=visit.share(times))
    return said, not 1 / MOST_TIMES < times < MOST_TIMES


def forms_of(visit: Visit, rate: Rate) -> list[str]:
    """The forms that a rate is of: its own, or all that have none of their own."""
    if rate.form:
        return [rate.form]
    own = ((form, visit.home.store.rate(form, visit.now, rate.per)) for form in visit.home.forms.names())
    return [form for form, kept in own if kept is None or not kept.form]


def hours_table(visit: Visit, rate: Rate, before: Rate | None) -> Table:
    """What an hour of each form in use comes to with a rate of a reading, at the measured speed."""
    say, rows = visit.say, []
    used = {form for form, _, _ in visit.home.store.forms()}
    for form in [each for each in forms_of(visit, rate) if each in used or rate.form]:
        pace = visit.home.store.pace(form)
        is_known = pace.readings >= MIN_MEASURED_READINGS
        takes = visit.spent(pace.seconds / pace.readings) if is_known else say("not measured yet")
        rows.append(
            (
                Cell(form, visit.called(form)),
                takes,
                Money(_hour(before, pace) if is_known else None, before.currency if before else rate.currency),
                Money(_hour(rate, pace) if is_known else None, rate.currency),
            )
        )
    columns = {
        "form": say("Form"),
        "takes": say("A reading takes"),
        "before": say("An hour comes to now"),
        "then": say("An hour would come to"),
    }
    evenly = evened(visit, rows, HOUR_PLACES)
    return visit.table("hours", say("What an hour comes to"), columns, evenly)


def _hour(rate: Rate | None, pace: Pace) -> int | None:
    return None if rate is None else an_hour(rate.micro * pace.readings, pace.seconds)


def faults_with(visit: Visit, forms: Iterable[str], rate: Rate | None, floor: Floor | None) -> Sequence[str]:
    """Why no paid work of these forms would begin, with a rate that would be theirs or a floor."""
    store, said = visit.home.store, []
    for form in forms:
        kept = store.rate(form, visit.now) if rate is None else replace(rate, form=form)
        if kept is None:
            continue
        pace = store.pace(form) if kept.per == "reading" else NO_PACE
        said += [
            visit.say("%(form)s: %(why)s.", form=visit.called(form), why=visit.say(FAULTS[fault]))
            for fault in pay_faults(kept, floor, pace)
        ]
    return said


# What `fairhand pay report` says of everybody: counted beside the page, as it adds up the whole ledger.

OWED_SECONDS = 3600.0
"""How long what was added up stands: it looks at every line of pay. Chosen by hand."""


def owed_counting(visit: Visit) -> Counting:
    """The count of what everybody is owed, begun where the last one is old."""
    home = visit.home
    asked = counting(visit, "owed", lambda: pay_lines(home))
    asked.recent(OWED_SECONDS)
    return asked


def owed_lines(visit: Visit) -> list[PayLine]:
    """What was counted last, by handle."""
    last = owed_counting(visit).last
    return list(last.found or []) if last else []
