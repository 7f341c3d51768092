"""Webhooks and tokens on the desk: each is made, changed and ended by a form, shown once, and logged."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import get_args

import pytest
from fastapi.testclient import TestClient

from flows.desk.published.programs_page import EVENTS, SCOPES
from flows.webhooks.http_post import NO_ANSWER, NOT_ALLOWED, NOT_FOUND
from flows.webhooks.safe_addresses import INSIDE_NAME
from tests.flows.desk.desk_site import DeskSite, csrf, post
from transcribe.i18n import as_kept, in_words, kept, translation, worded
from transcribe.model import EventType
from transcribe.people.tokens import Scope, secret_hash

HOOK = {"name": "erp", "url": "https://10.0.0.7/hook", "event": ["record.completed"], "form": "order", "inside": "1"}


@pytest.fixture
def client(busy: DeskSite) -> TestClient:
    return busy.client(busy.person("op", "operator"))


def secret_of(page: str) -> str:
    """The secret that a page shows."""
    found = re.search(r'id="secret".*?<code>([^<]+)</code>', page, re.DOTALL)
    assert found
    return unescape(found[1])


def logged(busy: DeskSite, subject: str) -> list[tuple[str, str]]:
    """What was done to a program and by whom, as the log has it."""
    return [(each.action, each.actor) for each in busy.home.store.audit() if each.subject == subject]


@pytest.mark.promise("What it is told", "a record was erased", "see webhooks and what")
def test_every_event_and_scope_can_be_ticked() -> None:
    assert set(EVENTS) == set(get_args(EventType))
    assert set(SCOPES) == set(get_args(Scope))


@pytest.mark.promise("A webhook is an", "The old secret holds", "The secret of the", "What it is told")
def test_a_webhook_is_added_with_a_secret_that_is_shown_once(busy: DeskSite, client: TestClient) -> None:
    answer = post(client, "/desk/programs/webhook", **HOOK)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    (hook,) = busy.home.store.webhooks()
    assert (hook.name, hook.url, hook.types, hook.forms) == ("erp", HOOK["url"], ("record.completed",), ("order",))
    secret = secret_of(answer.text)
    assert secret in set(busy.home.store.webhook_secrets("erp", busy.now()))
    assert secret not in client.get("/desk/programs").text
    assert secret not in client.get("/desk/records").text
    anew = post(client, "/desk/programs/webhook/rotate", name="erp")
    assert secret_of(anew.text) != secret
    assert len(busy.home.store.webhook_secrets("erp", busy.now())) == 2, "the old one holds for a day"


def test_what_is_wrong_with_a_webhook_is_said_at_its_form_with_what_was_typed(
    busy: DeskSite, client: TestClient
) -> None:
    for wrong, why in (
        ({"inside": ""}, "network of our own"),
        ({"url": "ftp://example.org"}, "begins with https://"),
        ({"name": "Our ERP"}, "A name has small letters"),
    ):
        answer = post(client, "/desk/programs/webhook", **HOOK | wrong)
        text = unescape(answer.text)
        assert (answer.status_code, why in text) == (422, True), wrong
        assert f'value="{(HOOK | wrong)["url"]}"' in text
        assert "--private" not in text
    assert busy.home.store.webhooks() == []
    post(client, "/desk/programs/webhook", **HOOK)
    assert "of this name already" in post(client, "/desk/programs/webhook", **HOOK).text


def test_why_an_address_is_refused_is_said_in_the_readers_language(busy: DeskSite) -> None:
    client = busy.client(busy.person("op", "operator", language="fr"))
    for url, why in (
        ("https://example.org:0/", "L’adresse nomme le port 0"),
        ("https://me:word@example.org/", "aucun utilisateur, ni mot de passe"),
        ("https://example.org/é", "une URL en ASCII"),
    ):
        assert why in unescape(post(client, "/desk/programs/webhook", **HOOK | {"url": url}).text)
    post(client, "/desk/programs/webhook", **{**HOOK, "url": "http://127.0.0.1:9/hook"})
    tried = unescape(post(client, "/desk/programs/webhook/try", name="erp").text)
    assert "la connexion a été refusée" in tried


def test_what_was_kept_of_a_try_is_said_in_the_readers_language() -> None:
    french = translation("fr").gettext
    inside = worded(INSIDE_NAME, host="erp.example", address="10.0.0.7")
    for said, told in (
        (worded(NOT_ALLOWED, why=inside), "erp.example mène à 10.0.0.7"),
        (worded(NO_ANSWER, seconds="15"), "pas de réponse en 15 s"),
        (worded(NOT_FOUND, host="erp.example", why="Name or service not known"), "erp.example est introuvable"),
        ("what nobody knows", "what nobody knows"),
    ):
        assert as_kept(kept(said)) == said
        assert told in in_words(as_kept(kept(said)), french)


def test_a_webhook_is_paused_goes_on_is_tried_and_removed(busy: DeskSite, client: TestClient) -> None:
    post(client, "/desk/programs/webhook", **{**HOOK, "url": "http://127.0.0.1:9/hook"})
    assert post(client, "/desk/programs/webhook/switch", name="erp", how="pause").status_code == 303
    assert busy.home.store.webhook("erp").off_because == "operator"
    assert post(client, "/desk/programs/webhook/switch", name="erp", how="resume").status_code == 303
    assert busy.home.store.webhook("erp").off_because == ""
    tried = post(client, "/desk/programs/webhook/try", name="erp")
    assert (tried.status_code, "erp did not take it" in tried.text) == (422, True)
    assert "What you typed stands in the form" not in tried.text, "there was nothing to type"
    assert post(client, "/desk/programs/webhook/remove", name="erp").status_code == 422, "not sure"
    assert post(client, "/desk/programs/webhook/remove", name="erp", sure="yes").status_code == 303
    assert busy.home.store.webhooks() == []
    done = ["added", "switched off", "switched on", "tried", "removed"]
    assert logged(busy, "erp") == [(f"webhook {each}", "op") for each in done], "one line a deed"


@pytest.mark.promise("For how many days;", "Of a form chosen", "Revoke it at once", "The token of %(name)s.")
def test_a_token_is_made_shown_once_and_revoked(busy: DeskSite, client: TestClient) -> None:
    made = post(
        client, "/desk/programs/token", name="our ERP", scope=["records:read", "explain:read"], form="order", days="30"
    )
    secret = secret_of(made.text)
    (token,) = busy.home.store.tokens()
    assert token.scopes == {"records:read:order", "explain:read"}
    assert token.until is not None
    assert busy.home.store.token(secret_hash(secret), busy.now()) is not None
    twice = post(client, "/desk/programs/token", name=" our ERP ", scope=["records:read"])
    assert (twice.status_code, "There is a token of this name already" in twice.text) == (422, True)
    assert len(busy.home.store.tokens()) == 1, "a form that is sent twice makes no token whose secret nobody sees"
    page = client.get("/desk/programs").text
    assert secret not in page
    assert token.prefix in page
    assert post(client, "/desk/programs/token", name="nothing").status_code == 422
    assert post(client, "/desk/programs/token/revoke", prefix=token.prefix, sure="yes").status_code == 303
    assert busy.home.store.token(secret_hash(secret), busy.now()) is None
    assert post(client, "/desk/programs/token", name="our ERP", scope=["records:read"]).status_code == 200
    assert logged(busy, token.prefix) == [("token made", "op"), ("token revoked", "op")], "one line a deed"
    assert secret not in str(list(busy.home.store.audit()))


def test_who_signed_in_long_ago_shows_first_who_they_are(busy: DeskSite, client: TestClient) -> None:
    token = csrf(client)
    busy.ahead += timedelta(hours=2)
    answer = client.post("/desk/programs/token", data={"csrf": token, "name": "x", "scope": "records:read"})
    assert answer.status_code != 200
    assert busy.home.store.tokens() == []
