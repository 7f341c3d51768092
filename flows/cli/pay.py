"""Commands about pay: report, rate, floor, close, check."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import typer

from flows import terminal
from flows.cli.app import app, home_of, now

pay = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Report what people are owed, set pay, close a period."
)
app.add_typer(pay, name="pay")

NOT_PAID = "Nobody is paid here: neither a rate nor a floor of an hour is set. Everybody is told before they begin."
"""What an operator is told of a home without pay."""

Amount = Annotated[str, typer.Argument(help="An amount such as 0.05 or 12.50.", metavar="AMOUNT")]
Currency = Annotated[str, typer.Option(help="Its ISO 4217 code; else that of what is paid here, or EUR.")]


@pay.command("report")
def report(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """Say what everybody is due, was paid and earns an hour as measured, and whose hour came to less than the floor."""
    from flows.administration import pay_lines
    from transcribe.people import paid_here

    home = home_of(ctx)
    lines = pay_lines(home)
    if as_json:
        terminal.as_json(*lines)
        return
    head = ("person", "currency", "due", "on the way", "carried", "paid", "hours", "an hour", "readings")
    rows = (
        (
            line.handle,
            line.currency,
            line.due,
            line.coming,
            line.carried,
            line.paid,
            f"{line.hours:.2f}",
            "-" if line.an_hour is None else f"{Decimal(line.an_hour):.2f}",
            line.readings,
        )
        for line in lines
    )
    terminal.columns(head, rows)
    if not paid_here(home.store, now()).any:
        terminal.say(NOT_PAID)
    for line in lines:
        if line.is_below_floor and line.an_hour is not None:
            terminal.say(
                f"{line.handle}: an hour has come to {Decimal(line.an_hour):.2f} {line.currency}, less than the floor "
                f"of {line.floor} {line.currency} that is in force."
            )


@pay.command("rate")
def rate(
    ctx: typer.Context,
    amount: Amount,
    currency: Currency = "",
    form: Annotated[str, typer.Option(help="Only for readings of this form.")] = "",
    hour: Annotated[bool, typer.Option("--hour", help="For an hour's work instead of a reading.")] = False,
) -> None:
    """Set what a reading pays from now on; readings made before keep what they paid."""
    from flows.administration import fault_messages, set_rate, unfair_forms
    from transcribe.people import kept_currency

    home = home_of(ctx)
    currency = currency or kept_currency(home.store, form, now())
    set_rate(home, amount, currency, form, per_hour=hour)
    terminal.say(
        f"{'An hour' if hour else 'A reading'} of {form or 'every form'} pays {amount} {currency} from now on."
    )
    for unfair in unfair_forms(home, [form] if form else [name for name, _, _ in home.store.forms()]):
        for reason in fault_messages(unfair):
            terminal.note(f"No paid work begins before this is mended. {reason}")


@pay.command("floor")
def floor(
    ctx: typer.Context,
    amount: Amount,
    source: Annotated[str, typer.Option(help="Where the figure comes from, with its date.")],
    currency: Currency = "",
    source_amount: Annotated[str | None, typer.Option(help="What the source itself says, if that is another.")] = None,
) -> None:
    """Set the least that an hour of work pays from now on."""
    from flows.administration import set_floor
    from transcribe.people import kept_currency

    home = home_of(ctx)
    currency = currency or kept_currency(home.store, "", now())
    set_floor(home, amount, currency, source, source_amount)
    terminal.say(f"An hour of work pays at least {amount} {currency} from now on ({source}).")


@pay.command("close")
def close(
    ctx: typer.Context,
    reference: Annotated[str, typer.Option(help="What stands on the transfers, such as 2026-11.")],
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Up to the end of this day (UTC); else up to now.")
    ] = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="Say what would be paid to whom; pay nothing.")] = False,
) -> None:
    """Mark what is due as paid, and print the transfers as CSV: handle, amount, currency, reference, date, carried.

    Whole cents are paid, or whatever is the least of the currency; the rest is carried to the next period. Who has left
    has it rounded up. What is odd in it is asked first, on the error output, with figures. A closed period stays
    closed: look first with --dry-run.
    """
    from flows.administration import anomalies, close_period, forgery_sentence

    home = home_of(ctx)
    for forgery in home.store.verify_audit().forgeries:
        terminal.note(forgery_sentence(forgery))
    for each in anomalies(home):
        terminal.note(f"{each.handle}: {each.question}")
    transfers, carried = close_period(home, reference, until and until.date(), dry=dry)
    typer.echo(transfers, nl=False)
    for sentence in carried:
        terminal.note(sentence)
    if not transfers.partition("\n")[2] and not dry:
        terminal.note("Nothing is due that can be paid: no period was closed, and the reference stays free.")
    if dry:
        terminal.note("Nothing was paid: this was a dry run.")


@pay.command("check")
def check(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """Say for each form in use what is wrong with its pay; exit code 1 where paid work on one must not start.

    What a reading pays and what an hour pays are looked at alike. A form without a rate may start: its readers are paid
    by the time at the floor, or nobody is where there is none. Then it asks about what is odd in the pay
    that is due, with figures: time beyond the clock, bursts, many sendings.
    """
    from flows.administration import anomalies
    from transcribe.people import form_pay, paid_here

    home = home_of(ctx)
    store = home.store
    at, wrong = now(), False
    used = sorted(form for form, scans in store.counts().scans.items() if scans)
    if not used and not as_json:
        terminal.say("No form is in use yet: take pictures in first, then it says whether what they pay is fair.")
    for name in used:
        found = form_pay(store, name, at)
        wrong = wrong or not found.may_start
        hour = None if found.hour_faults is None else list(found.hour_faults)
        if as_json:
            terminal.as_json({"form": name, "faults": list(found.faults), "hour_faults": hour})
            continue
        said = [] if hour is None else [f"by the hour: {', '.join(hour) or 'fine'}"]
        if hour is None or store.rate(name, at) is not None:
            said.insert(0, ", ".join(found.faults) or "fine")
        terminal.say(f"{name}: {'; '.join(said)}")
    if used and not as_json and not paid_here(store, at).any:
        terminal.say(NOT_PAID)
    for each in anomalies(home):
        if as_json:
            terminal.as_json(each)
        else:
            terminal.say(f"{each.handle}: {each.question}")
    if wrong:
        raise typer.Exit(1)
