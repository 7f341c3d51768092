"""A field type is one new file: whatever the house does with a VAT number it does with an IBAN that it never saw."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from pydantic import BaseModel

from flows.desk.pages.form_pages import type_choices
from flows.desk.visit import Visit
from reconcile.records.database import open_for_reading
from reconcile.records.interchange.export_columns import columns_of
from reconcile.records.publish import publish
from reconcile.records.record_contract import values_model
from tests.reconcile.made import both, field, form, machine, posterior, reading
from tests.reconcile.records import MemoryOutbox, a_record, order_form
from tests.transcribe.extraction.printed import printed
from transcribe import fields
from transcribe.codes import EvidenceCode, Witness
from transcribe.extraction.key_values.finders import candidates
from transcribe.extraction.page_text.page_text import page_text_of
from transcribe.extraction.page_text.text_lines import lines
from transcribe.fields import _label_types as label_types
from transcribe.i18n import translation
from transcribe.model import Field, FieldKey, Find, Form, Task
from transcribe.review.options import MAX_VALUE_LENGTH, TextRefused, require_value_length
from transcribe.review.views.offers import text_faults

IBAN = '''
"""Numbers of bank accounts with their country and check digits (ISO 13616)."""

from stdnum import iban
from stdnum.exceptions import InvalidChecksum, ValidationError

from transcribe.fields._facts import Facts
from transcribe.fields._registry_number import bare, normalise

FACTS = Facts(
    name={"en": "bank account (IBAN)", "fr": "compte bancaire (IBAN)", "es": "cuenta bancaria (IBAN)"},
    plural={"en": "bank accounts", "fr": "comptes bancaires", "es": "cuentas bancarias"},
    has_check_digit=True,
    labels={"^iban": 6, "kontoverbindung": 6},
    fault_words={"not an IBAN": "This is no number of a bank account."},
)


def parse(text, field, form):
    return bare(text) or None


def faults(text, field, form):
    try:
        iban.validate(bare(text) or "DE89370400440532013000", check_country=False)
    except InvalidChecksum:
        return ("check digit",)
    except ValidationError:
        return ("not an IBAN",)
    return ()
'''
"""All that somebody writes who adds the type."""

RIGHT = {"vat": "FR40303265045", "iban": "DE89370400440532013000"}
MISREAD = {"vat": "FR40303265046", "iban": "DE89370400440532013007"}
CACHED = (fields.names, fields.load, fields.facts_of, fields.guessed, label_types._type_patterns)

both_types = pytest.mark.parametrize("kind", RIGHT)


@pytest.fixture(autouse=True)
def iban(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "fields"
    folder.mkdir()
    (folder / "iban.py").write_text(IBAN, encoding="utf-8")
    monkeypatch.setattr(fields, "__path__", [*fields.__path__, str(folder)])
    for each in CACHED:
        each.cache_clear()
    yield
    sys.modules.pop("transcribe.fields.iban", None)
    monkeypatch.undo()
    for each in CACHED:
        each.cache_clear()


def test_it_is_one_of_the_field_types() -> None:
    assert "iban" in fields.names()
    assert fields.load("iban").parse("DE89 3704 0044 0532 0130 00", field("it", "iban"), form()) == RIGHT["iban"]


@both_types
def test_its_check_digit_vouches_for_a_reading(kind: str) -> None:
    readings = machine("it", "tesseract 5.5.0 eng", RIGHT[kind]), machine("it", "rapidocr 3.10.0", MISREAD[kind])
    found = posterior(field("it", kind), *readings)
    assert (found.candidates[0].text, found.standing.witness) == (RIGHT[kind], Witness.CHECK_DIGIT)


@both_types
def test_a_misread_digit_is_repaired(kind: str) -> None:
    found = posterior(field("it", kind), *both("it", MISREAD[kind]))
    repaired = [each.text for each in found.candidates if each.origin == "repaired"]
    assert RIGHT[kind] in repaired


def test_it_is_weighed_as_the_types_of_its_family() -> None:
    """The same prior, trust and calibration: two people who read a value of as many signs have the same bits."""
    told = [
        posterior(field("it", kind), reading("it", "ana", text), reading("it", "ben", text))
        for kind, text in {**RIGHT, "vat": "DE89370400440532013000"}.items()
    ]
    vat, own = ({each.code: each.numbers for each in found.evidence} for found in told)
    assert own[EvidenceCode.READER_FOR] == vat[EvidenceCode.READER_FOR]


@both_types
def test_on_a_page_without_a_blank_it_is_one_word_beside_its_label(kind: str) -> None:
    named = Field(name="account", type=kind, label={"en": "Account"}, find=Find(labels=("Our number",)))
    made = replace(form(named), locale="fr_FR")
    rows = f"Our number: {RIGHT[kind]} for orders from abroad"
    assert candidates(page_text_of(lines(printed(rows), 1), made), made)["account"][0].text == RIGHT[kind]


@pytest.mark.parametrize(("label", "kind"), [("VAT number", "vat"), ("Kontoverbindung", "iban"), ("IBAN", "iban")])
def test_a_drafted_form_knows_it_by_its_label(label: str, kind: str) -> None:
    assert label_types.type_of(label, "eng") == kind


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_the_desk_and_the_pages_have_its_words(language: str) -> None:
    visit = cast(Visit, SimpleNamespace(language=language))
    facts = fields.facts_of("iban")
    assert dict(type_choices(visit))["iban"] == facts.name[language]
    assert Visit.kind(visit, "iban") == facts.plural[language]


@both_types
def test_a_reader_cannot_send_more_than_one_value(kind: str) -> None:
    with pytest.raises(TextRefused):
        require_value_length("9" * (MAX_VALUE_LENGTH + 1), kind)
    assert fields.facts_of(kind).input_mode == "text"


@pytest.mark.parametrize(
    ("kind", "language", "words"),
    [
        ("iban", "en", "This is no number of a bank account."),
        ("iban", "fr", "This is no number of a bank account."),
        ("vat", "en", "This is no VAT number."),
        ("vat", "fr", translation("fr").gettext("This is no VAT number.")),
    ],
)
def test_a_reader_is_told_its_own_fault_translated_where_the_catalogues_have_it(
    kind: str, language: str, words: str
) -> None:
    made = form(field("it", kind))
    task = cast(Task, SimpleNamespace(form=made.name, form_version=1, key=FieldKey("it")))
    assert text_faults(lambda *_: made, task, "!?", language) == (words,)


def test_its_records_have_the_columns_and_the_contract_of_others(tmp_path: Path) -> None:
    vat, own = (published(tmp_path / f"{kind}.db", kind) for kind in RIGHT)
    assert own == vat


def published(path: Path, kind: str) -> tuple[list[str], list[object], BaseModel | object]:
    """The schema of records.db, what is exported, and the contract of a form with such a field, without its name."""
    made = order_form(account=kind)
    store = MemoryOutbox(known=[made])
    store.put(a_record("one", account=RIGHT["iban"]))
    publish(store, path, store.form)
    with open_for_reading(path) as database:
        schema = [str(sql) for (sql,) in database.execute("select sql from sqlite_master order by name")]
        (value,) = next(database.execute('select account from "bon_de_commande"'))
    assert value == RIGHT["iban"]
    exported = [(each.name, each.kind, each.end) for each in columns_of(path, made.name, "")]
    return schema, [*exported], contract_of(made, kind)


def contract_of(made: Form, kind: str) -> object:
    account = dict(values_model(made).model_json_schema()["properties"]["account"])
    assert account.pop("x-type") == kind
    return account
