"""The gate of definitions: any bytes are a form or are refused, in bounded time and memory."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests.examples import examples
from transcribe.errors import FormError
from transcribe.forms import load
from transcribe.forms.definition import SHIPPED
from transcribe.forms.definition_text import MAX_DEFINITION_BYTES, definition_content

ORDER = (SHIPPED / "order-form.toml").read_text(encoding="utf-8")
PIECES = ("a.", '"a".', "[", "]", "{", "}", "=", "1", "9" * 30, '"', "'", '"""', "'''", "\\", "#", "\n", "[[field]]\n",
          'name = "x"\n', "inf", "0x", "1979-05-27", "é", "\0", "a = ", ",", " ")  # fmt: skip
"""What definitions are made of, and what parsers fail at."""

MAX_MEMORY_BYTES = 300_000_000


@given(st.lists(st.tuples(st.sampled_from(PIECES), st.integers(1, 3000)), max_size=12), st.binary(max_size=40))
@examples(60, HealthCheck.function_scoped_fixture)
def test_any_bytes_are_a_form_or_are_refused(tmp_path: Path, pieces: list[tuple[str, int]], raw: bytes) -> None:
    at = tmp_path / "form.toml"
    said = "".join(piece * times for piece, times in pieces)
    for content in (said.encode(), raw, ORDER.encode() + said.encode(), said.encode() + ORDER.encode()):
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
        "a . " * 200_000 + "b = 1",
        '"a".' * 200_000 + "b = 1",
        "[" + "a." * 400_000 + "b]",
        "x = " + "[" * 900_000,
        "x = " + "{a=" * 300_000,
        '"""' + '\\"""' * 200_000,
        '"""\\' * 200_000,
        "'" * 900_000,
        '"' * 900_000,
        "a" * 900_000,
        "x = " + "9" * 900_000,
        "x = " + "1_" * 400_000,
        "[[field]]\n" * 90_000,
        "field = [" + "{}," * 300_000 + "]",
        "".join(f"a{each} = 1\n" for each in range(80_000)),
        "#" * 2_000_000,
    ],
    ids=lambda text: text[:12],
)
def test_a_megabyte_of_anything_takes_little_time_and_memory(text: str) -> None:
    """In a process of its own, whose memory is bounded: 20 KB of dots took 396 MB."""
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (10**9, 10**9))\n"
        "from transcribe.errors import FormError\n"
        "from transcribe.forms.definition_text import definition_content\n"
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
