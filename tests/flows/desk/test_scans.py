"""Scans on the desk: search, the page with every field drawn, every verb without JavaScript, and the whole form."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image

import flows.desk
from flows.desk.pages import scan_list, scan_page
from flows.desk.pages.scan_view import SHOWN_DAYS
from flows.desk.visit import HIDDEN_NAMES
from flows.output import explained, explained_whole, in_words
from flows.steps import close_appeals, publish_records
from reconcile.records import query
from tests.flows.desk.desk_site import AGREED, DEFINITION, DeskSite, csrf, desk_site, page, post
from tests.transcribe.store.world import sent
from transcribe.codes import EvidenceCode, Method
from transcribe.errors import SettingsError
from transcribe.model import Decision, Evidence, FieldKey, PageFingerprint, ReadResult, Transcriber
from transcribe.store import Offer
from transcribe.store.facts import Rate, ScanState


def skipped(busy: DeskSite, who: Transcriber, reason: str) -> tuple[str, str, str]:
    """Have somebody skip what they are offered next; gives the question, its scan and its field."""
    (task,) = busy.home.store.lease(who.id, 1, busy.now(), 600.0, Offer(pools=("read",)))
    busy.home.store.skip(task.id, who.id, reason, 3.0, busy.now())
    return task.id, task.scan, str(task.key)


def asked(busy: DeskSite, who: Transcriber, scan: str, field: str) -> str:
    """The part of the page that is about the field."""
    text: str = busy.client(who).get(f"/desk/scan/{scan}?field={field}").text
    return text.partition('id="field"')[2].partition("</section>")[0]


@pytest.mark.promise("every field drawn, readings,")
def test_an_open_field_says_since_when_it_is_asked_and_who_skipped_it_and_why(busy: DeskSite, op: Transcriber) -> None:
    ann, bea = busy.person("ann", "transcriber"), busy.person("bea", "transcriber")
    _, scan, field = skipped(busy, ann, "wrong language")
    busy.ahead = timedelta(hours=2)
    part = asked(busy, op, scan, field)
    assert "Asked since " in part
    assert "(2 hours)." in part
    assert "ann skipped it on " in part
    other = asked(busy, op, scan, "number")
    assert ("Asked since" in other, "skipped it" in other) == (False, False), "a field that is not asked says neither"
    assert "“I do not read this language or script”" in part
    french = busy.person("chef", "auditor", language="fr")
    assert "Demandé depuis le" in asked(busy, french, scan, field)
    (task,) = busy.home.store.lease(bea.id, 1, busy.now(), 600.0, Offer(pools=("read",)))
    assert (task.scan, str(task.key)) == (scan, field)
    busy.home.store.submit(task.id, bea.id, sent("Otto Wolff", "i", seconds=4.0), busy.now())
    busy.weigh()
    part = asked(busy, op, scan, field)
    assert "Asked since " in part
    assert "skipped it" not in part


CUSTOMER = FieldKey("customer")


def contested(busy: DeskSite) -> str:
    """Have ann read a customer, somebody correct it, and ann appeal; gives the scan."""
    ann = busy.person("ann", "transcriber")
    store = busy.home.store
    (task,) = store.lease(ann.id, 1, busy.now(), 600.0, Offer(pools=("read",)))
    assert task.key == CUSTOMER
    store.submit(task.id, ann.id, sent("Mary Poole", "a", seconds=4.0), busy.now())
    busy.weigh()
    busy.home.store.correct_value(task.scan, CUSTOMER, "Mary Pool", "otto", "no e at the end", busy.now())
    busy.weigh()
    (reading,) = [each.id for each in store.readings(task.scan) if each.source == ann.id]
    store.open_appeal(reading, ann.id, "", busy.now() + timedelta(days=7), busy.now())
    return task.scan


def hear(busy: DeskSite, text: str) -> None:
    """Have an expert hear the appeal, and it closed."""
    mia = busy.person("mia", "expert")
    (task,) = busy.home.store.lease(mia.id, 1, busy.now(), 600.0, Offer(pools=("expert",)))
    assert task.kind == "appeal"
    busy.home.store.submit(task.id, mia.id, sent(text, "m", seconds=4.0), busy.now())
    close_appeals(busy.home.store, busy.home.forms, busy.now())
    busy.weigh()


def shown(busy: DeskSite, who: Transcriber, scan: str) -> tuple[bool, bool]:
    """Whether the page Now and the field say that the correction was read otherwise."""
    client = busy.client(who)
    words = "otto had corrected it. An expert who heard an appeal read"
    now, field = client.get("/desk").text, client.get(f"/desk/scan/{scan}?field=customer").text
    part = now.partition('id="overridden"')[2].partition("</ul>")[0]
    assert (words in part) == (f'href="/desk/scan/{scan}?field=customer#field"' in part)
    return words in part, words in field.partition('id="overridden"')[2].partition("</p>")[0]


@pytest.mark.parametrize(("heard", "outcome"), [("Mary Poole", "upheld"), ("Max Wolff", "declined")])
def test_a_hearing_that_overrides_a_correction_is_told_on_the_desk_and_in_the_log(
    busy: DeskSite, op: Transcriber, heard: str, outcome: str
) -> None:
    scan = contested(busy)
    assert shown(busy, op, scan) == (False, False)
    hear(busy, heard)
    assert shown(busy, op, scan) == (True, True)
    text = busy.client(op).get(f"/desk/scan/{scan}").text
    assert "otto had corrected it" in text.partition('id="acts"')[2]
    (line,) = [each for each in busy.home.store.audit() if each.action == "correction overridden"]
    assert (line.actor, line.subject, line.detail["field"], line.detail["outcome"]) == (
        "mia",
        scan,
        "customer",
        outcome,
    )
    assert shown(busy, busy.person("half", "operator", forms=("invoice2",)), scan)[0] is False
    assert "otto l’avait corrigé" in busy.client(busy.person("chef", "auditor", language="fr")).get("/desk").text
    busy.ahead = timedelta(days=SHOWN_DAYS + 1)
    assert shown(busy, op, scan) == (False, True)
    busy.ahead = timedelta()
    busy.home.store.correct_value(scan, CUSTOMER, "Mary Poolé", "otto", "an accent", busy.now())
    assert shown(busy, op, scan) == (False, False)


@pytest.mark.promise("An expert agreed with")
def test_a_locked_value_is_not_overridden_and_who_was_right_against_it_is_told_so(
    busy: DeskSite, op: Transcriber
) -> None:
    scan = contested(busy)
    busy.home.store.lock_value(scan, CUSTOMER, "otto", "I have the paper", busy.now())
    hear(busy, "Mary Poole")
    assert shown(busy, op, scan) == (False, False)
    assert busy.home.store.audit()[-1].action != "correction overridden"
    assert [each.text for each in busy.home.store.decisions(scan) if each.key == CUSTOMER] == ["Mary Pool"]
    ann = next(each for each in busy.home.store.transcribers() if each.handle == "ann")
    (own,) = [each.id for each in busy.home.store.readings(scan) if each.source == ann.id]
    client = busy.client(ann)
    news, page = client.get("/readings").text, client.get(f"/readings/{own}").text
    assert "agreed with your appeal. The page of your reading says what is written now" in news
    assert "a value that an operator has locked stays as it is" in page
    assert "your reading is what is written now" not in page + news


WHY = 'she said: "a <b> & c"'


class Shown(HTMLParser):
    """The fields of the form with an address, in a page: their values, and whether its fold is open."""

    def __init__(self, text: str, address: str) -> None:
        super().__init__()
        self.address, self.is_within, self.folds, self.is_open = address, False, list[bool](), False
        self.values: dict[str, str | None] = {}
        self.area = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "details":
            self.folds.append("open" in said)
        if tag == "form" and said.get("action") == self.address:
            self.is_within, self.is_open = True, all(self.folds)
        name = said.get("name") or ""
        if self.is_within and tag == "input" and (said.get("type") not in ("checkbox", "radio") or "checked" in said):
            self.values[name] = said.get("value")
        if self.is_within and tag == "textarea":
            self.area = name

    def handle_endtag(self, tag: str) -> None:
        self.is_within = self.is_within and tag != "form"
        self.area = "" if tag == "textarea" else self.area
        if tag == "details":
            self.folds.pop()

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] = data


def no(*_: object, **__: object) -> None:
    """A deed that is always refused."""
    raise SettingsError("no")


def test_the_name_and_form_of_a_new_batch_stand_where_a_file_is_refused(client: TestClient) -> None:
    found = client.get("/desk/batches/new").text.partition('name="csrf" value="')[2].partition('"')[0]
    data = {"csrf": found, "name": "my letters", "form": "invoice2"}
    told = client.post("/desk/batches/new", data=data, files=[("files", ("order.xyz", b"text", "text/plain"))])
    assert told.status_code == 422
    assert Shown(told.text, "/desk/batches/new").values["name"] == "my letters"
    assert '<option value="invoice2" selected' in told.text


def test_what_was_typed_is_shown_where_its_form_is_no_more(busy: DeskSite, client: TestClient) -> None:
    scan = next(each.scan.id for each in busy.home.store.scan_states() if each.scan.name == "doubt.png")
    told = post(client, f"/desk/scan/{scan}/split", at=2, why=WHY)
    assert told.status_code == 422
    assert 'id="typed"' in told.text
    assert "she said" in told.text


def test_hidden_fields_are_not_called_typed(client: TestClient) -> None:
    hidden = {"reference": "2026-11", "at": "2026-11-29T08:00:00+00:00", "seen": "a1b2c3d4" * 8}
    told = post(client, "/desk/money/close", until="2999-01-01", **hidden)
    assert told.status_code == 422
    assert "This day has not come yet." in told.text
    assert 'id="typed"' not in told.text
    assert "a1b2c3d4" not in told.text


def test_all_hidden_fields_of_the_desk_are_known_as_such() -> None:
    pages = [each.read_text() for each in (Path(flows.desk.__file__).parent / "templates").rglob("*.html")]
    names = {name for page in pages for name in re.findall(r'type="hidden" name="([\w-]+)"', page)}
    assert names
    assert names <= HIDDEN_NAMES


@pytest.mark.parametrize("reference", ["été 2026", "Lohn_11", "x" * 36, " ", "2026\n11"])
def test_an_odd_reference_stands_in_its_form_beside_the_reason(client: TestClient, reference: str) -> None:
    told = client.get("/desk/money/close/look", params={"reference": reference, "until": ""})
    assert told.status_code == 422
    assert "A reference has at most 35 characters" in told.text
    assert "the address of the page" not in told.text
    assert Shown(told.text, "/desk/money/close/look").values["reference"] == reference


def test_two_forms_with_one_address_are_told_apart_by_what_they_are_about(
    busy: DeskSite, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {each.scan.name: each.scan.id for each in busy.home.store.scan_states()}
    here, others = known["doubt2.png"], [known["doubt.png"], known["agreed.png"]]
    for other in others:
        assert post(client, f"/desk/scan/{here}/settle", other=other, verdict="duplicate", why="x").status_code == 303
    monkeypatch.setattr(scan_page, "settle", no)
    for other in others:
        told = post(client, f"/desk/scan/{here}/settle", other=other, verdict="open", why=WHY)
        assert told.status_code == 422
        forms = [each.partition("</form>")[0] for each in told.text.split(f'action="/desk/scan/{here}/settle"')[1:]]
        filled = [each for each in forms if WHY in unescape(each)]
        assert len(forms) == 2
        assert len(filled) == 1
        assert f'name="other" value="{other}"' in filled[0]
        assert '<option value="open" selected' in filled[0]
        assert told.text.count('id="typed-again"') == 1


def test_a_text_of_several_lines_keeps_its_empty_first_one(client: TestClient) -> None:
    told = post(client, "/desk/batch/note", name="monday", text="\nsecond </textarea>", seen="another")
    assert told.status_code == 422
    assert ">\n\nsecond &lt;/textarea&gt;</textarea>" in told.text


def test_what_cannot_be_undone_is_asked_again_and_other_ticks_stand(
    busy: DeskSite, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = next(each.scan.id for each in busy.home.store.scan_states() if each.scan.name == "doubt.png")
    monkeypatch.setattr(scan_page, "forget_scan", no)
    told = post(client, f"/desk/scan/{scan}/forget", why=WHY, sure="yes")
    assert told.status_code == 422
    shown = Shown(told.text, f"/desk/scan/{scan}/forget")
    assert (shown.is_open, shown.values["why"], "sure" in shown.values) == (True, WHY, False)
    told = post(client, f"/desk/scan/{scan}/retake", why=WHY, anyway="1")
    assert told.status_code == 422
    assert Shown(told.text, f"/desk/scan/{scan}/retake").values["anyway"] == "1"
    assert "A file has to be chosen again." in told.text
    told = post(client, "/desk/batch/due", name="monday", day="2026-13-45", why=WHY)
    assert told.status_code == 422
    shown = Shown(told.text, "/desk/batch/due")
    assert (shown.is_open, shown.values["day"], shown.values["why"]) == (True, "2026-13-45", WHY)
    assert not Shown(told.text, "/desk/batch/priority").is_open
    assert Shown(told.text, "/desk/batch/priority").values["why"] == ""


def test_what_was_typed_on_the_desk_is_given_back_to_who_was_signed_out_meanwhile(
    busy: DeskSite, client: TestClient
) -> None:
    scan, token = busy.home.store.scan_states()[0].scan.id, csrf(client)
    client.cookies.clear()
    for address, typed in (
        (f"/desk/scan/{scan}/edit", {"field total": "77.77", "shown number": "N1", "field number": "N1", "why": WHY}),
        ("/desk/people/invite", {"lines": "Ann,transcriber\nBea,expert"}),
        ("/desk/money/floor", {"amount": "12.50", "currency": "EUR", "source": "minimum wage, 2026-04-01"}),
    ):
        told = client.post(address, data={"csrf": token, **typed})
        assert told.status_code == 401
        for name in ("field total", "why", "lines", "source"):
            assert typed.get(name, "") in unescape(told.text), name
        assert "N1" not in told.text, "what stood there was not typed"


TOTAL = FieldKey("total")


def scan_of(desk: DeskSite, name: str) -> ScanState:
    return next(each for each in desk.home.store.scan_states() if each.scan.name == name)


def found(desk: DeskSite, who: Transcriber, query: str) -> list[str]:
    rows = desk.client(who).get(f"/desk/scans.json?{query}").json()["scans"]
    return [row["name"] for row in rows]


def test_scans_are_found_by_name_number_words_batch_form_state_reason_and_day(busy: DeskSite, op: Transcriber) -> None:
    assert found(busy, op, "") == ["other.png", "aside.png", "doubt2.png", "doubt.png", "agreed.png"]
    assert found(busy, op, "q=doubt") == ["doubt2.png", "doubt.png"]
    assert found(busy, op, f"q={scan_of(busy, 'aside.png').scan.id[:10]}") == ["aside.png"]
    assert found(busy, op, "q=mary+poole") == ["agreed.png"]
    assert found(busy, op, "q=473962") == ["agreed.png"]
    assert found(busy, op, "batch=tuesday") == ["other.png", "aside.png"]
    assert found(busy, op, "form=invoice2") == ["other.png"]
    assert found(busy, op, "state=set+aside") == ["aside.png"]
    assert found(busy, op, "batch=monday&state=waits+for+people") == ["doubt2.png", "doubt.png"]
    waits = {row["for"]: row["count"] for row in busy.client(op).get("/desk/waits.json").json()["waits"]}
    for_people = busy.client(op).get("/desk/scans.json?state=waits+for+people").json()["scans"]
    assert sum(row["for_people"] for row in for_people) == waits["people"] > len(for_people)
    assert found(busy, op, "reason=engines+disagree&batch=monday") == ["doubt2.png", "doubt.png"]
    today = f"{busy.now():%Y-%m-%d}"
    assert len(found(busy, op, f"since={today}&until={today}")) == 5
    assert found(busy, op, "until=2020-01-01") == []
    assert found(busy, op, "q=nothing+like+it") == []


def test_who_is_limited_finds_and_opens_only_scans_of_their_forms(busy: DeskSite) -> None:
    half = busy.person("half", "operator", forms=("invoice2",))
    assert found(busy, half, "") == ["other.png"]
    assert found(busy, half, "q=mary+poole") == []
    client = busy.client(half)
    theirs, others = scan_of(busy, "other.png").scan.id, scan_of(busy, "agreed.png").scan.id
    for page_of in ("", "/page/1", "/small/1", "/fields.csv", "/readings.json?field=total"):
        assert client.get(f"/desk/scan/{theirs}{page_of}").status_code == 200, page_of
        assert client.get(f"/desk/scan/{others}{page_of}").status_code == 404, page_of
    assert post(client, f"/desk/scan/{others}/aside", why="x").status_code == 404
    assert post(client, f"/desk/scan/{others}/value/lock", field="total", why="x").status_code == 404
    assert post(client, f"/desk/scan/{theirs}/read-again", form="order", why="x").status_code == 404
    assert post(client, f"/desk/scan/{theirs}/settle", other=others, verdict="duplicate", why="x").status_code == 404


@pytest.mark.promise("every field drawn, readings,")
def test_the_page_draws_every_field_and_tells_one_in_full(busy: DeskSite, op: Transcriber) -> None:
    scan = scan_of(busy, "doubt.png").scan.id
    client = busy.client(op)
    text = client.get(f"/desk/scan/{scan}?field=customer").text
    assert text.count('<rect class="box') == 3 + 4  # the fields, and what the colours mean
    assert f'href="/desk/scan/{scan}?page=1&amp;field=total#field"' in text
    assert "Mary Paole" in text
    assert "The machines read different things." in text
    done = client.get(f"/desk/scan/{scan_of(busy, 'agreed.png').scan.id}?field=total").text
    assert 'id="reasons"' in done
    assert 'class="for"' in done
    picture = client.get(f"/desk/scan/{scan}/page/1")
    assert picture.headers["content-type"] == "image/png"
    small = client.get(f"/desk/scan/{scan}/small/1")
    with Image.open(io.BytesIO(small.content)) as made:
        assert made.width == 320


def test_the_page_says_what_is_wrong_with_the_photograph(busy: DeskSite, op: Transcriber) -> None:
    state = scan_of(busy, "doubt.png")
    client = busy.client(op)
    assert 'id="photo-advice"' not in client.get(f"/desk/scan/{state.scan.id}").text
    cut = ReadResult(places=(), readings=(), fit=state.fit, quality=state.quality, advice=("fields outside",))
    busy.home.store.put_reads(state.scan.id, cut, busy.now())
    text = client.get(f"/desk/scan/{state.scan.id}").text
    assert 'id="photo-advice"' in text
    assert "is not on the photograph" in text


def correct(busy: DeskSite, client: TestClient, scan: str, **texts: str) -> None:
    """Have values corrected in the form of a scan."""
    typed = {f"field {name}": text for name, text in texts.items()}
    assert post(client, f"/desk/scan/{scan}/edit", why="the customer called", **typed).status_code == 303
    busy.weigh()
    assert {name: value_of(busy, scan, FieldKey(name))[0] for name in texts} == texts


def value_of(busy: DeskSite, scan: str, key: FieldKey = TOTAL) -> tuple[str, bool, bool]:
    """What a field is decided as, whether it is locked, and whether it is asked again."""
    store = busy.home.store
    decided = next(each for each in store.decisions(scan) if each.key == key)
    return decided.text, key in store.locked_values(scan), key in store.values_asked_again(scan)


@pytest.mark.promise("correct, ask, lock, withdraw,")
def test_every_verb_of_a_value_works_without_javascript_and_lands_in_the_log(busy: DeskSite, op: Transcriber) -> None:
    scan, client = scan_of(busy, "agreed.png").scan.id, busy.client(op)

    def done(verb: str, **values: str) -> tuple[str, bool, bool]:
        answer = post(client, f"/desk/scan/{scan}/value/{verb}", field="total", why="the customer called", **values)
        assert answer.headers["location"] == f"/desk/scan/{scan}?field=total&done={verb}#field"
        assert 'id="done"' in client.get(answer.headers["location"]).text
        assert (busy.home.store.acts(scan=scan)[-1].by, busy.home.store.audit()[-1].actor) == ("op", "op")
        assert busy.woken
        busy.weigh()
        return value_of(busy, scan)

    correct(busy, client, scan, total="13.50")
    (record,) = query.records(busy.home.settings.records, "order")
    assert record.record_version == 2
    (mine,) = (
        each
        for each in client.get(f"/desk/scan/{scan}/readings.json?field=total").json()["readings"]
        if each["text"] == "13.50"
    )
    assert mine["source"] == "op", "who corrected it, by name"
    page = client.get(f"/desk/scan/{scan}?field=total").text
    assert re.search(r"<td[^>]*>\s*op\s*</td>\s*<td[^>]*>\s*an operator\s*</td>", page)
    told = explained(busy.home, scan, "total")
    assert [each.by for each in told.readings if each.source == "operator"] == ["op"]
    assert "op (operator): '13.50'" in in_words(told)
    assert "op (" not in str(explained_whole(busy.home, scan)), "nobody is named where people are not"
    assert done("lock") == ("13.50", True, False)
    assert done("unlock") == ("13.50", False, False)
    assert post(client, f"/desk/scan/{scan}/edit", why="seen", **{"stands total": "1"}).status_code == 303
    assert done("ask") == ("13.50", False, True)
    page = client.get(f"/desk/scan/{scan}?field=total").text
    assert "It was decided otherwise 1 time before." in page, "the same value again is not otherwise"


def test_who_corrected_a_field_stands_by_name_among_its_reasons(busy: DeskSite, op: Transcriber) -> None:
    """In every language it said "operator reads something else"."""
    client, scan = busy.client(op), scan_of(busy, "agreed.png").scan.id
    correct(busy, client, scan, total="99.00")
    against = Evidence(code=EvidenceCode.READER_AGAINST, numbers={"source": "operator", "bits": -3.0})
    decided = Decision(
        key=FieldKey("total"),
        value="12.50",
        text="12.50",
        probability=0.9,
        method=Method.EXPERT,
        evidence=(against,),
        readings=(),
        parameters=1,
    )
    busy.home.store.conclude(scan, 10**9, [decided], [], None, busy.now())
    shown = client.get(f"/desk/scan/{scan}?field=total").text
    assert "op reads something else" in shown
    assert "operator reads something else" not in shown


@pytest.mark.promise("correct, ask, lock, withdraw,", "The reading counts no")
def test_a_reading_is_withdrawn_by_its_field(busy: DeskSite, op: Transcriber) -> None:
    ann, client = busy.person("ann", "transcriber"), busy.client(op)
    busy.home.store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=busy.now()), busy.now())
    (task,) = busy.home.store.lease(ann.id, 1, busy.now())
    busy.home.store.submit(task.id, ann.id, sent("wrong", "i"), busy.now())
    history = busy.home.store.field_history(task.scan, task.key)
    reading = next(each.id for each in history.readings if each.source == ann.id)
    address = f"/desk/scan/{task.scan}/value/withdraw"
    assert post(client, address, field="number", reading=reading, why="x").status_code == 404
    assert post(client, address, field=str(task.key), reading=reading, why="another paper").status_code == 303
    assert reading in busy.home.store.field_history(task.scan, task.key).withdrawn
    assert [line.micro for line in busy.home.store.ledger(ann.id)] == [20_000]


def test_a_correction_that_does_not_fit_stands_at_its_field_beside_the_reason(busy: DeskSite, op: Transcriber) -> None:
    client, scan = busy.client(op), scan_of(busy, "agreed.png").scan.id
    address, typed = f"/desk/scan/{scan}/edit", {"field total": "a lot", "why": WHY}
    told = post(client, address, **typed)
    assert told.status_code == 422
    for said in ('id="r-total"', "is no value that", "tick “As it stands"):
        assert said in told.text, said
    values = Shown(told.text, address).values
    assert (values["field total"], values["why"], "anyway" in values) == ("a lot", WHY, False)
    assert post(client, address, **typed, anyway="1").status_code == 303
    assert busy.home.store.field_history(scan, TOTAL).readings[-1].text == "a lot"
    assert post(client, f"/desk/scan/{scan}/value/lock", field="none", why="x").status_code == 404


def test_what_is_in_doubt_is_said_to_be_right_as_it_stands_or_blank(busy: DeskSite, op: Transcriber) -> None:
    client, scan = busy.client(op), scan_of(busy, "doubt.png").scan.id
    address = f"/desk/scan/{scan}/edit"
    shown = client.get(f"/desk/scan/{scan}").text
    offered = set(re.findall(r'name="stands (\w+)"', shown))
    held = {str(each.key): each.text for each in busy.home.store.decisions(scan)}
    assert offered == {str(key) for key in busy.home.store.open_keys(scan)} | {
        name for name in ("number", "customer", "total") if name not in held
    }
    assert offered
    values = {key: value or "" for key, value in Shown(shown, address).values.items() if key and key != "csrf"}
    assert "Nothing was changed" in post(client, address, **values).text
    kept = {**values, "why": WHY, **{f"stands {name}": "1" for name in offered}}
    assert post(client, address, **kept).status_code == 303
    busy.weigh()
    for name in offered:
        last = busy.home.store.field_history(scan, FieldKey(name)).readings[-1]
        assert (last.source, last.text or "") == ("operator", values[f"field {name}"])
    assert 'name="stands ' not in client.get(f"/desk/scan/{scan}").text, "nothing is in doubt any more"


@pytest.mark.promise(
    "It is known now",
    "Nobody is tested by",
    "One that good readers",
    "The known value is",
    "correct, ask, lock, withdraw,",
)
def test_a_known_value_is_kept_and_the_value_stays(busy: DeskSite, op: Transcriber) -> None:
    scan, client = scan_of(busy, "agreed.png").scan.id, busy.client(op)
    before, address = value_of(busy, scan), f"/desk/scan/{scan}/value/gold"
    assert post(client, address, field="total", text=" ", why="x").status_code == 422
    assert post(client, address, field="total", text="many", why="x").status_code == 422
    kept = post(client, address, field="total", text="13.50", why="seen on the paper")
    assert kept.headers["location"] == f"/desk/scan/{scan}?field=total&done=gold#field"
    (truth,) = busy.home.store.truths(scan)
    assert (truth.key, truth.text, truth.origin) == (TOTAL, "13.50", "gold")
    busy.weigh()
    assert value_of(busy, scan) == before
    page = client.get(f"/desk/scan/{scan}?field=total").text
    assert "It is known to say “13.50”." in page
    (row,) = client.get("/desk/quality/known.json").json()["known"]
    assert row == {"scan": scan, "field": "total", "text": "13.50", "answers": 0, "as_expected": 0}
    assert f'href="/desk/scan/{scan}?field=total#field"' in client.get("/desk/quality").text
    limited = busy.client(busy.person("half", "operator", forms=("order",)))
    assert limited.get("/desk/quality/known.json").status_code == 404
    assert "13.50" not in limited.get("/desk/quality").text
    assert "is known to say" not in limited.get(f"/desk/scan/{scan}?field=total").text
    assert post(limited, f"/desk/scan/{scan}/value/unknown", field="total", why="x").status_code == 404
    gone = post(client, f"/desk/scan/{scan}/value/unknown", field="total", why="it was a slip")
    assert gone.headers["location"].endswith("done=gold-gone#field")
    assert busy.home.store.truths(scan) == []
    assert value_of(busy, scan) == before
    assert "value/unknown" not in client.get(f"/desk/scan/{scan}?field=total").text
    assert client.get("/desk/quality/known.json").json()["known"] == []
    assert "value/gold" not in limited.get(f"/desk/scan/{scan}?field=total").text
    assert post(limited, address, field="total", text="13.50", why="x").status_code == 404


def test_what_waits_for_experts_has_its_list(busy: DeskSite, op: Transcriber) -> None:
    store, client = busy.home.store, busy.client(op)
    assert found(busy, op, "asks=experts") == []
    people = [busy.person(who, "transcriber") for who in ("ann", "bea", "cleo")]
    for number, who in enumerate(people):
        for task in store.lease(who.id, 9, busy.now()):
            if task.key == TOTAL and task.scan == scan_of(busy, "doubt.png").scan.id:
                store.submit(task.id, who.id, sent(f"{number + 1}3.50", f"i{number}"), busy.now())
        busy.weigh()
    assert store.field_history(scan_of(busy, "doubt.png").scan.id, TOTAL).tasks[-1].pool == "expert"
    assert found(busy, op, "asks=experts") == ["doubt.png"]
    assert 'href="/desk/scans?asks=experts"' in client.get("/desk").text


@pytest.mark.promise("Both are kept, and")
def test_a_scan_is_set_aside_and_brought_back(busy: DeskSite, op: Transcriber) -> None:
    scan, client = scan_of(busy, "doubt.png").scan.id, busy.client(op)
    assert post(client, f"/desk/scan/{scan}/aside", why="torn").headers["location"].endswith("done=aside")
    assert busy.home.store.is_put_aside(scan)
    busy.weigh()
    assert "torn" in client.get(f"/desk/scan/{scan}").text
    assert post(client, f"/desk/scan/{scan}/back", why="found the rest").headers["location"].endswith("done=back")
    assert not busy.home.store.is_put_aside(scan)


@pytest.mark.promise("The scan is forgotten:")
def test_a_scan_is_forgotten_only_by_who_is_sure(busy: DeskSite, op: Transcriber) -> None:
    scan, client = scan_of(busy, "agreed.png").scan.id, busy.client(op)
    assert post(client, f"/desk/scan/{scan}/forget", why="asked").status_code == 422
    answer = post(client, f"/desk/scan/{scan}/forget", why="asked", sure="yes")
    assert answer.headers["location"] == "/desk/scans?done=forget"
    assert busy.home.store.forgotten(scan)
    busy.weigh()
    assert "agreed.png" not in found(busy, op, "")
    page_of = client.get(f"/desk/scan/{scan}")
    assert (page_of.status_code, "Mary Poole" in page_of.text) == (200, False)
    field = client.get(f"/desk/scan/{scan}?field=total").text.partition("<main")[2]
    assert 'id="field"' in field
    assert 'method="post"' not in field, "of what is forgotten nothing can be mended"
    assert f"/desk/scan/{scan}/edit" not in field


def test_what_does_not_hold_names_the_scan_that_may_be_the_same_order(busy: DeskSite, op: Transcriber) -> None:
    """Two lines with the same words said nothing of which two scans they meant."""
    one, two = scan_of(busy, "agreed.png").scan, busy.scan("agreed2.png", AGREED)
    for scan in (one, two):
        alike = [PageFingerprint(number=1, bits=bytes(64))]
        busy.home.store.put_fingerprints(scan.id, alike, 0.24, "flag", busy.now())
    busy.weigh()
    shown = busy.client(op).get(f"/desk/scan/{two.id}").text
    rule = shown.partition('data-rule="one order once"')[2].partition("</li>")[0]
    assert '<a href="#duplicates" dir="auto">agreed.png</a>' in rule
    verdicts = shown.partition('name="verdict"')[2].partition("</select>")[0]
    assert re.match(r"[^>]*\brequired\b[^>]*><option value=\"\"></option>", verdicts), "nobody but the operator chooses"


def test_what_reads_again_refuses_in_words(busy: DeskSite, op: Transcriber) -> None:
    scan, client = scan_of(busy, "doubt.png").scan.id, busy.client(op)
    assert post(client, f"/desk/scan/{scan}/turn", degrees=45, why="x").status_code == 422
    assert post(client, f"/desk/scan/{scan}/split", at=2, why="x").status_code == 422
    values = {"csrf": csrf(client), "why": "a better one"}
    known = client.post(f"/desk/scan/{scan}/retake", data=values, files={"file": ("a.txt", b"x", "text/plain")})
    assert (known.status_code, "are taken" in known.text) == (422, True)
    without = client.post(f"/desk/scan/{scan}/retake", data={**values, "why": ""}, files={"file": ("a.png", b"x")})
    assert without.status_code == 422


def test_a_scan_is_read_again_turned_and_retaken_by_real_engines(desk: DeskSite) -> None:
    op = desk.person("op", "operator")
    scan = desk.scan("typed.png", AGREED).id
    desk.weigh()
    client = desk.client(op)
    assert post(client, f"/desk/scan/{scan}/read-again", why="newer engines").headers["location"].endswith("again")
    desk.weigh()
    sources = {each.source.partition(" ")[0] for each in desk.home.store.readings(scan) if each.kind == "machine"}
    assert "tesseract" in sources
    values = {"csrf": csrf(client), "why": "a better picture", "anyway": "1"}
    better = page({"number": "473962 typed.png", "customer": "Mary Poole", "total": "12.50"})
    with Image.open(io.BytesIO(better)) as picture:
        out = io.BytesIO()
        picture.resize((1240, 1754)).save(out, "PNG")
    sent_file = {"file": ("b.png", out.getvalue(), "image/png")}
    answer = client.post(f"/desk/scan/{scan}/retake", data=values, files=sent_file)
    assert answer.status_code == 303, answer.text
    acts = [each.verb for each in desk.home.store.acts(scan=scan)]
    assert len(acts) == 2


@pytest.mark.promise("the whole form at")
def test_the_whole_form_is_corrected_at_once_or_not_at_all(busy: DeskSite, op: Transcriber) -> None:
    scan, client = scan_of(busy, "agreed.png").scan.id, busy.client(op)
    address = f"/desk/scan/{scan}/edit"
    assert 'value="Mary Poole"' in client.get(f"/desk/scan/{scan}").text
    typed = {"field number": "473962", "field customer": "Marie Poole", "field total": "many"}
    refused = post(client, address, why="she said so", **typed)
    assert refused.status_code == 422
    assert 'value="Marie Poole"' in refused.text
    assert "is no value that" in refused.text
    assert "--anyway" not in refused.text
    assert [each.verb for each in busy.home.store.acts(scan=scan)] == []
    assert 'id="no-reason"' in post(client, address, **{**typed, "field total": "14"}).text
    kept = post(client, address, why="she said so", **{**typed, "field total": "14.00"})
    assert kept.headers["location"] == f"/desk/scan/{scan}?done=correct"
    busy.weigh()
    decided = {str(each.key): each.text for each in busy.home.store.decisions(scan)}
    assert decided == {"number": "473962", "customer": "Marie Poole", "total": "14.00"}
    assert [str(each.key) for each in busy.home.store.acts(scan=scan)] == ["customer", "total"]


def test_the_whole_form_leaves_alone_what_somebody_else_changed_meanwhile(busy: DeskSite, op: Transcriber) -> None:
    scan, client = scan_of(busy, "agreed.png").scan.id, busy.client(op)
    address = f"/desk/scan/{scan}/edit"
    shown = Shown(client.get(f"/desk/scan/{scan}").text, address).values
    mine = {key: value or "" for key, value in shown.items() if key and key != "csrf"}
    post(client, address, **{**mine, "field customer": "Marie Poole", "why": "she said so"})
    busy.weigh()
    late = post(client, address, **{**mine, "field total": "14.00", "why": "seen on the paper"})
    assert late.status_code == 303
    busy.weigh()
    decided = {str(each.key): each.text for each in busy.home.store.decisions(scan)}
    assert (decided["customer"], decided["total"]) == ("Marie Poole", "14.00")
    both = post(client, address, **{**mine, "field customer": "Mary Pool", "why": "I see it so"})
    assert both.status_code == 422
    assert "says now: Marie Poole" in both.text
    assert 'value="Mary Pool"' in both.text
    sent_again = {key: value or "" for key, value in Shown(both.text, address).values.items() if key and key != "csrf"}
    assert post(client, address, **sent_again).status_code == 303, "what was looked at again is the last word"


def test_the_whole_form_says_where_nothing_was_changed(busy: DeskSite, op: Transcriber) -> None:
    scan, client = scan_of(busy, "agreed.png").scan.id, busy.client(op)
    address = f"/desk/scan/{scan}/edit"
    shown = Shown(client.get(f"/desk/scan/{scan}").text, address).values
    told = post(client, address, **{**{key: value or "" for key, value in shown.items() if key != "csrf"}, "why": "x"})
    assert told.status_code == 422
    assert "Nothing was changed, so nothing was saved." in told.text
    assert [each.verb for each in busy.home.store.acts(scan=scan)] == []


def test_a_mark_is_corrected_by_a_choice_of_yes_and_no(tmp_path: Path) -> None:
    marked = DEFINITION.format(name="marked").replace('type = "name"', 'type = "checkbox"')
    with desk_site(tmp_path) as desk:
        (tmp_path / "marked.toml").write_text(marked, encoding="utf-8")
        (tmp_path / "marked.png").write_bytes(page({}))
        desk.home.use_form(str(tmp_path / "marked.toml"))
        desk.scan("marked.png", {**AGREED, "customer": ("true", "true")}, form="marked")
        desk.weigh()
        scan = scan_of(desk, "marked.png").scan.id
        desk.home.store.correct_value(scan, FieldKey("customer"), "true", "op", "x", desk.now())
        desk.weigh()
        client = desk.client(desk.person("op", "operator"))
        page_of = client.get(f"/desk/scan/{scan}?field=customer").text
        choice = re.search(r'<select id="f-customer"[^>]*>(.*?)</select>', page_of)
        assert choice
        assert re.findall(r'value="(\w*)"( selected)?>(\w+)', choice[1]) == [
            ("", "", "blank"),
            ("true", " selected", "yes"),
            ("false", "", "no"),
        ]


def test_a_file_of_many_scans_names_the_address_of_the_next_ones(
    busy: DeskSite, op: Transcriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_list, "MOST_IN_FILE", 2)
    client, address, names = busy.client(op), "/desk/scans.json?batch=monday", []
    while address:
        answer = client.get(address)
        names += [row["name"] for row in answer.json()["scans"]]
        address = answer.links["next"]["url"] if "next" in answer.links else ""
    assert names == ["doubt2.png", "doubt.png", "agreed.png"]


def test_the_page_of_a_scan_says_which_rule_does_not_hold_and_the_list_finds_it(busy: DeskSite, tmp_path: Path) -> None:
    store = busy.home.store
    rule = '[[rule]]\nname = "sum"\ncheck = "total == customer"\n'
    definition = DEFINITION.format(name="sums").replace('type = "name"', 'type = "amount"') + rule
    (tmp_path / "sums.toml").write_text(definition, encoding="utf-8")
    (tmp_path / "sums.png").write_bytes(page({}))
    busy.home.use_form(str(tmp_path / "sums.toml"))
    scan = busy.scan("broken.png", {**AGREED, "customer": ("15.00", "15.00")}, form="sums")
    busy.weigh()
    for name, text in (("number", "473962"), ("customer", "15.00"), ("total", "12.50")):
        store.correct_value(scan.id, FieldKey(name), text, "op", "it says so", busy.now())
    busy.weigh()
    publish_records(busy.home)
    client = busy.client(busy.person("op", "operator"))
    shown = client.get(f"/desk/scan/{scan.id}").text.partition('id="exceptions"')[2].partition("</section>")[0]
    assert "“sum” does not hold" in shown
    assert "Expected was 15.00; found was 12.50." in shown or "Expected was 12.50; found was 15.00." in shown
    assert f'href="/desk/scan/{scan.id}?field=total#field"' in shown
    rows = client.get("/desk/scans.json?exceptions=some").json()["scans"]
    assert [row["name"] for row in rows] == ["broken.png"]
    assert client.get("/desk/scans.json?exceptions=some&form=order").json()["scans"] == []
    assert 'id="exceptions"' not in client.get(f"/desk/scan/{scan_of(busy, 'agreed.png').scan.id}").text
