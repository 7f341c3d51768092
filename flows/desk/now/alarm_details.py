"""What an alarm says in detail, in the reader's language, from the facts of its alert."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flows.desk.visit import Visit
from transcribe.i18n import N_
from transcribe.store import MissingPeople

Facts = Mapping[str, Any]

PLACES = {"home": N_("disk of the home"), "archive": N_("disk of the pictures")}
"""Disks that may be full."""

OFF_BECAUSE = {
    "restored": N_("the home was restored from a backup: see where it sends to"),
    "gone": N_("it answered that it wants no more"),
    "failing": N_("nothing has arrived there for three days"),
    "key": N_("the key of the state is another one, so its secret is lost"),
    "operator": N_("an operator switched it off"),
}
"""Why a webhook is switched off."""

MISSING = {
    "orders": N_("Fields that nobody who is there can finish: %(fields)s. Orders that wait for them: %(orders)s."),
    "checks": N_("Checks of decided fields that nobody who is there can make: %(fields)s."),
    "appeals": N_(
        "Appeals that nobody who is there may hear: %(fields)s. Each stays open until somebody is there who may."
    ),
}
"""What waits for people who are missing."""


def detail(visit: Visit, facts: Facts) -> str:
    """The sentence of these facts, "" where nothing is known of their code."""
    say = SENTENCES.get(str(facts.get("code", "")))
    return say(visit, facts) if say else ""


def _due(visit: Visit, facts: Facts) -> str:
    return visit.say(
        "Batch %(batch)s with %(scans)s scans was due on %(due)s and has open questions: %(tasks)s.",
        batch=facts["batch"], scans=visit.number(facts["scans"]), due=visit.moment(facts["due"]),
        tasks=visit.number(facts["tasks"]),
    )  # fmt: skip


def _people(visit: Visit, facts: Facts) -> str:
    missing: MissingPeople = facts["missing"]
    told = [
        visit.say(MISSING[missing.waits], fields=visit.number(missing.fields), orders=visit.number(missing.orders)),
        visit.say(
            "Missing at least: %(people)s (%(role)s) who must not have read these fields.",
            people=visit.number(missing.people), role=visit.roles([missing.role]),
        ),
    ]  # fmt: skip
    if missing.languages:
        told.append(visit.say("They read one of: %(languages)s.", languages=", ".join(missing.languages)))
    if missing.regions:
        told.append(visit.say("They work in one of: %(regions)s.", regions=", ".join(missing.regions)))
    if missing.qualification:
        kind = visit.kind(missing.qualification)
        told.append(visit.say("They have passed the test of this type of field: %(type)s.", type=kind))
    return " ".join(told)


def _disk(visit: Visit, facts: Facts) -> str:
    disk, free = PLACES[facts["place"]], visit.number(facts["megabytes"])
    return visit.say("%(place)s: only %(megabytes)s MB are free.", place=visit.say(disk), megabytes=free)


def _no_backup(visit: Visit, facts: Facts) -> str:
    return visit.say("There is no finished backup.")


def _backup(visit: Visit, facts: Facts) -> str:
    return visit.say(
        "The latest backup is of %(at)s, more than %(days)s days ago.",
        at=visit.moment(facts["at"]), days=visit.number(facts["days"], 1),
    )  # fmt: skip


def _appeals(visit: Visit, facts: Facts) -> str:
    return visit.say(
        "Appeals that no expert has heard yet: %(count)s. The first was promised by %(first)s.",
        count=visit.number(facts["count"]), first=visit.moment(facts["first"]),
    )  # fmt: skip


def _times(visit: Visit, facts: Facts) -> str:
    return visit.say(
        "Contested times that nobody has answered for a week: %(count)s. The first is of %(first)s.",
        count=visit.number(facts["count"]), first=visit.moment(facts["first"]),
    )  # fmt: skip


def _pay(visit: Visit, facts: Facts) -> str:
    people, by = visit.number(facts["people"]), visit.day(facts["by"])
    if facts["late"]:
        return visit.say(
            "People who are due pay of the months before: %(people)s. It was promised by %(day)s.",
            people=people, day=by,
        )  # fmt: skip
    return visit.say(
        "People who are due pay of the months before: %(people)s. It is promised by %(day)s.", people=people, day=by
    )


def _duplicates(visit: Visit, facts: Facts) -> str:
    return visit.say("Scans that may be an order that came before: %(count)s.", count=visit.number(facts["count"]))


def _webhook_off(visit: Visit, facts: Facts) -> str:
    why = str(OFF_BECAUSE.get(facts["because"], facts["because"]))
    return visit.say(
        "The webhook %(name)s is switched off: %(why)s. Deliveries that wait: %(waiting)s. %(mend)s",
        name=facts["name"], why=visit.say(why), waiting=visit.number(facts["waiting"]), mend=facts["mend"],
    )  # fmt: skip


def _webhook_failing(visit: Visit, facts: Facts) -> str:
    return visit.say(
        "Nothing has arrived at the webhook %(name)s since %(since)s. %(mend)s",
        name=facts["name"], since=visit.moment(facts["since"]), mend=facts["mend"],
    )  # fmt: skip


def _webhook_given_up(visit: Visit, facts: Facts) -> str:
    return visit.say(
        "Deliveries to the webhook %(name)s that were given up: %(count)s.",
        name=facts["name"], count=visit.number(facts["count"]),
    )  # fmt: skip


def _records(visit: Visit, facts: Facts) -> str:
    return visit.say(
        "No order and no erasure is published since %(at)s. The command fairhand records publish says why.",
        at=visit.moment(facts["at"]),
    )  # fmt: skip


def _records_held(visit: Visit, facts: Facts) -> str:
    return visit.say(
        "Finished orders that could not be written to the records, while all others are: %(count)s. The command "
        "fairhand status says why.",
        count=visit.number(facts["count"]),
    )


def _copy(visit: Visit, facts: Facts) -> str:
    return visit.say(
        "The schema %(schema)s stands still since %(at)s; what was forgotten since may still be in it.",
        schema=facts["schema"], at=visit.moment(facts["at"]),
    )  # fmt: skip


def _fit(visit: Visit, facts: Facts) -> str:
    return visit.say(
        "%(count)s of the latest %(latest)s scans of the form %(form)s lie worse on it than nearly all before.",
        count=visit.number(facts["count"]), latest=visit.number(facts["latest"]), form=facts["form"],
    )  # fmt: skip


def _reading(visit: Visit, facts: Facts) -> str:
    return visit.say(
        "People of whom it is asked: %(people)s. The questions stand under People.",
        people=visit.number(facts["people"]),
    )  # fmt: skip


def _audit(visit: Visit, facts: Facts) -> str:
    return visit.say(
        "Audits found %(wrong)s of %(count)s decided fields of the form %(form)s wrong: surely more than %(least)s, and"
        " the target allows %(allowed)s.",
        wrong=visit.number(facts["wrong"]), count=visit.number(facts["count"]), form=facts["form"],
        least=visit.share(facts["least"], 2), allowed=visit.share(facts["allowed"], 2),
    )  # fmt: skip


def _check(visit: Visit, facts: Facts) -> str:
    return visit.say("It cannot be checked: %(error)s. The section System says more.", error=facts["error"])


SENTENCES: Mapping[str, Callable[[Visit, Facts], str]] = {
    "due": _due,
    "people": _people,
    "disk": _disk,
    "no backup": _no_backup,
    "backup": _backup,
    "appeals": _appeals,
    "times": _times,
    "pay": _pay,
    "duplicates": _duplicates,
    "webhook off": _webhook_off,
    "webhook failing": _webhook_failing,
    "webhook given up": _webhook_given_up,
    "records": _records,
    "records held": _records_held,
    "copy": _copy,
    "fit": _fit,
    "reading": _reading,
    "audit": _audit,
    "check": _check,
}
"""How each kind of alert is said."""
