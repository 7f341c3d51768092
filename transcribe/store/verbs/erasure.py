"""Forgetting a scan: its words and pictures go, the facts about the work stay."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime

from transcribe.errors import NotFound, WrongKey
from transcribe.store.drivers.columns import micros, moment, moment_or_none
from transcribe.store.drivers.database import Row
from transcribe.store.drivers.durable_files import ErasureList
from transcribe.store.drivers.sqlite import log_readers
from transcribe.store.drivers.state_file import remove_upgrade_copies
from transcribe.store.steering.acts import ActVerbs


class ErasureVerbs(ActVerbs):
    """Erases scans, once and for good: what was erased stays so in an older state that is put back.

    `erasures` is the list beside the database, which is written before anything is erased here.
    """

    erasures: ErasureList
    machine: str

    def forget(self, scan: str, now: datetime, by: str = "", why: str = "") -> list[str]:
        """Erase the personal text and the pictures of a scan. Gives the archive names (SHA-256) to erase.

        Counts, pay and keyed hashes stay. The outbox tells the record database. A scan once forgotten stays so when it
        is ingested again, and in an older state that is put back. Forgetting it again gives the same names, for an
        erasure of files that was cut short. It is unfinished until `end_erasures`. `why` stays in the log.
        """
        with self.db.write():
            row = self.scan_row(scan)
            names = self._archive_names(row)
            if row["erased_at"] is not None:
                self.db.run("put_unfinished_erasure", scan_id=row["id"], now=now)
                return names
            self._list_erasures({self._keyed(row["sha256"]): micros(now)})
            self._erase(row, now)
            files = {"files": len(names)}
            if why:
                self.act("scan forgotten", row["sha256"], by or self.actor, why, now, detail=files)
            else:
                self.log(self.actor, "scan forgotten", row["sha256"], files, now)
        remove_upgrade_copies(self.db.path)
        self.db.checkpoint()
        return names

    def forgotten(self, sha256: str) -> bool:
        """Whether a scan, or every scan of a file, was forgotten. Such a file must not be kept again."""
        if self.db.value("is_forgotten", sha256=sha256) is not None:
            return True
        return self.db.value("erased_at", keyed=self._keyed(sha256)) is not None

    def erased_names(self, scan: str) -> list[str]:
        """The archive names to erase of a forgotten scan. Empty where it is not forgotten."""
        row = self.scan_row(scan)
        return [] if row["erased_at"] is None else self._archive_names(row)

    def unfinished_erasures(self, *, here: bool = False) -> list[str]:
        """Forgotten scans of which pictures, rows of a record database or pages of a log may still be there.

        `here`: those alone that this machine has not yet ended; others may have to do so still.
        """
        if here:
            return [row["sha256"] for row in self.db.all("unfinished_erasures_of", machine=self.machine)]
        return [row["sha256"] for row in self.db.all("unfinished_erasures")]

    def end_erasures(self, scans: list[str]) -> None:
        """Say that nothing of these forgotten scans is left on this machine, nor in what all machines share.

        They have ended when every machine with a record database has said so.
        """
        with self.db.write():
            for scan in scans:
                self.db.run("put_erased_in_copy", sha256=scan, machine=self.machine)
            self.db.run("end_erased_everywhere", alone=not self.machine)

    def names_file(self, sha256: str) -> bool:
        """Whether any scan, as its page, what lies beside it, or a picture of it, names this file of the archive."""
        return bool(self.db.value("names_file", sha256=sha256))

    def empty_log(self, seconds: float = 0.0) -> bool:
        """Leave nothing of what was erased in the log of the database. It waits so long for readers.

        False where somebody who reads kept it from that.
        """
        if self.log_has_words() or self.unfinished_erasures():
            remove_upgrade_copies(self.db.path)
        done = self.db.checkpoint(seconds)
        if done and self.log_has_words():
            with self.db.write():
                self.db.run("forget_words_in_log")
        return done

    def note_words_in_log(self, now: datetime) -> None:
        """Remember, until the log is emptied, that words which were erased may stand in it."""
        self.db.run("note_words_in_log", now=now)

    def log_has_words(self) -> bool:
        """Whether erased words may stand in the database's log still, as a reader kept it from being emptied."""
        return self.db.value("words_in_log") is not None

    def log_readers(self) -> list[str]:
        """The programs that are in the middle of reading the database, as far as the system says."""
        return log_readers(self.db.path)

    def keep_erased(self, scans: Mapping[str, datetime]) -> None:
        """Have these scans forgotten, by id with the time. Those that are not known here are refused when they come."""
        unknown = {scan: at for scan, at in scans.items() if not self.forgotten(scan)}
        with self.db.write():
            for scan, at in unknown.items():
                try:
                    self.forget(scan, at)
                except NotFound:
                    self._list_erasures({self._keyed(scan): micros(at)})

    def replay_erasures(self) -> None:
        """Erase again what the list beside the database says was erased, where this state does not know of it."""
        if self.erasures.size == self.db.value("erasures_size"):
            return
        with self.db.write():
            listed, scans = self.erasures.read(), self.db.all("every_scan")
            known = {row["keyed"]: row["at"] for row in self.db.all("erasures")}
            known |= {self._keyed(row["sha256"]): row["erased_at"] for row in scans if row["erased_at"] is not None}
            for row in scans:
                at = listed.get(self._keyed(row["sha256"])) if row["erased_at"] is None else None
                if at is not None:
                    self._erase(self.scan_row(row["sha256"]), moment(at))
                    self.log(self.actor, "scan forgotten", row["sha256"], {"again": True}, moment(at))
            for keyed, at in (known | listed).items():
                self.db.run("put_erasure", keyed=keyed, at=at)
            self._list_erasures({keyed: at for keyed, at in known.items() if keyed not in listed})

    def require_own_key(self, advice: str) -> None:
        """WrongKey where the key is not that with which this state was made; `advice` is what to do then."""
        mark, own = self.db.value("key_mark"), self.keyed_hash("the key of this state")
        if mark and not hmac.compare_digest(mark, own):
            raise WrongKey(
                f"{self.db.path.with_suffix('.key')} is the key of another {self.db.path.name}. {advice}; nothing was "
                "changed."
            )
        if not mark:
            with self.db.write():
                self.db.run("set_key_mark", mark=own)

    def own_anew(self, now: datetime) -> None:
        """Be the state of another key from now on; the scans forgotten here are listed under it too."""
        with self.db.write():
            self.db.run("set_key_mark", mark=self.keyed_hash("the key of this state"))
            self.db.run("set_erasures_size", size=-1)
            self.log(self.actor, "key replaced", "", {}, now)
        self.replay_erasures()

    def _keyed(self, scan: str) -> str:
        return self.keyed_hash("erased", scan)

    def _list_erasures(self, erasures: Mapping[str, int]) -> None:
        """Have these on the list beside the database, and here; the list comes first, whatever becomes of this."""
        size = self.erasures.add(erasures)
        for keyed, at in erasures.items():
            self.db.run("put_erasure", keyed=keyed, at=at)
        self.db.run("set_erasures_size", size=size)

    def _erase(self, row: Row, now: datetime) -> None:
        number = row["id"]
        self.db.run("scan_is_erased", scan_id=number, now=now)
        for each in ERASURE_STATEMENTS:
            self.db.run(each, scan_id=number)
        self.tell_pairs(number, now)
        self.db.run("end_tasks_of_erased", scan_id=number, now=now)
        self.db.run("put_outbox", kind="erase", scan_id=number, record_id=None, now=now)
        self.db.run("put_unfinished_erasure", scan_id=number, now=now)

    def past_retention(self, now: datetime) -> list[str]:
        """Scans kept longer than their form allows, oldest first. They are to be forgotten."""
        return [row["sha256"] for row in self.db.all("past_retention", now=now)]

    def kept_until(self, scan: str) -> datetime | None:
        """When a scan was kept as long as the version of its form says that it has. None where that says nothing."""
        return moment_or_none(self.db.value("kept_until", scan_id=self.scan_row(scan)["id"]))

    def has_retention(self) -> bool:
        """Whether any form that scans came with says how long they are kept."""
        return bool(self.db.value("has_retention"))

    def _archive_names(self, row: Row) -> list[str]:
        """Files, snippets and pictures that no other scan needs.

        Names are hashes. Those found at the erasure are kept, so that a second call can finish the first one's work.
        """
        return [each["sha256"] for each in self.db.all("archive_names", scan_id=row["id"])]


ERASURE_STATEMENTS = (
    "end_to_read",
    "keep_erased_names",
    "erase_reading_texts",
    "erase_task_texts",
    "erase_decision_texts",
    "erase_record_texts",
    "erase_truth_texts",
    "erase_appeal_texts",
    "erase_question_texts",
    "erase_guide_texts",
    "erase_dispute_texts",
    "erase_act_texts",
    "drop_page_prints",
    "drop_print_bands",
    "drop_identity",
    "drop_identity_parts",
    "wake_partners",
    "erase_snippets",
    "erase_pictures",
    "end_set_aside_of_scan",
    "end_quarantine",
    "end_deliveries_of_scan",
    "erase_scan_name",
    "erase_other_names",
    "erase_file_names",
)
"""The statements of an erasure, in order."""
