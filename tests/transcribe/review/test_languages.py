"""The language of what is not asked for: errors, invitations, and pages after signing out."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.transcribe.review.site import SignIn, Site, csrf
from transcribe.model import FieldKey

ENGLISH = {"accept-language": "en-GB,en;q=0.9"}


def test_errors_speak_the_persons_language_whatever_their_browser_asks_for(site: Site, sign_in: SignIn) -> None:
    client = sign_in(site.person("amina", language="fr"))
    client.headers.update(ENGLISH)
    page = client.get("/nothing-here").text
    assert '<html lang="fr"' in page
    assert "Cette page n’existe pas" in page
    site.scan("bon-de-commande", {FieldKey("order_number"): "BC-1"})
    task = client.get("/work/next", headers={"accept": "application/json"}).json()["tasks"][0]["task"]
    sent = {"csrf": csrf(client), "idem": "too-long-1", "text": "9" * 5000}
    answer = client.post(f"/work/{task}", data=sent)
    assert (answer.status_code, '<html lang="fr"' in answer.text) == (422, True)
    client.post("/out", data={"csrf": csrf(client), "sure": "yes"})
    assert '<html lang="fr"' in client.get("/in").text, "after signing out too"


def test_the_invitation_speaks_the_invited_persons_language(site: Site, address: str) -> None:
    invited = site.person("lola", language="es")
    with httpx.Client(base_url=address, headers=ENGLISH) as client:
        token = site.link(invited)
        page = client.get(f"/in/{token}").text
        assert '<html lang="es"' in page
        assert "Bienvenida" in page or "Bienvenido" in page or "Le damos la bienvenida" in page
        assert '<html lang="es"' in client.get("/before").text, "what they can read before signing in too"
        chosen = client.post("/language", data={"language": "fr"}, headers={"referer": f"{address}/in/{token}"})
        assert chosen.headers["location"] == f"/in/{token}?language=fr"
        page = client.get(chosen.headers["location"]).text
        assert '<html lang="fr"' in page
        assert f'action="/in/{token}?language=fr"' in page
        client.post(f"/in/{token}?language=fr")
        assert site.store.transcriber(invited.id).interface_language == "fr"


def test_an_operator_says_which_language_an_invitation_speaks(site: Site, sign_in: SignIn) -> None:
    client = sign_in(site.person("olga", "operator", language="fr"))
    sent = {"csrf": csrf(client), "handle": "lola", "role": "transcriber", "languages": "es", "interface": "es"}
    page = client.post("/people", data=sent).text
    token = page.split('id="link">')[1].split("<")[0].rpartition("/")[2]
    assert site.store.transcriber("lola").interface_language == "es"
    assert '<html lang="es"' in httpx.Client(base_url=str(client.base_url), headers=ENGLISH).get(f"/in/{token}").text
    lola = site.store.transcriber("lola").id
    client.post(f"/people/{lola}/link", data={"csrf": csrf(client), "interface": "en"})
    assert site.store.transcriber("lola").interface_language == "en"
    client.post("/people", data={**sent, "handle": "mina", "interface": ""})
    assert site.store.transcriber("mina").interface_language == "es", "else the first language that they read"


def test_a_name_that_is_taken_keeps_what_was_typed(site: Site, sign_in: SignIn) -> None:
    site.person("lola")
    client = sign_in(site.person("olga", "operator", language="fr"))
    sent = {"csrf": csrf(client), "handle": "lola", "role": "expert", "languages": "es ca", "interface": "es"}
    answer = client.post("/people", data={**sent, "engagement": "staff"})
    assert answer.status_code == 422
    invite = answer.text.split('id="invite"')[1].split("</form>")[0]
    assert 'role="alert"' in invite
    for kept in ('value="lola"', 'value="es ca"', 'value="expert" checked', 'value="staff" selected'):
        assert kept in invite, kept
    assert 'value="es" lang="es" selected' in invite


@pytest.mark.browser
def test_a_time_decided_without_a_reason_keeps_what_was_chosen(
    site: Site, address: str, page: Page, sign_in: SignIn
) -> None:
    site.scan("bon-de-commande", {FieldKey("order_number"): "BC-1"})
    amina, olga = site.person("amina"), site.person("olga", "operator", language="fr")
    client = sign_in(amina)
    task = client.get("/work/next").json()["tasks"][0]["task"]
    sent = {"csrf": csrf(client), "idem": "the-first-1", "text": "BC-1", "seconds": "5"}
    client.post(f"/work/{task}", data=sent)
    client.post("/pay/dispute", data={"csrf": csrf(client), "task": task, "minutes": "4", "words": "", "seconds": "1"})
    page.goto(f"{address}/in/{site.link(olga)}")
    page.locator("main button").click()
    page.goto(f"{address}/clocks")
    page.locator("[value=other]").check()
    page.locator("[name=minutes]").fill("1.5")
    page.locator(".stack button").click()
    expect(page.locator("[role=alert]")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "fr"
    expect(page.locator("[value=other]")).to_be_checked()
    expect(page.locator("[name=minutes]")).to_have_value("1.5")
    page.locator("[name=reason]").fill("la moitié se voit")
    page.locator(".stack button").click()
    expect(page.locator(".stack")).to_have_count(0)
