"""A form whose pattern no engine matches in bounded time: refused where it is new, used without it where it is old."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from flows.administration import examine
from flows.home import FormLibrary
from flows.home.home import Home, now
from flows.steps import reconcile_to_the_end
from tests.flows.conftest import house, rooms
from tests.flows.house import House
from tests.flows.steps.test_reconcile_scans import reads_of
from transcribe.errors import FormError
from transcribe.forms import definition
from transcribe.model import Scan, ScanPage, SourceFile

__all__ = ["house", "rooms"]

REFUSED = {
    r"(?=[A-Z])\w+": "(?= is a look-ahead: write what must stand there as a part of the pattern",
    r"(?!0)\d+": "(?! is a negative look-ahead: write what is allowed there instead of what is not",
    r"(?<=A)\d+": "(?<= is a look-behind: write what must stand there",
    r"(?<!A)\d+": "(?<! is a negative look-behind: write what is allowed there",
    r"(\d)\1": r"\1 is a reference back: write the pattern of that group once more",
    r"(?P<a>\d)(?P=a)": "(?P=a) is a reference back: write the pattern of that group once more",
    r"(?>\d+)": "(?> is an atomic group: write (?: for it",
    r"\d++": "++ is a possessive repetition: leave the second sign away",
    r"(\d": "see https://github.com/google/re2/wiki/Syntax",
}


def with_pattern(file: Path, pattern: str) -> None:
    """The definition with this pattern at its field "company"."""
    text = file.read_text(encoding="utf-8")
    named = 'name = "company"\n'
    assert named in text
    file.write_text(text.replace(named, f"{named}pattern = '{pattern}'\n", 1), encoding="utf-8")


def receipt_in(folder: Path) -> Path:
    shutil.copy(definition.SHIPPED / "receipt.toml", folder / "receipt.toml")
    return folder / "receipt.toml"


@pytest.mark.parametrize(("pattern", "said"), REFUSED.items())
def test_it_is_said_which_field_which_construct_and_what_to_write(tmp_path: Path, pattern: str, said: str) -> None:
    file = receipt_in(tmp_path)
    with_pattern(file, pattern)
    with pytest.raises(FormError) as refused:
        FormLibrary(tmp_path).check(str(file))
    assert str(refused.value).startswith('receipt.toml: field "company" pattern: ')
    assert said in str(refused.value)


@pytest.mark.promise("`fairhand forms check` names")
def test_forms_check_says_it(house: House) -> None:
    file = receipt_in(house.home.parent)
    with_pattern(file, r"(\d)\1")
    done = house.run("forms", "check", file)
    assert done.code != 0
    assert 'receipt.toml: field "company" pattern:' in done.err
    assert "is a reference back: write the pattern of that group once more" in " ".join(done.err.split())


@pytest.fixture
def old(rooms: Home) -> Home:
    """A home in which a form was used whose pattern is refused today."""
    rooms.use_form("receipt")
    form = definition.load("receipt")
    with_pattern(rooms.settings.forms / "receipt" / str(form.version) / "receipt.toml", r"(?!0)\w+")
    return rooms


def test_a_home_with_such_a_form_goes_on_without_the_pattern(old: Home) -> None:
    form = FormLibrary(old.settings.forms)("receipt", definition.load("receipt").version)
    assert form.field("company").pattern is None
    scan = Scan(id="7" * 64, pages=(ScanPage(file="7" * 64, page=1),), form=form.name, form_version=form.version)
    old.store.put_scan(scan, [SourceFile(sha256="7" * 64, name="a.jpg", size=1, media_type="image/jpeg")], now())
    old.store.put_reads(scan.id, reads_of(scan, {}), now())
    reconcile_to_the_end(old)
    assert old.store.quarantined() == []
    assert old.store.counts().records == {"receipt": 1}


def test_doctor_and_status_name_the_pattern_that_is_not_used(old: Home, house: House) -> None:
    version = definition.load("receipt").version
    (finding,) = [each for each in examine(old.settings) if each.check == "forms"]
    assert finding.warning
    said = f"receipt version {version}: field \"company\" pattern: the pattern '(?!0)\\\\w+'"
    assert finding.message.startswith(said)
    assert "(?! is a negative look-ahead" in finding.message
    told = json.loads(house.run("status", "--json").out)["ignored_patterns"]
    assert [each.startswith(said) for each in told] == [True]
    assert "1 not used of the patterns of forms:" in house.run("status").out


def test_a_form_that_is_installed_with_such_a_pattern_is_refused_by_check_though_an_older_copy_goes_on(
    old: Home,
) -> None:
    with_pattern(receipt_in(old.settings.forms), r"(\d)\1")
    library = FormLibrary(old.settings.forms)
    assert library.find("receipt").field("company").pattern is None
    with pytest.raises(FormError, match="reference back"):
        library.check("receipt")
    assert any("reference back" in each.message and not each.warning for each in examine(old.settings))
