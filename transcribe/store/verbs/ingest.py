"""What the ingest flow keeps: forms, scans, what machines read, and files that could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from transcribe.errors import FormError
from transcribe.i18n import kept
from transcribe.model import Field, Form, Place, Reading, ReadResult, Scan, ScanPage, SourceFile
from transcribe.store.drivers.columns import attributes, moment, text
from transcribe.store.drivers.database import Row
from transcribe.store.facts import SetAside
from transcribe.store.lookup import Lookup
from transcribe.store.row_mapping import VALUE_LANE, frame_text, scan_of
from transcribe.store.steering.acts import set_aside_of


class IngestVerbs(Lookup):
    """Keeps forms and scans, and what machines read of them."""

    def put_form(self, form: Form, definition: str, now: datetime) -> None:
        """Keep a form. FormError where this name and version are kept with another digest."""
        with self.db.write():
            known = self.db.value("form_digest", name=form.name, version=form.version)
            if known == form.digest:
                return
            if known is not None:
                raise FormError(
                    f"The form {form.name} version {form.version} was read with another definition before. "
                    f"Raise its `version` to {form.version + 1}."
                )
            self.db.run(
                "put_form",
                name=form.name,
                version=form.version,
                digest=form.digest,
                definition=definition,
                options=form.options,
                retention_days=form.retention_days,
                now=now,
            )
            fields = [self._put_form_field(form, field) for field in form.all_fields()]
            self.vouch("form", fields[0])

    def _put_form_field(self, form: Form, field: Field) -> int:
        return self.db.insert(
            "put_form_field",
            form=form.name,
            version=form.version,
            name=field.name,
            type=field.type,
            languages=field.languages,
            regions=field.regions,
            qualification=field.type if form.options.get("qualification") else "",
            apart=field.apart,
        )

    def forms(self) -> list[tuple[str, int, str]]:
        """(name, version, digest) of every form kept."""
        return [(row["name"], row["version"], row["digest"]) for row in self.db.all("forms")]

    def form_times(self) -> list[tuple[str, int, datetime]]:
        """(name, version, when the first scan of it came) of every form kept."""
        return [(row["name"], row["version"], moment(row["at"])) for row in self.db.all("form_times")]

    def put_scan(self, scan: Scan, files: Sequence[SourceFile], now: datetime) -> bool:
        """Keep a scan. False where it was there already; nothing is changed then."""
        with self.db.write():
            erased_at = self.db.value("erased_at", keyed=self.keyed_hash("erased", scan.id))
            if erased_at is not None:  # also where an older state was put back, which never had it
                self.db.run("put_erased_scan", sha256=scan.id, at=erased_at)
                return False
            for file in files:
                self._put_file(file, now)
                self.db.run("end_set_aside", file=file.sha256)
            new = self.db.changed(
                "put_scan",
                sha256=scan.id,
                form=scan.form,
                form_version=scan.form_version,
                name=scan.name,
                batch=scan.batch,
                now=now,
            )
            if not new:
                return False
            self.db.run("end_set_aside", file=scan.id)  # a page of a file, set aside when it came before
            self.keep_pages(self.scan_row(scan.id)["id"], scan.pages, files, now)
        return True

    def keep_pages(self, scan: int, pages: Sequence[ScanPage], files: Sequence[SourceFile], now: datetime) -> None:
        """Keep the pages of the scan with this number, and the files that they came in."""
        for file in files:
            self._put_file(file, now)
            self.db.run("put_scan_file", scan_id=scan, sha256=file.sha256)
        for number, page in enumerate(pages, start=1):
            of_page = {"file": page.file, "page": page.page, "turn": page.turn, "hocr": page.hocr}
            self.db.run("put_scan_page", scan_id=scan, number=number, **of_page)

    def scan(self, scan: str) -> Scan:
        """The scan of this id, or of this unique beginning of an id. NotFound where there is none."""
        row = self.scan_row(scan)
        return self.scan_from(row)

    def scan_from(self, row: Row) -> Scan:
        """The scan of a row, with its pages."""
        return scan_of(row, self.db.all("scan_pages", scan_id=row["id"]))

    def kept_names(self, scan: str) -> list[str]:
        """The archive names of what a scan consists of and shows. Empty where it was forgotten."""
        row = self.scan_row(scan)
        if row["erased_at"] is not None:
            return []
        return [each["name"] for each in self.db.all("kept_names", scan_id=row["id"])]

    def put_reads(self, scan: str, reads: ReadResult, now: datetime) -> None:
        """Keep the places, pictures and machine readings of one scan, all at once. Again is no change."""
        with self.db.write():
            row = self.scan_row(scan)
            if row["erased_at"] is not None:
                return
            self.db.run(
                "put_reads",
                scan_id=row["id"],
                form=row["form"],
                form_version=row["form_version"],
                fit=reads.fit,
                quality=reads.quality,
                advice=reads.advice,
                now=now,
            )
            for engine, seconds in reads.seconds.items():
                spent = round(seconds * 1000)
                self.db.run("put_engine_time", scan_id=row["id"], engine=engine, milliseconds=spent, now=now)
            for picture in reads.pictures:
                width, height = picture.size
                name = {"scan_id": row["id"], "number": picture.number, "sha256": picture.sha256}
                self.db.run("keep_replaced_picture", **name)
                self.db.run(
                    "put_picture",
                    **name,
                    width=width,
                    height=height,
                )
            for number, turn in enumerate(reads.turns, start=1):
                self.db.run("turn_scan_page", scan_id=row["id"], number=number, turn=turn)
            self._write_places(row, reads.places)
            self._put_machine_readings(row, reads.readings)
            self.db.run("end_set_aside_of_scan", scan_id=row["id"])
            self.db.run("end_to_read", scan_id=row["id"])

    def latest_fits(self, limit: int) -> list[tuple[str, float]]:
        """How well scans lie on their forms, (form, fit), the latest read first; forgotten ones left out."""
        return [(row["form"], row["fit"]) for row in self.db.all("latest_fits", limit=limit)]

    def put_places(self, scan: str, places: Sequence[Place], now: datetime, readings: Sequence[Reading] = ()) -> None:
        """Keep new places of fields, and what machines read there. A person drew a box, or told the rows of a table.
        The scan is weighed again."""
        with self.db.write():
            row = self.scan_row(scan)
            if row["erased_at"] is None:
                self._write_places(row, places)
                self._put_machine_readings(row, readings)
                self.db.run("wake", scan_id=row["id"])

    def has_reads(self, scan: str) -> bool:
        """Whether machines have read this scan with its present form. Also True for a scan that was forgotten: it is
        never read."""
        row = self.scan_row(scan)
        if row["erased_at"] is not None:
            return True
        form = {"form": row["form"], "form_version": row["form_version"]}
        return self.db.value("has_reads", scan_id=row["id"], **form) is not None

    def set_form(self, scan: str, form: str, version: int, now: datetime, turn: int = 0) -> None:
        """Say which form a scan is, as an identify task found out.

        `turn` is how far its pages must be turned with the clock to stand upright: 0, 90, 180 or 270 degrees. What was
        read with another form stays, unused.
        """
        with self.db.write():
            row = self.scan_row(scan)
            self.db.run("turn_scan_pages", scan_id=row["id"], turn=turn)
            if (row["form"], row["form_version"]) == (form, version):
                return
            self.db.run("set_scan_form", scan_id=row["id"], form=form, form_version=version)
            self.db.run("end_set_aside_of_scan", scan_id=row["id"])
            self.db.run("close_tasks_of_other_forms", scan_id=row["id"], now=now)

    def mask_pages(self, scan: str, copies: Sequence[SourceFile], now: datetime) -> None:
        """Take masked copies, one a page, for the pages of a scan. The files that they replace are then among
        `replaced`."""
        with self.db.write():
            row = self.scan_row(scan)
            if row["erased_at"] is not None:
                return
            self.db.run("keep_replaced_files", scan_id=row["id"])
            self.db.run("erase_pictures", scan_id=row["id"])
            for number, copy in enumerate(copies, start=1):
                self._put_file(copy, now)
                self.db.run("put_scan_file", scan_id=row["id"], sha256=copy.sha256)
                self.db.run("mask_scan_page", scan_id=row["id"], number=number, file=copy.sha256)

    def replaced(self, scan: str) -> list[str]:
        """Archive names of what was kept of a scan and is shown no more: files before masking, pictures made anew."""
        return [each["sha256"] for each in self.db.all("replaced_names", scan_id=self.scan_row(scan)["id"])]

    def set_aside(self, file: SourceFile, error: str, message: str, batch: str, now: datetime, place: str = "") -> None:
        """Keep that a file could not be read, and why. Again replaces the reason, and what lay at its place before."""
        with self.db.write():
            self._keep_aside(file, error, message, batch, now, place)

    def set_scan_aside(self, scan: str, error: str, message: str, batch: str, now: datetime) -> None:
        """The scan's own id and name are set aside, not its file's: the file may hold other scans."""
        with self.db.write():
            row = self.scan_row(scan)
            if row["erased_at"] is None:
                file = SourceFile(sha256=row["sha256"], name=row["name"], size=0, media_type="")
                self._keep_aside(file, error, message, batch, now, scan=row["id"])
                self.db.run("end_to_read", scan_id=row["id"])

    def _keep_aside(
        self, file: SourceFile, error: str, message: str, batch: str, now: datetime, place: str = "", scan: int = 0
    ) -> None:
        known = self.db.value("is_set_aside_for", file=file.sha256, error=error) is not None
        self._put_file(file, now)
        if scan:
            self.db.run("put_scan_file", scan_id=scan, sha256=file.sha256)
        else:
            self.db.run("end_set_aside_at", place=place)
        about = {"file": file.sha256, "error": error, "message": kept(message), "batch": batch, "place": place}
        self.db.run("set_aside", now=now, **about)
        if not known:
            of = {"scan": scan} if scan else {"file": file.sha256}
            self.tell_programs("aside", now, batch=batch, note=error, **of)

    def scans_of_file(self, sha256: str) -> list[Scan]:
        """The scans that have a page in this file as it came in, forgotten ones left out."""
        return [self.scan_from(row) for row in self.db.all("scans_of_file", sha256=sha256)]

    def end_set_aside_at(self, place: str) -> None:
        """End what is set aside at this place: the file there was replaced by one that can be read."""
        with self.db.write():
            self.db.run("end_set_aside_at", place=place)

    def list_set_aside(self) -> list[SetAside]:
        """Every file set aside, latest first."""
        return [set_aside_of(row) for row in self.db.all("list_set_aside")]

    def read_up_to(self, scan: Row) -> int:
        """The number up to which what machines read of a scan is history; 0 where it was read but once."""
        return int(self.db.value("read_up_to", scan_id=scan["id"]))

    def _put_file(self, file: SourceFile, now: datetime) -> None:
        self.db.run("put_file", **attributes(file), now=now)

    def _write_places(self, scan: Row, places: Sequence[Place]) -> None:
        fields = self.fields_of(scan)
        for place in places:
            field = fields[place.key]
            self.db.run("keep_replaced_snippet", field_id=field, snippet=place.snippet)
            self.db.run(
                "put_place",
                field_id=field,
                page=place.page,
                **dict(zip(("x0", "y0", "x1", "y1"), place.box, strict=True)),
                snippet=place.snippet,
                confidence=place.confidence,
                frame=frame_text(place.frame),
            )

    def _put_machine_readings(self, scan: Row, readings: Sequence[Reading]) -> None:
        fields = self.fields_of(scan)
        history = self.read_up_to(scan)
        kept = (self._put_machine_reading(fields[reading.key], reading, history) for reading in readings)
        latest = max(kept, default=0)
        self.db.run("scan_has_new", scan_id=scan["id"], number=latest)

    def _put_machine_reading(self, field: int, reading: Reading, history: int) -> int:
        """Keep a machine reading. Gives its number, 0 where it was there already.

        The same words of the same source about the same place are one reading, whatever id they came with; but what is
        `history`, up to that number, is none that a scan read again has.
        """
        words = text([reading.text, list(reading.alternatives), list(reading.box or ()), reading.confidence])
        round_of = (str(history),) if history else ()
        idem = self.keyed_hash("machine", str(field), reading.source, words, *round_of)
        return self.keep_reading(
            {
                "text": reading.text,
                "alternatives": text([list(each) for each in reading.alternatives]),
                "shown": reading.shown,
                "legible": reading.legible,
                "reason": reading.reason,
            },
            id=idem[:32] if history else reading.id or idem[:32],
            idem=idem,
            field_id=field,
            lane=VALUE_LANE,
            source=reading.source,
            kind=reading.kind,
            confidence=reading.confidence,
            seconds=reading.seconds,
            flags=reading.flags,
            conditions=reading.conditions,
            box=reading.box,
            now=reading.at,
        )
