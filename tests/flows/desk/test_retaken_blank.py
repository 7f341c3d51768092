"""A field that people saw blank on a bad picture is open again as soon as a new picture has text there."""

from __future__ import annotations

from flows.steps import publish_records
from reconcile.records import query
from tests.flows.desk.desk_site import AGREED, DeskSite
from transcribe.codes import RecordRule
from transcribe.model import FieldKey

CUSTOMER = FieldKey("customer")


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
