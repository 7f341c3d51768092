"""Keeps scans as ingesting does, and says on standard output what it has acknowledged; traced by the power cut test."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from flows.administration.records import forget_scan
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from tests.flows.steps.test_reconcile_scans import reads_of
from transcribe.model import PagePicture, ReadResult, Scan, ScanPage, SourceFile


def acknowledge(*words: str) -> None:
    os.write(1, (" ".join(words) + "\n").encode())


def _one_by_one(home: Home, content: bytes) -> list[str]:
    return [home.archive.put(content), home.archive.put(content[::-1])]


def main(place: Path, count: int) -> None:
    home = open_home(configuration.load_settings(place))
    form = home.use_form("receipt")
    for number in range(count):
        content = hashlib.sha256(str(number).encode()).digest() * (200 + 300 * number)
        file, picture = home.archive.put_all([content, content[::-1]]) if number % 2 else _one_by_one(home, content)
        pages = (ScanPage(file=file, page=1),)
        scan = Scan(id=hashlib.sha256(content).hexdigest(), pages=pages, form=form.name, form_version=form.version)
        source = SourceFile(sha256=file, name=f"{number}.jpg", size=len(content), media_type="image/jpeg")
        home.store.put_scan(scan, [source], now())
        acknowledge("kept", scan.id)
        shown = PagePicture(number=1, sha256=picture, size=(10, 10))
        readings = reads_of(scan, {}).readings
        read = ReadResult(places=(), readings=readings, fit=None, quality={}, pictures=(shown,))
        home.store.put_reads(scan.id, read, now())
        acknowledge("read", scan.id)
        if number % 3 == 2:
            acknowledge("forgets", scan.id)
            forget_scan(home, scan.id)
            acknowledge("forgot", scan.id)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
