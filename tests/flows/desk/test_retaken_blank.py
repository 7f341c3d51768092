"""A field that people saw blank on a bad picture is open again as soon as a new picture has text there."""

from __future__ import annotations

import pytest

from flows.steps import publish_records
from reconcile.records import query
from tests.flows.desk.desk_site import AGREED, DeskSite
from transcribe.codes import RecordRule
from transcribe.model import FieldKey

CUSTOMER = FieldKey("customer")


def found_of(desk: DeskSite) -> list[tuple[str, str]]:
    """What the record says of values that are asked again, once all is weighed and published."""
    desk.weigh()
    publish_records(desk.home)
    (record,) = query.records(desk.home.settings.records, "order")
    return [(record.state, each.found or "") for each in record.exceptions if each.rule == RecordRule.READ_AGAIN]


@pytest.mark.promise("a published value is")
@pytest.mark.parametrize("what", ["batch", "scan"])
def test_a_record_says_that_people_are_asked_only_while_they_are(desk: DeskSite, what: str) -> None:
    store = desk.home.store
    scan = desk.scan("bad.png", AGREED)
    desk.weigh()
    reads = desk._reads(scan, store.pictures(scan.id)[0].sha256, {**AGREED, "customer": ("Mary Poole", "Mary Paole")})
    store.read_again(scan.id, ("order", 1), reads, "op", "another picture", desk.now(), retaken=True)
    assert found_of(desk) == [("provisional", "asked")]
    if what == "batch":
        store.cancel_batch("monday", "op", "wrong customer", desk.now())
    else:
        store.put_scan_aside(scan.id, "op", "wrong customer", desk.now())
    assert found_of(desk) == [("provisional", "nobody is asked")]
    assert store.claim_waiting(1, desk.now()) == [], "it is weighed once"
    if what == "batch":
        store.resume_batch("monday", "op", "it was right", desk.now())
    else:
        store.bring_scan_back(scan.id, "op", "it was right", desk.now())
    assert found_of(desk) == [("provisional", "asked")]


def test_a_blank_of_the_former_picture_is_asked_again_and_the_record_says_so_until_somebody_has_read(
    desk: DeskSite,
) -> None:
    store = desk.home.store
    scan = desk.scan("bad.png", {**AGREED, "customer": (None, None)})
    desk.weigh()
    ann, bea = (desk.person(name, "transcriber") for name in ("ann", "bea"))
    for who in (ann, bea):
        desk.read(who, "")
        desk.weigh()
    publish_records(desk.home)
    (record,) = query.records(desk.home.settings.records, "order")
    assert (record.state, record.values["customer"]) == ("final", None)

    texts = {**AGREED, "customer": ("Mary Poole", "Mary Paole")}
    reads = desk._reads(scan, store.pictures(scan.id)[0].sha256, texts)
    store.read_again(scan.id, ("order", 1), reads, "op", "the first was dark", desk.now(), retaken=True)
    desk.weigh()
    publish_records(desk.home)
    (record,) = query.records(desk.home.settings.records, "order")
    assert record.state == "provisional"
    assert [(each.rule, each.fields) for each in record.exceptions] == [(RecordRule.READ_AGAIN, ("customer",))]
    desk.read(ann, "Mary Poole")
    desk.weigh()
    publish_records(desk.home)
    (record,) = query.records(desk.home.settings.records, "order")
    assert (record.state, record.values["customer"]) == ("final", "Mary Poole")
    texts_read = [each.text for each in store.field_history(scan.id, CUSTOMER).readings if each.kind == "person"]
    assert texts_read == ["", "", "Mary Poole"]
