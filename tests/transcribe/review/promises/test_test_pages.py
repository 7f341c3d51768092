"""A test and its result are pages to look at: loaded again and gone back from they send nothing and lose nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.transcribe.review.promises.test_known_fields import known_fields, truth_of
from tests.transcribe.review.site import SignIn, Site, csrf
from transcribe.errors import LeaseLost
from transcribe.store import SentReading


@pytest.mark.promise("with `?check=1`, as the")
@pytest.mark.browser
def test_a_test_and_its_result_are_loaded_again_and_gone_back_from(site: Site, address: str, page: Page) -> None:
    known_fields(site, 2)
    amina = site.person("amina")
    page.goto(f"{address}/in/{site.link(amina)}")
    page.locator("main button").click()
    page.goto(f"{address}/test")
    page.locator("main form button").click()
    first, second = page.locator("input.typed"), page.locator("input.typed").nth(1)
    expect(second).to_be_visible()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.reload()
    first.first.fill("BC-1")
    page.locator("#test button.main").click()
    expect(page.locator("#doubt")).to_be_visible()
    assert len(sent) == 1

    page.reload()
    expect(page.locator("#doubt")).to_be_visible()
    expect(first.first).to_have_value("BC-1")
    expect(second).to_be_focused()
    name = str(second.get_attribute("name")).removeprefix("text.")
    second.fill(truth_of(site, name))
    page.locator("#test button.main").click()
    expect(page.locator("#result")).to_contain_text("1 of 2 right")
    assert len(sent) == 2

    page.reload()
    expect(page.locator("#result")).to_contain_text("1 of 2 right")
    expect(page.locator("section[data-same]")).to_have_count(2)
    page.go_back()
    expect(page.locator("#tries")).to_contain_text("1 of 2 right")
    page.go_forward()
    expect(page.locator("#result")).to_have_attribute("data-passed", "no")
    assert len([each for each in sent if "/test/" in each]) == 2, "nothing is sent anew"
    assert len(site.store.qualification_tries(amina.id)) == 1
    assert "fairhand-sent" not in {str(each.get("name")) for each in page.context.cookies()}


def begun(client: httpx.Client) -> tuple[list[str], dict[str, str]]:
    """A test that was begun: its items, and what sends it with everything typed wrong."""
    page = client.post("/test/code", data={"csrf": csrf(client)}, follow_redirects=True).text
    tasks = re.findall(r'name="text\.([^"]+)"', page)
    return tasks, {"csrf": csrf(client), "idem": "testing-0001"} | {f"text.{task}": "BC-77" for task in tasks}


def test_a_test_that_is_sent_twice_leads_to_its_one_result(site: Site, sign_in: SignIn) -> None:
    known_fields(site, 3)
    amina, ben = site.person("amina"), site.person("ben")
    client = sign_in(amina)
    tasks, sent = begun(client)
    first = client.post("/test/code/answers", data=sent)
    second = client.post("/test/code/answers", data=sent)

    assert first.status_code == 303
    assert second.headers["location"] == first.headers["location"]
    shown = client.get(first.headers["location"])
    assert 'id="result"' in shown.text
    assert shown.text.count('data-same="no"') == 3
    assert len(site.store.qualification_tries(amina.id)) == 1
    assert site.texts_of(amina.id) == ["BC-77"] * 3
    assert sign_in(ben).get(first.headers["location"]).status_code == 404, "it is nobody else's"
    assert client.get(f"/test/date/result?task={tasks[0]}").status_code == 404


def test_after_a_quarter_of_an_hour_a_result_stands_in_the_list_of_tests(site: Site, sign_in: SignIn) -> None:
    known_fields(site, 2)
    client = sign_in(site.person("amina"))
    tasks, sent = begun(client)
    result = client.post("/test/code/answers", data=sent).headers["location"]
    site.clock.forward += timedelta(minutes=16)

    for address in (result, f"/test/explained/{tasks[0]}"):
        assert client.get(address).headers["location"] == "/test"
    assert "0 of 2 right" in client.get("/test").text


def test_a_test_whose_time_is_over_says_so_and_gives_back_what_was_typed(site: Site, sign_in: SignIn) -> None:
    known_fields(site, 2)
    amina = site.person("amina")
    client = sign_in(amina)
    _, sent = begun(client)
    site.clock.forward += timedelta(minutes=11)

    late = client.post("/test/code/answers?check=1", data=sent)

    assert late.status_code == 409
    assert "The time of this test was over before you sent it." in late.text
    assert late.text.count('<q dir="auto">BC-77</q>') == 2
    assert site.texts_of(amina.id) == []


def test_an_item_of_a_test_that_was_answered_and_explained_is_not_taken_back(site: Site) -> None:
    """What is right was shown: read again, a test was passed without knowing anything."""
    known_fields(site, 2)
    amina = site.person("amina")
    task = site.store.lease_test(amina.id, "code", 2, site.clock.now())[0]
    site.store.submit(task.id, amina.id, SentReading(text="x", idem="an-answer-of-a-test"), site.clock.now())
    assert not site.store.may_undo(task.id, amina.id, site.clock.now())
    with pytest.raises(LeaseLost):
        site.store.undo(task.id, amina.id, site.clock.now())
