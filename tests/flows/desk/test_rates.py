"""What work pays, set on the desk: rates and the floor hold from now on, and what is wrong is said at the form."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient

from tests.flows.desk.desk_site import DeskSite, post
from transcribe.store import Pace

HIDDEN = re.compile(
    r'<input type="hidden" name="(amount|currency|per|form|source|source_amount|seen)" value="([^"]*)">'
)
FLOOR = {"amount": "12,50", "currency": "eur", "source": "minimum wage, 2026-01-01"}


def looked(client: TestClient, what: str, **typed: str) -> tuple[str, dict[str, str]]:
    """The page that shows a change before it is in force, and what its button sends."""
    page = client.get(f"/desk/money/{what}/look", params=typed)
    assert page.status_code == 200, page.text
    return unescape(page.text), {name: unescape(value) for name, value in HIDDEN.findall(page.text)}


def set_pay(client: TestClient, what: str, **typed: str) -> None:
    """Looks at a change, and sets it."""
    _, sent = looked(client, what, **typed)
    assert post(client, f"/desk/money/{what}", **sent).headers["location"] == f"/desk/money/rates?done={what}-set"


@pytest.mark.promise("No rate is set:", "What work pays", "An hour of work would pay %(amount)s")
def test_a_rate_of_all_forms_and_one_of_its_own_hold_from_now_on(busy: DeskSite, client: TestClient) -> None:
    store = busy.home.store
    assert "No rate is set" in client.get("/desk/money/rates").text
    set_pay(client, "rate", amount="0.05", currency="EUR", per="reading")
    set_pay(client, "rate", amount="0,08", currency="EUR", per="reading", form="order")
    set_pay(client, "rate", amount="15", currency="EUR", per="hour")
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
    done = [each for each in log if each[0].startswith("rate")]
    assert done == [("rate kept", ""), ("rate kept", "order"), ("rate kept", "")], "one line a deed"


@pytest.mark.promise(
    "No floor of an", "The least that an", "What work pays", "An hour of work would pay at", "Now it pays at"
)
def test_a_floor_is_set_with_where_it_is_from(busy: DeskSite, client: TestClient) -> None:
    assert "No floor of an hour is set" in client.get("/desk/money/rates").text
    set_pay(client, "floor", **FLOOR)
    floor = busy.home.store.floor(busy.now())
    assert floor is not None
    assert (floor.micro, floor.currency, floor.source) == (12_500_000, "EUR", FLOOR["source"])
    assert "€12.50" in client.get("/desk/money/rates").text


@pytest.mark.promise("A floor is more", "Nobody can be paid")
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
    answer = client.get("/desk/money/floor/look", params=FLOOR | wrong)
    assert answer.status_code == 422
    assert why in unescape(answer.text)
    assert f'value="{FLOOR["source"]}"' in answer.text
    assert busy.home.store.floor(busy.now()) is None


@pytest.mark.promise("No paid work begins before", "No paid work would")
def test_what_keeps_paid_work_from_beginning_is_said(busy: DeskSite, client: TestClient) -> None:
    busy.person("ann", "transcriber")
    set_pay(client, "rate", amount="0.05", currency="GBP", per="reading")
    assert "there is no floor of an hour" in client.get("/desk/money/rates").text
    page, sent = looked(client, "floor", **FLOOR)
    assert "in two currencies" in page, "said before it is in force"
    post(client, "/desk/money/floor", **sent)
    assert "in two currencies" in client.get("/desk/money/rates").text


@pytest.mark.promise("“%(said)s” is more than")
@pytest.mark.parametrize("amount", ["99999999999999999999", "1e9", "1e12"])
def test_an_amount_that_nobody_is_paid_is_a_slip(busy: DeskSite, client: TestClient, amount: str) -> None:
    for deed, more in (("rate", {"per": "reading"}), ("floor", {"source": "law"})):
        told = client.get(f"/desk/money/{deed}/look", params={"amount": amount, "currency": "GBP", **more})
        assert told.status_code == 422
        assert "is more than anybody is paid" in told.text
    floor = busy.home.store.floor(busy.now())
    assert floor is None or floor.micro < 10**13


@pytest.mark.promise("Now it pays %(amount)s.", "See what it changes", "A reading would pay", "A rate or a")
def test_a_slip_in_a_rate_is_shown_before_it_is_in_force(busy: DeskSite, client: TestClient) -> None:
    store = busy.home.store
    set_pay(client, "rate", amount="0.05", currency="EUR", per="reading", form="order")
    store.pace = lambda form: Pace(readings=100, seconds=1000.0)  # type: ignore[method-assign]
    typed = {"amount": "0.5", "currency": "EUR", "per": "reading", "form": "order"}
    unseen = post(client, "/desk/money/rate", **typed)
    assert unseen.headers["location"] == "/desk/money/rate/look?" + urlencode(typed)
    page, sent = looked(client, "rate", **typed)
    assert "A reading would pay €0.50 from now on (Order (order))." in page
    assert "Now it pays €0.05" in page
    assert re.search(r"That is 1,000\s?% of what is in force now\. Look at its point and its noughts\.", page)
    assert re.search(r"order.*10 s.*€18\.00.*€180\.00", page, re.DOTALL), "what an hour comes to"
    rate = store.rate("order", busy.now())
    assert rate is not None
    assert rate.micro == 50_000, "to look sets nothing"
    set_pay(client, "rate", **typed | {"amount": "0.06"})
    other = post(client, "/desk/money/rate", **sent)
    assert "changed=true" in other.headers["location"], "somebody else set another one meanwhile"
    assert "Nothing was set: look again" in client.get(other.headers["location"]).text
    again = client.get("/desk/money/rate/look", params=typed | {"amount": "0,06"})
    assert (again.status_code, "This is in force already" in again.text) == (422, True)
