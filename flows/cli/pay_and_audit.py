"""Commands about pay and about what was done: pay report, rate, floor and close; audit list and verify."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import typer

from flows import terminal
from flows.cli.app import app, home_of

pay = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Report what people are owed, set pay, close a period."
)
audit = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Show and verify the log of what was done.")
app.add_typer(pay, name="pay")
app.add_typer(audit, name="audit")

Amount = Annotated[str, typer.Argument(help="An amount such as 0.05 or 12.50.", metavar="AMOUNT")]
Currency = Annotated[str, typer.Option(help="The currency's ISO 4217 code.")]


@pay.command("report")
def report(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """Say what everybody is due, was paid and earns an hour as measured."""
    from flows.administration import pay_lines

    lines = pay_lines(home_of(ctx))
    if as_json:
        terminal.as_json(*map(dataclasses.asdict, lines))
        return
    head = ("person", "currency", "due", "on the way", "paid", "hours", "an hour", "readings")
    rows = (
        (
            line.handle,
            line.currency,
            line.due,
            line.coming,
            line.paid,
            f"{line.hours:.2f}",
            line.an_hour or "-",
            line.readings,
        )
        for line in lines
    )
    terminal.columns(head, rows)


@pay.command("rate")
def rate(
    ctx: typer.Context,
    amount: Amount,
    currency: Currency = "EUR",
    form: Annotated[str, typer.Option(help="Only for readings of this form.")] = "",
    hour: Annotated[bool, typer.Option("--hour", help="For an hour's work instead of a reading.")] = False,
) -> None:
    """Set what a reading pays from now on; readings made before keep what they paid."""
    from flows.administration import fault_messages, set_rate, unfair_forms

    home = home_of(ctx)
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
    currency: Currency = "EUR",
    source_amount: Annotated[str | None, typer.Option(help="What the source itself says, if that is another.")] = None,
) -> None:
    """Set the least that an hour of work pays from now on."""
    from flows.administration import set_floor

    set_floor(home_of(ctx), amount, currency, source, source_amount)
    terminal.say(f"An hour of work pays at least {amount} {currency} from now on ({source}).")


@pay.command("close")
def close(
    ctx: typer.Context,
    reference: Annotated[str, typer.Option(help="What stands on the transfers, such as 2026-11.")],
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Up to this day; else up to now.")
    ] = None,
) -> None:
    """Mark everything due as paid, and print the transfers as CSV: handle, amount, currency, reference, date.

    What is odd in it is asked first, on the error output, with figures. Look at it before you pay.
    """
    from flows.administration import anomalies, close_period, forgery_sentence

    home = home_of(ctx)
    for forgery in home.store.verify_audit().forgeries:
        terminal.note(forgery_sentence(forgery))
    for each in anomalies(home):
        terminal.note(f"{each.handle}: {each.question}")
    typer.echo(close_period(home, reference, until), nl=False)


@audit.command("list")
def list_audit(
    ctx: typer.Context,
    as_json: terminal.AsJson = False,
    after: Annotated[int, typer.Option(help="Only lines after this number.")] = 0,
) -> None:
    """List what was done and by whom."""
    store = home_of(ctx).store
    lines, why = store.audit(after), {act.number: act.reason or "" for act in store.acts()}
    if as_json:
        terminal.as_json(
            *(
                {**dataclasses.asdict(line), "at": line.at.isoformat(), "why": _why(line.detail, why) or None}
                for line in lines
            )
        )
    else:
        rows = (
            (line.number, f"{line.at:%Y-%m-%d %H:%M:%S}", line.actor, line.action, line.subject, _why(line.detail, why))
            for line in lines
        )
        terminal.columns(("line", "at", "who", "did", "to", "why"), rows)


def _why(detail: Mapping[str, object], reasons: Mapping[int, str]) -> str:
    """Why an operator did this; "" where nobody was asked, or the words went with a scan that is forgotten."""
    act = detail.get("act")
    return reasons.get(act, "") if isinstance(act, int) else ""


@audit.command("verify")
def verify_audit(
    ctx: typer.Context,
    as_json: terminal.AsJson = False,
    head: Annotated[str | None, typer.Option(help="A head that was saved elsewhere: it must be in the chain.")] = None,
) -> None:
    """Check that nothing was changed or taken out of the log and of what decides money or values, and print the head.

    The head of the log is to be kept elsewhere. It finds what was written without the key of the state (state.key).
    """
    from flows.administration import forgery_sentence

    state = home_of(ctx).store.verify_audit(head)
    if as_json:
        terminal.as_json({**dataclasses.asdict(state), "whole": state.whole})
    elif state.whole:
        terminal.say(f"The log of {state.lines} lines is whole. Its head is {state.head}")
    elif state.broken_at is not None:
        terminal.say(f"The log does not hold from line {state.broken_at} on: it was changed, or lines were taken out.")
    for each in state.forgeries if not as_json else ():
        terminal.say(forgery_sentence(each))
    if not state.whole:
        raise typer.Exit(1)
