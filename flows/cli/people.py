"""Commands about people: add, link, list, pause, resume, and where they are signed in."""

from __future__ import annotations

import json
import shlex
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows import terminal
from flows.cli.app import app, by_option, home_of, now
from transcribe.errors import SettingsError

if TYPE_CHECKING:
    from flows.administration import Invitation
    from transcribe.model import Transcriber


people = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Add people, list them, pause them.")
app.add_typer(people, name="people")

Interface = Annotated[
    str | None,
    typer.Option(
        help="Language of their pages and of the invitation: en, fr or es; of somebody new, else what they read."
    ),
]
"""The option that says which language the pages speak to a person."""

By = Annotated[str, by_option("Who does it; kept in the log.")]

Why = Annotated[str | None, typer.Option(help="Why; kept in the log until the person leaves.")]

Name = Annotated[str, typer.Argument(help="The person's handle: what they and others see.", metavar="NAME")]


@people.command("add")
def add(
    ctx: typer.Context,
    name: Name,
    role: Annotated[
        list[str] | None,
        typer.Option(help="transcriber (also where none is given), expert, operator or auditor; again for more."),
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="A language that they read, such as fr; again for more.")
    ] = None,
    interface: Interface = None,
    engagement: Annotated[
        str | None, typer.Option(help="by reading (where none is given), hourly, staff or volunteer.")
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option(help="A region that they work in, as forms name it; again for more.")
    ] = None,
    zone: Annotated[str | None, typer.Option(help="Their time zone, such as Europe/Paris; else UTC.")] = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Add a person and print a sign-in link that works once.

    Of somebody who is there already, only what you name changes.
    """
    from flows.administration import fault_messages, invite, unfair_forms

    home = home_of(ctx)
    invitation = invite(home, name, role or None, language or None, engagement, interface, region or None, zone)
    if as_json:
        terminal.as_json(_invitation_json(invitation))
        return
    _print_changes(invitation)
    person = invitation.person
    if invitation.added and interface is None and person.tradition not in ("", person.interface_language):
        terminal.note(f"Their pages are in {person.interface_language}, as there are none in {person.tradition}.")
    for unfair in unfair_forms(home, [form for form, _, _ in home.store.forms()]):
        for reason in fault_messages(unfair):
            terminal.note(f"No paid work begins before this is mended. {reason}")
    _print_link(invitation)


@people.command("limit")
def limit(
    ctx: typer.Context,
    name: Name,
    forms: Annotated[
        list[str] | None, typer.Argument(help="The forms that they see; none: they see all.", metavar="FORM...")
    ] = None,
    by: By = "",
    as_json: terminal.AsJson = False,
) -> None:
    """Limit an operator or auditor to scans of some forms on the desk; without a form the limit ends."""

    home = home_of(ctx)
    known = home.store.transcriber(name)
    if forms and not known.roles & {"operator", "auditor"}:
        raise typer.BadParameter(
            f"{known.handle} is no operator and no auditor: nobody else sees the desk, and what people read is not "
            "limited by this. A form says by its languages and regions who may read it."
        )
    chosen = sorted({home.forms.find(each).name for each in forms or ()})
    home.store.set_forms_of_person(known.id, chosen, now(), by)
    if as_json:
        terminal.as_json({"handle": known.handle, "forms": chosen})
    else:
        terminal.say(f"{known.handle} sees {', '.join(chosen) or 'all forms'}.")


@people.command("link")
def link(
    ctx: typer.Context,
    name: Name,
    interface: Interface = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Print a new sign-in link for somebody who is there; it works once, and ends older ones that were not used."""
    from flows.administration import invite, new_link

    home = home_of(ctx)
    known = home.store.transcriber(name)
    invitation = (
        new_link(home, known) if interface is None else invite(home, known.handle, interface_language=interface)
    )
    if as_json:
        terminal.as_json(_invitation_json(invitation))
    else:
        _print_link(invitation)


def _print_link(invitation: Invitation) -> None:
    terminal.say(f"{invitation.person.handle} signs in once, until {invitation.until:%Y-%m-%d}, with {invitation.link}")
    if invitation.assumed:
        terminal.note(
            f"fairhand serve does not run now; the link assumes that it will at {invitation.assumed}. For another port "
            "set FAIRHAND_PORT (or FAIRHAND_PUBLIC_URL) for all commands, or make a new link while serve runs: "
            f"fairhand people link {shlex.quote(invitation.person.handle)}"
        )


def _invitation_json(invitation: Invitation) -> dict[str, Any]:
    return {
        **_person_json(invitation.person),
        "link": invitation.link,
        "until": invitation.until,
        "address_is_assumed": bool(invitation.assumed),
        "added": invitation.added,
        "changed": invitation.changed,
    }


def _print_changes(invitation: Invitation) -> None:
    """Print what changed of a person who was known; nothing of a new one."""
    if not invitation.added:
        ending = "." if invitation.changed else ": nothing is changed."
        terminal.say(f"{invitation.person.handle} is known already{ending}")
    for name, (before, after) in invitation.changed.items():
        terminal.say(f"{name.replace('_', ' ')}: {_words(after)} (was {_words(before)})")


@people.command("list")
def list_people(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """List everybody."""
    everybody = home_of(ctx).store.transcribers()
    if as_json:
        terminal.as_json(*map(_person_json, everybody))
    else:
        rows = (
            (
                person.handle,
                ", ".join(sorted(person.roles)),
                ", ".join(person.languages),
                ", ".join(person.regions),
                person.engagement,
                "paused" * person.paused,
            )
            for person in everybody
        )
        terminal.columns(
            ("handle", "roles", "languages", "regions", "engagement", ""),
            rows,
            "Nobody is there yet: fairhand people add NAME",
        )


@people.command("pause")
def pause_person(
    ctx: typer.Context,
    name: Name,
    why: Annotated[str | None, typer.Option(help="Why; the person is told.")] = None,
    by: By = "",
) -> None:
    """Give a person no more work; what they did and are paid stays. They see that they are paused, and why."""
    _set_paused(ctx, name, paused=True, why=_said(why), by=by)


@people.command("resume")
def resume_person(ctx: typer.Context, name: Name, why: Why = None, by: By = "") -> None:
    """Give a paused person work again."""
    _set_paused(ctx, name, paused=False, why=_said(why), by=by)


@people.command("sessions")
def list_sessions(ctx: typer.Context, name: Name, as_json: terminal.AsJson = False) -> None:
    """List where a person is signed in, and the links of theirs that were not used yet."""

    store = home_of(ctx).store
    found = [("session", each) for each in store.sessions(name, now())]
    found += [("link", each) for each in store.links(name, now())]
    if as_json:
        terminal.as_json(*({"what": what, "id": it.id, "at": it.at, "until": it.until} for what, it in found))
    else:
        rows = ((what, it.id, f"{it.at:%Y-%m-%d %H:%M}", f"{it.until:%Y-%m-%d %H:%M}") for what, it in found)
        terminal.columns(("what", "id", "since", "until"), rows, "They are signed in nowhere, and no link is unused.")


@people.command("sign-out")
def sign_out(ctx: typer.Context, name: Name, why: Why = None, by: By = "") -> None:
    """End every session of a person, and every link of theirs that was not used yet."""
    from flows.administration import sign_out_everywhere

    sessions, links = sign_out_everywhere(home_of(ctx), name, _said(why), by)
    terminal.say(f"Sessions ended: {sessions}. Links ended: {links}.")


@people.command("end-code")
def end_code(ctx: typer.Context, name: Name, by: By = "") -> None:
    """End the code that a person is asked for at sign-in, where their telephone is lost; they can set up another."""
    from flows.administration import end_second_factor

    if end_second_factor(home_of(ctx), name, by):
        typer.echo("Ended. They sign in without a code; fairhand people sign-out ends what a finder could have open.")
    else:
        typer.echo("They have no code at sign-in; nothing has changed.")


def _said(why: str | None) -> str:
    """Why, as it is kept; "" where nothing is to be said. BadParameter where it is given and empty."""
    if why is not None and not why.strip():
        raise typer.BadParameter("--why says why; it cannot be empty. Leave it out where there is nothing to say.")
    return (why or "").strip()


def _set_paused(ctx: typer.Context, name: str, *, paused: bool, why: str, by: str) -> None:
    from flows.administration import pause

    home = home_of(ctx)
    was_paused, before = home.store.transcriber(name).paused, home.store.pause_of(name)
    person = pause(home, name, paused=paused, why=why, by=by)
    is_told_anew = before is not None and why not in ("", before.reason)
    if was_paused == paused and not is_told_anew:
        told = f"is {'paused already' if paused else 'not paused'}; nothing has changed"
    else:
        told = "is paused" if paused else "is back at work"
    terminal.say(f"{person.handle} {told}.")


def _words(value: object) -> str:
    plain = sorted(value) if isinstance(value, frozenset) else value
    return ", ".join(map(str, plain)) or "none" if isinstance(plain, list | tuple) else str(plain)


def _person_json(person: Transcriber) -> dict[str, Any]:
    return {
        "id": person.id,
        "handle": person.handle,
        "roles": person.roles,
        "languages": person.languages,
        "engagement": person.engagement,
        "interface_language": person.interface_language,
        "regions": person.regions,
        "time_zone": person.time_zone,
        "qualifications": person.qualifications,
        "paused": person.paused,
    }


# The command that asks about how people read, with evidence.


@people.command("check")
def check(
    ctx: typer.Context,
    last: Annotated[int, typer.Option(help="How many scans to look at: those that people read last.", min=1)] = 1000,
    as_json: terminal.AsJson = False,
) -> None:
    """Ask about odd ways of reading, with evidence: one answer everywhere, copied mistakes, no time to look, guesses.

    Nothing is done by itself, and nobody's pay changes. Look at the examples, and ask the person, before you act.
    """
    from flows.administration import odd_reading
    from reconcile.conduct import HONEST_PEOPLE_ASKED_SHARE

    found = odd_reading(home_of(ctx), last)
    if as_json:
        terminal.as_json(*found)
        return
    for each in found:
        terminal.say(f"{each.handle}: {each.question}")
        terminal.say(
            f"  An honest person gives so much reason to ask at most once in {min(each.factor, 1e9):,.0f} times."
        )
        for shown in each.examples:
            terminal.say(f"  {example_in_words(shown.file, shown.field, shown.said, shown.others)}")
    if found:
        terminal.say(
            "Look at them with: fairhand scan explain FILE FIELD. What was read in a period is set aside with: "
            "fairhand people set-aside NAME --from DAY --why REASON."
        )
    else:
        terminal.say(f"No question. Of {HONEST_PEOPLE_ASKED_SHARE:.0%} of honest people at most one is ever asked.")


def example_in_words(file: str, field: str, said: str, others: str) -> str:
    """What was read where; and what others read there, unless it is the same, as of who was merely quick."""
    against = f", others {others}" if others and said.casefold() != others.casefold() else ""
    return f"{file}, {field}: they read {said}{against}."


# Commands about what is held about a person: printed for them, and ended when they leave.

LEAVE_WAIT_SECONDS = 30.0
"""How long readers of the database are waited for when a person leaves: as long as when a scan is forgotten."""


@people.command("export")
def export_person(ctx: typer.Context, name: Name) -> None:
    """Print everything that is held about a person, as JSON: what they may ask for at any time."""
    typer.echo(json.dumps(home_of(ctx).store.about(name), ensure_ascii=False, indent=2))


@people.command("leave")
def leave(
    ctx: typer.Context,
    name: Name,
    why: Annotated[str, typer.Option(help="Why; it stays in the log, so name nobody in it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first; without a terminal it must be given.")] = False,
    by: Annotated[str, by_option("Who does it; kept in the log.")] = "",
) -> None:
    """End a person's account and their name; what they read and were paid stays, under a pseudonym.

    It says what ends and asks once; it cannot be undone. To give somebody no more work for a time: people pause.
    """

    if not why.strip():
        raise typer.BadParameter("--why says why; it cannot be empty.")
    store = home_of(ctx).store
    known = store.transcriber(name)
    if not yes:
        _ask_before_leaving(known)
    who = known.id
    store.leave(who, now(), by=by, why=why.strip())
    terminal.say(f"{known.handle} has left and is now {store.transcriber(who).handle}. What is due to them stays due.")
    if store.log_has_words() and not store.empty_log(LEAVE_WAIT_SECONDS):
        readers = ", ".join(store.log_readers()) or "a program"
        terminal.note(
            f"Their words are still in state.db-wal, which {readers} reads. End that; then `fairhand records publish` "
            "or the next round of `fairhand serve` takes them away."
        )
        raise typer.Exit(1)


def _ask_before_leaving(known: Transcriber) -> None:
    """Say what will end and ask once; SettingsError where nobody is there to answer."""
    if not sys.stdin.isatty():
        raise SettingsError(
            f"{known.handle} has not left: nobody is here to be asked, as this is no terminal. "
            "Say --yes if you are sure."
        )
    terminal.note(
        f"{known.handle} ({', '.join(sorted(known.roles))}).\n"
        "Ends: their name, sign-in, sessions and links, and what they hold goes back.\n"
        "Stays, under a pseudonym: what they read, and what was paid or is due. Backups made before have their name."
    )
    typer.confirm("End their account for good?", abort=True, err=True)
