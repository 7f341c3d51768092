"""Commands about people: add, list, pause, resume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli import say
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
    role: Annotated[list[str] | None, typer.Option(help="transcriber, expert or operator; may be given again.")] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="A language that they read, such as fr; again for more.")
    ] = None,
    interface: Annotated[str, typer.Option(help="The language of their pages: en, fr or es.")] = "en",
    engagement: Annotated[str, typer.Option(help="by reading, hourly, staff or volunteer.")] = "by reading",
    as_json: say.AsJson = False,
) -> None:
    """Add a person, or change them, and print a sign-in link that works once."""
    from flows.people import invite
    from flows.rooms import open_rooms

    rooms = open_rooms(settings_of(ctx))
    invited = invite(rooms, name, role or ["transcriber"], language or [], engagement, interface)
    if as_json:
        say.as_json({**_told(invited.person), "link": invited.link, "until": invited.until.isoformat()})
    else:
        typer.echo(f"{invited.person.handle} signs in once, until {invited.until:%Y-%m-%d}, with {invited.link}")


@people.command("list")
def list_people(ctx: typer.Context, as_json: say.AsJson = False) -> None:
    """List everybody."""
    from flows.rooms import open_rooms

    found = open_rooms(settings_of(ctx)).store.transcribers()
    if as_json:
        say.as_json(*map(_told, found))
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
        say.columns(head, rows)


@people.command("pause")
def pause_person(ctx: typer.Context, name: Name) -> None:
    """Give a person no more work; what they did and are paid stays."""
    _set_paused(ctx, name, paused=True)


@people.command("resume")
def resume_person(ctx: typer.Context, name: Name) -> None:
    """Give a paused person work again."""
    _set_paused(ctx, name, paused=False)


def _set_paused(ctx: typer.Context, name: str, *, paused: bool) -> None:
    from flows.people import pause
    from flows.rooms import open_rooms

    person = pause(open_rooms(settings_of(ctx)), name, paused=paused)
    typer.echo(f"{person.handle} is {'paused' if paused else 'back at work'}.")


def _told(person: Transcriber) -> dict[str, Any]:
    return {
        "id": person.id,
        "handle": person.handle,
        "roles": sorted(person.roles),
        "languages": list(person.languages),
        "engagement": person.engagement,
        "interface_language": person.interface_language,
        "paused": person.paused,
    }
