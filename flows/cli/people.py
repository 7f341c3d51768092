"""Commands about people: add, list, pause, resume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows import terminal
from flows.cli.app import app, settings_of

if TYPE_CHECKING:
    from transcribe.model import Transcriber

people = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Add people, list them, pause them.")
app.add_typer(people, name="people")

Name = Annotated[str, typer.Argument(help="The person's handle: what they and others see.", metavar="NAME")]


@people.command("add")
def add(
    ctx: typer.Context,
    name: Name,
    role: Annotated[
        list[str] | None,
        typer.Option(help="transcriber (also where none is given), expert or operator; again for more."),
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="A language that they read, such as fr; again for more.")
    ] = None,
    interface: Annotated[str | None, typer.Option(help="The language of their pages: en (else), fr or es.")] = None,
    engagement: Annotated[
        str | None, typer.Option(help="by reading (where none is given), hourly, staff or volunteer.")
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option(help="A region that they work in, as forms name it; again for more.")
    ] = None,
    zone: Annotated[str | None, typer.Option(help="Their time zone, such as Europe/Paris; else UTC.")] = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Add a person and print a sign-in link that works once. Of whom is known already only what is given changes."""
    from flows.administration import fault_messages, invite, unfair_forms
    from flows.home import open_home

    home = open_home(settings_of(ctx))
    it = invite(home, name, role or None, language or None, engagement, interface, region or None, zone)
    if as_json:
        changed = {each: list(map(_plain, change)) for each, change in it.changed.items()}
        told = {**_told(it.person), "link": it.link, "until": it.until.isoformat()}
        terminal.as_json({**told, "added": it.added, "changed": changed})
        return
    if not it.added:
        typer.echo(f"{it.person.handle} is known already{'.' if it.changed else ': nothing is changed.'}")
    for what, (before, after) in it.changed.items():
        typer.echo(f"{what.replace('_', ' ')}: {_words(after)} (was {_words(before)})")
    for each in unfair_forms(home, [form for form, _, _ in home.store.forms()]):
        for reason in fault_messages(each):
            terminal.note(f"No paid work begins before this is mended. {reason}")
    typer.echo(f"{it.person.handle} signs in once, until {it.until:%Y-%m-%d}, with {it.link}")


@people.command("list")
def list_people(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """List everybody."""
    from flows.home import open_home

    found = open_home(settings_of(ctx)).store.transcribers()
    if as_json:
        terminal.as_json(*map(_told, found))
    else:
        head = ("handle", "roles", "languages", "engagement", "")
        rows = (
            (
                each.handle,
                ", ".join(sorted(each.roles)),
                ", ".join(each.languages),
                each.engagement,
                "paused" * each.paused,
            )
            for each in found
        )
        terminal.columns(head, rows)


@people.command("pause")
def pause_person(ctx: typer.Context, name: Name) -> None:
    """Give a person no more work; what they did and are paid stays."""
    _set_paused(ctx, name, paused=True)


@people.command("resume")
def resume_person(ctx: typer.Context, name: Name) -> None:
    """Give a paused person work again."""
    _set_paused(ctx, name, paused=False)


def _set_paused(ctx: typer.Context, name: str, *, paused: bool) -> None:
    from flows.administration import pause
    from flows.home import open_home

    person = pause(open_home(settings_of(ctx)), name, paused=paused)
    typer.echo(f"{person.handle} is {'paused' if paused else 'back at work'}.")


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


def _words(value: object) -> str:
    said = _plain(value)
    return ", ".join(map(str, said)) or "none" if isinstance(said, list | tuple) else str(said)


def _told(person: Transcriber) -> dict[str, Any]:
    return {
        "id": person.id,
        "handle": person.handle,
        "roles": sorted(person.roles),
        "languages": list(person.languages),
        "engagement": person.engagement,
        "interface_language": person.interface_language,
        "regions": list(person.regions),
        "time_zone": person.time_zone,
        "qualifications": sorted(person.qualifications),
        "paused": person.paused,
    }
