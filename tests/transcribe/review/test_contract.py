"""The pages as a script sees them: what docs/review.md promises, walked with httpx."""

from __future__ import annotations

import html
import re
import secrets
from datetime import timedelta

import httpx
import pytest

from tests.patience import PATIENCE
from tests.transcribe.review.site import DATE, MARK, NUMBER, SignIn, Site
from transcribe.model import FieldKey


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


@pytest.mark.promise("kept, or kept already;")
def test_sending_twice_is_one_reading(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    amina = site.person("amina")
    client = sign_in(amina)
    page = client.get("/work").text
    sent = {"csrf": hidden(page, "csrf"), "idem": hidden(page, "idem"), "action": "send", "text": "BC-2025-0001"}

    for _ in range(3):
        assert client.post(f"/work/{task_of(page)}", data=sent).status_code == 303

    assert site.texts_of(amina.id) == ["BC-2025-0001"]


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


def test_a_field_skipped_goes_to_somebody_else(site: Site, sign_in: SignIn) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    amina, ben = sign_in(site.person("amina")), sign_in(site.person("ben"))

    assert answer(amina, "skip", reason="hard to see").status_code == 303

    assert 'id="no-work"' in amina.get("/work").text
    assert 'id="no-work"' not in ben.get("/work").text


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


def test_a_tick_is_asked_with_yes_and_no(site: Site, sign_in: SignIn) -> None:
    scan = site.scan("bon-de-commande", {MARK: "x"})
    client = sign_in(site.person("amina"))
    page = client.get("/work").text

    assert re.search(r'<input type="radio" name="text" value="true"[ >]', page)
    assert answer(client, text="true").status_code == 303
    assert [reading.text for reading in site.store.readings(scan)] == ["true"]


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
def test_the_json_says_only_what_a_page_may_know(site: Site, sign_in: SignIn) -> None:
    scan = site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"}, name="facture-dupont.png")
    answered = sign_in(site.person("amina")).get("/work/next", params={"count": 4})

    (task,) = answered.json()["tasks"]

    assert set(task) == {
        "task", "kind", "title", "label", "help", "examples", "input", "input_mode", "field_language", "row", "left",
        "picture", "more", "frames", "whole", "size", "page", "pages", "prefill",
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
