"""Training pairs for recognisers of lines: the picture of a field and what it says, with the consent of its readers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.home import Home
from reconcile.records import query
from transcribe.drawing import as_png
from transcribe.errors import SettingsError
from transcribe.model import Decision, Form, Place, Reading
from transcribe.whole_files import whole_folder

NOT_WRITING = frozenset({"checkbox", "signature"})
"""Types of fields whose text is not what is written there."""

SCAN_CHARACTERS = 16
"""So much of a scan's id begins the names of its files: two scans of a home do not meet in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPair:
    """A field's picture, by its name in the archive, and its text as a person typed it. `name` is that of its files."""

    name: str
    snippet: str
    text: str
    field: str
    type: str


def write(home: Home, form: str, out: Path) -> int:
    """Write NAME.png and NAME.gt.txt of each pair, and metadata.jsonl with all of them; gives how many.

    Tesseract (tesstrain), kraken and Calamari take the pairs, and what reads a folder of pictures the metadata.
    SettingsError where the settings say that readings do not train machines: people were told so.
    """
    if not home.settings.training:
        raise SettingsError(
            "Readings do not train machines here, and people were told so (FAIRHAND_TRAINING). Set it, and export what "
            "those say yes to who are asked from then on."
        )
    count = 0
    with whole_folder(out) as folder, (folder / "metadata.jsonl").open("w", encoding="utf-8") as told:
        for record in query.records(home.settings.records, form):
            for pair in training_pairs(home, record.scan, home.forms(record.form, record.form_version)):
                (folder / f"{pair.name}.png").write_bytes(as_png(home.archive.get(pair.snippet)))
                (folder / f"{pair.name}.gt.txt").write_text(pair.text + "\n", encoding="utf-8")
                said = {"file_name": f"{pair.name}.png", "text": pair.text, "field": pair.field, "type": pair.type}
                told.write(json.dumps(said, ensure_ascii=False) + "\n")
                count += 1
    return count


def training_pairs(home: Home, scan: str, form: Form) -> Iterator[TrainingPair]:
    """The pairs of one scan: fields that people read, where each whose reading was cited lets it train machines.

    The text is what one of them typed without having been shown a value, and that was decided. Masked fields, blanks
    and texts of several lines are left out.
    """
    agreed = {each.id for each in home.store.transcribers() if each.training}
    readings = {each.id: each for each in home.store.readings(scan)}
    places = {each.key: each for each in home.store.places(scan)}
    types = {each.name: each.type for each in form.all_fields()}
    for decision in home.store.decisions(scan):
        place, type_name = places.get(decision.key), types.get(decision.key.name, "")
        text = _agreed_text(decision, readings, agreed)
        if place is None or place.snippet is None or text is None or type_name in NOT_WRITING:
            continue
        yield TrainingPair(
            name=_name(scan, place), snippet=place.snippet, text=text, field=decision.key.name, type=type_name
        )


def _agreed_text(decision: Decision, readings: dict[str, Reading], agreed: set[str]) -> str | None:
    """What a person typed of a field, as it was decided; None where one of them did not agree, or nobody typed it."""
    cited = [readings[each] for each in decision.readings if each in readings and readings[each].key == decision.key]
    people = [each for each in cited if each.kind != "machine"]
    if not people or any(each.source not in agreed for each in people):
        return None
    typed = [each.text for each in people if each.shown is None and each.text == decision.text]
    text = typed[-1] if typed else None
    return text if text and text.strip() and "\n" not in text else None


def _name(scan: str, place: Place) -> str:
    row = "" if place.key.row is None else f"-{place.key.row}"
    return f"{scan[:SCAN_CHARACTERS]}-{place.key.name}{row}"
