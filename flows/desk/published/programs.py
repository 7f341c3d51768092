"""Programs that are told or ask: webhooks, what was sent to them, and tokens."""

from __future__ import annotations

from flows.desk.now.alarms import OFF_BECAUSE
from flows.desk.tables import Cell, Column, Table, time_cell
from flows.desk.visit import Visit
from flows.webhooks import state_in_words
from transcribe.i18n import N_
from transcribe.model import Delivery, Webhook

DELIVERIES_COUNT = 20
"""So many deliveries of each webhook are shown, the latest. Chosen by hand."""

DELIVERY_STATES = {
    "waiting": N_("waits"),
    "delivered": N_("delivered"),
    "dead": N_("given up"),
    "erased": N_("forgotten before it was taken"),
}
"""What became of a delivery."""


def webhooks_table(visit: Visit) -> Table:
    """Every webhook: what it wants and how it stands."""
    say = visit.say
    rows = [
        (
            Cell(each.name),
            Cell(each.url),
            Cell(", ".join((*each.types, *each.forms)), "" if each.types or each.forms else say("all")),
            Cell(each.waiting, visit.number(each.waiting)),
            Cell(each.dead, visit.number(each.dead)),
            Cell(state_in_words(each), _stands(visit, each)),
        )
        for each in visit.home.store.webhooks()
    ]
    return Table(
        name="webhooks",
        caption=say("Webhooks"),
        columns=(
            Column("name", say("Name")),
            Column("url", say("Address")),
            Column("wants", say("Wants")),
            Column("waiting", say("Waiting"), is_number=True),
            Column("dead", say("Given up"), is_number=True),
            Column("state", say("How it stands")),
        ),
        rows=rows,
        address="/desk/records/webhooks",
        nothing=say("There are no webhooks."),
    )


def _stands(visit: Visit, webhook: Webhook) -> str:
    """How a webhook stands, in the reader's language."""
    if webhook.off_because:
        why = visit.say(OFF_BECAUSE.get(webhook.off_because, webhook.off_because))
        return visit.say("switched off: %(why)s", why=why)
    if webhook.failing_since is not None:
        return visit.say("failing since %(at)s", at=visit.moment(webhook.failing_since))
    return visit.say("works") if webhook.delivered_at else visit.say("nothing sent yet")


def latest_deliveries(visit: Visit) -> list[Delivery]:
    """What was sent last to each webhook."""
    store = visit.home.store
    return [each for hook in store.webhooks() for each in store.deliveries(hook.name, None, limit=DELIVERIES_COUNT)]


def deliveries_table(visit: Visit, sent: list[Delivery]) -> Table:
    """What was sent, waits or was given up."""
    say = visit.say
    rows = [
        (
            Cell(each.webhook),
            Cell(each.id),
            Cell(each.type),
            Cell(each.scan, (each.scan or "")[:12], f"/desk/scan/{each.scan}" if each.scan else ""),
            Cell(each.state, say(DELIVERY_STATES[each.state])),
            Cell(each.tries),
            time_cell(each.last_at, visit.moment(each.last_at) if each.last_at else ""),
            _answer(visit, each),
        )
        for each in sent
    ]
    return Table(
        name="deliveries",
        caption=say("Deliveries"),
        columns=(
            Column("webhook", say("Webhook")),
            Column("number", say("Number"), is_number=True),
            Column("event", say("Event")),
            Column("scan", say("Scan")),
            Column("state", say("State")),
            Column("tries", say("Tries"), is_number=True),
            Column("last_at", say("Last try")),
            Column("answer", say("Answer")),
        ),
        rows=rows,
        address="/desk/records/deliveries",
        nothing=say("Nothing was sent yet."),
    )


def _answer(visit: Visit, delivery: Delivery) -> Cell:
    """What the receiver answered, or why nothing was."""
    if not delivery.error:
        return Cell(f"HTTP {delivery.status}" if delivery.status else "")
    return Cell(delivery.error, visit.in_words(delivery.error))


def tokens_table(visit: Visit) -> Table:
    """The tokens of programs, without their secrets."""
    say = visit.say
    rows = [
        (
            Cell(each.prefix),
            Cell(each.name),
            Cell(" ".join(sorted(each.scopes))),
            time_cell(each.until, visit.moment(each.until) if each.until else ""),
            Cell(each.revoked_at is not None, say("yes") if each.revoked_at else say("no")),
        )
        for each in visit.home.store.tokens()
    ]
    return Table(
        name="tokens",
        caption=say("Tokens of programs"),
        columns=(
            Column("prefix", say("Begins with")),
            Column("name", say("Name")),
            Column("scopes", say("Allows")),
            Column("until", say("Ends")),
            Column("revoked", say("Revoked")),
        ),
        rows=rows,
        address="/desk/records/tokens",
        nothing=say("There are no tokens."),
    )
