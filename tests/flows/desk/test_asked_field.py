"""The page of a scan says of an open field since when it is asked, and who skipped it and why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.flows.desk.desk_site import DeskSite
from tests.transcribe.store.world import sent
from transcribe.model import Transcriber
from transcribe.store import Offer


@pytest.fixture
def op(busy: DeskSite) -> Transcriber:
    return busy.person("op", "operator")


def skipped(busy: DeskSite, who: Transcriber, reason: str) -> tuple[str, str, str]:
    """Have somebody skip what they are offered next; gives the question, its scan and its field."""
    (task,) = busy.home.store.lease(who.id, 1, busy.now(), 600.0, Offer(pools=("read",)))
    busy.home.store.skip(task.id, who.id, reason, 3.0, busy.now())
    return task.id, task.scan, str(task.key)


def asked(busy: DeskSite, who: Transcriber, scan: str, field: str) -> str:
    """The part of the page that is about the field."""
    text: str = busy.client(who).get(f"/desk/scan/{scan}?field={field}").text
    return text.partition('id="field"')[2].partition("</section>")[0]


@pytest.mark.promise("every field drawn, readings,")
def test_an_open_field_says_since_when_it_is_asked_and_who_skipped_it_and_why(busy: DeskSite, op: Transcriber) -> None:
    ann, bea = busy.person("ann", "transcriber"), busy.person("bea", "transcriber")
    _, scan, field = skipped(busy, ann, "wrong language")
    busy.ahead = timedelta(hours=2)
    part = asked(busy, op, scan, field)
    assert "Asked since " in part
    assert "(2 hours)." in part
    assert "ann skipped it on " in part
    assert "“I do not read this language or script”" in part
    french = busy.person("chef", "auditor", language="fr")
    assert "Demandé depuis le" in asked(busy, french, scan, field)
    (task,) = busy.home.store.lease(bea.id, 1, busy.now(), 600.0, Offer(pools=("read",)))
    assert (task.scan, str(task.key)) == (scan, field)
    busy.home.store.submit(task.id, bea.id, sent("Otto Wolff", "i", seconds=4.0), busy.now())
    busy.weigh()
    part = asked(busy, op, scan, field)
    assert "Asked since " in part
    assert "skipped it" not in part


def test_a_field_that_is_not_asked_says_neither(busy: DeskSite, op: Transcriber) -> None:
    ann = busy.person("ann", "transcriber")
    _, scan, field = skipped(busy, ann, "hard to see")
    part = asked(busy, op, scan, "number")
    assert field != "number"
    assert "Asked since" not in part
    assert "skipped it" not in part
