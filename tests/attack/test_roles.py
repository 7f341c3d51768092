"""Attacks on roles and sessions: each undid a demotion, outlived a pause or told what nobody is told."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from tests.transcribe.review.site import Names, Site, hashed, make_site
from tests.transcribe.review.site import csrf as csrf_of
from transcribe.model import Decision, FieldKey, Transcriber, Truth
from transcribe.people import secret_hash
from transcribe.review.options import ReviewOptions

NUMBER = FieldKey("order_number")
OPTIONS = ReviewOptions(sign_in_tries=100_000, requests_a_minute=1_000_000)
PHRASE = "unDouxNuage7 vert"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = make_site(tmp_path, OPTIONS)
    yield made
    made.store.close()


def client_of(site: Site, person: Transcriber | None = None) -> tuple[TestClient, str]:
    """A client and the token of its session, which is made in the store."""
    client = TestClient(site.app, "http://127.0.0.1:8080", raise_server_exceptions=False, follow_redirects=False)
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
    if person is not None:
        now = site.clock.now()
        site.store.put_session(person.id, secret_hash(token), csrf, now + timedelta(days=1), now)
        client.cookies.set(OPTIONS.cookie, token)
    return client, csrf


def changing_routes(site: Site) -> list[str]:
    """Every path that a POST changes something at."""
    found = {each.path for each in iter_route_contexts(site.app.routes) if "POST" in (each.methods or ())}
    return sorted(path for path in found if path is not None)


def fall(site: Site, who: Transcriber) -> None:
    """What an operator does at the worst moment: demotes this person and pauses them."""
    site.store.set_roles(who.id, {"transcriber"}, site.clock.now())
    site.store.set_paused(who.id, paused=True, now=site.clock.now())


def rise(site: Site, who: Transcriber) -> None:
    """Makes this person what they were."""
    site.store.set_paused(who.id, paused=False, now=site.clock.now())
    site.store.set_roles(who.id, who.roles, site.clock.now())


@pytest.mark.parametrize("rounds", [2, pytest.param(40, marks=pytest.mark.soak)])
def test_no_route_of_somebody_demoted_and_paused_undoes_it(
    site: Site, rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each request is overtaken by the demotion after it was let in and before it writes."""
    olga, ben = site.person("olga", "operator", "expert"), site.person("ben")
    writer = site.app.state.context.writer
    write, armed = writer.write, [False]

    def overtaken(deed: Callable[[], Any], **how: Any) -> Any:
        if armed[0]:
            armed[0] = False
            fall(site, olga)
        return write(deed, **how)

    monkeypatch.setattr(writer, "write", overtaken)
    races = 0
    for turn in range(rounds):
        site.scan("bon-de-commande", {NUMBER: str(turn)}, name=f"s{turn}")
        for path in changing_routes(site):
            if path == "/leave":  # it ends the account for good
                continue
            client, csrf = client_of(site, olga)
            held = site.store.lease(olga.id, 1, site.clock.now())
            names = Names(task=held[0].id if held else "nobodys-task-0000", person=olga.id, kind="code")
            sent = {"csrf": csrf, "training": "no", "language": "fr", "password": PHRASE, "role": "operator"}
            sent |= {"languages": "fr", "paused": "0", "handle": secrets.token_hex(8), "idem": secrets.token_hex(8)}
            sent |= {"text": "1", "words": "x", "answer": "x", "reason": "other", "choice": "measured", "minutes": "1"}
            armed[0] = True
            answer = client.post(path.format_map(names), data=sent)
            if armed[0]:
                fall(site, olga)
            assert answer.status_code < 500, (path, answer.text)
            now_olga = site.store.transcriber(olga.id)
            assert (now_olga.roles, now_olga.paused) == (frozenset({"transcriber"}), True), path
            assert client.get("/people").status_code != 200, f"{path} left them an operator's page"
            assert site.store.held(olga.id, site.clock.now()) == [], f"{path} left them work"
            races += 1
            rise(site, olga)
    assert races >= rounds * 20
    assert site.store.transcriber(ben.id) == ben
    invited = [each.handle for each in site.store.transcribers()]
    assert invited == ["ben", "olga"], "who was demoted invites nobody any more"


@pytest.mark.promise("what is not sent")
def test_an_older_page_of_an_operator_undoes_nothing_that_is_newer(site: Site) -> None:
    olga, eve = site.person("olga", "operator"), site.person("eve", "operator")
    client, csrf = client_of(site, olga)
    fall(site, eve)
    assert client.post(f"/people/{eve.id}", data={"csrf": csrf, "languages": "es"}).status_code == 303
    now_eve = site.store.transcriber(eve.id)
    assert (now_eve.roles, now_eve.paused, now_eve.languages) == (frozenset({"transcriber"}), True, ("es",))


@pytest.mark.promise("like all others and", "look like all others.")
def test_nothing_tells_a_control_item_from_another_field(site: Site) -> None:
    amina = site.person("amina")
    known = site.scan("bon-de-commande", {NUMBER: "G1"}, name="known")
    site.scan("bon-de-commande", {NUMBER: "O1"}, name="ordinary")
    now = site.clock.now()
    site.store.put_truth(Truth(scan=known, key=NUMBER, text="G1", origin="gold", at=now), now)
    site.store.put_control_share(1.0, now)
    client, csrf = client_of(site, amina)
    control = client.get("/work/next?count=1").json()["tasks"][0]
    site.store.put_control_share(0.0, now)
    (ordinary,) = (each for each in client.get("/work/next?count=2").json()["tasks"] if each["task"] != control["task"])
    assert site.store.task_subject(control["task"]).reason == "control"

    told = []
    for sheet in (control, ordinary):
        page = client.get(f"/work?task={sheet['task']}").text
        sent = {"idem": secrets.token_hex(8), "action": "send", "text": "BC-1"}
        answers = [client.post(f"/work/{sheet['task']}", json=sent, headers={"x-csrf-token": csrf}).json()]
        held = client.get("/me.json").json()["readings"][-1]
        (line,) = re.findall(r'<[^>]*href="/readings/[^"]*"[^>]*>', client.get("/readings").text)[:1]
        (address,) = re.findall(r"/readings/[A-Za-z0-9_-]+", line)
        reading = client.get(address)
        appeal = client.post(f"{address}/appeal", data={"csrf": csrf, "words": "?"})
        undone = client.post(f"/work/{sheet['task']}/undo", json={}, headers={"x-csrf-token": csrf})
        again = {"idem": secrets.token_hex(8), "action": "send", "text": "BC-2"}
        answers.append(client.post(f"/work/{sheet['task']}", json=again, headers={"x-csrf-token": csrf}).json())
        kinds = [sheet["kind"], held["task_kind"], undone.json()["task"]["kind"]]
        kinds += re.findall(r'data-kind="([^"]*)"', page)
        shown = re.sub(rf"{sheet['task']}|/readings/[\w-]+|G1|O1", "", reading.text)
        shown = re.sub(r'<nav class="pager".*?</nav>', "", shown, flags=re.DOTALL)  # what was read before and after it
        shown = re.sub(r"<time[^>]*>.*?</time>", "", shown)  # a second may pass between the two
        told.append((kinds, answers, sorted(held), reading.status_code, shown, appeal.status_code, undone.status_code))
    assert told[0] == told[1]
    assert told[0][5] == 409, "nothing is decided, so there is nothing to contest"


def test_an_appeal_of_what_is_not_decided_is_refused_in_words_and_asked_of_the_server(site: Site) -> None:
    amina = site.person("amina")
    scan = site.scan("bon-de-commande", {NUMBER: "1"})
    client, csrf = client_of(site, amina)
    task = client.get("/work/next").json()["tasks"][0]["task"]
    sent = {"idem": secrets.token_hex(8), "action": "send", "text": "BC-1"}
    client.post(f"/work/{task}", json=sent, headers={"x-csrf-token": csrf})
    (story,) = site.store.readings_of(amina.id)
    address = f"/readings/{story.readings[-1].id}/appeal"
    refused = client.post(address, data={"csrf": csrf})
    assert (refused.status_code, "nothing to contest" in refused.text) == (409, True)
    right = Decision(
        key=NUMBER, value="BC-1", text="BC-1", probability=0.99, method="people", evidence=(), readings=(), parameters=1
    )
    site.store.conclude(scan, 10**9, [right], [], None, site.clock.now())
    assert client.post(address, data={"csrf": csrf}).status_code == 409, "who was not outvoted has nothing to contest"
    assert site.store.appeals() == []


def test_a_slash_too_many_sends_nobody_to_the_host_that_the_request_names(site: Site) -> None:
    client, _ = client_of(site, site.person("amina"))
    answer = client.get("/work/", headers={"host": "evil.example"})
    assert (answer.status_code, answer.headers.get("location")) == (404, None)


HOSTILE_REFERERS = (
    "http://evil.example/work",
    "http://evil.example//evil.example/work",
    "http://evil.example/\\evil.example",
    "http://evil.example/\\/evil.example",
    "//evil.example//evil.example",
    "javascript:alert(1)",
    "evil.example",
    "",
)


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_no_redirect_goes_where_the_host_or_the_referer_of_a_request_says(site: Site, is_signed_in: bool) -> None:
    client, csrf = client_of(site, site.person("olga", "operator", "expert") if is_signed_in else None)
    foreign = {"host": "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "gopher"}
    asked = [("POST", "/language", referer) for referer in HOSTILE_REFERERS]
    for each in iter_route_contexts(site.app.routes):
        methods = (each.methods or set()) & {"GET", "POST"} if each.path not in (None, "/out", "/leave") else ()
        asked += [(method, str(each.path) + slash, HOSTILE_REFERERS[0]) for method in methods for slash in ("", "/")]
    asked += [("POST", "/out", "")] if is_signed_in else []
    seen = 0
    for method, path, referer in asked:
        sent = {"csrf": csrf, "language": "fr", "training": "no", "password": PHRASE, "text": "1", "idem": "12345678"}
        headers = {**foreign, "referer": referer}
        answer = client.request(method, path.format_map(Names()), data=sent, headers=headers)
        place = answer.headers.get("location")
        if place is not None:
            seen += 1
            assert re.match(r"/(?![/\\])", place), (path, referer, place)
            assert "\\" not in place, (path, referer, place)
        assert "evil.example" not in str(answer.headers), path
    assert seen >= (15 if is_signed_in else 30)


def test_the_list_of_routes_is_for_people_who_are_signed_in(site: Site) -> None:
    stranger, _ = client_of(site)
    assert stranger.get("/openapi.json").headers["location"] == "/in"
    client, _ = client_of(site, site.person("amina"))
    assert "/work/{task}" in client.get("/openapi.json").json()["paths"]


def test_somebody_elses_tries_do_not_shut_a_person_out_and_one_network_is_one(site: Site, tmp_path: Path) -> None:
    few = make_site(tmp_path / "few", ReviewOptions(sign_in_tries=3))
    amina = few.person("amina")
    few.store.put_password(amina.id, hashed(PHRASE), few.clock.now())

    def tried(address: str, password: str) -> int:
        client = TestClient(few.app, "http://127.0.0.1:8080", follow_redirects=False, client=(address, 1))
        status: int = client.post("/in", data={"handle": "amina", "password": password}).status_code
        return status

    assert [tried("203.0.113.7", "wrong") for _ in range(4)] == [401, 401, 401, 429]
    assert tried("198.51.100.1", PHRASE) == 303, "a stranger used up their own tries"
    assert [tried(f"2001:db8:1:2::{n:x}", "wrong") for n in range(1, 5)] == [401, 401, 401, 429]
    assert tried("2001:db8:1:3::1", PHRASE) == 303
    few.store.close()


def test_a_password_that_is_soon_guessed_is_refused(site: Site) -> None:
    client, csrf = client_of(site, site.person("amina-of-the-mill"))
    for soon in ("password1234", "aaaaaaaaaaaa", "123456789012", "qwertyuiopas", "iloveyou1234", "amina-of-the-mill"):
        answer = client.post("/password", data={"csrf": csrf, "password": soon})
        assert (answer.status_code, "soon guessed" in answer.text) == (422, True), soon
    assert client.post("/password", data={"csrf": csrf, "password": PHRASE}).status_code == 303


@pytest.mark.promise("With a password you can sign")
def test_a_session_left_open_changes_no_password_and_moves_no_money(site: Site) -> None:
    olga = site.person("olga", "operator")
    spare = site.link(olga)
    client, csrf = client_of(site, olga)
    assert client.post("/password", data={"csrf": csrf, "password": PHRASE}).status_code == 303
    assert client_of(site)[0].post(f"/in/{spare}").status_code == 410, "a new password ends older links"
    csrf = csrf_of(client)
    assert client.get("/people").status_code == 200

    site.clock.forward = timedelta(hours=2)
    other = {"csrf": csrf, "password": "quatre mots sans lien"}
    assert client.post("/password", data=other).status_code == 403
    assert client.post("/password", data={**other, "current": "wrong"}).status_code == 403
    invite = {"csrf": csrf, "handle": "zoe", "role": ["operator"]}
    asked = [client.get("/people"), client.get("/clocks"), client.post("/people", data=invite)]
    asked += [client.post(f"/people/{olga.id}/link", data={"csrf": csrf})]
    asked += [client.post("/clocks/0123456789", data={"csrf": csrf, "choice": "measured"})]
    assert [each.headers.get("location") for each in asked] == ["/proof"] * 5
    assert client.post("/proof", data={"csrf": csrf, "password": "wrong"}).status_code == 401
    assert client.post("/proof", data={"csrf": csrf, "password": PHRASE}).headers["location"] == "/people"
    assert client.post("/people", data=invite).status_code == 200
    assert client.post("/password", data={**other, "current": PHRASE}).status_code == 303


@pytest.mark.promise("Made %(at)s, signs in")
def test_sessions_and_links_are_listed_and_ended_by_their_person(site: Site) -> None:
    amina = site.person("amina")
    spare = site.link(amina)
    (client, csrf), (lost, _) = client_of(site, amina), client_of(site, amina)
    ben, bens = client_of(site, site.person("ben"))
    page = client.get("/sessions").text
    (session,) = re.findall(r'name="session" value="(\w+)"', page)
    (link,) = re.findall(r'name="link" value="(\w+)"', page)
    for address, sent in (("/sessions/end", {"session": session}), ("/sessions/links/end", {"link": link})):
        assert ben.post(address, data={"csrf": bens, **sent}).status_code == 303
    assert lost.get("/me").status_code == 200, "nobody ends what is somebody else's"
    for address, sent in (("/sessions/end", {"session": session}), ("/sessions/links/end", {"link": link})):
        assert client.post(address, data={"csrf": csrf, **sent}).status_code == 303
    assert lost.get("/me").headers["location"] == "/in"
    assert client_of(site)[0].post(f"/in/{spare}").status_code == 410
    assert client.get("/me").status_code == 200


def test_every_sign_in_stands_in_the_audit_log_and_nothing_that_was_typed(site: Site) -> None:
    amina = site.person("amina")
    stranger, _ = client_of(site)
    stranger.post("/in", data={"handle": "canary-7Q4Z", "password": "canary-7Q4Z"})
    stranger.post("/in", data={"handle": "amina", "password": "canary-7Q4Z"})
    stranger.post("/in/canary-7Q4Z-0123456789")
    assert stranger.post(f"/in/{site.link(amina)}").status_code == 303
    csrf = csrf_of(stranger)
    assert stranger.post("/password", data={"csrf": csrf, "password": PHRASE}).status_code == 303
    csrf = csrf_of(stranger)
    assert stranger.post("/out", data={"csrf": csrf}).status_code == 303
    lines = [(line.action, line.subject, line.detail.get("by")) for line in site.store.audit()]
    assert lines[-7:] == [
        ("sign-in failed", "", "password"),
        ("sign-in failed", amina.id, "password"),
        ("sign-in failed", "", "link"),
        ("signed in", amina.id, "link"),
        ("password set", amina.id, None),
        ("signed in", amina.id, "new password"),
        ("signed out", amina.id, None),
    ]
    assert "canary" not in repr(site.store.audit())


def test_a_session_of_an_operator_left_open_gets_no_first_password(site: Site) -> None:
    client, csrf = client_of(site, site.person("olga", "operator"))
    site.clock.forward = timedelta(hours=2)
    chosen = client.post("/password", data={"csrf": csrf, "password": PHRASE})
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/proof")
    assert client.get("/people").headers["location"] == "/proof"


def test_an_account_is_ended_by_who_proves_that_it_is_theirs_and_never_the_last_operators(site: Site) -> None:
    client, csrf = client_of(site, site.person("olga", "operator"))
    assert client.post("/password", data={"csrf": csrf, "password": PHRASE}).status_code == 303
    csrf = csrf_of(client)
    assert client.post("/leave", data={"csrf": csrf, "sure": "yes"}).status_code == 409, "the only operator"
    site.person("oscar", "operator")
    site.clock.forward = timedelta(hours=2)
    assert client.post("/leave", data={"csrf": csrf, "sure": "yes"}).headers["location"] == "/proof"
    assert client.post("/proof", data={"csrf": csrf, "password": PHRASE}).status_code == 303
    assert client.post("/leave", data={"csrf": csrf, "sure": "yes"}).headers["location"].startswith("/in?left=")


def test_a_page_that_shows_a_secret_once_offers_no_other_language_which_would_be_a_page_without_it(site: Site) -> None:
    client, csrf = client_of(site, site.person("olga", "operator"))
    offered = 'action="/language"'
    assert offered in client.get("/people").text
    invited = client.post("/people", data={"csrf": csrf, "handle": "newcomer", "role": "transcriber"})
    assert "/in/" in invited.text
    assert offered not in invited.text
    assert offered in client.get("/second-factor").text
    begun = client.post("/second-factor", data={"csrf": csrf})
    assert begun.status_code == 200
    assert offered not in begun.text


def test_who_changes_the_language_of_an_answer_comes_to_a_page(site: Site) -> None:
    client, csrf = client_of(site, site.person("olga", "operator"))
    wanted = {"csrf": csrf, "language": "fr"}
    for stood_on, back in (
        ("/pay/dispute", "/pay"),
        ("/people/x/link", "/people"),
        ("/readings?shown=all", "/readings?shown=all"),
        ("//elsewhere", "/work"),
        ("/in/abc", "/in/abc?language=fr"),
    ):
        referer = {"referer": f"http://testserver{stood_on}"}
        assert client.post("/language", data=wanted, headers=referer).headers["location"] == back
