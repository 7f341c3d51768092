"""Commands about batches: what there is, how far one is, cancelling it, and in which order batches are offered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from flows import terminal
from flows.cli.app import By, app, home_of, now, settings_of
from transcribe.i18n import counted, plural

if TYPE_CHECKING:
    from flows.mending import BatchReport
    from transcribe.store import Batch, facts


batch = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Batches: list, show, cancel, order.")
app.add_typer(batch, name="batch")

Name = Annotated[str, typer.Argument(help="The batch's name.", metavar="BATCH")]
"""The argument of every command on one batch."""

Why = Annotated[str, typer.Option(help="Why; it is kept with the batch.")]
"""The option of every command that changes what is asked of people."""


@batch.command("list")
def list_batches(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """List all batches, the most urgent first: scans by how far they are, open tasks, priority, due date.

    Its scans are finished, set aside, or still open; files that were set aside are no scans.
    """
    from flows.mending import batch_states

    home = home_of(ctx)
    batches, states = home.store.batches(), batch_states(home)
    if as_json:
        terminal.as_json(*({**_json(each), "states": states.get(each.name, {})} for each in batches))
    elif not batches:
        terminal.say("Nothing came in a batch yet: fairhand ingest --batch NAME --form FORM PATH...")
    else:
        counts = ("scans", "finished", "set aside", "open", "files set aside", "open tasks")
        head = ("batch", *counts, "priority", "due", "")
        terminal.columns(head, (_row(each, states.get(each.name, {})) for each in batches))


@batch.command("show")
def show(ctx: typer.Context, name: Name, as_json: terminal.AsJson = False) -> None:
    """Say how far a batch is, what waits and why, what it cost so far, and when it will be finished."""
    from flows.mending import batch_report

    report = batch_report(home_of(ctx), name)
    if as_json:
        terminal.as_json(_report_json(report))
    else:
        _print(report)


@batch.command("cancel")
def cancel(
    ctx: typer.Context,
    name: Name,
    why: Why,
    by: By = "",
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Also withdraw its published records, until the batch goes on.")
    ] = False,
    as_json: terminal.AsJson = False,
) -> None:
    """Ask nobody about a batch any more. What somebody holds is kept and paid; fairhand batch resume goes on.

    Records that were published stay, and count as orders that came before when the same papers come again. With
    --withdraw, also later, they leave records.db, programs are told to drop them, and they count no more.
    """
    from flows.steps import publish_records

    home = home_of(ctx)
    was = home.store.batch(name)
    cancelled = home.store.cancel_batch(name, by, why, now(), withdraw=withdraw)
    if withdraw:
        publish_records(home)
    _tell(cancelled, as_json=as_json)
    is_same = (was.cancelled_at, was.withdrawn) == (cancelled.cancelled_at, cancelled.withdrawn)
    if is_same:
        terminal.note("It was cancelled so already: nothing has changed.")
    if as_json or (is_same and cancelled.withdrawn):
        return
    if cancelled.withdrawn:
        gone = plural(was.records, "{n} record of it is withdrawn", "{n} records of it are withdrawn")
        terminal.say(f"{gone}: programs are told to drop them. fairhand batch resume publishes them again.")
    else:
        stay = plural(cancelled.records, "{n} record of it stays", "{n} records of it stay")
        terminal.say(f"{stay} as published; --withdraw takes them back. fairhand scan forget erases a scan for good.")


@batch.command("resume")
def resume(ctx: typer.Context, name: Name, why: Why, by: By = "", as_json: terminal.AsJson = False) -> None:
    """Go on with a batch that was cancelled: what is still to be asked is asked again."""
    from flows.steps import reconcile_to_the_end

    home = home_of(ctx)
    goes_on = home.store.batch(name).cancelled_at is None
    home.store.resume_batch(name, by, why, now())
    reconcile_to_the_end(home)
    _tell(home.store.batch(name), as_json=as_json)
    if goes_on:
        terminal.note("It was not cancelled: nothing has changed.")


@batch.command("priority")
def priority(
    ctx: typer.Context,
    name: Name,
    level: Annotated[int, typer.Argument(help="0, as all are, to 9, the most urgent.", metavar="PRIORITY")],
    why: Why,
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Say how urgent a batch is: its tasks are offered before those of less urgent ones."""

    _tell(home_of(ctx).store.set_batch_priority(name, level, by, why, now()), as_json=as_json)


@batch.command("due")
def due(
    ctx: typer.Context,
    name: Name,
    when: Annotated[str, typer.Argument(help="A day or a time, as 2026-12-01 or 2026-12-01T12:00; none for never.")],
    why: Why,
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Say when a batch is due: of one priority, what is due sooner is offered first. Without a zone it is UTC."""
    from flows.mending import batch_due_of

    try:
        at = batch_due_of(when, now())
    except ValueError:
        raise typer.BadParameter(f"{when!r} is no day and no time. Write 2026-12-01, or 2026-12-01T12:00.") from None
    _tell(home_of(ctx).store.set_batch_due(name, at, by, why, now()), as_json=as_json)
    if at is not None and at < now():
        terminal.note(
            "That time is past: the batch is offered as one that is late, and is an alert while tasks are open."
        )


@batch.command("note")
def note(
    ctx: typer.Context,
    name: Name,
    text: Annotated[str, typer.Argument(help="The note, in place of the one before; empty takes it away.")],
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Keep a note on a batch, for those who look at it later."""

    _tell(home_of(ctx).store.set_batch_note(name, text.strip(), by, now()), as_json=as_json)


def _tell(changed: Batch, *, as_json: bool) -> None:
    if as_json:
        terminal.as_json(_json(changed))
    else:
        terminal.say(f"{terminal.one_line(changed.name)}: {_words(changed)}.")


def _words(of: Batch) -> str:
    words = [counted(of.open_tasks, "open task"), f"priority {of.priority}"]
    words += [f"due {_minute(of.due)}"] if of.due else []
    words += [f"cancelled {_minute(of.cancelled_at)}"] if of.cancelled_at else []
    words += ["records withdrawn"] if of.withdrawn else []
    return ", ".join([*words, *([f"note: {terminal.one_line(of.note)}"] if of.note else [])])


def _row(of: Batch, states: Mapping[str, int]) -> tuple[object, ...]:
    ends = "cancelled" if of.cancelled_at else ""
    due = _minute(of.due) if of.due else ""
    finished, aside = states.get("finished", 0), states.get("set aside", 0)
    counts = of.scans, finished, aside, of.scans - finished - aside, of.set_aside, of.open_tasks
    return of.name, *counts, of.priority, due, ends


def _print(report: BatchReport) -> None:
    of = report.batch
    from flows.mending import act_in_words

    scans, files = counted(of.scans, "scan"), counted(of.set_aside, "file")
    terminal.say(f"{terminal.one_line(of.name)}: {scans}, {files} set aside, {_words(of)}.")
    for file in report.files_aside:
        terminal.say(f"  set aside: {terminal.with_file(file.file.name, file.message)}")
    for state, count in sorted(report.states.items()):
        terminal.say(f"  {state}: {count}")
    if report.known_again:
        terminal.say(f"  known already: {len(report.known_again)}")
    for known in report.known_again:
        called, there = terminal.one_line(known.name or known.scan[:12]), terminal.one_line(known.batch)
        terminal.say(f"    as {called} in {there}" if there else f"    as {called}")
    if report.duplicates:
        terminal.say(f"{report.duplicates} may be an order that came before: fairhand scan duplicates --open.")
    if report.waiting:
        terminal.say("waits, by reason:")
    for reason, count in sorted(report.waiting.items(), key=lambda each: -each[1]):
        terminal.say(f"  {count} {terminal.reason_in_words(reason)}")
    cost = ", ".join(f"{micro / 1_000_000:.2f} {currency}" for currency, micro in report.cost.items()) or "nothing"
    terminal.say(
        f"{counted(report.people_readings, 'reading')} by people; cost so far, without top-ups to the floor: {cost}."
    )
    _print_finish(report)
    for act in report.acts:
        said = terminal.one_line(f"{act_in_words(act.verb, act.detail)} by {act.by}: {act.reason}")
        terminal.say(f"{_minute(act.at)} {said}")


def _print_finish(report: BatchReport) -> None:
    from flows.administration import missing_in_words

    when = report.forecast
    if report.missing_people:
        terminal.say("Those who are there cannot finish it:")
        for each in report.missing_people:
            terminal.say(f"  {missing_in_words(each, and_mend=True)}")
    elif when:
        between = f"between {_minute(when.earliest)} and {_minute(when.latest)}"
        terminal.say(f"At this pace it is finished {between} in 80 of 100 cases, most likely {_minute(when.middle)}.")
    elif report.batch.open_tasks:
        terminal.say("Too little was read yet to say when it will be finished.")


def _json(of: Batch) -> dict[str, object]:
    times = {"due": of.due, "cancelled_at": of.cancelled_at, "since": of.since}
    withdrawn = {"records_withdrawn": of.withdrawn} if of.cancelled_at else {}
    counts = {"scans": of.scans, "records": of.records, "set_aside": of.set_aside, "open_tasks": of.open_tasks}
    return {"batch": of.name, "priority": of.priority, "note": of.note, **times, **withdrawn, **counts}


def _report_json(report: BatchReport) -> dict[str, object]:
    when = report.forecast
    spread = when and {"middle": when.middle, "earliest": when.earliest, "latest": when.latest}
    return {
        **_json(report.batch),
        "states": report.states,
        "waiting_reasons": report.waiting,
        "cost_micro": report.cost,
        "people_readings": report.people_readings,
        "duplicates": report.duplicates,
        "known_already": [{"scan": each.scan, "name": each.name, "batch": each.batch} for each in report.known_again],
        "files_set_aside": [{"file": each.file.name, "message": each.message} for each in report.files_aside],
        "forecast": spread,
        "missing_people": report.missing_people,
        "acts": [_act_json(act) for act in report.acts],
    }


def _act_json(act: facts.Act) -> dict[str, object]:
    from flows.mending import due_set

    told: dict[str, object] = {"verb": act.verb, "by": act.by, "why": act.reason, "at": act.at}
    if act.verb == "batch due":
        told["due"] = due_set(act.detail)
    if act.verb == "batch priority":
        told["priority"] = act.detail["priority"]
    return told


def _minute(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC" if time else ""


# The command about alerts.


@app.command("alerts")
def alerts(
    ctx: typer.Context,
    test: Annotated[
        bool, typer.Option("--test", help="Send a message to every address of FAIRHAND_ALERTS, to try them.")
    ] = False,
    as_json: terminal.AsJson = False,
) -> None:
    """List what is wrong now, and what of it would be told now; nothing is sent. Exit code 1 where anything is wrong.

    `serve` tells it to the addresses of FAIRHAND_ALERTS: each thing once a day, and that it is over.
    """
    from flows.alerts import alerts_now, send_test

    if test:
        sent = send_test(settings_of(ctx).alerts)
        for failed in sent.failed:
            terminal.say(f"{failed} did not take the message.")
        terminal.say(f"{sent.addresses - len(sent.failed)} of {sent.addresses} addresses took the message.")
        raise typer.Exit(1 if sent.failed else 0)
    looked, news = alerts_now(home_of(ctx), now())
    new = {each.subject for each in news.alerts}
    if as_json:
        for each in looked.alerts:
            told = {"check": each.check, "subject": each.subject, "message": each.message}
            terminal.as_json({**told, "new": each.subject in new})
    else:
        for each in looked.alerts:
            terminal.say(f"{'new' if each.subject in new else 'told'}: {each.message}")
        for each in news.over:
            terminal.say(f"over: {each.message}")
        if not looked.alerts:
            terminal.say("Nothing is wrong.")
    if looked.alerts:
        raise typer.Exit(1)
