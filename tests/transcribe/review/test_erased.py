"""What was read of a scan that is erased since: it is said to be, and not that it cannot be read or waits."""

from __future__ import annotations

import html
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import expect

from tests.known_values import decided_by_people
from tests.transcribe.review.site import DATE, NUMBER, Enter, SignIn, Site, as_a_whole, csrf, set_pay
from transcribe.store.facts import SentReading

FORMS = as_a_whole


SAID = {
    "en": ("scan erased", "The scan was erased before what you typed arrived, so that is not kept."),
    "fr": ("document effacé", "Le document a été effacé avant l’arrivée de ce que vous avez saisi, qui n’est donc pas"),
    "es": ("documento borrado", "El documento se borró antes de que llegara lo que escribió, así que no se conserva."),
}


@pytest.fixture(autouse=True)
def paid(site: Site) -> None:
    set_pay(site)


@pytest.mark.promise("The scan was erased,", "erased with the scan", "scan erased")
@pytest.mark.parametrize("language", SAID)
@pytest.mark.parametrize("text", ["BC-1", "", None])
def test_a_reading_whose_scan_was_erased_is_not_said_to_wait(
    site: Site, sign_in: SignIn, language: str, text: str | None
) -> None:
    """It was said to be illegible and to wait: of everything that anybody read, once its time to be kept was over."""
    scan = site.scan("bon-de-commande", {NUMBER: "BC-1"})
    amina = site.person("amina", language=language)
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    kept = site.store.submit(task.id, amina.id, SentReading(text=text, idem="the-first"), site.clock.now())
    site.store.conclude(scan, 9, [decided_by_people(NUMBER, "BC-1")], [], None, site.clock.now())
    site.store.forget(scan, site.clock.now())
    client = sign_in(amina)

    listed = client.get("/readings").text
    page = client.get(f"/readings/{kept.reading}").text

    assert 'data-outcome="erased"' in listed
    assert SAID[language][0] in listed
    assert 'id="outcome" data-outcome="erased"' in page
    for word in ("cannot be read", "illisible", "ilegible"):
        assert word not in listed + page
    assert 'data-outcome="erased"' not in client.get("/readings?show=open").text, "it waits for nothing"


@pytest.mark.promise(
    'with `"erased": true` where its scan was erased meanwhile:',
    "paid, and nothing of",
    "The scan was erased before what you typed arrived, so that is not kept.",
    "The scan was erased before what you typed arrived, so that is not kept. It",
    "to `/work?late=1`, which says",
    '`{"outcome": "kept"}`, `"again"`, `"late"` (kept all the same;',
)
@pytest.mark.parametrize("language", SAID)
def test_what_comes_after_its_scan_was_erased_is_not_said_to_be_kept(
    site: Site, sign_in: SignIn, language: str
) -> None:
    scans = [site.scan("bon-de-commande", {NUMBER: f"BC-{each}"}, name=str(each)) for each in range(2)]
    amina = site.person("amina", language=language)
    client = sign_in(amina)
    first, second = site.store.lease(amina.id, 2, site.clock.now())
    for scan in scans:
        site.store.forget(scan, site.clock.now())
    sent = {"csrf": csrf(client), "idem": "after-it-1", "action": "send", "text": "BC-1"}

    answer = client.post(f"/work/{first.id}?check=1", data=sent)
    told = client.post(
        f"/work/{second.id}", json={"idem": "after-it-2", "action": "send", "text": "BC-2"}, headers=token_of(client)
    )

    assert answer.headers["location"] == "/work?late=erased"
    assert SAID[language][1] in html.unescape(client.get(answer.headers["location"]).text)
    assert told.json() == {"outcome": "late", "erased": True}
    assert site.texts_of(amina.id) == [None, None], "nothing of it is kept"
    assert [line.micro for line in site.store.ledger(amina.id)] == [14_000] * 2, "and it is paid"


def token_of(client: httpx.Client) -> dict[str, str]:
    return {"x-csrf-token": csrf(client)}


@pytest.mark.promise(
    "The time of some fields was over when your readings came. They are kept all the same,",
    "The time of some fields was over when your readings came. They are kept all the same.",
)
@pytest.mark.browser
@pytest.mark.parametrize("erased", [False, True])
def test_a_whole_form_that_comes_late_says_so_on_the_next_page(site: Site, enter: Enter, *, erased: bool) -> None:
    scan = site.scan("bon-de-commande", {NUMBER: "BC-1", DATE: "1"})
    amina = site.person("amina")
    page = enter(amina)
    page.goto(page.url.replace("/work", "/form"))
    page.locator("html[data-ready]").wait_for()
    page.locator(".text").nth(0).fill("BC-1")
    page.locator(".text").nth(1).fill("01/05/2025")
    site.clock.forward += timedelta(minutes=40)
    if erased:
        site.store.forget(scan, site.clock.now())
    else:
        site.store.lease(site.person("ben").id, 2, site.clock.now())

    page.keyboard.press("Control+Enter")

    expect(page.locator("#no-work #late")).to_contain_text("was erased before" if erased else "It is kept all the same")
    assert [line.micro for line in site.store.ledger(amina.id)] == [14_000] * 2
