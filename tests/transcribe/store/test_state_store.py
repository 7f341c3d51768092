"""The store's verbs hang together as flat as need allows, and each says what it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.transcribe.store.world import after, person, sha, world
from transcribe.errors import NotFound
from transcribe.store.facts import ScanSearch


def test_a_scan_is_found_by_its_id_a_beginning_of_it_and_the_name_of_its_file(tmp_path: Path) -> None:
    with world(tmp_path) as made:
        made.scan("order 7.jpg")
        for called in (sha("order 7.jpg"), sha("order 7.jpg")[:9], "order 7.jpg"):
            assert made.store.scan(called).id == sha("order 7.jpg")
        with pytest.raises(NotFound, match="There is no scan 'order'"):
            made.store.scan("order")


def test_of_several_scans_of_one_name_the_ids_are_told(tmp_path: Path) -> None:
    with world(tmp_path) as made:
        ids = [made.scan(f"scan {number}").id for number in range(7)]
        made.behind.execute("UPDATE scan SET name = 'page.jpg'")
        with pytest.raises(NotFound, match=r"7 scans came as .page.jpg.: .* and 2 more. Name one by its id") as found:
            made.store.scan("page.jpg")
        assert sum(each[:12] in str(found.value) for each in ids) == 5


def test_a_scan_that_came_again_is_found_by_each_of_its_names_and_by_none_once_it_is_forgotten(tmp_path: Path) -> None:
    with world(tmp_path) as made:
        scan = made.scan("ana.jpg").id
        for name in ("copy.jpg", "ana.jpg", "", "copy.jpg"):
            made.store.note_known_again(scan, "", after(1), name)
        assert made.store.scan("copy.jpg").id == made.store.scan("ana.jpg").id == scan
        assert made.store.other_names(scan) == ["copy.jpg"]
        while made.store.sum_up(after(1)):
            pass
        found = made.store.find_scans(ScanSearch(name="cop"), 9)
        assert [each.scan for each in found] == [scan]
        made.store.forget(scan, after(2))
        made.store.note_known_again(scan, "", after(3), "third.jpg")
        assert made.store.other_names(scan) == []
        for name in ("copy.jpg", "third.jpg"):
            with pytest.raises(NotFound):
                made.store.scan(name)
        assert made.store.find_scans(ScanSearch(name="cop"), 9) == []


def test_two_scans_that_came_under_one_name_are_told_by_their_ids(tmp_path: Path) -> None:
    with world(tmp_path) as made:
        ids = [made.scan(name).id for name in ("ana.jpg", "ben.jpg")]
        made.store.note_known_again(ids[0], "", after(1), "ben.jpg")
        with pytest.raises(NotFound, match=r"2 scans came as .ben.jpg") as found:
            made.store.scan("ben.jpg")
        assert all(each[:12] in str(found.value) for each in ids)


def test_the_log_says_who_acts_where_a_verb_names_nobody(tmp_path: Path) -> None:
    with world(tmp_path) as made:
        made.store.actor = "command line, olga"
        made.store.put_transcriber(person("zoe"), after(1))
        made.store.put_transcriber(person("max"), after(2), "ben")
        assert [line.actor for line in made.store.audit()[-2:]] == ["command line, olga", "ben"]
