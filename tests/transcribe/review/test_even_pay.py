"""Who is in the minority changes nobody's pay page nor what they are offered: shown by permuting the answers."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.transcribe.review.site import client_of, make_site
from transcribe.model import Decision, FieldKey, Task
from transcribe.store.facts import Floor, Rate, SentReading

KEY, NEXT = FieldKey("customer_name"), FieldKey("order_number")
ANSWERS = ("Dupont", "Dupont", "Dupond")
TIMES = re.compile(
    r"<time.*?</time>|/readings/[\w-]+|value=\"[^\"]*\"|<option.*?</option>|\"(?:csrf|person)\": \"[^\"]*\"", re.DOTALL
)


def world(folder: Path, answers: tuple[str, ...]) -> list[tuple[str, int]]:
    """Three people read one field in a fixed order, the majority is decided; each one's pay page and work offered."""
    site = make_site(folder)
    now = site.clock.now()
    site.store.put_rate(Rate(form="bon-de-commande", micro=20_000, currency="EUR", since=now), now)
    site.store.put_floor(Floor(micro=12_000_000, currency="EUR", source="SMIC", since=now), now)
    people = [site.person(name) for name in ("amina", "ben", "chen")]
    scan = site.scan("bon-de-commande", {KEY: "?"})
    for number, (person, text) in enumerate(zip(people, answers, strict=True)):
        if number:
            again = Task(scan=scan, key=KEY, kind="read", reason="readers disagree", slot=number + 1)
            site.store.conclude(scan, 0, [], [again], None, now)
        (task,) = site.store.lease(person.id, 1, now)
        sent = SentReading(text=text, idem=f"idem-{person.handle}", seconds=0.0)
        site.store.submit(task.id, person.id, sent, now)
    decided = Decision(
        key=KEY,
        value="Dupont",
        text="Dupont",
        probability=0.99,
        method="people",
        evidence=(),
        readings=(),
        parameters=1,
    )
    site.store.conclude(scan, 10**9, [decided], [], None, now)
    site.scan("bon-de-commande", {NEXT: "1", FieldKey("order_date"): "2"}, name="next")
    seen = []
    for person in people:
        client = client_of(site, person)
        page = TIMES.sub("", client.get("/pay").text)
        offered = client.get("/work/next", params={"count": 4}).json()["tasks"]
        seen.append((page, len(offered)))
        site.store.give_back(person.id, now)
    site.store.close()
    return seen


@pytest.mark.promise(
    "This does not change",
    "Agreement never changes pay",
    "When others read something else, your",
    "When others read something else, how",
    "- What a person",
    "No code path lets",
)
@examples(3)
@given(st.permutations(ANSWERS))
def test_being_outvoted_changes_no_pay_page_and_no_offer(answers: list[str]) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        as_it_was, permuted = world(Path(one), ANSWERS), world(Path(other), tuple(answers))

    assert permuted == as_it_was
    assert [offered for _, offered in as_it_was] == [2, 2, 2]
    assert all("0.02" in page for page, _ in as_it_was)
