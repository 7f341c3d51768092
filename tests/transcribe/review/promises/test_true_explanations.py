"""An explanation says only what is so: what was read, what was decided, and what was measured of its reader."""

from __future__ import annotations

import pytest

from tests.transcribe.review.site import SignIn, Site
from tests.transcribe.review.test_readings import KEY, ask, read
from transcribe.model import Decision, Evidence, Transcriber


def decided(site: Site, scan: str, text: str, method: str, *evidence: Evidence) -> None:
    decision = Decision(
        key=KEY,
        value=text,
        text=text,
        probability=0.6,
        method=method,
        evidence=evidence,
        readings=tuple(each.id for each in site.store.readings(scan)),
        parameters=1,
    )
    site.store.conclude(scan, len(site.store.readings(scan)), [decision], [], None, site.clock.now())


@pytest.fixture
def hana(site: Site) -> tuple[str, Transcriber, str]:
    """Hana read Knee pamms; her reading and its scan."""
    site.store.put_parameters({}, site.clock.now())
    scan = site.scan("bon-de-commande", {KEY: "Knee pamms"})
    hana = site.person("hana")
    return scan, hana, read(site, hana, "Knee pamms")


def by(who: Transcriber, bits: float) -> Evidence:
    code = "reader for" if bits > 0 else "reader against"
    return Evidence(code=code, numbers={"source": who.id, "bits": bits, "rate": 0.0792})


def test_nobody_is_told_that_they_read_what_they_did_not(
    site: Site, sign_in: SignIn, hana: tuple[str, Transcriber, str]
) -> None:
    scan, who, reading = hana
    decided(site, scan, "Knee panns", "weighed", by(who, 2.7))

    page = sign_in(who).get(f"/readings/{reading}").text

    assert "You read this" not in page
    assert "You read something else, which speaks more for this than for the next likely value: 2.7 bits" in page


def test_who_read_something_else_is_not_told_that_they_said_nothing(
    site: Site, sign_in: SignIn, hana: tuple[str, Transcriber, str]
) -> None:
    scan, who, reading = hana
    apart = Evidence(code="reader neither", numbers={"source": who.id, "bits": 0.0, "rate": 0.0792})
    decided(site, scan, "Dupont", "weighed", apart)
    page = sign_in(who).get(f"/readings/{reading}").text
    assert "You read something else, which speaks no more for the next likely value than for this." in page
    assert "says nothing that tells" not in page

    decided(site, scan, "Knee pamms", "weighed", apart)
    page = sign_in(who).get(f"/readings/{reading}").text
    assert "What you read says nothing that tells this value from the next." in page


def test_who_read_what_was_decided_is_not_told_otherwise(
    site: Site, sign_in: SignIn, hana: tuple[str, Transcriber, str]
) -> None:
    scan, who, reading = hana
    decided(site, scan, "Knee pamms", "weighed", by(who, -1.0))

    page = sign_in(who).get(f"/readings/{reading}").text

    assert "You read something else" not in page
    assert "You read this. Going by the mistakes that people make" in page


def test_who_read_something_else_is_not_told_that_people_agree(
    site: Site, sign_in: SignIn, hana: tuple[str, Transcriber, str]
) -> None:
    scan, who, reading = hana
    decided(site, scan, "Knee panns", "people")
    said = sign_in(who).get(f"/readings/{reading}").text
    assert "Most of the people who read it independently agree." in said

    decided(site, scan, "Knee pamms", "people")
    said = sign_in(who).get(f"/readings/{reading}").text
    assert "People who read it independently agree." in said


def test_where_a_check_vouches_it_is_not_said_how_many_people_read_it(
    site: Site, sign_in: SignIn, hana: tuple[str, Transcriber, str]
) -> None:
    scan, who, reading = hana
    decided(site, scan, "Knee pamms", "person and witness")

    said = sign_in(who).get(f"/readings/{reading}").text

    assert "A person read it" not in said
    assert "vouch for what was typed." in said


@pytest.mark.parametrize("method", ["expert", "weighed"])
def test_what_an_expert_decided_stands_beside_no_likelier_value(
    site: Site, sign_in: SignIn, hana: tuple[str, Transcriber, str], method: str
) -> None:
    scan, who, reading = hana
    model = [
        Evidence(code="runner-up", numbers={"probability": 0.9909}),
        Evidence(code="calibrated", numbers={"raw": 0.006, "probability": 0.6}),
        Evidence(code="would flip", numbers={"probability": 0.01}),
    ]
    decided(site, scan, "Knee panns", method, by(who, 2.7), *model)

    page = sign_in(who).get(f"/readings/{reading}").text

    for said in ("99.09", "The model gives", "probability 60", "One more reader"):
        assert said not in page


def test_a_person_of_whom_nothing_was_measured_is_told_no_rate(
    site: Site, sign_in: SignIn, hana: tuple[str, Transcriber, str]
) -> None:
    scan, who, reading = hana
    decided(site, scan, "Knee panns", "weighed", by(who, -2.7))

    page = sign_in(who).get(f"/readings/{reading}").text

    assert "7.92" not in page
    assert "drawn by lot: " not in page


def test_what_was_measured_of_a_person_is_told_with_its_count(
    site: Site, sign_in: SignIn, hana: tuple[str, Transcriber, str]
) -> None:
    scan, who, reading = hana
    decided(site, scan, "Knee panns", "weighed", by(who, -2.7))
    eve = site.person("eve", "expert")
    for number, (own, expert) in enumerate([("Dupont", "Dupont"), ("Durand", "Durant")]):
        other = site.scan("bon-de-commande", {KEY: own}, name=str(number))
        read(site, who, own)
        ask(site, other, 2, "audit", "expert", reason="audit")
        read(site, eve, expert)

    page = sign_in(who).get(f"/readings/{reading}").text

    assert "an expert read again, drawn by lot: 2. In 1 of them the expert read something else." in page
