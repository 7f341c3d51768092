"""Webhooks over HTTP: what each scope opens, and that a program never reaches inside or sees a secret again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import status_code_conformance

from flows.home.home import Home, now
from flows.serving.records_api import part_routes
from tests.examples import examples
from tests.flows.parts.webhooks.receivers import Receiver, receiving, send_all
from tests.flows.serving.test_api import program, recorded
from transcribe.people.tokens import SCOPES, new_token
from transcribe.review.app import create_app
from transcribe.review.options import ReviewOptions

AT = "/api/v1/webhooks"
ERP = {"name": "erp", "url": "https://192.0.2.7/hook"}


@pytest.fixture
def inside(rooms: Home) -> Home:
    """The home, whose settings allow webhooks to this machine and to an address of examples."""
    allowed = {"webhook_networks": ("127.0.0.0/8", "192.0.2.0/24")}
    settings = rooms.settings.model_copy(update=allowed)
    return Home(settings=settings, store=rooms.store, archive=rooms.archive, forms=rooms.forms)


@pytest.fixture
def app(inside: Home) -> FastAPI:
    routers = part_routes(inside)
    options = ReviewOptions(program_requests_a_minute=10**6)
    return create_app(inside.store, inside.archive, inside.forms, options, now, lambda _: None, routers=routers)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.mark.promise("a new secret, and", "ask `after` what the")
def test_a_program_adds_looks_and_has_sent_again(inside: Home, app: FastAPI, receiver: Receiver) -> None:
    client = program(app, inside, "webhooks:manage", "webhooks:read", "records:read")
    made = client.post(AT, json={"name": "erp", "url": receiver.url, "with_values": True})
    assert made.status_code == 201
    receiver.secrets.append(made.json()["secret"])
    assert client.post(f"{AT}/erp/test").json() == {"taken": True, "status": 200, "error": ""}
    scan = recorded(inside, "4.50")
    send_all(inside)
    assert receiver.taken[-1]["data"]["record"]["values"]["total"] == "4.50"
    (listed,) = client.get(AT).json()["webhooks"]
    assert (listed["name"], listed["waiting"], listed["off_because"]) == ("erp", 0, "")
    page = client.get(f"{AT}/erp/deliveries", params={"limit": 1}).json()
    (delivery,) = page["deliveries"]
    assert (delivery["scan"], delivery["state"], delivery["webhook_id"]) == (
        scan,
        "delivered",
        receiver.taken[-1]["id"],
    )
    assert client.get(f"{AT}/erp/deliveries", params={"after": page["after"]}).json()["deliveries"] == []
    assert client.post(f"{AT}/erp/deliveries/{delivery['number']}/resend").json() == {"deliveries": 1}
    assert client.post(f"{AT}/erp/replay", json={"after": 0}).json()["position"] == 0
    assert client.post(f"{AT}/erp/resend").json() == {"deliveries": 0}
    send_all(inside)
    assert sorted(receiver.tries.values()) == [1, 2]
    assert client.post(f"{AT}/erp/pause").json()["off_because"] == "operator"
    assert client.post(f"{AT}/erp/resume").json()["off_because"] == ""
    turned = client.post(f"{AT}/erp/secret", json={"hours": 1}).json()
    assert turned["secret"] != made.json()["secret"]
    assert datetime.fromisoformat(turned["old_until"]) > now() + timedelta(minutes=59)
    said = client.get(AT).text + client.get(f"{AT}/erp").text + client.get(f"{AT}/erp/deliveries").text
    assert "whsec" not in said
    assert client.delete(f"{AT}/erp").status_code == 204
    assert client.get(f"{AT}/erp").status_code == 404
    (token,) = inside.store.tokens()
    lines = [(line.action.removeprefix("webhook "), line.actor) for line in inside.store.audit()]
    done = ["added", "deliveries resent", "replayed", "deliveries resent", "switched off", "switched on"]
    done += ["secret rotated", "removed"]
    assert lines[-len(done) :] == [(each, f"token {token.prefix}") for each in done], "one line a deed"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"with_values": True}, 403),
        ({"private": True}, 422),
        ({"url": "https://10.0.0.1/"}, 422),
        ({"url": "https://2130706433/"}, 201),
        ({"url": "https://[::1]/"}, 422),
        ({"url": "http://8.8.8.8/"}, 422),
        ({"events": ["record.lost"]}, 422),
        ({"name": "Erp"}, 422),
        ({"name": "taken"}, 422),
    ],
)
def test_what_a_program_may_not_add(inside: Home, app: FastAPI, more: dict[str, Any], status: int) -> None:
    """The decimal address is this machine's, which the settings of this test allow."""
    client = program(app, inside, "webhooks:manage")
    assert client.post(AT, json={**ERP, "name": "taken"}).status_code == 201
    answer = client.post(AT, json={**ERP, **more})
    assert answer.status_code == status, answer.text


@pytest.mark.law
def test_random_requests_find_no_server_error_and_nothing_undocumented(inside: Home, app: FastAPI) -> None:
    secret = new_token(inside.store, "fuzz", SCOPES, now()).secret
    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.app = app
    for found in schema.include(path_regex="^/api/v1/webhooks").get_all_operations():
        assert isinstance(found, Ok), found

        @examples(5, *HealthCheck, database=None)
        @given(case=found.ok().as_strategy())
        def sends(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(
                headers={"authorization": f"Bearer {secret}"}, checks=[not_a_server_error, status_code_conformance]
            )

        sends()


def test_routes_of_the_part_say_that_it_is_switched_off(inside: Home) -> None:
    settings = inside.settings.model_copy(update={"parts_off": ("webhooks",)})
    off = Home(settings=settings, store=inside.store, archive=inside.archive, forms=inside.forms)
    options = ReviewOptions(program_requests_a_minute=10**6)
    app = create_app(off.store, off.archive, off.forms, options, now, lambda _: None, routers=part_routes(off))
    answer = program(app, off, "webhooks:read").get(AT)
    said = "The part webhooks of fairhand is switched off here."
    assert (answer.status_code, said in answer.text) == (404, True)
