"""An operator is asked about a person who types the same everywhere, with evidence; nothing is done by itself."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta

import pytest

from flows.administration.people import invite
from flows.alerts.conditions import odd_readers
from flows.cli.people import example_in_words
from flows.home.home import Home, now
from flows.steps.reconcile_scans import reconcile_home
from tests.flows.house import House
from tests.flows.steps.test_reconcile_scans import received
from transcribe.store.facts import SentReading

NAMES = ("ACME LTD", "Borough Tools", "Cassel & Son", "Dray Hire", "Ewell Paints", "Foss Timber")


def doubtful(number: int) -> dict[str, tuple[str, str]]:
    """What both engines read of a receipt: alike but for a slip in each field, so that people are asked."""
    name, day, street = NAMES[number % 6], f"{number + 3:02}/0{number % 9 + 1}/2025", f"{number + 11}, Mill Lane"
    total = f"{37 * number + 12}.{number + 31}"
    return {
        "company": (name, name[:-1] + "l"),
        "date": (day, day.replace("2025", "2023")),
        "address": (street, street.replace("Mill", "Nill")),
        "total": (total, total.replace("3", "8", 1)),
    }


def read_by_two(rooms: Home) -> None:
    """Twelve receipts read by zoe, who looks, and by mina, who types the same everywhere."""
    texts = {received(rooms, texts=doubtful(number)).id: doubtful(number) for number in range(12)}
    reconcile_home(rooms)
    zoe, mina = (invite(rooms, who).person.id for who in ("zoe", "mina"))
    clock = now()
    for who in (mina, zoe):
        while tasks := rooms.store.lease(who, 9, clock):
            for task in tasks:
                text = texts[task.scan][task.key.name][0] if who == zoe else "True"
                clock += timedelta(seconds=5)
                sent = SentReading(text=text, idem=secrets.token_hex(8), seconds=4.0 if who == zoe else 0.2)
                rooms.store.submit(task.id, who, sent, clock)
            reconcile_home(rooms)


def test_an_example_names_no_other_text_that_is_the_same() -> None:
    same = example_in_words("a.jpg", "plate", '"SO70 TKG"', '"so70 tkg"')
    assert same == 'a.jpg, plate: they read "SO70 TKG".'
    other = example_in_words("a.jpg", "plate", '"so70 tkg"', '"x"')
    assert other == 'a.jpg, plate: they read "so70 tkg", others "x".'
    blank = example_in_words("a.jpg", "plate", "nothing is written", "nothing is written")
    assert blank == "a.jpg, plate: they read nothing is written."
    alone = example_in_words("a.jpg", "plate", "nothing is written", "")
    assert alone == "a.jpg, plate: they read nothing is written."


@pytest.mark.promise(
    "Nothing follows by itself. Look", "A reading that came", "No program takes pay", "Nothing follows by itself."
)
def test_who_types_the_same_everywhere_is_asked_about_with_evidence(house: House, rooms: Home) -> None:
    read_by_two(rooms)
    paid, readings = rooms.store.ledger(), rooms.store.counts()
    found = [json.loads(line) for line in house.run("people", "check", "--json").out.splitlines()]
    assert {each["handle"] for each in found} == {"mina"}, found
    asked = {each["kind"]: each for each in found}
    assert asked["constant"]["odd"] == asked["constant"]["looked"] > 10
    example = asked["constant"]["examples"][0]
    assert example["said"] == '"True"', "as it was typed"
    assert example["field"] in ("company", "date", "address", "total")
    assert (rooms.store.ledger(), rooms.store.counts()) == (paid, readings), "nothing is done by itself"
    said = house.run("people", "check").out
    assert 'got the same answer, "true". Do they see the pictures?' in said
    assert "people set-aside NAME" in said
    (alert,) = odd_readers(rooms, now())
    assert "mina" not in alert.message


def test_of_honest_people_nothing_is_asked(house: House, rooms: Home) -> None:
    assert "No question" in house.run("people", "check").out
    assert not list(odd_readers(rooms, now()))
