"""A batch is cancelled with its records: followers drop them, the same papers are new, and all comes back with it."""

from __future__ import annotations

import html
from collections.abc import Callable

import httpx
import pytest

from flows.desk.batches.new_batch import IN_CANCELLED
from flows.mending import known_as
from flows.steps import publish_records, rebuild_records
from flows.watching import sent_file
from flows.webhooks import add_webhook
from reconcile.records import query, verify
from tests.flows.desk.desk_site import AGREED, DeskSite, csrf, post
from transcribe.codes import RecordRule
from transcribe.model import FieldKey, PageFingerprint, Scan

BATCH = "/desk/batch?name=monday"


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
    add_webhook(published.home, "erp", "https://10.0.0.7/hook", published.now(), after=0, private=True)
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
    add_webhook(published.home, "erp", "https://10.0.0.7/hook", published.now(), after=0, private=True)

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
