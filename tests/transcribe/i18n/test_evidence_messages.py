"""Every code of evidence, method and reason has a sentence, and every sentence can be said."""

from __future__ import annotations

import pytest

from transcribe.codes import EvidenceCode, Method, Reason, RecordRule
from transcribe.i18n.evidence_messages import EVIDENCE, METHODS, REASONS, RECORD_RULES, reason_sentence, say, sentence
from transcribe.model import Evidence, Numbers

NUMBERS: Numbers = {
    "source": "ana",
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
    assert words == f"No other value is as likely as that all readings are wrong, which has {said}."


def test_an_unknown_code_is_named() -> None:
    with pytest.raises(KeyError, match="weather"):
        sentence("weather")


@pytest.mark.parametrize("reason", REASONS)
def test_why_people_are_asked_is_never_said_by_evidence_for_a_value(reason: str) -> None:
    assert reason_sentence(reason) == REASONS[reason]
    assert reason_sentence(reason) not in EVIDENCE.values()


def test_a_rule_of_records_is_said_as_well() -> None:
    assert reason_sentence(RecordRule.NEVER_BLANK) == RECORD_RULES[RecordRule.NEVER_BLANK]
