"""Learning in a home: experts and audits hold the truth fast, rates are told with intervals, fields are reopened."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import cast

import pytest

from flows.administration.people import invite
from flows.home.home import Home, now, policy
from flows.output.explanation import explained, in_words
from flows.steps.close_appeals import close_appeals
from flows.steps.learn_parameters import learn_home
from flows.steps.learning_facts import known_scans
from flows.steps.reconcile_scans import reconcile_home, reconcile_waiting
from reconcile.inference.calibration import MIN_EXPERT_PROBABILITY
from reconcile.parameters import shipped
from reconcile.parameters.parameters import read_parameters
from reconcile.policy import Policy
from tests.flows.house import House
from tests.flows.steps.test_form_doubt import DOUBTFUL, says_not
from tests.flows.steps.test_reconcile_scans import ENGINES, RECEIPT, answer, received
from transcribe.model import FieldKey, Form, ReadResult, Scan, Truth
from transcribe.ocr.engine import reading
from transcribe.store.facts import Offer, SentReading

TOTAL, REF = FieldKey("total"), FieldKey("ref")


def everything_audited(rooms: Home) -> None:
    """Reconcile with every decided field drawn for an audit."""
    strict = Policy(target=policy(rooms.settings).target, audit_share=1.0)
    reconcile_waiting(rooms.store, rooms.forms, strict, now, lambda *_: None)


def audited(rooms: Home, expert: str, total: str) -> Scan:
    """A receipt on whose total both engines agree and which is decided and then audited: the expert reads this."""
    scan = received(rooms, texts={"total": ("12.50", "12.50")})
    everything_audited(rooms)
    offer = Offer(pools=("expert",), scan=scan.id, kinds=("audit",))
    for task in rooms.store.lease(expert, 9, now(), 600.0, offer):
        text = total if task.key == TOTAL else RECEIPT[task.key.name]
        rooms.store.submit(task.id, expert, SentReading(text=text, idem=secrets.token_hex(8)), now())
    everything_audited(rooms)
    return scan


@pytest.fixture
def expert(rooms: Home) -> str:
    return invite(rooms, "eve", ["expert"]).person.id


def test_audits_count_and_an_audit_that_errs_takes_the_right_to_decide_away(rooms: Home, expert: str) -> None:
    standing = received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)
    before = {each.key: each for each in rooms.store.decisions(standing.id)}
    assert before[TOTAL].method == "machines"
    for number in range(12):
        audited(rooms, expert, "12.50" if number % 2 else "72.50")
    learnt = learn_home(rooms)
    assert learnt.audited >= 12
    parameters = rooms.store.parameters()
    assert parameters is not None
    wrong, count = read_parameters(parameters).machines.tally("amount: engines agree")
    assert (round(wrong) >= 4, count > 12) == (True, True)
    assert read_parameters(parameters).machines.earned_share("amount: engines agree") < policy(rooms.settings).target
    (found,) = (each for each in learnt.reopened if each.scan == standing.id and each.field == "total")
    assert found.file == standing.name

    reconcile_home(rooms)
    story = rooms.store.field_history(standing.id, TOTAL)
    (open_one,) = (task for task in story.tasks if task.closed_at is None and task.kind == "read")
    assert open_one.reason == "below target"
    assert story.decisions[-1] == before[TOTAL], "its value stands until somebody has read it"
    explanation = explained(rooms, standing.id, "total")
    whole = explanation.plain()
    assert whole["champion"]["side"] == "model"
    assert whole["champion"]["shipped"] == {"items": 4630, "model": 96, "majority": 7}
    assert "amount: the model decides; as shipped the model alone was right on 96" in in_words(explanation)
    told = whole["tasks"]
    assert "less sure than asked for" in next(each["because"] for each in told if not each["closed"])
    reconcile_home(rooms)
    assert [task.reason for task in rooms.store.field_history(standing.id, TOTAL).tasks if task.closed_at is None] == [
        "below target"
    ]


def test_an_expert_who_alone_contradicts_what_was_decided_is_looked_at_by_another(rooms: Home, expert: str) -> None:
    scan = received(rooms, texts={"total": ("12.50", "12.50")})
    everything_audited(rooms)
    other = invite(rooms, "olga", ["expert"]).person.id
    audits = Offer(pools=("expert",), scan=scan.id, kinds=("audit",))
    slip = next(task for task in rooms.store.lease(expert, 9, now(), 600.0, audits) if task.key == TOTAL)
    rooms.store.submit(slip.id, expert, SentReading(text="72.50", idem="slip"), now())
    reconcile_home(rooms)
    rooms.store.give_back(expert, now())
    assert TOTAL not in {task.key for task in rooms.store.lease(expert, 9, now(), 600.0, audits)}
    (again,) = (task for task in rooms.store.lease(other, 9, now(), 600.0, audits) if task.key == TOTAL)
    rooms.store.submit(again.id, other, SentReading(text="12.50", idem="right"), now())
    reconcile_home(rooms)
    story = rooms.store.field_history(scan.id, TOTAL)
    assert [each.text for each in story.decisions] == ["12.50", "72.50", "12.50"]
    assert [task for task in story.tasks if task.closed_at is None] == []


def test_how_often_decisions_and_sources_err_is_told_from_audits_with_intervals(rooms: Home, expert: str) -> None:
    audited(rooms, expert, "12.50")
    audited(rooms, expert, "72.50")
    rates = learn_home(rooms).rates
    decided = next(each for each in rates if each.startswith("Decided values of type amount on the form receipt"))
    assert "of 2 audited, 50 % were wrong (between 1.26 % and 98.74 %" in decided
    assert any(each.startswith("tesseract on audited fields of type amount: wrong on 50 % of 2") for each in rates)


def test_errors_are_told_by_the_tradition_in_which_people_learnt_to_write(rooms: Home) -> None:
    people = {
        language: invite(rooms, f"reader {language}", languages=[language]).person.id for language in ("fr", "de")
    }
    for text in ("12.50", "72.50"):
        scan = received(rooms, texts={"total": ("18.40", "93.10")})
        reconcile_home(rooms)
        answer(rooms, people["fr"], text, scan=scan.id, field="total")
        reconcile_home(rooms)
        answer(rooms, people["de"], "12.50", scan=scan.id, field="total")
        rooms.store.put_truth(Truth(scan=scan.id, key=TOTAL, text="12.50", origin="gold", at=now()), now())
    told = [each for each in learn_home(rooms).rates if each.startswith("People who learnt to write in")]
    assert len(told) == 2
    assert told[0].startswith("People who learnt to write in de, on fields of type amount: wrong on 0 % of 2")
    assert told[1].startswith("People who learnt to write in fr, on fields of type amount: wrong on 50 % of 2")


def told(rooms: Home, who: str) -> list[dict[str, object]]:
    """What is held about a person of what they add to amounts."""
    adds = cast(list[dict[str, object]], rooms.store.about(who)["adds"])
    return [row for row in adds if row["type"] == "amount"]


def test_who_errs_more_on_a_type_of_field_than_others_is_given_others_first(rooms: Home) -> None:
    careful, careless = (invite(rooms, handle).person.id for handle in ("careful", "careless"))
    for number in range(8):
        scan = received(rooms, texts={"total": ("18.40", "93.10")})
        reconcile_home(rooms)
        answer(rooms, careless, f"{number}7.25", scan=scan.id, field="total")
        reconcile_home(rooms)
        answer(rooms, careful, "12.50", scan=scan.id, field="total")
        rooms.store.put_truth(Truth(scan=scan.id, key=TOTAL, text="12.50", origin="gold", at=now()), now())
    learn_home(rooms)
    assert [int(str(row["bits"])) > 0 for row in told(rooms, careful)] == [True]
    assert [int(str(row["bits"])) < 0 for row in told(rooms, careless)] == [True]


def test_fields_of_which_an_expert_was_asked_because_readers_were_split_count_in_no_rate(
    rooms: Home, expert: str
) -> None:
    readers = [invite(rooms, f"reader {name}", languages=["fr"]).person.id for name in ("one", "two", "three")]
    scan = received(rooms, texts={"total": ("12.50", "18.50")})
    for who, text in zip(readers, ("13.70", "14.90", "17.60"), strict=True):
        reconcile_home(rooms)
        answer(rooms, who, text, scan=scan.id, field="total")
    reconcile_home(rooms)
    answer(rooms, expert, "12.50", scan=scan.id, field="total", kinds=("adjudicate",))
    reconcile_home(rooms)
    learnt = learn_home(rooms)
    assert (learnt.truths, learnt.audited, learnt.rates) == (1, 0, ())
    assert rooms.store.decisions(scan.id)


def test_a_second_look_at_what_an_expert_read_against_all_others_is_no_audit_and_the_likelier_of_the_two_is_true(
    rooms: Home, expert: str
) -> None:
    readers = [invite(rooms, f"reader {name}", languages=["fr"]).person.id for name in ("one", "two", "three")]
    other = invite(rooms, "otto", ["expert"]).person.id
    scan = received(rooms, texts={"total": ("12.60", "18.50")})
    for who, text in zip(readers, ("13.70", "12.50", "17.60"), strict=True):
        reconcile_home(rooms)
        answer(rooms, who, text, scan=scan.id, field="total")
    reconcile_home(rooms)
    answer(rooms, expert, "21.50", scan=scan.id, field="total", kinds=("adjudicate",))
    reconcile_home(rooms)
    decided = {each.key: each for each in rooms.store.decisions(scan.id)}
    assert (decided[TOTAL].text, decided[TOTAL].probability) == ("21.50", MIN_EXPERT_PROBABILITY)
    answer(rooms, other, "12.50", scan=scan.id, field="total", kinds=("audit",))
    reconcile_home(rooms)
    later = {each.key: each for each in rooms.store.decisions(scan.id)}[TOTAL]
    assert (later.text, later.method) == ("12.50", "expert")
    learnt = learn_home(rooms)
    assert (learnt.truths, learnt.audited, learnt.rates) == (1, 0, ())


def test_what_people_read_while_nothing_is_proven_is_counted_as_proof(rooms: Home) -> None:
    rooms.store.put_parameters({**shipped.shipped_parameters().content, "shipped": {}}, now())
    scan = received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)
    mina = invite(rooms, "mina").person.id
    task = answer(rooms, mina, "12.50", form="receipt", field="total")
    assert (task.scan, task.reason) == (scan.id, "not proven")
    reconcile_home(rooms)
    learn_home(rooms)
    parameters = rooms.store.parameters()
    assert parameters is not None
    assert read_parameters(parameters).machines.tally("amount: engines agree") == (0.0, 1.0)


def test_the_command_says_what_became_of_it_and_what_is_measured(house: House, rooms: Home) -> None:
    done = house.run("learn")
    assert done.code == 0, done.err
    assert done.out.startswith("Learnt from 0 scans. Nothing was read or came to be known since the last time")
    assert "The truth of 0 fields is known" in done.out
    (told,) = house.run("learn", "--json").json
    assert (told["version"], told["verdict"], told["rates"], told["reopened"]) == (1, "no news", [], [])


@pytest.mark.promise("No expert has heard this")
def test_an_appeal_that_nobody_heard_in_time_is_no_truth_and_teaches_nothing(rooms: Home) -> None:
    readers = [invite(rooms, f"reader {name}", languages=["fr"]).person.id for name in ("one", "two")]
    scan = received(rooms, texts={"total": ("12.50", "18.50")})
    for who, text in zip(readers, ("77.70", "12.50"), strict=True):
        reconcile_home(rooms)
        answer(rooms, who, text, scan=scan.id, field="total")
    reconcile_home(rooms)
    before = known_scans(rooms, [])
    (contested,) = (each.id for each in rooms.store.readings(scan.id) if each.source == readers[0])
    rooms.store.open_appeal(contested, readers[0], "mine is right", now(), now())
    assert close_appeals(rooms.store, rooms.forms, now()).late == 1
    (known,) = known_scans(rooms, [])
    left = {reading.key.name for reading in known.facts.readings}
    assert left == {reading.key.name for reading in before[0].facts.readings} - {"total"}, "nothing counts against them"
    assert known.facts.truths == {}


@pytest.mark.parametrize("role", ["transcriber", "expert"])
def test_what_people_said_of_the_form_is_no_lesson_and_its_scan_is_not_left_out(
    house: House, rooms: Home, role: str
) -> None:
    mina, omar = (invite(rooms, name, [role]).person.id for name in ("mina", "omar"))
    scan = received(rooms, texts=DOUBTFUL)
    received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)
    says_not(rooms, mina, "a menu")
    answer(rooms, omar, None)
    reconcile_home(rooms)
    assert rooms.store.is_put_aside(scan.id)
    done = house.run("learn", "--dry-run")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Learnt from 2 scans.")


CODED = """
name = "slip"
version = 1
title = { en = "Slip" }
languages = ["eng"]
locale = "en_GB"
[[field]]
name = "ref"
label = { en = "Reference" }
type = "code"
"""


def with_reference(rooms: Home, slip: Form, text: str) -> Scan:
    """A slip on which both engines read this reference."""
    scan = Scan(id=secrets.token_hex(32), pages=(), form=slip.name, form_version=slip.version)
    rooms.store.put_scan(scan, [], now())
    read = [
        reading(scan=scan.id, key=REF, source=source, text=text, at=now(), confidence=0.99, conditions={})
        for source in ENGINES
    ]
    rooms.store.put_reads(scan.id, ReadResult(places=(), readings=tuple(read), fit=None, quality={}), now())
    return scan


def test_what_people_read_on_the_first_scans_of_a_batch_settles_the_others_of_it(rooms: Home, tmp_path: Path) -> None:
    """All came in at once; a decided reference that breaks the shape stands, and is asked of nobody."""
    path = tmp_path / "slip.toml"
    path.write_text(CODED, encoding="utf-8")
    slip = rooms.use_form(str(path))
    people = [invite(rooms, f"reader {number}").person.id for number in range(2)]
    scans = {text: with_reference(rooms, slip, text) for text in [f"AO-{4700 + 23 * at}" for at in range(14)]}
    odd = with_reference(rooms, slip, "77777777")
    reconcile_home(rooms)
    waiting = [text for text, scan in scans.items() if not rooms.store.decisions(scan.id)]
    assert len(waiting) > 12
    assert [each.text for each in rooms.store.decisions(odd.id)] == ["77777777"]
    for at, text in enumerate(waiting[:12]):
        answer(rooms, people[at % 2], text, scan=scans[text].id)
    reconcile_home(rooms)
    learn_home(rooms)
    reconcile_home(rooms)
    last = scans[waiting[-1]].id
    assert [each.text for each in rooms.store.decisions(last)] == [waiting[-1]]
    assert [task for task in rooms.store.field_history(last, REF).tasks if task.closed_at is None] == []
    assert [each.text for each in rooms.store.decisions(odd.id)] == ["77777777"]
    assert [task for task in rooms.store.field_history(odd.id, REF).tasks if task.closed_at is None] == []
