"""Readers of one writing tradition who stand alone: the next reader comes from elsewhere."""

from __future__ import annotations

from dataclasses import replace

from reconcile.decision.decide import decide
from reconcile.decision.writing_tradition import Traditions, from_elsewhere, lone_tradition, traditions
from reconcile.forms.prepared_form import prepared
from reconcile.inference.weigh import weigh
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.reconcile.made import both, expert, field, form, ink, machine, reading
from transcribe.model import Decision, FieldKey, Posterior, Reading, Task, Transcriber

CODE = field("number", "code")
FORM = form(CODE)
KEY = FieldKey("number")
PEOPLE = Traditions(
    of={"amina": "fr", "ben": "fr", "chen": "en", "dora": "en", "emil": ""}, working=frozenset({"fr", "en", ""})
)


def alone(*readings: Reading, people: Traditions = PEOPLE) -> str:
    return lone_tradition(prepared(FORM).fields["number"], readings, people, POLICY)


def said(who: str, text: str | None) -> Reading:
    return reading("number", who, text)


def test_a_reader_against_the_engines_stands_alone_with_their_tradition() -> None:
    assert alone(*both("number", "A7"), said("amina", "A1")) == "fr"


def test_two_of_one_tradition_who_agree_against_another_stand_alone() -> None:
    assert alone(said("amina", "A7"), said("ben", "A7"), said("chen", "A1")) == "fr"


def test_who_is_borne_out_by_an_engine_or_by_somebody_from_elsewhere_does_not_stand_alone() -> None:
    assert alone(*both("number", "A7"), said("amina", "A7")) == ""
    assert alone(*both("number", "A7"), said("amina", "A1"), said("chen", "A1")) == ""
    assert alone(*both("number", "A7"), said("amina", "A1"), said("emil", "A1")) == ""


def test_readers_of_one_tradition_who_differ_among_themselves_are_no_side() -> None:
    assert alone(*both("number", "A7"), said("amina", "A1"), said("ben", "A4")) == ""


def test_one_against_one_leaves_nobody_from_elsewhere_to_prefer() -> None:
    assert alone(said("amina", "A7"), said("chen", "A1")) == ""


def test_what_contradicts_nobody_makes_nobody_stand_alone() -> None:
    assert alone(said("amina", "A1")) == ""
    assert alone(ink("number", ""), said("amina", "A1")) == ""
    assert alone(machine("number", "tesseract 5", None), said("amina", "A1")) == ""
    assert alone(*both("number", "A7"), said("amina", None)) == ""
    assert alone(*both("number", "A7"), reading("number", "amina", "A1", shown="A1")) == ""


def test_who_has_named_no_language_has_no_tradition() -> None:
    assert alone(*both("number", "A7"), said("emil", "A1")) == ""


def test_without_anybody_else_to_ask_there_is_nothing_to_prefer() -> None:
    for working in (set(), {"fr"}, {"fr", ""}):
        only = replace(PEOPLE, working=frozenset(working))
        assert alone(*both("number", "A7"), said("amina", "A1"), people=only) == ""


def test_a_tradition_is_the_first_language_that_somebody_named() -> None:
    mina = Transcriber(id="1", handle="mina", roles=frozenset({"transcriber"}), languages=("fr-CA", "en"))
    omar = replace(mina, id="2", languages=("ar",), paused=True)
    olga = replace(mina, id="3", languages=("ru",), roles=frozenset({"operator"}))
    new = replace(mina, id="4", languages=())
    rui = replace(mina, id="5", languages=("pt_BR", "en"))
    found = traditions([mina, omar, olga, new, rui])
    assert found.of == {"1": "fr", "2": "ar", "3": "ru", "4": "", "5": "pt"}
    assert found.working == {"fr", "pt", ""}


def believed(probability: float, *readings: Reading) -> tuple[Decision | Task, Posterior]:
    """What is decided on these readings where they are believed so far."""
    posterior = replace(weigh(FORM, readings, shipped_parameters(), POLICY)[KEY], probability=probability)
    return decide(CODE, posterior, POLICY), posterior


ENGINES = (machine("number", "tesseract 5", "A7", 0.6), machine("number", "rapidocr 3", "A4", 0.6))
AGREED = (*ENGINES, said("amina", "A1"), said("ben", "A1"))


def test_where_one_tradition_alone_agrees_somebody_from_elsewhere_is_asked_before_it_is_decided() -> None:
    decision, posterior = believed(0.97, *AGREED)
    assert isinstance(decision, Decision)
    task = from_elsewhere(decision, posterior, CODE, "fr", POLICY)
    assert isinstance(task, Task)
    assert (task.kind, task.reason, task.elsewhere, task.slot) == ("read", "one tradition", "fr", 3)


def test_what_reaches_the_target_is_decided_all_the_same() -> None:
    decision, posterior = believed(0.997, *AGREED)
    assert from_elsewhere(decision, posterior, CODE, "fr", POLICY) is decision


def test_after_three_readers_nobody_more_is_asked_for_their_tradition() -> None:
    decision, posterior = believed(0.97, *AGREED, said("fay", "A1"))
    assert isinstance(decision, Decision)
    assert from_elsewhere(decision, posterior, CODE, "fr", POLICY) is decision


def test_a_task_is_marked_and_what_goes_to_an_expert_is_not() -> None:
    task, posterior = believed(0.5, *both("number", "A7"), said("amina", "A1"))
    assert isinstance(task, Task)
    assert from_elsewhere(task, posterior, CODE, "fr", POLICY) == replace(task, elsewhere="fr")
    split = replace(task, kind="adjudicate")
    assert from_elsewhere(split, posterior, CODE, "fr", POLICY) is split


def test_what_an_expert_decided_stands() -> None:
    decision, posterior = believed(0.97, *AGREED, expert("number", "A7"))
    assert from_elsewhere(decision, posterior, CODE, "fr", POLICY) is decision
