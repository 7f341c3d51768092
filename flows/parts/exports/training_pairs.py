"""Training pairs for recognisers of lines: the picture of a field and what it says, with the consent of its readers."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.home import Home
from reconcile.records import query
from transcribe.drawing import as_png, field_alone
from transcribe.errors import SettingsError
from transcribe.fields import facts_of
from transcribe.model import Decision, Form, Place, Reading
from transcribe.whole_files import whole_folder

SCAN_CHARACTERS = 16
"""The characters of a scan's id with which names of its files begin: no two scans of a home share them."""

FILE_OF_A_PAIR = re.compile(r"([0-9a-f]{16})-[a-z0-9_.-]+?(\.png|\.gt\.txt)")
"""A file that an export made; the first group says of which scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPair:
    """A field's picture and place, and its text as a person typed it.

    `name` is that of its files. A `close` place was found around words, and is no box of a blank.
    """

    name: str
    place: Place
    snippet: str
    text: str
    field: str
    type: str
    close: bool


def write(home: Home, form: str, out: Path) -> int:
    """Write NAME.png and NAME.gt.txt of each pair, and metadata.jsonl with all of them; gives how many.

    Tesseract (tesstrain), kraken and Calamari take the pairs, and what reads a folder of pictures the metadata.
    Pairs of an earlier export that are none any more (the scan is forgotten, somebody said no since) are removed.
    SettingsError where the settings say that readings do not train machines: people were told so.
    """
    if not home.settings.training:
        raise SettingsError(
            "Readings do not train machines here, and people were told so (FAIRHAND_TRAINING). Set it, and export what "
            "those say yes to who are asked from then on."
        )
    scans, written = _gone(home, form), set[str]()
    with whole_folder(out) as folder, (folder / "metadata.jsonl").open("w", encoding="utf-8") as metadata:
        for record in query.records(home.settings.records, form):
            scans.add(record.scan[:SCAN_CHARACTERS])
            for pair in training_pairs(home, record.scan, home.forms(record.form, record.form_version)):
                (folder / f"{pair.name}.png").write_bytes(_picture(home, pair))
                (folder / f"{pair.name}.gt.txt").write_text(pair.text + "\n", encoding="utf-8")
                said = {"file_name": f"{pair.name}.png", "text": pair.text, "field": pair.field, "type": pair.type}
                metadata.write(json.dumps(said, ensure_ascii=False) + "\n")
                written.add(pair.name)
    _remove_former(out, scans, written)
    return len(written)


def _gone(home: Home, form: str) -> set[str]:
    """The beginnings of names of files of scans that are forgotten, or of another form now."""
    records = home.settings.records
    gone = [scan for scan, *_ in query.gone(records, form, 0, moves=True)]
    return {scan[:SCAN_CHARACTERS] for scan in gone}


def _remove_former(folder: Path, scans: Container[str], written: Container[str]) -> None:
    """Remove the files of these scans that are not of this export; those of other forms stay."""
    for path in list(folder.iterdir()):
        found = FILE_OF_A_PAIR.fullmatch(path.name)
        if found and found[1] in scans and path.name.removesuffix(found[2]) not in written:
            path.unlink()


def _picture(home: Home, pair: TrainingPair) -> bytes:
    """The field alone: without its label and the lines beside it, which people see around it."""
    content, frame = home.archive.get(pair.snippet), pair.place.frame
    return as_png(content) if frame is None else field_alone(content, frame, close=pair.close)


def training_pairs(home: Home, scan: str, form: Form) -> Iterator[TrainingPair]:
    """The pairs of one scan: fields that people read, where each whose reading was cited lets it train machines.

    The text is what one of them typed without having been shown a value, and that was decided. Masked fields, blanks
    and texts of several lines, as typed or on the paper, are left out.
    """
    agreed = {each.id for each in home.store.transcribers() if each.training}
    readings = {each.id: each for each in home.store.readings(scan)}
    taller = {each.key for each in readings.values() if each.kind == "machine" and "\n" in (each.text or "").strip()}
    places = {each.key: each for each in home.store.places(scan)}
    types = {each.name: each.type for each in form.all_fields()}
    for decision in home.store.decisions(scan):
        place, type_name = places.get(decision.key), types.get(decision.key.name, "")
        text = _agreed_text(decision, readings, agreed)
        if place is None or place.snippet is None or text is None:
            continue
        if facts_of(type_name).is_mark or decision.key in taller:
            continue
        yield TrainingPair(
            name=_name(scan, place),
            place=place,
            snippet=place.snippet,
            text=text,
            field=decision.key.name,
            type=type_name,
            close=not any(each.path for each in form.blanks),
        )


def _agreed_text(decision: Decision, readings: dict[str, Reading], agreed: set[str]) -> str | None:
    """The decided text that a person typed; None where one of them did not agree, or nobody typed it."""
    cited = [readings[each] for each in decision.readings if each in readings and readings[each].key == decision.key]
    people = [each for each in cited if each.kind != "machine"]
    if not people or any(each.source not in agreed for each in people):
        return None
    typed = [each.text for each in people if each.shown is None and each.text == decision.text]
    text = typed[-1] if typed else None
    return text if text and text.strip() and "\n" not in text else None


def _name(scan: str, place: Place) -> str:
    """A name without a point: kraken and Calamari take all behind the first one for the file's ending."""
    row = "" if place.key.row is None else f"-{place.key.row}"
    return f"{scan[:SCAN_CHARACTERS]}-{place.key.name.replace('.', '-')}{row}"
