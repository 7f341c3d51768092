"""Form definitions: what a good one gives, and that every mistake names its file and key."""

from __future__ import annotations

import copy
import datetime
import math
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from tests.examples import examples
from transcribe.errors import FormError
from transcribe.forms import definition, load, order_schema, schema
from transcribe.forms.definition import SHIPPED, shipped
from transcribe.forms.field_boxes import differences
from transcribe.forms.mistakes import MAX_DEFINITION_BYTES, definition_content, wrong_keys
from transcribe.geometry import Box
from transcribe.model import FieldKey, Find

GOOD = """
name = "small"
version = 3
title = "Small form"
languages = ["eng"]
locale = "en_GB"
currency = "GBP"
blank = "small.png"
size = [200, 300]

[[field]]
name = "number"
type = "code"
box = [10, 10, 100, 30]
pattern = '\\d{3}'

[[field]]
name = "total"
type = "amount"
box = [10, 250, 100, 270]

[[table]]
name = "lines"
box = [10, 50, 190, 240]
rows = 4
[[table.column]]
name = "quantity"
type = "integer"
span = [10, 60]
[[table.column]]
name = "price"
type = "amount"
span = [60, 190]

[[rule]]
check = "total == sum(lines.quantity * lines.price)"

[[master]]
field = "number"
source = "numbers.csv"
column = "no"
key = "id"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.new("L", (200, 300), 255).save(tmp_path / "small.png")
    (tmp_path / "numbers.csv").write_text("no,id\n417,a\n 418 ,b\n,c\n", "utf-8")
    return tmp_path


def write(folder: Path, text: str) -> str:
    path = folder / "small.toml"
    path.write_text(text, "utf-8")
    return str(path)


def test_a_definition_becomes_a_form(folder: Path) -> None:
    small = definition.load(write(folder, GOOD))
    assert (small.name, small.version, small.title) == ("small", 3, {"en": "Small form"})
    assert small.blanks[0].size == (200, 300)
    assert small.field("number").box == Box(10, 10, 100, 30)
    assert small.field("lines.quantity").label == {"en": "Quantity"}
    assert list(small.keys())[-1] == FieldKey("lines.price", 3)
    assert small.rules[0].name == small.rules[0].check
    assert small.masters[0].values == (("417", "a"), ("418", "b"))
    assert not small.free


def test_a_form_is_found_by_name_in_a_folder_before_those_shipped(folder: Path) -> None:
    write(folder, GOOD)
    assert definition.load("small", [folder]).version == 3
    assert "small" in definition.installed([folder])
    assert tomllib.loads(definition.definition("small", [folder]))["version"] == 3


def test_the_digest_changes_with_the_definition_the_blank_and_the_master(folder: Path) -> None:
    path = write(folder, GOOD)
    digests = [definition.load(path).digest]
    (folder / "numbers.csv").write_text("no,id\n417,a\n", "utf-8")
    digests.append(definition.load(path).digest)
    Image.new("L", (200, 300), 254).save(folder / "small.png")
    digests.append(definition.load(path).digest)
    write(folder, GOOD + "\n# a word\n")
    digests.append(definition.load(path).digest)
    assert len(set(digests)) == 4


def test_a_free_layout_needs_no_blank(folder: Path) -> None:
    text = """
name = "slip"
version = 1
title = "Slip"
languages = ["eng"]
locale = "en_GB"
[[field]]
name = "total"
type = "amount"
find = { labels = ["Total"], where = "right" }
"""
    slip = definition.load(write(folder, text))
    assert slip.free
    assert slip.field("total").find == Find(labels=("Total",), where="right")


def test_a_form_of_two_pages_puts_each_field_on_its_page(folder: Path) -> None:
    Image.new("L", (100, 100), 255).save(folder / "back.png")
    text = GOOD.replace('blank = "small.png"\nsize = [200, 300]', "").replace(
        "[[rule]]",
        '[[field]]\nname = "note"\ntype = "text"\npage = 2\nbox = [5, 5, 95, 95]\n[[page]]\nblank = "small.png"\n'
        '[[page]]\nblank = "back.png"\n[[rule]]',
    )
    both = definition.load(write(folder, text))
    assert [blank.size for blank in both.blanks] == [(200, 300), (100, 100)]
    assert both.field("note").page == 2


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('type = "code"', 'type = "codex"', 'field "number" type: there is no field type'),
        ("[10, 10, 100, 30]", "[10, 10, 210, 30]", 'field "number" box: [10, 10, 210, 30] reaches outside'),
        ("[10, 10, 100, 30]", "[100, 10, 10, 30]", 'field "number" box: the box'),
        ('name = "total"', 'name = "number"', '"number" stands twice'),
        ('name = "price"', 'name = "quantity"', '"lines.quantity" stands twice'),
        (
            "total == sum(lines.quantity * lines.price)",
            "total == (",
            "rule number 1 check: Form small, rule 'total == (' has a bracket without its other half",
        ),
        (
            "lines.quantity * lines.price",
            "lines.quantity * lines.cost",
            "names 'lines.cost', which is no field of the form",
        ),
        ('blank = "small.png"', 'blank = "other.png"', "blank: there is no file other.png"),
        ('blank = "small.png"', f'blank = "{"x" * 300}.png"', "blank: there is no file xxx"),
        ("size = [200, 300]", "size = [300, 200]", "size: small.png is 200 x 300 pixels"),
        ('locale = "en_GB"', 'locale = "xx_QQ"', "locale: there is no locale"),
        ('currency = "GBP"', 'currency = "QQQ"', "currency: there is no currency"),
        ("'\\d{3}'", "'(\\d'", 'field "number" pattern: the pattern'),
        ("span = [60, 190]", "span = [60, 195]", 'table "lines": the column price needs a span'),
        ("rows = 4", "", 'table "lines": a table with a box needs rows'),
        ('column = "no"', 'column = "nummer"', 'numbers.csv has no rows with a column "nummer"'),
        ('source = "numbers.csv"', 'source = "none.csv"', "master source: there is no file none.csv"),
        ('field = "number"', 'field = "lines.number"', 'the form has no field "lines.number"'),
        ("version = 3", "version = 0", "version: "),
        ("version = 3", "version = 3\ncolour = 1", "colour: there is no such key; see"),
        ("version = 3", "version = 3\nlangauges = 1", 'langauges: there is no such key; do you mean "languages"?'),
        ("version = 3", "version = 3\noptions = { prefill = 95 }", "options: prefill is a probability from 0.5 to 1"),
        ("version = 3", "version = 3\noptions = { prefill = true }", "options: prefill is a probability from 0.5"),
        ('type = "amount"\nbox', 'type = "amount"\nlabels = 1\nbox', 'field "total" labels: there is no such key'),
        ("version = 3", "version = ", "this is no TOML"),
        ('type = "code"\nbox = [10, 10, 100, 30]', 'type = "code"', 'field "number": a form with a blank needs a box'),
        (
            'type = "code"\nbox = [10, 10, 100, 30]',
            'type = "code"\npersonal = "payment"',
            'field "number": a payment field needs a box',
        ),
        (
            "box = [10, 250, 100, 270]",
            "box = [10, 250, 100, 270]\npage = 2",
            'field "total" page: the form has no page 2; its last one is 1',
        ),
        ("version = 3", "version = 99999999999999999999", "small.toml: version: "),
        ("box = [", "box = [true, ", "box: "),
        ('title = "Small form"', 'title = "Small\\u0000 form"', "a NUL character stands in a text, after 'Small'."),
    ],
)
def test_a_mistake_names_the_file_and_the_key(folder: Path, was: str, now: str, said: str) -> None:
    assert was in GOOD
    path = write(folder, GOOD.replace(was, now, 1))
    with pytest.raises(FormError) as caught:
        definition.load(path)
    assert "small.toml" in str(caught.value)
    assert said in str(caught.value)


def changed(*changes: tuple[str, str], after: str = "") -> str:
    """The good definition with these texts in place of others, and with more after it."""
    text = GOOD
    for was, now in changes:
        assert was in text
        text = text.replace(was, now)
    return text + after


WRONG_COLUMN = ('name = "quantity"\ntype = "integer"', 'name = "quantity"\ntype = "nothing"')
SEVERAL_MISTAKES = {
    "of two keys": (changed(('locale = "en_GB"', 'locale = "qq"'), ('"code"', '"x"')), ("locale", '"number" type')),
    "of keys and of what is put together": (
        changed(
            WRONG_COLUMN,
            ("box = [10, 250, 100, 270]", "box = [10, 250, 100, 370]"),  # outside the blank
            ('blank = "small.png"', 'blank = "small.png"\ncolour = "blue"'),
            ('column = "no"', 'column = "nom"'),
            after='\n[[rule]]\ncheck = "total == amount"\n[[master]]\nfield = "nobody"\nsource = "numbers.csv"\n'
            'column = "no"\n',
        ),
        ("colour", "no field type 'nothing'", '"total" box', '"nom"', "names 'amount'", '"nobody"'),
    ),
    "of a column, and of a rule about its table": (
        changed(WRONG_COLUMN, after='\n[[rule]]\ncheck = "total == sum(lines.prize)"\n'),
        (
            "no field type 'nothing'",
            "names 'lines.prize', which is no field of the form; known are number, total, lines.price."
            " docs/adding-a-form.md shows how rules are written.",
        ),
    ),
    "two names and two missing files": (
        changed(
            ('name = "total"', 'name = "number"'),
            ("small.png", "none.png"),
            ('name = "price"', 'name = "quantity"'),
            ("numbers.csv", "none.csv"),
            (GOOD[GOOD.index("[[rule]]") : GOOD.index("[[master]]")], ""),
        ),
        ('"number" stands twice', '"lines.quantity" stands twice', "no file none.png", "no file none.csv"),
    ),
    "what rests on a wrong field is not called wrong too": (
        changed(('name = "total"\ntype = "amount"', 'name = "total"\ntype = "x"')),
        ("no field type 'x'",),
    ),
}


@pytest.mark.promise("A mistake is named", "`fairhand forms check` names")
@pytest.mark.parametrize(("wrong", "told"), SEVERAL_MISTAKES.values(), ids=SEVERAL_MISTAKES)
def test_every_mistake_is_named_at_once_and_each_once(folder: Path, wrong: str, told: tuple[str, ...]) -> None:
    with pytest.raises(FormError) as raised:
        definition.load(write(folder, wrong))
    lines = str(raised.value).splitlines()
    for part in told:
        assert sum(part in line for line in lines) == 1, (part, lines)
    assert len(lines) == len(told)
    assert all(line.startswith("small.toml: ") for line in lines)


def test_an_option_that_there_is_not_is_a_mistake_when_a_definition_is_checked(folder: Path) -> None:
    path = write(folder, GOOD + "\n[options]\nduplicats = 'hold'\nstrict = true\nfoo = 1\n")
    definition.load(path)  # one that is in use goes on
    with pytest.raises(FormError) as wrong:
        definition.load(path, boxes_apart=True)
    assert str(wrong.value).splitlines() == [
        'small.toml: options duplicats: there is no such option; do you mean "duplicates"?',
        "small.toml: options foo: there is no such option",
    ]


ORDER = """
[order_x]
lines = "lines"
number = { field = "number" }
date = { value = "2026-02-30" }
buyer_name = { value = "Ann" }
buyer_country = { value = "UK" }
seller_name = { value = "Bob" }
line_name = { value = "a thing" }
line_quantity = { field = "lines.quantity" }
line_unit = { field = "number", codes = { "kg" = "KG", "l" = "LTR" } }
line_price = { field = "lines.price" }
line_amount = { field = "lines.price" }
line_gtin = { value = "123" }
line_tax_category = { value = "Q" }
total = { value = "1,50" }
"""


@pytest.mark.needs("order-x")
def test_a_constant_that_no_order_can_have_is_a_mistake_when_a_definition_is_checked(folder: Path) -> None:
    """`forms check` took them all, and no order was ever written. A scan that was read with such a form keeps it."""
    path = write(folder, GOOD + ORDER)
    with pytest.raises(FormError) as caught:
        definition.load(path, boxes_apart=True)
    assert str(caught.value).replace("small.toml: order_x ", "").splitlines() == [
        'buyer_country: write a country of ISO 3166, as FR, not "UK"',
        'date: write a day that exists, as 2026-11-27, not "2026-02-30"',
        'line_gtin: write an article number whose check digit fits, not "123"',
        'line_tax_category: write a tax category of UNTDID 5305, as S, not "Q"',
        'line_unit: write a unit of UN/ECE Recommendation 20, as C62 or KGM, not "KG"',
        'total: write a number, as 1234.50, not "1,50"',
    ]
    assert definition.load(path).order is not None


@pytest.mark.parametrize(
    ("was", "wrong", "said"),
    [
        ('type = "code"', 'type = "choice"', 'field "number" examples: a choice is one of a few words.'),
        ('name = "total"', 'name = "total"\nlabel = " "', 'field "total" label: it is empty.'),
        ("rows = ", "rows = 1000", "of them are lower than 8 pixels in a box"),
    ],
)
def test_what_nobody_could_fill_in_is_a_mistake_when_a_definition_is_checked(
    folder: Path, was: str, wrong: str, said: str
) -> None:
    assert was in GOOD
    path = write(folder, GOOD.replace(was, wrong, 1))
    definition.load(path)  # one that is in use goes on
    with pytest.raises(FormError) as caught:
        definition.load(path, boxes_apart=True)
    assert said in str(caught.value)


def test_a_file_that_windows_wrote_is_read(folder: Path) -> None:
    path = write(folder, GOOD)
    form, file = definition.load(path), Path(path)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert definition.load(path).fields == form.fields
    assert definition.definition(path).startswith(GOOD[:5])
    file.write_bytes(GOOD.encode("utf-16"))
    with pytest.raises(FormError, match="save it as UTF-8"):
        definition.load(path)


def test_known_values_with_semicolons_are_said_to_want_commas(folder: Path) -> None:
    (folder / "numbers.csv").write_text("number;name\nA-1;x\n", encoding="utf-8")
    with pytest.raises(FormError, match="Separate its columns by commas"):
        definition.load(write(folder, GOOD))


def test_what_is_no_text_is_no_definition(folder: Path) -> None:
    (folder / "small.toml").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(FormError, match="no text in UTF-8"):
        definition.load(folder / "small.toml")


def test_an_unknown_form_lists_those_known() -> None:
    with pytest.raises(FormError, match="bon-de-commande"):
        definition.load("bon-de-comande")
    with pytest.raises(FormError, match="Give the path"):
        definition.load("nowhere/form.toml")


@pytest.mark.parametrize("name", definition.shipped())
def test_every_shipped_form_is_right(name: str) -> None:
    shipped = definition.load(name)
    assert shipped.name == name
    assert all({"fr", "en"} <= set(field.label) for field in shipped.all_fields())


def test_a_definition_says_who_may_see_a_field(tmp_path: Path) -> None:
    path = tmp_path / "slip.toml"
    path.write_text(
        'name = "slip"\nversion = 1\ntitle = "Slip"\nlanguages = ["fra"]\nlocale = "fr_FR"\ncurrency = "EUR"\n'
        '[[field]]\nname = "customer"\ntype = "name"\nlanguages = ["fr"]\nregions = ["FR"]\napart = "customer"\n'
        'find = { labels = ["Client"] }\n',
        encoding="utf-8",
    )
    field = definition.load(str(path)).field("customer")
    assert (field.languages, field.regions, field.apart) == (("fr",), ("FR",), "customer")


ORDER_OF_DEFINITION_TEXT = (SHIPPED / "order-form.toml").read_text(encoding="utf-8")
PIECES = ("a.", '"a".', "[", "]", "{", "}", "=", "1", "9" * 30, '"', "'", '"""', "'''", "\\", "#", "\n", "[[field]]\n",
          'name = "x"\n', "inf", "0x", "1979-05-27", "é", "\0", "a = ", ",", " ")  # fmt: skip
"""What definitions are made of, and what parsers fail at."""

MAX_MEMORY_BYTES = 300_000_000


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.integers(1, 3000)), max_size=12), st.binary(max_size=40))
@examples(60, HealthCheck.function_scoped_fixture)
def test_any_bytes_are_a_form_or_are_refused(tmp_path: Path, pieces: list[tuple[str, int]], raw: bytes) -> None:
    at = tmp_path / "form.toml"
    said = "".join(piece * times for piece, times in pieces)
    for content in (
        said.encode(),
        raw,
        ORDER_OF_DEFINITION_TEXT.encode() + said.encode(),
        said.encode() + ORDER_OF_DEFINITION_TEXT.encode(),
    ):
        at.write_bytes(content)
        refused = ""
        try:
            load(at, boxes_apart=True)
        except FormError as error:
            refused = str(error)
        assert refused.startswith("form.toml: ") or not refused
        assert str(tmp_path) not in refused


@pytest.mark.parametrize(
    "text",
    [
        "a." * 400_000 + "b = 1",
        "[" + "a." * 400_000 + "b]",
        "x = " + "[" * 900_000,
        "x = " + "{a=" * 300_000,
        '"""' + '\\"""' * 200_000,
        "'" * 900_000,
        "x = " + "9" * 900_000,
        "[[field]]\n" * 90_000,
        "".join(f"a{each} = 1\n" for each in range(80_000)),
    ],
    ids=lambda text: text[:12],
)
def test_a_megabyte_of_anything_takes_little_time_and_memory(text: str) -> None:
    """In a process of its own, whose memory is bounded: 20 KB of dots took 396 MB."""
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (10**9, 10**9))\n"
        "from transcribe.errors import FormError\n"
        "from transcribe.forms.mistakes import definition_content\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: definition_content('form.toml', sys.stdin.buffer.read())\n"
        "except FormError as error: assert str(error).startswith('form.toml: '), error\n"
        "print(1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_utime)"
    )
    ran = subprocess.run([sys.executable, "-c", script], input=text.encode(), capture_output=True, timeout=120)
    assert ran.returncode == 0, ran.stderr.decode()
    memory, seconds = map(float, ran.stdout.split())
    assert memory < MAX_MEMORY_BYTES
    assert seconds < 20


def test_what_definitions_say_passes_the_gate_letter_by_letter() -> None:
    """Texts with dots, brackets and long numbers in them are texts."""
    dots = f'label = "{"." * 50} [[[[[[[[[[[[ {"9" * 40} a.b.c.d.e.f.g.h.i.j.k"\n# a.b.c.d.e.f.g.h.i.j.k [[[[[[[[[[\n'
    for each in SHIPPED.glob("*.toml"):
        text = dots + each.read_text(encoding="utf-8")
        assert definition_content(each.name, text) == tomllib.loads(text)


def test_the_line_and_the_part_that_is_too_much_are_named() -> None:
    for text, told in (
        (
            'x = """\n\n"""\na.b.c.d.e.f.g.h.i = 1',
            "form.toml: a.b.c.d.e.f.g.h.i: line 4: a.b.c.d.e.f.g.h.... has more than 8 parts.",
        ),
        ("\nx = 1234567890123456789", "form.toml: x: line 2: 1234567890123456789... has more than 18 digits."),
        ("x = [[[[[[[[[", "form.toml: x: line 1: this is nested too deep for a form definition."),
        ("x" * (MAX_DEFINITION_BYTES + 1), "form.toml: this is longer than 1000000 bytes, and no form definition."),
        ("[[field]]\n" * 2001, "form.toml: field: a form has at most 2000 fields, columns and rules."),
    ):
        with pytest.raises(FormError) as raised:
            definition_content("form.toml", text)
        assert str(raised.value) == told


GOOD_OF_WRONG_VALUES: dict[str, Any] = {
    "name": "small",
    "version": 1,
    "title": "Small",
    "languages": ["eng"],
    "locale": "en_GB",
    "blank": "small.png",
    "size": [10, 10],
    "field": [{"name": "x", "type": "code", "box": [0, 0, 1, 1], "find": {"labels": ["a"]}}],
    "table": [{"name": "l", "box": [0, 0, 5, 5], "rows": 2, "column": [{"name": "q", "type": "code", "span": [0, 5]}]}],
    "rule": [{"check": "x == 1"}],
    "master": [{"field": "x", "source": "a.csv", "column": "c"}],
    "page": [{"blank": "a.png"}],
    "order_x": {"lines": "l", "number": {"field": "x"}},
    "options": {"prefill": 0.9},
}

TABLES: tuple[tuple[type[order_schema.DefinitionTable], tuple[str | int, ...]], ...] = (
    (schema.FormFile, ()),
    (schema.FieldTable, ("field", 0)),
    (schema.FindTable, ("field", 0, "find")),
    (schema.TableTable, ("table", 0)),
    (schema.ColumnTable, ("table", 0, "column", 0)),
    (schema.RuleTable, ("rule", 0)),
    (schema.MasterTable, ("master", 0)),
    (schema.PageTable, ("page", 0)),
    (order_schema.OrderTable, ("order_x",)),
    (order_schema.OrderTermTable, ("order_x", "number")),
)
"""Every table of a definition, and where it stands in `GOOD`."""

VALUES: tuple[object, ...] = (
    *("", "x", "X y!", "a" * 200, 0, -1, 1, 5, 2.5, math.nan, math.inf, 10**30, True, datetime.date(2026, 1, 1)),
    *([], [1], [1, 2, 3, 4, 5], ["a"], [[]], {}, {"a": 1}, {"a": {"b": 1}}),
)
"""Values of every kind that TOML has."""

FOREIGN_WORDS = re.compile(r"\b(Input|String|Tuple|Field required|Value error|validation|should|dictionary)\b")
"""Words that pydantic takes, and fairhand does not."""


def places() -> Iterator[tuple[str | int, ...]]:
    """Where in a definition a value may stand."""
    for table, at in TABLES:
        yield from ((*at, key) for key in table.model_fields)
    yield from (("options", "prefill"), ("field", 0), ("languages", 0), ("size", 1), ("title", "en"))


def told_of(place: tuple[str | int, ...], value: object) -> list[str]:
    """What is said of a definition with this value at that place; nothing where it is right."""
    content = copy.deepcopy(GOOD_OF_WRONG_VALUES)
    content["title"] = {"en": "Small"}
    at: Any = content
    for part in place[:-1]:
        at = at[part]
    at[place[-1]] = value
    try:
        schema.FormFile.model_validate(content)
    except ValidationError as error:
        return wrong_keys("small.toml", content, error, schema.known_keys())
    return []


@pytest.mark.parametrize("place", list(places()), ids=str)
def test_no_wrong_value_is_told_of_in_the_words_of_a_library(place: tuple[str | int, ...]) -> None:
    for value in VALUES:
        for line in told_of(place, value):
            assert not FOREIGN_WORDS.search(line), line
            assert line.startswith("small.toml: ")


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("version",), 0, "version: write a number from 1 on, not 0"),
        (("field", 0, "required"), "oui", 'field "x" required: write true or false, not "oui"'),
        (("field", 0, "target"), 2, 'field "x" target: write a number below 1, not 2'),
        (("field", 0, "personal"), "no", "field \"x\" personal: write 'contact' or 'payment', not \"no\""),
        (("table", 0, "rows"), "four", 'table "l" rows: write a whole number, not "four"'),
        (("size",), [10], "size number 2: a number is missing here"),
        (("size",), [1, 2, 3], "size: write a list of 2, not [1, 2, 3]"),
        (("page", 0), {}, "page number 1 blank: it is missing, and must be there"),
        (("options", "prefill"), [], "options prefill: write a text in quotes, a number, true or false, not []"),
    ],
)
def test_it_is_said_what_to_write(place: tuple[str | int, ...], value: object, said: str) -> None:
    assert f"small.toml: {said}" in told_of(place, value)


def test_a_list_is_not_called_too_short_where_an_entry_of_it_is_wrong() -> None:
    told = [line for line in told_of(("languages",), ["en"]) if "languages" in line]
    assert len(told) == 1
    assert told[0].startswith("small.toml: languages number 1: write a language as Tesseract names it")
    assert "small.toml: languages: write a list of 1 or more, not []" in told_of(("languages",), [])


FORM = load("bon-de-commande")


def test_equal_forms_do_not_differ() -> None:
    for name in shipped():
        assert differences(load(name), load(name)) == []


def test_a_changed_field_says_in_what() -> None:
    first, *others = FORM.fields
    assert first.box
    moved = replace(
        first, required=not first.required, pattern=r"X\d", box=Box(*first.box)._replace(x1=first.box.x1 + 5)
    )
    found = differences(FORM, replace(FORM, fields=(moved, *others)))
    assert {(each.what, each.name, each.key) for each in found} == {
        ("field", first.name, "required"),
        ("field", first.name, "pattern"),
        ("field", first.name, "box"),
    }
    assert next(each.after for each in found if each.key == "pattern") == r"X\d"


def test_what_is_new_and_what_is_gone_is_told_once() -> None:
    without = replace(FORM, fields=FORM.fields[1:], rules=FORM.rules[1:], masters=FORM.masters[1:])
    gone = [(each.what, each.key, each.after) for each in differences(FORM, without)]
    assert gone == [("field", "", ""), ("rule", "", ""), ("list", "", "")]
    assert [(each.what, each.before) for each in differences(without, FORM)] == [
        ("field", ""),
        ("rule", ""),
        ("list", ""),
    ]


def test_a_list_with_other_values_and_another_title_differ() -> None:
    (first, *others) = FORM.masters
    changed = replace(FORM, masters=(replace(first, values=first.values[:-1], digest="0" * 64), *others))
    assert [(each.what, each.key) for each in differences(FORM, changed)] == [("list", "values")]
    assert [each.key for each in differences(FORM, replace(FORM, title={"en": "Other"}))] == ["title"]


@given(st.sets(st.integers(0, len(FORM.fields) - 1)), st.sets(st.integers(0, len(FORM.fields) - 1)))
def test_differences_turn_round_with_the_versions(one: set[int], other: set[int]) -> None:
    before = replace(FORM, fields=tuple(FORM.fields[at] for at in sorted(one)))
    after = replace(FORM, fields=tuple(FORM.fields[at] for at in sorted(other)))
    there = {(each.what, each.name, each.key, each.before, each.after) for each in differences(before, after)}
    back = {(each.what, each.name, each.key, each.after, each.before) for each in differences(after, before)}
    assert there == back
