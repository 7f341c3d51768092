"""Writes `reconcile/parameters/shipped_data.py`, the parameters that ship with fairhand, from machine readings with
their truth.

    python -m tests.bench.fit_first DUMP.jsonl ...

A line of a dump is one reading of one field: form, file, key (and row), type, source, text, confidence, flags,
conditions, truth; of generated forms hand ("typed", "block") and level; of real documents right, where comparing is
looser than the field type's. How often machines alone decide wrongly is counted on files that the fit has not seen:
each half of the files is decided under what the other half taught.
"""

from __future__ import annotations

import json
import pprint
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zlib import crc32

from reconcile.decision.decide import decide
from reconcile.forms.prepared_form import prepared
from reconcile.inference.votes import null_of, source_of
from reconcile.inference.weigh import weigh
from reconcile.learning.learn import learn, taught
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.parameters import LearntParameters
from reconcile.policy import POLICY
from transcribe.forms import definition as forms
from transcribe.model import INK, Decision, FieldKey, Form, Parameters, Reading

TARGET = Path(__file__).parents[2] / "reconcile" / "parameters" / "shipped_data.py"
KEPT = (
    "rates",
    "sources",
    "on_bad",
    "unrelated",
    "follows",
    "tempting",
    "tempting_on_bad",
    "sure",
    "confusions",
)
PEOPLE = {"text": 8, "address": 10, "name": 5, "code": 5, "amount": 4, "integer": 3, "date": 4}
"""Wrong readings of a hundred by people, by field type: the generator's crowd without its spammers."""

FAMILIES = ("line text", "short text", "code", "amount", "date")
"""Families of types for which it is tallied what machines decide."""

PROVEN = 1.0
"""Taken for what machines have earned while it is counted what they earn."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file's readings and truths, and what was done to it."""

    form: Form
    readings: list[Reading]
    truths: dict[FieldKey, str]
    typed: bool

    @property
    def facts(self) -> ScanFacts:
        return ScanFacts(form=self.form, readings=self.readings, truths=self.truths)


def main(dumps: Iterable[str]) -> None:
    documents = [document for dump in dumps for document in read(Path(dump).read_text(encoding="utf-8").splitlines())]
    fixed = [(number, each) for number, each in documents if not each.form.free]
    free = [each.facts for _, each in documents if each.form.free]
    halves = [[each for number, each in fixed if number % 2 == half] for half in (0, 1)]
    nothing = Parameters(version=0, content={"rates": {"person": people()}})
    wrong, count = 0, 0
    for half, other in ((0, 1), (1, 0)):
        learnt = Parameters(
            version=0, content=kept(learn([each.facts for each in halves[other]], nothing, POLICY).content)
        )
        for each in halves[half]:
            if each.typed:
                errors, decided = machines_alone(each, learnt)
                wrong, count = wrong + errors, count + decided
    content = kept(learn([each.facts for _, each in fixed], nothing, POLICY).content)
    content["places"] = taught(free, LearntParameters.read(version=0, content=content), POLICY)["places"]
    situations = [f"{family}: {how}" for family in FAMILIES for how in ("engines agree", "one engine")]
    content["shipped"] = {situation: [float(wrong), float(count)] for situation in situations}
    votes = [source_of(each) for _, document in documents for each in document.readings if each.source != INK]
    content["shipped_engines"] = sorted(set(votes))
    write(content, HEAD.format(count=len(documents)))
    print(f"{len(documents)} documents; machines alone on typed print not fitted on: {wrong} wrong of {count}")


def write(content: Mapping[str, Any], head: str = "") -> None:
    """Put the content in the place of what ships, under the head that is there unless another is given."""
    before, mark, _ = TARGET.read_text(encoding="utf-8").partition("CONTENT: dict[str, Any] = ")
    text = pprint.pformat(dict(content), width=118, compact=True)
    TARGET.write_text(f"{head or before + mark}{text}\n", encoding="utf-8")


HEAD = '''"""Shipped parameters, version 0: data, written by `python -m tests.bench.fit_first`.

Learnt from {count} documents with known truth: generated order photos, typed and in block letters, and real receipts.
"""

from __future__ import annotations

from typing import Any

CONTENT: dict[str, Any] = '''


def read(lines: Iterable[str]) -> Iterable[tuple[int, Document]]:
    """Each document of a dump, in their order, with a number that stays the same whatever else is in it."""
    by_file: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        row = json.loads(line)
        by_file[row["file"]].append(row)
    for file, rows in by_file.items():
        yield (
            crc32(file.encode()),
            Document(
                form=form_of(rows[0]["form"]),
                readings=[reading(row, number) for number, row in enumerate(rows)],
                truths={key(row): row["truth"] for row in rows}
                | {key(row): row["text"] for row in rows if row.get("right")},
                typed=rows[0].get("hand") == "typed" and rows[0].get("level") != "hard",
            ),
        )


def machines_alone(document: Document, learnt: Parameters) -> tuple[int, int]:
    """(wrong, all) of the filled fields that machines would decide, whatever they have earned."""
    spots = prepared(document.form).fields
    wrong = count = 0
    for where, posterior in weigh(document.form, document.readings, learnt, POLICY).items():
        proven = replace(posterior, standing=posterior.standing._replace(earned=PROVEN))
        answer = decide(document.form.field(where.name), proven, POLICY)
        spot = spots[where.name]
        truth = spot.normal(document.truths[where])
        if isinstance(answer, Decision) and answer.method == "machines" and null_of(truth) is None:
            count += 1
            wrong += spot.normal(answer.text) != truth
    return wrong, count


def kept(content: dict[str, Any]) -> dict[str, Any]:
    """What of the learnt content is about engines and people in general, not about one store."""
    chosen = {name: content[name] for name in KEPT}
    chosen["rates"] = {"machine": chosen["rates"]["machine"], "person": people()}
    chosen["calibration"] = {
        stage: line for stage, line in content["calibration"].items() if not stage.startswith("people")
    }
    return chosen


def people() -> dict[str, list[float]]:
    return {name: [float(wrong), 100.0] for name, wrong in PEOPLE.items()}


def reading(row: dict[str, Any], number: int) -> Reading:
    return Reading(
        id=str(number),
        scan=row["file"],
        key=key(row),
        source=row["source"],
        kind="machine",
        text=row["text"],
        at=datetime(2026, 1, 1, tzinfo=UTC),
        confidence=row["confidence"],
        flags=frozenset(row["flags"]),
        conditions=row["conditions"],
    )


def key(row: dict[str, Any]) -> FieldKey:
    name, _, number = row["key"].partition("[")
    return FieldKey(name, int(number[:-1])) if number else FieldKey(name, row.get("row"))


@lru_cache
def form_of(name: str) -> Form:
    return forms.load(name)


if __name__ == "__main__":
    main(sys.argv[1:])
