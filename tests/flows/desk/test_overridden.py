"""Whoever corrected a value is told on the desk where an expert who heard an appeal read it otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.desk.scans.scan_view import SHOWN_DAYS
from flows.steps import close_appeals
from tests.flows.desk.desk_site import DeskSite
from tests.transcribe.store.world import sent
from transcribe.model import FieldKey, Transcriber
from transcribe.store import Offer

CUSTOMER = FieldKey("customer")


@pytest.fixture
def op(busy: DeskSite) -> Transcriber:
    return busy.person("op", "operator")


def contested(busy: DeskSite) -> str:
    """Have ann read a customer, somebody correct it, and ann appeal; gives the scan."""
    ann = busy.person("ann", "transcriber")
    store = busy.home.store
    (task,) = store.lease(ann.id, 1, busy.now(), 600.0, Offer(pools=("read",)))
    assert task.key == CUSTOMER
    store.submit(task.id, ann.id, sent("Mary Poole", "a", seconds=4.0), busy.now())
    busy.weigh()
    busy.home.store.correct_value(task.scan, CUSTOMER, "Mary Pool", "otto", "no e at the end", busy.now())
    busy.weigh()
    (reading,) = [each.id for each in store.readings(task.scan) if each.source == ann.id]
    store.open_appeal(reading, ann.id, "", busy.now() + timedelta(days=7), busy.now())
    return task.scan


def hear(busy: DeskSite, text: str) -> None:
    """Have an expert hear the appeal, and it closed."""
    mia = busy.person("mia", "expert")
    (task,) = busy.home.store.lease(mia.id, 1, busy.now(), 600.0, Offer(pools=("expert",)))
    assert task.kind == "appeal"
    busy.home.store.submit(task.id, mia.id, sent(text, "m", seconds=4.0), busy.now())
    close_appeals(busy.home.store, busy.home.forms, busy.now())
    busy.weigh()


def shown(busy: DeskSite, who: Transcriber, scan: str) -> tuple[bool, bool]:
    """Whether the page Now and the field say that the correction was read otherwise."""
    client = busy.client(who)
    words = "otto had corrected it. An expert who heard an appeal read"
    now, field = client.get("/desk").text, client.get(f"/desk/scan/{scan}?field=customer").text
    part = now.partition('id="overridden"')[2].partition("</ul>")[0]
    assert (words in part) == (f'href="/desk/scan/{scan}?field=customer#field"' in part)
    return words in part, words in field.partition('id="overridden"')[2].partition("</p>")[0]


@pytest.mark.parametrize(("heard", "outcome"), [("Mary Poole", "upheld"), ("Max Wolff", "declined")])
def test_a_hearing_that_overrides_a_correction_is_told_on_the_desk_and_in_the_log(
    busy: DeskSite, op: Transcriber, heard: str, outcome: str
) -> None:
    scan = contested(busy)
    assert shown(busy, op, scan) == (False, False)
    hear(busy, heard)
    assert shown(busy, op, scan) == (True, True)
    text = busy.client(op).get(f"/desk/scan/{scan}").text
    assert "otto had corrected it" in text.partition('id="acts"')[2]
    (line,) = [each for each in busy.home.store.audit() if each.action == "correction overridden"]
    assert (line.actor, line.subject, line.detail["field"], line.detail["outcome"]) == (
        "mia",
        scan,
        "customer",
        outcome,
    )
    assert shown(busy, busy.person("half", "operator", forms=("invoice2",)), scan)[0] is False
    assert "otto l’avait corrigé" in busy.client(busy.person("chef", "auditor", language="fr")).get("/desk").text
    busy.ahead = timedelta(days=SHOWN_DAYS + 1)
    assert shown(busy, op, scan) == (False, True)
    busy.ahead = timedelta()
    busy.home.store.correct_value(scan, CUSTOMER, "Mary Poolé", "otto", "an accent", busy.now())
    assert shown(busy, op, scan) == (False, False)


def test_a_hearing_that_reads_what_was_corrected_says_nothing(busy: DeskSite, op: Transcriber) -> None:
    scan = contested(busy)
    hear(busy, "Mary Pool")
    assert shown(busy, op, scan) == (False, False)


@pytest.mark.promise("An expert agreed with")
def test_a_locked_value_is_not_overridden(busy: DeskSite, op: Transcriber) -> None:
    scan = contested(busy)
    busy.home.store.lock_value(scan, CUSTOMER, "otto", "I have the paper", busy.now())
    hear(busy, "Mary Poole")
    assert shown(busy, op, scan) == (False, False)
    assert busy.home.store.audit()[-1].action != "correction overridden"
    assert [each.text for each in busy.home.store.decisions(scan) if each.key == CUSTOMER] == ["Mary Pool"]


@pytest.mark.promise("An expert agreed with")
def test_who_was_right_against_a_locked_value_is_not_told_that_it_is_written_now(busy: DeskSite) -> None:
    scan = contested(busy)
    busy.home.store.lock_value(scan, CUSTOMER, "otto", "I have the paper", busy.now())
    hear(busy, "Mary Poole")
    ann = next(each for each in busy.home.store.transcribers() if each.handle == "ann")
    (own,) = [each.id for each in busy.home.store.readings(scan) if each.source == ann.id]
    client = busy.client(ann)
    news, page = client.get("/readings").text, client.get(f"/readings/{own}").text
    assert "agreed with your appeal. The page of your reading says what is written now" in news
    assert "a value that an operator has locked stays as it is" in page
    assert "your reading is what is written now" not in page + news
