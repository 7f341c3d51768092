"""What closing a period would pay: in all by currency, and to each person."""

from __future__ import annotations

from collections.abc import Sequence

from flows.desk.money.amounts import Money, carried_cell, evened
from flows.desk.money.statement import statement_address
from flows.desk.tables import Cell, Column, Table
from flows.desk.visit import Visit
from transcribe.store import facts


def sums_in_words(visit: Visit, shares: Sequence[facts.PeriodShare]) -> str:
    """What is paid in all, such as "€12.50, £3.00"; "" where nothing is."""
    paid = {currency: sum(each.paid for each in own) for currency, own in _by_currency(shares).items()}
    return ", ".join(visit.amount(micro, currency) for currency, micro in paid.items() if micro)


def sums_table(visit: Visit, shares: Sequence[facts.PeriodShare]) -> Table:
    """A row for each currency: how many are paid, how much, what is carried, what is rounded up."""
    say = visit.say
    rows = [
        (
            Cell(currency),
            Cell(count := sum(each.paid > 0 for each in own), visit.number(count)),
            Money(sum(each.paid for each in own), currency),
            carried_cell(sum(each.carried for each in own), currency),
            Money(sum(each.rounded for each in own) or None, currency),
        )
        for currency, own in _by_currency(shares).items()
    ]
    columns = (
        Column("currency", say("Currency")), Column("people", say("People"), True),
        Column("amount", say("To be transferred"), True), Column("carried", say("Carried to the next period"), True),
        Column("rounded", say("Rounded up for who has left"), True),
    )  # fmt: skip
    return Table(name="would-pay", caption=say("In all"), columns=columns, rows=evened(visit, rows))


def payments_table(visit: Visit, shares: Sequence[facts.PeriodShare]) -> Table:
    """A row for each person and currency, with what would be paid and what would be carried."""
    say = visit.say
    handles = {person.id: person.handle for person in visit.home.store.transcribers()}
    rows = [
        (
            Cell(handles[each.transcriber], "", statement_address(handles[each.transcriber])),
            Money(each.paid, each.currency),
            carried_cell(each.carried, each.currency),
        )
        for each in shares
    ]
    columns = (
        Column("handle", say("Who")), Column("amount", say("To be transferred"), True),
        Column("carried", say("Carried to the next period"), True),
    )  # fmt: skip
    return Table(name="payments", caption=say("To whom"), columns=columns, rows=evened(visit, rows))


def _by_currency(shares: Sequence[facts.PeriodShare]) -> dict[str, list[facts.PeriodShare]]:
    """The shares of each currency, by its code."""
    found: dict[str, list[facts.PeriodShare]] = {}
    for each in sorted(shares, key=lambda share: share.currency):
        found.setdefault(each.currency, []).append(each)
    return found
