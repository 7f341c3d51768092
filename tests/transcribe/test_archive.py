"""The archive: bytes by their SHA-256, many small pictures in one file, in a folder or elsewhere."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcribe.archive import Archive, opened, packed
from transcribe.errors import NotFound


@pytest.fixture(params=["folder", "memory"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    return Archive(str(tmp_path / "archive") if request.param == "folder" else f"memory://{tmp_path.name}")


def test_what_was_put_comes_back_under_its_hash_and_is_gone_when_erased(archive: Archive) -> None:
    name = archive.put(b"a page")
    assert name == hashlib.sha256(b"a page").hexdigest() == archive.put(b"a page")
    assert archive.get(name) == b"a page"
    archive.erase(name)
    archive.erase(name)
    assert not archive.has(name)
    with pytest.raises(NotFound, match="may have been erased"):
        archive.get(name)


def test_pictures_that_lie_in_one_file_are_found_by_their_names_and_erased_together(archive: Archive) -> None:
    content, names = packed({"a": b"first", "b": b"", "c": b"third"})
    kept = archive.put(content)
    assert [archive.get(names[each]) for each in "abc"] == [b"first", b"", b"third"]
    assert {opened(name)[0] for name in names.values()} == {kept}
    archive.erase(names["a"])
    assert not archive.has(names["c"])
    with pytest.raises(NotFound):
        archive.get(names["c"])


@given(st.dictionaries(st.text(max_size=4), st.binary(max_size=40), min_size=1, max_size=8))
def test_every_part_of_a_pack_is_what_was_packed(contents: dict[str, bytes]) -> None:
    content, names = packed(contents)
    assert {name: content[slice(*opened(names[name])[1:])] for name in contents} == contents
