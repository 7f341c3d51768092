"""The desk speaks of its own pages: what is missing, what readers ask, yes and no; no options of commands."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from html import unescape
from typing import Any, get_args

import pytest
from fastapi.testclient import TestClient

from flows.administration import Finding, forgery_sentence
from flows.administration.odd_reading import TABLE_WORDS, _question, _questions
from flows.desk.charts import Bar, stacked
from flows.desk.pages import people_page, scan_list, system_page
from flows.desk.tables import Table
from flows.home import limits
from reconcile.conduct import OddReader
from reconcile.conduct.odd_readers import Kind
from tests.flows.desk.desk_site import AGREED, DOUBTED, DeskSite, csrf, post
from tests.transcribe.store.world import sent, sqlite_of
from transcribe.i18n import translation, worded
from transcribe.i18n.worded import Worded
from transcribe.intake.file_pages import Unreadable, file_pages
from transcribe.model import Duplicate, FieldKey, SourceFile
from transcribe.store import Forgery, TimeClaim
from transcribe.store.facts import Offer, Rate
from transcribe.store.state_store import Store


def test_a_question_of_a_reader_is_among_what_waits_and_its_page_keeps_the_tabs(busy: DeskSite) -> None:
    ann = busy.person("ann", "transcriber")
    (task,) = busy.home.store.lease(ann.id, 1, busy.now(), 600.0, Offer(pools=("read",)))
    measure = busy.app.state.context.options.measure
    busy.home.store.put_question(task.id, ann.id, "an o or a zero?", 3.0, busy.now(), measure)
    client = busy.client(busy.person("op", "operator"))
    (row,) = [row for row in client.get("/desk/waits.json").json()["waits"] if row["for"] == "answers"]
    assert (row["count"], bool(row["oldest"])) == (1, True)
    assert 'href="/questions"' in client.get("/desk").text.partition('id="live-waits"')[2]
    for address in ("/questions", "/people", "/appeals", "/clocks"):
        answer = client.get(address)
        assert 'class="chip" href="/desk/scans"' in answer.text, address
    assert 'class="chip"' not in busy.client(ann).get("/me").text
    busy.home.store.submit(task.id, ann.id, sent("12", "one"), busy.now())
    busy.home.store.dispute_time(task.id, ann.id, 60.0, "the page hung", busy.now())
    rows = client.get("/desk/waits.json").json()["waits"]
    assert [row["count"] for row in rows if row["for"] == "disputes"] == [1]
    assert 'href="/clocks"' in client.get("/desk").text.split('id="waits"')[1].split("</table>")[0]


def test_what_is_missing_is_named_and_the_desk_stays_around_it(busy: DeskSite, client: TestClient) -> None:
    answer = client.get("/desk/scans?since=nonsense")
    assert answer.status_code == 422
    assert "Not allowed: Came from" in answer.text
    assert 'class="chip" href="/desk/batches"' in answer.text
    answer = client.post("/people", data={"csrf": csrf(client), "handle": "new", "role": ["boss"]})
    assert answer.status_code == 422
    assert "Not allowed: Roles" in answer.text
    assert "you need no link" in client.post("/in/xyz").text


def test_why_a_scan_may_have_come_before_is_said_by_yes_or_no(busy: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    older, newer = [each.scan.id for each in busy.home.store.scan_states() if each.scan.name.startswith("doubt")]
    pair = Duplicate(
        older=older, newer=newer, batch="monday", differing=0.02, same_values=None, policy="hold",
        found_at=busy.now(), settled="open",
    )  # fmt: skip
    monkeypatch.setattr(busy.home.store, "open_duplicates", lambda limit: [pair])
    client = busy.client(busy.person("op", "operator"))
    (row,) = client.get("/desk/duplicates.json").json()["duplicates"]
    assert (row["picture"], row["values"]) == (True, None), "the form names no values that identify an order"
    shown = client.get("/desk/duplicates").text
    assert "None" not in shown
    assert "not compared" in shown
    monkeypatch.setattr(scan_list, "identifying_fields", lambda form: ("number",))
    (row,) = client.get("/desk/duplicates.json").json()["duplicates"]
    assert row["values"] is False
    shown = client.get("/desk/duplicates").text
    assert "False" not in shown
    assert ">no<" in "".join(shown.split())


def test_a_blank_field_is_no_text_that_says_blank(busy: DeskSite) -> None:
    scan = next(each.scan.id for each in busy.home.store.scan_states() if each.word == "finished")
    busy.home.store.correct_value(scan, FieldKey("total"), "", "op", "it is empty", busy.now())
    busy.weigh()
    client = busy.client(busy.person("op", "operator"))
    rows = {row["field"]: row for row in client.get(f"/desk/scan/{scan}/fields.json").json()["fields"]}
    assert (rows["total"]["what"], rows["total"]["text"]) == ("blank", None)
    assert (rows["number"]["what"], rows["number"]["text"]) == ("value", "473962")


def test_an_empty_home_says_what_comes_first_and_a_home_with_scans_does_not(desk: DeskSite) -> None:
    client = desk.client(desk.person("op", "operator"))
    steps = client.get("/desk").text.partition('id="first-steps"')[2].partition("</section>")[0]
    for address in ("/desk/forms/new", "/people", "/desk/batches/new"):
        assert f'href="{address}"' in steps
    desk.scan("first.png", AGREED)
    desk.weigh()
    assert 'id="first-steps"' not in client.get("/desk").text


def test_forms_are_chosen_by_their_title_and_a_language_that_is_none_is_refused(desk: DeskSite) -> None:
    client = desk.client(desk.person("op", "operator"))
    assert '<option value="order">Order (order)</option>' in client.get("/desk/batches/new").text
    answer = post(client, "/people", handle="max", role="transcriber", languages="zz qq")
    assert answer.status_code == 422
    assert "No language has one of these codes." in answer.text
    assert [each.handle for each in desk.home.store.transcribers()] == ["op"]
    assert post(client, "/people", handle="max", role="transcriber", languages="en pt_BR fra").status_code == 200


def test_the_tabs_of_who_is_limited_to_some_forms_lead_nowhere_that_is_closed_to_them(busy: DeskSite) -> None:
    client = busy.client(busy.person("half", "operator", forms=("order",)))
    for address in ("/questions", "/appeals"):
        tabs = client.get(address).text.partition('<nav class="sections"')[2].partition("</nav>")[0]
        found = re.findall(r'href="([^"]+)"', tabs)
        assert {each: client.get(each).status_code for each in found} == dict.fromkeys(found, 200)
        assert "/desk/people" not in found
        assert "/desk/scans" in found


LANGUAGES = ("fr", "es")


def shown(desk: DeskSite, language: str, address: str) -> str:
    """A page once what is counted beside it is there."""
    client = desk.client(desk.person(f"op {language} {address}", "operator", language=language))
    client.get(address)
    while any(each.runs for each in desk.app.state.desk.counted.values()):
        time.sleep(0.02)
    return str(client.get(address).text)


@pytest.mark.needs("webhooks")
def test_findings_of_the_doctor_are_in_the_readers_language_and_files_in_english(
    desk: DeskSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def examine(_: object) -> list[Finding]:
        mend = worded("make room, or set FAIRHAND_HOME")
        message = worded("Only %(megabytes)s MB are free at %(folder)s.", megabytes=3, folder="/srv")
        webhook = {"code": "webhooks given up", "name": "erp", "count": 2, "mend": ""}
        return [
            Finding(check="disk", message=message, mend=mend),
            Finding(check="webhooks", message="2 deliveries given up", mend="fairhand webhooks", facts=webhook),
        ]

    monkeypatch.setattr(system_page, "examine", examine)
    page = shown(desk, "fr", "/desk/system")
    for said in ("Il ne reste que 3 Mo libres dans /srv.", "faites de la place", ">disque<", "au webhook erp"):
        assert said in page.replace("  ", ""), said
    assert "Solo quedan 3 MB libres en /srv." in shown(desk, "es", "/desk/system")
    client = desk.client(desk.person("op", "operator", language="fr"))
    row = client.get("/desk/system/findings.json").json()["findings"][0]
    assert (row["check"], row["message"]) == ("disk", "Only 3 MB are free at /srv.")


def claims(desk: DeskSite) -> list[TimeClaim]:
    """Forty readings in two seconds."""
    return [
        TimeClaim(transcriber="x", task=None, at=desk.now(), seconds=0.05, reading=True, micro=0, since=None)
        for _ in range(40)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_about_work_is_said_in_every_language(language: str) -> None:
    gettext = translation(language).gettext
    kinds = set(get_args(Kind))
    for kind in kinds:
        asked = OddReader(who="x", kind=kind, like="", odd=9, looked=10, factor=99.0, examples=())
        said = _question(asked, {})
        assert isinstance(said, Worded)
        assert gettext(said.message) != said.message
    assert kinds < set(people_page.ODD_KINDS)
    assert all(gettext(words) for words in people_page.ODD_KINDS.values())


def test_a_burst_is_asked_about_in_french_on_the_people_page(desk: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    ((kind, question), *_) = [each for each in _questions(claims(desk), 0.0) if each[0] == "burst"]
    found = [people_page_row("ann", kind, question)]
    monkeypatch.setattr(people_page, "anomalies", lambda _: found)
    page = shown(desk, "fr", "/desk/people")
    assert "40 lectures sont arrivées en une minute" in page
    assert "beaucoup d’un coup" in page
    assert "Whose are they" not in page


def people_page_row(handle: str, kind: str, question: str) -> object:
    from flows.administration.odd_reading import Anomaly

    return Anomaly(handle=handle, kind=kind, question=question)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", ["changed", "foreign", "gone"])
def test_every_forgery_is_said_in_every_language(desk: DeskSite, language: str, what: str) -> None:
    gettext = translation(language).gettext
    for table in TABLE_WORDS:
        said = forgery_sentence(Forgery(table=table, first=3, last=5, what=what))  # type: ignore[arg-type]  # real words
        assert isinstance(said, Worded)
        assert gettext(TABLE_WORDS[table]) != TABLE_WORDS[table]
        assert gettext(said.message) != said.message
    assert what in system_page.HOW_WORDS


def test_numbers_of_a_scan_are_written_as_the_language_does(busy: DeskSite) -> None:
    scan = busy.scan("doubt.png", DOUBTED)
    busy.weigh()
    for language, weight, chance in (("en", r"[+-]\d+\.\d", r"\d(\.\d+)?%"), ("fr", r"[+-]\d+,\d", r"\d(,\d+)?\xa0%")):
        client = busy.client(busy.person(f"op-{language}", "operator", language=language))
        page = client.get(f"/desk/scan/{scan.id}?field=number").text
        weights = re.findall(r'class="bits">([^<]+)<', page)
        assert weights
        assert all(re.fullmatch(weight, each) for each in weights), weights
        shares = re.findall(r"\d+(?:[.,]\d+)?[ \xa0]?%", page.partition("<main")[2])
        assert shares
        assert all(re.search(f"{chance}$", each) for each in shares), shares


def test_the_scale_of_a_chart_of_counts_has_counts_alone() -> None:
    table = Table(name="t", caption="t", columns=(), rows=[], address="/")
    for highest, scale in ((31, ["0", "16", "32"]), (1, ["0", "1", "2"]), (1_234_568, ["0", "617,284", "1,234,568"])):
        chart = stacked("t", "t", [Bar("now", [float(highest)])], ["of them"], table, lambda count: f"{count:,.0f}")
        assert [each.words for each in chart.ticks] == scale
        assert all(each.y >= 0 for each in chart.marks)


def test_a_deed_that_is_refused_says_why_in_one_language(busy: DeskSite) -> None:
    """It was half in English: the sentence of the command stayed as it was, and only its option was translated."""
    scan = next(each.scan.id for each in busy.home.store.scan_states() if each.word == "finished")
    client = busy.client(busy.person("op", "operator", language="fr"))
    refused = post(client, f"/desk/scan/{scan}/edit", why="ainsi", **{"field total": "beaucoup"})
    told = " ".join(unescape(refused.text).split())
    assert "'beaucoup' n’est pas une valeur que le champ total peut avoir. Écrivez-la comme le formulaire" in told
    assert "cochez « Tel que c’est écrit" in told
    assert "Write it" not in told


def test_a_file_that_is_no_picture_is_said_in_one_language(busy: DeskSite) -> None:
    file = SourceFile(sha256="7" * 64, name="notes.jpg", size=1, media_type="image/jpeg")
    (path := busy.home.settings.home / "notes.jpg").write_text("no picture")
    (found,) = file_pages([path], limits(busy.home.settings))
    assert isinstance(found, Unreadable)
    assert found.message == "notes.jpg: the file holds text, not a picture. Replace the file and ingest it again."
    busy.home.store.set_aside(file, "ScanError", found.message, "monday", busy.now())
    client = busy.client(busy.person("op", "operator", language="fr"))
    page = " ".join(unescape(client.get("/desk/batch?name=monday").text).split())
    assert "notes.jpg : le fichier contient du texte, pas une image. Remplacez le fichier et envoyez-le" in page


BIG = frozenset({"scan", "scan_page", "field", "field_now", "reading", "reading_text", "reading_seen", "decision",
                 "task", "lease", "ledger", "record", "record_text", "outbox", "audit", "scan_summary"})  # fmt: skip
"""The tables with a row for each scan, field, reading, question or line of pay."""
ALIASES = {"s": "scan", "f": "field", "r": "reading", "t": "task", "d": "decision", "l": "ledger", "y": "scan_summary"}
"""What statements call them for short."""
BY_LIMIT = frozenset(
    {
        "find_scans",
        "find_scans_of_batch_in_state",
        "outbox_after",
        "open_pairs",
        "disputes",
        "payments_of",
        "pay_periods",
    }
)
"""What walks in the order of its key, and no further than a limit or a number; disputes and payments are few."""
PAGES = (
    "/desk",
    "/desk/batches",
    "/desk/batch?name=monday",
    "/desk/scans",
    "/desk/scans.csv",
    "/desk/duplicates",
    "/desk/forms",
    "/desk/form/order",
    "/desk/system",
    "/desk/quality",
    "/desk/records",
    "/desk/records/list?batch=monday",
    "/desk/money",
    "/desk/money/close",
    "/desk/money/close/look?reference=2026-12",
    "/desk/money/period?reference=2026-11",
    "/desk/money/statement?who=ann",
    "/desk/people",
    "/me",
)


@pytest.mark.promise("Pages never read the")
@pytest.mark.parametrize("address", PAGES)
def test_no_statement_of_a_page_reads_a_big_table_whole(
    busy: DeskSite, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    ann, client = busy.person("ann", "transcriber"), busy.client(busy.person("op", "operator"))
    busy.home.store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=busy.now()), busy.now())
    busy.read(ann, "Mary Poole")
    busy.home.store.close_period(busy.now(), "2026-11", busy.now())
    assert client.get(address).status_code == 200
    while any(each.runs for each in busy.app.state.desk.counted.values()):
        time.sleep(0.05)
    asked: set[str] = set()
    store = busy.home.store
    assert isinstance(store, Store)
    database = sqlite_of(store)
    for verb in ("all", "one", "value"):
        monkeypatch.setattr(type(database), verb, _noted(getattr(type(database), verb), asked))
    assert client.get(address).status_code == 200
    assert asked
    assert {name: whole for name in asked - BY_LIMIT if (whole := _read_whole(database, name))} == {}


def _noted(run: Callable[..., Any], asked: set[str]) -> Callable[..., Any]:
    def noting(self: object, name: str, /, **values: object) -> Any:
        asked.add(name)
        return run(self, name, **values)

    return noting


def _read_whole(database: Any, name: str) -> list[str]:
    sql = database.statements[name]
    values = dict.fromkeys(re.findall(r":(\w+)", sql), None)
    steps = [row["detail"] for row in database.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    return [step for step in steps if step.startswith("SCAN") and ALIASES.get(step.split()[1], step.split()[1]) in BIG]
