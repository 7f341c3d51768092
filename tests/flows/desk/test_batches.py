"""Batches on the desk: the table, the page, every verb without JavaScript, and a new batch by upload."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from flows.desk.batches.batch_table import day_of
from flows.home.home import now as clock
from flows.mending import batch_report
from flows.watching import ArrivingFile, waiting_scans
from tests.flows.desk.desk_site import AGREED, TEXTS, DeskSite, csrf, page, post
from transcribe.model import Transcriber

BATCH = "/desk/batch?name=monday"
VERBS = (
    ("cancel", {"why": "withdrawn"}),
    ("resume", {"why": "again"}),
    ("priority", {"level": "3", "why": "urgent"}),
    ("due", {"day": "2026-12-01", "why": "promised"}),
    ("note", {"text": "post of Monday"}),
)


@pytest.fixture
def op(busy: DeskSite) -> Transcriber:
    return busy.person("op", "operator")


def test_the_table_counts_each_batch(busy: DeskSite, op: Transcriber) -> None:
    rows = {row["batch"]: row for row in busy.client(op).get("/desk/batches.json").json()["batches"]}
    assert (rows["monday"]["scans"], rows["monday"]["finished"], rows["monday"]["questions"]) == (3, 1, 4)
    assert (rows["tuesday"]["set_aside"], rows["tuesday"]["open"]) == (1, 1)
    assert rows["monday"]["straight_through"] == 1.0


@pytest.mark.promise("cancel (published records stay,")
@pytest.mark.parametrize(("verb", "values"), VERBS)
def test_each_verb_is_a_form_that_works_without_javascript_and_lands_in_the_log(
    busy: DeskSite, op: Transcriber, verb: str, values: dict[str, str]
) -> None:
    client = busy.client(op)
    if verb == "resume":
        post(client, "/desk/batch/cancel", name="monday", why="withdrawn")
    answer = post(client, f"/desk/batch/{verb}", name="monday", **values)
    assert answer.headers["location"] == f"{BATCH}&done={verb}"
    assert 'id="done"' in client.get(answer.headers["location"]).text
    act = busy.home.store.acts(batch="monday")[-1]
    assert act.by == "op"
    assert busy.home.store.audit()[-1].actor == "op"
    batch = busy.home.store.batch("monday")
    told = {
        "cancel": batch.cancelled_at is not None,
        "resume": batch.cancelled_at is None,
        "priority": batch.priority == 3,
        "due": batch.due is not None and f"{batch.due:%Y-%m-%d}" == "2026-12-01",
        "note": batch.note == "post of Monday",
    }
    assert told[verb]


def test_what_is_missing_or_wrong_is_refused_in_words(busy: DeskSite, op: Transcriber) -> None:
    client = busy.client(op)
    assert post(client, "/desk/batch/cancel", name="monday", why=" ").status_code == 422
    assert post(client, "/desk/batch/cancel", name="none", why="x").status_code == 404
    answer = post(client, "/desk/batch/due", name="monday", why="x", day="soon")
    assert (answer.status_code, "This is no day" in answer.text) == (422, True)


@pytest.mark.parametrize("day", ["1900-01-01", "9999-12-31"])
def test_a_due_date_long_past_or_far_ahead_is_refused(busy: DeskSite, op: Transcriber, day: str) -> None:
    answer = post(busy.client(op), "/desk/batch/due", name="monday", why="x", day=day)
    assert (answer.status_code, "at most one year past" in answer.text) == (422, True)
    assert day in answer.text
    assert busy.home.store.batch("monday").due is None


def test_a_limited_operator_sees_only_batches_with_their_form(busy: DeskSite) -> None:
    client = busy.client(busy.person("half", "operator", forms=("invoice2",)))
    rows = client.get("/desk/batches.json").json()["batches"]
    assert [(row["batch"], row["scans"]) for row in rows] == [("tuesday", 1)]
    assert client.get(BATCH).status_code == 404
    assert "the paper is torn" not in client.get("/desk/batch?name=tuesday").text


def png(seed: int = 0) -> bytes:
    return page({"number": f"47396{seed}", "customer": "Mary Poole", "total": "12.50"})


def test_pictures_sent_without_javascript_wait_to_be_taken_in(busy: DeskSite, op: Transcriber) -> None:
    client = busy.client(op)
    files = [("files", ("one.png", png(1), "image/png")), ("files", ("../two.PNG", png(2), "image/png"))]
    values = {"csrf": csrf(client), "name": "upload", "form": "order"}
    answer = client.post("/desk/batches/new", data=values, files=files)
    assert answer.headers["location"] == "/desk/batch?name=upload&done=sent"
    waiting = waiting_scans(busy.home.settings)
    assert [(each.path.name, each.form, each.batch) for each in waiting] == [
        ("one.png", "order", "upload"),
        ("two.PNG", "order", "upload"),
    ]
    assert "2 files are being taken in" in client.get(answer.headers["location"]).text
    assert [(line.actor, line.action) for line in busy.home.store.audit()][-1] == ("op", "scan sent")


def test_a_page_that_sends_one_by_one_is_told_what_became_of_each(busy: DeskSite, op: Transcriber) -> None:
    client = busy.client(op)
    values = {"csrf": csrf(client), "name": "upload", "form": "auto"}
    for state in ("waiting", "waiting"):
        answer = client.post(
            "/desk/batches/new",
            data=values,
            files={"files": ("one.png", png(), "image/png")},
            headers={"accept": "application/json"},
        )
        assert answer.json()["files"][0]["state"] == state
    assert len(waiting_scans(busy.home.settings)) == 1


@pytest.mark.parametrize(
    ("values", "name", "status"),
    [
        ({"name": "u", "form": "none"}, "a.png", 422),
        ({"name": "", "form": "order"}, "a.png", 422),
        ({"name": "u", "form": "order"}, "a.exe", 422),
        ({"name": "u", "form": "order"}, "a.zip", 422),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_stays(
    busy: DeskSite, op: Transcriber, values: dict[str, str], name: str, status: int
) -> None:
    client = busy.client(op)
    answer = client.post(
        "/desk/batches/new", data={"csrf": csrf(client), **values}, files={"files": (name, b"x", "a/b")}
    )
    assert answer.status_code == status
    assert waiting_scans(busy.home.settings) == []


def test_one_file_that_cannot_be_taken_keeps_no_other(busy: DeskSite, op: Transcriber) -> None:
    client = busy.client(op)
    files = [
        ("files", ("empty.jpg", b"", "image/jpeg")),
        ("files", ("a.exe", b"x", "a/b")),
        ("files", ("one.png", png(1), "image/png")),
    ]
    answer = client.post("/desk/batches/new", data={"csrf": csrf(client), "name": "u", "form": "order"}, files=files)
    assert answer.status_code == 422
    assert "empty.jpg: the file is empty." in answer.text
    assert "a.exe: only " in answer.text
    assert "Files that arrived all the same: 1." in answer.text
    assert [each.path.name for each in waiting_scans(busy.home.settings)] == ["one.png"]


def test_a_batch_of_which_nothing_is_read_yet_offers_no_deed_that_would_fail(busy: DeskSite, op: Transcriber) -> None:
    client = busy.client(op)
    values = {"csrf": csrf(client), "name": "fresh", "form": "order"}
    client.post("/desk/batches/new", data=values, files={"files": ("one.png", png(1), "image/png")})
    page_of_it = client.get("/desk/batch?name=fresh").text
    assert "/desk/batch/cancel" not in page_of_it
    assert 'id="not-yet"' in page_of_it
    assert "/desk/batch/cancel" in client.get(BATCH).text


def test_a_file_that_was_read_already_is_not_counted_as_being_taken_in(busy: DeskSite, op: Transcriber) -> None:
    client = busy.client(op)
    values = {"csrf": csrf(client), "name": "monday", "form": "order"}
    picture = page({**TEXTS, "number": f"{TEXTS['number']} same"})
    client.post("/desk/batches/new", data=values, files={"files": ("same", picture, "image/png")})
    assert "1 file is being taken in" in client.get(BATCH).text
    busy.scan("same")
    assert len(waiting_scans(busy.home.settings)) == 1, "its group is not done yet"
    assert "being taken in" not in client.get(BATCH).text


@pytest.mark.promise("course by state, cost")
def test_what_is_known_already_stands_on_the_page_of_the_batch_that_it_came_in_again(
    busy: DeskSite, op: Transcriber
) -> None:
    client, store = busy.client(op), busy.home.store
    scan = next(each.scan for each in store.scan_states() if each.scan.name == "agreed.png")
    content = busy.home.archive.get(scan.pages[0].file)
    data = {"csrf": csrf(client), "name": "thursday", "form": "order"}
    sent = client.post("/desk/batches/new", data=data, files=[("files", ("again.png", content, "image/png"))])
    assert sent.status_code == 303
    page = client.get(sent.headers["location"])
    assert page.status_code == 200, "it has nothing else"
    assert "1 scan that came was known already" in page.text
    assert f'href="/desk/scan/{scan.id}">agreed.png</a>' in page.text
    assert 'href="/desk/batch?name=monday"' in page.text
    (row,) = client.get("/desk/batch/known.json?name=thursday").json()["known"]
    assert (row["scan"], row["batch"]) == (scan.id, "monday")
    assert [each.name for each in batch_report(busy.home, "thursday").known_again] == ["agreed.png"]
    assert "known already" not in client.get("/desk/batch?name=monday").text
    assert "again.png" in client.get(f"/desk/scan/{scan.id}").text
    assert f'href="/desk/scan/{scan.id}"' in client.get("/desk/scans?q=again.png").text
    limited = busy.client(busy.person("half", "auditor", forms=("invoice2",)))
    assert limited.get("/desk/batch?name=thursday").status_code == 404


def test_a_page_that_sends_each_picture_alone_is_told_why_one_is_refused(busy: DeskSite, op: Transcriber) -> None:
    client = busy.client(op)
    sent = {"csrf": csrf(client), "name": "u", "form": "order"}
    accept = {"accept": "application/json"}
    files = {"files": ("notes.txt", b"x", "text/plain")}
    answer = client.post("/desk/batches/new", data=sent, files=files, headers=accept)
    assert answer.status_code == 422
    assert "notes.txt" in answer.json()["reason"]


def test_nothing_is_taken_from_who_may_not_send(busy: DeskSite) -> None:
    for person in (busy.person("aud", "auditor"), busy.person("ann", "transcriber")):
        client = busy.client(person)
        assert client.get("/desk/batches/new").status_code == 404
        values = {"csrf": csrf(client), "name": "u", "form": "order"}
        assert client.post("/desk/batches/new", data=values, files={"files": ("a.png", png())}).status_code == 404
    limited = busy.client(busy.person("half", "operator", forms=("invoice2",)))
    values = {"csrf": csrf(limited), "name": "u", "form": "order"}
    assert limited.post("/desk/batches/new", data=values, files={"files": ("a.png", png())}).status_code == 404
    assert waiting_scans(busy.home.settings) == []


def test_a_large_picture_is_taken(busy: DeskSite, op: Transcriber) -> None:
    client = busy.client(op)
    out = io.BytesIO()
    Image.effect_noise((600, 600), 80).save(out, "PNG")
    assert len(out.getvalue()) > 100_000
    values = {"csrf": csrf(client), "name": "large", "form": "order"}
    assert client.post("/desk/batches/new", data=values, files={"files": ("a.png", out.getvalue())}).status_code == 303


@pytest.mark.promise("%(num)s file waits until", "%(num)s scan is not")
def test_a_cancelled_batch_counts_nothing_as_waiting_for_machines_or_people(busy: DeskSite, op: Transcriber) -> None:
    busy.scan("unread.png", batch="stopped")
    busy.scan("doubted.png", {**AGREED, "total": ("12.50", "72.50")}, batch="stopped")
    busy.weigh()
    client = busy.client(op)

    def waits() -> dict[tuple[str, str], int]:
        return {(row["for"], row["what"]): row["count"] for row in client.get("/desk/waits.json").json()["waits"]}

    assert waits()["weighing", "scans to be read and weighed"] == 1
    arriving = ArrivingFile(busy.home.settings, "later.png")
    arriving.add(b"picture")
    arriving.settle("order", "stopped")
    arriving.keep(busy.home.store, clock())
    assert waits()["machines", "files to be taken in"] == 1
    post(client, "/desk/batch/cancel", name="stopped", why="withdrawn")
    busy.weigh()
    now = waits()
    assert (now["weighing", "scans to be read and weighed"], now["machines", "files to be taken in"]) == (0, 0)
    assert (now["cancelled", "files that are not taken in"], now["cancelled", "scans that are not finished"]) == (1, 2)
    page = client.get("/desk/batch?name=stopped").text
    assert "1 file waits until the batch goes on." in page
    assert "2 scans are not finished. They stand still until the batch goes on." in page
    assert 'id="nobody-asked"' in page
    assert ">not finished<" in page
    rows = {row["batch"]: row["questions"] for row in client.get("/desk/batches.json").json()["batches"]}
    assert rows["stopped"] == 0


@pytest.mark.promise("Nobody who is there can do", "Nobody who is there can finish", "**It stands still.** `fairhand")
def test_no_finish_is_told_of_what_nobody_who_is_there_can_do(busy: DeskSite, op: Transcriber) -> None:
    client, said = busy.client(op), "Nobody who is there can finish some of its fields, so no finish can be told."
    assert (said in client.get(BATCH).text) == bool(busy.home.store.missing_people("monday"))
    for person in busy.home.store.transcribers():
        if person.id != op.id:
            busy.home.store.set_paused(person.id, paused=True, now=clock())
    other = busy.client(busy.person("other", "operator"))
    assert said in other.get(f"{BATCH}&fresh=1").text
    assert "Nobody who is there can do some of what is asked" in other.get("/desk").text


def test_a_priority_or_due_date_that_somebody_else_has_changed_is_not_overwritten(busy: DeskSite) -> None:
    client = busy.client(busy.person("op", "operator"))
    page = client.get("/desk/batch?name=monday").text
    assert 'name="seen" value="0"' in page

    def sent(what: str, **values: str) -> tuple[int, str]:
        answer = post(client, f"/desk/batch/{what}", name="monday", why="so", **values)
        return answer.status_code, answer.text

    assert sent("priority", level="3", seen="0")[0] == 303
    status, text = sent("priority", level="5", seen="0")
    assert (status, "has changed the priority meanwhile: 3" in text) == (422, True)
    assert sent("priority", level="3", seen="0")[0] == 303, "both say the same"
    assert sent("due", day="2026-12-01", seen="none")[0] == 303
    status, text = sent("due", day="2026-12-09", seen="none")
    assert (status, "has changed the due date meanwhile: 1 Dec 2026, 23:59" in text) == (422, True)
    assert 'name="seen" value="2026-12-01"' in client.get("/desk/batch?name=monday").text
    kept = busy.home.store.batch("monday")
    assert (kept.priority, day_of(kept.due)) == (3, "2026-12-01")
    assert sent("priority", level="5", seen="3")[0] == 303
    assert sent("due", day="", seen="2026-12-01")[0] == 303
    assert busy.home.store.batch("monday").due is None


def test_a_note_that_somebody_else_has_changed_is_not_overwritten(busy: DeskSite) -> None:
    client = busy.client(busy.person("op", "operator"))
    assert post(client, "/desk/batch/note", name="monday", text="first", seen="").status_code == 303
    late = post(client, "/desk/batch/note", name="monday", text="second", seen="")
    assert (late.status_code, "has changed the note meanwhile: “first”" in late.text) == (422, True)
    assert "second" in late.text, "what was typed stands in the form"
    assert busy.home.store.batch("monday").note == "first"
    assert 'name="seen" value="first"' in client.get("/desk/batch?name=monday").text
    assert post(client, "/desk/batch/note", name="monday", text="second", seen="first").status_code == 303
