"""Records of scans that are read again with a new version of their form: they follow at once, and say what is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.administration.people import invite
from flows.administration.records import verify_records
from flows.home.home import Home, now
from flows.steps.erasures import publish_records
from flows.steps.reconcile_scans import reconcile_home
from reconcile.records import query
from tests.flows.steps.test_provisional_records import read_all
from tests.flows.steps.test_reconcile_scans import RECEIPT, reads_of, received
from transcribe.model import Scan


def read_as_second(rooms: Home, scan: Scan, unchanged: set[str], *total: str) -> None:
    """The scan is read again as version 2 of its form, which has these fields alike; engines read these totals."""
    shipped = rooms.forms.path_of("receipt").read_text(encoding="utf-8")
    (rooms.settings.forms / "receipt.toml").write_text(shipped.replace("version = 1", "version = 2"), encoding="utf-8")
    form = rooms.use_form("receipt")
    assert form.version == 2
    reads = reads_of(replace(scan, form_version=2), {"total": (total[0], total[-1])})
    rooms.store.read_again(scan.id, ("receipt", 2), reads, "olga", "mended", now(), unchanged={1: unchanged})
    reconcile_home(rooms)
    publish_records(rooms)


def agreed(rooms: Home) -> Scan:
    """A published receipt whose total machines read otherwise than two people."""
    scan = received(rooms, texts={"total": ("80.00", "8.00")})
    reconcile_home(rooms)
    for who in ("mina", "omar"):
        read_all(rooms, invite(rooms, who).person.id, {**RECEIPT, "total": "132.50"})
    (record,) = query.records(rooms.settings.records, "receipt")
    assert record.values["total"] == "132.50"
    return scan


def test_what_two_people_had_agreed_on_is_not_replaced_by_machines_where_the_field_is_the_same(rooms: Home) -> None:
    read_as_second(rooms, agreed(rooms), set(RECEIPT), "80.00", "8.00")
    (record,) = query.records(rooms.settings.records, "receipt")
    assert (record.form_version, record.values["total"], record.exceptions) == (2, "132.50", ())
    assert verify_records(rooms) == []


@pytest.mark.promise("A field that they", "With another version of")
def test_where_the_field_is_another_one_it_is_asked_and_the_record_says_so_at_once(rooms: Home) -> None:
    scan = agreed(rooms)
    read_as_second(rooms, scan, set(RECEIPT) - {"total"}, "80.00")
    (record,) = query.records(rooms.settings.records, "receipt")
    assert record.form_version == 2
    assert [(each.rule, each.fields) for each in record.exceptions] == [("below target", ("total",))]
    assert verify_records(rooms) == []
    (task,) = rooms.store.lease(rooms.store.transcriber("mina").id, 9, now())
    assert (task.key.name, task.reason) == ("total", "asked again")
