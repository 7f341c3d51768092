"""`fairhand serve` as a program that is killed and started again, and a home with work for a crowd."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

import httpx

from flows.home.home import Home
from flows.runtime.prefect_server import free_port
from tests.transcribe.review.site import PAGE, picture
from transcribe.geometry import Box
from transcribe.model import FieldKey, Form, PagePicture, Place, ReadResult, Scan, ScanPage, SourceFile, Task

FORM = "bon-de-commande"
WEB = "tests.bench.crowd.web"
SAME_FILE = "same.json"
"""What `GET /same` of a served home answers."""

PATIENCE = 300.0
TRUTHS = {
    "date": "14/03/2025",
    "amount": "12,50",
    "integer": "3",
    "phone": "02 40 12 34 56",
    "email": "ana@example.org",
}
CODES = {
    "order_number": "BC-2025-0417",
    "customer_no": "C10417",
    "postcode": "44000",
    "lines.reference": "AB-1042",
}


def truth(rooms: Home, task: Task) -> str:
    """What stands in a field; every scan says the same, as nobody here looks at it."""
    field = rooms.forms(task.form, task.form_version).field(task.key.name)
    return CODES.get(field.name) or TRUTHS.get(field.type, "Ana Lopez")


def fill(rooms: Home, scans: int, now: datetime) -> None:
    """Scans of the sample form with every field open that a person types."""
    form = rooms.use_form(FORM)
    page = rooms.archive.put(picture([("12,50", (16, 14))], PAGE))
    snippet = rooms.archive.put(picture([("12,50", (16, 14))], (440, 64)))
    keys = list(filter(partial(_typed, form), form.keys()))
    for number in range(scans):
        sha = rooms.archive.put(f"crowd {number}".encode())
        scan = Scan(id=sha, pages=(ScanPage(file=sha, page=1),), form=form.name, form_version=form.version)
        file = SourceFile(sha256=sha, name=f"{number}.jpg", size=1, media_type="image/jpeg")
        where = {"scan": sha, "page": 1, "box": Box(60, 60, 460, 110), "snippet": snippet, "confidence": 1.0}
        places = tuple(Place(key=key, **where) for key in keys)  # type: ignore[arg-type]  # as named above
        pictures = (PagePicture(number=1, sha256=page, size=PAGE),)
        with rooms.store.together():
            rooms.store.put_scan(scan, [file], now)
            rooms.store.put_reads(
                sha, ReadResult(places=places, readings=(), fit=1.0, quality={}, pictures=pictures), now
            )
            tasks = [Task(scan=sha, key=key, kind="read", reason="nothing read") for key in keys]
            rooms.store.conclude(sha, 0, [], tasks, None, now)


def _typed(form: Form, key: FieldKey) -> bool:
    field = form.field(key.name)
    return field.type not in ("checkbox", "signature") and field.personal != "payment"


@dataclass(kw_only=True)
class Served:
    """One `serve` on one port: `whole`, or without its Prefect, or without what weighs too.

    `kills` counts how often it was killed, `away` the seconds that it was away.
    """

    rooms: Home
    lease_seconds: float
    whole: bool
    weighs: bool = True
    port: int = field(default_factory=free_port)
    kills: int = 0
    away: float = 0.0
    process: subprocess.Popen[bytes] | None = None
    _gone: float = 0.0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until its pages answer."""
        home = self.rooms.settings.home
        environment = {**os.environ, "FAIRHAND_PREFECT_PORT": "0", "FAIRHAND_LEASE_SECONDS": str(self.lease_seconds)}
        serve = ["flows.cli", "--home", str(home), "serve", "--port", str(self.port)]
        command = [
            sys.executable,
            "-m",
            *(serve if self.whole else [WEB, str(home), str(self.port), *["records alone"] * (not self.weighs)]),
        ]
        with (home / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=Path(__file__).parents[3],
            )
        end = time.monotonic() + PATIENCE
        while not self._answers():
            going = self.process.poll() is None and time.monotonic() < end
            assert going, (home / "serve.log").read_text("utf-8")
            time.sleep(0.05)

    def clock(self) -> float:
        """Seconds, without those that it was away: people's work is counted in these."""
        return (self._gone or time.monotonic()) - self.away

    def kill(self) -> None:
        """kill -9."""
        assert self.process
        self._gone = time.monotonic()
        self.process.kill()
        self.process.wait()
        self.kills += 1

    def restart(self) -> None:
        """Start it again."""
        self.start()
        self.away += time.monotonic() - self._gone
        self._gone = 0.0

    def stop(self) -> None:
        """End it as an operator does; kill it where it takes too long."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def reconciled(self, seconds: float = PATIENCE) -> bool:
        """Wait until nothing waits to be weighed; False where it takes too long."""
        end = time.monotonic() + seconds
        while self.rooms.store.counts().waiting_scans:
            if time.monotonic() > end:
                return False
            time.sleep(0.2)
        return True

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.address}/alive", timeout=10).status_code == 200
        except httpx.HTTPError:
            return False
