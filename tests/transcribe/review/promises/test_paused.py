"""Who is paused stays signed in and sees what is theirs: pay, readings, appeals, and that and why they are paused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from tests.known_values import decided_by_people
from tests.transcribe.review.site import NUMBER, Site, client_of, make_site, set_pay
from transcribe.model import Transcriber
from transcribe.review.options import ReviewOptions
from transcribe.store.facts import SentReading

REASON = "The next forms come <b>in May</b>."
PAUSED = "An operator paused your account on "


def csrf_of(client: TestClient) -> str:
    return str(client.get("/me").text).split('name="csrf" value="')[1].split('"')[0]


def read_one(site: Site, who: Transcriber) -> None:
    """One field is read by this person, and another waits."""
    for number in range(2):
        site.scan("bon-de-commande", {NUMBER: f"BC-{number}"}, name=f"s{number}")
    site.store.put_parameters({}, site.clock.now())
    (task,) = site.store.lease(who.id, 1, site.clock.now())
    site.store.submit(task.id, who.id, SentReading(text="BC-0", idem="the-first"), site.clock.now())
    site.store.conclude(task.scan, 9, [decided_by_people(NUMBER, "BC-9")], [], None, site.clock.now())


def pause(site: Site, who: Transcriber, reason: str = "") -> None:
    site.store.set_paused(who.id, paused=True, now=site.clock.now(), reason=reason)


@pytest.mark.promise(
    "Paused: they get no",
    "When the pause ends",
    "Who is paused stays",
    "Why they are paused,",
    "You get no work meanwhile,",
    "You get no work meanwhile.",
)
def test_who_is_paused_stays_signed_in_sees_what_is_theirs_and_works_on_afterwards(tmp_path: Path) -> None:
    site = make_site(tmp_path, ReviewOptions(asked_by="Olga, olga@example.org"))
    set_pay(site)
    amina = site.person("amina")
    read_one(site, amina)
    client = client_of(site, amina)
    assert client.get("/work").status_code == 200
    pause(site, amina, REASON)

    work = client.get("/work")
    assert work.status_code == 403
    for page in (work.text, *(client.get(each).text for each in ("/pay", "/readings", "/me", "/before", "/how"))):
        assert PAUSED in page
        assert 'The reason given: <q dir="auto">The next forms come &lt;b&gt;in May&lt;/b&gt;.</q>' in page
        assert "Ask Olga, olga@example.org what comes next." in page
    assert 'data-fact="due"' in client.get("/pay").text
    (address,) = set(re.findall(r"/readings/[A-Za-z0-9_-]{10,}", client.get("/readings").text))
    assert client.get(address.partition("?")[0]).status_code == 200
    appeal = client.post(f"{address}/appeal", data={"csrf": csrf_of(client), "words": "look again"})
    assert appeal.status_code == 303
    assert [each.words for each in site.store.appeals()] == ["look again"]
    assert client.get("/me.json").json()["person"]["pause_reason"] == REASON
    assert site.store.held(amina.id, site.clock.now()) == []
    assert client.get("/work/next").status_code == 403
    assert site.store.held(amina.id, site.clock.now()) == [], "no work"

    site.store.set_paused(amina.id, paused=False, now=site.clock.now())
    again = client.get("/work")
    assert (again.status_code, 'id="task"' in again.text, "paused" in again.text) == (200, True, False)
    site.store.close()


@pytest.mark.promise("When the pause ends", "Why they are paused,")
def test_who_is_paused_signs_in_by_link_and_is_told_the_same(site: Site) -> None:
    amina = site.person("amina")
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    pause(site, amina)
    client = client_of(site, amina)
    page = client.get("/work").text
    assert PAUSED in page
    assert "No reason was given." in page
    assert "Ask whoever invited you what comes next." in page
    site.store.set_paused(amina.id, paused=False, now=site.clock.now())
    assert 'id="task"' in client.get("/work").text


NAMES = {"kind": "code", "version": "1", "number": "1"}
OPEN = {
    "/ /in /in/{token} /out /language /password /sessions /sessions/end /sessions/links/end /me /me.json /leave /code",
    "/before /how /day /pay /pay/dispute /pay/statement/{month} /news/{number} /readings /readings/{reading}",
    "/readings/{reading}/snippet /readings/{reading}/appeal",
    # what nobody has to be signed in for
    "/worker.js /manifest.webmanifest /offline/{language} /alive",
}


@pytest.mark.promise("Who is paused stays")
@pytest.mark.parametrize("role", ["transcriber", "operator"])
def test_every_other_page_is_shut_to_who_is_paused_whatever_their_role(site: Site, role: str) -> None:
    who = site.person("olga", "transcriber", role)
    client = client_of(site, who)
    csrf, shut = csrf_of(client), 0
    pause(site, who)
    opened = set(" ".join(OPEN).split())
    for route in iter_route_contexts(site.app.routes):
        path = str(route.path)
        if path in opened or path.startswith(("/static", "/docs")):
            continue
        address = re.sub(r"{(\w+)[^}]*}", lambda found: NAMES.get(found[1], "nobodys-0000"), path)
        for method in (route.methods or set()) & {"GET", "POST"}:
            answer = client.request(method, address, data={"csrf": csrf} if method == "POST" else None)
            assert answer.status_code == 403, (method, path)
            shut += 1
    assert shut > 25
