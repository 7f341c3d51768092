"""What waits to be weighed, what was read, and what was decided."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from transcribe.errors import NotFound
from transcribe.model import Decision, FieldKey, PagePicture, Place, Reading, Record, Task, Truth
from transcribe.store.drivers.columns import micros, moment
from transcribe.store.drivers.database import Row
from transcribe.store.facts import CLAIM_SECONDS, FieldHistory, OutboxEntry, Waiting
from transcribe.store.lookup import Fields
from transcribe.store.row_mapping import (
    decision_columns,
    decision_of,
    exceptions_text,
    is_by_people,
    key_of,
    lane_of,
    place_of,
    reading_of,
    record_of,
    task_of,
    truth_of,
)
from transcribe.store.verbs.ingest import IngestVerbs
from transcribe.store.verbs.routing import EXPERT_KINDS, EXPERT_POOL

MISPLACED = "wrong picture"
"""The reason to skip a task whose picture does not show its field."""

MAX_READING_NUMBER = 2**62
"""Above the number of every reading."""


class ReconcileVerbs(IngestVerbs):
    """Gives readings to weigh and keeps what was decided."""

    def claim_waiting(
        self, limit: int, now: datetime, seconds: float = CLAIM_SECONDS, *, program: str = ""
    ) -> list[Waiting]:
        """Lease up to `limit` scans that have a reading newer than their cursor. An expired lease goes back.

        What is in quarantine is left out until something has changed: its readings, or the version of the `program`.
        """
        with self.db.write():
            until, claim = micros(now + timedelta(seconds=seconds)), secrets.token_hex(8)
            named = {"now": now, "until": until, "claim": claim, "program": program}
            rows = self.db.all("claim_waiting", count=limit, **named)
            rows.sort(key=lambda row: int(row["id"]))
            return [Waiting(scan=self.scan_from(row), up_to=row["latest"], claim=claim) for row in rows]

    def list_claimed(self, now: datetime) -> frozenset[str]:
        """The scans that wait and that some process has claimed. It may have been killed since."""
        return frozenset(row["sha256"] for row in self.db.all("list_claimed", now=now))

    def readings(self, scan: str, up_to: int | None = None) -> list[Reading]:
        """All readings of a scan in the order they came, the latest of each source last.

        Readings that were taken back, those made under another form, and answers in practice and tests are not among
        them: those are explained at once, and neither weighed nor measured.
        """
        number = self.scan_row(scan)["id"]
        return [
            reading_of(row)
            for row in self.db.all("readings", scan_id=number, up_to=MAX_READING_NUMBER if up_to is None else up_to)
        ]

    def places(self, scan: str) -> list[Place]:
        """Every place of a scan as last known. A person may have drawn one anew."""
        row = self.scan_row(scan)
        return [place_of(each, row["sha256"], key_of(each)) for each in self.db.all("places", scan_id=row["id"])]

    def misplaced(self, scan: str) -> frozenset[FieldKey]:
        """Fields that somebody skipped because their picture shows something else, until a person draws them anew."""
        number = self.scan_row(scan)["id"]
        return frozenset(key_of(row) for row in self.db.all("misplaced", scan_id=number, reason=MISPLACED))

    def pictures(self, scan: str) -> list[PagePicture]:
        """The page pictures of a scan."""
        rows = self.db.all("pictures", scan_id=self.scan_row(scan)["id"])
        return [
            PagePicture(number=row["number"], sha256=row["sha256"], size=(row["width"], row["height"])) for row in rows
        ]

    def decisions(self, scan: str) -> list[Decision]:
        """The latest decision of each field."""
        return [decision_of(row) for row in self.db.all("decisions", scan_id=self.scan_row(scan)["id"])]

    def conclude(
        self,
        scan: str,
        up_to: int,
        decisions: Sequence[Decision],
        tasks: Sequence[Task],
        record: Record | None,
        now: datetime,
    ) -> None:
        """Keep what was concluded from the readings of a scan up to number `up_to`, and move the scan's cursor there.

        Decisions that changed get a new version. Tasks are opened; in the same slot it is the same task. Tasks of
        decided fields that nobody holds are closed. A record that is complete and new gets its entry in the outbox.
        Nothing happens where a later conclusion stands already, where the scan was read again since, or was forgotten.
        """
        with self.db.write():
            row = self.scan_row(scan)
            history = self.read_up_to(row)
            is_late = up_to < row["cursor"] or (history and up_to <= history < row["latest"])
            if row["erased_at"] is not None or is_late:
                return
            new = {each.key: each for each in (*(record.decisions if record else ()), *decisions)}
            fields = self.fields_of(row)
            kept = self._keep_decisions(row, new, fields, now)
            touched = {fields[key] for key in {*new, *(task.key for task in tasks)}}
            for field in touched & {each["field_id"] for each in self.db.all("fields_asked", scan_id=row["id"])}:
                # what is still wished for is opened again below
                self.db.run("withdraw_tasks", scan_id=row["id"], field_id=field, now=now)
            if record is not None:
                self.db.run("withdraw_whole", scan_id=row["id"], now=now)
                self._keep_record(row, record, kept, now)
            if row["form"] and all(task.kind != "identify" for task in tasks):
                self.db.run("withdraw_form_question", scan_id=row["id"], now=now)
            if self.db.one("is_cancelled", scan_id=row["id"]) is None:
                level = self.db.value("level_of_scan", scan_id=row["id"]) or 0
                wished = [(fields[task.key], replace(task, priority=task.priority + level)) for task in tasks]
                self._open_all(wished, up_to, now)
            self.db.run("scan_is_weighed", scan_id=row["id"], up_to=up_to)
            self.db.run("end_quarantine", scan_id=row["id"])

    def wake(self, scans: Iterable[str], now: datetime) -> None:
        """Make scans wait again though no reading is new: parameters were learnt, or a truth was withdrawn."""
        with self.db.write():
            for scan in scans:
                self.db.run("wake", scan_id=self.scan_row(scan)["id"])

    def is_provisional(self, scan: str) -> bool:
        """Whether the last record of a scan has a value that is not decided."""
        return self.db.value("is_provisional", scan_id=self.scan_row(scan)["id"]) is not None

    def outbox(self, after: int, limit: int = 500) -> list[OutboxEntry]:
        """Entries numbered above `after`, in order. A scan that was erased comes as an erasure only."""
        with self.db.snapshot():
            rows = self.db.all("outbox", after=after, count=limit)
            return [
                OutboxEntry(
                    **{name: row[name] for name in ("number", "kind", "scan")},
                    record=None if row["record_id"] is None else self.record_numbered(row["record_id"]),
                    at=moment(row["at"]),
                )
                for row in rows
            ]

    def outbox_mark(self, number: int) -> str:
        """What tells the entry of this number from that of another state. Empty where there is none."""
        row = self.db.one("outbox_entry", number=number)
        return "" if row is None else f"{row['kind']} {row['at']} {row['scan']}"

    def outbox_goes_on_after(self, number: int) -> None:
        """Number entries from now on above this one."""
        with self.db.write():
            self.db.run("outbox_begins", number=number)
            self.db.run("outbox_goes_on", number=number)

    def put_truth(self, truth: Truth, now: datetime) -> None:
        """Keep a truth. The latest of a field counts."""
        with self.db.write():
            row = self.scan_row(truth.scan)
            if row["erased_at"] is not None:
                return
            field = self.make_field(row, truth.key)
            self.end_truth(field, now)
            number = self.db.insert("put_truth", field_id=field, origin=truth.origin, now=truth.at)
            self.db.run("put_truth_text", id=number, text=truth.text)
            self.vouch("truth", number)
            self.db.run("wake", scan_id=row["id"])

    def end_truth(self, field: int, now: datetime) -> bool:
        """Withdraw the truth of a field. False where none is in force."""
        standing = [row["id"] for row in self.db.all("truths_in_force", field_id=field)]
        self.db.run("withdraw_truth", field_id=field, now=now)
        for number in standing:
            self.vouch("truth", number)
        return bool(standing)

    def fields_with_truths(self, scan: str) -> set[FieldKey]:
        """The fields of a scan of which a truth is or was known."""
        return set(map(key_of, self.db.all("fields_with_truths", scan_id=self.scan_row(scan)["id"])))

    def truths(self, scan: str | None = None) -> list[Truth]:
        """Truths in use."""
        number = None if scan is None else self.scan_row(scan)["id"]
        return [truth_of(row, row["scan"], key_of(row)) for row in self.db.all("truths", scan_id=number)]

    def field_history(self, scan: str, key: FieldKey) -> FieldHistory:
        """All that is known of one field. NotFound where there is none."""
        with self.db.snapshot():
            row = self.scan_row(scan)
            return self.history_of(row, key, self.known_field(row, key))

    def history_of(self, scan: Row, key: FieldKey, field: int) -> FieldHistory:
        """The history of the field with this number."""
        place = self.db.one("place", field_id=field)
        truth = self.db.one("truth_of_field", field_id=field)
        return FieldHistory(
            scan=self.scan_from(scan),
            key=key,
            place=None if place is None else place_of(place, scan["sha256"], key),
            readings=tuple(reading_of(row) for row in self.db.all("readings_of_field", field_id=field)),
            decisions=tuple(decision_of(row) for row in self.db.all("decisions_of_field", field_id=field)),
            tasks=tuple(task_of(row) for row in self.db.all("tasks_of_field", field_id=field)),
            truth=None if truth is None else truth_of(truth, scan["sha256"], key),
            withdrawn={row["id"]: row["reason"] for row in self._withdrawn(field)},
        )

    def _withdrawn(self, field: int) -> list[Row]:
        """The readings of a field that are out of weighing, with why."""
        one_by_one = self.db.all("withdrawn_of_field", field_id=field)
        return [*self.db.all("aside_of_field", field_id=field), *one_by_one]

    def _keep_decisions(
        self, scan: Row, new: Mapping[FieldKey, Decision], fields: Fields, now: datetime
    ) -> dict[FieldKey, int]:
        """Writes the decisions that say something new. Gives the number of the standing decision of each field."""
        standing = {key_of(row): row for row in self.db.all("decisions", scan_id=scan["id"])}
        people: dict[str, bool] = {
            row["id"]: bool(row["is_audit"]) for row in self.db.all("people_readings", scan_id=scan["id"])
        }
        kept = {key: int(row["id"]) for key, row in standing.items()}
        for key, decision in new.items():
            columns = decision_columns(decision)
            old = standing.get(key)
            if old is not None and all(old[name] == value for name, value in columns.items() if name != "parameters"):
                continue
            words = {name: columns.pop(name) for name in ("value", "text", "evidence", "proposal")}
            kept[key] = self.db.insert(
                "put_decision",
                **columns,
                field_id=fields[key],
                version=1 if old is None else old["version"] + 1,
                by_people=is_by_people(people, decision, old),
                text_hash=self.keyed_hash("text", decision.text),
                words_hash=self.words_hash(words),
                now=now,
            )
            self.db.run("put_decision_text", id=kept[key], **words)
        return kept

    def _keep_record(self, scan: Row, record: Record, kept: Mapping[FieldKey, int], now: datetime) -> None:
        ids = [kept[each.key] for each in record.decisions]
        exceptions = exceptions_text(record.exceptions)
        last = self.db.one("last_record", scan_id=scan["id"])
        if last is not None:
            before = [row["decision_id"] for row in self.db.all("record_decision_ids", record_id=last["id"])]
            same_form = (last["form"], last["form_version"]) == (record.form, record.form_version)
            same_words = self.db.value("record_exceptions", record_id=last["id"]) == exceptions
            if before == sorted(ids) and same_form and same_words:
                return
        version = 1 if last is None else last["version"] + 1
        form = {"form": record.form, "form_version": record.form_version}
        number = self.db.insert("put_record", scan_id=scan["id"], version=version, **form, now=now)
        for place, decision in enumerate(ids):
            self.db.run("put_record_decision", record_id=number, place=place, decision_id=decision)
        self.db.run("put_record_text", record_id=number, exceptions=exceptions)
        self.vouch("record", number)
        if self.db.one("is_withdrawn", scan_id=scan["id"]) is None:  # else it is published when its batch goes on
            self.db.run("put_outbox", kind="record", scan_id=scan["id"], record_id=number, now=now)
            self.db.run("scan_is_recorded", scan_id=scan["id"], now=now)

    def record_numbered(self, number: int) -> Record:
        """The version of a record with this number; NotFound where there is none."""
        row = self.db.one("record", record_id=number)
        if row is None:
            raise NotFound(f"There is no record number {number}.")
        exceptions = self.db.value("record_exceptions", record_id=number)
        return record_of(row, self.db.all("record_decisions", record_id=number), exceptions or "[]")

    def _open_all(self, wished: Sequence[tuple[int, Task]], up_to: int, now: datetime) -> None:
        """Open tasks of these fields. What is known of them is read for all at once: a server answers each in turn."""
        first: dict[tuple[int, str], Task] = {}
        for field, task in wished:
            first.setdefault((field, task.kind), task)
        people = [{"field_id": field, "lane": lane_of(task.kind), "up_to": up_to} for (field, _), task in first.items()]
        for each in people:
            self.db.ahead("people_slots", **each)
        read = [int(self.db.value("people_slots", **each)) for each in people]
        slots = [max(task.slot, 1 + count) for task, count in zip(first.values(), read, strict=True)]
        for (field, kind), slot in zip(first, slots, strict=True):
            self.db.ahead("task_of_slot", field_id=field, kind=kind, slot=slot)
        free = [self._free_slot(field, kind, slot, up_to) for (field, kind), slot in zip(first, slots, strict=True)]
        for ((field, _), task), (slot, old) in zip(first.items(), free, strict=True):
            self._open(field, task, slot, old, now)
        if others := [(field, task) for field, task in wished if first[field, task.kind] is not task]:
            self._open_all(others, up_to, now)

    def _free_slot(self, field: int, kind: str, slot: int, up_to: int) -> tuple[int, Row | None]:
        """This slot or the first after it whose task was not answered by what was weighed, and its task."""
        while old := self.db.one("task_of_slot", field_id=field, kind=kind, slot=slot):
            if not old["answered"] or old["answered"] > up_to:
                break
            slot += 1
        return slot, old

    def _open(self, field: int, task: Task, slot: int, old: Row | None, now: datetime) -> None:
        """Open the task of this slot. Asked again it is the same task; one that was answered stays answered."""
        lane = lane_of(task.kind)
        wish = {"kind": task.kind, "slot": slot}
        pool = EXPERT_POOL if task.kind in EXPERT_KINDS else task.pool
        how = {"reason": task.reason, "pool": pool, "priority": task.priority}
        if old is None:
            public = secrets.token_urlsafe(16)  # 128 bits: nobody guesses the task of another
            self.db.run("open_task", public_id=public, field_id=field, lane=lane, **wish, **how, now=now)
            if task.prefill:  # never changed later: what a person saw before reading must be known
                self.db.run("put_task_text", task=public, prefill=task.prefill)
        elif not old["answered"] and (old["closed_at"] is not None or old["withdrawn_at"] is not None):
            self.db.run("reopen_task", task_id=old["id"], **how)
        if task.elsewhere or old is not None:
            self.db.run("mark_task", field_id=field, elsewhere=task.elsewhere, **wish)
        if old is not None or slot > 1:
            self.db.run("count_passed", field_id=field, lane=lane)
