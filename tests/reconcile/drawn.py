"""Fields, readings and parameters drawn at random, for the laws of weighing and deciding."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from reconcile.forms.prepared_form import prepared
from reconcile.learning.counts import MEMORY_SCAN_COUNT
from reconcile.parameters.code_shapes import shape_of
from reconcile.parameters.shipped import shipped_parameters
from tests.reconcile.made import field, form, reading
from transcribe.codes import Flag
from transcribe.fields import facts_of
from transcribe.model import FieldKey, Form, Parameters, Reading, Rule

KEY = FieldKey("it")
ENGINES = ("tesseract 5.5.0 eng", "rapidocr 3.10.0")
PEOPLE = ("ana", "ben", "eve", "zoe", "mina")

TEXTS: dict[str, tuple[str, ...]] = {
    "text": ("paper, white", "paper, while", "Paper white", "30 l", "301", "1", "toner"),
    "name": ("Björn Okafor-Lindqvist", "Bjorn Okafor-Lindqvist", "Björn Okafor", "Mary Poole", "Mary Pool"),
    "address": ("12 High Street, Leeds", "12 High Street Leeds", "72 High Street, Leeds", "High Street 12, Leeds"),
    "email": ("a.b@mail.example", "a.b@mai1.example", "a,b@mail.example"),
    "code": ("PO-1042", "P0-1042", "PO-1O42", "77", "7T"),
    "ean": ("4006381333931", "4006381333937", "4006381333961"),
    "luhn": ("79927398713", "79927398113", "79927398719"),
    "phone": ("+33 1 23 45 67 89", "+33 1 23 45 67 80", "0123456789"),
    "amount": ("12.50", "12.80", "1250", "1,250.00", "x"),
    "integer": ("3", "8", "30", "0", "B"),
    "decimal": ("7.5", "75", "1.25", "7.S"),
    "checkbox": ("true", "false", "x?"),
    "date": ("03/04/2026", "04/03/2026", "31/02/2026", "03/04/2025", "13/04/2026"),
}
"""By type of field: texts that are near one another, some faulty for the type."""

UNLIKE: dict[str, str] = {
    "text": "envelopes, padded grey",
    "name": "Gudrun Wietzke",
    "address": "Postfach 998877",
    "email": "quux.zed@post.test",
    "code": "ZX/99-88-77",
    "ean": "7612345678900",
    "luhn": "5105105105105100",
    "phone": "+49 8888 777666",
    "amount": "98765.43",
    "integer": "7654321",
    "decimal": "98765.432",
    "date": "27/11/1988",
}
"""By type of field: a text that is no misreading of any of its `TEXTS`."""

NULL_FLAGS = (Flag.ILLEGIBLE, Flag.ABSENT, Flag.CROSSED_OUT)
PICTURE_FLAGS = (Flag.NOT_FITTING, Flag.ROWS_MISSING)
TROUBLE_FLAGS = (
    Flag.HANDWRITING,
    Flag.MISCOUNTED,
    Flag.PARTLY_READ,
    Flag.UNLABELLED,
    Flag.ANOTHER_DOCUMENT,
    *PICTURE_FLAGS,
)
"""What a machine may say beside any reading."""

CONFIDENCES = st.one_of(st.none(), st.floats(0.0, 1.0))
TALLIES = st.sampled_from([[0.0, 400.0], [4.0, 100.0], [30.0, 100.0], [60.0, 100.0], [100.0, 100.0], [400.0, 400.0]])


@dataclass(frozen=True, kw_only=True)
class World:
    """A form of one field, readings of it that have no sources twice, and parameters."""

    form: Form
    readings: tuple[Reading, ...]
    parameters: Parameters

    def with_readings(self, *readings: Reading) -> World:
        return replace(self, readings=readings)

    def __repr__(self) -> str:
        """What a failing example shows: the type and who said what, and what was drawn of the parameters."""
        said = [
            (
                each.source,
                sorted(each.flags) if each.text is None else each.text,
                each.confidence,
                *each.conditions.values(),
            )
            for each in self.readings
        ]
        names = ("unrelated", "follows", "tempting", "tempting_on_bad")
        drawn = {name: self.parameters.content.get(name) for name in names} if self.parameters.version else "shipped"
        kind = self.form.fields[0].type
        sources: Any = self.parameters.content["sources"]
        errors = {source: tally[kind] for source, tally in sources.items() if kind in tally}
        return f"World({kind}, {said}, {drawn}, {errors if self.parameters.version else ''})"

    @property
    def texts(self) -> tuple[str, ...]:
        return TEXTS[self.form.fields[0].type]


def said(draw: st.DrawFn, source: str, texts: tuple[str, ...], quality: float, fit: float) -> Reading:
    """A reading by this source: of one of the texts, blank, or none with the reason; a machine's with any flag."""
    machine = source in ENGINES
    what = draw(st.sampled_from([*texts, *texts, "", None]))
    flags = frozenset({draw(st.sampled_from(NULL_FLAGS))}) if what is None else frozenset[str]()
    if machine and (trouble := draw(st.sampled_from((None, None, *TROUBLE_FLAGS)))) is not None:
        flags |= {trouble}
    return reading(
        KEY,
        source,
        what,
        kind="machine" if machine else "person",
        minute=draw(st.integers(0, 3)),
        confidence=draw(CONFIDENCES) if machine else None,
        conditions={"fit": fit, "quality": quality} if machine else None,
        flags=flags,
    )


@st.composite
def with_shapes(draw: st.DrawFn, type_name: str) -> Parameters:
    """What shipped, and for codes and texts what may have been learnt of the shapes of this field's values."""
    shipped = shipped_parameters()
    if not facts_of(type_name).has_shapes or draw(st.booleans()):
        return shipped
    spot = prepared(form(field(KEY.name, type_name))).fields[KEY.name]
    known = {shape_of(text): text for text in map(spot.normal, TEXTS[type_name]) if shape_of(text)}
    counts = {}
    for shape in draw(st.lists(st.sampled_from(sorted(map(str, known))), unique=True)):
        count = draw(st.floats(1, MEMORY_SCAN_COUNT))
        usual = [{each: count} if draw(st.booleans()) else {} for each in known[shape]]
        counts[shape] = {"count": count, "characters": usual}
    learnt = {"counts": counts, "others": draw(st.floats(0, 20)), "kinds": draw(st.integers(0, 5)), "seen": []}
    return Parameters(version=shipped.version, content={**shipped.content, "shapes": {spot.name_on_form: learnt}})


@st.composite
def parameters(draw: st.DrawFn, *type_names: str) -> Parameters:
    """Shipped parameters, or ones whose sources err as often as drawn, from never to always."""
    shipped = draw(with_shapes(type_names[0]))
    if draw(st.booleans()):
        return shipped
    content: dict[str, Any] = dict(shipped.content)
    machines = ("tesseract", "rapidocr")
    names = (*PEOPLE, *machines)
    sources, bad = ({name: {kind: draw(TALLIES) for kind in type_names} for name in some} for some in (names, machines))
    content["sources"] = {**content["sources"], **sources}
    content["on_bad"] = {**content.get("on_bad", {}), **bad}
    content["unrelated"] = {**content["unrelated"], **{name: draw(TALLIES) for name in names}}
    content["follows"] = {kind: draw(TALLIES) for kind in ("machine", "person")}
    content["tempting"] = {kind: draw(TALLIES) for kind in type_names}
    content["tempting_on_bad"] = {kind: draw(TALLIES) for kind in type_names}
    return Parameters(version=7, content=content)


@st.composite
def worlds(
    draw: st.DrawFn, *, least: int = 1, people_only: bool = False, types: tuple[str, ...] = tuple(TEXTS)
) -> World:
    """A field of any type with readings by any of seven sources, under any parameters."""
    type_name = draw(st.sampled_from(sorted(types)))
    sources = PEOPLE if people_only else (*ENGINES, *PEOPLE)
    chosen = draw(st.lists(st.sampled_from(sources), min_size=least, max_size=6, unique=True))
    quality, fit = draw(st.sampled_from([1.0, 0.7, 0.45, 0.2])), draw(st.sampled_from([1.0, 0.8]))
    readings = tuple(said(draw, source, TEXTS[type_name], quality, fit) for source in chosen)
    return World(
        form=form(field("it", type_name, required=draw(st.booleans()))),
        readings=readings,
        parameters=draw(parameters(type_name)),
    )


PARTS = (FieldKey("lines.quantity", 0), FieldKey("lines.unit_price", 0), FieldKey("lines.amount", 0))
LINES = form(
    columns=(field("lines.quantity", "integer"), field("lines.unit_price", "amount"), field("lines.amount", "amount")),
    rules=(Rule(name="line amount", check="lines.amount == lines.quantity * lines.unit_price"),),
)
NUMBERS = {
    "lines.quantity": ("3", "8", "1"),
    "lines.unit_price": ("12.50", "12.80", "1250"),
    "lines.amount": ("37.50", "37.60", "100.00", "3750"),
}


NUMBER_TYPES = ("integer", "amount")


@st.composite
def lines(draw: st.DrawFn) -> list[Reading]:
    """Readings of one row of a table whose cells a rule ties together."""
    found = []
    for key in PARTS:
        for source in draw(st.lists(st.sampled_from((*ENGINES, *PEOPLE)), max_size=4, unique=True)):
            found.append(replace(said(draw, source, NUMBERS[key.name], 1.0, 1.0), key=key, id=f"{key} {source}"))
    return found
