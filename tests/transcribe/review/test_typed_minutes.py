"""Minutes of a contested time: a decimal point or comma is one, nonsense is refused in words and stays in the box."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.transcribe.review.site import NUMBER, SignIn, Site, csrf, set_pay
from tests.transcribe.review.test_fair_pages import contested, read
from transcribe.review.requests import typed_minutes

NONSENSE = ["15,5,5", "about ten", "1e2", "-4", "inf", "601", ""]


@pytest.mark.parametrize(("typed", "minutes"), [("1,5", 1.5), ("1.5", 1.5), (" 15 ", 15.0), ("0", 0.0), ("600", 600.0)])
def test_a_point_or_a_comma_is_decimal(typed: str, minutes: float) -> None:
    assert typed_minutes(typed, 600.0) == minutes


@pytest.mark.parametrize("typed", NONSENSE)
def test_what_is_no_number_of_minutes_is_none(typed: str) -> None:
    assert typed_minutes(typed, 600.0) is None


def test_a_claim_with_a_comma_is_kept_as_it_was_meant(site: Site, sign_in: SignIn) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "1"})
    amina = site.person("amina")
    client, task = sign_in(amina), read(site, amina)
    for typed in NONSENSE:
        sent = {"csrf": csrf(client), "task": task, "minutes": typed, "words": "it was <small>"}
        answered = client.post("/pay/dispute", data=sent)
        assert answered.status_code == 422, typed
        assert "Give the minutes as a number from 0 to 600, such as 1.5." in answered.text
        form = answered.text.split('id="dispute"')[1]
        assert f'value="{typed}"' in form
        assert 'value="it was &lt;small&gt;"' in form
        assert f'value="{task}" selected' in form
    assert site.store.disputes() == []

    assert client.post("/pay/dispute", data={"csrf": csrf(client), "task": task, "minutes": "1,5"}).status_code == 303
    assert [each.claimed for each in site.store.disputes()] == [90.0]


def test_an_operator_adds_minutes_with_a_comma_and_no_nonsense(site: Site, sign_in: SignIn) -> None:
    _, dispute = contested(site, sign_in)
    client = sign_in(site.person("olga", "operator", language="fr"))
    said = {"csrf": csrf(client), "choice": "other", "reason": "le journal"}
    refused = client.post(f"/clocks/{dispute}", data={**said, "minutes": "deux"})
    assert refused.status_code == 422
    assert "de 0 à 600" in refused.text
    assert "1,5" in refused.text
    assert 'value="deux"' in refused.text
    assert 'value="le journal"' in refused.text
    assert 'value="other" checked' in refused.text

    assert client.post(f"/clocks/{dispute}", data={**said, "minutes": "1,5"}).status_code == 303
    assert [each.granted for each in site.store.disputes()] == [90.0]


@pytest.mark.browser
def test_what_is_typed_with_a_comma_in_a_browser_is_no_other_number(
    site: Site, address: str, page: Page, sign_in: SignIn
) -> None:
    set_pay(site)
    site.scan("bon-de-commande", {NUMBER: "1"})
    amina = site.person("amina")
    task = read(site, amina)
    page.goto(f"{address}/in/{site.link(amina)}")
    page.locator("main button").click()
    page.goto(f"{address}/pay?task={task}")
    page.locator("#minutes").press_sequentially("1,5")
    page.locator("#dispute button").click()
    expect(page.locator("#disputes")).to_be_visible()
    assert [each.claimed for each in site.store.disputes()] == [90.0]
