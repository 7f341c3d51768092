"""A home in which engines and people have worked: records, pictures, pay, a log."""

from __future__ import annotations

import secrets
from pathlib import Path

from flows.administration.people import invite
from flows.home.home import Home, now
from flows.steps.reconcile_scans import reconcile_home
from tests.attack.test_restore import opened, recorded
from tests.flows.steps.test_reconcile_scans import RECEIPT, received
from transcribe.store.facts import Rate, SentReading


def worked_home(place: Path) -> Path:
    """A home in this folder with three orders; one of them was typed by two people, who are paid for it."""
    with opened(place) as home:
        home.store.put_rate(Rate(form="", micro=50_000, currency="EUR", since=now()), now())
        recorded(home, "ÉMILE & FILS\\N")
        recorded(home, "SECOND LTD")
        typed(home)
    return place


def typed(home: Home) -> str:
    """An order that the engines read otherwise, typed by two people; gives its scan."""
    scan = received(home, texts={"company": ("ACME LTD", "AGNE L7D"), "total": ("12.50", "72.80")})
    reconcile_home(home)
    for name in ("mina", "omar"):
        person = invite(home, f"{name}-{secrets.token_hex(4)}").person.id
        for task in home.store.lease(person, 5, now()):
            sent = SentReading(text=RECEIPT[task.key.name], idem=secrets.token_hex(8))
            home.store.submit(task.id, person, sent, now())
    reconcile_home(home)
    return scan.id
