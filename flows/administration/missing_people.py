"""Who is missing, in words: what keeps orders from ending, and the command that mends it."""

from __future__ import annotations

from collections.abc import Iterator

from flows.administration.finding import Finding, usable_state
from flows.home import Settings
from transcribe.i18n import counted, plural, worded
from transcribe.store import MissingPeople

WAITING = {
    "orders": ("{n} field of {orders} can be finished", "{n} fields of {orders} can be finished"),
    "checks": (
        "{n} check of decided fields can be made",
        "{n} checks of decided fields can be made",
    ),
    "appeals": ("{n} appeal can be heard", "{n} appeals can be heard"),
}
"""What waits, of one field and of many."""


def missing_in_words(missing: MissingPeople, *, and_mend: bool = False) -> str:
    """What waits, and who is missing; `and_mend` also what to do."""
    orders = counted(missing.orders, "order")
    one, many = (each.replace("{orders}", orders) for each in WAITING[missing.waits])
    waiting = f"{plural(missing.fields, one, many)} by nobody who is there"
    if missing.waits == "appeals":
        waiting += "; each stays open until then"
    more = "one" if missing.people == 1 else str(missing.people)
    them = "it" if missing.fields == 1 else "them"
    who = f"{more} more {missing.role}{'s' if missing.people > 1 else ''} who {_has_or_have(missing)} not read {them}"
    mend = f" {_mend(missing)}." if and_mend else ""
    return f"{waiting}: {who}{_limits(missing)}.{mend}"


def missing_command(missing: MissingPeople) -> str:
    """The command that adds such a person."""
    languages = "".join(f" --language {each}" for each in missing.languages[:1])
    regions = "".join(f" --region {each}" for each in missing.regions[:1])
    return f"fairhand people add NAME --role {missing.role}{languages}{regions}"


def _mend(missing: MissingPeople) -> str:
    """What an operator does about it."""
    return worded("%(add)s, or fairhand people resume NAME of somebody who is paused", add=missing_command(missing))


def _has_or_have(missing: MissingPeople) -> str:
    return "has" if missing.people == 1 else "have"


def _limits(missing: MissingPeople) -> str:
    limits = []
    if missing.languages:
        limits.append(f"reading {' or '.join(missing.languages)}")
    if missing.regions:
        limits.append(f"in {' or '.join(missing.regions)}")
    if missing.qualification:
        limits.append(f"with the test of fields of type {missing.qualification} passed")
    return "".join(f", {each}" for each in limits)


def people_findings(settings: Settings) -> Iterator[Finding]:
    """Who is missing, where some fields can be finished by nobody who is there."""
    with usable_state(settings) as store:
        missing = store.missing_people() if store else ()
    for each in missing:
        yield Finding(check="people", message=missing_in_words(each), mend=_mend(each), warning=True,
                      facts={"code": "people", "missing": each})  # fmt: skip
