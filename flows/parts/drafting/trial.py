"""A definition tried on a few files before it is in force: what `fairhand read` gives, field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from flows.home import Home, Settings
from flows.output import ErrorJson, FieldJson, ScanJson, ScanResult, source_label
from flows.standalone import read_files
from reconcile.decision import assemble
from transcribe.geometry import Box
from transcribe.model import Decision, RuleException, Scan

MOST_TRIED = 5
"""The most files that are read at a time: enough to see what goes wrong, and read in a minute."""

Fate = Literal["decided", "blank", "asked", "nothing"]
"""The result for a field: machines decided it, found nothing there, or people would be asked; or none of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedField:
    """One field or cell of a file: its place, its reading, and what would become of it.

    `text` is the value, or the likeliest reading where people would be asked for `reason`. A probability of None is not
    known. `is_marked` says yes or no of a box to tick or to sign that is decided, and is None of others.
    """

    name: str
    row: int | None
    fate: Fate
    text: str
    probability: float | None
    reason: str
    page: int | None
    box: Box | None
    is_marked: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedScan:
    """One scan of the files: its fields, and pictures of its pages by their number. `error` says why it was not read.

    `fit` is how well it lies on the form, 0 to 1, None for a free layout. `advice` are codes.
    `broken` are the rules that the decided values do not satisfy.
    """

    file: str
    error: str = ""
    fit: float | None = None
    advice: Sequence[str] = ()
    fields: Sequence[TriedField] = ()
    broken: Sequence[RuleException] = ()
    pictures: Mapping[int, tuple[bytes, tuple[int, int]]] | None = None

    def count(self, fate: Fate) -> int:
        """The number of fields with this result."""
        return sum(each.fate == fate for each in self.fields)


def try_form(
    settings: Settings, definition: Path, files: Sequence[Path], progress: Callable[[int, int], None]
) -> list[TriedScan]:
    """Read files by a definition, keeping nothing. FormError where the definition is none."""
    return [_tried(answer, result) for answer, result in read_files(settings, files, str(definition), progress)]


def files_of_scan(home: Home, scan: Scan, folder: Path) -> list[Path]:
    """The files of a scan in a folder, as the archive has them."""
    written = []
    for number, sha256 in enumerate(dict.fromkeys(page.file for page in scan.pages), 1):
        name = Path(scan.name).name if scan.name and number == 1 else f"{scan.id[:12]}-{number}"
        path = folder / f"{scan.id[:12]}-{name}"
        path.write_bytes(home.archive.get(sha256))
        written.append(path)
    return written


def _tried(answer: ScanJson | ErrorJson, result: ScanResult | None) -> TriedScan:
    if isinstance(answer, ErrorJson):
        return TriedScan(file=Path(answer.file).name, error=answer.error.message)
    assert result is not None, "the form is named, so that it is known"
    reads = result.reads
    return TriedScan(
        file=source_label([Path(each).name for each in answer.files], answer.pages),
        fit=reads.fit,
        advice=reads.advice,
        fields=[_field(each) for each in answer.fields],
        broken=_broken(result),
        pictures={each.number: (reads.files[each.sha256], each.size) for each in reads.pictures},
    )


def _broken(result: ScanResult) -> Sequence[RuleException]:
    """The rules that the decided values break; a rule with an undecided field is passed over."""
    decided = [each for each in result.outcomes.values() if isinstance(each, Decision)]
    return assemble(result.scan, result.form, decided).exceptions


def _field(said: FieldJson) -> TriedField:
    text, probability, fate = _outcome(said)
    return TriedField(
        name=said.name,
        row=said.row,
        fate=fate,
        text=text,
        probability=probability,
        reason=said.task.reason if said.task else "",
        page=said.page,
        box=Box(*said.box) if said.box else None,
        is_marked=said.decision.value if said.decision and isinstance(said.decision.value, bool) else None,
    )


def _outcome(said: FieldJson) -> tuple[str, float | None, Fate]:
    """The text, its probability, and what became of the field."""
    if said.decision is None:
        likeliest = said.readings[0] if said.readings else None
        known = (likeliest.text or "", likeliest.probability) if likeliest else ("", None)
        return *known, "asked" if said.task else "nothing"
    return said.decision.text, said.decision.probability, "blank" if said.decision.null == "blank" else "decided"
