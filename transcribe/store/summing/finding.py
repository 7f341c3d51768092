"""Scans found by what is known of them, newest first: each search begins at an index and looks at a bounded number."""

from __future__ import annotations

import json
from collections.abc import Collection

from transcribe.model import Duplicate, FieldKey
from transcribe.store.drivers.database import Row
from transcribe.store.facts import AskedField, FoundScan, ScanSearch, ScanState, SkippedField
from transcribe.store.row_mapping import key_of, micros, moment, moment_or_none, text
from transcribe.store.steering.duplicates import duplicate_of
from transcribe.store.verbs.status import StatusVerbs

MOST_LOOKED_AT_COUNT = 20_000
"""So many scans are looked at for one answer: below 100 ms. Chosen by hand."""

AFTER_ALL_SCANS = 2**62
"""Above the number of every scan."""

LAST_CHARACTER = "\U0010ffff"
"""Sorts after whatever a name goes on with."""


class FindingVerbs(StatusVerbs):
    """Finds scans."""

    def find_scans(self, search: ScanSearch, limit: int, before: int = AFTER_ALL_SCANS) -> list[FoundScan]:
        """Scans that fit a search, newest first: those whose number is below `before`. Forgotten ones are left out."""
        with self.db.snapshot():
            values = {**self._values(search, before), "limit": limit, "most": MOST_LOOKED_AT_COUNT}
            rows = self._found_rows(search, values)
            asked = self.db.all("open_questions_of", scan_ids=text([row["id"] for row in rows]))
            questions = {each["scan_id"]: each for each in asked}
            return [_found(row, questions.get(row["id"])) for row in rows]

    def scans_for_experts(self, limit: int) -> list[str]:
        """So many scans with an open question for experts, those that came last."""
        return [str(row["sha256"]) for row in self.db.all("scans_for_experts", limit=limit)]

    def _found_rows(self, search: ScanSearch, values: dict[str, object]) -> list[Row]:
        if search.ids is not None:
            return self.db.all("find_scans_among", **values)
        if search.name is not None:
            return self.db.all("find_scans_named", **values)
        if search.reason is not None:
            return self.db.all("find_scans_for_reason", **values)
        if search.batch is not None and search.state is not None:
            return self.db.all("find_scans_of_batch_in_state", **values)
        if search.batch is not None:
            return self.db.all("find_scans_of_batch", **values)
        if search.form is not None and search.state is not None:
            return self.db.all("find_scans_of_form_in_state", **values)
        if search.form is not None:
            return self.db.all("find_scans_of_form", **values)
        if search.state is not None:
            return self.db.all("find_scans_of_state", **values)
        return self.db.all("find_scans", **values)

    def _values(self, search: ScanSearch, before: int) -> dict[str, object]:
        first = 0
        if search.since is not None:
            found = self.db.value("first_scan_since", since=micros(search.since))
            first = AFTER_ALL_SCANS if found is None else int(found)
        if search.until is not None:
            ends = self.db.value("first_scan_since", since=micros(search.until))
            before = before if ends is None else min(before, int(ends))
        return {
            "batch": search.batch,
            "form": search.form,
            "state": search.state,
            "reason": search.reason,
            "name": search.name,
            "name_end": None if search.name is None else search.name + LAST_CHARACTER,
            "ids": None if search.ids is None else text(list(search.ids)),
            "forms": None if search.forms is None else text(sorted(search.forms)),
            "first": first,
            "before": before,
        }

    def scan_state(self, scan: str) -> ScanState:
        """What an operator sees of this scan. NotFound where there is none."""
        with self.db.snapshot():
            row = self.scan_row(scan)
            return self._state(
                self.db.one("state_of_scan", scan_id=row["id"]) or row, self.db.one("fields_of_scan", scan_id=row["id"])
            )

    def photo_advice(self, scan: str) -> tuple[str, ...]:
        """The codes of what was wrong with a scan's photograph when it was read as its form. NotFound: no such scan."""
        return tuple(json.loads(self.db.value("photo_advice", scan_id=self.scan_row(scan)["id"]) or "[]"))

    def open_keys(self, scan: str) -> frozenset[FieldKey]:
        """The fields of a scan that people are asked for."""
        return frozenset(key_of(row) for row in self.db.all("open_fields", scan_id=self.scan_row(scan)["id"]))

    def asked_of_field(self, scan: str, key: FieldKey) -> list[AskedField]:
        """The open questions about a field, in the order in which they were asked. NotFound: no such field."""
        field = self.known_field(self.scan_row(scan), key)
        return [
            AskedField(reason=row["reason"], kind=row["kind"], pool=row["pool"], since=moment(row["opened_at"]))
            for row in self.db.all("asked_of_field", field_id=field)
        ]

    def skips_of_field(self, scan: str, key: FieldKey) -> list[SkippedField]:
        """Who skipped a field since somebody read it last, in order; tests are left out. NotFound: no such field."""
        field = self.known_field(self.scan_row(scan), key)
        return [
            SkippedField(handle=row["handle"], reason=row["reason"], at=moment(row["at"]))
            for row in self.db.all("skips_of_field", field_id=field)
        ]

    def open_duplicates(self, limit: int) -> list[Duplicate]:
        """The pairs of scans that may be the same order and that nobody has settled, latest first."""
        return [duplicate_of(row) for row in self.db.all("open_pairs", limit=limit)]

    def neighbours(self, scan: str, forms: Collection[str] | None = None) -> tuple[str | None, str | None]:
        """The next newer and the next older scan of the same batch, of these forms alone where they are given."""
        row = self.scan_row(scan)
        values = {
            "batch": row["batch"],
            "scan_id": row["id"],
            "forms": None if forms is None else text(sorted(forms)),
        }
        return self.db.value("newer_scan_of_batch", **values), self.db.value("older_scan_of_batch", **values)


def _found(row: Row, questions: Row | None) -> FoundScan:
    return FoundScan(
        number=row["id"],
        scan=row["sha256"],
        name=row["name"],
        batch=row["batch"],
        form=row["form"],
        state=row["state"],
        since=moment(row["since"]),
        received_at=moment(row["received_at"]),
        recorded_at=moment_or_none(row["recorded_at"]),
        for_people=questions["people"] if questions else 0,
        for_experts=questions["experts"] if questions else 0,
    )
