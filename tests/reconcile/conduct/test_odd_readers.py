"""Questions about how people read: cheats raise them, and honest people with odd habits do not."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reconcile.conduct import HONEST_PEOPLE_ASKED_SHARE, Answer, answers, odd_readers
from reconcile.conduct.answers import Believed
from reconcile.parameters import shipped_parameters
from reconcile.policy import POLICY
from tests.reconcile.made import both, field, form, reading
from transcribe.fields import Family
from transcribe.model import OPERATOR_SOURCE, FieldKey, Reading

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
WORDS = ("ALPHA 12", "bolts 40", "Crème 7", "dowel 95", "eaves 33", "Faktura 8", "grout 61", "hinge 24")


def answer(
    number: int,
    says: str,
    written: str,
    *,
    who: str = "ann",
    field: str = "",
    seconds: float = 4.0,
    family: Family = "line text",
    settled: float = 0.99,
) -> Answer:
    """The answer of a person to the field number `number`, five of them a scan, of which all others are sure."""
    believed = Believed(says=written, probability=settled)
    return Answer(
        who=who,
        scan=f"scan {number // 5}",
        key=FieldKey(field or f"field {number % 5}"),
        family=family,
        says=says,
        null="blank" if says == "" else None,
        at=NOON + timedelta(minutes=number),
        prompted=False,
        seconds=seconds,
        letters=len(says),
        unaided={written: 0.9},
        others=believed,
        settled=believed,
        agrees=says == written,
        holds=says == written,
    )


def written(number: int) -> str:
    return f"{WORDS[number * 7 % 8]}{number % 11}"


def kinds(answers: Sequence[Answer], who: str = "ann") -> set[str]:
    return {each.kind for each in odd_readers(answers) if each.who == who}


def honest(count: int, who: str = "bob") -> list[Answer]:
    return [answer(number, written(number), written(number), who=who) for number in range(count)]


@pytest.mark.parametrize("word", ["true", "", "x"])
def test_one_answer_everywhere_is_asked_about(word: str) -> None:
    found = kinds([*honest(60), *(answer(number, word, written(number)) for number in range(100))])
    assert {"constant", "unrelated"} <= found


def test_one_answer_in_small_letters_and_capitals_is_one() -> None:
    """Codes are compared in capitals, and texts in small letters."""
    given = [answer(number, "TRUE" if number % 2 else "true", written(number)) for number in range(100)]
    (asked,) = [each for each in odd_readers([*honest(60), *given]) if (each.who, each.kind) == ("ann", "constant")]
    assert asked.odd == asked.looked


def test_accomplices_do_not_vouch_for_one_another() -> None:
    same = [
        replace(answer(number, "true", "true", who=who), unaided={written(number): 0.9})
        for who in ("ann", "joe", "lea")
        for number in range(60)
    ]
    for who in ("ann", "joe", "lea"):
        assert "constant" in kinds([*honest(60), *same], who)


def test_one_answer_that_is_written_everywhere_is_not() -> None:
    assert not kinds([answer(number, "pcs", "pcs") for number in range(200)])


def test_a_word_that_machines_always_misread_in_one_field_is_not() -> None:
    unsure = [
        replace(answer(number, "pcs", "pcs", field="unit", settled=0.5), unaided={"10 g": 0.95})
        for number in range(200)
    ]
    assert not kinds([*honest(60), *unsure])


def test_answers_sent_faster_than_they_can_be_typed_are_asked_about() -> None:
    found = odd_readers([answer(number, written(number), written(number), seconds=0.2) for number in range(20)])
    (asked,) = found
    assert (asked.kind, asked.odd, asked.looked) == ("quick", 20, 20)


def test_a_whole_form_sent_at_once_is_as_quick_as_its_fields_together() -> None:
    together = [
        replace(
            answer(number, written(number), written(number), seconds=seconds), at=NOON + timedelta(hours=number // 5)
        )
        for number in range(100)
        for seconds in [6.0 if number % 5 == 0 else 0.0]
    ]
    assert not kinds(together)


def test_the_same_mistakes_as_another_are_asked_about_and_a_shared_habit_is_not() -> None:
    wrong = [f"{written(number)[::-1]}{number}" for number in range(40)]
    theirs = [answer(number, wrong[number], written(number), who="bob") for number in range(40)]
    mine = [answer(number, wrong[number], written(number)) for number in range(40)]
    assert "copied" in kinds([*theirs, *mine])
    sevens = [f"{1000 + number}" for number in range(40)]
    both = [
        answer(number, text.replace("1", "7", 1), text, who=who)
        for who in ("ann", "bob")
        for number, text in enumerate(sevens)
    ]
    assert "copied" not in kinds(both)


def test_each_slip_that_changes_characters_about_counts_and_parts_in_another_order_are_one_habit() -> None:
    def shared(pairs: list[tuple[str, str]]) -> set[str]:
        return kinds(
            [answer(at, said, true, who=who) for at, (true, said) in enumerate(pairs) for who in ("ann", "bob")]
        )

    codes = [str(73_905_218 + 11_111 * number) for number in range(12)]
    assert "copied" in shared([(code, code[:3] + code[4] + code[3] + code[5:]) for code in codes])
    days = [f"2025-{number:02}-{number + 12}" for number in range(1, 13)]
    assert "copied" not in shared([(day, f"{day[:4]}-{day[8:]}-{day[5:7]}") for day in days])


def test_five_slips_of_another_are_asked_about_and_more_that_honest_people_share_often_are_not() -> None:
    codes = [str(73_905_218 + 11_111 * number) for number in range(12)]

    def who_said(said: Sequence[str]) -> set[str]:
        both = [answer(at, text, codes[at], who=who) for at, text in enumerate(said) for who in ("ann", "bob")]
        return kinds([*honest(40, "cat"), *both])

    slips = [code[:2] + code[4] + code[3:4] + code[2] + code[5:] for code in codes]
    assert ("copied" in who_said(slips[:5]), "copied" in who_said(slips[:3])) == (True, False)
    assert "copied" not in who_said([""] * 8), "that nothing is written there"
    assert "copied" not in who_said([code.replace("7", "1") for code in codes]), "a seven that looks like a one"


def test_prompted_answers_tell_nothing() -> None:
    shown = [replace(answer(number, "true", written(number), seconds=0.1), prompted=True) for number in range(60)]
    assert not kinds([*honest(60), *shown])


def test_a_reversed_tick_is_asked_about_and_guessing_at_ticks_is_told_by_chance_only() -> None:
    chance = random.Random(5)
    ticks = [chance.choice(["true", "false"]) for _ in range(200)]
    other = {"true": "false", "false": "true"}
    reverse = [answer(number, other[tick], tick, family="mark") for number, tick in enumerate(ticks)]
    assert "unrelated" in kinds(reverse)
    assert not kinds([answer(number, chance.choice(ticks), tick, family="mark") for number, tick in enumerate(ticks)])


@given(
    seed=some.integers(0, 10**6),
    error=some.floats(0, 0.25),
    reverses=some.booleans(),
    fast=some.booleans(),
    count=some.integers(1, 300),
)
def test_honest_people_are_asked_about_no_oftener_than_is_said(
    seed: int, error: float, reverses: bool, fast: bool, count: int
) -> None:
    chance = random.Random(seed)
    given = []
    for number in range(count):
        truth = says = f"{chance.randrange(28):02}/{chance.randrange(1, 13):02}/20{chance.randrange(20, 27)}"
        if reverses:
            says = f"{truth[3:5]}/{truth[:2]}{truth[5:]}"
        if chance.random() < error:
            says = chance.choice(["", says[:-1], says.replace("2", "7"), f"{chance.randrange(10**6)}"])
        seconds = 0.3 + 0.06 * len(says) if fast else chance.uniform(1, 20)
        given.append(answer(number, says, truth, seconds=seconds, field=f"date {number % 4}"))
    assert not kinds(given)


def test_the_share_of_honest_people_is_parted_among_the_questions() -> None:
    assert HONEST_PEOPLE_ASKED_SHARE == 0.01
    assert not odd_readers([answer(number, "true", written(number)) for number in range(4)])  # too few to tell


def test_letters_of_another_alphabet_are_asked_about_and_one_slip_of_a_keyboard_is_not() -> None:
    """They look like those of the form: whoever sees the picture beside the text finds nothing."""
    usual = [answer(number, written(number), written(number)) for number in range(60)]
    slip = [replace(each, other_letters=number == 7) for number, each in enumerate(usual)]
    often = [replace(each, other_letters=number % 6 == 0) for number, each in enumerate(usual)]
    assert (kinds(usual), kinds(slip), kinds(often)) == (set(), set(), {"other letters"})


def test_order_changes_nothing() -> None:
    given = [*honest(60), *(answer(number, "x", written(number)) for number in range(60))]
    shuffled = list(given)
    random.Random(3).shuffle(shuffled)
    assert odd_readers(given) == odd_readers(shuffled)


def as_expert(answers: Sequence[Answer]) -> list[Answer]:
    return [replace(each, by_expert=True) for each in answers]


def test_an_expert_who_types_one_word_everywhere_is_asked_about() -> None:
    typed = as_expert([answer(number, "false", written(number)) for number in range(30)])
    assert "constant" in kinds(typed)


@pytest.mark.promise("What somebody read as")
def test_an_expert_who_errs_as_another_did_is_not_asked_whether_they_work_together() -> None:
    errors = [(number, f"x{number}", written(number)) for number in range(20)]
    theirs = [answer(*each, who="ben") for each in errors]
    mine = [answer(*each) for each in errors]
    assert "copied" in kinds([*theirs, *mine])
    assert "copied" not in kinds([*theirs, *as_expert(mine)])
    assert "copied" not in kinds([*as_expert(theirs), *mine])


def test_who_looks_as_an_expert_and_types_one_word_otherwise_is_asked_about() -> None:
    typed = [answer(number, "false", written(number)) for number in range(30)]
    looked = as_expert([answer(number, written(number), written(number)) for number in range(100, 160)])
    assert "constant" in kinds([*typed, *looked])


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
