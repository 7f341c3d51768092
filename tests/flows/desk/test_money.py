"""The section Money: months of work, what is owed, spent by form and batch, disputes."""

from __future__ import annotations

import re
import secrets
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from flows.desk.pages.amounts import COST_PLACES, Money, evened
from flows.steps import keep_provisional
from reconcile.records import MonthOfWork, quality
from tests.flows.desk.desk_site import DOUBTED, TEXTS, DeskSite, post
from tests.flows.house import until
from tests.transcribe.store.world import sent
from transcribe.model import Transcriber
from transcribe.store import Offer
from transcribe.store.facts import Floor, Rate


def test_money_is_told_by_form_and_what_is_owed_is_added_up_on_demand(busy: DeskSite) -> None:
    store, ann = busy.home.store, busy.person("ann", "transcriber")
    store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=busy.now()), busy.now())
    busy.read(ann, "Mary Poole")
    busy.weigh()
    month = MonthOfWork(month="2026-10", currency="EUR", people=9, hours=80.0, pay=1200.0, pay_per_hour=15.0)
    quality.keep(busy.home.settings.records, [], [month])
    client = busy.client(busy.person("op", "operator"))
    assert [row["an_hour"] for row in client.get("/desk/money/months.json").json()["months"]] == [15.0]
    rows = client.get("/desk/money/form-costs.json").json()["form-costs"]
    row = next(each for each in rows if each["form"] == "order")
    assert (row["form"], row["records"], row["pay"], row["currency"]) == ("order", 1, 0.02, "EUR")
    assert (row["a_record"], row["right_from"], row["right_to"]) == (0.02, None, None)
    assert post(busy.client(busy.person("aud", "auditor")), "/desk/money/count").status_code == 404
    assert post(client, "/desk/money/count").headers["location"] == "/desk/money?done=count"
    until(lambda: client.get("/desk/money/owed.json").json()["owed"])
    owed = client.get("/desk/money/owed.json").json()["owed"]
    assert [(row["handle"], row["due"]) for row in owed] == [("ann", "0.02")]


def rows_of(full: DeskSite, name: str) -> list[dict[str, Any]]:
    """A table of the section."""
    known = {each.handle: each for each in full.home.store.transcribers()}
    client = full.client(known.get("looks") or full.person("looks", "auditor"))
    found: list[dict[str, Any]] = client.get(f"/desk/money/{name}.json").json()[name.rpartition("/")[2]]
    return found


@pytest.mark.promise("cost by form and", "engine seconds, minutes of", "at both ends of")
def test_cost_has_the_engines_the_people_and_what_a_right_record_takes(full: DeskSite) -> None:
    rows = {row["form"]: row for row in rows_of(full, "form-costs")}
    order = rows["order"]
    assert order["engine_seconds"] == pytest.approx(13 * 2.4, abs=0.1)
    assert order["people_minutes"] > 0
    assert order["records"] == 10
    assert order["a_record"] == pytest.approx(order["pay"] / 10, abs=1e-5)
    assert order["a_record"] < order["right_from"] < order["right_to"]
    assert "" not in rows, "each field is paid the worth of its time, so that nothing is left to top up"
    batches = {row["batch"]: row for row in rows_of(full, "batch-costs")}
    assert batches["audits"]["engine_seconds"] == pytest.approx(8 * 2.4)
    assert sum(row["records"] for row in batches.values()) == sum(row["records"] for row in rows.values())


def test_a_provisional_record_is_finished_when_it_is_final_and_costs_nothing_before(desk: DeskSite) -> None:
    store: Any = desk.home.store
    store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=desk.now()), desk.now())
    desk.scan("doubt.png", DOUBTED)
    desk.weigh()
    assert keep_provisional(desk.home) == 1, "nobody is there"
    desk.weigh()
    (row,) = rows_of(desk, "form-costs")
    assert (row["records"], row["a_record"]) == (0, None)
    people = [desk.person(name, "transcriber") for name in ("ann", "bob", "cat")]
    for who in (*people, *people):
        for task in store.lease(who.id, 1, desk.now(), 600.0, Offer(pools=("read",))):
            text = sent(TEXTS[task.key.name], secrets.token_hex(8), seconds=4.0)
            store.submit(task.id, who.id, text, desk.now())
        desk.weigh()
    (row,) = rows_of(desk, "form-costs")
    assert (row["records"], row["a_record"]) == (1, row["pay"])


@pytest.mark.promise(
    "Everybody is topped up", "`fairhand pay report` says", "A pay period is", "pay periods with their"
)
def test_a_period_that_was_closed_is_the_transfers_that_the_command_printed(full: DeskSite) -> None:
    (period,) = rows_of(full, "periods")
    client = full.client(full.person("pays", "operator"))
    page = client.get("/desk/money/period?reference=2026-11")
    assert page.status_code == 200
    lines = client.get("/desk/money/period.csv?reference=2026-11").text.splitlines()
    assert lines[0] == "handle,amount,currency,reference,date,carried"
    assert sum(float(line.split(",")[1]) for line in lines[1:]) == pytest.approx(period["amount"])
    assert all(re.fullmatch(r"\d+\.\d\d", line.split(",")[1]) for line in lines[1:]), "whole cents"
    assert client.get("/desk/money/period?reference=2020-01").status_code == 404


@pytest.mark.promise(
    "A bank transfers no",
    "Nothing was carried: all",
    "Of %(num)s person less",
    "The rest stays due",
    "What is [carried]",
)
def test_what_a_period_carries_stands_on_every_page_and_in_every_file(busy: DeskSite) -> None:
    store, ann, bob = busy.home.store, busy.person("ann", "transcriber"), busy.person("bob", "transcriber")
    store.put_rate(Rate(form="", micro=21_234, currency="EUR", since=busy.now()), busy.now())
    busy.read(ann, "Mary Poole")
    store.put_rate(Rate(form="", micro=1_234, currency="EUR", since=busy.now()), busy.now())
    busy.scan("more.png", DOUBTED)
    busy.read(bob, "Mary Poole")
    store.close_period(busy.now(), "2026-11", busy.now())
    client = busy.client(busy.person("op", "operator"))
    address = "?reference=2026-11"
    (row,) = client.get(f"/desk/money/period.json{address}").json()["transfers"]
    assert (row["handle"], row["amount"], row["carried"]) == ("ann", "0.02", "0.001234")
    assert client.get(f"/desk/money/period.csv{address}").text.splitlines()[1].endswith(",0.001234")
    rows = client.get(f"/desk/money/carried.json{address}").json()["carried"]
    assert [(row["handle"], row["carried"]) for row in rows] == [("ann", "0.001234"), ("bob", "0.001234")]
    page = client.get(f"/desk/money/period{address}").text
    assert page.count("€0.001234") == 2
    assert "A bank transfers no less than the smallest coin" in page
    (day,) = client.get("/desk/money/statement.json?who=ann").json()["statement"]
    assert (day["paid"], day["carried"]) == (0.02, "0.001234")
    said = "€0.001234 of it was carried to the next period"
    assert said in client.get("/desk/money/statement?who=ann").text
    assert said in client.get("/desk/money/statement?who=bob").text
    for person in (ann, bob):
        own = busy.client(person)
        for page in ("/pay", f"/pay/statement/{busy.now():%Y-%m}"):
            assert own.get(page).text.count("Less than one cent is left. You get it with your next pay.") == 1


@pytest.mark.promise("%(before)s due when the")
def test_a_statement_is_that_of_the_person_themselves(full: DeskSite) -> None:
    ann = full.home.store.transcriber("ann")
    client = full.client(full.person("states", "operator"))
    page = client.get("/desk/money/statement?who=ann").text
    month = f"{full.now():%Y-%m}"
    own = full.client(ann).get(f"/pay/statement/{month}").text
    for fact in ("earned", "paid"):
        (told,) = re.findall(rf'data-fact="{fact}">\s*([^<]+?)\s*<', own)
        assert told in page, fact
    rows = client.get(f"/desk/money/statement.json?who=ann&month={month}").json()["statement"]
    assert sum(row["readings"] for row in rows) == 4
    assert client.get("/desk/money/statement?who=nobody").status_code == 404
    idle = full.person("idle", "transcriber").handle
    for address in ("?who=ann&month=2020-01", f"?who={idle}"):
        assert "Nothing stands in this month." in client.get(f"/desk/money/statement{address}").text
    limited = full.client(full.person("limited", "operator", forms=("order",)))
    assert limited.get("/desk/money/statement?who=ann").status_code == 404
    assert full.client(ann).get("/desk/money/statement?who=ann").status_code == 404


def looked(client: TestClient, reference: str, until: str = "") -> tuple[str, dict[str, str]]:
    """What the first press says, and what the form of the second one sends."""
    page = client.get("/desk/money/close/look", params={"reference": reference, "until": until}).text
    form = page.partition('action="/desk/money/close"')[2].partition("</form>")[0]
    return page, dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def earned(desk: DeskSite, who: Transcriber, micro: int, currency: str = "EUR") -> None:
    """A line of the ledger as work writes it."""
    store: Any = desk.home.store
    with store.db.write():
        store.write_line(store.person_row(who.id)["id"], "time", micro, currency, 0.0, desk.now())


@pytest.mark.promise(
    "Close a pay period",
    "Close the pay period",
    "Mark %(sums)s as paid",
    "Everybody is topped up",
    "A pay period is",
    "everybody is topped up,",
    "closes a pay period",
)
def test_a_period_is_closed_without_javascript_once_and_lands_in_the_log(busy: DeskSite) -> None:
    store, ann = busy.home.store, busy.person("ann", "transcriber")
    store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=busy.now()), busy.now())
    busy.read(ann, "Mary Poole")
    client = busy.client(busy.person("op", "operator"))
    assert 'href="/desk/money/close"' in client.get("/desk/money").text
    assert 'name="reference"' in client.get("/desk/money/close").text
    _, confirmed = looked(client, "2026-11")
    done = post(client, "/desk/money/close", **confirmed)
    assert done.headers["location"] == "/desk/money/period?reference=2026-11&done=period-closed"
    told = client.get("/desk/money/period.json?reference=2026-11").json()["transfers"]
    assert [(row["handle"], row["amount"]) for row in told] == [("ann", "0.02")]
    assert sum(line.micro for line in store.ledger(ann.id)) == 0
    assert [each.actor for each in store.audit() if each.action.startswith("period closed")] == ["op"]
    again = post(client, "/desk/money/close", **confirmed)
    assert again.status_code == 422
    assert sum(line.kind == "paid" for line in store.ledger(ann.id)) == 1, "a second click pays nothing"
    assert client.get("/desk/money/close/look?reference=2026-11").status_code == 422, "this reference is taken"
    page, none = looked(client, "2026-12")
    assert (none, "Nobody is due anything" in page) == ({}, True)
    later = post(client, "/desk/money/close", reference="2026-12", until="")
    assert later.headers["location"] == "/desk/money?done=nothing-due"


@pytest.mark.promise(
    "%(num)s person would be",
    "Nothing is marked as",
    "See what would be",
    "Of %(num)s person less",
    "The first press says",
    "nothing is marked as",
)
def test_what_would_be_paid_to_whom_is_said_first_and_nothing_is_paid_before_it_is_confirmed(busy: DeskSite) -> None:
    ann, bob, cat = (busy.person(name, "transcriber") for name in ("ann", "bob", "cat"))
    for who, micro, currency in (
        (ann, 951_121, "EUR"),
        (bob, 1_230_000, "EUR"),
        (cat, 9_999, "EUR"),
        (ann, 7_000_000, "JPY"),
    ):
        earned(busy, who, micro, currency)
    client = busy.client(busy.person("op", "operator"))
    unseen = post(client, "/desk/money/close", reference="2026-11", until="")
    assert unseen.headers["location"] == "/desk/money/close/look?reference=2026-11", "one press pays nothing"
    page, confirmed = looked(client, "2026-11")
    assert "2 people would be paid: €2.18, JP¥7 in all." in page
    assert "Of 2 people less than the smallest coin is carried" in page
    sums = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr>(.*?)</tr>", page)]
    assert ["EUR", "2", "€2.18", "€0.01112", "–"] in sums
    assert ["JPY", "1", "JP¥7", "JP¥0", "–"] in sums
    assert ["ann", "€0.95", "€0.001121"] in sums
    assert ["cat", "€0.00", "€0.009999"] in sums
    assert busy.home.store.pay_periods() == []
    earned(busy, bob, 50_000)
    assert post(client, "/desk/money/close", **confirmed).headers["location"].endswith("done=period-closed")
    paid = {(each.currency, each.micro) for each in busy.home.store.pay_periods()}
    assert paid == {("EUR", 2_180_000), ("JPY", 7_000_000)}, "what came after it was seen is of the next period"


def test_amounts_of_a_column_have_as_many_decimals_as_one_of_them_needs(busy: DeskSite) -> None:
    for name, micro, currency in (("ann", 951_121, "EUR"), ("bob", 1_230_000, "EUR"), ("cat", 7_000_000, "JPY")):
        earned(busy, busy.person(name, "transcriber"), micro, currency)
    page, _ = looked(busy.client(busy.person("op", "operator")), "2026-11")
    assert re.findall(r">([^<]*0\.00[^<]*)<", page.partition('id="payments"')[2]) == ["€0.001121", "€0.00"]
    visit: Any = SimpleNamespace(language="en")
    rows = [(Money(micro, currency),) for micro, currency in ((951_121, "EUR"), (20_000, "EUR"), (7_000_000, "JPY"))]
    assert [cell.shown for (cell,) in evened(visit, rows)] == ["€0.951121", "€0.020000", "JP¥7"]
    assert [cell.shown for (cell,) in evened(visit, rows, COST_PLACES)] == ["€0.9511", "€0.0200", "JP¥7"]
    tiny = [(Money(micro, "EUR"),) for micro in (11, 0, 20_100)]
    assert [cell.shown for (cell,) in evened(visit, tiny, COST_PLACES)] == ["less than €0.0001", "€0.00", "€0.0201"]
    assert [cell.shown for (cell,) in evened(visit, rows[1:])] == ["€0.02", "JP¥7"]


@pytest.mark.promise("What is due has", "nothing is marked as")
def test_what_has_changed_since_it_was_seen_is_shown_again(busy: DeskSite) -> None:
    ann = busy.person("ann", "transcriber")
    earned(busy, ann, 951_121)
    client = busy.client(busy.person("op", "operator"))
    _, confirmed = looked(client, "2026-11")
    busy.home.store.leave(ann.id, busy.now())
    again = post(client, "/desk/money/close", **confirmed).headers["location"]
    assert again == "/desk/money/close/look?reference=2026-11&changed=true"
    page = client.get(again).text
    assert 'id="changed"' in page
    assert "1 person would be paid: €0.96 in all." in page, "who has left has it rounded up"
    assert busy.home.store.pay_periods() == []


@pytest.mark.parametrize("until", ["2999-01-01", "2026-02-30"])
def test_a_period_ends_on_a_day_that_has_come(busy: DeskSite, client: TestClient, until: str) -> None:
    assert post(client, "/desk/money/close", reference="2026-11", until=until).status_code == 422
    assert client.get(f"/desk/money/close/look?reference=2026-11&until={until}").status_code == 422


@pytest.mark.promise("Nothing is owed: nobody")
def test_where_nothing_is_owed_the_page_says_why(desk: DeskSite) -> None:
    client = desk.client(desk.person("op", "operator"))
    assert "It is set under “What work pays”." in unescape(owed_part(client))
    floor = Floor(micro=12_500_000, currency="EUR", source="minimum wage", since=desk.now())
    desk.home.store.put_floor(floor, desk.now())
    assert "Nothing is owed." in owed_part(client)


def owed_part(client: TestClient) -> str:
    return str(client.get("/desk/money").text.partition('id="part-owed"')[2].partition("</section>")[0])
