"""Adding a webhook, trying it, and what its state means in words."""

from __future__ import annotations

import re
import secrets as random_names
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast, get_args

from flows.home import Home
from flows.parts.webhooks.envelope import signed_headers, trial_body
from flows.parts.webhooks.http_post import (
    Posted,
    RefusedAddress,
    Resolve,
    Target,
    checked_addresses,
    post,
    resolve_by_system,
    target_of,
)
from flows.parts.webhooks.sender import inside_networks
from transcribe.errors import SettingsError
from transcribe.i18n import N_, worded
from transcribe.model import EventType, Webhook

NAME_PATTERN = r"^[a-z][a-z0-9_-]{0,63}$"
"""The name of a webhook."""

EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
"""Every type of event."""

OVERLAP = timedelta(hours=24)
"""How long the old secret holds beside a new one where nobody says otherwise. Chosen by hand."""

INSIDE = N_(
    "This address lies on a network inside, or begins with http://. Tick “It lies on a network of our own” where that "
    "is meant."
)
"""A page's words about an address that is not on the public internet."""

REASONS = {
    "operator": "an operator switched it off",
    "restored": "the home was restored from a backup: see where it sends to",
    "gone": "it answered 410: it wants no more",
    "failing": "nothing has arrived there for three days",
    "key": "the key of the state is another one, so its secret is lost: fairhand webhooks rotate",
}
"""Why a webhook is switched off, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedWebhook:
    """A webhook that was just made. `secret` is shown once; `note` is what to know of its address, "" for nothing."""

    webhook: Webhook
    secret: str
    note: str


def add_webhook(
    home: Home,
    name: str,
    url: str,
    now: datetime,
    *,
    types: Sequence[str] = (),
    forms: Sequence[str] = (),
    with_values: bool = False,
    private: bool = False,
    after: int | None = None,
    by: str = "",
    resolve: Resolve = resolve_by_system,
) -> AddedWebhook:
    """Keep a webhook that is told of what comes after this number; None: from now on.

    Looking up an address holds no lock. SettingsError where its name, its address or something that it wants cannot be.
    """
    if not re.fullmatch(NAME_PATTERN, name):
        raise SettingsError("A webhook's name has small letters, digits, - and _, and begins with a letter.")
    if unknown := sorted(set(types) - set(EVENT_TYPES)):
        raise SettingsError(f"There is no event {unknown[0]!r}. Use some of {', '.join(EVENT_TYPES)}.")
    known = {form for form, _, _ in home.store.forms()} | set(home.forms.names())
    if unknown := sorted(set(forms) - known):
        raise SettingsError(f"There is no form {unknown[0]!r}. Use some of {', '.join(sorted(known))}.")
    target = target_of(url)
    note = _note_on(home, target, resolve, private=private)
    wanted = Webhook(
        name=name,
        url=url,
        types=cast("tuple[EventType, ...]", tuple(dict.fromkeys(types))),
        forms=tuple(dict.fromkeys(forms)),
        with_values=with_values,
        private=private,
        at=now,
    )
    with home.store.together(by=by):
        secret = home.store.add_webhook(wanted, after, now)
    return AddedWebhook(webhook=home.store.webhook(name), secret=secret, note=note)


def _note_on(home: Home, target: Target, resolve: Resolve, *, private: bool) -> str:
    """A note on an address; SettingsError where it must not be sent to."""
    inside = inside_networks(home.settings)
    if target.scheme == "http" and not private and not inside:
        command = (
            "The address must begin with https://. Plain http goes only to networks inside: say --private, or set "
            "FAIRHAND_WEBHOOK_NETWORKS."
        )
        raise SettingsError(worded(INSIDE, command=command))
    try:
        checked_addresses(target, resolve, inside, private=private)
    except RefusedAddress as refused:
        command = "%(why)s. Say --private where this is meant, or set FAIRHAND_WEBHOOK_NETWORKS."
        raise SettingsError(worded(INSIDE, command=command, why=refused.args[0])) from refused
    except OSError:
        return f"{target.host} cannot be found now; it is looked up anew for each delivery."
    return ""


def try_webhook(home: Home, name: str, now: datetime) -> Posted:
    """Send a signed event of the type `webhook.test` at once, past the queue; gives what became of it."""
    webhook = home.store.webhook(name)
    message = f"msg_{random_names.token_hex(16)}"
    body = trial_body(home, message, name, now)
    held = home.store.webhook_secrets(name, now)
    if not held:
        raise SettingsError(f"{name}: {REASONS['key']} {name}.")
    headers = signed_headers(message, body, held, now)
    inside = inside_networks(home.settings)
    return post(target_of(webhook.url), body, headers, resolve_by_system, inside, private=webhook.private)


def state_in_words(webhook: Webhook) -> str:
    """The state of a webhook in words: switched off and why, failing since when, or that it works."""
    if webhook.off_because:
        return f"off: {REASONS.get(webhook.off_because, webhook.off_because)}"
    if webhook.failing_since is not None:
        return f"failing since {webhook.failing_since:%Y-%m-%d %H:%M} UTC"
    return "works" if webhook.delivered_at else "nothing sent yet"
