"""Forgetting a scan: its words and pictures go, the facts about the work stay."""

from __future__ import annotations

from datetime import datetime

from transcribe.store.drivers.database import Row
from transcribe.store.lookup import Lookup
from transcribe.store.row_mapping import micros


class ErasureVerbs(Lookup):
    """Erases scans, once and for good."""

    def forget(self, scan: str, now: datetime) -> list[str]:
        with self.db.write():
            row = self.scan_row(scan)
            names = self._archive_names(row)
            if row["erased_at"] is not None:
                return names
            number = row["id"]
            self.db.run("scan_is_erased", scan_id=number, now=micros(now))
            for each in ERASURE_STATEMENTS:
                self.db.run(each, scan_id=number)
            self.db.run("end_tasks_of_erased", scan_id=number, now=micros(now))
            self.db.run("put_outbox", kind="erase", scan_id=number, record_id=None, now=micros(now))
            self.log("store", "scan forgotten", row["sha256"], {"files": len(names)}, now)
        self.db.checkpoint()
        return names

    def forgotten(self, sha256: str) -> bool:
        return self.db.value("is_forgotten", sha256=sha256) is not None

    def past_retention(self, now: datetime) -> list[str]:
        return [row["sha256"] for row in self.db.all("past_retention", now=micros(now))]

    def _archive_names(self, row: Row) -> list[str]:
        """Files, snippets and pictures that no other scan needs.

        Names are hashes. Those found at the erasure are kept, so that a second call can finish the first one's work.
        """
        return [each["sha256"] for each in self.db.all("archive_names", scan_id=row["id"])]


ERASURE_STATEMENTS = (
    "keep_erased_names",
    "erase_reading_texts",
    "erase_task_texts",
    "erase_decision_texts",
    "erase_record_texts",
    "erase_truth_texts",
    "erase_appeal_texts",
    "erase_question_texts",
    "erase_dispute_texts",
    "erase_snippets",
    "erase_pictures",
    "end_set_aside_of_scan",
    "erase_scan_name",
    "erase_file_names",
)
"""The statements of an erasure, in order."""
