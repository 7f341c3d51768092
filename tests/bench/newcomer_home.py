"""The home of a newcomer's walk: two photographs, known fields, pay, and two more people who read."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from flows.home.home import Home
from flows.steps.reconcile_scans import reconcile_home
from tests.known_values import decided_by_people
from transcribe.intake.load_pages import load_pages
from transcribe.intake.scans import Scanned, scans_of
from transcribe.model import FieldKey, Task, Transcriber
from transcribe.recognition.read import read
from transcribe.sandbox.limits import Limits
from transcribe.store.facts import Floor, Rate, SentReading

CASES = Path(__file__).parents[1] / "cases"
FORM = "bon-de-commande"
KNOWN, ASKED = "bon-de-commande-phone-typed-0002.jpg", "bon-de-commande-phone-block-0006.jpg"
PRACTISED = ("order_number", "customer_no", "customer_name", "email", "address")
OPEN = ("order_number", "customer_no", "customer_name", "email", "address")


def now() -> datetime:
    return datetime.now(UTC)


@cache
def texts_of(name: str) -> Mapping[str, str]:
    """What stands on a photograph."""
    lines = (json.loads(line) for line in (CASES / "truth.jsonl").read_text(encoding="utf-8").splitlines())
    return next(dict(each["fields"]) for each in lines if each["file"] == name)


def taken_in(home: Home, name: str) -> str:
    """A photograph laid onto its form; its scan."""
    form, limits = home.use_form(FORM), Limits()
    (scanned,) = scans_of([CASES / name], form, home.archive, limits)
    assert isinstance(scanned, Scanned), scanned
    home.store.put_scan(scanned.scan, scanned.files, now())
    reads = read(scanned.scan, load_pages(scanned.scan, home.archive, limits), form, [], now())
    for content in reads.files.values():
        home.archive.put(content)
    home.store.put_reads(scanned.scan.id, reads, now())
    return scanned.scan.id


def asked(home: Home, scan: str, slot: int) -> None:
    """One more person is asked for each open field."""
    tasks = [Task(scan=scan, key=FieldKey(name), kind="read", reason="handwriting", slot=slot) for name in OPEN]
    home.store.conclude(scan, len(home.store.readings(scan)), [], tasks, None, now())


def furnished(home: Home) -> str:
    """Pay, five known fields, and a photograph with open ones; its scan."""
    home.use_form(FORM)
    home.store.put_parameters({}, now())
    home.store.put_rate(Rate(form=FORM, micro=60_000, currency="EUR", since=now()), now())
    home.store.put_floor(Floor(micro=12_020_000, currency="EUR", source="SMIC horaire brut", since=now()), now())
    known, said = taken_in(home, KNOWN), texts_of(KNOWN)
    home.store.conclude(
        known, 0, [decided_by_people(FieldKey(name), said[name]) for name in PRACTISED], [], None, now()
    )
    for name in PRACTISED:
        home.store.add_gold(known, FieldKey(name), said[name], "olga", "the order itself", now())
    scan = taken_in(home, ASKED)
    asked(home, scan, 1)
    return scan


def person(home: Home, handle: str, language: str) -> Transcriber:
    """Somebody new, who has seen nothing of it."""
    made = Transcriber(
        id=secrets.token_hex(8),
        handle=handle,
        roles=frozenset({"transcriber"}),
        languages=("fr",),
        interface_language=language,
        time_zone="Europe/Paris",
    )
    home.store.put_transcriber(made, now())
    return made


def others_read(home: Home, scan: str) -> None:
    """Two more people read it, and what stands there is decided."""
    for slot, handle in ((2, "ines"), (3, "omar")):
        who = person(home, handle, "fr")
        asked(home, scan, slot)
        for task in home.store.lease(who.id, 20, now()):
            sent = SentReading(text=texts_of(ASKED)[task.key.name], idem=secrets.token_hex(8), seconds=4.0)
            home.store.submit(task.id, who.id, sent, now())
    reconcile_home(home)
