"""What work pays, set on the desk: rates and the floor hold from now on, and what is wrong is said at the form."""

from __future__ import annotations

from html import unescape

import pytest
from fastapi.testclient import TestClient

from tests.flows.desk.desk_site import DeskSite, post

FLOOR = {"amount": "12,50", "currency": "eur", "source": "minimum wage, 2026-01-01"}


@pytest.fixture
def client(busy: DeskSite) -> TestClient:
    return busy.client(busy.person("op", "operator"))


def test_a_rate_of_all_forms_and_one_of_its_own_hold_from_now_on(busy: DeskSite, client: TestClient) -> None:
    store = busy.home.store
    assert "No rate is set" in client.get("/desk/money/rates").text
    assert post(client, "/desk/money/rate", amount="0.05", currency="EUR", per="reading").status_code == 303
    assert (
        post(client, "/desk/money/rate", amount="0,08", currency="EUR", per="reading", form="order").status_code == 303
    )
    assert post(client, "/desk/money/rate", amount="15", currency="EUR", per="hour").status_code == 303
    rates = {
        (each["form"], each["per"]): each["amount"] for each in client.get("/desk/money/rates.json").json()["rates"]
    }
    assert {key: float(amount) for key, amount in rates.items()} == {
        ("", "reading"): 0.05,
        ("", "hour"): 15.0,
        ("order", "reading"): 0.08,
    }
    rate = store.rate("order", busy.now())
    assert rate is not None
    assert rate.micro == 80_000
    log = [(each.action, each.subject) for each in store.audit() if each.actor == "op"]
    assert [each for each in log if each[0] == "rate changed"] == [
        ("rate changed", ""),
        ("rate changed", "order"),
        ("rate changed", ""),
    ]


def test_a_floor_is_set_with_where_it_is_from(busy: DeskSite, client: TestClient) -> None:
    assert "No floor of an hour is set" in client.get("/desk/money/rates").text
    assert post(client, "/desk/money/floor", **FLOOR).status_code == 303
    floor = busy.home.store.floor(busy.now())
    assert floor is not None
    assert (floor.micro, floor.currency, floor.source) == (12_500_000, "EUR", FLOOR["source"])
    assert "€12.50" in client.get("/desk/money/rates").text


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"amount": "much"}, "“much” is no amount"),
        ({"currency": "XTS"}, "Nobody can be paid in “XTS”"),
        ({"amount": "0"}, "A floor is more than 0"),
        ({"source_amount": "?"}, "“?” is no amount"),
    ],
)
def test_what_is_wrong_is_said_at_the_form_with_what_was_typed(
    busy: DeskSite, client: TestClient, wrong: dict[str, str], why: str
) -> None:
    answer = post(client, "/desk/money/floor", **FLOOR | wrong)
    assert answer.status_code == 422
    assert why in unescape(answer.text)
    assert f'value="{FLOOR["source"]}"' in answer.text
    assert busy.home.store.floor(busy.now()) is None


def test_what_keeps_paid_work_from_beginning_is_said(busy: DeskSite, client: TestClient) -> None:
    busy.person("ann", "transcriber")
    post(client, "/desk/money/rate", amount="0.05", currency="GBP", per="reading")
    assert "there is no floor of an hour" in client.get("/desk/money/rates").text
    post(client, "/desk/money/floor", **FLOOR)
    assert "in two currencies" in client.get("/desk/money/rates").text


@pytest.mark.parametrize("amount", ["99999999999999999999", "1e9", "1e12"])
def test_an_amount_that_nobody_is_paid_is_a_slip(busy: DeskSite, amount: str) -> None:
    client = busy.client(busy.person("op", "operator"))
    for deed, more in (("rate", {"per": "reading"}), ("floor", {"source": "law"})):
        told = post(client, f"/desk/money/{deed}", amount=amount, currency="GBP", **more)
        assert told.status_code == 422
        assert "is more than anybody is paid" in told.text
    floor = busy.home.store.floor(busy.now())
    assert floor is None or floor.micro < 10**13
