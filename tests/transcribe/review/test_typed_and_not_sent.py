"""What somebody typed and did not send, of a field that is others' meanwhile: in sight, to be sent or not."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.known_values import decided_by_people
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
@pytest.mark.parametrize("path", ["/work", pytest.param("/pay", marks=pytest.mark.soak)])
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
@pytest.mark.parametrize("path", ["/form", pytest.param("/work", marks=pytest.mark.soak)])
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
@pytest.mark.parametrize("how", ["looked at again", pytest.param("loaded anew", marks=pytest.mark.soak)])
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


SAID = {
    "en": ("scan erased", "The scan was erased before what you typed arrived, so that is not kept."),
    "fr": ("document effacé", "Le document a été effacé avant l’arrivée de ce que vous avez saisi, qui n’est donc pas"),
    "es": ("documento borrado", "El documento se borró antes de que llegara lo que escribió, así que no se conserva."),
}


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
