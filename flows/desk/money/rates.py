"""What work pays: the rates and the floor in force, and for operators the forms that set them anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response

from flows.administration import micro_of, set_floor, set_rate, unfair_forms
from flows.desk.deeds import do
from flows.desk.money.amounts import Money, evened
from flows.desk.tables import Cell, Column, Kind, Table, table_file, time_cell
from flows.desk.visit import Act, Look, Visit
from transcribe.errors import SettingsError
from transcribe.i18n import N_
from transcribe.pay_arithmetic import MICRO_PLACES, decimal_text, is_too_much
from transcribe.review import require_proof

router = APIRouter()

RATES = "/desk/money/rates"
"""The address of the page."""

PER = {"reading": N_("a reading"), "hour": N_("an hour")}
"""What a rate is for."""

FAULTS = {
    "no floor": N_("there is no floor of an hour"),
    "floor under its source": N_("the floor is less than its own source says"),
    "no rate": N_("there is no rate"),
    "currencies differ": N_("the rate and the floor are in two currencies"),
    "pays under the floor": N_("at the speed measured, the rate comes to less than the floor"),
}
"""Why no paid work of a form begins."""

Amount = Annotated[str, Form(min_length=1, max_length=20)]
Currency = Annotated[str, Form(pattern="^[A-Za-z]{3}$")]
FormName = Annotated[str, Form(max_length=100)]
Source = Annotated[str, Form(min_length=1, max_length=300, pattern=r"\S")]
Optional = Annotated[str, Form(max_length=20)]


@router.get(RATES)
async def rates_page(visit: Look) -> Response:
    """What a reading and an hour pay, form by form, and the least that an hour does."""
    visit.require_all_forms()
    if visit.may_change:
        await require_proof(visit.context, visit.visitor)

    def made() -> Response:
        forms = visit.home.forms.names()
        floor = visit.home.store.floor(visit.now)
        faults = [
            visit.say("%(form)s: %(why)s.", form=visit.called(each.form), why=visit.say(FAULTS.get(fault, fault)))
            for each in unfair_forms(visit.home, forms)
            for fault in each.faults
        ]
        return visit.page("desk_rates.html", rates=rates_table(visit), floor=floor, forms=forms, faults=faults, per=PER)

    return await visit.look(made)


@router.get(RATES + ".{kind}")
async def rates_file(visit: Look, kind: Kind) -> Response:
    """The rates as a file."""
    visit.require_all_forms()
    return table_file(await visit.look(lambda: rates_table(visit)), kind)


@router.post("/desk/money/rate")
async def change_rate(
    visit: Act, amount: Amount, currency: Currency, per: Annotated[Literal["reading", "hour"], Form()],
    form: FormName = "",
) -> Response:  # fmt: skip
    """Sets what a reading or an hour pays from now on, as `fairhand pay rate` does."""
    await _require_power(visit)

    def deed() -> None:
        store, kept, money = visit.home.store, _amount(visit, amount), currency.upper()
        if form and form not in visit.home.forms.names():
            raise SettingsError(visit.say("There is no such form any more. Choose another."))
        with _paid_in(visit, money), store.together():
            set_rate(visit.home, kept, money, form, per_hour=per == "hour")
            told = {"amount": kept, "currency": money, "per": per}
            store.log(visit.by, "rate changed", form, told, visit.now)

    return await do(visit, deed, RATES, "rate-set")


@router.post("/desk/money/floor")
async def change_floor(
    visit: Act, amount: Amount, currency: Currency, source: Source, source_amount: Optional = ""
) -> Response:
    """Sets the least that an hour of work pays from now on, as `fairhand pay floor` does."""
    await _require_power(visit)

    def deed() -> None:
        store, kept, money = visit.home.store, _amount(visit, amount), currency.upper()
        said = _amount(visit, source_amount) if source_amount.strip() else None
        if not micro_of(kept):
            raise SettingsError(visit.say("A floor is more than 0: it is the least that an hour of work pays."))
        with _paid_in(visit, money), store.together():
            set_floor(visit.home, kept, money, source.strip(), said)
            told = {"amount": kept, "currency": money, "source": source.strip()}
            store.log(visit.by, "floor changed", "", told, visit.now)

    return await do(visit, deed, RATES, "floor-set")


def rates_table(visit: Visit) -> Table:
    """The rates in force, of a reading and of an hour: of all forms, and of each with its own."""
    say, store = visit.say, visit.home.store
    rows: list[tuple[Cell | Money, ...]] = []
    for form in ("", *visit.home.forms.names()):
        for per in ("reading", "hour"):
            rate = store.rate(form, visit.now, per)
            if rate is None or rate.form != form:
                continue
            called = visit.called(form) if form else say("all forms without a rate of their own")
            amount = Money(rate.micro, rate.currency, decimal_text(rate.micro, MICRO_PLACES))
            since = time_cell(rate.since, visit.moment(rate.since))
            rows.append((Cell(form, called), Cell(per, say(PER[per])), amount, Cell(rate.currency), since))
    return Table(
        name="rates",
        caption=say("What work pays"),
        columns=(
            Column("form", say("Form")), Column("per", say("For")), Column("amount", say("Amount"), True),
            Column("currency", say("Currency")), Column("since", say("Since")),
        ),
        rows=evened(visit, rows),
        address=RATES,
        nothing=say("No rate is set: nobody is paid by the reading."),
    )  # fmt: skip


def _amount(visit: Visit, typed: str) -> str:
    """An amount as it was typed, with a point: who writes a decimal comma means one."""
    amount = typed.strip().replace(",", ".")
    if is_too_much(amount):
        raise SettingsError(
            visit.say(
                "“%(said)s” is more than anybody is paid for a reading or an hour. Look at its point and its noughts.",
                said=typed.strip(),
            )
        )
    try:
        micro_of(amount)
    except SettingsError as error:
        raise SettingsError(visit.say("“%(said)s” is no amount. Write it like 0.05.", said=typed.strip())) from error
    return amount


@contextmanager
def _paid_in(visit: Visit, currency: str) -> Iterator[None]:
    """Says plainly that nobody can be paid in a currency. Amount and form were looked at before."""
    try:
        yield
    except SettingsError as error:
        told = visit.say("Nobody can be paid in “%(said)s”. Write a currency such as EUR.", said=currency)
        raise SettingsError(told) from error


async def _require_power(visit: Visit) -> None:
    """Who changes pay sees all forms, and has shown who they are not long ago."""
    visit.require_all_forms()
    await require_proof(visit.context, visit.visitor)
