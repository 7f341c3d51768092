"""What is told: events in the order of the outbox, and the queue of each webhook."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from transcribe.errors import NotFound, SettingsError
from transcribe.i18n import as_kept, kept
from transcribe.model import Delivery, DeliveryState, EventType, HomeEvent, Webhook
from transcribe.store.drivers.columns import attributes, micros, noun, text
from transcribe.store.drivers.database import Row
from transcribe.store.lookup import Lookup

SALT_BYTES = 16
"""Random bytes of the salt of a secret: none is drawn twice."""

SECRET_PREFIX = "whsec_"  # noqa: S105 - the beginning of each, no secret
"""How a secret begins, as Standard Webhooks has it."""

MARK_LENGTH = 16
"""So many hexadecimal digits of the hash of a secret tell it from another."""

MOST_WAITING_COUNT = 1000
"""So many deliveries of a webhook wait at most; its position stays behind until there are fewer. Chosen by hand."""

QUIET = timedelta(minutes=1)
"""A batch is finished at the earliest so long after its last scan came: more of its files may be on their way."""

TYPE_OF_KIND: dict[str, EventType] = {
    "erase": "record.erased",
    "withdraw": "record.erased",
    "aside": "scan.set_aside",
    "duplicate": "duplicate.found",
    "lifted": "duplicate.lifted",
    "batch": "batch.finished",
    "restored": "records.restored",
}
"""The type of each kind of event but records."""


class DeliveryVerbs(Lookup):
    """Keeps webhooks, what each is told, and what became of it."""

    def home_name(self) -> str:
        """The random name of this home, which stays with it."""
        return str(self.db.value("home_name"))

    def add_webhook(self, webhook: Webhook, position: int | None, now: datetime) -> str:
        """Keep a webhook that is told of what comes after this number; None: from now on. Gives its secret, this once.

        SettingsError where the name is taken.
        """
        with self.db.write():
            wanted = {"types": text(list(webhook.types)), "forms": text(list(webhook.forms))}
            begin = self.last_told_number() if position is None else position
            try:
                number = self.db.insert("put_webhook", **attributes(replace(webhook, position=begin)), now=now)
            except self.db.conflict as error:
                raise SettingsError(f"There is a webhook {webhook.name!r} already. Name it otherwise.") from error
            detail = {**wanted, "with_values": webhook.with_values, "private": webhook.private, "after": begin}
            self.log(self.actor, "webhook added", webhook.name, detail, now)
            return self._new_secret(number, now)

    def webhooks(self) -> list[Webhook]:
        """All webhooks by name."""
        return [noun(Webhook, row) for row in self.db.all("webhooks", name=None)]

    def webhook(self, name: str) -> Webhook:
        """The webhook of this name. NotFound where there is none, here and in all that follow."""
        return noun(Webhook, self.webhook_row(name))

    def tells_webhooks(self) -> bool:
        """Whether there is a webhook that is not switched off."""
        return bool(self.db.value("webhook_is_on"))

    def remove_webhook(self, name: str, now: datetime) -> None:
        """Forget a webhook, its secrets and its queue."""
        with self.db.write():
            self.webhook_row(name)
            self.db.run("drop_webhook", name=name)
            self.log(self.actor, "webhook removed", name, {}, now)

    def rotate_webhook(self, name: str, until: datetime, now: datetime) -> str:
        """A new secret; those before hold beside it until then. Gives it, this once."""
        with self.db.write():
            number = self.webhook_row(name)["id"]
            self.db.run("end_webhook_secrets", id=number, until=until)
            self.log(self.actor, "webhook secret rotated", name, {"old_until": until.isoformat()}, now)
            return self._new_secret(number, now)

    def webhook_secrets(self, name: str, now: datetime) -> tuple[str, ...]:
        """The secrets in force, the newest first. Those that were made with another key of the state are not."""
        rows = self.db.all("webhook_secrets", id=self.webhook_row(name)["id"], now=now)
        found = [(self._secret(row["salt"]), row["mark"]) for row in rows]
        return tuple(secret for secret, mark in found if _mark(secret) == mark)

    def switch_webhook(self, name: str, off_because: str, now: datetime) -> None:
        """Switch a webhook off for a reason, or on where it is empty: what waits is then tried at once."""
        with self.db.write():
            row = self.webhook_row(name)
            if not off_because:
                self.db.run("try_again_at_once", id=row["id"], now=now)
            if row["off_because"] == off_because:
                return
            self.db.run("switch_webhook", id=row["id"], reason=off_because, now=micros(now) if off_because else None)
            action = "webhook switched off" if off_because else "webhook switched on"
            self.log(self.actor, action, name, {"because": off_because} if off_because else {}, now)

    def replay_webhook(self, name: str, after: int, now: datetime) -> None:
        """Tell a webhook again of everything after this number, under the same messages as before."""
        with self.db.write():
            row = self.webhook_row(name)
            self.db.run("move_webhook", id=row["id"], position=min(after, row["position"]))
            self.log(self.actor, "webhook replayed", name, {"after": after}, now)

    def last_told_number(self) -> int:
        """The highest number that the outbox or another event has."""
        return int(self.db.value("last_outbox_number") or 0)

    def webhook_row(self, name: str) -> Row:
        """The row of a webhook; NotFound where there is none."""
        row = self.db.one("webhooks", name=name)
        if row is None:
            raise NotFound(f"There is no webhook {name[:80]!r}. fairhand webhooks list shows them.")
        return row

    def _new_secret(self, webhook: int, now: datetime) -> str:
        salt = secrets.token_hex(SALT_BYTES)
        secret = self._secret(salt)
        self.db.run("put_webhook_secret", id=webhook, salt=salt, mark=_mark(secret), now=now)
        return secret

    def _secret(self, salt: str) -> str:
        return SECRET_PREFIX + base64.b64encode(bytes.fromhex(self.keyed_hash("webhook secret", salt))).decode()

    def fill_queue(self, name: str, published: int, now: datetime, limit: int = 200) -> int:
        """Take the next events into the queue of a webhook and move its position with them, in one transaction.

        `published` is the position of the record database: nothing is told before it stands there. Gives how many
        events were looked at; 0 where there are none, too much waits, or it is switched off.
        """
        row = self.webhook_row(name)
        if row["off_because"] or row["waiting"] >= MOST_WAITING_COUNT or row["position"] >= self._told_until(published):
            return 0
        with self.db.write():
            row = self.webhook_row(name)
            webhook, after = noun(Webhook, row), row["position"]
            until = self._told_until(published) + 1
            rows = self.db.all("events_after", after=after, until=until, count=limit)
            for each in rows:
                event = self._event_of(each)
                if webhook.wants(event) and event.type is not None:
                    about = {"message": event.message, "type": event.type, "scan_id": each["scan_id"]}
                    self.db.run("put_delivery", id=row["id"], number=event.number, now=now, **about)
            passed = rows[-1]["number"] if len(rows) == limit else until - 1
            self.db.run("move_webhook", id=row["id"], position=passed)
            return len(rows)

    def event_numbered(self, number: int) -> HomeEvent:
        """The event of this number, as it is now. NotFound where there is none."""
        row = self.db.one("event_numbered", number=number)
        if row is None:
            raise NotFound(f"There is no event number {number}.")
        return self._event_of(row)

    def due_deliveries(self, name: str, now: datetime, limit: int) -> list[Delivery]:
        """What may be sent now, in order: of each scan the first that waits, and that only when it is due."""
        number = self.webhook_row(name)["id"]
        return [delivery_of(row) for row in self.db.all("due_deliveries", id=number, now=now, count=limit)]

    def deliveries(
        self, name: str, state: DeliveryState | None = None, after: int | None = None, limit: int = 100
    ) -> list[Delivery]:
        """Deliveries of a webhook in the order of their events: the latest ones, or those after a number."""
        wanted = {"id": self.webhook_row(name)["id"], "state": state, "count": limit}
        if after is None:
            return [delivery_of(row) for row in reversed(self._latest(wanted))]
        return [delivery_of(row) for row in self.db.all("deliveries", after=after, **wanted)]

    def _latest(self, wanted: Mapping[str, object]) -> list[Row]:
        """The latest deliveries to a webhook, the newest first: all, or those of a state."""
        if wanted["state"] == "dead":
            return self.db.all("latest_dead_deliveries", **wanted)
        if wanted["state"] == "waiting":
            return self.db.all("latest_waiting_deliveries", **wanted)
        return self.db.all("latest_deliveries", **wanted)

    def delivered(self, delivery: int, status: int, now: datetime) -> None:
        """Keep that a delivery was taken."""
        with self.db.write():
            self.db.run("delivery_ended", id=delivery, status=status, now=now)
            self.db.run("webhook_works", id=delivery, now=now)

    def not_delivered(
        self, delivery: int, status: int | None, error: str, again: datetime | None, now: datetime
    ) -> None:
        """Keep that a try failed, and when the next one is; None: it is given up."""
        with self.db.write():
            at = None if again is None else micros(again)
            self.db.run("delivery_failed", id=delivery, status=status, error=kept(error), next=at, now=now)
            self.db.run("webhook_fails", id=delivery, now=now)

    def resend(self, name: str, delivery: int | None, now: datetime) -> int:
        """Send a delivery again, or all that were given up where it is None; gives how many.

        NotFound where there is none that can be sent: what was told of a forgotten scan cannot.
        """
        with self.db.write():
            number = self.webhook_row(name)["id"]
            count = self.db.changed("resend_delivery", id=number, delivery=delivery, now=now)
            if delivery is not None and not count:
                raise NotFound(
                    f"The webhook {name!r} has no delivery {delivery} that can be sent again. What was told of a scan "
                    "that is forgotten is not; fairhand webhooks deliveries shows the others."
                )
            self.log(self.actor, "webhook deliveries resent", name, {"deliveries": count}, now)
            return count

    def prune_deliveries(self, before: datetime) -> int:
        """Drop deliveries that ended before then; gives how many."""
        with self.db.write():
            return self.db.changed("prune_deliveries", before=before)

    def find_finished_batches(self, published: int, now: datetime) -> int:
        """Note which batches have finished since the last look: every scan has its record, or was set aside, settled as
        a duplicate or forgotten. Gives how many."""
        after, until = int(self.db.value("batches_seen")), self._told_until(published)
        if after >= until:
            return 0
        found, waits = 0, False
        with self.db.write():
            for row in self.db.all("batches_touched", after=after, until=until):
                counts = self.db.one("batch_counts", name=row["name"])
                assert counts is not None, "a count is always there"
                told = self.db.value("batch_told", name=row["name"])
                if self.db.one("batch_unfinished", name=row["name"]) is not None:
                    self.db.run("drop_batch_told", name=row["name"])
                elif counts["latest"] > micros(now - QUIET):
                    waits = True
                elif told is None or told < counts["taken_in"]:
                    note = json.dumps({name: counts[name] for name in ("scans", "records", "set_aside")})
                    self.tell_programs("batch", now, batch=row["name"], note=note)
                    self.db.run("put_batch_told", name=row["name"], scans=counts["taken_in"])
                    found += 1
            if not waits:
                self.db.run("set_batches_seen", number=until)
        return found

    def _told_until(self, published: int) -> int:
        """The number up to which everything may be told: what is not published yet is not, nor what comes after it."""
        first = self.db.value("first_unpublished", published=published)
        return self.last_told_number() if first is None else int(first) - 1

    def _event_of(self, row: Row) -> HomeEvent:
        parts = [row["number"], row["kind"], row["at"], row["scan"] or "", row["record_id"] or 0, row["batch"]]
        is_record = row["kind"] == "record"
        forms = {row["form"], row["form_before"]} if is_record else {*(row["forms"] or "").split(","), row["scan_form"]}
        return noun(
            HomeEvent,
            row,
            message=f"msg_{self.keyed_hash('event', *map(str, parts))[:32]}",
            type=_type_of(row),
            form=(row["form"] if is_record else row["scan_form"]) or "",
            form_version=row["form_version"] or 0,
            version=row["version"] or 0,
            forms=frozenset(filter(None, forms)),
            batch=row["batch"] or row["scan_batch"] or "",
            is_erased=row["erased_at"] is not None,
            detail=_detail_of(row),
        )


def _mark(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:MARK_LENGTH]


def _type_of(row: Row) -> EventType | None:
    """The type of an event; None for one that is told to nobody, as of a record that was forgotten since."""
    if row["kind"] != "record":
        return TYPE_OF_KIND.get(row["kind"])
    if row["erased_at"] is not None:
        return None
    if row["provisional"]:
        return "record.provisional"
    return "record.completed" if row["version"] == 1 or row["provisional_before"] else "record.corrected"


def _detail_of(row: Row) -> dict[str, str | int]:
    if row["kind"] == "batch":
        return dict(json.loads(row["note"]))
    if row["kind"] in ("duplicate", "lifted"):
        return {"policy": row["note"]}
    return {"reason": row["note"]} if row["kind"] == "aside" else {}


def delivery_of(row: Row) -> Delivery:
    """The noun of a row."""
    return noun(Delivery, row, error=as_kept(row["error"]))
