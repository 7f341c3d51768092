"""Webhooks on the desk: on the page of programs, their deliveries on the page Records, and alarms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Response

from flows.desk import (
    PROGRAMS,
    Act,
    Cell,
    Deed,
    NewSecret,
    Part,
    ProvedAct,
    Table,
    Visit,
    do,
    shown_secret,
)
from flows.house import DeskPages
from flows.parts.webhooks.subscribe import NAME_PATTERN, OVERLAP, add_webhook, state_in_words, try_webhook
from transcribe.errors import SettingsError
from transcribe.i18n import N_
from transcribe.model import Delivery, EventType, Webhook

router = APIRouter()

EVENTS: Mapping[EventType, str] = {
    "record.completed": N_("a record is finished"),
    "record.corrected": N_("a record was corrected"),
    "record.provisional": N_("a record is there that is not sure yet"),
    "record.erased": N_("a record was erased"),
    "records.restored": N_("the home was restored from a backup"),
    "scan.set_aside": N_("a scan was set aside"),
    "duplicate.found": N_("an order may have come before"),
    "duplicate.lifted": N_("an order had not come before after all"),
    "batch.finished": N_("a batch is finished"),
}
"""The events that a program can be told of."""

OFF_BECAUSE = {
    "restored": N_("the home was restored from a backup: see where it sends to"),
    "gone": N_("it answered that it wants no more"),
    "failing": N_("nothing has arrived there for three days"),
    "key": N_("the key of the state is another one, so its secret is lost"),
    "operator": N_("an operator switched it off"),
}
"""Why a webhook is switched off."""

DELIVERIES_COUNT = 20
"""The most deliveries of each webhook that are shown, the latest. Chosen by hand."""

DELIVERY_STATES = {
    "waiting": N_("waits"),
    "delivered": N_("delivered"),
    "dead": N_("given up"),
    "erased": N_("forgotten before it was taken"),
}
"""The states of a delivery."""


def webhooks_table(visit: Visit) -> Table:
    """Every webhook: what it wants and how it stands."""
    say = visit.say
    rows = [
        (
            each.name,
            each.url,
            Cell(", ".join((*each.types, *each.forms)), "" if each.types or each.forms else say("all")),
            each.waiting,
            each.dead,
            Cell(state_in_words(each), _stands(visit, each)),
        )
        for each in visit.home.store.webhooks()
    ]
    return visit.table(
        "webhooks",
        say("Webhooks"),
        {
            "name": say("Name"),
            "url": say("Address"),
            "wants": say("Wants"),
            "waiting": say("Waiting"),
            "dead": say("Given up"),
            "state": say("How it stands"),
        },
        rows,
        at="/desk/records",
        nothing=say("There are no webhooks."),
    )


def _stands(visit: Visit, webhook: Webhook) -> str:
    """The state of a webhook, in the reader's language."""
    if webhook.off_because:
        why = visit.say(OFF_BECAUSE.get(webhook.off_because, webhook.off_because))
        return visit.say("switched off: %(why)s", why=why)
    if webhook.failing_since is not None:
        return visit.say("failing since %(at)s", at=visit.moment(webhook.failing_since))
    return visit.say("works") if webhook.delivered_at else visit.say("nothing sent yet")


def latest_deliveries(visit: Visit) -> list[Delivery]:
    """The latest deliveries to each webhook."""
    store = visit.home.store
    return [each for hook in store.webhooks() for each in store.deliveries(hook.name, None, limit=DELIVERIES_COUNT)]


def deliveries_table(visit: Visit, sent: list[Delivery]) -> Table:
    """A table of deliveries that were sent, wait or were given up."""
    say = visit.say
    rows = [
        (
            each.webhook,
            Cell(each.id),
            each.type,
            Cell(each.scan, (each.scan or "")[:12], f"/desk/scan/{each.scan}" if each.scan else ""),
            Cell(each.state, say(DELIVERY_STATES[each.state])),
            each.tries,
            each.last_at,
            _answer(visit, each),
        )
        for each in sent
    ]
    return visit.table(
        "deliveries",
        say("Deliveries"),
        {
            "webhook": say("Webhook"),
            "number": say("Number"),
            "event": say("Event"),
            "scan": say("Scan"),
            "state": say("State"),
            "tries": say("Tries"),
            "last_at": say("Last try"),
            "answer": say("Answer"),
        },
        rows,
        at="/desk/records",
        nothing=say("Nothing was sent yet."),
    )


def _answer(visit: Visit, delivery: Delivery) -> Cell | str:
    """The receiver's answer, or why there is none."""
    if not delivery.error:
        return f"HTTP {delivery.status}" if delivery.status else ""
    return Cell(delivery.error, visit.in_words(delivery.error))


# What an operator does to webhooks on the page of programs: added, paused, tried, removed.

NO_SECRET = N_("The key of the state is another one, so its secret is lost. Make a new secret.")
"""Why nothing can be signed for a webhook."""

Name = Annotated[str, Form(min_length=1, max_length=64)]
Address = Annotated[str, Form(min_length=1, max_length=2000)]
Words = Annotated[list[str], Form(max_length=20)]
Tick = Annotated[str, Form(max_length=10)]
Sure = Annotated[str, Form(pattern="^yes$")]
FormName = Annotated[str, Form(max_length=100)]


def _programs(visit: Visit, _: object) -> str:
    """Every webhook, with operators' actions on it."""
    return visit.piece(
        "program_webhooks.html",
        webhooks=webhooks_table(visit),
        hooks=visit.home.store.webhooks(),
        events=EVENTS,
        forms=visit.forms_to_choose(),
    )


def _secret_of(visit: Visit, name: str, secret: str, note: str) -> NewSecret:
    said = visit.say(
        "The secret of the webhook %(name)s, with which its receiver checks signatures. It is shown only now; nobody "
        "can look it up again.",
        name=name,
    )
    return NewSecret(said=said, secret=secret, note=note)


@router.post("/desk/programs/webhook")
async def add_hook(
    visit: ProvedAct, name: Name, url: Address, event: Words = [], form: FormName = "",  # noqa: B006
    values: Tick = "", inside: Tick = "",
) -> Response:  # fmt: skip
    """Adds a webhook, and shows its secret once."""
    visit.require_all_forms()

    def made() -> NewSecret:
        if not re.fullmatch(NAME_PATTERN, name):
            raise SettingsError(visit.say("A name has small letters, digits, - and _, and begins with a letter."))
        if name in {each.name for each in visit.home.store.webhooks()}:
            raise SettingsError(visit.say("There is a webhook of this name already. Choose another name."))
        if not re.match(r"https?://[^/]", url):
            raise SettingsError(visit.say("Write an address that begins with https://."))
        types, forms = [each for each in event if each in EVENTS], [form] if form else []
        added = add_webhook(
            visit.home, name, url, visit.now, types=types, forms=forms, with_values=bool(values),
            private=bool(inside), by=visit.by,
        )  # fmt: skip
        note = visit.say("Its address cannot be found now. It is looked up anew for each delivery.")
        return _secret_of(visit, name, added.secret, note if added.note else "")

    return await shown_secret(visit, made)


@router.post("/desk/programs/webhook/rotate")
async def rotate_hook(visit: ProvedAct, name: Name) -> Response:
    """Makes a new secret and shows it once; the old one holds for a day."""
    visit.require_all_forms()

    def made() -> NewSecret:
        store, until = visit.home.store, visit.now + OVERLAP
        with store.together(by=visit.by):
            secret = store.rotate_webhook(name, until, visit.now)
        note = visit.say("The old secret holds until %(at)s.", at=visit.moment(until))
        return _secret_of(visit, name, secret, note)

    return await shown_secret(visit, made)


@router.post("/desk/programs/webhook/switch")
async def switch_hook(visit: ProvedAct, name: Name, how: Annotated[Literal["pause", "resume"], Form()]) -> Response:
    """Sends nothing for a while, or goes on where it stopped."""
    visit.require_all_forms()

    def deed() -> None:
        store = visit.home.store
        with store.together(by=visit.by):
            store.switch_webhook(name, "operator" if how == "pause" else "", visit.now)

    return await do(visit, deed, PROGRAMS, f"hook-{how}")


@router.post("/desk/programs/webhook/try")
async def try_hook(visit: ProvedAct, name: Name) -> Response:
    """Sends a signed event that tells of nothing, and says what came of it."""
    visit.require_all_forms()

    def deed() -> None:
        if not visit.home.store.webhook_secrets(name, visit.now):
            raise SettingsError(visit.say(NO_SECRET))
        visit.home.store.log(visit.by, "webhook tried", name, {}, visit.now)
        posted = try_webhook(visit.home, name, visit.now)
        if not posted.is_taken:
            said = visit.in_words(posted.error) or f"HTTP {posted.status}"
            raise SettingsError(visit.say("%(name)s did not take it: %(answer)s", name=name, answer=said))

    return await do(visit, deed, PROGRAMS, "hook-tried")


@router.post("/desk/programs/webhook/remove")
async def remove_hook(visit: ProvedAct, name: Name, sure: Sure) -> Response:
    """Forgets a webhook, its secrets and what waits for it."""
    visit.require_all_forms()

    def deed() -> None:
        store = visit.home.store
        with store.together(by=visit.by):
            store.remove_webhook(name, visit.now)

    return await do(visit, deed, PROGRAMS, "hook-removed")


# What was sent, on the page Records, and what was given up sent again.


@router.post("/desk/records/resend")
async def resend(
    visit: Act, name: Annotated[str, Form(max_length=64)], number: Annotated[str, Form(pattern=r"^\d{0,18}$")] = ""
) -> Response:
    """Sends a delivery once more, or all that were given up, as `fairhand webhooks resend` does."""
    visit.require_all_forms()

    def again() -> None:
        with visit.home.store.together(by=visit.by):
            visit.home.store.resend(name, int(number) if number else None, visit.now)

    return await do(visit, again, "/desk/records", "resend")


def _records(visit: Visit, links: Sequence[tuple[str, str]]) -> Sequence[Part]:
    say, sent = visit.say, latest_deliveries(visit)
    return [
        Part(head=say("Webhooks"), table=webhooks_table(visit), links=links),
        Part(head=say("Deliveries"), table=deliveries_table(visit, sent), deeds=_resends(visit)),
    ]


def _resends(visit: Visit) -> list[Deed]:
    say, deeds = visit.say, []
    for hook in visit.home.store.webhooks():
        dead = visit.home.store.deliveries(hook.name, "dead", limit=50)
        choices = [("", say("all that were given up")), *((str(each.id), f"{each.id} {each.type}") for each in dead)]
        if dead:
            deeds.append(
                Deed(action="/desk/records/resend", label=say("Send again"), values={"name": hook.name},
                     choice="number", asks=say("Deliveries to %(name)s", name=hook.name), choices=choices)
            )  # fmt: skip
    return deeds


# What an alarm says of a webhook, in the reader's language.


def _webhook_off(visit: Visit, facts: Mapping[str, Any]) -> str:
    why = str(OFF_BECAUSE.get(facts["because"], facts["because"]))
    return visit.say(
        "The webhook %(name)s is switched off: %(why)s. Deliveries that wait: %(waiting)s. %(mend)s",
        name=facts["name"], why=visit.say(why), waiting=visit.number(facts["waiting"]), mend=facts["mend"],
    )  # fmt: skip


def _webhook_failing(visit: Visit, facts: Mapping[str, Any]) -> str:
    return visit.say(
        "Nothing has arrived at the webhook %(name)s since %(since)s. %(mend)s",
        name=facts["name"], since=visit.moment(facts["since"]), mend=facts["mend"],
    )  # fmt: skip


def _webhook_given_up(visit: Visit, facts: Mapping[str, Any]) -> str:
    return visit.say(
        "Deliveries to the webhook %(name)s that were given up: %(count)s.",
        name=facts["name"], count=visit.number(facts["count"]),
    )  # fmt: skip


PAGES = DeskPages(
    router=router,
    folder=Path(__file__).parent,
    pieces={
        "programs": _programs,
        "records": _records,
        "webhooks off": _webhook_off,
        "webhooks failing": _webhook_failing,
        "webhooks given up": _webhook_given_up,
    },
)
"""The pages that the part adds to the desk."""
