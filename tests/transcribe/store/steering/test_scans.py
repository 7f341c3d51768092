"""Scans in the store that are set aside, brought back and retaken."""

from __future__ import annotations

from pathlib import Path

from tests.transcribe.store.world import after, sent, world
from transcribe.model import FieldKey


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


def test_what_people_could_not_read_on_the_old_picture_is_history_and_what_they_typed_counts(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        scan = here.scan("a")
        here.ask(scan, "total", "number")
        tasks = here.store.lease("ann", 2, after(1))
        for task, text in zip(tasks, ("12", None), strict=True):
            here.store.submit(task.id, "ann", sent(text, str(text)), after(2))
        reads = here.reads(scan, here.form)
        here.store.read_again(scan.id, ("order", 1), reads, "olga", "blurred", after(3), retaken=True)
        people = [each for each in here.store.readings(scan.id) if each.kind == "person"]
        assert [each.text for each in people] == ["12"]
        histories = [here.store.field_history(scan.id, FieldKey(name)) for name in ("number", "total")]
        assert sum(each.kind == "person" for history in histories for each in history.readings) == 2
