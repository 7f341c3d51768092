"""Every page says of pay what is so here: by engagement, with a floor, a rate, both or neither, in three languages."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

import pytest
from starlette.testclient import TestClient

from tests.transcribe.review.site import DATE, NUMBER, SignIn, Site
from tests.transcribe.store.world import put
from transcribe.model import FieldKey
from transcribe.store import Store
from transcribe.store.facts import Floor, Rate, SentReading

Engagement = Literal["by reading", "hourly", "staff", "volunteer"]
Terms = Literal["neither", "floor", "rates", "piece", "both"]

FORM = "bon-de-commande"
CUSTOMER = FieldKey("customer_name")

NOT_PAID = {
    "by reading": "This work is not paid here: nobody has set a rate or a floor of an hour for it.",
    "hourly": "This work is not paid here: nobody has set a rate or a floor of an hour for it.",
    "staff": "You work as staff: no pay and no time is counted here.",
    "volunteer": "You work as a volunteer: this work is not paid, and no time is counted here.",
}
NOTHING = "Nothing: this work is not paid here."
PROMISES = re.compile(r"\bpaid\b|\bearn|\bfloor\b|\brate\b|no new paid work|€|0\.00", re.IGNORECASE)
"""Words that promise pay, or speak of it as if there were any."""

TIME_IS_PAID = re.compile(r"time (it takes you )?is paid|of questions is paid|minutes of (skips|waiting)[^.]* are paid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """How somebody works, and what is set."""

    engagement: Engagement
    terms: Terms

    @property
    def is_paid(self) -> bool:
        pays = {"neither": (), "piece": ("by reading",)}.get(self.terms, ("by reading", "hourly"))
        return self.engagement in pays

    @property
    def is_time_paid(self) -> bool:
        return self.is_paid and self.terms != "piece"


CASES = [
    Case(engagement=engagement, terms=terms)
    for engagement in ("by reading", "hourly", "staff", "volunteer")
    for terms in ("neither", "floor", "rates", "piece", "both")
]


def set_terms(store: Store, terms: Terms, site: Site) -> None:
    now = site.clock.now()
    if terms in ("rates", "both", "piece"):
        store.put_rate(Rate(form=FORM, micro=14_000, currency="EUR", since=now), now)
    if terms in ("rates", "both"):
        store.put_rate(Rate(form="", micro=13_000_000, currency="EUR", since=now, per="hour"), now)
    if terms in ("floor", "both"):
        store.put_floor(Floor(micro=12_000_000, currency="EUR", source="SMIC", since=now), now)


def walked(site: Site, sign_in: SignIn, case: Case) -> dict[str, str]:
    """The words of every page of somebody's that speaks of pay, by address; read two fields, one too late."""
    set_terms(site.store, case.terms, site)
    site.scan(FORM, {NUMBER: "1", DATE: "2", CUSTOMER: "3"})
    amina = replace(site.person("amina"), engagement=case.engagement, begun=False)
    put(site.store, amina, site.clock.now())
    client = sign_in(amina)
    pages = {"/before": client.get("/before").text}
    site.store.set_training(amina.id, training=False, now=site.clock.now(), by=amina.id)
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    pages["/guide"] = client.get(f"/guide/{task.id}").text
    site.store.submit(task.id, amina.id, SentReading(text="1", idem="the-first", seconds=9.0), site.clock.now())
    (late,) = site.store.lease(amina.id, 1, site.clock.now())
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/me").text)
    assert token
    site.clock.forward = timedelta(hours=2)
    sent = {"csrf": token[1], "idem": "the-second", "text": "02/02/2026", "action": "send", "overrode": "1"}
    answer = client.post(f"/work/{late.id}", data=sent)
    pages["/work"] = client.get(answer.headers["location"]).text
    for path in ("/pay", "/readings", "/how", "/test", "/before?again"):
        pages[path] = client.get(path).text
    reading = next(each.id for story in site.store.readings_of(amina.id) for each in story.readings)
    pages["/reading"] = client.get(f"/readings/{reading}").text
    pages["/link"] = TestClient(site.app).get("/in/not-a-link-that-holds").text
    return {path: words_of(page) for path, page in pages.items()}


def words_of(page: str) -> str:
    """What a person reads on a page, with the words that its script says."""
    found = re.search(r"<main.*?</main>", page, re.DOTALL)
    assert found, page[:300]
    late = re.findall(r'"late": "[^"]*"', page)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", " ".join([found[0], *late]))))


@pytest.mark.promise(
    "Every reading is paid",
    "You are paid once",
    "The time of that field was over when your reading came. It is kept all the same.",
    "Who is paid nothing",
    "who asks (`#asked-by`), the",
    "Nothing: this work is",
    "Readings are not paid",
    "There is no rate",
    "This work is not",
    "Time without a reading",
    "You work as a",
    "You work as staff:",
    "%(share)s of the decided",
    "They are not paid",
    "Without a floor they",
)
@pytest.mark.parametrize("case", CASES, ids=lambda each: f"{each.engagement}, {each.terms}")
def test_no_page_says_of_pay_what_is_not_so(site: Site, sign_in: SignIn, case: Case) -> None:
    pages = walked(site, sign_in, case)
    said = NOT_PAID[case.engagement]

    for path in ("/before", "/pay", "/readings", "/how", "/before?again"):
        hourly = "Readings are not paid here" if case.engagement == "hourly" else said
        assert (said in pages[path] or hourly in pages[path]) is not case.is_paid, (path, pages[path])
    for path, words in pages.items():
        if not case.is_paid:
            rest = words.replace(said, "").replace(NOTHING, "").replace("not paid", "")
            assert PROMISES.findall(rest) == [], (path, words)
        elif not case.is_time_paid:
            assert TIME_IS_PAID.findall(words) == [], (path, words)
        if case.terms in ("rates", "piece"):
            assert "never pays less" not in words
            assert "at the floor" not in words, (path, words)
        if case.terms in ("floor", "both"):
            assert "no new paid work" not in words, (path, words)
            assert "No fair floor" not in words, (path, words)
    if case.is_paid:
        assert "Every reading is paid when you send it" in pages["/pay"]
        assert "You are paid once for every field that you read" in pages["/readings"]
        assert "nothing so far" not in pages["/pay"]
        assert "That too is ordinary paid work." in pages["/before"]
    assert (TIME_IS_PAID.search(pages["/how"]) is not None) is case.is_time_paid


@pytest.mark.promise("This work is not")
@pytest.mark.parametrize("terms", ["neither", "floor"])
def test_who_is_not_signed_in_is_told_the_same(site: Site, terms: Terms) -> None:
    set_terms(site.store, terms, site)

    words = words_of(TestClient(site.app).get("/before").text)

    assert (NOT_PAID["by reading"] in words) is (terms == "neither")
    assert ("ordinary paid work" in words) is (terms == "floor")


@pytest.mark.promise("A reading of a", "This form is not", "Not every form is", "not paid")
def test_where_one_form_is_paid_and_another_is_not_each_row_says_which(site: Site, sign_in: SignIn) -> None:
    set_terms(site.store, "piece", site)
    site.scan(FORM, {NUMBER: "1"})
    site.scan("order-form", {NUMBER: "1"})
    client = sign_in(site.person("amina"))

    before, pay, readings = (words_of(client.get(path).text) for path in ("/before", "/pay", "/readings"))

    assert "This form is not paid: it has no rate, and there is no floor of an hour." in before
    assert "Not every form is paid here" in pay
    assert "Every reading is paid" not in pay
    assert "You are paid once for every field" not in readings
