"""The promised day of payment, the alarm before it passes, and a statement for each month that a person can keep."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from flows.alerts.conditions import late_pay
from tests.transcribe.review.site import Site, client_of, make_site, set_pay
from tests.transcribe.store.world import put
from transcribe.model import FieldKey, Transcriber
from transcribe.people import pay_promise
from transcribe.review.options import ReviewOptions
from transcribe.store.facts import SentReading

OCTOBER = datetime(2026, 10, 20, 12, tzinfo=UTC)


def earned_in_october(folder: Path, pay_day: int) -> tuple[Site, Transcriber]:
    """Amina was paid by the piece for one reading in October."""
    site = make_site(folder, ReviewOptions(pay_day=pay_day))
    site.clock.start = OCTOBER
    set_pay(site)
    site.scan("bon-de-commande", {FieldKey("order_number"): "1"})
    amina = site.person("amina")
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    site.store.submit(task.id, amina.id, SentReading(text="1", idem="the-first", seconds=0.0), site.clock.now())
    return site, amina


def alerts(site: Site, pay_day: int) -> list[str]:
    home = SimpleNamespace(store=site.store, settings=SimpleNamespace(pay_day=pay_day))
    return [alert.message for alert in late_pay(cast(Any, home), site.clock.now())]


@pytest.mark.promise(
    "%(amount)s of the months before is late:",
    "%(amount)s of the months before is paid",
    "What you earn this",
    "pay of the months before is",
    "what was earned in",
)
def test_the_day_is_said_kept_and_late_pay_is_shown_to_both(tmp_path: Path) -> None:
    site, amina = earned_in_october(tmp_path, 10)
    page = client_of(site, amina).get("/pay").text
    assert 'id="promised-EUR"' not in page
    assert "What you earn this month is paid out by 10 Nov 2026." in page

    site.clock.forward = datetime(2026, 11, 6, tzinfo=UTC) - OCTOBER
    assert re.search(r"€0.01 of the months before is paid out by 10 Nov 2026.", client_of(site, amina).get("/pay").text)
    assert alerts(site, 10) == []
    site.clock.forward += timedelta(days=1, hours=1)
    (near,) = alerts(site, 10)
    assert near.startswith("1 person is due pay of the months before, which is promised by 2026-11-10")
    site.clock.forward += timedelta(days=4)
    assert 'data-late="yes"' in client_of(site, amina).get("/pay").text
    assert "was promised" in alerts(site, 10)[0]

    site.store.close_period(site.clock.now(), "2026-10", site.clock.now())

    assert 'id="promised-EUR"' not in client_of(site, amina).get("/pay").text
    assert alerts(site, 10) == []


@pytest.mark.promise("No day of payment", "no day is promised")
def test_where_no_day_is_promised_the_page_says_so(tmp_path: Path) -> None:
    site, amina = earned_in_october(tmp_path, 0)
    site.clock.forward = timedelta(days=90)

    assert 'id="no-pay-day-EUR"' in client_of(site, amina).get("/pay").text
    assert alerts(site, 0) == []


@pytest.mark.promise(
    "Made on %(moment)s. Every",
    "Print this page, or",
    "Statements to print or",
    "due before, earned, paid",
    "%(before)s due when the",
)
def test_each_month_has_a_statement_that_adds_up_with_the_ledger(tmp_path: Path) -> None:
    site, amina = earned_in_october(tmp_path, 10)
    site.clock.forward = datetime(2026, 11, 9, tzinfo=UTC) - OCTOBER
    site.store.close_period(site.clock.now(), "2026-10", site.clock.now())
    client = client_of(site, amina)
    months = re.findall(r'href="(/pay/statement/[^"]+)"', client.get("/pay").text)
    assert months == ["/pay/statement/2026-11", "/pay/statement/2026-10"]

    october, november = client.get(months[1]).text, client.get(months[0]).text

    facts = {
        name: re.findall(rf'data-fact="{name}">\s*€([\d.]+)', october + november)
        for name in ("before", "earned", "paid", "due")
    }
    assert facts == {
        "before": ["0.00", "0.01"],
        "earned": ["0.01", "0.00"],
        "paid": ["0.00", "0.01"],
        "due": ["0.01", "0.00"],
    }
    assert re.findall(r"exactly €([\d.]+)", october) == ["0.014", "0.014"], "earned and due; of what is in cents none"
    assert '<td data-label="Earned">€0.014</td>' in october
    assert "Statement of October 2026" in october
    assert client.get("/pay/statement/2025-01").status_code == 404


@pytest.mark.promise("Made on %(moment)s. Every")
def test_a_statement_and_my_pay_tell_the_same_sum_and_its_days_add_up(tmp_path: Path) -> None:
    """What is due was rounded up on one and down on the other; days without their parts of a cent did not add up."""
    site, amina = earned_in_october(tmp_path, 10)
    for day in (1, 2, 3):
        site.clock.forward += timedelta(days=1)
        site.scan("bon-de-commande", {FieldKey("order_number"): str(day)}, name=f"day {day}")
        (task,) = site.store.lease(amina.id, 1, site.clock.now())
        sent = SentReading(text="1", idem=f"on-day-{day}", seconds=0.0)
        site.store.submit(task.id, amina.id, sent, site.clock.now())
    client = client_of(site, amina)

    pay, statement = client.get("/pay").text, client.get("/pay/statement/2026-10").text

    assert re.findall(r'data-fact="due">€([\d.]+)', pay) == ["0.05"]
    assert re.findall(r'data-fact="due">\s*€([\d.]+)', statement) == ["0.05"], "what is paid of 0.056: whole cents"
    assert "exactly €0.056" in pay
    assert re.findall(r'data-fact="earned">\s*€([\d.]+)', statement) == ["0.05"], "no cent more than is due of it"
    assert statement.count("exactly €0.056") == 2, "earned and due"
    assert re.findall(r'data-label="Earned">€([\d.]+)<', statement) == ["0.014"] * 4


def test_what_was_earned_today_is_no_cent_more_than_is_due_of_it(tmp_path: Path) -> None:
    """0,635 was 0,63 due, and 0,64 earned on the same day."""
    site, amina = earned_in_october(tmp_path, 10)
    for number in range(2):  # 0.028 more, on another day than the 0.014 before
        site.clock.forward += timedelta(days=1) if number == 0 else timedelta()
        site.scan("bon-de-commande", {FieldKey("order_number"): str(number)}, name=f"scan {number}")
        (task,) = site.store.lease(amina.id, 1, site.clock.now())
        sent = SentReading(text="1", idem=f"of-this-day-{number}", seconds=0.0)
        site.store.submit(task.id, amina.id, sent, site.clock.now())
    client = client_of(site, amina)

    pay, today = client.get("/pay").text, client.get("/day").json()["pieces"]

    assert "€0.02" in today, today
    assert re.findall(r'<span class="money">€([\d.]+)</span></summary>', pay) == ["0.02", "0.01"]
    assert "€0.03" not in re.sub(r"exactly €[\d.]+", "", pay.split('class="week"')[1].split("</table>")[0])


def test_a_statement_is_nobody_elses_and_stays_for_who_is_a_volunteer_now(tmp_path: Path) -> None:
    site, amina = earned_in_october(tmp_path, 10)
    assert client_of(site, site.person("ben")).get("/pay/statement/2026-10").status_code == 404
    put(site.store, replace(amina, engagement="volunteer"), site.clock.now())
    client = client_of(site, amina)
    assert client.get("/pay/statement/2026-10").status_code == 200
    pay = client.get("/pay").text
    assert "/pay/statement/2026-10" in pay
    assert 'data-fact="due"' in pay
    assert 'id="rates"' not in pay, "no reading of theirs pays anything now"


def test_the_month_of_a_promise_goes_over_the_year() -> None:
    promise = pay_promise(28, datetime(2026, 12, 31, 23, tzinfo=UTC))
    assert promise
    assert (promise.earned_before.month, promise.by.day, promise.next_by) == (12, 28, datetime(2027, 1, 28, tzinfo=UTC))
