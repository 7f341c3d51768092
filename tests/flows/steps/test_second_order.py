"""Two orders on one photograph: one is read, and its record says that what stands on the other is in no record."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from flows.exporting.write_export import Wanted, export_records
from flows.home.home import Home, now
from flows.steps.erasures import rebuild_records
from flows.steps.reconcile_scans import reconcile_home
from reconcile.records import query
from tests.flows.steps.test_reconcile_scans import RECEIPT
from transcribe.codes import TWO_FORMS
from transcribe.model import FieldKey, ReadResult, Scan
from transcribe.ocr.engine import reading


def read_as(rooms: Home, scan: Scan, confidence: float, *advice: str) -> None:
    """A receipt as one machine reads it, with what is said of its photograph."""
    said = [
        reading(
            scan=scan.id,
            key=FieldKey(name),
            source="tesseract 5",
            text=text,
            at=now(),
            confidence=confidence,
            conditions={},
        )
        for name, text in RECEIPT.items()
    ]
    found = ReadResult(places=(), readings=tuple(said), fit=None, quality={}, advice=advice)
    rooms.store.put_reads(scan.id, found, now())


def test_the_record_says_that_a_second_order_lies_on_the_photograph_until_each_has_its_own(
    rooms: Home, tmp_path: Path
) -> None:
    scan = Scan(id=secrets.token_hex(32), pages=(), form="receipt", form_version=1, batch="monday")
    rooms.store.put_scan(scan, [], now())
    read_as(rooms, scan, 0.97, "blurred", TWO_FORMS)
    for name, text in RECEIPT.items():
        rooms.store.correct_value(scan.id, FieldKey(name), text, "olga", "as it stands there", now())
    reconcile_home(rooms)

    def told() -> list[tuple[str, str, str]]:
        (record,) = query.records(rooms.settings.records, "receipt")
        return [(each.rule, each.expected, each.found) for each in record.exceptions]

    assert told() == [("one form a photograph", "one form", "two forms")]
    rebuild_records(rooms)
    assert told() == [("one form a photograph", "one form", "two forms")]
    out = tmp_path / "records.jsonl"
    export_records(rooms.settings.records, lambda: rooms, Wanted(format="jsonl", form="receipt"), out)
    (line,) = out.read_text(encoding="utf-8").splitlines()
    assert [each["rule"] for each in json.loads(line)["exceptions"]] == ["one form a photograph"]

    read_as(rooms, scan, 0.99, "blurred")  # a photograph of it alone took its place
    reconcile_home(rooms)
    assert told() == []
