"""What people, paper and machines wrote is only ever shown: every page in Chromium, hostile text everywhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Dialog, Page

from tests.chromium import said_by
from tests.transcribe.review.site import DATE, NUMBER, Site
from transcribe.model import Decision, Evidence, FieldKey, Task, Truth
from transcribe.review.views.offers import offer_to
from transcribe.store.facts import ExpectedWork, Floor, SentReading

pytestmark = pytest.mark.browser

HOSTILE = "\"><img src=x onerror=alert(1)><script>alert(2)</script>'{{7*7}}"
NAME = FieldKey("customer_name")


def filled_with(site: Site, text: str) -> tuple[str, list[str]]:
    """A site where every text that somebody can write is this one; a link for its operator, and every page's path."""
    now = site.clock.now()
    olga = site.person(f"o{text}", "operator", "expert", "transcriber")
    source = Floor(micro=9_000_000, currency="EUR", source=text, since=now, source_micro=None)
    site.store.put_floor(source, now)
    scan = site.scan("bon-de-commande", {NUMBER: text, NAME: text}, name=text)
    first, second = site.store.lease(olga.id, 2, now)
    site.store.put_question(first.id, olga.id, text, 1.0, now)
    site.store.answer_question(site.store.questions()[0].id, text, text, now)
    sent = SentReading(text=text, idem="idem-0001", legible=text)
    reading = site.store.submit(first.id, olga.id, sent, now).reading
    site.store.dispute_time(first.id, olga.id, 60.0, text, now)
    settled = site.store.dispute_time(second.id, olga.id, 60.0, text, now)
    site.store.answer_dispute(settled.id, 10.0, now, by=olga.id, reason=text)
    site.store.put_expected_work(ExpectedWork(id="soon", at=now + timedelta(days=1), hours=2.5, form=text), now)
    evidence = (Evidence(code="rule holds", numbers={"rule": text, "bits": 2.0}),)
    decided = Decision(
        key=first.key,
        value=text,
        text=text,
        probability=0.9,
        method="people",
        evidence=evidence,
        readings=(),
        parameters=1,
    )
    adjudicate = Task(scan=scan, key=second.key, kind="adjudicate", reason="readers split", pool="expert")
    site.store.conclude(scan, 10**9, [decided], [adjudicate], None, now)
    asked = [each for each in site.store.lease(olga.id, 5, now, offer=offer_to(olga)) if each.kind == "adjudicate"]
    for task in asked:
        site.store.submit(task.id, olga.id, SentReading(text=text, idem="idem-0002", reason=text), now)
    site.store.put_truth(Truth(scan=scan, key=DATE, text=text, origin="gold", at=now), now)
    site.scan("bon-de-commande", {DATE: text}, name="another")
    (held,) = site.store.lease(olga.id, 1, now)
    pages = ["/work", "/readings", f"/readings/{reading}", "/pay", "/before", f"/guide/{held.id}", "/questions"]
    return site.link(olga), [
        *pages,
        "/people",
        "/me",
        "/test",
        "/second-look",
        "/password",
        "/clocks",
        f"/work?task={held.id}",
    ]


def test_no_page_runs_or_reports_what_somebody_wrote(site: Site, address: str, page: Page) -> None:
    link, paths = filled_with(site, HOSTILE)
    said = said_by(page)

    def refuse(dialog: Dialog) -> None:
        said.append(f"dialog {dialog.message}")
        dialog.dismiss()

    page.on("dialog", refuse)
    page.goto(f"{address}/in/{link}")
    page.locator("main button").click()
    page.locator("html[data-ready]").wait_for()
    seen = 0

    for path in paths:
        answer = page.goto(f"{address}{path}")
        assert answer is not None
        assert answer.ok, path
        assert page.locator("img[src=x]").count() == 0, path
        assert page.locator("script:not([src]):not([type='application/json'])").count() == 0, path
        seen += "onerror=alert(1)" in page.locator("body").inner_text()

    assert seen >= 4, "the text is shown where it belongs, as text"
    assert said == []


def test_a_very_long_word_makes_no_page_wider_than_a_phone(site: Site, address: str, page: Page) -> None:
    link, paths = filled_with(site, "W" * 90)
    ann, now = site.person("ann"), site.clock.now()
    scan = site.scan("bon-de-commande", {NUMBER: "1"}, name="contested")
    task = next(each for each in site.store.lease(ann.id, 9, now) if each.scan == scan)
    reading = site.store.submit(task.id, ann.id, SentReading(text="W" * 90, idem="idem-0003"), now).reading
    decided = Decision(
        key=task.key, value="1", text="1", probability=0.9, method="people", evidence=(), readings=(), parameters=1
    )
    site.store.conclude(scan, 10**9, [decided], [], None, now)
    site.store.open_appeal(reading, ann.id, "W" * 90, now + timedelta(days=7), now)
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"{address}/in/{link}")
    page.locator("main button").click()
    page.locator("html[data-ready]").wait_for()
    wide = {}
    for path in (*paths, "/appeals"):
        page.goto(f"{address}{path}")
        wide[path] = page.evaluate("document.documentElement.scrollWidth")
    page.context.clear_cookies()
    page.goto(f"{address}/in/{site.link(ann)}")
    page.locator("main button").click()
    page.goto(f"{address}/readings/{reading}")
    wide["hers"] = page.evaluate("document.documentElement.scrollWidth")
    assert "W" * 90 in page.locator("#appeal-words").inner_text()
    assert {path: width for path, width in wide.items() if width > 360} == {}
