"""Documents of layouts that nobody prepared for: what is found on them, what fails and why, what machines decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from reconcile.decision import answers
from reconcile.inference.weigh import weigh
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.bench.intervals import said
from transcribe.model import Decision, FieldKey, Form, ReadResult, Task

CONSOLE = Console(width=150)

Same = Callable[[Form, str, str | None, str], bool]

MIXED = {
    "issuer": "supplier",
    "invoice_number": "invoice_number",
    "date": "invoice_date",
    "date_due": "due_date",
    "amount_untaxed": "total_untaxed",
    "amount_tax": "tax_amount",
    "amount": "total_amount",
}
ORDER_LIKE = (
    *("00922237", "00920222", "0060077689", "0030041455", "88057519", "82254638", "91903177", "91939637"),
    *("0060068489", "71341634"),
)
REQUISITION = {
    "supplier": ("vendor", "supplier"),
    "invoice_date": ("date", "date:", "date of requisition"),
    "total_amount": ("total",),
}
"""Which labelled answers of FUNSD's requisitions are fields of ours, by the question in small letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """One labelled field of one document: what engines read, and what becomes of it."""

    file: str
    name: str
    truth: str
    texts: Mapping[str, str | None]
    outcome: Decision | Task | None
    right: bool
    decided_right: bool

    @property
    def why(self) -> str:
        """Why it fails, "" where some engine reads it."""
        if self.right:
            return ""
        return "not found" if not any(self.texts.values()) else "something else was read"


def mixed_truth(line: Mapping[str, Any]) -> dict[str, str]:
    """The header fields of an invoice of the mixed set."""
    return {name: str(line["fields"][key]) for key, name in MIXED.items() if line["fields"].get(key) is not None}


def receipt_truth(line: Mapping[str, Any]) -> dict[str, str]:
    """Date and total of a German receipt; its chain's name is mostly only a logo."""
    return {name: str(line["fields"][name]) for name in ("date", "total") if line["fields"].get(name)}


def requisition_truth(line: Mapping[str, Any]) -> dict[str, str]:
    """The labelled answers of a requisition that are fields of ours."""
    found: dict[str, str] = {}
    for each in line["fields"]:
        for name, questions in REQUISITION.items():
            if each["key"].casefold().strip() in questions and each["value"]:
                found.setdefault(name, str(each["value"][0]))
    return found


def fates(made: Form, file: str, truth: Mapping[str, str], reads: ReadResult, same: Same) -> Iterator[Fate]:
    """What became of each labelled field."""
    posteriors = weigh(made, reads.readings, shipped_parameters(), POLICY)
    fate_of = answers(made, posteriors, POLICY)
    for name, written in truth.items():
        key = FieldKey(name)
        texts = {each.source.partition(" ")[0]: each.text for each in reads.readings if each.key == key}
        outcome = fate_of.get(key)
        yield Fate(
            file=file,
            name=name,
            truth=written,
            texts=texts,
            outcome=outcome,
            right=any(same(made, name, text, written) for text in texts.values()),
            decided_right=isinstance(outcome, Decision) and same(made, name, outcome.text, written),
        )


def show(folder: Path, found: list[Fate], documents: int) -> None:
    """What is read and decided of a set, and every field that fails."""
    decided = [each for each in found if isinstance(each.outcome, Decision)]
    wrong = [each for each in decided if not each.decided_right]
    read, why = sum(each.right for each in found), Counter(each.why for each in found if each.why)
    asked = Counter(f"{each.outcome.kind}, {each.outcome.reason}" for each in found if isinstance(each.outcome, Task))
    CONSOLE.print(f"\n[bold]{folder.name}[/bold]: {documents} documents, {len(found)} labelled fields")
    CONSOLE.print(f"  read rightly by an engine: {read}; fails because: {_said(why)}")
    for name in dict.fromkeys(each.name for each in found):
        hits = [each.right for each in found if each.name == name]
        CONSOLE.print(f"  {name}: {said(sum(hits), len(hits))}")
    CONSOLE.print(f"  decided by machine: {len(decided)}, {len(wrong)} of them wrong; people are asked: {_said(asked)}")
    for each in found:
        if each.why or each in wrong:
            fate = "DECIDED WRONG" if each in wrong else each.why
            CONSOLE.print(f"  {fate}: {each.file} {each.name}: {each.truth!r}, read {dict(each.texts)}", markup=False)


def _said(counts: Counter[str]) -> str:
    return ", ".join(f"{what} {count}" for what, count in counts.most_common()) or "nothing"
