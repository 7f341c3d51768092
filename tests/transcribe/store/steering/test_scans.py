"""Scans in the store that are set aside, brought back and retaken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.transcribe.store.world import NOON, World, after, sent, world
from transcribe.model import FieldKey, Scan
from transcribe.store.facts import Rate


@pytest.mark.promise("The scan is set", "You may decide at")
def test_a_scan_set_aside_asks_nobody_until_it_is_brought_back(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        scan = here.scan("a")
        here.ask(scan, "total", "number")
        (held,) = here.store.lease("ann", 1, after(1))
        assert here.store.put_scan_aside(scan.id, "olga", "ordered twice", after(2))
        assert not here.store.put_scan_aside(scan.id, "olga", "ordered twice", after(2))
        here.ask(scan, "total", "number", now=after(3))
        assert here.store.lease("ben", 9, after(3)) == []
        assert here.store.submit(held.id, "ann", sent("1", "one"), after(4)).kind == "kept"
        assert here.store.bring_scan_back(scan.id, "olga", "it was another", after(5))
        assert not here.store.bring_scan_back(scan.id, "olga", "it was another", after(5))
        assert [each.scan.id for each in here.store.claim_waiting(5, after(6))] == [scan.id]
        here.ask(scan, "total", "number", now=after(6))
        assert here.store.lease("ben", 9, after(7)) != []
        assert here.store.verify_audit().forgeries == ()


@pytest.mark.promise("All of it stays", "Each keeps what people")
@pytest.mark.parametrize("said", ["", None, "false", "12"])
@pytest.mark.parametrize("held", [False, True])
def test_nothing_that_was_read_on_a_former_picture_counts_for_the_new_one_and_who_said_so_reads_that(
    tmp_path: Path, said: str | None, held: bool
) -> None:
    """`held`: it is sent when the new picture is there already, by somebody who was given the task before."""
    with world(tmp_path) as here:
        here.store.put_rate(Rate(form="", micro=3, currency="EUR", since=NOON), NOON)
        scan = here.scan("a")
        here.ask(scan, "total")
        (task,) = here.store.lease("ann", 1, after(1))

        def send() -> None:
            here.store.submit(task.id, "ann", sent(said, "first"), after(5 if held else 2))

        if not held:
            send()
        reads = here.reads(scan, here.form)
        here.store.read_again(scan.id, ("order", 1), reads, "olga", "blurred", after(3), retaken=True)
        here.ask(scan, "total", now=after(4))
        if held:
            send()
        assert people(here, scan) == []
        here.ask(scan, "total", now=after(6))
        (again,) = here.store.lease("ann", 1, after(7))
        assert again.key == FieldKey("total")
        here.store.submit(again.id, "ann", sent("", "second"), after(8))
        assert people(here, scan) == [""], "what is said of the new picture counts, blank or not"
        history = here.store.field_history(scan.id, FieldKey("total"))
        assert [each.text for each in history.readings if each.kind == "person"] == [said, ""]
        assert [line.micro for line in here.store.ledger("ann")] == [3, 3]
        here.ask(scan, "total", now=after(9))
        assert here.store.lease("ann", 1, after(10)) == [], "nobody reads a picture twice"


def people(here: World, scan: Scan) -> list[str | None]:
    """What people read that is weighed."""
    return [each.text for each in here.store.readings(scan.id) if each.kind == "person"]
