"""Summaries looked at: counts of scans, what waits and since when, the course of a batch, work that was done."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

from transcribe.errors import NotFound
from transcribe.store.drivers.database import Row
from transcribe.store.facts import AtWork, Batch, CourseStep, ScanCount, SetAside, WaitingSince, WorkDone
from transcribe.store.lookup import Lookup
from transcribe.store.row_mapping import micros, moment, moment_or_none, text
from transcribe.store.steering.scans_aside import set_aside_of

LAST_CHARACTER = "\U0010ffff"
"""Sorts after whatever a kind of work goes on with."""

MOST_CHANGED_COUNT = 10_000
"""Scans that are not summed up yet are counted up to here. Chosen by hand."""


class SummaryVerbs(Lookup):
    """Gives the summaries."""

    def not_summed_up(self) -> int:
        """How many scans have changed since they were summed up, counted up to ten thousand."""
        return int(self.db.value("count_changed", most=MOST_CHANGED_COUNT))

    def scan_counts(self, batch: str | None = None) -> list[ScanCount]:
        """What is found how often among the scans of each form and batch, or of this batch."""
        rows = self.db.all("scan_counts") if batch is None else self.db.all("scan_counts_of_batch", batch=batch)
        return [_count(row) for row in rows]

    def scan_counts_in_all(self) -> list[ScanCount]:
        """What is found how often among the scans of each form, of all batches together: `batch` is empty."""
        return [_count(row) for row in self.db.all("scan_counts_in_all")]

    def scan_counts_of_cancelled(self) -> list[ScanCount]:
        """The same of the scans in cancelled batches alone: no machine and nobody goes on with them."""
        return [_count(row) for row in self.db.all("scan_counts_of_cancelled")]

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
            CourseStep(at=moment(row["at"]), state=row["state"], count=row["count"])
            for row in self.db.all("batch_course", batch=batch, **asked)
            if row["count"] is not None
        ]

    def work_done(self, since: datetime, kinds: Collection[str]) -> list[WorkDone]:
        """Work of these kinds that was done since a time, by quarters of an hour and form; of all batches together."""
        return [_work(row) for row in self.db.all("work_since", since=micros(since), kinds=text(sorted(kinds)))]

    def work_kinds(self, prefix: str) -> list[str]:
        """Every kind of work that was done here and begins so, such as "pay " and each currency."""
        rows = self.db.all("work_kinds", first=prefix, last=prefix + LAST_CHARACTER)
        return [str(row["what"]) for row in rows]

    def work_by_form(self, since: datetime, kinds: Collection[str]) -> list[WorkDone]:
        """Work of these kinds since a time, added up by form and kind; its `at` says nothing."""
        return [_work(row) for row in self.db.all("work_by_form", since=micros(since), kinds=text(sorted(kinds)))]

    def work_of_batches(self, batches: Collection[str]) -> list[WorkDone]:
        """All work on these batches, added up by batch, form and kind; its `at` says nothing."""
        return [_work(row) for row in self.db.all("work_of_batches", batches=text(sorted(batches)))]

    def work_on_batch(self, batch: str, since: datetime) -> list[WorkDone]:
        """What was done on a batch since a time, by quarters of an hour and form, in order."""
        return [_work(row) for row in self.db.all("work_on_batch", batch=batch, since=micros(since))]

    def people_at_work(self, now: datetime) -> list[AtWork]:
        """The people who hold questions now, by handle."""
        return [
            AtWork(
                person=row["public_id"],
                handle=row["handle"],
                roles=frozenset(json.loads(row["roles"])),
                held=row["held"],
                last_at=moment_or_none(row["last_at"]),
            )
            for row in self.db.all("people_at_work", now=micros(now))
        ]

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


def _count(row: Row) -> ScanCount:
    return ScanCount(batch=row["batch"], form=row["form"], what=row["what"], count=row["count"])


def _batch(row: Row, counts: Mapping[str, int]) -> Batch:
    scans = sum(count for what, count in counts.items() if what.startswith("state ") and what != "state forgotten")
    return Batch(
        name=row["name"],
        priority=row["priority"],
        due=moment_or_none(row["due_at"]),
        note=row["note"],
        cancelled_at=moment_or_none(row["cancelled_at"]),
        scans=scans,
        set_aside=row["set_aside"],
        since=moment_or_none(row["since"]),
        records=counts["records"],
        open_tasks=sum(counts[f"open for {each}"] for each in ("people", "experts", "appeals")),
        withdrawn=bool(row["withdrawn"]),
    )


def _work(row: Row) -> WorkDone:
    return WorkDone(
        batch=row["batch"],
        at=moment(row["at"]),
        form=row["form"],
        what=row["what"],
        count=row["count"],
        amount=row["amount"],
    )
