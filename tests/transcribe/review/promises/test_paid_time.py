"""Time beside readings is paid, as the pages promise: appeals, contested clocks, questions, tests, explanations."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any, Literal, cast

import pytest
from starlette.testclient import TestClient

from flows.alerts.conditions import late_pay
from tests.patience import PATIENCE
from tests.transcribe.review.site import DATE, NUMBER, Enter, SignIn, Site, client_of, csrf, make_site, set_pay
from tests.transcribe.review.test_readings import outvoted_reading
from tests.transcribe.store.world import put
from transcribe.model import FieldKey, Transcriber
from transcribe.people import pay_promise
from transcribe.review.options import ReviewOptions
from transcribe.store import Store
from transcribe.store.facts import Floor, PayLine, Rate, SentReading


@pytest.fixture
def contested(site: Site) -> tuple[Transcriber, str]:
    """Ann, paid 12 EUR an hour at least, whose reading was outvoted an hour ago; and that reading."""
    set_pay(site)
    _, ann, _, reading = outvoted_reading(site)
    site.clock.forward += timedelta(hours=1)
    return ann, reading


def lines(site: Site, who: Transcriber, what: str) -> list[PayLine]:
    return [line for line in site.store.ledger(who.id) if line.kind == "time" and line.reference == what]


@pytest.mark.promise(
    "Time that you spend", "one appeal a reading,", "The time it takes", "appeals, contested clocks and explanations,"
)
def test_the_time_of_an_appeal_is_paid(site: Site, sign_in: SignIn, contested: tuple[Transcriber, str]) -> None:
    ann, reading = contested
    client = sign_in(ann)
    assert "The time it takes you is paid" in client.get(f"/readings/{reading}").text
    sent = {"csrf": csrf(client), "words": "the last letter", "seconds": "45"}

    assert client.post(f"/readings/{reading}/appeal", data=sent).status_code == 303
    assert client.post(f"/readings/{reading}/appeal", data=sent).status_code == 303

    (line,) = lines(site, ann, "appeal")
    assert (line.seconds, line.micro) == (45.0, 150_000), "45 seconds at 12 EUR an hour, once"
    assert re.search(r'data-kind="time".*?appeal.*?€0.15', client.get("/pay").text, re.S)


@pytest.mark.promise("Time that you spend")
def test_an_appeal_from_a_page_that_measures_nothing_counts_a_minute(
    site: Site, sign_in: SignIn, contested: tuple[Transcriber, str]
) -> None:
    ann, reading = contested
    client = sign_in(ann)

    client.post(f"/readings/{reading}/appeal", data={"csrf": csrf(client), "seconds": ""})

    assert [line.seconds for line in lines(site, ann, "appeal")] == [60.0]


@pytest.mark.promise("Time that you spend", "one dispute a task,")
def test_the_time_of_contesting_a_clock_is_paid(
    site: Site, sign_in: SignIn, contested: tuple[Transcriber, str]
) -> None:
    ann, reading = contested
    (task,) = (each.task for story in site.store.readings_of(ann.id) for each in story.readings if each.id == reading)
    client = sign_in(ann)
    sent = {"csrf": csrf(client), "task": str(task), "minutes": "4", "seconds": "30"}

    for _ in range(2):
        assert client.post("/pay/dispute", data=sent).status_code == 303

    assert [line.seconds for line in lines(site, ann, "dispute")] == [30.0], "once, however often it is sent"
    assert "time contested" in client.get("/pay").text


@pytest.mark.promise("Time that you spend", "up to ten minutes a", "appeals, contested clocks and explanations,")
def test_the_time_of_reading_an_explanation_is_paid_up_to_ten_minutes_a_field(
    site: Site, sign_in: SignIn, contested: tuple[Transcriber, str]
) -> None:
    ann, reading = contested
    client = sign_in(ann)
    page = client.get(f"/readings/{reading}").text
    address = re.search(r'data-time="([^"]+)"', page)
    assert address

    for seconds in ("20", "400", "400"):
        site.clock.forward += timedelta(minutes=10)
        sent = client.post(address[1], data={"csrf": csrf(client), "seconds": seconds})
        assert sent.status_code == 204

    assert [line.seconds for line in lines(site, ann, "explanation")] == [20.0, 400.0, 180.0]
    stranger = sign_in(site.person("vic"))
    assert stranger.post(address[1], data={"csrf": csrf(stranger), "seconds": "20"}).status_code == 404
    assert "explanation read" in client.get("/pay").text


@pytest.mark.promise("By the piece: in")
def test_time_beside_readings_ends_at_the_measure_of_a_day(
    site: Site, sign_in: SignIn, contested: tuple[Transcriber, str]
) -> None:
    ann, reading = contested
    client = sign_in(ann)
    (task,) = (each.task for story in site.store.readings_of(ann.id) for each in story.readings if each.id == reading)
    measure = replace(site.options.measure, skip_minutes_a_day=1)
    site.store.put_time_beside(str(task), ann.id, "explanation", 50.0, site.clock.now(), measure)
    site.clock.forward += timedelta(minutes=10)
    site.store.put_time_beside(str(task), ann.id, "appeal", 50.0, site.clock.now(), measure)

    assert [line.seconds for line in lines(site, ann, "appeal")] == [10.0]
    assert "60 minutes of skips, questions, appeals, contested times and explanations are paid" in (
        client.get("/pay").text
    )


@pytest.mark.promise("Time that you spend")
def test_the_pages_measure_by_themselves(site: Site, enter: Enter, contested: tuple[Transcriber, str]) -> None:
    ann, reading = contested
    site.scan("bon-de-commande", {FieldKey("order_number"): "BC-2025-0101"}, name="more")
    page = enter(ann)
    began = monotonic()
    page.goto(page.url.replace("/work", f"/readings/{reading}"))
    page.wait_for_timeout(2_100)
    page.goto(page.url.replace(f"/readings/{reading}", "/readings"))
    until = monotonic() + PATIENCE  # the page tells its time when it is left, beside what follows
    while not lines(site, ann, "explanation") and monotonic() < until:
        page.wait_for_timeout(50)
    assert 2 <= sum(line.seconds for line in lines(site, ann, "explanation")) <= 1 + monotonic() - began

    began = monotonic()
    page.goto(page.url.replace("/readings", f"/readings/{reading}"))
    site.clock.forward += timedelta(minutes=10)
    page.wait_for_timeout(1_100)
    page.locator("#appeal-form button").dblclick()
    page.locator("#appeal").wait_for()
    (line,) = lines(site, ann, "appeal")  # once, and with its time
    assert 1 <= line.seconds <= 1 + monotonic() - began


OCTOBER = datetime(2026, 10, 20, 12, tzinfo=UTC)


def earned_in_october(folder: Path, pay_day: int) -> tuple[Site, Transcriber]:
    """Amina was paid by the piece for one reading in October."""
    site = make_site(folder, ReviewOptions(pay_day=pay_day, pay_way="Paid by bank transfer."))
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
    "Less than one cent is",
    "Type your legal name",
    "made to be printed, with",
    "how pay reaches people",
    "shown before the first task and on",
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
    assert '<td data-label="Earned">€0.01</td>' in october
    assert '<td data-label="Reference">2026-10</td>' in november
    assert october.count("Less than one cent is left.") == november.count("Less than one cent is left.") == 1
    assert october.count("Paid by bank transfer.") == 1
    assert 'id="legal-name"' in october
    assert "name=" not in october.split('id="legal-name"')[1].split(">")[0], "no page sends it"
    assert "Statement of October 2026" in october
    assert [client.get(f"/pay/statement/{month}").status_code for month in ("2025-01", "2099-01")] == [404, 404]


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
    assert pay.count("Less than one cent is left. You get it with your next pay.") == 1, "said once"
    assert re.findall(r'data-fact="earned">\s*€([\d.]+)', statement) == ["0.05"], "no cent more than is due of it"
    days = re.findall(r'data-label="Earned">€([\d.]+)<', statement)
    assert days == ["0.01", "0.01", "0.02", "0.01"], "whole cents, the rest of a cent carried to the next day: 0.05"


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
    assert "€0.03" not in pay.split('class="week"')[1].split("</table>")[0]


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


Engagement = Literal["by reading", "hourly", "staff", "volunteer"]
Terms = Literal["neither", "floor", "rates", "piece", "both"]

FORM = "bon-de-commande"
CUSTOMER = FieldKey("customer_name")

NOT_PAID = {
    "by reading": "This work is not paid here: nobody has set a rate or a floor of an hour for it.",
    "hourly": "This work is not paid here: nobody has set a rate or a floor of an hour for it.",
    "staff": "You work as staff: no pay and no time is counted here.",
    "volunteer": "You work as a volunteer: this work is not paid, and no time is counted here.",
}
NOTHING = "Nothing: this work is not paid here."
PROMISES = re.compile(r"\bpaid\b|\bearn|\bfloor\b|\brate\b|no new paid work|€|0\.00", re.IGNORECASE)
"""Words that promise pay, or speak of it as if there were any."""

TIME_IS_PAID = re.compile(r"time (it takes you )?is paid|of questions is paid|minutes of (skips|waiting)[^.]* are paid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """How somebody works, and what is set."""

    engagement: Engagement
    terms: Terms

    @property
    def is_paid(self) -> bool:
        pays = {"neither": (), "piece": ("by reading",)}.get(self.terms, ("by reading", "hourly"))
        return self.engagement in pays

    @property
    def is_time_paid(self) -> bool:
        return self.is_paid and self.terms != "piece"


CASES = [
    Case(engagement=engagement, terms=terms)
    for engagement in ("by reading", "hourly", "staff", "volunteer")
    for terms in ("neither", "floor", "rates", "piece", "both")
]


def set_terms(store: Store, terms: Terms, site: Site) -> None:
    now = site.clock.now()
    if terms in ("rates", "both", "piece"):
        store.put_rate(Rate(form=FORM, micro=14_000, currency="EUR", since=now), now)
    if terms in ("rates", "both"):
        store.put_rate(Rate(form="", micro=13_000_000, currency="EUR", since=now, per="hour"), now)
    if terms in ("floor", "both"):
        store.put_floor(Floor(micro=12_000_000, currency="EUR", source="SMIC", since=now), now)


def walked(site: Site, sign_in: SignIn, case: Case) -> dict[str, str]:
    """The words of every page of somebody's that speaks of pay, by address; read two fields, one too late."""
    set_terms(site.store, case.terms, site)
    site.scan(FORM, {NUMBER: "1", DATE: "2", CUSTOMER: "3"})
    amina = replace(site.person("amina"), engagement=case.engagement, begun=False)
    put(site.store, amina, site.clock.now())
    client = sign_in(amina)
    pages = {"/before": client.get("/before").text}
    site.store.set_training(amina.id, training=False, now=site.clock.now(), by=amina.id)
    (task,) = site.store.lease(amina.id, 1, site.clock.now())
    pages["/guide"] = client.get(f"/guide/{task.id}").text
    site.store.submit(task.id, amina.id, SentReading(text="1", idem="the-first", seconds=9.0), site.clock.now())
    (late,) = site.store.lease(amina.id, 1, site.clock.now())
    token = csrf(client)
    site.clock.forward = timedelta(hours=2)
    sent = {"csrf": token, "idem": "the-second", "text": "02/02/2026", "action": "send", "overrode": "1"}
    answer = client.post(f"/work/{late.id}", data=sent)
    pages["/work"] = client.get(answer.headers["location"]).text
    for path in ("/pay", "/readings", "/how", "/test", "/before?again", "/me"):
        pages[path] = client.get(path).text
    reading = next(each.id for story in site.store.readings_of(amina.id) for each in story.readings)
    pages["/reading"] = client.get(f"/readings/{reading}").text
    pages["/link"] = TestClient(site.app).get("/in/not-a-link-that-holds").text
    return {path: words_of(page) for path, page in pages.items()}


def words_of(page: str) -> str:
    """What a person reads on a page, with the words that its script says."""
    found = re.search(r"<main.*?</main>", page, re.DOTALL)
    assert found, page[:300]
    late = re.findall(r'"late": "[^"]*"', page)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", " ".join([found[0], *late]))))


@pytest.mark.promise(
    "Every reading is paid",
    "You are paid once",
    "The time of that field was over when your reading came. It is kept all the same.",
    "Who is paid nothing",
    "who asks (`#asked-by`), the",
    "Nothing: this work is",
    "Readings are not paid",
    "There is no rate",
    "This work is not paid here",
    "Time without a reading",
    "You work as a",
    "You work as staff:",
    "%(share)s of the decided",
    "They are not paid",
    "Without a floor they",
)
@pytest.mark.parametrize("case", CASES, ids=lambda each: f"{each.engagement}, {each.terms}")
def test_no_page_says_of_pay_what_is_not_so(site: Site, sign_in: SignIn, case: Case) -> None:
    pages = walked(site, sign_in, case)
    said = NOT_PAID[case.engagement]

    for path in ("/before", "/pay", "/readings", "/how", "/before?again"):
        hourly = "Readings are not paid here" if case.engagement == "hourly" else said
        assert (said in pages[path] or hourly in pages[path]) is not case.is_paid, (path, pages[path])
    for path, words in pages.items():
        if not case.is_paid:
            rest = words.replace(said, "").replace(NOTHING, "").replace("not paid", "")
            assert PROMISES.findall(rest) == [], (path, words)
        elif not case.is_time_paid:
            assert TIME_IS_PAID.findall(words) == [], (path, words)
        if case.terms in ("rates", "piece"):
            assert "never pays less" not in words
            assert "at the floor" not in words, (path, words)
        if case.terms in ("floor", "both"):
            assert "no new paid work" not in words, (path, words)
            assert "No fair floor" not in words, (path, words)
    if case.is_paid:
        assert "Every reading is paid when you send it" in pages["/pay"]
        assert "You are paid once for every field that you read" in pages["/readings"]
        assert "nothing so far" not in pages["/pay"]
        assert "That too is ordinary paid work." in pages["/before"]
    assert (TIME_IS_PAID.search(pages["/how"]) is not None) is case.is_time_paid


@pytest.mark.promise("This work is not paid here")
@pytest.mark.parametrize("terms", ["neither", "floor"])
def test_who_is_not_signed_in_is_told_the_same(site: Site, terms: Terms) -> None:
    set_terms(site.store, terms, site)

    words = words_of(TestClient(site.app).get("/before").text)

    assert (NOT_PAID["by reading"] in words) is (terms == "neither")
    assert ("ordinary paid work" in words) is (terms == "floor")


@pytest.mark.promise("A reading of a", "This form is not", "Not every form is", "not paid")
def test_where_one_form_is_paid_and_another_is_not_each_row_says_which(site: Site, sign_in: SignIn) -> None:
    set_terms(site.store, "piece", site)
    site.scan(FORM, {NUMBER: "1"})
    site.scan("order-form", {NUMBER: "1"})
    client = sign_in(site.person("amina"))

    before, pay, readings = (words_of(client.get(path).text) for path in ("/before", "/pay", "/readings"))

    assert "This form is not paid: it has no rate, and there is no floor of an hour." in before
    assert "Not every form is paid here" in pay
    assert "Every reading is paid" not in pay
    assert "You are paid once for every field" not in readings
