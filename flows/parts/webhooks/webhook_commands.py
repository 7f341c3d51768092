"""Commands about webhooks: programs that are told of what becomes of orders."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, cast

import typer

from flows import terminal

if TYPE_CHECKING:
    from flows.home import Home
    from transcribe.model import Delivery, DeliveryState, Webhook

commands = typer.Typer()
webhooks = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Programs that are told of what becomes of orders."
)
commands.add_typer(webhooks, name="webhooks", rich_help_panel="Records")

NONE_YET = "No program is told of orders yet: fairhand webhooks add NAME URL"
"""What is listed where there is no webhook."""

Name = Annotated[str, typer.Argument(help="The webhook's name.")]


@webhooks.command(
    "add",
    epilog="Example: fairhand webhooks add erp https://erp.example/orders --form receipt --with-values",
)
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="A name for it, as `erp`.")],
    url: Annotated[str, typer.Argument(help="Where events are sent: an address that begins with https://.")],
    event: Annotated[list[str] | None, typer.Option(help="An event that it wants; again for more. Else all.")] = None,
    form: Annotated[list[str] | None, typer.Option(help="A form that it wants; again for more. Else all.")] = None,
    with_values: Annotated[bool, typer.Option("--with-values", help="Send whole records, not references.")] = False,
    private: Annotated[
        bool, typer.Option("--private", help="It lies on a network inside; http is allowed too.")
    ] = False,
    after: Annotated[
        int | None, typer.Option(min=0, help="Tell what came after this number; 0: all. Else from now on.")
    ] = None,
    as_json: terminal.AsJson = False,
) -> None:
    """Add a webhook, and show its secret once."""
    from flows.home import now
    from flows.parts.webhooks.subscribe import add_webhook
    from flows.parts.webhooks.webhook_answers import WebhookJson

    added = add_webhook(
        _home(ctx),
        name,
        url,
        now(),
        types=event or (),
        forms=form or (),
        with_values=with_values,
        private=private,
        after=after,
    )
    if as_json:
        terminal.as_json({**WebhookJson.model_validate(added.webhook).model_dump(mode="json"), "secret": added.secret})
        return
    terminal.say(added.secret)
    terminal.note("This is shown once; the receiver checks signatures with it. fairhand serve sends.")
    if added.note:
        terminal.note(added.note)


@webhooks.command("list", epilog="Example: fairhand webhooks list")
def list_webhooks(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """List webhooks, what each wants, and how it stands."""
    from flows.parts.webhooks.subscribe import state_in_words
    from flows.parts.webhooks.webhook_answers import WebhookJson

    known = _home(ctx).store.webhooks()
    if as_json:
        terminal.as_json(*(WebhookJson.model_validate(each).model_dump(mode="json") for each in known))
        return
    rows = (
        (each.name, each.url, _wants(each), str(each.waiting), str(each.dead), state_in_words(each)) for each in known
    )
    terminal.columns(("name", "address", "wants", "waiting", "given up", ""), rows, NONE_YET)


@webhooks.command("rotate", epilog="Example: fairhand webhooks rotate erp --hours 48")
def rotate(
    ctx: typer.Context,
    name: Name,
    hours: Annotated[
        float, typer.Option(min=0, max=720, help="How long the old secret holds beside the new one.")
    ] = 24.0,
    as_json: terminal.AsJson = False,
) -> None:
    """Make a new secret and show it once. Until the old one ends, events bear a signature by each."""
    from flows.home import now
    from flows.parts.webhooks.webhook_answers import SecretJson

    until = now() + timedelta(hours=hours)
    secret = _home(ctx).store.rotate_webhook(name, until, now())
    if as_json:
        terminal.as_json(SecretJson(name=name, secret=secret, old_until=until).model_dump(mode="json"))
    else:
        terminal.say(secret)
        terminal.note(f"This is shown once. The old secret holds until {until:%Y-%m-%d %H:%M} UTC.")


@webhooks.command("remove", epilog="Example: fairhand webhooks remove erp")
def remove(ctx: typer.Context, name: Name) -> None:
    """Forget a webhook, its secrets and what waits for it."""
    from flows.home import now

    _home(ctx).store.remove_webhook(name, now())
    terminal.say(f"{name} is told nothing any more.")


@webhooks.command("pause", epilog="Example: fairhand webhooks pause erp")
def pause(ctx: typer.Context, name: Name) -> None:
    """Send nothing for a while; what it misses stays."""
    from flows.home import now

    _home(ctx).store.switch_webhook(name, "operator", now())
    terminal.say(f"{name} is paused; fairhand webhooks resume {name} goes on where it stopped.")


@webhooks.command("resume", epilog="Example: fairhand webhooks resume erp")
def resume(ctx: typer.Context, name: Name) -> None:
    """Go on where sending was paused, switched off or failing: what waits is tried at once."""
    from flows.home import now

    _home(ctx).store.switch_webhook(name, "", now())
    terminal.say(f"{name} is sent to again.")


@webhooks.command("deliveries", epilog="Example: fairhand webhooks deliveries erp --state dead")
def deliveries(
    ctx: typer.Context,
    name: Name,
    state: Annotated[str | None, typer.Option(help="Only those waiting, delivered, dead (given up) or erased.")] = None,
    last: Annotated[int, typer.Option(min=1, max=10_000, help="So many, the latest.")] = 50,
    as_json: terminal.AsJson = False,
) -> None:
    """List what was sent, what waits and what was given up."""
    from flows.parts.webhooks.webhook_answers import DeliveryJson
    from transcribe.errors import SettingsError

    if state not in (None, "waiting", "delivered", "dead", "erased"):
        raise SettingsError(f"There is no state {state!r}. Use waiting, delivered, dead or erased.")
    found = _home(ctx).store.deliveries(name, cast("DeliveryState | None", state), limit=last)
    if as_json:
        terminal.as_json(*(DeliveryJson.model_validate(each).model_dump(mode="json") for each in found))
        return
    rows = (
        (str(each.id), each.type, (each.scan or "")[:12], each.state, str(each.tries), _when(each), _said(each))
        for each in found
    )
    terminal.columns(
        ("number", "event", "scan", "state", "tries", "last or next", ""), rows, "There is no such delivery."
    )


@webhooks.command("resend", epilog="Example: fairhand webhooks resend erp 17")
def resend(
    ctx: typer.Context,
    name: Name,
    number: Annotated[int | None, typer.Argument(help="The delivery's number; without it, all given up.")] = None,
) -> None:
    """Send a delivery once more, or all that were given up."""
    from flows.home import now
    from transcribe.i18n import counted

    count = _home(ctx).store.resend(name, number, now())
    terminal.say(f"{counted(count, 'delivery', 'deliveries')} to send again.")


@webhooks.command("replay", epilog="Example: fairhand webhooks replay erp --after 1200")
def replay(
    ctx: typer.Context,
    name: Name,
    after: Annotated[int, typer.Option(min=0, help="The number of the last event that the receiver has; 0: none.")],
) -> None:
    """Tell everything after a number again, under the same ids as before."""
    from flows.home import now

    store = _home(ctx).store
    store.replay_webhook(name, after, now())
    if after >= (last := store.last_told_number()):
        terminal.say(f"Nothing is told again: no event has a number above {after}, the latest has {last}.")
        raise typer.Exit(1)
    terminal.say(f"{name} is told again what came after {after}.")


@webhooks.command("test", epilog="Example: fairhand webhooks test erp")
def test(ctx: typer.Context, name: Name) -> None:
    """Send a signed event that tells of nothing, and say what the receiver answered."""
    from flows.home import now
    from flows.parts.webhooks.subscribe import try_webhook

    posted = try_webhook(_home(ctx), name, now())
    terminal.say(f"{name}: {posted.error or f'HTTP {posted.status}'}")
    if not posted.is_taken:
        raise typer.Exit(1)


@webhooks.command("send", epilog="Example: fairhand webhooks send")
def send(ctx: typer.Context, as_json: terminal.AsJson = False) -> None:
    """Send what is due now, once. fairhand serve does it all the time."""
    from flows.home import now
    from flows.parts.webhooks.sender import Sender, sender_lock
    from transcribe.i18n import counted

    home = _home(ctx)
    held = sender_lock(home, wait_seconds=1.0)
    if held is None:
        terminal.say("fairhand serve is sending: there is nothing to do.")
        return
    with held:
        counts = Sender(home=home, now=now).send_due()
    if as_json:
        terminal.as_json({"delivered": counts["delivered"], "failed": counts["failed"]})
    else:
        terminal.say(f"{counted(counts['delivered'], 'event')} delivered, {counts['failed']} failed.")
    if counts["failed"]:
        raise typer.Exit(1)


def _wants(webhook: Webhook) -> str:
    return ", ".join((*webhook.types, *webhook.forms)) or "all"


def _when(each: Delivery) -> str:
    moment = each.next_at if each.state == "waiting" else each.last_at
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def _said(each: Delivery) -> str:
    return each.error or (f"HTTP {each.status}" if each.status else "")


def _home(ctx: typer.Context) -> Home:
    from flows.home import load_settings, open_existing_home

    return open_existing_home(load_settings(ctx.obj))
