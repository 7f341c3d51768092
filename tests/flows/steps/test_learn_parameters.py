"""Learning in a home: experts and audits hold the truth fast, rates are told with intervals, fields are reopened."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from flows.administration.doctor import examine
from flows.administration.people import invite
from flows.home.home import Home, now, policy
from flows.output.explanation import explained, in_words
from flows.steps.close_appeals import close_appeals
from flows.steps.learn_parameters import go_back, learn_home, parameter_versions
from flows.steps.learning_facts import known_scans
from flows.steps.reconcile_scans import reconcile_home, reconcile_waiting
from reconcile.inference.calibration import MIN_EXPERT_PROBABILITY
from reconcile.parameters import shipped
from reconcile.parameters.parameters import read_parameters
from reconcile.policy import Policy
from tests.flows.house import House
from tests.flows.steps.test_form_doubt import DOUBTFUL, says_not
from tests.flows.steps.test_reconcile_scans import ENGINES, RECEIPT, answer, received
from transcribe.errors import NotFound, StoreError
from transcribe.model import FieldKey, Form, ReadResult, Scan, Truth
from transcribe.ocr.engine import reading
from transcribe.store.facts import Learning, Offer, SentReading

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
    (rate,) = (each for each in learnt.rates if each.startswith("Decided values of type amount on the form receipt"))
    assert "of 12 audited, 50 % were wrong (between 21.09 % and 78.91 %" in rate
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


def with_reference(rooms: Home, slip: Form, text: str, weak: str) -> Scan:
    """A slip on which one engine is sure of this reference, and the other reads another or the same, less surely."""
    scan = Scan(id=secrets.token_hex(32), pages=(), form=slip.name, form_version=slip.version)
    rooms.store.put_scan(scan, [], now())
    read = [
        reading(scan=scan.id, key=REF, source=source, text=said, at=now(), confidence=sure, conditions={})
        for source, said, sure in zip(ENGINES, (text, weak), (0.99, 0.6), strict=True)
    ]
    rooms.store.put_reads(scan.id, ReadResult(places=(), readings=tuple(read), fit=None, quality={}), now())
    return scan


def test_what_people_read_on_the_first_scans_of_a_batch_settles_the_others_of_it(rooms: Home, tmp_path: Path) -> None:
    """All came in at once; a decided reference that breaks the shape stands, and is asked of nobody."""
    path = tmp_path / "slip.toml"
    path.write_text(CODED, encoding="utf-8")
    slip = rooms.use_form(str(path))
    people = [invite(rooms, f"reader {number}").person.id for number in range(2)]
    numbers = [4700 + 23 * at for at in range(14)]
    scans = {f"AO-{number}": with_reference(rooms, slip, f"AO-{number}", f"A0-{number}") for number in numbers}
    odd = with_reference(rooms, slip, "77777777", "77777777")
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


def read_by_people(rooms: Home, count: int = 3) -> list[Scan]:
    """Receipts on whose total the engines differ, so that somebody reads it."""
    mina = invite(rooms, "mina").person.id
    scans = []
    for _ in range(count):
        scan = received(rooms, texts={"total": ("12.50", "18.60")})
        reconcile_home(rooms)
        answer(rooms, mina, "12.50", scan=scan.id, field="total")
        reconcile_home(rooms)
        scans.append(scan)
    return scans


def open_tasks(rooms: Home) -> int:
    return sum(rooms.store.counts().open_tasks.values())


def test_thirty_nights_without_news_change_nothing(rooms: Home) -> None:
    read_by_people(rooms)
    first = learn_home(rooms)
    assert (rooms.store.audit()[-1].action, rooms.store.audit()[-1].actor) == ("parameters learnt", rooms.store.actor)
    reconcile_home(rooms)
    versions, learnings, tasks = rooms.store.parameters_versions(), rooms.store.learnings(), open_tasks(rooms)
    log = rooms.store.audit()
    for _ in range(30):
        again = learn_home(rooms)
        assert (again.version, again.verdict, again.reopened) == (first.version, "no news", ())
        reconcile_home(rooms)
    assert rooms.store.parameters_versions() == versions
    assert rooms.store.learnings() == learnings
    assert rooms.store.audit() == log
    assert open_tasks(rooms) == tasks


def test_a_dry_run_says_what_would_change_and_keeps_nothing(rooms: Home, expert: str) -> None:
    assert learn_home(rooms, dry=True).verdict == "no news"
    assert rooms.store.parameters() is None
    for number in range(12):
        audited(rooms, expert, "12.50" if number % 2 else "72.50")
    standing = received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)
    before = rooms.store.parameters_versions(), rooms.store.learnings(), rooms.store.audit()
    tried = learn_home(rooms, dry=True)
    assert (tried.dry, tried.came_into_force, tried.verdict, tried.version) == (True, False, "better", 1)
    assert [(each.scan, each.field) for each in tried.reopened] == [(standing.id, "total")]
    assert (rooms.store.parameters_versions(), rooms.store.learnings(), rooms.store.audit()) == before
    done = learn_home(rooms, by="olga")
    assert (done.reopened, done.numbers, done.version) == (tried.reopened, tried.numbers, 2)


@pytest.mark.promise("learn keeps the old")
def test_more_than_the_set_share_of_decided_fields_is_not_asked_again(house: House, rooms: Home, expert: str) -> None:
    for number in range(12):
        audited(rooms, expert, "12.50" if number % 2 else "72.50")
    for _ in range(12):
        received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)
    tasks = open_tasks(rooms)
    kept = learn_home(rooms, by="olga")
    assert (kept.verdict, kept.version, len(kept.reopened)) == ("reopens too many", 1, 0)
    assert len(kept.otherwise) == 12
    reconcile_home(rooms)
    assert open_tasks(rooms) == tasks
    (refused,) = (each for each in parameter_versions(rooms) if each.version is None)
    assert (refused.by, refused.verdict, refused.numbers["otherwise"]) == ("olga", "reopens too many", 12)
    assert [(line.actor, line.action) for line in rooms.store.audit()][-1] == ("olga", "proposal refused")
    (found,) = (each for each in examine(rooms.settings) if each.check == "learning")
    assert re.search(r" 12 of \d+ decided fields would come out otherwise", found.message)
    assert found.warning

    tried = learn_home(rooms, dry=True)
    assert (tried.verdict, tried.otherwise, tried.numbers) == (kept.verdict, kept.otherwise, kept.numbers)
    assert tried.numbers["would_reopen"] == 12, "so many would be asked again if it came into force"
    again = learn_home(rooms)
    assert (again.verdict, again.refused, again.otherwise) == ("no news", "reopens too many", ())
    assert len(rooms.store.learnings()) == 1
    said = house.run("learn", "--dry-run").out
    assert "Refused: more of the decided fields" in said
    assert "12 decided fields of 12 scans would be asked again if it came into force:" in said
    assert said.count(" total\n") == 12
    assert "fairhand learn --dry-run says what it would change" in house.run("learn").out


def test_an_earlier_version_is_in_force_again_and_what_it_left_comes_only_with_new_truth(
    rooms: Home, expert: str
) -> None:
    for number in range(12):
        audited(rooms, expert, "12.50" if number % 2 else "72.50")
    standing = received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)
    assert learn_home(rooms).version == 2
    reconcile_home(rooms)
    asked = [task for task in rooms.store.field_history(standing.id, TOTAL).tasks if task.closed_at is None]
    assert [task.reason for task in asked] == ["below target"]

    done = go_back(rooms, by="olga")
    assert done is not None
    assert (done.version, done.back_to, done.settled) == (3, 1, 1)
    in_force = rooms.store.parameters()
    assert in_force is not None
    assert (in_force.version, in_force.content) == (3, shipped.shipped_parameters().content)
    assert rooms.store.parameters(2) is not None, "nothing is deleted"
    reconcile_home(rooms)
    assert [task for task in rooms.store.field_history(standing.id, TOTAL).tasks if task.closed_at is None] == []
    assert [(line.actor, line.action) for line in rooms.store.audit()][-1] == ("olga", "parameters put back")

    received(rooms)
    reconcile_home(rooms)
    again = learn_home(rooms)
    assert (again.verdict, again.version) == ("no new truth", 3)
    late = Truth(scan=standing.id, key=TOTAL, text="12.50", origin="gold", at=now() + timedelta(seconds=1))
    rooms.store.put_truth(late, now())
    assert learn_home(rooms).version == 4
    listed = parameter_versions(rooms)
    assert [(each.version, each.in_force, each.verdict, each.back_to) for each in listed] == [
        (1, False, "", None),
        (2, False, "better", None),
        (3, False, "went back", 1),
        (4, True, "better", None),
    ]


@pytest.mark.parametrize("cut", ["wake", "put_adds"])
def test_a_version_comes_into_force_whole_or_not_at_all(
    rooms: Home, expert: str, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    for number in range(12):
        audited(rooms, expert, "12.50" if number % 2 else "72.50")
    standing = received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(rooms.store, cut, die)
        with pytest.raises(KeyboardInterrupt):
            pytest.fail(f"it came to an end: {learn_home(rooms)}")
        assert [number for number, _ in rooms.store.parameters_versions()] == [1]
    learnt = learn_home(rooms)
    assert (learnt.version, learnt.verdict) == (2, "better")
    assert [(each.scan, each.field) for each in learnt.reopened] == [(standing.id, "total")]
    reconcile_home(rooms)
    asked = [task for task in rooms.store.field_history(standing.id, TOTAL).tasks if task.closed_at is None]
    assert [task.reason for task in asked] == ["below target"]


def test_going_back_names_what_there_is(rooms: Home) -> None:
    with pytest.raises(NotFound, match="Nothing is in force yet"):
        go_back(rooms)
    read_by_people(rooms)
    with pytest.raises(NotFound, match="the first version"):
        go_back(rooms)
    with pytest.raises(NotFound, match="no version 7"):
        go_back(rooms, 7)
    assert go_back(rooms, 1) is None
    learn_home(rooms)
    assert (done := go_back(rooms)) is not None
    assert (done.version, done.back_to) == (3, 1)
    with pytest.raises(NotFound, match="the first version"):
        go_back(rooms)
    assert (again := go_back(rooms, 2)) is not None
    assert (again.version, again.back_to) == (4, 2)


def test_of_two_who_learn_at_once_the_second_is_told(rooms: Home) -> None:
    read_by_people(rooms)
    learn_home(rooms)
    late = Learning(version=1, verdict="better", by="olga", at=now())
    with pytest.raises(StoreError, match="Something else came into force meanwhile"):
        rooms.store.keep_learning(late, {})
    assert [number for number, _ in rooms.store.parameters_versions()] == [1, 2]


def test_the_commands_list_the_versions_and_go_back(house: House, rooms: Home) -> None:
    assert house.run("learn", "versions").out.startswith("Nothing was weighed or learnt here yet")
    assert house.run("learn", "back").code == 2
    read_by_people(rooms)
    tried = house.run("learn", "--dry-run")
    assert "this was a dry run. Version 1 stays in force." in tried.out
    done = house.run("learn", "--by", "olga")
    assert "Too little truth is known to judge it" in done.out
    assert "The parameters are version 2 now." in done.out
    listed = house.run("learn", "versions").out.splitlines()
    assert listed[0].startswith("version 1, ")
    assert "in force" in listed[1]
    assert "By olga." in listed[1]
    back = house.run("learn", "back", "--by", "olga")
    assert back.out.startswith("Version 1 is in force again, as version 3.")
    assert house.run("learn", "back", "3").out.startswith("That version is in force already")
    assert house.run("learn", "back", "99").code == 2, "as with every name of which a home has nothing"
    (told,) = house.run("learn", "--json").json
    assert (told["verdict"], told["version"], told["came_into_force"]) == ("no new truth", 3, False)
    rows = house.run("learn", "versions", "--json").json
    assert [(row["version"], row["in_force"], row["back_to"]) for row in rows] == [
        (1, False, None),
        (2, False, None),
        (3, True, 1),
    ]
    assert "olga" in house.run("log", "list").out


def misled(rooms: Home, verdict: str = "too little truth") -> None:
    """Another version comes into force, under which machines have lost the right to decide amounts."""
    before = rooms.store.parameters()
    assert before is not None
    content = {**before.content, "audited": {"amount: engines agree": [40.0, 100.0]}}
    rooms.store.keep_learning(Learning(version=before.version, verdict=verdict, by="olga", at=now()), content)


def test_what_is_decided_stands_under_a_version_that_no_truth_speaks_for(rooms: Home) -> None:
    scan = received(rooms)
    reconcile_home(rooms)
    before = rooms.store.decisions(scan.id)
    assert len(before) == 4
    misled(rooms)
    rooms.store.wake([scan.id], now())
    assert reconcile_home(rooms).asked == 0
    assert rooms.store.decisions(scan.id) == before, "not even anew: nothing was read since"
    assert open_tasks(rooms) == 0
    new = received(rooms)
    reconcile_home(rooms)
    assert [task.reason for task in rooms.store.field_history(new.id, TOTAL).tasks], "what comes in is weighed by it"


def test_a_later_version_that_truths_speak_for_asks_again_and_one_after_it_does_not(rooms: Home) -> None:
    scan = received(rooms)
    reconcile_home(rooms)
    misled(rooms)
    misled(rooms, "better")
    rooms.store.wake([scan.id], now())
    assert reconcile_home(rooms).asked == 1
    assert open_tasks(rooms) == 1
    late = received(rooms, texts={"total": ("12.50", "12.50")})
    reconcile_home(rooms)
    assert {task.key for task in rooms.store.field_history(late.id, TOTAL).tasks} == {TOTAL}
