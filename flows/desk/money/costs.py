"""What records cost: engines' seconds, people's minutes, pay, and how much of it a right record takes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from flows.desk.batches.batch_table import batch_address
from flows.desk.counts import BY_PEOPLE, STATE_PREFIX
from flows.desk.money.amounts import COST_PLACES, Money, evened
from flows.desk.tables import Cell, Column, Table
from flows.desk.visit import Visit
from reconcile.records import quality
from transcribe.errors import NotFound
from transcribe.people import MIN_AUDITED_COUNT
from transcribe.store import facts

COST_DAYS = 31
"""Work of so many days is added up by form: a month. Chosen by hand."""

BATCHES_COUNT = 50
"""So many batches are listed, the latest. Chosen by hand."""

PAY, TOP_UP, ENGINE = "pay ", "top-up ", "engine "
"""How kinds of work begin that say what something cost."""


@dataclass(kw_only=True)
class Cost:
    """What some work took. `records` are by form, `pay` and `top_ups` by currency in micro-units."""

    records: Counter[str] = field(default_factory=Counter)
    engine_ms: int = 0
    people_ms: int = 0
    pay: Counter[str] = field(default_factory=Counter)
    top_ups: Counter[str] = field(default_factory=Counter)

    def add(self, each: facts.WorkDone) -> None:
        """Add what was done."""
        if each.what == "records":
            self.records[each.form] += each.count
        elif each.what in BY_PEOPLE:
            self.people_ms += each.amount
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
    return Table(
        name="form-costs",
        caption=say("Cost by form in the last 31 days"),
        columns=(Column("form", say("Form")), *_columns(visit)),
        rows=evened(visit, rows, COST_PLACES),
        address="/desk/money/form-costs",
        nothing=say("Nothing was done."),
    )


def batch_costs(visit: Visit) -> Table:
    """What all work on each of the latest batches took."""
    store, costs = visit.home.store, defaultdict[str, Cost](Cost)
    names = store.batch_names(BATCHES_COUNT)
    for each in store.work_of_batches(names):
        costs[each.batch].add(each)
    say, right = visit.say, right_shares(visit)
    rows = [
        (Cell(name, name, batch_address(name)), *cells)
        for name in names
        if name in costs
        for cells in _rows(visit, costs[name], right)
    ]
    return Table(
        name="batch-costs",
        caption=say("Cost by batch"),
        columns=(Column("batch", say("Batch")), *_columns(visit)),
        rows=evened(visit, rows, COST_PLACES),
        address="/desk/money/batch-costs",
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


def _columns(visit: Visit) -> tuple[Column, ...]:
    say = visit.say
    return (
        Column("records", say("Finished records"), True), Column("engine_seconds", say("Engine seconds"), True),
        Column("people_minutes", say("Minutes of people"), True), Column("pay", say("Pay"), True),
        Column("top_ups", say("Top-ups"), True), Column("currency", say("Currency")),
        Column("a_record", say("A record"), True), Column("right_from", say("A right record, at least"), True),
        Column("right_to", say("A right record, at most"), True),
    )  # fmt: skip


def _rows(visit: Visit, cost: Cost, right: Mapping[str, tuple[float, float]]) -> list[tuple[Cell | Money, ...]]:
    """The row of each currency; one without where nothing was paid."""
    records = sum(cost.records.values())
    seconds, minutes = cost.engine_ms / 1000, cost.people_ms / 60_000
    took = (
        Cell(records, visit.number(records)),
        Cell(round(seconds, 1), visit.number(seconds, 1)),
        Cell(round(minutes, 1), visit.number(minutes, 1)),
    )
    return [
        (
            *took,
            Money(cost.pay[currency] if currency else None, currency),
            Money(cost.top_ups[currency] or None, currency),
            Cell(currency),
            *_of_a_record(cost, right, currency),
        )
        for currency in sorted({*cost.pay, *cost.top_ups}) or [""]
    ]


def _of_a_record(cost: Cost, right: Mapping[str, tuple[float, float]], currency: str) -> tuple[Cell | Money, ...]:
    """What a record cost, and a right one at least and at most."""
    records, micro = sum(cost.records.values()), cost.pay[currency]
    if not records or not currency:
        return (Cell(None, "–"),) * 3
    a_record = Money(micro / records, currency)
    if not cost.records.keys() <= right.keys():
        return a_record, Cell(None, "–"), Cell(None, "–")
    least, most = (sum(count * right[form][end] for form, count in cost.records.items()) for end in (0, 1))
    return (
        a_record,
        Money(micro / most if most else None, currency),
        Money(micro / least if least else None, currency),
    )
