"""Nothing goes without a word: a cut link, a question without words, an empty test, an account that is ended."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.patience import PATIENCE
from tests.transcribe.review.promises.test_known_fields import known_fields
from tests.transcribe.review.site import NUMBER, SignIn, Site, csrf, make_site, served, set_pay
from transcribe.review.options import ReviewOptions


@pytest.mark.parametrize("cut", ["a", "PGHZ5s", "PGHZ5sUSowydnTsFkCIKI2o3fqcf5zrD3L6ln8TBhzI.", "é" * 50])
def test_a_link_that_was_cut_or_mangled_is_answered_as_one_that_does_not_hold(address: str, cut: str) -> None:
    for page in (
        httpx.get(f"{address}/in/{cut}", timeout=PATIENCE),
        httpx.post(f"{address}/in/{cut}", timeout=PATIENCE),
    ):
        assert page.status_code == 410
        assert "This link does not work any more" in page.text
        assert page.text.count("ask whoever sent you the link for a new one") == 1


def test_a_link_that_has_expired_says_whom_to_ask(tmp_path: Path) -> None:
    site = make_site(tmp_path, ReviewOptions(asked_by="Mairie de Brest"))
    token = site.link(site.person("amina"))
    site.clock.forward += timedelta(days=8)
    with served(site.app) as address:
        for page in (httpx.get(f"{address}/in/{token}", timeout=PATIENCE), httpx.post(f"{address}/in/{token}")):
            assert page.status_code == 410
            assert "ask for a new link: Mairie de Brest" in page.text
            assert "whoever sent" not in page.text, "whom to ask is said once"
    site.store.close()


def test_who_is_signed_in_already_is_shown_the_way_to_work(site: Site, sign_in: SignIn, address: str) -> None:
    amina = site.person("amina", language="fr")
    token = site.link(amina)
    client = sign_in(amina)
    assert httpx.post(f"{address}/in/{token}", timeout=PATIENCE).status_code in (303, 410)
    spent, form = client.get(f"/in/{token}"), client.get("/in")
    assert (spent.status_code, form.status_code) == (410, 200)
    for page in (spent.text, form.text):
        assert "Votre session est déjà ouverte sur cet appareil" in page
        assert re.search(r'<a[^>]* href="/work"', page)
    assert "Demandez-en un autre" not in spent.text
    assert 'id="inside"' not in httpx.get(f"{address}/in", timeout=PATIENCE).text


@pytest.mark.promise("What is due to", "Your name in the", "whoever pays finds by", "Your account here is")
@pytest.mark.parametrize("is_paid", [True, False])
def test_who_leaves_is_told_that_the_account_is_ended_and_what_becomes_of_the_money(
    site: Site, sign_in: SignIn, is_paid: bool
) -> None:
    if is_paid:
        set_pay(site)
    amina = site.person("amina")
    client = sign_in(amina)
    gone = client.post("/leave", data={"csrf": csrf(client), "sure": "yes"})
    page = client.get(gone.headers["location"]).text
    assert "Your account here is ended" in page
    assert ("What is due to you is still paid" in page) == is_paid
    named = re.search(r"Your name in the accounts is now (left-[0-9a-f]{12})\. Write it down", page)
    assert (named and named[1]) == (site.store.transcriber(amina.id).handle if is_paid else None)
    assert "To come back" not in page


@pytest.mark.promise("422 where there are")
def test_a_question_without_words_is_not_kept_and_the_page_says_so(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    amina = site.person("amina")
    client = sign_in(amina)
    client.get("/work")
    (task,) = site.store.held(amina.id, site.clock.now())
    sent = {"csrf": csrf(client), "words": "  \n ", "seconds": "8"}
    asked = client.post(f"/work/{task.id}/ask", data=sent)
    assert (asked.status_code, site.store.questions()) == (422, [])
    assert "You have typed no question." in asked.text


@pytest.mark.promise("A field is still", "with `?check=1`, as the")
def test_an_empty_answer_of_a_test_is_asked_about_before_it_counts(site: Site, sign_in: SignIn) -> None:
    known_fields(site, 2)
    amina = site.person("amina")
    client = sign_in(amina)
    token = csrf(client)
    page = client.post("/test/code", data={"csrf": token}, follow_redirects=True).text
    tasks = re.findall(r'name="text\.([^"]+)"', page)
    sent = {"csrf": token, "idem": "testing-0001", f"text.{tasks[0]}": "BC-1", f"text.{tasks[1]}": " "}

    action = re.search(r'action="(/test/code/answers[^"]*)"', page)
    assert action
    asked = client.post(action[1], data=sent, follow_redirects=True)

    assert (asked.status_code, asked.request.method) == (200, "GET")
    assert "A field is still empty. Send again if nothing is written there." in asked.text
    assert 'value="BC-1"' in asked.text
    assert site.store.qualification_tries(amina.id) == []
    again = re.search(r'action="(/test/code/answers[^"]*)"', asked.text)
    assert again
    assert 'id="result"' in client.post(again[1], data=sent, follow_redirects=True).text
    assert [each.asked for each in site.store.qualification_tries(amina.id)] == [2]


def test_a_text_that_is_refused_in_practice_comes_back_with_the_reason(site: Site, sign_in: SignIn) -> None:
    known_fields(site, 2)
    client = sign_in(site.person("amina"))
    page = client.get("/practice").text
    task, idem = re.search(r'action="(/work/[^"]+)"', page), re.search(r'name="idem" value="([^"]+)"', page)
    assert task
    assert idem
    word = "W" * 301
    refused = client.post(task[1], data={"csrf": csrf(client), "idem": idem[1], "action": "send", "text": word})
    assert refused.status_code == 422
    assert "One word has more than 300 characters" in refused.text
    assert word in refused.text
    assert "/work.js" not in refused.text, "the module of the work page would take the text and the reason away"


def test_what_is_refused_is_not_said_to_go_when_it_is_sent_again(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    amina = site.person("amina")
    client = sign_in(amina)
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    sent = {"csrf": csrf(client), "idem": "refused-0001", "action": "send", "text": "W" * 301}
    refused = client.post(f"/work/{task.id}?check=1", data=sent)
    said = re.search(r'id="doubt"[^>]*>(.*?)</p>', refused.text)
    assert said
    assert said[1].strip().endswith("and send it again.")
