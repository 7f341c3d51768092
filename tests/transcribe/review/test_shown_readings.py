"""My readings and why a value was decided: lists by outcome, what lies next, two texts with their differences."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.transcribe.review.site import SignIn, Site, set_pay
from tests.transcribe.review.test_readings import KEY, ask, decide
from transcribe.model import Transcriber
from transcribe.review.views.comparison import segments, weights
from transcribe.review.views.formatting import amount, exact_amount, full_amount, month, placed_amount, spent
from transcribe.review.views.offers import offer_to
from transcribe.store.facts import SentReading

TEXTS = st.text(alphabet="0Oo1lI .é", max_size=12)


def read(site: Site, who: Transcriber, text: str) -> str:
    """Lease and answer the next task; the reading's id."""
    (task,) = site.store.lease(who.id, 1, site.clock.now(), offer=offer_to(who))
    sent = SentReading(text=text, idem=f"{who.id}-{task.id}", seconds=0.0)
    return site.store.submit(task.id, who.id, sent, site.clock.now()).reading


@given(own=TEXTS, decided=TEXTS)
@examples(60)
def test_two_texts_over_each_other_are_both_whole_and_differ_where_they_are_marked(own: str, decided: str) -> None:
    parts = segments(own, decided)
    assert "".join(each.own for each in parts) == own
    assert "".join(each.decided for each in parts) == decided
    assert all(each.same for each in parts) == (own == decided)


@pytest.mark.parametrize(
    ("own", "decided", "differing"),
    [
        ("BC-2026-8260", "BC-2026-8200", [("6", "0")]),
        ("8O00", "8000", [("O", "0")]),
        ("12 rue du Port", "12 bis rue du Port", [("", "bis ")]),
    ],
)
def test_one_character_read_as_another_is_one_difference(
    own: str, decided: str, differing: list[tuple[str, str]]
) -> None:
    assert [(each.own, each.decided) for each in segments(own, decided) if not each.same] == differing


def test_reasons_fall_one_after_the_other_and_those_without_weight_stand_below() -> None:
    told = weights([("plain", {}), ("for", {"bits": 3.0}), ("against", {"bits": -1.0})])
    assert [each.words for each in told] == ["for", "against", "plain"]
    assert [(each.left, each.width) for each in told[:2]] == [(0.0, 1.0), (pytest.approx(2 / 3), pytest.approx(1 / 3))]
    assert told[2].bits is None


@pytest.fixture
def three(site: Site) -> tuple[Site, Transcriber, list[str]]:
    """Ann has read three fields: the first was decided as she read it, the second otherwise, the third waits."""
    site.store.put_parameters({}, site.clock.now())
    ann, ben = site.person("ann"), site.person("ben")
    mine = []
    for number, decided in enumerate(("Durand", "Durant", "")):
        scan = site.scan("bon-de-commande", {KEY: "Durand"}, name=str(number))
        mine.append(read(site, ann, "Durand"))
        if decided:
            ask(site, scan, 2)
            read(site, ben, decided)
            decide(site, scan, decided, ann, ben)
        site.clock.forward += timedelta(minutes=1)
    return site, ann, mine


def listed(page: str) -> list[str]:
    return re.findall(r'<p class="name"><a href="/readings/([\w-]+)', page)


def test_readings_are_listed_by_outcome_and_each_leads_to_the_next(
    three: tuple[Site, Transcriber, list[str]], sign_in: SignIn
) -> None:
    site, ann, (agreed, outvoted, waiting) = three
    client = sign_in(ann)
    whole = client.get("/readings").text
    assert listed(whole) == [waiting, outvoted, agreed]
    assert f'src="/readings/{agreed}/snippet"' in whole
    for shown, found in (("open", [waiting]), ("agreed", [agreed]), ("outvoted", [outvoted]), ("contested", [])):
        assert listed(client.get("/readings", params={"show": shown}).text) == found
    assert "There are none in this list." in client.get("/readings?show=contested").text
    assert client.get("/readings?show=everything").status_code == 422

    middle = client.get(f"/readings/{outvoted}").text
    assert f'rel="prev" href="/readings/{waiting}"' in middle
    assert f'rel="next" href="/readings/{agreed}"' in middle
    alone = client.get(f"/readings/{outvoted}?show=outvoted").text
    assert 'rel="prev"' not in alone
    assert 'rel="next"' not in alone

    now = site.clock.now()
    site.store.open_appeal(outvoted, ann.id, "", now + timedelta(days=7), now)
    assert listed(client.get("/readings?show=contested").text) == [outvoted]


def test_an_explanation_begins_with_one_sentence_and_shows_where_the_texts_differ(
    three: tuple[Site, Transcriber, list[str]], sign_in: SignIn
) -> None:
    _, ann, (agreed, outvoted, waiting) = three
    client = sign_in(ann)
    other = client.get(f"/readings/{outvoted}").text
    assert "Something else was decided than what you read." in other
    assert '<span class="pair differs"><span>d</span><span>t</span></span>' in other
    assert re.findall(r'data-who="(\w+)"', other) == ["person", "you"]
    assert "<summary>Details: what each reason weighs</summary>" in other
    same = client.get(f"/readings/{agreed}").text
    assert "What you read is what was decided." in same
    assert "differs" not in same
    assert "Nothing is decided yet" in client.get(f"/readings/{waiting}").text


def test_whoever_read_it_for_an_appeal_is_not_told_who_read_what(
    three: tuple[Site, Transcriber, list[str]], sign_in: SignIn
) -> None:
    site, ann, (_, outvoted, _) = three
    now = site.clock.now()
    site.store.open_appeal(outvoted, ann.id, "", now + timedelta(days=7), now)
    eve = site.person("eve", "expert")
    heard = read(site, eve, "Durand")
    page = sign_in(eve).get(f"/readings/{heard}").text
    assert "Who read what" not in page
    assert 'id="readers"' in sign_in(ann).get(f"/readings/{outvoted}").text


@pytest.mark.promise("%(num)s line more, for")
def test_lines_that_paid_nothing_are_summed_up_with_their_count(site: Site, sign_in: SignIn) -> None:
    set_pay(site)
    ann, store = site.person("ann"), cast(Any, site.store)
    site.scan("bon-de-commande", {KEY: "Durand"})
    read(site, ann, "Durand")
    for micro, reference in ((0, "skip"), (0, "skip"), (0, "question"), (21_000, "skip")):
        with store.db.write():
            number = store.person_row(ann.id)["id"]
            store.write_line(number, "time", micro, "EUR", 0.0, site.clock.now(), reference=reference)
    page = sign_in(ann).get("/pay").text
    ledger = page.partition('id="ledger"')[2].partition("</div>")[0]
    assert re.findall(r'<span class="money">([^<]+)</span></li>', ledger) == ["€0.021", "€0.014"]
    told = re.sub(r"<[^>]+>", "", ledger.partition('data-kind="empty">')[2].partition("</li>")[0])
    kinds = "Time · question asked (1), Time · skipped field (2)"
    assert told == f"3 lines more, for which nothing was left to pay: {kinds}"
    assert "0.00" not in ledger.partition("<ul")[2]


def test_pay_stands_in_cards_and_by_day_and_each_line_names_its_field(site: Site, sign_in: SignIn) -> None:
    set_pay(site)
    ann = site.person("ann", language="fr")
    for number in range(2):
        site.scan("bon-de-commande", {KEY: "Durand"}, name=str(number))
        read(site, ann, "Durand")
        site.clock.forward += timedelta(days=1)
    page = sign_in(ann).get("/pay").text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert len(re.findall(r'<details class="fold payday"', page)) == 2
    assert page.count("Nom ou raison sociale") >= 2
    assert page.count('<span class="faint">1 champ ·') == 2
    assert "0,014 €" in page
    assert re.findall(r'<span class="money">(0,0[^<]*)<', page)[1::2] == ["0,014 €", "0,014 €"], "each line of a day"
    assert 'data-fact="due">0,02 €' in page, "what would be paid out: whole cents"
    assert "exactement 0,028 €" in page
    assert len(re.findall(r'<th scope="row">', page)) == 7


def test_amounts_and_times_stand_as_people_of_the_language_write_them() -> None:
    assert amount(10_833_401, "EUR", "fr").split() == ["10,83", "€"]
    assert (amount(10_833_401, "EUR", "en"), amount(5_000_000, "JPY", "en")) == ("€10.83", "JP¥5")
    assert exact_amount(14_000, "EUR", "es").split() == ["0,014", "€"]
    assert exact_amount(50_000, "EUR", "en") == "€0.05"
    assert (amount(0, "EUR", "en"), placed_amount(0, "EUR", 5, "en")) == ("€0.00", "€0.00")
    assert (amount(4_000, "EUR", "en"), amount(400_000, "JPY", "en")) == ("less than €0.01", "less than JP¥1")
    assert amount(4_000, "EUR", "fr").replace("\N{NO-BREAK SPACE}", " ") == "moins de 0,01 €"
    assert (exact_amount(40, "EUR", "en"), full_amount(40, "EUR", "en")) == ("less than €0.0001", "€0.00004")
    assert (placed_amount(1, "EUR", 4, "en"), amount(-300, "EUR", "en")) == ("less than €0.0001", "-€0.0003")
    french = [spent(each, "fr").replace("\N{NO-BREAK SPACE}", " ") for each in (1, 45, 90, 7200)]
    assert french == ["1 seconde", "45 secondes", "1,5 minute", "2 heures"]
    assert [spent(each, "es") for each in (1, 90)] == ["1 segundo", "1,5 minutos"]
    assert month("2026-11", "fr") == "novembre 2026"
