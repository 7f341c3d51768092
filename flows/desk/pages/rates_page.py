"""What work pays: the rates and the floor in force, and for operators the forms that set them anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Response
from fastapi.responses import RedirectResponse

from flows.administration import micro_of, set_floor, set_rate, unfair_forms
from flows.desk.deeds import do, refused
from flows.desk.pages.amounts import FAULTS, Money, evened, faults_with, forms_of, hours_table, share_in_words, standing
from flows.desk.tables import Cell, Kind, Raw, Table, table_file, with_query
from flows.desk.visit import Look, ProvedAct, Visit
from transcribe.errors import SettingsError
from transcribe.i18n import N_
from transcribe.pay_arithmetic import MICRO_PLACES, decimal_text, is_too_much
from transcribe.people import paid_currency
from transcribe.review import require_proof
from transcribe.store import Floor, Rate

router = APIRouter()

RATES = "/desk/money/rates"
"""The address of the page."""

PER = {"reading": N_("a reading"), "hour": N_("an hour")}
"""What a rate is for."""

Amount = Annotated[str, Form(min_length=1, max_length=20)]
Currency = Annotated[str, Form(pattern="^[A-Za-z]{3}$")]
FormName = Annotated[str, Form(max_length=100)]
Source = Annotated[str, Form(min_length=1, max_length=300, pattern=r"\S")]
Optional = Annotated[str, Form(max_length=20)]
Seen = Annotated[str, Form(max_length=400)]
"""What was in force when it was looked at."""
Per = Literal["reading", "hour"]

AskedAmount = Annotated[str, Query(max_length=20)]
AskedCurrency = Annotated[str, Query(max_length=10)]
AskedForm = Annotated[str, Query(max_length=100)]
AskedSource = Annotated[str, Query(max_length=300, pattern=r"\S")]


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
        return visit.page(
            "desk_rates.html", rates=rates_table(visit), floor=floor, faults=faults,
            forms=visit.forms_to_choose(), per=[(each, visit.say(words)) for each, words in PER.items()],
        )  # fmt: skip

    return await visit.look(made)


@router.get(RATES + ".{kind}")
def rates_file(visit: Look, kind: Kind) -> Response:
    """The rates as a file."""
    visit.require_all_forms()
    return table_file(rates_table(visit), kind)


@router.get("/desk/money/rate/look")
async def look_at_rate(
    visit: Look, amount: AskedAmount, currency: AskedCurrency, per: Annotated[Per, Query()],
    form: AskedForm = "", changed: bool = False,
) -> Response:  # fmt: skip
    """What a rate would change, and the form that sets it. Nothing is written."""
    visit.require_operator()
    visit.require_all_forms()
    await require_proof(visit.context, visit.visitor)

    def made() -> Response:
        rate = _wished_rate(visit, amount, currency, per, form)
        before = visit.home.store.rate(form, visit.now, per)
        if before is not None and (before.form, before.micro, before.currency) == (form, rate.micro, rate.currency):
            raise SettingsError(visit.say("This is in force already."))
        sent = {"amount": decimal_text(rate.micro), "currency": rate.currency, "per": per, "form": form}
        sent["seen"] = standing(before)
        share, is_slip = share_in_words(visit, before, rate.micro, rate.currency)
        hours = hours_table(visit, rate, before) if per == "reading" else None
        faults = faults_with(visit, forms_of(visit, rate), rate, visit.home.store.floor(visit.now))
        return visit.page(
            "desk_rate_look.html", rate=rate, before=before, changed=changed, sent=sent, share=share, is_slip=is_slip,
            hours=hours, faults=faults,
        )  # fmt: skip

    return await _looked(visit, made)


@router.get("/desk/money/floor/look")
async def look_at_floor(
    visit: Look, amount: AskedAmount, currency: AskedCurrency, source: AskedSource, source_amount: AskedAmount = "",
    changed: bool = False,
) -> Response:  # fmt: skip
    """What a floor would change, and the form that sets it. Nothing is written."""
    visit.require_operator()
    visit.require_all_forms()
    await require_proof(visit.context, visit.visitor)

    def made() -> Response:
        store, floor = visit.home.store, _wished_floor(visit, amount, currency, source, source_amount)
        before = store.floor(visit.now)
        if before is not None and replace(floor, since=before.since) == before:
            raise SettingsError(visit.say("This is in force already."))
        said = "" if floor.source_micro is None else decimal_text(floor.source_micro)
        sent = {"amount": decimal_text(floor.micro), "currency": floor.currency, "source": floor.source}
        sent |= {"source_amount": said, "seen": standing(before)}
        share, is_slip = share_in_words(visit, before, floor.micro, floor.currency)
        faults = faults_with(visit, visit.home.forms.names(), None, floor)
        return visit.page(
            "desk_floor_look.html", floor=floor, before=before, changed=changed, sent=sent, share=share,
            is_slip=is_slip, faults=faults,
        )  # fmt: skip

    return await _looked(visit, made)


@router.post("/desk/money/rate")
async def change_rate(
    visit: ProvedAct, amount: Amount, currency: Currency, per: Annotated[Per, Form()], form: FormName = "",
    seen: Seen = "",
) -> Response:  # fmt: skip
    """Sets what a reading or an hour pays from now on, as `fairhand pay rate` does. What nobody has seen is shown."""
    visit.require_all_forms()
    query = {"amount": amount, "currency": currency, "per": per, "form": form}
    look_at = f"/desk/money/rate/look{with_query(query | {'changed': 'true' if seen else ''})}"
    if seen != await visit.look(lambda: standing(visit.home.store.rate(form, visit.now, per))):
        return RedirectResponse(look_at, 303)

    def deed() -> None:
        rate = _wished_rate(visit, amount, currency, per, form)
        with visit.home.store.together(by=visit.by):
            set_rate(visit.home, decimal_text(rate.micro), rate.currency, form, per_hour=per == "hour")

    return await do(visit, deed, RATES, "rate-set", look_at)


@router.post("/desk/money/floor")
async def change_floor(
    visit: ProvedAct, amount: Amount, currency: Currency, source: Source, source_amount: Optional = "", seen: Seen = ""
) -> Response:
    """Sets the least that an hour of work pays, as `fairhand pay floor` does. What nobody has seen is shown first."""
    visit.require_all_forms()
    query = {"amount": amount, "currency": currency, "source": source, "source_amount": source_amount}
    look_at = f"/desk/money/floor/look{with_query(query | {'changed': 'true' if seen else ''})}"
    if seen != await visit.look(lambda: standing(visit.home.store.floor(visit.now))):
        return RedirectResponse(look_at, 303)

    def deed() -> None:
        floor = _wished_floor(visit, amount, currency, source, source_amount)
        said = None if floor.source_micro is None else decimal_text(floor.source_micro)
        with visit.home.store.together(by=visit.by):
            set_floor(visit.home, decimal_text(floor.micro), floor.currency, floor.source, said)

    return await do(visit, deed, RATES, "floor-set", look_at)


def rates_table(visit: Visit) -> Table:
    """The rates in force, of a reading and of an hour: of all forms, and of each with its own."""
    say, store = visit.say, visit.home.store
    rows: list[tuple[Raw | Money, ...]] = []
    for form in ("", *visit.home.forms.names()):
        for per in ("reading", "hour"):
            rate = store.rate(form, visit.now, per)
            if rate is None or rate.form != form:
                continue
            called = visit.called(form) if form else say("all forms without a rate of their own")
            amount = Money(rate.micro, rate.currency, decimal_text(rate.micro, MICRO_PLACES))
            rows.append((Cell(form, called), Cell(per, say(PER[per])), amount, rate.currency, rate.since))
    heads = {
        "form": say("Form"),
        "per": say("For"),
        "amount": say("Amount"),
        "currency": say("Currency"),
        "since": say("Since"),
    }
    nothing = say("No rate is set: nobody is paid by the reading.")
    return visit.table("rates", say("What work pays"), heads, evened(visit, rows), at="/desk/money", nothing=nothing)


def _wished_rate(visit: Visit, amount: str, currency: str, per: Per, form: str) -> Rate:
    """A rate that is not in force yet. SettingsError where it cannot be."""
    if form and form not in visit.home.forms.names():
        raise SettingsError(visit.say("There is no such form any more. Choose another."))
    money, micro = _currency(visit, currency), micro_of(_amount(visit, amount))
    return Rate(form=form, micro=micro, currency=money, since=visit.now, per=per)


def _wished_floor(visit: Visit, amount: str, currency: str, source: str, source_amount: str) -> Floor:
    """A floor that is not in force yet. SettingsError where it cannot be."""
    money, micro = _currency(visit, currency), micro_of(_amount(visit, amount))
    if not micro:
        raise SettingsError(visit.say("A floor is more than 0: it is the least that an hour of work pays."))
    said = micro_of(_amount(visit, source_amount)) if source_amount.strip() else None
    return Floor(micro=micro, currency=money, source=source.strip(), since=visit.now, source_micro=said)


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


def _currency(visit: Visit, typed: str) -> str:
    """The code of a currency that somebody can be paid in."""
    try:
        return paid_currency(typed.strip().upper())
    except SettingsError as error:
        told = visit.say("Nobody can be paid in “%(said)s”. Write a currency such as EUR.", said=typed.strip().upper())
        raise SettingsError(told) from error


async def _looked(visit: Visit, made: Callable[[], Response]) -> Response:
    """A page that shows a change; where that cannot be, its form again with the reason."""
    try:
        return await visit.look(made)
    except SettingsError as error:
        return await refused(visit, visit.told(error), RATES)
