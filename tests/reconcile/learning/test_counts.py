"""What one pass counts of each source: errors, what master data know, other places, and what nobody read."""

from __future__ import annotations

from dataclasses import replace

from reconcile.forms.prepared_form import prepared
from reconcile.learning.learn import learn
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.parameters import LearntParameters, read_parameters
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.reconcile.made import both, field, form, machine, reading
from transcribe.model import FieldKey, Form, Master, Parameters, Reading

TOTAL = form(field("total", "amount"))
NAME = form(
    field("customer", "name"),
    masters=[Master(field="customer", values=(("Anna Meier", "1"), ("Jon Reid", "2")), digest="m")],
)


def after(of: Form, *readings: Reading, truth: str | None = None) -> LearntParameters:
    """What forty scans with these readings teach; `truth` is what is known to be written in their total."""
    truths = {} if truth is None else {FieldKey("total"): truth}
    facts = [
        ScanFacts(form=of, readings=[replace(each, id=f"{number} {each.id}") for each in readings], truths=truths)
        for number in range(40)
    ]
    return read_parameters(Parameters(version=1, content=learn(facts, shipped_parameters(), POLICY).content))


def placed(source: str, text: str, place: float) -> Reading:
    """What an engine read on a free layout where it thought the field to be."""
    return reading(
        "total", source, text, kind="machine", confidence=0.98, conditions={"place": place, "fit": 1.0, "quality": 1.0}
    )


def test_how_many_values_master_data_know_is_learnt() -> None:
    who = (reading("customer", "ana", "Anna Meier"), reading("customer", "ben", "Anna Meier"))
    stranger = (reading("customer", "ana", "Zoë Quist"), reading("customer", "ben", "Zoë Quist"))
    usual = read_parameters(shipped_parameters()).covered_share("customer")
    assert after(NAME, *both("customer", "Anna Meier"), *who).covered_share("customer") > usual
    assert after(NAME, *both("customer", "Zoë Quist"), *stranger).covered_share("customer") < usual


def test_a_place_where_both_engines_read_something_else_is_learnt_to_be_the_wrong_one() -> None:
    engines = (placed("tesseract 5", "15.60", 0.5), placed("rapidocr 3", "15.60", 0.5))
    found, shipped = after(TOTAL, *engines, truth="99.10"), read_parameters(shipped_parameters())
    total = prepared(TOTAL).fields["total"]
    assert (
        found.places.in_place_probability(total.way_of_finding, "amount", 0.5)
        < 0.3
        < shipped.places.in_place_probability(total.way_of_finding, "amount", 0.5)
    )
    sure = shipped.places.in_place_probability(total.way_of_finding, "amount", 0.95)
    assert found.places.in_place_probability(total.way_of_finding, "amount", 0.95) == sure, (
        "only places as unsure as that"
    )


def test_an_engine_that_read_another_place_is_not_blamed_for_how_it_reads() -> None:
    usual = read_parameters(shipped_parameters()).source_model("tesseract", "machine", "amount").error
    elsewhere = after(TOTAL, placed("tesseract 5", "15.60", 0.5), truth="99.10")
    misread = after(TOTAL, machine("total", "tesseract 5", "15.60"), truth="99.10")
    assert elsewhere.source_model("tesseract", "machine", "amount").error <= usual + 1e-9
    assert misread.source_model("tesseract", "machine", "amount").error > usual + 0.1


def test_a_blank_that_somebody_sent_is_no_error_of_reading() -> None:
    found = after(TOTAL, *both("total", "15.60"), reading("total", "ana", "15.60"), reading("total", "ben", ""))
    assert "ben" not in found.errors.by_source
    assert "ana" in found.errors.by_source


def seen(source: str, text: str, quality: float, confidence: float = 0.9) -> Reading:
    return reading(
        "total", source, text, kind="machine", confidence=confidence, conditions={"fit": 1.0, "quality": quality}
    )


def test_how_an_engine_reads_bad_pages_is_learnt_apart() -> None:
    def errors(quality: float) -> tuple[float, float]:
        found = after(TOTAL, seen("tesseract 5", "15.80", quality), seen("rapidocr 3", "15.60", quality), truth="15.60")
        on_others, on_bad = (found.source_model("tesseract", "machine", "amount", bad).error for bad in (False, True))
        return on_others, on_bad

    usual = [
        read_parameters(shipped_parameters()).source_model("tesseract", "machine", "amount", bad).error
        for bad in (False, True)
    ]
    on_bad, on_good = errors(0.4), errors(0.9)
    assert usual[0] < usual[1] < on_bad[1]
    assert on_bad[1] - usual[1] > on_good[1] - usual[1]
    assert on_good[0] > usual[0]


def test_what_confidence_means_of_digits_and_of_words_is_learnt_apart() -> None:
    unsure = (seen("tesseract 5", "15.80", 0.9, 0.55), seen("rapidocr 3", "15.60", 0.9, 0.99))
    hearing = after(TOTAL, *unsure, truth="15.60").source_model("tesseract", "machine", "amount")
    assert hearing.ratio(0.55, "15.80") > hearing.ratio(0.55, "Dupont")


def test_a_place_that_both_engines_misread_alike_on_a_bad_page_makes_others_there_doubtful() -> None:
    alike = (seen("tesseract 5", "15.80", 0.4), seen("rapidocr 3", "15.80", 0.4))
    found, shipped = after(TOTAL, *alike, truth="15.60"), read_parameters(shipped_parameters())
    assert found.shared_confusions.share("amount", bad_page=True) > shipped.shared_confusions.share(
        "amount", bad_page=True
    )
    assert found.shared_confusions.share("amount", bad_page=True) > found.shared_confusions.share("amount")


def test_what_a_source_takes_for_what_is_learnt_and_a_lost_character_is_no_confusion() -> None:
    people = (reading("total", "ana", "15.60"), reading("total", "ben", "15.60"))
    taken = after(
        TOTAL, machine("total", "rapidocr 3", "15.60"), machine("total", "tesseract 5", "15.68", 0.6), *people
    )
    lost = after(TOTAL, machine("total", "rapidocr 3", "15.60"), machine("total", "tesseract 5", "1.60", 0.6), *people)
    assert taken.characters.share("machine", "0", "8") > read_parameters(shipped_parameters()).characters.share(
        "machine", "0", "8"
    )
    assert (
        lost.characters.share("machine", "5", "1")
        <= read_parameters(shipped_parameters()).characters.share("machine", "5", "1") + 1e-9
    )
