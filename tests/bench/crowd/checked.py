"""What must be there after a crowd has worked: every acknowledged reading, none twice, the ledger to the micro-unit."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from datetime import datetime
from fractions import Fraction

from flows.home.home import Home
from tests.bench.crowd.people import Seen
from transcribe.model import Reading
from transcribe.pay_arithmetic import for_time
from transcribe.store.paid_time import ABOVE_PIECE_LINE

RATE = 13_337
"""Micro-units a reading: odd on purpose, and so little that the floor has to add something."""

FLOOR = 12_345_677
"""Micro-units an hour."""


def wrong(rooms: Home, seen: Seen, now: datetime) -> list[str]:
    """What is not as it must be, in sentences; empty where all is well. Top-ups are written first."""
    for person in rooms.store.transcribers():
        rooms.store.top_up(person.id, now)
    readings = [
        each
        for state in rooms.store.scan_states()
        for each in rooms.store.readings(state.scan.id)
        if each.kind == "person"
    ]
    return [*_readings(readings, seen), *_ledger(rooms, readings), *_files(rooms)]


def _readings(readings: list[Reading], seen: Seen) -> list[str]:
    kept = {(each.source, each.task or ""): each.text for each in readings}
    lost = [who for who, text in seen.acknowledged.items() if kept.get(who) != text]
    known = {**seen.on_its_way, **seen.acknowledged}
    strange = [who for who, text in kept.items() if known.get(who) != text]
    twice = [
        who for who, count in Counter((each.source, each.scan, each.key) for each in readings).items() if count > 1
    ]
    said = []
    if lost:
        said.append(f"{len(lost)} acknowledged readings are not there, as {lost[0]}")
    if strange:
        said.append(f"{len(strange)} readings were sent by nobody, as {strange[0]}")
    if twice or len(kept) != len(readings):
        said.append(f"{len(twice)} fields were read twice by one person")
    return said


def _ledger(rooms: Home, readings: list[Reading]) -> list[str]:
    lines = rooms.store.ledger()
    paid = Counter(line.reading for line in lines if line.kind == "reading")
    said = []
    if paid != Counter(each.id for each in readings) or any(
        line.micro != RATE for line in lines if line.kind == "reading"
    ):
        said.append("readings and their pay lines differ")
    if {line.kind if line.kind != "time" else line.reference for line in lines} - {
        "reading",
        "top-up",
        ABOVE_PIECE_LINE,
    }:
        said.append("there are lines that nobody worked for")
    least = len(readings) * RATE + sum(_short_days(readings).values())
    most = sum(max(RATE, for_time(FLOOR, each.seconds or 0.0)) for each in readings)
    if not least <= sum(line.micro for line in lines) <= most:
        said.append(f"the ledger is {sum(line.micro for line in lines)}, not {least} to {most}")
    return said


def _short_days(readings: list[Reading]) -> dict[tuple[str, str], int]:
    """What each person is owed to reach the floor of each day, reckoned from the readings alone."""
    worth: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for each in readings:
        worth[each.source, each.at.date().isoformat()] += Fraction(FLOOR) * Fraction(each.seconds or 0.0) / 3600 - RATE
    return {where: math.ceil(amount) for where, amount in worth.items() if amount > 0}


def _files(rooms: Home) -> list[str]:
    said = []
    if rooms.store.verify_audit().broken_at is not None:
        said.append("the audit log does not hold")
    with closing(sqlite3.connect(rooms.settings.state)) as connection:
        if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            said.append("state.db is damaged")
    return said
