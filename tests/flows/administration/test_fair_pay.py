"""No paid batch begins without a floor, nor one that would pay under it at the speed that was measured."""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import partial

import pytest

from flows.administration import pay
from flows.administration.pay import require_fair_serving, require_fair_start, unfair_forms
from flows.administration.people import invite, pause
from flows.home.home import Home, now
from flows.parts.simulation.planning import PlanOptions, terms_of
from tests.flows.house import TYPED, House
from tests.flows.steps.test_reconcile_scans import received
from transcribe.errors import SettingsError
from transcribe.model import FieldKey, Task
from transcribe.people.floor import MIN_MEASURED_READINGS
from transcribe.store.facts import SentReading

FIELDS = ("company", "date", "total")


def batch(rooms: Home, scans: int = 1) -> None:
    """Receipts of which three fields each wait for people."""
    for _ in range(scans):
        scan = received(rooms)
        tasks = [Task(scan=scan.id, key=FieldKey(name), kind="read", reason="one engine") for name in FIELDS]
        rooms.store.conclude(scan.id, 10**9, [], tasks, None, now())


def read(rooms: Home, who: str, readings: int, seconds: float, ago: float = 0.0) -> None:
    """A person reads so many fields one after another, each in this time, the last of them so many seconds `ago`."""
    started = now() - timedelta(seconds=ago + seconds * readings)
    for number in range(readings):
        begun = started + timedelta(seconds=seconds * number)
        (task,) = rooms.store.lease(who, 1, begun, 10_000.0)
        sent = SentReading(text="1", idem=secrets.token_hex(8), seconds=seconds)
        rooms.store.submit(task.id, who, sent, begun + timedelta(seconds=seconds))


def pays(rooms: Home, rate: str = "0.05", floor: str | None = "12", engagement: str = "by reading") -> str:
    """People are paid; gives who."""
    pay.set_rate(rooms, rate, "EUR", "receipt", per_hour=engagement == "hourly")
    if floor is not None:
        pay.set_floor(rooms, floor, "EUR", "law of 2026-01-01", None)
    return invite(rooms, "mina", engagement=engagement).person.id


@pytest.mark.promise(
    "Nothing is owed: nobody", "No floor of an", "There is no floor", "**No paid work begins", "- where there is"
)
@pytest.mark.parametrize("engagement", ["by reading", "hourly"])
def test_paid_work_without_a_floor_is_refused_with_the_commands_that_mend_it(rooms: Home, engagement: str) -> None:
    batch(rooms)
    pays(rooms, floor=None, engagement=engagement)

    for refused in (partial(require_fair_start, rooms, ["receipt"]), partial(require_fair_serving, rooms)):
        with pytest.raises(SettingsError) as said:
            refused()
        assert "receipt: there is no floor of an hour. Set one: fairhand pay floor AMOUNT" in str(said.value)
        assert "fairhand people add NAME --engagement volunteer" in str(said.value)
        assert "mina would be paid" in str(said.value)


def test_serving_is_refused_before_there_is_any_form_too(rooms: Home) -> None:
    pay.set_rate(rooms, "0.05", "EUR", "", per_hour=False)
    require_fair_serving(rooms)  # nobody is paid
    invite(rooms, "mina")
    with pytest.raises(SettingsError, match="every form: there is no floor of an hour"):
        require_fair_serving(rooms)
    pay.set_floor(rooms, "12", "EUR", "law of 2026-01-01", None)
    require_fair_serving(rooms)


def test_who_reads_nothing_is_not_paid_by_reading_and_keeps_no_volunteer_from_it(rooms: Home) -> None:
    batch(rooms)
    pays(rooms, floor=None)
    invite(rooms, "mina", engagement="volunteer")
    invite(rooms, "sam", engagement="staff")
    invite(rooms, "paused", engagement="hourly")
    pause(rooms, "paused", paused=True)
    invite(rooms, "olga", roles=["operator", "auditor"])
    require_fair_start(rooms, ["receipt"])
    require_fair_serving(rooms)
    invite(rooms, "olga", roles=["operator", "expert"])
    with pytest.raises(SettingsError, match="olga would be paid"):
        require_fair_start(rooms, ["receipt"])


@pytest.mark.promise("its readers are paid", "Without a floor they")
def test_a_form_without_a_rate_pays_nobody_by_the_piece_and_begins(rooms: Home) -> None:
    batch(rooms)
    invite(rooms, "mina")
    require_fair_start(rooms, ["receipt"])
    require_fair_serving(rooms)


@pytest.mark.promise("The floor is less", "- where there is")
def test_a_floor_under_its_own_source_or_in_another_currency_is_none(rooms: Home) -> None:
    batch(rooms)
    pays(rooms, floor=None)
    pay.set_floor(rooms, "9", "CHF", "law of 2026-01-01", "12")
    (found,) = unfair_forms(rooms, ["receipt"])
    assert found.faults == ("floor under its source", "currencies differ")


@pytest.mark.promise("As measured, the rate", "- where the rate", "the next batch is")
def test_a_rate_under_the_floor_as_measured_stops_the_next_batch_and_not_the_one_under_way(rooms: Home) -> None:
    batch(rooms, MIN_MEASURED_READINGS // len(FIELDS))
    who = pays(rooms)
    require_fair_start(rooms, ["receipt"])
    read(rooms, who, MIN_MEASURED_READINGS - 1, 30.0, ago=60.0)
    require_fair_start(rooms, ["receipt"])  # too few to say
    read(rooms, who, 1, 30.0)

    with pytest.raises(SettingsError, match=r"pays less than the floor of 12\.00 an hour") as said:
        require_fair_start(rooms, ["receipt"])
    assert "fairhand pay rate 0.10 --currency EUR --form receipt" in str(said.value)
    batch(rooms)
    require_fair_serving(rooms)  # all of one batch, which was begun

    pay.set_rate(rooms, "0.10", "EUR", "receipt", per_hour=False)
    require_fair_start(rooms, ["receipt"])


@pytest.mark.promise("unfair paid work does", "the next batch is")
def test_serving_a_batch_that_nobody_has_begun_is_refused_at_such_a_rate(rooms: Home) -> None:
    batch(rooms, MIN_MEASURED_READINGS // len(FIELDS))
    who = pays(rooms)
    read(rooms, who, MIN_MEASURED_READINGS, 30.0)
    scan = received(rooms, batch="the next")
    rooms.store.conclude(
        scan.id,
        10**9,
        [],
        [Task(scan=scan.id, key=FieldKey("total"), kind="read", reason="one engine")],
        None,
        now(),
    )
    assert [(each.batch, each.begun) for each in rooms.store.open_batches()] == [("the next", False)]
    with pytest.raises(SettingsError, match=r"Raise it: fairhand pay rate 0\.10"):
        require_fair_serving(rooms)


@pytest.mark.promise("No paid work begins before", "unfair paid work does", "**No paid work begins")
def test_the_commands_refuse_before_anything_is_taken_in(house: House, rooms: Home) -> None:
    pays(rooms, floor=None)
    pay.set_rate(rooms, "0.05", "EUR", "", per_hour=False)
    batch(rooms)
    for words in (
        ("ingest", TYPED, "--form", "receipt"),
        ("ingest", TYPED, "--form", "auto"),
        ("serve", "--port", "0"),
    ):
        done = house.run(*words)
        assert (done.code, done.out) == (2, ""), done.err
        assert "there is no floor of an hour" in done.err
        assert "Traceback" not in done.err
    assert len(rooms.store.scan_states()) == 1
    told = house.run("pay", "rate", "0.06", "--form", "receipt")
    assert told.code == 0
    assert "No paid work begins before this is mended. receipt: there is no floor" in told.err


@pytest.mark.parametrize(
    ("hour", "piece", "floor", "code", "said"),
    [
        ("14", None, None, 1, "receipt: by the hour: no floor\n"),
        ("14", None, "12", 0, "receipt: by the hour: fine\n"),
        ("14", "0.05", None, 1, "receipt: no floor; by the hour: no floor\n"),
        ("14", "0.05", "12", 0, "receipt: fine; by the hour: fine\n"),
        ("9", "0.05", "12", 0, "receipt: fine; by the hour: under the floor, which is paid instead\n"),
        (None, "0.05", "12", 0, "receipt: fine\n"),
        (None, None, "12", 0, "receipt: no rate\n"),
    ],
)
def test_the_check_looks_at_what_an_hour_pays_too(
    rooms: Home, house: House, hour: str | None, piece: str | None, floor: str | None, code: int, said: str
) -> None:
    batch(rooms)
    for amount, per_hour in ((hour, True), (piece, False)):
        if amount is not None:
            pay.set_rate(rooms, amount, "EUR", "receipt", per_hour=per_hour)
    if floor is not None:
        pay.set_floor(rooms, floor, "EUR", "law of 2026-01-01", None)
    done = house.run("pay", "check")
    assert (done.out, done.code) == (said, code)
    invite(rooms, "mina", engagement="hourly" if hour else "by reading")
    assert bool(unfair_forms(rooms, ["receipt"])) == bool(code), "it says what `serve` and `ingest` refuse"


def test_an_hour_in_another_currency_than_the_floor_is_found_by_the_check(rooms: Home, house: House) -> None:
    batch(rooms)
    pay.set_rate(rooms, "14", "USD", "", per_hour=True)
    pay.set_floor(rooms, "12", "EUR", "law of 2026-01-01", None)
    done = house.run("pay", "check", "--json")
    (line,) = done.json
    assert (line, done.code) == ({"form": "receipt", "faults": [], "hour_faults": ["currencies differ"]}, 1)


def test_without_a_currency_it_is_the_one_that_is_paid_here(rooms: Home, house: House) -> None:
    pay.set_floor(rooms, "23", "CHF", "law of 2026-01-01", None)
    assert "0.06 CHF" in house.run("pay", "rate", "0.06").out
    rate = rooms.store.rate("", now())
    assert rate
    assert rate.currency == "CHF"
    assert terms_of(rooms, None, PlanOptions(rate="0.06")).currency == "CHF"
    assert terms_of(rooms, None, PlanOptions(rate="0.06", currency="EUR")).currency == "EUR"
    assert terms_of(None, None, PlanOptions(rate="0.06")).currency == "EUR"


def test_the_check_says_nothing_of_forms_of_which_no_picture_came(rooms: Home, house: House) -> None:
    batch(rooms)
    for name in ("order-form", "facture"):
        rooms.store.put_form(rooms.forms.find(name), "", now())
    assert {line["form"] for line in house.run("pay", "check", "--json").json} == {"receipt"}


@pytest.mark.promise("`fairhand pay report` says")
def test_the_report_says_whose_hour_came_to_less_than_the_floor(rooms: Home, house: House) -> None:
    batch(rooms, scans=2)
    mina = pays(rooms)
    read(rooms, mina, 5, 30.0)
    (line,) = [each for each in house.run("pay", "report", "--json").json if each["currency"] == "EUR"]
    assert (line["an_hour"], line["floor"], line["is_below_floor"]) == ("12.00", "12.00", False), "it is topped up"
    assert "less than" not in house.run("pay", "report").out
    pay.set_floor(rooms, "15", "EUR", "law of 2027-01-01", None)
    said = "mina: an hour has come to 12.00 EUR, less than the floor of 15.00 EUR that is in force.\n"
    assert house.run("pay", "report").out.endswith(said)
    assert house.run("pay", "report", "--json").json[-1]["is_below_floor"]


def test_an_operator_of_a_home_without_pay_is_told_that_nobody_is_paid(rooms: Home, house: House) -> None:
    batch(rooms)
    invite(rooms, "mina")

    for command in (("pay", "report"), ("pay", "check")):
        assert "Nobody is paid here: neither a rate nor a floor of an hour is set." in house.run(*command).out

    pay.set_floor(rooms, "12", "EUR", "law of 2026-01-01", None)
    for command in (("pay", "report"), ("pay", "check")):
        assert "Nobody is paid here" not in house.run(*command).out
