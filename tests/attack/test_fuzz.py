"""Fuzz: whatever is read or written, weighing gives a distribution, a form loads or is refused, hOCR is words."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from flows.steps.identify_tasks import identified
from reconcile.inference.weigh import weigh
from reconcile.learning.learn import learn
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.attack.mutation import mutated
from tests.examples import SOAK
from tests.reconcile.made import field, form, machine, reading
from transcribe import fields
from transcribe.errors import FormError, ScanError
from transcribe.forms import definition
from transcribe.model import WHOLE, FieldKey, Form, Master, Reading, Rule
from transcribe.ocr import hocr
from transcribe.table_rows import rows_key, told_rows

pytestmark = [pytest.mark.law, pytest.mark.timeout(3600)]
SECONDS = 400.0 if SOAK else 3.0
"""How long each part is fuzzed: all nine, with those of test_fuzz_http.py, are an hour in the long run."""

MOST_SECONDS = 10.0
"""Nothing may take longer than this for one input."""

TEXTS = ("12.50", "2025-01-12", "12/03/2025", "Customer 1", "BC-2025-0417", "", "X", "1 234,50 EUR", "12 High Street")
EDGES = ("100,200,300", "1,2", "0 5 9")
FORMS = ("receipt/1 90", "order-form/2 0", "0")
OFFERED = {("receipt", 1), ("order-form", 2)}
ALL_ANSWERS = {f"{name}/{version} {turn}" for name, version in OFFERED for turn in (0, 90, 180, 270)}
SHIPPED = tuple(file.read_text(encoding="utf-8") for file in sorted(definition.SHIPPED.glob("*.toml")))
PAGE = hocr.write([], size=(100, 100), system="kraken 5").replace(
    "</div>", '<span class="ocrx_word" title="bbox 1 2 30 40; x_wconf 93">Total</span></div>'
)


def rounds(seed: int, most: float = MOST_SECONDS) -> Iterator[Random]:
    """Chances, one for each input, until the time is over; no input may take more seconds than `most`."""
    end, number = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        begun = time.monotonic()
        yield Random(f"{seed} {number}")
        assert time.monotonic() - begun < most, (seed, number)
        number += 1


def every_type() -> Form:
    """A form with a field of each type, a rule and master data."""
    made = form(
        *(field(f"f_{name}", name) for name in fields.names()),
        columns=(field("lines.quantity", "integer"), field("lines.amount", "amount")),
        rules=(Rule(name="sum", check="f_amount == sum(lines.quantity * lines.amount)"),),
    )
    listed = tuple((f"Customer {number}", str(number)) for number in range(5))
    return replace(made, masters=(Master(field="f_name", values=listed, digest="0"),))


def read(of: Form, random: Random) -> list[Reading]:
    """Readings of a few fields by a few sources."""
    keys = [FieldKey(each.name) for each in of.fields] + [
        FieldKey(column.field.name, row) for column in of.tables[0].columns for row in (0, 1)
    ]
    found = []
    for key in random.sample(keys, 3):
        found += [reading(key, who, mutated(TEXTS, random), minute=random.randint(0, 3)) for who in ("ana", "ben")]
        found += [machine(key, "tesseract", random.choice((None, mutated(TEXTS, random))))]
    return found


@pytest.mark.parametrize("seed", [1])
def test_any_readings_are_weighed(seed: int) -> None:
    of = every_type()
    for random in rounds(seed):
        for posterior in weigh(of, read(of, random), shipped_parameters(), POLICY).values():
            total = sum(each.probability for each in posterior.candidates) + posterior.none
            assert total == pytest.approx(1.0)


@pytest.mark.parametrize("seed", [2])
def test_any_readings_are_learnt_from(seed: int) -> None:
    of = every_type()
    for random in rounds(seed):
        said = read(of, random)
        truths = {each.key: mutated(TEXTS, random) for each in said}
        learn([ScanFacts(form=of, readings=said, truths=truths)], shipped_parameters(), POLICY)


@pytest.mark.parametrize("seed", [3])
def test_an_identify_answer_is_one_of_those_offered_or_none(seed: int) -> None:
    for random in rounds(seed):
        for _ in range(100):
            text = mutated(FORMS, random)
            found = identified([reading(WHOLE, "ana", text)], OFFERED)
            assert (None if found is None else f"{found.form}/{found.version} {found.turn}") == (
                text if text in ALL_ANSWERS else None
            )


@pytest.mark.parametrize("seed", [4])
def test_the_rows_that_people_tell_are_rows_or_nothing(seed: int) -> None:
    of = every_type()
    for random in rounds(seed):
        for _ in range(100):
            said = reading(rows_key("lines"), "ana", mutated(EDGES, random), conditions={"page": 1})
            for told in told_rows(of, [said]).values():
                assert all(top < foot for top, foot in told.rows)


@pytest.mark.parametrize("seed", [5])
def test_a_definition_loads_or_is_refused(seed: int, tmp_path: Path) -> None:
    shutil.copytree(definition.SHIPPED, tmp_path, dirs_exist_ok=True)  # with the blanks and the known values
    file = tmp_path / "fuzzed.toml"
    for random in rounds(seed):
        file.write_bytes(mutated(SHIPPED, random).encode("utf-8", errors="surrogatepass"))
        with suppress(FormError):
            definition.load(file)


@pytest.mark.parametrize("seed", [6])
def test_hocr_is_words_or_is_refused(seed: int) -> None:
    for random in rounds(seed):
        content = mutated((PAGE,), random).encode("utf-8", errors="surrogatepass")
        with suppress(ScanError):
            assert all(word.text for word in hocr.read(content)[1])
