"""Batches on the desk: the table, the page, every verb without JavaScript, and a new batch by upload."""

from __future__ import annotations

import html
import io
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from flows.desk.pages import batch_table
from flows.desk.pages.batch_pages import IN_CANCELLED
from flows.desk.pages.batch_table import day_of
from flows.home.home import now as clock
from flows.incoming import ArrivingFile, sent_file, waiting_scans
from flows.mending import batch_report, known_as
from flows.runtime import PrefectRun
from flows.steps import publish_records, rebuild_records
from reconcile.records import query, verify
from tests.flows.desk.desk_site import AGREED, TEXTS, DeskSite, csrf, page, post
from tests.transcribe.store.world import add_webhook
from transcribe.codes import RecordRule
from transcribe.model import FieldKey, PageFingerprint, Scan, Transcriber

BATCH = "/desk/batch?name=monday"
VERBS = (
    ("cancel", {"why": "withdrawn"}),
    ("resume", {"why": "again"}),
    ("priority", {"level": "3", "why": "urgent"}),
    ("due", {"day": "2026-12-01", "why": "promised"}),
    ("note", {"text": "post of Monday"}),
)


def test_the_table_counts_each_batch(busy: DeskSite, op: Transcriber) -> None:
    rows = {row["batch"]: row for row in busy.client(op).get("/desk/batches.json").json()["batches"]}
    assert (rows["monday"]["scans"], rows["monday"]["finished"], rows["monday"]["questions"]) == (3, 1, 4)
    assert (rows["tuesday"]["set_aside"], rows["tuesday"]["open"]) == (1, 1)
    assert rows["monday"]["straight_through"] == 1.0


@pytest.mark.promise("cancel (published records stay,")
@pytest.mark.parametrize(("verb", "values"), VERBS)
def test_each_verb_is_a_form_that_works_without_javascript_and_lands_in_the_log(
    busy: DeskSite, client: TestClient, verb: str, values: dict[str, str]
) -> None:
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


def test_what_is_missing_or_wrong_is_refused_in_words(busy: DeskSite, client: TestClient) -> None:
    assert post(client, "/desk/batch/cancel", name="monday", why=" ").status_code == 422
    assert post(client, "/desk/batch/cancel", name="none", why="x").status_code == 404
    answer = post(client, "/desk/batch/due", name="monday", why="x", day="soon")
    assert (answer.status_code, "This is no day" in answer.text) == (422, True)
    for day in ("1900-01-01", "9999-12-31"):
        answer = post(client, "/desk/batch/due", name="monday", why="x", day=day)
        assert (answer.status_code, "at most one year past" in answer.text, day in answer.text) == (422, True, True)
    assert busy.home.store.batch("monday").due is None


def png(seed: int = 0) -> bytes:
    return page({"number": f"47396{seed}", "customer": "Mary Poole", "total": "12.50"})


def test_pictures_sent_without_javascript_wait_to_be_taken_in(busy: DeskSite, client: TestClient) -> None:
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
    client, accept = busy.client(op), {"accept": "application/json"}
    values = {"csrf": csrf(client), "name": "upload", "form": "auto"}
    for _ in range(2):
        files = {"files": ("one.png", png(), "image/png")}
        answer = client.post("/desk/batches/new", data=values, files=files, headers=accept)
        assert answer.json()["files"][0]["state"] == "waiting"
    assert len(waiting_scans(busy.home.settings)) == 1
    files = {"files": ("notes.txt", b"x", "text/plain")}
    answer = client.post("/desk/batches/new", data=values, files=files, headers=accept)
    assert (answer.status_code, "notes.txt" in answer.json()["reason"]) == (422, True)


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
    busy: DeskSite, client: TestClient, values: dict[str, str], name: str, status: int
) -> None:
    answer = client.post(
        "/desk/batches/new", data={"csrf": csrf(client), **values}, files={"files": (name, b"x", "a/b")}
    )
    assert answer.status_code == status
    assert waiting_scans(busy.home.settings) == []


def test_one_file_that_cannot_be_taken_keeps_no_other(busy: DeskSite, client: TestClient) -> None:
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


def test_a_batch_of_which_nothing_is_read_yet_offers_no_deed_that_would_fail(
    busy: DeskSite, client: TestClient
) -> None:
    values = {"csrf": csrf(client), "name": "fresh", "form": "order"}
    client.post("/desk/batches/new", data=values, files={"files": ("one.png", png(1), "image/png")})
    page_of_it = client.get("/desk/batch?name=fresh").text
    assert "/desk/batch/cancel" not in page_of_it
    assert 'id="not-yet"' in page_of_it
    assert "/desk/batch/cancel" in client.get(BATCH).text


def test_a_file_that_was_read_already_is_not_counted_as_being_taken_in(busy: DeskSite, client: TestClient) -> None:
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


def test_a_large_picture_is_taken(busy: DeskSite, client: TestClient) -> None:
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


def test_a_priority_or_due_date_that_somebody_else_has_changed_is_not_overwritten(
    busy: DeskSite, client: TestClient
) -> None:
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


def test_a_note_that_somebody_else_has_changed_is_not_overwritten(busy: DeskSite, client: TestClient) -> None:
    assert post(client, "/desk/batch/note", name="monday", text="first", seen="").status_code == 303
    late = post(client, "/desk/batch/note", name="monday", text="second", seen="")
    assert (late.status_code, "has changed the note meanwhile: “first”" in late.text) == (422, True)
    assert "second" in late.text, "what was typed stands in the form"
    assert busy.home.store.batch("monday").note == "first"
    assert 'name="seen" value="first"' in client.get("/desk/batch?name=monday").text
    assert post(client, "/desk/batch/note", name="monday", text="second", seen="first").status_code == 303


@pytest.fixture
def published(desk: DeskSite) -> DeskSite:
    """Two published records of Monday, one of Tuesday."""
    for name, code, batch in (("a.png", "473962", "monday"), ("b.png", "473946", "monday"), ("c.png", "473968", "x")):
        desk.scan(name, {**AGREED, "number": (code, code)}, batch=batch)
    weigh(desk)
    return desk


def weigh(desk: DeskSite) -> None:
    desk.weigh()
    publish_records(desk.home)


def names(desk: DeskSite) -> list[str]:
    """The scans that have a record in records.db."""
    return sorted(each.scan_name for each in query.records(desk.home.settings.records, "order"))


def scan_of(desk: DeskSite, name: str) -> Scan:
    return next(each.scan for each in desk.home.store.scan_states() if each.scan.name == name)


def gone(desk: DeskSite) -> set[str]:
    return {scan for scan, _ in query.erased(desk.home.settings.records)}


def alike(desk: DeskSite, *scans: Scan) -> None:
    """Have these scans look like one sheet."""
    for scan in scans:
        prints = [PageFingerprint(number=1, bits=bytes(64))]
        desk.home.store.put_fingerprints(scan.id, prints, 0.24, "flag", desk.now())


@pytest.mark.promise(
    "The batch is cancelled and",
    "They are withdrawn until",
    "What was read and",
    "they leave `records.db`, whoever",
    "cancel (published records stay,",
)
def test_records_are_withdrawn_with_their_batch_and_come_back_with_it(published: DeskSite) -> None:
    store, path = published.home.store, published.home.settings.records
    client = published.client(published.person("op", "operator"))
    monday = {scan_of(published, name).id for name in ("a.png", "b.png")}
    add_webhook(published.home.store, "erp", published.now())
    answer = post(client, "/desk/batch/cancel", name="monday", why="ordered twice", records="withdraw")
    assert answer.headers["location"] == f"{BATCH}&done=cancel-withdrawn"
    weigh(published)
    assert names(published) == ["c.png"]
    assert gone(published) == monday
    page = client.get(BATCH).text
    assert 'id="withdrawn"' in page
    assert 'id="records-stay"' not in page
    batch = store.batch("monday")
    assert (batch.withdrawn, batch.records) == (True, 0)
    assert store.summed_batch("monday").withdrawn
    act = store.acts(batch="monday")[-1]
    assert (act.verb, act.by, act.reason, act.detail["records_withdrawn"]) == (
        *("batch cancelled", "op", "ordered twice"),
        2,
    )
    store.fill_queue("erp", query.position(path), published.now())
    told = [(each.type, each.scan) for each in store.deliveries("erp")]
    assert {scan for kind, scan in told if kind == "record.erased"} == monday
    assert not any(store.forgotten(scan) for scan in monday), "nothing of it is erased in the state"
    post(client, "/desk/batch/resume", name="monday", why="it was right")
    weigh(published)
    assert (names(published), gone(published)) == (["a.png", "b.png", "c.png"], set())
    assert not store.batch("monday").withdrawn
    assert store.verify_audit().broken_at is None
    assert verify(store, path, published.home.forms) == []


@pytest.mark.parametrize("again", [publish_records, rebuild_records])
def test_a_withdrawn_record_is_no_erasure_of_the_state_also_where_records_db_is_made_anew(
    published: DeskSite, again: Callable[..., int]
) -> None:
    store = published.home.store
    store.cancel_batch("monday", "op", "ordered twice", published.now(), withdraw=True)
    weigh(published)
    again(published.home)
    assert names(published) == ["c.png"]
    assert not any(store.forgotten(each.scan.id) for each in store.scan_states())
    store.resume_batch("monday", "op", "it was right", published.now())
    again(published.home)
    assert (names(published), gone(published)) == (["a.png", "b.png", "c.png"], set())


@pytest.mark.promise("What was read and", "they leave `records.db`, whoever")
def test_what_is_decided_while_the_records_are_withdrawn_is_published_when_the_batch_goes_on(
    published: DeskSite,
) -> None:
    store, scan = published.home.store, scan_of(published, "a.png")
    store.cancel_batch("monday", "op", "ordered twice", published.now(), withdraw=True)
    weigh(published)
    store.correct_value(scan.id, FieldKey("total"), "13.50", "op", "it is a three", published.now())
    weigh(published)
    assert names(published) == ["c.png"]
    store.resume_batch("monday", "op", "it was right", published.now())
    weigh(published)
    (found,) = [each for each in query.records(published.home.settings.records, "order") if each.scan == scan.id]
    assert found.values["total"] == "13.50"


def test_records_that_stayed_are_withdrawn_later(published: DeskSite) -> None:
    client = published.client(published.person("op", "operator"))
    post(client, "/desk/batch/cancel", name="monday", why="ordered twice", records="stay")
    weigh(published)
    assert names(published) == ["a.png", "b.png", "c.png"]
    assert 'id="verb-withdraw"' in client.get(BATCH).text
    post(client, "/desk/batch/cancel", name="monday", why="all of it", records="withdraw")
    weigh(published)
    assert names(published) == ["c.png"]
    verbs = [each.verb for each in published.home.store.acts(batch="monday")]
    assert verbs == ["batch cancelled", "batch records withdrawn"]


@pytest.mark.promise("They stay. The same", "They are withdrawn until", "Records that were published")
@pytest.mark.parametrize("withdraw", [True, False])
@pytest.mark.parametrize("before", [True, False])
def test_the_same_papers_count_as_new_where_the_earlier_records_are_withdrawn(
    published: DeskSite, withdraw: bool, before: bool
) -> None:
    """`before`: the second copies came before the batch was cancelled; else after."""
    store = published.home.store

    def cancel() -> None:
        store.cancel_batch("monday", "op", "ordered twice", published.now(), withdraw=withdraw)
        weigh(published)

    if not before:
        cancel()
    published.scan("again.png", {**AGREED, "number": ("828346", "828346")}, batch="wednesday")
    alike(published, scan_of(published, "a.png"), scan_of(published, "again.png"))
    weigh(published)
    if before:
        cancel()
    (record,) = [
        each for each in query.records(published.home.settings.records, "order") if each.scan_name == "again.png"
    ]
    said = [each.rule for each in record.exceptions]
    assert said == ([] if withdraw else [RecordRule.SAME_ORDER])
    assert len(store.open_duplicates(9)) == (0 if withdraw else 1)
    store.resume_batch("monday", "op", "it was right", published.now())
    weigh(published)
    (pair,) = store.duplicates(scan_of(published, "again.png").id)
    assert (pair.older, pair.settled) == (scan_of(published, "a.png").id, "open")


def test_a_scan_that_stands_still_takes_no_place_among_those_that_are_alike(published: DeskSite) -> None:
    store = published.home.store
    for number in range(3):
        published.scan(f"still{number}.png", AGREED, batch=f"cancelled {number}")
    scans = [scan_of(published, f"still{number}.png") for number in range(3)]
    alike(published, *scans)
    for number in range(3):
        store.cancel_batch(f"cancelled {number}", "op", "a trial", published.now(), withdraw=True)
    alike(published, scan_of(published, "c.png"))
    published.scan("again.png", AGREED, batch="wednesday")
    alike(published, scan_of(published, "again.png"))
    assert [each.older for each in store.duplicates(scan_of(published, "again.png").id)] == [
        scan_of(published, "c.png").id
    ]


@pytest.mark.promise("Known already, in a")
@pytest.mark.parametrize("records", ["stay", "withdraw"])
def test_who_sends_a_file_of_a_cancelled_batch_again_is_told_so_with_the_way_on(
    published: DeskSite, records: str
) -> None:
    client = published.client(published.person("op", "operator"))
    (file,) = [each.file for each in scan_of(published, "a.png").pages]
    picture = published.home.archive.get(file)
    sent = {"csrf": csrf(client), "name": "tuesday", "form": "order"}

    def send(**headers: str) -> httpx.Response:
        files = {"files": ("a again.png", picture, "image/png")}
        answer: httpx.Response = client.post("/desk/batches/new", data=sent, files=files, headers=headers)
        return answer

    def told() -> dict[str, str]:
        (found,) = send(accept="application/json").json()["files"]
        return dict(found)

    assert (told()["words"], "link" in told()) == ("known already", False)
    post(client, "/desk/batch/cancel", name="monday", why="ordered twice", records=records)
    assert told() == {
        "file": "a again.png",
        "state": "known",
        "words": IN_CANCELLED,
        "link": BATCH,
        "link_words": "To the batch “monday”",
    }
    plain = send()
    assert plain.status_code == 422
    assert f"a again.png: {IN_CANCELLED} To the batch “monday”" in html.unescape(plain.text)
    reason = sent_file(published.home, file).reason
    assert "'monday'" in reason
    assert "fairhand batch resume" in reason
    assert known_as(published.home, scan_of(published, "a.png").id)["cancelled"]
    post(client, "/desk/batch/resume", name="monday", why="it was right")
    assert told()["words"] == "known already"
    assert sent_file(published.home, file).reason == ""


def test_who_sees_some_forms_only_is_not_told_the_name_of_a_cancelled_batch(published: DeskSite) -> None:
    (file,) = [each.file for each in scan_of(published, "a.png").pages]
    picture = published.home.archive.get(file)
    post(published.client(published.person("op", "operator")), "/desk/batch/cancel", name="monday", why="twice")
    limited = published.client(published.person("ann", "operator", forms=("order",)))
    sent = {"csrf": csrf(limited), "name": "tuesday", "form": "order"}
    files = {"files": ("a again.png", picture, "image/png")}

    answer = limited.post("/desk/batches/new", data=sent, files=files, headers={"accept": "application/json"})

    (told,) = answer.json()["files"]
    assert told == {"file": "a again.png", "state": "known", "words": IN_CANCELLED}


@pytest.mark.parametrize(
    ("records", "cancelled_first", "times"),
    [("withdraw", False, 2), ("withdraw", True, 1), ("stay", False, 1), ("stay", True, 1)],
)
def test_duplicates_that_come_to_be_again_with_their_batch_are_told(
    published: DeskSite, records: str, cancelled_first: bool, times: int
) -> None:
    store, client = published.home.store, published.client(published.person("op", "operator"))
    one, other = scan_of(published, "a.png"), scan_of(published, "c.png")
    add_webhook(published.home.store, "erp", published.now())

    def told() -> list[str]:
        store.fill_queue("erp", query.position(published.home.settings.records), published.now())
        return [str(each.scan) for each in store.deliveries("erp") if each.type == "duplicate.found"]

    def find() -> None:
        for scan in (one, other):
            store.put_identities(scan.id, {("4711",): 0.99}, "flag", published.now())

    if not cancelled_first:
        find()
        assert told() == [other.id]
    post(client, "/desk/batch/cancel", name="monday", why="ordered twice", records=records)
    find()
    post(client, "/desk/batch/resume", name="monday", why="it was right")
    post(client, "/desk/batch/resume", name="monday", why="it was right")
    publish_records(published.home)

    assert told() == [other.id] * times


CUSTOMER = FieldKey("customer")


def found_of(desk: DeskSite) -> list[tuple[str, str]]:
    """What the record says of values that are asked again, once all is weighed and published."""
    desk.weigh()
    publish_records(desk.home)
    (record,) = query.records(desk.home.settings.records, "order")
    return [(record.state, each.found or "") for each in record.exceptions if each.rule == RecordRule.READ_AGAIN]


@pytest.mark.promise("a published value is")
@pytest.mark.parametrize("what", ["batch", "scan"])
def test_a_record_says_that_people_are_asked_only_while_they_are(desk: DeskSite, what: str) -> None:
    store = desk.home.store
    scan = desk.scan("bad.png", AGREED)
    desk.weigh()
    reads = desk._reads(scan, store.pictures(scan.id)[0].sha256, {**AGREED, "customer": ("Mary Poole", "Mary Paole")})
    store.read_again(scan.id, ("order", 1), reads, "op", "another picture", desk.now(), retaken=True)
    assert found_of(desk) == [("provisional", "asked")]
    if what == "batch":
        store.cancel_batch("monday", "op", "wrong customer", desk.now())
    else:
        store.put_scan_aside(scan.id, "op", "wrong customer", desk.now())
    assert found_of(desk) == [("provisional", "nobody is asked")]
    assert store.claim_waiting(1, desk.now()) == [], "it is weighed once"
    if what == "batch":
        store.resume_batch("monday", "op", "it was right", desk.now())
    else:
        store.bring_scan_back(scan.id, "op", "it was right", desk.now())
    assert found_of(desk) == [("provisional", "asked")]


def test_a_blank_of_the_former_picture_is_asked_again_and_the_record_says_so_until_somebody_has_read(
    desk: DeskSite,
) -> None:
    store = desk.home.store
    scan = desk.scan("bad.png", {**AGREED, "customer": (None, None)})
    desk.weigh()
    ann, bea = (desk.person(name, "transcriber") for name in ("ann", "bea"))
    for who in (ann, bea):
        desk.read(who, "")
        desk.weigh()
    publish_records(desk.home)
    (record,) = query.records(desk.home.settings.records, "order")
    assert (record.state, record.values["customer"]) == ("final", None)

    texts = {**AGREED, "customer": ("Mary Poole", "Mary Paole")}
    reads = desk._reads(scan, store.pictures(scan.id)[0].sha256, texts)
    store.read_again(scan.id, ("order", 1), reads, "op", "the first was dark", desk.now(), retaken=True)
    desk.weigh()
    publish_records(desk.home)
    (record,) = query.records(desk.home.settings.records, "order")
    assert record.state == "provisional"
    assert [(each.rule, each.fields) for each in record.exceptions] == [(RecordRule.READ_AGAIN, ("customer",))]
    desk.read(ann, "Mary Poole")
    desk.weigh()
    publish_records(desk.home)
    (record,) = query.records(desk.home.settings.records, "order")
    assert (record.state, record.values["customer"]) == ("final", "Mary Poole")
    texts_read = [each.text for each in store.field_history(scan.id, CUSTOMER).readings if each.kind == "person"]
    assert texts_read == ["", "", "Mary Poole"]


def test_a_batch_names_its_latest_run_in_prefect_and_does_without(
    busy: DeskSite, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)  # that of other tests
    assert 'id="run"' not in client.get(BATCH).text, "no Prefect is there"
    told = PrefectRun(
        name="ingest monday", state="2 set aside", at=busy.now(), address="http://prefect/runs/flow-run/7"
    )
    asked: list[str] = []

    def answering(_: object, name: str) -> PrefectRun:
        asked.append(name)
        return told

    monkeypatch.setattr(batch_table, "latest_run", answering)
    busy.ahead += timedelta(minutes=1)
    line = client.get(BATCH).text.partition('id="run"')[2].partition("</p>")[0]
    assert 'href="http://prefect/runs/flow-run/7"' in line
    assert "2 set aside" in line
    assert asked == ["ingest monday"]
