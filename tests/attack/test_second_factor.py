"""Attacks on the code at sign-in: a password or link alone, a code twice, guesses, a session left open."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from tests.transcribe.review.access.test_guard import OPEN
from tests.transcribe.review.site import Names, Site, hashed, make_site
from transcribe.model import Transcriber
from transcribe.review.access.second_factor import recovery_hash
from transcribe.review.options import ReviewOptions

PHRASE = "unDouxNuage7 vert"
SECRET = pyotp.random_base32()
RECOVERY = ["aaaa-bbbb-cccc-dddd", "eeee-ffff-gggg-hhhh"]
HALF_MINUTE = timedelta(seconds=30)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = make_site(tmp_path, ReviewOptions(sign_in_tries=6, requests_a_minute=1_000_000))
    yield made
    made.store.close()


@pytest.fixture
def olga(site: Site) -> Transcriber:
    """An operator with a password, whose telephone makes codes."""
    person, now = site.person("olga", "operator"), site.clock.now()
    site.store.put_password(person.id, hashed(PHRASE), now)
    site.store.begin_second_factor(person.id, SECRET, now)
    hashes = [recovery_hash(each) for each in RECOVERY]
    assert site.store.confirm_second_factor(person.id, SECRET, 0, hashes, "", now)
    return person


def client_of(site: Site, address: str = "203.0.113.7") -> TestClient:
    app, local = site.app, "http://127.0.0.1:8080"
    return TestClient(app, local, raise_server_exceptions=False, follow_redirects=False, client=(address, 1))


def code_of(site: Site) -> str:
    return pyotp.TOTP(SECRET).at(site.clock.now())


def csrf_of(page: httpx.Response) -> str:
    return page.text.split('name="csrf" value="')[1].split('"')[0]


def give(client: TestClient, code: str) -> httpx.Response:
    answer: httpx.Response = client.post("/code", data={"csrf": csrf_of(client.get("/code")), "code": code})
    return answer


def with_password(site: Site, address: str = "203.0.113.7") -> TestClient:
    """A client that is signed in with the password, but for the code."""
    client = client_of(site, address)
    answer = client.post("/in", data={"handle": "olga", "password": PHRASE})
    assert (answer.status_code, answer.headers["location"]) == (303, "/code")
    return client


def reached(site: Site, client: TestClient) -> list[tuple[str, int]]:
    """The routes that tell or change something for a client, of all but those that are open to everybody."""
    free = OPEN | {"/code"}
    found, csrf = [], csrf_of(client.get("/code"))
    for each in iter_route_contexts(site.app.routes):
        for method in sorted((each.methods or set()) & {"GET", "POST"}):
            if each.path is None or each.path in free:
                continue
            address = each.path.format_map(Names())
            for sent in ({"data": {"csrf": csrf}}, {"json": {}, "headers": {"x-csrf-token": csrf}}):
                answer: Any = client.request(method, address, **sent)
                if answer.status_code != 401 and (answer.status_code, answer.headers.get("location")) != (303, "/in"):
                    found.append((each.path, answer.status_code))
    return found


@pytest.mark.promise("Besides your link or")
@pytest.mark.parametrize("begun", ["password", "link"])
def test_a_session_that_waits_for_its_code_reaches_nothing(site: Site, olga: Transcriber, begun: str) -> None:
    if begun == "password":
        client = with_password(site)
    else:
        client = client_of(site)
        assert client.post(f"/in/{site.link(olga)}").headers["location"] == "/code"
    assert reached(site, client) == []
    assert site.store.sessions(olga.id, site.clock.now()) == [], "it is listed nowhere"
    waited = str(client.cookies[site.options.cookie])
    foreign = client.post("/code", data={"csrf": "another", "code": code_of(site)})
    assert foreign.status_code == 403, "the code is taken from our own page only"
    assert give(client, code_of(site)).headers["location"] == "/work"
    assert client.get("/me").status_code == 200
    assert client.cookies[site.options.cookie] != waited, "the session is a new one"
    thief = client_of(site)
    thief.cookies.set(site.options.cookie, waited)
    assert thief.get("/code").headers["location"] == "/in", "what waited is over"


def test_a_code_signs_in_once_however_often_and_at_once_it_is_sent(site: Site, olga: Transcriber) -> None:
    clients = [with_password(site, f"198.51.100.{number}") for number in range(3)]
    tokens, code, answers = [csrf_of(each.get("/code")) for each in clients], code_of(site), []

    def race(number: int) -> None:
        sent = {"csrf": tokens[number], "code": code}
        answers.append(clients[number].post("/code", data=sent).status_code)

    threads = [threading.Thread(target=race, args=(number,)) for number in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(answers) == [303, 401, 401]

    site.clock.forward = timedelta(minutes=2)
    late = with_password(site)
    assert give(late, code).status_code == 401, "a code is good for a minute and a half"
    newer = code_of(site)
    older = pyotp.TOTP(SECRET).at(site.clock.now() - HALF_MINUTE)
    assert give(late, newer).status_code == 303
    assert give(with_password(site), older).status_code == 401, "none before the last one counts any more"


def test_guesses_are_few_from_whatever_networks_and_strangers_shut_nobody_out(site: Site, olga: Transcriber) -> None:
    wrong = "000000" if code_of(site) != "000000" else "000001"
    clients = [with_password(site, f"198.51.100.{number}") for number in range(20)]
    said = [give(each, wrong).status_code for each in clients]
    assert said == [401] * 6 + [429] * 14, "six a minute, though each came from a network of its own"
    for number in range(30):  # without the password nobody gets so far
        stranger = client_of(site, f"192.0.2.{number}")
        assert stranger.post("/in", data={"handle": "olga", "password": "x"}).status_code == 401
        assert stranger.post("/code", data={"code": wrong}).status_code == 401
    failures = [line for line in site.store.audit() if line.detail.get("by") == "code"]
    assert [(line.action, line.subject) for line in failures] == [("sign-in failed", olga.id)] * 6


@pytest.mark.promise("Write them down now")
def test_each_recovery_code_signs_in_once_and_is_kept_as_a_hash(site: Site, olga: Transcriber, tmp_path: Path) -> None:
    client = with_password(site)
    assert give(client, " AAAA bbbb-CCCCdddd ").headers["location"] == "/second-factor", "it says how many are left"
    assert "1 recovery code is left" in client.get("/second-factor").text
    again = with_password(site)
    assert [give(again, each).status_code for each in (RECOVERY[0], "aaaa-bbbb-cccc-ddde", RECOVERY[1])] == [
        401,
        401,
        303,
    ]
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("state.db*"))
    assert not [each for each in RECOVERY if each.encode() in kept or each.replace("-", "").encode() in kept]


def test_who_is_paused_while_the_code_is_asked_for_has_to_give_it_and_gets_no_operators_page(
    site: Site, olga: Transcriber
) -> None:
    client = with_password(site)
    csrf = csrf_of(client.get("/code"))
    site.store.set_paused(olga.id, paused=True, now=site.clock.now())
    assert client.get("/me").headers["location"] == "/in"
    answer = client.post("/code", data={"csrf": csrf, "code": code_of(site)})
    assert answer.status_code == 303
    assert client.get("/me").status_code == 200
    assert client.get("/people").status_code == 403


def test_a_sign_in_waits_a_quarter_of_an_hour_for_its_code_and_no_longer(site: Site, olga: Transcriber) -> None:
    client = with_password(site)
    site.clock.forward = timedelta(minutes=14)
    assert client.get("/code").status_code == 200
    site.clock.forward = timedelta(minutes=16)
    assert client.get("/code").headers["location"] == "/in"


def test_a_session_left_open_sets_up_ends_and_renews_nothing(site: Site, olga: Transcriber) -> None:
    client = with_password(site)
    assert give(client, code_of(site)).status_code == 303
    csrf = csrf_of(client.get("/me"))
    assert client.post("/second-factor", data={"csrf": csrf}).status_code == 409, "it is set already"
    assert client.post("/second-factor/confirm", data={"csrf": csrf, "code": code_of(site)}).status_code == 409
    assert client.post("/second-factor/codes", data={"csrf": csrf, "code": "123456"}).status_code == 422
    assert site.store.second_factor(olga.id).recovery_codes == 2  # type: ignore[union-attr]  # she has one

    eve = site.person("eve", "expert")
    other = client_of(site)
    assert other.post(f"/in/{site.link(eve)}").status_code == 303
    csrf = csrf_of(other.get("/me"))
    site.clock.forward = timedelta(hours=2)
    assert other.post("/second-factor", data={"csrf": csrf}).headers["location"] == "/proof"
    assert site.store.second_factor(eve.id) is None


def test_what_moves_money_asks_for_the_code_too(site: Site, olga: Transcriber) -> None:
    client = with_password(site)
    assert give(client, code_of(site)).status_code == 303
    csrf = csrf_of(client.get("/me"))
    site.clock.forward = timedelta(hours=2)
    assert client.get("/people").headers["location"] == "/proof"
    page = client.get("/proof").text
    assert re.findall(r'<input id="(\w+)"', page) == ["password", "code"]
    tried = [{"password": PHRASE}, {"password": PHRASE, "code": "1"}, {"password": "x", "code": code_of(site)}]
    assert [client.post("/proof", data={"csrf": csrf, **each}).status_code for each in tried] == [401] * 3
    proved = client.post("/proof", data={"csrf": csrf, "password": PHRASE, "code": code_of(site)})
    assert proved.headers["location"] == "/people"
    assert client.get("/people").status_code == 200


def test_a_session_left_open_gets_round_the_code_by_no_new_password(site: Site, olga: Transcriber) -> None:
    """Who sat down at it chose a password without a code, and all that moves money was open to them."""
    client = with_password(site)
    assert give(client, code_of(site)).status_code == 303
    csrf = csrf_of(client.get("/me"))
    site.clock.forward = timedelta(hours=2)
    chosen = {"csrf": csrf, "password": "quatre mots sans lien", "current": PHRASE}
    for asked in (client.get("/password"), client.post("/password", data=chosen)):
        assert (asked.status_code, asked.headers["location"]) == (303, "/proof")
    assert client.get("/clocks").headers["location"] == "/proof"
    proved = client.post("/proof", data={"csrf": csrf, "password": PHRASE, "code": code_of(site)})
    assert proved.headers["location"] == "/people"
    assert client.post("/password", data=chosen).status_code == 303
