"""Writes the places of `reconcile/parameters/shipped_data.py` anew: how often fields of free layouts are read where
they stand.

    python -m tests.bench.fit_places [--data DIR]

A layout counts as one document, however many of it there are: a shop's second receipt says nothing about another
shop's. Receipts mostly are of shops of their own; the French invoices have six layouts, the mixed ones one each.
"""

from __future__ import annotations

import argparse
import pprint
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconcile.learning.learn import taught
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.parameters import LearntParameters
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.bench import bench_locate as locate
from tests.bench import fit_first
from tests.bench.locate_hard import mixed_truth
from tests.bench.read_results import ENGINES, reads_of
from tests.bench.read_samples import Sample, data_folder
from transcribe.errors import EngineError
from transcribe.forms import definition as forms
from transcribe.model import FieldKey, Form, ReadResult

RECEIPT = ("company", "date", "address", "total")
ITEM = {"description": "description", "quantity": "quantity", "price": "unit_price", "sub_total": "amount"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What machines read of one document, its truth by field, and which layout it has."""

    layout: str
    form: Form
    reads: ReadResult
    truth: Mapping[FieldKey, str]

    def facts(self) -> ScanFacts:
        """For `taught`: what is right by the looser comparison of the benchmarks is what is written."""
        truths = dict(self.truth)
        for said in self.reads.readings:
            if said.key not in truths or said.source.partition(" ")[0] not in ENGINES:
                continue
            if said.text and locate.is_same(self.form, said.key.name, said.text, self.truth[said.key]):
                truths[said.key] = said.text
        return ScanFacts(form=self.form, readings=self.reads.readings, truths=truths)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="the folder of the shared sets")
    write(places(documents(data_folder(parser.parse_args().data))))


def documents(data: Path) -> Iterator[Document]:
    """Every document of the sets with labels of free layouts, read; one that an engine fails on is left out."""
    for folder, form, truth in (
        ("sroie", "receipt", receipt_truth),
        ("factures_odoo_fr", "facture", invoice_truth),
        ("invoices_mixed", "facture", header_of_mixed),
    ):
        for line in locate.lines_of(data / folder):
            file = str(line["file"])
            sample = Sample(file=file, form=form, content=(data / folder / file).read_bytes(), truth={})
            try:
                reads = reads_of(sample)
            except EngineError as error:
                print(f"{file}: {error}")
                continue
            layout = f"template {line['template']}" if "template" in line else file
            yield Document(layout=layout, form=forms.load(form), reads=reads, truth=truth(line))


def places(found: Iterable[Document]) -> dict[str, list[list[float]]]:
    """By way of finding: wrong and all places of each bin of confidence, each layout together counting as one."""
    by_layout: dict[str, list[ScanFacts]] = defaultdict(list)
    for each in found:
        by_layout[each.layout].append(each.facts())
    shipped = shipped_parameters().content
    learnt = LearntParameters.read(
        version=0, content={name: each for name, each in shipped.items() if name != "places"}
    )
    total: dict[str, list[list[float]]] = {}
    for scans in by_layout.values():
        tallies: Any = taught(scans, learnt, POLICY)["places"]
        for name, bins in tallies.items():
            if " " in name:  # a type's tally would mix forms: what receipts teach of totals is nothing for invoices
                sums = total.setdefault(name, [[0.0, 0.0] for _ in bins])
                for at, (wrong, count) in enumerate(bins):
                    sums[at][0] += wrong / len(scans)
                    sums[at][1] += count / len(scans)
    return {name: [[round(a, 2), round(b, 2)] for a, b in bins] for name, bins in sorted(total.items())}


def write(found: Mapping[str, list[list[float]]]) -> None:
    """Put them in the place of those that ship."""
    text = fit_first.TARGET.read_text("utf-8")
    head = text[: text.index("CONTENT: ")] + "CONTENT: dict[str, Any] = "
    content = {**shipped_parameters().content, "places": dict(found)}
    fit_first.TARGET.write_text(head + pprint.pformat(content, width=118, compact=True) + "\n", "utf-8")


def receipt_truth(line: Mapping[str, Any]) -> dict[FieldKey, str]:
    """The labelled fields of a receipt."""
    return {FieldKey(name): str(line["fields"][name]) for name in RECEIPT if line["fields"].get(name)}


def header_of_mixed(line: Mapping[str, Any]) -> dict[FieldKey, str]:
    """The header fields of an invoice of the mixed set."""
    return {FieldKey(name): text for name, text in mixed_truth(line).items()}


def invoice_truth(line: Mapping[str, Any]) -> dict[FieldKey, str]:
    """The printed header fields and the lines of a French invoice; where dates are written year-day-month they are left
    out, because their place may be right and their value is not."""
    strange = line["template"] == locate.YEAR_DAY_MONTH_TEMPLATE
    header = locate.header_of(line).items()
    said = {FieldKey(name): text for name, text in header if not (strange and name.endswith("_date"))}
    for row, item in enumerate(line["lines"]):
        said |= {FieldKey(f"lines.{ours}", row): str(item[theirs]) for theirs, ours in ITEM.items() if item[theirs]}
    return said


if __name__ == "__main__":
    main()
