"""Who only operates or audits is given nothing to read, whatever address they type: it would count, and be paid."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.transcribe.review.site import NUMBER, SignIn, Site, csrf
from tests.transcribe.store.world import put
from transcribe.store.facts import Offer


@pytest.mark.parametrize("role", ["operator", "auditor"])
def test_who_does_not_read_is_given_nothing(site: Site, sign_in: SignIn, role: str) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    person, now = site.person(role, role), site.clock.now()
    client = sign_in(person)
    assert '<a href="/work">Work</a>' not in client.get("/readings").text
    client.get("/work")
    assert client.get("/work/next?count=9").json()["tasks"] == []
    client.post("/along", json={"count": 20, "minutes": 60}, headers={"x-csrf-token": csrf(client)})
    client.get("/form")
    client.get("/test")
    assert site.store.lease(person.id, 9, now, offer=Offer(pools=("expert", "read"))) == []
    assert site.store.lease_practice(person.id, 5, now).tasks == ()
    assert site.store.held(person.id, now) == []
    assert "0 open" in client.get("/day").json()["pieces"]


def test_who_operates_and_reads_is_given_work(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    person = site.person("both", "operator")
    both = replace(person, roles=frozenset({"operator", "transcriber"}))
    put(site.store, both, site.clock.now())
    assert '<a href="/work">Work</a>' in sign_in(both).get("/readings").text
    assert len(site.store.lease(both.id, 9, site.clock.now())) == 1
