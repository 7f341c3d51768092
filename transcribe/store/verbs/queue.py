"""What people send: readings, skips, and readings taken back; and what they have read so far."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, cast

from transcribe.codes import Flag
from transcribe.errors import LeaseLost, NotFound
from transcribe.model import FieldKey, Outcome, Task
from transcribe.store.drivers.database import Row
from transcribe.store.facts import FieldHistory, SentReading
from transcribe.store.row_mapping import key_of, micros, moment, task_of, text
from transcribe.store.verbs.leases import LeaseVerbs
from transcribe.store.verbs.pay_ledger import PayLedgerVerbs
from transcribe.store.verbs.reconcile import MAX_READING_NUMBER, MISPLACED, ReconcileVerbs

MAX_UNDO_COUNT = 10
"""How many of their last readings a person may take back."""

UNDO_LEASE_SECONDS = 600.0
"""How long a task taken back is theirs: as long as a new lease."""

UNTIMED_ENGAGEMENTS = frozenset({"staff", "volunteer"})
"""Engagements without a ledger: the time of these people is not kept."""

EXPERT_KINDS = frozenset({"adjudicate", "audit", "appeal"})


class QueueVerbs(LeaseVerbs, PayLedgerVerbs, ReconcileVerbs):
    """Keeps what people send."""

    def submit(self, task: str, who: str, sent: SentReading, now: datetime) -> Outcome:
        with self.db.write():
            person = self.person_row(who)
            row = self.leased_row(task, person)
            idem = self.keyed_hash("person", person["public_id"], sent.idem)
            again = self.db.one("reading_of_idem", idem=idem)
            if again is not None:
                return _outcome("again", again["id"], row)
            late = not _holds(row, person, now)
            last_act = self._last_act(person, row) if sent.seconds is None else None
            seconds = measured_seconds(sent.seconds, moment(row["from_at"]), last_act, now)
            page = self._page(row, sent.page)
            identity, number = self._keep(row, person, replace(sent, page=page), idem, seconds, late, now)
            self.db.run("close_task", task_id=row["id"], who=person["id"], now=micros(now))
            if row["kind"] != "test":  # what is known already need not be weighed again
                self.db.run("scan_has_new", scan_id=row["scan_id"], number=number)
            if row["kind"] == "locate" and sent.box is not None:
                x0, y0, x1, y1 = sent.box
                field = {"field_id": row["field_id"]}
                self.db.run("keep_replaced_snippet", **field, snippet=None)
                self.db.run("move_place", **field, page=page, x0=x0, y0=y0, x1=x1, y1=y1)
            self.pay_reading(person, row, number, seconds, now)
        return _outcome("late" if late else "kept", identity, row)

    def skip(self, task: str, who: str, reason: str, seconds: float, now: datetime) -> None:
        with self.db.write():
            person = self.person_row(who)
            row = self.leased_row(task, person)
            active = measured_seconds(seconds, moment(row["from_at"]), None, now)
            self.db.run(
                "put_skip",
                task_id=row["id"],
                field_id=row["field_id"],
                lane=row["lane"],
                who=person["id"],
                reason=reason,
                seconds=None if person["engagement"] in UNTIMED_ENGAGEMENTS else active,
                now=micros(now),
            )
            self.db.run("give_back", task_id=row["id"], who=person["id"], now=micros(now))
            if reason == MISPLACED:
                self.db.run("wake", scan_id=row["scan_id"])
            self.pay_time(person, active, "skip", now, task=row["id"])

    def undo(self, task: str, who: str, now: datetime) -> Task:
        with self.db.write():
            person = self.person_row(who)
            row = self.leased_row(task, person)
            last = self.db.one("last_reading_of_task", task_id=row["id"], who=person["id"])
            if last is None:
                raise NotFound("There is no reading of yours to take back here.")
            oldest = self.db.value("tenth_last_reading", who=person["id"], count=MAX_UNDO_COUNT)
            decided = self.db.value("decided_on", field_id=last["field_id"], reading=last["id"])
            taken = row["closed_at"] is None and row["transcriber"] not in (None, person["public_id"])
            if decided or taken or (oldest is not None and last["number"] <= oldest):
                raise LeaseLost(
                    "This reading can no longer be taken back: it counts already. You can contest the outcome."
                )
            until = micros(now + timedelta(seconds=UNDO_LEASE_SECONDS))
            self.db.run("put_undo", number=last["number"], now=micros(now))
            self.db.run("lease_again", task_id=row["id"], who=person["id"], until=until)
            self.db.run("put_lease", task_id=row["id"], who=person["id"], now=micros(now), until=until)
            self.db.run("wake", scan_id=row["scan_id"])
            return task_of(self.leased_row(task, person))

    def readings_of(self, who: str, limit: int = 50, before: str | None = None) -> list[FieldHistory]:
        with self.db.snapshot():
            person = self.person_row(who)["id"]
            number = MAX_READING_NUMBER if before is None else self.db.value("number_of_reading", reading=before)
            rows = self.db.all("fields_read_by", who=person, before=number or 0, count=limit)
            return [self._history_of_field(row["field_id"]) for row in rows]

    def history_of_reading(self, reading: str, who: str) -> FieldHistory:
        with self.db.snapshot():
            person = self.person_row(who)["id"]
            number = self.db.value("number_of_reading", reading=reading) or 0
            rows = self.db.all("fields_read_by", who=person, before=number + 1, count=1)
            histories = [self._history_of_field(row["field_id"]) for row in rows]
        for history in histories:
            if any(each.id == reading for each in history.readings):
                return history
        raise NotFound("There is no such reading of yours.")

    def _history_of_field(self, number: int) -> FieldHistory:
        field = cast(Row, self.db.one("field_by_number", field_id=number))
        scan = cast(Row, self.db.one("scan_by_number", scan_id=field["scan_id"]))
        key: FieldKey = key_of(field)
        return self.history_of(scan, key, number)

    def _page(self, task: Row, page: int | None) -> int | None:
        """The page that a person showed something on. None where the scan has no such page."""
        return None if page is None else self.db.value("picture_number", scan_id=task["scan_id"], number=page)

    def _last_act(self, person: Row, task: Row) -> datetime | None:
        """When this person last sent something. None where that was before this task was leased."""
        last = self.db.value("last_act", who=person["id"])
        return None if last is None or last < task["from_at"] else moment(last)

    def _keep(
        self, task: Row, person: Row, sent: SentReading, idem: str, seconds: float, late: bool, now: datetime
    ) -> tuple[str, int]:
        """Writes the reading. Gives its id and its number. Where the scan was forgotten meanwhile, the words are left
        out."""
        identity = secrets.token_hex(16)
        untimed = person["engagement"] in UNTIMED_ENGAGEMENTS
        expert = task["kind"] in EXPERT_KINDS
        number = self.db.insert(
            "put_reading",
            id=identity,
            idem=idem,
            field_id=task["field_id"],
            lane=task["lane"],
            source=person["public_id"],
            kind="expert" if expert else "person",
            transcriber_id=person["id"],
            task_id=task["id"],
            late=int(late),
            confidence=None,
            seconds=None if untimed else seconds,
            flags=text(sorted(sent.flags | ({Flag.HEARD_AN_APPEAL} if task["kind"] == "appeal" else set()))),
            conditions=text({} if sent.page is None else {"page": sent.page}),
            box=text(list(sent.box)) if sent.box else None,
            text_hash=self.keyed_hash("text", sent.text or ""),
            now=micros(now),
        )
        if task["erased_at"] is None:
            self.db.run(
                "put_reading_text",
                number=number,
                text=sent.text,
                alternatives="[]",
                shown=task["prefill"] if sent.shown is None else sent.shown,
                legible=sent.legible,
                reason=sent.reason,
            )
        return identity, number


def measured_seconds(claimed: float | None, leased: datetime, last_act: datetime | None, now: datetime) -> float:
    """Active seconds of one task.

    What the page measured (`claimed`), at most the time since the lease. Without it, the whole time since the lease, or
    since the person last sent something.
    """
    since_lease = max(0.0, (now - leased).total_seconds())
    if claimed is not None:
        return min(max(0.0, claimed), since_lease)
    return since_lease if last_act is None else max(0.0, (now - last_act).total_seconds())


def _outcome(kind: Literal["kept", "again", "late"], reading: str, task: Row) -> Outcome:
    return Outcome(
        kind=kind,
        reading=reading,
        scan=task["scan"],
        key=key_of(task),
        form=task["form"],
        form_version=task["form_version"],
    )


def _holds(task: Row, person: Row, now: datetime) -> bool:
    mine = task["transcriber_id"] == person["id"] and task["closed_at"] is None
    return bool(mine and task["leased_until"] is not None and task["leased_until"] > micros(now))
