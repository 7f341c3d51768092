"""What an operator sees: every scan with its counts, the state in numbers, and scans that could not be weighed."""

from __future__ import annotations

from datetime import datetime, timedelta

from transcribe.errors import NotFound
from transcribe.model import FieldKey
from transcribe.store.drivers.columns import micros, moment, noun
from transcribe.store.drivers.database import Row
from transcribe.store.facts import AskedFields, Counts, Gauges, OpenBatch, Quarantined, ScanState
from transcribe.store.row_mapping import key_of
from transcribe.store.steering.acts import ActVerbs
from transcribe.store.verbs.ingest import IngestVerbs

FIRST_RETRY_SECONDS = 60.0
"""How soon a scan is tried again that failed by chance. Chosen by hand."""

LAST_RETRY_SECONDS = 3600.0
"""How far apart tries are at most: an operator who mended a form waits no longer. Chosen by hand."""

MAX_TASKS_OF_SCAN_COUNT = 100
"""So many tasks of a scan people are given at most, where the scans that they read last are looked for. Chosen by hand:
of scans with more tasks fewer are found."""


class StatusVerbs(IngestVerbs, ActVerbs):
    """Counts scans, fields, tasks and records, and keeps scans apart that cannot be weighed."""

    def scan_states(self, batch: str | None = None) -> list[ScanState]:
        """Every scan with its counts, latest first."""
        with self.db.snapshot():
            fields = {row["scan_id"]: row for row in self.db.all("scan_fields", batch=batch)}
            return [self._state(row, fields.get(row["id"])) for row in self.db.all("scan_states", batch=batch)]

    def counts(self, batch: str | None = None) -> Counts:
        """The state in numbers."""
        with self.db.snapshot():
            fields = self.db.all("count_fields", batch=batch)
            decided = [row for row in fields if row["state"] == "decided"]
            still_open = [row for row in fields if row["state"] == "open"]
            reasons: dict[str, dict[str, int]] = {}
            for row in self.db.all("count_open", batch=batch):
                reasons.setdefault(row["form"], {})[row["reason"]] = row["count"]
            return Counts(
                scans=_by_form(self.db.all("count_scans", batch=batch)),
                fields=_by_form(fields),
                decided_by_machine=_by_form([row for row in decided if not row["by_people"]]),
                decided_by_people=_by_form([row for row in decided if row["by_people"]]),
                audited_fields=_by_form(self.db.all("count_audited", batch=batch)),
                open_fields=_by_form(still_open),
                reopened_fields=_by_form([row for row in still_open if row["by_people"] is not None]),
                unasked_fields=_by_form([row for row in fields if row["state"] == "unasked"]),
                asked=self._asked(batch),
                open_tasks={form: sum(counts.values()) for form, counts in reasons.items()},
                waiting_reasons=reasons,
                records=_by_form(self.db.all("count_records", batch=batch)),
                provisional_records=_by_form(self.db.all("count_provisional", batch=batch)),
                set_aside=self.db.value("count_set_aside", batch=batch),
                waiting_scans=self.db.value("count_waiting", batch=batch),
                unread_scans=self.db.value("count_unread", batch=batch),
                forgotten_scans=self.db.value("count_forgotten", batch=batch),
            )

    def gauges(self, now: datetime) -> Gauges:
        """The state in a few numbers, for monitoring."""
        with self.db.snapshot():
            tasks, to_read = self.db.all("gauge_tasks", now=now), self.db.all("gauge_to_read", now=now)
            return Gauges(
                to_read={(row["state"],): row["count"] for row in to_read},
                oldest_to_read={(row["state"],): moment(row["oldest"]) for row in to_read},
                unread_scans=self.db.value("count_unread", batch=None),
                set_aside=self.db.value("count_set_aside", batch=None),
                scans={(row["state"],): row["count"] for row in self.db.all("gauge_scans")},
                tasks={(row["state"],): row["count"] for row in tasks},
                oldest_task=min((moment(row["oldest"]) for row in tasks), default=None),
                submits=self.db.value("gauge_submits"),
                ledger={(row["kind"], row["currency"]): row["micro"] for row in self.db.all("gauge_ledger")},
            )

    def check_writable(self) -> None:
        """StoreError where nothing can be written."""
        with self.db.write():
            pass

    def newest_file(self) -> str | None:
        """The archive name of a page of the newest scan that was not forgotten. None where there is none."""
        name = self.db.value("newest_file")
        return None if name is None else str(name)

    def some_files(self, count: int) -> list[str]:
        """The archive names of so many pages of the newest scans, then of the oldest; of none that was forgotten."""
        rows = [*self.db.all("newest_files", count=count), *self.db.all("oldest_files", count=count)]
        return [str(row["file"]) for row in rows]

    def scans_read_last(self, count: int) -> list[str]:
        """The ids of so many scans that people were given last and read: with a form, none of them forgotten."""
        rows = self.db.all("scans_read_last", given=count * MAX_TASKS_OF_SCAN_COUNT, count=count)
        return [str(row["sha256"]) for row in rows]

    def audited_scans(self) -> list[str]:
        """The scans, but for forgotten ones, of which an expert has read a field again that was drawn by lot."""
        return [str(row["sha256"]) for row in self.db.all("audited_scans")]

    def _asked(self, batch: str | None) -> dict[str, dict[str, AskedFields]]:
        asked: dict[str, dict[str, AskedFields]] = {}
        for row in self.db.all("count_asked", batch=batch):
            asked.setdefault(row["form"], {})[row["reason"]] = noun(AskedFields, row)
        return asked

    def open_batches(self) -> list[OpenBatch]:
        """Every form and batch with tasks that wait for people, and whether anybody has read in it yet."""
        return [noun(OpenBatch, row) for row in self.db.all("open_batches")]

    def _state(self, row: Row, fields: Row | None) -> ScanState:
        decided, still_open, unasked = (fields[each] if fields else 0 for each in ("decided", "open", "unasked"))
        return noun(
            ScanState,
            row,
            scan=self.scan_from(row),
            fields=decided + still_open + unasked,
            decided=decided,
            open_fields=still_open,
            unasked_fields=unasked,
            set_aside=bool(row["put_aside"]),
            aside_because=row["aside_because"] or "",
            same_order=bool(row["is_same_order"]),
        )

    def quarantine(
        self,
        scan: str,
        up_to: int,
        error: str,
        message: str,
        now: datetime,
        *,
        program: str = "",
        reading: str = "",
        by_chance: bool = False,
    ) -> None:
        """Set a claimed scan apart that could not be weighed. `reading` is the one to blame, if there is one.

        What failed `by_chance`, or may be mended outside, is tried again by itself, less and less often.
        """
        with self.db.write():
            row = self.scan_row(scan)
            if row["erased_at"] is not None:
                return
            tries = self.db.value("quarantine_tries", scan_id=row["id"]) or 0
            pause = timedelta(seconds=min(LAST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(tries, 16)))
            self.db.run(
                "put_quarantine",
                scan_id=row["id"],
                reading=reading,
                error=error,
                message=message,
                program=program,
                up_to=up_to,
                wakes=row["wakes_claimed"],
                now=now,
                retry_at=micros(now + pause) if by_chance else None,
            )
            self.db.run("release_claim", scan_id=row["id"])
            if not tries:
                self.log(self.actor, "scan quarantined", row["sha256"], {"error": error, "reading": reading}, now)

    def quarantined(self, scan: str | None = None) -> list[Quarantined]:
        """The scans set apart because they could not be weighed, or this one, longest first."""
        number = None if scan is None else self.scan_row(scan)["id"]
        with self.db.snapshot():
            return [
                noun(Quarantined, row, scan=self.scan_from(row), reading=row["reading"] or None)
                for row in self.db.all("quarantined", scan_id=number)
            ]

    def retry_quarantined(self, now: datetime, scan: str | None = None) -> int:
        """Have this scan, or all in quarantine, weighed again. Gives how many."""
        with self.db.write():
            number = None if scan is None else self.scan_row(scan)["id"]
            for row in self.db.all("quarantined", scan_id=number):
                self.db.run("release_claim", scan_id=row["id"])
            count = self.db.changed("retry_quarantined", scan_id=number, now=now)
            if count:
                self.log(self.actor, "weighing tried again", scan or "", {"scans": count}, now)
            return count

    def withdraw_reading(self, reading: str, who: str, reason: str, now: datetime) -> bool:
        """Take a reading out of weighing; it stays, with who withdrew it and why, and so does its pay.

        It is named by its id or a beginning of it that no other has. Whoever read it is told. The scan is weighed
        again. False where it was withdrawn already; NotFound where there is none.
        """
        with self.db.write():
            row = self._reading_row(reading)
            if row["withdrawn"]:
                return False
            self.db.run("put_withdrawal", number=row["number"], by=who, reason=reason, now=now)
            self.vouch("withdrawal", row["number"])
            self.db.run("wake", scan_id=row["scan_id"])
            if row["transcriber_id"] is not None:
                self.tell(row["transcriber_id"], "reading withdrawn", row["field_id"], now)
            of = {"scan": row["scan_id"], "field": row["field_id"]}
            self.act_or_log("reading withdrawn", row["id"], who, reason, now, {"scan": row["sha256"]}, **of)
            return True

    def field_of_reading(self, reading: str) -> tuple[str, FieldKey]:
        """The scan and the field that a reading is of, by its id or a beginning of it."""
        row = self._reading_row(reading)
        return row["sha256"], key_of(row)

    def _reading_row(self, beginning: str) -> Row:
        """The row of a reading by its id, or by a beginning of it that no other has."""
        found = self.db.all("readings_beginning", beginning=beginning) if beginning else []
        if not found:
            raise NotFound(f"There is no reading {beginning!r}. fairhand quarantine list names readings.")
        if len(found) > 1 and found[0]["id"] != beginning:
            raise NotFound(f"{beginning!r} begins the id of several readings. Give more of it.")
        row = self.db.one("reading_to_withdraw", reading=found[0]["id"])
        assert row is not None, "it was just found"
        return row


def _by_form(rows: list[Row]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["form"]] = counts.get(row["form"], 0) + row["count"]
    return counts
