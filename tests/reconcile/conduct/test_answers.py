"""The answers of people and experts, each beside what is known of the field without them."""

from __future__ import annotations

from reconcile.conduct import answers
from reconcile.parameters import shipped_parameters
from reconcile.policy import POLICY
from tests.reconcile.made import both, field, form, reading
from transcribe.model import OPERATOR_SOURCE, Reading

FORM = form(field("name"))


def by(who: str, given: list[Reading]) -> list[str]:
    return [each.text for each in answers(FORM, given, shipped_parameters(), POLICY) if each.who == who]


def test_an_expert_is_looked_at_as_a_transcriber_is_and_what_an_operator_put_right_is_not() -> None:
    given = [
        *both("name", "Lindqvist"),
        reading("name", "ann", "Lindqvist"),
        reading("name", "eva", "false", kind="expert"),
        reading("name", OPERATOR_SOURCE, "Lindquist", kind="expert"),
    ]
    assert by("ann", given) == ["Lindqvist"]
    assert by("eva", given) == ["false"]
    assert by(OPERATOR_SOURCE, given) == []


def test_what_machines_and_experts_say_of_a_field_is_without_the_expert_who_is_looked_at() -> None:
    given = [*both("name", "Lindqvist"), reading("name", "eva", "false", kind="expert")]
    (answer,) = answers(FORM, given, shipped_parameters(), POLICY)
    assert max(answer.unaided, key=lambda says: answer.unaided[says]) == "lindqvist"
    assert answer.others.says == "lindqvist"
    assert not answer.agrees
    assert answer.by_expert


def test_an_expert_may_take_a_reading_that_is_shown_without_typing_it() -> None:
    given = [reading("name", "ann", "Lindqvist"), reading("name", "eva", "Lindqvist", kind="expert")]
    letters = {each.who: each.letters for each in answers(FORM, given, shipped_parameters(), POLICY)}
    assert letters == {"ann": 9, "eva": 0}


def test_letters_of_another_alphabet_are_told_of_an_answer_unless_they_stand_on_the_paper() -> None:
    same = [
        *both("name", "Hetty Banks"),
        reading("name", "ann", "Hetty Banks"),
        reading("name", "bob", "H\u0435tty Banks"),
    ]
    told = {each.who: (each.other_letters, each.holds) for each in answers(FORM, same, shipped_parameters(), POLICY)}
    assert told == {"ann": (False, True), "bob": (True, True)}
    russian = "\u0418\u0432\u0430\u043d\u043e\u0432"
    paper = [reading("name", who, russian, minute=at) for at, who in enumerate(("ann", "bob", "cleo"))]
    assert not any(each.other_letters for each in answers(FORM, paper, shipped_parameters(), POLICY))


def test_what_somebody_read_as_a_transcriber_stands_beside_what_they_read_as_an_expert() -> None:
    given = [
        *both("name", "Lindqvist"),
        reading("name", "eva", "false"),
        reading("name", "eva", "Lindqvist", kind="expert", minute=5),
    ]
    said = {each.by_expert: each.text for each in answers(FORM, given, shipped_parameters(), POLICY)}
    assert said == {False: "false", True: "Lindqvist"}
