"""The programs at work while services go away: shifts, `ingest`, and a till that sends files; each begun anew."""

from __future__ import annotations

import hashlib
import random
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
from PIL import Image, ImageDraw, ImageFont

from tests.flows.house import House

FORM = "receipt"
PAUSE_SECONDS = 0.5
SENDS_SECONDS = 12.0
"""Between two files that the till sends."""

SEND_SECONDS = 60.0
"""How long the till waits for an answer; a page of a browser waits as long."""

MOST_WAITING_COUNT = 12
"""So many acknowledged files may wait to be read: nobody takes more in meanwhile."""

WORDS = ("Bakery Lane", "Harbour Books", "Corner Tools", "Green Grocer", "North Pharmacy", "Lake Hardware")


@dataclass(kw_only=True)
class Seen:
    """What was acknowledged, by the SHA-256 of a file with who did so, and how each command ended, with its words."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    ended: list[tuple[str, int, str]] = field(default_factory=list)

    @property
    def in_a_sentence(self) -> int:
        """How many commands did not do their work, and said why in one sentence."""
        return sum(code != 0 and not fault(code, err) for _, code, err in self.ended)

    @property
    def faults(self) -> list[str]:
        """What a command ended with that was neither its work nor a sentence."""
        return [f"{name} ended with {code}: {err[-1500:]}" for name, code, err in self.ended if fault(code, err)]


def fault(code: int, err: str) -> bool:
    """Whether a command ended neither well nor by a sentence: by a traceback, a signal, or saying nothing."""
    said = [line for line in err.splitlines() if line.startswith("fairhand: ")]
    return "Traceback" in err or code not in (0, 2, 4) or (code != 0 and len(said) != 1)


def picture(path: Path, chance: random.Random) -> str:
    """One more receipt, small and unlike the others; its SHA-256."""
    lines = [
        f"{chance.choice(WORDS)} {chance.randrange(100, 999)}",
        f"{chance.randrange(1, 99)} Mill Road, Springfield",
        f"Date: {chance.randrange(1, 28):02}/{chance.randrange(1, 12):02}/2026",
        *(f"Item {chance.randrange(1000, 9999)}   {chance.randrange(1, 90)}.{chance.randrange(10, 99)}" for _ in "abc"),
        f"Total: {chance.randrange(10, 999)}.{chance.randrange(10, 99)}",
        f"Thank you {secrets.token_hex(4)}",
    ]
    made = Image.new("L", (800, 700), 255)
    drawn, font = ImageDraw.Draw(made), ImageFont.load_default(36)
    for number, line in enumerate(lines):
        drawn.text((60, 50 + 76 * number), line, font=font, fill=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    made.save(path, dpi=(200, 200))
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(kw_only=True)
class Programs:
    """Those that work until told to end: `feeding` ones bring files in, shifts go on until these are read."""

    folder: Path
    house: House
    with_prefect: House
    address: str
    secret: str
    read: Callable[[], int]
    chance: random.Random
    seen: Seen = field(default_factory=Seen)
    at_work: list[threading.Thread] = field(default_factory=list)
    no_more: threading.Event = field(default_factory=threading.Event)
    all_read: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin all of them."""
        for work in (self._shifts, self._ingests, self._sends):
            self.at_work.append(threading.Thread(target=work, daemon=True))
            self.at_work[-1].start()

    def _run(self, house: House, name: str, *words: str | Path) -> int:
        process = house.start(name, *words, forked=True)
        _, err = process.communicate()
        self.seen.ended.append((name, process.returncode, err))
        return process.returncode

    def _is_much(self) -> bool:
        """Whether enough waits to be read. False too while the database is away: files come then all the same."""
        try:
            return len(self.seen.acknowledged) - self.read() > MOST_WAITING_COUNT
        except psycopg.OperationalError:
            return False

    def _shifts(self) -> None:
        while not self.all_read.wait(PAUSE_SECONDS):
            self._run(self.house, "shift")

    def _ingests(self) -> None:
        """Two files after the other: half of them are left to shifts, half are shown by the operator's Prefect server.

        A command that did not do its work is given again.
        """
        number = 0
        while not self.no_more.wait(PAUSE_SECONDS):
            if self._is_much():
                continue
            number += 1
            place = self.folder / "given" / str(number)
            files = [picture(place / f"{number}-{each}.png", self.chance) for each in "ab"]
            house = self.with_prefect if number % 2 else self.house
            left = ("--no-read",) if number % 4 > 1 else ()
            while self._run(house, "ingest", place, "--form", FORM, "--batch", f"batch {number % 5}", *left):
                time.sleep(PAUSE_SECONDS)
            self.seen.acknowledged |= dict.fromkeys(files, "ingest")

    def _sends(self) -> None:
        number, headers = 0, {"authorization": f"Bearer {self.secret}", "content-type": "image/png"}
        while not self.no_more.wait(SENDS_SECONDS):
            if self._is_much():
                continue
            number += 1
            path = self.folder / "sent" / f"{number}.png"
            file = picture(path, self.chance)
            while not self._sent(path.read_bytes(), headers):
                time.sleep(PAUSE_SECONDS)
            self.seen.acknowledged[file] = "the till"

    def _sent(self, content: bytes, headers: dict[str, str]) -> bool:
        where = f"{self.address}/api/v1/forms/{FORM}/scans"
        try:
            answer = httpx.post(where, content=content, headers=headers, timeout=SEND_SECONDS)
        except httpx.HTTPError:
            return False
        if answer.status_code >= 400 and answer.status_code != 503:
            self.seen.ended.append(("a request", 5, f"{answer.status_code} {answer.text}"))
        return answer.status_code == 202
