"""The base of the desk: who comes in, what an auditor may, limits by form, tables as files."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import TypeVar, get_args

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from flows.administration import keep_retention
from flows.administration.people import invite
from flows.alerts import CHECKS
from flows.alerts.conditions import Alert, Looked
from flows.desk import counting
from flows.desk.counting import POLL_SECONDS, Counting, Shared
from flows.desk.pages import now_page
from flows.desk.pages.now_page import FORECAST_SECONDS, kept_forecast
from flows.desk.pages.programs_page import SCOPES
from flows.desk.visit import POLL_HEADER
from flows.home.home import Home, now, open_home
from flows.home.settings import load_settings
from flows.parts.drafting.draft_files import start_version
from flows.serving.reconcile_worker import sum_up
from tests.bench.bench_submit import CONNECTIONS, prepare, set_pay, sign_in, turn
from tests.bench.crowd.served import Served, fill
from tests.flows.desk.desk_site import DEFINITION, DOUBTED, DeskSite, csrf, page, post
from tests.flows.desk.test_scans import scan_of
from tests.flows.test_staffing import PHOTO, files_of
from tests.patience import PATIENCE
from tests.transcribe.store.world import sent, sha
from transcribe.model import EventType, Scan, ScanPage, SourceFile, Transcriber
from transcribe.people.tokens import Scope, secret_hash
from transcribe.review import TAKES_FILE, day
from transcribe.review.access.second_factor import new_secret
from transcribe.store.facts import Rate, WorkDone


def test_an_operator_and_an_auditor_come_to_the_desk_others_to_work(desk: DeskSite) -> None:
    for role, first in (("operator", "/desk"), ("auditor", "/desk"), ("transcriber", "/work"), ("expert", "/work")):
        person = desk.person(role, role)  # type: ignore[arg-type]  # real roles
        client = desk.client(person)
        assert client.post(f"/in/{desk.link(person)}").headers["location"] == first
        menu = client.get("/me").text
        assert ('href="/desk"' in menu) == (first == "/desk")


def test_now_counts_what_waits_and_says_since_when(busy: DeskSite, client: TestClient) -> None:
    rows = {row["for"] + " " + row["what"]: row for row in client.get("/desk/waits.json").json()["waits"]}
    assert rows["people questions"]["count"] == 6
    assert rows["people questions"]["oldest"] is not None
    assert rows["weighing scans to be read and weighed"]["count"] == 0
    assert rows["publishing records"]["count"] == 0
    assert 'href="/desk/scans?state=waits+for+people"' in client.get("/desk").text


def test_who_is_limited_to_a_form_is_not_told_how_many_scans_of_all_wait_to_be_counted(busy: DeskSite) -> None:
    busy.home.store.not_summed_up = lambda: 7  # type: ignore[method-assign]
    waits = "7 scans have changed and are not counted anew yet"
    assert waits in busy.client(busy.person("op", "operator")).get("/desk").text
    assert waits not in busy.client(busy.person("half", "operator", forms=("order",))).get("/desk").text


def test_who_is_at_work_is_told_with_what_they_hold(busy: DeskSite) -> None:
    ann = busy.person("ann", "transcriber")
    busy.read(ann, "Mary Poole")
    busy.home.store.lease(ann.id, 1, busy.now())
    client = busy.client(busy.person("op", "operator"))
    (row,) = client.get("/desk/at-work.json").json()["at-work"]
    assert (row["handle"], row["roles"], row["held"]) == ("ann", "transcriber", 1)


def test_static_files_of_the_desk_may_be_kept_for_ever(desk: DeskSite) -> None:
    client = desk.client(desk.person("op", "operator"))
    text = client.get("/desk").text
    address = text.partition('href="/desk/static/')[2].partition('"')[0]
    answer = client.get(f"/desk/static/{address}")
    assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)
    assert client.get("/desk/static/000000000000/desk.css").status_code == 404


@pytest.mark.promise(
    "The batch is cancelled.",
    "The batch is cancelled and",
    "Nobody is asked about it any more.",
    "Each keeps what people",
)
def test_what_somebody_holds_of_a_cancelled_batch_is_kept_and_paid(busy: DeskSite) -> None:
    store, ann = busy.home.store, busy.person("ann", "transcriber")
    store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=busy.now()), busy.now())
    (task,) = store.lease(ann.id, 1, busy.now())
    store.cancel_batch(store.scan(task.scan).batch, "op", "the customer withdrew it", busy.now())
    assert store.submit(task.id, ann.id, sent("Mary Poole", "i"), busy.now()).kind in ("kept", "late")
    assert [line.micro for line in store.ledger(ann.id)] == [20_000]


def test_the_worker_sums_up_a_little_at_a_time_until_nothing_is_left(desk: DeskSite) -> None:
    for number in range(45):
        desk.scan(f"scan {number}")
    assert (desk.home.store.not_summed_up(), sum_up(desk.home, 0.0)) == (45, True)
    assert desk.home.store.not_summed_up() == 25
    assert not sum_up(desk.home, 60.0)
    assert desk.home.store.not_summed_up() == 0
    assert {each.count for each in desk.home.store.scan_counts() if each.what == "state not weighed"} == {45}


def test_a_page_does_not_wait_for_a_long_look_where_a_recent_finding_is_known(
    desk: DeskSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages, may_end = iter(("first", "second")), threading.Event()

    def looked(home: Home, at: datetime, leave_out: frozenset[str]) -> tuple[Looked, object]:
        if "disk" in leave_out:
            return Looked(alerts=(), failed=frozenset()), None
        message = next(messages)
        if message == "second":
            may_end.wait(PATIENCE)
        return Looked(alerts=(Alert(check="disk", subject="disk", message=message),), failed=frozenset()), None

    monkeypatch.setattr(now_page, "alerts_now", looked)
    monkeypatch.setattr(now_page, "LOOK_SECONDS", 2 * PATIENCE)
    watch = now_page.AlarmWatch(desk.home)
    assert [each.message for each in watch.found()] == ["first"]
    watch._until = time.monotonic() - 1.0
    assert [each.message for each in watch.found()] == ["first"], "who waits finds the second"
    may_end.set()
    watch._looked.wait(PATIENCE)
    assert [each.message for each in watch.found()] == ["second"]


def test_what_weighs_whole_scans_is_looked_at_every_ten_minutes_and_stands_meanwhile(
    desk: DeskSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[frozenset[str]] = []

    def looked(home: Home, at: datetime, leave_out: frozenset[str]) -> tuple[Looked, object]:
        left.append(leave_out)
        there = [
            Alert(check=each, subject=each, message=f"{each} {len(left)}") for each in ("disk", "reading", "audit")
        ]
        alerts = tuple(each for each in there if each.check not in leave_out)
        return Looked(alerts=alerts, failed=failed), None

    failed: frozenset[str] = frozenset()
    monkeypatch.setattr(now_page, "alerts_now", looked)
    monkeypatch.setattr(now_page, "ALARM_SECONDS", 0.0)
    monkeypatch.setattr(now_page, "LOOK_AGAIN_SECONDS", 20.0)
    watch = now_page.AlarmWatch(desk.home)
    assert [each.message for each in watch.found()] == ["disk 1", "reading 2", "audit 2"]
    watch._until = 0.0
    assert [each.message for each in watch.found()] == ["disk 3", "reading 2", "audit 2"]
    watch._until = watch._slow_until = 0.0
    failed = frozenset({"reading"})
    assert [each.message for each in watch.found()] == ["disk 4", "reading 5", "audit 5"]
    watch._until = 0.0
    assert [each.message for each in watch.found()] == ["disk 6", "reading 7", "audit 7"], "what failed is asked anew"
    quick, slow = now_page.SLOW_CHECKS, frozenset(CHECKS) - now_page.SLOW_CHECKS
    assert left == [quick, slow, quick, quick, slow, quick, slow], "what is left out: the slow ones come last"


def test_the_number_of_scans_that_came_today_leads_to_those_of_today(busy: DeskSite, client: TestClient) -> None:
    busy.weigh()
    tile = client.get("/desk").text.split('id="today-scans"')[1].split("</div>")[0]
    assert f'href="/desk/scans?since={busy.now():%Y-%m-%d}"' in tile
    busy.ahead = timedelta(days=3)
    later = busy.client(busy.person("op2", "operator")).get("/desk").text
    assert f'href="/desk/scans?since={busy.now():%Y-%m-%d}"' in later
    assert "/desk/scans?state=finished" not in later.split('id="today-records"')[1].split("</div>")[0]


READERS_WORK = "a reader's own work, given to them and taken back by themselves"
NO_SESSION = "nobody is signed in yet, or gives what proves who they are"
LESS = "takes power or an entry away from this browser alone"
LOOKS = "counts or looks anew, and changes nothing"
ANSWERED = "what it says is said anew on the same page, and what was there before stays in the log and in the events"
DRAFTED = "a draft is in force nowhere"
WITHOUT_PROOF = {
    READERS_WORK: (
        "/work/*", "/work/*/undo", "/work/*/mark", "/work/*/check", "/work/*/ask", "/practice/leave", "/pay/dispute",
        "/form", "/test/*", "/test/*/answers", "/before", "/along", "/renew", "/drafts", "/news/*",
        "/readings/*/appeal", "/explained/*/time", "/second-look/*", "/me",
    ),
    NO_SESSION: ("/in", "/in/*", "/proof", "/code", "/password", "/second-factor/codes"),
    LESS: ("/out", "/language", "/sessions/end", "/sessions/links/end"),
    LOOKS: ("/desk/money/count", "/desk/quality/count", "/desk/people/count", "/desk/system/verify"),
    ANSWERED: (
        "/desk/quality/back", "/desk/records/resend", "/desk/quarantine/retry",
        "/desk/scan/*/value/ask", "/desk/scan/*/value/lock", "/desk/scan/*/value/unlock", "/desk/scan/*/value/withdraw",
        "/desk/scan/*/value/gold", "/desk/scan/*/value/unknown", "/desk/scan/*/read-again", "/desk/scan/*/turn",
        "/desk/scan/*/retake", "/desk/scan/*/aside", "/desk/scan/*/back", "/desk/scan/*/settle", "/desk/scan/*/split",
        "/desk/scan/*/edit", "/desk/batch/resume", "/desk/batch/priority", "/desk/batch/due", "/desk/batch/note",
        "/desk/batches/new", "/desk/people/person/set-aside", "/desk/people/person/take-back",
        "/questions/*", "/examples/*/take-out",
    ),
    DRAFTED: (
        "/desk/draft/*/try", "/desk/form/*/draft", "/desk/form/*/look", "/desk/form/*/take", "/desk/forms/new",
        "/desk/draft/*", "/desk/draft/*/text", "/desk/draft/*/list", "/desk/draft/*/empty",
    ),
}  # fmt: skip
"""What asks for no proof, by the reason why: a new route asks for one, or is put here."""


@pytest.mark.needs("all")
def test_every_deed_asks_for_a_proof_or_says_why_it_needs_none(desk: DeskSite) -> None:
    olga = desk.person("Olga", "operator", "expert")
    desk.home.store.begin_second_factor(olga.id, new_secret(), desk.now())
    client = desk.client(olga)
    token = csrf(client)
    desk.ahead += timedelta(hours=2)
    sent = [each for each in iter_route_contexts(desk.app.routes) if "POST" in (each.methods or ())]
    addresses = {re.sub(r"\{[^}]+\}", "*", each.path or "") for each in sent}
    assert len(addresses) > 70
    free = {each for group in WITHOUT_PROOF.values() for each in group}
    asks = set()
    for each in sorted(addresses - free):
        answer = client.post(each.replace("*", "receipt"), data={"csrf": token})
        asks |= {each} if answer.headers.get("location") == "/proof" else set()
    for asked in ("money/close", "money/close/look?reference=2026-11", "people/invite"):
        assert client.get(f"/desk/{asked}").headers["location"] == "/proof", asked
    assert addresses - free - asks == {"/leave"}, "these ask for no proof and say no reason"  # below
    assert free <= addresses, "these are gone"
    assert {
        "/desk/people/person/limit", "/desk/scan/*/forget", "/desk/batch/cancel", "/desk/draft/*/install",
    } <= asks  # fmt: skip


def test_what_stands_as_free_of_proof_does_not_ask_for_one(desk: DeskSite) -> None:
    """The list is true: its reasons are of routes that do without."""
    client = desk.client(desk.person("Olga", "operator", "expert"))
    token = csrf(client)
    desk.ahead += timedelta(hours=2)
    for group in WITHOUT_PROOF.values():
        for each in group:
            if each in ("/out", "/sessions/end", "/password", "/in", "/in/*"):  # they end or change the session
                continue
            answer = client.post(each.replace("*", "receipt"), data={"csrf": token})
            assert answer.headers.get("location") != "/proof", each


LONG_SECONDS = 20.0


@pytest.mark.promise("What needs more than")
def test_only_the_page_that_begins_it_waits_and_it_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.desk.counting.FIRST_WAIT_SECONDS", LONG_SECONDS)
    go = threading.Event()
    counts: list[int] = []

    def count() -> int:
        go.wait(LONG_SECONDS)
        counts.append(1)
        return 7

    asked = Counting(count)
    first = threading.Thread(target=asked.recent, args=(60.0,))
    first.start()
    while not asked.runs:
        time.sleep(0.01)
    begun = time.monotonic()
    assert asked.recent(60.0) is None
    assert time.monotonic() - begun < LONG_SECONDS / 2, "it is being counted for somebody else already"
    go.set()
    first.join()
    while asked.runs:
        time.sleep(0.01)
    last = asked.recent(60.0)
    assert (last and last.found, len(counts)) == (7, 1)
    assert asked.begin()


TEXTS = {"/desk/draft/{name}", "/desk/draft/{name}/text", "/desk/draft/{name}/list"}
"""What these take are texts: a definition and its lists."""


def test_no_page_takes_a_picture_from_the_reserve(busy: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    client = busy.client(busy.person("op2", "operator"))
    start_version(busy.home.settings, busy.home.forms, "invoice2")
    doors = {
        str(each.path)
        for each in iter_route_contexts(busy.app.routes)
        if isinstance(each.route, APIRoute)
        and each.route.openapi_extra == TAKES_FILE
        and "POST" in (each.methods or ())
    }
    assert len(doors - TEXTS) >= 4
    before = files_of(busy.home.settings.home)
    values = {
        "csrf": csrf(client), "name": "own", "form": "invoice2", "title": "Own", "language": "eng", "locale": "en_GB",
        "why": "blurred",
    }  # fmt: skip
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    for door in sorted(doors - TEXTS):
        address = door.format(name="invoice2", scan=scan_of(busy, "doubt.png").scan.id)
        picture = ("a.jpg", PHOTO.read_bytes(), "image/jpeg")
        answer = client.post(address, data=values, files={"files": picture, "file": picture})
        assert (answer.status_code, "The disk is nearly full." in answer.text) == (422, True), (door, answer.text)
        assert files_of(busy.home.settings.home) == before, door


T = TypeVar("T")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _same(made: T) -> T:
    return made


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(-100, 100)), max_size=20))
def test_nothing_is_shown_that_is_older_than_it_may_be_or_from_ahead(looks: list[tuple[str, float]]) -> None:
    known, now = Shared(), NOON
    for key, seconds in looks:
        now += timedelta(seconds=seconds)
        made = known.of(key, 10, now, partial(_same, now))
        assert timedelta() <= now - made <= timedelta(seconds=10)
        assert known.of(key, 10, now, lambda: NOON - timedelta(days=1)) == made


def test_ten_desks_at_once_have_it_worked_out_once() -> None:
    known, times = Shared(), []

    def make() -> int:
        times.append(1)
        time.sleep(0.05)
        return 7

    desks = [threading.Thread(target=lambda: known.of("k", 10, NOON, make)) for _ in range(10)]
    for each in desks:
        each.start()
    for each in desks:
        each.join()
    assert len(times) == 1


def test_only_the_latest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_KEPT", 2)
    known = Shared()
    for key in ("a", "b", "a", "c"):
        known.of(key, 10, NOON, partial(_same, key))
    assert known.of("a", 10, NOON, lambda: "anew") == "a"
    assert known.of("b", 10, NOON, lambda: "anew") == "anew"


@pytest.mark.promise("kept in each process")
def test_a_forecast_stands_for_a_minute_and_is_that_of_its_batch(
    busy: DeskSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(times: object, left: int, each: float, now: datetime) -> int:
        asked.append(left)
        return left

    monkeypatch.setattr(now_page, "forecast", counted)
    known = Shared()

    class Looks:
        forms = None
        now = busy.now()
        shared = known

    work = [WorkDone(batch="", at=Looks.now - timedelta(hours=1), form="order", what="readings by person", count=40,
                     amount=0)]  # fmt: skip
    assert kept_forecast(Looks, "", work, 30, 1.5) == 30  # type: ignore[arg-type, comparison-overlap]
    assert kept_forecast(Looks, "", work, 20, 1.5) == 30  # type: ignore[arg-type, comparison-overlap]
    assert kept_forecast(Looks, "monday", work, 10, 1.5) == 10  # type: ignore[arg-type, comparison-overlap]
    assert kept_forecast(Looks, "", work, 0, 1.5) is None  # type: ignore[arg-type]
    assert kept_forecast(Looks, "", work[:0], 20, 1.5) is None  # type: ignore[arg-type]
    Looks.now += timedelta(seconds=FORECAST_SECONDS + 1)
    assert kept_forecast(Looks, "", work, 20, 1.5) == 20  # type: ignore[arg-type, comparison-overlap]
    assert asked == [30, 10, 20]


def test_a_poll_shares_the_page_with_who_may_do_the_same_and_keeps_its_own_token(busy: DeskSite) -> None:
    poll = {POLL_HEADER: "1"}
    one, other = (busy.client(busy.person(name, "operator")) for name in ("ann op", "bob op"))
    auditor, limited = (
        busy.client(busy.person("eve", "auditor")),
        busy.client(busy.person("sam", "operator", forms=("invoice2",))),
    )
    first = one.get("/desk/money", headers=poll)
    assert csrf(one) in first.text
    busy.scan("late.png", DOUBTED)
    second = other.get("/desk/money", headers=poll)
    assert csrf(other) in second.text
    assert csrf(one) not in second.text
    assert "ann op" not in first.text.partition("<main")[0] + second.text.partition("<main")[0]
    assert 'method="post"' not in auditor.get("/desk/money", headers=poll).text
    assert limited.get("/desk/money", headers=poll).status_code == 404
    assert "doubt.png" in one.get("/desk/scans", headers=poll).text
    assert "doubt.png" not in limited.get("/desk/scans", headers=poll).text
    assert other.get("/desk/scans", headers=poll).text.count("late.png") == 0, "some seconds old"
    busy.weigh()
    assert other.get("/desk/scans").text.count("late.png") > 0, "a page that is loaded is never old"
    busy.ahead += timedelta(seconds=POLL_SECONDS + 1)
    assert other.get("/desk/scans", headers=poll).text.count("late.png") > 0


PAGES = (
    *("/desk", "/desk", "/desk", "/desk/batches", "/desk/scans", "/desk/quality", "/desk/people", "/desk/money"),
    *("/desk/records", "/desk/system"),
)
"""What the desks have open: the first page on three, and each of the others with parts that change."""
SECONDS, TASKS_COUNT = 4.0, 200
"""So long people send, and so many tasks each of them holds: more than can be sent."""


def look(address: str, token: str, page: str, is_over: Callable[[], bool]) -> list[int]:
    """The answers to an operator whose desk asks for its parts again and again, until it is over."""
    with httpx.Client(base_url=address, timeout=60) as desk:
        desk.post(f"/in/{token}")
        statuses: list[int] = []
        while not statuses or not is_over():
            statuses.append(desk.get(page, headers={"accept": "text/html", POLL_HEADER: "1"}).status_code)
        return statuses


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.soak
def test_every_reading_arrives_while_ten_desks_look_on(tmp_path: Path) -> None:
    rooms = open_home(load_settings(tmp_path / "home"))
    set_pay(rooms)
    fill(rooms, -(-TASKS_COUNT * CONNECTIONS // 40), now())
    people = prepare(rooms, TASKS_COUNT)
    links = [invite(rooms, f"op{number}", ["operator"], ["fr"], "staff").link for number in range(len(PAGES))]
    served = Served(rooms=rooms, lease_seconds=3600.0, whole=False)
    served.start()
    try:
        senders = [sign_in(served.address, *each) for each in people]
        with ThreadPoolExecutor(1 + len(PAGES)) as pool:
            sending = pool.submit(asyncio.run, turn([served.port], [each.readings for each in senders], SECONDS))
            desks = [
                pool.submit(look, served.address, link.rpartition("/in/")[2], page, sending.done)
                for link, page in zip(links, PAGES, strict=True)
            ]
            sent, told = sending.result(), [each.result() for each in desks]
    finally:
        served.stop()
    kept = sum(line.kind == "reading" for line in rooms.store.ledger())
    rooms.close()
    assert sent.statuses == {200: kept}
    assert {status for each in told for status in each} == {200}


KEPT = "version = {version}\nretention_days = {days}"


def use_version(busy: DeskSite, folder: Path, version: int, days: int) -> None:
    """Put a version of the form in force that says how long its scans are kept."""
    text = DEFINITION.format(name="order").replace("version = 1", KEPT.format(version=version, days=days), 1)
    (folder / "new").mkdir()
    (folder / "new" / "order.toml").write_text(text, encoding="utf-8")
    (folder / "new" / "order.png").write_bytes(page({}))
    form, path = busy.home.forms.install(folder / "new" / "order.toml")
    busy.home.use_form(str(path))
    assert form.retention_days == days


def scan_of_version(busy: DeskSite, name: str, form: str, version: int) -> Scan:
    picture = busy.home.archive.put(page({"number": name}))
    scan = Scan(id=sha(name), pages=(ScanPage(file=picture, page=1),), form=form, form_version=version, name=name)
    file = SourceFile(sha256=picture, name=name, size=100, media_type="image/png")
    busy.home.store.put_scan(scan, [file], busy.now())
    return scan


def said(busy: DeskSite, who: Transcriber, scan: str) -> str:
    """What the page says of the erasure; "" where it says nothing."""
    text: str = busy.client(who).get(f"/desk/scan/{scan}").text
    return text.partition('id="kept-until">')[2].partition("</p>")[0]


@pytest.mark.promise("In the night after", "It was to be", "every field drawn, readings,")
def test_a_scan_says_when_it_is_erased_and_then_it_is(busy: DeskSite, op: Transcriber, tmp_path: Path) -> None:
    use_version(busy, tmp_path, 2, 30)
    new = scan_of_version(busy, "new.png", "order", 2)
    last = day(busy.now() + timedelta(days=30), "UTC", "en")
    assert said(busy, op, new.id).startswith(f"In the night after {last} its pictures, what was read, its values")
    assert said(busy, busy.person("chef", "auditor", language="fr"), new.id).startswith("Dans la nuit")
    busy.ahead = timedelta(days=-31)
    old = scan_of_version(busy, "old.png", "order", 2)
    busy.ahead = timedelta()
    assert said(busy, op, old.id).startswith("It was to be erased after ")
    assert "doubt" in busy.client(op).get(f"/desk/scan/{old.id}").text.partition('id="kept-until"')[0][-30:]
    assert keep_retention(busy.home).forgotten == (old.id,)
    assert said(busy, op, old.id) == ""
    assert said(busy, op, new.id) != ""


@pytest.mark.promise("Nothing erases it by")
def test_a_scan_that_nothing_erases_by_itself_says_why(busy: DeskSite, op: Transcriber, tmp_path: Path) -> None:
    (old,) = (each.scan.id for each in busy.home.store.scan_states() if each.scan.name == "agreed.png")
    (other,) = (each.scan.id for each in busy.home.store.scan_states() if each.scan.name == "other.png")
    unknown = scan_of_version(busy, "unknown.png", "", 0)
    for scan in (old, other, unknown.id):
        assert said(busy, op, scan) == "", "no form here says how long scans are kept"
    use_version(busy, tmp_path, 2, 30)
    assert said(busy, op, old) == (
        "Nothing erases it by itself: it stays until somebody forgets it. Version 1 of its form sets no time; version 2"
        " does."
    )
    assert said(busy, op, other) == ""
    assert said(busy, op, unknown.id).endswith("Nobody knows its form.")


def test_an_erasure_that_a_reader_keeps_from_its_end_is_said(busy: DeskSite, op: Transcriber) -> None:
    (scan,) = (each.scan.id for each in busy.home.store.scan_states() if each.scan.name == "agreed.png")
    busy.home.store.forget(scan, busy.now())
    assert said(busy, op, scan).startswith("Its erasure is not finished: its words may be in files")


HOOK = {"name": "erp", "url": "https://10.0.0.7/hook", "event": ["record.completed"], "form": "order", "inside": "1"}


def secret_of(page: str) -> str:
    """The secret that a page shows."""
    found = re.search(r'id="secret".*?<code>([^<]+)</code>', page, re.DOTALL)
    assert found
    return unescape(found[1])


def logged(busy: DeskSite, subject: str) -> list[tuple[str, str]]:
    """What was done to a program and by whom, as the log has it."""
    return [(each.action, each.actor) for each in busy.home.store.audit() if each.subject == subject]


@pytest.mark.promise("a record was erased", "see webhooks and what")
@pytest.mark.needs("webhooks")
def test_every_event_and_scope_can_be_ticked() -> None:
    from flows.parts.webhooks.webhook_pages import EVENTS

    assert set(EVENTS) == set(get_args(EventType))
    assert set(SCOPES) == set(get_args(Scope))


@pytest.mark.promise("A webhook is an", "The old secret holds", "The secret of the")
@pytest.mark.needs("webhooks")
def test_a_webhook_is_added_with_a_secret_that_is_shown_once(busy: DeskSite, client: TestClient) -> None:
    answer = post(client, "/desk/programs/webhook", **HOOK)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    (hook,) = busy.home.store.webhooks()
    assert (hook.name, hook.url, hook.types, hook.forms) == ("erp", HOOK["url"], ("record.completed",), ("order",))
    secret = secret_of(answer.text)
    assert secret in set(busy.home.store.webhook_secrets("erp", busy.now()))
    assert secret not in client.get("/desk/programs").text
    assert secret not in client.get("/desk/records").text
    anew = post(client, "/desk/programs/webhook/rotate", name="erp")
    assert secret_of(anew.text) != secret
    assert len(busy.home.store.webhook_secrets("erp", busy.now())) == 2, "the old one holds for a day"


@pytest.mark.needs("webhooks")
def test_what_is_wrong_with_a_webhook_is_said_at_its_form_with_what_was_typed(
    busy: DeskSite, client: TestClient
) -> None:
    for wrong, why in (
        ({"inside": ""}, "network of our own"),
        ({"url": "ftp://example.org"}, "begins with https://"),
        ({"name": "Our ERP"}, "A name has small letters"),
    ):
        answer = post(client, "/desk/programs/webhook", **HOOK | wrong)
        text = unescape(answer.text)
        assert (answer.status_code, why in text) == (422, True), wrong
        assert f'value="{(HOOK | wrong)["url"]}"' in text
        assert "--private" not in text
    assert busy.home.store.webhooks() == []
    post(client, "/desk/programs/webhook", **HOOK)
    assert "of this name already" in post(client, "/desk/programs/webhook", **HOOK).text


@pytest.mark.needs("webhooks")
def test_why_an_address_is_refused_is_said_in_the_readers_language(busy: DeskSite) -> None:
    client = busy.client(busy.person("op", "operator", language="fr"))
    for url, why in (
        ("https://example.org:0/", "L’adresse nomme le port 0"),
        ("https://me:word@example.org/", "aucun utilisateur, ni mot de passe"),
        ("https://example.org/é", "une URL en ASCII"),
    ):
        assert why in unescape(post(client, "/desk/programs/webhook", **HOOK | {"url": url}).text)
    post(client, "/desk/programs/webhook", **{**HOOK, "url": "http://127.0.0.1:9/hook"})
    tried = unescape(post(client, "/desk/programs/webhook/try", name="erp").text)
    assert "la connexion a été refusée" in tried


@pytest.mark.needs("webhooks")
def test_a_webhook_is_paused_goes_on_is_tried_and_removed(busy: DeskSite, client: TestClient) -> None:
    post(client, "/desk/programs/webhook", **{**HOOK, "url": "http://127.0.0.1:9/hook"})
    assert post(client, "/desk/programs/webhook/switch", name="erp", how="pause").status_code == 303
    assert busy.home.store.webhook("erp").off_because == "operator"
    assert post(client, "/desk/programs/webhook/switch", name="erp", how="resume").status_code == 303
    assert busy.home.store.webhook("erp").off_because == ""
    tried = post(client, "/desk/programs/webhook/try", name="erp")
    assert (tried.status_code, "erp did not take it" in tried.text) == (422, True)
    assert "What you typed stands in the form" not in tried.text, "there was nothing to type"
    assert post(client, "/desk/programs/webhook/remove", name="erp").status_code == 422, "not sure"
    assert post(client, "/desk/programs/webhook/remove", name="erp", sure="yes").status_code == 303
    assert busy.home.store.webhooks() == []
    done = ["added", "switched off", "switched on", "tried", "removed"]
    assert logged(busy, "erp") == [(f"webhook {each}", "op") for each in done], "one line a deed"


@pytest.mark.promise("For how many days;", "Of a form chosen", "Revoke it at once", "The token of %(name)s.")
def test_a_token_is_made_shown_once_and_revoked(busy: DeskSite, client: TestClient) -> None:
    made = post(
        client, "/desk/programs/token", name="our ERP", scope=["records:read", "explain:read"], form="order", days="30"
    )
    secret = secret_of(made.text)
    (token,) = busy.home.store.tokens()
    assert token.scopes == {"records:read:order", "explain:read"}
    assert token.until is not None
    assert busy.home.store.token(secret_hash(secret), busy.now()) is not None
    twice = post(client, "/desk/programs/token", name=" our ERP ", scope=["records:read"])
    assert (twice.status_code, "There is a token of this name already" in twice.text) == (422, True)
    assert len(busy.home.store.tokens()) == 1, "a form that is sent twice makes no token whose secret nobody sees"
    page = client.get("/desk/programs").text
    assert secret not in page
    assert token.prefix in page
    assert post(client, "/desk/programs/token", name="nothing").status_code == 422
    assert post(client, "/desk/programs/token/revoke", prefix=token.prefix, sure="yes").status_code == 303
    assert busy.home.store.token(secret_hash(secret), busy.now()) is None
    assert post(client, "/desk/programs/token", name="our ERP", scope=["records:read"]).status_code == 200
    assert logged(busy, token.prefix) == [("token made", "op"), ("token revoked", "op")], "one line a deed"
    assert secret not in str(list(busy.home.store.audit()))
