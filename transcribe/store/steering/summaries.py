"""Summaries looked at: counts of scans, what waits and since when, the course of a batch, work that was done."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

from transcribe.errors import NotFound
from transcribe.model import Duplicate, FieldKey
from transcribe.store.drivers.columns import micros, moment, moment_or_none, noun, text
from transcribe.store.drivers.database import Row
from transcribe.store.facts import (
    AskedField,
    AtWork,
    Batch,
    CourseStep,
    FoundScan,
    ScanCount,
    ScanSearch,
    ScanState,
    SetAside,
    SkippedField,
    WaitingSince,
    WorkDone,
)
from transcribe.store.row_mapping import key_of
from transcribe.store.steering.acts import set_aside_of
from transcribe.store.steering.duplicates import duplicate_of
from transcribe.store.steering.status import StatusVerbs

LAST_CHARACTER = "\U0010ffff"
"""Sorts after whatever a kind of work goes on with."""

MOST_CHANGED_COUNT = 10_000
"""Scans that are not summed up yet are counted up to here. Chosen by hand."""

QUARTER_MICROS = 15 * 60 * 1_000_000
"""Work is added up by quarters of an hour, as the forecast counts readings."""

SCANS_TOGETHER_COUNT = 20
"""So many scans are summed up in one transaction: ten milliseconds for which others wait. Chosen by hand."""

ROWS_TOGETHER_COUNT = 5_000
"""So many rows of each kind are added up in one transaction: some ten milliseconds. Chosen by hand."""

WORK_KINDS = ("scan", "reading", "decision", "record", "ledger", "engine")
"""The kinds of facts that are added up, each by its own numbers."""

MOST_LOOKED_AT_COUNT = 20_000
"""So many scans are looked at for one answer: below 100 ms. Chosen by hand."""

AFTER_ALL_SCANS = 2**62
"""Above the number of every scan."""


class SummaryVerbs(StatusVerbs):
    """Sums scans and work up, gives the sums, and finds scans."""

    def not_summed_up(self) -> int:
        """How many scans have changed since they were summed up, counted up to ten thousand."""
        return int(self.db.value("count_changed", most=MOST_CHANGED_COUNT))

    def scan_counts(self, batch: str | None = None) -> list[ScanCount]:
        """What is found how often among the scans of each form and batch, or of this batch."""
        rows = self.db.all("scan_counts") if batch is None else self.db.all("scan_counts_of_batch", batch=batch)
        return [noun(ScanCount, row) for row in rows]

    def scan_counts_in_all(self) -> list[ScanCount]:
        """What is found how often among the scans of each form, of all batches together: `batch` is empty."""
        return [noun(ScanCount, row) for row in self.db.all("scan_counts_in_all")]

    def scan_counts_of_cancelled(self) -> list[ScanCount]:
        """The same of the scans in cancelled batches alone: no machine and nobody goes on with them."""
        return [noun(ScanCount, row) for row in self.db.all("scan_counts_of_cancelled")]

    def waiting_since(self, published: int) -> WaitingSince:
        """Since when the oldest of what waits does. `published`: the position of the record database."""
        with self.db.snapshot():
            unpublished = self.db.one("outbox_after", number=published)
            return WaitingSince(
                machines=moment_or_none(self.db.value("oldest_in_state", state="not weighed")),
                people=moment_or_none(self.db.value("oldest_for_people")),
                experts=moment_or_none(self.db.value("oldest_for_experts")),
                appeals=moment_or_none(self.db.value("oldest_appeal")),
                appeal_count=int(self.db.value("count_appeals")),
                publishing=moment_or_none(unpublished["oldest"] if unpublished else None),
                publishing_count=int(unpublished["count"] if unpublished else 0),
            )

    def batch_names(self, limit: int) -> list[str]:
        """The names of batches in the order of `summed_batches`, so many at most."""
        return [str(row["name"]) for row in self.db.all("batch_facts")[:limit]]

    def summed_batches(self, first: int = 0, limit: int | None = None) -> list[Batch]:
        """Batches from the `first` on as they were summed up last, the most urgent first, then the latest."""
        with self.db.snapshot():
            rows = self.db.all("batch_facts")[first : None if limit is None else first + limit]
            return [_batch(row, self._counts_of_batch(row["name"])) for row in rows]

    def summed_batch(self, name: str) -> Batch:
        """The batch of this name as it was summed up last. NotFound where there is none."""
        with self.db.snapshot():
            row = self.db.one("facts_of_batch", name=name)
            if row is None:
                raise NotFound(f"There is no batch {name!r}. fairhand batch list shows them.")
            return _batch(row, self._counts_of_batch(name))

    def _counts_of_batch(self, name: str) -> Counter[str]:
        counts: Counter[str] = Counter()
        for each in self.scan_counts(name):
            counts[each.what] += each.count
        return counts

    def set_aside_of_batch(self, batch: str, limit: int) -> list[SetAside]:
        """Files of a batch that were set aside, latest first."""
        return [set_aside_of(row) for row in self.db.all("set_aside_of_batch", batch=batch, limit=limit)]

    def batch_course_begin(self, batch: str) -> datetime | None:
        """The first quarter of an hour in which a state of the batch's scans was noted. None before it."""
        return moment_or_none(self.db.value("batch_course_begin", batch=batch))

    def batch_course(self, batch: str, times: Collection[datetime], states: Collection[str]) -> list[CourseStep]:
        """How many scans of a batch were in each of these states just before each of these times, in their order.

        A state that was not noted yet has no step.
        """
        asked = {"times": text([micros(each) for each in sorted(times)]), "states": text(sorted(states))}
        return [
            noun(CourseStep, row)
            for row in self.db.all("batch_course", batch=batch, **asked)
            if row["count"] is not None
        ]

    def work_done(self, since: datetime, kinds: Collection[str]) -> list[WorkDone]:
        """Work of these kinds that was done since a time, by quarters of an hour and form; of all batches together."""
        return [noun(WorkDone, row) for row in self.db.all("work_since", since=since, kinds=sorted(kinds))]

    def work_kinds(self, prefix: str) -> list[str]:
        """Every kind of work that was done here and begins so, such as "pay " and each currency."""
        rows = self.db.all("work_kinds", first=prefix, last=prefix + LAST_CHARACTER)
        return [str(row["what"]) for row in rows]

    def work_by_form(self, since: datetime, kinds: Collection[str]) -> list[WorkDone]:
        """Work of these kinds since a time, added up by form and kind; its `at` says nothing."""
        return [noun(WorkDone, row) for row in self.db.all("work_by_form", since=since, kinds=sorted(kinds))]

    def work_of_batches(self, batches: Collection[str]) -> list[WorkDone]:
        """All work on these batches, added up by batch, form and kind; its `at` says nothing."""
        return [noun(WorkDone, row) for row in self.db.all("work_of_batches", batches=sorted(batches))]

    def work_on_batch(self, batch: str, since: datetime) -> list[WorkDone]:
        """What was done on a batch since a time, by quarters of an hour and form, in order."""
        return [noun(WorkDone, row) for row in self.db.all("work_on_batch", batch=batch, since=since)]

    def people_at_work(self, now: datetime) -> list[AtWork]:
        """The people who hold questions now, by handle."""
        return [noun(AtWork, row, person=row["public_id"]) for row in self.db.all("people_at_work", now=now)]

    def forms_of_person(self, who: str) -> frozenset[str]:
        """The forms that an operator or auditor is limited to. Empty: they see all."""
        person = self.person_row(who)["id"]
        return frozenset(row["form"] for row in self.db.all("forms_of_person", person=person))

    def set_forms_of_person(self, who: str, forms: Collection[str], now: datetime, by: str) -> None:
        """Limit an operator or auditor to these forms; none: they see all."""
        with self.db.write():
            row = self.person_row(who)
            self.db.run("drop_forms_of_person", person=row["id"])
            for form in forms:
                self.db.run("put_form_of_person", person=row["id"], form=form)
            self.log(by, "forms limited", row["public_id"], {"forms": sorted(forms)}, now)

    def sum_up(self, now: datetime) -> bool:
        """Bring the summaries up to date by some scans and rows. Gives whether more is to be done."""
        with self.db.write():
            changed = self.db.all("changed_scans", limit=SCANS_TOGETHER_COUNT)
            touched = set().union(*(self._sum_up_scan(row, now) for row in changed))
            for batch, form in sorted({(batch, form) for batch, form, _ in touched}):
                self.db.run("drop_empty_counts", batch=batch, form=form)
            for batch, state in sorted({(batch, what) for batch, _, what in touched if what.startswith("state ")}):
                self._note_course(batch, state, now)
        more = [self._add_work(kind) for kind in WORK_KINDS]
        return len(changed) == SCANS_TOGETHER_COUNT or any(more)

    def _sum_up_scan(self, row: Row, now: datetime) -> set[tuple[str, str, str]]:
        """Sum one scan up again. Gives the counts that changed, as batch, form and what is counted."""
        scan, before = row["id"], self.db.one("scan_summary", scan_id=row["id"])
        fields = self.db.one("fields_of_scan", scan_id=scan)
        state = self._state(self.db.one("state_of_scan", scan_id=scan) or row, _numbers(fields))
        questions = self.db.all("questions_of_scan", scan_id=scan)
        counted = _counted(state, _numbers(fields)["by_people"], questions)
        is_same = before is not None and before["state"] == state.word
        since = before["since"] if before is not None and is_same else None
        if since is None:
            since = row["received_at"] if state.word == "not weighed" else micros(now)
        self.db.run(
            "put_scan_summary",
            scan_id=scan,
            batch=row["batch"],
            form=row["form"],
            state=state.word,
            since=since,
            people_at=_oldest(questions, "read"),
            experts_at=_oldest(questions, "expert"),
            counted=counted,
        )
        self.db.run("drop_scan_reasons", scan_id=scan)
        for reason in {each["reason"] for each in questions}:
            self.db.run("put_scan_reason", reason=reason, scan_id=scan)
        self.db.run("end_changed", scan_id=scan)
        changes = Counter({(row["batch"], row["form"], what): count for what, count in counted.items()})
        if before is not None:
            old = json.loads(before["counted"])
            changes.subtract({(before["batch"], before["form"], what): count for what, count in old.items()})
        for (batch, form, what), count in changes.items():
            if count:
                self.db.run("add_scan_count", batch=batch, form=form, what=what, count=count)
        return {which for which, count in changes.items() if count}

    def _note_course(self, batch: str, what: str, now: datetime) -> None:
        at = micros(now) - micros(now) % QUARTER_MICROS
        self.db.run("note_course", batch=batch, at=at, state=what.removeprefix("state "), what=what)

    def _add_work(self, kind: str) -> bool:
        """Add some rows of one kind up. Gives whether there are more."""
        with self.db.write():
            after = self.db.value("work_mark", kind=kind) or 0
            last = int(self.db.value(f"last_{kind}_number") or 0)
            until = min(last, after + ROWS_TOGETHER_COUNT)
            if until > after:
                self.db.run(f"add_{kind}_work", after=after, until=until, quarter=QUARTER_MICROS)
                self.db.run("put_work_mark", kind=kind, number=until)
            return until < last

    def find_scans(self, search: ScanSearch, limit: int, before: int = AFTER_ALL_SCANS) -> list[FoundScan]:
        """Scans that fit a search, newest first: those whose number is below `before`. Forgotten ones are left out."""
        with self.db.snapshot():
            values = {**self._values(search, before), "limit": limit, "most": MOST_LOOKED_AT_COUNT}
            rows = self._found_rows(search, values)
            asked = self.db.all("open_questions_of", scan_ids=[row["id"] for row in rows])
            questions = {each["scan_id"]: each for each in asked}
            return [_found(row, questions.get(row["id"])) for row in rows]

    def scans_for_experts(self, limit: int) -> list[str]:
        """So many scans with an open question for experts, those that came last."""
        return [str(row["sha256"]) for row in self.db.all("scans_for_experts", limit=limit)]

    def _found_rows(self, search: ScanSearch, values: dict[str, object]) -> list[Row]:
        by = {
            "find_scans_among": search.ids,
            "find_scans_named": search.name,
            "find_scans_for_reason": search.reason,
            "find_scans_of_batch_in_state": None if search.batch is None else search.state,
            "find_scans_of_batch": search.batch,
            "find_scans_of_form_in_state": None if search.form is None else search.state,
            "find_scans_of_form": search.form,
            "find_scans_of_state": search.state,
        }
        statement = next((each for each, sought in by.items() if sought is not None), "find_scans")
        return self.db.all(statement, **values)

    def _values(self, search: ScanSearch, before: int) -> dict[str, object]:
        first = 0
        if search.since is not None:
            found = self.db.value("first_scan_since", since=search.since)
            first = AFTER_ALL_SCANS if found is None else int(found)
        if search.until is not None:
            ends = self.db.value("first_scan_since", since=search.until)
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
            noun(AskedField, row, since=moment(row["opened_at"]))
            for row in self.db.all("asked_of_field", field_id=field)
        ]

    def skips_of_field(self, scan: str, key: FieldKey) -> list[SkippedField]:
        """Who skipped a field since somebody read it last, in order; tests are left out. NotFound: no such field."""
        field = self.known_field(self.scan_row(scan), key)
        return [noun(SkippedField, row) for row in self.db.all("skips_of_field", field_id=field)]

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


def _batch(row: Row, counts: Mapping[str, int]) -> Batch:
    scans = sum(count for what, count in counts.items() if what.startswith("state ") and what != "state forgotten")
    return noun(
        Batch,
        row,
        due=moment_or_none(row["due_at"]),
        scans=scans,
        records=counts["records"],
        open_tasks=sum(counts[f"open for {each}"] for each in ("people", "experts", "appeals")),
    )


def _counted(state: ScanState, by_people: int, questions: list[Row]) -> Mapping[str, int]:
    """What a scan adds to the counts; a forgotten one only that it is."""
    counted = Counter({f"state {state.word}": 1})
    if state.erased_at is not None:
        return counted
    counted.update({"fields": state.fields, "decided": state.decided, "decided by people": by_people})
    counted["open fields"] = state.open_fields
    counted["records"] = int(state.recorded_at is not None)
    counted["straight through"] = int(state.word == "finished" and not by_people)
    for each in questions:
        kind = "appeals" if each["kind"] == "appeal" else "experts" if each["pool"] == "expert" else "people"
        counted[f"open for {kind}"] += each["count"]
        counted[f"reason {each['reason']}"] += each["count"]
    return Counter({what: count for what, count in counted.items() if count})


def _oldest(questions: list[Row], pool: str) -> int | None:
    """When the oldest question of a pool was asked; appeals are apart."""
    return min(
        (each["oldest"] for each in questions if each["pool"] == pool and each["kind"] != "appeal"), default=None
    )


def _numbers(fields: Row | None) -> Mapping[str, int]:
    return {each: (fields[each] if fields else 0) or 0 for each in ("decided", "open", "unasked", "by_people")}


def _found(row: Row, questions: Row | None) -> FoundScan:
    return noun(
        FoundScan,
        row,
        number=row["id"],
        scan=row["sha256"],
        for_people=questions["people"] if questions else 0,
        for_experts=questions["experts"] if questions else 0,
    )
