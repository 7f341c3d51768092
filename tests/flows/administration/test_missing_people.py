"""Who is missing, as `status` and `doctor` say it."""

from __future__ import annotations

import secrets

import pytest

from flows.administration.doctor import examine, missing_command, missing_in_words
from flows.administration.people import invite, pause
from flows.home.home import Home, now
from flows.steps.reconcile_scans import reconcile_home
from flows.views import status_json
from tests.flows.steps.test_reconcile_scans import received
from transcribe.store.facts import MissingPeople, SentReading


def people_findings(rooms: Home) -> list[str]:
    return [each.message for each in examine(rooms.settings) if each.check == "people"]


@pytest.mark.promise("**It stands still.** `fairhand")
def test_a_home_with_too_few_people_says_who_is_missing(rooms: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRHAND_PORT", "0")
    received(rooms, texts={"total": ("12.50", "12.60")})
    reconcile_home(rooms)
    (missing,) = status_json(rooms, rooms.store.counts(), [], None).missing_people
    assert (missing.role, missing.people, missing.waits, missing.orders) == ("transcriber", 2, "orders", 1)
    assert people_findings(rooms) == [missing_in_words(*rooms.store.missing_people())]
    mina = invite(rooms, "mina").person.id
    assert people_findings(rooms) == []
    for task in rooms.store.lease(mina, 9, now()):
        rooms.store.submit(task.id, mina, SentReading(text="99.99", idem=secrets.token_hex(8)), now())
    reconcile_home(rooms)
    (message,) = people_findings(rooms)
    assert message.startswith("1 field of 1 order can be finished by nobody who is there: ")
    assert message.endswith("can be finished by nobody who is there: one more transcriber who has not read it.")
    invite(rooms, "eve", ["expert"])
    assert people_findings(rooms) == []
    pause(rooms, "eve", paused=True)
    assert len(people_findings(rooms)) == 1


@pytest.mark.promise("**It stands still.** `fairhand")
def test_languages_regions_and_tests_stand_in_the_sentence_and_the_command() -> None:
    missing = MissingPeople(
        role="expert",
        people=1,
        waits="checks",
        fields=3,
        orders=2,
        languages=("de", "fr"),
        regions=("EU",),
        qualification="amount",
    )
    assert missing_in_words(missing) == (
        "3 checks of decided fields can be made by nobody who is there: one more expert who has "
        "not read them, reading de or fr, in EU, with the test of fields of type amount passed."
    )
    assert missing_command(missing) == "fairhand people add NAME --role expert --language de --region EU"
