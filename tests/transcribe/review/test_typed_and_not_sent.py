"""What somebody typed and did not send, of a field that is others' meanwhile: in sight, to be sent or not."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.transcribe.review.device import until_drafted
from tests.transcribe.review.site import DATE, NUMBER, Enter, SignIn, Site, as_a_whole, csrf, set_pay
from transcribe.model import Transcriber
from transcribe.store.facts import SentReading

FORMS = as_a_whole


TYPED = "BC-1 <b>$& half"


@pytest.fixture(autouse=True)
def paid(site: Site) -> None:
    set_pay(site)


def typed_into(page: Page, text: str) -> None:
    """Typed, and in the database of the device."""
    page.keyboard.type(text)
    until_drafted(page, text)


def others_read(site: Site, minutes: float = 40) -> None:
    """The time of what is held is over, and somebody else reads all there is."""
    site.clock.forward += timedelta(minutes=minutes)
    ben, now = site.person("ben"), site.clock.now()
    for task in site.store.lease(ben.id, 30, now):
        site.store.submit(task.id, ben.id, SentReading(text="BC-9", idem=f"ben-{task.id}"), now)


@pytest.mark.promise(
    "The time of that field was over when your reading came. It is kept all the same,", "`what` is `gone` (what"
)
@pytest.mark.browser
@pytest.mark.parametrize("path", ["/work", "/pay"])
def test_it_is_shown_and_can_still_be_sent(site: Site, enter: Enter, path: str) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    amina = site.person("amina")
    page = enter(amina)
    typed_into(page, TYPED)
    others_read(site)

    page.goto(page.url.replace("/work", path))

    left = page.locator("#rest-left")
    expect(left).to_contain_text("You had typed this, and not sent it:")
    expect(left).to_contain_text("Order number")
    expect(left.locator("q")).to_have_text(TYPED)
    assert Axe().run(page).response["violations"] == []
    left.get_by_role("button", name="Send it all the same").click()

    expect(page.locator("#no-work #late")).to_contain_text("It is kept all the same, and paid like any other")
    assert site.texts_of(amina.id) == [TYPED]
    assert [line.micro for line in site.store.ledger(amina.id) if line.kind == "reading"] == [14_000]
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(left).not_to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/work", "/form"])
def test_it_stands_below_the_work_until_it_is_put_away(site: Site, enter: Enter, path: str) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-1"}, name="one")
    amina = site.person("amina")
    page = enter(amina)
    page.goto(page.url.replace("/work", path))
    page.locator("html[data-ready]").wait_for()
    typed_into(page, TYPED)
    others_read(site)
    site.scan("bon-de-commande", {DATE: "1 May 2025"}, name="two")

    page.goto(page.url)
    page.locator("html[data-ready]").wait_for()

    left = page.locator("#typed-left")
    expect(left.locator("q")).to_have_text(TYPED)
    assert Axe().run(page).response["violations"] == []
    left.get_by_role("button", name="Put it away").click()
    expect(left).not_to_be_visible()
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(left).not_to_be_visible()
    assert site.texts_of(amina.id) == []


@pytest.mark.promise("Its scan was erased")
@pytest.mark.browser
def test_of_a_scan_that_was_erased_it_is_erased_too_and_that_is_said(site: Site, enter: Enter) -> None:
    scan = site.scan("bon-de-commande", {NUMBER: "BC-1"})
    page = enter(site.person("amina"))
    typed_into(page, "Mme Martin")
    site.clock.forward += timedelta(minutes=40)
    site.store.forget(scan, site.clock.now())

    page.goto(page.url)

    left = page.locator("#rest-left")
    expect(left).to_contain_text("Its scan was erased meanwhile. What you had typed is erased on this device too.")
    expect(left).not_to_contain_text("Martin")
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(left).not_to_be_visible()
    kept = page.evaluate("""async () => {
      const [{ name }] = (await indexedDB.databases()).filter((each) => each.name.startsWith("fairhand-"));
      const open = indexedDB.open(name);
      await new Promise((done) => { open.onsuccess = done; });
      const all = open.result.transaction("drafts").objectStore("drafts").getAll();
      await new Promise((done) => { all.onsuccess = done; });
      return all.result;
    }""")
    assert kept == []


@pytest.mark.browser
def test_nothing_is_said_of_a_field_that_is_held_and_what_was_typed_stands_in_it(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    page = enter(site.person("amina"))
    typed_into(page, TYPED)
    with page.expect_response("**/drafts"):
        page.goto(page.url.replace("/work", "/pay"))
    expect(page.locator("#rest-left")).not_to_be_visible()
    page.goto(page.url.replace("/pay", "/work"))
    expect(page.locator("#text")).to_have_value(TYPED)
    expect(page.locator("#typed-left")).not_to_be_visible()


def on_another_device(site: Site, who: Transcriber, count: int) -> list[str]:
    """The person reads fields that they hold, on a device of which this one knows nothing; the ids of the tasks."""
    now = site.clock.now()
    held = site.store.held(who.id, now)[:count]
    for task in held:
        site.store.submit(task.id, who.id, SentReading(text="BC-7", idem=f"elsewhere-{task.id}", seconds=3.0), now)
    return [task.id for task in held]


def shown_task(page: Page) -> str:
    return str(page.locator("#task").get_attribute("action")).rpartition("/")[2]


@pytest.mark.browser
@pytest.mark.parametrize("how", ["loaded anew", "looked at again"])
def test_what_was_read_on_another_device_is_shown_no_more(site: Site, enter: Enter, how: str) -> None:
    for each in range(6):
        site.scan("bon-de-commande", {NUMBER: f"BC-{each}"}, name=str(each))
    amina = site.person("amina")
    page = enter(amina)
    page.wait_for_function("document.documentElement.dataset.ready === 'yes'")
    page.wait_for_load_state("networkidle")
    held = {task.id for task in site.store.held(amina.id, site.clock.now())}
    assert len(held) >= 3
    read = on_another_device(site, amina, 3)
    with page.expect_response("**/drafts"):
        if how == "loaded anew":
            page.goto(page.url)
        else:
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_load_state("networkidle")
    for _ in range(6 - len(read)):
        expect(page.locator("body")).not_to_have_class(re.compile("waiting"))
        task = shown_task(page)
        assert task not in read
        page.locator("#text").fill("BC-9")
        page.locator("#text").press("Enter")
        page.wait_for_function(
            "(before) => !document.querySelector('#task')?.getAttribute('action')?.endsWith(before)", arg=task
        )
    page.wait_for_load_state("networkidle")
    assert site.texts_of(amina.id).count("BC-7") == 3


@pytest.mark.browser
def test_what_was_typed_is_shown_where_the_field_was_read_on_another_device(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-1"})
    amina = site.person("amina")
    page = enter(amina)
    typed_into(page, TYPED)
    on_another_device(site, amina, 1)
    page.goto(page.url)
    left = page.locator("#rest-left, #typed-left").filter(has_text="not sent it").first
    expect(left).to_contain_text("You have read this field since, in another window or on another device:")
    expect(left.locator("q")).to_have_text(TYPED)
    left.get_by_role("button", name="Put it away").click()
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(left).not_to_be_visible()
    assert site.texts_of(amina.id) == ["BC-7"]


@pytest.mark.promise("`what` is `gone` (what")
def test_what_became_of_a_field_is_told(site: Site, sign_in: SignIn) -> None:
    for each in range(3):
        site.scan("bon-de-commande", {NUMBER: f"BC-{each}"}, name=str(each))
    amina = site.person("amina", language="fr")
    client = sign_in(amina)
    gone, read, erased = site.store.lease(amina.id, 3, site.clock.now())
    site.store.submit(read.id, amina.id, SentReading(text="BC", idem="read-it-1"), site.clock.now())
    others_read(site)
    site.store.forget(erased.scan, site.clock.now())
    site.scan("bon-de-commande", {NUMBER: "BC-4"}, name="new")
    (held,) = site.store.lease(amina.id, 1, site.clock.now())
    asked = [gone.id, read.id, erased.id, held.id, "nobody-s-task"]

    told = client.post("/drafts", json={"tasks": asked}, headers={"x-csrf-token": csrf(client)}).json()["gone"]

    assert [(each["task"], each["what"], each["read"]) for each in told] == [
        (gone.id, "gone", None),
        (read.id, "over", "BC"),
        (erased.id, "erased", None),
        ("nobody-s-task", "over", None),
    ]
    assert told[0]["label"] == "N° de commande"


@pytest.mark.browser
def test_a_notice_names_the_beginning_of_a_long_text_and_the_whole_stands_below(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", {DATE: "1 May 2025"})
    page = enter(site.person("amina"))
    page.locator("#task .text").fill(4000 * "x")
    page.keyboard.press("Enter")
    expect(page.locator("#text[aria-invalid=true], #notice:has-text('xxx')").first).to_be_visible()
    page.keyboard.press("Enter")  # it looks odd too: whoever means it sends it again

    expect(page.locator("#notice")).to_contain_text(80 * "x" + "…")
    assert len(page.locator("#notice").inner_text()) < 400
    whole = page.locator("#refused q").first
    expect(whole).to_have_text(4000 * "x")
    expect(page.locator("#text")).to_have_value(4000 * "x")
    assert whole.evaluate("(element) => element.clientHeight") < 300
    assert Axe().run(page).response["violations"] == []
