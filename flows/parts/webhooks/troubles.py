"""Troubles of webhooks for operators: where nothing arrives, what was given up, what is switched off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from flows.house import Trouble
from flows.parts.webhooks.subscribe import REASONS
from transcribe.i18n import counted
from transcribe.model import Webhook
from transcribe.store import Store

FAILING = timedelta(days=1)
"""The time without arrivals from which a webhook is a trouble. Chosen by hand."""

GIVEN_UP = timedelta(days=2)
"""The time for which a given-up delivery is a trouble. Chosen by hand."""


def webhook_troubles(store: Store, now: datetime) -> Iterator[Trouble]:
    """Every trouble; none of a webhook that an operator paused."""
    for each in store.webhooks():
        if each.off_because and each.off_because != "operator":
            mend = "rotate" if each.off_because == "key" else "resume"
            waits = f" {counted(each.waiting, 'delivery', 'deliveries')} wait." if each.waiting else ""
            message = f"The webhook {each.name} is switched off: {REASONS[each.off_because]}.{waits}"
            facts = {"because": each.off_because, "waiting": each.waiting}
            yield _trouble(each, "off", message, f"fairhand webhooks {mend} {each.name}", facts)
        elif each.failing_since is not None and now - each.failing_since >= FAILING:
            since = f"{each.failing_since:%Y-%m-%d %H:%M} UTC"
            message = f"Nothing has arrived at the webhook {each.name} since {since}."
            facts = {"since": each.failing_since}
            yield _trouble(each, "failing", message, f"fairhand webhooks test {each.name}", facts)
        given_up = _lately_given_up(store, each, now) if each.dead else 0
        if given_up:
            message = f"{counted(given_up, 'delivery', 'deliveries')} to the webhook {each.name} given up after days."
            mend = f"fairhand webhooks deliveries {each.name} --state dead"
            yield _trouble(each, "given up", message, mend, {"count": given_up})


def _trouble(webhook: Webhook, code: str, message: str, mend: str, facts: Mapping[str, object]) -> Trouble:
    return Trouble(name=webhook.name, code=code, message=message, mend=mend, facts=facts)


def _lately_given_up(store: Store, webhook: Webhook, now: datetime) -> int:
    dead = store.deliveries(webhook.name, "dead", limit=1000)
    return sum(each.last_at is not None and now - each.last_at < GIVEN_UP for each in dead)
