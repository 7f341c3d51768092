"""Pages of records with filters: the same whether an index finds the few that are meant, or all are walked through."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.records import record_search
from reconcile.records.database import one_moment, open_for_reading
from reconcile.records.export_formats import ExportOptions, load_export
from reconcile.records.interchange import selection
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
from reconcile.records.publish import publish
from reconcile.records.record_search import Wanted
from tests.examples import examples
from tests.reconcile.records import MemoryOutbox, a_record, order_form
from transcribe.errors import NotFound, SettingsError
from transcribe.model import Record, RuleException

FORM = "bon-de-commande"
NAMES = ("Élodie Müller", "elodie muller", "Müller, Élodie", "--- ★", '"', "O'Hara OR x", "", "café")
TOTALS = ("0.10", "-3.00", "500.00", "500.01", "1234.50")
NUMBERS = ("7", "12", "BC-1", "007")
LATEST = "2100-01-01T00:00:00+00:00"

text = st.sampled_from(NAMES)
values = st.fixed_dictionaries(
    {
        "customer": text.map(lambda name: name or None),
        "total": st.one_of(st.none(), st.sampled_from(TOTALS)),
        "order_number": st.one_of(st.none(), st.sampled_from(NUMBERS)),
        "signed": st.booleans(),
    }
)
comparison = st.sampled_from(sorted(selection.COMPARISONS))
asked = st.lists(
    st.one_of(
        st.tuples(st.just("customer"), comparison, text),
        st.tuples(st.just("total"), comparison, st.sampled_from(("", *TOTALS))),
        st.tuples(st.just("order_number"), comparison, st.sampled_from(("", *NUMBERS))),
        st.tuples(st.just("signed"), st.sampled_from(("eq", "ne")), st.sampled_from(("true", "false"))),
    ).filter(lambda told: bool(told[2]) or told[1] in ("eq", "ne")),
    max_size=2,
)


@contextmanager
def file_of(store: MemoryOutbox) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.db"
        publish(store, path, store.form)
        yield path


def meets(document: dict[str, Any], told: tuple[str, str, str]) -> bool:
    """What a filter says, in Python."""
    field, how, wanted = told
    value = document["values"][field]
    one: Any = float(value) if field == "total" and value is not None else value
    two: Any = (
        (float(wanted) if field == "total" else wanted == "true" if field == "signed" else wanted) if wanted else None
    )
    if how in ("eq", "ne"):
        return bool(one == two) == (how == "eq")
    if one is None or two is None:
        return False
    return bool({"lt": one < two, "le": one <= two, "gt": one > two, "ge": one >= two}[how])


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_text_is_found_however_its_accents_are_encoded(form: Literal["NFC", "NFD"]) -> None:
    """macOS names files, and some programs write texts, with the accent after its letter."""
    store = MemoryOutbox()
    store.put(a_record("one", customer="Élodie Müller"))
    with file_of(store) as path:
        told = Wanted(filters=(f"customer:eq:{normalize(form, 'Élodie Müller')}",))
        assert record_search.page(path, FORM, told, 0, 10).count == 1


@pytest.mark.parametrize("how", ["lt", "le", "gt", "ge"])
def test_nothing_is_less_or_more_than_no_value(how: str) -> None:
    store = MemoryOutbox()
    store.put(a_record("one"))
    with file_of(store) as path, pytest.raises(SettingsError, match="nothing to compare with"):
        record_search.page(path, FORM, Wanted(filters=(f"total:{how}:",)), 0, 10)


@pytest.mark.law
@examples(60)
@given(
    st.lists(values, min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), values), max_size=4),
    st.integers(0, 5),
    asked,
    st.one_of(st.none(), st.just(0.985), st.just(0.5)),
    st.sampled_from((0, 2, 3_000)),
    st.sampled_from((None, "any", "total", "another")),
)
def test_a_filter_finds_what_it_says_by_every_way(
    first: list[dict[str, Any]],
    later: list[tuple[int, dict[str, Any]]],
    gone: int,
    told: list[tuple[str, str, str]],
    below: float | None,
    few: int,
    rule: str | None,
) -> None:
    store, versions = MemoryOutbox(), dict.fromkeys(map(str, range(len(first))), 1)
    for scan, made in enumerate(first):
        store.put(a_record(str(scan), **made))
    for scan, made in later:
        if str(scan) in versions:
            versions[str(scan)] += 1
            store.put(replace(a_record(str(scan), versions[str(scan)], **made), exceptions=()))
    if str(gone) in versions:
        store.erase(str(gone))
    wanted = Wanted(filters=tuple(":".join(each) for each in told), below=below, exception=rule)
    with pytest.MonkeyPatch.context() as patched, file_of(store) as path:
        patched.setattr(selection, "FEW_COUNT", few)
        with open_for_reading(path) as database:
            rows = list(database.query("select * from documents order by changed"))
        for at in sorted({row["valid_from"] for row in rows}):
            known = {row["scan"]: json.loads(row["json"]) for row in rows if row["valid_from"] <= at}
            assert scans(record_search.page_as_of(path, FORM, wanted, at, 0, 10)) == expected(known, told, below, rule)
        known = {row["scan"]: json.loads(row["json"]) for row in rows}
        assert scans(record_search.page(path, FORM, wanted, 0, 10)) == expected(known, told, below, rule)


def scans(page: record_search.DocumentPage) -> list[str]:
    return sorted(each["scan"] for each in json.loads(page.documents))


def expected(
    known: dict[str, dict[str, Any]], told: list[tuple[str, str, str]], below: float | None, rule: str | None
) -> list[str]:
    def is_meant(document: dict[str, Any]) -> bool:
        least = min(each["probability"] for each in document["fields"])
        broken = {each["rule"] for each in document["exceptions"]}
        if rule is not None and not (broken if rule == "any" else rule in broken):
            return False
        return (below is None or least < below) and all(meets(document, each) for each in told)

    return sorted(scan for scan, document in known.items() if is_meant(document))


def test_pages_go_on_in_the_order_of_changes_whichever_way_they_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryOutbox()
    for number in range(7):
        store.put(a_record(str(number), total=f"{(number * 3) % 7}.00"))
    wanted = Wanted(filters=("total:ge:1",))
    with file_of(store) as path:
        for few in (0, 3_000):
            monkeypatch.setattr(selection, "FEW_COUNT", few)
            after, found = 0, []
            while True:
                page = record_search.page(path, FORM, wanted, after, 2)
                found += [each["scan"] for each in json.loads(page.documents)]
                if page.last is None:
                    break
                after = page.last
            assert found == ["1", "2", "3", "4", "5", "6"]


def test_a_field_whose_kind_of_value_changed_is_found_in_records_of_every_version() -> None:
    store = MemoryOutbox()
    store.put(a_record("one", order_number="7"))
    store.known.append(order_form(version=2, order_number="integer"))
    store.put(a_record("two", form_version=2, order_number=7))
    store.put(a_record("three", form_version=2, order_number=8))
    with file_of(store) as path:

        def found(told: str) -> list[str]:
            return scans(record_search.page(path, FORM, Wanted(filters=(told,)), 0, 10))

        assert found("order_number:eq:7") == ["one", "two"]
        assert found("order_number:ne:7") == ["three"]
        assert found("order_number:ne:") == ["one", "three", "two"]
        assert found("order_number:eq:") == []
        assert found("order_number:eq:BC") == [], "no number, and a text that no record has"


@pytest.mark.parametrize("value", ["nan", "inf", "-Infinity"])
def test_a_filter_by_what_is_no_finite_number_is_refused(value: str) -> None:
    store = MemoryOutbox()
    store.put(a_record("one", total=None))
    with file_of(store) as path, pytest.raises(SettingsError, match="is no number"):
        record_search.page(path, FORM, Wanted(filters=(f"total:eq:{value}",)), 0, 10)


@pytest.mark.parametrize("few", [0, 3_000])
@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(state="provisional"),
        Wanted(below=0.5),
        Wanted(since=LATEST),
        Wanted(exception="any"),
        Wanted(exception="total"),
        Wanted(filters=("customer:eq:Élodie Müller", "total:gt:500")),
        Wanted(filters=("order_date:ge:2026-01-01",), below=0.9),
    ],
)
def test_no_page_walks_through_all_records_or_reads_documents_that_are_not_of_it(
    monkeypatch: pytest.MonkeyPatch, wanted: Wanted, few: int
) -> None:
    monkeypatch.setattr(selection, "FEW_COUNT", few)
    store = MemoryOutbox()
    store.put(a_record("one"))
    with file_of(store) as path, one_moment(path), open_for_reading(path) as database:
        asked_for: list[str] = []
        database.conn.set_trace_callback(asked_for.append)
        record_search.page(path, FORM, wanted, 0, 10)
        record_search.page_as_of(path, FORM, wanted, LATEST, 0, 10)
        database.conn.set_trace_callback(None)
        found = [each for each in asked_for if each.startswith("select json_group_array(json_array(number")]
        assert len(found) == 2
        for statement in found:
            steps = [step for *_, step in database.execute(f"explain query plan {statement}")]
            walked = [each for each in steps if each.startswith("SCAN") and "VIRTUAL TABLE" not in each]
            # the page itself, and former versions that meet a filter: they are few
            assert {each.partition(" USING")[0].partition("-")[0] for each in walked} <= {"SCAN (subquery", "SCAN b"}, (
                steps
            )


BATCHES = ("monday", "tuesday", "")
NAMES_OF_SELECTION = ("Élodie Müller", "Mary Poole", "")


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
    st.sampled_from(NAMES_OF_SELECTION),
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
        patch.setattr(selection, "FEW_COUNT", few)
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
    words = {
        "": True,
        "muller": name == NAMES_OF_SELECTION[0],
        "mary POOLE": name == NAMES_OF_SELECTION[1],
        "cafe moulu": True,
    }
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
    monkeypatch.setattr(selection, "FEW_COUNT", few)
    told = ("monday", NAMES_OF_SELECTION[0], "12.50", ("total",), "13.50")
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
    store = store_of(
        [("monday", NAMES_OF_SELECTION[0], "12.50", (), None), ("tuesday", NAMES_OF_SELECTION[1], "12.50", (), "13.50")]
    )
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
    with file_of(store_of([("monday", NAMES_OF_SELECTION[0], "12.50", (), None)])) as path:
        (found,) = listed_records(path, FORM, Selection(), ["total", "gone", "order_date"], None, 5)
    assert [(each.value, each.type, each.currency) for each in found.values] == [
        (12.5, "amount", "EUR"),
        (None, "text", None),
        ("2026-01-03", "date", None),
    ]
