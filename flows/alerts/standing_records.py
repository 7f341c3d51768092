"""Records that stand still: not published, not to be written, not copied."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from flows.alerts.alert import Alert
from flows.home import Home
from reconcile.records import copy_notes, held_records, query
from transcribe.errors import NotFound
from transcribe.i18n import counted

MAX_UNPUBLISHED = timedelta(minutes=15)
"""The time after which an unpublished complete record stands still. Publishing takes seconds. Chosen by hand."""


def unpublished_records(home: Home, now: datetime) -> Iterator[Alert]:
    """Changes of records that should long be published, as every publishing fails; records that cannot be written."""
    try:
        position = query.position(home.settings.records)
    except NotFound:
        position = 0
    since = next((each.at for each in home.store.outbox(position, 1)), None)
    if since is not None and now - since > MAX_UNPUBLISHED:
        message = (
            f"No record and no erasure is published since {since:%Y-%m-%d %H:%M} UTC: fairhand records publish says "
            "why."
        )
        yield Alert(check="records", subject="records:late", message=message, facts={"code": "records", "at": since})
    if unwritable := held_records(home.settings.records):
        count = len(unwritable)
        message = (
            f"{counted(count, 'finished order')} could not be written to the records. All others are published: "
            "fairhand status says why."
        )
        yield Alert(
            check="records", subject="records:held", message=message, facts={"code": "records held", "count": count}
        )


def standing_copies(home: Home, now: datetime) -> Iterator[Alert]:
    """Copies in PostgreSQL that this machine makes and that fail, or that nobody brings up to date any more."""
    for each in copy_notes(home.settings.records):
        if each.stands_still(now):
            message = (
                f"The copy of the records in PostgreSQL, schema {each.schema}, stands still since "
                f"{each.at:%Y-%m-%d %H:%M} UTC; what was forgotten since may still be in it. "
                "See what fairhand doctor says."
            )
            facts = {"code": "copy", "schema": each.schema, "at": each.at}
            yield Alert(check="copies", subject=f"copies:{each.file.stem}", message=message, facts=facts)
