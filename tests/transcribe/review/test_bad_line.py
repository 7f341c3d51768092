"""Work on a bad line in a real Chromium: slow, cut, offline, signed out, in two windows. Nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.transcribe.review.cable import Cable
from tests.transcribe.review.device import HELD
from tests.transcribe.review.site import NUMBER, Enter, Site, make_site
from transcribe.review.options import ReviewOptions
from transcribe.store.facts import SentReading

pytestmark = pytest.mark.browser


KILOBIT = 1000 / 8
LEASE = 300.0
LOOKS = 3_000
"""How often it is looked whether something has come that takes ten looks: for minutes."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = make_site(tmp_path, ReviewOptions(lease_seconds=LEASE))
    yield made
    made.store.close()


def orders(site: Site, count: int) -> list[str]:
    texts = [f"BC-2025-{1000 + number}" for number in range(count)]
    for number, text in enumerate(texts):
        site.scan("bon-de-commande", {NUMBER: text}, name=f"order {number}")
    return texts


def type_in(page: Page, text: str) -> None:
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def until_held(page: Page, count: int) -> None:
    """Lets the page's clock run, and real answers come, until so many fields can be read without a network."""
    for _ in range(LOOKS):
        if page.evaluate(HELD) >= count:
            return
        page.clock.run_for(500)
        page.wait_for_timeout(100)
    pytest.fail(f"never {count} were held")


def until_sent(page: Page) -> None:
    """Lets the page's clock run, and real answers come, until everything is sent and the next field is there."""
    for _ in range(LOOKS):
        if page.locator("#status").get_attribute("data-count") == "0" and not waits(page):
            return
        page.clock.run_for(500)
        page.wait_for_timeout(100)
    pytest.fail("not everything was sent")


def waits(page: Page) -> bool:
    return "waiting" in str(page.locator("body").get_attribute("class"))


def is_over(page: Page) -> bool:
    """Whether all that is here was read. Waits for a field whose picture is here and still being decoded."""
    page.wait_for_function(
        "() => !document.body.classList.contains('waiting') || !document.getElementById('over').hidden"
    )
    return waits(page)


@pytest.mark.promise("No network. What you")
@pytest.mark.soak
def test_a_slow_line_a_cut_and_ten_minutes_offline_lose_nothing(
    site: Site, enter: Enter, page: Page, line: Cable
) -> None:
    """The line is really slow and really cut, for the service worker too; of the 30 s and the ten minutes only the
    clocks of page and server are moved."""
    texts = orders(site, 24)
    amina = site.person("amina")
    page.clock.install()
    enter(amina)
    until_held(page, 1 + site.options.ahead)
    line.bytes_a_second = 64 * KILOBIT
    typed = iter(texts)
    sent: list[str] = []

    def read_some(most: int) -> None:
        """Types what is shown, as long as there is something."""
        for _ in range(most):
            if is_over(page):
                return
            sent.append(next(typed))
            type_in(page, sent[-1])

    def wait(seconds: float) -> None:
        page.clock.run_for(int(seconds * 1000))
        site.clock.forward += timedelta(seconds=seconds)
        page.wait_for_timeout(50)

    read_some(1)
    until_sent(page)
    until_held(page, 1 + site.options.ahead)
    line.cut()
    read_some(3)
    wait(30)
    assert len(sent) >= 3, "work goes on during the cut"
    expect(page.locator("#notice")).to_contain_text("No network")
    line.mend()
    until_sent(page)
    until_held(page, 1 + site.options.ahead)

    line.cut()
    before = len(sent)
    read_some(20)
    assert len(sent) - before >= 4, "what was held ahead can be read"
    wait(600)
    line.mend()
    until_sent(page)

    kept = site.texts_of(amina.id)
    assert sorted(str(text) for text in kept) == sorted(sent)
    assert len(set(kept)) == len(kept), "none twice"


LONG = 12
"""Fields that are held for a line which was down for two minutes: many times those of a good line."""


def test_more_is_held_after_a_long_outage(site: Site, enter: Enter, page: Page, context: BrowserContext) -> None:
    texts = orders(site, 30)
    page.clock.install()
    enter(site.person("amina"))
    context.set_offline(True)
    type_in(page, texts[0])
    expect(page.locator("body.offline")).to_be_visible()  # it may be that nothing else is here yet
    page.clock.run_for(120_000)
    context.set_offline(False)
    until_sent(page)
    until_held(page, 1 + LONG)
    context.set_offline(True)

    read = 0
    while not is_over(page) and read < 25:
        type_in(page, "BC-2025-0000")
        read += 1

    assert read >= LONG, "a line that was down for two minutes is expected to be down again"


def test_what_waited_without_a_line_does_not_replace_what_was_read_since_on_another_device(
    site: Site, enter: Enter, line: Cable
) -> None:
    (text, _) = orders(site, 2)
    amina = site.person("amina")
    page = enter(amina)
    task = str(page.locator("#task").get_attribute("action")).removeprefix("/work/")
    line.cut()
    type_in(page, "BC-older")
    expect(page.locator("#status")).to_have_text("1 not sent yet")
    page.wait_for_timeout(4_000)
    site.store.submit(task, amina.id, SentReading(text=text, idem="elsewhere"), site.clock.now())
    line.mend()

    expect(page.locator("#notice")).to_contain_text("You have read this field again since")
    expect(page.locator("#refused")).to_contain_text("BC-older")
    assert site.texts_of(amina.id) == [text]


def test_the_next_person_on_a_device_sends_nothing_of_the_last(site: Site, enter: Enter, line: Cable) -> None:
    texts = orders(site, 9)
    amina, ben = site.person("amina"), site.person("ben")
    page = enter(amina)
    site.store.end_sessions(amina.id, site.clock.now())
    type_in(page, texts[0])
    expect(page.locator("#notice")).to_contain_text("signed out")

    page.goto(f"{line.address}/in/{site.link(ben)}")
    page.locator("main button").click()
    page.locator("html[data-ready]").wait_for()
    page.wait_for_timeout(500)

    assert site.texts_of(amina.id) == site.texts_of(ben.id) == []


@pytest.mark.promise("This field goes to")
def test_the_end_of_a_task_is_announced_and_a_key_keeps_it(site: Site, enter: Enter, page: Page) -> None:
    orders(site, 1)
    page.clock.install()
    amina = site.person("amina")
    enter(amina)

    page.clock.run_for(int(LEASE - 60) * 1000)
    site.clock.forward += timedelta(seconds=LEASE - 60)
    expect(page.locator("#notice")).to_contain_text("goes to somebody else in")
    with page.expect_response("**/renew"):
        page.keyboard.type("B")
        page.clock.run_for(2_000)

    expect(page.locator("#notice")).not_to_contain_text("goes to somebody else")
    (held,) = site.store.held(amina.id, site.clock.now())
    assert held.leased_until is not None
    assert held.leased_until - site.clock.now() > timedelta(seconds=LEASE - 10)
