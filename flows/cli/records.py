"""Commands about published records: publish, rebuild, export, query; and the tokens of programs that read them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from flows import terminal
from flows.cli.app import app, form_library, home_of, now, settings_of
from transcribe.i18n import counted, plural

records = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Published records: publish, rebuild, export, query."
)
app.add_typer(records, name="records")

Provisional = Annotated[
    bool, typer.Option("--provisional", help="Also orders that nobody who is there can finish, marked as such.")
]
"""Whether orders are published that are not finished."""

WAYS_BACK = (
    "fairhand records rebuild makes it anew, which mends all of this. fairhand records publish is enough where "
    "changes only wait to be published."
)
"""What to do where records.db differs: publishing writes what is new, and no row that was there once."""


@records.command("publish")
def publish(ctx: typer.Context, as_json: terminal.AsJson = False, provisional: Provisional = False) -> None:
    """Bring records.db up to date."""
    _publish(ctx, as_json=as_json, provisional=provisional, anew=False)


@records.command("rebuild")
def rebuild(ctx: typer.Context, as_json: terminal.AsJson = False, provisional: Provisional = False) -> None:
    """Make records.db anew from the state, also where it is broken or lost."""
    _publish(ctx, as_json=as_json, provisional=provisional, anew=True)


@records.command("copies")
def copies(
    ctx: typer.Context,
    gone: Annotated[
        str, typer.Option(help="This machine and its records.db are gone for good.", metavar="MACHINE")
    ] = "",
    why: Annotated[str, typer.Option(help="With --gone: what became of them; it stays in the log.")] = "",
    as_json: terminal.AsJson = False,
) -> None:
    """List the records.db of every machine that works on this state, and which may still hold what was forgotten.

    No erasure ends before each of them has it out of its file. One that will never run again is taken off by --gone.
    """

    store = home_of(ctx).store
    if gone:
        if not why.strip():
            raise typer.BadParameter("--gone needs --why: what became of that machine and its records.db.")
        if gone == store.machine:
            raise typer.BadParameter(f"{gone} is this home, which is not gone.")
        store.drop_records_copy(gone, store.actor, why.strip(), now())
    behind = {each.machine for each in store.records_copies(behind=True)}
    found = [{**dataclasses.asdict(each), "behind": each.machine in behind} for each in store.records_copies()]
    if as_json:
        terminal.as_json(*found)
    elif found:
        rows = [
            (
                each["machine"],
                each["place"],
                each["position"],
                f"{each['at']:%F %H:%M}",
                (each["behind"] and "yes") or "",
            )
            for each in found
        ]
        terminal.columns(("machine", "records.db", "number", "written (UTC)", "holds forgotten words"), rows)
    else:
        terminal.say("The state is in a file, and its one records.db beside it; or nothing was published yet.")


@records.command("verify")
def verify(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """Make every record anew from the state, and say where records.db differs; exit code 1 where it does.

    Tables, indexes, views and search indexes that are missing are said too, and erasures that it does not list.
    """
    from flows.administration import verify_records

    found = verify_records(home_of(ctx))
    if as_json:
        terminal.as_json({"differences": found})
    elif found:
        terminal.say(f"{counted(len(found), 'difference')}:")
        for each in found:
            terminal.say(f"  {each}")
        terminal.note(WAYS_BACK)
    else:
        terminal.say("records.db is what the state says.")
    if found:
        raise typer.Exit(1)


@records.command("export")
def export(
    ctx: typer.Context,
    format: Annotated[
        str, typer.Option(help="jsonl, csv, or one that a part brings, as parquet; a wrong name lists all.")
    ] = "jsonl",
    form: Annotated[
        str | None, typer.Option(help="Only the records of this form; but for jsonl it must be one.")
    ] = None,
    table: Annotated[
        str, typer.Option(help="For csv and parquet: one of the form's tables instead of its plain fields.")
    ] = "",
    after: Annotated[int, typer.Option(help="Only records changed after this change number.", min=0)] = 0,
    spreadsheets: Annotated[
        bool, typer.Option("--for-spreadsheets", help="For csv: safe to open in a spreadsheet, no exact copy.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="A file or folder to write; else to standard output.")] = None,
) -> None:
    """Write the published records as JSON Lines or CSV, or in a format that a part brings.

    The part exports brings Parquet, data packages, readings, training pairs and orders.

    Provisional records are among them: `state` says of each record whether it is final or provisional, and who wants
    only finished ones keeps those whose state is final. Orders (order-x) are made of final records only.
    """
    from flows.exporting import Wanted, export_records, fills_folder, format_of

    if not fills_folder(format_of(format, settings_of(ctx).parts_off)):
        terminal.writable(out)
    wanted = Wanted(format=format, form=form, table=table, after=after, for_spreadsheets=spreadsheets)
    count = export_records(_records_db(ctx), lambda: home_of(ctx), wanted, out)
    if out:
        terminal.note(f"{count} rows written to {out}.")


@records.command("query")
def query(
    ctx: typer.Context,
    form: Annotated[str, typer.Argument(help="The form whose records are looked for.", metavar="FORM")],
    words: Annotated[
        list[str] | None,
        typer.Argument(help="Only with all these words in texts, names, addresses or codes.", metavar="WORD..."),
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option(help="Only where a plain field is exactly this: total=77.10; again for more.")
    ] = None,
    exception: Annotated[
        str | None, typer.Option(help='Only where this rule does not hold; "any": any.', metavar="RULE")
    ] = None,
    after: Annotated[int, typer.Option(help="Only records changed after this change number.", min=0)] = 0,
    limit: Annotated[int | None, typer.Option(help="At most so many, the first that changed.", min=1)] = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Find published records by words or values, and print their plain fields; all of each with --json.

    All words must stand in the plain fields or in one line; accents and case do not count. Exit code 1 where there is
    none.
    """
    from flows.administration import found_records

    values = dict(_field_and_value(each) for each in where or ())
    records_db = _records_db(ctx)
    said = " ".join(words or ())
    found = list(found_records(records_db, form, said, values, after=after, limit=limit, exception=exception))
    if as_json:
        terminal.as_json(*(each.plain for each in found))
    elif found:
        _print_found([(each.name, str(each.plain["state"]), each.values) for each in found])
    else:
        terminal.say("There is no such record.")
    if not found:
        raise typer.Exit(1)


def _print_found(found: Sequence[tuple[str, str, Mapping[str, object]]]) -> None:
    """Name, state and plain fields of records; the state only where one of them is provisional."""
    names = list(dict.fromkeys(field for _, _, values in found for field in values))
    tells = any(state == "provisional" for _, state, _ in found)
    rows = [
        (name, *([state] if tells else []), *("" if (it := values.get(field)) is None else it for field in names))
        for name, state, values in found
    ]
    terminal.columns(("scan", *(["state"] if tells else []), *names), rows)


def _field_and_value(told: str) -> tuple[str, str]:
    field, equals, value = told.partition("=")
    if not equals:
        raise typer.BadParameter(f"--where wants a field and its value, such as total=77.10, not {told!r}.")
    return field, value


def _records_db(ctx: typer.Context) -> Path:
    """The record database to read; one of another version of fairhand is made anew first."""
    from flows.administration import readable_records

    return readable_records(settings_of(ctx).records, lambda: home_of(ctx))


def _publish(ctx: typer.Context, *, as_json: bool, provisional: bool, anew: bool) -> None:
    """Publish what changed or all of it, and say what cannot be published; exit code 1 where anything cannot."""
    from flows.administration import refresh_quality
    from flows.steps import held_forms, keep_provisional, publish_records, rebuild_records

    home = home_of(ctx)
    unfinished = keep_provisional(home) if provisional else 0
    count = rebuild_records(home) if anew else publish_records(home)
    refresh_quality(home)
    held = held_forms(home.settings)
    if as_json:
        numbers = {"entries": count, "provisional": unfinished}
        terminal.as_json({**numbers, "records_db": str(home.settings.records), "held_forms": held})
    else:
        terminal.say(f"{counted(count, 'change')} published to {home.settings.records}.")
        if unfinished:
            one, many = "{n} of them is provisional", "{n} of them are provisional"
            terminal.say(
                f"{plural(unfinished, one, many)}: nobody who is there can finish what is open of such orders."
            )
    for told in held:
        terminal.note(f"fairhand: {told}")
    if held:
        raise typer.Exit(1)


# Commands about the tokens by which programs are known: add, list, revoke.

tokens = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Tokens by which programs are known.")
app.add_typer(tokens, name="tokens")


@tokens.command("add")
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="What the token is for.")],
    scope: Annotated[
        list[str],
        typer.Option(
            help="What it allows: records:read, records:write, pictures:read, scans:write (each also of one form: "
            "records:read:receipt), explain:read, pay:read, metrics:read, webhooks:read, webhooks:manage; again for "
            "more."
        ),
    ],
    days: Annotated[int | None, typer.Option(help="How long it works; else until it is revoked.", min=1)] = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Make a token and show it once; only its hash is kept."""
    from transcribe.people import new_token

    valid = None if days is None else timedelta(days=days)
    created = new_token(home_of(ctx).store, name, scope, now(), valid)
    named = {each.split(":")[2] for each in created.token.scopes if each.count(":") == 2}
    for form in sorted(named - set(form_library(ctx).names())):
        terminal.note(f"There is no form {form} here yet: until it is installed, that scope opens nothing.")
    if as_json:
        terminal.as_json(
            {"token": created.secret, "prefix": created.token.prefix, "scopes": sorted(created.token.scopes)}
        )
    else:
        terminal.say(created.secret)
        terminal.note("This is shown once. `fairhand tokens revoke " + created.token.prefix + "` ends it.")


@tokens.command("list")
def list_tokens(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """List tokens by prefix and scopes."""
    known = home_of(ctx).store.tokens()
    if as_json:
        terminal.as_json(
            *(
                {
                    "prefix": token.prefix,
                    "name": token.name,
                    "scopes": token.scopes,
                    "until": token.until,
                    "revoked": token.revoked_at is not None,
                }
                for token in known
            )
        )
    else:
        rows = (
            (token.prefix, token.name, ", ".join(sorted(token.scopes)), "revoked" * bool(token.revoked_at))
            for token in known
        )
        terminal.columns(
            ("prefix", "name", "scopes", ""), rows, "No program has a token yet: fairhand tokens add NAME --scope SCOPE"
        )


@tokens.command("revoke")
def revoke(ctx: typer.Context, prefix: Annotated[str, typer.Argument(help="The token's prefix.")]) -> None:
    """End a token at once."""

    home_of(ctx).store.revoke_token(prefix, now())
    terminal.say(f"The token {prefix} works no more.")
