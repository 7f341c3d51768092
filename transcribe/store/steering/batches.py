"""Batches: which are there, how urgent, due when, cancelled or not; tasks are offered by that."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from transcribe.errors import NotFound, SettingsError
from transcribe.store.drivers.database import Row
from transcribe.store.facts import Batch, BatchWork, KnownAgain
from transcribe.store.row_mapping import micros, moment, moment_or_none
from transcribe.store.steering.acts import ActVerbs

MAX_PRIORITY = 9
"""The most urgent that a batch may be; 0 is what each is by itself. Chosen by hand."""

MAX_LEVEL = 90
"""The highest rank of a batch: appeals, of 100, come before every batch. Chosen by hand."""


class BatchVerbs(ActVerbs):
    """Keeps what operators say of batches."""

    def batches(self) -> list[Batch]:
        """Every batch, the most urgent first, then the latest."""
        return [_batch_of(row) for row in self.db.all("batches", name=None)]

    def batches_past_due(self, now: datetime) -> list[Batch]:
        """The batches whose due date has passed and that are not cancelled, by name."""
        names = [row["name"] for row in self.db.all("names_past_due", now=micros(now))]
        rows = [self.db.one("batches", name=name) for name in names]
        return [_batch_of(row) for row in rows if row is not None]

    def batch(self, name: str) -> Batch:
        """The batch of this name. NotFound where there is none."""
        row = self.db.one("batches", name=name)
        if row is None:
            raise NotFound(f"There is no batch {name!r}. fairhand batch list shows them.")
        return _batch_of(row)

    def require_batch(self, batch: str) -> None:
        """NotFound where nothing came in a batch of this name."""
        self.batch(batch)

    def note_known_again(self, scan: str, batch: str, now: datetime, name: str = "") -> None:
        """Say that a scan came again in this batch, and under this name, by which it is found from now on too.

        Nothing is noted of its own batch, of its own name, and of one that was forgotten.
        """
        with self.db.write():
            row = self.scan_row(scan)
            if row["erased_at"] is not None:
                return
            if name not in ("", row["name"]):
                self.db.run("put_other_name", scan_id=row["id"], name=name, now=micros(now))
            if batch not in ("", row["batch"]):
                self.db.run("put_known_again", batch=batch, scan_id=row["id"], now=micros(now))

    def other_names(self, scan: str) -> list[str]:
        """The names under which a scan came again, but for its own, in that order. None of one that was forgotten."""
        return [each["name"] for each in self.db.all("other_names", scan_id=self.scan_row(scan)["id"])]

    def known_again(self, batch: str, limit: int) -> list[KnownAgain]:
        """The scans of other batches that came again in this one, in that order."""
        rows = self.db.all("known_again_of_batch", batch=batch, limit=limit)
        return [
            KnownAgain(scan=each["sha256"], name=each["name"], form=each["form"], batch=each["batch"],
                       at=moment(each["at"]))
            for each in rows
        ]  # fmt: skip

    def batch_work(self, name: str) -> BatchWork:
        """What people did on a batch, and what it cost so far."""
        rows = self.db.all("work_times", name=name)
        return BatchWork(
            cost={row["currency"]: row["micro"] for row in self.db.all("cost_of_batch", name=name)},
            times=tuple(moment(row["at"]) for row in rows),
            finished_fields=len({row["field_id"] for row in rows if not row["open"]}),
            finished_readings=sum(not row["open"] for row in rows),
        )

    def cancel_batch(self, name: str, by: str, reason: str, now: datetime, *, withdraw: bool = False) -> Batch:
        """Ask nobody about a batch any more. Tasks that somebody holds are kept and paid, and so is what was read.

        With `withdraw` programs are told to drop its records, also later of a batch that is cancelled already, and none
        is published until it goes on. A scan of it whose record does not stand is no order that came before.
        """
        with self.db.write():
            batch = self.batch(name)
            withdraws = withdraw and not batch.withdrawn
            if batch.cancelled_at is None or withdraws:
                verb = "batch cancelled" if batch.cancelled_at is None else "batch records withdrawn"
                changed = replace(batch, cancelled_at=batch.cancelled_at or now, withdrawn=batch.withdrawn or withdraw)
                gone = self._withdraw_records(name, now) if withdraws else 0
                self._change(changed, verb, by, reason, now, {"records_withdrawn": gone} if withdraws else {})
                for row in self.db.all("scans_of_batch", name=name):
                    self.ask_nobody(row["id"], now)
                    self.db.run("wake_partners", scan_id=row["id"])
                    self.tell_pairs(row["id"], now)
            return self.batch(name)

    def resume_batch(self, name: str, by: str, reason: str, now: datetime) -> Batch:
        """Go on with a cancelled batch: its scans are weighed again, and what is still to be asked is asked.

        Records that were withdrawn are published again.
        """
        with self.db.write():
            batch = self.batch(name)
            if batch.cancelled_at is not None:
                changed = replace(batch, cancelled_at=None, withdrawn=False)
                again = self._publish_again(name, now) if batch.withdrawn else 0
                self._change(changed, "batch resumed", by, reason, now, {"records_again": again} if again else {})
                for row in self.db.all("scans_of_batch", name=name):
                    self.db.run("wake", scan_id=row["id"])
                    self.db.run("wake_partners", scan_id=row["id"])
                    self.tell_pairs(row["id"], now)
            return self.batch(name)

    def _withdraw_records(self, name: str, now: datetime) -> int:
        """Tell programs to drop the records of a batch. Gives how many there were."""
        rows = self.db.all("told_records_of_batch", name=name)
        for row in rows:
            self.db.run("put_outbox", kind="withdraw", scan_id=row["id"], record_id=None, now=micros(now))
            self.db.run("scan_is_not_recorded", scan_id=row["id"])
        return len(rows)

    def _publish_again(self, name: str, now: datetime) -> int:
        """Tell programs of the records of a batch that they were not told of, or were told to drop."""
        rows = self.db.all("untold_records_of_batch", name=name)
        for row in rows:
            self.db.run("put_outbox", kind="record", scan_id=row["id"], record_id=row["record_id"], now=micros(now))
            if row["form"] == row["record_form"]:
                self.db.run("scan_is_recorded", scan_id=row["id"], now=micros(now))
        return len(rows)

    def set_batch_priority(self, name: str, priority: int, by: str, reason: str, now: datetime) -> Batch:
        """How urgent a batch is, 0 to 9. Its tasks are offered before those of less urgent ones."""
        if not 0 <= priority <= MAX_PRIORITY:
            raise SettingsError(f"The priority of a batch is 0 (as all are) to {MAX_PRIORITY} (the most urgent).")
        return self._changed(name, "batch priority", by, reason, now, priority=priority)

    def set_batch_due(self, name: str, due: datetime | None, by: str, reason: str, now: datetime) -> Batch:
        """When a batch is due; None for never. Of batches of one priority what is due sooner is offered first."""
        return self._changed(name, "batch due", by, reason, now, due=due)

    def set_batch_note(self, name: str, note: str, by: str, now: datetime) -> Batch:
        """Keep a note on a batch, in place of the one before."""
        return self._changed(name, "batch note", by, note or "the note was taken away", now, note=note)

    def _changed(self, name: str, verb: str, by: str, reason: str, now: datetime, **change: object) -> Batch:
        with self.db.write():
            batch = self.batch(name)
            if all(getattr(batch, fact) == value for fact, value in change.items()):
                return batch
            self._change(replace(batch, **change), verb, by, reason, now)  # type: ignore[arg-type]  # its own facts
            self._level_again()
            return self.batch(name)

    def _change(
        self, batch: Batch, verb: str, by: str, reason: str, now: datetime, more: Mapping[str, object] | None = None
    ) -> None:
        self.db.run("make_batch", name=batch.name)
        due = None if batch.due is None else micros(batch.due)
        ended = None if batch.cancelled_at is None else micros(batch.cancelled_at)
        facts = {"priority": batch.priority, "due_at": due, "cancelled_at": ended}
        self.db.run("change_batch", name=batch.name, note=batch.note, withdrawn=int(batch.withdrawn), **facts)
        self.act(verb, batch.name, by, reason, now, batch=batch.name, detail={**facts, **(more or {})})

    def _level_again(self) -> None:
        """Rank the batches by priority and then by due date, and move their open tasks with them."""
        rows = self.db.all("levelled_batches")
        ranks = sorted({_urgency(row) for row in rows} | {PLAIN})
        plain = ranks.index(PLAIN)
        for row in rows:
            level = max(0, min(MAX_LEVEL, plain - ranks.index(_urgency(row))))
            if level != row["level"]:
                self.db.run("set_level", name=row["name"], level=level)
                self.db.run("move_tasks_of_batch", name=row["name"], by=level - row["level"])


PLAIN = (0, math.inf)
"""The urgency of a batch of which nobody said anything."""


def _urgency(row: Row) -> tuple[int, float]:
    """What is more urgent sorts first: the higher priority, then what is due sooner."""
    return -row["priority"], math.inf if row["due_at"] is None else float(row["due_at"])


def _batch_of(row: Row) -> Batch:
    return Batch(
        name=row["name"],
        priority=row["priority"],
        due=moment_or_none(row["due_at"]),
        note=row["note"],
        cancelled_at=moment_or_none(row["cancelled_at"]),
        scans=row["scans"],
        set_aside=row["set_aside"],
        since=moment_or_none(row["since"]),
        records=row["records"],
        open_tasks=row["open_tasks"],
        withdrawn=bool(row["withdrawn"]),
    )
