"""Values in the store: corrected, asked again, locked and unlocked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy
import pytest

from tests.transcribe.store.world import NOON, World, after, decision, field, form, machine, person, sent
from transcribe.errors import NotFound, SettingsError
from transcribe.forms import unchanged_fields
from transcribe.geometry import Box
from transcribe.model import WHOLE, Duplicate, FieldKey, Form, PageFingerprint, Scan, Task
from transcribe.store.facts import Rate

TOTAL = FieldKey("total")


def test_a_correction_is_a_reading_with_the_last_word_its_reason_and_no_pay(here: World) -> None:
    scan = here.scan("a")
    reading = here.store.correct_value(scan.id, TOTAL, "12", "olga", "the customer called", after(1))
    kept = here.store.field_history(scan.id, TOTAL).readings[-1]
    assert (kept.id, kept.text, kept.kind, kept.reason) == (reading, "12", "expert", "the customer called")
    assert "saw all readings" in kept.flags
    assert [each.scan.id for each in here.store.claim_waiting(5, after(2))] == [scan.id]
    assert here.store.ledger() == []
    assert here.store.withdraw_reading(reading, "olga", "no, it was right", after(3))
    assert here.store.verify_audit().forgeries == ()


def test_a_field_asked_again_is_so_until_somebody_reads_it(here: World) -> None:
    scan = here.scan("a")
    here.decide(scan, decision("total", "8"))
    here.store.ask_value(scan.id, TOTAL, "olga", "looks odd", after(1))
    assert here.store.values_asked_again(scan.id) == {TOTAL}
    here.ask(scan, "total", now=after(2))
    (task,) = here.store.lease("ann", 1, after(3))
    here.store.submit(task.id, "ann", sent("8", "one"), after(4))
    assert here.store.values_asked_again(scan.id) == frozenset()


def test_a_locked_value_is_neither_corrected_nor_asked_and_only_what_is_decided_is_locked(here: World) -> None:
    scan = here.scan("a")
    with pytest.raises(SettingsError, match="not decided yet"):
        here.store.lock_value(scan.id, TOTAL, "olga", "x", after(1))
    here.decide(scan, decision("total", "8"))
    assert here.store.lock_value(scan.id, TOTAL, "olga", "checked", after(1))
    assert not here.store.lock_value(scan.id, TOTAL, "olga", "checked", after(1))
    with pytest.raises(SettingsError, match="value unlock"):
        here.store.correct_value(scan.id, TOTAL, "9", "olga", "x", after(2))
    with pytest.raises(SettingsError, match="value unlock"):
        here.store.ask_value(scan.id, TOTAL, "olga", "x", after(2))
    assert here.store.unlock_value(scan.id, TOTAL, "olga", "was wrong", after(3))
    assert not here.store.unlock_value(scan.id, TOTAL, "olga", "was wrong", after(3))
    assert here.store.locked_values(scan.id) == frozenset()
    assert [each.verb for each in here.store.acts(scan.id)] == ["value locked", "value unlocked"]


def test_what_is_not_there_is_said(here: World) -> None:
    scan = here.scan("a")
    with pytest.raises(NotFound, match=r"has no field town\. Use one of \w+"):
        here.store.correct_value(scan.id, FieldKey("town"), "9", "olga", "x", after(2))
    here.store.forget(scan.id, after(3))
    with pytest.raises(NotFound, match="forgotten"):
        here.store.ask_value(scan.id, TOTAL, "olga", "x", after(4))


def test_a_correction_that_was_read_otherwise_is_found_by_its_time_until_its_scan_is_forgotten(here: World) -> None:
    scan = here.scan("a")
    correction = here.store.correct_value(scan.id, TOTAL, "12", "olga", "the customer called", after(1))
    number = here.store.acts(scan.id)[-1].number
    here.ask(scan, "total", now=after(2))
    (task,) = here.store.lease("ann", 1, after(3))
    here.store.submit(task.id, "ann", sent("8", "one"), after(4))
    heard = here.store.field_history(scan.id, TOTAL).readings[-1]
    here.store.note_overridden("0" * 32, heard, "upheld", after(5))
    assert here.store.overridden_corrections(NOON, 9) == []
    here.store.note_overridden(correction, heard, "upheld", after(5))
    (act,) = here.store.overridden_corrections(NOON, 9)
    assert (act.by, act.scan, act.key, act.at) == ("ann", scan.id, TOTAL, after(5))
    assert act.detail == {"field": "total", "correction": number, "outcome": "upheld"}
    assert here.store.overridden_corrections(after(6), 9) == []
    assert here.store.verify_audit().forgeries == ()
    here.store.forget(scan.id, after(7))
    assert here.store.overridden_corrections(NOON, 9) == []


@pytest.mark.promise("The scan is set", "You may decide at")
def test_a_scan_set_aside_asks_nobody_until_it_is_brought_back(here: World) -> None:
    scan = here.scan("a")
    here.ask(scan, "total", "number")
    (held,) = here.store.lease("ann", 1, after(1))
    assert here.store.put_scan_aside(scan.id, "olga", "ordered twice", after(2))
    assert not here.store.put_scan_aside(scan.id, "olga", "ordered twice", after(2))
    here.ask(scan, "total", "number", now=after(3))
    assert here.store.lease("ben", 9, after(3)) == []
    assert here.store.submit(held.id, "ann", sent("1", "one"), after(4)).kind == "kept"
    assert here.store.bring_scan_back(scan.id, "olga", "it was another", after(5))
    assert not here.store.bring_scan_back(scan.id, "olga", "it was another", after(5))
    assert [each.scan.id for each in here.store.claim_waiting(5, after(6))] == [scan.id]
    here.ask(scan, "total", "number", now=after(6))
    assert here.store.lease("ben", 9, after(7)) != []
    assert here.store.verify_audit().forgeries == ()


@pytest.mark.promise("All of it stays", "Each keeps what people")
@pytest.mark.parametrize("said", ["", None, "false", "12"])
@pytest.mark.parametrize("held", [False, True])
def test_nothing_that_was_read_on_a_former_picture_counts_for_the_new_one_and_who_said_so_reads_that(
    here: World, said: str | None, held: bool
) -> None:
    """`held`: it is sent when the new picture is there already, by somebody who was given the task before."""
    here.store.put_rate(Rate(form="", micro=3, currency="EUR", since=NOON), NOON)
    scan = here.scan("a")
    here.ask(scan, "total")
    (task,) = here.store.lease("ann", 1, after(1))

    def send() -> None:
        here.store.submit(task.id, "ann", sent(said, "first"), after(5 if held else 2))

    if not held:
        send()
    reads = here.reads(scan, here.form)
    here.store.read_again(scan.id, ("order", 1), reads, "olga", "blurred", after(3), retaken=True)
    here.ask(scan, "total", now=after(4))
    if held:
        send()
    assert people(here, scan) == []
    here.ask(scan, "total", now=after(6))
    (again,) = here.store.lease("ann", 1, after(7))
    assert again.key == FieldKey("total")
    here.store.submit(again.id, "ann", sent("", "second"), after(8))
    assert people(here, scan) == [""], "what is said of the new picture counts, blank or not"
    history = here.store.field_history(scan.id, FieldKey("total"))
    assert [each.text for each in history.readings if each.kind == "person"] == [said, ""]
    assert [line.micro for line in here.store.ledger("ann")] == [3, 3]
    here.ask(scan, "total", now=after(9))
    assert here.store.lease("ann", 1, after(10)) == [], "nobody reads a picture twice"


def people(here: World, scan: Scan) -> list[str | None]:
    """What people read that is weighed."""
    return [each.text for each in here.store.readings(scan.id) if each.kind == "person"]


CAT = sent(None, "cat", 30.0, flags=frozenset({"not this form"}), legible="a cat")


def asked(here: World, name: str = "a") -> Scan:
    """A scan of which both fields are asked for."""
    scan = here.scan(name)
    here.ask(scan, "total", "number")
    return scan


def question(scan: Scan, slot: int = 2) -> Task:
    return Task(scan=scan.id, key=WHOLE, kind="identify", reason="form doubted", slot=slot)


@pytest.mark.promise("`not_this_form` is said of", "who says so (`say_not_this_form`)", "its questions are withdrawn")
def test_who_says_it_is_paid_for_the_time_and_all_else_of_the_scan_waits(here: World) -> None:
    here.store.put_rate(Rate(form="", micro=36_000_000, currency="EUR", since=NOON, per="hour"), NOON)
    scan = asked(here)
    other = here.scan("b")
    here.ask(other, "total")
    held = here.store.lease("ann", 3, after(1))
    outcome = here.store.say_not_this_form(held[0].id, "ann", CAT, after(60))
    again = here.store.say_not_this_form(held[0].id, "ann", CAT, after(61))
    assert (outcome.kind, again.kind, again.reading) == ("kept", "again", outcome.reading)
    assert [(line.kind, line.seconds, line.micro) for line in here.store.ledger("ann")] == [("time", 30.0, 300_000)]
    (said,) = [each for each in here.store.readings(scan.id) if each.kind == "person"]
    assert (said.key, said.text, said.legible, said.shown) == (WHOLE, None, "a cat", "order/1")
    assert [task.scan for task in here.store.held("ann", after(62))] == [other.id], "they hold nothing of it"
    assert [task.scan for task in here.store.lease("ben", 9, after(62))] == [], "nobody is asked for its fields"
    assert [each.scan.id for each in here.store.claim_waiting(5, after(63))] == [scan.id]
    assert here.store.verify_audit().forgeries == ()


@pytest.mark.promise("its questions are withdrawn")
def test_somebody_else_is_asked_and_the_fields_come_back_where_they_say_otherwise(here: World) -> None:
    scan = asked(here)
    (held,) = here.store.lease("ann", 1, after(1))
    here.store.say_not_this_form(held.id, "ann", CAT, after(2))
    here.store.ask_form_alone(scan.id, here.up_to(scan), question(scan), after(3))
    assert here.store.lease("ann", 9, after(4)) == []
    (task,) = here.store.lease("ben", 9, after(4))
    assert (task.kind, task.key) == ("identify", WHOLE)
    here.store.submit(task.id, "ben", sent("order/1 0", "ben"), after(5))
    here.ask(scan, "total", "number", now=after(6))
    assert {each.kind for each in here.store.lease("cat", 9, after(7))} == {"read"}


def test_what_somebody_holds_of_it_is_kept_and_paid_all_the_same(here: World) -> None:
    scan = asked(here)
    (first,), (second,) = here.store.lease("ann", 1, after(1)), here.store.lease("ben", 1, after(1))
    here.store.say_not_this_form(first.id, "ann", CAT, after(2))
    here.store.ask_form_alone(scan.id, here.up_to(scan), question(scan), after(3))
    assert here.store.submit(second.id, "ben", sent("7", "ben"), after(4)).kind == "kept"


def test_one_person_says_it_once_and_an_operator_has_the_last_word(here: World) -> None:
    scan = asked(here)
    (held,) = here.store.lease("ann", 1, after(1))
    here.store.say_not_this_form(held.id, "ann", CAT, after(2))
    here.store.ask_form_alone(scan.id, here.up_to(scan), question(scan), after(3))
    assert here.store.bring_scan_back(scan.id, "olga", "it is one, badly lit", after(4))
    last = here.store.readings(scan.id)[-1]
    assert (last.source, last.kind, last.text, last.reason) == (
        "operator",
        "expert",
        "order/1 0",
        "it is one, badly lit",
    )
    here.ask(scan, "total", "number", now=after(5))
    assert {each.kind for each in here.store.lease("ben", 9, after(6))} == {"read"}, "the question went away"
    (mine,) = here.store.lease("ann", 9, after(6)) or [held]
    assert here.store.say_not_this_form(mine.id, "ann", sent(None, "two"), after(7)).reading == ""
    assert [each.verb for each in here.store.acts(scan.id)] == ["scan brought back"]
    assert here.store.verify_audit().forgeries == ()


def test_who_is_asked_which_form_it_is_answers_that(here: World) -> None:
    scan = here.scan("a")
    here.store.conclude(scan.id, here.up_to(scan), [], [question(scan)], None, NOON)
    (task,) = here.store.lease("ann", 1, after(1))
    with pytest.raises(SettingsError, match="none of these"):
        here.store.say_not_this_form(task.id, "ann", CAT, after(2))


def test_of_a_control_item_nobody_is_asked(here: World) -> None:
    here.store.put_transcriber(person("dan"), NOON)
    scan = here.scan("a")
    here.ask(scan, "total", kind="test", reason="control")
    (task,) = here.store.lease("dan", 1, after(1))
    assert here.store.say_not_this_form(task.id, "dan", CAT, after(2)).reading == ""
    assert [each for each in here.store.readings(scan.id) if each.kind == "person"] == []


def test_the_words_are_erased_with_the_scan(here: World) -> None:
    scan = asked(here)
    (held,) = here.store.lease("ann", 1, after(1))
    here.store.say_not_this_form(held.id, "ann", CAT, after(2))
    here.store.forget(scan.id, after(3))
    assert not here.holds("a cat")


NUMBER, TOTAL_OF_NEW_VERSION = FieldKey("number"), FieldKey("total")


def newer(here: World, version: int = 2, **more: str) -> Form:
    """A version of the form in which the box of the total is another one."""
    total = replace(field("total", "amount", **more), box=Box(0, 0, 10, 10 + version))
    made = form(field("number", "code"), total, version=version)
    here.store.put_form(made, f"version {version}", NOON)
    return made


def read_as(here: World, scan: Scan, after_it: Form, *others: Form) -> None:
    """The scan is read again as a form of which these are the other versions."""
    reads = here.reads(scan, after_it)
    reads = replace(reads, readings=tuple(machine(scan, name, "machine") for name in ("number", "total")))
    unchanged = {each.version: unchanged_fields(each, after_it) for each in others}
    form_read = (after_it.name, after_it.version)
    here.store.read_again(scan.id, form_read, reads, "olga", "boxes mended", after(100), unchanged=unchanged)


def typed(here: World, scan: Scan) -> Scan:
    """Ann types both fields of it."""
    here.ask(scan, "number", "total")
    for task in here.store.lease("ann", 2, after(1)):
        here.store.submit(task.id, "ann", sent(f"typed {task.key}", str(task.key)), after(2))
    return scan


def said(here: World, scan: Scan) -> list[str | None]:
    return [each.text for each in here.store.readings(scan.id)]


@pytest.mark.promise(
    "- What people typed", "A field that they", "All of it stays", "Those that somebody holds", "What is still to"
)
def test_what_was_typed_of_a_field_that_a_version_has_alike_counts_and_the_other_is_asked_again(here: World) -> None:
    scan, second = typed(here, here.scan("a")), newer(here)
    here.decide(scan, decision("number", "typed number", *here.store.readings(scan.id)), record=True)
    paid = here.store.ledger("ann")
    read_as(here, scan, second, here.form)
    assert said(here, scan) == ["typed number", "machine", "machine"]
    assert [each.text for each in here.store.decisions(scan.id)] == ["typed number"]
    assert here.store.values_asked_again(scan.id) == {TOTAL_OF_NEW_VERSION}
    assert here.store.ledger("ann") == paid
    cited, places = here.store.cited(scan.id, "order", 1)
    assert {"typed number", "typed total", "a-number"} <= {each.text for each in cited}
    assert {each.key for each in places} == {NUMBER, TOTAL_OF_NEW_VERSION}, (
        "what the first record stands on stays known"
    )
    assert here.store.verify_audit().forgeries == ()


def test_read_as_the_former_version_again_everything_counts_again(here: World) -> None:
    scan, second = typed(here, here.scan("a")), newer(here)
    read_as(here, scan, second, here.form)
    read_as(here, scan, here.form, second)
    assert said(here, scan)[:2] == ["typed number", "typed total"]
    assert here.store.values_asked_again(scan.id) == set()


def test_a_version_later_than_the_next_takes_along_too_what_only_the_first_has_alike(here: World) -> None:
    scan, second = typed(here, here.scan("a")), newer(here)
    third = replace(here.form, version=3)
    here.store.put_form(third, "version 3", NOON)
    read_as(here, scan, second, here.form)
    read_as(here, scan, third, here.form, second)
    assert said(here, scan)[:2] == ["typed number", "typed total"]


def test_what_nobody_typed_is_not_asked_again_for_a_new_version(here: World) -> None:
    scan, second = here.scan("a"), newer(here)
    read_as(here, scan, second, here.form)
    assert here.store.values_asked_again(scan.id) == set()


def test_another_type_page_size_of_page_or_row_of_a_table_is_a_change_and_a_label_is_none() -> None:
    before = form(field("number", "code"), field("total", "amount"))
    assert unchanged_fields(before, before) == {"number", "total"}
    typed_so = form(field("number", "text"), replace(field("total", "amount"), label={"en": "Sum"}))
    assert unchanged_fields(before, typed_so) == {"total"}
    larger = replace(before, blanks=(replace(before.blanks[0], size=(200, 100)),))
    assert unchanged_fields(before, larger) == set()


def test_a_field_is_not_kept_apart_from_itself_under_another_version(here: World) -> None:
    first = form(field("number", "code"), field("total", "amount", apart="customer"), name="kept")
    second = replace(newer(here, apart="customer"), name="kept")
    for each in (first, second):
        here.store.put_form(each, "", NOON)
    scan = typed(here, here.scan("a", form=first))
    read_as(here, scan, second, first)
    here.ask(here.store.scan(scan.id), "total", now=after(101))
    (task,) = here.store.lease("ann", 4, after(102))
    assert task.key == TOTAL_OF_NEW_VERSION


MOST = 0.24


def bits(seed: int, *, differing: float = 0.0, noise: int = 0) -> bytes:
    own = numpy.random.default_rng(seed).integers(0, 2, 2048, dtype=numpy.uint8)
    other = numpy.random.default_rng(noise).random(2048) < differing
    return numpy.packbits(own ^ other).tobytes()


def shown(here: World, scan: Scan, *pages: bytes, policy: Any = "flag") -> list[str]:
    prints = [PageFingerprint(number=number, bits=each) for number, each in enumerate(pages, 1)]
    return here.store.put_fingerprints(scan.id, prints, MOST, policy, after(1))


def pairs(here: World) -> list[Duplicate]:
    return here.store.duplicates()


def two_alike(here: World, policy: Any = "flag") -> tuple[Scan, Scan]:
    one, other = here.scan("a"), here.scan("b")
    shown(here, one, bits(1))
    assert shown(here, other, bits(1, differing=0.1), policy=policy) == [one.id]
    return one, other


def test_pages_that_look_alike_are_a_pair_whose_newer_scan_waits_again_and_others_are_not(here: World) -> None:
    one, other, third = here.scan("a"), here.scan("b"), here.scan("c")
    for scan in (one, other, third):
        here.decide(scan)
    assert shown(here, other, bits(1)) == []
    assert shown(here, third, bits(2)) == []
    assert shown(here, one, bits(1, differing=0.18)) == [other.id], "the older may be read after the newer"
    (pair,) = pairs(here)
    assert (pair.older, pair.newer, pair.settled, pair.waits) == (one.id, other.id, "open", True)
    assert pair.differing is not None
    assert 0.14 < pair.differing < 0.22
    assert [each.scan.id for each in here.store.claim_waiting(9, after(2))] == [other.id]


def test_all_pages_have_to_look_alike(here: World) -> None:
    one, other, third = here.scan("a"), here.scan("b"), here.scan("c")
    shown(here, one, bits(1), bits(2))
    assert shown(here, other, bits(1), bits(3)) == []
    assert shown(here, third, bits(1), bits(2, differing=0.05)) == [one.id]


def test_a_new_picture_that_looks_otherwise_ends_the_pair(here: World) -> None:
    _, other = two_alike(here)
    shown(here, other, bits(9))
    assert pairs(here) == []


@pytest.mark.promise("A value in doubt,")
def test_the_same_values_are_a_pair_where_both_are_sure(here: World) -> None:
    one, other, third = here.scan("a"), here.scan("b"), here.scan("c")
    values = ("number=7", "total=12.50")
    assert here.store.put_identities(one.id, {values: 0.99}, "flag", after(1)) == []
    assert here.store.put_identities(other.id, {values: 0.8}, "flag", after(1)) == [], "a doubtful reading is no match"
    assert here.store.put_identities(third.id, {("else",): 0.99, values: 0.98}, "hold", after(1)) == [one.id]
    (pair,) = pairs(here)
    assert (pair.older, pair.newer, pair.policy, pair.is_held) == (one.id, third.id, "hold", True)
    assert here.store.put_identities(third.id, {}, "hold", after(2)) == [], "a value is asked again"
    assert len(pairs(here)) == 1, "that says of no two papers that they are two"
    words = [dict(each) for each in here.store.db.all("identities_of", scan_id=here.store.scan_row(one.id)["id"])]
    assert words
    assert "12.50" not in str(words), "only a keyed hash is kept"


def test_one_value_that_surely_is_another_ends_a_pair_though_the_others_are_not_decided(here: World) -> None:
    """Different orders of one form look alike: 16 of 636 pairs did. They waited until every value was decided."""
    one, other = two_alike(here)
    here.store.put_identity_parts(one.id, {"number": ("7", 0.99), "total": ("12.50", 0.4)}, after(1))
    here.store.put_identity_parts(other.id, {"number": ("8", 0.7), "total": ("12.60", 0.99)}, after(1))
    assert len(pairs(here)) == 1, "in doubt it stays"
    here.store.put_identity_parts(other.id, {"number": ("8", 0.98)}, after(1))
    assert pairs(here) == []
    here.store.put_identity_parts(other.id, {"number": ("7", 0.98)}, after(1))
    assert len(pairs(here)) == 1, "it was misread"
    here.store.put_identity_parts(other.id, {"number": ("8", 0.8), "total": ("12.60", 0.99)}, after(1))
    here.store.put_identity_parts(one.id, {"number": ("7", 0.9), "total": ("12.50", 0.8)}, after(1))
    assert pairs(here) == [], "that all of them were misread is not probable"
    for scan in (one, other):
        here.store.put_identities(scan.id, {("number=7", "total=12.50"): 0.99}, "flag", after(1))
    assert len(pairs(here)) == 1, "what was misread is mended"
    words = here.store.db.all("identity_parts", scan_id=here.store.scan_row(one.id)["id"])
    assert "12.50" not in str([dict(each) for each in words]), "only keyed hashes are kept"
    here.store.forget(one.id, after(9))
    assert here.store.db.all("identity_parts", scan_id=here.store.scan_row(one.id)["id"]) == []


def test_a_pair_is_settled_with_who_and_why_and_opened_again(here: World) -> None:
    one, other = two_alike(here)
    here.ask(other, "total")
    here.store.settle_duplicate("b", "a", "duplicate", "olga", "sent twice", after(3))
    assert here.store.lease("ann", 9, after(4)) == [], "nobody is asked about a duplicate"
    here.ask(other, "total", now=after(5))
    assert here.store.lease("ann", 9, after(6)) == []
    (act,) = here.store.acts(other.id)
    assert (act.verb, act.by, act.reason) == ("duplicate settled", "olga", "sent twice")
    assert act.detail == {"older": one.id, "as": "duplicate", "before": "open"}
    assert [line.actor for line in here.store.audit() if line.action == "duplicate settled"] == ["olga"]

    here.store.settle_duplicate("a", "b", "open", "olga", "too early", after(7))
    here.ask(other, "total", now=after(8))
    assert len(here.store.lease("ann", 9, after(9))) == 1
    assert [each.settled for each in pairs(here)] == ["open"]
    with pytest.raises(SettingsError, match="one scan"):
        here.store.settle_duplicate("a", "a", "duplicate", "olga", "why", after(9))
    with pytest.raises(SettingsError, match="not as"):
        here.store.settle_duplicate("a", "b", "twins", "olga", "why", after(9))  # type: ignore[arg-type]


def test_what_is_the_same_order_and_has_no_record_is_with_no_machine_any_more(here: World) -> None:
    one, other = two_alike(here)
    here.decide(one)
    here.store.settle_duplicate(one.id, other.id, "duplicate", "olga", "sent twice", after(2))
    assert here.store.scan_state(other.id).word == "set aside"
    while here.store.sum_up(after(3)):
        pass
    words = {each.what for each in here.store.scan_counts() if each.what.startswith("state ") and each.count}
    assert "state set aside" in words
    here.store.settle_duplicate(one.id, other.id, "open", "olga", "a slip", after(4))
    assert here.store.scan_state(other.id).word == "not weighed"


def test_what_is_settled_as_different_is_never_asked_again(here: World) -> None:
    one, other = two_alike(here)
    here.store.settle_duplicate(one.id, other.id, "different", "olga", "two orders", after(3))
    shown(here, other, bits(1, differing=0.05))
    here.store.put_identities(one.id, {("number=7",): 0.99}, "flag", after(4))
    here.store.put_identities(other.id, {("number=7",): 0.99}, "flag", after(4))
    assert [(each.settled, each.waits, each.is_marked) for each in pairs(here)] == [("different", False, False)]


def test_two_scans_that_nothing_has_found_may_be_settled_too(here: World) -> None:
    one, other = here.scan("a"), here.scan("b")
    here.store.settle_duplicate(other.id, one.id, "duplicate", "olga", "the customer says so", after(1))
    assert [(each.older, each.newer, each.settled) for each in pairs(here)] == [(one.id, other.id, "duplicate")]
    here.store.settle_duplicate(other.id, one.id, "open", "olga", "no", after(2))
    assert pairs(here) == []


def test_forgotten_scans_and_those_aside_are_no_partners(here: World) -> None:
    one, other = two_alike(here)
    here.store.put_scan_aside(one.id, "olga", "a test", after(2))
    assert pairs(here) == []
    assert shown(here, here.scan("c"), bits(1)) == [other.id]
    here.store.bring_scan_back(one.id, "olga", "no test", after(3))
    assert {(each.older, each.newer) for each in pairs(here)} >= {(one.id, other.id)}
    here.decide(other)
    here.store.forget(one.id, after(4))
    assert all(one.id not in (each.older, each.newer) for each in pairs(here))
    assert other.id in {each.scan.id for each in here.store.claim_waiting(9, after(5))}, "its record says it no more"
    assert here.store.db.all("identities_of", scan_id=1) == []
    assert shown(here, here.scan("d"), bits(1, differing=0.02))[0] != one.id
    with pytest.raises(NotFound):
        here.store.settle_duplicate(one.id, other.id, "different", "olga", "why", after(6))


def test_a_duplicate_is_no_partner_of_what_comes_later(here: World) -> None:
    one, other = two_alike(here)
    here.store.settle_duplicate(one.id, other.id, "duplicate", "olga", "sent twice", after(3))
    assert shown(here, here.scan("c"), bits(1, differing=0.05)) == [one.id]


@pytest.mark.parametrize(
    ("policy", "waits", "is_marked", "is_held"),
    [
        ("link", False, False, False),
        ("flag", True, True, False),
        ("hold", True, True, True),
        ("retake", True, True, True),
    ],
)
def test_a_policy_says_what_becomes_of_it(
    here: World, policy: str, waits: bool, is_marked: bool, is_held: bool
) -> None:
    two_alike(here, policy)
    (pair,) = pairs(here)
    assert (pair.waits, pair.is_marked, pair.is_held) == (waits, is_marked, is_held)
