"""Records that somebody looks for: lists, pages and exports agree, and none walks through all records."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.records.database import one_moment, open_for_reading
from reconcile.records.export_formats import ExportOptions, load_export
from reconcile.records.interchange import conditions
from reconcile.records.interchange.selection import (
    STATUSES,
    ListedRecord,
    Selection,
    form_of_record,
    forms_of_batch,
    last_change,
    listed_records,
    selected,
)
from tests.examples import examples
from tests.reconcile.records import MemoryOutbox, a_record, order_form
from tests.reconcile.records.interchange.test_conditions import FORM, file_of
from transcribe.errors import NotFound
from transcribe.model import Record, RuleException

BATCHES = ("monday", "tuesday", "")
NAMES = ("Élodie Müller", "Mary Poole", "")


def record(scan: str, version: int, name: str, total: str | None, rules: tuple[str, ...]) -> Record:
    made = a_record(scan, version, customer=name or None, total=total)
    broken = tuple(RuleException(rule=rule, keys=(), expected="", found="") for rule in rules)
    return Record(scan=scan, form=FORM, form_version=1, version=version, decisions=made.decisions, exceptions=broken)


def store_of(told: list[tuple[str, str, str, tuple[str, ...], str | None]]) -> MemoryOutbox:
    """Records: (batch, customer, total, rules that are broken, total of a later version or None)."""
    store = MemoryOutbox()
    for number, (batch, name, total, rules, later) in enumerate(told):
        store.batches[f"s{number}"] = batch
        store.put(record(f"s{number}", 1, name, total, rules))
        if later is not None:
            store.put(record(f"s{number}", 2, name, later, rules))
    return store


def paged(path: Path, wanted: Selection, limit: int) -> list[ListedRecord]:
    """All records that are looked for, page by page."""
    found: list[ListedRecord] = []
    while True:
        page = listed_records(
            path, FORM, wanted, ["order_number", "total"], found[-1].changed if found else None, limit
        )
        found += page
        if len(page) < limit:
            return found


told = st.tuples(
    st.sampled_from(BATCHES),
    st.sampled_from(NAMES),
    st.just("12.50"),
    st.sampled_from([(), ("below target",), ("total",)]),
    st.sampled_from([None, "12.50", "13.50"]),
)
wishes = st.builds(
    Selection,
    batch=st.sampled_from([None, *BATCHES]),
    status=st.sampled_from([None, *STATUSES]),
    words=st.sampled_from(["", "muller", "mary POOLE", "cafe moulu", '"', "zzz"]),
    since=st.sampled_from([None, "2026-01-05T09:12:00+00:00", "2100"]),
)


@given(records=st.lists(told, min_size=1, max_size=8), wanted=wishes, few=st.sampled_from([0, 3_000]))
@examples(30)
def test_pages_and_exports_have_the_records_that_fit_and_no_other(
    records: list[tuple[str, str, str, tuple[str, ...], str | None]], wanted: Selection, few: int
) -> None:
    store = store_of(records)
    with file_of(store) as path, pytest.MonkeyPatch.context() as patch:
        patch.setattr(conditions, "FEW_COUNT", few)
        every = paged(path, Selection(), 100)
        assert len(every) == len(records)
        fits = [each for each in every if _fits(each, records[int(each.scan[1:])], wanted)]
        assert paged(path, wanted, 3) == sorted(fits, key=lambda each: -each.changed)
        out = io.StringIO()
        load_export("jsonl").write(path, FORM, out, ExportOptions(selection=wanted))
        written = [json.loads(line)["scan"] for line in out.getvalue().splitlines()]
        assert written == [each.scan for each in sorted(fits, key=lambda each: each.changed)]


def _fits(listed: ListedRecord, told: tuple[str, str, str, tuple[str, ...], str | None], wanted: Selection) -> bool:
    """What a selection says, in Python."""
    batch, name, total, rules, later = told
    assert listed.is_corrected == (later is not None and later != total)
    statuses = {
        None: True,
        "complete": rules != ("below target",),
        "provisional": rules == ("below target",),
        "corrected": listed.is_corrected,
        "exceptions": bool(rules),
    }
    words = {"": True, "muller": name == NAMES[0], "mary POOLE": name == NAMES[1], "cafe moulu": True}
    return (
        (wanted.batch is None or wanted.batch == batch)
        and statuses[wanted.status]
        and words.get(wanted.words, False)
        and (wanted.since is None or listed.recorded_at >= wanted.since)
    )


@pytest.mark.parametrize("few", [0, 3_000])
@pytest.mark.parametrize("batch", [None, "monday"])
@pytest.mark.parametrize("status", [None, *STATUSES])
@pytest.mark.parametrize("words", ["", "muller"])
def test_a_page_is_found_by_an_index_and_sorts_nothing_but_the_few(
    monkeypatch: pytest.MonkeyPatch, batch: str | None, status: None, words: str, few: int
) -> None:
    monkeypatch.setattr(conditions, "FEW_COUNT", few)
    told = ("monday", NAMES[0], "12.50", ("total",), "13.50")
    with file_of(store_of([told])) as path, one_moment(path), open_for_reading(path) as database:
        source, values = selected(database, FORM, Selection(batch=batch, status=status, words=words))
        asked = f"explain query plan select r.id from {source} and r.changed < 9 order by r.changed desc limit 50"  # noqa: S608 ours
        steps = [step for *_, step in database.execute(asked, values)]
    of_records = next(each for each in steps if " r " in each and "h" not in each.split())
    walks_by_index = "INDEX idx_records" in of_records and "form=? AND" in of_records and "changed<?" in of_records
    looks_up_few = "USING INTEGER PRIMARY KEY" in of_records and any("json_each" in each for each in steps)
    assert of_records.startswith("SEARCH r ")
    assert walks_by_index != looks_up_few, steps
    assert not any("TEMP B-TREE" in each for each in steps) or looks_up_few, steps
    assert [each for each in steps if each.startswith("SCAN") and "VIRTUAL TABLE" not in each] == []


def test_of_each_form_it_is_known_when_it_changed_last_and_in_which_batches_it_is() -> None:
    store = store_of([("monday", NAMES[0], "12.50", (), None), ("tuesday", NAMES[1], "12.50", (), "13.50")])
    store.known.append(order_form("other"))
    with file_of(store) as path:
        assert forms_of_batch(path, "tuesday") == [FORM]
        assert forms_of_batch(path, "friday") == []
        assert last_change(path, FORM) == paged(path, Selection(), 1)[0].recorded_at
        assert last_change(path, "other") is None
        assert form_of_record(path, "s0") == FORM
        with pytest.raises(NotFound):
            form_of_record(path, "s9")
        with pytest.raises(NotFound, match="no records of a form"):
            listed_records(path, "unknown", Selection(), [], None, 5)


def test_a_list_has_values_of_the_fields_asked_for_with_their_currency() -> None:
    with file_of(store_of([("monday", NAMES[0], "12.50", (), None)])) as path:
        (found,) = listed_records(path, FORM, Selection(), ["total", "gone", "order_date"], None, 5)
    assert [(each.value, each.type, each.currency) for each in found.values] == [
        (12.5, "amount", "EUR"),
        (None, "text", None),
        ("2026-01-03", "date", None),
    ]
