"""Batches: which are there, how urgent, due when, cancelled or not; tasks are offered by that."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from transcribe.errors import NotFound, SettingsError
from transcribe.model import PagePicture, Place, Reading, ReadResult, Scan, SourceFile
from transcribe.store.drivers.columns import micros, moment, moment_or_none, noun
from transcribe.store.drivers.database import Row
from transcribe.store.facts import Batch, BatchWork, KnownAgain, KnownScan
from transcribe.store.row_mapping import key_of, place_of, reading_of
from transcribe.store.steering.acts import ActVerbs
from transcribe.store.verbs.reconcile import ReconcileVerbs

MAX_PRIORITY = 9
"""The most urgent that a batch may be; 0 is what each is by itself. Chosen by hand."""

MAX_LEVEL = 90
"""The highest rank of a batch: appeals, of 100, come before every batch. Chosen by hand."""

PLAIN = (0, math.inf)
"""The urgency of a batch of which nobody said anything."""


class BatchVerbs(ReconcileVerbs, ActVerbs):
    """Steers batches, and keeps what machines read of a scan anew."""

    def batches(self) -> list[Batch]:
        """Every batch, the most urgent first, then the latest."""
        return [_batch_of(row) for row in self.db.all("batches", name=None)]

    def batches_past_due(self, now: datetime) -> list[Batch]:
        """The batches whose due date has passed and that are not cancelled, by name."""
        names = [row["name"] for row in self.db.all("names_past_due", now=now)]
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
                self.db.run("put_other_name", scan_id=row["id"], name=name, now=now)
            if batch not in ("", row["batch"]):
                self.db.run("put_known_again", batch=batch, scan_id=row["id"], now=now)

    def other_names(self, scan: str) -> list[str]:
        """The names under which a scan came again, but for its own, in that order. None of one that was forgotten."""
        return [each["name"] for each in self.db.all("other_names", scan_id=self.scan_row(scan)["id"])]

    def known_again(self, batch: str, limit: int) -> list[KnownAgain]:
        """The scans of other batches that came again in this one, in that order."""
        rows = self.db.all("known_again_of_batch", batch=batch, limit=limit)
        return [noun(KnownAgain, row, scan=row["sha256"]) for row in rows]

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
            self.db.run("put_outbox", kind="withdraw", scan_id=row["id"], record_id=None, now=now)
            self.db.run("scan_is_not_recorded", scan_id=row["id"])
        return len(rows)

    def _publish_again(self, name: str, now: datetime) -> int:
        """Tell programs of the records of a batch that they were not told of, or were told to drop."""
        rows = self.db.all("untold_records_of_batch", name=name)
        for row in rows:
            self.db.run("put_outbox", kind="record", scan_id=row["id"], record_id=row["record_id"], now=now)
            if row["form"] == row["record_form"]:
                self.db.run("scan_is_recorded", scan_id=row["id"], now=now)
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
        self.db.run("change_batch", name=batch.name, note=batch.note, withdrawn=batch.withdrawn, **facts)
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

    def read_again(
        self,
        scan: str,
        form: tuple[str, int],
        reads: ReadResult,
        by: str,
        reason: str,
        now: datetime,
        *,
        retaken: bool = False,
        turned_degrees: int = 0,
        pages_changed: tuple[str, str] = ("", ""),
        unchanged: Mapping[int, Collection[str]] = MappingProxyType({}),
    ) -> None:
        """Keep what machines read of a scan anew, as this form and version. What they read before is history.

        Questions that people were asked are withdrawn; those that are held are kept and paid. What is still wished for
        is asked again when the scan is weighed, and decisions stand until then. What people read stays under the form
        that they read it with, and counts where it is this one. `retaken`: from another picture, so that what
        they could not read before is history too. `turned_degrees`: its pages were turned by so much more with the
        clock. `pages_changed` are hashes of the lists of its pages before and
        after, where it was split or joined: what people read of other pages than it has now is history. `unchanged`
        has the fields that other versions of the form have alike, by version: what people read, what was decided and
        what operators said of them counts for this one. Fields that people read under another version, and nobody
        under this one, are asked once more. NotFound where the scan is forgotten.
        """
        with self.db.write():
            row = self.live_scan(scan)
            drawn = self.pictures(row["sha256"])
            before = {"form_before": row["form"], "version_before": row["form_version"]}
            detail: dict[str, object] = {"form": form[0], "version": form[1], **before}
            if turned_degrees:
                detail |= {"degrees": turned_degrees}
            verb = "scan retaken" if retaken else "scan turned" if turned_degrees else "scan read again"
            act = self.act(verb, row["sha256"], by, reason, now, scan=row["id"], detail=detail)
            before_pages, pages = pages_changed
            of_pages = {"pages_from": before_pages, "pages_to": pages}
            self.db.run("put_rereading", act=act, scan_id=row["id"], retaken=retaken, **of_pages)
            self.db.run("withdraw_questions", scan_id=row["id"], now=now)
            if (row["form"], row["form_version"]) != form:
                self.db.run("scan_becomes", scan_id=row["id"], form=form[0], form_version=form[1])
            self._take_along(self.scan_row(scan), unchanged)
            self.put_reads(row["sha256"], reads, now)
            self._ask_anew(self.scan_row(scan), by, reason, now)
            self._draw_again(row, drawn)
            self.db.run("release_claim", scan_id=row["id"])
            self.db.run("wake", scan_id=row["id"])
            self.db.run("end_quarantine", scan_id=row["id"])

    def _take_along(self, scan: Row, unchanged: Mapping[int, Collection[str]]) -> None:
        """Fields that another version of the form has alike become those of this one, with all that is known of them.

        The latest version comes first. What stands under this version already stays there.
        """
        known = set(self.fields_of(scan))
        for version in sorted(unchanged, reverse=True):
            former = {"scan_id": scan["id"], "form": scan["form"], "form_version": version}
            for field in self.db.all("fields_of_version", **former):
                key = key_of(field)
                if key.name in unchanged[version] and key not in known:
                    known.add(key)
                    self.db.run("move_field", field_id=field["id"], form_version=scan["form_version"])
                    self.db.run("move_tasks_of_field", field_id=field["id"])

    def _ask_anew(self, scan: Row, by: str, reason: str, now: datetime) -> None:
        """Fields that people read under a version that says something else of them are asked once more.

        So what people typed is never replaced by what machines read alone.
        """
        fields, asked = self.fields_of(scan), self.values_asked_again(scan["sha256"])
        for key in map(key_of, self.db.all("left_behind", scan_id=scan["id"])):
            if key in fields and key not in asked:
                self.act(
                    *("value asked again", scan["sha256"], by, reason, now),
                    scan=scan["id"],
                    field=fields[key],
                    detail={"field": str(key)},
                )

    def _draw_again(self, scan: Row, before: Sequence[PagePicture]) -> None:
        """Fields stay where people drew them, where the picture of the page is still of the size that they drew on."""
        same = {each.number for each in before if each.size in {now.size for now in self._pictures_of(scan, each)}}
        for row in self.db.all("drawn_places", scan_id=scan["id"]):
            page = json.loads(row["conditions"]).get("page")
            place = self.db.one("place", field_id=row["field_id"])
            if place is not None and (page or place["page"]) in same:
                x0, y0, x1, y1 = json.loads(row["box"])
                self.db.run("keep_replaced_snippet", field_id=row["field_id"], snippet=None)
                self.db.run("move_place", field_id=row["field_id"], page=page, x0=x0, y0=y0, x1=x1, y1=y1)

    def _pictures_of(self, scan: Row, before: PagePicture) -> list[PagePicture]:
        return [each for each in self.pictures(scan["sha256"]) if each.number == before.number]

    def take_again(self, scan: Scan, files: Sequence[SourceFile], by: str, reason: str, now: datetime) -> Scan:
        """Keep a scan whose pages were forgotten as a new one, with an id of its own. Gives it, or the one that
        already came again."""
        with self.db.write():
            known = self.scan_of_pages(scan.id)
            if known is not None:
                return known
            count = 1 + int(self.db.value("count_origins", sha256=scan.id))
            again = replace(scan, id=hashlib.sha256(f"{scan.id} again {count}".encode()).hexdigest())
            self.put_scan(again, files, now)
            number = self.scan_row(again.id)["id"]
            self.db.run("put_origin", scan_id=number, sha256=scan.id, now=now)
            self.act(
                "forgotten scan taken in again", again.id, by, reason, now, scan=number, detail={"forgotten": scan.id}
            )
            return again

    def add_part(self, scan: str, part: Scan, origin: str, now: datetime) -> None:
        """Keep some pages of a scan as a scan of their own, which came as the pages with the id `origin`."""
        with self.db.write():
            self.live_scan(scan)
            self.put_scan(part, [], now)
            number = self.scan_row(part.id)["id"]
            for page in part.pages:
                self.db.run("put_scan_file", scan_id=number, sha256=page.file)
            if origin != part.id:
                self.db.run("put_origin", scan_id=number, sha256=origin, now=now)

    def replace_pages(self, scan: str, pages: Scan, files: Sequence[SourceFile], now: datetime) -> None:
        """Take other pages for those of a scan. Those that they replace are then among `replaced`."""
        with self.db.write():
            row = self.live_scan(scan)
            self.db.run("keep_replaced_files", scan_id=row["id"])
            self.db.run("erase_pictures", scan_id=row["id"])
            self.db.run("drop_scan_pages", scan_id=row["id"])
            self.keep_pages(row["id"], pages.pages, files, now)
            if pages.id != self.origin(row["sha256"]):
                self.db.run("put_origin", scan_id=row["id"], sha256=pages.id, now=now)

    def origin(self, scan: str) -> str:
        """The id that the pages of a scan had as they came: its own, but for what came again or was retaken."""
        row = self.scan_row(scan)
        return str(self.db.value("origin_of", scan_id=row["id"]) or row["sha256"])

    def scan_of_pages(self, pages: str) -> Scan | None:
        """The scan that these pages are or were in, by the id that they had as they came. None where it is
        forgotten, or there is none."""
        row = self.db.one("scan_of_origin", sha256=pages)
        if row is not None:
            return self.scan_from(row)
        row = self.db.one("scan_row", sha256=pages)
        return None if row is None or row["erased_at"] is not None else self.scan_from(row)

    def known_scan(self, scan: str) -> KnownScan:
        """A scan with since when it is known."""
        row = self.scan_row(scan)
        return KnownScan(scan=self.scan_from(row), since=moment(row["received_at"]))

    def cited(self, scan: str, form: str, version: int) -> tuple[list[Reading], list[Place]]:
        """Every reading of a scan under a form, history too, and its places there: what its records cite."""
        row = self.scan_row(scan)
        of_form = {"scan_id": row["id"], "form": form, "form_version": version}
        readings = [reading_of(each) for each in self.db.all("cited_readings", **of_form)]
        return readings, [
            place_of(each, row["sha256"], key_of(each)) for each in self.db.all("places_of_form", **of_form)
        ]


def _urgency(row: Row) -> tuple[int, float]:
    """What is more urgent sorts first: the higher priority, then what is due sooner."""
    return -row["priority"], math.inf if row["due_at"] is None else float(row["due_at"])


def _batch_of(row: Row) -> Batch:
    return noun(Batch, row, due=moment_or_none(row["due_at"]))
