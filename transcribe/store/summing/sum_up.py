"""Summaries brought up to date: what each changed scan adds to the counts, and what work was done when."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from transcribe.store.drivers.database import Row
from transcribe.store.facts import ScanState
from transcribe.store.row_mapping import micros, text
from transcribe.store.verbs.status import StatusVerbs

QUARTER_MICROS = 15 * 60 * 1_000_000
"""Work is added up by quarters of an hour, as the forecast counts readings."""

SCANS_TOGETHER_COUNT = 20
"""So many scans are summed up in one transaction: ten milliseconds for which others wait. Chosen by hand."""

ROWS_TOGETHER_COUNT = 5_000
"""So many rows of each kind are added up in one transaction: some ten milliseconds. Chosen by hand."""

WORK_KINDS = ("scan", "reading", "decision", "record", "ledger", "engine")
"""The kinds of facts that are added up, each by its own numbers."""


class SummingVerbs(StatusVerbs):
    """Keeps the summaries."""

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
            counted=text(dict(counted)),
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
            last = self._last_number(kind)
            until = min(last, after + ROWS_TOGETHER_COUNT)
            if until > after:
                self._add_rows(kind, {"after": after, "until": until, "quarter": QUARTER_MICROS})
                self.db.run("put_work_mark", kind=kind, number=until)
            return until < last

    def _last_number(self, kind: str) -> int:
        found = {
            "scan": lambda: self.db.value("last_scan_number"),
            "reading": lambda: self.db.value("last_reading_number"),
            "decision": lambda: self.db.value("last_decision_number"),
            "record": lambda: self.db.value("last_record_number"),
            "ledger": lambda: self.db.value("last_ledger_number"),
            "engine": lambda: self.db.value("last_engine_number"),
        }[kind]()
        return int(found or 0)

    def _add_rows(self, kind: str, rows: Mapping[str, int]) -> None:
        match kind:
            case "scan":
                self.db.run("add_scan_work", **rows)
            case "reading":
                self.db.run("add_reading_work", **rows)
            case "decision":
                self.db.run("add_decision_work", **rows)
            case "record":
                self.db.run("add_record_work", **rows)
            case "engine":
                self.db.run("add_engine_work", **rows)
            case _:
                self.db.run("add_ledger_work", **rows)


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
