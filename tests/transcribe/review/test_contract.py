"""The pages as a script sees them: what docs/review.md promises, walked with httpx."""

from __future__ import annotations

import html
import io
import re
import secrets
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from tests.patience import PATIENCE
from tests.transcribe.review.read_site import add_read_scan
from tests.transcribe.review.site import DATE, NUMBER, Enter, SignIn, Site, csrf, form_of
from transcribe.geometry import Box
from transcribe.model import FieldKey, Form, Reading, ReadResult, SnippetFrame, Task
from transcribe.review.views.offers import MAX_CHOICES_LENGTH, TaskView, lines_of, task_view


def hidden(page: str, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', page[page.index('id="task"') :])
    assert found, name
    return found[1]


def task_of(page: str) -> str:
    found = re.search(r'action="/work/([^"/]+)" data-kind', page)
    assert found, "there is a task"
    return found[1]


def answer(client: httpx.Client, action: str = "send", text: str = "", **more: str) -> httpx.Response:
    """Answers the task that is shown now."""
    page = client.get("/work").text
    sent = {"csrf": hidden(page, "csrf"), "idem": hidden(page, "idem"), "action": action, "text": text, **more}
    return client.post(f"/work/{task_of(page)}", data=sent)


def test_looking_at_a_link_does_not_spend_it(site: Site, address: str) -> None:
    token = site.link(site.person("amina"))

    for _ in range(3):
        page = httpx.get(f"{address}/in/{token}", timeout=PATIENCE)
        assert page.status_code == 200
        assert f'<form method="post" action="/in/{token}">' in page.text

    first = httpx.post(f"{address}/in/{token}", timeout=PATIENCE)
    assert (first.status_code, first.headers["location"]) == (303, "/work")
    assert httpx.post(f"{address}/in/{token}", timeout=PATIENCE).status_code == 410


@pytest.mark.promise("You see one field")
def test_a_reading_typed_is_kept_and_the_next_field_is_shown(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001", DATE: "14/03/2025"})
    amina = site.person("amina")
    client = sign_in(amina)

    answered = answer(client, text="BC-2025-0001")

    assert (answered.status_code, answered.headers["location"]) == (303, "/work")
    assert answer(client, text="14/03/2025").status_code == 303
    assert 'id="no-work"' in client.get("/work").text
    assert site.texts_of(amina.id) == ["BC-2025-0001", "14/03/2025"]
    assert len(site.submitted) == 2


@pytest.mark.promise("`GET /work` answers 200")
def test_the_same_task_is_shown_until_it_is_answered(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "1", DATE: "2"})
    client = sign_in(site.person("amina"))

    assert task_of(client.get("/work").text) == task_of(client.get("/work").text)


@pytest.mark.parametrize(
    ("action", "text", "flags"),
    [
        ("blank", "", frozenset()),
        ("illegible", None, frozenset({"illegible"})),
        ("crossed_out", None, frozenset({"crossed out"})),
        ("absent", None, frozenset({"absent"})),
    ],
)
def test_what_is_no_text_is_said_by_the_button(
    site: Site, sign_in: SignIn, action: str, text: str | None, flags: frozenset[str]
) -> None:
    scan = site.scan("bon-de-commande", {NUMBER: "??"})
    answer(sign_in(site.person("amina")), action, "BC-")

    (reading,) = site.store.readings(scan)

    assert (reading.text, reading.flags) == (text, flags)
    assert reading.legible == ("BC-" if action == "illegible" else "")


@pytest.mark.promise("the same, but a")
def test_a_text_that_cannot_be_right_comes_back_once_without_javascript(site: Site, sign_in: SignIn) -> None:
    scan = site.scan("bon-de-commande", {DATE: "31/02/2025"})
    client = sign_in(site.person("amina"))
    page = client.get("/work").text
    sent = {"csrf": hidden(page, "csrf"), "idem": hidden(page, "idem"), "action": "send", "text": "31/02/2025"}

    answered = client.post(f"/work/{task_of(page)}?check=1", data=sent)

    assert (answered.status_code, answered.headers["location"]) == (303, f"/work?task={task_of(page)}")
    doubted = client.get(answered.headers["location"])
    assert doubted.text.count('value="31/02/2025"') == client.get("/work").text.count('value="31/02/2025"') == 1
    assert "This is no date that exists." in doubted.text
    assert 'value="31/02/2025"' in doubted.text
    assert site.store.readings(scan) == []
    again = {**sent, "idem": hidden(doubted.text, "idem"), "overrode": hidden(doubted.text, "overrode")}
    assert client.post(f"/work/{task_of(page)}", data=again).status_code == 303
    (reading,) = site.store.readings(scan)
    assert (reading.text, reading.flags) == ("31/02/2025", frozenset({"overrode a check"}))


@pytest.mark.parametrize("typed", ["", "  "])
def test_an_empty_box_is_asked_about_once_without_javascript(site: Site, sign_in: SignIn, typed: str) -> None:
    scan = site.scan("bon-de-commande", {DATE: "31/01/2025"})
    client = sign_in(site.person("amina"))
    page = client.get("/work").text
    task, asks = task_of(page), "Nothing is typed. Send again if the field is blank."
    assert f'formaction="/work/{task}?check=1"' in page
    sent = {"csrf": hidden(page, "csrf"), "idem": hidden(page, "idem"), "action": "send", "text": typed}

    answered = client.post(f"/work/{task}?check=1", data=sent)

    assert (answered.status_code, answered.headers["location"]) == (303, f"/work?task={task}")
    asked = client.get(answered.headers["location"])
    assert f'role="alert">{asks}</p>' in asked.text
    assert "?check=1" not in asked.text, "a second Send confirms it"
    assert (task_of(asked.text), hidden(asked.text, "overrode")) == (task, "")
    assert site.store.readings(scan) == []
    assert client.post(f"/work/{task}", data={**sent, "idem": hidden(asked.text, "idem")}).status_code == 303
    (reading,) = site.store.readings(scan)
    assert ((reading.text or "").strip(), reading.flags) == ("", frozenset())


@pytest.mark.parametrize("typed", ["31/02/2025 " + "و" * 1500, "31/02/2025 & “😀” 'عربي'"])
def test_what_is_asked_about_is_kept_whatever_its_length_and_seen_by_nobody_else(
    site: Site, sign_in: SignIn, typed: str
) -> None:
    key = FieldKey("customer_name")
    site.scan("bon-de-commande", {key: "x", DATE: "31/02/2025"})
    amina, ben = site.person("amina"), site.person("ben")
    client = sign_in(amina)
    page = client.get("/work").text
    while "order_date" not in str(site.store.held(amina.id, site.clock.now())):
        sent = {"csrf": hidden(page, "csrf"), "idem": hidden(page, "idem"), "action": "blank"}
        page = client.get(client.post(f"/work/{task_of(page)}", data=sent).headers["location"]).text
    sent = {"csrf": hidden(page, "csrf"), "idem": hidden(page, "idem"), "action": "send", "text": typed}

    answered = client.post(f"/work/{task_of(page)}?check=1", data=sent)
    shown = client.get(answered.headers["location"]) if answered.status_code == 303 else answered

    assert html.unescape(shown.text).count(f'value="{typed}"') == 1
    kept = client.cookies.get("fairhand-sent")
    other = sign_in(ben)
    site.store.give_back(amina.id, site.clock.now())
    if kept:
        other.cookies.set("fairhand-sent", kept)
    assert task_of(other.get("/work").text) == task_of(page)
    assert typed not in html.unescape(other.get("/work").text), "nobody is told what another one typed"


def test_blank_said_by_its_own_button_is_not_asked_about(site: Site, sign_in: SignIn) -> None:
    scan = site.scan("bon-de-commande", {DATE: "31/01/2025"})
    client = sign_in(site.person("amina"))
    page = client.get("/work").text
    sent = {"csrf": hidden(page, "csrf"), "idem": hidden(page, "idem"), "action": "blank", "text": ""}
    assert client.post(f"/work/{task_of(page)}?check=1", data=sent).status_code == 303
    (reading,) = site.store.readings(scan)
    assert reading.text == ""


def test_a_script_that_sends_the_plain_form_is_never_asked_twice(site: Site, sign_in: SignIn) -> None:
    scan = site.scan("bon-de-commande", {DATE: "31/02/2025"})

    assert answer(sign_in(site.person("amina")), text="31/02/2025").status_code == 303

    assert [reading.text for reading in site.store.readings(scan)] == ["31/02/2025"]


def test_a_picture_is_shown_only_to_whom_the_task_is_leased(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    amina, ben = sign_in(site.person("amina")), sign_in(site.person("ben"))
    task = task_of(amina.get("/work").text)

    assert amina.get(f"/snippet/{task}").headers["content-type"] == "image/jpeg"
    assert ben.get(f"/snippet/{task}").status_code == 404
    answer(amina, text="BC-2025-0001")
    site.clock.forward += timedelta(minutes=14)
    assert amina.get(f"/snippet/{task}").status_code == 200
    site.clock.forward += timedelta(minutes=2)
    assert amina.get(f"/snippet/{task}").status_code == 404


@pytest.mark.promise("Nobody sees what others")
@pytest.mark.promise("Usually %(count)s people")
def test_the_json_says_only_what_a_page_may_know(site: Site, sign_in: SignIn) -> None:
    scan = site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"}, name="facture-dupont.png")
    answered = sign_in(site.person("amina")).get("/work/next", params={"count": 4})

    (task,) = answered.json()["tasks"]

    assert set(task) == {
        "task", "kind", "title", "label", "help", "examples", "input", "input_mode", "field_language", "row", "left",
        "picture", "more", "frames", "whole", "size", "page", "pages", "prefill", "lines", "letters",
    }  # fmt: skip
    assert scan[:12] not in answered.text
    assert "dupont" not in answered.text


@pytest.mark.promise(
    "paid, and nothing of",
    "kept, or kept already;",
    '`{"outcome": "kept"}`, `"again"`, `"late"` (kept all the same;',
    '`{"faults": ["..."]}`, nothing is kept',
)
def test_the_module_sends_json_and_is_told_what_became_of_it(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {DATE: "31/02/2025", NUMBER: "BC-2025-0001"})
    client = sign_in(site.person("amina"))
    csrf = hidden(client.get("/work").text, "csrf")
    tasks = {each["label"]: each["task"] for each in client.get("/work/next").json()["tasks"]}
    sent = {"idem": secrets.token_urlsafe(16), "action": "send", "text": "31/02/2025", "seconds": 2}

    def post(path: str, content: object) -> httpx.Response:
        return client.post(path, json=content, headers={"x-csrf-token": csrf})

    date = f"/work/{tasks['Order date']}"
    assert post(f"{date}/check", {"text": "31/02/2025"}).json() == {"faults": ["This is no date that exists."]}
    assert post(date, sent).json() == {"outcome": "kept", "faults": ["This is no date that exists."]}
    assert post(date, sent).json()["outcome"] == "again"
    assert post(f"{date}/undo", {}).json()["task"]["task"] == tasks["Order date"]
    skipped = {"idem": secrets.token_urlsafe(16), "action": "skip", "reason": "rather not"}
    assert post(f"/work/{tasks['Order number']}", skipped).json() == {"outcome": "skipped"}
    renewed = post("/renew", {"tasks": [tasks["Order date"], "0123456789abcdef"]}).json()
    assert renewed["left"][tasks["Order date"]] > 500
    assert renewed["lost"] == ["0123456789abcdef"]


@pytest.mark.promise("404 where the task")
def test_what_is_not_allowed_is_refused_with_an_id(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    client = sign_in(site.person("amina"))
    page = client.get("/work").text
    task, sent = task_of(page), {"csrf": hidden(page, "csrf"), "idem": hidden(page, "idem"), "action": "send"}

    def status(headers: dict[str, str] | None = None, **changed: str) -> int:
        return client.post(f"/work/{task}", data={**sent, **changed}, headers=headers).status_code

    assert status(csrf="wrong") == 403
    assert status({"origin": "https://elsewhere.example"}) == 403
    assert status({"sec-fetch-site": "cross-site"}) == 403
    assert status(action="dance") == 422
    assert status(idem="short") == 422
    assert status(text="x" * 70_000) == 413
    assert client.post("/work/0123456789abcdef", data=sent).status_code == 404
    wrong = client.post(f"/work/{task}", data={**sent, "csrf": "wrong"})
    assert 'id="error-id"' in wrong.text
    assert httpx.get(f"{client.base_url}/work", timeout=PATIENCE).headers["location"] == "/in"
    anonymous = httpx.get(f"{client.base_url}/work/next", headers={"accept": "application/json"}, timeout=PATIENCE)
    assert (anonymous.status_code, set(anonymous.json())) == (401, {"error", "error_id"})


def test_more_of_the_page_is_shown_only_as_far_as_the_form_allows(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    amina, ben = sign_in(site.person("amina")), sign_in(site.person("ben"))
    task = task_of(amina.get("/work").text)

    assert amina.get(f"/surroundings/{task}").headers["content-type"] == "image/jpeg"
    assert ben.get(f"/surroundings/{task}").status_code == 404
    assert amina.get(f"/page/{task}").status_code == 404


def test_the_same_field_comes_in_a_row_for_who_likes_it_so(site: Site, sign_in: SignIn) -> None:
    for number in range(3):
        site.scan("bon-de-commande", {NUMBER: f"BC-2025-000{number}", DATE: "14/03/2025"}, name=f"order {number}")
    client = sign_in(site.person("amina"))
    answer(client, text="BC-2025-0000")
    last = client.get("/work/next", params={"count": 1}).json()["tasks"][0]["label"]
    answer(client, text="1")

    labels = [task["label"] for task in client.get("/work/next", params={"count": 2, "same": 1}).json()["tasks"]]

    assert labels == [last, last]


NAME = FieldKey("customer_name")
SHOWN = "BC-2025-0001"


def prefilled(site: Site, *names: str) -> list[str]:
    """Scans whose order number is asked for with a value in its box."""
    scans = [site.scan("bon-de-commande", {NAME: ""}, name=name) for name in names]
    for scan in scans:
        task = Task(scan=scan, key=NUMBER, kind="read", reason="one engine", prefill=SHOWN, priority=1)
        site.store.conclude(scan, 0, [], [task], None, site.clock.now())
    return scans


def reading(site: Site, scan: str) -> Reading:
    (kept,) = [each for each in site.store.readings(scan) if each.key == NUMBER]
    return kept


@pytest.mark.promise(
    "You were shown a", "{source} was shown a", "Where the form lets", "the store keeps it", "The reading keeps what"
)
def test_what_was_shown_is_kept_with_the_reading_whatever_a_program_sends(site: Site, sign_in: SignIn) -> None:
    (scan,) = prefilled(site, "one")
    client = sign_in(site.person("amina"))
    page = client.get("/work").text
    assert f'value="{SHOWN}"' in page
    assert "A machine read this" in page
    sent = dict(re.findall(r'name="(csrf|idem)" value="([^"]+)"', page))
    address = re.search(r'action="(/work/[^"/]+)"', page)
    assert address

    client.post(address[1], data={**sent, "action": "send", "text": "BC-2025-0007"})

    assert (reading(site, scan).text, reading(site, scan).shown) == ("BC-2025-0007", SHOWN)


def test_what_is_shown_goes_with_the_scan_that_is_forgotten(site: Site, sign_in: SignIn) -> None:
    (scan,) = prefilled(site, "one")
    client = sign_in(site.person("amina"))
    assert client.get("/work/next").json()["tasks"][0]["prefill"] == SHOWN

    site.store.forget(scan, site.clock.now())

    assert SHOWN not in client.get("/work").text


@pytest.mark.browser
def test_enter_takes_what_is_shown_and_typing_takes_its_place(site: Site, enter: Enter) -> None:
    scans = prefilled(site, "one", "two")
    page = enter(site.person("amina"))
    expect(page.locator("#text")).to_have_value(SHOWN)
    expect(page.locator("#prefilled")).to_contain_text("A machine read this")
    assert Axe().run(page).response["violations"] == []

    before = page.locator("#task").get_attribute("action")
    page.keyboard.press("Enter")
    expect(page.locator("#task")).not_to_have_attribute("action", str(before))
    expect(page.locator("#text")).to_have_value(SHOWN)
    page.keyboard.type("BC-2025-0002")
    page.reload()
    page.locator("html[data-ready]").wait_for()
    expect(page.locator("#text")).to_have_value("BC-2025-0002")
    page.keyboard.press("Enter")

    expect(page.locator("#label")).to_have_text("Customer")
    expect(page.locator("#text")).to_have_value("")
    expect(page.locator("#prefilled")).to_have_text("")
    expect(page.locator("#status")).to_have_text("everything is sent")
    kept = {reading(site, scan).text for scan in scans}
    assert kept == {SHOWN, "BC-2025-0002"}
    assert {reading(site, scan).shown for scan in scans} == {SHOWN}


SIZES = ("S", "M", "L", "XL")
KEY = FieldKey("order_number")


def shown(site: Site, language: str, choices: tuple[str, ...], type_name: str = "choice") -> TaskView:
    """The work page's view of a field whose type and words are these."""
    site.scan("bon-de-commande", {KEY: "M"})
    (task,) = site.store.lease(site.person("amina").id, 1, site.clock.now())

    def form(name: str, version: int) -> Form:
        known = form_of(name, version)
        fields = [
            replace(each, type=type_name, examples=choices) if each.name == KEY.name else each for each in known.fields
        ]
        return replace(known, fields=tuple(fields))

    return task_view(site.store, form, task, language, site.clock.now())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "One of: S, M, L, XL."),
        ("fr", "Au choix\u00a0: S, M, L, XL."),
        ("es", "Una de estas opciones: S, M, L, XL."),
    ],
)
def test_the_choices_of_a_field_are_told(site: Site, language: str, words: str) -> None:
    view = shown(site, language, SIZES)
    assert words in view.help
    assert view.examples == (), "practice and tests would tell them twice"


def test_of_many_choices_a_line_is_told_and_that_there_are_others(site: Site) -> None:
    told = shown(site, "en", tuple(f"colour {number}" for number in range(40))).help
    assert "One of: colour 0, colour 1" in told
    assert told.endswith(" and others.")
    assert len(told) < MAX_CHOICES_LENGTH + 120


LINES = {
    "en": "Several lines: Enter begins the next one",
    "fr": "Plusieurs lignes",
    "es": "Varias líneas",
}


@pytest.mark.parametrize("language", LINES)
def test_it_is_said_of_an_address_of_two_lines(site: Site, sign_in: SignIn, language: str) -> None:
    add_read_scan(site, "receipt", [FieldKey("address")])
    assert LINES[language] in sign_in(site.person("amina", language=language)).get("/work").text


@pytest.mark.parametrize(("key", "is_said"), [("order_date", False), ("total", False), ("address", True)])
def test_it_is_not_said_of_a_field_that_holds_one_value(site: Site, sign_in: SignIn, key: str, is_said: bool) -> None:
    scan = site.scan("bon-de-commande", {FieldKey(key): "14/03/2025"})
    (place,) = site.store.places(scan)
    noisy = SnippetFrame(field=Box(0, 0, 10_000, 10_000), writing=Box(100, 1000, 9000, 9000), letter=1500)
    site.store.put_places(scan, [replace(place, frame=noisy)], site.clock.now())
    assert (LINES["en"] in sign_in(site.person("amina")).get("/work").text) is is_said


@pytest.mark.parametrize(
    ("letter", "seen", "lines"),
    [(0, 0, 0), (1800, 0, 2), (900, 0, 3), (1970, 0, 0), (3000, 0, 0), (1800, 1, 0), (3000, 4, 4)],
)
def test_lines_are_those_that_were_seen_else_as_many_as_letters_say(
    site: Site, letter: int, seen: int, lines: int
) -> None:
    scan = site.scan("bon-de-commande", {FieldKey("comment"): "Ring twice"})
    (place,), (task,) = (
        site.store.places(scan),
        site.store.lease(site.person("amina").id, 1, site.clock.now()),
    )
    writing, bands = Box(100, 2000, 9000, 8000), tuple((2000 + at, 2500 + at) for at in range(seen))
    frame = SnippetFrame(field=Box(0, 0, 10_000, 10_000), writing=writing, letter=letter, lines=bands)
    field = form_of("bon-de-commande").field("comment")
    assert lines_of(task, field, replace(place, frame=frame)) == lines
    assert lines_of(task, field, None) == 0
    site.store.put_places(scan, [replace(place, frame=frame)], site.clock.now())
    assert site.store.places(scan)[0].frame == frame


STRIPES = "Grey stripes lie outside the photograph"


def test_stripes_are_explained_where_there_are_some_and_nowhere_else(site: Site, sign_in: SignIn) -> None:
    add_read_scan(site, "receipt", [FieldKey("company")])
    client = sign_in(site.person("amina"))
    assert STRIPES not in client.get("/work").text
    (scan,) = site.store.scan_states()
    cut = ReadResult(places=(), readings=(), fit=1.0, quality={}, advice=("fields outside",))
    site.store.put_reads(scan.scan.id, cut, site.clock.now())
    assert STRIPES in client.get("/work").text


def test_the_manifest_has_icons_of_its_sizes_and_speaks_the_readers_language(site: Site, address: str) -> None:
    with httpx.Client(base_url=address, headers={"accept-language": "fr"}) as client:
        answer = client.get("/manifest.webmanifest")
        said = answer.json()
        assert answer.headers["content-type"] == "application/manifest+json"
        assert (said["start_url"], said["scope"], said["display"], said["lang"]) == ("/work", "/", "standalone", "fr")
        sizes = set()
        for icon in said["icons"]:
            picture = Image.open(io.BytesIO(client.get(icon["src"]).content))
            assert f"{picture.width}x{picture.height}" == icon["sizes"]
            sizes.add((picture.width, icon["purpose"]))
        assert {(192, "any"), (512, "any"), (512, "maskable")} <= sizes


@pytest.mark.browser
def test_the_browser_finds_nothing_against_installing(site: Site, enter: Enter) -> None:
    site.scan("bon-de-commande", {FieldKey("order_number"): "BC-1"})
    page = enter(site.person("amina"))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    tools = page.context.new_cdp_session(page)
    found = tools.send("Page.getAppManifest")
    assert (found["errors"], found["url"].endswith("/manifest.webmanifest")) == ([], True)
    errors = {each["errorId"] for each in tools.send("Page.getInstallabilityErrors")["installabilityErrors"]}
    assert errors <= {"in-incognito"}, "a test's browser keeps nothing, and so installs nothing"


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
