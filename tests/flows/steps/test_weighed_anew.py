"""Records that were published by an earlier version are weighed anew on demand, and say what today's rules find."""

from __future__ import annotations

import pytest

from flows.administration.people import invite
from flows.home.home import Home
from flows.steps.erasures import publish_records
from flows.steps.reconcile_scans import reconcile_home
from reconcile.records import query
from tests.flows.house import House
from tests.flows.steps.test_provisional_records import read_all
from tests.flows.steps.test_reconcile_scans import RECEIPT, received


def test_a_record_of_before_says_what_todays_rules_find_once_it_is_weighed_anew(
    house: House, rooms: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = {**RECEIPT, "date": "12/03/1825"}
    monkeypatch.setattr("reconcile.decision.record.broken_checks", lambda *_: ())
    received(rooms, texts={"date": (far["date"], far["date"])})
    reconcile_home(rooms)
    for who, roles in (("mina", []), ("omar", []), ("eve", ["expert"])):
        read_all(rooms, invite(rooms, who, roles or ["transcriber"]).person.id, far)
    publish_records(rooms)

    def said() -> list[tuple[int, list[str]]]:
        return [
            (each.record_version, [broken.rule for broken in each.exceptions])
            for each in query.records(rooms.settings.records, "receipt")
        ]

    assert said() == [(1, [])]
    assert (house.run("reconcile", "--json").json[0]["scans"], said()) == (0, [(1, [])])
    assert house.run("reconcile", "--anew", "--json").json[0]["scans"] == 1
    assert said() == [(2, ["the field's checks"])]
    assert house.run("reconcile", "--anew").code == 0
    assert said() == [(2, ["the field's checks"])], "said again it makes no version"
