"""Characters that engines take for others: counted of audited fields, never of payment data or another text."""

from __future__ import annotations

from dataclasses import replace

from flows.measuring.confusions import confusions
from reconcile.learning import AuditedValue
from transcribe.model import FieldKey


def audited(truth: str, scan: str = "a", **read: str) -> AuditedValue:
    return AuditedValue(
        form="f", key=FieldKey("code"), type="code", wrong=False, at=None, scan=scan, truth=truth, read=read
    )


def test_the_most_frequent_comes_first_with_engines_and_examples() -> None:
    fields = [
        audited("1014", "a", one="7014", two="1014"),
        audited("1100", "b", one="7100", two="7100"),
        audited("22", "c", one="2Z", two="22"),
    ]
    first, second = confusions(fields)
    assert (first.written, first.read, first.times, first.of) == ("1", "7", 3, 8)
    assert first.engines == ("one", "two")
    assert [each.scan for each in first.examples] == ["b", "a"]
    assert (second.written, second.read, second.times, second.of) == ("2", "Z", 1, 4)


def test_characters_that_are_left_out_or_made_up_are_confusions_with_nothing() -> None:
    assert {
        (each.written, each.read, each.of) for each in confusions([audited("12.50", one="1250", two="12.500")])
    } == {
        (".", "", 2),
        ("", "0", None),
    }


def test_another_text_and_payment_data_are_left_out() -> None:
    assert confusions([audited("Mary Poole", one="SUBTOTAL")]) == []
    assert confusions([replace(audited("4111", one="4117"), hidden=True)]) == []
