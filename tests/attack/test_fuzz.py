"""Fuzz: whatever is read or written, weighing gives a distribution, a form loads or is refused, hOCR is words."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Literal

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.home.home import now
from flows.steps.identify_tasks import identified
from flows.steps.layout_tasks import unread_annotations
from reconcile.inference.weigh import weigh
from reconcile.learning.learn import learn
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.examples import examples
from tests.reconcile.made import field, form, machine, reading
from transcribe import extraction, fields
from transcribe.errors import FormError, ScanError
from transcribe.forms import definition
from transcribe.geometry import Box
from transcribe.model import WHOLE, FieldKey, Form, Master, Page, Place, Reading, Rule, Scan, ScanPage, Word
from transcribe.ocr import hocr
from transcribe.recognition import DRAWN, read_annotated
from transcribe.table_rows import rows_key, told_rows

pytestmark = [pytest.mark.law, pytest.mark.timeout(3600)]

NASTY = (
    *("\0", "\ud800", "\x1b[0m", "----", "9" * 400, "x" * 300, "[" * 300, "é\u0301", "-1", "1e999", "NaN", " ", "\n"),
    *("..", "/", '"', "'", "=", "(", ")", "**", "٣", "日本", "", "0", "/proc/kmsg/1 90"),
)
"""What breaks programs."""

TEXTS = ("12.50", "2025-01-12", "12/03/2025", "Customer 1", "BC-2025-0417", "", "X", "1 234,50 EUR", "12 High Street")
EDGES = ("100,200,300", "1,2", "0 5 9")
FORMS = ("receipt/1 90", "order-form/2 0", "0")
OFFERED = {("receipt", 1), ("order-form", 2)}
ALL_ANSWERS = {f"{name}/{version} {turn}" for name, version in OFFERED for turn in (0, 90, 180, 270)}
SHIPPED = tuple(file.read_text(encoding="utf-8") for file in sorted(definition.SHIPPED.glob("*.toml")))
PAGE = hocr.write([], size=(100, 100), system="kraken 5").replace(
    "</div>", '<span class="ocrx_word" title="bbox 1 2 30 40; x_wconf 93">Total</span></div>'
)


def mutated(seeds: Sequence[str], random: Random) -> str:
    """One of the seeds with a few pieces cut out, doubled, turned round, or put in the place of others."""
    text = random.choice(seeds)
    for _ in range(random.randint(0, 6)):
        start, end = sorted(random.randint(0, len(text)) for _ in range(2))
        piece, nasty = text[start:end], random.choice(NASTY)
        instead = random.choice(("", piece + piece, nasty, nasty + piece, piece[::-1], random.choice(seeds)))
        text = text[:start] + instead + text[end:]
    return text


def texts(seeds: Sequence[str]) -> st.SearchStrategy[str]:
    """The seeds, mutated."""
    return st.randoms(use_true_random=False).map(lambda random: mutated(seeds, random))


def every_type() -> Form:
    """A form with a field of each type, a rule and master data."""
    made = form(
        *(field(f"f_{name}", name) for name in fields.names()),
        columns=(field("lines.quantity", "integer"), field("lines.amount", "amount")),
        rules=(Rule(name="sum", check="f_amount == sum(lines.quantity * lines.amount)"),),
    )
    listed = tuple((f"Customer {number}", str(number)) for number in range(5))
    return replace(made, masters=(Master(field="f_name", values=listed, digest="0"),))


EVERY_TYPE = every_type()


@st.composite
def readings(draw: st.DrawFn) -> list[Reading]:
    """Readings of a few fields by a few sources."""
    cells = [FieldKey(column.field.name, row) for column in EVERY_TYPE.tables[0].columns for row in (0, 1)]
    keys = st.sampled_from([*(FieldKey(each.name) for each in EVERY_TYPE.fields), *cells])
    found = []
    for key in draw(st.lists(keys, min_size=3, max_size=3, unique=True)):
        found += [reading(key, who, draw(texts(TEXTS)), minute=draw(st.integers(0, 3))) for who in ("ana", "ben")]
        found += [machine(key, "tesseract", draw(st.none() | texts(TEXTS)))]
    return found


@examples(50)
@given(readings())
def test_any_readings_are_weighed(said: list[Reading]) -> None:
    for posterior in weigh(EVERY_TYPE, said, shipped_parameters(), POLICY).values():
        assert sum(each.probability for each in posterior.candidates) + posterior.none == pytest.approx(1.0)


@examples(30)
@given(readings(), st.data())
def test_any_readings_are_learnt_from(said: list[Reading], data: st.DataObject) -> None:
    truths = {each.key: data.draw(texts(TEXTS)) for each in said}
    learn([ScanFacts(form=EVERY_TYPE, readings=said, truths=truths)], shipped_parameters(), POLICY)


@examples(300)
@given(texts(FORMS))
def test_an_identify_answer_is_one_of_those_offered_or_none(text: str) -> None:
    found = identified([reading(WHOLE, "ana", text)], OFFERED)
    assert (None if found is None else f"{found.form}/{found.version} {found.turn}") == (
        text if text in ALL_ANSWERS else None
    )


@examples(300)
@given(texts(EDGES))
def test_the_rows_that_people_tell_are_rows_or_nothing(text: str) -> None:
    said = reading(rows_key("lines"), "ana", text, conditions={"page": 1})
    for told in told_rows(EVERY_TYPE, [said]).values():
        assert all(top < foot for top, foot in told.rows)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the blanks and known values of the shipped forms."""
    return Path(shutil.copytree(definition.SHIPPED, tmp_path_factory.mktemp("forms"), dirs_exist_ok=True))


@examples(100)
@given(text=texts(SHIPPED))
def test_a_definition_loads_or_is_refused(shipped: Path, text: str) -> None:
    file = shipped / "fuzzed.toml"
    file.write_bytes(text.encode("utf-8", errors="surrogatepass"))
    with suppress(FormError):
        definition.load(file)


@examples(200)
@given(texts((PAGE,)))
def test_hocr_is_words_or_is_refused(text: str) -> None:
    with suppress(ScanError):
        assert all(word.text for word in hocr.read(text.encode("utf-8", errors="surrogatepass"))[1])


class Nothing:
    """An engine that sees one word in every box."""

    source = name = "nothing 1"
    view: Literal["writing"] = "writing"

    def stretches(self, page: Page) -> None:
        """None: it cannot tell without reading."""

    def words(self, page: Page, boxes: Sequence[Box] | None = None) -> list[list[Word]]:
        for box in boxes or ():
            assert page.picture[box.y0 : box.y1, box.x0 : box.x1].size >= 0
        return [[Word(text="x", box=Box(0, 0, 9, 9), confidence=0.5)] for _ in boxes or (None,)]


CORNERS = st.integers(-9, 500) | st.sampled_from([0, 1, 10**5, 300, 400])


@pytest.mark.parametrize("name", ["receipt", "bon-de-commande"])
@examples(10)
@given(
    xs=st.tuples(CORNERS, CORNERS), ys=st.tuples(CORNERS, CORNERS), page=st.sampled_from([1, 2, 10_000]), data=st.data()
)
def test_any_place_that_people_draw_is_read(
    name: str, xs: tuple[int, int], ys: tuple[int, int], page: int, data: st.DataObject
) -> None:
    """A place outside the picture, without an area, or on a page that is none: read, or refused, never an accident."""
    of = definition.load(name)
    pages = [Page(number=1, picture=numpy.full((400, 300), 255, numpy.uint8))]
    scan = Scan(id="0" * 64, pages=(ScanPage(file="0" * 64, page=1),), form=of.name, form_version=of.version)
    key = FieldKey(data.draw(st.sampled_from(of.fields)).name)
    box = Box(min(xs), min(ys), max(xs) + 1, max(ys) + 1)
    drawn = Place(scan=scan.id, key=key, page=page, box=box, confidence=DRAWN)
    found = read_annotated(scan, pages, of, [Nothing()], unread_annotations(of, [drawn], []), now(), extraction)
    assert all(each.scan == scan.id for each in found.readings)
