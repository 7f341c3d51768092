"""Scans that are read again, or come again after they were forgotten: old readings stay as history."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from transcribe.model import PagePicture, Place, Reading, ReadResult, Scan, SourceFile
from transcribe.store.drivers.database import Row
from transcribe.store.facts import KnownScan
from transcribe.store.row_mapping import key_of, micros, moment, place_of, reading_of
from transcribe.store.steering.acts import ActVerbs
from transcribe.store.verbs.reconcile import ReconcileVerbs


class ReadAgainVerbs(ReconcileVerbs, ActVerbs):
    """Keeps what machines read of a scan anew, and which pages a scan came in."""

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
            self.db.run("put_rereading", act=act, scan_id=row["id"], retaken=int(retaken), **of_pages)
            self.db.run("withdraw_questions", scan_id=row["id"], now=micros(now))
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
            self.db.run("put_origin", scan_id=number, sha256=scan.id, now=micros(now))
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
                self.db.run("put_origin", scan_id=number, sha256=origin, now=micros(now))

    def replace_pages(self, scan: str, pages: Scan, files: Sequence[SourceFile], now: datetime) -> None:
        """Take other pages for those of a scan. Those that they replace are then among `replaced`."""
        with self.db.write():
            row = self.live_scan(scan)
            self.db.run("keep_replaced_files", scan_id=row["id"])
            self.db.run("erase_pictures", scan_id=row["id"])
            self.db.run("drop_scan_pages", scan_id=row["id"])
            self.keep_pages(row["id"], pages.pages, files, now)
            if pages.id != self.origin(row["sha256"]):
                self.db.run("put_origin", scan_id=row["id"], sha256=pages.id, now=micros(now))

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
