"""Webhooks and tokens on the desk: each is made, changed and ended by a form, shown once, and logged."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import get_args

import pytest
from fastapi.testclient import TestClient

from flows.desk.published.programs_page import EVENTS, SCOPES
from tests.flows.desk.desk_site import DeskSite, csrf, post
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


def logged(busy: DeskSite) -> list[tuple[str, str, str]]:
    """What this operator did, as the log has it."""
    return [(each.action, each.subject, each.actor) for each in busy.home.store.audit() if each.actor == "op"]


def test_every_event_and_scope_can_be_ticked() -> None:
    assert set(EVENTS) == set(get_args(EventType))
    assert set(SCOPES) == set(get_args(Scope))


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


def test_a_webhook_is_paused_goes_on_is_tried_and_removed(busy: DeskSite, client: TestClient) -> None:
    post(client, "/desk/programs/webhook", **{**HOOK, "url": "http://127.0.0.1:9/hook"})
    assert post(client, "/desk/programs/webhook/switch", name="erp", how="pause").status_code == 303
    assert busy.home.store.webhook("erp").off_because == "operator"
    assert post(client, "/desk/programs/webhook/switch", name="erp", how="resume").status_code == 303
    assert busy.home.store.webhook("erp").off_because == ""
    tried = post(client, "/desk/programs/webhook/try", name="erp")
    assert (tried.status_code, "erp did not take it" in tried.text) == (422, True)
    assert post(client, "/desk/programs/webhook/remove", name="erp").status_code == 422, "not sure"
    assert post(client, "/desk/programs/webhook/remove", name="erp", sure="yes").status_code == 303
    assert busy.home.store.webhooks() == []
    done = ["webhook added", "webhook paused", "webhook resumed", "webhook tried", "webhook removed"]
    assert [action for action, subject, _ in logged(busy) if subject == "erp"] == done


def test_a_token_is_made_shown_once_and_revoked(busy: DeskSite, client: TestClient) -> None:
    made = post(
        client, "/desk/programs/token", name="our ERP", scope=["records:read", "explain:read"], form="order", days="30"
    )
    secret = secret_of(made.text)
    (token,) = busy.home.store.tokens()
    assert token.scopes == {"records:read:order", "explain:read"}
    assert token.until is not None
    assert busy.home.store.token(secret_hash(secret), busy.now()) is not None
    page = client.get("/desk/programs").text
    assert secret not in page
    assert token.prefix in page
    assert post(client, "/desk/programs/token", name="nothing").status_code == 422
    assert post(client, "/desk/programs/token/revoke", prefix=token.prefix, sure="yes").status_code == 303
    assert busy.home.store.token(secret_hash(secret), busy.now()) is None
    done = [(action, subject) for action, subject, _ in logged(busy) if subject == token.prefix]
    assert done == [("token given", token.prefix), ("token ended", token.prefix)]
    assert secret not in str(list(busy.home.store.audit()))


def test_who_signed_in_long_ago_shows_first_who_they_are(busy: DeskSite, client: TestClient) -> None:
    token = csrf(client)
    busy.ahead += timedelta(hours=2)
    answer = client.post("/desk/programs/token", data={"csrf": token, "name": "x", "scope": "records:read"})
    assert answer.status_code != 200
    assert busy.home.store.tokens() == []
