"""Sentences that know what they were made of: English by themselves, and in another language with all in them."""

from __future__ import annotations

import ast
import importlib
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from transcribe.codes import EvidenceCode, Method, Reason, RecordRule
from transcribe.i18n import as_kept, counted, in_words, kept, languages, plural, translation, worded
from transcribe.i18n.evidence_messages import EVIDENCE, METHODS, REASONS, RECORD_RULES, reason_sentence, say, sentence
from transcribe.i18n.form_words import (
    NO_ACTOR,
    NO_DIRECTION,
    NO_DOUBLE,
    NO_MIXTURE,
    NO_NAME,
    NO_SHAPE,
    name_refusal,
    plain_name,
)
from transcribe.i18n.photo_advice import ADVICE, advice
from transcribe.model import Evidence, Numbers

PACKAGES = [Path(__file__).parents[3] / name for name in ("transcribe", "reconcile", "flows")]
PLACES = re.compile(r"%\((\w+)\)")


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a function or method of these names, with the file and line that it stands in."""
    for file in (each for package in PACKAGES for each in package.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in names:
                yield f"{file.name}:{node.lineno}", node


def sentences() -> Iterator[tuple[str, str, set[str]]]:
    """Every sentence that is made with its values: where, the message or what commands say, the names of the values."""
    for where, call in calls("worded", "refuse"):
        given = {each.arg for each in call.keywords if each.arg} - {"command"} | {"form", "rule"}
        texts = [*call.args, *(each.value for each in call.keywords if each.arg == "command")]
        if all(each.arg for each in call.keywords):
            yield from ((where, str(each.value), given) for each in texts if isinstance(each, ast.Constant))


def french(sentence: str) -> str:
    return in_words(sentence, translation("fr").gettext)


def test_a_sentence_is_english_by_itself_and_said_in_another_language_with_its_values() -> None:
    said = worded("Only %(name)s reads: machines then decide no text, people read it all.", name=worded("no engine"))
    assert said == "Only no engine reads: machines then decide no text, people read it all."
    assert french(said).startswith("Seul aucun moteur lit")


def test_a_percent_sign_in_a_value_or_a_sentence_without_values_stays() -> None:
    assert worded("%(folder)s cannot be written.", folder="/100%s") == "/100%s cannot be written."
    assert french(worded("%(folder)s cannot be written.", folder="/100%s")).startswith("/100%s ")
    assert french(worded("100 % of it")) == "100 % of it"


@given(st.text(), st.text())
def test_a_sentence_that_was_kept_knows_what_it_was_made_of(name: str, folder: str) -> None:
    inside = worded("%(folder)s cannot be written.", folder=folder)
    for said in (worded("%(name)s: %(why)s", name=name, why=inside), inside, "no engine"):
        assert as_kept(kept(said)) == said
        assert french(as_kept(kept(said))) == french(said)
    assert "\n" not in kept(inside), "it stands on a line of its own"


def test_what_does_not_know_what_it_was_made_of_stays_as_it_is() -> None:
    assert french("no such file: state.db") == "no such file: state.db"


def test_what_commands_say_in_other_words_is_on_pages_the_message_with_the_same_values() -> None:
    said = worded("Its type is %(type)s.", command="type is %(type)r, in %(file)s", type="odd", file="slip.toml")
    assert said == "type is 'odd', in slip.toml"
    assert in_words(said, str) == "Its type is odd."


@pytest.mark.parametrize("language", languages())
def test_every_sentence_is_filled_with_its_values_in_every_language(language: str) -> None:
    found = list(sentences())
    assert len(found) > 100
    for where, text, values in found:
        for each in (text, translation(language).gettext(text)):
            assert set(PLACES.findall(each)) <= values, where
            filled = each % dict.fromkeys(values, "x") if PLACES.search(each) else each
            assert "%(" not in filled, where


def test_one_is_one_and_all_else_are_many() -> None:
    assert [counted(number, "field") for number in (0, 1, 2.0)] == ["0 fields", "1 field", "2 fields"]
    assert [counted(number, "query", "queries") for number in (1, 2)] == ["1 query", "2 queries"]
    assert [plural(number, "{n} is open", "{n} are open") for number in (1, 3)] == ["1 is open", "3 are open"]


quality = importlib.import_module("transcribe.imaging.quality")


def test_every_code_of_the_quality_gate_has_its_sentence() -> None:
    others = {"not fitting", "page missing", "page left over", "two forms"}
    others |= {"fields outside", "beside boxes", "text outside"}
    assert {*quality.ADVICE_CODES.values(), quality.DARK_CODE} | others == set(ADVICE)


def test_what_is_wrong_and_what_to_do_is_said_in_the_readers_language() -> None:
    assert advice(["blurred"]) == "It is blurred: hold the camera still, let it focus, and photograph it again."
    assert advice(["blurred", "cut off"], translation("fr").gettext).startswith("La photo est floue")
    assert advice(["a new code"]) == "a new code"


REFUSED = {
    "(command line)": NO_NAME, "=1+1": NO_NAME, "@olga": NO_NAME, "-olga": NO_NAME, "ol\x1bga": NO_NAME, "": NO_NAME,
    "Ivo\texpert\tfr en": NO_NAME, " olga": NO_NAME, "ol\nga": NO_NAME, "o" * 101: NO_NAME, "ol\u200bga": NO_NAME,
    "ol\u202ega": NO_DIRECTION, "\uff4f\uff4c\uff47\uff41": NO_SHAPE, "o\ufb01": NO_SHAPE,
    "\u043elga": NO_MIXTURE, "olg\u03b1": NO_MIXTURE, "command line, root": NO_ACTOR, "Token abcd": NO_ACTOR,
    "Operator": NO_ACTOR, "serve": NO_ACTOR, "OLGA": NO_DOUBLE, "Olga": NO_DOUBLE,
}  # fmt: skip

WELCOME = ("Zo\u00eb", "Zoe\u0308", "O'Neil", "J. R. Pe\u00f1a-D\u00edaz", "\u041e\u043b\u044c\u0433\u0430",
           "\u5c71\u7530 \u30cf\u30ca\u5b50", "\ud64d\uae38\ub3d9", "\u0645\u062d\u0645\u062f", "7up",
           "team (night)", "tokenring")  # fmt: skip


@pytest.mark.parametrize(("name", "why"), REFUSED.items())
def test_a_name_that_could_be_taken_for_another_is_refused_with_the_reason(name: str, why: str) -> None:
    assert name_refusal(name, ["olga"]) == why


@pytest.mark.parametrize("name", WELCOME)
def test_names_of_people_are_names(name: str) -> None:
    assert name_refusal(name, ["olga"]) == ""


@given(st.text(max_size=30))
@examples(200)
def test_no_name_that_is_taken_is_a_cell_of_a_sheet_a_line_or_another_name(name: str) -> None:
    if not name_refusal(name, ["olga"]):
        assert name.isprintable() and name[0].isalnum()  # noqa: PT018
        assert plain_name(name) == unicodedata.normalize("NFC", name).casefold() or plain_name(name) != "olga"
        assert name_refusal(name, [name.upper()]) in ("", NO_DOUBLE)


NUMBERS: Numbers = {
    "source": "ana",
    "why": "lookalike",
    "rule": "total",
    "bits": -3.25,
    "rate": 0.021,
    "probability": 0.9971,
    "like": 28,
    "shape": "AA-9999",
    "field": "order: reference",
    "of": 30,
    "raw": 0.9999,
    "confidence": 0.98,
    "wrong": 1,
    "count": 120,
    "votes": 3,
    "family": "date",
    "side": "majority",
    "items": 120,
    "readings": 4,
    "blanks": 1,
    "type": "date",
    "before": 0.05,
    "after": 0.02,
    "group": "fr",
    "form": "receipt",
    "share": 0.04,
    "low": 0.01,
    "high": 0.09,
    "target": 0.995,
    "gain": 0.03,
    "price": 0.05,
    "places": 9,
}


def test_every_method_of_deciding_has_a_sentence() -> None:
    assert set(METHODS) == set(Method)


def test_every_code_that_reconcile_gives_has_a_sentence() -> None:
    assert set(EVIDENCE) == set(EvidenceCode)
    assert set(REASONS) == set(Reason) - {Reason.CONTROL, Reason.QUALIFICATION}


def test_every_rule_of_records_has_a_sentence() -> None:
    assert set(RECORD_RULES) == set(RecordRule)


@pytest.mark.parametrize("code", sorted(EVIDENCE))
def test_every_piece_of_evidence_can_be_said(code: str) -> None:
    words = say(Evidence(code=code, numbers=NUMBERS))
    assert "{" not in words
    assert not words[0].islower() or words.startswith("ana")
    assert words.endswith(".")


def test_numbers_are_said_short() -> None:
    words = say(Evidence(code="reader against", numbers=NUMBERS))
    assert words == "ana reads something else: 3.2 bits against it."


@pytest.mark.parametrize(("probability", "said"), [(0.0, "< 0.01 %"), (0.00004, "< 0.01 %"), (1.0, "> 99.99 %")])
def test_no_estimate_is_said_to_be_certain(probability: float, said: str) -> None:
    words = say(Evidence(code="nothing else", numbers={"probability": probability}))
    assert words == f"The chance that everybody is wrong: {said}."


def test_an_unknown_code_is_named() -> None:
    with pytest.raises(KeyError, match="weather"):
        sentence("weather")


@pytest.mark.parametrize("reason", REASONS)
def test_why_people_are_asked_is_never_said_by_evidence_for_a_value(reason: str) -> None:
    assert reason_sentence(reason) == REASONS[reason]
    assert reason_sentence(reason) not in EVIDENCE.values()


def test_a_rule_of_records_is_said_as_well() -> None:
    assert reason_sentence(RecordRule.NEVER_BLANK) == RECORD_RULES[RecordRule.NEVER_BLANK]
