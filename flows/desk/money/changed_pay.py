"""What a rate or a floor would change, as it is shown before it is in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from flows.desk.money.amounts import Money, evened
from flows.desk.tables import Cell, Column, Table
from flows.desk.visit import Visit
from transcribe.i18n import N_
from transcribe.pay_arithmetic import an_hour
from transcribe.people import MIN_MEASURED_READINGS, NO_PACE, pay_faults
from transcribe.store import Floor, Pace, Rate

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
        rows.append((
            Cell(form, visit.called(form)),
            Cell(takes),
            Money(_hour(before, pace) if is_known else None, before.currency if before else rate.currency),
            Money(_hour(rate, pace) if is_known else None, rate.currency),
        ))  # fmt: skip
    columns = (
        Column("form", say("Form")), Column("takes", say("A reading takes"), True),
        Column("before", say("An hour comes to now"), True), Column("then", say("An hour would come to"), True),
    )  # fmt: skip
    evenly = evened(visit, rows, HOUR_PLACES)
    return Table(name="hours", caption=say("What an hour comes to"), columns=columns, rows=evenly)


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
