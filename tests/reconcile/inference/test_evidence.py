"""What is said for a value is true: whose audits it stands on, and whether something else was read."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reconcile.inference.weigh import weigh
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.examples import examples
from tests.reconcile.made import both, field, form, ink, machine, posterior
from transcribe.codes import EvidenceCode
from transcribe.i18n import say
from transcribe.model import Evidence, FieldKey, Posterior

TOTAL = field("total", "amount")
AUDITS = {EvidenceCode.AUDITED, EvidenceCode.AUDITED_AS_SHIPPED}


def of(found: Posterior, *codes: str) -> list[Evidence]:
    """The evidence of these codes."""
    return [each for each in found.evidence if each.code in codes]


def test_where_nothing_was_audited_here_the_figure_is_told_as_shipped() -> None:
    (told,) = of(posterior(TOTAL, *both("total", "12.50")), *AUDITS)
    assert say(told).startswith("As shipped, values decided like this were wrong in 1 of 1183 fields;")


@examples(20)
@given(audits=st.integers(1, 4000))
def test_as_soon_as_own_audits_count_the_figure_is_not_told_as_shipped(audits: int) -> None:
    shipped = shipped_parameters()
    learnt = replace(shipped, content={**shipped.content, "audited": {"amount: engines agree": (0.0, float(audits))}})
    (told,) = of(weigh(form(TOTAL), both("total", "12.50"), learnt, POLICY)[FieldKey("total")], *AUDITS)
    assert told.code == EvidenceCode.AUDITED
    assert told.numbers["count"] == round(audits + max(0.0, 1 - audits / 3000) * 1183)


def test_a_text_that_an_engine_read_is_not_said_to_be_none() -> None:
    found = posterior(TOTAL, machine("total", "tesseract 5.5.0 eng", "12.50"), machine("total", "rapidocr 3.10.0", "x"))
    (told,) = of(found, EvidenceCode.NOTHING_ELSE)
    assert say(told).startswith("No other value is as likely as that all readings are wrong, which has ")


def test_what_was_known_before_anybody_read_is_told_where_it_tells_something() -> None:
    """It was said of every field, mostly with no bits."""
    assert of(posterior(TOTAL, *both("total", "12.50")), EvidenceCode.BEFORE_READING) == []
    (told,) = of(posterior(TOTAL, ink("total", "")), EvidenceCode.BEFORE_READING)
    assert abs(float(told.numbers["bits"])) > 1
