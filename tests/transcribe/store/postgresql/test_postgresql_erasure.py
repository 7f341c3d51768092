"""What is left in PostgreSQL of a scan that was forgotten: no row of it, and no sample of its words."""

from __future__ import annotations

import psycopg

from tests.transcribe.store.verbs.test_erasure import CANARY, worked
from tests.transcribe.store.world import World, after, decision

ONLY_ON = "postgresql"

SAMPLES = "SELECT tablename, most_common_vals::text, histogram_bounds::text FROM pg_stats"


def samples(here: World) -> set[str]:
    """The tables of whose rows the server shows the words in the samples of its statistics."""
    with psycopg.connect(here.url) as other:
        return {table for table, *values in other.execute(SAMPLES) if CANARY in str(values)}


def test_no_sample_of_the_server_has_a_word_of_a_forgotten_scan(here: World) -> None:
    scan = worked(here)
    with psycopg.connect(here.url, autocommit=True) as other:
        other.execute("ANALYZE")
    assert {"reading_text", "decision_text", "task_text"} <= samples(here)
    here.store.forget(scan.id, after(10))
    assert here.store.empty_log(5)
    assert samples(here) == set()


def test_what_is_read_and_written_next_finds_its_tables_as_they_were(here: World) -> None:
    scan, other = worked(here), here.scan("other")
    with psycopg.connect(here.url, autocommit=True) as behind:
        behind.execute("ANALYZE")
        before = _columns(behind)
        read = here.store.readings(other.id), here.store.decisions(other.id)
        here.store.forget(scan.id, after(10))
        assert here.store.empty_log(5)
        assert (here.store.readings(other.id), here.store.decisions(other.id)) == read
        assert _columns(behind) == before
    here.decide(other, decision("number", "12"), record=True, now=after(20))
    assert [each.text for each in here.store.decisions(other.id)] == ["12"]


def _columns(behind: psycopg.Connection[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return behind.execute(
        "SELECT table_name, column_name, data_type, collation_name, is_nullable, column_default "
        "FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY 1, ordinal_position"
    ).fetchall()
