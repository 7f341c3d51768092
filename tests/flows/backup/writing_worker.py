"""Keeps scans, forgets some, and has somebody type what is asked, and says on standard output what was acknowledged."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

from flows.administration.people import invite
from flows.administration.records import forget_scan
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.steps.reconcile_scans import reconcile_home
from tests.attack.power_worker import acknowledge
from tests.flows.steps.test_reconcile_scans import reads_of
from transcribe.model import PagePicture, ReadResult, Scan, ScanPage, SourceFile
from transcribe.store.facts import Rate, SentReading

PICTURE_BYTES = 20_000
ROUND_SCANS = 5
"""Scans that are kept between two rounds of reconciling and typing."""


def main(place: Path) -> None:
    home = open_home(configuration.load_settings(place))
    form = home.use_form("receipt")
    home.store.put_rate(Rate(form="", micro=50_000, currency="EUR", since=now()), now())
    who = invite(home, "mina").person.id
    while True:
        scans = [keep(home, form.version) for _ in range(ROUND_SCANS)]
        reconcile_home(home)
        type_what_is_asked(home, who)
        acknowledge("forgets", scans[0])
        forget_scan(home, scans[0])
        acknowledge("forgot", scans[0])


def keep(home: Home, version: int) -> str:
    """A scan with a page and a picture of it, kept and read as ingesting does."""
    content = secrets.token_bytes(PICTURE_BYTES)
    file, picture = home.archive.put_all([content, content[::-1]])
    scan = Scan(id=secrets.token_hex(32), pages=(ScanPage(file=file, page=1),), form="receipt", form_version=version)
    source = SourceFile(sha256=file, name=f"{file[:8]}.jpg", size=len(content), media_type="image/jpeg")
    home.store.put_scan(scan, [source], now())
    acknowledge("kept", scan.id)
    readings = reads_of(scan, {"company": ("ACME LTD", "AGNE LID")}).readings
    shown = PagePicture(number=1, sha256=picture, size=(10, 10))
    home.store.put_reads(
        scan.id, ReadResult(places=(), readings=readings, fit=None, quality={}, pictures=(shown,)), now()
    )
    acknowledge("read", scan.id)
    return scan.id


def type_what_is_asked(home: Home, who: str) -> None:
    for task in home.store.lease(who, ROUND_SCANS, now()):
        text = secrets.token_hex(4)
        home.store.submit(task.id, who, SentReading(text=text, idem=secrets.token_hex(8), seconds=3.0), now())
        acknowledge("typed", task.scan, text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
