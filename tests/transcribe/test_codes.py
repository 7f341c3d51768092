"""The codes of readings, tasks, decisions and evidence, word for word as stores and exports hold them."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from enum import StrEnum

import pytest

from transcribe.codes import EvidenceCode, Flag, Method, Reason, Witness
from transcribe.model import FieldKey
from transcribe.ocr import reading

STORED: dict[type[StrEnum], str] = {
    Flag: (
        "illegible, crossed out, absent, masked, not fitting, handwriting, miscounted, partly read, "
        "outside photo, checks itself, another document, rows missing, unlabelled, overrode a check, "
        "heard an appeal, saw all readings, saw an appeal's words, not this form, erased"
    ),
    Witness: ("sums, known value, check digit, known words, format, shape"),
    Reason: (
        "nothing read, not fitting, not found, another document, unlabelled, rows missing, misplaced, "
        "form unknown, form doubted, illegible, crossed out, handwriting, miscounted, partly read, "
        "outside photo, ink but no text, lookalike, new shape, format, sums, engines disagree, one engine, "
        "extent, not proven, not sure enough, one reader, given up, agreed in doubt, one tradition, "
        "readers disagree, readers split, no other reader, no other expert, audit, below target, "
        "asked again, control, qualification, appeal"
    ),
    Method: (
        "expert, operator, ink, barcode, machines, person and machine, person and witness, people, weighed, provisional"
    ),
    EvidenceCode: (
        "reader for, reader against, reader neither, reader apart, reader near, reader doubted, "
        "own reader near, own reader doubted, own measured, own reader for, own reader against, "
        "own reader neither, own reader apart, own saw a value, saw a value, before reading, format, "
        "barcode, check digit, known value, known words, shape, shape for, shape against, shape settles, "
        "new shape learnt, one sure engine, doubt, rule holds, rule broken, runner-up, nothing else, audited, "
        "audited as shipped, calibrated, would flip, read whole, each word, majority, rate, rate of form, "
        "rate of source, rate of group, not worth, masked, champion, gold, operator assumed, "
        "collection unanimous, collection single, collection unread, collection no readings, "
        "collection majority, collection weighed, collection minority, collection composed, collection blank"
    ),
}


@pytest.mark.parametrize("codes", STORED, ids=lambda codes: codes.__name__)
def test_the_stored_strings_are_these(codes: type[StrEnum]) -> None:
    assert ", ".join(str(code) for code in codes) == STORED[codes]


@pytest.mark.parametrize("codes", STORED, ids=lambda codes: codes.__name__)
def test_a_code_is_written_as_the_plain_string(codes: type[StrEnum]) -> None:
    members, plain = list(codes), STORED[codes].split(", ")
    assert json.dumps(members) == json.dumps(plain)
    assert json.dumps(members, indent=1) == json.dumps(plain, indent=1)
    assert ", ".join(members) == ", ".join(plain)
    database = sqlite3.connect(":memory:")
    assert [database.execute("SELECT ?", [member]).fetchone()[0] for member in members] == plain
    database.close()


@pytest.mark.parametrize(
    "flags", [(Flag.ILLEGIBLE, Flag.CROSSED_OUT), ("illegible", "crossed out"), ("crossed out", Flag.ILLEGIBLE)]
)
def test_the_id_of_a_machine_reading_is_that_of_plain_strings(flags: tuple[str, ...]) -> None:
    """The id as version 0.1.0 gave it, when flags were plain strings."""
    read = reading(
        scan="scan",
        key=FieldKey("total"),
        source="tesseract 5",
        text=None,
        at=datetime(2026, 1, 5, tzinfo=UTC),
        confidence=None,
        conditions={"fit": 1.0},
        flags=flags,
    )
    assert read.id == "f6459065aa587cd67293c227e3597f1145a6012059d900a40189afe9a463904a"
