"""The truth of sample photographs: read from a file, typed by simulated people, compared with the records.

A truth file is JSON Lines, one photograph a line: {"file", "form", "fields": {"total": "12,50", "lines.price[0]": ""}}.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from flows.home import Home
from reconcile.records import PublishedRecord, key_in_line, query
from transcribe import fields
from transcribe.errors import NotFound, SettingsError
from transcribe.model import WHOLE, FieldKey, Form, Task, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One photograph: its file's name, its form, and the text of each field as written ("" is blank)."""

    file: str
    form: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How published records stand against the truth: counts of values and records, and what differs.

    `missing` are files without a record; `wrong` are (file, field, published value, true value).
    """

    values: int
    records: int
    missing: tuple[str, ...]
    wrong: tuple[tuple[str, str, Value, Value], ...]

    @property
    def is_equal(self) -> bool:
        """Whether every photograph has its record and every value is the true one."""
        return not self.missing and not self.wrong


def load(path: Path) -> dict[str, Sample]:
    """The samples of a truth file, by file name; SettingsError names a line that is none."""
    samples = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            parts = json.loads(line)
            samples[parts["file"]] = Sample(file=parts["file"], form=parts["form"], fields=parts["fields"])
        except (ValueError, KeyError, TypeError) as error:
            raise SettingsError(f"{path.name} line {number}: no file, form and fields in it ({error}).") from error
    return samples


def answer(home: Home, samples: Mapping[str, Sample], task: Task) -> str | None:
    """The text written in a task's field, or the scan's form as "name/version"; None where the truth has none."""
    sample = samples.get(home.store.scan(task.scan).name)
    if sample is None:
        return None
    if task.key == WHOLE:
        return f"{sample.form}/{home.forms.find(sample.form).version}"
    return sample.fields.get(str(task.key))


def compare(home: Home, samples: Mapping[str, Sample]) -> Comparison:
    """Every published value against the truth, as typed values; text of forms without boxes is compared folded.

    A value of a field with master data is published as these spell it, so capitals do not count there.
    """
    forms = sorted({sample.form for sample in samples.values()})
    records = {record.scan_name: record for form in forms for record in _records(home, form)}
    wrong: list[tuple[str, str, Value, Value]] = []
    count = 0
    for sample in samples.values():
        if record := records.get(sample.file):
            form = home.forms(record.form, record.form_version)
            for name, text in sample.fields.items():
                count += 1
                published, true = _published(record, name), _typed(form, name, text)
                if FieldKey.parse(name).name in {master.field for master in form.masters}:
                    published, true = _folded(published), _folded(true)
                if comparable(published, form) != comparable(true, form):
                    wrong.append((sample.file, name, published, true))
    missing = tuple(name for name in samples if name not in records)
    return Comparison(values=count, records=len(records), missing=missing, wrong=tuple(wrong))


def _records(home: Home, form: str) -> Iterator[PublishedRecord]:
    try:
        yield from query.records(home.settings.records, form)
    except NotFound:
        return  # no record of this form yet: its photographs are missing


def _published(record: PublishedRecord, name: str) -> Value:
    key = FieldKey.parse(name)
    if key.row is None:
        return record.values.get(key.name)
    lines = record.tables.get(str(key.table), ())
    line = next((line for line in lines if line["row"] == key.row), {})
    return line.get(key_in_line(str(key.table), key.name.partition(".")[2]))


def _typed(form: Form, name: str, text: str) -> Value:
    field = form.field(FieldKey.parse(name).name)
    return fields.load(field.type).parse(text, field, form)


def _folded(value: Value) -> Value:
    return value.casefold() if isinstance(value, str) else value


def comparable(value: Value, form: Form) -> Value:
    """A value as truth and record are compared. For a free layout only a text's letters and digits count, case aside:
    the rest is the labeller's as much as the paper's."""
    if form.free and isinstance(value, str):
        return "".join(character for character in value.casefold() if character.isalnum())
    return value
