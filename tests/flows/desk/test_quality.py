"""The section Quality: what audits found with interval and n, needless questions, versions and the way back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from flows.desk.pages.counts import summed
from flows.measuring import field_qualities
from flows.steps import publish_records
from reconcile.algorithms import exact_interval
from reconcile.learning import AuditedValue
from reconcile.parameters import shipped_parameters
from reconcile.records import Selection, quality, query
from tests.flows.desk import filled_site
from tests.flows.desk.desk_site import DeskSite, post
from tests.flows.desk.filled_site import audits
from tests.flows.house import until
from tests.transcribe.store.world import sent
from transcribe.model import FieldKey
from transcribe.store import Offer
from transcribe.store.facts import Rate


def audited(busy: DeskSite) -> None:
    """Audits of two fields of one type: 3 of 40 wrong, and 1 of 10."""
    values = [
        AuditedValue(form="order", key=FieldKey(field), type="code", wrong=number < wrong, at=busy.now())
        for field, count, wrong in (("number", 40, 3), ("other", 10, 1))
        for number in range(count)
    ]
    quality.keep(busy.home.settings.records, field_qualities(values, busy.now()), [])


def test_errors_are_shown_by_type_with_interval_and_count(busy: DeskSite) -> None:
    audited(busy)
    client = busy.client(busy.person("op", "operator"))
    rows = {row["type"]: row for row in client.get("/desk/quality/by-type.json").json()["by-type"]}
    assert (rows["code"]["audited"], rows["code"]["wrong"], rows["code"]["share"]) == (50, 4, 0.08)
    ends = tuple(round(each, 6) for each in exact_interval(4, 50))
    assert (rows["code"]["interval_low"], rows["code"]["interval_high"]) == ends
    assert rows[""]["audited"] == 50
    fields = {row["field"]: row["wrong"] for row in client.get("/desk/quality/by-field.json").json()["by-field"]}
    assert fields == {"number": 3, "other": 1}
    limited = busy.client(busy.person("half", "operator", forms=("invoice2",)))
    assert limited.get("/desk/quality/by-type.json").json()["by-type"] == []
    assert limited.get("/desk/quality/learnt.json").status_code == 404


@pytest.mark.promise("the share of wrong values with")
def test_one_line_stands_first_and_each_figure_opens_what_it_rests_on(busy: DeskSite) -> None:
    audited(busy)
    client = busy.client(busy.person("op", "operator"))
    for address in ("/desk", "/desk/quality"):
        line = client.get(address).text.partition('id="headline"')[2].partition("</p>")[0]
        most = 100 * exact_interval(4, 50)[1]
        assert f"8% of values wrong, at most {most:.2f}%" in line
        for href in re.findall(r'href="([^"#]+)', line):
            assert client.get(href).status_code == 200
    home = busy.home.store
    scans = summed(home.scan_counts_in_all())
    machines = sum(each.count for each in home.work_done(busy.now() - timedelta(days=31), ["decided by machine"]))
    share = machines / (machines + scans["open fields"])
    assert 0 < share < 1, "some fields wait for people"
    assert f"machines decide {100 * share:.1f}% of the fields alone" in line
    finished = [each for each in home.scan_counts_in_all() if each.what == "state finished"]
    assert ("of the scans go straight through" in line) is bool(finished)


def test_what_is_empty_is_named_and_takes_no_section(client: TestClient) -> None:
    page = client.get("/desk/quality").text
    empty = page.partition('id="empty-parts"')[2].partition("</section>")[0]
    assert "Wrong values by form and field type: Nothing was audited yet." in empty
    assert 'id="live-by-type"' not in page


@pytest.mark.promise("Cost beside keying everything", "Pay if all were keyed", "what the last 31 days cost in people's")
def test_the_work_of_a_month_is_laid_beside_keying_each_written_value_twice(busy: DeskSite) -> None:
    store = busy.home.store
    store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=busy.now()), busy.now())
    who = [busy.person(name, "transcriber") for name in ("ann", "bea")]
    for number, each in enumerate(who):
        (task,) = store.lease(each.id, 1, busy.now(), 600.0, Offer(pools=("read",)))
        busy.ahead += timedelta(seconds=40)
        store.submit(task.id, each.id, sent("Mary Poole", f"{number}", seconds=36.0), busy.now())
    busy.weigh()
    publish_records(busy.home)
    (record,) = query.records(busy.home.settings.records, "order", selection=Selection(status="complete"))
    written = sum(each.no_value is None for each in record.origins)
    assert written
    client = busy.client(busy.person("op", "operator"))
    until(lambda: client.get("/desk/quality/value.json").json()["value"])
    (row,) = client.get("/desk/quality/value.json").json()["value"]
    assert (row["form"], row["records"], row["values"], row["readings"]) == ("order", 1, written, 2)
    assert (row["hours"], row["hours_twice"]) == (0.02, round(2 * written * 0.01, 4))
    paid = sum(line.micro for each in who for line in store.ledger(each.id)) / 1e6
    assert (row["pay"], row["pay_twice"], row["currency"]) == (paid, round(2 * written * paid / 2, 6), "EUR")
    page = client.get("/desk/quality").text
    assert "A reading took people 36 seconds here." in page
    limited = busy.client(busy.person("half", "operator", forms=("order",)))
    assert limited.get("/desk/quality/value.json").json()["value"][0]["pay"] is None, "pay is for who sees all forms"


def test_audits_are_shown_before_the_daily_count_has_published_them(busy: DeskSite) -> None:
    audits(busy, busy.person("eve", "expert"))
    client = busy.client(busy.person("op", "operator"))
    (point,) = client.get("/desk/quality/calibration.json").json()["calibration"]
    rows = {row["type"]: row for row in client.get("/desk/quality/by-type.json").json()["by-type"]}
    assert (rows[""]["audited"], rows[""]["wrong"]) == (point["audited"], point["wrong"])
    page = client.get("/desk/quality").text
    assert "Nothing was audited yet." not in page
    part = page.partition('id="part-by-type"')[2].partition("</section>")[0]
    assert "What came later is not in it." in part


def test_few_audits_are_not_said_to_be_none(busy: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """The curve of the surest values needs twenty of them; of nine it said that nothing was audited."""
    monkeypatch.setattr(filled_site, "AUDITED_SCANS", 2)
    audits(busy, busy.person("eve", "expert"))
    page = busy.client(busy.person("op", "operator")).get("/desk/quality").text
    assert "Nothing was audited yet." not in page
    assert "Fewer than 20 values were audited: they tell nothing of it yet." in page


def test_needless_questions_are_counted_on_demand(busy: DeskSite, client: TestClient) -> None:
    ann, bea = busy.person("ann", "transcriber"), busy.person("bea", "transcriber")
    for who in (ann, bea):
        busy.read(who, "Mary Poole")
    busy.weigh()
    assert client.get("/desk/quality/needless.json").json()["needless"] == []
    assert post(client, "/desk/quality/count").headers["location"] == "/desk/quality?done=count"
    until(lambda: client.get("/desk/quality/needless.json").json()["needless"])
    found = client.get("/desk/quality/needless.json").json()["needless"]
    asked = busy.home.store.counts().asked
    expected = {(form, why): each for form, whys in asked.items() for why, each in whys.items()}
    assert {(row["form"], row["reason"]): row["fields"] for row in found} == {
        key: each.fields for key, each in expected.items()
    }


def test_an_earlier_version_is_put_in_force_again_and_logged(busy: DeskSite) -> None:
    store = busy.home.store
    store.put_parameters({**shipped_parameters().content, "shipped": {}}, busy.now())
    before = store.parameters_versions()[-1][0]
    client, auditor = busy.client(busy.person("op", "operator")), busy.client(busy.person("aud", "auditor"))
    assert post(auditor, "/desk/quality/back", version=1).status_code == 404
    assert client.post("/desk/quality/back", data={"version": 1, "csrf": "x"}).status_code == 403
    assert post(client, "/desk/quality/back", version=1).headers["location"] == "/desk/quality?done=learn-back"
    assert store.parameters_versions()[-1][0] == before + 1
    assert '<option value="1"' not in client.get("/desk/quality").text, "it is in force, as a later version"
    first, *_ = client.get("/desk/quality/learnt.json").json()["learnt"]
    assert (first["in_force"], first["back_to"], first["by"]) == (True, 1, "op")
    assert "op" in {line.actor for line in store.audit()}


def rows_of(desk: DeskSite, name: str, handle: str = "op", forms: tuple[str, ...] = ()) -> list[dict[str, object]]:
    """A table of the section, for an operator who may be limited to forms."""
    known = {each.handle: each for each in desk.home.store.transcribers()}
    person = known.get(handle) or desk.person(handle, "operator", forms=forms)
    found: list[dict[str, object]] = desk.client(person).get(f"/desk/quality/{name}.json").json()[name]
    return found


def test_curves_are_drawn_of_audits_alone_with_intervals_and_the_numbers_behind(full: DeskSite) -> None:
    (point,) = rows_of(full, "calibration")
    assert (point["audited"], point["wrong"]) == (24, 2)
    assert point["interval_low"] < point["right"] < point["interval_high"]  # type: ignore[operator]  # numbers
    assert rows_of(full, "coverage")[-1]["coverage"] == 1.0
    (week,) = rows_of(full, "errors-by-week")
    assert (week["audited"], week["wrong"]) == (24, 2)
    assert 0 < rows_of(full, "asked-by-week")[-1]["share"] < 0.5  # type: ignore[operator]  # a number
    page = full.client(full.person("sight", "auditor")).get("/desk/quality").text
    for name in ("calibration", "coverage", "asked-by-week", "errors-by-week"):
        assert f'id="{name}-chart"' in page
        assert f'id="{name}-behind"' in page


def test_confusions_show_the_fields_and_lead_to_them(full: DeskSite) -> None:
    first, *_ = rows_of(full, "confusions")
    assert (first["written"], first["read"], first["times"]) == ("1", "7", 4)
    client = full.client(full.person("glimpse", "operator"))
    page = client.get("/desk/quality").text
    snippet = re.search(r'src="(/desk/scan/[0-9a-f]+/snippet[^"]+)"', page)
    assert snippet
    assert client.get(snippet[1]).headers["content-type"].startswith("image/")
    other = full.client(full.person("other form", "operator", forms=("invoice2",)))
    assert other.get(snippet[1]).status_code == 404


def test_engines_and_false_alarms_are_told_by_the_forms_that_somebody_sees(full: DeskSite) -> None:
    assert {row["type"] for row in rows_of(full, "agreement")} == {"amount", "code", "name"}
    assert [(row["kind"], row["form"]) for row in rows_of(full, "alarms")] == [("trouble", "order")]
    for name in ("alarms", "confusions", "calibration", "coverage", "errors-by-week"):
        assert rows_of(full, name, "half", ("invoice2",)) == []
    assert sum(int(str(row["fields"])) for row in rows_of(full, "agreement", "half")) == 3
