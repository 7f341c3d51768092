"""A home of a million scans, or of a part of it: the rows of its state, made set-based in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconcile.parameters import shipped_parameters
from tests.bench.large_records import fill_records
from tests.flows.desk.desk_site import ENGINES, DeskSite
from tests.transcribe.store.world import sqlite_of
from transcribe.codes import Verdict
from transcribe.store.facts import Floor, Learning, Rate
from transcribe.store.row_mapping import micros
from transcribe.store.state_store import Store

FIELDS = 40
"""Fields of each scan."""

PEOPLE = 200
"""People who have read, one in twenty of them an expert."""

MONTHS = 24
"""Months of which everybody was paid."""

VERSIONS = 12
"""Versions of what was learnt."""

CACHE_KIB = 8_000_000
"""Memory for pages that are not written yet, at most: the state of a million scans has 20 GB. Chosen by hand."""

TABLES = ("scan", "field", "reading", "decision", "task", "ledger", "lease", "outbox", "audit", "delivery")
"""The tables whose rows are counted and printed."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the home is."""

    scans: int
    batches: int

    @property
    def fields(self) -> int:
        """Fields of all scans."""
        return self.scans * FIELDS

    @property
    def machine_readings(self) -> int:
        """Readings of both engines."""
        return 2 * self.fields


NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"

READ_AT = "{now} - ({scans} - i) * 59000000"
"""When people read a field of scan i."""

IS_READ = "i % 20"
"""Of which scans people have read a field: of those that are not open."""

IS_AUDITED = "i % 500 = 1"
"""Of which scans three fields were audited."""

TEXTS = (
    "CASE ((number - 1) / 2) % {fields} WHEN 0 THEN '473962' WHEN 1 THEN 'Mary Poole' WHEN 2 THEN"
    " CASE WHEN number % 2 AND (number / (2 * {fields})) % 9 = 0 THEN '72.50' ELSE '12.50' END ELSE '7' END"
)
"""What machines read: one engine takes a 1 for a 7 now and then."""

OF_SCANS = (
    "INSERT INTO scan (id, sha256, form, form_version, name, batch, received_at, recorded_at, latest, cursor)"
    " SELECT i, printf('%064x', i * 7919), CASE WHEN i % 10 THEN 'order' ELSE 'invoice2' END, 1,"
    " printf('photo %07d', i), printf('batch %04d', i % {batches}), {now} - ({scans} - i) * 60000000,"
    " CASE WHEN i % 20 THEN {now} - ({scans} - i) * 50000000 END, i, i FROM n",
    "INSERT INTO source_file (sha256, name, size, media_type, at) SELECT printf('%064x', i * 7919),"
    " printf('%d.png', i),"
    " 1000, 'image/png', {now} FROM n",
    "INSERT INTO engine_time (id, scan_id, engine, milliseconds, at) SELECT 2 * i + e.value, i,"
    " CASE e.value WHEN 0 THEN 'tesseract' ELSE 'rapidocr' END, 800 * (1 + e.value), {now} - ({scans} - i) * 60000000"
    " FROM n, json_each('[0, 1]') e",
)
OF_FIELDS = (
    "INSERT INTO field (id, scan_id, form, form_version, name, row_number)"
    " SELECT i, (i - 1) / {fields} + 1, CASE WHEN ((i - 1) / {fields} + 1) % 10 THEN 'order' ELSE 'invoice2' END, 1,"
    " CASE (i - 1) % {fields} WHEN 0 THEN 'number' WHEN 1 THEN 'customer' WHEN 2 THEN 'total' ELSE 'line' END,"
    " CASE WHEN (i - 1) % {fields} < 3 THEN -1 ELSE (i - 1) % {fields} END FROM n",
    "INSERT INTO decision (id, field_id, version, probability, method, parameters, readings, by_people, text_hash, at)"
    " SELECT i, i, 1, 0.999 + (i % 97) * 0.00001, 'machines', 0, '[]', i % 7 = 0, printf('%x', i),"
    " {now} - ({all} - i) * 1400000 FROM n WHERE ((i - 1) / {fields} + 1) % 20 OR (i - 1) % {fields} > 2",
    "INSERT INTO decision_text (id, value, text, evidence) SELECT id, CASE (id - 1) % {fields} WHEN 0 THEN"
    " '\"473962\"'"
    " WHEN 1 THEN '\"Mary Poole\"' ELSE '\"12.50\"' END, CASE (id - 1) % {fields} WHEN 0 THEN '473962' WHEN 1 THEN"
    " 'Mary Poole' ELSE '12.50' END, '[]' FROM decision",
)
OF_READINGS = (
    "INSERT INTO reading (number, id, idem, field_id, lane, source, kind, late, confidence, flags, conditions,"
    " text_hash, at) SELECT i, printf('r%d', i), printf('m%d', i), (i - 1) / 2 + 1, 'value',"
    " CASE i % 2 WHEN 0 THEN '{engines[0]}' ELSE '{engines[1]}' END, 'machine', 0, 0.9, '[]', '{{}}',"
    " printf('%x', i / 2),"
    " {now} - ({readings} - i) * 700000 FROM n",
)
OF_PEOPLE = (
    "INSERT INTO transcriber (id, public_id, handle, roles, languages, regions, qualifications, time_zone, engagement,"
    " interface_language, training, paused, at, begun_at) SELECT i, printf('person%d', i), printf('reader %03d', i),"
    " CASE WHEN i % 20 THEN '[\"transcriber\"]' ELSE '[\"expert\"]' END, CASE WHEN i % 3 THEN '[\"en\"]' ELSE"
    " '[\"fr\", \"es\"]' END, '[]', '[]', 'UTC', 'by reading', 'en', 0, 0, {now}, {now} FROM n",
)
OPEN_TASKS = (
    "INSERT INTO task (public_id, field_id, scan_id, form_field_id, kind, lane, reason, slot, pool, priority, ease,"
    " apart, opened_at) SELECT printf('t%d', f.id), f.id, f.scan_id, 1, 'read', 'value', 'engines disagree', 1,"
    " CASE WHEN f.scan_id % 200 THEN 'read' ELSE 'expert' END, 0, 0.5, '', {now} - f.id"
    " FROM field f WHERE f.scan_id % 20 = 0 AND f.row_number = -1",
)
WORK_OF_PEOPLE = (
    "INSERT INTO task (id, public_id, field_id, scan_id, form_field_id, kind, lane, reason, slot, pool,"
    " priority, ease,"
    " apart, opened_at, transcriber_id, leased_until, closed_at) SELECT {all} + i, printf('read%d', i),"
    " (i - 1) * {fields} + 3, i, 3, 'read', 'value', 'engines disagree', 1, 'read', 0, 0.5, '', {read_at} - 60000000,"
    " i % {people} + 1, {read_at} + 600000000, {read_at} FROM n WHERE {is_read}",
    "INSERT INTO lease (task_id, transcriber_id, from_at, until_at) SELECT {all} + i, i % {people} + 1,"
    " {read_at} - 5000000, {read_at} + 600000000 FROM n WHERE {is_read}",
    "INSERT INTO reading (number, id, idem, field_id, lane, source, kind, transcriber_id, task_id, late,"
    " seconds, flags,"
    " conditions, text_hash, at) SELECT {readings} + i, printf('p%d', i), printf('q%d', i), (i - 1) * {fields} + 3,"
    " 'value', printf('person%d', i % {people} + 1), 'person', i % {people} + 1, {all} + i, 0, 5.0, '[]', '{{}}',"
    " printf('%x', i), {read_at} FROM n WHERE {is_read}",
    "INSERT INTO ledger (number, transcriber_id, kind, micro, currency, seconds, at, reading, task_id, reference)"
    " SELECT i, i % {people} + 1, 'reading', 20000, 'EUR', 5.0, {read_at}, {readings} + i, {all} + i, '' FROM n"
    " WHERE {is_read}",
    "INSERT INTO skip (task_id, field_id, lane, transcriber_id, reason, seconds, at) SELECT {all} + i, (i -"
    " 1) * {fields}"
    " + 3, 'value', (i + 1) % {people} + 1, 'other', 3.0, {read_at} FROM n WHERE i % 20 = 1",
    "INSERT INTO appeal (public_id, number, field_id, transcriber_id, task_id, deadline, at, outcome, minority,"
    " decided_at) SELECT printf('a%d', i), {readings} + i, (i - 1) * {fields} + 3, i % {people} + 1, {all} + i,"
    " {now} + i, {read_at}, CASE WHEN i % 5000 > 1 THEN 'upheld' END, 0, CASE WHEN i % 5000 > 1 THEN {now} END"
    " FROM n WHERE i % 500 = 2 OR i % 5000 = 1",
    "INSERT INTO time_dispute (public_id, transcriber_id, task_id, claimed, words, at, answered_at, granted,"
    " answered_by)"
    " SELECT printf('d%d', i), i % {people} + 1, {all} + i, 40.0, 'the page was slow', {read_at},"
    " CASE WHEN i % 40000 > 1 THEN {now} END, CASE WHEN i % 40000 > 1 THEN 40.0 END, 'op' FROM n WHERE i % 4000 = 1",
)
PAYMENTS = (
    "INSERT INTO ledger (number, transcriber_id, kind, micro, currency, seconds, at, reference) SELECT {scans} + i,"
    " i % {people} + 1, 'paid', -1000000, 'EUR', 0, {now} - ({months} - i / {people}) * 2600000000000,"
    " printf('month %02d', i / {people}) FROM n",
)
AUDITS = (
    "INSERT INTO task (id, public_id, field_id, scan_id, form_field_id, kind, lane, reason, slot, pool,"
    " priority, ease,"
    " apart, opened_at, transcriber_id, leased_until, closed_at) SELECT {all} + {scans} + 3 * i + k.value,"
    " printf('audit%d', 3 * i + k.value), (i - 1) * {fields} + 1 + k.value, i, 1 + k.value, 'audit', 'value', 'audit',"
    " 1, 'expert', 0, 0.5, '', {read_at}, 20, {read_at}, {read_at} + 1000000 FROM n, json_each('[0, 1, 2]') k"
    " WHERE {is_audited}",
    "INSERT INTO reading (id, idem, field_id, lane, source, kind, transcriber_id, task_id, late, seconds, flags,"
    " conditions, text_hash, at) SELECT printf('e%d', t.id), printf('f%d', t.id), t.field_id, 'value', 'person20',"
    " 'expert', 20, t.id, 0, 6.0, '[]', '{{}}', '', t.closed_at FROM task t WHERE t.kind = 'audit'",
)
WORDS_OF_READINGS = (
    "INSERT INTO reading_text (number, text, alternatives, legible) SELECT number, {texts}, '[]', ''"
    " FROM reading WHERE number <= {readings} AND (number > {readings} - 2000 * {fields}"
    " OR ((number - 1) / (2 * {fields}) + 1) % 500 = 1)",
    "INSERT INTO reading_text (number, text, alternatives, legible) SELECT r.number, CASE r.field_id % {fields} WHEN 1"
    " THEN '473962' WHEN 2 THEN 'Mary Poole' ELSE '12.50' END, '[]', '' FROM reading r WHERE r.number > {readings}",
)
RECORDS = (
    "INSERT INTO record (id, scan_id, version, form, form_version, at) SELECT i, i, 1, CASE WHEN i % 10 THEN 'order'"
    " ELSE 'invoice2' END, 1, {now} - ({scans} - i) * 50000000 FROM n WHERE i % 20",
    "INSERT INTO record_text (id, exceptions) SELECT id, '[]' FROM record",
    "INSERT INTO outbox (number, kind, scan_id, record_id, at) SELECT id, 'record', scan_id, id, at FROM record",
    "INSERT INTO duplicate (older, newer, differing, same_values, policy, found_at, settled) SELECT i, i + 1,"
    " 0.1, 0.9,"
    " 'warn', {now}, CASE WHEN i % 2000 = 1 THEN '' ELSE 'different' END FROM n WHERE i % 200 = 1",
)
WEBHOOKS = (
    "INSERT INTO webhook (id, name, url, types, forms, with_values, private, position, at) SELECT i,"
    " printf('erp%d', i),"
    " 'https://10.0.0.7/hook', '[]', '[]', 0, 1, {scans}, {now} FROM n",
)
TOKENS = (
    "INSERT INTO api_token (prefix, token_hash, name, scopes, at) SELECT printf('fh_%d', i), printf('%064x', i),"
    " printf('program %d', i), '[\"records:read\"]', {now} FROM n",
)
DELIVERIES_AND_LOG = (
    "INSERT INTO delivery (webhook_id, number, message, type, scan_id, state, tries, first_at, next_at,"
    " last_at, status,"
    " at) SELECT i % 3 + 1, i, printf('msg_%d', i), 'record.completed', i, CASE WHEN i % 1000 = 1 THEN 'dead' WHEN"
    " i > {scans} - 100 THEN 'waiting' ELSE 'delivered' END, 1, {now}, {now}, {now} - ({scans} - i) * 50000000, 200,"
    " {now} FROM n",
    "INSERT INTO audit (at, actor, action, subject, detail, previous, hash) SELECT {now} - ({scans} - i) *"
    " 50000000, 'op',"
    " 'scan set aside', printf('%064x', i * 7919), '{{}}', printf('%064x', i - 1), printf('%064x', i) FROM n",
)


def fill(desk: DeskSite, size: Size) -> None:
    """Make the rows of the state in one transaction, those of the records in another, and what was learnt."""
    store, at = desk.home.store, desk.now()
    values = {
        "scans": size.scans, "fields": FIELDS, "all": size.fields, "readings": size.machine_readings,
        "batches": size.batches, "now": micros(at), "people": PEOPLE, "months": MONTHS, "engines": ENGINES,
        "is_read": IS_READ, "is_audited": IS_AUDITED,
    }  # fmt: skip
    values |= {"read_at": READ_AT.format(**values), "texts": TEXTS.format(**values)}
    store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=at), at)
    store.put_floor(Floor(micro=20_000_000, currency="EUR", source="by law", since=at), at)
    _learn(store, at)
    assert isinstance(store, Store)
    connection = sqlite_of(store).connection
    connection.execute(f"PRAGMA cache_size = {-CACHE_KIB}")  # else pages of a million scans are written again and again
    connection.execute("BEGIN IMMEDIATE")  # past the store, which would seal each row: pages look at no seal
    for count, group in _groups(size):
        numbers = NUMBERS.format(count=count)
        for rows in group:
            head, _, query = rows.format(**values).partition(" SELECT ")
            connection.execute(f"{head} {numbers} SELECT {query}")
    connection.execute("COMMIT")
    fill_records(desk.home, size.scans, at)


def _groups(size: Size) -> list[tuple[int, Sequence[str]]]:
    """How many numbers each group of statements counts through."""
    scans = size.scans
    return [
        (PEOPLE, OF_PEOPLE), (scans, OF_SCANS), (size.fields, OF_FIELDS), (size.machine_readings, OF_READINGS),
        (1, OPEN_TASKS), (scans, WORK_OF_PEOPLE), (PEOPLE * MONTHS - 1, PAYMENTS), (scans, AUDITS),
        (1, WORDS_OF_READINGS), (scans, RECORDS), (3, WEBHOOKS), (30, TOKENS), (scans, DELIVERIES_AND_LOG),
    ]  # fmt: skip


def _learn(store: Store, at: datetime) -> None:
    """Versions of what was learnt, each with its comparison."""
    content = shipped_parameters().content
    store.put_parameters(content, at - timedelta(days=VERSIONS))
    for number in range(1, VERSIONS):
        numbers = {"compared": 100, "decided_before": 90, "wrong_before": 2, "decided_after": 91, "wrong_after": 1}
        when = at - timedelta(days=VERSIONS - number)
        store.keep_learning(
            Learning(version=number, verdict=Verdict.BETTER, by="fairhand", at=when, numbers=numbers), content
        )


def counted_rows(desk: DeskSite) -> dict[str, int]:
    """How many rows the large tables have."""
    store = desk.home.store
    assert isinstance(store, Store)
    connection = sqlite_of(store).connection
    return {name: next(iter(connection.execute(f"SELECT COUNT(*) AS n FROM {name}")))["n"] for name in TABLES}  # noqa: S608 our own names
