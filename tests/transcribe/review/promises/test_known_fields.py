"""Known fields walked for real: made, mixed in at the announced share, tested with, explained and withdrawn."""

from __future__ import annotations

import re

import pytest

from tests.known_values import decided_by_people
from tests.transcribe.review.site import NUMBER, SignIn, Site, csrf, form_of, set_pay
from transcribe.codes import Reason
from transcribe.review.views.task_view import task_view
from transcribe.store.facts import SentReading

SHARE = 0.2
KNOWN_COUNT, TASK_COUNT = 40, 250


def known_fields(site: Site, count: int) -> None:
    """So many decided fields that an operator says are known."""
    if site.store.parameters() is None:
        site.store.put_parameters({}, site.clock.now())
    for number in range(count):
        text = f"BC-2026-{number:04}"
        scan = site.scan("bon-de-commande", {NUMBER: text}, name=f"known {number}")
        decided = decided_by_people(NUMBER, text)
        site.store.conclude(scan, 0, [decided], [], None, site.clock.now())
        site.store.add_gold(scan, NUMBER, text, "olga", "the order itself", site.clock.now())


@pytest.mark.promise("who asks (`#asked-by`), the", "like all others and", "look like all others.")
def test_gold_makes_control_items_at_the_announced_share_and_a_test_that_can_be_passed(
    site: Site, sign_in: SignIn
) -> None:
    set_pay(site)
    known_fields(site, KNOWN_COUNT)
    for number in range(TASK_COUNT):
        site.scan("bon-de-commande", {NUMBER: f"BC-2025-{number:04}"}, name=f"new {number}")
    site.store.put_control_share(SHARE, site.clock.now())
    amina = site.person("amina")
    client = sign_in(amina)
    assert re.search(r'id="control">Up to 20% of the fields are known already', client.get("/before").text)

    known = 0
    for turn in range(100):
        (task,) = site.store.lease(amina.id, 1, site.clock.now())
        known += task.reason == Reason.CONTROL
        shown = task_view(site.store, form_of, task, "en", site.clock.now())
        assert (shown.kind, shown.label) == ("read", "Order number"), "it looks like all others"
        site.store.submit(task.id, amina.id, SentReading(text="BC", idem=f"turn-{turn:04}"), site.clock.now())

    assert 8 <= known <= 34, "the announced share of 100, within four standard deviations"
    pieces = [line.micro for line in site.store.ledger(amina.id) if line.kind == "reading"]
    assert pieces == [14_000] * 100, "paid like all others"

    ben = site.person("ben")
    client = sign_in(ben)
    kinds = re.findall(r'action="/test/(\w+)"', client.get("/test").text)
    assert kinds == ["code"]
    page = client.post("/test/code", data={"csrf": csrf(client)}, follow_redirects=True).text
    tasks = re.findall(r'name="text\.([^"]+)"', page)
    idem = re.search(r'name="idem" value="([^"]+)"', page)
    assert len(tasks) == 5
    assert idem
    right = {f"text.{task}": truth_of(site, task) for task in tasks}
    right[f"text.{tasks[0]}"] = "BC-0000-0000"

    sent = {"csrf": csrf(client), "idem": idem[1], **right}
    done = client.post("/test/code/answers", data=sent, follow_redirects=True).text

    assert 'data-passed="yes"' in done, "four of five"
    assert done.count('data-same="no"') == 1
    assert truth_of(site, tasks[0]) in done, "explained at once"
    assert "code" in site.store.transcriber(ben.id).qualifications
    assert [line.kind for line in site.store.ledger(ben.id)] == ["reading"] * 5
    assert "4 of 5 right" in client.get("/test").text


def truth_of(site: Site, task: str) -> str:
    scan = site.store.task_subject(task).scan
    return next(truth.text for truth in site.store.truths(scan))


@pytest.mark.promise("Nobody is tested by")
def test_a_wrong_known_field_is_withdrawn_and_who_answered_it_is_told(site: Site, sign_in: SignIn) -> None:
    known_fields(site, 1)
    site.store.put_control_share(1.0, site.clock.now())
    amina = site.person("amina")
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    site.store.submit(task.id, amina.id, SentReading(text="BC", idem="the-only-one"), site.clock.now())

    site.store.withdraw_truth(task.scan, NUMBER, "op", "it was wrong", site.clock.now())

    assert (
        "The known answer of a field that you had read was itself wrong. It was withdrawn."
        in sign_in(amina).get("/readings").text
    )
