"""Planning: made-up readers err as often as is said, the real loop decides, and nothing of a home is changed."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.home.home import Home
from flows.parts.simulation.plan_lines import plan_line, plan_plot
from flows.parts.simulation.planning import (
    DEFAULT_READING_SECONDS,
    PlannedBatch,
    PlannedResult,
    PlanOptions,
    PlanTerms,
    Sample,
    error_shares,
    plan,
    plan_inputs,
)
from flows.parts.simulation.simulated_sources import (
    SimulatedSource,
    WrittenField,
    engines,
    from_history,
    read,
    read_by_machines,
    stated,
    stated_engines,
)
from reconcile.algorithms import audits_needed
from reconcile.algorithms.metrics import exact_interval
from reconcile.forms.prepared_form import prepared
from reconcile.parameters import shipped
from reconcile.parameters.parameters import LearntParameters, read_parameters
from reconcile.policy import POLICY
from tests.flows.house import CASES, SAMPLES, House
from transcribe.errors import FairhandError, SettingsError
from transcribe.forms import definition as forms
from transcribe.model import FieldKey, ReadResult, Scan, ScanPage, SourceFile, Transcriber
from transcribe.ocr.engine import reading
from transcribe.store.facts import Floor, Rate

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
FORM = forms.load("bon-de-commande")
SPOTS = prepared(FORM).fields
CONTENT = shipped.shipped_parameters().content
LEARNT = read_parameters(shipped.shipped_parameters())
ORDER = Sample(
    file="one.png",
    form=FORM.name,
    fields={
        "order_number": "BC-2026-0210",
        "total": "762,05",
        "city": "Saint Pierre-les-Bains",
        "comment": "",
        "express": "true",
        "lines.quantity[0]": "8",
    },
)


def batch(
    people: list[float], machines: list[float] | None = None, *, audits: float = 0.0, rounds: int = 20
) -> PlannedBatch:
    """One order played so often by these people."""
    return PlannedBatch(
        form=FORM,
        orders=[ORDER],
        machine_readings={},
        engines=engines(FORM, LEARNT) if machines is None else stated_engines(FORM, machines),
        people=stated(FORM, "person", people, "simulated"),
        expert=stated(FORM, "expert", [0.0], "expert")[0],
        parameters=shipped.shipped_parameters(),
        policy=replace(POLICY, audit_share=audits),
        rounds=rounds,
    )


def planned(of: PlannedBatch, target: float = 0.995) -> PlannedResult:
    (found,) = plan(of, [target])
    return found


def written(number: int, key: str = "total", text: str = "1 234,50") -> WrittenField:
    return WrittenField(scan=f"scan {number}", key=FieldKey(key), prepared=SPOTS[key], text=text)


def wrong_share(source: SimulatedSource, count: int = 2000) -> float:
    said = (read(written(number), source, LEARNT, "1", 1).text for number in range(count))
    return sum(SPOTS["total"].normal(text or "") != SPOTS["total"].normal("1 234,50") for text in said) / count


@pytest.mark.parametrize(
    ("kind", "rate"), [("person", 0.0), ("person", 0.05), ("person", 0.2), ("machine", 0.1), ("expert", 0.01)]
)
def test_a_source_is_wrong_as_often_as_is_said(kind: str, rate: float) -> None:
    (source,) = stated(FORM, kind, [rate], "someone")  # type: ignore[arg-type]  # a kind, from the table above
    assert wrong_share(source) == pytest.approx(rate, abs=0.02)


def test_the_same_lot_gives_the_same_reading_and_another_lot_another() -> None:
    (source,) = stated(FORM, "person", [0.9], "someone")
    assert read(written(1), source, LEARNT, "1", 1) == read(written(1), source, LEARNT, "1", 1)
    assert len({read(written(1), source, LEARNT, str(lot), 1).text for lot in range(20)}) > 3


def test_some_errors_are_shared_where_a_field_looks_like_something_else() -> None:
    tempting = LearntParameters.read(version=9, content={**CONTENT, "tempting": {"amount": [900.0, 1000.0]}})
    one, other = stated(FORM, "machine", [0.3, 0.3], "engine")
    both = [
        (read(written(number), one, tempting, "1", 0).text, read(written(number), other, tempting, "1", 0).text)
        for number in range(400)
    ]
    alike = sum(first == second != "1 234,50" for first, second in both)
    assert alike > 10


def test_an_empty_box_and_a_mark_are_read_by_their_ink_alone() -> None:
    for key, text in (("comment", ""), ("express", "true")):
        (said,) = read_by_machines(written(1, key, text), engines(FORM, LEARNT), LEARNT, "1")
        assert (said.source, said.text) == ("ink", text)


def test_both_engines_read_what_is_written_and_claim_what_they_usually_claim() -> None:
    said = list(read_by_machines(written(1), engines(FORM, LEARNT), LEARNT, "1"))
    assert [each.kind for each in said] == ["machine", "machine"]
    assert all(each.confidence is not None and 0.0 < each.confidence < 1.0 for each in said)


def test_perfect_readers_give_perfect_orders() -> None:
    found = planned(batch([0.0, 0.0], [0.0, 0.0]))
    assert (found.orders_right, found.fields_right) == (found.orders, found.fields) == (20, 120)


def test_careless_readers_cost_more_readings_than_careful_ones() -> None:
    bad, good = (planned(batch([rate] * 4, [0.3, 0.3])) for rate in (0.3, 0.01))
    assert bad.readings > good.readings
    assert bad.expert_readings > good.expert_readings


def test_worse_machines_leave_more_to_people() -> None:
    bad, good = (planned(batch([0.02] * 4, [rate, rate])) for rate in (0.4, 0.0))
    assert bad.readings > good.readings
    assert bad.by_machines < good.by_machines


def test_a_higher_target_never_asks_for_fewer_readings() -> None:
    readings = [each.readings for each in plan(batch([0.05] * 4), (0.95, 0.995, 0.9995))]
    assert readings == sorted(readings)
    assert readings[0] < readings[-1]


def test_where_everything_is_audited_an_expert_reads_every_field() -> None:
    found = planned(batch([0.05] * 4, audits=1.0, rounds=3))
    assert found.expert_readings == found.fields
    assert found.fields_right == found.fields


def test_payment_data_are_shown_to_nobody() -> None:
    form = replace(FORM, fields=tuple(replace(each, personal="payment") for each in FORM.fields))
    found = planned(replace(batch([0.0]), form=form, rounds=1))
    assert found.fields == 1  # the cell of the table


def test_a_field_that_the_form_does_not_have_is_named() -> None:
    strange = replace(ORDER, fields={"colour": "red"})
    with pytest.raises(FairhandError, match=r"one\.png: .*colour"):
        planned(replace(batch([0.0]), orders=[strange]))


@pytest.mark.promise("No hour costs less")
def test_hours_and_cost_come_from_seconds_and_rate_and_never_fall_under_the_floor() -> None:
    paid = PlanTerms(seconds=36.0, seconds_from="as stated", micro_rate=50_000, is_hourly=False, currency="EUR")
    assert f"{paid.cost(100)}" == "5"
    assert f"{replace(paid, micro_floor=12_000_000).cost(100)}" == "12"
    assert f"{replace(paid, micro_rate=20_000_000, is_hourly=True).cost(100)}" == "20"
    assert replace(paid, micro_rate=None).cost(100) is None


def test_a_line_is_for_as_many_orders_as_are_wanted() -> None:
    terms = PlanTerms(seconds=36.0, seconds_from="as stated", micro_rate=50_000, is_hourly=False, currency="EUR")
    found = PlannedResult(
        target=0.99,
        orders=10,
        orders_right=9,
        fields=60,
        fields_right=57,
        by_machines=40,
        readings=20,
        expert_readings=3,
    )
    line = json.loads(json.dumps(asdict(plan_line(found, terms, 1000, FORM, rounds=5))))
    assert line["simulation"] is True
    assert line["orders_wholly_right_interval"] == list(exact_interval(1.8, 2))
    assert (line["orders_wholly_right"], line["accuracy"], line["hours"], line["cost"]) == (0.9, 0.95, 20.0, "100.00")


def test_the_plot_says_that_it_is_a_simulation() -> None:
    terms = PlanTerms(seconds=36.0, seconds_from="as stated", micro_rate=None, is_hourly=False, currency="EUR")
    lines = [plan_line(each, terms, 10, FORM, 1) for each in plan(batch([0.05] * 3, rounds=1), (0.99, 0.999))]
    drawn = plan_plot(lines, FORM.name)
    assert drawn.startswith("<svg")
    assert "Simulation of bon-de-commande" in drawn


@pytest.mark.parametrize("text", ["", "many", "0.1,1.5", "-0.1"])
def test_what_is_no_error_rate_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        error_shares(text)


def test_people_with_a_history_err_as_was_learnt_of_them() -> None:
    person = Transcriber(id="mina", handle="Mina", roles=frozenset({"transcriber"}))
    new, expert = replace(person, id="new"), replace(person, id="expert", roles=frozenset({"expert"}))
    tally = {"amount": [30.0, 100.0]}
    learnt = LearntParameters.read(version=3, content={**CONTENT, "sources": {"mina": tally, "expert": tally}})
    (mina,) = from_history(FORM, [person, new, expert, replace(person, paused=True)], learnt)
    assert mina.name == "mina"
    assert mina.errors["amount"] == pytest.approx(0.3, abs=0.05)


@pytest.mark.promise("Orders whose truth you", "For each target you see the share", "pays the rate that is kept here")
def test_a_home_gives_its_machine_readings_rate_and_people(rooms: Home, tmp_path: Path) -> None:
    form = rooms.use_form("bon-de-commande")
    file = next(name for name, sample in SAMPLES.items() if sample.form == form.name)
    _as_read(rooms, file)
    rooms.store.put_rate(Rate(form="", micro=70_000, currency="CHF", since=NOW), NOW)
    rooms.store.put_floor(Floor(micro=20_000_000, currency="CHF", source="by law, 2026", since=NOW), NOW)
    found = plan_inputs(rooms.settings, form.name, _truth(tmp_path, file), PlanOptions(rounds=1))
    assert list(found.batch.machine_readings) == [file]
    assert found.machines_from == "as read in this home"
    assert (found.terms.micro_rate, found.terms.currency, found.terms.micro_floor) == (70_000, "CHF", 20_000_000)
    assert (found.terms.seconds, found.terms.seconds_from) == (DEFAULT_READING_SECONDS, "assumed")
    (line,) = plan(found.batch, [0.995])
    assert line.by_machines > 0
    with pytest.raises(FairhandError, match=r"truth\.jsonl holds no order of order-form"):
        plan_inputs(rooms.settings, "order-form", _truth(tmp_path, file), PlanOptions())
    again = plan_inputs(rooms.settings, form.name, _truth(tmp_path, file), PlanOptions(machine_shares=[0.1, 0.1]))
    assert again.batch.machine_readings == {}


@pytest.mark.promise("Orders whose truth you", "For each target you see the share")
def test_the_command_prints_a_table_json_and_a_plot_and_makes_no_home(house: House, tmp_path: Path) -> None:
    file = next(name for name, sample in SAMPLES.items() if sample.form == FORM.name)
    words = ("simulate", "--form", FORM.name, "--truth", _truth(tmp_path, file), "--rounds", "1", "--target", "0.99")
    done = house.run(*words, "--rate", "0.05", "--orders", "100")
    assert done.code == 0, done.err
    assert done.out.startswith("SIMULATION")
    assert "100 orders" in done.out
    drawn = tmp_path / "plan.svg"
    done = house.run(*words, "--people", "0.02,0.1", "--seconds", "7", "--plot", drawn, "--json")
    (line,) = done.json
    assert (line["simulation"], line["target"], line["seconds_a_reading"], line["cost"]) == (True, 0.99, 7.0, None)
    assert "Simulation" in drawn.read_text("utf-8")
    assert not house.home.exists()


@pytest.mark.promise("adds what it costs to show", "is how probable it is")
def test_the_audits_that_would_show_a_bound_are_said_with_hours_and_cost(house: House, tmp_path: Path) -> None:
    file = next(name for name, sample in SAMPLES.items() if sample.form == FORM.name)
    words = ("simulate", "--form", FORM.name, "--truth", _truth(tmp_path, file), "--rounds", "1", "--target", "0.99")
    sure = (*words, "--people", "0,0", "--machines", "0,0", "--expert", "0", "--orders", "1000", "--seconds", "36")
    done = house.run(*sure, "--at-most", "0.01", "--rate", "0.05", "--json")
    (line,) = done.json
    bound = line["certificate"]
    assert bound["audits"] == audits_needed(bound["values"], 0.01, 0.95, 0.0)
    assert (bound["hours"], bound["cost"]) == (bound["audits"] / 100, f"{bound['audits'] * 0.05:.2f}")
    said = house.run(*sure, "--at-most", "0.01", "--confidence", "0.99").out
    more = audits_needed(bound["values"], 0.01, 0.99, 0.0)
    assert f"that at most 1 % of {bound['values']} values are wrong is shown (99 %) by {more} audits" in said
    wrong = (*words, "--people", "0.9,0.9", "--machines", "0.9", "--expert", "0.5", "--at-most", "0.00001")
    assert "cannot be shown: more are expected to be" in house.run(*wrong).out
    assert "no use without --at-most" in house.run(*words, "--confidence", "0.9").err


def _truth(folder: Path, file: str) -> Path:
    """The line of one sample as a truth file."""
    path = folder / "truth.jsonl"
    lines = (CASES / "truth.jsonl").read_text("utf-8").splitlines()
    path.write_text("".join(line + "\n" for line in lines if json.loads(line)["file"] == file), encoding="utf-8")
    return path


def _as_read(rooms: Home, file: str) -> None:
    """A scan of this file in the store, read by two engines as it is written."""
    scan = Scan(id="a" * 64, pages=(ScanPage(file="b" * 64, page=1),), form=FORM.name, form_version=1, name=file)
    rooms.store.put_scan(scan, [SourceFile(sha256="b" * 64, name=file, size=1, media_type="image/png")], NOW)
    chance = random.Random(1)
    readings = tuple(
        reading(
            scan=scan.id,
            key=key,
            source=source,
            text=SAMPLES[file].fields[str(key)],
            at=NOW + timedelta(seconds=1),
            confidence=round(chance.uniform(0.9, 1.0), 3),
            conditions={"fit": 1.0, "quality": 1.0},
        )
        for key in tuple(FORM.keys())
        if str(key) in SAMPLES[file].fields
        for source in ("rapidocr 3", "tesseract 5")
    )
    rooms.store.put_reads(scan.id, ReadResult(places=(), readings=readings, fit=1.0, quality={"overall": 1.0}), NOW)


def test_what_an_expert_alone_read_goes_to_another_expert_and_the_play_ends() -> None:
    """People and engines who err always leave fields that one expert alone reads as they are written."""
    found = planned(batch([0.9, 0.9], machines=[0.9], rounds=3))
    assert found.orders == 3
    assert found.expert_readings > 0
